/* SPDX-License-Identifier: ISC */
#include "suites.h"

int main(void)
{
    static const struct suite *const suites[] = { &mptable_encode,  &mptable_decode,
                                                  &mptable_verify,  &mptable_search,
                                                  &mptable_rules,   &mptable_check,
                                                  &mptable_effects, &mptable_peers };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
