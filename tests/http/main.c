/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include "../../src/seal/seal.h"

int main(void)
{
    static const struct suite *const suites[] = { &http_accept, &http_condition, &http_head,
                                                  &http_host,   &http_listen,    &http_metrics,
                                                  &http_routes, &http_server,    &http_target,
                                                  &http_token };

    if (seal_start() < 0)
        return 1;
    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
