/* SPDX-License-Identifier: ISC */
/*
 * machine_line: a machine on each line of standard input, as MEMBER=VALUE words; routes are
 * route=BUS:DEVICE:PIN:INTIN. To each a line of standard output: the segments as ADDRESS:HEX, or
 * "refused" and the member that was wrong. "work=N" gives that many bytes to work in, one byte off
 * any alignment, and "ram=N" has mptm_write write to that many bytes of memory, and says whether it
 * did.
 */
#include <mptmachine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 65536, RAM_SIZE = 1 << 20 };

struct asked {
    struct mptm machine;
    struct mptm_route routes[MPTM_ROUTES_MAX + 1];
    size_t work, ram;
    int wrong;
};

static void add_route(struct asked *a, const char *text)
{
    unsigned n[4];

    if (sscanf(text, "%u:%u:%u:%u", &n[0], &n[1], &n[2], &n[3]) != 4)
        exit(2);
    a->routes[a->machine.route_count++] =
        (struct mptm_route){ (uint8_t)n[0], (uint8_t)n[1], (uint8_t)n[2], (uint8_t)n[3] };
}

static void set(struct asked *a, const char *name, const char *value)
{
    struct mptm *const m = &a->machine;
    const unsigned long long n = strtoull(value, NULL, 0);
    unsigned *const numbers[] = { &m->cpus, &m->packages, &m->dies,     &m->cores, &m->threads,
                                  &m->irqs, &m->base,     &m->floating, &m->table };
    static const char *const names[] = { "cpus", "packages", "dies",     "cores", "threads",
                                         "irqs", "base",     "floating", "table" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            *numbers[i] = (unsigned)n;
    if (strcmp(name, "profile") == 0)
        a->wrong = mptm_defaults(m, value) < 0;
    if (strcmp(name, "window") == 0)
        m->window = (enum mptm_window)n;
    if (strcmp(name, "memory_size") == 0)
        m->memory_size = n;
    if (strcmp(name, "bios_data_area") == 0)
        m->bios_data_area = (int)n;
    if (strcmp(name, "route") == 0)
        add_route(a, value);
    if (strcmp(name, "work") == 0)
        a->work = (size_t)n;
    if (strcmp(name, "ram") == 0)
        a->ram = (size_t)n;
}

static void print_written(const struct asked *a, const struct mptm_image *image)
{
    static uint8_t ram[RAM_SIZE];
    size_t used = 0;
    int status;

    memset(ram, 0, sizeof(ram));
    status = mptm_write(image, ram, a->ram);
    for (size_t i = 0; i < sizeof(ram); i++)
        used += ram[i] != 0;
    printf("%s, %s\n", status == 0 ? "written" : "not written", used > 0 ? "something" : "nothing");
}

static void answer(const struct asked *a)
{
    static uint8_t work[MPTM_WORK_SIZE + 1];
    struct mptm_image image;
    struct mptm_error error;

    if (mptm_build(&a->machine, work + 1, a->work, &image, &error) < 0) {
        printf("refused %s %s\n", error.member, error.detail);
        return;
    }
    if (a->ram > 0) {
        print_written(a, &image);
        return;
    }
    for (size_t i = 0; i < image.segment_count; i++) {
        printf("%s0x%x:", i > 0 ? " " : "", (unsigned)image.segments[i].base);
        for (size_t at = 0; at < image.segments[i].size; at++)
            printf("%02x", image.segments[i].bytes[at]);
    }
    putchar('\n');
}

int main(void)
{
    static struct asked a;
    static char line[LINE_SIZE];

    while (fgets(line, sizeof(line), stdin)) {
        a.work = MPTM_WORK_SIZE;
        a.ram = 0;
        a.wrong = mptm_defaults(&a.machine, NULL) < 0;
        for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
            char *const value = strchr(word, '=');

            if (!value)
                return 2;
            *value = '\0';
            set(&a, word, value + 1);
        }
        a.machine.routes = a.routes;
        printf("%s", a.wrong ? "no profile: " : "");
        answer(&a);
    }
    return 0;
}
