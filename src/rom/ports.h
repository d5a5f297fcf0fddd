/* SPDX-License-Identifier: ISC */
/* I/O ports. */
#ifndef ROM_PORTS_H
#define ROM_PORTS_H

#include <stddef.h>
#include <stdint.h>

static inline void out_1(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out_2(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out_4(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in_1(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t in_4(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* in_bytes - read @size bytes from one port, one after the other */
static inline void in_bytes(uint16_t port, void *to, size_t size)
{
    __asm__ volatile("rep insb" : "+D"(to), "+c"(size) : "d"(port) : "memory");
}

#endif
