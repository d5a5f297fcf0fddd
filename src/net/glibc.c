/* SPDX-License-Identifier: ISC */
/*
 * Figures are private memory of a daemon with two loops, with glibc 2.36 on x86-64. Two more things
 * were tried and left out: bounds for what a heap keeps (mallopt) save 0.2 MiB, and switching off a
 * thread's cancellation, which glibc checks in each call that may wait, saves no measurable time.
 */
#include "glibc.h"

#if HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

/* After 1000 connections have been closed, 0.8 MiB are left with this and 9.4 MiB without. */
void glibc_trim_heap(void)
{
#if HAVE_MALLOC_TRIM
    malloc_trim(0);
#endif
}
