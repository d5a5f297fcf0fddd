/* SPDX-License-Identifier: ISC */
#include "../../src/base/log.h"

#include <fcntl.h>

#include "../lib/suite.h"

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
    CU_ASSERT_EQUAL(log_open(), 0);
    for (int i = 0; i < 10000; i++)
        log_event(LOG_INFO, "event", "number=%d", i);
    CU_ASSERT(log_dropped() > before + 1000);
    CU_ASSERT_EQUAL(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0); /* it stays as it was for others */
    dup2(saved, STDERR_FILENO);
    CU_ASSERT_EQUAL(log_open(), 0);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static const struct test tests[] = {
    { "quoting", quoting },
    { "one line an event", lines },
    { "nobody reads", unread },
};
const struct suite base_log = { "base/log", tests, sizeof(tests) / sizeof(tests[0]) };
