#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual pages are sound mdoc, and every option that the program knows is in them.
command -v mandoc >/dev/null || { echo '1..0 # SKIP mandoc is not installed'; exit 0; }
page=${srcdir:?}/src/mptabled.8
echo 1..2
if complaints=$(mandoc -Tlint -Wwarning "$page"); then echo 'ok 1 - mptabled.8 is sound'; else
    echo "$complaints" | sed 's/^/# /'
    echo 'not ok 1 - mptabled.8 is sound'
fi
missing=
for option in $("$MPTABLED" --help | grep -oE -- '--[a-z-]+' | sort -u); do
    grep -q "Fl Fl ${option#--}\>" "$page" || missing="$missing $option"
done
echo "# not in the page:${missing:- none}"
[ -z "$missing" ] && echo 'ok 2 - every option is in the page' || echo 'not ok 2 - every option is in the page'
