/* SPDX-License-Identifier: ISC */
/* The suites of the room http. */
#ifndef TESTS_HTTP_H
#define TESTS_HTTP_H

#include "suite.h"

extern const struct suite http_accept, http_target, http_listen, http_routes;

#endif
