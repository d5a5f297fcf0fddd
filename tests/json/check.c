/* SPDX-License-Identifier: ISC */
#include "../../src/json/check.h"

#include <stdbool.h>

#include "../lib/guard.h"
#include "../lib/suite.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct {
    const char *name, *text;
    size_t size;
} good[] = {
    { "empty object", TEXT("{}") },
    { "empty array", TEXT("[]") },
    { "zero with blanks around it", TEXT(" 0 ") },
    { "all kinds",
      TEXT("{\"a\":[1,-0,0.5,1e9,1E-9,1.0e+3,true,false,null,\"\"],\"b\":{\"c\":{}}}") },
    { "white space everywhere", TEXT("\t[\r\n 1 ,\t2 ]\n") },
    { "white space in an object", TEXT(" { \"a\" : 1 , \"b\" : 2 } ") },
    { "white space in an empty array", TEXT("[ \n ]") },
    { "white space in an empty object", TEXT("{\t}") },
    { "true", TEXT("true") },
    { "false", TEXT("false") },
    { "null", TEXT("null") },
    { "empty string", TEXT("\"\"") },
    { "string of a blank", TEXT("\" \"") },
    { "string of brackets", TEXT("\"[{]}\"") },
    { "comment in a string", TEXT("\"// /* */\"") },
    { "delete character", TEXT("\"\x7f\"") },
    { "integer", TEXT("123") },
    { "negative integer", TEXT("-123") },
    { "negative zero", TEXT("-0") },
    { "fraction of zero", TEXT("0.0") },
    { "negative fraction", TEXT("-0.5") },
    { "fraction that begins with zeros", TEXT("1.005") },
    { "exponent", TEXT("1e5") },
    { "capital exponent", TEXT("1E5") },
    { "exponent with a plus", TEXT("1e+5") },
    { "exponent with a minus", TEXT("1E-5") },
    { "exponent with leading zeros", TEXT("1e0005") },
    { "zero with an exponent", TEXT("0e1") },
    { "zero with a signed exponent", TEXT("0E+1") },
    { "negative zero with all parts", TEXT("-0.0e-0") },
    { "exponent that no double has", TEXT("1e99999") },
    { "tiny exponent", TEXT("123.456e-78901") },
    { "forty digits", TEXT("1234567890123456789012345678901234567890") },
    { "escapes", TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"") },
    { "escaped backslash at the end", TEXT("\"\\\\\"") },
    { "escaped quote at the end", TEXT("\"\\\"\"") },
    { "escaped NUL", TEXT("\"\\u0000\"") },
    { "escaped control character", TEXT("\"\\u001F\"") },
    { "escaped delete character", TEXT("\"\\u007f\"") },
    { "escaped quote as a number", TEXT("\"\\u0022\"") },
    { "escaped noncharacter", TEXT("\"\\uFFFF\"") },
    { "last before the surrogates", TEXT("\"\\uD7FF\"") },
    { "first behind the surrogates", TEXT("\"\\uE000\"") },
    { "first pair", TEXT("\"\\uD800\\uDC00\"") },
    { "last pair", TEXT("\"\\uDBFF\\uDFFF\"") },
    { "two pairs", TEXT("\"\\ud83d\\ude00\\ud83d\\ude01\"") },
    { "mixed case of hex digits", TEXT("\"\\uaBcD\"") },
    { "u without a backslash", TEXT("\"u00e9\"") },
    { "two-byte character", TEXT("\"\xc3\xa9\"") },
    { "first of two bytes", TEXT("\"\xc2\x80\"") },
    { "last of two bytes", TEXT("\"\xdf\xbf\"") },
    { "first of three bytes", TEXT("\"\xe0\xa0\x80\"") },
    { "last before the surrogates, raw", TEXT("\"\xed\x9f\xbf\"") },
    { "first behind the surrogates, raw", TEXT("\"\xee\x80\x80\"") },
    { "last of three bytes", TEXT("\"\xef\xbf\xbf\"") },
    { "first of four bytes", TEXT("\"\xf0\x90\x80\x80\"") },
    { "last of four bytes", TEXT("\"\xf4\x8f\xbf\xbf\"") },
    { "line separators", TEXT("\"\xe2\x80\xa8\xe2\x80\xa9\"") },
    { "byte order mark inside a string", TEXT("\"\xef\xbb\xbf\"") },
    { "name with escapes", TEXT("{\"\\u0061\":1}") },
    { "empty name", TEXT("{\"\":0}") },
    { "name twice", TEXT("{\"a\":1,\"a\":2}") },
    { "names that differ in case", TEXT("{\"a\":1,\"A\":2}") },
    { "array in an array", TEXT("[[]]") },
    { "arrays side by side", TEXT("[[],[[]],[]]") },
    { "object in an array", TEXT("[{}]") },
    { "objects in a row", TEXT("{\"a\":{\"b\":{\"c\":{}}},\"d\":{}}") },
    { "array as a value", TEXT("{\"a\":[]}") },
    { "kinds mixed", TEXT("[null,1,\"1\",{}]") },
    { "number right behind a bracket", TEXT("[1]") },
    { "final line end", TEXT("[1]\r\n") },
    { "leading line end", TEXT("\n[1]") },
};

