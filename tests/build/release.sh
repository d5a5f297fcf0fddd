#!/bin/sh
# SPDX-License-Identifier: ISC
# The programs name the version of configure.ac, and make dist refuses a checkout in which another text names another version,
# or a manual page is older than its last change.
echo 1..6
srcdir=${srcdir:?}
version=$(sed -n 's/^AC_INIT(.*, \[\(.*\)\])$/\1/p' "$srcdir/configure.ac")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; sed 's/^/# /' "$work/log"; fi
}
{ "$MPTABLED" --version && "$MPTABLECTL" --version; } >"$work/log"
[ "$(cat "$work/log")" = "mptabled $version
mptablectl $version" ]
ok $? '1 - the programs name the version of configure.ac'
if ! git -C "$srcdir" rev-parse HEAD >/dev/null 2>&1 || [ ! -e "$srcdir/.git" ]; then
    for n in 2 3 4 5 6; do echo "ok $n - what lags behind a release # SKIP this is no checkout that git reads"; done
    exit
fi
"$srcdir/systemd/debian/release" check "$version" >"$work/log" 2>&1
ok $? '2 - nothing lags in this checkout'

# A checkout of its own, whose one commit was made on the day of all its pages
mkdir "$work/tree"
(cd "$srcdir" && tar -cf - systemd/debian src api/openapi.yaml) | tar -xf - -C "$work/tree"
cd "$work/tree" || exit 1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
commit()
{
    git add -A && git -c commit.gpgsign=false commit -q -m change --date "$1T12:00:00"
}
find src -type f -exec sed -i "s/\.Dd [A-Z][a-z]* [0-9]*, 2[0-9]*/.Dd January 2, 2020/" {} +
{ git init -q . && commit 2020-01-02 && systemd/debian/release check "$version"; } >"$work/log" 2>&1
ok $? '3 - nor where each page was last changed on its day'
sed -i 's/^#define MPT_VERSION .*/#define MPT_VERSION "9.9.9"/' src/mptable/mptable.h
# told STATUS TEXT: what check ends with and prints
told()
{
    systemd/debian/release check "$version" >"$work/log" 2>&1
    [ $? -eq "$1" ] && [ "$(cat "$work/log")" = "$2" ]
}
told 1 "src/mptable/mptable.h: the release is $version, and this names 9.9.9"
ok $? '4 - a header of another version is named'
git checkout -q .
echo '.\" a later word' >>src/mptabled.8
commit 2020-01-03
told 1 'src/mptabled.8: changed on 2020-01-03, and its .Dd says 2020-01-02'
ok $? '5 - so is a page that was changed after its date'
sed -i 's/^\.Dd .*/.Dd January 3, 2020/' src/mptabled.8
commit 2020-01-03
told 0 ''
ok $? '6 - until it has the new date'
