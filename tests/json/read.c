/* SPDX-License-Identifier: ISC */
#include "../../src/json/read.h"

#include "../../src/json/check.h"
#include "../lib/guard.h"
#include "../lib/suite.h"

#define D10 "0000000000"
#define D60 D10 D10 D10 D10 D10 D10

static const struct {
    const char *token;
    bool good;
    uint64_t integer;
} integers[] = {
    { "0", true, 0 },
    { "7", true, 7 },
    { "4.0", true, 4 },
    { "4e0", true, 4 },
    { "4E+0", true, 4 },
    { "4e-0", true, 4 },
    { "40e-1", true, 4 },
    { "0.4e1", true, 4 },
    { "0.04e2", true, 4 },
    { "400.00e-2", true, 4 },
    { "1.34217728e8", true, 134217728 },
    { "0.0", true, 0 },
    { "0e999999999999999999999", true, 0 },
    { "0.000e-5", true, 0 },
    { "9007199254740991", true, UINT64_C(9007199254740991) },
    { "9007199254740993", true, UINT64_C(9007199254740993) }, /* no double has it */
    { "9007199254740993.0", true, UINT64_C(9007199254740993) },
    { "9223372036854775808", true, UINT64_C(9223372036854775808) },
    { "9999999999999999999", true, UINT64_C(9999999999999999999) },
    { "18446744073709551615", true, UINT64_MAX },
    { "1844674407370955161.5e1", true, UINT64_MAX },
    { "1e19", true, UINT64_C(10000000000000000000) },
    { "4." D60 "00", true, 4 }, /* 64 characters */
    { "4." D60 "000", false, 0 },
    { "18446744073709551616", false, 0 },
    { "18446744073709551620", false, 0 },
    { "1e20", false, 0 },
    { "2e19", false, 0 },
    { "1e400", false, 0 },
    { "1e-400", false, 0 },
    { "1e99999999999999999999", false, 0 },
    { "1e-99999999999999999999", false, 0 },
    { "0.5", false, 0 },
    { "4.5", false, 0 },
    { "4.000000000000000000001", false, 0 }, /* 4 as a double */
    { "45e-1", false, 0 },
    { "-0", false, 0 },
    { "-0.0", false, 0 },
    { "-1", false, 0 },
    { "1" D60 "00", false, 0 },
};

static struct json_value string(const char *text)
{
    return (struct json_value){ .kind = JSON_STRING, .text = text, .size = strlen(text) };
}

static void integer(void)
{
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        const char *const text = integers[i].token;
        const struct json_value token = { .kind = JSON_NUMBER, .text = text, .size = strlen(text) };
        struct json_value taken;
        struct json json;
        uint64_t value = 0;

        ROW_CHECK(text, json_integer(&token, &value) == integers[i].good);
        ROW_CHECK(text, value == integers[i].integer);
        json_start(&json, text, strlen(text));
        taken = json_take(&json);
        value = 0;
        ROW_CHECK(text, taken.kind == JSON_NUMBER && taken.size == strlen(text));
        ROW_CHECK(text, json_integer(&taken, &value) == integers[i].good);
        ROW_CHECK(text, value == integers[i].integer);
    }
}

static const struct {
    const char *text;
    unsigned digits;
    bool good;
    uint64_t integer;
} hexes[] = {
    { "0x0", 8, true, 0 },
    { "0xfec00000", 8, true, 0xfec00000 },
    { "0xFEDcba98", 8, true, 0xfedcba98 },
    { "0x00000001", 8, true, 1 },
    { "0xffffffffffffffff", 16, true, UINT64_MAX },
    { "0x", 8, false, 0 },
    { "", 8, false, 0 },
    { "0", 8, false, 0 },
    { "x1", 8, false, 0 },
    { "0X1", 8, false, 0 },
    { "1x1", 8, false, 0 },
    { "ff", 8, false, 0 },
    { "0x000000001", 8, false, 0 },
    { "0x10000000000000000", 16, false, 0 },
    { "0xg", 8, false, 0 },
    { "0x:", 8, false, 0 },
    { "0x@", 8, false, 0 },
    { "0x/", 8, false, 0 },
    { "0x1 ", 8, false, 0 },
    { " 0x1", 8, false, 0 },
    { "0x1\n", 8, false, 0 },
    { "0x-1", 8, false, 0 },
    { "0x1.0", 8, false, 0 },
};

static void hex(void)
{
    const struct json_value nul = { .kind = JSON_STRING, .text = "0x1\0", .size = 4 };
    uint64_t value = 0;

    for (size_t i = 0; i < sizeof(hexes) / sizeof(hexes[0]); i++) {
        const struct json_value v = string(hexes[i].text);
        bool good;

        value = 0;
        good = json_hex(&v, hexes[i].digits, &value);
        ROW_CHECK(hexes[i].text, good == hexes[i].good && value == hexes[i].integer);
    }
    CU_ASSERT_FALSE(json_hex(&nul, 8, &value));
}

static const struct {
    const char *token, *text;
    size_t size;
} strings[] = {
    { "\"\"", "", 0 },
    { "\"cpus\"", "cpus", 4 },
    { "\"\\u0063\\u0070us\"", "cpus", 4 },
    { "\"cpus\\u0000x\"", "cpus\0x", 6 },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
    { "\"\\\\\"", "\\", 1 },
    { "\"\\\"\"", "\"", 1 },
    { "\"a\\u007fb\"",
      "a\x7f"
      "b",
      3 },
    { "\"\\u0080\"", "\xff", 1 },
    { "\"\\ud83d\\ude00\"", "\xff\xff", 2 },
    { "\"\xc3\xa9\"", "\xc3\xa9", 2 },
};

