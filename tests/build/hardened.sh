#!/bin/sh
# SPDX-License-Identifier: ISC
# What the programs and the library were built with, read from the built files: a flag that configure loses is no warning
# anywhere. Each check is also asked about a program that was built without, and must notice.
nm ./mptabled | grep -q __asan_init && { echo '1..0 # SKIP the sanitizers take the place of hardening'; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
ok()
{
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
pie() { readelf -dW "$1" | grep -q 'FLAGS_1.*PIE'; }
relro() { readelf -lW "$1" | grep -q GNU_RELRO; }
now() { readelf -dW "$1" | grep -q 'FLAGS.*NOW'; }
no_executable_stack() { readelf -lW "$1" | grep 'GNU_STACK' | grep -q 'RW '; }
stack_protector() { readelf -W --dyn-syms "$1" | grep -q __stack_chk_fail; }
fortify() { readelf -W --dyn-syms "$1" | grep -v __stack_chk_fail | grep -q '_chk@'; }
# A page of stack is touched before the next one is taken.
# shellcheck disable=SC2016 # $0x0 is an operand
stack_clash_protection() { objdump -d "$1" | grep -qE 'or[bql] +\$0x0,(0x[0-9a-f]+)?\(%rsp'; }
checks='relro now no_executable_stack stack_protector fortify'
case $(uname -m) in
x86_64) checks="$checks stack_clash_protection" ;;
esac
for file in ./mptabled ./mptablectl; do
    for check in pie $checks; do
        $check $file
        ok $? "$file: $check"
    done
done
# The core calls nothing that could be fortified.
for check in relro now no_executable_stack; do
    $check .libs/libmptable.so
    ok $? "libmptable.so: $check"
done
cat >"$work/plain.c" <<'END'
#include <stdio.h>
int main(int argc, char **argv)
{
    char text[20000];
    sprintf(text, "%s", argv[argc - 1]);
    return text[0];
}
END
${CC:-cc} -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0 -fno-stack-protector -fno-stack-clash-protection -no-pie -z norelro -z lazy \
    -z execstack -o "$work/plain" "$work/plain.c" 2>"$work/log"
ok $? 'a program without any of it is built'
for check in pie $checks; do
    ! $check "$work/plain"
    ok $? "and $check is missed there"
done
# What the compiler has is used: level 3 of fortify where it takes that without a warning, unless the user's flags say.
grep -q '^C[A-Z]*FLAGS = .*_FORTIFY_SOURCE' Makefile && { echo "1..$n"; exit 0; }
level=2
printf '#include <string.h>\n' >"$work/three.c"
${CC:-cc} -O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -c -o "$work/three.o" "$work/three.c" 2>/dev/null && level=3
grep -q "^OUR_CFLAGS = .*-D_FORTIFY_SOURCE=$level" Makefile
ok $? "fortify at level $level"
echo "1..$n"
