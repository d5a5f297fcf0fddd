/* SPDX-License-Identifier: ISC */
#include "../../src/net/users.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "../lib/suite.h"

enum { ME = 1000, OTHER = 1001 };

static struct users *open_table(void)
{
    struct users *s = calloc(1, sizeof(*s));

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_TRUE_FATAL(users_open(s));
    return s;
}

static void close_table(struct users *s)
{
    CU_ASSERT_EQUAL(s->count, 0);
    users_close(s);
    free(s);
}

/* How many slots a user gets, while another user has a connection or none has. */
static unsigned most(unsigned max, bool others)
{
    struct users *s = open_table();
    struct user *other = others ? users_enter(s, OTHER) : NULL, *me = users_enter(s, ME);
    unsigned count = 0;

    while (count < 2 * max && users_take_slot(s, me, max))
        count++;
    CU_ASSERT_EQUAL(me->slots, count); /* what was refused is not counted */
    for (unsigned i = 0; i < count; i++)
        users_give_slot(me);
    users_leave(s, me);
    users_leave(s, other);
    close_table(s);
    return count;
}

static void eighth(void)
{
    static const struct {
        const char *name;
        unsigned max, left;
    } rows[] = { { "one slot", 1, 0 }, { "two", 2, 1 }, { "seven", 7, 1 }, { "many", 256, 32 } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].name, most(rows[i].max, true) == rows[i].max - rows[i].left);
    CU_ASSERT_EQUAL(most(256, false), 512); /* alone: slots are the only limit */
}

/* Many more users than chains: none is counted for another, and none is left behind. */
static void exact(void)
{
    enum { USERS = 5 * USERS_CHAINS };
    static struct user *first[USERS], *second[USERS];
    struct users *s = open_table();
    unsigned wrong = 0;

    for (unsigned i = 0; i < USERS; i++)
        first[i] = users_enter(s, i);
    CU_ASSERT_EQUAL(s->count, USERS);
    for (unsigned i = 0; i < USERS; i += 2)
        second[i] = users_enter(s, i);
    for (unsigned i = 0; i < USERS; i++)
        wrong += first[i]->id != i || first[i]->connections != (i % 2 ? 1 : 2) ||
                 (i % 2 == 0 && second[i] != first[i]);
    CU_ASSERT_EQUAL(wrong, 0);
    for (unsigned i = 0; i < USERS; i++)
        users_leave(s, first[i]);
    CU_ASSERT_EQUAL(s->count, USERS / 2);
    for (unsigned i = 0; i < USERS; i += 2)
        users_leave(s, second[i]);
    close_table(s);
}

static uint64_t id_of(const char *text)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return users_address((const struct sockaddr *)&in);
    CU_ASSERT_EQUAL(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return users_address((const struct sockaddr *)&in6);
}

static void addresses(void)
{
    static const struct {
        const char *name, *one, *other;
        bool same;
    } rows[] = {
        { "IPv4", "192.0.2.1", "192.0.2.2", false },
        { "loopback", "127.0.0.1", "127.9.9.9", true },
        { "loopback of IPv6", "127.0.0.1", "::1", true },
        { "IPv4 in IPv6", "192.0.2.1", "::ffff:192.0.2.1", true },
        { "loopback in IPv6", "127.0.0.1", "::ffff:127.0.0.2", true },
        { "one network", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true },
        { "two networks", "2001:db8:0:1::1", "2001:db8:0:2::1", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].name, (id_of(rows[i].one) == id_of(rows[i].other)) == rows[i].same);
}

static const struct test tests[] = {
    { "an eighth is left to other users", eighth },
    { "each is counted alone", exact },
    { "addresses", addresses },
};
const struct suite net_users = { "net/users", tests, sizeof(tests) / sizeof(tests[0]) };
