/* SPDX-License-Identifier: ISC */
/*
 * JSON to a topology. Members are rows; one reader serves every object and refuses what no row
 * names. It goes on after an error, so that a client hears of all of them at once.
 *
 * The scan has read the whole text before (scan.h), so that a text that is no JSON is told so
 * whatever its members are. Then each value goes from its bytes (json.h) to the place that its row
 * names: a tree would cost five times as much as the rest. An object begins as its defaults, and
 * the members that are there overwrite them.
 */
#include "request.h"

#include <stdio.h>
#include <string.h>

#include "../json/check.h"
#include "../json/read.h"
#include "../topo/complete.h"
#include "../topo/place.h"
#include "../topo/profiles.h"
#include "members.h"

struct reader {
    struct json json;
    struct topology *topology;
    struct err *err;
    enum member_where where; /* the object being read stands */
    size_t counts[FORMS];
    /* What follows from members that are there or not must wait for the profile, and for buses. */
    uint8_t processors[TOPOLOGY_PROCESSORS_MAX]; /* rows that each one has, as bits */
    struct topology_marks ioapic_versions;       /* I/O APICs that say theirs */
    bool unsound;   /* something is wrong that complete_topology depends on */
    bool misplaced; /* something is wrong inside placement */
};

static uint64_t highest(const struct reader *r, const struct member *m)
{
    return r->where == ENTRIES && m->any ? m->any : m->highest;
}

/* One more quoted word in a list of them. */
static void list_word(char *list, size_t size, const char *word)
{
    const size_t used = strlen(list);

    snprintf(list + used, size - used, "%s\"%s\"", used ? ", " : "", word);
}

/* What the value of a row must be. Return: always -1. */
static int refuse(const struct reader *r, const struct member *m, const struct at *at)
{
    const unsigned long long lowest = m->lowest, most = highest(r, m);
    struct err *err = r->err;
    char words[ERR_DETAIL_SIZE / 2] = "";

    switch (m->kind) {
    case UINT:
        return err_at(err, ERR_INVALID, at, "must be %llu to %llu", lowest, most);
    case MASK:
        return err_at(err, ERR_INVALID, at, "must be 0 to %llu, or \"0x...\" up to %#llx",
                      most < MEMBER_INTEGER_MAX ? most : MEMBER_INTEGER_MAX, most);
    case WORD:
        for (const struct member_word *word = m->words; word->name; word++)
            list_word(words, sizeof(words), word->name);
        if (most < lowest)
            return err_at(err, ERR_INVALID, at, "must be one of %s", words);
        return err_at(err, ERR_INVALID, at, "must be one of %s, or %llu to %llu", words, lowest,
                      most);
    case REVISION:
        return err_at(err, ERR_INVALID, at, "must be 1 or 4");
    case BOOL:
        return err_at(err, ERR_INVALID, at, "must be true or false");
    case PROFILE:
        return err_at(err, ERR_INVALID, at, "no such profile; see the list of profiles");
    case BUS_TYPE:
        if (r->where != ENTRIES)
            return err_at(err, ERR_INVALID, at,
                          "must be a bus type of MPS 1.4, such as \"ISA\" or \"PCI\"");
        /* fall through */
    case TEXT:
        return err_at(
            err, ERR_INVALID, at,
            "must be a string of at most %zu printable ASCII characters, or an array of %zu bytes",
            m->width, m->width);
    case TOKEN:
        return err_at(err, ERR_INVALID, at,
                      "must be %llu to %llu characters out of A-Z a-z 0-9 %s%s", lowest, most,
                      m->alphabet, lowest == 1 ? ", and not \"-\", which stands for none" : "");
    case LIST:
        return err_at(err, ERR_INVALID, at, "must be an array of %llu to %llu elements", lowest,
                      most);
    case OBJECT:
    case ENTRY:
        break;
    }
    return err_at(err, ERR_INVALID, at, "must be an object");
}

/* The number that a value is for its row: an integer, or a string that stands for one. */
static bool find_number(const struct reader *r, const struct member *m, const struct json_value *v,
                        uint64_t *number)
{
    const unsigned digits = m->highest > UINT32_MAX ? 16 : 8;

    if (v->kind == JSON_STRING && m->kind == WORD)
        return member_word_value(m, v->text, v->size, number);
    if (v->kind == JSON_STRING && m->kind == MASK)
        return json_hex(v, digits, number) && *number <= highest(r, m);
    return v->kind == JSON_NUMBER && json_integer(v, number) && *number >= m->lowest &&
           *number <= highest(r, m) && *number <= MEMBER_INTEGER_MAX;
}

