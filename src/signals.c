/* SPDX-License-Identifier: ISC */
/*
 * Signals. Theory of operation:
 *
 * All signals that the daemon obeys are blocked in all threads and waited for, so no code runs in a
 * signal handler. The main thread waits for SIGHUP. SIGTERM and SIGINT are waited for by a thread
 * of their own, the guard, because the main thread may stand still: in a start or a reload that
 * reads from a file system whose server is gone, or at the end, when it waits for a loop that
 * hangs. The guard counts the signal and wakes the main thread with a SIGHUP, which then finds the
 * count. If the process is still there when its time is up, the guard ends it.
 */
#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static atomic_uint ends;
static unsigned patience; /* seconds; set while there is one thread */

static void fill(sigset_t *set, const int signals[2])
{
    sigemptyset(set);
    sigaddset(set, signals[0]);
    sigaddset(set, signals[1]);
}

static time_t clock_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void count_end(void)
{
    atomic_fetch_add(&ends, 1);
    kill(getpid(), SIGHUP);
}

static void *guard(void *unused)
{
    sigset_t ending;
    time_t left, due;
    int signal;

    fill(&ending, (const int[2]){ SIGTERM, SIGINT });
    sigwait(&ending, &signal);
    count_end();
    due = clock_seconds() + (time_t)patience + 1;
    while ((left = due - clock_seconds()) > 0)
        if (sigtimedwait(&ending, NULL, &(struct timespec){ .tv_sec = left }) > 0)
            count_end();
    log_event(LOG_ERROR, "stop", "detail=\"forced: something did not end within %u seconds\"",
              patience);
    log_close();
    _exit(1);
    return unused;
}

int signals_start(unsigned seconds, struct err *err)
{
    static const int harmless[] = { SIGPIPE,   SIGUSR1, SIGUSR2, SIGALRM,
                                    SIGVTALRM, SIGPROF, SIGPOLL, SIGXFSZ };
    sigset_t obeyed;
    pthread_t thread;
    int status;

    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        signal(harmless[i], SIG_IGN);
    fill(&obeyed, (const int[2]){ SIGTERM, SIGINT });
    sigaddset(&obeyed, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &obeyed, NULL);
    patience = seconds;
    status = pthread_create(&thread, NULL, guard, NULL);
    if (status != 0)
        return err_at(err, ERR_INTERNAL, NULL, "cannot start the thread that takes signals: %s",
                      strerror(status));
    pthread_detach(thread);
    return 0;
}

bool signals_wait(unsigned milliseconds, struct reload_asker *asker)
{
    const struct timespec wait = { .tv_sec = (time_t)(milliseconds / 1000),
                                   .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
    siginfo_t info;
    sigset_t hangup;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    *asker = (struct reload_asker){ .pid = 0 };
    if (sigtimedwait(&hangup, &info, &wait) < 0)
        return false;
    if (info.si_code == SI_QUEUE)
        *asker = (struct reload_asker){ info.si_pid, info.si_value.sival_int };
    return true;
}

unsigned signals_ends(void)
{
    return atomic_load(&ends);
}
