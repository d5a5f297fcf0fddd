/* SPDX-License-Identifier: ISC */
/*
 * Decides where the floating pointer and the table lie.
 *
 * Operating systems scan only for the floating pointer; the table may lie anywhere, and the pointer
 * has its address. A window is a range that they scan (MPS 1.4 §4):
 *
 * base-memory: 0x9fc00 to 0x9ffff, the last kilobyte of 640 KiB. Every system that reads MP tables
 * looks here, though some only if the words at 0x40e and 0x413 lead them here. The pointer lies at
 * 0x9fc00, and the table behind it if it ends by 0xa0000, where the VGA hole begins. A longer table
 * lies below the pointer, and the image grows downwards.
 *
 * bios: 0xf0000 to 0xfffff, for monitors that have memory there. Systems look here independently of
 * those words. The pointer lies at 0xf0000, the table behind it.
 *
 * ebda: the first kilobyte of an extended BIOS data area, which the word at 0x40e names. base is
 * its address; the default is the last KiB boundary from which the image ends by 0xa0000. The
 * pointer comes first, the table behind it. Without the word (bios_data_area) systems find the
 * pointer only if it happens to be at 0x9fc00.
 *
 * In the other two windows base is the image's first byte, the lower of pointer and table.
 *
 * The first 0x500 bytes, interrupt vectors and BIOS data, are no window. A guest without firmware
 * may still have its table there (OpenVMM's has), so an address below 0x500 is accepted when the
 * request names it, but never chosen. The same holds for the table's address from 0xc0000 to
 * 0xeffff, where firmware has its ROMs; no system looks for the pointer there.
 *
 * A placement that the request gives is checked against all of this, with two exceptions:
 * topologies of entries, which describe a table that exists, and topologies with patches, whose
 * places are used as they are. The place that a profile's builder chooses is used as it is. Sums
 * are 64 bits wide, so that nothing wraps before it is compared.
 */
#include "place.h"

#include <string.h>

#include "profiles.h"

enum {
    KIB = 1024,
    BIOS_DATA_END = 0x500, /* interrupt vectors and BIOS data area lie below */
    BASE_MEMORY_END = 0xa0000,
    VGA_END = 0xc0000,
    BIOS = 0xf0000,
    FIRST_MIB_END = 0x100000
};

#define ADDRESSES_END (UINT64_C(1) << 32)

static const struct at at_placement = { NULL, "placement", 0 };

static uint64_t align_down(uint64_t address, uint64_t to)
{
    return address / to * to;
}

static uint64_t align_up(uint64_t address, uint64_t to)
{
    return align_down(address + to - 1, to);
}

/* The member that gives the processors: errors point to it when the image is too long */
static const struct at *count_at(const struct topology *t)
{
    static const struct at cpus = { NULL, "cpus", 0 }, processors = { NULL, "processors", 0 },
                           entries = { NULL, "entries", 0 };

    return t->given & GIVEN_ENTRIES ? &entries : t->given & GIVEN_PROCESSORS ? &processors : &cpus;
}

/* The place while it is being chosen */
struct choice {
    const struct topology *t;
    size_t size; /* of the table */
    bool table_wanted;
    uint64_t base, floating, table;
    uint64_t window, window_end; /* of the floating pointer */
    uint64_t room_end;           /* where an image that begins in the window must end */
};

static bool overlap(const struct choice *c)
{
    return c->table_wanted && c->floating < c->table + c->size &&
           c->table < c->floating + MPT_FLOATING_SIZE;
}

/* The place that the profile's builder uses */
static int place_own(struct choice *c, struct err *err)
{
    const struct profile *p = c->t->profile;
    const size_t whole = MPT_FLOATING_SIZE + c->size;
    uint64_t end;

    c->floating = p->address;
    if (p->layout == LAYOUT_TABLE_FIRST)
        c->floating = align_up(p->address + c->size, MPT_ADDRESS_ALIGN);
    else if (p->layout == LAYOUT_DOWN)
        c->floating = align_down(p->address - whole, MPT_ADDRESS_ALIGN);
    c->table = p->layout == LAYOUT_TABLE_FIRST ? p->address
               : p->layout == LAYOUT_APART     ? p->table_address
                                               : c->floating + MPT_FLOATING_SIZE;
    end = c->floating + whole;
    if (p->size_max && whole > p->size_max)
        return err_at(
            err, ERR_INVALID, count_at(c->t),
            "the image would have %zu bytes: profile %s takes %u, which is at most %u processors",
            whole, p->name, p->size_max, p->max_cpus);
    if (p->end && end > p->end)
        return err_at(
            err, ERR_INVALID, count_at(c->t),
            "the image of %zu bytes would end above 0x%x: profile %s takes at most %u processors",
            whole, (unsigned)p->end, p->name, p->max_cpus);
    if (!p->pointer_over_all && overlap(c))
        return err_at(err, ERR_INVALID, count_at(c->t),
                      "the table of %zu bytes would reach the floating pointer at 0x%x", c->size,
                      (unsigned)c->floating);
    return 0;
}

