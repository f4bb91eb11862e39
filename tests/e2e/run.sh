#!/bin/sh
# What a user does with `cairn run`: streams, exit codes, signals, and programs that are not there or
# not right. run.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CAIRN_HOME="$work/home"
passed=0
failed=0

pass() {
	passed=$((passed + 1))
	echo "ok: $1"
}

fail() {
	failed=$((failed + 1))
	echo "FAILED: $1: $2"
}

# The CID of a test program, which is in the store afterwards.
cid() {
	"$cairn" add "$programs/$1.wasm"
}

# expect SENTENCE CODE COMMAND...: the exit code is CODE; output is in $work/out and $work/err.
expect() {
	sentence=$1 expected=$2
	shift 2
	timeout 60 "$@" >"$work/out" 2>"$work/err"
	code=$?
	if [ "$code" -eq "$expected" ]; then
		pass "$sentence"
	else
		fail "$sentence" "exit code $code instead of $expected: $(head -c 300 "$work/err")"
	fi
}

# output SENTENCE TEXT: what the last command printed.
output() {
	printf '%s\n' "$2" >"$work/wanted"
	if cmp -s "$work/wanted" "$work/out"; then
		pass "$1"
	else
		fail "$1" "$(head -c 300 "$work/out")"
	fi
}

# one_line SENTENCE PATTERN: the last command printed one line of error, and it says so.
one_line() {
	if [ "$(wc -l <"$work/err")" -eq 1 ] && grep -qE "$2" "$work/err"; then
		pass "$1"
	else
		fail "$1" "$(head -c 500 "$work/err")"
	fi
}

# The blocks of the store, as files.
block_file() {
	find "$CAIRN_HOME/blocks" -type f -name "*$1*"
}

hello=$(cid hello)
cat=$(cid cat)
produce=$(cid produce)

# ---- Running ----

expect "a program runs by its CID" 0 "$cairn" run "$hello"
output "its output comes through" "Hello from a program named by its hash."
expect "a program runs from a file" 0 "$cairn" run "$programs/hello.wasm"
expect "its exit code comes through" 42 "$cairn" run "$(cid exit_code)"

environment=$(cid environment)
expect "arguments come through, options among them" 0 \
	"$cairn" run "$environment" --quiet -- "two words" ""
output "the environment is empty by default" "argument $environment
argument --quiet
argument --
argument two words
argument "
expect "variables are passed on when they are named" 0 \
	"$cairn" run --env A=1 --env "B=two words" "$environment"
output "and nothing else" "argument $environment
variable A=1
variable B=two words"

# ---- Streams ----

head -c 100000000 /dev/urandom >"$work/data"
timeout 60 "$cairn" run "$cat" <"$work/data" >"$work/copy"
cmp -s "$work/data" "$work/copy" && pass "100 MB go from a file to a file" ||
	fail "100 MB go from a file to a file" "the copy differs"
cat "$work/data" | timeout 60 "$cairn" run "$cat" | cmp -s "$work/data" - &&
	pass "100 MB go through pipes" || fail "100 MB go through pipes" "the copy differs"
timeout 60 "$cairn" run "$cat" </dev/null >"$work/copy"
[ $? -eq 0 ] && [ ! -s "$work/copy" ] && pass "/dev/null is an empty input" ||
	fail "/dev/null is an empty input" "not so"
timeout 60 "$cairn" run "$cat" <"$work/data" >/dev/null &&
	pass "/dev/null takes everything" || fail "/dev/null takes everything" "not so"
timeout 60 "$cairn" run "$cat" <&- >"$work/out"
[ $? -eq 1 ] && pass "reading a closed input is an error of the program" ||
	fail "reading a closed input is an error of the program" "not so"
timeout 60 "$cairn" run "$hello" >&-
[ $? -eq 1 ] && pass "writing to a closed output is an error of the program" ||
	fail "writing to a closed output is an error of the program" "not so"
timeout 60 "$cairn" run "$hello" >/dev/full
[ $? -eq 1 ] && pass "so is writing to a full device" ||
	fail "so is writing to a full device" "not so"
{
	timeout 60 "$cairn" run "$produce"
	echo $? >"$work/code"
} | head -1 >"$work/out"
[ "$(cat "$work/code")" = 3 ] && [ "$(wc -l <"$work/out")" -eq 1 ] &&
	pass "a program learns that nobody reads it any more" ||
	fail "a program learns that nobody reads it any more" "$(cat "$work/code")"
rest=$(printf 'abcdef' | { "$cairn" run "$(cid take_two)" && cat; })
[ "$rest" = abcdef ] && pass "what a program leaves of its input is there for the next command" ||
	fail "what a program leaves of its input is there for the next command" "$rest"
