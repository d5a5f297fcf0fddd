#!/bin/sh
# SPDX-License-Identifier: ISC
# Instructions of one mpt_encode and one mpt_check, as the difference of two numbers of calls under callgrind: counts,
# not times. The last rows are tables as long as can be: what judging them costs grows as their entries do.
command -v valgrind >/dev/null || { echo '1..0 # SKIP valgrind is not installed'; exit 0; }
nm ./tests/encode_loop | grep -q __asan_init && { echo '1..0 # SKIP sanitizers add instructions of their own'; exit 0; }
count()
{
    program=./tests/$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
echo 1..8
n=0
while read -r name calls size bound kind; do
    n=$((n + 1))
    # shellcheck disable=SC2086 # kind may be no argument at all
    per_call=$((($(count "$name" $((3 * calls)) "$size" $kind) - $(count "$name" "$calls" "$size" $kind)) / (2 * calls)))
    verdict='not ok'
    [ "$per_call" -gt 0 ] && [ "$per_call" -le "$bound" ] && verdict=ok
    echo "$verdict $n - $name, ${kind:-CPUs}, $size of them: $per_call instructions (at most $bound)"
done <<EOF
encode_loop 10 4 1500
encode_loop 10 254 8000
check_loop 10 4 40000
check_loop 10 254 250000
check_loop 1 1024 1500000 scattered
check_loop 1 8186 12000000 scattered
check_loop 1 8186 12000000 equal
check_loop 1 8186 12000000 ioapics
EOF
