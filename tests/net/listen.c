/* SPDX-License-Identifier: ISC */
#include "../../src/net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../lib/suite.h"

static struct listener listener;
static struct err error;

static int try(const char *address)
{
    memset(&error, 0, sizeof(error));
    return listen_open(address, 1, &listener, &error);
}

static int check(const char *address, bool guarded)
{
    memset(&error, 0, sizeof(error));
    return listen_check(address, guarded, &error);
}

static void tcp(void)
{
    static const char *const good[] = { "127.0.0.1:0", "127.8.9.10:0" };
    static const char *const far[] = { "0.0.0.0:0", "192.0.2.1:80", "[::]:0", "[2001:db8::1]:80" };
    static const char *const bad[] = {
        "localhost:0", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:+1",  "127.0.0.1:01",
        "127.0.0.1:",  "",          "127.0.0.1.a:1",   "127.0.0.1@a:1", "[127.0.0.1]:80",
        "[::1:80"
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ROW_CHECK(good[i], try(good[i]) == 0);
        ROW_CHECK(good[i], strncmp(listener.address, good[i], strlen(good[i]) - 1) == 0);
        /* the port that the kernel chose */
        ROW_CHECK(good[i], listener.address[strlen(good[i]) - 1] != '0');
        listen_close(&listener);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ROW_CHECK(bad[i], try(bad[i]) == -1 && error.code == ERR_FILE && listener.fd_count == 0);
    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        ROW_CHECK(far[i], check(far[i], true) == 0);
        ROW_CHECK(far[i],
                  check(far[i], false) == -1 && strstr(error.places[0].detail, "--token-file"));
    }
    CU_ASSERT_EQUAL(check("127.0.0.1:80", false), 0);
}

static void port_in_use(void)
{
    struct listener first;

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open("127.0.0.1:0", 1, &first, &error), 0);
    CU_ASSERT_EQUAL(try(first.address), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, first.address));
    listen_close(&first);
}

/* Each loop gets a socket of its own, and other processes still find the address in use. */
static void queues(void)
{
    struct listener first;

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open("127.0.0.1:0", 3, &first, &error), 0);
    CU_ASSERT_EQUAL(first.fd_count, 3);
    CU_ASSERT_TRUE(first.is_loopback);
    CU_ASSERT_FALSE(first.is_unix);
    CU_ASSERT_EQUAL(try(first.address), -1);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(listen_open(first.address, 2, &listener, &error), -1);
    listen_close(&first);
    CU_ASSERT_EQUAL(first.fd_count, 0);
}

static void unix_sockets(void)
{
    char directory[] = "/tmp/mptabled-XXXXXX", path[40], address[60], longest[160];
    struct listener first;
    struct stat st;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/s", directory);
    snprintf(address, sizeof(address), "unix:%s", path);
    CU_ASSERT_EQUAL(check(address, false), 0);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open(address, 1, &first, &error), 0);
    CU_ASSERT_STRING_EQUAL(first.address, address);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 0777, 0660);
    CU_ASSERT_EQUAL(try(address), -1); /* the live one keeps serving */
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, "another process"));
    close(first.fds[0]); /* as a killed process leaves it */
    CU_ASSERT_EQUAL(try(address), 0);
    listen_close(&listener);
    CU_ASSERT_EQUAL(stat(path, &st), -1);
    CU_ASSERT_EQUAL(listen_open(address, 1, &first, &error), 0);
    CU_ASSERT_EQUAL(unlink(path), 0); /* it is removed, and another process binds its own */
    CU_ASSERT_EQUAL(try(address), 0);
    listen_close(&first);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    listen_close(&listener);
    CU_ASSERT_EQUAL(stat(path, &st), -1);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    CU_ASSERT_EQUAL(try(address), -1); /* no socket: not ours to remove */
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL(rmdir(directory), 0);

    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "unix:/", 6);
    longest[5 + 108] = '\0';
    CU_ASSERT_EQUAL(try(longest), -1);
    CU_ASSERT_EQUAL(try("unix:relative"), -1);
}

/* Begins to connect to the listener. Return: a descriptor, writable once it is connected; or -1 */
static int come(const struct listener *l)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)atoi(strrchr(l->address, ':') + 1)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    return connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS ? fd
                                                                                              : -1;
}

static bool is_ready(int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };

    return poll(&one, 1, 100) == 1 && one.revents == events;
}

