/* SPDX-License-Identifier: ISC */
/*
 * request_loop CALLS request|cjson: so many times scan, parse and check of a body that names 254 processors
 * and 16 interrupts one by one, or cJSON's parse and delete of the same text, for an instruction count.
 * request_loop 0 print: the body
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../src/topo/request.h"

static char body[32768];
static size_t size;

static void append(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    size += (size_t)vsnprintf(body + size, sizeof(body) - size, format, args);
    va_end(args);
}

static void make_body(void)
{
    append("{\"processors\":[");
    for (unsigned i = 0; i < 254; i++)
        append("%s{\"apic_id\":%u,\"enabled\":true,\"apic_version\":20,\"signature\":1777,\"features\":"
               "126614527}",
               i ? "," : "", i);
    append("],\"io_interrupts\":[");
    for (unsigned i = 0; i < 16; i++)
        append("%s{\"type\":\"INT\",\"bus\":0,\"irq\":%u,\"io_apic\":254,\"pin\":%u}", i ? "," : "", i, i);
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
    const int calls = argc > 2 ? atoi(argv[1]) : 0;

    if (argc != 3)
        return 2;
    make_body();
    if (strcmp(argv[2], "print") == 0)
        return fwrite(body, 1, size, stdout) != size;
    for (int i = 0; i < calls; i++)
        if ((strcmp(argv[2], "cjson") == 0 ? parse_with_cjson() : parse()) < 0)
            return 1;
    return 0;
}
