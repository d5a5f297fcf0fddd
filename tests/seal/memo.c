/* SPDX-License-Identifier: ISC */
/* Signatures remembered: what is found again, what is not, and that nothing else changes by it. */
#include "../lib/scratch.h"
#include "../lib/suite.h"
#include "../lib/vector.h"

#include <stdlib.h>

#include "sign.h"

enum { ENTRIES = 16, WAYS = 8 };

static struct memo_subject subject_of(uint8_t key, uint64_t set, uint8_t number)
{
    struct memo_subject s;

    memset(&s, 0, sizeof(s));
    s.key_id[0] = key;
    memcpy(s.hash, &set, sizeof(set));
    s.hash[MEMO_HASH_SIZE - 1] = number;
    return s;
}

static void add(struct memo *memo, struct memo_subject subject)
{
    uint8_t signature[KEY_SIGNATURE_SIZE];

    memset(signature, subject.hash[MEMO_HASH_SIZE - 1], sizeof(signature));
    memo_add(memo, &subject, signature);
}

/* Is it remembered, and as it was added? */
static bool has(struct memo *memo, struct memo_subject subject)
{
    uint8_t signature[KEY_SIGNATURE_SIZE];

    if (!memo_find(memo, &subject, signature))
        return false;
    for (size_t i = 0; i < sizeof(signature); i++)
        CU_ASSERT_EQUAL(signature[i], subject.hash[MEMO_HASH_SIZE - 1]);
    return true;
}

static void hits(void)
{
    struct memo *memo = memo_new(ENTRIES);
    struct memo_subject other = subject_of(1, 0, 7);

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    CU_ASSERT_FALSE(has(memo, subject_of(1, 0, 7)));
    add(memo, subject_of(1, 0, 7));
    CU_ASSERT(has(memo, subject_of(1, 0, 7)));
    CU_ASSERT_FALSE(has(memo, subject_of(2, 0, 7))); /* another key */
    for (size_t i = 0; i < MEMO_HASH_SIZE; i++) {    /* every byte of the hash counts */
        other.hash[i] ^= 1;
        CU_ASSERT_FALSE(has(memo, other));
        other.hash[i] ^= 1;
    }
    CU_ASSERT(has(memo, other));
    memo_free(memo);
}

static void eviction(void)
{
    struct memo *memo = memo_new(ENTRIES);

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    add(memo, subject_of(1, 1, 100)); /* of the other set: stays */
    for (uint8_t i = 0; i < WAYS; i++)
        add(memo, subject_of(1, 0, i));
    CU_ASSERT(has(memo, subject_of(1, 0, 0))); /* asked for: number 1 is the oldest now */
    add(memo, subject_of(1, 0, WAYS));
    CU_ASSERT(has(memo, subject_of(1, 0, 0)));
    CU_ASSERT_FALSE(has(memo, subject_of(1, 0, 1)));
    for (uint8_t i = 2; i <= WAYS; i++)
        CU_ASSERT(has(memo, subject_of(1, 0, i)));
    CU_ASSERT(has(memo, subject_of(1, 1, 100)));
    memo_free(memo);
}

static void other_keys(void)
{
    struct memo *memo = memo_new(1);

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    memo_use(memo, 1);
    add(memo, subject_of(1, 0, 7));
    memo_use(memo, 1);
    CU_ASSERT(has(memo, subject_of(1, 0, 7)));
    memo_use(memo, 2);
    CU_ASSERT_FALSE(has(memo, subject_of(1, 0, 7)));
    memo_free(memo);
}

/* Each bit of a signature and of its subject, flipped where the memo keeps it. */
static void damaged(void)
{
    const struct memo_subject wanted = subject_of(0x5a, 0, 0xa5);
    struct memo *memo = memo_new(1);
    uint8_t *found, signature[KEY_SIGNATURE_SIZE];
    enum { SIZE = sizeof(wanted) + KEY_SIGNATURE_SIZE };

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    for (size_t bit = 0; bit < (size_t)SIZE * 8; bit++) {
        add(memo, wanted);
        found = memmem(memo, 512, &wanted, sizeof(wanted));
        CU_ASSERT_PTR_NOT_NULL_FATAL(found);
        found[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CU_ASSERT_FALSE(memo_find(memo, &wanted, signature));
        memo_use(memo, bit + 1);
    }
    memo_free(memo);
}

/* Sealed with and without a memo, many times: the same file, and as few signatures as can be. */
static void sealed(void)
{
    static const struct {
        const char *name;
        uint8_t first; /* byte of the image */
        struct seal_claims claims;
        unsigned made[3], remembered[3];
    } rows[] = {
        { "nothing bound", 1, { .context = "" }, { 2, 0, 0 }, { 0, 2, 2 } },
        { "a context: the image is known", 1, { .context = "vm-1" }, { 1, 1, 1 }, { 1, 1, 1 } },
        { "a nonce", 1, { .nonce = "01234567" }, { 1, 1, 1 }, { 1, 1, 1 } },
        { "a time", 1, { .issued = 1700000000 }, { 1, 1, 1 }, { 1, 1, 1 } },
        { "another image", 2, { .context = "" }, { 2, 0, 0 }, { 0, 2, 2 } },
    };
    uint8_t image[16] = { 0, 2, 3 };
    struct memo *memo = memo_new(ENTRIES);
    struct key *key = NULL;
    struct scratch_dir dir;
    struct err err = { 0 };

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    scratch_write("a.key", 0600, SECRET_FILE, strlen(SECRET_FILE));
    key = key_load("a.key", &err);
    scratch_leave(&dir);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seal_claims claims = rows[i].claims;
        struct seal plain, seal;

        image[0] = rows[i].first;
        claims.segment_count = 1;
        claims.segments[0] = (struct seal_segment){ 0x9fc00, sizeof(image) };
        ROW_CHECK(rows[i].name, sign(key, image, sizeof(image), &claims, &plain, &err) == 0);
        for (unsigned turn = 0; turn < 3; turn++) {
            ROW_CHECK(rows[i].name,
                      seal_claim(key, image, sizeof(image), &claims, &seal, &err) == 0 &&
                          seal_sign(key, memo, image, sizeof(image), &seal, &err) == 0);
            ROW_CHECK(rows[i].name, strcmp(seal.minisign, plain.minisign) == 0);
            ROW_CHECK(rows[i].name, seal.made == rows[i].made[turn]);
            ROW_CHECK(rows[i].name, seal.remembered == rows[i].remembered[turn]);
        }
    }
    memo_free(memo);
    key_free(key);
}

static const struct test tests[] = {
    { "what is found again", hits },
    { "the oldest of a set makes room", eviction },
    { "other keys: everything is forgotten", other_keys },
    { "a damaged entry is not handed out", damaged },
    { "a remembered signature is the one that is made", sealed },
};
const struct suite seal_memo_suite = { "seal/memo", tests, sizeof(tests) / sizeof(tests[0]) };
