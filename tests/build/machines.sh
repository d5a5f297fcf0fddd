#!/bin/sh
# SPDX-License-Identifier: ISC
# The core on other machines: 32 bits, and big-endian under qemu. Each must read the same values out of the hand-written
# and the peers' tables, give the same bytes again, and find the same faults as this machine does.
echo 1..4
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# build NAME COMPILER [FLAG]...: the program and the core, with the warnings of a careful user as errors
build()
{
    out=$work/$1
    shift
    "$@" -std=c11 -O2 -Wall -Wextra -Werror -o "$out" "$srcdir/tests/programs/machine.c" "$srcdir"/src/mptable/*.c
}
# look NAME [COMMAND]: the program's lines for every vector, run by COMMAND; the index says where each lies
look()
{
    name=$1
    shift
    {
        "$@" "$work/$name" 0x9fc00 "$work"/*.bin
        while read -r _ _ part base file; do
            [ "$part" = all ] && "$@" "$work/$name" "$base" "$srcdir/tests/vectors/peers/$file"
        done <"$srcdir/tests/vectors/peers/index"
    } >"$work/$name.lines"
}
for hex in "$srcdir"/tests/vectors/good-*.hex; do
    sed 's/#.*//' "$hex" | xxd -r -p >"$work/$(basename "$hex" .hex).bin"
done
# shellcheck disable=SC2086 # a compiler and its flags are words
build here ${CC:-cc} && look here
same=$(grep -c ': the same bytes;' "$work/here.lines")
written=$(grep -c '^good-.*: the same bytes; *$' "$work/here.lines")
total=$(wc -l <"$work/here.lines")
echo "# $total tables, $same of them give the same bytes again"
[ "$written" -eq 2 ] && [ "$total" -ge 206 ] && [ "$same" -ge 200 ] && echo 'ok 1 - this machine' || echo 'not ok 1 - this machine'
# same NUMBER NAME: the lines of that machine are those of this one
same()
{
    if cmp -s "$work/here.lines" "$work/$2.lines"; then echo "ok $1 - $3"; else
        diff "$work/here.lines" "$work/$2.lines" | head -4 | cut -c1-200 | sed 's/^/# /'
        echo "not ok $1 - $3"
    fi
}
# A kernel without 32-bit programs runs them under qemu, as it does those of another processor.
echo 'int main(void) { return 0; }' >"$work/empty.c"
runner=
gcc -m32 -o "$work/empty" "$work/empty.c" 2>"$work/log" && { "$work/empty" 2>"$work/log" || runner=qemu-i386-static; }
if [ -e "$work/empty" ] && $runner "$work/empty" 2>"$work/log"; then
    build narrow gcc -m32 && look narrow $runner
    same 2 narrow '32 bits'
else
    echo 'ok 2 - 32 bits # SKIP gcc -m32 makes no program that runs: lib32gcc-12-dev and libc6-dev-i386, or qemu-user-static'
fi
cross=s390x-linux-gnu-gcc
if command -v $cross >/dev/null && command -v qemu-s390x-static >/dev/null; then
    build big $cross -static && look big qemu-s390x-static
    same 3 big 'big-endian'
    printf '\1\0' >"$work/one"
    echo '#include <stdio.h>
int main(void) { unsigned short v = 0; return fread(&v, 2, 1, stdin) != 1 || v != 256; }' >"$work/order.c"
    if $cross -static -o "$work/order" "$work/order.c" && qemu-s390x-static "$work/order" <"$work/one"; then
        echo 'ok 4 - it is big-endian'
    else
        echo 'not ok 4 - it is big-endian'
    fi
else
    echo "ok 3 - big-endian # SKIP $cross or qemu-s390x-static is not installed"
    echo 'ok 4 - it is big-endian # SKIP'
fi
