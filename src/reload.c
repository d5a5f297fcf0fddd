/* SPDX-License-Identifier: ISC */
#include "reload.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { NAME_SIZE = 32, TRIES = 10 /* a second each */ };

static const char good[] = "ok";

static socklen_t name_socket(struct sockaddr_un *at, pid_t pid, int number)
{
    int length;

    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    length = snprintf(at->sun_path + 1, sizeof(at->sun_path) - 1, "mptabled-reload-%ld-%x",
                      (long)pid, (unsigned)number);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* The kernel's name of a process; "" where it is hidden (ProtectProc=) or there is none */
static void read_name(pid_t pid, char name[NAME_SIZE])
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
    file = fopen(path, "re");
    if (!file || !fgets(name, NAME_SIZE, file))
        name[0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
}

static int check_name(pid_t pid, struct err *err)
{
    char ours[NAME_SIZE], theirs[NAME_SIZE];

    read_name(getpid(), ours);
    read_name(pid, theirs);
    if (ours[0] && theirs[0] && strcmp(ours, theirs) != 0)
        return err_at(err, ERR_FILE, NULL, "process %ld is %s, not %s: SIGHUP might end it",
                      (long)pid, theirs, ours);
    return 0;
}

/* A socket at which the outcome comes. -1 with ERR_FILE */
static int open_socket(int number, struct err *err)
{
    const struct timeval second = { .tv_sec = 1 };
    const int on = 1;
    struct sockaddr_un at;
    const socklen_t size = name_socket(&at, getpid(), number);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, size) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)) == 0)
        return fd;
    err_system(err, ERR_FILE, "cannot wait for the outcome");
    scoped_close(&fd);
    return -1;
}

/* Return: was a message of that process received? @text: its NUL-terminated text */
static bool receive(int fd, pid_t from, char text[ERR_DETAIL_SIZE])
{
    char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec part = { .iov_base = text, .iov_len = ERR_DETAIL_SIZE - 1 };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    const ssize_t size = recvmsg(fd, &message, 0);
    const struct cmsghdr *const first = size < 0 ? NULL : CMSG_FIRSTHDR(&message);
    struct ucred sender = { .pid = 0 };

    if (first && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_CREDENTIALS)
        memcpy(&sender, CMSG_DATA(first), sizeof(sender));
    text[size < 0 ? 0 : size] = '\0';
    return size >= 0 && sender.pid == from;
}

/*
 * Signals do not queue up: one that comes while another is pending is lost, and with it the number.
 * So the question is repeated until it is answered; a reload more does no harm.
 */
int reload_ask(pid_t pid, struct err *err)
{
    char text[ERR_DETAIL_SIZE];
    union sigval value = { .sival_ptr = NULL };
    int fd SCOPED(scoped_close) = -1;

    if (check_name(pid, err) < 0)
        return -1;
    if (getentropy(&value.sival_int, sizeof(value.sival_int)) < 0)
        return err_system(err, ERR_FILE, "no random number");
    fd = open_socket(value.sival_int, err);
    if (fd < 0)
        return -1;
    for (unsigned i = 0; i < TRIES; i++) {
        if (sigqueue(pid, SIGHUP, value) < 0)
            return i > 0 && errno == ESRCH
                       ? err_at(err, ERR_FILE, NULL, "process %ld has ended", (long)pid)
                       : err_system(err, ERR_FILE, "cannot signal process %ld", (long)pid);
        if (!receive(fd, pid, text))
            continue;
        if (strcmp(text, good) == 0)
            return 0;
        return err_at(err, ERR_FILE, NULL, "%s", text);
    }
    return err_at(err, ERR_FILE, NULL, "process %ld gave no outcome within %d s: see its log",
                  (long)pid, TRIES);
}

void reload_answer(const struct reload_asker *asker, const char *problem)
{
    const char *const text = problem ? problem : good;
    struct sockaddr_un to;
    socklen_t size;
    int fd SCOPED(scoped_close) = -1;

    if (asker->pid == 0)
        return;
    size = name_socket(&to, asker->pid, asker->number);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) /* if it is not received, the asker says so */
        sendto(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to,
               size);
}
