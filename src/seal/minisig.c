/* SPDX-License-Identifier: ISC */
#include "minisig.h"

#include <string.h>

#include <sodium.h>

enum { BASE64 = sodium_base64_VARIANT_ORIGINAL };

const char *minisig_key_line(const char *text, size_t size, size_t *length)
{
    const char *const end = memchr(text, '\n', size), *const line = end ? end + 1 : text + size;

    *length = (size_t)(text + size - line);
    if (*length > 0 && line[*length - 1] == '\n')
        (*length)--;
    return size >= strlen(UNTRUSTED_PREFIX) &&
                   memcmp(text, UNTRUSTED_PREFIX, strlen(UNTRUSTED_PREFIX)) == 0
               ? line
               : NULL;
}

/*
 * libsodium's decoder returns 0 also when it stopped early: the end and the length are checked
 * here. Where char is signed, libsodium 1.0.18 reads every byte from 0x80 as '/'.
 */
int minisig_decode(const char *text, size_t length, void *out, size_t size, size_t *used)
{
    const char *stopped = NULL;

    for (size_t i = 0; i < length; i++)
        if (text[i] & 0x80)
            return -1;
    *used = 0;
    if (sodium_base642bin(out, size, text, length, NULL, used, &stopped, BASE64) != 0 ||
        stopped != text + length || sodium_base64_encoded_len(*used, BASE64) - 1 != length)
        return -1;
    return 0;
}
