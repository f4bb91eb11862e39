#!/bin/sh
# The sudoku of examples/: its demonstration to the end, the game without a terminal, and what `cairn
# learn` and `inspect` tell of it: sudoku.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
sudoku=$PWD/build/examples/sudoku/sudoku.wasm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# mentions PATTERN: a line that the last command printed.
mentions() {
	grep -qE -- "$1" "$work/out"
}
# plays KEYS ARGUMENT...: the game, with those keys; its screens are in $work/out.
plays() {
	printf '%s' "$1" >"$work/keys"
	shift
	ended 0 "$cairn" run "$sudoku" "$@" <"$work/keys" >"$work/screens" &&
		sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' "$work/screens" | tr -d '\r' >"$work/out"
}

check "the demonstration goes as it tells" ends 0 examples/sudoku/demo "$PWD/${1:-build}"
check "to its end" mentions '^As it should be\.$'
check "with the answer of a server" mentions "the server got: \['sudoku easy [0-9]+'\]"

check "it ends with its input" plays '' --seed 1
check "after one screen" [ "$(grep -c SUDOKU "$work/out")" -eq 1 ]
check "with nine rows" [ "$(grep -cE '^  \|( . ){3}\|' "$work/out")" -eq 9 ]
check "the same seed is the same puzzle" sh -c "cp '$work/out' '$work/first'"
plays '' --seed 1
check "to the letter" cmp -s "$work/first" "$work/out"
plays '' --seed 2
check "another one is another" sh -c "! cmp -s '$work/first' '$work/out'"
for level in easy medium hard; do
	plays '' "$level" --seed 3
	given=$(grep -E '^  \|' "$work/out" | tr -cd '1-9' | wc -c)
	echo "$level: $given cells are given"
	check "a puzzle that is $level" [ "$given" -ge 22 -a "$given" -le 45 ]
done
check "hints solve it" plays "$(printf '%081d' 0 | tr 0 h)" hard --seed 3
check "which it notices" mentions 'Solved! With the hints that makes [0-9]+ seconds'
check "and plays on without what it may not" mentions 'Not published \(tcp\): you have not allowed it'
check "what was put can be taken back" plays 'hhhuuuu' --seed 3
check "to the beginning" mentions 'There is nothing to undo'
check "what is wrong is told" plays 'ddd1234567891c' --seed 3
check "when asked" mentions 'All right so far|Wrong: [0-9]'
check "an argument that is none is refused" ended 2 "$cairn" run "$sudoku" nonsense </dev/null >"$work/out"
check "with the ones that are" grep -q 'easy|medium|hard' "$work/err"
check "so is a server without a port" ended 2 "$cairn" run "$sudoku" --server localhost </dev/null >"$work/out"

check "it states what it uses" ends 0 "$cairn" inspect "$sudoku"
check "by name" mentions '^uses      tcp$'
check "and by hash" mentions '^uses      bafkrei[a-z2-7]{52}$'

"$cairn" name sudoku "$sudoku" >/dev/null
"$cairn" name --interface kv examples/sudoku/kv.wit >/dev/null
printf '%081d' 0 | tr 0 h >"$work/keys"
check "learning runs it with everything allowed" \
	ended 0 "$cairn" learn sudoku --server localhost:9 <"$work/keys" >"$work/out"
check "and proposes the server" mentions '^cairn allow sudoku tcp localhost:9$'
check "and the store" mentions '^cairn allow sudoku kv$'
check "and no more" [ "$(grep -c '^cairn allow' "$work/out")" -eq 2 ]
check "it changes nothing itself" [ -z "$("$cairn" grants)" ]
sed -n "s|^cairn |'$cairn' |p" "$work/out" >"$work/commands"
check "the commands can be typed as they are" ends 0 sh -e "$work/commands"
check "and are enough" plays "$(printf '%081d' 0 | tr 0 h)" --server localhost:9
check "as the connection is tried" mentions 'Not published \(tcp\): nobody listens there'
check "then there is nothing to learn" \
	sh -c "'$cairn' learn sudoku --server localhost:9 <'$work/keys' | grep -q 'nothing that you have not allowed'"
check "a host that is a pattern is none that could be allowed" \
	sh -c "'$cairn' learn sudoku --server '*:9' <'$work/keys' >'$work/out'"
check "so it is not proposed" [ "$(grep -c '^cairn allow' "$work/out")" -eq 0 ]
"$cairn" deny sudoku kv >/dev/null
check "what is denied is told" sh -c "'$cairn' learn sudoku --server localhost:9 <'$work/keys' >'$work/out'"
check "and not proposed" mentions '^# It asked for kv .*, which you have denied it\.$'

conclude
