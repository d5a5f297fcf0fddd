#!/bin/sh
# SPDX-License-Identifier: ISC
# The units as systemd judges them: sound, and open to as little as can be. Its verify exits 0 over keys that it does
# not know, so it must not say a word either.
command -v systemd-analyze >/dev/null || { echo '1..0 # SKIP systemd is not installed'; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
echo 1..5
# The unit as it is built but for the daemon's place, which is not installed yet. systemd wants to find no link there.
cp "${srcdir:?}/systemd/mptabled.socket" "$work"
sed "s|@sbindir@/mptabled|$(realpath "${MPTABLED:?}")|" "$srcdir/systemd/mptabled.service.in" >"$work/mptabled.service"
cd "$work" || exit 1
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else
        sed 's/^/# /' "$work/output"
        echo "not ok $2"
    fi
}
systemd-analyze verify --man=no ./mptabled.socket ./mptabled.service >output 2>&1
status=$?
[ ! -s output ] || status=1
ok $status '1 - the units are sound, without a word'
echo 'Nonsense=yes' >>mptabled.service
systemd-analyze verify --man=no ./mptabled.service >output 2>&1
[ -s output ]
ok $? '2 - and a key that is unknown would be told'
sed -i '$d' mptabled.service
# --threshold is in tenths: 0.2
systemd-analyze security --offline=true --threshold=2 --no-pager ./mptabled.service >output 2>&1
status=$?
grep -o 'Overall exposure.*[0-9]' output | sed 's/^/# /'
ok $status '3 - exposure is at most 0.2'
sed -i '/^PrivateNetwork/d' mptabled.service
! systemd-analyze security --offline=true --threshold=2 --no-pager ./mptabled.service >output 2>&1
ok $? '4 - and would be more without one of its walls'
grep -qx 'g mptabled-client -' "$srcdir/systemd/mptabled.sysusers" && grep -qx 'SocketGroup=mptabled-client' mptabled.socket \
    >output 2>&1
ok $? '5 - the socket is for a group that is made'
