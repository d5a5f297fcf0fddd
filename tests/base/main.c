/* SPDX-License-Identifier: ISC */
#include "../lib/suite.h"

extern const struct suite base_err, base_log, base_text, base_file, base_options;

int main(void)
{
    static const struct suite *const suites[] = { &base_err, &base_log, &base_text, &base_file,
                                                  &base_options };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
