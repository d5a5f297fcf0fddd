/* SPDX-License-Identifier: ISC */
/*
 * Each row says how its bytes are made; statuses, headers and files are the callers' work. Two rows
 * have the media type text/plain. A client that accepts it gets the hexdump, whose row comes first;
 * it must ask for the signature by name.
 */
#include "format.h"

#include <string.h>

#include "../topo/elf.h"
#include "../topo/hexdump.h"

#define TEXT "text/plain"
#define UTF8 "; charset=utf-8"

/* Sets the body to allocated bytes. Return: 0; -1 when @bytes is NULL: memory ran out */
static int own(struct format_body *body, char *bytes, size_t size)
{
    *body = (struct format_body){ bytes, size, bytes };
    return bytes ? 0 : -1;
}

static int write_json(const struct signed_image *s, struct format_body *body)
{
    size_t size;
    char *const text = signed_json(s, &size);

    return own(body, text, size);
}

static int write_bin(const struct signed_image *s, struct format_body *body)
{
    *body = (struct format_body){ s->image->bytes, s->image->size, NULL };
    return 0;
}

static int write_hex(const struct signed_image *s, struct format_body *body)
{
    const size_t size = hexdump_render(s->image, NULL);
    char *const text = malloc(size);

    if (text)
        hexdump_render(s->image, text);
    return own(body, text, size);
}

static int write_elf(const struct signed_image *s, struct format_body *body)
{
    const size_t size = elf_encode(s->image, NULL);
    char *const file = malloc(size);

    if (file)
        elf_encode(s->image, (uint8_t *)file);
    return own(body, file, size);
}

static int write_minisig(const struct signed_image *s, struct format_body *body)
{
    *body = (struct format_body){ s->seal->minisign, s->seal->minisign_size, NULL };
    return 0;
}

/* name, media type, content type, suffix, binary, writer */
const struct format formats[FORMATS] = {
    [FORMAT_JSON] = { "json", "application/json", "application/json", NULL, false, write_json },
    [FORMAT_BIN] = { "bin", "application/octet-stream", "application/octet-stream", "bin", true,
                     write_bin },
    [FORMAT_HEX] = { "hex", TEXT, TEXT UTF8, NULL, false, write_hex },
    [FORMAT_ELF] = { "elf", "application/x-elf", "application/x-elf", "elf", true, write_elf },
    [FORMAT_MINISIG] = { "minisig", TEXT, TEXT UTF8, NULL, false, write_minisig },
};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}
