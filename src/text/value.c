/* SPDX-License-Identifier: ISC */
/*
 * Each kind of row has a function, which checks the value and stores it, or refuses it with what
 * the row takes. Numbers are exact: nothing wraps or is rounded before it is compared.
 */
#include "value.h"

#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "../base/near.h"
#include "../topo/profiles.h"
#include "consumers.h"

static uint64_t highest(const struct value_reader *r, const struct member *m)
{
    return r->where == ENTRIES && m->any ? m->any : m->highest;
}

void value_list_word(char *list, size_t size, const char *word)
{
    const size_t used = strlen(list);

    snprintf(list + used, size - used, "%s\"%s\"", used ? ", " : "", word);
}

int value_refuse(const struct value_reader *r, const struct member *m, const struct at *at)
{
    const unsigned long long lowest = m->lowest, most = highest(r, m);
    struct err *err = r->err;
    char words[ERR_DETAIL_SIZE / 2] = "";

    switch (m->kind) {
    case UINT:
        return err_at(err, ERR_INVALID, at, "must be an integer from %llu to %llu", lowest, most);
    case MASK:
        return err_at(err, ERR_INVALID, at, "must be 0 to %llu, or \"0x...\" up to %#llx",
                      most < MEMBER_INTEGER_MAX ? most : MEMBER_INTEGER_MAX, most);
    case WORD:
        for (const struct member_word *word = m->words; word->name; word++)
            value_list_word(words, sizeof(words), word->name);
        if (most < lowest)
            return err_at(err, ERR_INVALID, at, "must be one of %s", words);
        return err_at(err, ERR_INVALID, at, "must be one of %s, or %llu to %llu", words, lowest,
                      most);
    case REVISION:
        return err_at(err, ERR_INVALID, at, "must be 1 or 4");
    case BOOL:
        return err_at(err, ERR_INVALID, at, "must be true or false");
    case PROFILE:
        return err_at(err, ERR_INVALID, at,
                      "must be the name of a profile; see the list of profiles");
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
    case CONSUMERS:
        return err_at(err, ERR_INVALID, at,
                      "must be an array of one or more consumers by name, such as [\"linux\", "
                      "\"freebsd\"], or [\"all\"]");
    case BYTES:
        return err_at(err, ERR_INVALID, at,
                      "must be hex digits, two for each of %llu to %llu bytes", lowest, most);
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
static bool find_number(const struct value_reader *r, const struct member *m,
                        const struct json_value *v, uint64_t *number)
{
    const unsigned digits = m->highest > UINT32_MAX ? 16 : 8;

    if (m->kind == REVISION)
        return v->kind == JSON_NUMBER && json_integer(v, number) &&
               (*number == MPT_SPEC_1_1 || *number == MPT_SPEC_1_4);
    if (v->kind == JSON_STRING && m->kind == WORD)
        return member_word_value(m, v->text, v->size, number);
    if (v->kind == JSON_STRING && m->kind == MASK)
        return json_hex(v, digits, number) && *number <= highest(r, m);
    return v->kind == JSON_NUMBER && json_integer(v, number) && *number >= m->lowest &&
           *number <= highest(r, m) && *number <= MEMBER_INTEGER_MAX;
}

static int read_number(struct value_reader *r, const struct member *m, const struct json_value *v,
                       void *base, const struct at *at)
{
    uint64_t number;

    if (!find_number(r, m, v, &number))
        return value_refuse(r, m, at);
    member_store(base, m, number);
    return 0;
}

static int read_bool(struct value_reader *r, const struct member *m, const struct json_value *v,
                     void *base, const struct at *at)
{
    if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
        return value_refuse(r, m, at);
    member_store(base, m, v->kind == JSON_TRUE);
    return 0;
}

static int read_profile(struct value_reader *r, const struct member *m, const struct json_value *v,
                        struct topology *topology, const struct at *at)
{
    char hint[NEAR_HINT_SIZE];
    struct near near;

    if (v->kind != JSON_STRING)
        return value_refuse(r, m, at);
    near_start(&near, v->text, v->size);
    for (size_t i = 0; i < profile_count; i++) {
        if (strlen(profiles[i].name) == v->size &&
            memcmp(profiles[i].name, v->text, v->size) == 0) {
            topology->profile = &profiles[i];
            return 0;
        }
        near_try(&near, profiles[i].name);
    }
    return err_at(r->err, ERR_INVALID, at, "no such profile%s",
                  near.best ? near_hint(&near, "", hint) : "; see the list of profiles");
}

static bool is_printable(const struct json_value *v)
{
    for (size_t i = 0; i < v->size; i++)
        if (v->text[i] < 0x20 || v->text[i] > 0x7e)
            return false;
    return true;
}

/* A text that is not printable ASCII comes as an array of its bytes. */
static int read_bytes(struct value_reader *r, const struct member *m, char *out,
                      const struct at *up)
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
            status = value_refuse(r, &byte, &here);
        value_pass(r, &v, r->json.at);
        out[count] = (char)number;
    }
    return count == m->width ? status : value_refuse(r, m, up);
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

static int read_text(struct value_reader *r, const struct member *m, const struct json_value *v,
                     void *base, const struct at *at)
{
    char *to = (char *)base + m->offset;
    const bool named = m->kind == BUS_TYPE && r->where != ENTRIES;

    if (v->kind == JSON_ARRAY && !named)
        return read_bytes(r, m, to, at);
    if (v->kind != JSON_STRING || v->size > m->width || !is_printable(v))
        return value_refuse(r, m, at);
    memset(to, ' ', m->width);
    memcpy(to, v->text, v->size);
    return named && !is_bus_type(to, v->size) ? value_refuse(r, m, at) : 0;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "-" is refused because it means none in a trusted comment. */
static int read_token(struct value_reader *r, const struct member *m, const struct json_value *v,
                      void *base, const struct at *at)
{
    char *to = (char *)base + m->offset;

    if (v->kind != JSON_STRING || v->size < m->lowest || v->size > m->highest ||
        (v->size == 1 && v->text[0] == '-'))
        return value_refuse(r, m, at);
    for (size_t i = 0; i < v->size; i++)
        if (!is_alphanumeric(v->text[i]) &&
            (v->text[i] == '\0' || !strchr(m->alphabet, v->text[i])))
            return value_refuse(r, m, at);
    memcpy(to, v->text, v->size);
    to[v->size] = '\0';
    return 0;
}

static int read_consumers(struct value_reader *r, const struct member *m,
                          const struct json_value *v, struct topology *topology,
                          const struct at *at)
{
    uint32_t asked = 0;
    int refused = 0;

    if (v->kind != JSON_ARRAY)
        return value_refuse(r, m, at);
    json_open(&r->json);
    while (json_more(&r->json)) {
        const struct json_value name = json_take(&r->json);

        if (refused == 0)
            refused = name.kind == JSON_STRING
                          ? consumers_add(&asked, name.text, name.size, at, r->err)
                          : value_refuse(r, m, at);
        value_pass(r, &name, r->json.at);
    }
    if (refused < 0)
        return -1;
    if (asked == 0)
        return value_refuse(r, m, at);
    topology->asked = asked;
    return 0;
}

int value_read_bytes(struct value_reader *r, const struct member *m, const struct json_value *v,
                     struct topology *t, void *base, const struct at *at)
{
    const bool whole = v->size <= JSON_TEXT_MAX || v->text != r->json.room;
    const size_t size = v->size / 2;
    struct topology_bytes bytes = { (uint32_t)t->pool_used, (uint32_t)size };

    if (v->kind != JSON_STRING || !whole || v->size % 2 || size < m->lowest || size > m->highest)
        return value_refuse(r, m, at);
    if (size > sizeof(t->pool) - t->pool_used)
        return err_at(r->err, ERR_INVALID, at, "more bytes than the %zu that a topology may give",
                      sizeof(t->pool));
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(v->text[2 * i]), low = hex_digit(v->text[2 * i + 1]);

        if (high < 0 || low < 0)
            return value_refuse(r, m, at);
        t->pool[bytes.offset + i] = (uint8_t)(high << 4 | low);
    }
    t->pool_used += size;
    memcpy((char *)base + m->offset, &bytes, sizeof(bytes));
    return 0;
}

int value_read(struct value_reader *r, const struct member *m, const struct json_value *v,
               void *base, const struct at *at)
{
    switch (m->kind) {
    case ENTRY:
        return 0;
    case UINT:
    case MASK:
    case WORD:
    case REVISION:
        return read_number(r, m, v, base, at);
    case BOOL:
        return read_bool(r, m, v, base, at);
    case PROFILE:
        return read_profile(r, m, v, base, at);
    case TEXT:
    case BUS_TYPE:
        return read_text(r, m, v, base, at);
    case CONSUMERS:
        return read_consumers(r, m, v, base, at);
    case TOKEN:
        return read_token(r, m, v, base, at);
    case BYTES:
    case LIST:
    case OBJECT:
        break;
    }
    return value_refuse(r, m, at);
}

void value_pass(struct value_reader *r, const struct json_value *v, const char *bracket)
{
    if ((v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) && r->json.at == bracket)
        json_skip(&r->json);
}
