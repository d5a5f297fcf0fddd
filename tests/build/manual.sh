#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual pages are sound mdoc; options and commands of the programs and functions of the libraries are those that the
# pages have.
command -v mandoc >/dev/null || { echo '1..0 # SKIP mandoc is not installed'; exit 0; }
src=${srcdir:?}/src
echo 1..7
# check NUMBER NAME COMPLAINTS: fails when there are any
check()
{
    if [ -z "$3" ]; then echo "ok $1 - $2"; else
        echo "$3" | sed 's/^/# /'
        echo "not ok $1 - $2"
    fi
}
check 1 'the pages are sound' "$(mandoc -Tlint -Wwarning "$src"/*.8 "$src"/*/*.[137] src/mptable/mptable-rules.7 "$(
    ls src/text/mptable.5 2>/dev/null || echo "$src/text/mptable.5")")"
# commands of the tool
commands()
{
    "$MPTABLECTL" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}
# help PROGRAM: its help, and that of each command
help()
{
    "$1" --help
    [ "$1" = "$MPTABLED" ] || for command in $(commands); do "$1" help "$command"; done
}
# differences PROGRAM PAGE: options, with what their arguments are called, that one of them has and the other has not
differences()
{
    help "$1" | sed -nE 's/^  (-., )?(--[a-z0-9-]+)( ([A-Za-z]+)[^ ]*)?( .*)?$/\2 \4/p' | tr '[:upper:]' '[:lower:]' |
        sort -u >manual.program
    grep '^\.It' "$2" | grep -oE 'Fl Fl [a-z0-9-]+( Ar [a-z]+)?' | sed -E 's/Fl Fl ([a-z0-9-]+)( Ar )?/--\1 /' |
        sort -u >manual.page
    comm -3 manual.program manual.page
    grep -oE 'Fl Fl [a-z0-9-]+' "$2" | sed 's/Fl Fl /--/' | sort -u >manual.page
    cut -d' ' -f1 manual.program | comm -13 - manual.page
    rm -f manual.program manual.page
}
# numbers PROGRAM PAGE: ranges and defaults that the help has and the page has not
numbers()
{
    "$1" --help | grep -oE '\([0-9][^)]*\)' | grep -oE '[0-9]+' | sort -u | while read -r number; do
        grep -qw -- "$number" "$2" || echo "$number"
    done
}
check 2 'the options of the daemon are those of its page' "$(differences "$MPTABLED" "$src/mptabled.8")"
check 3 'the options of the tool are those of its page' "$(differences "$MPTABLECTL" "$src/cli/mptablectl.1")"
commands | sort >manual.program
check 4 'the commands of the tool are those of its page, in the synopsis and below' "$(
    page=$src/cli/mptablectl.1
    sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Cm \([a-z]*\)$/\1/p' "$page" | sort | comm -3 manual.program -
    sed -n 's/^\.It Cm \([a-z]*\)\( Op\)\{0,1\}\( Fl Fl\)\{0,1\}\( Ar [a-z]*\)*\( \.\.\.\)\{0,1\}$/\1/p' "$page" | sort | comm -3 manual.program -)"
rm -f manual.program
check 5 'every function of the libraries is in a page' "$(
    for function in $(cat "$src/mptable/mptable.h" "$src/machine/mptmachine.h" | grep -oE '\<mptm?_[a-z_]+\(' |
        tr -d '(' | sort -u); do
        cat "$src"/*/*.3 | grep -q "^\.Nm $function\>" || echo "$function"
    done)"
check 6 'help fits a terminal, and the page of the daemon has its ranges and defaults' "$(
    help "$MPTABLED" | grep -E '.{81}'
    help "$MPTABLECTL" | grep -E '.{81}'
    numbers "$MPTABLED" "$src/mptabled.8")"
# Rules, and for each its parts and members, its consumers, effects and how they are known: of the tool, and of the page
"$MPTABLECTL" rules | while read -r id _; do
    echo "$id"
    "$MPTABLECTL" rules "$id" | awk -v id="$id" '/^[^ ]/ { getline; sub(/:.*/, ""); print id, "in", $1, $2 }
        /^    / && ($3 == "run" || $3 == "source") { print id, $1, $2, $3 }'
done | sort -u >manual.program
awk '/^\.It Sy/ { id = $3; print id; print id, "in", $5, $7 }
    id != "" && /^\.It Cm/ {
        effect = $3
        getline
        gsub(/ \([^)]*\)/, "")
        count = split($0, names, ", ")
        for (i = 1; i <= count; i++)
            print id, names[i], effect, sub(/\*$/, "", names[i]) ? "run" : "source"
    }' src/mptable/mptable-rules.7 | sed 's/\* / /' | sort -u >manual.page
check 7 'the page of the rules has each rule, member, consumer and effect' "$(
    [ "$(wc -l <manual.page)" -gt 500 ] || echo 'the page has hardly any'
    comm -3 manual.program manual.page)"
rm -f manual.program manual.page
