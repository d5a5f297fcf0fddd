/* SPDX-License-Identifier: ISC */
#include "../../src/net/body.h"

#include <stdatomic.h>
#include <string.h>

#include "../lib/suite.h"

enum { MIB = 1024 * 1024 };

/* A loop's buffers, and the account that they are taken from */
struct set {
    struct ledger ledger;
    struct lease lease;
    struct bodies bodies;
};

static struct bodies *begin(struct set *s)
{
    *s = (struct set){ .lease = { .ledger = &s->ledger }, .bodies = { .lease = &s->lease } };
    ledger_open(&s->ledger, &(struct ledger_size){ .threads = 1 });
    return &s->bodies;
}

static void growing(void)
{
    struct set set;
    struct bodies *s = begin(&set);
    struct body *b = body_grow(s, NULL, 5), *again;

    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    memcpy(b->bytes, "topo", 5);
    b = body_grow(s, b, 60000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_STRING_EQUAL(b->bytes, "topo");
    CU_ASSERT_TRUE(b->capacity >= 60000);
    CU_ASSERT_EQUAL(set.lease.used, b->capacity);
    again = body_grow(s, b, 59999);
    CU_ASSERT_PTR_EQUAL(again, b); /* large enough already */
    body_release(s, b);
    CU_ASSERT_EQUAL(set.lease.used, 0);
    CU_ASSERT_PTR_EQUAL(body_grow(s, NULL, 1), b); /* kept for the next body */
    CU_ASSERT_EQUAL(set.lease.used, b->capacity);
    body_release(s, b);
    body_free_spare(s);
    CU_ASSERT_EQUAL(set.lease.used, 0);
}

/* After a burst a few small buffers are kept, and none of them is counted. */
static void spares(void)
{
    struct body *bodies[100];
    struct set set;
    struct bodies *s = begin(&set);

    body_release(s, body_grow(s, NULL, MIB));
    CU_ASSERT_PTR_NULL(s->spare);
    body_release(s, NULL);
    for (unsigned i = 0; i < 100; i++)
        bodies[i] = body_grow(s, NULL, 50000);
    CU_ASSERT_EQUAL(set.lease.used, 100 * 65536);
    for (unsigned i = 0; i < 100; i++)
        body_release(s, bodies[i]);
    CU_ASSERT_EQUAL(set.lease.used, 0);
    CU_ASSERT_TRUE(s->spare_count > 0 && s->spare_count < 10);
    body_free_spare(s);
    CU_ASSERT_EQUAL(s->spare_count, 0);
}

static void refused(void)
{
    struct set set;
    struct bodies *s = begin(&set);
    struct body *most = body_grow(s, NULL, 16 * MIB);

    CU_ASSERT_PTR_NOT_NULL_FATAL(most);
    CU_ASSERT_PTR_NULL(body_grow(s, NULL, 32 * MIB));
    CU_ASSERT_EQUAL(set.lease.used, 16 * MIB);
    CU_ASSERT_PTR_NULL(body_grow(s, most, 64 * MIB)); /* released */
    CU_ASSERT_EQUAL(set.lease.used, 0);
    CU_ASSERT_EQUAL(atomic_load(&set.ledger.refusals), 2);
}

static const struct test tests[] = {
    { "a buffer grows, and is kept for the next body", growing },
    { "few buffers are kept, and they are not counted", spares },
    { "what the ledger refuses is released", refused },
};
const struct suite net_body = { "net/body", tests, sizeof(tests) / sizeof(tests[0]) };
