/* SPDX-License-Identifier: ISC */
#include "shared.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAKE_TRIES = 8 };

static void open_ledger(struct shared *s, unsigned loops)
{
    struct ledger_size size = { .threads = loops, .signatures = s->context->signature_memory };

    for (unsigned i = 0; i < s->port_count; i++) {
        *(s->ports[i].listener->is_unix ? &size.unix_slots
          : s->tls                      ? &size.tls_slots
                                        : &size.tcp_slots) += s->context->max_connections;
        *(s->ports[i].listener->is_unix ? &size.unix_waiting : &size.tcp_waiting) +=
            s->context->max_waiting;
    }
    ledger_open(&s->ledger, &size);
}

int shared_open(struct shared *s, const struct listener *listeners, unsigned count, unsigned loops,
                struct err *err)
{
    for (unsigned i = 0; i < count; i++) {
        struct port *port = &s->ports[i];

        port->listener = &listeners[i];
        if (!users_open(&port->users))
            return err_at(err, ERR_BUSY, NULL, "out of memory");
        s->port_count++;
    }
    open_ledger(s, loops);
    for (; s->loop_count < loops; s->loop_count++) {
        s->wake_fds[s->loop_count] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (s->wake_fds[s->loop_count] < 0)
            return err_system(err, ERR_INTERNAL, "cannot make an eventfd");
    }
    return 0;
}

void shared_close(struct shared *s)
{
    for (unsigned i = 0; i < s->loop_count; i++)
        close(s->wake_fds[i]);
    for (unsigned i = 0; i < s->port_count; i++)
        users_close(&s->ports[i].users);
    s->loop_count = s->port_count = 0;
}

/*
 * EAGAIN means that the eventfd can count no further, so the loop is going to wake anyway. Any
 * other failure is tried again: a loop that is never woken cannot be stopped.
 */
static void wake(int fd)
{
    const uint64_t one = 1;

    for (unsigned left = WAKE_TRIES; left > 0; left--)
        if (write(fd, &one, sizeof(one)) > 0 || errno == EAGAIN)
            return;
}

void shared_wake(const struct shared *s)
{
    for (unsigned i = 0; i < s->loop_count; i++)
        wake(s->wake_fds[i]);
}

void shared_enter(struct shared *s, enum phase phase)
{
    atomic_store_explicit(&s->phase, (int)phase, memory_order_release);
    shared_wake(s);
}

enum phase shared_phase(const struct shared *s)
{
    return (enum phase)atomic_load_explicit(&s->phase, memory_order_acquire);
}

bool shared_has_slot(const struct shared *s, const struct port *port)
{
    return atomic_load(&port->slots) < s->context->max_connections;
}

bool shared_has_room(const struct shared *s, const struct port *port)
{
    return atomic_load(&port->open) <= s->context->max_waiting + atomic_load(&port->slots);
}

bool shared_take_slot(const struct shared *s, struct port *port)
{
    if (atomic_fetch_add(&port->slots, 1) < s->context->max_connections)
        return true;
    shared_give_slot(port);
    return false;
}

void shared_give_slot(struct port *port)
{
    atomic_fetch_sub(&port->slots, 1);
}

void shared_want(struct shared *s, struct port *port)
{
    if (atomic_fetch_add(&port->wanted, 1) == 0)
        shared_wake(s); /* other loops have stalled connections to end, too */
}

void shared_want_no_more(struct port *port)
{
    atomic_fetch_sub(&port->wanted, 1);
}

bool shared_is_crowded(const struct port *port)
{
    return atomic_load_explicit(&port->wanted, memory_order_relaxed) > 0;
}

unsigned shared_connections(const struct shared *s)
{
    unsigned open = 0;

    for (unsigned i = 0; i < s->port_count; i++)
        open += atomic_load(&s->ports[i].open);
    return open;
}
