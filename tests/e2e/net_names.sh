#!/bin/sh
# Names and where they lead, in a network of the test's own: a namespace with a public and a private
# address and a server for names, whose owner is not to be trusted. net_names.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
if [ "${NET_NAMES_INSIDE-}" = "" ]; then
	flags=-mn
	[ "$(id -u)" -eq 0 ] || flags=-rmn
	if ! unshare $flags true 2>/dev/null; then
		echo "skipped: this host gives no namespaces"
		echo "0 passed, 0 failed, 1 skipped"
		exit 0
	fi
	NET_NAMES_INSIDE=1 exec unshare $flags sh tests/e2e/net_names.sh "$@"
fi
cairn=$PWD/${1:-build}/cairn
work=$(mktemp -d)
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$work"' EXIT
. tests/e2e/checks.sh

ip link set lo up
for address in 203.0.113.5 192.168.7.1 169.254.169.254; do
	ip address add "$address/32" dev lo
done
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$work/resolv.conf"
printf 'hosts: files dns\n' >"$work/nsswitch.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf
mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
python3 tests/e2e/net_names.py "$work/ready" &
servers=$!
for _ in $(seq 600); do
	[ -e "$work/ready" ] && break
	sleep 0.1
done
net=$("$cairn" add build/tests/programs/net.wasm)

# run CODE OPTIONS ARGUMENTS
run() {
	ends "$1" "$cairn" run $2 "$net" $3
}

# ---- tcp ----

check "a name is connected to" run 0 --allow=tcp=public.test:7 "connect public.test 7"
check "where it leads" printed "at 203.0.113.5"
check "in any spelling" run 0 --allow=tcp=public.test:7 "connect PUBLIC.test. 7"
check "all addresses of a name are tried" run 0 --allow=tcp=second.test:7 "connect second.test 7"
check "until one answers" printed "at 203.0.113.5"
check "a name that leads to this host" run 1 --allow=tcp=evil.test:7 "connect evil.test 7"
check "is denied, though it is named exactly" printed "denied"
check "so is one that leads to a cloud's secrets" run 1 --allow=tcp=metadata.test:7 "connect metadata.test 7"
check "also under *" run 1 "--allow=tcp=*:*" "connect evil.test 7"
check "and without scopes" run 1 --allow=tcp "connect evil.test 7"
check "of several addresses the public ones are taken" run 0 --allow=tcp=mixed.test:7 "connect mixed.test 7"
check "and no other" printed "at 203.0.113.5"
check "a name inside needs its range" run 1 --allow=tcp=nas.test:7 "connect nas.test 7"
check "and with it" run 0 --allow=tcp=nas.test@192.168.0.0/16:7 "connect nas.test 7"
check "is connected to" printed "at 192.168.7.1"
check "the range is not for other names" \
	run 1 --allow=tcp=nas.test@192.168.0.0/16:7 "connect evil.test 7"
check "nor for addresses" run 1 --allow=tcp=nas.test@192.168.0.0/16:7 "connect 192.168.7.1 7"
rebound=0
denied=0
for _ in 1 2 3 4; do
	if run 0 --allow=tcp=rebind.test:7 "connect rebind.test 7"; then
		grep -q 'at 203.0.113.5' "$work/out" && rebound=$((rebound + 1))
	elif grep -q denied "$work/out"; then
		denied=$((denied + 1))
	fi
done
check "a name that leads elsewhere each time is followed when it leads outside" [ "$rebound" -gt 0 ]
check "and only then" [ "$((rebound + denied))" -eq 4 ]
check "a name that does not exist" run 1 "--allow=tcp=*:*" "connect nothing.test 7"
check "is not found" printed "name not found"
check "a server of names that says nothing" run 1 "--allow=tcp=*:*" "connect silent.test 7"
check "makes nobody wait for ever" printed "name not found"
check "one that talks rubbish" run 1 "--allow=tcp=*:*" "connect rubbish.test 7"
check "does no harm" printed "name not found"
check "who may connect to addresses asks for no names" \
	run 1 --allow=tcp=203.0.113.0/24:7 "connect public.test 7"
check "and connects" run 0 --allow=tcp=203.0.113.0/24:7 "connect 203.0.113.5 7"

# ---- udp ----

check "a datagram goes to a name" run 0 --allow=udp=public.test:7 "udp public.test 7"
check "and is answered" printed "you said hello"
check "not to where it must not lead" run 1 --allow=udp=evil.test:7 "udp evil.test 7"
check "which is denied" printed "denied"
check "nor to an address that is not covered" run 1 --allow=udp=public.test:7 "udp 203.0.113.5 7"

# ---- dns ----

check "a name has addresses" run 0 --allow=dns "resolve mixed.test"
check "all of which are told" [ "$(sort "$work/out" | tr '\n' ' ')" = "127.0.0.1 192.168.7.1 203.0.113.5 " ]
check "a name may have many" run 0 --allow=dns "resolve many.test"
check "of which some are told" [ "$(wc -l <"$work/out")" -eq 32 ]
check "no such name" run 1 --allow=dns "resolve nothing.test"
check "is not found" printed "not found"
check "a name without addresses" run 1 --allow=dns "resolve short.test"
check "has no data" printed "no data"
check "a silent server" run 1 --allow=dns "resolve silent.test"
check "is unavailable" printed "unavailable"
check "texts are told" run 0 --allow=dns "text public.test"
printf 'v=one two\njoined from parts\n\377\0 bytes\n' >"$work/texts"
check "as they are" cmp "$work/texts" "$work/out"
check "long ones too" run 0 --allow=dns "text long.test"
check "in full" [ "$(wc -c <"$work/out")" -eq 10201 ]
check "no texts" run 1 --allow=dns "text nas.test"
check "are no data" printed "no data"
check "an address has a name" run 0 --allow=dns "reverse 203.0.113.5"
check "which is told" printed "public.test"
check "one that is none" run 1 --allow=dns "reverse 203.0.113.6"
check "is not believed" printed "not found"
check "scopes are patterns of names" run 0 "--allow=dns=*.test" "resolve public.test"
check "others are denied" run 1 "--allow=dns=other.test" "resolve public.test"
check "and no question is asked" printed "denied"
check "names of addresses need *" run 1 "--allow=dns=*.test" "reverse 203.0.113.5"
check "which is denied else" printed "denied"

# ---- At the end ----

begin=$(date +%s)
printf 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n' >"$work/resolv.conf"
"$cairn" run "--allow=tcp=*:*" "$net" connect silent.test 7 &
node=$!
sleep 0.7
kill -INT "$node" 2>/dev/null
kill "$node" 2>/dev/null
wait "$node" 2>/dev/null
check "nobody waits at the end for a server that says nothing" [ "$(($(date +%s) - begin))" -lt 25 ]

conclude
