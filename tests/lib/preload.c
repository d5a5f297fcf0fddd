/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into a program under test: makes the n-th call of some kinds fail, or every call from
 * the n-th on, and counts the memory in use. Instead of failing, a call may never return, or a
 * write may write nothing. The test (tests/lib/preload.py) sets which calls fail, and reads the
 * counts, in a page that both map: the file that FAULTS_PAGE names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The order is that of KINDS in preload.py. */
enum kind {
    ALLOCATE,
    READ,
    RECEIVE,
    WRITE,
    SEND,
    ACCEPT,
    OPTION,
    CLOSE,
    FSYNC,
    NAME,
    OPEN,
    WATCH,
    POLL,
    LOOKUP
};

enum manner { FAIL, HANG, NOTHING };

static struct page {
    _Atomic uint32_t armed;     /* a bit for each kind that counts and fails; 0: none */
    _Atomic int32_t countdown;  /* each call counts down; the one that reaches 0 fails */
    _Atomic uint32_t lasting;   /* not 0: later ones fail too */
    _Atomic uint32_t fired;     /* calls that failed */
    _Atomic uint32_t last_kind; /* of the last one that failed */
    _Atomic int32_t live;       /* blocks allocated and not yet freed */
    _Atomic int64_t bytes;      /* and their usable size */
    _Atomic uint32_t manner;    /* how calls fail: an enum manner */
    _Atomic int64_t now;        /* the wall clock, in seconds; 0: the real one */
} before_start, *page = &before_start;

static void map_page(void) __attribute__((constructor));

static void map_page(void)
{
    const char *path = getenv("FAULTS_PAGE");
    const int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -1;
    void *mapped = MAP_FAILED;

    if (fd >= 0) {
        mapped = (void *)syscall(SYS_mmap, NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
                                 fd, 0);
        syscall(SYS_close, fd);
    }
    if (mapped != MAP_FAILED)
        page = mapped;
}

