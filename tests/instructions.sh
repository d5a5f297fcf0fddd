#!/bin/sh
# SPDX-License-Identifier: ISC
# Instructions of one mpt_encode, as the difference of 10 and 30 calls under callgrind: counts, not times.
command -v valgrind >/dev/null || { echo '1..0 # SKIP valgrind is not installed'; exit 0; }
nm ./tests/encode_loop | grep -q __asan_init && { echo '1..0 # SKIP sanitizers add instructions of their own'; exit 0; }
count()
{
    valgrind --tool=callgrind --callgrind-out-file=/dev/null ./tests/encode_loop "$1" "$2" 2>&1 |
        awk '/Collected/ { print $4 }'
}
echo 1..2
n=0
while read -r cpus bound; do
    n=$((n + 1))
    per_call=$((($(count 30 "$cpus") - $(count 10 "$cpus")) / 20))
    verdict='not ok'
    [ "$per_call" -gt 0 ] && [ "$per_call" -le "$bound" ] && verdict=ok
    echo "$verdict $n - encoding $cpus CPUs takes $per_call instructions (at most $bound)"
done <<EOF
4 1500
254 8000
EOF
