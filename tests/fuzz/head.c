/* SPDX-License-Identifier: ISC */
/* The bytes of a connection: what is sound is so however they are cut, and has no bytes in it that two readers may see. */
#include "fuzz.h"

#include "../../src/http/head.h"

/* No NUL, no CR without LF, no LF without CR, no line that begins with a blank or has no colon */
static void check_lines(const char *head, size_t size)
{
    for (; memcmp(head, "\r\n", 2) == 0; size -= 2) /* empty lines may come before it */
        head += 2;
    assert(size >= 4 && memcmp(head + size - 4, "\r\n\r\n", 4) == 0);
    assert(!memchr(head, '\0', size));
    for (size_t i = 0; i < size; i++) {
        assert((head[i] == '\n') == (i > 0 && head[i - 1] == '\r'));
        if (i > 0 && head[i - 1] == '\n' && i + 2 < size) {
            const char *const line = head + i, *const end = memchr(line, '\r', size - i);

            assert(*line != ' ' && *line != '\t');
            assert(memchr(line, ':', (size_t)(end - line)));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const bytes = (const char *)data;
    const size_t cut = size > 0 ? data[0] * size / 256 : 0;
    struct head_reader whole = { .heads = 0 }, halves = whole, single = whole;
    size_t begin = 0;

    head_read(&whole, bytes, size);
    head_read(&halves, bytes, cut);
    head_read(&halves, bytes + cut, size - cut);
    for (size_t i = 0; i < size; i++) {
        const struct head_reader before = single;

        head_read(&single, bytes + i, 1);
        if (single.heads > before.heads)
            check_lines(bytes + begin, i + 1 - begin);
        if (single.heads > before.heads || before.body > single.body)
            begin = i + 1;
    }
    assert(whole.heads == halves.heads && whole.heads == single.heads);
    assert(whole.fault == halves.fault && whole.fault == single.fault);
    assert(whole.fault || (whole.body == halves.body && whole.body == single.body));
    return 0;
}