static const struct {
    const char *name, *text;
    size_t size, offset;
} bad[] = {
    { "nothing", TEXT(""), 0 },
    { "only blanks", TEXT("  "), 2 },
    { "byte order mark", TEXT("\xef\xbb\xbf{}"), 0 },
    { "byte order mark alone", TEXT("\xef\xbb\xbf"), 0 },
    { "half a byte order mark", TEXT("\xef{}"), 0 },
    { "UTF-16, low byte first", "1\0", 2, 1 },
    { "UTF-16, high byte first",
      "\0"
      "1",
      2, 0 },
    { "text after the value", TEXT("{} x"), 3 },
    { "comment", TEXT("{} // x"), 3 },
    { "comment before the value", TEXT("/**/{}"), 0 },
    { "comment inside", TEXT("[1,/**/2]"), 3 },
    { "hash comment", TEXT("{}#"), 2 },
    { "second value", TEXT("1 2"), 2 },
    { "second object", TEXT("{}{}"), 2 },
    { "comma after the value", TEXT("[],"), 2 },
    { "closing bracket alone", TEXT("]"), 0 },
    { "closing brace alone", TEXT("}"), 0 },
    { "one bracket too many", TEXT("[1]]"), 3 },
    { "one brace too many", TEXT("{\"a\":1}}"), 7 },
    { "NUL after the value", "{}\0", 3, 2 },
    { "NUL before the value", "\0{}", 3, 0 },
    { "NUL in a number", "1\0", 2, 1 },
    { "NUL between brackets", "[\0]", 3, 1 },
    { "form feed as white space", TEXT("[\f1]"), 1 },
    { "vertical tab as white space", TEXT("[\v1]"), 1 },
    { "control character as white space",
      TEXT("[\x01"
           "1]"),
      1 },
    { "no-break space",
      TEXT("[\xc2\xa0"
           "1]"),
      1 },
    { "word joiner", TEXT("[\xe2\x81\xa0]"), 1 },
    { "delete character outside", TEXT("\x7f"), 0 },
    { "colon alone", TEXT(":"), 0 },
    { "comma alone", TEXT(","), 0 },
    { "comma in an empty array", TEXT("[,]"), 1 },
    { "comma before an element", TEXT("[,1]"), 1 },
    { "two commas", TEXT("[1,,2]"), 3 },
    { "trailing comma in an array", TEXT("[1,]"), 3 },
    { "trailing comma at the end", TEXT("[1,"), 3 },
    { "colon in an array", TEXT("[1:2]"), 2 },
    { "no comma in an array", TEXT("[1 2]"), 3 },
    { "strings without a comma", TEXT("[\"a\" \"b\"]"), 5 },
    { "trailing comma in an object", TEXT("{\"a\":1,}"), 7 },
    { "comma in an empty object", TEXT("{,}"), 1 },
    { "two commas in an object", TEXT("{\"a\":1,,\"b\":2}"), 7 },
    { "semicolon", TEXT("{\"a\":1;\"b\":2}"), 6 },
    { "name without quotes", TEXT("{a:1}"), 1 },
    { "name a number", TEXT("{1:1}"), 1 },
    { "name null", TEXT("{null:1}"), 1 },
    { "name an array", TEXT("{[]:1}"), 1 },
    { "single quotes", TEXT("{'a':1}"), 1 },
    { "no colon", TEXT("{\"a\" 1}"), 5 },
    { "two colons", TEXT("{\"a\"::1}"), 5 },
    { "equals sign", TEXT("{\"a\"=1}"), 4 },
    { "comma for a colon", TEXT("{\"a\",1}"), 4 },
    { "no value", TEXT("{\"a\":}"), 5 },
    { "name alone", TEXT("{\"a\"}"), 4 },
    { "second name alone", TEXT("{\"a\":1,\"b\"}"), 10 },
    { "value without a name", TEXT("{\"a\":1,2}"), 7 },
    { "no comma in an object", TEXT("{\"a\":1 \"b\":2}"), 7 },
    { "unclosed array", TEXT("[1"), 2 },
    { "unclosed empty array", TEXT("["), 1 },
    { "unclosed object", TEXT("{\"a\":1"), 6 },
    { "unclosed empty object", TEXT("{"), 1 },
    { "unclosed name", TEXT("{\"a"), 3 },
    { "unclosed inner array", TEXT("[[1]"), 4 },
    { "wrong bracket", TEXT("[1}"), 2 },
    { "wrong brace", TEXT("{\"a\":1]"), 6 },
    { "brackets crossed", TEXT("[{]}"), 2 },
    { "brackets crossed at a value", TEXT("{\"a\":[}]"), 6 },
    { "leading zero", TEXT("04"), 1 },
    { "two zeros", TEXT("00"), 1 },
    { "negative leading zero", TEXT("-01"), 2 },
    { "zeros of an old octal", TEXT("[012]"), 2 },
    { "no digit after the point", TEXT("[4.]"), 3 },
    { "nothing after the point", TEXT("4."), 2 },
    { "no digit before the point", TEXT(".5"), 0 },
    { "no digit between sign and point", TEXT("-.5"), 1 },
    { "two points", TEXT("1.2.3"), 3 },
    { "point and exponent", TEXT("1.e1"), 2 },
    { "no digit in the exponent", TEXT("1e"), 2 },
    { "no digit behind the exponent's sign", TEXT("1e+"), 3 },
    { "two signs in the exponent", TEXT("1e+-1"), 3 },
    { "two exponents", TEXT("1e1e1"), 3 },
    { "fraction in the exponent", TEXT("1e1.5"), 3 },
    { "exponent alone", TEXT("e5"), 0 },
    { "minus alone", TEXT("-"), 1 },
    { "two minus signs", TEXT("--1"), 1 },
    { "minus and a blank", TEXT("- 1"), 1 },
    { "minus behind the digits", TEXT("1-"), 1 },
    { "minus and a letter", TEXT("-x"), 1 },
    { "plus sign", TEXT("+1"), 0 },
    { "plus and minus", TEXT("+-1"), 0 },
    { "hexadecimal", TEXT("0x10"), 1 },
    { "hexadecimal digit", TEXT("1a"), 1 },
    { "binary", TEXT("0b1"), 1 },
    { "digits apart", TEXT("1 000"), 2 },
    { "digits joined", TEXT("1_000"), 1 },
    { "full-width digit", TEXT("\xef\xbc\x91"), 0 },
    { "NaN", TEXT("NaN"), 0 },
    { "nan", TEXT("nan"), 0 },
    { "Infinity", TEXT("Infinity"), 0 },
    { "negative infinity", TEXT("-Infinity"), 1 },
    { "True", TEXT("True"), 0 },
    { "TRUE", TEXT("TRUE"), 0 },
    { "cut word", TEXT("tru"), 0 },
    { "cut null", TEXT("nul"), 0 },
    { "cut false in an array", TEXT("[fals]"), 1 },
    { "misspelt word", TEXT("trUe"), 0 },
    { "longer word", TEXT("nulll"), 4 },
    { "word with a digit", TEXT("true1"), 4 },
    { "words joined", TEXT("truefalse"), 4 },
    { "undefined", TEXT("undefined"), 0 },
    { "bare word", TEXT("abc"), 0 },
    { "call of a function", TEXT("{\"a\":f()}"), 5 },
    { "raw tab in a string", TEXT("\"\t\""), 1 },
    { "raw line end in a string", TEXT("\"a\nb\""), 2 },
    { "raw carriage return in a string", TEXT("\"\r\""), 1 },
    { "raw unit separator in a string", TEXT("\"\x1f\""), 1 },
    { "raw NUL in a string", "\"\0\"", 3, 1 },
    { "raw tab in a name", TEXT("{\"a\tb\":1}"), 3 },
    { "unclosed string", TEXT("\"abc"), 4 },
    { "quote alone", TEXT("\""), 1 },
    { "string in single quotes", TEXT("'a'"), 0 },
    { "string in other quotes",
      TEXT("\xe2\x80\x9c"
           "a\xe2\x80\x9d"),
      0 },
    { "letter behind a string", TEXT("\"a\"b"), 3 },
    { "unknown escape", TEXT("\"\\x\""), 2 },
    { "escaped single quote", TEXT("\"\\'\""), 2 },
    { "escaped a", TEXT("\"\\a\""), 2 },
    { "escaped zero", TEXT("\"\\0\""), 2 },
    { "escaped capital u", TEXT("\"\\U0041\""), 2 },
    { "escaped line end", TEXT("\"\\\n\""), 2 },
    { "escaped blank", TEXT("\"\\ \""), 2 },
    { "escape of a raw character", TEXT("\"\\\xc3\xa9\""), 2 },
    { "escape at the end", TEXT("\"\\"), 2 },
    { "quote that is escaped", TEXT("\"\\\""), 3 },
    { "escaped NUL byte", "\"\\\0\"", 4, 2 },
    { "escape outside a string", TEXT("[\\u0031]"), 1 },
    { "bad hex digit", TEXT("\"\\u00g0\""), 5 },
    { "three hex digits", TEXT("\"\\u00e\""), 6 },
    { "no hex digits", TEXT("\"\\u\""), 3 },
    { "sign for a hex digit", TEXT("\"\\u+0e9\""), 3 },
    { "blank for a hex digit", TEXT("\"\\u 0e9\""), 3 },
    { "hex digits in braces", TEXT("\"\\u{e9}\""), 3 },
    { "hex digits cut by the end", TEXT("\"\\u00"), 5 },
    { "lone high surrogate", TEXT("\"\\ud800\""), 7 },
    { "high surrogate at the end", TEXT("\"\\udbff"), 7 },
    { "high surrogate and a letter", TEXT("\"\\ud800x\""), 7 },
    { "high surrogate and another escape", TEXT("\"\\ud800\\n\""), 8 },
    { "high surrogate twice", TEXT("\"\\ud800\\ud800\""), 13 },
    { "high surrogate and no surrogate", TEXT("\"\\ud800\\u0041\""), 13 },
    { "high surrogate and half an escape", TEXT("\"\\ud800\\uDC\""), 11 },
    { "lone low surrogate", TEXT("\"\\udc00\""), 7 },
    { "pair the wrong way round", TEXT("\"\\ude00\\ud83d\""), 7 },
    { "lone surrogate in a name", TEXT("{\"\\udfff\":1}"), 8 },
    { "lone continuation byte", TEXT("\"\x80\""), 1 },
    { "last continuation byte", TEXT("\"\xbf\""), 1 },
    { "Latin-1", TEXT("\"\xe9\""), 2 },
    { "overlong encoding", TEXT("\"\xc0\x80\""), 1 },
    { "overlong slash", TEXT("\"\xc1\xaf\""), 1 },
    { "overlong three bytes", TEXT("\"\xe0\x9f\xbf\""), 2 },
    { "overlong four bytes", TEXT("\"\xf0\x8f\xbf\xbf\""), 2 },
    { "encoded surrogate", TEXT("\"\xed\xa0\x80\""), 2 },
    { "encoded low surrogate", TEXT("\"\xed\xbf\xbf\""), 2 },
    { "beyond U+10FFFF", TEXT("\"\xf4\x90\x80\x80\""), 2 },
    { "lead byte f5", TEXT("\"\xf5\x80\x80\x80\""), 1 },
    { "lead byte of five bytes", TEXT("\"\xf8\x88\x80\x80\x80\""), 1 },
    { "byte fe", TEXT("\"\xfe\""), 1 },
    { "byte ff", TEXT("\"\xff\""), 1 },
    { "cut two bytes", TEXT("\"\xc3\""), 2 },
    { "cut character", TEXT("\"\xe2\x82\""), 3 },
    { "cut four bytes", TEXT("\"\xf0\x9f\x98\""), 4 },
    { "character cut by the end", TEXT("\"\xe2\x82"), 3 },
    { "lead byte behind a lead byte", TEXT("\"\xc3\xc3\xa9\""), 2 },
    { "raw character outside a string", TEXT("[\xc3\xa9]"), 1 },
};

