/* SPDX-License-Identifier: ISC */
#include "../../src/service/token.h"

#include <stdbool.h>

#include "../lib/suite.h"
#include "../lib/scratch.h"

#define FIRST  "0123456789abcdef"
#define SECOND "-._~+/ABCDEFGHIJKLMNOP=="

static struct err error;

static struct tokens *load(const char *text, mode_t mode)
{
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(scratch_write("tokens", mode, text, strlen(text)), 0);
    return tokens_load("tokens", &error);
}

static void admission(void)
{
    static const struct {
        const char *header;
        bool good;
    } rows[] = {
        { "Bearer " FIRST, true },
        { "bearer " FIRST, true },
        { "Bearer   " SECOND, true },
        { NULL, false },
        { "", false },
        { "Bearer", false },
        { "Bearer ", false },
        { "Basic " FIRST, false },
        { FIRST, false },
        { "Bearer " FIRST "x", false },
        { "Bearer 0123456789abcde", false },
        { "Bearer " FIRST " ", false },
        { "Bearer 0123456789ABCDEF", false },
        { "Bearer # a comment, no token", false },
    };
    struct scratch_dir dir;
    struct tokens *tokens;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    tokens = load("\xef\xbb\xbf# a comment, no token\r\n\r\n" FIRST "\n\n" SECOND "\r\n", 0600);
    CU_ASSERT_PTR_NOT_NULL(tokens);
    for (size_t i = 0; tokens && i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].header ? rows[i].header : "none",
                  (tokens_admit(tokens, rows[i].header) != NULL) == rows[i].good);
    tokens_free(tokens);
    scratch_leave(&dir);
}

/* The SHA-256 of FIRST, from sha256sum */
#define HASH   "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"
#define HASH_G "gf9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"

static void names(void)
{
    struct scratch_dir dir;
    struct tokens *tokens;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    tokens = load("host-7.a_b \t " HASH "\n\n" SECOND "\n", 0600);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tokens);
    CU_ASSERT_STRING_EQUAL(tokens_admit(tokens, "Bearer " FIRST), "host-7.a_b");
    CU_ASSERT_STRING_EQUAL(tokens_admit(tokens, "Bearer " SECOND), "line-3");
    CU_ASSERT_PTR_NULL(tokens_admit(tokens, "Bearer " HASH)); /* the file alone lets nobody in */
    tokens_free(tokens);
    scratch_leave(&dir);
}

static void refusals(void)
{
    static const struct {
        const char *name, *text;
        mode_t mode;
        const char *says;
    } rows[] = {
        { "empty", "", 0600, "no token" },
        { "only comments", "# x\n\n", 0600, "no token" },
        { "too short", FIRST "\n0123456789abcde\n", 0600, "line 2" },
        { "a blank", FIRST " \n", 0600, "line 1" },
        { "a hash that is too short", "a 0123456789abcdef\n", 0600, "line 1" },
        { "a hash with a g", "a " HASH_G "\n", 0600, "line 1" },
        { "a name with a colon", "a: " HASH "\n", 0600, "line 1" },
        { "a name without a hash", "name \n", 0600, "line 1" },
        { "a name twice", "a " HASH "\na " HASH "\n", 0600, "line 2 has the name" },
        { "the name of a line", "line-2 " HASH "\n" FIRST "\n", 0600, "line 2 has the name" },
        { "a colon", "user:" FIRST "\n", 0600, "line 1" },
        { "= inside", "0123456789=abcdef\n", 0600, "line 1" },
        { "readable by others", FIRST "\n", 0604, "chmod 600" },
        { "writable by the group", FIRST "\n", 0620, "chmod 600" },
        { "no token file, open to others", "root:x:0:0\n", 0644, "line 1" },
    };
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].name, !load(rows[i].text, rows[i].mode));
        ROW_CHECK(rows[i].name,
                  error.code == ERR_FILE && strstr(error.places[0].detail, rows[i].says));
        ROW_CHECK(rows[i].name, !strstr(error.places[0].detail, "0123456789"));
    }
    memset(&error, 0, sizeof(error));
    CU_ASSERT_PTR_NULL(tokens_load("missing", &error));
    CU_ASSERT_EQUAL(mkfifo("fifo", 0600), 0);
    CU_ASSERT_PTR_NULL(tokens_load("fifo", &error)); /* and does not wait for a writer */
    scratch_leave(&dir);
}

static const struct test tests[] = { { "who is let in", admission },
                                     { "names of tokens", names },
                                     { "files that are refused", refusals } };
const struct suite service_token = { "service/token", tests, sizeof(tests) / sizeof(tests[0]) };
