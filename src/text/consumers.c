/* SPDX-License-Identifier: ISC */
/* The names are libmptable's. */
#include "consumers.h"

#include <string.h>

#include "../base/near.h"

int consumers_add(uint32_t *set, const char *name, size_t size, const struct at *at,
                  struct err *err)
{
    const struct mpt_consumer *consumer;
    char hint[NEAR_HINT_SIZE];
    struct near near;

    if (size == strlen("all") && memcmp(name, "all", size) == 0) {
        *set |= MPT_FOR_ALL;
        return 0;
    }
    near_start(&near, name, size);
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++) {
        const char *const known = mpt_consumer_name(consumer);

        if (size == strlen(known) && memcmp(name, known, size) == 0) {
            *set |= mpt_consumer_bit(consumer);
            return 0;
        }
        near_try(&near, known);
    }
    return err_at(err, ERR_INVALID, at, "no such consumer%s",
                  near.best ? near_hint(&near, "", hint) : "; mptable-rules(7) lists them");
}

int consumers_list(uint32_t *set, const char *list, const struct at *at, struct err *err)
{
    for (;;) {
        const size_t size = strcspn(list, ",");

        if (consumers_add(set, list, size, at, err) < 0)
            return -1;
        if (list[size] == '\0')
            return 0;
        list += size + 1;
    }
}

void consumers_render(struct build *b, const char *name, uint32_t set)
{
    const struct mpt_consumer *consumer;

    build_array(b, name);
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        if (set & mpt_consumer_bit(consumer))
            build_string(b, NULL, mpt_consumer_name(consumer));
    build_close(b);
}

void consumers_render_all(struct build *b)
{
    const struct mpt_consumer *consumer;

    build_array(b, "consumers");
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++) {
        build_object(b, NULL);
        build_string(b, "name", mpt_consumer_name(consumer));
        build_bool(b, "in_use", i < MPT_CONSUMERS_IN_USE);
        build_close(b);
    }
    build_close(b);
}
