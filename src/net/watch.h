/* SPDX-License-Identifier: ISC */
/*
 * What a loop waits for. An event of its epoll set points to a struct watch, which is the first
 * member of the gate, engine, loop or peer that the event is for.
 */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

enum watch_kind { WATCH_GATE, WATCH_ENGINE, WATCH_WAKE, WATCH_PEER };

struct watch {
    enum watch_kind kind;
};

/* watch_add - have an epoll set report these events of a descriptor; false when it cannot */
static inline bool watch_add(int epoll, int fd, uint32_t events, struct watch *watch)
{
    struct epoll_event event = { .events = events, .data.ptr = watch };

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* watch_remove - have it report none; closing the descriptor does that too */
static inline bool watch_remove(int epoll, int fd)
{
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0;
}

#endif
