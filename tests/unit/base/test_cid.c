#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/cid.h"

/* From kubo's documentation, and from the multiformats library of another implementation. */
static const char hello_world[] = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
static const char directory_v0[] = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR";
static const char directory_v1[] = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

static struct cid parse(const char *text)
{
	struct cid cid = {0};
	struct fault fault;
	assert_int_equal(cid_from_text(text, strlen(text), &cid, &fault), STATUS_OK);
	return cid;
}

static void assert_prints(const struct cid *cid, const char *text)
{
	char printed[CID_TEXT_BYTES];
	cid_to_text(cid, printed);
	assert_string_equal(printed, text);
}

static void assert_refused(const char *text, enum status status, const char *reason)
{
	struct cid cid = {.codec = CID_RAW, .hash = {7}};
	struct cid before = cid;
	struct fault fault = {0};
	assert_int_equal(cid_from_text(text, strlen(text), &cid, &fault), status);
	assert_non_null(strstr(fault.text, reason));
	assert_memory_equal(&cid, &before, sizeof cid);
}

static void the_name_of_bytes_is_the_one_that_kubo_prints(void **state)
{
	struct cid cid = cid_of_block(CID_RAW, "hello world", 11);
	assert_prints(&cid, hello_world);
	cid = cid_of_block(CID_RAW, "", 0);
	assert_prints(&cid, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
}

static void all_printed_forms_of_a_name_are_equal(void **state)
{
	static const char *const forms[][5] = {
	    {directory_v1, directory_v0, "k2jmtxw8rjh1z69c6not3wtdxb0u3urbzhyll1t9jg6ox26dhi5sfi1m",
	     "zdj7Wic6KcJAfWz1c9o4M6kq9Lwd5BfbxkVafnrojaaGiSFxM",
	     "f01701220c3c4733ec8affd06cf9e9ff50ffc6bcd2ec85a6170004bb709669c31de94391a"},
	    {hello_world, "ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
	     "k2cwued9o1pvrt3q271rrqbo49x30tbxwpoeaq75z14e5ui2rzygpbe1",
	     "zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn",
	     "f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"},
	};
	for (size_t i = 0; i < 2; i++) {
		struct cid first = parse(forms[i][0]);
		for (size_t k = 0; k < 5; k++) {
			struct cid cid = parse(forms[i][k]);
			assert_true(cid_is_equal(&cid, &first));
			assert_prints(&cid, forms[i][0]);
		}
	}
	struct cid with_path = parse("/ipfs/QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR");
	assert_prints(&with_path, directory_v1);
}

static void a_binary_name_is_read_back(void **state)
{
	struct cid cid = parse(hello_world);
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(&cid, binary);
	assert_memory_equal(binary, "\x01\x55\x12\x20", 4);
	struct cid again;
	struct fault fault;
	assert_int_equal(cid_from_binary(binary, sizeof binary, &again, &fault), STATUS_OK);
	assert_true(cid_is_equal(&cid, &again));
}

static void a_binary_name_of_version_0_is_the_dag_pb_one(void **state)
{
	struct cid v1 = parse(directory_v1);
	uint8_t binary[34] = {0x12, 0x20};
	memcpy(binary + 2, v1.hash, 32);
	struct cid v0;
	struct fault fault;
	assert_int_equal(cid_from_binary(binary, sizeof binary, &v0, &fault), STATUS_OK);
	assert_true(cid_is_equal(&v0, &v1));
}

static void a_binary_name_cut_short_anywhere_or_too_long_is_refused(void **state)
{
	struct cid cid = parse(hello_world);
	uint8_t binary[CID_BINARY_BYTES + 1] = {0};
	cid_to_binary(&cid, binary);
	struct fault fault;
	for (size_t size = 0; size <= sizeof binary; size++) {
		if (size == CID_BINARY_BYTES)
			continue;
		/* A copy of just that size, so that the sanitizer sees a byte too far. */
		uint8_t *copy = test_malloc(size + 1);
		memcpy(copy, binary, size);
		assert_int_equal(cid_from_binary(copy, size, &cid, &fault), STATUS_MALFORMED);
		assert_non_null(strstr(fault.text, "not a binary CID"));
		test_free(copy);
	}
}

static void well_formed_names_of_other_kinds_are_told_apart(void **state)
{
	assert_refused("bafkqablimvwgy3y", STATUS_UNSUPPORTED, "identity");
	assert_refused("bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
		       STATUS_UNSUPPORTED, "codec");
	assert_refused("bafkrgqd3ks3gqnwb7porhusedwpbing4mlfgo75wr5p6m2sgjovn5tn5ablw7dllllb3zsaiis"
		       "35kcy4yzqdirf347h47d6avipohrrw3hrts",
		       STATUS_UNSUPPORTED, "hash function");
}

static void text_that_is_no_name_is_refused_with_the_reason(void **state)
{
	assert_refused("", STATUS_MALFORMED, "empty");
	assert_refused("/ipfs/", STATUS_MALFORMED, "empty");
	assert_refused("hello.wasm", STATUS_MALFORMED, "base");
	assert_refused("b", STATUS_MALFORMED, "unexpected end");
	assert_refused("Qm", STATUS_MALFORMED, "base");
	assert_refused("QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMn0", STATUS_MALFORMED, "digit");
	/* Upper case is another base; base32 must not be padded, or carry bits that say nothing. */
	assert_refused("BAFKREIFZJUT3TE7NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E",
		       STATUS_MALFORMED, "base");
	assert_refused("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e=",
		       STATUS_MALFORMED, "digit");
	assert_refused("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f",
		       STATUS_MALFORMED, "stray bits");
	assert_refused("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5",
		       STATUS_MALFORMED, "");
	assert_refused("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/file",
		       STATUS_MALFORMED, "digit");
	assert_refused("z1zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn", STATUS_MALFORMED,
		       "leading zero");
	/* Version 0 has no letter for the base. */
	assert_refused("zQmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", STATUS_MALFORMED, "");
}

static void text_of_any_length_is_refused_in_no_time(void **state)
{
	static char text[100000];
	memset(text, 'z', sizeof text);
	struct cid cid;
	struct fault fault;
	assert_int_equal(cid_from_text(text, sizeof text, &cid, &fault), STATUS_MALFORMED);
	assert_int_equal(cid_from_text(text, 256, &cid, &fault), STATUS_MALFORMED);
	memset(text, 'k', sizeof text);
	assert_int_equal(cid_from_text(text, 256, &cid, &fault), STATUS_MALFORMED);
}

static void a_strange_text_is_escaped_in_the_error(void **state)
{
	assert_refused("\x1b[31m", STATUS_MALFORMED, "\\u{001b}[31m");
	assert_refused("\xff\xfe", STATUS_MALFORMED, "\\xff\\xfe");
}

static void bytes_match_only_their_own_name(void **state)
{
	struct cid cid = parse(hello_world);
	assert_true(cid_matches_block(&cid, "hello world", 11));
	assert_false(cid_matches_block(&cid, "hello worle", 11));
	struct cid other = cid;
	other.codec = CID_DAG_PB;
	assert_false(cid_is_equal(&cid, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_name_of_bytes_is_the_one_that_kubo_prints),
	    cmocka_unit_test(all_printed_forms_of_a_name_are_equal),
	    cmocka_unit_test(a_binary_name_is_read_back),
	    cmocka_unit_test(a_binary_name_of_version_0_is_the_dag_pb_one),
	    cmocka_unit_test(a_binary_name_cut_short_anywhere_or_too_long_is_refused),
	    cmocka_unit_test(well_formed_names_of_other_kinds_are_told_apart),
	    cmocka_unit_test(text_that_is_no_name_is_refused_with_the_reason),
	    cmocka_unit_test(text_of_any_length_is_refused_in_no_time),
	    cmocka_unit_test(a_strange_text_is_escaped_in_the_error),
	    cmocka_unit_test(bytes_match_only_their_own_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
