/* SPDX-License-Identifier: ISC */
/*
 * Figures are of glibc 2.36 on x86-64: private memory of a daemon with two loops. Two more things
 * were tried and left out: bounds for what a heap keeps (mallopt) save 0.2 MiB, and switching a
 * thread's cancellation off (glibc looks after it in each call that may wait) saves no time that
 * could be measured.
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
