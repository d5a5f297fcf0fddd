/* SPDX-License-Identifier: ISC */
/*
 * QEMU's options as QEMU reads them (7.2: softmmu/vl.c, hw/core/machine-smp.c, hw/i386/topology.h).
 * Only what an MP table depends on is read; QEMU itself complains of the rest.
 */
#include "machine.h"

#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../base/options.h"
#include "../topo/fill.h"

enum {
    PCI_SLOTS = 32,
    PCI_PINS = 4,
    DEFAULT_MEMORY = 128, /* MiB */
    COUNT_MAX = 4096,     /* CPUs, and each count of -smp: a product of four fits in 64 bits */
    CORES_FIRST = 602     /* 6.2, the first version whose missing counts are cores, not sockets */
};

/* Options without a value; every other word that begins with '-' has one. */
static const char flags[] =
    "S alt-grab ctrl-grab curses daemonize enable-kvm enable-sync-profile "
    "full-screen mem-prealloc no-acpi no-fd-bootchk no-hpet no-quit no-reboot "
    "no-shutdown no-user-config nodefaults nographic nouserconfig only-migratable "
    "portrait preconfig singlestep snapshot usb win2k-hack xen-attach "
    "xen-domid-restrict";

/* A part of "a=b,c", up to a comma */
struct part {
    const char *name, *value;
    size_t name_size, value_size; /* without '=' there is only a value */
};

static bool next_part(const char **at, struct part *part)
{
    const size_t size = strcspn(*at, ","), name = strcspn(*at, "=");

    if (!**at)
        return false;
    *part = (struct part){ *at, *at, 0, size };
    if (name < size) {
        part->name_size = name;
        part->value += name + 1;
        part->value_size -= name + 1;
    }
    *at += size + ((*at)[size] == ',');
    return true;
}

static bool is_name(const struct part *part, const char *name)
{
    return part->name_size == strlen(name) && memcmp(part->name, name, part->name_size) == 0;
}

static int refuse(struct err *err, const char *option, const char *value, const char *detail)
{
    return err_at(err, ERR_INVALID, NULL, "-%s %.40s: %s", option, value, detail);
}

/*
 * Is it the name, alone or with a version behind it?
 * @version: set to 100 * major + minor, or 0
 */
static bool is_machine(const struct part *part, const char *name, unsigned *version)
{
    const size_t size = strlen(name);
    unsigned major, minor;

    *version = 0;
    if (part->value_size < size || memcmp(part->value, name, size) != 0)
        return false;
    if (part->value_size == size)
        return true;
    if (sscanf(part->value + size, "-%u.%u", &major, &minor) == 2)
        *version = 100 * major + minor;
    return *version > 0;
}

static int read_kind(const char *text, struct machine *m, unsigned *version, struct err *err)
{
    static const struct {
        const char *name;
        enum machine_kind kind;
    } names[] = { { "microvm", MACHINE_MICROVM },
                  { "pc", MACHINE_PC },
                  { "pc-i440fx", MACHINE_PC },
                  { "q35", MACHINE_Q35 },
                  { "pc-q35", MACHINE_Q35 } };
    const char *at = text;
    struct part part;

    for (bool first = true; next_part(&at, &part); first = false) {
        bool known = false;

        if (!(first && part.name_size == 0) && !is_name(&part, "type"))
            continue;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !known; i++) {
            known = is_machine(&part, names[i].name, version);
            m->kind = known ? names[i].kind : m->kind;
        }
        if (!known)
            return refuse(err, "machine", text,
                          "must be microvm, pc or q35, or a version of pc or q35");
    }
    return 0;
}

static bool read_count(const struct part *part, unsigned *count)
{
    char text[24] = "";
    uint64_t value;

    if (part->value_size >= sizeof(text))
        return false;
    memcpy(text, part->value, part->value_size);
    if (!number_decimal(text, COUNT_MAX, &value))
        return false;
    *count = (unsigned)value;
    return true;
}

/* What -smp gives; 0 = not given */
struct smp {
    unsigned cpus, maxcpus, sockets, dies, cores, threads;
};

static unsigned given(unsigned count)
{
    return count > 0 ? count : 1;
}

static int read_smp(const char *text, struct smp *smp, struct err *err)
{
    const struct {
        const char *name;
        unsigned *count;
    } counts[] = { { "cpus", &smp->cpus },       { "maxcpus", &smp->maxcpus },
                   { "sockets", &smp->sockets }, { "dies", &smp->dies },
                   { "cores", &smp->cores },     { "threads", &smp->threads } };
    const char *at = text;
    struct part part;

    while (next_part(&at, &part))
        for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
            if ((is_name(&part, counts[i].name) || (part.name_size == 0 && i == 0)) &&
                !read_count(&part, counts[i].count))
                return refuse(err, "smp", text, "every count must be a decimal number up to 4096");
    if ((uint64_t)given(smp->sockets) * given(smp->dies) * given(smp->cores) * given(smp->threads) >
        COUNT_MAX)
        return refuse(err, "smp", text,
                      "sockets, dies, cores and threads make more than 4096 CPUs");
    return 0;
}

