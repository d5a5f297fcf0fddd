/* SPDX-License-Identifier: ISC */
/*
 * JSON to a topology. Members are rows; one reader serves every object and refuses what no row names. It goes
 * on after an error, so that a client hears of all of them at once.
 */
#include "request.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "profile.h"
#include "scan.h"

enum { DEPTH_MAX = 32 };

/* Largest guest memory: 52 bits of physical address, and every integer up to here is exact in a double. */
#define MEMORY_MAX 4503599627370496.0

enum kind {
    UINT, /* integer */
    MASK, /* integer, or "0x" and hex digits: addresses and bit masks */
    BOOL,
    TEXT,  /* printable ASCII of at most highest characters */
    TOKEN, /* [A-Za-z0-9._:-], 1 to highest characters */
    ARRAY,
    OBJECT
};

struct member {
    const char *name;
    enum kind kind;
    double lowest, highest;
    bool required;
    bool query; /* may come in a query string */
};

/* What was read for a row. */
struct value {
    const cJSON *item; /* NULL when the member is not there */
    double number;     /* of UINT, MASK, BOOL */
};

enum {
    TOP_PROFILE,
    TOP_CPUS,
    TOP_PROCESSORS,
    TOP_TOPOLOGY,
    TOP_IRQS,
    TOP_OEM_ID,
    TOP_PRODUCT_ID,
    TOP_MEMORY_SIZE,
    TOP_CONTEXT,
    TOP_MEMBERS
};

static const struct member top_members[TOP_MEMBERS] = {
    [TOP_PROFILE] = { .name = "profile", .kind = TEXT, .lowest = 0, .highest = 64, .query = true },
    [TOP_CPUS] = { .name = "cpus", .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX, .query = true },
    [TOP_PROCESSORS] = { .name = "processors", .kind = ARRAY, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX },
    [TOP_TOPOLOGY] = { .name = "topology", .kind = OBJECT },
    [TOP_IRQS] = { .name = "irqs",
                   .kind = UINT,
                   .lowest = TOPOLOGY_IRQS_MIN,
                   .highest = TOPOLOGY_IRQS_MAX,
                   .query = true },
    [TOP_OEM_ID] = { .name = "oem_id", .kind = TEXT, .lowest = 0, .highest = 8 },
    [TOP_PRODUCT_ID] = { .name = "product_id", .kind = TEXT, .lowest = 0, .highest = 12 },
    [TOP_MEMORY_SIZE] = { .name = "memory_size",
                          .kind = UINT,
                          .lowest = 1,
                          .highest = MEMORY_MAX,
                          .query = true },
    [TOP_CONTEXT] = { .name = "context",
                      .kind = TOKEN,
                      .lowest = 1,
                      .highest = TOPOLOGY_CONTEXT_MAX,
                      .query = true },
};

enum { CPU_APIC_ID, CPU_BSP, CPU_ENABLED, CPU_APIC_VERSION, CPU_SIGNATURE, CPU_FEATURES, CPU_MEMBERS };

static const struct member cpu_members[CPU_MEMBERS] = {
    [CPU_APIC_ID] = { .name = "apic_id",
                      .kind = UINT,
                      .lowest = 0,
                      .highest = TOPOLOGY_CPUS_MAX - 1,
                      .required = true },
    [CPU_BSP] = { .name = "bsp", .kind = BOOL },
    [CPU_ENABLED] = { .name = "enabled", .kind = BOOL },
    [CPU_APIC_VERSION] = { .name = "apic_version", .kind = UINT, .lowest = 0, .highest = UINT8_MAX },
    [CPU_SIGNATURE] = { .name = "signature", .kind = MASK, .lowest = 0, .highest = UINT32_MAX },
    [CPU_FEATURES] = { .name = "features", .kind = MASK, .lowest = 0, .highest = UINT32_MAX },
};

enum { LEVEL_PACKAGES, LEVEL_DIES, LEVEL_CORES, LEVEL_THREADS, LEVEL_MEMBERS };

static const struct member level_members[LEVEL_MEMBERS] = {
    [LEVEL_PACKAGES] = { .name = "packages", .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX },
    [LEVEL_DIES] = { .name = "dies", .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX },
    [LEVEL_CORES] = { .name = "cores", .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX },
    [LEVEL_THREADS] = { .name = "threads", .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX },
};

