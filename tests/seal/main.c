/* SPDX-License-Identifier: ISC */
/* The tests of src/seal. */
#include "../lib/suite.h"

#include "../../src/seal/seal.h"

extern const struct suite seal_key_suite, seal_seal_suite, seal_claims_suite, seal_verify_suite,
    seal_keygen_suite, seal_keyring_suite, seal_memo_suite;

int main(void)
{
    const struct suite *const suites[] = { &seal_key_suite,    &seal_seal_suite,
                                           &seal_claims_suite, &seal_verify_suite,
                                           &seal_keygen_suite, &seal_keyring_suite,
                                           &seal_memo_suite };

    if (seal_start() < 0) {
        printf("Bail out! libsodium does not start\n");
        return 1;
    }
    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
