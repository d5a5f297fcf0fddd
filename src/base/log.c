/* SPDX-License-Identifier: ISC */
/* The log: builds each line and writes it in one call. */
#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { LINE_SIZE = 1024 };

static const char *const names[] = { [LOG_ALWAYS] = "",
                                     [LOG_ERROR] = "error",
                                     [LOG_WARNING] = "warning",
                                     [LOG_INFO] = "info",
                                     [LOG_DEBUG] = "debug" };

/* syslog's priorities, as systemd reads them in front of a line */
static const char priorities[] = {
    [LOG_ALWAYS] = '6', [LOG_ERROR] = '3', [LOG_WARNING] = '4', [LOG_INFO] = '6', [LOG_DEBUG] = '7'
};

/* The only mutable globals. All but the counter are set while there is one thread. */
static enum log_level threshold = LOG_INFO;
static int log_fd = STDERR_FILENO;
static bool is_socket, is_journal;
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

/*
 * A reply must not wait for a pipe or terminal whose reader has stopped. O_NONBLOCK on the
 * descriptor that we were given would hold for all processes that share it, such as a shell. So the
 * pipe or terminal is opened once more, for us alone.
 */
void log_open(void)
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
    if (fstat(STDERR_FILENO, &st) < 0)
        return;
    is_socket = S_ISSOCK(st.st_mode);
    is_journal = to_journal(&st);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return;
    fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        log_fd = fd;
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
        atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
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
