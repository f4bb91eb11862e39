#!/bin/sh
# What bad input gets: one line that says what and where, a code that is not zero, and a node that is
# as good as before. Each case is run at the command line, as its user would.
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/build/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CAIRN_HOME=$work/home
export CAIRN_HOME
passed=0
failed=0

ok() {
	passed=$((passed + 1))
	echo "ok: $1"
}

bad() {
	failed=$((failed + 1))
	echo "FAILED: $1"
	sed 's/^/    /' "$work/err"
}

# expect NAME CODE PATTERN COMMAND...: the command ends with that code, and the first line that it
# prints to standard error matches the pattern; an empty pattern matches nothing printed as well.
expect() {
	name=$1
	code=$2
	pattern=$3
	shift 3
	timeout -k 5 60 "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	if [ "$got" -ne "$code" ]; then
		bad "$name: ended with $got instead of $code"
	elif [ -n "$pattern" ] && ! head -n 1 "$work/err" | grep -qE "$pattern"; then
		bad "$name: the error does not match /$pattern/"
	else
		ok "$name"
	fi
}

# ---- Files that are no module ----
printf 'this is no module' >"$work/text"
expect "a text file" 126 'cannot be started: .*(magic|module)' "$cairn" run "$work/text"
: >"$work/empty"
expect "an empty file" 126 'cannot be started' "$cairn" run "$work/empty"
head -c 3000 /dev/urandom >"$work/noise"
expect "random bytes" 126 'cannot be started' "$cairn" run "$work/noise"
expect "a folder" 126 'cairn: ' "$cairn" run "$work"
expect "a file that is not there" 127 'cairn: .*nowhere' "$cairn" run "$work/nowhere.wasm"

# ---- A module cut short at every byte (wabt says which cuts leave a valid module behind) ----
size=$(wc -c <"$programs/hello.wasm")
cut=0
wrong=
while [ "$cut" -lt "$size" ]; do
	head -c "$cut" "$programs/hello.wasm" >"$work/cut.wasm"
	timeout -k 5 60 "$cairn" run "$work/cut.wasm" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	if wasm-validate "$work/cut.wasm" 2>/dev/null; then
		case $code in 0 | 126 | 134) ;; *) wrong="$wrong $cut:$code" ;; esac
	elif [ "$code" -ne 126 ] || [ "$(wc -l <"$work/err")" -ne 1 ]; then
		wrong="$wrong $cut:$code"
	fi
	cut=$((cut + 1))
done
echo "cut:code$wrong" >"$work/err"
if [ -z "$wrong" ]; then
	ok "hello cut short at each of its $size bytes"
else
	bad "hello cut short is not refused with one line"
fi

# ---- Names and blocks ----
absent=bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy
expect "a CID that is not in the store" 127 "$absent.*not found|not found.*$absent" \
	"$cairn" run "$absent"
expect "no CID at all" 127 'cairn: ' "$cairn" run bafkreinonsense

cid=$("$cairn" add "$programs/hello.wasm")
file=$(find "$CAIRN_HOME/blocks" -name "$cid")
printf 'X' | dd of="$file" bs=1 seek=100 conv=notrunc 2>/dev/null
expect "a block whose bytes were changed" 126 "changed on disk.*$cid" "$cairn" run "$cid"
expect "the same through cat" 1 "$cid" "$cairn" cat "$cid"
"$cairn" add "$programs/hello.wasm" >/dev/null
expect "the same after it was added again" 0 '' "$cairn" run "$cid"

terabyte=$(python3 tests/e2e/hostile_dag.py "$CAIRN_HOME")
begin=$(date +%s)
for root in $terabyte; do
	expect "a file that unfolds to a terabyte ($root)" 126 "$root|baf" "$cairn" run "$root"
done
: >"$work/err"
if [ $(($(date +%s) - begin)) -le 30 ]; then
	ok "they were refused within seconds"
else
	bad "refusing them took $(($(date +%s) - begin)) seconds"
fi

# ---- Programs ----
python3 tests/e2e/hostile_modules.py "$work"
expect "an import that nobody supplies" 126 'import.*"env".*"missing"' \
	"$cairn" run "$work/unknown_import.wasm"
expect "an import of another type" 126 '"cairn".*"send"' \
	"$cairn" run "$work/wrong_import.wasm"
expect "exceptions" 126 \
	'cannot be started: not supported: exception handling \(.*-fwasm-exceptions.*, at byte 18$' \
	"$cairn" run "$work/exceptions.wasm"
expect "a 64-bit memory" 126 \
	'cannot be started: not supported: 64-bit memories .*wasm32.*, at byte [0-9]+$' \
	"$cairn" run "$work/memory64.wasm"
expect "SIMD" 126 \
	'cannot be started: not supported: SIMD \(.*-msimd128\), in function 0, at byte [0-9]+$' \
	"$cairn" run "$work/simd.wasm"
expect "no _start" 126 '_start' "$cairn" run "$work/no_start.wasm"
expect "a library" 126 '"_initialize".*not a command' "$cairn" run "$work/reactor.wasm"
expect "a program of WASI's preview 0" 126 'preview 0; build it for preview 1' \
	"$cairn" run "$work/preview_0.wasm"
expect "an add-on of Node" 126 '"napi_typeof".*an add-on of Node' "$cairn" run "$work/addon.wasm"
expect "a component" 126 'not supported: components' "$cairn" run "$work/component.wasm"
for letter in a b c d e f g h i j k l; do
	expect "a pointer outside the memory ($letter)" 134 'trapped: .*memory' \
		"$cairn" run "$programs/bad_pointer.wasm" $letter
done
expect "endless recursion" 134 'trapped: .*stack' "$cairn" run "$programs/recurse.wasm"
expect "endless growth" 134 'trapped: unreachable' "$cairn" run "$programs/grow.wasm"
expect "sends to itself" 3 '' "$cairn" run "$programs/self_send.wasm"
expect "never waits" 3 '' "$cairn" run "$programs/never_wait.wasm"
expect "registers as what it is not configured for" 3 '' "$cairn" run "$programs/usurper.wasm"
expect "a trap" 134 'trapped: out of bounds memory access' "$cairn" run "$programs/trap.wasm"

# ---- After all that ----
expect "the node is as good as before" 0 '' "$cairn" run "$cid"
grep -q . "$work/out" || bad "hello printed nothing"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
