/* SPDX-License-Identifier: ISC */
#include "console.h"

#include "ports.h"

enum {
    DEBUG_PORT = 0xe9,
    COM1 = 0x3f8,   /* a 16550; the offsets of its registers: */
    DATA = 0,       /* with DIVISOR_ACCESS: the low byte of the divisor */
    INTERRUPTS = 1, /* with DIVISOR_ACCESS: the high byte */
    LINE_CONTROL = 3,
    LINE_STATUS = 5,
    DIVISOR_ACCESS = 0x80,
    EIGHT_BITS = 3,
    MAY_SEND = 0x20,
    PATIENCE = 100000 /* reads of the status; then a character is sent all the same */
};

void console_start(void)
{
    out_1(COM1 + LINE_CONTROL, DIVISOR_ACCESS | EIGHT_BITS);
    out_1(COM1 + DATA, 1);
    out_1(COM1 + INTERRUPTS, 0);
    out_1(COM1 + LINE_CONTROL, EIGHT_BITS);
    out_1(COM1 + INTERRUPTS, 0);
}

static void print_character(char c)
{
    out_1(DEBUG_PORT, (uint8_t)c);
    for (unsigned i = 0; i < PATIENCE && !(in_1(COM1 + LINE_STATUS) & MAY_SEND); i++)
        ;
    out_1(COM1 + DATA, (uint8_t)c);
}

static void print_number(uint32_t value, unsigned base)
{
    if (value >= base)
        print_number(value / base, base);
    print_character("0123456789abcdef"[value % base]);
}

void console_print(const char *format, const uint32_t *values)
{
    for (; *format; format++) {
        if (*format == '\n')
            print_character('\r');
        if (*format != '%') {
            print_character(*format);
            continue;
        }
        if (*++format == 'x') {
            print_character('0');
            print_character('x');
        }
        print_number(*values++, *format == 'x' ? 16 : 10);
    }
}
