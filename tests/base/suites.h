/* SPDX-License-Identifier: ISC */
/* The suites of the room base. */
#ifndef TESTS_BASE_H
#define TESTS_BASE_H

#include "../lib/suite.h"

extern const struct suite base_err, base_log, base_text, base_file, base_options;

#endif
