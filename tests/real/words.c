/*
 * Reads its input line by line, counts words, sorts them, and prints the most frequent ones with
 * their share: buffered input, malloc and realloc, qsort with a callback, floating-point output.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
	char *text;
	unsigned count;
};

static struct word *words;
static size_t word_count, word_room;

static void *checked(void *memory)
{
	if (memory == NULL) {
		fputs("words: no memory\n", stderr);
		exit(1);
	}
	return memory;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static int by_count(const void *a, const void *b)
{
	const struct word *left = a;
	const struct word *right = b;
	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return by_text(a, b);
}

static void add(const char *text, size_t size)
{
	if (word_count == word_room) {
		word_room = word_room == 0 ? 16 : 2 * word_room;
		words = checked(realloc(words, word_room * sizeof(*words)));
	}
	char *copy = checked(malloc(size + 1));
	for (size_t i = 0; i < size; i++)
		copy[i] = (char)tolower((unsigned char)text[i]);
	copy[size] = 0;
	words[word_count++] = (struct word){copy, 1};
}

static void read_line(const char *line)
{
	while (*line != 0) {
		size_t size = 0;
		while (isalpha((unsigned char)line[size]))
			size++;
		if (size > 0)
			add(line, size);
		line += size > 0 ? size : 1;
	}
}

/* Equal words become one with a count; the list must be sorted by text. */
static void merge(void)
{
	size_t last = 0;
	for (size_t i = 1; i < word_count; i++) {
		if (strcmp(words[last].text, words[i].text) == 0)
			words[last].count++;
		else
			words[++last] = words[i];
	}
	word_count = word_count == 0 ? 0 : last + 1;
}

int main(void)
{
	char line[300];
	while (fgets(line, sizeof(line), stdin) != NULL)
		read_line(line);
	size_t total = word_count;
	qsort(words, word_count, sizeof(*words), by_text);
	merge();
	qsort(words, word_count, sizeof(*words), by_count);
	printf("%zu words, %zu different\n", total, word_count);
	for (size_t i = 0; i < word_count && i < 10; i++) {
		double share = 100.0 * words[i].count / (double)total;
		printf("%-12s %6u %7.3f %% %.4e %.6g\n", words[i].text, words[i].count, share,
		       sqrt(share), log(1.0 + share));
	}
	return ferror(stdin) || fflush(stdout) != 0;
}
