/* SPDX-License-Identifier: ISC */
#include "../../src/net/intake.h"

#include <sys/socket.h>
#include <unistd.h>

#include "../lib/suite.h"

static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
enum { SIZE = sizeof(request) - 1 };

static int sockets[2];

static void send_request(void)
{
    CU_ASSERT_EQUAL(send(sockets[0], request, SIZE, 0), SIZE);
}

/* Reads a request as the library would: in parts. */
static void receive_request(void)
{
    char bytes[SIZE];

    CU_ASSERT_EQUAL(recv(sockets[1], bytes, 5, 0), 5);
    CU_ASSERT_EQUAL(recv(sockets[1], bytes, SIZE - 5, 0), SIZE - 5);
    CU_ASSERT_EQUAL(recv(sockets[1], bytes, 1, MSG_DONTWAIT), -1);
}

static void sees(void)
{
    static struct intakes set;
    struct intake other, old, in;
    char bytes[SIZE];

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    intake_begin(&set, &old, sockets[1]); /* was never ended; the kernel gave its number again */
    intake_begin(&set, &in, sockets[1]);
    intake_begin(&set, &other, sockets[1] + INTAKE_BUCKETS);

    send_request(); /* nobody is watched */
    receive_request();
    CU_ASSERT_EQUAL(in.reader.heads, 0);

    intake_watch(&set);
    send_request();
    CU_ASSERT_EQUAL(recv(sockets[1], bytes, SIZE, MSG_PEEK), SIZE);
    CU_ASSERT_EQUAL(in.reader.heads, 0);
    receive_request();
    CU_ASSERT_EQUAL(in.reader.heads, 1);
    CU_ASSERT_EQUAL(old.reader.heads + other.reader.heads, 0);

    intake_end(&set, &in);
    send_request();
    receive_request();
    CU_ASSERT_EQUAL(in.reader.heads, 1);
    CU_ASSERT_EQUAL(old.reader.heads, 1);

    intake_end(&set, &other);
    intake_end(&set, &old);
    send_request();
    receive_request();
    CU_ASSERT_EQUAL(old.reader.heads, 1);
    intake_watch(NULL);
    close(sockets[0]);
    close(sockets[1]);
}

static void bound(void)
{
    CU_ASSERT_TRUE(intake_is_bound());
}

static const struct test tests[] = {
    { "whose bytes are seen", sees },
    { "the library's calls come here", bound },
};
const struct suite net_intake = { "net/intake", tests, sizeof(tests) / sizeof(tests[0]) };