static bool in_alphabet(const char *text, enum kind kind)
{
    for (; *text; text++) {
        const bool alphanumeric = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
                                  (*text >= 'a' && *text <= 'z');

        if (kind == TEXT ? *text < 0x20 || *text > 0x7e : !alphanumeric && !strchr("._:-", *text))
            return false;
    }
    return true;
}

static int read_text(const cJSON *item, const struct member *m, const struct at *at, struct err *err)
{
    const size_t lowest = (size_t)m->lowest, highest = (size_t)m->highest;
    const char *what =
        m->kind == TEXT ? "printable ASCII characters" : "characters out of A-Z a-z 0-9 . _ : -";

    if (!cJSON_IsString(item) || strlen(item->valuestring) < lowest || strlen(item->valuestring) > highest ||
        !in_alphabet(item->valuestring, m->kind))
        return err_at(err, ERR_TOPOLOGY, at, "must be a string of %zu to %zu %s", lowest, highest, what);
    return 0;
}

/* "0x" and 1 to 8 hex digits; -1 for anything else */
static double hex_number(const char *text)
{
    double number = 0;
    size_t digits;

    if (text[0] != '0' || text[1] != 'x')
        return -1;
    text += 2;
    digits = strspn(text, "0123456789abcdefABCDEF");
    if (digits < 1 || digits > 8 || text[digits])
        return -1;
    for (; *text; text++)
        number = number * 16 + (*text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10);
    return number;
}

static int read_number(const cJSON *item, const struct member *m, struct value *v, const struct at *at,
                       struct err *err)
{
    const char *what = m->kind == MASK ? ", as integer or \"0x...\"" : "";

    v->number = cJSON_IsNumber(item)                      ? item->valuedouble
                : cJSON_IsString(item) && m->kind == MASK ? hex_number(item->valuestring)
                                                          : -1;
    if (!(v->number >= m->lowest && v->number <= m->highest) || signbit(v->number) ||
        (double)(uint64_t)v->number != v->number)
        return err_at(err, ERR_TOPOLOGY, at, "must be %.0f to %.0f%s", m->lowest, m->highest, what);
    return 0;
}

static int read_array(const cJSON *item, const struct member *m, const struct at *at, struct err *err)
{
    const int size = cJSON_GetArraySize(item);

    if (!cJSON_IsArray(item) || size < m->lowest || size > m->highest)
        return err_at(err, ERR_TOPOLOGY, at, "must be an array of %.0f to %.0f elements", m->lowest,
                      m->highest);
    return 0;
}

static int read_value(const cJSON *item, const struct member *m, struct value *v, const struct at *at,
                      struct err *err)
{
    v->item = item;
    switch (m->kind) {
    case UINT:
    case MASK:
        return read_number(item, m, v, at, err);
    case BOOL:
        v->number = cJSON_IsTrue(item);
        return cJSON_IsBool(item) ? 0 : err_at(err, ERR_TOPOLOGY, at, "must be true or false");
    case TEXT:
    case TOKEN:
        return read_text(item, m, at, err);
    case ARRAY:
        return read_array(item, m, at, err);
    case OBJECT:
        break;
    }
    return cJSON_IsObject(item) ? 0 : err_at(err, ERR_TOPOLOGY, at, "must be an object");
}

static size_t find_member(const char *name, const struct member *members, size_t count)
{
    size_t i = 0;

    while (i < count && strcmp(members[i].name, name) != 0)
        i++;
    return i;
}

/*
 * The members of an object into values[], one per row. All errors are reported; -1 when there were any.
 * @query leaves only the rows that may come in a query string.
 */
static int read_object(const cJSON *object, const struct member *members, size_t count, bool query,
                       struct value *values, const struct at *up, struct err *err)
{
    const cJSON *item;
    int status = 0;

    memset(values, 0, count * sizeof(*values));
    cJSON_ArrayForEach(item, object)
    {
        const struct at here = { up, item->string, 0 };
        const size_t i = find_member(item->string, members, count);

        if (i == count || (query && !members[i].query))
            status = err_at(err, ERR_TOPOLOGY, &here, query ? "unknown parameter" : "unknown member");
        else if (values[i].item)
            status = err_at(err, ERR_TOPOLOGY, &here, "given twice");
        else if (read_value(item, &members[i], &values[i], &here, err) < 0)
            status = -1;
    }
    for (size_t i = 0; i < count; i++)
        if (members[i].required && !values[i].item)
            status = err_at(err, ERR_TOPOLOGY, &(struct at){ up, members[i].name, 0 }, "is required");
    return status;
}

