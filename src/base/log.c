/* SPDX-License-Identifier: ISC */
/*
 * The log: builds each line and writes it in one call.
 *
 * A reply must not wait for a pipe or terminal whose reader has stopped. O_NONBLOCK on the
 * descriptor that we were given would hold for all processes that share it, such as a shell. So the
 * pipe or terminal is opened once more, for us alone. Where the system refuses that, because it
 * belongs to another user, lines go to a pipe of our own. A thread takes them from there, writes
 * them to standard error, and waits in our place.
 *
 * In either case a line that finds no room is dropped and counted.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"

enum {
    LINE_SIZE = 1024, /* less than PIPE_BUF: a pipe takes it whole or not at all */
    CLOSE_TRIES = 100 /* 10 ms apart */
};

static const char *const names[] = { [LOG_ALWAYS] = "",
                                     [LOG_ERROR] = "error",
                                     [LOG_WARNING] = "warning",
                                     [LOG_INFO] = "info",
                                     [LOG_DEBUG] = "debug" };

/* syslog's priorities, as systemd reads them in front of a line */
static const char priorities[] = {
    [LOG_ALWAYS] = '6', [LOG_ERROR] = '3', [LOG_WARNING] = '4', [LOG_INFO] = '6', [LOG_DEBUG] = '7'
};

/* The only mutable globals. All but the atomic ones are set while the program has one thread. */
static enum log_level threshold = LOG_INFO;
static int log_fd = STDERR_FILENO;
static bool is_socket, is_journal, has_thread;
static atomic_size_t queued, passed; /* bytes given to the thread; of these, written or dropped */
static atomic_ullong dropped;

void log_set_level(enum log_level level)
{
    threshold = level;
}

int log_level_named(const char *name)
{
    for (size_t i = LOG_ERROR; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

/* Is standard error the journal, and not a file that a shell put in its place? */
static bool to_journal(const struct stat *st)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;

    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && st->st_dev == device &&
           st->st_ino == inode;
}

static void count_dropped(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\n')
            atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
}

/* The thread. It ends when the other end of its pipe is closed. */
static void *pass_on(void *queue)
{
    const int fd = (int)(intptr_t)queue;
    char text[4 * LINE_SIZE];
    ssize_t size;

    while ((size = read(fd, text, sizeof(text))) > 0) {
        if (file_write_all(STDERR_FILENO, text, (size_t)size) < 0)
            count_dropped(text, (size_t)size);
        atomic_fetch_add(&passed, (size_t)size);
    }
    close(fd);
    return NULL;
}

/* The thread takes no signal: those of the program are for its own threads. */
static int open_queue(void)
{
    sigset_t all, before;
    pthread_t thread;
    int ends[2], status;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    log_fd = ends[1];
    if (fcntl(log_fd, F_SETFL, O_NONBLOCK) < 0)
        return -1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&thread, NULL, pass_on, (void *)(intptr_t)ends[0]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = status;
    has_thread = status == 0;
    return has_thread ? pthread_detach(thread) : -1;
}

int log_open(void)
{
    struct stat st;
    int fd;

    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
        continue; /* a socket that got number 2 would be written to */
    if (fd >= 0)
        close(fd);
    if (log_fd != STDERR_FILENO)
        close(log_fd);
    log_fd = STDERR_FILENO;
    has_thread = false;
    if (fstat(STDERR_FILENO, &st) < 0)
        return 0;
    is_socket = S_ISSOCK(st.st_mode);
    is_journal = to_journal(&st);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return 0;
    fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return open_queue();
    log_fd = fd;
    return 0;
}

void log_close(void)
{
    const struct timespec moment = { .tv_nsec = 10000000 };

    for (unsigned left = CLOSE_TRIES; left > 0 && atomic_load(&queued) != atomic_load(&passed);
         left--)
        nanosleep(&moment, NULL);
}

unsigned long long log_dropped(void)
{
    return atomic_load_explicit(&dropped, memory_order_relaxed);
}

static void put_line(const char *line, size_t size)
{
    const ssize_t n = is_socket ? send(log_fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                : write(log_fd, line, size);

    if (n < 0) /* the reader has stopped, which must not stop us */
        count_dropped(line, size);
    else if (has_thread)
        atomic_fetch_add(&queued, (size_t)n);
}

bool log_wants(enum log_level level)
{
    return level <= threshold;
}

void log_event(enum log_level level, const char *name, const char *format, ...)
{
    char line[LINE_SIZE];
    size_t used = 0;
    va_list args;

    if (level > threshold)
        return;
    if (is_journal)
        used += (size_t)snprintf(line, sizeof(line), "<%c>", priorities[level]);
    used += (size_t)snprintf(line + used, sizeof(line) - used, "event=%s", name);
    if (format && used < sizeof(line) - 1) {
        line[used++] = ' ';
        va_start(args, format);
        used += (size_t)vsnprintf(line + used, sizeof(line) - used, format, args);
        va_end(args);
    }
    if ((level == LOG_ERROR || level == LOG_WARNING) && used < sizeof(line))
        used += (size_t)snprintf(line + used, sizeof(line) - used, " level=%s", names[level]);
    if (used > sizeof(line) - 1)
        used = sizeof(line) - 1;
    line[used++] = '\n';
    put_line(line, used);
}

static bool needs_quotes(const char *value)
{
    for (const char *c = value; *c; c++)
        if (*c <= 0x20 || *c > 0x7e || *c == '"' || *c == '\\' || *c == '=')
            return true;
    return !*value;
}

const char *log_quote(const char *value, char *out, size_t size)
{
    size_t used = 0;

    if (!needs_quotes(value)) {
        snprintf(out, size, "%s", value);
        return out;
    }
    out[used++] = '"';
    for (const char *c = value; *c && used + 6 <= size; c++) {
        if (*c == '"' || *c == '\\')
            used += (size_t)snprintf(out + used, size - used, "\\%c", *c);
        else if (*c < 0x20 || *c > 0x7e)
            used += (size_t)snprintf(out + used, size - used, "\\x%02x", (unsigned char)*c);
        else
            out[used++] = *c;
    }
    out[used++] = '"';
    out[used] = '\0';
    return out;
}