/* Counts that are missing follow from those that are given, as hw/core/machine-smp.c has it. */
static void complete_smp(struct smp smp, bool sockets_first, struct machine *m)
{
    const unsigned most = smp.maxcpus > 0 ? smp.maxcpus : smp.cpus;

    m->dies = given(smp.dies);
    m->sockets = smp.sockets;
    m->cores = smp.cores;
    m->threads = smp.threads;
    if (most > 0 && !m->cores && (!sockets_first || m->sockets)) {
        m->sockets = given(m->sockets);
        m->threads = given(m->threads);
        m->cores = most / (m->sockets * m->dies * m->threads);
    } else if (most > 0 && !m->sockets) {
        m->cores = given(m->cores);
        m->threads = given(m->threads);
        m->sockets = most / (m->dies * m->cores * m->threads);
    }
    m->sockets = given(m->sockets);
    m->cores = given(m->cores);
    if (!m->threads)
        m->threads = most > 0 ? given(most / (m->sockets * m->dies * m->cores)) : 1;
    m->cpus = smp.cpus > 0 ? smp.cpus
              : most > 0   ? most
                           : m->sockets * m->dies * m->cores * m->threads;
}

/* A number of MiB, or one with a unit: B, K, M, G or T of either case */
static int read_memory(const char *text, struct machine *m, struct err *err)
{
    static const char units[] = "BKMGT";
    const char *at = text;
    struct part part;
    unsigned shift = 20;

    while (next_part(&at, &part)) {
        const char *digit = part.value, *const end = part.value + part.value_size;
        uint64_t value = 0;

        if (part.name_size > 0 && !is_name(&part, "size"))
            continue;
        while (digit < end && *digit >= '0' && *digit <= '9' && value < UINT32_MAX)
            value = value * 10 + (uint64_t)(*digit++ - '0');
        if (digit > part.value && digit + 1 == end && *digit > ' ' && strchr(units, *digit & ~0x20))
            shift = 10 * (unsigned)(strchr(units, *digit++ & ~0x20) - units);
        if (digit != end || digit == part.value || value == 0)
            return refuse(err, "m", text, "must be a number of MiB, or of K, M, G or T");
        m->memory = value << shift;
    }
    return 0;
}

int machine_read(char *const *words, unsigned count, struct machine *m, struct err *err)
{
    struct smp smp = { .cpus = 0 };
    unsigned version = 0;
    int status = 0;

    *m = (struct machine){ .kind = MACHINE_PC, .memory = (uint64_t)DEFAULT_MEMORY << 20 };
    for (unsigned i = 1; i + 1 < count && status == 0; i++) {
        const char *const name =
            words[i] + (words[i][0] == '-') + (strncmp(words[i], "--", 2) == 0);

        if (name == words[i] || options_is_word(flags, name))
            continue;
        i++;
        if (strcmp(name, "M") == 0 || strcmp(name, "machine") == 0)
            status = read_kind(words[i], m, &version, err);
        else if (strcmp(name, "smp") == 0)
            status = read_smp(words[i], &smp, err);
        else if (strcmp(name, "m") == 0)
            status = read_memory(words[i], m, err);
        else if (strcmp(name, "append") == 0)
            m->append = i;
        else if (strcmp(name, "kernel") == 0)
            m->kernel = i;
        else if (strcmp(name, "bios") == 0)
            m->bios = i;
    }
    if (smp.cpus == 0 && smp.maxcpus == 0 && !smp.sockets && !smp.dies && !smp.cores &&
        !smp.threads)
        smp.cpus = 1;
    if (status == 0)
        complete_smp(smp, version > 0 && version < CORES_FIRST, m);
    return status;
}

/*
 * Where a PCI device's pin arrives: on pc by PIIX3's router, as mptable.rom programs it; on q35 at
 * inputs from 16 on, by ICH9's routing after reset
 */
static unsigned input_of(enum machine_kind kind, unsigned slot, unsigned pin)
{
    if (kind == MACHINE_PC)
        return (slot + PCI_SLOTS - 1 + pin) % PCI_PINS < 2 ? 10 : 11;
    return slot < 25 ? 20 + (slot + pin) % PCI_PINS : slot == 30 ? 20 + pin : 16 + pin;
}

/* All slots of bus 0: a device behind a bridge takes the route of the bridge. */
static void add_pci(enum machine_kind kind, struct build *b)
{
    static const char *const pins[PCI_PINS] = { "INTA", "INTB", "INTC", "INTD" };

    build_array(b, "pci_interrupts");
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++)
        for (unsigned pin = 0; pin < PCI_PINS; pin++) {
            build_object(b, NULL);
            build_number(b, "bus", 0);
            build_number(b, "device", slot);
            build_string(b, "pin_name", pins[pin]);
            build_number(b, "pin", input_of(kind, slot, pin));
            build_close(b);
        }
    build_close(b);
}

static void add_processors(const struct machine *m, const struct topology *ids, struct build *b)
{
    build_array(b, "processors");
    for (unsigned i = 0; i < m->cpus; i++) {
        build_object(b, NULL);
        build_number(b, "apic_id", fill_apic_id(ids, i));
        if (i == 0)
            build_bool(b, "bsp", true);
        build_close(b);
    }
    build_close(b);
}

void machine_topology(const struct machine *m, struct build *b)
{
    static struct topology ids; /* large */

    topology_init(&ids);
    ids.given = GIVEN_TOPOLOGY;
    ids.packages = m->sockets;
    ids.dies = m->dies;
    ids.cores = m->cores;
    ids.threads = m->threads;
    build_string(b, "profile", "qemu");
    build_number(b, "memory_size", m->memory);
    if (fill_apic_id(&ids, m->cpus - 1) == m->cpus - 1)
        build_number(b, "cpus", m->cpus);
    else
        add_processors(m, &ids, b);
    if (m->kind != MACHINE_MICROVM)
        add_pci(m->kind, b);
}
