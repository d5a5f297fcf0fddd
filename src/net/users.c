/* SPDX-License-Identifier: ISC */
/*
 * Memory: a user exists while it has a connection, so there are no more users than connections,
 * which room.c limits. A client that chooses addresses whose ids share a chain makes that chain as
 * long as the number of its connections, which costs microseconds.
 */
#include "users.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

bool users_open(struct users *s)
{
    return pthread_mutex_init(&s->lock, NULL) == 0;
}

void users_close(struct users *s)
{
    pthread_mutex_destroy(&s->lock);
}

static uint64_t ipv4_id(uint32_t address)
{
    return address >> 24 == IN_LOOPBACKNET ? INADDR_LOOPBACK : address;
}

static uint64_t ipv6_id(const struct in6_addr *a)
{
    uint32_t words[4];

    memcpy(words, a, sizeof(words));
    if (IN6_IS_ADDR_LOOPBACK(a))
        return INADDR_LOOPBACK;
    if (IN6_IS_ADDR_V4MAPPED(a))
        return ipv4_id(ntohl(words[3]));
    return (uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]);
}

uint64_t users_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6)
        return ipv6_id(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return ipv4_id(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
}

/* Multiplying by 2^64 divided by the golden ratio spreads neighbouring ids (Fibonacci hashing). */
static struct user **chain(struct users *s, uint64_t id)
{
    return &s->chains[id * UINT64_C(0x9e3779b97f4a7c15) >> 54];
}

static struct user *find(struct users *s, uint64_t id)
{
    struct user *u = *chain(s, id);

    while (u && u->id != id)
        u = u->next;
    return u;
}

static struct user *add(struct users *s, uint64_t id)
{
    struct user *u = calloc(1, sizeof(*u));

    if (!u)
        return NULL;
    u->id = id;
    u->next = *chain(s, id);
    *chain(s, id) = u;
    atomic_fetch_add(&s->count, 1);
    return u;
}

struct user *users_enter(struct users *s, uint64_t id)
{
    struct user *u;

    pthread_mutex_lock(&s->lock);
    u = find(s, id);
    if (!u)
        u = add(s, id);
    if (u)
        atomic_fetch_add(&u->connections, 1);
    pthread_mutex_unlock(&s->lock);
    return u;
}

void users_leave(struct users *s, struct user *u)
{
    struct user **link;

    if (!u)
        return;
    pthread_mutex_lock(&s->lock);
    if (atomic_fetch_sub(&u->connections, 1) == 1) {
        for (link = chain(s, u->id); *link != u;)
            link = &(*link)->next;
        *link = u->next;
        free(u);
        atomic_fetch_sub(&s->count, 1);
    }
    pthread_mutex_unlock(&s->lock);
}

bool users_take_slot(struct users *s, struct user *u, unsigned max)
{
    const unsigned left = max >= 8 ? max / 8 : max > 1;

    if (!u || atomic_fetch_add(&u->slots, 1) < max - left || atomic_load(&s->count) <= 1)
        return true;
    users_give_slot(u);
    return false;
}

void users_give_slot(struct user *u)
{
    if (u)
        atomic_fetch_sub(&u->slots, 1);
}
