/* What the kernel's own interfaces grant, and to whom: interface.wit, process.wit. */
#include "puppet.h"

#include <cairn/interface.h>
#include <cairn/process.h>

enum { ASKS = CAIRN_SEND_ANSWER };

static const struct digest registry = {INTERFACE_DIGEST};
static const struct digest processes = {PROCESS_DIGEST};

static struct kernel *kernel;
static struct puppet *client;

/* Names every program but the puppets', whose CID is all zeros. */
static const struct cid another_program = {.codec = CID_RAW, .hash = {1}};
static const struct cid program_of_puppets = {.codec = CID_RAW};

static int set_up(void **state)
{
	kernel = stage_create(NULL);
	client = puppet_create(kernel);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

/* ---- Asking ---- */

/* Sends an encoded call, and takes the answer, which is there at once; returns its status. */
static uint32_t ask(struct puppet *puppet, const struct digest *interface,
		    const struct wire_out *out, const uint8_t *body)
{
	int64_t id = puppet_send_bytes(puppet, interface, body, (size_t)out->size, ASKS);
	assert_true(id >= CAIRN_ID_FIRST_MESSAGE);
	return puppet_take_answer(puppet, (uint64_t)id);
}

static struct interface_bool_or_register_error asks_to_handle(struct puppet *puppet, char letter)
{
	struct digest interface = stage_interface(letter);
	const struct interface_register_call call = {
	    .digest = {interface.bytes, sizeof interface.bytes}};
	uint8_t body[64];
	struct wire_out out = wire_out_over(body, sizeof body);
	interface_register_encode(&out, &call);
	assert_int_equal(ask(puppet, &registry, &out, body), CAIRN_STATUS_OK);
	struct interface_bool_or_register_error result;
	assert_int_equal(interface_register_answer_decode((const uint8_t *)puppet->body,
							  puppet->note.length, &result),
			 WIRE_OK);
	return result;
}

static struct route *configure(char letter, const struct cid *program)
{
	struct digest interface = stage_interface(letter);
	struct route *route;
	assert_int_equal(router_add(&kernel->exchange.router, &interface, program, &route),
			 STATUS_OK);
	return route;
}

/* process.start with one argument; its status, and the result where that is ok. */
static uint32_t starts(struct puppet *puppet, struct wire_bytes program, struct wire_bytes argument,
		       struct process_u64_or_start_error *result)
{
	const struct process_start_call call = {.program = program,
						.arguments = {.items = &argument, .count = 1}};
	uint8_t body[256];
	struct wire_out out = wire_out_over(body, sizeof body);
	process_start_encode(&out, &call);
	uint32_t status = ask(puppet, &processes, &out, body);
	if (status == CAIRN_STATUS_OK)
		assert_int_equal(process_start_answer_decode((const uint8_t *)puppet->body,
							     puppet->note.length, result),
				 WIRE_OK);
	return status;
}

static uint32_t process_count(void)
{
	return kernel->processes.count;
}

/* ---- register ---- */

static void a_program_handles_what_is_configured_for_it(void **state)
{
	struct route *route = configure('a', &program_of_puppets);
	assert_false(asks_to_handle(client, 'a').is_error);
	assert_ptr_equal(route->handler, &client->process->party);
}

static void a_program_does_not_handle_what_is_configured_for_another(void **state)
{
	struct route *route = configure('a', &another_program);
	struct interface_bool_or_register_error result = asks_to_handle(client, 'a');
	assert_true(result.is_error);
	assert_int_equal(result.error, INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
	assert_null(route->handler);
}

static void nobody_handles_what_is_not_configured_or_the_kernels(void **state)
{
	struct route *route = configure('a', NULL);
	assert_int_equal(asks_to_handle(client, 'a').error,
			 INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
	assert_null(route->handler);
	assert_int_equal(asks_to_handle(client, 'b').error,
			 INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
}

static void an_interface_has_one_handler(void **state)
{
	configure('a', &program_of_puppets);
	struct puppet *second = puppet_create(kernel);
	assert_false(asks_to_handle(client, 'a').is_error);
	struct interface_bool_or_register_error result = asks_to_handle(second, 'a');
	assert_true(result.is_error);
	assert_int_equal(result.error, INTERFACE_REGISTER_ERROR_TAKEN);
}

/* ---- start ---- */

static void a_process_without_the_grant_starts_none(void **state)
{
	struct kernel_grants none = {0};
	struct puppet *poor = puppet_create_with(kernel, &none);
	uint8_t program[CID_BINARY_BYTES];
	cid_to_binary(&another_program, program);
	uint32_t before = process_count();
	struct process_u64_or_start_error result;
	struct wire_bytes cid = {program, sizeof program};
	assert_int_equal(starts(poor, cid, (struct wire_bytes){0}, &result), CAIRN_STATUS_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, PROCESS_START_ERROR_DENIED);
	assert_int_equal(process_count(), before);
}

static void a_process_with_the_grant_starts_one_with_its_own_grants(void **state)
{
	uint8_t program[CID_BINARY_BYTES];
	cid_to_binary(&another_program, program);
	struct process_u64_or_start_error result;
	struct wire_bytes cid = {program, sizeof program};
	assert_int_equal(starts(client, cid, (struct wire_bytes){0}, &result), CAIRN_STATUS_OK);
	assert_false(result.is_error);
	struct process *child = kernel_find(kernel, result.value);
	assert_non_null(child);
	assert_ptr_equal(child->party.grants, client->process->party.grants);
}

static void what_is_no_cid_is_not_started(void **state)
{
	struct process_u64_or_start_error result;
	struct wire_bytes cid = {(const uint8_t *)"nonsense", 8};
	uint32_t before = process_count();
	assert_int_equal(starts(client, cid, (struct wire_bytes){0}, &result), CAIRN_STATUS_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, PROCESS_START_ERROR_NOT_A_CID);
	assert_int_equal(process_count(), before);
}

static void an_argument_with_a_zero_in_it_starts_nothing(void **state)
{
	uint8_t program[CID_BINARY_BYTES];
	cid_to_binary(&another_program, program);
	struct process_u64_or_start_error result = {.is_error = true};
	struct wire_bytes cid = {program, sizeof program};
	struct wire_bytes argument = {(const uint8_t *)"a\0b", 3};
	uint32_t before = process_count();
	uint32_t status = starts(client, cid, argument, &result);
	assert_true(status == CAIRN_STATUS_REFUSED || result.is_error);
	assert_int_equal(process_count(), before);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(a_program_handles_what_is_configured_for_it),
	    test(a_program_does_not_handle_what_is_configured_for_another),
	    test(nobody_handles_what_is_not_configured_or_the_kernels),
	    test(an_interface_has_one_handler),
	    test(a_process_without_the_grant_starts_none),
	    test(a_process_with_the_grant_starts_one_with_its_own_grants),
	    test(what_is_no_cid_is_not_started),
	    test(an_argument_with_a_zero_in_it_starts_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
