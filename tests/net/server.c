/* SPDX-License-Identifier: ISC */
/* Start, service and end of the threads, on a socket of the test's own. */
#include "../../src/net/server.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "../../src/base/log.h"
#include "../lib/suite.h"
#include "../lib/scratch.h"

static struct context service = { .max_body = 1000,
                                  .max_connections = 4,
                                  .max_waiting = 16,
                                  .idle_seconds = 5,
                                  .request_seconds = 5 };

static void nap(void)
{
    nanosleep(&(const struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* A connection to the socket "s", or -1 */
static int reach(void)
{
    const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "s" };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool asks(int fd, const char *target, const char *status)
{
    char text[1024] = "";
    const int size = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);

    if (send(fd, text, (size_t)size, MSG_NOSIGNAL) != size ||
        recv(fd, text, sizeof(text) - 1, 0) <= 0)
        return false;
    return strncmp(text + 9, status, 3) == 0;
}

static void life(void)
{
    struct err err = { .count = 0 };
    struct scratch_dir dir;
    struct listener listener;
    struct server *server;
    char address[600];
    bool alive = false;
    int fd;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    log_set_level(LOG_ERROR);
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(address + 5, sizeof(address) - 7));
    memcpy(address, "unix:", 5);
    strcat(address, "/s");
    CU_ASSERT_EQUAL_FATAL(listen_open(address, 3, &listener, &err), 0);
    server = server_start(&service, &listener, 1, NULL, 3, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(server);
    fd = reach();
    CU_ASSERT_TRUE(asks(fd, "/livez", "200"));
    CU_ASSERT_EQUAL(server_connections(server), 1);
    server_alive(server);
    for (int i = 0; i < 100 && !alive; i++) { /* until all three have gone round */
        nap();
        alive = server_alive(server);
    }
    CU_ASSERT_TRUE(alive);
    server_settle(server);
    CU_ASSERT_TRUE(asks(fd, "/readyz", "200"));
    server_drain(server);
    CU_ASSERT_TRUE(asks(fd, "/readyz", "503")); /* and ends the connection */
    for (int i = 0; i < 100 && server_connections(server) > 0; i++)
        nap();
    CU_ASSERT_EQUAL(server_connections(server), 0);
    close(fd);
    server_stop(server);
    CU_ASSERT_PTR_NULL(service.metrics);
    listen_close(&listener);
    CU_ASSERT_EQUAL(reach(), -1);
    scratch_leave(&dir);
}

static const struct test tests[] = { { "start, serve, drain, stop", life } };
const struct suite net_server = { "net/server", tests, sizeof(tests) / sizeof(tests[0]) };
