#!/bin/sh
# SPDX-License-Identifier: ISC
# verify.sh PUBLIC_KEY IMAGE SIGNATURE ADDRESS CONTEXT NONCE
#
# Verifies an image of mptabled before it is written into guest memory, with minisign. ADDRESS is where the image's first byte
# will be written, as 0x and lower-case digits; CONTEXT and NONCE are what was asked for, or "-" where nothing was. Prints the
# claims and ends with 0, or says what is wrong and ends with 1. Give it a copy that nobody else can change.
set -eu
[ $# -eq 6 ] || { sed -n '3,7s/^# \{0,1\}//p' "$0" >&2 && exit 1; }
image=$2 address=$4 context=$5 nonce=$6
skew=60 # seconds by which the clocks of signer and verifier may differ

refuse()
{
    echo "verify.sh: $1" >&2
    exit 1
}
# claim NAME: its value in the comment
claim()
{
    printf '%s\n' "$comment" | tr ' ' '\n' | sed -n "s/^$1=//p" | head -n 1
}

# -H insists on the kind of signature that binds the comment; -Q prints the comment alone.
comment=$(minisign -VHQm "$image" -x "$3" -p "$1") || refuse 'the signature does not verify'
[ "${comment%% *}" = mptabled/1 ] || refuse 'the signature claims nothing about an image'
[ "$(claim sha256)" = "$(sha256sum <"$image" | cut -d ' ' -f 1)" ] || refuse 'signed for other bytes'
[ "$(($(claim size | tr , +)))" -eq "$(wc -c <"$image")" ] || refuse 'signed for another size'
[ "$(claim load | cut -d , -f 1)" = "$address" ] || refuse 'signed for another address'
[ "$(claim ctx)" = "$context" ] || refuse 'signed for another context'
[ "$(claim nonce)" = "$nonce" ] || refuse 'signed for another request'
issued=$(claim iat) expires=$(claim exp) now=$(date +%s)
[ "$issued" = - ] || [ "$issued" -le $((now + skew)) ] || refuse 'signed in the future'
[ "$expires" = - ] || [ "$expires" -gt $((now - skew)) ] || refuse 'expired'
echo "$comment"
