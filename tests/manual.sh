#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual pages are sound mdoc; options and commands of the programs and functions of the library are those that the
# pages have.
command -v mandoc >/dev/null || { echo '1..0 # SKIP mandoc is not installed'; exit 0; }
src=${srcdir:?}/src
echo 1..5
# check NUMBER NAME COMPLAINTS: fails when there are any
check()
{
    if [ -z "$3" ]; then echo "ok $1 - $2"; else
        echo "$3" | sed 's/^/# /'
        echo "not ok $1 - $2"
    fi
}
check 1 'the pages are sound' "$(mandoc -Tlint -Wwarning "$src"/*.8 "$src"/*/*.[13])"
# differences PROGRAM PAGE: options that one of them has and the other has not
differences()
{
    "$1" --help | grep -oE -- '--[a-z0-9-]+' | sort -u >manual.program
    grep -oE 'Fl Fl [a-z0-9-]+' "$2" | sed 's/Fl Fl /--/' | sort -u >manual.page
    comm -3 manual.program manual.page
    rm -f manual.program manual.page
}
check 2 'the options of the daemon are those of its page' "$(differences "$MPTABLED" "$src/mptabled.8")"
check 3 'the options of the tool are those of its page' "$(differences "$MPTABLECTL" "$src/cli/mptablectl.1")"
check 4 'every command of the tool is in its page' "$(
    "$MPTABLECTL" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r command; do
        grep -q "^\.It Cm $command\>" "$src/cli/mptablectl.1" || echo "$command"
    done)"
check 5 'every function of the library is in a page' "$(
    for function in $(grep -oE '\<mpt_[a-z_]+\(' "$src/mptable/mptable.h" | tr -d '(' | sort -u); do
        cat "$src"/mptable/*.3 | grep -q "^\.Nm $function\>" || echo "$function"
    done)"
