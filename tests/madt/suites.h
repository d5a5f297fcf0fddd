/* SPDX-License-Identifier: ISC */
/* The suites of the room madt. */
#ifndef TESTS_MADT_H
#define TESTS_MADT_H

#include "../../src/madt/madt.h"
#include "../lib/suite.h"

extern const struct suite madt_read_suite;

#endif