rest=$({ sleep 0.3; echo late; } | timeout 60 "$cairn" run "$cat")
[ "$rest" = late ] && pass "a program waits for its input" ||
	fail "a program waits for its input" "$rest"

# ---- Signals ----

expect "SIGINT ends a program that spins" 130 \
	timeout --preserve-status -s INT 0.5 "$cairn" run "$(cid spin)"
expect "SIGINT ends a program that waits for ever" 130 \
	timeout --preserve-status -s INT 0.5 "$cairn" run "$(cid sleep)"
expect "SIGTERM ends a program that waits for ever" 143 \
	timeout --preserve-status -s TERM 0.5 "$cairn" run "$(cid sleep)"
mkfifo "$work/fifo"
sleep 5 <>"$work/fifo" &
sleeper=$!
timeout --preserve-status -s INT 0.5 "$cairn" run "$cat" <"$work/fifo" >"$work/out" 2>"$work/err"
[ $? -eq 130 ] && pass "SIGINT ends a program that waits for input" ||
	fail "SIGINT ends a program that waits for input" "not so"
timeout --preserve-status -s INT 0.5 "$cairn" run "$produce" >"$work/fifo" 2>"$work/err"
[ $? -eq 130 ] && pass "SIGINT ends a program whose output nobody reads" ||
	fail "SIGINT ends a program whose output nobody reads" "not so"
kill "$sleeper"

# ---- Traps ----

expect "a trap ends the program as a crash would" 134 "$cairn" run "$(cid trap)"
output "what it wrote before is there" "before"
head -1 "$work/err" | grep -q "out of bounds memory access" &&
	pass "the first line says what happened" ||
	fail "the first line says what happened" "$(cat "$work/err")"
grep -q be_careless "$work/err" && grep -q read_outside "$work/err" &&
	pass "the backtrace names the functions" ||
	fail "the backtrace names the functions" "$(cat "$work/err")"

# ---- What is not there, or not right ----

absent=bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy
expect "a CID that is not in the store cannot be run" 127 "$cairn" run "$absent"
one_line "the error names the block" "$absent.*not found"
expect "a file that does not exist cannot be run" 127 "$cairn" run "$work/nothing.wasm"
one_line "the error names the file" "nothing\.wasm"
expect "a folder cannot be run" 126 "$cairn" run "$work"
one_line "the error names the folder" "$work"
echo "no module" >"$work/text"
expect "a file that is no module cannot be run" 126 "$cairn" run "$work/text"
one_line "the error says so" "cannot be started"
: >"$work/empty"
expect "an empty file cannot be run" 126 "$cairn" run "$work/empty"
head -c 300 "$programs/hello.wasm" >"$work/cut"
expect "a module that is cut short cannot be run" 126 "$cairn" run "$work/cut"
one_line "the error says where" "cannot be started"
printf '\0asm\1\0\0\0\1\4\1\140\0\0\2\13\1\3env\3foo\0\0' >"$work/import"
expect "a module that imports something unknown cannot be run" 126 "$cairn" run "$work/import"
one_line "the error names the import" 'env.*foo'

printf 'x' | dd of="$(block_file "$hello")" bs=1 seek=100 conv=notrunc 2>"$work/err"
expect "a block whose bytes were changed is not run" 126 "$cairn" run "$hello"
grep -q "$hello" "$work/err" && pass "the error names the block" ||
	fail "the error names the block" "$(cat "$work/err")"
"$cairn" add "$programs/hello.wasm" >"$work/out"
expect "adding the file again mends it" 0 "$cairn" run "$hello"

# ---- A program against the system ----

abuse=$(cid loader_abuse)
expect "the loader survives messages that are malformed" 0 "$cairn" run --allow-all "$abuse"
output "it refuses them, and answers what is merely not there" "empty: refused 
cut short: refused 
too long: refused 
endless: refused 
other function: refused 
a megabyte of zeros: refused 
no CID: ok 0103
unknown: ok 0100"
expect "a program that nobody granted the loader to runs" 0 "$cairn" run --quiet "$abuse"
grep -q 'ok 01' "$work/out" && fail "its messages are denied" "$(cat "$work/out")" ||
	pass "its messages are denied"

# ---- The command ----

expect "run without a program is used wrongly" 2 "$cairn" run
expect "so is an option that does not exist" 2 "$cairn" run --allow-al "$hello"
expect "so is a variable without a value" 2 "$cairn" run --env NAME "$hello"
expect "--help tells about it" 0 "$cairn" run --help

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