/* The request's window; if it gives none, the window in which its addresses lie */
static enum topology_window find_window(const struct topology *t)
{
    if (t->given & GIVEN_WINDOW)
        return t->window;
    if (t->given & GIVEN_FLOATING)
        return t->place.floating >= BIOS ? WINDOW_BIOS : WINDOW_BASE_MEMORY;
    return t->given & GIVEN_BASE && t->place.base >= BIOS ? WINDOW_BIOS : WINDOW_BASE_MEMORY;
}

/* Does the request name an address below the BIOS data's end for the floating pointer? */
static bool names_low(const struct topology *t)
{
    if (t->given & GIVEN_WINDOW)
        return false;
    if (t->given & GIVEN_FLOATING)
        return t->place.floating < BIOS_DATA_END;
    return t->given & GIVEN_BASE && t->place.base < BIOS_DATA_END;
}

/* Address of the EBDA: base, else from the request's addresses, else the highest that fits */
static uint64_t find_ebda(const struct choice *c)
{
    const struct topology *t = c->t;
    const uint64_t whole = MPT_FLOATING_SIZE + c->size;

    if (t->given & GIVEN_BASE)
        return t->place.base;
    if (t->given & GIVEN_FLOATING)
        return align_down(t->place.floating, KIB);
    if (t->given & GIVEN_TABLE && t->place.table >= MPT_FLOATING_SIZE &&
        t->place.table <= BASE_MEMORY_END)
        return align_down(t->place.table - MPT_FLOATING_SIZE, KIB);
    return whole < BASE_MEMORY_END ? align_down(BASE_MEMORY_END - whole, KIB) : 0;
}

static void set_window(struct choice *c)
{
    switch (find_window(c->t)) {
    case WINDOW_EBDA:
        c->window = find_ebda(c);
        c->window_end = c->window + KIB;
        c->room_end = BASE_MEMORY_END;
        break;
    case WINDOW_BIOS:
        c->window = BIOS;
        c->window_end = c->room_end = FIRST_MIB_END;
        break;
    default:
        c->window = names_low(c->t) ? 0 : PLACE_BASE_MEMORY;
        c->window_end = c->room_end = BASE_MEMORY_END;
        break;
    }
}

static bool in_window(const struct choice *c, uint64_t floating)
{
    return floating >= c->window && floating + MPT_FLOATING_SIZE <= c->window_end;
}

/*
 * Chooses the floating pointer's address when none is given: base, or the start of the window, or
 * behind the table when the table lies there
 */
static uint64_t choose_floating(const struct choice *c)
{
    const struct topology *t = c->t;
    const uint64_t table = t->place.table, table_end = table + c->size;
    const bool table_first =
        t->given & GIVEN_BASE && t->given & GIVEN_TABLE && t->place.base == table;

    if (t->given & GIVEN_BASE && !table_first && in_window(c, t->place.base))
        return t->place.base;
    if (t->given & GIVEN_TABLE && table_end > c->window &&
        (table_first || table < c->window + MPT_FLOATING_SIZE))
        return align_up(table_end, MPT_ADDRESS_ALIGN);
    return c->window;
}

/*
 * Chooses the table's address when none is given: base, behind the pointer, or below the pointer if
 * the table is too long to lie behind it
 */
static uint64_t choose_table(const struct choice *c)
{
    const struct topology *t = c->t;
    const uint64_t behind = c->floating + MPT_FLOATING_SIZE;

    if (t->given & GIVEN_BASE && find_window(t) != WINDOW_EBDA && t->place.base != c->floating)
        return t->place.base;
    if (behind + c->size <= c->room_end || find_window(t) == WINDOW_EBDA || c->floating < c->size)
        return behind;
    return align_down(c->floating - c->size, MPT_ADDRESS_ALIGN);
}

