/* SPDX-License-Identifier: ISC */
#include "http.h"

int main(void)
{
    static const struct suite *const suites[] = { &http_accept, &http_target, &http_listen, &http_routes };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
