/* SPDX-License-Identifier: ISC */
/* Short names for compiler attributes, and release at the end of a scope. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define FORMAT(f, a) __attribute__((format(printf, f, a)))
#define SCOPED(fn)   __attribute__((cleanup(fn)))

static inline void scoped_free(void *p)
{
    free(*(void **)p);
}

static inline void scoped_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#endif
