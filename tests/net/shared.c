/* SPDX-License-Identifier: ISC */
#include "../../src/net/shared.h"

#include <poll.h>

#include "suites.h"

enum { LOOPS = 3 };

static const struct listener listeners[] = { { .fd_count = 1 },
                                             { .fd_count = 1, .is_unix = true } };

/* Two ports, TCP and UNIX, of @max slots each. */
static void open_two(struct shared *s, struct context *context, unsigned max)
{
    struct err err = { .count = 0 };

    *context = (struct context){ .max_connections = max };
    *s = (struct shared){ .context = context };
    CU_ASSERT_EQUAL_FATAL(shared_open(s, listeners, 2, LOOPS, &err), 0);
}

static void slots(void)
{
    struct context context;
    struct shared s;

    open_two(&s, &context, 2);
    CU_ASSERT_TRUE(shared_take_slot(&s, &s.ports[0]));
    CU_ASSERT_TRUE(shared_has_slot(&s, &s.ports[0]));
    CU_ASSERT_TRUE(shared_take_slot(&s, &s.ports[0]));
    CU_ASSERT_FALSE(shared_has_slot(&s, &s.ports[0]));
    CU_ASSERT_FALSE(shared_take_slot(&s, &s.ports[0]));
    CU_ASSERT_TRUE(shared_take_slot(&s, &s.ports[1])); /* each port has its own */
    CU_ASSERT_EQUAL(shared_connections(&s), 3);
    shared_give_slot(&s.ports[0]);
    CU_ASSERT_TRUE(shared_take_slot(&s, &s.ports[0]));
    shared_close(&s);
}

/* How many connections a user gets on a port, while another user has one or none. */
static unsigned most(unsigned max, bool others)
{
    const uid_t uid = 1000;
    struct context context;
    struct shared s;
    unsigned count = 0;

    open_two(&s, &context, max);
    if (others)
        shared_add_user(&s, &s.ports[1], uid + 1);
    while (count < 2 * max && shared_add_user(&s, &s.ports[1], uid))
        count++;
    for (unsigned i = 0; i <= count; i++) /* the refused one was counted too */
        shared_remove_user(&s.ports[1], uid);
    CU_ASSERT_EQUAL(s.ports[1].users, others);
    shared_close(&s);
    return count;
}

static void users(void)
{
    static const struct {
        const char *name;
        unsigned max, left;
    } rows[] = { { "one slot", 1, 0 }, { "two", 2, 1 }, { "seven", 7, 1 }, { "many", 256, 32 } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].name, most(rows[i].max, true) == rows[i].max - rows[i].left);
    CU_ASSERT_EQUAL(most(256, false), 512); /* alone: slots are the only limit */
}

static void tcp_users(void)
{
    struct context context;
    struct shared s;

    open_two(&s, &context, 1);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_TRUE(shared_add_user(&s, &s.ports[0], 0));
    shared_remove_user(&s.ports[0], 0);
    shared_close(&s);
}

static unsigned woken(const struct shared *s)
{
    unsigned count = 0;

    for (unsigned i = 0; i < s->loop_count; i++) {
        struct pollfd one = { .fd = s->wake_fds[i], .events = POLLIN };

        count += poll(&one, 1, 0) == 1;
    }
    return count;
}

static void phases(void)
{
    struct context context;
    struct shared s;

    open_two(&s, &context, 1);
    CU_ASSERT_EQUAL(shared_phase(&s), PHASE_SERVE);
    CU_ASSERT_EQUAL(woken(&s), 0);
    shared_enter(&s, PHASE_DRAIN);
    CU_ASSERT_EQUAL(shared_phase(&s), PHASE_DRAIN);
    CU_ASSERT_EQUAL(woken(&s), LOOPS);
    shared_close(&s);
}

static const struct test tests[] = {
    { "slots of each port", slots },
    { "an eighth is left to other users", users },
    { "users of TCP are not counted", tcp_users },
    { "a phase wakes every loop", phases },
};
const struct suite net_shared = { "net/shared", tests, sizeof(tests) / sizeof(tests[0]) };
