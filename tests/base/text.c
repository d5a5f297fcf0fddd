/* SPDX-License-Identifier: ISC */
#include <stdint.h>

#include "../../src/base/base64.h"
#include "../../src/base/hex.h"
#include "../../src/base/near.h"
#include "../../src/base/number.h"
#include "../lib/suite.h"

/* RFC 4648 §10, and what needs the last characters of the alphabet */
static void texts(void)
{
    static const struct {
        const char *bytes, *base64, *hex;
    } rows[] = {
        { "", "", "" },
        { "f", "Zg==", "66" },
        { "fo", "Zm8=", "666f" },
        { "foo", "Zm9v", "666f6f" },
        { "foob", "Zm9vYg==", "666f6f62" },
        { "fooba", "Zm9vYmE=", "666f6f6261" },
        { "foobar", "Zm9vYmFy", "666f6f626172" },
        { "\xff\xef\xbe\xfb", "/++++w==", "ffefbefb" },
    };
    static const char *const wrong[] = { "Z",    "Zg=",      "Zg",   "Z===",
                                         "=g==", "Zg==Zg==", "Zm9-", "Zm9 " };
    char text[32];
    size_t count;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ROW_CHECK(wrong[i], !base64_decode(wrong[i], strlen(wrong[i]), text, &count));
    ROW_CHECK("a NUL", !base64_decode("Zg\0=", 4, text, &count));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = strlen(rows[i].bytes);

        memset(text, 'x', sizeof(text));
        base64_encode(rows[i].bytes, size, text);
        ROW_CHECK(rows[i].base64, strcmp(text, rows[i].base64) == 0);
        ROW_CHECK(rows[i].base64,
                  BASE64_SIZE(size) == strlen(text) + 1 && text[strlen(text) + 1] == 'x');
        ROW_CHECK(rows[i].base64,
                  base64_decode(rows[i].base64, strlen(rows[i].base64), text, &count) &&
                      count == size && memcmp(text, rows[i].bytes, size) == 0);
        hex_encode(rows[i].bytes, size, text);
        ROW_CHECK(rows[i].hex, strcmp(text, rows[i].hex) == 0);
    }
}

/* Bit by bit, for comparison */
static void plain_base64(const uint8_t *bytes, size_t size, char *text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t bit = 0; bit < 8 * size; bit += 6) {
        unsigned v = 0;

        for (size_t b = bit; b < bit + 6; b++)
            v = v << 1 | (b < 8 * size ? (unsigned)bytes[b / 8] >> (7 - b % 8) & 1U : 0);
        *text++ = alphabet[v];
    }
    for (size_t i = size; i % 3 != 0; i++)
        *text++ = '=';
    *text = '\0';
}

/* Every remainder of three, and every pair of characters */
static void long_texts(void)
{
    char text[1400], plain[1400], hex[3];
    uint8_t bytes[1024];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 167 + i / 256 * 59 + i / 3);
    for (size_t size = 0; size <= sizeof(bytes); size += size < 64 ? 1 : 160) {
        char row[32];

        snprintf(row, sizeof(row), "%zu bytes", size);
        base64_encode(bytes, size, text);
        plain_base64(bytes, size, plain);
        ROW_CHECK(row, strcmp(text, plain) == 0);
    }
    for (unsigned v = 0; v < 4096; v++) {
        const uint8_t three[3] = { (uint8_t)(v >> 4), (uint8_t)(v << 4 | v >> 8), (uint8_t)v };

        base64_encode(three, 3, text);
        plain_base64(three, 3, plain);
        CU_ASSERT(strcmp(text, plain) == 0);
    }
    hex_encode(bytes, 600, text);
    CU_ASSERT_EQUAL(strlen(text), 1200);
    for (size_t i = 0; i < 600; i++) {
        snprintf(hex, sizeof(hex), "%02x", bytes[i]);
        CU_ASSERT(memcmp(text + 2 * i, hex, 2) == 0);
    }
}

static void digits(void)
{
    static const char all[] = "0123456789abcdef";

    for (int c = 0; c < 256; c++) {
        const char *const at = c ? strchr(all, c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c) : NULL;

        CU_ASSERT_EQUAL(hex_digit((char)c), at ? at - all : -1);
    }
}

