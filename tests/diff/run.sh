#!/bin/sh
# Engine against engine, on generated modules: tests/diff/run.sh [--seeds A-B] [--seconds N] [BUILD]
#
# Seed after seed, for so many seconds or up to the last one: modules are run by our interpreter and
# by V8, and once more by ours with interruptions and suspensions wherever they are possible. Mutants
# of them are judged by our validator, by V8's, and by wabt's where the two disagree. The first hundred
# are also run with sanitizers: as they are, with each allocation refused, with too little room, and as
# mutants. A module that shows a difference is kept in build/diff.
set -eu
cd "$(dirname "$0")/../.."

first=1
last=1000000
seconds=60
build=build
while [ $# -gt 0 ]; do
	case $1 in
	--seeds) first=${2%-*} last=${2#*-} seconds=1000000 && shift 2 ;;
	--seconds) seconds=$2 && shift 2 ;;
	*) build=$1 && shift ;;
	esac
done
batch=200
mutants=10 # of each seed
kept=build/diff
passed=0
failed=0
skipped=0
settled=0

mkdir -p "$kept"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

has_node=true
if ! command -v node >/dev/null 2>&1; then
	has_node=false
	skipped=$((skipped + 1))
	echo "skipped: node is not here: nothing is compared with another engine"
fi
has_wabt=true
if ! command -v wasm-validate >/dev/null 2>&1; then
	has_wabt=false
	skipped=$((skipped + 1))
	echo "skipped: wasm-validate is not here: nobody decides between our validator and V8's"
fi

# Generated recursion ends after some 300 calls, with frames as large as V8 makes them. Tail calls
# are the one proposal beyond ours that can be turned off.
peer() {
	node --stack-size=4000 --no-experimental-wasm-return-call $optimising tests/diff/peer.mjs "$@"
}
optimising=

# Runs ours; one that ends early shows up as a difference, and this tells why: ours COMMAND FILE
ours() {
	"$build"/diff-run "$1" "$work/pack" >"$2" 2>"$work/errors" && return
	echo "diff-run $1 ended early: $(tail -n 3 "$work/errors")"
}

# The seeds for which two outputs differ.
different_seeds() {
	awk '/^seed / { seed = $2; seeds[seed] }
		{ text[FILENAME, seed] = text[FILENAME, seed] "\n" $0 }
		END { for (seed in seeds) if (text[ARGV[1], seed] != text[ARGV[2], seed]) print seed }' \
		"$1" "$2"
}

of_seed() {
	awk -v wanted="$1" '/^seed / { seed = $2 } seed == wanted' "$2"
}

# Leaves out where traps were.
without_places() {
	sed -E 's/( trap [a-z]+)[^|]*/\1 /' "$1"
}

# V8's quick compiler (as of Node 20) computes some atomic accesses wrongly. Where more than places
# differ from ours, its optimising one is asked, which does not know the places.
is_their_own() {
	$has_node || return 1
	without_places "$work/left" >"$work/left-plain"
	without_places "$work/right" | cmp -s "$work/left-plain" - && return 1
	"$build"/diff-run generate "$1" "$1" >"$work/single"
	optimising=--no-liftoff
	peer run "$work/single" >"$work/optimised" || true
	optimising=
	without_places "$work/optimised" | cmp -s "$work/left-plain" -
}

# What two ways of running the same pack have printed: compare_runs WHAT OURS OTHER
compare_runs() {
	passed=$((passed + $(grep -c '^seed ' "$2" || true)))
	cmp -s "$2" "$3" && return
	for seed in $(different_seeds "$2" "$3"); do
		of_seed "$seed" "$2" >"$work/left"
		of_seed "$seed" "$3" >"$work/right"
		if [ "$1" = "in V8" ] && is_their_own "$seed"; then
			settled=$((settled + 1))
			continue
		fi
		passed=$((passed - 1))
		failed=$((failed + 1))
		"$build"/diff-run unpack "$work/pack" "$seed" "$kept/$seed"
		echo "FAILED: seed $seed, $1; see $kept/$seed.*.wasm"
		diff "$work/left" "$work/right" | head -n 4 | cut -c 1-300
	done
}

