#include <cairn/deadlines.h>

#include <stddef.h>

/* Of two heaps the later becomes the first child of the earlier. */
static struct deadline *merge(struct deadline *one, struct deadline *other)
{
	struct deadline *early = one->at_ns <= other->at_ns ? one : other;
	struct deadline *late = early == one ? other : one;
	late->next = early->child;
	late->previous = early;
	if (late->next != NULL)
		late->next->previous = late;
	early->child = late;
	return early;
}

/* Two by two, and then all of them from the last to the first: this is what keeps the heap flat. */
static struct deadline *merge_siblings(struct deadline *first)
{
	struct deadline *pairs = NULL;
	while (first != NULL) {
		struct deadline *one = first;
		struct deadline *other = one->next;
		first = other != NULL ? other->next : NULL;
		if (other != NULL)
			one = merge(one, other);
		one->next = pairs;
		pairs = one;
	}
	struct deadline *root = NULL;
	while (pairs != NULL) {
		struct deadline *heap = pairs;
		pairs = heap->next;
		root = root == NULL ? heap : merge(root, heap);
	}
	if (root != NULL)
		root->next = root->previous = NULL;
	return root;
}

void deadlines_add(struct deadlines *deadlines, struct deadline *deadline, uint64_t at_ns)
{
	*deadline = (struct deadline){.at_ns = at_ns, .is_set = true};
	deadlines->first = deadlines->first == NULL ? deadline : merge(deadlines->first, deadline);
}

/* Takes a deadline that is not the earliest away from its parent and siblings. */
static void cut(struct deadline *deadline)
{
	if (deadline->previous->child == deadline)
		deadline->previous->child = deadline->next;
	else
		deadline->previous->next = deadline->next;
	if (deadline->next != NULL)
		deadline->next->previous = deadline->previous;
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline)
{
	if (!deadline->is_set)
		return;
	struct deadline *rest = merge_siblings(deadline->child);
	if (deadlines->first == deadline) {
		deadlines->first = rest;
	} else {
		cut(deadline);
		if (rest != NULL)
			deadlines->first = merge(deadlines->first, rest);
	}
	*deadline = (struct deadline){0};
}
