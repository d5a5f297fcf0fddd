#!/bin/sh
# SPDX-License-Identifier: ISC
# What other programs get: the installed library, shared and static, through pkg-config, and a program that uses it. And all
# that is installed: below DESTDIR alone, and gone again.
nm ./tests/programs/encode_loop | grep -q __asan_init && { echo '1..0 # SKIP the sanitizers are no part of an installed library'; exit 0; }
echo 1..14
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; sed 's/^/# /' "$work/log"; fi
}
make -s install-libLTLIBRARIES install-includeHEADERS install-pkgconfigDATA DESTDIR="$work" >"$work/log" 2>&1
ok $? '1 - library, header and pkg-config file are installed'

pc=$(find "$work" -name libmptable.pc)
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$work"
libdir=${pc%/pkgconfig/*}
shown=$(nm -D --defined-only "$libdir/libmptable.so" | awk '{ print $3 }' | LC_ALL=C sort)
soname=$(readelf -d "$libdir/libmptable.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
printf '%s\n' "$soname" "$shown" >"$work/abi"
diff "$srcdir/src/mptable/libmptable.abi" "$work/abi" >"$work/log"
ok $? '2 - the shared library has the soname and shows the symbols of libmptable.abi'

# good-kvm-2.hex is written by hand from the specification.
sed 's/#.*//' "$srcdir/tests/vectors/good-kvm-2.hex" | xxd -r -p >"$work/expected"
same_image()
{
    tail -c +$((0x9fc00 + 1)) "$1" | head -c "$(wc -c <"$work/expected")" | cmp -s - "$work/expected"
}
# shellcheck disable=SC2046 # flags are words
${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$work/monitor" "$srcdir/tests/programs/memory.c" \
    $(pkg-config --cflags --libs libmptable) >"$work/log" 2>&1
ok $? '3 - a program that fills guest memory builds with the flags of pkg-config'
LD_LIBRARY_PATH="$libdir" "$work/monitor" 2 "$work/memory" && same_image "$work/memory"
ok $? '4 - and puts the hand-written table into guest memory'
# shellcheck disable=SC2046
${CC:-cc} -std=c11 -D_GNU_SOURCE -o "$work/static" "$srcdir/tests/programs/memory.c" $(pkg-config --cflags libmptable) \
    "$libdir/libmptable.a" >"$work/log" 2>&1 && "$work/static" 2 "$work/memory.static" && same_image "$work/memory.static"
ok $? '5 - the static library does the same'
version=$(pkg-config --modversion libmptable)
cat >"$work/a.cc" <<'EOF'
#include <cstdio>
#include <mptable.h>
int main()
{
    mpt_table t = {};
    std::printf("%s %s %d.%d.%d", mpt_version(), MPT_VERSION, MPT_VERSION_MAJOR, MPT_VERSION_MINOR, MPT_VERSION_PATCH);
    return static_cast<int>(mpt_entries(&t)) + mpt_flags(MPT_POLARITY_CONFORMS, MPT_TRIGGER_CONFORMS);
}
EOF
if command -v c++ >/dev/null; then
    # shellcheck disable=SC2046
    c++ -Wall -Wextra -Wconversion -Wold-style-cast -Werror -o "$work/cpp" "$work/a.cc" $(pkg-config --cflags --libs libmptable) >"$work/log" 2>&1
    ok $? '6 - the header is C++ too'
else
    echo 'ok 6 - the header is C++ too # SKIP no C++ compiler'
fi
sed 's/<cstdio>/<stdio.h>/; s/std:://; s/mpt_table/struct &/; s/= {}/= { 0 }/; s/static_cast<int>/(int)/; s/main()/main(void)/' \
    "$work/a.cc" >"$work/a.c"
# shellcheck disable=SC2046
${CC:-cc} -std=c11 -Wall -Wextra -Wconversion -Werror -o "$work/c" "$work/a.c" $(pkg-config --cflags --libs libmptable) \
    >"$work/log" 2>&1
ok $? '7 - and C without a warning'
said=$(LD_LIBRARY_PATH="$libdir" "$work/c")
echo "# $said"
[ "$said" = "$version $version $version" ]
ok $? '8 - library, header and pkg-config file name one version'

# The prefix is below a folder that is not there: a command without DESTDIR makes it. (One that has a path of its own, not from
# the prefix, fails when an ordinary user runs this.)
all=$work/all outside=$work/outside
prefix=$outside$(sed -n 's/^prefix = //p' Makefile)
make -s install DESTDIR="$all" prefix="$prefix" >"$work/log" 2>&1
ok $? '9 - make install DESTDIR=FOLDER'
find "$outside" >"$work/log" 2>/dev/null
[ ! -s "$work/log" ] && [ -d "$all$prefix" ]
ok $? '10 - nothing is written outside of the folder'
find "$all" -name 'lib*.so' | while read -r library; do
    name=${library##*/}
    PKG_CONFIG_PATH=${library%/*}/pkgconfig PKG_CONFIG_SYSROOT_DIR='' pkg-config --exists --print-errors "${name%.so}" || echo "$library"
done >"$work/log" 2>&1
[ ! -s "$work/log" ] && [ -n "$(find "$all" -name 'lib*.so')" ]
ok $? '11 - each library has its pkg-config file'
grep -rlF "$work" "$all" >"$work/log"
[ ! -s "$work/log" ]
ok $? '12 - no file names the folder, so that it can be moved into its place'
cp -R "$all$outside" "$outside"
find "$outside" >"$work/before"
make -s uninstall DESTDIR="$all" prefix="$prefix" >"$work/log" 2>&1
find "$all" ! -type d >"$work/log"
[ ! -s "$work/log" ]
ok $? '13 - make uninstall leaves no file behind'
find "$outside" | diff "$work/before" - >"$work/log"
ok $? '14 - and takes none away outside of the folder'
