/* SPDX-License-Identifier: ISC */
/*
 * The users of a port, and how much of it each has: counted exactly, over all loops. Any thread may
 * call what is declared here.
 *
 * On a UNIX socket a user is a user id. On TCP it is an IPv4 address, or the first 64 bits of an
 * IPv6 address, because a host may use every address of its network. All loopback addresses are one
 * user, since every process of the host can use any of them.
 */
#ifndef NET_USERS_H
#define NET_USERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct user {
    struct user *next;
    uint64_t id;
    _Atomic unsigned connections; /* open */
    _Atomic unsigned slots;       /* that these have */
};

enum { USERS_CHAINS = 1024 };

struct users {
    pthread_mutex_t lock; /* of the chains */
    struct user *chains[USERS_CHAINS];
    _Atomic unsigned count; /* of users with connections */
};

/* users_open, users_close - begin and end a table; no connection may be left at the end */
bool users_open(struct users *users);
void users_close(struct users *users);

/* users_address - the id of the user with that TCP address */
uint64_t users_address(const struct sockaddr *address);

/*
 * users_enter - count a connection
 *
 * Return: its user, until users_leave; NULL when there is no memory: no other function counts
 * anything for it.
 */
struct user *users_enter(struct users *users, uint64_t id);

/* users_leave - the connection has ended */
void users_leave(struct users *users, struct user *user);

/*
 * users_take_slot - count one more of @max slots for this user
 *
 * While a port has several users, each leaves an eighth of the slots, at least one of several, to
 * the others.
 *
 * Return: false when the user has as many as it may; nothing is counted then.
 */
bool users_take_slot(struct users *users, struct user *user, unsigned max);

/* users_give_slot - count one slot less */
void users_give_slot(struct user *user);

#endif
