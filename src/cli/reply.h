/* SPDX-License-Identifier: ISC */
/*
 * JSON that this project prints itself: that of encode and POST /v1/images has an image, that of
 * decode and POST /v1/decode has a topology.
 */
#ifndef CLI_REPLY_H
#define CLI_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum { REPLY_LIST_SIZE = 256 }; /* of the addresses, or sizes, of all segments an image may have */

/* Parts of the text that reply_find was given, NULL where it has none */
struct reply {
    bool exact; /* the text has the member "exact", which comes with a topology */
    const char *topology;
    size_t topology_size;
    const char *image; /* base64, with the escapes that it is written with */
    size_t image_size;
    char bases[REPLY_LIST_SIZE], sizes[REPLY_LIST_SIZE]; /* as memory_place takes them */
};

/* reply_find - is a text such JSON? A topology is not: it has neither "image" nor "exact". */
bool reply_find(const char *text, size_t size, struct reply *reply);

#endif
