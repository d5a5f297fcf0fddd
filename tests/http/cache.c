/* SPDX-License-Identifier: ISC */
#include "../../src/http/cache.h"

#include "suites.h"

enum { BUDGET = 64 * 1024, ANSWER_SIZE = 512 };

static unsigned alive; /* answers */

static void release(void *response)
{
    (void)response;
    alive--;
}

static struct answer *answer_of(size_t size)
{
    struct answer *a = calloc(1, sizeof(*a));

    if (a) {
        a->size = size;
        a->release = release;
        alive++;
    }
    return a;
}

static struct cache_key key_of(enum cache_level level, const char *a, const char *b)
{
    return (struct cache_key){ .level = level, .parts = { { a, strlen(a) }, { b, strlen(b) } } };
}

/* Looks for a key and adds an answer when there is none. Return: 1 found, 0 added, -1 not added */
static int visit_key(struct cache *c, struct cache_key *key, size_t size)
{
    struct answer *a = cache_find(c, 1, key);
    bool added;

    if (a)
        return 1;
    a = answer_of(size);
    added = cache_add(c, 1, key, a);
    if (a->entries == 0)
        answer_free(a);
    return added ? 0 : -1;
}

static int visit(struct cache *c, const char *a, const char *b)
{
    struct cache_key key = key_of(CACHE_TOPOLOGY, a, b);

    return visit_key(c, &key, ANSWER_SIZE);
}

static int visit_number(struct cache *c, unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", number);
    return visit(c, text, "");
}