# A module that we refuse and V8 accepts uses a proposal, if wabt refuses it as well.
settle_mutant() {
	"$build"/diff-run unpack "$work/mutants" "$1" "$kept/$1"
	reason=$("$build"/diff-run explain "$work/mutants" "$1")
	if $has_wabt && ! wasm-validate --disable-simd --enable-threads "$kept/$1.a.wasm" >/dev/null 2>&1; then
		case $reason in
		ok:*) ;;
		*)
			echo "a proposal, in mutant $1: $reason"
			rm -f "$kept/$1.a.wasm"
			return
			;;
		esac
	fi
	failed=$((failed + 1))
	passed=$((passed - 1))
	echo "FAILED: mutant $1 is judged differently; see $kept/$1.a.wasm; we say: $reason"
}

# One mutant in two hundred goes to wabt, too.
ask_wabt() {
	for seed in $(awk 'NR % (20 * '"$mutants"') == 1 { print $2 }' "$work/judged"); do
		"$build"/diff-run unpack "$work/mutants" "$seed" "$work/mutant"
		answer=true
		wasm-validate --disable-simd --enable-threads "$work/mutant.a.wasm" >/dev/null 2>&1 || answer=false
		if grep -q "^seed $seed $answer$" "$work/judged"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			cp "$work/mutant.a.wasm" "$kept/$seed.a.wasm"
			echo "FAILED: mutant $seed: wabt says $answer; see $kept/$seed.a.wasm"
		fi
	done
}

judge_mutants() {
	"$build"/diff-run mutate "$1" "$2" "$mutants" >"$work/mutants"
	"$build"/diff-run validate "$work/mutants" >"$work/judged"
	if $has_node; then
		peer validate "$work/mutants" >"$work/judged-there"
		passed=$((passed + $(grep -c '^seed ' "$work/judged")))
		for seed in $(different_seeds "$work/judged" "$work/judged-there"); do
			settle_mutant "$seed"
		done
	fi
	if $has_wabt; then
		ask_wabt
	fi
}

run_batch() {
	"$build"/diff-run generate "$1" "$2" >"$work/pack"
	if $has_node; then
		peer run "$work/pack" >"$work/theirs" &
	fi
	ours run "$work/ours"
	ours disturb "$work/disturbed"
	if grep -q '^0 interrupts' "$work/errors"; then
		failed=$((failed + 1))
		echo "FAILED: nothing was interrupted"
	fi
	compare_runs "when it is disturbed" "$work/ours" "$work/disturbed"
	if $has_node; then
		wait $! || echo "the peer ended early"
		compare_runs "in V8" "$work/ours" "$work/theirs"
	fi
	judge_mutants "$1" "$2"
}

# Under sanitizers where there is such a build.
harass() {
	checked=$build
	[ ! -x "$build/san/diff-run" ] || checked=$build/san
	"$build"/diff-run generate "$1" "$2" >"$work/pack"
	if "$checked"/diff-run refuse "$work/pack" >"$work/refused"; then
		passed=$((passed + $2 - $1 + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: an allocation was refused, behind seed $(tail -n 1 "$work/refused")"
	fi
	if "$checked"/diff-run endure "$1" "$2" 40 >"$work/endured"; then
		passed=$((passed + $2 - $1 + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: mutants of the seed behind this one do harm: $(tail -n 1 "$work/endured")"
	fi
	ours run "$work/ours"
	"$checked"/diff-run run "$work/pack" >"$work/checked" || true
	compare_runs "under sanitizers" "$work/ours" "$work/checked"
}

begin=$(date +%s)
harass "$first" $((first + 99 < last ? first + 99 : last))
from=$first
while [ "$from" -le "$last" ] && [ $(($(date +%s) - begin)) -lt "$seconds" ]; do
	to=$((from + batch - 1 < last ? from + batch - 1 : last))
	run_batch "$from" "$to"
	from=$((to + 1))
done
echo "seeds $first to $((from - 1)); V8's two compilers disagreed about $settled of them"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
