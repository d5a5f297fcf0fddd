/* SPDX-License-Identifier: ISC */
/*
 * One account of the memory that clients can make the daemon hold. Theory of operation:
 *
 * What a client's request needs is taken from the account before it is allocated, and given back
 * when it has been freed: a connection's slot, a long head, a body that is being read, a reply from
 * before it is built until the client has read it. When the account has no more, the request is
 * refused before work is done for it: 503 with Retry-After.
 *
 * The account begins with LEDGER_WORK and what all slots need. The slots' part is taken when the
 * server starts, so a connection that has a slot needs no more, and LEDGER_WORK is never spent on
 * connections. The rest is granted by three rules:
 *
 *   - A claim must leave as much as it takes. So large claims are refused first, and clients that
 *     hold as many large replies as they can get leave room for small requests of others.
 *   - The last quarter of LEDGER_WORK is not for LEDGER_LARGE: bodies longer than LEDGER_BODY. A
 *     client can hold such a body for as long as a request may take, before any reply is made.
 *   - The last eighth of LEDGER_WORK is only for LEDGER_LAST: the metrics, which an operator needs
 *     most when memory is short. Health needs none, because its replies are part of the program.
 *
 * Each loop has a lease. The lease takes a stretch of bytes from the account, grants claims from it
 * without an atomic operation, and gives back what it will not need soon. So each loop may have
 * taken up to two stretches from the account without using them.
 *
 * Buffers that a loop keeps for the next request belong to no client and are not counted here: they
 * are few, and part of LEDGER_THREAD.
 *
 * The figures below are the only ones: shared.c makes the account from them, mptabled(8) prints
 * their sum, and a test compares the manual, the unit's MemoryMax and the metrics with it.
 */
#ifndef SERVICE_LEDGER_H
#define SERVICE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/cleanup.h"

enum {
    LEDGER_KIB = 1024,
    LEDGER_WORK = 64 * 1024 * LEDGER_KIB, /* long heads, bodies, replies */
    LEDGER_SLOT = 16 * LEDGER_KIB,        /* of a slot: one connection in the clear */
    LEDGER_SLOT_TLS = 112 * LEDGER_KIB,   /* the same with TLS: its handshake is the largest part */
    LEDGER_LONG_HEAD = 128 * LEDGER_KIB,  /* of a connection with memory for a long head */
    LEDGER_BODY = 64 * LEDGER_KIB,        /* bytes of a body that is not large */
    LEDGER_SMALL = 6 * LEDGER_KIB,        /* bytes of a reply's body that a slot has room for */
    /* beside the account */
    LEDGER_PROGRAM = 4 * 1024 * LEDGER_KIB, /* the program, its libraries' data, its keys */
    LEDGER_THREAD = 2 * 1024 * LEDGER_KIB,  /* of a loop: job, stack, heap, kept buffers */
    LEDGER_SIGNATURE = 152,                 /* of a signature that a loop remembers */
    LEDGER_WAITING = 4 * LEDGER_KIB,        /* of a connection that waits: net/room.c */
    LEDGER_UNSENT = 64 * LEDGER_KIB,        /* of a slot: in the kernel, to the client */
    LEDGER_UNREAD = 128 * LEDGER_KIB /* of a connection on TCP: in the kernel, from the client */
};

/* What a claim is for, which decides how much of the account it must leave. */
enum ledger_use { LEDGER_LARGE, LEDGER_REQUEST, LEDGER_LAST };

struct ledger {
    size_t sum; /* of the account and all other memory: the most that the process takes */
    size_t limit;
    _Atomic size_t taken; /* by leases and for slots */
    _Atomic unsigned long long refusals;
};

/* A loop's part of the account. Used on the loop's thread alone. */
struct lease {
    struct ledger *ledger;
    size_t taken; /* from the account */
    size_t used;
};

/* What the account depends on */
struct ledger_size {
    size_t unix_slots, tcp_slots, tls_slots;
    size_t unix_waiting, tcp_waiting; /* connections that have no slot yet */
    size_t threads, signatures;       /* loops, and what each of them remembers */
};

/* ledger_open - an account of LEDGER_WORK and what slots need, which is taken already */
void ledger_open(struct ledger *ledger, const struct ledger_size *size);

/* ledger_take - take bytes for something before it is allocated. Return: false: there is no room */
bool ledger_take(struct lease *lease, size_t bytes, enum ledger_use use) MUST_USE;

/* ledger_give - give back bytes that were taken, once the thing has been freed */
void ledger_give(struct lease *lease, size_t bytes);

/* ledger_close - give back what an unused lease has taken from the account */
void ledger_close(struct lease *lease);

#endif
