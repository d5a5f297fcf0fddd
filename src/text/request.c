/* SPDX-License-Identifier: ISC */
/*
 * JSON to a topology. Members are rows; one reader serves every object and refuses what no row
 * names. It goes on after an error, so that a client learns all errors at once.
 *
 * json_check accepts the whole text first, so a client whose text is no JSON is told that and
 * nothing about members. Then each value goes from its bytes to the place that its row names
 * (value.c), because a tree would cost five times as much as the rest. An object begins as its
 * defaults, and the members that are there overwrite them.
 */
#include "request.h"

#include <string.h>

#include "../base/near.h"
#include "../json/check.h"
#include "../topo/complete.h"
#include "../topo/place.h"
#include "../topo/profiles.h"
#include "value.h"

struct reader {
    struct value_reader in;
    struct topology *topology;
    size_t counts[FORMS];
    /* For settle(): values that follow from present or absent members depend on the profile */
    uint8_t processors[TOPOLOGY_PROCESSORS_MAX]; /* rows that each one has, as bits */
    struct topology_marks ioapic_versions;       /* I/O APICs that give their version */
    bool unsound;   /* something is wrong that complete_topology depends on */
    bool misplaced; /* something is wrong inside placement */
    bool rest;      /* the processors come from elsewhere */
};

static int read_list(struct reader *r, const struct member *m, const struct at *at);
static int read_object(struct reader *r, const struct member_object *object, void *base,
                       const struct at *up, uint32_t *seen);

/*
 * Reads a value to the place that its row names. The cursor is at the bracket of an array or
 * object, which is passed in any case.
 */
static int read_value(struct reader *r, const struct member *m, const struct json_value *v,
                      void *base, const struct at *at)
{
    const char *const begin = r->in.json.at;
    uint32_t seen;
    int status;

    if (m->kind == BYTES && v->kind == JSON_STRING)
        return value_read_bytes(&r->in, m, v, r->topology, base, at);
    if (v->kind != JSON_ARRAY && v->kind != JSON_OBJECT)
        return value_read(&r->in, m, v, base, at);
    if (m->kind == LIST && v->kind == JSON_ARRAY)
        status = read_list(r, m, at);
    else if (m->kind == OBJECT && v->kind == JSON_OBJECT)
        status = read_object(r, m->object, base, at, &seen);
    else
        status = value_read(&r->in, m, v, base, at);
    value_pass(&r->in, v, begin);
    return status;
}

static bool stands_here(const struct reader *r, const struct member *m)
{
    return !m->where || m->where & r->in.where;
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
    if (next < object->count && json_is_name(&r->in.json, rows[next].name, rows[next].size)) {
        *name = (struct json_value){ .kind = JSON_STRING,
                                     .text = rows[next].name,
                                     .size = rows[next].size };
        return next;
    }
    *name = json_name(&r->in.json);
    return member_find(object, name->text, name->size);
}

/* Refuses a name that no row has; it becomes the last step of the pointer. */
static int refuse_name(struct reader *r, const struct member_object *object,
                       const struct json_value *name, const struct at *up)
{
    const size_t size = name->size < ERR_POINTER_SIZE ? name->size : ERR_POINTER_SIZE;
    char text[ERR_POINTER_SIZE + 1], hint[NEAR_HINT_SIZE];
    struct near near;

    for (size_t i = 0; i < size; i++)
        text[i] = name->text[i] ? name->text[i] : '?';
    text[size] = '\0';
    near_start(&near, text, size);
    for (size_t i = 0; i < object->count; i++)
        if (stands_here(r, &object->members[i]))
            near_try(&near, object->members[i].name);
    return err_at(r->in.err, ERR_INVALID, &(struct at){ up, text, 0 }, "unknown member%s",
                  near_hint(&near, "", hint));
}

/* The earlier member that the member of row @i excludes, or that excludes it. */
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
    uint32_t seen, barred, needed; /* present; excluded by those; needed by those */
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
            status = err_at(r->in.err, ERR_INVALID, &(struct at){ up, m->name, 0 }, "is required");
    }
    return status;
}

