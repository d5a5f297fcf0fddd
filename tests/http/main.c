/* SPDX-License-Identifier: ISC */
#include "suites.h"

int main(void)
{
    static const struct suite *const suites[] = { &http_accept, &http_condition, &http_head,
                                                  &http_host, &http_target };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