static void readings(void)
{
    static const struct {
        const char *text;
        bool parses, decimal; /* from 5 to 20 */
        uint64_t value;
    } rows[] = {
        { "5", true, true, 5 },
        { "20", true, true, 20 },
        { "0x10", true, false, 16 },
        { "0xA", true, false, 10 },
        { "4", false, true, 4 },
        { "21", false, false, 0 },
        { "0x15", false, false, 0 },
        { "", false, false, 0 },
        { "010", false, false, 0 },
        { "+7", false, false, 0 },
        { "7 ", false, false, 0 },
        { "0x", false, false, 0 },
        { "0X10", false, false, 0 },
        { "a", false, false, 0 },
        { "18446744073709551621", false, false, 0 }, /* 2^64 + 5 */
        { "0x10000000000000010", false, false, 0 },
    };
    uint64_t value;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].text, number_parse(rows[i].text, 5, 20, &value) == rows[i].parses);
        ROW_CHECK(rows[i].text, !rows[i].parses || value == rows[i].value);
        ROW_CHECK(rows[i].text, number_decimal(rows[i].text, 20, &value) == rows[i].decimal);
        ROW_CHECK(rows[i].text, !rows[i].decimal || value == rows[i].value);
    }
}

static void numbers(void)
{
    static const struct {
        uint64_t value;
        const char *decimal, *hex;
    } rows[] = { { 0, "0", "0" },
                 { 9, "9", "9" },
                 { 10, "10", "a" },
                 { 0x9fc00, "654336", "9fc00" },
                 { UINT64_MAX, "18446744073709551615", "ffffffffffffffff" } };
    char text[32];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        *number_write(text, rows[i].value, 10) = '\0';
        ROW_CHECK(rows[i].decimal, strcmp(text, rows[i].decimal) == 0);
        *number_write(text, rows[i].value, 16) = '\0';
        ROW_CHECK(rows[i].hex, strcmp(text, rows[i].hex) == 0);
    }
}

static void sizes(void)
{
    static const struct {
        const char *text;
        uint64_t value; /* 0 = refused */
    } rows[] = { { "1", 1 },
                 { "0x10", 16 },
                 { "2K", 2048 },
                 { "3M", 3145728 },
                 { "0x1G", 1073741824 },
                 { "16777215G", 0x3fffffc0000000 },
                 { "K", 0 },
                 { "", 0 },
                 { "1k", 0 },
                 { "1KB", 0 },
                 { "1 K", 0 },
                 { "1T", 0 },
                 { "17179869184G", 0 },
                 { "01K", 0 },
                 { "-1K", 0 } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t value;
        const bool good = number_parse_size(rows[i].text, &value);

        ROW_CHECK(rows[i].text, good == (rows[i].value > 0) && (!good || value == rows[i].value));
    }
}

static void likes(void)
{
    static const char *const known[] = { "encode", "decode", "verify",     "cpus",
                                         "irqs",   "kvm",    "memory_size" };
    static const char longest[] = "a word of more than thirty-two bytes";
    static const struct {
        const char *word, *like; /* NULL = none */
    } rows[] = { { "encdoe", "encode" },
                 { "decod", "decode" },
                 { "decodes", "decode" },
                 { "vrfy", "verify" },
                 { "ver", "verify" },
                 { "CPUS", "cpus" },
                 { "cpu", "cpus" },
                 { "kvn", "kvm" },
                 { "memory-size", "memory_size" },
                 { "memory_size_", "memory_size" },
                 { "xyz", NULL },
                 { "", NULL },
                 { "x", NULL },
                 { "frobnicate", NULL },
                 { longest, NULL } };
    char hint[NEAR_HINT_SIZE], expected[NEAR_HINT_SIZE];
    struct near near;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        near_start(&near, rows[i].word, strlen(rows[i].word));
        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++)
            near_try(&near, known[j]);
        snprintf(expected, sizeof(expected), rows[i].like ? "; did you mean --%s?" : "%s",
                 rows[i].like ? rows[i].like : "");
        ROW_CHECK(rows[i].word, strcmp(near_hint(&near, "--", hint), expected) == 0);
    }
    near_start(&near, "kvmx and more", 4); /* not terminated */
    near_try(&near, "kvm");
    near_try(&near, longest);
    CU_ASSERT_STRING_EQUAL(near.best, "kvm");
}

static const struct test tests[] = {
    { "base64 and hex", texts },        { "long texts, and every pair of characters", long_texts },
    { "hexadecimal digits", digits },   { "numbers are read", readings },
    { "numbers are written", numbers }, { "sizes", sizes },
    { "what a word is like", likes },
};
const struct suite base_text = { "base/text", tests, sizeof(tests) / sizeof(tests[0]) };
