/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into the daemon by faults.py: has one allocation fail, or all from one on, or one call
 * on a socket, and counts the memory in use. Told and read through the file FAULTS, which both map:
 * six 64-bit numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *p);

static struct faults {
    _Atomic int64_t left; /* allocations until the one that fails; 0: none will */
    _Atomic int64_t all;  /* and every one behind it too */
    _Atomic int64_t failed;
    _Atomic int64_t live; /* blocks in use */
    _Atomic int64_t bytes;
    _Atomic int64_t calls; /* it is calls on sockets that fail, not allocations */
} * faults;

__attribute__((constructor)) static void open_faults(void)
{
    const char *path = getenv("FAULTS");
    const int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED)
        faults = map;
}

static int fails(int is_call, int number)
{
    int64_t left =
        faults && atomic_load(&faults->calls) == is_call ? atomic_load(&faults->left) : 0;

    while (left > 0 &&
           !atomic_compare_exchange_weak(&faults->left, &left,
                                         left > 1 || !atomic_load(&faults->all) ? left - 1 : 1))
        continue;
    if (left != 1)
        return 0;
    atomic_fetch_add(&faults->failed, 1);
    errno = number;
    return 1;
}

static void *count(void *p)
{
    if (p && faults) {
        atomic_fetch_add(&faults->live, 1);
        atomic_fetch_add(&faults->bytes, (int64_t)malloc_usable_size(p));
    }
    return p;
}

void free(void *p)
{
    if (p && faults) {
        atomic_fetch_sub(&faults->live, 1);
        atomic_fetch_sub(&faults->bytes, (int64_t)malloc_usable_size(p));
    }
    __libc_free(p);
}

void *malloc(size_t size)
{
    return fails(0, ENOMEM) ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return fails(0, ENOMEM) ? NULL : count(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
    int64_t before = old && faults ? (int64_t)malloc_usable_size(old) : 0;
    void *p;

    if (!old)
        return malloc(size);
    p = fails(0, ENOMEM) ? NULL : __libc_realloc(old, size);
    if (p && faults)
        atomic_fetch_add(&faults->bytes, (int64_t)malloc_usable_size(p) - before);
    return p;
}

ssize_t recv(int fd, void *to, size_t size, int flags)
{
    return fails(1, EIO) ? -1 : syscall(SYS_recvfrom, fd, to, size, flags, NULL, NULL);
}

ssize_t send(int fd, const void *from, size_t size, int flags)
{
    return fails(1, EPIPE) ? -1 : syscall(SYS_sendto, fd, from, size, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return fails(1, ECONNRESET) ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

int accept4(int fd, struct sockaddr *from, socklen_t *size, int flags)
{
    return fails(1, ENFILE) ? -1 : (int)syscall(SYS_accept4, fd, from, size, flags);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    return fails(1, ENOBUFS) ? -1 : (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    return fails(1, ENOBUFS) ? -1 : (int)syscall(SYS_getsockopt, fd, level, name, value, size);
}

int shutdown(int fd, int how)
{
    return fails(1, ENOTCONN) ? -1 : (int)syscall(SYS_shutdown, fd, how);
}

int dup(int fd)
{
    return fails(1, EMFILE) ? -1 : (int)syscall(SYS_dup, fd);
}

/* Taking a descriptor out of a set cannot fail, and the library knows. */
int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
    return operation == EPOLL_CTL_ADD && fails(1, ENOSPC)
               ? -1
               : (int)syscall(SYS_epoll_ctl, set, operation, fd, event);
}
