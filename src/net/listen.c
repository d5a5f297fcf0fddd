/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets. Whether to serve an address that other hosts reach is the caller's decision;
 * this file only tells whether they do.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../base/file.h"
#include "../base/number.h"

enum { INHERITED_FIRST = 3 }; /* sd_listen_fds(3) */

#define UNIX_PREFIX "unix:"

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

/*
 * HOST:PORT or [HOST]:PORT with a numeric host. Return: the length of the socket address, 0 when it
 * is none
 */
static socklen_t parse_tcp(const char *text, union address *a)
{
    const char *colon = strrchr(text, ':');
    const bool bracketed = text[0] == '[';
    char host[64];
    uint64_t port;
    size_t length;

    if (!colon || !number_decimal(colon + 1, UINT16_MAX, &port))
        return 0;
    length = (size_t)(colon - text);
    if (bracketed && (length < 2 || colon[-1] != ']'))
        return 0;
    length -= bracketed ? 2 : 0;
    if (length >= sizeof(host))
        return 0;
    memcpy(host, text + bracketed, length);
    host[length] = '\0';
    memset(a, 0, sizeof(*a));
    if (!bracketed && inet_pton(AF_INET, host, &a->in.sin_addr) == 1) {
        a->in.sin_family = AF_INET;
        a->in.sin_port = htons((uint16_t)port);
        return sizeof(a->in);
    }
    if (bracketed && inet_pton(AF_INET6, host, &a->in6.sin6_addr) == 1) {
        a->in6.sin6_family = AF_INET6;
        a->in6.sin6_port = htons((uint16_t)port);
        return sizeof(a->in6);
    }
    return 0;
}

static bool is_loopback(const union address *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->in.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
}

/* Fills in the kind of socket and its address, as the kernel knows it. */
static int describe(struct listener *l, struct err *err)
{
    union address a = { .un = { .sun_family = AF_UNSPEC } };
    socklen_t size = sizeof(a);
    char host[INET6_ADDRSTRLEN];

    if (getsockname(l->fds[0], &a.any, &size) < 0)
        return err_system(err, ERR_FILE, "cannot read a listening socket's address");
    l->is_unix = a.any.sa_family == AF_UNIX;
    l->is_loopback = !l->is_unix && is_loopback(&a);
    switch (a.any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &a.in.sin_addr, host, sizeof(host));
        snprintf(l->address, sizeof(l->address), "%s:%u", host, ntohs(a.in.sin_port));
        return 0;
    case AF_INET6:
        inet_ntop(AF_INET6, &a.in6.sin6_addr, host, sizeof(host));
        snprintf(l->address, sizeof(l->address), "[%s]:%u", host, ntohs(a.in6.sin6_port));
        return 0;
    case AF_UNIX:
        snprintf(l->address, sizeof(l->address), UNIX_PREFIX "%s%.*s", a.un.sun_path[0] ? "" : "@",
                 (int)sizeof(a.un.sun_path) - 1,
                 a.un.sun_path[0] ? a.un.sun_path : a.un.sun_path + 1);
        return 0;
    default:
        return err_at(err, ERR_FILE, NULL, "a socket that was passed is neither TCP nor UNIX");
    }
}

/* Return: 1: there is a socket of this user; 0: nothing; -1 with ERR_FILE: anything else */
static int find_socket(const char *path, struct err *err)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_system(err, ERR_FILE, "%s", path);
    if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
        return err_at(err, ERR_FILE, NULL,
                      "%s: exists and is no socket of this user: remove it, or give another path",
                      path);
    return 1;
}

/* Removes a socket file that no process listens on; anything else stays and is an error. */
static int clear_stale(const char *path, const union address *a, struct err *err)
{
    const int found = find_socket(path, err);
    int fd SCOPED(scoped_close) = -1;

    if (found <= 0)
        return found;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_system(err, ERR_FILE, "%s: cannot make a socket", path);
    if (connect(fd, &a->any, sizeof(a->un)) == 0 || errno != ECONNREFUSED)
        return err_at(err, ERR_FILE, NULL, "%s: another process listens here", path);
    return unlink(path) < 0
               ? err_system(err, ERR_FILE, "%s: cannot remove the socket of a dead process", path)
               : 0;
}

