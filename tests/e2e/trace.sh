#!/bin/sh
# What a user sees with `cairn run --trace`: every message in words, and a file that a trace viewer
# opens. trace.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# traced PATTERN: a line of the trace, behind its time, is that from its start to its end.
traced() {
	grep -qE "^ *[0-9]+\.[0-9]{3} ms  $1\$" "$work/err"
}

all_lines_have_a_time() {
	! grep -qvE '^ *[0-9]+\.[0-9]{3} ms  ' "$work/err"
}

# ---- Lines ----

hello=$("$cairn" add "$programs/hello.wasm")
check "a program runs as ever while it is traced" ends 0 "$cairn" run --trace "$hello"
check "its output is its own" [ "$(cat "$work/out")" = "Hello from a program named by its hash." ]
check "the trace tells which program a process runs" traced "[0-9]+ starts: $hello"
check "what the kernel asks" traced "kernel -> [0-9]+ #1  loader\.get\(cid: $hello\)"
check "what the program writes" traced \
	'[0-9]+ -> kernel #[0-9]+  terminal\.write\(stream-number: 1, data: "Hello from a program named by its hash\.\\n"\)'
check "the answer, and how long it took" traced \
	'[0-9]+ <- kernel #[0-9]+  ok\(40\)  after [0-9]+\.[0-9]{3} ms'
check "long lists with their size" grep -qE '\.\.\. \([0-9]+ bytes\)\)  after' "$work/err"
check "a message that expects no answer" traced '[0-9]+ -> kernel #[0-9]+  process\.exit\(code: 0\)'
check "and how it ended" traced "[0-9]+ left with exit code 0"
check "each line begins with its time" all_lines_have_a_time
check "the times do not go back" sort -c -n "$work/err"

check "a trap is traced" ends 134 "$cairn" run --trace "$programs/trap.wasm"
check "with its reason" traced "[0-9]+ trapped: out of bounds memory access.*"
check "so is a program that cannot be started" ends 126 "$cairn" run --trace "$programs/../../libcore.a"
check "with its reason, too" traced "[0-9]+ cannot be started: .*"

traced_cid=$("$cairn" add "$programs/traced.wasm")
check "a program with an interface of its own is traced" ends 0 "$cairn" run --trace "$traced_cid"
everything=$("${1:-build}"/idlc hash tests/interfaces/everything.wit | awk '{print $3}')
start=$(printf '%.16s' "$everything")
check "which is shown by its hash and as bytes" traced \
	"[0-9]+ -> nobody  $start\.\.\.\(0x0e000000[0-9a-f]+\)  not sent: no handler"
check "the trace says once what is missing" \
	[ "$(grep -c "the definition of $everything is not here" "$work/err")" -eq 1 ]
check "what is denied is traced" traced \
	'[0-9]+ -> nobody  blocks\.get\(cid: 0x0e00000009\)  not sent: denied'
check "and what is cancelled" traced \
	'[0-9]+ -> kernel #[0-9]+  time\.sleep-until is cancelled  after [0-9.]+ ms'
check "and how the handler takes that" traced '[0-9]+ <- kernel #[0-9]+  refused  after [0-9.]+ ms'

"$cairn" interface publish tests/interfaces/everything.wit >/dev/null
check "when its definition is published" ends 0 "$cairn" run --trace "$traced_cid"
check "its messages are shown in words, and nothing in them reaches the terminal" traced \
	"[0-9]+ -> nobody  everything\.texts\(text: \"\\\\u\{001b\}\[2J \\\\u\{202e\} \\\\\"quoted\\\\\"\", char: 'x', truth: true\)  not sent: no handler"
check "one that is malformed as bytes, with the reason" traced \
	'[0-9]+ -> nobody  everything\.texts\(0x0e00000009, which is not as defined: too short, in text\)  not sent: no handler'
check "nothing is missing any more" [ "$(grep -c 'is not here' "$work/err")" -eq 0 ]

# ---- Between programs ----

converter=build/examples/converter
between() {
	ends 0 "$cairn" run "$1" --handle examples/converter/kv1.wit=$converter/converter.wasm \
		--handle examples/converter/kv2.wit=$converter/handler.wasm \
		--allow examples/converter/kv1.wit \
		--allow-for $converter/converter.wasm examples/converter/kv2.wit $converter/old_caller.wasm
}
check "two programs that handle interfaces are traced" between --trace
check "each unknown interface is named once" \
	[ "$(grep -o 'the definition of [a-z0-9]*' "$work/err" | sort | uniq -c | awk '{print $1}' | xargs)" = "1 1" ]
check "its answers are bytes" traced "[0-9]+ <- [0-9]+ #[0-9]+  0x01  after [0-9.]+ ms"
"$cairn" interface publish examples/converter/kv1.wit examples/converter/kv2.wit >/dev/null
check "when both are published" between --trace
check "a call to one" traced '[0-9]+ -> [0-9]+ #[0-9]+  kv1\.put\(key: "sun", value: "farther"\)'
check "leads to a call to the other" traced \
	'[0-9]+ -> [0-9]+ #[0-9]+  kv2\.put\(key: "sun", value: "farther"\)'
check "and answers are in words, too" traced "[0-9]+ <- [0-9]+ #[0-9]+  true  after [0-9.]+ ms"
check "a file of that" between --trace="$work/between.json"
check "is what a viewer expects" python3 tests/e2e/chrome_trace.py "$work/between.json" \
	"$("$cairn" add $converter/old_caller.wasm)" kv1.put true

# ---- Files ----

check "a trace goes to a file" ends 0 "$cairn" run --trace="$work/hello.json" "$hello"
check "and nowhere else" [ ! -s "$work/err" ]
check "it is what a viewer expects" python3 tests/e2e/chrome_trace.py "$work/hello.json" \
	"$hello" terminal.write 'ok(40)'
check "so is one with messages side by side, denied and cancelled ones" \
	ends 0 "$cairn" run --trace="$work/traced.json" "$traced_cid"
check "for a viewer, too" python3 tests/e2e/chrome_trace.py "$work/traced.json" \
	"$traced_cid" time.sleep-until refused
sleeper() {
	# (The shell has its background jobs ignore SIGINT.)
	env --default-signal=INT "$cairn" run --trace="$work/sleep.json" "$programs/sleep.wasm" \
		>"$work/out" 2>"$work/err" &
	for _ in $(seq 1200); do
		"$cairn" ps --json | grep '"state":"waiting"' | grep -q "$sleep" && break
		sleep 0.05
	done
	kill -INT $!
	wait $!
	[ $? -eq 130 ]
}
sleep=$("$cairn" add "$programs/sleep.wasm")
check "a program that is interrupted leaves its trace" sleeper
check "whole" python3 tests/e2e/chrome_trace.py "$work/sleep.json" "$sleep"

check "a file that cannot be written" ends 125 "$cairn" run --trace="$work/none/x" "$hello"
check "is named" grep -q "cannot write the trace.*none/x" "$work/err"
check "and the program is not run" [ ! -s "$work/out" ]
check "a full device is an error" ends 125 "$cairn" run --trace=/dev/full "$hello"
check "the help tells about it" ends 0 "$cairn" help run

conclude
