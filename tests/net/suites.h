/* SPDX-License-Identifier: ISC */
/* The suites of the room net. */
#ifndef TESTS_NET_H
#define TESTS_NET_H

#include "../lib/suite.h"

extern const struct suite net_listen, net_shared, net_users, net_body, net_gaps, net_server;

#endif