/* The text in a buffer of its own that ends at an unmapped page. */
static int scan(const char *text, size_t size, struct err *err)
{
    struct guard g;
    int status;

    guard_make(&g, size);
    memcpy(g.bytes, text, size);
    memset(err, 0, sizeof(*err));
    status = json_check((const char *)g.bytes, size, err);
    guard_free(&g);
    return status;
}

static void accepted(void)
{
    struct err err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ROW_CHECK(good[i].name, scan(good[i].text, good[i].size, &err) == 0 && err.count == 0);
}

static void refused(void)
{
    struct err err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW_CHECK(bad[i].name, scan(bad[i].text, bad[i].size, &err) == -1);
        ROW_CHECK(bad[i].name, err.code == ERR_SYNTAX && err.text.offset == bad[i].offset);
    }
}

/*
 * What is refused alone is refused as an element, as a member, and as a member's name where it is a
 * string.
 */
static void refused_inside(void)
{
    static const char *const frames[][2] = { { "[", "]" },
                                             { "{\"a\":", "}" },
                                             { "[[1,", ",2],{}]" } };
    struct err err;
    char text[128];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        for (size_t f = 0; f < sizeof(frames) / sizeof(frames[0]); f++) {
            const size_t begin = strlen(frames[f][0]), end = strlen(frames[f][1]);

            if (f == 0 && strspn(bad[i].text, " ") == bad[i].size) /* "[]" is JSON */
                continue;
            memcpy(text, frames[f][0], begin);
            memcpy(text + begin, bad[i].text, bad[i].size);
            memcpy(text + begin + bad[i].size, frames[f][1], end);
            ROW_CHECK(bad[i].name, scan(text, begin + bad[i].size + end, &err) == -1);
            ROW_CHECK(bad[i].name, err.code == ERR_SYNTAX);
        }
}

