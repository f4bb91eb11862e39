#!/bin/sh
# Programs that exercise WASI preview 1, under Cairn and under Node's WASI: what they print and their
# exit codes must be the same. They print judgements of times and random bytes, so nothing is left to
# normalise. What Node does wrong, the programs judge themselves. wasi.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=${1:-build}/cairn
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
programs=build/tests/programs/wasi
passed=0
failed=0

CAIRN_HOME=$root/home
export CAIRN_HOME
make -s wasi-programs || exit 1
[ -x "$cairn" ] || make -s || exit 1
if ! command -v node >/dev/null 2>&1; then
	echo "$0: node is missing; install Debian's nodejs" >&2
	exit 1
fi

verdict() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

# through NAME COMMAND...: with pipes for the input and the output; leaves NAME.out, .err, .code
through() {
	to=$root/$1
	shift
	# shellcheck disable=SC2002
	cat "$input" | {
		timeout -k 5 60 "$@" 2>"$to.err"
		echo $? >"$to.code"
	} | cat >"$to.out"
}

# compare NAME [ARGUMENT...]: the same under both
compare() {
	name=$1
	shift
	through "$name.cairn" "$cairn" run --env WHO=world --env EMPTY= "$programs/$name.wasm" "$@"
	through "$name.node" node --no-warnings tests/real/peer_node.mjs --env WHO=world --env EMPTY= \
		"$programs/$name.wasm" "$@"
	same=0
	for part in out err code; do
		if ! cmp -s "$root/$name.cairn.$part" "$root/$name.node.$part"; then
			same=1
			diff "$root/$name.node.$part" "$root/$name.cairn.$part" | head -n 20
		fi
	done
	[ -s "$root/$name.cairn.out" ] || same=1
	verdict $same "$name $*: the same as under Node"
}

# judged NAME: the part that the program judges itself
judged() {
	through "$1.judged" "$cairn" run "$programs/$1.wasm" judged
	right=0
	[ -s "$root/$1.judged.out" ] && [ ! -s "$root/$1.judged.err" ] || right=1
	[ "$(cat "$root/$1.judged.code")" = 0 ] || right=1
	if grep -v ': yes$' "$root/$1.judged.out"; then
		right=1
	fi
	verdict $right "$1: as it judges itself"
}

input=$root/input
seq 20000 >"$input"
compare arguments one "two words" "" "-x" "--help"
compare clocks
compare random
compare streams
compare descriptors
compare poll
for peer in cairn node; do
	mkdir -p "$root/files-$peer"
done
compare_files() {
	through files.cairn "$cairn" run --dir "$root/files-cairn::work" "$programs/files.wasm"
	through files.node node --no-warnings tests/real/peer_node.mjs \
		--dir "$root/files-node::work" "$programs/files.wasm"
	diff "$root/files.node.out" "$root/files.cairn.out" && [ -s "$root/files.cairn.out" ] &&
		diff -r "$root/files-node" "$root/files-cairn"
}
compare_files
verdict $? "files: the same as under Node, and the same files are left"
compare exit 0
compare exit 1
compare exit 97
compare exit
judged clocks
judged streams
judged poll

# A program that waits for its input wakes when there is some, and when its time is up.
waits() {
	begin=$(date +%s%N)
	(sleep "$1"; printf abc) | timeout -k 5 60 "$cairn" run "$programs/waits.wasm" "$2" >"$root/waits.out"
	took=$((($(date +%s%N) - begin) / 1000000))
	[ "$(cat "$root/waits.out")" = "$3" ]
}
waits 0.5 20000 "input: 3" && [ "$took" -lt 10000 ]
verdict $? "waiting for input ends when there is some ($took ms)"
waits 2 200 "time is up"
verdict $? "and when time is up"
printf '' | timeout -k 5 60 "$cairn" run "$programs/waits.wasm" 5000 >"$root/waits.out"
[ "$(cat "$root/waits.out")" = "input: 0" ]
verdict $? "the end of the input is no reason to wait"

# Streams that the command was started without, or in the other direction: as a native program finds them.
closed() {
	printf 'reading: %s\nwriting: %s\n' "$1" "$2" | cmp - "$root/closed.err"
}
"$cairn" run "$programs/closed.wasm" <&- 2>"$root/closed.err" >/dev/null
closed "Bad file descriptor" done
verdict $? "a closed input is a bad descriptor"
"$cairn" run "$programs/closed.wasm" </dev/null 2>"$root/closed.err" >&-
closed done "Bad file descriptor"
verdict $? "so is a closed output"
"$cairn" run "$programs/closed.wasm" 0>"$root/closed.out" 2>"$root/closed.err" 1</dev/null
closed "Bad file descriptor" "Bad file descriptor"
verdict $? "so are streams that are open in the other direction only"

nap=$(timeout -k 5 60 "$cairn" run "$programs/naps.wasm")
[ "$nap" -ge 100 ] && [ "$nap" -lt 700 ]
verdict $? "a sleep of 100 microseconds is not one of a millisecond ($nap)"

# A listener that is open from the start.
talk() {
	python3 -c '
import socket, sys, time
for attempt in range(100):
	try:
		peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		break
	except ConnectionRefusedError:
		time.sleep(0.05)
peer.sendall(sys.argv[2].encode())
peer.shutdown(socket.SHUT_WR)
print(peer.makefile().read())' "$port" "$1"
}
listens() {
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	# shellcheck disable=SC2086
	timeout -k 5 30 "$cairn" run --tcplisten "127.0.0.1:$port" "$programs/listen.wasm" 2 $1 >"$root/listen.out" &
	[ "$(talk one)" = ONE ] && [ "$(talk "twice as long")" = "TWICE AS LONG" ] && wait $! &&
		grep -q '^served, LISTEN_FDS=1$' "$root/listen.out"
}
listens ""
verdict $? "a program serves the listener that it was started with"
listens poll
verdict $? "and does so without ever waiting but in poll"
listens asks
verdict $? "a listener does not block for a program that asks for its flags, as Go's do"
"$cairn" run --tcplisten localhost:80 "$programs/listen.wasm" >"$root/listen.out" 2>"$root/listen.err"
[ $? -eq 2 ] && grep -q 'expects an address and a port' "$root/listen.err"
verdict $? "a listener without an address is refused"
python3 -c '
import socket, subprocess, sys
taken = socket.socket()
taken.bind(("127.0.0.1", 0))
taken.listen()
sys.exit(subprocess.call(sys.argv[1:] + ["--tcplisten", "127.0.0.1:%d" % taken.getsockname()[1],
	"build/tests/programs/wasi/listen.wasm"]))' "$cairn" run 2>"$root/listen.err"
[ $? -eq 2 ] && grep -q 'cannot listen there (Address already in use)' "$root/listen.err"
verdict $? "so is one where somebody else listens, and the command says so"

# One call that takes long does not keep the kernel from its other work: here, from seeing Ctrl-C.
milliseconds() {
	begin=$(date +%s%N)
	"$@"
	echo $((($(date +%s%N) - begin) / 1000000))
}
long="$programs/random.wasm 256"
# (A host that is busy may keep a run waiting, but not each time.)
is_cut() {
	for _ in 1 2 3 4 5; do
		# shellcheck disable=SC2086
		whole=$(milliseconds "$cairn" run $long)
		# shellcheck disable=SC2086
		cut=$(milliseconds timeout -s INT 0.05 "$cairn" run $long)
		[ "$cut" -lt $((whole / 2)) ] && return
	done
	return 1
}
is_cut
verdict $? "256 MiB of random bytes at once ($whole ms) are interrupted at once ($cut ms)"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
