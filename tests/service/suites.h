/* SPDX-License-Identifier: ISC */
/* The suites of the room service. */
#ifndef TESTS_SERVICE_H
#define TESTS_SERVICE_H

#include "../lib/suite.h"

extern const struct suite service_ledger, service_metrics, service_policy, service_routes,
    service_token;

#endif
