#!/bin/sh
# The node under ThreadSanitizer, with more CPUs than the host may have: programs that do everything at once,
# and several programs that talk to each other. tsan.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build/tsan}/cairn
programs=$PWD/build/tests/programs
futures=$PWD/build/examples/futures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh
export TSAN_OPTIONS="halt_on_error=0 exitcode=66 suppressions=$PWD/tests/e2e/tsan.suppressions"

is_clean() {
	! grep -q "WARNING: ThreadSanitizer" "$work/err"
}

# clean SENTENCE COMMAND...: it ends well, and no race was seen.
clean() {
	sentence=$1
	shift
	check "$sentence" ends 0 "$@"
	check "... without a race" is_clean
}

everything=$("$cairn" add "$programs/threads/everything.wasm")
for cpus in 2 3 4; do
	clean "everything at once, on $cpus CPUs" \
		env CAIRN_CPUS="$cpus" "$cairn" run --allow process "$everything" "$everything"
done
clean "locks and channels" env CAIRN_CPUS=4 "$cairn" run "$programs/threads/locks.wasm"
clean "waits, and memory that grows" env CAIRN_CPUS=4 "$cairn" run "$programs/threads/waits.wasm"
clean "threads that spin when the program ends" \
	env CAIRN_CPUS=4 "$cairn" run "$programs/threads/mischief.wasm" s
clean "threads that end one after the other" \
	env CAIRN_CPUS=4 "$cairn" run "$programs/threads/mischief.wasm" l
clean "four programs with 50 requests in flight" \
	env CAIRN_CPUS=3 "$cairn" run --allow-all --handle "examples/futures/red.wit=$futures/red.wasm" \
	--handle "examples/futures/green.wit=$futures/green.wasm" \
	--handle "examples/futures/blue.wit=$futures/blue.wasm" "$futures/flight.wasm" 200 50
check "a node that is told to end while all its CPUs run does so" \
	ended 143 timeout --preserve-status -s TERM 3 \
	env CAIRN_CPUS=4 "$cairn" run "$everything" child
check "... without a race" is_clean

conclude
