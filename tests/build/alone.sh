#!/bin/sh
# SPDX-License-Identifier: ISC
# The library without the rest: its folder in another program's tree, and what configure builds where no other library is.
echo 1..4
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; sed 's/^/# /' "$work/log"; fi
}
cp -r "$srcdir/src/mptable" "$work/mptable"
cat >"$work/main.c" <<'EOF2'
#include "mptable/mptable.h"
int main(void)
{
    return mpt_version()[0] == '\0';
}
EOF2
(cd "$work" && ${CC:-cc} -o main main.c mptable/*.c && ./main) >"$work/log" 2>&1
ok $? '1 - src/mptable alone: one line of the compiler builds it into a program'

if [ -f "$srcdir/config.status" ]; then
    for n in 2 3 4; do echo "ok $n - the library configured alone # SKIP the source folder is configured itself"; done
    exit
fi
mkdir "$work/build"
(cd "$work/build" && "$srcdir/configure" -q --disable-daemon --disable-tool --prefix=/usr PKG_CONFIG=false && make -s) >"$work/log" 2>&1
ok $? '2 - --disable-daemon --disable-tool builds where pkg-config finds no library at all'
make -s -C "$work/build" install DESTDIR="$work/root" >"$work/log" 2>&1 &&
    [ -f "$work/root/usr/include/mptable.h" ] && [ ! -e "$work/root/usr/bin" ] && [ ! -e "$work/root/usr/sbin" ]
ok $? '3 - and installs the header, and no program'
make -s -C "$work/build" uninstall DESTDIR="$work/root" >"$work/log" 2>&1
find "$work/root" ! -type d >"$work/log"
[ ! -s "$work/log" ]
ok $? '4 - make uninstall leaves no file behind'
