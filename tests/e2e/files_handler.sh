#!/bin/sh
# Files whose handler is a program, and what their users see when it ends in the middle.
# files_handler.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
work=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
. tests/e2e/checks.sh
make -s wasi-programs build/tests/programs/files_proxy.wasm || exit 1
proxy=$PWD/build/tests/programs/files_proxy.wasm
user=$PWD/build/tests/programs/wasi/forsaken.wasm

root=$work/root
mkdir -p "$root/calm"
: >"$root/calm/inside"
for ending in exit trap hang; do
	printf 'abcdefghijklmn' | tee "$root/$ending-read" >"$root/$ending-write"
	mkdir "$root/$ending-list"
	for i in $(seq 300); do
		: >"$root/$ending-list/entry-$i"
	done
done

# What a program sees: the call that was under way fails, what was opened is stale, closing it is no
# error, and what is opened then can be used. told COUNT: how many bytes or entries that is.
told() {
	grep -v '^at first: [04]$' "$work/out" | diff - /dev/fd/3 3<<TXT >>"$work/err"
then: I/O error
with the old descriptor: Stale file handle
opened: 0
closed: 0
with the new descriptor: $1
TXT
}

handled() {
	ends 0 "$cairn" run --quiet --handle "files=$proxy" --allow-for "$proxy" "files=rw:$root:work" \
		--allow files "$user" "$1" && told "$2"
}
check "a handler that exits in the middle of a read" handled exit-read 4
check "one that traps there" handled trap-read 4
check "one that exits in the middle of a write" handled exit-write 4
check "the bytes before that are written, and the new ones" \
	[ "$(cat "$root/exit-write")" = "$(printf 'new\0efghijklmn')" ]
check "one that traps there" handled trap-write 4
check "one that exits in the middle of a folder" handled exit-list 3
check "one that traps there" handled trap-list 3

# ---- In a node, with a decision that lasts ----

"$cairn" up >"$work/node" 2>&1 &
node=$!
for i in $(seq 100); do
	"$cairn" ps >/dev/null 2>&1 && break
	sleep 0.1
done
decided() {
	"$cairn" add "$proxy" "$user" >"$work/cids" &&
		"$cairn" name proxy "$(sed -n 1p "$work/cids")" && "$cairn" name user "$(sed -n 2p "$work/cids")" &&
		"$cairn" allow proxy files "rw:$root:work" && "$cairn" allow user files &&
		"$cairn" handle files proxy kernel --for user
} >"$work/out" 2>"$work/err"
check "the handler is named for one program" decided

open_files() {
	find "/proc/$node/fd" -type l 2>/dev/null | wc -l
}

# Its user waits for an answer that never comes, and the handler is killed.
killed() {
	timeout -k 5 60 "$cairn" run --quiet user "$1" >"$work/out" 2>"$work/err" &
	waiting=$!
	seen=0
	for i in $(seq 100); do
		"$cairn" ps >"$work/ps"
		if grep -q '^at first' "$work/out" && grep -q ' user .*waits for files of' "$work/ps"; then
			seen=$((seen + 1))
			[ "$seen" -lt 3 ] || break
		else
			seen=0
		fi
		sleep 0.1
	done
	"$cairn" kill proxy >>"$work/err" 2>&1
	wait "$waiting" && told "$2"
}
check "a handler that is killed in the middle of a read" killed hang-read 4
before=$(open_files)
check "in the middle of a write" killed hang-write 4
check "in the middle of a folder" killed hang-list 3
check "nothing is left open" [ "$(open_files)" -le "$before" ]
check "the node is as good as before" \
	ends 0 "$cairn" run --dir "$root::work" build/tests/programs/wasi/files.wasm list work/calm
check "and others have the system's own files" printed "work/calm: . .. inside"
check "the node ends in order" ends 0 "$cairn" down
wait "$node"
node=
conclude
