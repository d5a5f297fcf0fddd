/* SPDX-License-Identifier: ISC */
/* A token file of any bytes: refused, or each token in it is admitted by its name. */
#include <stdio.h>

#include "../../src/service/token.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const text = calloc(1, size + 1), header[8 + TOKEN_LENGTH_MAX], *line, *rest = text;
    struct err err = { 0 };
    struct tokens *tokens;

    assert(text);
    memcpy(text, data, size);
    tokens = tokens_parse(text, "tokens", &err);
    for (unsigned number = 1; tokens && (line = strsep(&rest, "\n")); number++) {
        char wanted[32];

        line[strcspn(line, "\r")] = '\0';
        if (number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
            line += 3; /* a byte order mark is no part of a token */
        snprintf(wanted, sizeof(wanted), "line-%u", number);
        if (!line[0] || line[0] == '#' || strpbrk(line, " \t"))
            continue;
        assert(snprintf(header, sizeof(header), "Bearer %s", line) < (int)sizeof(header));
        assert(tokens_admit(tokens, header));
    }
    assert(!tokens || !tokens_admit(tokens, "Bearer nobody-has-this-one"));
    if (!tokens)
        assert(err.code == ERR_FILE);
    tokens_free(tokens);
    free(text);
    return tokens ? 0 : refused(&err);
}
