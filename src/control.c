/* SPDX-License-Identifier: ISC */
/* Signals are read from a descriptor by one thread and blocked in all others, so nothing runs in a handler.
 */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"

static const int harmless[] = { SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPOLL };

int control_open(struct control *c, struct err *err)
{
    sigset_t ours;

    c->signal_fd = c->stop_fd = c->end_fd = -1;
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        signal(harmless[i], SIG_IGN);
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &ours, NULL) < 0 ||
        (c->signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK)) < 0 ||
        (c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0 ||
        (c->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
        return err_system(err, ERR_INTERNAL, "cannot wait for signals");
    return 0;
}

static uint64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void reload(const struct control *c)
{
    char text[64];

    /* sd_notify(3) wants the time so that it can tell this reload from an earlier one */
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_us());
    notify_state(text);
    c->reload(c->context);
    notify_state("READY=1");
}

static void raise_fd(int fd)
{
    const uint64_t one = 1;

    while (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN) /* raised often enough */
        ;
}

/* The first asks to stop, and the server finishes what is in flight; who asks again does not want to wait. */
static void stop(const struct control *c, bool *stopping)
{
    if (*stopping)
        _exit(0);
    *stopping = true;
    notify_state("STOPPING=1");
    raise_fd(c->stop_fd);
}

static void serve_signals(const struct control *c, bool *stopping)
{
    struct signalfd_siginfo info;

    while (read(c->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo != SIGHUP)
            stop(c, stopping);
        else if (!*stopping)
            reload(c);
    }
}

static void *run(void *argument)
{
    const struct control *c = argument;
    const uint64_t interval = notify_watchdog_us() / 2;
    uint64_t next = clock_us() + interval;
    struct pollfd polled[] = { { .fd = c->signal_fd, .events = POLLIN },
                               { .fd = c->end_fd, .events = POLLIN } };
    bool stopping = false;

    prctl(PR_SET_NAME, "control");
    c->alive(c->context); /* asked for the first time, so that there is an answer at the first ping */
    for (;;) {
        const uint64_t now = clock_us();

        if (interval && now >= next) {
            if (c->alive(c->context))
                notify_state("WATCHDOG=1");
            next = now + interval;
        }
        poll(polled, 2, interval ? (int)((next - now) / 1000) + 1 : -1);
        if (polled[1].revents)
            return NULL;
        serve_signals(c, &stopping);
    }
}

int control_start(struct control *c, struct err *err)
{
    const int failure = pthread_create(&c->thread, NULL, run, c);

    if (failure == 0)
        return 0;
    c->thread = 0;
    errno = failure;
    return err_system(err, ERR_INTERNAL, "cannot start a thread");
}

void control_stop(struct control *c)
{
    if (!c->thread)
        return;
    raise_fd(c->end_fd);
    pthread_join(c->thread, NULL);
    c->thread = 0;
}