static double number_or(const struct value *v, double otherwise)
{
    return v->item ? v->number : otherwise;
}

/* Without a word about it anywhere, the first processor is the one that boots. */
static bool any_bsp_member(const cJSON *processors)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, processors)
    {
        if (cJSON_GetObjectItemCaseSensitive(item, "bsp"))
            return true;
    }
    return false;
}

static int read_processors(const cJSON *processors, struct topology *t, struct err *err)
{
    static const struct at at_processors = { NULL, "processors", 0 };
    const bool bsp_said = any_bsp_member(processors);
    const cJSON *item;
    int status = 0;

    t->explicit_cpus = true;
    t->cpus = 0;
    cJSON_ArrayForEach(item, processors)
    {
        const struct at here = { &at_processors, NULL, t->cpus };
        struct value v[CPU_MEMBERS];
        bool bsp, enabled;

        if (!cJSON_IsObject(item)) {
            status = err_at(err, ERR_TOPOLOGY, &here, "must be an object");
            memset(v, 0, sizeof(v));
        } else if (read_object(item, cpu_members, CPU_MEMBERS, false, v, &here, err) < 0) {
            status = -1;
        }
        bsp = number_or(&v[CPU_BSP], !bsp_said && t->cpus == 0) != 0;
        enabled = number_or(&v[CPU_ENABLED], true) != 0;
        if (status == 0)
            t->processors[t->cpus] = (struct mpt_processor){
                .apic_id = (uint8_t)v[CPU_APIC_ID].number,
                .apic_version = (uint8_t)number_or(&v[CPU_APIC_VERSION], t->profile->apic_version),
                .flags = (uint8_t)((enabled ? MPT_CPU_ENABLED : 0) | (bsp ? MPT_CPU_BSP : 0)),
                .signature = (uint32_t)number_or(&v[CPU_SIGNATURE], t->profile->signature),
                .features = (uint32_t)number_or(&v[CPU_FEATURES], t->profile->features),
            };
        t->cpus++;
    }
    return status;
}

static int read_levels(const cJSON *levels, struct topology *t, struct err *err)
{
    static const struct at here = { NULL, "topology", 0 };
    struct value v[LEVEL_MEMBERS];

    if (read_object(levels, level_members, LEVEL_MEMBERS, false, v, &here, err) < 0)
        return -1;
    t->packages = (unsigned)number_or(&v[LEVEL_PACKAGES], 1);
    t->dies = (unsigned)number_or(&v[LEVEL_DIES], 1);
    t->cores = (unsigned)number_or(&v[LEVEL_CORES], 1);
    t->threads = (unsigned)number_or(&v[LEVEL_THREADS], 1);
    return 0;
}

/* Which members may stand together. */
static int check_choice(const struct value *v, struct err *err)
{
    if (!v[TOP_CPUS].item && !v[TOP_PROCESSORS].item)
        return err_at(err, ERR_TOPOLOGY, NULL, "one of cpus and processors is required");
    if (v[TOP_CPUS].item && v[TOP_PROCESSORS].item)
        return err_at(err, ERR_TOPOLOGY, &(struct at){ NULL, "processors", 0 },
                      "cpus and processors exclude each other");
    if (v[TOP_TOPOLOGY].item && v[TOP_PROCESSORS].item)
        return err_at(err, ERR_TOPOLOGY, &(struct at){ NULL, "topology", 0 },
                      "numbers the processors of cpus; those of processors have their APIC IDs");
    return 0;
}

static int read_profile(const struct value *v, struct topology *t, struct err *err)
{
    t->profile = profile_find(v->item ? v->item->valuestring : PROFILE_DEFAULT);
    if (t->profile)
        return 0;
    t->profile = profile_find(PROFILE_DEFAULT);
    return err_at(err, ERR_TOPOLOGY, &(struct at){ NULL, "profile", 0 },
                  "no such profile; GET /v1/profiles lists them");
}

/* The signed comment has "-" for no context, so it cannot be one. */
static int read_context(const struct value *v, struct topology *t, struct err *err)
{
    if (!v->item)
        return 0;
    snprintf(t->context, sizeof(t->context), "%s", v->item->valuestring);
    if (strcmp(t->context, "-") != 0)
        return 0;
    return err_at(err, ERR_TOPOLOGY, &(struct at){ NULL, "context", 0 }, "\"-\" stands for no context");
}

