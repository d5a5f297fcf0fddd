#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual pages are sound mdoc; every option that the daemon knows and every function of the library is in one.
command -v mandoc >/dev/null || { echo '1..0 # SKIP mandoc is not installed'; exit 0; }
src=${srcdir:?}/src
echo 1..3
# check NUMBER NAME COMPLAINTS: fails when there are any
check()
{
    if [ -z "$3" ]; then echo "ok $1 - $2"; else
        echo "$3" | sed 's/^/# /'
        echo "not ok $1 - $2"
    fi
}
check 1 'the pages are sound' "$(mandoc -Tlint -Wwarning "$src"/*.8 "$src"/*/*.[13])"
check 2 'every option of the daemon is in its page' "$(
    for option in $("$MPTABLED" --help | grep -oE -- '--[a-z-]+' | sort -u); do
        grep -q "Fl Fl ${option#--}\>" "$src/mptabled.8" || echo "$option"
    done)"
check 3 'every function of the library is in a page' "$(
    for function in $(grep -oE '\<mpt_[a-z_]+\(' "$src/mptable/mptable.h" | tr -d '(' | sort -u); do
        cat "$src"/mptable/*.3 | grep -q "^\.Nm $function\>" || echo "$function"
    done)"