static int read_number(struct reader *r, const struct member *m, const struct json_value *v,
                       void *base, const struct at *at)
{
    uint64_t number;

    if (!find_number(r, m, v, &number))
        return refuse(r, m, at);
    member_store(base, m, number);
    return 0;
}

static int read_revision(struct reader *r, const struct member *m, const struct json_value *v,
                         void *base, const struct at *at)
{
    uint64_t number;

    if (v->kind != JSON_NUMBER || !json_integer(v, &number) ||
        (number != MPT_SPEC_1_1 && number != MPT_SPEC_1_4))
        return refuse(r, m, at);
    member_store(base, m, number);
    return 0;
}

static int read_bool(struct reader *r, const struct member *m, const struct json_value *v,
                     void *base, const struct at *at)
{
    if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
        return refuse(r, m, at);
    member_store(base, m, v->kind == JSON_TRUE);
    return 0;
}

static int read_profile(struct reader *r, const struct member *m, const struct json_value *v,
                        const struct at *at)
{
    const struct profile *profile = NULL;
    char name[JSON_TEXT_MAX + 1];

    if (v->kind == JSON_STRING && v->size <= JSON_TEXT_MAX && !memchr(v->text, '\0', v->size)) {
        memcpy(name, v->text, v->size);
        name[v->size] = '\0';
        profile = profiles_find(name);
    }
    if (!profile)
        return refuse(r, m, at);
    r->topology->profile = profile;
    return 0;
}

static bool is_printable(const struct json_value *v)
{
    for (size_t i = 0; i < v->size; i++)
        if (v->text[i] < 0x20 || v->text[i] > 0x7e)
            return false;
    return true;
}

/* An array or object at whose bracket the reader still stands is passed. */
static void pass_unread(struct reader *r, const struct json_value *v, const char *bracket)
{
    if ((v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) && r->json.at == bracket)
        json_skip(&r->json);
}

/* A text that no string can say comes as its bytes. */
static int read_bytes(struct reader *r, const struct member *m, char *out, const struct at *up)
{
    static const struct member byte = { .kind = UINT, .highest = UINT8_MAX };
    size_t count = 0;
    int status = 0;

    json_open(&r->json);
    for (; json_more(&r->json); count++) {
        const struct at here = { up, NULL, count };
        struct json_value v;
        uint64_t number = 0;

        if (count >= m->width) {
            json_skip(&r->json);
            continue;
        }
        v = json_take(&r->json);
        if (!find_number(r, &byte, &v, &number))
            status = refuse(r, &byte, &here);
        pass_unread(r, &v, r->json.at);
        out[count] = (char)number;
    }
    return count == m->width ? status : refuse(r, m, up);
}

static bool is_bus_type(const char *padded, size_t size)
{
    if (size == 0 || padded[size - 1] == ' ')
        return false;
    for (size_t i = 0; i < MPT_BUS_TYPES; i++)
        if (memcmp(mpt_bus_types[i], padded, sizeof(mpt_bus_types[i])) == 0)
            return true;
    return false;
}