static void positions(void)
{
    struct err err;

    CU_ASSERT_EQUAL(scan(TEXT("{\n  \"cpus\": 4,\n  bad\n}"), &err), -1);
    CU_ASSERT_EQUAL(err.text.offset, 17);
    CU_ASSERT_EQUAL(err.text.line, 3);
    CU_ASSERT_EQUAL(err.text.column, 3);
    CU_ASSERT_STRING_EQUAL(err.places[0].detail, "expected a string");
    CU_ASSERT_EQUAL(scan(TEXT("\xef\xbb\xbf{}"), &err), -1);
    CU_ASSERT_STRING_EQUAL(err.places[0].detail, "begins with a byte order mark");
}

/* Brackets up to the limit, of both kinds mixed; a wrong one at every depth; and one too many. */
static void depth(void)
{
    static char deep[2 * JSON_DEPTH_MAX + 2];
    const size_t size = (size_t)2 * JSON_DEPTH_MAX;
    struct err err;

    memset(deep, '[', JSON_DEPTH_MAX);
    memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    CU_ASSERT_EQUAL(scan(deep, size, &err), 0);
    CU_ASSERT_EQUAL(scan(deep, size - 1, &err), -1);
    CU_ASSERT_EQUAL(err.code, ERR_SYNTAX);
    deep[size - 1] = '}';
    CU_ASSERT_EQUAL(scan(deep, size, &err), -1);
    CU_ASSERT_EQUAL(err.code, ERR_SYNTAX);
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    CU_ASSERT_EQUAL(scan(deep, size, &err), -1);
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    CU_ASSERT_EQUAL(err.text.line, 0);
}

