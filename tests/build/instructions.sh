#!/bin/sh
# SPDX-License-Identifier: ISC
# Instructions of one mpt_encode, mpt_check and request_parse, as the difference of two numbers of calls under callgrind:
# counts, not times. A request may take three quarters of what cJSON takes for its text alone. Bounds are
# what was measured and some 15 percent, for other compilers. A check asks the search of each consumer, and each window is
# looked at once for all of them: a quarter of its work for 4 CPUs. The rows of 1024 and more are tables as long as can
# be: what judging them costs grows as their entries do.
command -v valgrind >/dev/null || { echo '1..0 # SKIP valgrind is not installed'; exit 0; }
nm ./tests/programs/encode_loop | grep -q __asan_init && { echo '1..0 # SKIP sanitizers add instructions of their own'; exit 0; }
count()
{
    program=./tests/programs/$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
# per_call PROGRAM CALLS SIZE [KIND]
per_call()
{
    name=$1 calls=$2
    shift 2
    echo $((($(count "$name" $((3 * calls)) "$@") - $(count "$name" "$calls" "$@")) / (2 * calls)))
}
cjson=$(per_call request_loop 10 254 cjson)
echo 1..9
n=0
while read -r name calls size bound kind; do
    n=$((n + 1))
    # shellcheck disable=SC2086 # kind may be no argument at all
    instructions=$(per_call "$name" "$calls" "$size" $kind)
    verdict='not ok'
    [ "$instructions" -gt 0 ] && [ "$instructions" -le "$bound" ] && verdict=ok
    echo "$verdict $n - $name, ${kind:-CPUs}, $size of them: $instructions instructions (at most $bound)"
done <<EOF
encode_loop 10 4 1050
encode_loop 10 254 6200
check_loop 10 4 17500
check_loop 10 254 72000
check_loop 1 1024 760000 scattered
check_loop 1 8186 6000000 scattered
check_loop 1 8186 6200000 equal
check_loop 1 8186 2900000 ioapics
request_loop 10 254 $((cjson * 3 / 4)) request
EOF
