/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

extern const struct suite json_check_suite, json_read_suite, json_build_suite;

int main(void)
{
    static const struct suite *const suites[] = { &json_check_suite, &json_read_suite,
                                                  &json_build_suite };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