static void mixed_brackets(void)
{
    static const char unit[] = "{\"a\":[";
    char text[1024];
    struct err err;

    for (size_t n = 1; n < 100; n++) {
        size_t size = 0;

        for (size_t i = 0; i < n; i++, size += sizeof(unit) - 1)
            memcpy(text + size, unit, sizeof(unit) - 1);
        for (size_t i = 0; i < n; i++, size += 2)
            memcpy(text + size, "]}", 2);
        CU_ASSERT_EQUAL(scan(text, size, &err), 0);
        memcpy(text + size - n - n % 2, "}", 1);
        memcpy(text + size - n - n % 2 + 1, "]", 1);
        CU_ASSERT_EQUAL(scan(text, size, &err), -1);
    }
}

/*
 * One byte among plain ones, at every distance from the quotes: strings are read eight bytes at a
 * time.
 */
static void every_byte(void)
{
    char text[32];
    struct err err;

    for (int byte = 0; byte <= UINT8_MAX; byte++)
        for (size_t before = 0; before < 18; before++)
            for (size_t behind = 0; behind < 10; behind++) {
                const size_t at = 1 + before, size = before + behind + 3;
                const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

                memset(text, 'x', size);
                text[0] = text[size - 1] = '"';
                text[at] = (char)byte;
                CU_ASSERT_EQUAL(scan(text, size, &err), plain ? 0 : -1);
                CU_ASSERT(plain || err.text.offset == at || err.text.offset == at + 1 ||
                          (byte == '\\' && behind == 0 && err.text.offset == size));
            }
}

static void every_prefix(void)
{
    static const char text[] = "{\"a\":[1,-0.5e+3,\"\\u00e9\\ud83d\\ude00\xf0\x9f\x98\x80\",null]}";
    struct err err;

    for (size_t n = 0; n < sizeof(text) - 1; n++)
        CU_ASSERT_EQUAL(scan(text, n, &err), -1);
    CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &err), 0);
}

static const struct test tests[] = {
    { "JSON is accepted", accepted },
    { "what is no JSON is refused where it goes wrong", refused },
    { "and wherever it stands", refused_inside },
    { "line and column", positions },
    { "depth", depth },
    { "brackets of both kinds", mixed_brackets },
    { "every byte in a string", every_byte },
    { "every prefix is refused", every_prefix },
};
const struct suite json_check_suite = { "json/check", tests, sizeof(tests) / sizeof(tests[0]) };
