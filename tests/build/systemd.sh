#!/bin/sh
# SPDX-License-Identifier: ISC
# The units as systemd judges them: sound, and open to as little as can be. Its verify exits 0 over keys that it does
# not know, so it must not print anything either.
command -v systemd-analyze >/dev/null || { echo '1..0 # SKIP systemd is not installed'; exit 0; }
work=$(mktemp -d) || exit 1
finish()
{
    if [ -s "$work/pid" ]; then kill "$(cat "$work/pid")" 2>/dev/null; fi
    rm -rf "$work"
}
trap finish EXIT
echo 1..6
# The unit as it is built but for the daemon's place, which is not installed yet. systemd wants to find no link there.
cp "${srcdir:?}/systemd/mptabled.socket" "$srcdir/systemd/mptabled-metrics.socket" "$work"
sed "s|@sbindir@/mptabled|$(realpath "${MPTABLED:?}")|" "$srcdir/systemd/mptabled.service.in" >"$work/mptabled.service"
cd "$work" || exit 1
ok()
{
    if [ "$1" -eq 0 ]; then echo "ok $2"; else
        sed 's/^/# /' "$work/output"
        echo "not ok $2"
    fi
}
systemd-analyze verify --man=no ./mptabled.socket ./mptabled-metrics.socket ./mptabled.service >output 2>&1
status=$?
[ ! -s output ] || status=1
ok $status '1 - the units are sound, and nothing is printed'
echo 'Nonsense=yes' >>mptabled.service
systemd-analyze verify --man=no ./mptabled.service >output 2>&1
[ -s output ]
ok $? '2 - and a key that is unknown would be told'
sed -i '$d' mptabled.service
# --threshold is in tenths: 0.4, of which 0.2 are for users that are not hidden (PrivateUsers)
systemd-analyze security --offline=true --threshold=4 --no-pager ./mptabled.service >output 2>&1
status=$?
grep -o 'Overall exposure.*[0-9]' output | sed 's/^/# /'
ok $status '3 - exposure is at most 0.4'
sed -i '/^PrivateNetwork/d' mptabled.service
! systemd-analyze security --offline=true --threshold=4 --no-pager ./mptabled.service >output 2>&1
ok $? '4 - and would be more without one of its walls'
grep -qx 'g mptabled-client -' "$srcdir/systemd/mptabled.sysusers" && grep -qx 'SocketGroup=mptabled-client' mptabled.socket \
    >output 2>&1
ok $? '5 - the socket is for a group that is made'

# The calls that it makes from key creation to its end, against the filter of the unit
name='6 - the unit lets every system call through that is made'
if ! strace -o output true 2>/dev/null; then
    echo "ok $name # SKIP strace is not installed, or not allowed to trace"
    exit 0
fi
names()
{
    systemd-analyze syscall-filter "$1" | sed 1d | while read -r word _; do
        case $word in
        '#'*) ;;
        @*) names "$word" ;;
        *) echo "$word" ;;
        esac
    done
}
filter=$(sed -n 's/^SystemCallFilter=//p' "$srcdir/systemd/mptabled.service.in" | tr '\n' ' ')
for set in ${filter%%~*}; do names "$set"; done | sort -u >allowed
for set in ${filter#*~}; do names "$set"; done | sort -u >denied
# shellcheck disable=SC2016
STATE_DIRECTORY=$work timeout 60 strace -f -qq -e signal=none -o trace sh -c 'echo $$ >pid; exec "$MPTABLED" --listen "unix:$0/s"' \
    "$work" 2>log &
tracer=$!
ask()
{
    curl -s --retry 50 --retry-delay 0 --retry-all-errors --unix-socket s "http://localhost$1" >/dev/null
}
until [ -S s ] || ! kill -0 "$tracer" 2>/dev/null; do sleep 0.1; done
ask '/v1/images?cpus=4' && ask /v1/keys && kill -HUP "$(cat pid)" && ask /metrics && ask '/v1/images?cpus=0'
kill -TERM "$(cat pid)"
wait "$tracer"
: >pid
# What the shell did before it became the daemon is not looked at.
sed -e '1,/execve(.*mptabled"/d' trace | sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' | sort -u >used
{ comm -23 used allowed && comm -12 used denied; } >output
echo "# $(wc -l <used) different calls, $(wc -l <allowed) allowed, $(wc -l <denied) of them denied again"
[ "$(wc -l <used)" -gt 30 ] && grep -qx accept4 used && grep -qx linkat used && [ -s denied ] && [ ! -s output ]
ok $? "$name"
