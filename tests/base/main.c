/* SPDX-License-Identifier: ISC */
#include "../../src/base/err.h"

#include <errno.h>
#include <fcntl.h>

#include "../../src/base/base64.h"
#include "../../src/base/hex.h"
#include "../../src/base/log.h"
#include "../../src/base/number.h"
#include "../lib/suite.h"

static struct err error;

static void pointers(void)
{
    const struct at list = { NULL, "processors", 0 }, third = { &list, NULL, 3 };

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(
        err_at(&error, ERR_INVALID, &(struct at){ &third, "apic_id", 0 }, "must be %d", 4), -1);
    CU_ASSERT_EQUAL(err_at(&error, ERR_SYNTAX, NULL, "bytes \x01\xff"), -1);
    CU_ASSERT_EQUAL(err_at(&error, ERR_SYNTAX, &(struct at){ NULL, "a/b~c\n", 0 }, "%s", ""), -1);
    CU_ASSERT_EQUAL(error.code, ERR_INVALID);
    CU_ASSERT_EQUAL(error.count, 3);
    CU_ASSERT_STRING_EQUAL(error.places[0].pointer, "/processors/3/apic_id");
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "must be 4");
    CU_ASSERT_STRING_EQUAL(error.places[1].pointer, "");
    CU_ASSERT_STRING_EQUAL(error.places[1].detail, "bytes ??");
    CU_ASSERT_STRING_EQUAL(error.places[2].pointer, "/a~1b~0c?");
}

static void limits(void)
{
    char name[300];

    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    memset(&error, 0, sizeof(error));
    for (int i = 0; i < ERR_MAX + 5; i++)
        err_at(&error, ERR_INVALID, &(struct at){ NULL, name, 0 }, "%s", name);
    CU_ASSERT_EQUAL(error.count, ERR_MAX);
    CU_ASSERT_EQUAL(strlen(error.places[ERR_MAX - 1].pointer), ERR_POINTER_SIZE - 1);
    CU_ASSERT_EQUAL(strlen(error.places[ERR_MAX - 1].detail), ERR_DETAIL_SIZE - 1);
}

static void system_error(void)
{
    memset(&error, 0, sizeof(error));
    errno = ENOENT;
    CU_ASSERT_EQUAL(err_system(&error, ERR_FILE, "cannot read %s", "x"), -1);
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "cannot read x: No such file or directory");
}

static void quoting(void)
{
    static const struct {
        const char *value, *quoted;
    } rows[] = {
        { "plain", "plain" },
        { "/v1/images", "/v1/images" },
        { "", "\"\"" },
        { "a b", "\"a b\"" },
        { "a=b", "\"a=b\"" },
        { "a\"b\\", "\"a\\\"b\\\\\"" },
        { "\r\nevent=x", "\"\\x0d\\x0aevent=x\"" },
        { "\xc3\xa9\x1b", "\"\\xc3\\xa9\\x1b\"" },
    };
    char out[64], small[16];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].quoted,
                  strcmp(log_quote(rows[i].value, out, sizeof(out)), rows[i].quoted) == 0);
    CU_ASSERT(strlen(log_quote("\n\n\n\n\n\n\n\n", small, sizeof(small))) < sizeof(small));
    CU_ASSERT_EQUAL(small[strlen(small) - 1], '"');
}

/* What lines reach standard error between here and there */
static void lines(void)
{
    char text[4096] = "", wide[2000];
    int ends[2], saved = dup(STDERR_FILENO);
    ssize_t size;

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    unsetenv("JOURNAL_STREAM");
    memset(wide, 'x', sizeof(wide));
    wide[sizeof(wide) - 1] = '\0';
    log_set_level(LOG_ERROR);
    log_event(LOG_ALWAYS, "listening", "address=%s", "127.0.0.1:8640");
    log_event(LOG_WARNING, "hidden", NULL);
    log_event(LOG_ERROR, "failed", NULL);
    log_set_level(LOG_INFO);
    log_event(LOG_DEBUG, "hidden", NULL);
    log_event(LOG_INFO, "wide", "%s", wide);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    size = read(ends[0], text, sizeof(text) - 1);
    close(ends[0]);
    CU_ASSERT_EQUAL(
        size,
        (ssize_t)strlen("event=listening address=127.0.0.1:8640\nevent=failed level=error\n") +
            1024);
    CU_ASSERT_EQUAL(
        strncmp(text,
                "event=listening address=127.0.0.1:8640\nevent=failed level=error\nevent=wide x",
                76),
        0);
    CU_ASSERT_EQUAL(text[size - 1], '\n');
    CU_ASSERT_EQUAL(log_level_named("warning"), LOG_WARNING);
    CU_ASSERT_EQUAL(log_level_named("loud"), -1);
    CU_ASSERT_EQUAL(log_level_named(""), -1);
}

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
    char text[32];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = strlen(rows[i].bytes);

        memset(text, 'x', sizeof(text));
        base64_encode(rows[i].bytes, size, text);
        ROW_CHECK(rows[i].base64, strcmp(text, rows[i].base64) == 0);
        ROW_CHECK(rows[i].base64,
                  BASE64_SIZE(size) == strlen(text) + 1 && text[strlen(text) + 1] == 'x');
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

/*
 * A reader that has stopped reading: lines that do not fit its pipe are dropped and counted, none
 * is waited for.
 */
static void unread(void)
{
    const int saved = dup(STDERR_FILENO);
    unsigned long long before = log_dropped();
    int ends[2];

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_set_level(LOG_INFO);
    log_open();
    for (int i = 0; i < 10000; i++)
        log_event(LOG_INFO, "event", "number=%d", i);
    CU_ASSERT(log_dropped() > before + 1000);
    CU_ASSERT_EQUAL(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0); /* it stays as it was for others */
    dup2(saved, STDERR_FILENO);
    log_open();
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static const struct test err_tests[] = {
    { "pointers and details", pointers },
    { "too many, too long", limits },
    { "the system's errors", system_error },
};
static const struct test text_tests[] = {
    { "base64 and hex", texts },
    { "long texts, and every pair of characters", long_texts },
    { "hexadecimal digits", digits },
    { "numbers", numbers },
};
static const struct test log_tests[] = {
    { "quoting", quoting },
    { "one line an event", lines },
    { "nobody reads", unread },
};

int main(void)
{
    static const struct suite err = { "base/err", err_tests,
                                      sizeof(err_tests) / sizeof(err_tests[0]) };
    static const struct suite log = { "base/log", log_tests,
                                      sizeof(log_tests) / sizeof(log_tests[0]) };
    static const struct suite text = { "base/text", text_tests,
                                       sizeof(text_tests) / sizeof(text_tests[0]) };
    static const struct suite *const suites[] = { &err, &log, &text };

    return suite_main(suites, 3);
}