/* Clients that wait can be accepted, no new one connects; a passed socket stays as it was. */
static void hiding(void)
{
    for (int passed = 0; passed < 2; passed++) {
        struct listener l;
        int early, late, taken;

        memset(&error, 0, sizeof(error));
        CU_ASSERT_EQUAL_FATAL(listen_open("127.0.0.1:0", 1, &l, &error), 0);
        l.is_passed = passed;
        if (!listen_can_hide(&l)) {
            listen_close(&l);
            TEST_SKIP("this kernel wants CAP_NET_ADMIN for a filter");
        }
        early = come(&l);
        CU_ASSERT_TRUE(is_ready(early, POLLOUT));
        listen_hide(&l);
        late = come(&l);
        CU_ASSERT_EQUAL(is_ready(late, POLLOUT), passed);
        taken = accept(l.fds[0], NULL, NULL);
        CU_ASSERT_EQUAL(send(early, "x", 1, MSG_NOSIGNAL), 1);
        CU_ASSERT_TRUE(is_ready(taken, POLLIN)); /* the filter is not on earlier connections */
        close(taken);
        taken = accept(l.fds[0], NULL, NULL);
        CU_ASSERT_EQUAL(taken >= 0, passed);
        if (taken >= 0)
            close(taken);
        close(early);
        close(late);
        listen_close(&l);
    }
}

/*
 * The name is removed when the socket is hidden, so closing it removes no socket that another
 * process has bound there since.
 */
static void hiding_names(void)
{
    char directory[] = "/tmp/mptabled-XXXXXX", path[40], address[60];
    struct listener first;
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    int taken;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/s", directory);
    snprintf(address, sizeof(address), "unix:%s", path);
    strcpy(to.sun_path, path);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open(address, 1, &first, &error), 0);
    CU_ASSERT_EQUAL(connect(client, (const struct sockaddr *)&to, sizeof(to)), 0);
    listen_hide(&first);
    CU_ASSERT_EQUAL(access(path, F_OK), -1);
    taken = accept(first.fds[0], NULL, NULL);
    CU_ASSERT_TRUE(taken >= 0);
    CU_ASSERT_EQUAL(try(address), 0);
    listen_close(&first);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    listen_close(&listener);
    close(taken);
    close(client);
    CU_ASSERT_EQUAL(rmdir(directory), 0);
}

/* A process that starts while another is between bind and listen waits until that one listens. */
static void starting(void)
{
    char directory[] = "/tmp/mptabled-XXXXXX", path[40], address[60];
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    const int other = socket(AF_UNIX, SOCK_STREAM, 0);
    int lock, status = -1;
    pid_t child;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/s", directory);
    snprintf(address, sizeof(address), "unix:%s", path);
    strcpy(at.sun_path, path);
    lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_EQUAL(flock(lock, LOCK_EX), 0);
    CU_ASSERT_EQUAL(bind(other, (const struct sockaddr *)&at, sizeof(at)), 0);
    child = fork();
    if (child == 0) {
        close(lock);
        _exit(try(address) == -1 && strstr(error.places[0].detail, "another process") ? 0 : 1);
    }
    usleep(100000);
    CU_ASSERT_EQUAL(listen(other, 1), 0);
    CU_ASSERT_EQUAL(flock(lock, LOCK_UN), 0);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    close(lock);
    close(other);
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static void inherited(void)
{
    struct listener listeners[2];
    char pid[20];

    snprintf(pid, sizeof(pid), "%d", getpid());
    memset(&error, 0, sizeof(error));
    unsetenv("LISTEN_PID");
    CU_ASSERT_EQUAL(listen_inherit(listeners, 2, &error), 0);
    setenv("LISTEN_PID", "1", 1);
    setenv("LISTEN_FDS", "1", 1);
    CU_ASSERT_EQUAL(listen_inherit(listeners, 2, &error), 0);
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "3", 1);
    CU_ASSERT_EQUAL(listen_inherit(listeners, 2, &error), -1);
    CU_ASSERT_PTR_NULL(getenv("LISTEN_FDS"));
}

/* In a child, where descriptors 3 and 4 can be what a service manager would pass. */
static void names(void)
{
    struct listener first, listeners[2];
    int status = -1;
    pid_t child;

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open("127.0.0.1:0", 1, &first, &error), 0);
    child = fork();
    if (child == 0) {
        char pid[20];

        snprintf(pid, sizeof(pid), "%d", getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "2", 1);
        setenv("LISTEN_FDNAMES", "front:back", 1);
        if (dup2(first.fds[0], 3) != 3 || dup2(3, 4) != 4 ||
            listen_inherit(listeners, 2, &error) != 2)
            _exit(1);
        if (strcmp(listeners[0].name, "front") != 0 || strcmp(listeners[1].name, "back") != 0)
            _exit(2);
        _exit(strcmp(listeners[1].address, first.address) == 0 && listeners[0].fds[0] == 3 ? 0 : 3);
    }
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
    listen_close(&first);
}

static const struct test tests[] = {
    { "TCP addresses", tcp },
    { "a port in use", port_in_use },
    { "a socket for each loop", queues },
    { "UNIX sockets: mode, dead sockets, other files", unix_sockets },
    { "a hidden socket lets no new client connect", hiding },
    { "a UNIX socket without its name", hiding_names },
    { "a UNIX socket that is being opened", starting },
    { "sockets that are passed", inherited },
    { "their names", names },
};
const struct suite net_listen = { "net/listen", tests, sizeof(tests) / sizeof(tests[0]) };