/*
 * Makes a socket that is bound and does not listen yet. The first one of an address is bound
 * without SO_REUSEPORT, so that binding fails where another process listens; those of further loops
 * join it. Return: its descriptor; -1 with errno
 */
static int bind_one(const union address *a, socklen_t size, bool first)
{
    const int on = 1;
    const mode_t mask = umask(0117); /* so that a UNIX socket has mode 0660 from the start */
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && a->any.sa_family != AF_UNIX) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (!first)
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    }
    if (fd >= 0 && bind(fd, &a->any, size) < 0) {
        const int number = errno;

        close(fd);
        fd = -1;
        errno = number;
    }
    umask(mask);
    if (fd >= 0 && first && a->any.sa_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    return fd;
}

/*
 * Binds sockets for further loops to the address of the first one. Where that fails, all loops
 * share the first.
 */
static void add_queues(struct listener *l, unsigned queues)
{
    union address a;
    socklen_t size = sizeof(a);

    if (getsockname(l->fds[0], &a.any, &size) < 0)
        return;
    while (l->fd_count < queues) {
        const int fd = bind_one(&a, size, false);

        if (fd < 0)
            break;
        l->fds[l->fd_count++] = fd;
    }
    while (l->fd_count < queues && l->fd_count > 1)
        close(l->fds[--l->fd_count]);
}

static int bind_and_listen(struct listener *l, const char *text, const union address *a,
                           socklen_t size, unsigned queues, struct err *err)
{
    l->fds[0] = bind_one(a, size, true);
    if (l->fds[0] < 0)
        return err_system(err, ERR_FILE, "cannot listen on %s", text);
    l->fd_count = 1;
    if (a->any.sa_family != AF_UNIX)
        add_queues(l, queues);
    for (unsigned i = 0; i < l->fd_count; i++)
        if (listen(l->fds[i], SOMAXCONN) < 0) {
            err_system(err, ERR_FILE, "cannot listen on %s", text);
            listen_close(l);
            return -1;
        }
    return describe(l, err);
}

/*
 * Processes that start at one path at the same time take turns, because a socket that is bound and
 * does not listen yet looks like that of a dead process. A process that does not get its turn
 * within a second goes on. Return: a descriptor to be closed, or -1
 */
static int lock_directory(const char *path)
{
    char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int fd;

    strcpy(directory, path);
    strrchr(directory, '/')[1] = '\0';
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || file_lock(fd))
        return fd;
    close(fd);
    return -1;
}

/* Can a socket be made there, perhaps in place of our old one? */
static int check_unix(const char *text, struct err *err)
{
    const char *const path = text + strlen(UNIX_PREFIX);
    char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];

    if (path[0] != '/' || strlen(path) >= sizeof(directory))
        return err_at(err, ERR_FILE, NULL,
                      "%s: the path must begin with / and have at most %zu bytes", text,
                      sizeof(directory) - 1);
    strcpy(directory, path);
    strrchr(directory, '/')[1] = '\0';
    if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0)
        return err_system(err, ERR_FILE, "%s: cannot make a socket in %s", text, directory);
    return find_socket(path, err) < 0 ? -1 : 0;
}

static int open_unix(const char *text, struct listener *l, struct err *err)
{
    const char *path = text + strlen(UNIX_PREFIX);
    union address a = { .un = { .sun_family = AF_UNIX } };
    int lock SCOPED(scoped_close) = -1;
    struct stat st;

    strcpy(a.un.sun_path, path);
    lock = lock_directory(path);
    if (clear_stale(path, &a, err) < 0 || bind_and_listen(l, text, &a, sizeof(a.un), 1, err) < 0)
        return -1;
    if (lstat(path, &st) < 0) {
        err_system(err, ERR_FILE, "%s", path);
        listen_close(l);
        return -1;
    }
    l->unlink_path = path;
    l->device = st.st_dev;
    l->inode = st.st_ino;
    return 0;
}

