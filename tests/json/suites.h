/* SPDX-License-Identifier: ISC */
/* The suites of the room json. */
#ifndef TESTS_JSON_H
#define TESTS_JSON_H

#include <stdbool.h>

#include "../lib/suite.h"

extern const struct suite json_check_suite, json_read_suite, json_build_suite;

#endif
