/* SPDX-License-Identifier: ISC */
/* A policy of any bytes: refused with its line, or it allows what one of its lines allows. */
#include "../../src/service/policy.h"
#include "fuzz.h"

static const struct certificate certificate = { .subject = "CN=a", .names = "a", .names_size = 2 };
static const struct client client = {
    .is_unix = true, .uid = 1, .gid = 1, .certificate = &certificate, .token = "a"
};

static bool allows(const char *text, const char *context)
{
    struct err err = { 0 };
    struct policy *const p = policy_parse(text, "policy", &err);
    const bool good = p && policy_allows(p, &client, context);

    assert(p || (err.code == ERR_FILE && strstr(err.places[0].detail, "line ")));
    policy_free(p);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const contexts[] = { "", "a", "b", "a:b" };
    char *const text = calloc(1, size + 1), *line, *rest;
    struct err err = { 0 };
    struct policy *p;
    bool whole[4], each[4] = { false };

    assert(text);
    memcpy(text, data, size);
    p = policy_parse(text, "policy", &err);
    for (int i = 0; p && i < 4; i++)
        whole[i] = policy_allows(p, &client, contexts[i]);
    for (rest = text; p && (line = strsep(&rest, "\n"));)
        for (int i = 0; i < 4; i++)
            each[i] = allows(line, contexts[i]) || each[i];
    assert(!p || memcmp(whole, each, sizeof(whole)) == 0);
    policy_free(p);
    free(text);
    return p ? 0 : refused(&err);
}
