#!/bin/sh
# SPDX-License-Identifier: ISC
# The core needs nothing but mem* from outside: no allocation, no I/O, no state that is written. What reads requests
# allocates nothing and has no state either, so that it runs in any number of threads.
echo 1..5
srcdir=${srcdir:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; fi
}
status=0
for source in "$srcdir"/src/mptable/*.c "$srcdir"/src/madt/*.c; do
    ${CC:-cc} -std=c11 -O2 -ffreestanding -fno-pic -fno-pie -c "$source" -o "$work/$(basename "$source" .c).o" || status=1
done
ok $status '1 - compiles freestanding'
ld -r -o "$work/all" "$work"/*.o
wanted=$(nm -u "$work/all" | awk '{ print $2 }' | grep -vE '^(memcpy|memset|memcmp|memmove)$')
echo "# wanted from outside: $(nm -u "$work/all" | awk '{ print $2 }' | tr '\n' ' ')"
[ -z "$wanted" ]
ok $? "2 - needs only mem*"
written=$(nm "$work/all" | grep -E ' [BbDdCc] ' | grep -v ' d \.')
echo "# writable data: ${written:-none}"
[ -z "$written" ]
ok $? "3 - has no writable data"
mkdir "$work/rooms"
for name in json/check json/read text/members text/value text/request topo/topology topo/complete topo/profiles topo/fill topo/place; do
    ${CC:-cc} -std=c11 -O2 -fno-pic -fno-pie -c "$srcdir/src/$name.c" -o "$work/rooms/$(basename $name).o"
done
ld -r -o "$work/reading" "$work"/rooms/*.o "$work/all"
wanted=$(nm -u "$work/reading" | awk '{ print $2 }' | grep -E '^(cJSON_|malloc|calloc|realloc|strdup|free)')
echo "# wanted from outside: $(nm -u "$work/reading" | awk '{ print $2 }' | tr '\n' ' ')"
[ -z "$wanted" ]
ok $? "4 - reading a request allocates nothing and asks no parser"
written=$(nm "$work/reading" | grep -E ' [BbDdCc] ' | grep -v ' d \.')
echo "# writable data: ${written:-none}"
[ -s "$work/reading" ] && [ -z "$written" ]
ok $? "5 - and writes no data that threads share"
