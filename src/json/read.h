/* SPDX-License-Identifier: ISC */
/*
 * Reading a JSON text value by value, without a tree and without allocation. json_check must have
 * accepted the text: nothing here looks for errors, and any other text may be read past its end.
 */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_NOTHING /* the text is at its end */
};

enum {
    JSON_TEXT_MAX = 128, /* bytes that are kept of a string with escapes, decoded */
    JSON_NUMBER_MAX = 64 /* characters of an integer's token */
};

/*
 * A string's text is decoded and may hold NUL; an escape for a character beyond ASCII becomes the
 * byte 0xff, which no UTF-8 text has, so that it equals nothing. Of a string with escapes that is
 * longer than JSON_TEXT_MAX only size is right. A number's text is its token.
 */
struct json_value {
    enum json_kind kind;
    const char *text; /* of strings and numbers; not terminated */
    size_t size;
    bool exact; /* a number of at most 19 digits and nothing else, which is the integer */
    uint64_t integer;
};

struct json {
    const char *at, *end;
    char room[JSON_TEXT_MAX]; /* the last string that had escapes */
};

/* json_start - before the first value of a text */
void json_start(struct json *json, const char *text, size_t size);

/*
 * json_take - the next value; the cursor passes it when it is a scalar, and stands at the bracket
 * of an array or object, which is opened or skipped next
 */
struct json_value json_take(struct json *json);

/* json_open - pass the opening bracket */
void json_open(struct json *json);

/* json_more - is there another element or member? If not, it passes the closing bracket. */
bool json_more(struct json *json);

/* json_name - a member's name; its value comes next */
struct json_value json_name(struct json *json);

/*
 * json_is_name - pass a member's name if it is this one, written without escapes; false: it is not,
 * and json_name takes it
 */
bool json_is_name(struct json *json, const char *name, size_t size);

/*
 * json_unescape - decode the escapes of a string that is longer than JSON_TEXT_MAX
 * @text: what stands between its quotes
 * @to:   receives the characters, at most @room; may be @text
 *
 * Return: how many they are, whether they fit or not.
 */
size_t json_unescape(const char *text, size_t size, char *to, size_t room);

/* json_skip - pass a value, whatever is in it; linear in its bytes, without recursion */
void json_skip(struct json *json);

/*
 * json_integer - the exact value of a number's token, in any form that RFC 8259 has for it: 4, 4.0,
 * 40e-1
 *
 * Return: false when it is no integer of 0 to 2^64 - 1, is negative (-0 too), or is longer than
 * JSON_NUMBER_MAX.
 */
bool json_integer(const struct json_value *number, uint64_t *integer);

/* json_hex - "0x" and 1 to @digits hexadecimal digits (at most 16); false for anything else */
bool json_hex(const struct json_value *string, unsigned digits, uint64_t *integer);

#endif
