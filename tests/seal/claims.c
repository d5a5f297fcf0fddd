/* SPDX-License-Identifier: ISC */
/*
 * Trusted comments: the texts below are written by hand from the contract, and hold in both
 * directions.
 */
#include "../lib/suite.h"

#include <stdbool.h>
#include <stdint.h>

#include "../../src/seal/claims.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SHA256      "785b0751fc2c53dc14a4ce3d800e69ef9ce1009eb327ccf458afe09c242c26c9"
#define S64         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD        "mptabled/1 sha256=" SHA256 " "
#define TAIL        "size=304 load=0x9fc00 fp=0x9fc00 ctx=- nonce=- iat=- exp=-"

static const struct {
    const char *name, *text; /* behind HEAD */
    struct seal_claims claims;
} good[] = {
    { "bare", TAIL, { 1, { { 0x9fc00, 304 } }, 0x9fc00, "", "", 0, 0 } },
    { "two segments",
      "size=304,6 load=0x9fc00,0x40e fp=0x9fc00 ctx=- nonce=- iat=- exp=-",
      { 2, { { 0x9fc00, 304 }, { 0x40e, 6 } }, 0x9fc00, "", "", 0, 0 } },
    { "four segments",
      "size=1,2,3,4294967295 load=0x0,0xffffffff,0xfffffffd,0x1 fp=0x0 ctx=- nonce=- iat=- exp=-",
      { 0 } }, /* the second ends above 4 GiB: refused below */
    { "everything",
      "size=5296 load=0x9e760 fp=0x9fc00 ctx=vm-1.A_b:2 nonce=Az09_-xx iat=1700000000 exp=1700000300",
      { 1, { { 0x9e760, 5296 } }, 0x9fc00, "vm-1.A_b:2", "Az09_-xx", 1700000000, 1700000300 } },
    { "longest tokens",
      "size=1 load=0xffffffff fp=0xfffffff0 ctx=" S64 " nonce=" S64
      " iat=253402300798 exp=253402300799",
      { 1,
        { { 0xffffffff, 1 } },
        0xfffffff0,
        S64,
        S64,
        INT64_C(253402300798),
        INT64_C(253402300799) } },
    { "shortest tokens",
      "size=1 load=0x0 fp=0x0 ctx=0 nonce=-------- iat=1 exp=2",
      { 1, { { 0, 1 } }, 0, "0", "--------", 1, 2 } },
    { "issued alone",
      "size=1 load=0x0 fp=0x0 ctx=- nonce=12345678 iat=1 exp=-",
      { 1, { { 0, 1 } }, 0, "", "12345678", 1, 0 } },
    { "four segments to the end of memory",
      "size=1,2,3,4294967295 load=0x0,0xfffffffe,0xfffffffd,0x1 fp=0x0 ctx=- nonce=- iat=- exp=-",
      { 4,
        { { 0, 1 }, { 0xfffffffe, 2 }, { 0xfffffffd, 3 }, { 1, 0xffffffff } },
        0,
        "",
        "",
        0,
        0 } },
};

static bool same(const struct seal_claims *a, const struct seal_claims *b)
{
    for (unsigned i = 0; i < a->segment_count && a->segment_count == b->segment_count; i++)
        if (a->segments[i].load != b->segments[i].load ||
            a->segments[i].size != b->segments[i].size)
            return false;
    return a->segment_count == b->segment_count && a->floating_pointer == b->floating_pointer &&
           strcmp(a->context, b->context) == 0 && strcmp(a->nonce, b->nonce) == 0 &&
           a->issued == b->issued && a->expires == b->expires;
}