/* Keys that differ in one part, in where a part ends, in the level, or in one byte of many. */
static void different(void)
{
    static const char *const rows[][2] = { { "ab", "c" }, { "a", "bc" }, { "abc", "" },
                                           { "", "abc" }, { "ab", "" },  { "", "" },
                                           { "ab", "C" }, { "ab", "c " } };
    struct cache *c = cache_new(BUDGET);
    struct cache_key key = key_of(CACHE_REQUEST, "ab", "c");
    char one[2001], other[2001];

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i][0], visit(c, rows[i][0], rows[i][1]) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i][0], visit(c, rows[i][0], rows[i][1]) == 1);
    CU_ASSERT_PTR_NULL(cache_find(c, 1, &key));
    memset(one, 'x', sizeof(one) - 1);
    one[sizeof(one) - 1] = '\0';
    CU_ASSERT_EQUAL(visit(c, one, ""), 0);
    for (size_t i = 0; i < sizeof(one) - 1; i++) {
        struct cache_key flipped;

        memcpy(other, one, sizeof(one));
        other[i] = 'y';
        flipped = key_of(CACHE_TOPOLOGY, other, "");
        if (cache_find(c, 1, &flipped))
            CU_FAIL("a key with another byte is another key");
    }
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/* A request is kept when it comes again, not when it comes. */
static void second_time(void)
{
    struct cache *c = cache_new(BUDGET);
    struct cache_key key = key_of(CACHE_REQUEST, "POST", "{}");

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(visit_key(c, &key, ANSWER_SIZE), -1);
    CU_ASSERT_EQUAL(visit_key(c, &key, ANSWER_SIZE), 0);
    CU_ASSERT_EQUAL(visit_key(c, &key, ANSWER_SIZE), 1);
    CU_ASSERT_EQUAL(cache_counts(c)->hits[CACHE_REQUEST], 1);
    CU_ASSERT_EQUAL(cache_counts(c)->misses[CACHE_REQUEST], 2);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/*
 * Bytes stay within their bound, and what many others send once does not drive out what somebody
 * asks for.
 */
static void flood(void)
{
    struct cache *c = cache_new(BUDGET);
    unsigned kept = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 20; i++)
            visit_number(c, i);
    for (unsigned i = 1000; i < 11000; i++) {
        CU_ASSERT_EQUAL(visit_number(c, i), 0);
        if (cache_counts(c)->bytes > BUDGET)
            CU_FAIL("more bytes than the budget");
    }
    for (unsigned i = 0; i < 20; i++)
        kept += visit_number(c, i) == 1;
    CU_ASSERT_EQUAL(kept, 20);
    CU_ASSERT(cache_counts(c)->evictions > 9000);
    CU_ASSERT(cache_counts(c)->entries < BUDGET / ANSWER_SIZE);
    CU_ASSERT_EQUAL(alive, cache_counts(c)->entries);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/* When everybody asks twice, what is protected is bounded too, and what is newest is there. */
static void all_twice(void)
{
    struct cache *c = cache_new(BUDGET);

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (unsigned i = 0; i < 3000; i++) {
        CU_ASSERT_EQUAL(visit_number(c, i), 0);
        CU_ASSERT_EQUAL(visit_number(c, i), 1);
        if (cache_counts(c)->bytes > BUDGET)
            CU_FAIL("more bytes than the budget");
    }
    CU_ASSERT_EQUAL(visit_number(c, 2999), 1);
    CU_ASSERT_EQUAL(visit_number(c, 0), 0);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

static void too_large(void)
{
    struct cache *c = cache_new(BUDGET);
    struct cache_key key = key_of(CACHE_TOPOLOGY, "a", "");
    char *const text = calloc(1, BUDGET);

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(visit_key(c, &key, BUDGET / CACHE_ENTRY_FRACTION), -1);
    CU_ASSERT_EQUAL(visit_key(c, &key, BUDGET / CACHE_ENTRY_FRACTION - 512), 0);
    memset(text, 'a', BUDGET - 1);
    CU_ASSERT_EQUAL(visit(c, text, ""), -1);
    CU_ASSERT_EQUAL(cache_counts(c)->entries, 1);
    free(text);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/* Long keys that differ only between the samples share a chain, which stays short. */
static void chains(void)
{
    struct cache *c = cache_new(1 << 20);
    char text[4001];
    unsigned found = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    for (unsigned i = 0; i < 100; i++) {
        text[100] = (char)('0' + i % 10);
        text[101] = (char)('0' + i / 10);
        CU_ASSERT_EQUAL(visit(c, text, ""), 0);
    }
    CU_ASSERT(cache_counts(c)->entries <= CACHE_CHAIN_MAX);
    for (unsigned i = 0; i < 100; i++) {
        struct cache_key key = key_of(CACHE_TOPOLOGY, text, "");

        text[100] = (char)('0' + i % 10);
        text[101] = (char)('0' + i / 10);
        found += cache_find(c, 1, &key) != NULL;
    }
    CU_ASSERT(found >= 1 && found <= CACHE_CHAIN_MAX);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/*
 * Other keys sign: all is forgotten, and what the old ones have signed in the meantime is not
 * taken.
 */
static void generations(void)
{
    struct cache *c = cache_new(BUDGET);
    struct cache_key key = key_of(CACHE_TOPOLOGY, "a", "");
    struct answer *late = answer_of(ANSWER_SIZE);

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(late);
    CU_ASSERT_EQUAL(visit(c, "a", ""), 0);
    CU_ASSERT_EQUAL(visit(c, "a", ""), 1);
    CU_ASSERT_PTR_NULL(cache_find(c, 2, &key));
    CU_ASSERT_EQUAL(cache_counts(c)->entries, 0);
    CU_ASSERT_EQUAL(cache_counts(c)->bytes, 0);
    CU_ASSERT_FALSE(cache_add(c, 1, &key, late));
    CU_ASSERT_TRUE(cache_add(c, 2, &key, late));
    CU_ASSERT_PTR_EQUAL(cache_find(c, 2, &key), late);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
}

/* Several ways to one answer; it goes with the last. */
static void shared(void)
{
    struct cache *c = cache_new(BUDGET);
    struct cache_key by_topology = key_of(CACHE_TOPOLOGY, "t", ""),
                     by_request = key_of(CACHE_REQUEST, "r", "");
    struct answer *a = answer_of(ANSWER_SIZE);

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_PTR_NULL(cache_find(c, 1, &by_request));
    CU_ASSERT_PTR_NULL(cache_find(c, 1, &by_topology));
    CU_ASSERT_TRUE(cache_add(c, 1, &by_topology, a));
    CU_ASSERT_FALSE(cache_add(c, 1, &by_request, a));
    CU_ASSERT_TRUE(cache_add(c, 1, &by_request, a));
    CU_ASSERT_EQUAL(a->entries, 2);
    CU_ASSERT_PTR_EQUAL(cache_find(c, 1, &by_request), a);
    CU_ASSERT_PTR_EQUAL(cache_find(c, 1, &by_topology), a);
    CU_ASSERT_EQUAL(alive, 1);
    cache_free(c);
    CU_ASSERT_EQUAL(alive, 0);
    cache_free(NULL);
}

static const struct test tests[] = {
    { "different keys never share", different },
    { "a request that comes once is not kept", second_time },
    { "a flood of new ones", flood },
    { "a flood of those that come twice", all_twice },
    { "what is too large", too_large },
    { "chains stay short", chains },
    { "other keys sign", generations },
    { "two ways to one answer", shared },
};
const struct suite http_cache = { "http/cache", tests, sizeof(tests) / sizeof(tests[0]) };
