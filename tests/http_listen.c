/* SPDX-License-Identifier: ISC */
#include "../src/http/listen.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "http.h"

static struct listener listener;
static struct err error;

static int try(const char *address)
{
    memset(&error, 0, sizeof(error));
    return listen_open(address, &listener, &error);
}

static void tcp(void)
{
    static const char *const good[] = { "127.0.0.1:0", "127.8.9.10:0" };
    static const char *const bad[] = {
        "0.0.0.0:0",       "192.0.2.1:80",  "[::]:0",         "localhost:0", "127.0.0.1",
        "127.0.0.1:65536", "127.0.0.1:+1",  "127.0.0.1:01",   "127.0.0.1:",  "",
        "127.0.0.1.a:1",   "127.0.0.1@a:1", "[127.0.0.1]:80", "[::1:80"
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ROW_CHECK(good[i], try(good[i]) == 0);
        ROW_CHECK(good[i], strncmp(listener.address, good[i], strlen(good[i]) - 1) == 0);
        ROW_CHECK(good[i], listener.address[strlen(good[i]) - 1] != '0'); /* the port that the kernel chose */
        listen_close(&listener);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ROW_CHECK(bad[i], try(bad[i]) == -1 && error.code == ERR_FILE && listener.fd == -1);
}

static void port_in_use(void)
{
    struct listener first;

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open("127.0.0.1:0", &first, &error), 0);
    CU_ASSERT_EQUAL(try(first.address), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, first.address));
    listen_close(&first);
}

static void unix_sockets(void)
{
    char directory[] = "/tmp/mptabled-XXXXXX", path[40], address[60], longest[160];
    struct listener first;
    struct stat st;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/s", directory);
    snprintf(address, sizeof(address), "unix:%s", path);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL_FATAL(listen_open(address, &first, &error), 0);
    CU_ASSERT_STRING_EQUAL(first.address, address);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 0777, 0660);
    CU_ASSERT_EQUAL(try(address), -1); /* the live one keeps serving */
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, "another process"));
    close(first.fd); /* as a killed process leaves it */
    CU_ASSERT_EQUAL(try(address), 0);
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

static const struct test tests[] = {
    { "TCP addresses", tcp },
    { "a port in use", port_in_use },
    { "UNIX sockets: mode, take-over, what is in the way", unix_sockets },
    { "sockets that are passed", inherited },
};
const struct suite http_listen = { "http/listen", tests, sizeof(tests) / sizeof(tests[0]) };
