/* SPDX-License-Identifier: ISC */
#include "ledger.h"

#include <stdatomic.h>

/* A lease takes this much at a time, so that it has enough for a usual request. */
enum { STRETCH = 128 * LEDGER_KIB };

void ledger_open(struct ledger *l, const struct ledger_size *size)
{
    const size_t tcp = size->tcp_slots + size->tls_slots;
    const size_t slots =
        (size->unix_slots + size->tcp_slots) * LEDGER_SLOT + size->tls_slots * LEDGER_SLOT_TLS;

    l->limit = slots + LEDGER_WORK;
    l->sum = l->limit + LEDGER_PROGRAM + (size->unix_slots + tcp) * LEDGER_UNSENT +
             tcp * LEDGER_UNREAD + size->unix_waiting * LEDGER_WAITING +
             size->tcp_waiting * (LEDGER_WAITING + LEDGER_UNREAD) +
             size->threads * (LEDGER_THREAD + size->signatures * LEDGER_SIGNATURE);
    atomic_init(&l->taken, slots);
    atomic_init(&l->refusals, 0);
}

/* Takes bytes from the account by the rules of ledger.h. */
static bool grow(struct lease *lease, size_t bytes, enum ledger_use use)
{
    struct ledger *const l = lease->ledger;
    static const size_t kept[] = {
        [LEDGER_LARGE] = LEDGER_WORK / 4, [LEDGER_REQUEST] = LEDGER_WORK / 8, [LEDGER_LAST] = 0
    };
    const size_t before = atomic_fetch_add_explicit(&l->taken, bytes, memory_order_relaxed);

    if (bytes <= LEDGER_WORK && before + 2 * bytes + kept[use] <= l->limit) {
        lease->taken += bytes;
        return true;
    }
    atomic_fetch_sub_explicit(&l->taken, bytes, memory_order_relaxed);
    return false;
}

bool ledger_take(struct lease *lease, size_t bytes, enum ledger_use use)
{
    const size_t left = lease->taken - lease->used;

    if (bytes > left && !grow(lease, bytes - left > STRETCH ? bytes - left : STRETCH, use)) {
        atomic_fetch_add_explicit(&lease->ledger->refusals, 1, memory_order_relaxed);
        return false;
    }
    lease->used += bytes;
    return true;
}

/* Gives all but @keep unused bytes back to the account. */
static void shrink(struct lease *lease, size_t keep)
{
    const size_t more = lease->taken - lease->used - keep;

    atomic_fetch_sub_explicit(&lease->ledger->taken, more, memory_order_relaxed);
    lease->taken -= more;
}

void ledger_give(struct lease *lease, size_t bytes)
{
    lease->used -= bytes;
    if (lease->taken - lease->used > 2 * STRETCH)
        shrink(lease, STRETCH);
}

void ledger_close(struct lease *lease)
{
    shrink(lease, 0);
}
