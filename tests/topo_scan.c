/* SPDX-License-Identifier: ISC */
#include "../src/topo/scan.h"

#include "guard.h"
#include "topo.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct {
    const char *name, *text;
    size_t size;
} good[] = {
    { "empty object", TEXT("{}") },
    { "scalar", TEXT(" 0 ") },
    { "all kinds", TEXT("{\"a\":[1,-0,0.5,1e9,1E-9,1.0e+3,true,false,null,\"\"],\"b\":{\"c\":{}}}") },
    { "white space", TEXT("\t[\r\n 1 ,\t2 ]\n") },
    { "escapes", TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"") },
    { "two-byte character", TEXT("\"\xc3\xa9\"") },
    { "edges of the UTF-8 table", TEXT("\"\xe0\xa0\x80\xed\x9f\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"") },
};

static const struct {
    const char *name, *text;
    size_t size, offset;
} bad[] = {
    { "nothing", TEXT(""), 0 },
    { "only blanks", TEXT("  "), 2 },
    { "byte order mark", TEXT("\xef\xbb\xbf{}"), 0 },
    { "text after the value", TEXT("{} x"), 3 },
    { "comment", TEXT("{} // x"), 3 },
    { "second value", TEXT("1 2"), 2 },
    { "NUL after the value", "{}\0", 3, 2 },
    { "form feed as white space", TEXT("[\f1]"), 1 },
    { "trailing comma in an array", TEXT("[1,]"), 3 },
    { "trailing comma in an object", TEXT("{\"a\":1,}"), 7 },
    { "name without quotes", TEXT("{a:1}"), 1 },
    { "single quotes", TEXT("{'a':1}"), 1 },
    { "no colon", TEXT("{\"a\" 1}"), 5 },
    { "unclosed array", TEXT("[1"), 2 },
    { "wrong bracket", TEXT("[1}"), 2 },
    { "leading zero", TEXT("04"), 1 },
    { "negative leading zero", TEXT("-01"), 2 },
    { "no digit after the point", TEXT("[4.]"), 3 },
    { "no digit before the point", TEXT("-.5"), 1 },
    { "no digit in the exponent", TEXT("1e"), 2 },
    { "plus sign", TEXT("+1"), 0 },
    { "hexadecimal", TEXT("0x10"), 1 },
    { "NaN", TEXT("NaN"), 0 },
    { "True", TEXT("True"), 0 },
    { "cut word", TEXT("tru"), 0 },
    { "longer word", TEXT("nulll"), 4 },
    { "raw tab in a string", TEXT("\"\t\""), 1 },
    { "raw NUL in a string", "\"\0\"", 3, 1 },
    { "unclosed string", TEXT("\"abc"), 4 },
    { "unknown escape", TEXT("\"\\x\""), 2 },
    { "escape at the end", TEXT("\"\\"), 2 },
    { "escaped NUL byte", "\"\\\0\"", 4, 2 },
    { "bad hex digit", TEXT("\"\\u00g0\""), 5 },
    { "lone high surrogate", TEXT("\"\\ud800\""), 7 },
    { "high surrogate twice", TEXT("\"\\ud800\\ud800\""), 13 },
    { "lone low surrogate", TEXT("\"\\udc00\""), 7 },
    { "lone continuation byte", TEXT("\"\x80\""), 1 },
    { "overlong encoding", TEXT("\"\xc0\x80\""), 1 },
    { "overlong three bytes", TEXT("\"\xe0\x9f\xbf\""), 2 },
    { "encoded surrogate", TEXT("\"\xed\xa0\x80\""), 2 },
    { "beyond U+10FFFF", TEXT("\"\xf4\x90\x80\x80\""), 2 },
    { "cut character", TEXT("\"\xe2\x82\""), 3 },
};

/* The text in a buffer of its own that ends at an unmapped page. */
static int scan(const char *text, size_t size, struct scan *found, struct err *err)
{
    struct guard g;
    int status;

    guard_make(&g, size);
    memcpy(g.bytes, text, size);
    memset(err, 0, sizeof(*err));
    status = scan_json((const char *)g.bytes, size, found, err);
    guard_free(&g);
    return status;
}

static void accepted(void)
{
    struct scan found;
    struct err err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ROW_CHECK(good[i].name, scan(good[i].text, good[i].size, &found, &err) == 0);
}

static void refused(void)
{
    struct scan found;
    struct err err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW_CHECK(bad[i].name, scan(bad[i].text, bad[i].size, &found, &err) == -1);
        ROW_CHECK(bad[i].name, err.code == ERR_SYNTAX && err.text.offset == bad[i].offset);
    }
}

static void positions(void)
{
    struct scan found;
    struct err err;

    CU_ASSERT_EQUAL(scan(TEXT("{\n  \"cpus\": 4,\n  bad\n}"), &found, &err), -1);
    CU_ASSERT_EQUAL(err.text.offset, 17);
    CU_ASSERT_EQUAL(err.text.line, 3);
    CU_ASSERT_EQUAL(err.text.column, 3);
    CU_ASSERT_STRING_EQUAL(err.places[0].detail, "expected a string");
}

static void what_was_found(void)
{
    struct scan found;
    struct err err;
    char deep[2 * SCAN_DEPTH_MAX + 2];

    CU_ASSERT_EQUAL(scan(TEXT("[[1],{\"a\":[]}]"), &found, &err), 0);
    CU_ASSERT_EQUAL(found.depth, 3);
    CU_ASSERT_FALSE(found.nul_escape || found.long_number);
    CU_ASSERT_EQUAL(scan(TEXT("\"a\\u0000\""), &found, &err), 0);
    CU_ASSERT(found.nul_escape);
    CU_ASSERT_EQUAL(
        scan(TEXT("1111111111222222222233333333334444444444555555555566666666667777"), &found, &err), 0);
    CU_ASSERT_FALSE(found.long_number);
    CU_ASSERT_EQUAL(
        scan(TEXT("11111111112222222222333333333344444444445555555555666666666677778"), &found, &err), 0);
    CU_ASSERT(found.long_number);

    memset(deep, '[', SCAN_DEPTH_MAX);
    memset(deep + SCAN_DEPTH_MAX, ']', SCAN_DEPTH_MAX);
    CU_ASSERT_EQUAL(scan(deep, (size_t)2 * SCAN_DEPTH_MAX, &found, &err), 0);
    CU_ASSERT_EQUAL(found.depth, SCAN_DEPTH_MAX);
    memset(deep, '[', SCAN_DEPTH_MAX + 1);
    CU_ASSERT_EQUAL(scan(deep, (size_t)2 * SCAN_DEPTH_MAX, &found, &err), -1);
}

static void every_prefix(void)
{
    static const char text[] = "{\"a\":[1,-0.5e+3,\"\\u00e9\\ud83d\\ude00\xf0\x9f\x98\x80\",null]}";
    struct scan found;
    struct err err;

    for (size_t n = 0; n < sizeof(text) - 1; n++)
        CU_ASSERT_EQUAL(scan(text, n, &found, &err), -1);
    CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &found, &err), 0);
}

static const struct test tests[] = {
    { "JSON is accepted", accepted },
    { "what is no JSON is refused where it goes wrong", refused },
    { "line and column", positions },
    { "depth, NUL escapes, long numbers", what_was_found },
    { "every prefix is refused", every_prefix },
};
const struct suite topo_scan = { "topo/scan", tests, sizeof(tests) / sizeof(tests[0]) };
