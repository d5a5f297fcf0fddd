/* SPDX-License-Identifier: ISC */
/*
 * The public interface of the room topo. The members of a machine become a topology, which topo
 * completes and builds like one that came as JSON. The ranges are those of text/members.c, and
 * errors name the same members.
 */
#include "mptmachine.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../topo/complete.h"
#include "../topo/image.h"
#include "../topo/profiles.h"

#define MEMORY_MAX (UINT64_C(1) << 52)

/* What the caller's work memory holds. Only the part that a machine needs is touched. */
struct work {
    struct topology topology;
    struct image image;
};

static_assert(sizeof(struct work) + _Alignof(struct work) <= MPTM_WORK_SIZE, "in any alignment");
static_assert((int)MPTM_CPUS_MAX == TOPOLOGY_CPUS_MAX && (int)MPTM_ROUTES_MAX == TOPOLOGY_PCI_MAX,
              "the limits of topologies");
static_assert((int)MPTM_WINDOW_BASE_MEMORY == WINDOW_BASE_MEMORY + 1 &&
                  (int)MPTM_WINDOW_BIOS == WINDOW_BIOS + 1 &&
                  (int)MPTM_WINDOW_EBDA == WINDOW_EBDA + 1,
              "the windows of topologies, in their order");

int mptm_defaults(struct mptm *m, const char *profile)
{
    *m = (struct mptm){ .profile = profile ? profile : PROFILE_DEFAULT,
                        .cpus = 1,
                        .base = MPTM_CHOSEN,
                        .floating = MPTM_CHOSEN,
                        .table = MPTM_CHOSEN };
    return profiles_find(m->profile) ? 0 : -1;
}

static void check_range(uint64_t value, uint64_t low, uint64_t high, const struct at *at,
                        struct err *err)
{
    if (value < low || value > high)
        err_at(err, ERR_INVALID, at, "must be %llu to %llu", (unsigned long long)low,
               (unsigned long long)high);
}

/* A level that is 0 counts as 1. */
static void take_levels(const struct mptm *m, struct topology *t, struct err *err)
{
    static const struct at at = { NULL, "topology", 0 };
    const struct {
        const char *name;
        unsigned given, *level;
    } levels[] = { { "packages", m->packages, &t->packages },
                   { "dies", m->dies, &t->dies },
                   { "cores", m->cores, &t->cores },
                   { "threads", m->threads, &t->threads } };

    if (!m->packages && !m->dies && !m->cores && !m->threads)
        return;
    t->given |= GIVEN_TOPOLOGY;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        *levels[i].level = levels[i].given ? levels[i].given : 1;
        check_range(*levels[i].level, 1, MPTM_CPUS_MAX, &(struct at){ &at, levels[i].name, 0 },
                    err);
    }
}

static void take_irqs(const struct mptm *m, struct topology *t, struct err *err)
{
    if (m->irqs == 0)
        return;
    t->given |= GIVEN_IRQS;
    t->irqs = m->irqs;
    check_range(m->irqs, TOPOLOGY_IRQS_MIN, TOPOLOGY_IRQS_MAX, &(struct at){ NULL, "irqs", 0 },
                err);
}

static void take_routes(const struct mptm *m, struct topology *t, struct err *err)
{
    static const struct at at = { NULL, "pci_interrupts", 0 };

    if (m->route_count > MPTM_ROUTES_MAX) {
        err_at(err, ERR_INVALID, &at, "at most %d", MPTM_ROUTES_MAX);
        return;
    }
    t->given |= m->route_count > 0 ? GIVEN_PCI_INTS : 0U;
    for (; t->pci_int_count < m->route_count; t->pci_int_count++) {
        const struct mptm_route *const route = &m->routes[t->pci_int_count];
        const struct at here = { &at, NULL, t->pci_int_count };

        check_range(route->device, 0, 31, &(struct at){ &here, "device", 0 }, err);
        check_range(route->pin, 0, 3, &(struct at){ &here, "pin_name", 0 }, err);
        t->pci_to_first[t->pci_int_count] = true;
        t->pci_ints[t->pci_int_count] =
            (struct mpt_io_int){ .int_type = MPT_INT,
                                 .bus_id = route->bus,
                                 .irq = (uint8_t)(route->device * 4 + route->pin),
                                 .intin = route->intin };
    }
}

