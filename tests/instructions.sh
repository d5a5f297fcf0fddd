#!/bin/sh
# SPDX-License-Identifier: ISC
# Instructions of one call, as the difference of 10 and 30 calls under callgrind: counts, not times.
command -v valgrind >/dev/null || { echo '1..0 # SKIP valgrind is not installed'; exit 0; }
nm ./tests/encode_loop | grep -q __asan_init && { echo '1..0 # SKIP sanitizers add instructions of their own'; exit 0; }
# total CALLS PROGRAM ARGUMENT, per_call PROGRAM ARGUMENT
total()
{
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "./tests/$2" "$1" "$3" 2>&1 | awk '/Collected/ { print $4 }'
}
per_call()
{
    echo $((($(total 30 "$@") - $(total 10 "$@")) / 20))
}
# check NAME COUNT BOUND
check()
{
    n=$((n + 1))
    verdict='not ok'
    [ "$2" -gt 0 ] && [ "$2" -le "$3" ] && verdict=ok
    echo "$verdict $n - $1 takes $2 instructions (at most $3)"
}
echo 1..3
n=0
check 'encoding 4 CPUs' "$(per_call encode_loop 4)" 1500
check 'encoding 254 CPUs' "$(per_call encode_loop 254)" 8000
cjson=$(per_call request_loop cjson)
check "reading 254 processors (cJSON: $cjson)" "$(per_call request_loop request)" $((cjson * 3 / 4))
