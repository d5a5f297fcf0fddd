/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

extern const struct suite madt_read_suite;

int main(void)
{
    static const struct suite *const suites[] = { &madt_read_suite };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