static void take_address(uint32_t address, unsigned given, uint32_t *to, struct topology *t)
{
    if (address == MPTM_CHOSEN)
        return;
    t->given |= given;
    *to = address;
}

static void take_placement(const struct mptm *m, struct topology *t, struct err *err)
{
    static const struct at at = { NULL, "placement", 0 };

    if (m->window != MPTM_WINDOW_CHOSEN) {
        check_range((uint64_t)m->window, MPTM_WINDOW_BASE_MEMORY, MPTM_WINDOW_EBDA,
                    &(struct at){ &at, "window", 0 }, err);
        t->given |= GIVEN_WINDOW;
        t->window = (enum topology_window)(m->window - MPTM_WINDOW_BASE_MEMORY);
    }
    take_address(m->base, GIVEN_BASE, &t->place.base, t);
    take_address(m->floating, GIVEN_FLOATING, &t->place.floating, t);
    take_address(m->table, GIVEN_TABLE, &t->place.table, t);
}

static int take(const struct mptm *m, struct topology *t, struct err *err)
{
    topology_init(t);
    t->profile = m->profile ? profiles_find(m->profile) : NULL;
    if (!t->profile)
        return err_at(err, ERR_INVALID, &(struct at){ NULL, "profile", 0 },
                      "no such profile; mptablectl profiles lists them");
    t->given = GIVEN_CPUS;
    t->cpus = m->cpus;
    t->memory_size = m->memory_size;
    t->bios_data_area = m->bios_data_area != 0;
    check_range(m->memory_size, 0, MEMORY_MAX, &(struct at){ NULL, "memory_size", 0 }, err);
    take_levels(m, t, err);
    take_irqs(m, t, err);
    take_routes(m, t, err);
    take_placement(m, t, err);
    return err->count > 0 ? -1 : complete_topology(t, err);
}

static void give(const struct image *from, struct mptm_image *image)
{
    static_assert(IMAGE_SEGMENTS_MAX == MPTM_SEGMENTS_MAX + 1, "no OEM table is among them");
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];

    image->place = from->place;
    image->segment_count = image_memory(from, segments).count;
    for (size_t i = 0; i < image->segment_count; i++)
        image->segments[i] = segments[i];
}

static int refuse(const struct err *err, struct mptm_error *error)
{
    static_assert(sizeof(error->member) == ERR_POINTER_SIZE &&
                      sizeof(error->detail) == ERR_DETAIL_SIZE,
                  "an error fits");

    memcpy(error->member, err->places[0].pointer, sizeof(error->member));
    memcpy(error->detail, err->places[0].detail, sizeof(error->detail));
    return -1;
}

int mptm_build(const struct mptm *machine, void *work, size_t size, struct mptm_image *image,
               struct mptm_error *error)
{
    const size_t lead = -(uintptr_t)work % _Alignof(struct work);
    struct work *const w = (void *)((uint8_t *)work + lead);
    struct err err = { 0 };

    if (size < MPTM_WORK_SIZE) {
        err_at(&err, ERR_INVALID, NULL, "the work memory must have at least %d bytes, not %zu",
               MPTM_WORK_SIZE, size);
        return refuse(&err, error);
    }
    if (take(machine, &w->topology, &err) < 0 || image_build(&w->topology, &w->image, &err) < 0)
        return refuse(&err, error);
    give(&w->image, image);
    return 0;
}

int mptm_write(const struct mptm_image *image, void *ram, size_t size)
{
    const struct mpt_segment *const s = image->segments;

    for (size_t i = 0; i < image->segment_count; i++)
        if (s[i].base > size || s[i].size > size - s[i].base)
            return -1;
    for (size_t i = 0; i < image->segment_count; i++)
        memcpy((uint8_t *)ram + s[i].base, s[i].bytes, s[i].size);
    return 0;
}
