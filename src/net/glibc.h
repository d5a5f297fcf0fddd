/* SPDX-License-Identifier: ISC */
/*
 * glibc's memory allocation. With another C library this function does nothing.
 */
#ifndef NET_GLIBC_H
#define NET_GLIBC_H

/*
 * glibc_trim_heap - give the system back what is free in the heaps of all threads
 *
 * With a sanitizer's allocator glibc's own heap is unused, and two threads that are the first to
 * trim it, at the same time, crash (one of 400 runs). So one thread calls this before others may.
 */
void glibc_trim_heap(void);

#endif
