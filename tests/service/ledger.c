/* SPDX-License-Identifier: ISC */
#include "../../src/service/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "../lib/suite.h"

enum { KIB = 1024, MIB = 1024 * KIB, THREADS = 8 };

static const struct ledger_size some = { .unix_slots = 10, .tcp_slots = 5, .tls_slots = 2 };

static void slots(void)
{
    struct ledger l;

    ledger_open(&l, &some);
    CU_ASSERT_EQUAL(l.taken, 15 * LEDGER_SLOT + 2 * LEDGER_SLOT_TLS);
    CU_ASSERT_EQUAL(l.limit, l.taken + LEDGER_WORK);
    CU_ASSERT_EQUAL(l.sum,
                    l.limit + LEDGER_PROGRAM + 17 * LEDGER_UNSENT + 7 * (size_t)LEDGER_UNREAD);
}

/* Small claims still fit when large ones do not; the last eighth is for one use alone. */
static void large_first(void)
{
    struct ledger l;
    struct lease lease = { .ledger = &l };
    unsigned large = 0, small = 0, last = 0;

    ledger_open(&l, &some);
    while (ledger_take(&lease, 5 * MIB, LEDGER_REQUEST))
        large++;
    while (ledger_take(&lease, 64 * KIB, LEDGER_REQUEST))
        small++;
    while (ledger_take(&lease, 64 * KIB, LEDGER_LAST))
        last++;
    CU_ASSERT_TRUE(large >= 9 && small >= 64 && last >= 100);
    CU_ASSERT_TRUE(atomic_load(&l.taken) <= l.limit);
    CU_ASSERT_EQUAL(atomic_load(&l.refusals), 3);
    CU_ASSERT_FALSE(ledger_take(&lease, SIZE_MAX, LEDGER_LAST));
    ledger_give(&lease, lease.used);
    ledger_close(&lease);
    CU_ASSERT_EQUAL(l.limit - atomic_load(&l.taken), LEDGER_WORK);
}

/* Bodies that are held leave room for requests whose replies are made. */
static void large_bodies(void)
{
    struct ledger l;
    struct lease lease = { .ledger = &l };
    unsigned small = 0;

    ledger_open(&l, &some);
    while (ledger_take(&lease, MIB, LEDGER_LARGE))
        ;
    while (ledger_take(&lease, 128 * KIB, LEDGER_LARGE))
        ;
    CU_ASSERT_TRUE(lease.used >= LEDGER_WORK / 2);
    while (ledger_take(&lease, 128 * KIB, LEDGER_REQUEST))
        small++;
    CU_ASSERT_TRUE(small >= 60);
    ledger_give(&lease, lease.used);
    ledger_close(&lease);
}

static void *one_loop(void *ledger)
{
    struct lease lease = { .ledger = ledger };
    size_t held = 0;

    for (unsigned i = 0; i < 200000; i++) {
        const size_t bytes = (i * 7919) % 300000;

        if (ledger_take(&lease, bytes, LEDGER_REQUEST))
            held += bytes;
        if (i % 50 == 49) {
            ledger_give(&lease, held);
            held = 0;
        }
    }
    ledger_give(&lease, held);
    ledger_close(&lease);
    return NULL;
}

/* Loops take and give at once; in the end all of it is back. */
static void several_loops(void)
{
    pthread_t threads[THREADS];
    struct ledger l;

    ledger_open(&l, &some);
    for (unsigned i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL(pthread_create(&threads[i], NULL, one_loop, &l), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(l.limit - atomic_load(&l.taken), LEDGER_WORK);
}

static const struct test tests[] = {
    { "slots are paid for at the start", slots },
    { "large claims are refused first", large_first },
    { "large bodies leave room for others", large_bodies },
    { "several loops", several_loops },
};
const struct suite service_ledger = { "service/ledger", tests, sizeof(tests) / sizeof(tests[0]) };
