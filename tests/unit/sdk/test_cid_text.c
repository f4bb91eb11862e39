/* CIDs as text, in programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/cid_text.h>

/* Of the empty file. */
static const char text[] = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

static bool is_read(const char *changed)
{
	uint8_t cid[CID_TEXT_BINARY_BYTES] = {0};
	uint8_t untouched[CID_TEXT_BINARY_BYTES] = {0};
	bool is_cid = cid_text_read(changed, strlen(changed), cid);
	if (!is_cid)
		assert_memory_equal(cid, untouched, sizeof cid);
	return is_cid;
}

static void a_cid_is_read(void **state)
{
	static const uint8_t begin[] = {0x01, 0x55, 0x12, 0x20, 0xe3, 0xb0, 0xc4, 0x42};
	static const uint8_t end[] = {0x78, 0x52, 0xb8, 0x55};
	uint8_t cid[CID_TEXT_BINARY_BYTES];
	assert_true(cid_text_read(text, strlen(text), cid));
	assert_memory_equal(cid, begin, sizeof begin);
	assert_memory_equal(cid + sizeof cid - sizeof end, end, sizeof end);
}

static void what_is_none_is_refused(void **state)
{
	char changed[sizeof text + 1] = {0};
	assert_false(is_read(""));
	memcpy(changed, text, sizeof text);
	for (size_t size = 0; size < sizeof text - 1; size++)
		assert_false(cid_text_read(text, size, (uint8_t[CID_TEXT_BINARY_BYTES]){0}));
	changed[sizeof text - 1] = 'a';
	assert_false(is_read(changed));
	for (size_t i = 0; i < sizeof text - 1; i++) {
		memcpy(changed, text, sizeof text);
		changed[i] = i % 2 == 0 ? '1' : 'B';
		assert_false(is_read(changed));
	}
	memcpy(changed, text, sizeof text);
	changed[2] = 'q'; /* another codec */
	assert_false(is_read(changed));
	memcpy(changed, text, sizeof text);
	changed[sizeof text - 2] = 'v'; /* bits behind the last byte */
	assert_false(is_read(changed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cid_is_read),
	    cmocka_unit_test(what_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