/* The member of placement that decides an address: @name, if @own is given, or another */
static struct at blame(const struct topology *t, unsigned own, const char *name)
{
    const char *member = t->given & own              ? name
                         : t->given & GIVEN_BASE     ? "base"
                         : t->given & GIVEN_FLOATING ? "floating_pointer"
                         : t->given & GIVEN_TABLE    ? "configuration_table"
                                                     : "window";

    return (struct at){ &at_placement, member, 0 };
}

/*
 * Refuses a structure that would overwrite BIOS data, unless the request names its address, and one
 * that would lie where there is no memory. @named: the members that name the address
 */
static int check_writable(const struct choice *c, uint64_t begin, size_t size, unsigned named,
                          const struct at *at, const char *what, struct err *err)
{
    const unsigned from = (unsigned)begin;

    if (begin < BIOS_DATA_END && !(c->t->given & named))
        return err_at(err, ERR_INVALID, at,
                      "%s at 0x%x would overwrite interrupt vectors or BIOS data: they end at 0x%x",
                      what, from, BIOS_DATA_END);
    if (begin >= BASE_MEMORY_END && begin < VGA_END)
        return err_at(err, ERR_INVALID, at,
                      "%s at 0x%x would lie in the VGA hole from 0x%x to 0x%x", what, from,
                      BASE_MEMORY_END, VGA_END);
    if (begin + size > (uint64_t)UINT32_MAX)
        return err_at(err, ERR_INVALID, at, "%s at 0x%x would pass 4 GiB", what, from);
    if (c->t->given & GIVEN_ENTRIES)
        return 0;
    if (begin < BASE_MEMORY_END && begin + size > BASE_MEMORY_END)
        return err_at(err, ERR_INVALID, at, "%s at 0x%x would cross 0x%x, where base memory ends",
                      what, from, BASE_MEMORY_END);
    if (begin + size > FIRST_MIB_END)
        return err_at(err, ERR_INVALID, at, "%s at 0x%x would pass 1 MiB", what, from);
    return 0;
}

static int check_floating(const struct choice *c, struct err *err)
{
    const struct at at = blame(c->t, GIVEN_FLOATING, "floating_pointer");

    if (c->floating % MPT_ADDRESS_ALIGN != 0)
        return err_at(err, ERR_INVALID, &at, "the floating pointer must be at a multiple of %d",
                      MPT_ADDRESS_ALIGN);
    if (check_writable(c, c->floating, MPT_FLOATING_SIZE, GIVEN_FLOATING | GIVEN_BASE, &at,
                       "the floating pointer", err) < 0)
        return -1;
    if (!(c->t->given & GIVEN_ENTRIES) && !in_window(c, c->floating))
        return err_at(err, ERR_INVALID, &at,
                      "the floating pointer must lie in the window %s, from 0x%x to 0x%x",
                      topology_window_names[find_window(c->t)], (unsigned)c->window,
                      (unsigned)c->window_end);
    return 0;
}

static int check_table(const struct choice *c, struct err *err)
{
    const struct at at = blame(c->t, GIVEN_TABLE, "configuration_table");

    if (c->table == 0)
        return err_at(err, ERR_INVALID, &at,
                      "must not be 0: a floating pointer with 0x0 has no table");
    return check_writable(c, c->table, c->size, GIVEN_TABLE | GIVEN_FLOATING | GIVEN_BASE, &at,
                          "the table", err);
}

static int check_base(const struct choice *c, struct err *err)
{
    const struct at at = { &at_placement, "base", 0 };
    const uint64_t lower = c->table_wanted && c->table < c->floating ? c->table : c->floating;
    const uint32_t base = c->t->place.base;

    if (!(c->t->given & GIVEN_BASE))
        return 0;
    if (find_window(c->t) == WINDOW_EBDA)
        return base % MPT_ADDRESS_ALIGN == 0 && base > 0 && base < BASE_MEMORY_END
                   ? 0
                   : err_at(err, ERR_INVALID, &at,
                            "the EBDA must begin at a multiple of %d from 0x%x and below 0x%x",
                            MPT_ADDRESS_ALIGN, MPT_ADDRESS_ALIGN, BASE_MEMORY_END);
    if (find_window(c->t) == WINDOW_BIOS && base < BIOS && !(c->t->given & GIVEN_ENTRIES))
        return err_at(err, ERR_INVALID, &at, "the window bios begins at 0x%x", BIOS);
    return base == lower ? 0
                         : err_at(err, ERR_INVALID, &at,
                                  "must be the lower of floating pointer and table, which is 0x%x",
                                  (unsigned)lower);
}