static void each_string(void)
{
    struct json json;

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        struct json_value v;

        json_start(&json, strings[i].token, strlen(strings[i].token));
        v = json_take(&json);
        ROW_CHECK(strings[i].token, v.kind == JSON_STRING && v.size == strings[i].size);
        ROW_CHECK(strings[i].token, memcmp(v.text, strings[i].text, strings[i].size) == 0);
        ROW_CHECK(strings[i].token, json_take(&json).kind == JSON_NOTHING);
    }
}

/* The same in place, and as far as there is room */
static void unescaped(void)
{
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        const size_t size = strlen(strings[i].token) - 2, half = strings[i].size / 2;
        char text[32], part[32];

        memcpy(text, strings[i].token + 1, size);
        memset(part, '?', sizeof(part));
        ROW_CHECK(strings[i].token,
                  json_unescape(text, size, part, half) == strings[i].size && part[half] == '?');
        ROW_CHECK(strings[i].token, memcmp(part, strings[i].text, half) == 0);
        ROW_CHECK(strings[i].token, json_unescape(text, size, text, size) == strings[i].size);
        ROW_CHECK(strings[i].token, memcmp(text, strings[i].text, strings[i].size) == 0);
    }
}

/*
 * A string that is longer than what is kept has its whole length, so that it equals nothing short.
 */
static void long_string(void)
{
    char text[1000];
    struct json json;
    struct json_value v;

    memset(text, 'a', sizeof(text));
    memcpy(text, "\"\\n", 3);
    text[sizeof(text) - 1] = '"';
    json_start(&json, text, sizeof(text));
    v = json_take(&json);
    CU_ASSERT_EQUAL(v.size, sizeof(text) - 3);
    CU_ASSERT_EQUAL(memcmp(v.text, "\naaa", 4), 0);
    CU_ASSERT_EQUAL(v.text[JSON_TEXT_MAX - 1], 'a');
}

/*
 * The text in a buffer that ends at an unmapped page. Return: how many values were read and
 * skipped.
 */
static unsigned walk(const char *text, size_t size)
{
    struct guard g;
    struct json json;
    unsigned count = 0;

    guard_make(&g, size);
    memcpy(g.bytes, text, size);
    json_start(&json, (const char *)g.bytes, size);
    CU_ASSERT_EQUAL(json_take(&json).kind, JSON_OBJECT);
    json_open(&json);
    while (json_more(&json)) {
        const struct json_value name = json_name(&json);

        CU_ASSERT_EQUAL(name.size, 1);
        CU_ASSERT_EQUAL(name.text[0], (char)('a' + count));
        json_skip(&json);
        count++;
    }
    CU_ASSERT_EQUAL(json_take(&json).kind, JSON_NOTHING);
    guard_free(&g);
    return count;
}

static void skipping(void)
{
    static const char text[] =
        " { \"a\" : 1 , \"b\":[],\"c\":{},\"d\":\"]}\\\"\",\"\\u0065\":[[{\"x\":[\"}\",1.5e3,null]}],true] ,"
        "\"f\":-0,\"g\":{\"[\":\"{\",\"\\\\\":[ ]},\"h\":false}\n";
    struct err err;

    memset(&err, 0, sizeof(err));
    CU_ASSERT_EQUAL(json_check(text, sizeof(text) - 1, &err), 0);
    CU_ASSERT_EQUAL(walk(text, sizeof(text) - 1), 8);
    CU_ASSERT_EQUAL(walk("{}", 2), 0);
}

static void expected_name(void)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        { "\"cpus\":1", true },         { " \"cpus\" : 1", true }, { "\"cpu\":1", false },
        { "\"cpusx\":1", false },       { "\"Cpus\":1", false },   { "\"\\u0063pus\":1", false },
        { "\"cpus\\u0000\":1", false }, { "\"\":1", false },       { "\"c\"", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = strlen(rows[i].text);
        struct json json;
        struct guard g;

        guard_make(&g, size);
        memcpy(g.bytes, rows[i].text, size);
        json_start(&json, (const char *)g.bytes, size);
        ROW_CHECK(rows[i].text, json_is_name(&json, "cpus", 4) == rows[i].is);
        if (!rows[i].is && size > 3) /* the cursor has not moved but over blanks */
            json_name(&json);
        ROW_CHECK(rows[i].text, size <= 3 || json_take(&json).kind == JSON_NUMBER);
        guard_free(&g);
    }
}

static void scalars(void)
{
    static const struct {
        const char *text;
        enum json_kind kind;
    } rows[] = {
        { "4", JSON_NUMBER },    { " -4.5e+6 ", JSON_NUMBER }, { "true", JSON_TRUE },
        { "false", JSON_FALSE }, { "null ", JSON_NULL },       { "[", JSON_ARRAY },
        { "{", JSON_OBJECT },    { "\"\"", JSON_STRING },      { "", JSON_NOTHING },
        { " \n", JSON_NOTHING }, { "0\r", JSON_NUMBER },
    };
    struct json json;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct guard g;

        guard_make(&g, strlen(rows[i].text));
        memcpy(g.bytes, rows[i].text, strlen(rows[i].text));
        json_start(&json, (const char *)g.bytes, strlen(rows[i].text));
        ROW_CHECK(rows[i].text, json_take(&json).kind == rows[i].kind);
        guard_free(&g);
    }
}

static const struct test tests[] = {
    { "integers are exact or refused", integer },
    { "hexadecimal strings", hex },
    { "strings are decoded", each_string },
    { "strings are decoded in place", unescaped },
    { "long strings", long_string },
    { "values are skipped", skipping },
    { "names that are expected", expected_name },
    { "kinds", scalars },
};
const struct suite json_read_suite = { "json/read", tests, sizeof(tests) / sizeof(tests[0]) };
