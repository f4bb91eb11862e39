#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protobuf.h"
#include "varint.h"

static struct bytes over(const char *data, size_t size)
{
	return bytes_over((const uint8_t *)data, size);
}

static void fields_come_one_after_the_other(void **state)
{
	/* 1: 150, 2: "testing", 3: eight bytes, 4: four bytes; the first two from protobuf's docs
	 */
	struct bytes in = over("\x08\x96\x01\x12\x07testing\x19"
			       "12345678\x25"
			       "1234",
			       26);
	struct protobuf_field field;
	assert_true(protobuf_next(&in, &field));
	assert_int_equal(field.number, 1);
	assert_int_equal(protobuf_value(&in, &field), 150);
	assert_true(protobuf_next(&in, &field));
	assert_int_equal(field.number, 2);
	struct bytes body = protobuf_body(&in, &field);
	assert_int_equal(bytes_left(&body), 7);
	assert_memory_equal(body.next, "testing", 7);
	assert_true(protobuf_next(&in, &field));
	assert_int_equal(field.type, PROTOBUF_FIXED_64);
	assert_true(protobuf_next(&in, &field));
	assert_int_equal(field.type, PROTOBUF_FIXED_32);
	assert_false(protobuf_next(&in, &field));
	assert_true(bytes_ok(&in));
}

static void broken_fields_are_refused(void **state)
{
	static const struct {
		const char *data;
		size_t size;
	} broken[] = {
	    {"\x00\x01", 2}, /* field number 0 */
	    {"\x0b", 1},     /* a group */
	    {"\x0f", 1},     /* type 7 */
	    {"\x08", 1},     /* no value */
	    {"\x08\x80", 2}, /* half a value */
	    {"\x12\x05"
	     "abcd",
	     6},                                                  /* four bytes of five */
	    {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* 2^64 - 1 bytes */
	    {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11}, /* more than 64 bits */
	    {"\xf8\xff\xff\xff\xff\x01\x00", 7},                  /* field number 2^30 and more */
	    {"\x09"
	     "1234567",
	     8}, /* seven bytes of eight */
	};
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct bytes in = over(broken[i].data, broken[i].size);
		struct protobuf_field field;
		assert_false(protobuf_next(&in, &field));
		assert_false(bytes_ok(&in));
		assert_false(protobuf_next(&in, &field));
	}
}

static void a_field_of_the_wrong_type_fails_the_cursor(void **state)
{
	struct bytes in = over("\x08\x01", 2);
	struct protobuf_field field;
	assert_true(protobuf_next(&in, &field));
	struct bytes body = protobuf_body(&in, &field);
	assert_int_equal(bytes_left(&body), 0);
	assert_false(bytes_ok(&in));
	in = over("\x12\x01"
		  "a",
		  3);
	assert_true(protobuf_next(&in, &field));
	assert_int_equal(protobuf_value(&in, &field), 0);
	assert_false(bytes_ok(&in));
}

static void varints_are_written_in_their_shortest_form(void **state)
{
	static const uint64_t values[] = {0,     1,     127,        128,       300,
					  16383, 16384, UINT32_MAX, UINT64_MAX};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		uint8_t varint[VARINT_BYTES_MAX];
		size_t size = varint_write(values[i], varint);
		assert_int_equal(size, varint_size(values[i]));
		struct bytes in = bytes_over(varint, size);
		assert_true(bytes_leb_u64(&in) == values[i]);
		assert_int_equal(bytes_left(&in), 0);
		assert_true(size == 1 || varint[size - 1] != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_come_one_after_the_other),
	    cmocka_unit_test(broken_fields_are_refused),
	    cmocka_unit_test(a_field_of_the_wrong_type_fails_the_cursor),
	    cmocka_unit_test(varints_are_written_in_their_shortest_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
