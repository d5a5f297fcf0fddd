/* SPDX-License-Identifier: ISC */
#include "base64.h"

#include <stdint.h>
#include <string.h>

/*
 * 12 bits are two characters, and a lookup gives both: each character of the alphabet, with each
 * one behind it.
 */
/* clang-format off */
#define BEHIND(c) \
    c "A" c "B" c "C" c "D" c "E" c "F" c "G" c "H" c "I" c "J" c "K" c "L" c "M" c "N" c "O" c "P" \
    c "Q" c "R" c "S" c "T" c "U" c "V" c "W" c "X" c "Y" c "Z" c "a" c "b" c "c" c "d" c "e" c "f" \
    c "g" c "h" c "i" c "j" c "k" c "l" c "m" c "n" c "o" c "p" c "q" c "r" c "s" c "t" c "u" c "v" \
    c "w" c "x" c "y" c "z" c "0" c "1" c "2" c "3" c "4" c "5" c "6" c "7" c "8" c "9" c "+" c "/"
static const char pairs[] =
    BEHIND("A") BEHIND("B") BEHIND("C") BEHIND("D") BEHIND("E") BEHIND("F") BEHIND("G") BEHIND("H")
    BEHIND("I") BEHIND("J") BEHIND("K") BEHIND("L") BEHIND("M") BEHIND("N") BEHIND("O") BEHIND("P")
    BEHIND("Q") BEHIND("R") BEHIND("S") BEHIND("T") BEHIND("U") BEHIND("V") BEHIND("W") BEHIND("X")
    BEHIND("Y") BEHIND("Z") BEHIND("a") BEHIND("b") BEHIND("c") BEHIND("d") BEHIND("e") BEHIND("f")
    BEHIND("g") BEHIND("h") BEHIND("i") BEHIND("j") BEHIND("k") BEHIND("l") BEHIND("m") BEHIND("n")
    BEHIND("o") BEHIND("p") BEHIND("q") BEHIND("r") BEHIND("s") BEHIND("t") BEHIND("u") BEHIND("v")
    BEHIND("w") BEHIND("x") BEHIND("y") BEHIND("z") BEHIND("0") BEHIND("1") BEHIND("2") BEHIND("3")
    BEHIND("4") BEHIND("5") BEHIND("6") BEHIND("7") BEHIND("8") BEHIND("9") BEHIND("+") BEHIND("/");
/* clang-format on */

size_t base64_size(size_t size)
{
    return BASE64_SIZE(size);
}

/* The lower 12 bits as text */
static void put_pair(char *text, uint64_t bits)
{
    memcpy(text, pairs + 2 * (bits & 0xfff), 2);
}

static uint64_t load_4(const uint8_t *from)
{
    return (uint64_t)from[0] << 24 | (uint64_t)from[1] << 16 | (uint64_t)from[2] << 8 | from[3];
}

/*
 * What is left, one or two bytes: as if zeros followed, and padding in place of what these would
 * give
 */
static char *encode_end(const uint8_t *from, size_t size, char *text)
{
    const unsigned second = size > 1 ? from[1] : 0;

    put_pair(text, (unsigned)from[0] << 4 | second >> 4);
    put_pair(text + 2, second << 8);
    if (size == 1)
        text[2] = '=';
    text[3] = '=';
    return text + 4;
}

void base64_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;

    for (; size >= 8; size -= 6, from += 6, text += 8) { /* of 8 bytes that are loaded at once, 6 */
        const uint64_t groups = (load_4(from) << 32 | load_4(from + 4)) >> 16;

        put_pair(text, groups >> 36);
        put_pair(text + 2, groups >> 24);
        put_pair(text + 4, groups >> 12);
        put_pair(text + 6, groups);
    }
    for (; size >= 3; size -= 3, from += 3, text += 4) {
        const unsigned group = (unsigned)from[0] << 16 | (unsigned)from[1] << 8 | from[2];

        put_pair(text, group >> 12);
        put_pair(text + 2, group);
    }
    if (size > 0)
        text = encode_end(from, size, text);
    *text = '\0';
}
