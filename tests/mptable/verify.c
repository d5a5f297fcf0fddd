/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include "../lib/guard.h"

static struct sample sample;

/* Floating pointer, then table, as sample_fill places them */
static int reads_back(const uint8_t *image, size_t size)
{
    return size >= MPT_FLOATING_SIZE &&
           mpt_verify_floating(&sample.table.floating, sample.place.table, image,
                               MPT_FLOATING_SIZE) &&
           mpt_verify_table(&sample.table, image + MPT_FLOATING_SIZE, size - MPT_FLOATING_SIZE);
}

static void fill_image(struct guard *g)
{
    size_t len;

    sample_fill(&sample, 2);
    mpt_encode(&sample.table, &sample.place, NULL, 0, &len);
    guard_make(g, len);
    CU_ASSERT_EQUAL(mpt_encode(&sample.table, &sample.place, g->bytes, len, &len), MPT_OK);
    CU_ASSERT(reads_back(g->bytes, len));
}

/* A second flip that mends the sum does not help: the field is wrong all the same. */
static void every_flip(void)
{
    const size_t size = SAMPLE_SIZE(2);
    struct guard g;

    fill_image(&g);
    for (size_t i = 0; i < size; i++) {
        const size_t sum_at = i < 16 ? 10 : 16 + 7;

        g.bytes[i] ^= 0x10;
        CU_ASSERT_FALSE(reads_back(g.bytes, size));
        if (i != sum_at) {
            const uint8_t sum = g.bytes[sum_at];

            g.bytes[sum_at] = (uint8_t)(g.bytes[i] & 0x10 ? sum - 0x10 : sum + 0x10);
            CU_ASSERT_FALSE(reads_back(g.bytes, size));
            g.bytes[sum_at] = sum;
        }
        g.bytes[i] ^= 0x10;
    }
    CU_ASSERT(reads_back(g.bytes, size));
    guard_free(&g);
}

static void every_prefix(void)
{
    const size_t size = SAMPLE_SIZE(2);
    struct guard g, cut;

    fill_image(&g);
    for (size_t n = 0; n < size; n++) {
        guard_make(&cut, n);
        memcpy(cut.bytes, g.bytes, n);
        CU_ASSERT_FALSE(reads_back(cut.bytes, n));
        guard_free(&cut);
    }
    guard_free(&g);
}

/* An array of no entries may be NULL, from which Clang's sanitizer lets nobody count. */
static void no_entries(void)
{
    const struct mpt_run none = { MPT_BUS, 0 };
    struct mpt_table table = { .header = { .spec_revision = MPT_SPEC_1_4 } };
    uint8_t bytes[MPT_HEADER_SIZE];
    size_t len;

    for (int ordered = 0; ordered < 2; ordered++) {
        CU_ASSERT_EQUAL(mpt_encode_table(&table, bytes, sizeof(bytes), &len), MPT_OK);
        CU_ASSERT(mpt_verify_table(&table, bytes, len));
        table.order = &none;
        table.order_count = 1;
    }
}

static const struct test tests[] = {
    { "no entries", no_entries },
    { "every flipped byte is seen", every_flip },
    { "every prefix is refused", every_prefix },
};
const struct suite mptable_verify = { "mptable/verify", tests, sizeof(tests) / sizeof(tests[0]) };
