/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

#include "../../src/seal/seal.h"

extern const struct suite service_ledger, service_metrics, service_policy, service_routes,
    service_token;

int main(void)
{
    static const struct suite *const suites[] = { &service_ledger, &service_metrics,
                                                  &service_policy, &service_routes,
                                                  &service_token };

    if (seal_start() < 0)
        return 1;
    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
