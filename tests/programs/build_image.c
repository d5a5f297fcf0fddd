/* SPDX-License-Identifier: ISC */
/*
 * build_image: a topology on each line of standard input. To each a line of standard output: the
 * segments as ADDRESS:HEX, or "refused" and the pointers of what was wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/text/request.h"
#include "../../src/topo/image.h"

static void print_image(const struct image *image)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segments[i];

        printf("%s0x%x:", i > 0 ? " " : "", (unsigned)s->base);
        for (size_t at = 0; at < s->size; at++)
            printf("%02x", image->bytes[s->offset + at]);
    }
    putchar('\n');
}

static void print_error(const struct err *err)
{
    printf("refused");
    for (unsigned i = 0; i < err->count; i++)
        printf(" %s", err->places[i].pointer);
    putchar('\n');
}

int main(void)
{
    static struct topology topology;
    static struct image image;
    char *line = NULL;
    size_t cap = 0;
    ssize_t size;

    while ((size = getline(&line, &cap, stdin)) > 0) {
        struct err err = { 0 };

        if (request_parse(line, (size_t)size, &topology, &err) < 0 ||
            image_build(&topology, &image, &err) < 0)
            print_error(&err);
        else
            print_image(&image);
    }
    free(line);
    return ferror(stdin) || fflush(stdout) != 0;
}
