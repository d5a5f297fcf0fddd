#!/bin/sh
# SPDX-License-Identifier: ISC
# All of src but the boot ROM, which has no C library, compiles with musl without a warning. The libraries' headers are those
# of the glibc system: nothing is linked.
if ! command -v musl-gcc >/dev/null; then
    echo '1..0 # SKIP musl-gcc (package musl-tools) is not installed'
    exit 0
fi
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
system=/usr/include/$(${CC:-cc} -print-multiarch)
mkdir "$work/headers"
for header in microhttpd.h gnutls cjson sodium.h sodium curl asm linux asm-generic; do
    for from in "$system" /usr/include; do
        [ ! -e "$from/$header" ] || [ -e "$work/headers/$header" ] || ln -s "$from/$header" "$work/headers/$header"
    done
done
[ -e "$work/headers/asm/types.h" ] || ln -sfn "$system/asm" "$work/headers/asm"
count=0
for source in $(cd "$srcdir/src" && find . -name '*.c' ! -path './rom/*' | sort); do
    count=$((count + 1))
    if musl-gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wconversion -Werror -DSEAL_BUILD_TIME=1 -DMICROHTTPD_TESTED='"0"' -DROM_FILE='"0"' \
        -Isrc/service -I"$srcdir/src/mptable" -isystem "$work/headers" -c "$srcdir/src/$source" -o "$work/object" 2>"$work/said"; then
        echo "ok $count - ${source#./}"
    else
        sed 's/^/# /' "$work/said"
        echo "not ok $count - ${source#./}"
    fi
done
echo "1..$count"
