/* SPDX-License-Identifier: ISC */
/* The library's errors in words, and its version. */
#include "mptable.h"

const char *mpt_strerror(enum mpt_err err)
{
    switch (err) {
    case MPT_OK:
        return "no error";
    case MPT_ENOSPACE:
        return "the buffer is too small";
    case MPT_ETOOLONG:
        return "the base or the extended table would be longer than 65535 bytes";
    case MPT_EPLACE:
        return "the floating pointer or the table cannot lie at that address";
    case MPT_EORDER:
        return "the order does not name each entry once, base types first";
    case MPT_ENOTFOUND:
        return "there is no floating pointer";
    case MPT_EUNKNOWN:
        return "an entry's type is undefined, so its length is not known";
    case MPT_ECUT:
        return "an entry runs past the end of its table, or its length is wrong";
    }
    return "unknown error";
}

const char *mpt_version(void)
{
    return MPT_VERSION;
}
