/* SPDX-License-Identifier: ISC */
#include "../../src/net/shared.h"

#include <poll.h>

#include "../lib/suite.h"

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
    shared_give_slot(&s.ports[0]);
    CU_ASSERT_TRUE(shared_take_slot(&s, &s.ports[0]));
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

static void queue(void)
{
    struct context context;
    struct shared s;

    open_two(&s, &context, 2);
    CU_ASSERT_FALSE(shared_is_crowded(&s.ports[0]));
    shared_want(&s, &s.ports[0]);
    CU_ASSERT_EQUAL(woken(&s), LOOPS); /* they end what is stalled */
    shared_want(&s, &s.ports[0]);
    CU_ASSERT_FALSE(shared_is_crowded(&s.ports[1]));
    shared_want_no_more(&s.ports[0]);
    CU_ASSERT_TRUE(shared_is_crowded(&s.ports[0]));
    shared_want_no_more(&s.ports[0]);
    CU_ASSERT_FALSE(shared_is_crowded(&s.ports[0]));
    shared_close(&s);
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
    { "a connection waits for a slot", queue },
    { "a phase wakes every loop", phases },
};
const struct suite net_shared = { "net/shared", tests, sizeof(tests) / sizeof(tests[0]) };
