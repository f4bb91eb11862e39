#!/bin/sh
# Programs on the network: the servers of examples/ with peers of all kinds, good and bad, what scopes
# allow, and what a process leaves behind. net.sh [FOLDER OF THE BUILD]. All of it is on loopback.
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
work=$(mktemp -d)
nodes=
trap 'kill $nodes 2>/dev/null; rm -rf "$work"' EXIT
. tests/e2e/checks.sh
if ! may_open 8192; then
	skip 1 "thousands of connections: this user may open no more than $files_max files"
	conclude
	exit
fi

net=$("$cairn" add build/tests/programs/net.wasm)

peer() {
	timeout 60 python3 tests/e2e/net_peer.py "$@" 2>>"$work/err"
}

# wait_for COMMAND...: until it succeeds, for some seconds.
wait_for() {
	for _ in $(seq 1200); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

# serve NAME: starts an example's server; its port is in $port, its process in $pid.
serve() {
	: >"$work/$1.out"
	"$cairn" run --allow 'tcp=listen:127.0.0.1:*' "build/examples/$1/$1.wasm" >"$work/$1.out" &
	pid=$!
	nodes="$nodes $pid"
	wait_for grep -q listening "$work/$1.out"
	port=$(sed 's/.*://' "$work/$1.out")
}

# The node that a command has started: a process of its own.
node_of() {
	set -- "$1" $(cat "/proc/$1/task/$1/children")
	echo "${2:-$1}"
}

# files PID: how many its node has open.
files() {
	ls "/proc/$(node_of "$1")/fd" | wc -l
}

has_files() {
	[ "$(files "$1")" -eq "$2" ]
}

memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$(node_of "$1")/status"
}

# ---- The echo server ----

serve echo
check "the echo server starts" [ -n "$port" ]
before=$(files "$pid")
check "100 MB come back as they were sent" peer echo "$port" 100000000
check "an empty connection comes back empty" peer echo "$port" 0
check "single bytes come back one by one" peer trickle "$port"
check "1,000 connections are served at once" peer many "$port" 1000
check "500 peers that break off disturb nobody" peer resets "$port" 500
check "10 peers that never read do not keep the others waiting" peer stalls "$port" 10
check "descriptors are given back" wait_for has_files "$pid" "$before"
kept=$(memory "$pid")
check "1,000 more connections" peer many "$port" 1000
check "memory does not grow with connections that are gone" \
	[ "$(($(memory "$pid") - kept))" -lt 2000 ]
kept=$(memory "$pid")
peer idle "$port" 5000 "$work/idle" &
idle=$!
nodes="$nodes $idle"
check "5,000 connections that do nothing" wait_for [ -s "$work/idle" ]
check "cost at most 4 KiB each" [ "$(($(memory "$pid") - kept))" -lt 20000 ]
kill "$idle"
kill "$pid"
check "Ctrl-C ends it with connections open" wait_for sh -c "! kill -0 $pid 2>/dev/null"

# ---- The HTTP server ----

serve http
url=http://127.0.0.1:$port
check "curl gets a page" ends 0 curl -sS "$url/"
check "and it is the right one" printed "Hello, world!"
check "curl reuses a connection" ends 0 curl -sSv "$url/" "$url/" -o /dev/null -o /dev/null
check "as the server lets it" grep -q "Re-using existing connection" "$work/err"
head -c 65536 /dev/urandom >"$work/body"
check "a body goes there and back" ends 0 curl -sS --data-binary "@$work/body" "$url/echo"
check "byte for byte" cmp "$work/body" "$work/out"
check "a HEAD has no body" ends 0 curl -sSI "$url/"
check "and the length of one" grep -q "Content-Length: 14" "$work/out"
check "curl waits for 100 Continue" \
	ends 0 curl -sSv -H "Expect: 100-continue" --data-binary "@$work/body" "$url/echo"
check "and gets it" grep -q "HTTP/1.1 100 Continue" "$work/err"