static int fails(enum kind kind, int reason)
{
    int32_t left;

    if (!(atomic_load(&page->armed) & 1u << kind))
        return 0;
    left = atomic_fetch_sub(&page->countdown, 1) - 1;
    if (left > 0 || (left < 0 && !atomic_load(&page->lasting)))
        return 0;
    atomic_store(&page->last_kind, kind);
    atomic_fetch_add(&page->fired, 1);
    while (atomic_load(&page->manner) == HANG)
        pause();
    errno = reason;
    return 1;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

static void *counted(void *p)
{
    if (p) {
        atomic_fetch_add(&page->live, 1);
        atomic_fetch_add(&page->bytes, (int64_t)malloc_usable_size(p));
    }
    return p;
}

void *malloc(size_t size)
{
    return fails(ALLOCATE, ENOMEM) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails(ALLOCATE, ENOMEM) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *p, size_t size)
{
    const int64_t before = p ? (int64_t)malloc_usable_size(p) : 0;
    void *grown;

    if (!p)
        return malloc(size);
    grown = fails(ALLOCATE, ENOMEM) ? NULL : __libc_realloc(p, size);
    if (grown)
        atomic_fetch_add(&page->bytes, (int64_t)malloc_usable_size(grown) - before);
    return grown;
}

int posix_memalign(void **p, size_t alignment, size_t size)
{
    *p = fails(ALLOCATE, ENOMEM) ? NULL : counted(__libc_memalign(alignment, size));
    return *p ? 0 : ENOMEM;
}

void free(void *p)
{
    const int kept = errno;

    if (p) {
        atomic_fetch_sub(&page->live, 1);
        atomic_fetch_sub(&page->bytes, (int64_t)malloc_usable_size(p));
    }
    __libc_free(p);
    errno = kept;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (fails(ALLOCATE, ENOMEM))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

int mlock(const void *at, size_t size)
{
    return fails(ALLOCATE, EAGAIN) ? -1 : (int)syscall(SYS_mlock, at, size);
}

time_t time(time_t *to)
{
    struct timespec t;
    time_t seconds = (time_t)atomic_load(&page->now);

    if (seconds == 0) {
        syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
        seconds = t.tv_sec;
    }
    if (to)
        *to = seconds;
    return seconds;
}

/* Calls the C library's function of that name, which does more than one system call. */
#define NEXT(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

ssize_t read(int fd, void *bytes, size_t size)
{
    return fails(READ, EIO) ? -1 : syscall(SYS_read, fd, bytes, size);
}

ssize_t recvfrom(int fd, void *bytes, size_t size, int flags, struct sockaddr *from,
                 socklen_t *from_size)
{
    return fails(RECEIVE, ECONNRESET)
               ? -1
               : syscall(SYS_recvfrom, fd, bytes, size, flags, from, from_size);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    return recvfrom(fd, bytes, size, flags, NULL, NULL);
}

/* Writes to an eventfd are not made to fail, since the kernel refuses them only when it is full. */
static int is_event(int fd)
{
    char link[32], target[32];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof(target));
    return length >= 20 && memcmp(target, "anon_inode:[eventfd]", 20) == 0;
}

static int write_failure(void)
{
    return atomic_load(&page->manner) == NOTHING ? 0 : -1;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return !is_event(fd) && fails(WRITE, ENOSPC) ? write_failure()
                                                 : syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return fails(WRITE, ENOSPC) ? write_failure() : syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    return fails(SEND, ECONNRESET) ? -1 : syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return fails(SEND, ECONNRESET) ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return fails(SEND, ECONNRESET) ? -1 : syscall(SYS_writev, fd, parts, count);
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    return fails(ACCEPT, EMFILE) ? -1 : (int)syscall(SYS_accept4, fd, address, size, flags);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    return fails(OPTION, ENOBUFS) ? -1 : (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    return fails(OPTION, ENOBUFS) ? -1 : (int)syscall(SYS_getsockopt, fd, level, name, value, size);
}

int shutdown(int fd, int how)
{
    return fails(OPTION, ENOTCONN) ? -1 : (int)syscall(SYS_shutdown, fd, how);
}

int dup(int fd)
{
    return fails(OPTION, EMFILE) ? -1 : (int)syscall(SYS_dup, fd);
}

/* Linux closes the descriptor even when it reports an error. */
int close(int fd)
{
    const int result = (int)syscall(SYS_close, fd);

    return fails(CLOSE, EIO) ? -1 : result;
}

int fsync(int fd)
{
    return fails(FSYNC, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fchmod(int fd, mode_t mode)
{
    return fails(FSYNC, EIO) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int fchown(int fd, uid_t user, gid_t group)
{
    return fails(FSYNC, EIO) ? -1 : (int)syscall(SYS_fchown, fd, user, group);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(NAME, EROFS) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    return fails(NAME, EIO) ? -1 : (int)syscall(SYS_linkat, from, old, to, new, flags);
}

int unlinkat(int dir, const char *name, int flags)
{
    return fails(NAME, EIO) ? -1 : (int)syscall(SYS_unlinkat, dir, name, flags);
}

int renameat(int from, const char *old, int to, const char *new)
{
    return fails(NAME, EIO) ? -1 : (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

static mode_t mode_behind(int flags, va_list args)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = mode_behind(flags, args);
    va_end(args);
    return fails(OPEN, EMFILE) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = mode_behind(flags, args);
    va_end(args);
    return fails(OPEN, EMFILE) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* _FORTIFY_SOURCE makes calls of these when the flags are not constant. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
    return openat(dir, path, flags);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    if (fails(LOOKUP, EAGAIN))
        return EAI_AGAIN;
    return NEXT(getaddrinfo, name, service, hints, found);
}

int socket(int family, int type, int protocol)
{
    return fails(OPEN, EMFILE) ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

/* EPOLL_CTL_DEL of a descriptor in the set cannot fail, and libmicrohttpd relies on that. */
int epoll_ctl(int fd, int operation, int of, struct epoll_event *event)
{
    const enum kind kind = operation == EPOLL_CTL_ADD ? WATCH : POLL;

    return operation != EPOLL_CTL_DEL && fails(kind, ENOMEM)
               ? -1
               : (int)syscall(SYS_epoll_ctl, fd, operation, of, event);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int wait)
{
    if (fails(POLL, EINTR))
        return -1;
    return NEXT(epoll_wait, fd, events, count, wait);
}
