/* SPDX-License-Identifier: ISC */
#include "notify.h"

#include <ctype.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/number.h"

/* A manager whose queue is full gets a second, and then goes without the message. */
void notify_state(const char *state)
{
    const struct timeval patience = { .tv_sec = 1 };
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    const size_t length = path ? strlen(path) : 0;
    int fd SCOPED(scoped_close) = -1;

    if (length == 0 || length >= sizeof(to.sun_path))
        return;
    memcpy(to.sun_path, path, length);
    if (path[0] == '@') /* abstract */
        to.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        log_event(LOG_WARNING, "notify", "result=failed");
}

/* A line break in the text would begin another assignment. */
void notify_status(const char *state, const char *status)
{
    char text[512];
    const size_t begin = (size_t)snprintf(text, sizeof(text) - 201, "%s\nSTATUS=", state);

    snprintf(text + begin, sizeof(text) - begin, "%.200s", status);
    for (char *at = text + begin; *at; at++)
        if (iscntrl((unsigned char)*at))
            *at = '?';
    notify_state(text);
}

/* At most a day, so that no sum of times overflows. */
uint64_t notify_watchdog_us(void)
{
    const uint64_t longest = UINT64_C(86400000000);
    const char *text = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t us, for_pid;

    if (pid && !(number_decimal(pid, INT_MAX, &for_pid) && (pid_t)for_pid == getpid()))
        return 0;
    return !text || !number_decimal(text, UINT64_MAX, &us) ? 0 : us < longest ? us : longest;
}