/* With patches, any place below 4 GiB is accepted. */
static int check_end(const struct choice *c, struct err *err)
{
    const struct at floating = blame(c->t, GIVEN_FLOATING, "floating_pointer"),
                    table = blame(c->t, GIVEN_TABLE, "configuration_table");

    if (c->floating + MPT_FLOATING_SIZE > ADDRESSES_END)
        return err_at(err, ERR_INVALID, &floating, "the floating pointer would pass 4 GiB");
    if (c->table + c->size > ADDRESSES_END)
        return err_at(err, ERR_INVALID, &table, "the table would pass 4 GiB");
    return 0;
}

/* Places the image in a window, as the request's placement says */
static int place_window(struct choice *c, struct err *err)
{
    const struct topology *t = c->t;
    int status = 0;

    set_window(c);
    c->floating = t->given & GIVEN_FLOATING ? t->place.floating : choose_floating(c);
    c->table = t->given & GIVEN_TABLE ? t->place.table : choose_table(c);
    if (t->given & GIVEN_PATCHES)
        return check_end(c, err);
    if (check_floating(c, err) < 0)
        status = -1;
    if (c->table_wanted && check_table(c, err) < 0)
        status = -1;
    if (status == 0 && check_base(c, err) < 0)
        status = -1;
    if (status == 0 && overlap(c)) {
        const struct at at = blame(t, GIVEN_TABLE, "configuration_table");

        status = err_at(err, ERR_INVALID, &at,
                        "the table, 0x%x to 0x%x, and the floating pointer at 0x%x overlap",
                        (unsigned)c->table, (unsigned)(c->table + c->size), (unsigned)c->floating);
    }
    return status;
}

int place_choose(const struct topology *t, size_t table_size, struct mpt_place *place,
                 struct err *err)
{
    const unsigned placed = GIVEN_WINDOW | GIVEN_BASE | GIVEN_FLOATING | GIVEN_TABLE;
    struct choice c = { .t = t, .size = table_size, .table_wanted = topology_has_table(t) };

    if (!c.table_wanted && t->given & (GIVEN_TABLE | GIVEN_TABLE_SIZE))
        return err_at(err, ERR_INVALID,
                      &(struct at){ &at_placement,
                                    t->given & GIVEN_TABLE ? "configuration_table" : "table_size",
                                    0 },
                      "a default configuration has no table");
    if (t->given & GIVEN_TABLE_SIZE && !(t->given & GIVEN_PATCHES))
        return err_at(err, ERR_INVALID, &(struct at){ &at_placement, "table_size", 0 },
                      "needs patches: without them a table is as long as its entries make it");
    if (t->given & placed || t->profile->layout == LAYOUT_WINDOW) {
        if (place_window(&c, err) < 0)
            return -1;
    } else if (place_own(&c, err) < 0) {
        return -1;
    }
    place->floating = (uint32_t)c.floating;
    place->table = c.table_wanted ? (uint32_t)c.table : 0;
    place->base = c.table_wanted && c.table < c.floating ? place->table : place->floating;
    return 0;
}

int place_check(const struct topology *t, struct err *err)
{
    struct choice c = { .t = t, .size = MPT_HEADER_SIZE, .table_wanted = true };
    int status = 0;

    if (t->given & GIVEN_PATCHES)
        return 0;
    set_window(&c);
    c.floating = t->place.floating;
    c.table = t->place.table;
    if (t->given & GIVEN_FLOATING && check_floating(&c, err) < 0)
        status = -1;
    if (t->given & GIVEN_TABLE && check_table(&c, err) < 0)
        status = -1;
    return status;
}

struct mpt_bios place_bios(const struct topology *t, const struct mpt_place *place,
                           size_t table_size)
{
    const bool ebda_said =
        t->given & GIVEN_WINDOW && t->window == WINDOW_EBDA && t->given & GIVEN_BASE;
    const uint32_t ebda = ebda_said ? t->place.base : place->floating / KIB * KIB;
    struct mpt_bios bios = { 0, BASE_MEMORY_END / KIB };
    uint32_t low = BASE_MEMORY_END;

    if (ebda < BASE_MEMORY_END && place->floating >= BIOS_DATA_END) {
        bios.ebda = (uint16_t)(ebda / MPT_ADDRESS_ALIGN);
        low = ebda;
    }
    if (table_size > 0 && place->table < low && place->table >= BIOS_DATA_END)
        low = place->table;
    bios.base_memory_kib = (uint16_t)(low / KIB);
    return bios;
}