int listen_check(const char *text, bool guarded, struct err *err)
{
    union address a;

    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return check_unix(text, err);
    if (parse_tcp(text, &a) == 0)
        return err_at(err, ERR_FILE, NULL,
                      "%s: not of the form 127.0.0.1:PORT, [::1]:PORT or unix:/PATH", text);
    if (!guarded && !is_loopback(&a))
        return err_at(
            err, ERR_FILE, NULL,
            "%s: other hosts reach this address: give --tls-client-ca (with --tls-cert and "
            "--tls-key) or --token-file",
            text);
    return 0;
}

int listen_open(const char *text, unsigned queues, struct listener *l, struct err *err)
{
    union address a;
    socklen_t size;

    *l = (struct listener){ .fd_count = 0 };
    if (listen_check(text, true, err) < 0)
        return -1;
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return open_unix(text, l, err);
    size = parse_tcp(text, &a);
    return bind_and_listen(l, text, &a, size, queues, err);
}

/* The value of an environment variable as a number, or -1 */
static long env_number(const char *name)
{
    const char *text = getenv(name);
    uint64_t value;

    return text && number_decimal(text, INT_MAX, &value) ? (long)value : -1;
}

/* The next of the names between colons, or "" when there are no more. */
static void next_name(const char **names, char *name, size_t size)
{
    const size_t length = *names ? strcspn(*names, ":") : 0;

    snprintf(name, size, "%.*s", (int)length, *names ? *names : "");
    if (*names)
        *names = (*names)[length] ? *names + length + 1 : NULL;
}

static int take_inherited(struct listener *l, int fd, struct err *err)
{
    int listening = 0, type = 0;
    socklen_t size = sizeof(int);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0 || !listening ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
        return err_at(err, ERR_FILE, NULL,
                      "descriptor %d was passed, and is not a listening stream socket", fd);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        return err_system(err, ERR_FILE, "passed descriptor %d", fd);
    l->fds[0] = fd;
    l->fd_count = 1;
    l->is_passed = true;
    return describe(l, err);
}

int listen_inherit(struct listener *listeners, unsigned max, struct err *err)
{
    const bool ours = env_number("LISTEN_PID") == getpid();
    const long count = ours ? env_number("LISTEN_FDS") : 0;
    const char *names = getenv("LISTEN_FDNAMES"); /* stays readable after unsetenv */

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (count <= 0)
        return 0;
    if (count > (long)max)
        return err_at(err, ERR_FILE, NULL, "%ld sockets were passed: at most %u can be served",
                      count, max);
    for (unsigned i = 0; i < (unsigned)count; i++) {
        listeners[i] = (struct listener){ .fd_count = 0 };
        next_name(&names, listeners[i].name, sizeof(listeners[i].name));
        if (take_inherited(&listeners[i], INHERITED_FIRST + (int)i, err) < 0)
            return -1;
    }
    return (int)count;
}

/*
 * Is the file at unlink_path still our socket? It may have been removed, and another process may
 * have bound a socket there. No other file gets the inode number of ours while we have it open.
 */
static bool is_ours(const struct listener *l)
{
    struct stat st;

    return lstat(l->unlink_path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode;
}

/*
 * Lets the first @bytes of each packet that comes to a socket through. The filter is not on the
 * connections that the socket has made before.
 */
static bool let_through(int fd, unsigned bytes)
{
    struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, bytes);
    const struct sock_fprog filter = { .len = 1, .filter = &all };

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

static bool needs_filter(const struct listener *l)
{
    return !l->is_unix && !l->is_passed;
}

bool listen_can_hide(const struct listener *l)
{
    return !needs_filter(l) || let_through(l->fds[0], UINT_MAX);
}

void listen_hide(struct listener *l)
{
    if (l->unlink_path && is_ours(l))
        unlink(l->unlink_path);
    l->unlink_path = NULL; /* from now on another process may bind it */
    for (unsigned i = 0; i < l->fd_count && needs_filter(l); i++)
        let_through(l->fds[i], 0);
}

void listen_close(struct listener *l)
{
    listen_hide(l);
    for (unsigned i = 0; i < l->fd_count; i++)
        close(l->fds[i]);
    l->fd_count = 0;
}
