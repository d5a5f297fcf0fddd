#!/bin/sh
# SPDX-License-Identifier: ISC
# Keys change while threads sign, watched by the thread sanitizer, which cannot be in one program with the others.
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cat >"$work/main.c" <<'END'
#include "seal/seal.h"
#include "suite.h"
extern const struct suite seal_keyring_suite;
int main(void)
{
    static const struct suite *const suites[] = { &seal_keyring_suite };
    return seal_start() < 0 || suite_main(suites, 1);
}
END
echo 'int main(void) { return 0; }' >"$work/empty.c"
if ! ${CC:-cc} -fsanitize=thread "$work/empty.c" -o "$work/empty" 2>/dev/null || ! setarch -R "$work/empty"; then
    echo '1..0 # SKIP there is no thread sanitizer here'
    exit 0
fi
# shellcheck disable=SC2046
${CC:-cc} -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=thread -DSEAL_BUILD_TIME=1 -I"$srcdir/src" -I"$srcdir/tests/lib" \
    "$work/main.c" "$srcdir"/tests/seal/keyring.c "$srcdir"/src/seal/*.c "$srcdir"/src/base/*.c \
    $(pkg-config --cflags --libs libsodium gnutls cunit) -pthread -o "$work/threads" || exit 1
# The sanitizer wants the classic memory layout.
TMPDIR=$work TSAN_OPTIONS="exitcode=66 $TSAN_OPTIONS" setarch -R "$work/threads" 2>"$work/races"
status=$?
sed 's/^/# /' "$work/races"
exit $status