static int read_text(struct reader *r, const struct member *m, const struct json_value *v,
                     void *base, const struct at *at)
{
    char *to = (char *)base + m->offset;
    const bool named = m->kind == BUS_TYPE && r->where != ENTRIES;

    if (v->kind == JSON_ARRAY && !named)
        return read_bytes(r, m, to, at);
    if (v->kind != JSON_STRING || v->size > m->width || !is_printable(v))
        return refuse(r, m, at);
    memset(to, ' ', m->width);
    memcpy(to, v->text, v->size);
    return named && !is_bus_type(to, v->size) ? refuse(r, m, at) : 0;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The signed comment has "-" for none, so it cannot be one. */
static int read_token(struct reader *r, const struct member *m, const struct json_value *v,
                      void *base, const struct at *at)
{
    char *to = (char *)base + m->offset;

    if (v->kind != JSON_STRING || v->size < m->lowest || v->size > m->highest ||
        (v->size == 1 && v->text[0] == '-'))
        return refuse(r, m, at);
    for (size_t i = 0; i < v->size; i++)
        if (!is_alphanumeric(v->text[i]) &&
            (v->text[i] == '\0' || !strchr(m->alphabet, v->text[i])))
            return refuse(r, m, at);
    memcpy(to, v->text, v->size);
    to[v->size] = '\0';
    return 0;
}

static int read_list(struct reader *r, const struct member *m, const struct at *at);
static int read_object(struct reader *r, const struct member_object *object, void *base,
                       const struct at *up, uint32_t *seen);

/*
 * A value to where its row says. Arrays and objects are at their bracket, and are passed in any
 * case.
 */
static int read_value(struct reader *r, const struct member *m, const struct json_value *v,
                      void *base, const struct at *at)
{
    const char *const begin = r->json.at;
    uint32_t seen;
    int status;

    switch (m->kind) {
    case ENTRY:
        status = 0;
        break;
    case UINT:
    case MASK:
    case WORD:
        status = read_number(r, m, v, base, at);
        break;
    case REVISION:
        status = read_revision(r, m, v, base, at);
        break;
    case BOOL:
        status = read_bool(r, m, v, base, at);
        break;
    case PROFILE:
        status = read_profile(r, m, v, at);
        break;
    case TEXT:
    case BUS_TYPE:
        status = read_text(r, m, v, base, at);
        break;
    case TOKEN:
        status = read_token(r, m, v, base, at);
        break;
    case LIST:
        status = v->kind == JSON_ARRAY ? read_list(r, m, at) : refuse(r, m, at);
        break;
    default:
        status =
            v->kind == JSON_OBJECT ? read_object(r, m->object, base, at, &seen) : refuse(r, m, at);
    }
    pass_unread(r, v, begin);
    return status;
}

static bool stands_here(const struct reader *r, const struct member *m)
{
    return !m->where || m->where & r->where;
}

/*
 * The row of the next member's name, or count. Members mostly come in the order of the rows, so
 * @next is tried first.
 */
static size_t take_name(struct reader *r, const struct member_object *object, size_t next,
                        struct json_value *name)
{
    const struct member *const rows = object->members;

    while (next < object->count && !stands_here(r, &rows[next]))
        next++;
    if (next < object->count && json_is_name(&r->json, rows[next].name, rows[next].size)) {
        *name = (struct json_value){ JSON_STRING, rows[next].name, rows[next].size };
        return next;
    }
    *name = json_name(&r->json);
    return member_find(object, name->text, name->size);
}

/* A name that no row has, as the last step of a pointer. */
static int refuse_name(struct reader *r, const struct json_value *name, const struct at *up)
{
    const size_t size = name->size < ERR_POINTER_SIZE ? name->size : ERR_POINTER_SIZE;
    char text[ERR_POINTER_SIZE + 1];

    for (size_t i = 0; i < size; i++)
        text[i] = name->text[i] ? name->text[i] : '?';
    text[size] = '\0';
    return err_at(r->err, ERR_INVALID, &(struct at){ up, text, 0 }, "unknown member");
}

/* The member before it that the member of row @i excludes, or is excluded by. */
static const char *opponent(const struct member_object *object, size_t i, uint32_t seen)
{
    size_t j = 0;

    while (!(seen & MEMBER_BIT(j) && (object->members[j].excludes & MEMBER_BIT(i) ||
                                      object->members[i].excludes & MEMBER_BIT(j))))
        j++;
    return object->members[j].name;
}

/* Which members an object has, as bits of its rows. */
struct given {
    uint32_t seen, barred, needed; /* there; excluded by those that are; needed by them */
    size_t next;                   /* the row behind the last one */
};

static int check_missing(struct reader *r, const struct member_object *object,
                         const struct given *g, const struct at *up)
{
    int status = 0;

    for (size_t i = 0; i < object->count; i++) {
        const struct member *m = &object->members[i];

        if (!(g->seen & MEMBER_BIT(i)) &&
            (g->needed & MEMBER_BIT(i) || (m->required && !(g->seen & m->instead))))
            status = err_at(r->err, ERR_INVALID, &(struct at){ up, m->name, 0 }, "is required");
    }
    return status;
}

/* May the member of row @i stand with those before it? */
static int check_place(struct reader *r, const struct member_object *object, size_t i,
                       const struct given *g, const struct at *at)
{
    if (g->seen & MEMBER_BIT(i))
        return err_at(r->err, ERR_INVALID, at, "given twice");
    if (g->barred & MEMBER_BIT(i) || g->seen & object->members[i].excludes)
        return err_at(r->err, ERR_INVALID, at, "%s and %s exclude each other",
                      object->members[i].name, opponent(object, i, g->seen));
    return 0;
}

static int read_member(struct reader *r, const struct member_object *object, void *base,
                       const struct at *up, struct given *g)
{
    struct json_value name;
    const size_t i = take_name(r, object, g->next, &name);
    const struct member *m = &object->members[i];
    int status;

    if (i == object->count || !stands_here(r, m)) {
        status = refuse_name(r, &name, up);
        json_skip(&r->json);
        return status;
    }
    status = check_place(r, object, i, g, &(struct at){ up, m->name, 0 });
    if (status < 0) {
        json_skip(&r->json);
    } else {
        const struct json_value v = json_take(&r->json);

        status = read_value(r, m, &v, base, &(struct at){ up, m->name, 0 });
    }
    g->seen |= MEMBER_BIT(i);
    g->barred |= m->excludes;
    g->needed |= m->needs;
    g->next = i + 1;
    if (status == 0)
        r->topology->given |= m->given;
    else if (!up && i == TOP_PLACEMENT)
        r->misplaced = true;
    else if (!up && !m->apart)
        r->unsound = true;
    return status;
}

/*
 * The object at whose bracket the reader stands, into the structure at @base. All errors are
 * reported; -1 when there were any. @seen: set to the rows whose members are there
 */
static int read_object(struct reader *r, const struct member_object *object, void *base,
                       const struct at *up, uint32_t *seen)
{
    struct given g = { 0 };
    int status = 0;

    json_open(&r->json);
    while (json_more(&r->json))
        if (read_member(r, object, base, up, &g) < 0)
            status = -1;
    *seen = g.seen;
    return check_missing(r, object, &g, up) < 0 ? -1 : status;
}

/*
 * The first member of that name in the object at whose bracket @json stands; it is a copy that
 * moves.
 */
static struct json_value look_up(struct json *json, const char *name)
{
    json_open(json);
    while (json_more(json)) {
        const struct json_value v = json_name(json);

        if (v.size == strlen(name) && memcmp(v.text, name, v.size) == 0)
            return json_take(json);
        json_skip(json);
    }
    return (struct json_value){ JSON_NOTHING, NULL, 0 };
}

static bool is_extended(const struct member_form *form)
{
    return (int)form->type >= (int)MPT_EXTENDED_FIRST;
}

/* What an element of a mixed list is; NULL when it does not say so. */
static const struct member_form *find_form(const struct reader *r)
{
    struct json json = r->json;
    const struct json_value v = look_up(&json, "entry");

    for (size_t i = 0; v.kind == JSON_STRING && i < FORMS; i++)
        if (member_forms[i].entry && strlen(member_forms[i].entry) == v.size &&
            memcmp(member_forms[i].entry, v.text, v.size) == 0 &&
            (r->where == ENTRIES || is_extended(&member_forms[i])))
            return &member_forms[i];
    return NULL;
}

static int refuse_entry(struct reader *r, const struct at *up)
{
    char kinds[ERR_DETAIL_SIZE] = "";

    for (size_t i = 0; i < FORMS; i++)
        if (member_forms[i].entry && (r->where == ENTRIES || is_extended(&member_forms[i])))
            list_word(kinds, sizeof(kinds), member_forms[i].entry);
    return err_at(r->err, ERR_INVALID, &(struct at){ up, "entry", 0 }, "must be one of %s", kinds);
}

/*
 * What stands in an element where its members do not say; what the profile says is filled in at the
 * end.
 */
static void preset(const struct member_form *form, void *element)
{
    memset(element, 0, form->size);
    if (form->type == MPT_PROCESSOR)
        ((struct mpt_processor *)element)->flags = MPT_CPU_ENABLED;
    if (form->type == MPT_IOAPIC)
        *(struct mpt_ioapic *)element =
            (struct mpt_ioapic){ .flags = MPT_IOAPIC_ENABLED, .address = MPT_IOAPIC_ADDRESS };
}

static void note_device(struct topology *t, struct topology_marks *marks, size_t i, bool device)
{
    topology_mark(marks, i, device);
    if (device)
        t->given |= GIVEN_DEVICES;
}

static int read_entry(struct reader *r, const struct member_form *form, const struct at *at)
{
    struct topology *t = r->topology;
    size_t *count = &r->counts[form - member_forms];
    void *element = (uint8_t *)t + form->offset + *count * form->size;
    uint32_t seen;
    int status;

    if (*count == form->capacity || (r->where != PLAIN && !topology_append_run(t, form->type)))
        return err_at(r->err, ERR_INVALID, at, "more entries than a table holds");
    preset(form, element);
    status = read_object(r, &form->object, element, at, &seen);
    if (form == &member_forms[PROCESSOR])
        r->processors[*count] = (uint8_t)seen;
    if (form == &member_forms[IOAPIC])
        topology_mark(&r->ioapic_versions, *count, seen & MEMBER_BIT(IOAPIC_VERSION));
    if (form == &member_forms[IO_INT])
        note_device(t, &t->io_by_device, *count, seen & MEMBER_BIT(INT_DEVICE));
    if (form == &member_forms[LOCAL_INT])
        note_device(t, &t->local_by_device, *count, seen & MEMBER_BIT(INT_DEVICE));
    if (form == &member_forms[PCI_INTERRUPT])
        t->pci_to_first[*count] = !(seen & MEMBER_BIT(PCI_IO_APIC));
    (*count)++;
    return status;
}

/* Base and extended entries are two tables, the second behind the first. */
static bool comes_late(const struct reader *r, const struct member_form *form)
{
    const struct topology *t = r->topology;
    const size_t runs = t->table.order_count;

    return r->where == ENTRIES && !is_extended(form) && runs > 0 &&
           t->order[runs - 1].type >= MPT_EXTENDED_FIRST;
}

static int read_element(struct reader *r, const struct member_list *list, const struct at *at)
{
    const struct json_value v = json_take(&r->json);
    const char *const begin = r->json.at;
    const struct member_form *form = list->form;
    int status;

    if (v.kind != JSON_OBJECT) {
        status = err_at(r->err, ERR_INVALID, at, "must be an object");
    } else {
        if (!form)
            form = find_form(r);
        if (form && comes_late(r, form))
            status = err_at(r->err, ERR_INVALID, &(struct at){ at, "entry", 0 },
                            "must stand before all extended entries");
        else
            status = form ? read_entry(r, form, at) : refuse_entry(r, at);
    }
    pass_unread(r, &v, begin);
    return status;
}

static int read_list(struct reader *r, const struct member *m, const struct at *at)
{
    size_t count = 0;
    int status = 0;

    r->where = m->list->where;
    json_open(&r->json);
    for (; json_more(&r->json); count++) {
        if (count >= m->highest)
            json_skip(&r->json);
        else if (read_element(r, m->list, &(struct at){ at, NULL, count }) < 0)
            status = -1;
    }
    r->where = PLAIN;
    return count >= m->lowest && count <= m->highest ? status : refuse(r, m, at);
}

static int check_machine(struct reader *r, uint32_t seen)
{
    if (seen & TOP_MACHINE)
        return 0;
    r->unsound = true;
    return err_at(r->err, ERR_INVALID, NULL, "one of cpus, processors and entries is required");
}

/*
 * Without a word about it anywhere, the first processor is the one that boots; but entries are as
 * they stand.
 */
static void settle_processors(struct reader *r)
{
    struct topology *t = r->topology;
    const struct profile *p = t->profile;
    uint8_t said = 0;

    for (size_t i = 0; i < r->counts[PROCESSOR]; i++) {
        struct mpt_processor *const v = &t->processors[i];
        const uint8_t seen = r->processors[i];

        if (!(seen & MEMBER_BIT(CPU_APIC_VERSION)))
            v->apic_version = p->apic_version;
        if (!(seen & MEMBER_BIT(CPU_SIGNATURE)))
            v->signature = p->signature;
        if (!(seen & MEMBER_BIT(CPU_FEATURES)))
            v->features = p->features;
        said |= seen;
    }
    if (t->given & GIVEN_PROCESSORS && !(said & MEMBER_BIT(CPU_BSP)))
        t->processors[0].flags |= MPT_CPU_BSP;
}

static void settle_ioapics(struct reader *r)
{
    for (size_t i = 0; i < r->counts[IOAPIC]; i++)
        if (!topology_marked(&r->ioapic_versions, i))
            r->topology->ioapics[i].apic_version = r->topology->profile->ioapic_version;
}

/* Levels of which the topology says nothing have one unit. */
static void settle_levels(struct topology *t)
{
    if (!(t->given & GIVEN_TOPOLOGY))
        return;
    t->packages += t->packages == 0;
    t->dies += t->dies == 0;
    t->cores += t->cores == 0;
    t->threads += t->threads == 0;
}

/* The counts of the lists, and what follows from a member or its absence. */
static void settle(struct reader *r)
{
    struct topology *t = r->topology;
    struct mpt_table *table = &t->table;

#define COUNT(T, S, array, word) table->S##_count = (uint16_t)r->counts[T];
    ENTRIES(COUNT)
#undef COUNT
    t->pci_int_count = (unsigned)r->counts[PCI_INTERRUPT];
    settle_processors(r);
    settle_ioapics(r);
    settle_levels(t);
    if (t->given & (GIVEN_PROCESSORS | GIVEN_ENTRIES))
        t->cpus = table->processor_count;
    if (t->given & GIVEN_SPEC_REVISION)
        table->floating.spec_revision = table->header.spec_revision;
    table->entry_count_given = (t->given & GIVEN_ENTRY_COUNT) != 0;
}

/*
 * All members are read: @status -1 when one was wrong. Then all else that is wrong is said as well,
 * the image's place as far as it can be judged whatever the image.
 */
static int end(struct reader *r, uint32_t seen, int status)
{
    if (check_machine(r, seen) < 0)
        status = -1;
    settle(r);
    if (status == 0)
        return 0;
    if (!r->unsound && complete_topology(r->topology, r->err) < 0)
        status = -1;
    if (!r->misplaced && place_check(r->topology, r->err) < 0)
        status = -1;
    return status;
}

static void start(struct reader *r, struct topology *t, struct err *err)
{
    topology_init(t);
    r->topology = t;
    r->err = err;
    r->where = PLAIN;
    memset(r->counts, 0, sizeof(r->counts));
    r->unsound = r->misplaced = false;
}

int request_read(const char *text, size_t size, struct topology *t, struct err *err)
{
    struct reader r;
    uint32_t seen;
    int status;

    if (json_check(text, size, err) < 0)
        return -1;
    start(&r, t, err);
    json_start(&r.json, text, size);
    if (json_take(&r.json).kind != JSON_OBJECT)
        return err_at(err, ERR_INVALID, NULL, "must be an object");
    status = read_object(&r, &member_top, t, NULL, &seen);
    return end(&r, seen, status);
}

/*
 * Decimal, without sign or leading zeros: what JSON calls an integer, and none of its other forms.
 */
static bool is_decimal(const char *text)
{
    const size_t digits = strspn(text, "0123456789");

    return digits > 0 && text[digits] == '\0' && (digits == 1 || text[0] != '0');
}

/* A parameter as the JSON value that says the same to its row. */
static struct json_value parameter(const struct member *m, const char *text)
{
    enum json_kind kind = JSON_STRING;

    if (m->kind == UINT && is_decimal(text))
        kind = JSON_NUMBER;
    if (m->kind == BOOL && strcmp(text, "true") == 0)
        kind = JSON_TRUE;
    if (m->kind == BOOL && strcmp(text, "false") == 0)
        kind = JSON_FALSE;
    return (struct json_value){ kind, text, strlen(text) };
}

static int read_pair(struct reader *r, const struct request_pair *pair, uint32_t *seen)
{
    const struct at here = { NULL, pair->name, 0 };
    const size_t i = member_find(&member_top, pair->name, strlen(pair->name));
    const struct member *m = &member_top.members[i];
    struct json_value v;
    int status;

    if (i == member_top.count || !m->query)
        return err_at(r->err, ERR_INVALID, &here, "unknown parameter");
    if (*seen & MEMBER_BIT(i))
        return err_at(r->err, ERR_INVALID, &here, "given twice");
    *seen |= MEMBER_BIT(i);
    if (i == TOP_PLACEMENT) /* its window is all that one word can say */
        m = &m->object->members[PLACEMENT_WINDOW];
    v = parameter(m, pair->value);
    status = read_value(r, m, &v, r->topology, &here);
    if (status == 0)
        r->topology->given |= m->given;
    else if (!m->apart)
        r->unsound = true;
    return status;
}

int request_read_query(const struct request_pair *pairs, size_t count, struct topology *t,
                       struct err *err)
{
    struct reader r;
    uint32_t seen = 0;
    int status = 0;

    start(&r, t, err);
    json_start(&r.json, "", 0);
    for (size_t i = 0; i < count; i++)
        if (read_pair(&r, &pairs[i], &seen) < 0)
            status = -1;
    return end(&r, seen, status);
}

int request_complete(struct topology *t, struct err *err)
{
    const int status = complete_topology(t, err);

    /* What is wrong with its place is added to what is wrong with the topology. */
    return status < 0 && place_check(t, err) < 0 ? -1 : status;
}

int request_parse(const char *text, size_t size, struct topology *t, struct err *err)
{
    return request_read(text, size, t, err) < 0 ? -1 : request_complete(t, err);
}
