/* SPDX-License-Identifier: ISC */
/* The suites of the room http. */
#ifndef TESTS_HTTP_H
#define TESTS_HTTP_H

#include "../lib/suite.h"

extern const struct suite http_accept, http_condition, http_head, http_host, http_target;

#endif