/* A text of at most @size characters, padded with blanks. */
static bool copy_text(const struct value *v, char *out, size_t size)
{
    memset(out, ' ', size);
    if (v->item)
        memcpy(out, v->item->valuestring, strlen(v->item->valuestring));
    return v->item != NULL;
}

static int read_top(const cJSON *root, bool query, struct topology *t, struct err *err)
{
    struct value v[TOP_MEMBERS];
    int status = 0;

    memset(t, 0, sizeof(*t));
    if (!cJSON_IsObject(root))
        return err_at(err, ERR_TOPOLOGY, NULL, "must be an object");
    if (read_object(root, top_members, TOP_MEMBERS, query, v, NULL, err) < 0)
        return -1;
    if (read_profile(&v[TOP_PROFILE], t, err) < 0)
        status = -1;
    if (check_choice(v, err) < 0)
        status = -1;
    t->cpus = (unsigned)v[TOP_CPUS].number;
    if (v[TOP_PROCESSORS].item && read_processors(v[TOP_PROCESSORS].item, t, err) < 0)
        status = -1;
    if (v[TOP_TOPOLOGY].item && read_levels(v[TOP_TOPOLOGY].item, t, err) < 0)
        status = -1;
    t->irqs = (unsigned)number_or(&v[TOP_IRQS], TOPOLOGY_IRQS_MIN);
    t->memory_size = (uint64_t)v[TOP_MEMORY_SIZE].number;
    t->oem_id_given = copy_text(&v[TOP_OEM_ID], t->oem_id, sizeof(t->oem_id));
    t->product_id_given = copy_text(&v[TOP_PRODUCT_ID], t->product_id, sizeof(t->product_id));
    if (read_context(&v[TOP_CONTEXT], t, err) < 0)
        status = -1;
    return status < 0 ? -1 : topology_check(t, err);
}

static void scoped_json(cJSON **root)
{
    cJSON_Delete(*root);
}

int request_parse(const char *text, size_t size, struct topology *t, struct err *err)
{
    cJSON *root SCOPED(scoped_json) = NULL;
    struct scan scan;

    if (scan_json(text, size, &scan, err) < 0)
        return -1;
    if (scan.depth > DEPTH_MAX)
        return err_at(err, ERR_TOPOLOGY, NULL, "nested deeper than %d", DEPTH_MAX);
    if (scan.nul_escape)
        return err_at(err, ERR_TOPOLOGY, NULL, "a string holds \\u0000, which no member allows");
    if (scan.long_number)
        return err_at(err, ERR_TOPOLOGY, NULL, "a number has more than %d characters", SCAN_NUMBER_MAX);
    root = cJSON_ParseWithLength(text, size);
    if (!root) /* the scan has accepted the text, so only memory can be missing */
        return err_at(err, ERR_BUSY, NULL, "out of memory");
    return read_top(root, false, t, err);
}

/* Decimal without sign, leading zeros or more digits than a double holds; -1 for anything else. */
static double decimal_number(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    double number = 0;

    if (digits < 1 || digits > 15 || text[digits] || (digits > 1 && text[0] == '0'))
        return -1;
    for (; *text; text++)
        number = number * 10 + (*text - '0');
    return number;
}

static bool add_pair(cJSON *root, const struct request_pair *pair)
{
    const size_t i = find_member(pair->name, top_members, TOP_MEMBERS);
    const bool number = i < TOP_MEMBERS && top_members[i].kind == UINT;

    return (number ? cJSON_AddNumberToObject(root, pair->name, decimal_number(pair->value))
                   : cJSON_AddStringToObject(root, pair->name, pair->value)) != NULL;
}

int request_parse_query(const struct request_pair *pairs, size_t count, struct topology *t, struct err *err)
{
    cJSON *root SCOPED(scoped_json) = cJSON_CreateObject();

    for (size_t i = 0; root && i < count; i++)
        if (!add_pair(root, &pairs[i]))
            return err_at(err, ERR_BUSY, NULL, "out of memory");
    if (!root)
        return err_at(err, ERR_BUSY, NULL, "out of memory");
    return read_top(root, true, t, err);
}
