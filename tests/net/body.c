/* SPDX-License-Identifier: ISC */
#include "../../src/net/body.h"

#include <stdatomic.h>
#include <string.h>

#include "suites.h"

enum { MIB = 1024 * 1024 };

static void growing(void)
{
    _Atomic size_t held = 0;
    struct bodies s = { .held = &held };
    struct body *b = body_grow(&s, NULL, 5), *again;

    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    memcpy(b->bytes, "topo", 5);
    b = body_grow(&s, b, 100000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_STRING_EQUAL(b->bytes, "topo");
    CU_ASSERT_TRUE(b->capacity >= 100000);
    CU_ASSERT_EQUAL(held, b->capacity);
    again = body_grow(&s, b, 99999);
    CU_ASSERT_PTR_EQUAL(again, b); /* large enough already */
    body_release(&s, b);
    CU_ASSERT_PTR_EQUAL(body_grow(&s, NULL, 1), b); /* kept for the next body */
    body_release(&s, b);
    body_free_spare(&s);
    CU_ASSERT_EQUAL(held, 0);
}

static void large(void)
{
    _Atomic size_t held = 0;
    struct bodies s = { .held = &held };

    body_release(&s, body_grow(&s, NULL, MIB));
    CU_ASSERT_EQUAL(held, 0);
    CU_ASSERT_PTR_NULL(s.spare);
    body_release(&s, NULL);
}

/* Two loops share the budget; a loop that lacks room frees the buffers that it keeps. */
static void budget(void)
{
    _Atomic size_t held = 0;
    struct bodies one = { .held = &held }, two = { .held = &held };
    struct body *most = body_grow(&one, NULL, 32 * MIB), *rest = body_grow(&two, NULL, 1);

    body_release(&two, body_grow(&two, NULL, 1));
    CU_ASSERT_TRUE(held > 32 * MIB);
    rest = body_grow(&two, rest, 32 * MIB);
    CU_ASSERT_PTR_NULL(two.spare);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rest);
    CU_ASSERT_EQUAL(held, 64 * MIB);
    CU_ASSERT_TRUE(body_over_budget(&one, 1));
    CU_ASSERT_PTR_NULL(body_grow(&one, NULL, 1));
    CU_ASSERT_PTR_NULL(body_grow(&one, most, 32 * MIB + 1)); /* released */
    CU_ASSERT_EQUAL(held, 32 * MIB);
    body_release(&two, rest);
    CU_ASSERT_EQUAL(held, 0);
}

static const struct test tests[] = {
    { "a buffer grows, and is kept for the next body", growing },
    { "a large buffer is freed", large },
    { "all loops together have a budget", budget },
};
const struct suite net_body = { "net/body", tests, sizeof(tests) / sizeof(tests[0]) };
