#!/bin/sh
# Programs that others wrote, compiled to WebAssembly, added to a store, and run by their CIDs over
# 10 MB: what they print must be what the native tools print, byte for byte. The same modules run
# under Node's WASI beside that. run.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
root=$PWD/build/real
work=$root/work
passed=0
failed=0

sh tests/real/fetch.sh && sh tests/real/build.sh || exit 1
[ -x "$cairn" ] || make -s all || exit 1
for tool in bzip2 gzip node; do
	command -v $tool >/dev/null 2>&1 || {
		echo "$0: $tool is missing; install Debian's package of it (node: nodejs)" >&2
		exit 1
	}
done

rm -rf "$work"
mkdir -p "$work"
CAIRN_HOME=$(mktemp -d)
export CAIRN_HOME
trap 'rm -rf "$CAIRN_HOME"' EXIT

# check SENTENCE COMMAND...: the sentence is true when the command succeeds.
check() {
	sentence=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok: $sentence"
	else
		failed=$((failed + 1))
		echo "FAILED: $sentence"
	fi
}

# The CID of build/real/NAME.wasm, which is in the store afterwards.
cid() {
	"$cairn" add "$root/$1.wasm"
}

# run NAME [ARGUMENT...]: by its CID; streams and exit code pass through.
run() {
	name=$1
	shift
	timeout 600 "$cairn" run "$(cid "$name")" "$@"
}

node_run() {
	name=$1
	shift
	timeout 600 node --no-warnings tests/real/peer_node.mjs "$root/$name.wasm" "$@"
}

# same FILE FILE: equal bytes, and not none.
same() {
	[ -s "$1" ] && cmp "$1" "$2"
}

# filters NAME ARGUMENT INPUT EXPECTED: NAME ARGUMENT makes EXPECTED of INPUT.
filters() {
	begin=$(date +%s%N)
	run "$1" "$2" <"$work/$3" >"$work/out" || return 1
	echo "    $1 $2: $(($(date +%s%N) / 1000000 - begin / 1000000)) ms"
	same "$work/$4" "$work/out"
}

node_filters() {
	node_run "$1" "$2" <"$work/$3" >"$work/out" && same "$work/$4" "$work/out"
}

# A file of 10 MB that is always the same, and what the native tools make of it.
"$root/mixed" >"$work/plain"
bzip2 -z <"$work/plain" >"$work/plain.bz2"
"$root/minigzip" -9 <"$work/plain" >"$work/plain.gz"

generates() {
	run mixed >"$work/out" && same "$work/plain" "$work/out"
}
check "a program writes 10 MB" generates
check "bzip2 compresses as Debian's does" filters bzip2 -z plain plain.bz2
check "bzip2 decompresses what Debian's made" filters bzip2 -d plain.bz2 plain
check "minigzip compresses as its native build does" filters minigzip -9 plain plain.gz
check "minigzip decompresses" filters minigzip -d plain.gz plain
gzip_reads() {
	run minigzip -9 <"$work/plain" | gzip -d >"$work/out" && same "$work/plain" "$work/out"
}
check "gzip decompresses what minigzip made" gzip_reads
check "Node's bzip2 makes the same" node_filters bzip2 -z plain plain.bz2
check "Node's minigzip makes the same" node_filters minigzip -9 plain plain.gz

# Bad input: the program's own error and exit code come through.
refuses_damage() {
	head -c 100000 "$work/plain.bz2" >"$work/cut.bz2"
	bzip2 -d <"$work/cut.bz2" >"$work/native.out" 2>/dev/null
	native=$?
	run bzip2 -d <"$work/cut.bz2" >"$work/out" 2>"$work/err"
	[ $? -eq $native ] && [ $native -ne 0 ] && grep -q 'ends unexpectedly' "$work/err"
}
check "bzip2 refuses a damaged file with the native exit code" refuses_damage

# The small programs: the same from the native build, from Cairn and from Node.
head -c 1000000 "$work/plain" >"$work/text"
agrees() {
	program=$1
	shift
	"$root/$program" "$@" <"$work/text" >"$work/native.out" 2>"$work/native.err"
	native=$?
	run "$program" "$@" <"$work/text" >"$work/out" 2>"$work/err"
	[ $? -eq $native ] && same "$work/native.out" "$work/out" &&
		cmp "$work/native.err" "$work/err" || return 1
	node_run "$program" "$@" <"$work/text" >"$work/node.out" 2>"$work/node.err"
	[ $? -eq $native ] && same "$work/native.out" "$work/node.out"
}
check "hello prints its arguments and leaves with its code" agrees hello 7 "two words" ""
check "words sorts, and prints floating-point numbers" agrees words
check "clocks go forward, and random bytes differ" agrees clocks
environment() {
	[ "$("$cairn" run --env WHO=world "$(cid hello)" 2>/dev/null)" = "Hello, world!" ]
}
check "hello finds what its environment has" environment

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
