/* SPDX-License-Identifier: ISC */
/*
 * The members of a topology as rows: name, form, range, and the place in struct topology that has
 * the value. request.c reads by these rows and render.c writes by them, so each accepts what the
 * other makes. api/topology.schema.json is the same for clients.
 */
#ifndef TEXT_MEMBERS_H
#define TEXT_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../mptable/entries.h"
#include "../topo/topology.h"

/*
 * Integers beyond are rounded by many JSON programs (RFC 7493 §2.2): larger values are written
 * "0x...".
 */
#define MEMBER_INTEGER_MAX ((UINT64_C(1) << 53) - 1)

enum member_kind {
    UINT,     /* integer */
    MASK,     /* integer, or "0x" and 1 to 8 hex digits, 16 for 64 bits: addresses and bit masks */
    WORD,     /* one of words; or an integer, unless lowest is above highest */
    REVISION, /* 1 or 4 */
    BOOL,
    PROFILE,   /* a profile's name */
    TEXT,      /* printable ASCII, at most width characters, blank-padded; or all width bytes */
    BUS_TYPE,  /* the same in entries, elsewhere one of the names of MPS 1.4 Table 4-8 */
    BYTES,     /* hex digits of lowest to highest bytes, kept in the topology's pool */
    CONSUMERS, /* array of names of consumers */
    TOKEN,     /* lowest to highest letters, digits and characters of alphabet; terminated */
    LIST,      /* array of lowest to highest elements */
    OBJECT,
    ENTRY /* an entry's kind, which has been looked up when the members are read */
};

/* Where an object stands; some members exist only there. */
enum member_where {
    PLAIN = 1,    /* in a list of its own kind, or the topology itself */
    EXTENDED = 2, /* in extended, where kinds are mixed */
    ENTRIES = 4   /* in entries, where values are taken as they are: faults are findings */
};

struct member_word {
    const char *name;
    uint8_t value;
};

struct member {
    const char *name;
    size_t size; /* characters of the name */
    enum member_kind kind;
    unsigned where; /* enum member_where; 0 = everywhere */
    uint64_t lowest, highest;
    uint64_t any;         /* highest in entries; 0 = the same */
    size_t offset, width; /* of the structure's member that takes the value, in bytes */
    uint32_t mask;        /* the bits of it that do, in its lowest byte; 0 = all */
    bool required;        /* unless a member of instead is there */
    uint32_t instead;     /* rows of the same object, as bits; so are the next two */
    uint32_t needs, excludes;
    /* written only if the rows that it excludes cannot give the value; as a number */
    bool fallback;
    const struct member_word *words; /* ends with a NULL */
    const char *alphabet;
    const struct member_object *object;
    const struct member_list *list;
    enum topology_given given; /* of members of the topology */
    bool apart;                /* a fault in it does not keep the rest from being checked */
    bool query;                /* may come in a query string */
};

#define MEMBER_BIT(row) (UINT32_C(1) << (row))

struct member_object {
    const struct member *members; /* at most 32 */
    size_t count;
};

/* What an element of a list is: its members, and the array of struct topology that takes it. */
struct member_form {
    const char *entry; /* the value of its member entry; NULL = it cannot stand in a mixed list */
    enum mpt_type type;
    struct member_object object;
    size_t offset, size; /* of the array; of an element */
    size_t capacity;
};

enum {
#define FORM(T, S, array, word) T,
    ENTRIES(FORM)
#undef FORM
        PCI_INTERRUPT,
    PATCH,
    FORMS
};

extern const struct member_form member_forms[FORMS];

/* Elements of a list; form is NULL where each names its own. */
struct member_list {
    const struct member_form *form;
    enum member_where where;
};

/* Rows that request.c knows by name */
enum { CPU_BSP = 2, CPU_ENABLED, CPU_FLAGS, CPU_APIC_VERSION, CPU_SIGNATURE, CPU_FEATURES };
enum { IOAPIC_VERSION = 2 };
enum { INT_DEVICE = 7 };
enum { PCI_IO_APIC = 3 };
enum { PLACEMENT_WINDOW = 0 };
enum { PATCH_AT, PATCH_BYTES };

/* In the order in which a topology is written: short members, then lists */
enum {
    TOP_PROFILE,
    TOP_SPEC_REVISION,
    TOP_IMCR,
    TOP_DEFAULT_CONFIGURATION,
    TOP_PLACEMENT,
    TOP_OEM_ID,
    TOP_PRODUCT_ID,
    TOP_OEM_TABLE,
    TOP_OEM_TABLE_SIZE,
    TOP_OEM_TABLE_BYTES,
    TOP_LOCAL_APIC_ADDRESS,
    TOP_ENTRY_COUNT,
    TOP_BIOS_DATA_AREA,
    TOP_MEMORY_SIZE,
    TOP_FOR,
    TOP_CONTEXT,
    TOP_NONCE,
    TOP_TTL,
    TOP_CPUS,
    TOP_PROCESSORS,
    TOP_TOPOLOGY,
    TOP_BUSES,
    TOP_IO_APICS,
    TOP_IO_INTERRUPTS,
    TOP_LOCAL_INTERRUPTS,
    TOP_EXTENDED,
    TOP_IRQS,
    TOP_PCI_INTERRUPTS,
    TOP_ENTRIES,
    TOP_PATCHES
};

/* One of these gives the processors. */
enum { TOP_MACHINE = 1 << TOP_CPUS | 1 << TOP_PROCESSORS | 1 << TOP_ENTRIES };

/* The topology itself */
extern const struct member_object member_top;

/* member_find - the row of that name, or the object's count */
size_t member_find(const struct member_object *object, const char *name, size_t size);

/*
 * member_load, member_store - the number of a row in the structure at @base: the whole field, or
 * the bits of it that the row has
 */
uint64_t member_load(const void *base, const struct member *m);
void member_store(void *base, const struct member *m, uint64_t value);

/* member_left_out - the rows of an entry that are not written, because others say the same: bits */
uint32_t member_left_out(const struct member_object *object, const void *base);

/* member_word - the word that stands for a value, or NULL */
const char *member_word(const struct member *m, uint64_t value);

/* member_word_value - the value for which a word stands. Return: false: it is no word of the row */
bool member_word_value(const struct member *m, const char *word, size_t size, uint64_t *value);

#endif