/* May the member of row @i stand with those before it? */
static int check_place(struct reader *r, const struct member_object *object, size_t i,
                       const struct given *g, const struct at *at)
{
    if (g->seen & MEMBER_BIT(i))
        return err_at(r->in.err, ERR_INVALID, at, "given twice");
    if (g->barred & MEMBER_BIT(i) || g->seen & object->members[i].excludes)
        return err_at(r->in.err, ERR_INVALID, at, "%s and %s exclude each other",
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
        status = refuse_name(r, object, &name, up);
        json_skip(&r->in.json);
        return status;
    }
    status = check_place(r, object, i, g, &(struct at){ up, m->name, 0 });
    if (status < 0) {
        json_skip(&r->in.json);
    } else {
        const struct json_value v = json_take(&r->in.json);

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
 * Reads the object at whose bracket the cursor is into the structure at @base. All errors are
 * reported. @seen: set to the rows whose members are there. Return: 0; -1 when there were errors
 */
static int read_object(struct reader *r, const struct member_object *object, void *base,
                       const struct at *up, uint32_t *seen)
{
    struct given g = { 0 };
    int status = 0;

    json_open(&r->in.json);
    while (json_more(&r->in.json))
        if (read_member(r, object, base, up, &g) < 0)
            status = -1;
    *seen = g.seen;
    return check_missing(r, object, &g, up) < 0 ? -1 : status;
}

/* The first member of that name in the object at whose bracket @json is, a copy of the cursor */
static struct json_value look_up(struct json *json, const char *name)
{
    json_open(json);
    while (json_more(json)) {
        const struct json_value v = json_name(json);

        if (v.size == strlen(name) && memcmp(v.text, name, v.size) == 0)
            return json_take(json);
        json_skip(json);
    }
    return (struct json_value){ .kind = JSON_NOTHING };
}

static bool is_extended(const struct member_form *form)
{
    return (int)form->type >= (int)MPT_EXTENDED_FIRST;
}

/* What an element of a mixed list is; NULL when it does not say so. */
static const struct member_form *find_form(const struct reader *r)
{
    struct json json = r->in.json;
    const struct json_value v = look_up(&json, "entry");

    for (size_t i = 0; v.kind == JSON_STRING && i < FORMS; i++)
        if (member_forms[i].entry && strlen(member_forms[i].entry) == v.size &&
            memcmp(member_forms[i].entry, v.text, v.size) == 0 &&
            (r->in.where == ENTRIES || is_extended(&member_forms[i])))
            return &member_forms[i];
    return NULL;
}

static int refuse_entry(struct reader *r, const struct at *up)
{
    char kinds[ERR_DETAIL_SIZE] = "";

    for (size_t i = 0; i < FORMS; i++)
        if (member_forms[i].entry && (r->in.where == ENTRIES || is_extended(&member_forms[i])))
            value_list_word(kinds, sizeof(kinds), member_forms[i].entry);
    return err_at(r->in.err, ERR_INVALID, &(struct at){ up, "entry", 0 }, "must be one of %s",
                  kinds);
}

/* The defaults of an element. Those that depend on the profile are filled in by settle(). */
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

    if (*count == form->capacity || (r->in.where != PLAIN && !topology_append_run(t, form->type)))
        return err_at(r->in.err, ERR_INVALID, at, "more entries than a table holds");
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

/* Is this a base entry behind an extended one? The extended table follows the base table. */
static bool comes_late(const struct reader *r, const struct member_form *form)
{
    const struct topology *t = r->topology;
    const size_t runs = t->table.order_count;

    return r->in.where == ENTRIES && !is_extended(form) && runs > 0 &&
           t->order[runs - 1].type >= MPT_EXTENDED_FIRST;
}

static int read_element(struct reader *r, const struct member_list *list, const struct at *at)
{
    const struct json_value v = json_take(&r->in.json);
    const char *const begin = r->in.json.at;
    const struct member_form *form = list->form;
    int status;

    if (v.kind != JSON_OBJECT) {
        status = err_at(r->in.err, ERR_INVALID, at, "must be an object");
    } else {
        if (!form)
            form = find_form(r);
        if (form && comes_late(r, form))
            status = err_at(r->in.err, ERR_INVALID, &(struct at){ at, "entry", 0 },
                            "must stand before all extended entries");
        else
            status = form ? read_entry(r, form, at) : refuse_entry(r, at);
    }
    value_pass(&r->in, &v, begin);
    return status;
}

static int read_list(struct reader *r, const struct member *m, const struct at *at)
{
    size_t count = 0;
    int status = 0;

    r->in.where = m->list->where;
    json_open(&r->in.json);
    for (; json_more(&r->in.json); count++) {
        if (count >= m->highest)
            json_skip(&r->in.json);
        else if (read_element(r, m->list, &(struct at){ at, NULL, count }) < 0)
            status = -1;
    }
    r->in.where = PLAIN;
    return count >= m->lowest && count <= m->highest ? status : value_refuse(&r->in, m, at);
}

static int check_machine(struct reader *r, uint32_t seen)
{
    const bool given = seen & TOP_MACHINE;
    const bool numbered = seen & MEMBER_BIT(TOP_TOPOLOGY);

    if (r->rest ? !given && !numbered : given)
        return 0;
    r->unsound = true;
    return err_at(
        r->in.err, ERR_INVALID, NULL, "%s",
        r->rest
            ? "must have none of cpus, processors, topology and entries: they come from elsewhere"
            : "one of cpus, processors and entries is required");
}

/*
 * When no processor has the member bsp, the first one is the bootstrap processor. This does not
 * hold for entries, which are taken as they are.
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

/* Levels that the topology does not give have one unit. */
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
    t->patch_count = (unsigned)r->counts[PATCH];
    if (t->given & GIVEN_OEM_BYTES && !(t->given & GIVEN_OEM_TABLE_SIZE))
        table->header.oem_table_size = (uint16_t)t->oem_bytes.size;
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
 * Ends the reading. @status: -1 when a member was wrong; then all other errors are added, and those
 * of the placement that do not depend on the table's size.
 */
static int end(struct reader *r, uint32_t seen, int status)
{
    if (check_machine(r, seen) < 0)
        status = -1;
    settle(r);
    if (status == 0)
        return 0;
    if (!r->unsound && complete_topology(r->topology, r->in.err) < 0)
        status = -1;
    if (!r->misplaced && place_check(r->topology, r->in.err) < 0)
        status = -1;
    return status;
}

static void start(struct reader *r, struct topology *t, struct err *err)
{
    topology_init(t);
    r->topology = t;
    r->in.err = err;
    r->in.where = PLAIN;
    memset(r->counts, 0, sizeof(r->counts));
    r->unsound = r->misplaced = r->rest = false;
}

static int read_text(const char *text, size_t size, bool rest, struct topology *t, struct err *err)
{
    struct reader r;
    uint32_t seen;
    int status;

    if (json_check(text, size, err) < 0)
        return -1;
    start(&r, t, err);
    r.rest = r.unsound = rest;
    json_start(&r.in.json, text, size);
    if (json_take(&r.in.json).kind != JSON_OBJECT)
        return err_at(err, ERR_INVALID, NULL, "must be an object");
    status = read_object(&r, &member_top, t, NULL, &seen);
    return end(&r, seen, status);
}

int request_read(const char *text, size_t size, struct topology *t, struct err *err)
{
    return read_text(text, size, false, t, err);
}

int request_read_rest(const char *text, size_t size, struct topology *t, struct err *err)
{
    return read_text(text, size, true, t, err);
}

/*
 * Decimal, without sign or leading zeros: what JSON calls an integer, and none of its other forms.
 */
static bool is_decimal(const char *text)
{
    const size_t digits = strspn(text, "0123456789");

    return digits > 0 && text[digits] == '\0' && (digits == 1 || text[0] != '0');
}

/* A parameter as a JSON value that its row accepts; any other becomes a string. */
static struct json_value parameter(const struct member *m, const char *text)
{
    enum json_kind kind = JSON_STRING;

    if (m->kind == UINT && is_decimal(text))
        kind = JSON_NUMBER;
    if (m->kind == BOOL && strcmp(text, "true") == 0)
        kind = JSON_TRUE;
    if (m->kind == BOOL && strcmp(text, "false") == 0)
        kind = JSON_FALSE;
    return (struct json_value){ .kind = kind, .text = text, .size = strlen(text) };
}

static int read_pair(struct reader *r, const struct request_pair *pair, uint32_t *seen)
{
    const struct at here = { NULL, pair->name, 0 };
    const size_t i = member_find(&member_top, pair->name, strlen(pair->name));
    const struct member *m = &member_top.members[i];
    struct json_value v;
    int status;

    if (i == member_top.count || !m->query)
        return err_at(r->in.err, ERR_INVALID, &here, "unknown parameter");
    if (*seen & MEMBER_BIT(i))
        return err_at(r->in.err, ERR_INVALID, &here, "given twice");
    *seen |= MEMBER_BIT(i);
    if (i == TOP_PLACEMENT) /* one word can only be its window */
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
    json_start(&r.in.json, "", 0);
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
