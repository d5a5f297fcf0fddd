/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

extern const struct suite http_accept, http_condition, http_head, http_host, http_target;

int main(void)
{
    static const struct suite *const suites[] = { &http_accept, &http_condition, &http_head,
                                                  &http_host, &http_target };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
