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
for tool in bzip2 gzip node npm tclsh zstd xz jq sqlite3; do
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

# ---- Programs that use files ----

files=$work/files
mkdir -p "$files"
cp "$work/text" "$files/text"

# in_files NAME ARGUMENT...: by its CID, in a folder that it sees as /.
in_files() {
	name=$1
	shift
	timeout 600 "$cairn" run --dir "$files::/" "$(cid "$name")" "$@"
}

xz_compresses() {
	in_files xz -k -1 /text && xz -k -1 -c "$files/text" | cmp - "$files/text.xz" &&
		rm "$files/text.xz"
}
check "xz compresses a file as Debian's does" xz_compresses
xz_decompresses() {
	xz -c "$files/text" >"$files/other.xz" && in_files xz -d /other.xz && cmp "$files/text" "$files/other"
}
check "and decompresses what Debian's made" xz_decompresses

zstd_both_ways() {
	in_files zstd -q -3 /text -o /text.zst && zstd -dqc "$files/text.zst" | cmp - "$files/text" &&
		zstd -q -19 "$files/text" -o "$files/native.zst" &&
		in_files zstd -q -d /native.zst -o /back && cmp "$files/text" "$files/back"
}
check "zstd reads what Debian's writes, and the other way round" zstd_both_ways

jq_agrees() {
	seq 500 | jq -c '{number: ., square: (. * .), text: ("row " + tostring), half: (. / 2)}' >"$files/rows"
	filter='map(select(.number % 7 == 0)) | {sum: (map(.square) | add), texts: map(.text) | .[3:6],
		sorted: (sort_by(-.half) | first), dates: (map(.number * 86400 | todate) | last)}'
	in_files jq -s "$filter" /rows >"$work/out" && jq -s "$filter" "$files/rows" | cmp - "$work/out"
}
check "jq says what Debian's says" jq_agrees
jq_refuses() {
	echo '{"a": [1, 2' >"$files/broken"
	jq . "$files/broken" >"$work/native.out" 2>/dev/null
	native=$?
	in_files jq . /broken >"$work/out" 2>"$work/err"
	[ $? -eq $native ] && [ $native -ne 0 ] && grep -q 'Unfinished JSON' "$work/err"
}
check "and refuses what is cut, with the native exit code" jq_refuses

cat >"$files/make.sql" <<SQL
create table numbers(id integer primary key, square integer, text text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
	insert into numbers select i, i * i, 'row ' || i from n;
create index by_text on numbers(text);
SQL
query="select count(*), sum(square), max(text) from numbers; select id from numbers where text = 'row 77777';
	pragma integrity_check;"
sqlite_makes() {
	in_files sqlite3 -init /dev/null /rows.db ".read /make.sql" 2>/dev/null >"$work/out" || true
	in_files sqlite3 /rows.db "$query" >"$work/out" 2>/dev/null &&
		sqlite3 "$files/rows.db" "$query" | cmp - "$work/out"
}
check "sqlite3 makes a database of 100,000 rows, which Debian's reads" sqlite_makes

# Killed in the middle of a transaction, again and again: what was committed is there, and nothing else.
killed() {
	cp "$files/rows.db" "$files/killed.db"
	for delay in 0.5 0.9 1.3; do
		timeout -s KILL $delay "$cairn" run --dir "$files::/" "$(cid sqlite3)" /killed.db \
			"update numbers set square = square + 1; update numbers set square = square - 1;" \
			>/dev/null 2>&1
		in_files sqlite3 /killed.db "pragma integrity_check; select count(*) from numbers;" \
			>"$work/out" 2>/dev/null || return 1
		printf 'ok\n100000\n' | cmp - "$work/out" || return 1
	done
	[ "$(sqlite3 "$files/killed.db" 'pragma integrity_check')" = ok ]
}
check "a database whose program was killed in the middle is whole" killed

# A compiler of 20 MB, from npm.
cat >"$files/main.ts" <<TS
import { square, type Shape } from './shapes';
enum Colour { Red, Green }
export class Box<T> implements Shape { private side = 3; get area(): number { return square(this.side ?? 1) } }
console.log(new Box<string>().area, Colour.Green);
TS
cat >"$files/shapes.ts" <<TS
export interface Shape { area: number }
export function square(x: number): number { return x ** 2 }
export const unused = 5;
TS
compiles() {
	timeout 600 "$cairn" run --dir "$files::/" --env PWD=/ "$root/npm/wasi-preview1/esbuild.wasm" \
		main.ts --bundle --minify --sourcemap --outfile=out.js 2>"$work/err" &&
		mv "$files/out.js" "$files/out.js.map" "$work" &&
		(cd "$files" && "$root/npm/linux-x64/bin/esbuild" main.ts --bundle --minify --sourcemap \
			--outfile=out.js --log-level=error) &&
		same "$files/out.js" "$work/out.js" && same "$files/out.js.map" "$work/out.js.map" &&
		[ "$(node "$work/out.js")" = "9 1" ]
}
check "esbuild bundles TypeScript as its native build does" compiles

# A compiler of 75 MB, from npm, that makes a program.
llvm=$root/npm/llvm/gen
cat >"$work/sorts.c" <<C
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
int main(int argc, char **argv) {
	qsort(argv + 1, (size_t)argc - 1, sizeof *argv, compare);
	for (int i = 1; i < argc; i++) printf("%s %.3f\\n", argv[i], i / 7.0);
	return argc;
}
C
for peer in cairn node; do
	mkdir -p "$work/llvm-$peer"
	tar xf "$llvm/llvm-resources.tar" -C "$work/llvm-$peer"
	cp "$work/sorts.c" "$work/llvm-$peer"
done
llvm_run() {
	timeout 600 "$cairn" run --dir "$work/llvm-cairn::/" "$llvm/llvm.core.wasm" "$@" 2>"$work/err"
}
compile="clang -c -O2 --sysroot=/ -resource-dir / -o /sorts.o /sorts.c"
clang_compiles() {
	# shellcheck disable=SC2086
	llvm_run $compile &&
		timeout 600 node --no-warnings tests/real/peer_node.mjs --dir "$work/llvm-node::/" \
			"$llvm/llvm.core.wasm" $compile &&
		same "$work/llvm-cairn/sorts.o" "$work/llvm-node/sorts.o"
}
check "clang compiles C to the same object as under Node" clang_compiles
makes_a_program() {
	libraries=/lib/wasm32-wasip1
	llvm_run wasm-ld -m wasm32 -L$libraries $libraries/crt1-command.o /sorts.o -lc -o /sorts.wasm ||
		return 1
	"$cairn" run "$work/llvm-cairn/sorts.wasm" pear apple fig >"$work/out"
	[ $? -eq 4 ] && printf 'apple 0.143\nfig 0.286\npear 0.429\n' | cmp - "$work/out"
}
check "and links it to a program that runs" makes_a_program

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