# code STATUS ARGUMENT...: what curl is answered.
code() {
	wanted=$1
	shift
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$@" 2>>"$work/err")" = "$wanted" ]
}
printf x >>"$work/body"
check "404 for what is not there" code 404 "$url/nothing"
check "405 for what cannot be done" code 405 -X DELETE "$url/"
check "413 for a body that is too large" code 413 --data-binary "@$work/body" "$url/echo"
check "431 for fields that are too long" code 431 -H "A: $(head -c 9000 /dev/zero | tr '\0' a)" "$url/"
for wrong in no-target:400 no-version:400 lower-case:400 version-2:505 no-host:400 two-hosts:400 \
	space-before-colon:400 folded:400 control:400 bare-lf:400 not-http:400 lengths:400 \
	length-sign:400 length-huge:413 both:400 chunked:411 expect:417 long-line:414 endless-line:431 \
	endless-field:431 many-fields:431 absolute:200 empty-line-first:200; do
	check "a request is answered ${wrong#*:}: ${wrong%:*}" peer status "$port" "${wrong#*:}" "${wrong%:*}"
done
check "10,000 requests in one go are answered in their order" peer pipeline "$port" 10000
check "a request may come byte by byte" peer pieces "$port"
check "HTTP/1.0 and Connection are heeded" peer lines "$port"
check "200 unfinished requests keep nobody waiting" peer slow "$port" 200
check "500 damaged requests are answered or not, and that is all" peer rubbish "$port" 500
check "wrk finds no error" ends 0 wrk -t1 -c64 -d2 "$url/"
check "in thousands of requests" awk '/requests in/ { n = $1 } /Non-2xx|Socket errors/ { bad = 1 }
	END { exit bad || n < 1000 }' "$work/out"
kill "$pid"

# ---- Scopes ----

python3 tests/e2e/net_peer.py serve "$work/port" &
nodes="$nodes $!"
wait_for [ -s "$work/port" ]
port=$(cat "$work/port")

run() {
	ends "$1" "$cairn" run $2 "$net" $3
}
check "without a grant there is no network" run 3 "" "connect 127.0.0.1 $port"
check "a grant without scopes is for public addresses" run 1 "--allow tcp" "connect 127.0.0.1 $port"
check "and says so" printed "denied"
check "a scope names an address" \
	run 0 "--allow tcp=127.0.0.1:$port" "connect 127.0.0.1 $port"
check "and the peer is heard" printed "you said hello"
check "another port is not covered" run 1 "--allow tcp=127.0.0.1:1" "connect 127.0.0.1 $port"
check "localhost is one" run 0 "--allow tcp=localhost:$port" "connect localhost $port"
check "* is none of this host's" run 1 "--allow tcp=*:*" "connect localhost $port"
check "nor another spelling of it" run 1 "--allow tcp=*:*" "connect ::ffff:127.0.0.1 $port"
check "a range is" run 0 "--allow tcp=127.0.0.0/8:$port" "connect 127.0.0.1 $port"
check "one of two scopes is enough" \
	run 0 "--allow tcp=example.com:443 --allow tcp=127.0.0.1:$port" "connect 127.0.0.1 $port"
check "everything allowed is everything" run 0 "--allow-all" "connect 127.0.0.1 $port"
check "connecting is not listening" run 0 "--allow tcp=127.0.0.1:*" "listen 127.0.0.1 0"
check "which is denied" printed "denied"
check "a scope for listening is" run 0 "--allow tcp=listen:127.0.0.1:*" "listen 127.0.0.1 0"
check "enough" printed "listens"
check "but at no other address" run 0 "--allow tcp=listen:127.0.0.1:*" "listen 0.0.0.0 0"
check "than its own" printed "denied"

# ---- Bad input ----

check "handles that lead nowhere" run 0 "--allow tcp=127.0.0.1:$port" "wrong $port"
check "are refused, each" printed "6 refused"
check "who wants 100,000 connections" run 0 "--allow tcp=127.0.0.1:$port" "open 100000 $port"
check "is told the limit" grep -q limit "$work/out"
check "and may have others once those are closed" grep -q "and another" "$work/out"
check "a host with few descriptors" ends 0 sh -c "ulimit -n 64 && exec '$cairn' run \
	--allow tcp=127.0.0.1:$port '$net' open 1000 $port"
check "gives as many as it has" grep -q limit "$work/out"

"$cairn" run --allow "tcp=127.0.0.1:$port" "$net" hold 1000 "$port" >"$work/held" &
node=$!
nodes="$nodes $node"
check "1,000 reads are outstanding" wait_for grep -q holds "$work/held"
check "in as many descriptors" [ "$(files "$node")" -ge 1000 ]
kill "$node"
wait "$node" 2>>"$work/err"
check "and the node ends in order" [ $? -eq 143 ]

conclude
