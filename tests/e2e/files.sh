#!/bin/sh
# Files, as users of `cairn run --dir` meet them. files.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root" "$work/read-only"
. tests/e2e/checks.sh
make -s wasi-programs || exit 1
[ -x "$cairn" ] || make -s || exit 1
program=$PWD/build/tests/programs/wasi/files.wasm
printf 'text' >"$work/read-only/file"
printf 'secret' >"$work/outside"

has_written() {
	ends 0 "$cairn" run --dir "$work/root::work" "$program" && [ "$(head -c 6 "$work/root/lines")" = "line 0" ]
}
check "a program reads and writes in the folder that --dir names" has_written

judges() {
	ends 0 "$cairn" run --dir "$work/root::work" --dir "$work/read-only::read-only:ro" "$program" judged &&
		[ "$(wc -l <"$work/out")" -eq 13 ] && ! grep -v ': yes$' "$work/out" >>"$work/err"
}
check "it judges what it may do there, and what not" judges

check "without --dir there is no file, and no error at the start" \
	ends 0 "$cairn" run "$program" list work
check "and it says so" grep -q '^work: -1' "$work/out"
check "a grant without scopes is an empty world" ends 0 "$cairn" run --allow files "$program" list work
check "and it says so, too" grep -q '^work: -1' "$work/out"
check "a scope of --allow is a folder, too" \
	ends 0 "$cairn" run --allow "files=ro:$work/read-only:here" "$program" list here
check "which is listed" printed "here: . .. file"

named_so() {
	(cd "$work" && ends 0 "$cairn" run --dir read-only "$program" list read-only) &&
		printed "read-only: . .. file"
}
check "a folder without another name has the one that was typed" named_so
check "several folders are seen side by side" \
	ends 0 "$cairn" run --dir "$work/root::a" --dir "$work/read-only::b:ro" "$program" list b
colons() {
	mkdir -p "$work/with:colon\\and" && touch "$work/with:colon\\and/inside"
	ends 0 "$cairn" run --dir "$work/with:colon\\and::x:y" "$program" list x:y && printed "x:y: . .. inside"
}
check "names may have colons and backslashes" colons

places() {
	mkdir -p "$work/many" && (cd "$work/many" && seq -f 'entry-%g' 1000 | xargs touch) &&
		ends 0 "$cairn" run --dir "$work/many::many" build/tests/programs/wasi/seeks.wasm many &&
		printed "$(printf 'entries: 1002\nwrong: 0\nmissing: 0, told: yes')"
}
check "places in a folder are told and found again, while others come and go" places

check "a folder that is missing is an error at the start" \
	ends 2 "$cairn" run --dir "$work/missing::x" "$program" list x
check "which says which" complained "--dir names no folder.*missing"
check "a file is no folder" ends 2 "$cairn" run --dir "$work/outside::x" "$program" list x
check "and that is said" complained "something else than a folder.*outside"
for word in "" "::" "::x" "$work/root::"; do
	check "--dir '$word' is refused" ends 2 "$cairn" run --dir "$word" "$program"
	check "in one line" complained "--dir expects HOST"
done

symbolic() {
	ln -sf ../outside "$work/root/out" && ln -sf /etc/passwd "$work/root/absolute" &&
		ends 0 "$cairn" run --dir "$work/root::/" build/tests/programs/wasi/slurp.wasm out absolute &&
		printed "$(printf 'out: Operation not permitted\nabsolute: Operation not permitted')"
}
check "links that lead out of the folder lead nowhere" symbolic

# 100,000 opens, and the node's own descriptors are as before: the program ends, and so does the node.
if may_open 1024; then
	check "100,000 files are more than one may open" \
		ends 0 "$cairn" run --dir "$work/root::work" "$program" exhaust
	check "as the program judges" grep -q 'no more than that: yes' "$work/out"
else
	skip 2 "100,000 opens: this user may open no more than $files_max files"
fi

# A file system of 1 MiB.
full() {
	mkdir -p "$work/small"
	unshare --mount --map-root-user sh -c "
		mount -t tmpfs -o size=1m none '$work/small' &&
		exec '$cairn' run --dir '$work/small::small' '$program' fill" >"$work/out" 2>"$work/err"
}
if unshare --mount --map-root-user true 2>/dev/null; then
	check "a full disk is an error that the program gets" full
else
	skip 1 "a full disk: this user may not mount a small file system"
fi

# A pipe that nobody writes to keeps nobody else waiting, and Ctrl-C ends it.
waits() {
	rm -f "$work/root/pipe"
	mkfifo "$work/root/pipe"
	timeout -s INT 1 "$cairn" run --dir "$work/root::/" build/tests/programs/wasi/slurp.wasm pipe \
		>"$work/out" 2>"$work/err"
	[ $? -eq 124 ]
}
check "reading a pipe waits, and can be interrupted" waits
piped() {
	(sleep 0.3; timeout 60 sh -c "printf 'through the pipe\n' >'$work/root/pipe'") &
	ends 0 "$cairn" run --dir "$work/root::/" build/tests/programs/wasi/slurp.wasm pipe
	wait
	printed "through the pipe"
}
check "and it yields what somebody writes" piped

conclude
