/* What a port's own handler can do besides: look at a large body where its sender has it, and put
 * an answer where it is waited for. */
#include "puppet.h"

#include "core/request.h"

enum { LARGE = 1000 };

static struct kernel *kernel;
static struct puppet *puppet;

/* What the service under test saw, and is to do. */
static struct {
	struct kernel_request *request;
	bool answers_at_a_glance;
	uint32_t glances;
	uint32_t receives;
	uint32_t part_count;
	const void *first_data;
	size_t body_size;
	void *user;
	uint32_t cancels;
	uint32_t cancels_before_end;
} seen;

static bool glance(void *self, struct kernel_request *request, const struct wire_part *parts,
		   uint32_t part_count)
{
	size_t size;
	seen.glances++;
	seen.part_count = part_count;
	seen.first_data = parts[0].data;
	assert_null(kernel_request_body(request, &size));
	if (seen.answers_at_a_glance) {
		request_done(request);
		return true;
	}
	kernel_request_set_user(request, &seen);
	return false;
}

static void receive(void *self, struct kernel_request *request)
{
	const uint8_t *body = kernel_request_body(request, &seen.body_size);
	seen.receives++;
	seen.request = request;
	seen.user = kernel_request_user(request);
	for (size_t i = 0; i < seen.body_size; i++)
		assert_int_equal(body[i], (uint8_t)(i * 7));
}

static void cancel(void *self, struct kernel_request *request)
{
	seen.cancels++;
}

static void ended(void *self, uint64_t process)
{
	seen.cancels_before_end = seen.cancels;
}

static const struct kernel_service service = {
    .receive = receive, .glance = glance, .cancel = cancel, .ended = ended};

static int set_up(void **state)
{
	const struct digest interface = stage_interface('s');
	memset(&seen, 0, sizeof seen);
	kernel = stage_create(NULL);
	puppet = puppet_create(kernel);
	assert_int_equal(kernel_serve(kernel, &interface, &service, NULL), STATUS_OK);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

/* The same bytes whatever the size, so that what arrives can be compared. */
static int64_t send_bytes(size_t size)
{
	static uint8_t bytes[LARGE];
	const struct digest interface = stage_interface('s');
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7);
	return puppet_send_bytes(puppet, &interface, bytes, size, CAIRN_SEND_ANSWER);
}

/* ---- Ends ---- */

/* One request was given up by the other CPU, one is when the kernel ends. */
static void cancellations_are_told_before_the_end_also_where_another_cpu_was_the_last(void **state)
{
	static struct cpu other;
	other = (struct cpu){.kernel = kernel, .number = 1};
	int64_t id = send_bytes(10);
	assert_true(send_bytes(10) > 0);
	kernel->cpu = &other;
	assert_true(exchange_cancel(&kernel->exchange, &puppet->process->party, (uint64_t)id));
	assert_int_equal(seen.cancels, 0);
	stage_destroy(kernel);
	assert_int_equal(seen.cancels_before_end, 2);
	kernel = stage_create(NULL);
}

/* ---- A look at a body ---- */

static void a_small_body_is_not_looked_at(void **state)
{
	assert_true(send_bytes(10) > 0);
	assert_int_equal(seen.glances, 0);
	assert_int_equal(seen.receives, 1);
	assert_int_equal(seen.body_size, 10);
	request_done(seen.request);
}

static void a_large_body_is_looked_at_in_its_senders_memory(void **state)
{
	seen.answers_at_a_glance = true;
	int64_t id = send_bytes(LARGE);
	assert_int_equal(seen.glances, 1);
	assert_int_equal(seen.part_count, 1);
	assert_ptr_equal(seen.first_data, puppet->memory + AT_BODY);
	assert_int_equal(seen.receives, 0);
	assert_int_equal(puppet_take_answer(puppet, (uint64_t)id), CAIRN_STATUS_OK);
}

static void what_is_not_answered_at_a_glance_comes_as_ever(void **state)
{
	int64_t id = send_bytes(LARGE);
	memset(puppet->memory + AT_BODY, 0, LARGE);
	assert_int_equal(seen.receives, 1);
	assert_int_equal(seen.body_size, LARGE);
	assert_ptr_equal(seen.user, &seen);
	size_t size;
	assert_int_equal(kernel_request_body(seen.request, &size)[1], 7);
	request_done(seen.request);
	assert_int_equal(puppet_take_answer(puppet, (uint64_t)id), CAIRN_STATUS_OK);
}

static void without_memory_for_the_copy_nobody_has_seen_anything(void **state)
{
	/* A first one, so that whatever is made once is there. */
	seen.answers_at_a_glance = true;
	int64_t id = send_bytes(LARGE);
	(void)puppet_take_answer(puppet, (uint64_t)id);
	test_port_refuse_after = test_port_allocations;
	assert_int_equal(send_bytes(LARGE), CAIRN_LIMIT);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(seen.glances, 1);
}

/* ---- The place of an answer ---- */

static void nobody_waits_for_an_answer_yet(void **state)
{
	(void)send_bytes(10);
	assert_null(kernel_request_room(seen.request, 10));
	request_done(seen.request);
}

static void an_answer_is_put_where_it_is_waited_for(void **state)
{
	uint64_t id = (uint64_t)send_bytes(10);
	assert_int_equal(
	    puppet_wait_with_room(puppet, (struct puppet_ids){{id}}, 64 + 100, CAIRN_WAIT_BLOCK),
	    PUPPET_BLOCKED);
	assert_null(kernel_request_room(seen.request, 101));
	assert_null(kernel_request_room(seen.request, UINT64_MAX));
	uint8_t *room = kernel_request_room(seen.request, 100);
	assert_ptr_equal(room, puppet->memory + AT_OUT + 64);
	memcpy(room + 5, "in place", 8);
	const struct wire_part parts[] = {{"head:", 5}, {room + 5, 8}};
	kernel_request_answer(seen.request, CAIRN_STATUS_OK, parts, 2);
	assert_int_equal(puppet_result(puppet), 64 + 13);
	assert_memory_equal(puppet->memory + AT_OUT + 64, "head:in place", 13);
}

static void who_waits_for_any_answer_has_room_too(void **state)
{
	(void)send_bytes(10);
	assert_int_equal(puppet_wait_with_room(puppet, (struct puppet_ids){{CAIRN_ID_ANY_ANSWER}},
					       200, CAIRN_WAIT_BLOCK),
			 PUPPET_BLOCKED);
	assert_non_null(kernel_request_room(seen.request, 100));
	request_done(seen.request);
	assert_int_equal(puppet_result(puppet), 64);
}

static void who_has_ended_waits_for_nothing(void **state)
{
	(void)send_bytes(10);
	puppet_kill(puppet);
	assert_null(kernel_request_room(seen.request, 10));
	request_done(seen.request);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(cancellations_are_told_before_the_end_also_where_another_cpu_was_the_last),
	    test(a_small_body_is_not_looked_at),
	    test(a_large_body_is_looked_at_in_its_senders_memory),
	    test(what_is_not_answered_at_a_glance_comes_as_ever),
	    test(without_memory_for_the_copy_nobody_has_seen_anything),
	    test(nobody_waits_for_an_answer_yet),
	    test(an_answer_is_put_where_it_is_waited_for),
	    test(who_waits_for_any_answer_has_room_too),
	    test(who_has_ended_waits_for_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
