/* SPDX-License-Identifier: ISC */
#include "reply.h"

#include <string.h>

#include "../json/check.h"
#include "../json/read.h"

static bool is_word(const struct json_value *value, const char *word)
{
    return value->size == strlen(word) && memcmp(value->text, word, value->size) == 0;
}

/* Passes what json_take has only looked at. */
static void pass(struct json *json, const struct json_value *value)
{
    if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY)
        json_skip(json);
}

/* Appends to a list with commas. Return: false: it is full, or the text has a NUL */
static bool append(char list[REPLY_LIST_SIZE], const struct json_value *value)
{
    const size_t used = strlen(list), comma = used > 0;

    if (value->size > JSON_TEXT_MAX || value->size + comma >= REPLY_LIST_SIZE - used ||
        memchr(value->text, '\0', value->size))
        return false;
    list[used] = ',';
    memcpy(list + used + comma, value->text, value->size);
    list[used + comma + value->size] = '\0';
    return true;
}

/* Takes each part of an object or array. Return: are all of them good? */
static bool take_each(struct json *json, struct reply *reply,
                      bool (*take)(struct json *json, struct reply *reply))
{
    bool good = true;

    json_open(json);
    while (json_more(json))
        good = take(json, reply) && good;
    return good;
}

/* { "base": "0x9fc00", "offset": 0, "size": 292 }: offsets follow from the sizes */
static bool take_segment_member(struct json *json, struct reply *reply)
{
    const struct json_value name = json_name(json);
    const bool is_base = is_word(&name, "base"), is_size = is_word(&name, "size");
    const struct json_value value = json_take(json);

    pass(json, &value);
    return !(is_base || is_size) || (value.kind == (is_base ? JSON_STRING : JSON_NUMBER) &&
                                     append(is_base ? reply->bases : reply->sizes, &value));
}

static bool take_segment(struct json *json, struct reply *reply)
{
    const struct json_value value = json_take(json);

    if (value.kind == JSON_OBJECT)
        return take_each(json, reply, take_segment_member);
    pass(json, &value);
    return false;
}

static bool take_member(struct json *json, struct reply *reply)
{
    const struct json_value name = json_name(json);
    const bool is_image = is_word(&name, "image"), is_topology = is_word(&name, "topology");
    const bool is_segments = is_word(&name, "segments"), is_exact = is_word(&name, "exact");
    const char *const before = json->at;
    const struct json_value value = json_take(json);
    const char *const behind = json->at;

    if (is_segments && value.kind == JSON_ARRAY)
        return take_each(json, reply, take_segment);
    pass(json, &value);
    reply->exact = reply->exact || is_exact;
    if (is_image && value.kind == JSON_STRING) {
        reply->image = (const char *)memchr(before, '"', (size_t)(behind - before)) + 1;
        reply->image_size = (size_t)(behind - 1 - reply->image);
    } else if (is_topology && value.kind == JSON_OBJECT) {
        reply->topology = behind;
        reply->topology_size = (size_t)(json->at - behind);
    }
    return true;
}

bool reply_find(const char *text, size_t size, struct reply *reply)
{
    struct err ignored = { .count = 0 };
    struct json json;
    bool good;

    *reply = (struct reply){ .topology = NULL };
    if (json_check(text, size, &ignored) < 0)
        return false;
    json_start(&json, text, size);
    if (json_take(&json).kind != JSON_OBJECT)
        return false;
    good = take_each(&json, reply, take_member);
    if (!reply->exact)
        reply->topology = NULL;
    return good && (reply->topology || (reply->image && reply->bases[0] && reply->sizes[0]));
}
