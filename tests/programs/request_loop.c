/* SPDX-License-Identifier: ISC */
/*
 * request_loop CALLS CPUS request|cjson|print: so many times scan, parse and check of a body that
 * names the processors and 16 interrupts one by one, or cJSON's parse and delete of the same text,
 * for an instruction count; or the body itself
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../../src/text/request.h"

static char body[32768];
static size_t size;

static void append(const char *text)
{
    memcpy(body + size, text, strlen(text));
    size += strlen(text);
}

static void make_body(unsigned cpus)
{
    char element[128];

    append("{\"processors\":[");
    for (unsigned i = 0; i < cpus; i++) {
        snprintf(
            element, sizeof(element),
            "%s{\"apic_id\":%u,\"enabled\":true,\"apic_version\":20,\"signature\":1777,\"features\":"
            "126614527}",
            i ? "," : "", i);
        append(element);
    }
    append("],\"io_interrupts\":[");
    for (unsigned i = 0; i < 16; i++) {
        snprintf(element, sizeof(element),
                 "%s{\"type\":\"INT\",\"bus\":0,\"irq\":%u,\"io_apic\":\"all\",\"pin\":%u}",
                 i ? "," : "", i, i);
        append(element);
    }
    append("]}");
}

static int parse(void)
{
    static struct topology topology;
    static struct err err;

    return request_parse(body, size, &topology, &err);
}

static int parse_with_cjson(void)
{
    cJSON *root = cJSON_ParseWithLength(body, size);
    const int status = root ? 0 : -1;

    cJSON_Delete(root);
    return status;
}

int main(int argc, char **argv)
{
    const int calls = argc > 1 ? atoi(argv[1]) : 0, cpus = argc > 2 ? atoi(argv[2]) : 0;

    if (argc != 4 || cpus < 1 || cpus > 254)
        return 2;
    make_body((unsigned)cpus);
    if (strcmp(argv[3], "print") == 0)
        return fwrite(body, 1, size, stdout) != size;
    for (int i = 0; i < calls; i++)
        if ((strcmp(argv[3], "cjson") == 0 ? parse_with_cjson() : parse()) < 0)
            return 1;
    return 0;
}
