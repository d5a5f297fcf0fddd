/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

#include "../../src/seal/seal.h"

extern const struct suite net_listen, net_shared, net_users, net_body, net_intake, net_server;

int main(void)
{
    static const struct suite *const suites[] = { &net_listen, &net_shared, &net_users,
                                                  &net_body,   &net_intake, &net_server };

    if (seal_start() < 0)
        return 1;
    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
