/* SPDX-License-Identifier: ISC */
/* GET /v1/images: what is accepted means what the same members mean as JSON. */
#include "fuzz.h"

#include <stdio.h>

#include "../../src/topo/image.h"

/* Values that were accepted need no escapes. */
static size_t as_json(const struct target *target, char *text, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < target->pair_count; i++) {
        const char *const name = target->pairs[i].name, *const value = target->pairs[i].value;
        const bool window = strcmp(name, "placement") == 0;
        const bool quoted = window || !strcmp(name, "profile") || !strcmp(name, "context") ||
                            !strcmp(name, "nonce");

        used += (size_t)snprintf(text + used, room - used, "%c\"%s\":%s%s%s%s%s", used ? ',' : '{',
                                 name, window ? "{\"window\":" : "", quoted ? "\"" : "", value,
                                 quoted ? "\"" : "", window ? "}" : "");
    }
    return used + (size_t)snprintf(text + used, room - used, "}");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct topology topology, same;
    static struct target target;
    static struct image one, two;
    char raw[2 * TARGET_SIZE] = "", json[2 * TARGET_SIZE];
    struct request_pair pairs[TARGET_PAIRS_MAX];
    struct err err = { 0 };
    int status;

    memcpy(raw, data, size < sizeof(raw) ? size : sizeof(raw) - 1);
    if (target_parse(raw, &target, &err) != TARGET_OK)
        return refused(&err);
    for (size_t i = 0; i < target.pair_count; i++)
        pairs[i] = (struct request_pair){ target.pairs[i].name, target.pairs[i].value };
    if (request_read_query(pairs, target.pair_count, &topology, &err) < 0)
        return refused(&err);
    assert(request_read(json, as_json(&target, json, sizeof(json)), &same, &err) == 0);
    status = request_complete(&topology, &err) < 0 || image_build(&topology, &one, &err) < 0;
    assert((request_complete(&same, &err) < 0 || image_build(&same, &two, &err) < 0) == status);
    assert(status || (one.size == two.size && memcmp(one.bytes, two.bytes, one.size) == 0));
    assert(strcmp(topology.nonce, same.nonce) == 0 && topology.ttl == same.ttl);
    return 0;
}