static void both_ways(void)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *row = good[i].name;
        char comment[SEAL_COMMENT_SIZE] = "", wanted[SEAL_COMMENT_SIZE],
             sha256[SEAL_SHA256_TEXT_SIZE];
        const bool refused = good[i].claims.segment_count == 0;
        struct seal_claims claims;
        struct err err = { 0 };

        snprintf(wanted, sizeof(wanted), HEAD "%s", good[i].text);
        ROW_CHECK(row, seal_claims_read(wanted, &claims, sha256, &err) == (refused ? -1 : 0));
        if (refused)
            continue;
        ROW_CHECK(row, same(&claims, &good[i].claims) && strcmp(sha256, SHA256) == 0);
        ROW_CHECK(row,
                  seal_claims_write(&good[i].claims, SHA256, comment, &err) == (int)strlen(wanted));
        ROW_CHECK(row, strcmp(comment, wanted) == 0 && err.count == 0);
        /* what a later version may add is passed over */
        strcat(wanted, " req=00 x");
        ROW_CHECK(row, seal_claims_read(wanted, &claims, sha256, &err) == 0);
        ROW_CHECK(row, same(&claims, &good[i].claims));
    }
}

static const struct {
    const char *name, *comment, *at; /* at: the claim that the detail names */
} bad[] = {
    { "empty", "", "mptabled/1" },
    { "minisign's own", "timestamp:1700000000\tfile:image.bin\thashed", "mptabled/1" },
    { "another word", "mptablet/1 sha256=" SHA256 " " TAIL, "mptabled/1" },
    { "another number", "mptabled/2 sha256=" SHA256 " " TAIL, "mptabled/1" },
    { "more digits", "mptabled/10 sha256=" SHA256 " " TAIL, "mptabled/1" },
    { "blank in front", " " HEAD TAIL, "mptabled/1" },
    { "two blanks", "mptabled/1  sha256=" SHA256 " " TAIL, "sha256" },
    { "TAB", "mptabled/1\tsha256=" SHA256 " " TAIL, "mptabled/1" },
    { "short digest", "mptabled/1 sha256=00 " TAIL, "sha256" },
    { "long digest", "mptabled/1 sha256=" SHA256 "0 " TAIL, "sha256" },
    { "digest in capitals",
      "mptabled/1 sha256=7"
      "85B"
      "0751fc2c53dc14a4ce3d800e69ef9ce1009eb327ccf458afe09c242c26c9 " TAIL,
      "sha256" },
    { "another order", HEAD "load=0x9fc00 size=304 fp=0x9fc00 ctx=- nonce=- iat=- exp=-", "size" },
    { "size 0", HEAD "size=0 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "size with a zero in front", HEAD "size=0304 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-",
      "size" },
    { "size with a sign", HEAD "size=+304 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "size beyond 32 bits", HEAD "size=4294967296 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-",
      "size" },
    { "size beyond 64 bits",
      HEAD "size=18446744073709551617 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "no size", HEAD "size= load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "five segments",
      HEAD "size=1,1,1,1,1 load=0x0,0x1,0x2,0x3,0x4 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "comma at the end", HEAD "size=1, load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "size" },
    { "fewer addresses", HEAD "size=1,1 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "load" },
    { "more addresses", HEAD "size=1 load=0x0,0x1 fp=0x0 ctx=- nonce=- iat=- exp=-", "fp" },
    { "decimal address", HEAD "size=1 load=654336 fp=0x0 ctx=- nonce=- iat=- exp=-", "load" },
    { "address in capitals", HEAD "size=1 load=0x9FC00 fp=0x0 ctx=- nonce=- iat=- exp=-", "load" },
    { "address with a zero in front", HEAD "size=1 load=0x09fc00 fp=0x0 ctx=- nonce=- iat=- exp=-",
      "load" },
    { "address beyond 32 bits", HEAD "size=1 load=0x100000000 fp=0x0 ctx=- nonce=- iat=- exp=-",
      "load" },
    { "above 4 GiB", HEAD "size=2 load=0xffffffff fp=0x0 ctx=- nonce=- iat=- exp=-", "load" },
    { "no pointer", HEAD "size=1 load=0x0 ctx=- nonce=- iat=- exp=-", "fp" },
    { "slash in the context", HEAD "size=1 load=0x0 fp=0x0 ctx=a/b nonce=- iat=- exp=-", "ctx" },
    { "empty context", HEAD "size=1 load=0x0 fp=0x0 ctx= nonce=- iat=- exp=-", "ctx" },
    { "long context", HEAD "size=1 load=0x0 fp=0x0 ctx=" S64 "0 nonce=- iat=- exp=-", "ctx" },
    { "short nonce", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=1234567 iat=- exp=-", "nonce" },
    { "long nonce", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=" S64 "0 iat=- exp=-", "nonce" },
    { "dot in the nonce", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=1234.678 iat=- exp=-", "nonce" },
    { "times in the year 10000", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=253402300800 exp=-",
      "iat" },
    { "time 0", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=0 exp=-", "iat" },
    { "negative time", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=-1 exp=-", "exp" },
    { "expires before it is issued", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=2 exp=2",
      "exp" },
    { "expires without being issued", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=2",
      "exp" },
    { "text at the last claim", HEAD TAIL "x", "exp" },
    { "cut short", HEAD "size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=-", "exp" },
    { "given twice", HEAD "size=1 size=1 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-", "load" },
};

static void malformed(void)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        char sha256[SEAL_SHA256_TEXT_SIZE];
        struct seal_claims claims;
        struct err err = { 0 };

        ROW_CHECK(bad[i].name, seal_claims_read(bad[i].comment, &claims, sha256, &err) == -1);
        ROW_CHECK(bad[i].name, err.code == ERR_FILE && strstr(err.places[0].detail, bad[i].at));
    }
}

/* No prefix of a comment is one, but that a number may lose its last digits. */
static void prefixes(void)
{
    static const char text[] = HEAD "size=1 load=0x0 fp=0x0 ctx=a nonce=12345678 iat=1 exp=2";
    char cut[sizeof(text)] = "", sha256[SEAL_SHA256_TEXT_SIZE];
    struct seal_claims claims;

    for (size_t length = 0; length < sizeof(text) - 1; length++) {
        struct err err = { 0 };

        memcpy(cut, text, length);
        CU_ASSERT_EQUAL(seal_claims_read(cut, &claims, sha256, &err), -1);
    }
}

#define ONE .segment_count = 1, .segments = { { 0, 1 } }

static const struct {
    const char *name;
    struct seal_claims claims;
} unwritable[] = {
    { "no segment", { 0 } },
    { "too many segments", { .segment_count = SEAL_SEGMENTS_MAX + 1 } },
    { "empty segment", { .segment_count = 1 } },
    { "empty second segment", { .segment_count = 2, .segments = { { 0, 1 } } } },
    { "beyond 4 GiB", { .segment_count = 1, .segments = { { 0xfffffffe, 3 } } } },
    { "forged claim", { ONE, .context = "a exp=9999999999" } },
    { "context is a dash", { ONE, .context = "-" } },
    { "newline in the context", { ONE, .context = "a\n" } },
    { "carriage return in the context", { ONE, .context = "a\rb" } },
    { "slash in the context", { ONE, .context = "a/b" } },
    { "equals sign in the context", { ONE, .context = "a=b" } },
    { "escape in the context", { ONE, .context = "\033[2J" } },
    { "no ASCII in the context", { ONE, .context = "\xc3\xa9" } },
    { "right-to-left override in the context", { ONE, .context = "a\xe2\x80\xae" } },
    { "short nonce", { ONE, .nonce = "1234567" } },
    { "blank in the nonce", { ONE, .nonce = "1234 678" } },
    { "colon in the nonce", { ONE, .nonce = "1234:678" } },
    { "newline in the nonce", { ONE, .nonce = "12345678\n" } },
    { "expires before it is issued", { ONE, .issued = 2, .expires = 2 } },
    { "expires without being issued", { ONE, .expires = 2 } },
    { "negative time", { ONE, .issued = -1 } },
    { "the year 10000", { ONE, .issued = 1, .expires = INT64_C(253402300800) } },
};

static void not_written(void)
{
    for (size_t i = 0; i < COUNT(unwritable); i++) {
        char comment[SEAL_COMMENT_SIZE] = "";
        struct err err = { 0 };

        ROW_CHECK(unwritable[i].name,
                  seal_claims_write(&unwritable[i].claims, SHA256, comment, &err) == -1);
        ROW_CHECK(unwritable[i].name, err.code == ERR_INTERNAL && err.count == 1 && !comment[0]);
    }
}

/* The longest comment there can be fits. */
static void longest(void)
{
    struct seal_claims claims = { .segment_count = SEAL_SEGMENTS_MAX,
                                  .floating_pointer = 0xffffffff,
                                  .context = S64,
                                  .nonce = S64,
                                  .issued = INT64_C(253402300798),
                                  .expires = INT64_C(253402300799) };
    char comment[SEAL_COMMENT_SIZE], sha256[SEAL_SHA256_TEXT_SIZE];
    struct seal_claims read;
    struct err err = { 0 };

    for (unsigned i = 0; i < SEAL_SEGMENTS_MAX; i++)
        claims.segments[i] = (struct seal_segment){ 0x10000000, 0xf0000000 - 1 };
    CU_ASSERT(seal_claims_write(&claims, SHA256, comment, &err) < SEAL_COMMENT_SIZE - 64);
    CU_ASSERT_EQUAL(seal_claims_read(comment, &read, sha256, &err), 0);
    CU_ASSERT(same(&claims, &read));
}

static const struct {
    const char *name;
    unsigned ttl;
    int64_t now;
    enum err_code code; /* ERR_NONE: it lives */
} lives[] = {
    { "a second", 1, SEAL_BUILD_TIME, ERR_NONE },
    { "a day", 86400, SEAL_BUILD_TIME, ERR_NONE },
    { "for ever", 0, SEAL_BUILD_TIME, ERR_NONE },
    { "more than a day", 86401, SEAL_BUILD_TIME, ERR_INTERNAL },
    { "UINT_MAX", UINT32_MAX, SEAL_BUILD_TIME, ERR_INTERNAL },
    { "a day before the build", 1, SEAL_BUILD_TIME - 86400, ERR_NONE },
    { "earlier", 1, SEAL_BUILD_TIME - 86401, ERR_BUSY },
    { "1970", 1, 0, ERR_BUSY },
    { "before 1970", 1, -1, ERR_BUSY },
    { "the lowest time there is", 1, INT64_MIN, ERR_BUSY },
    { "2038 and later", 86400, INT64_C(2147483648), ERR_NONE },
    { "the last possible life", 86400, INT64_C(253402300799) - 86400, ERR_NONE },
    { "a life beyond the year 9999", 86400, INT64_C(253402300799) - 86399, ERR_BUSY },
    { "the highest time there is", 86400, INT64_MAX, ERR_BUSY },
};

static void life(void)
{
    for (size_t i = 0; i < COUNT(lives); i++) {
        struct seal_claims claims = { ONE };
        char comment[SEAL_COMMENT_SIZE];
        struct err err = { 0 };
        const bool good_life = lives[i].code == ERR_NONE;
        const int64_t expires = good_life && lives[i].ttl ? lives[i].now + lives[i].ttl : 0;

        ROW_CHECK(lives[i].name, seal_claims_live(&claims, lives[i].ttl, lives[i].now, &err) ==
                                     (good_life ? 0 : -1));
        ROW_CHECK(lives[i].name, err.code == lives[i].code);
        ROW_CHECK(lives[i].name,
                  claims.issued == (good_life ? lives[i].now : 0) && claims.expires == expires);
        if (good_life)
            ROW_CHECK(lives[i].name, seal_claims_write(&claims, SHA256, comment, &err) > 0);
    }
    CU_ASSERT(seal_now() > SEAL_BUILD_TIME - 86400);
}

static const struct test tests[] = {
    { "claims and their text, both ways", both_ways },
    { "malformed comments", malformed },
    { "every prefix is malformed", prefixes },
    { "claims that are not written", not_written },
    { "the longest comment", longest },
    { "lives and clocks", life },
};

const struct suite seal_claims_suite = { "seal/claims", tests, COUNT(tests) };
