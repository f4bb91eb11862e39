#!/bin/sh
# Programs of several threads, at the command line: what the SDK has for them, the interface, wasi-threads,
# and what they should not do. threads.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh

run() {
	code=$1
	program=$2
	shift 2
	ends "$code" "$cairn" run "$programs/$program.wasm" "$@"
}
mischief() {
	run "$1" threads/mischief "$2"
}
trapped() {
	grep -q "trapped: $1" "$work/err"
}

check "mutexes, conditions, once, thread-locals and channels hold" run 0 threads/locks
check "numbers, ends and limits are what the interface says, 100,000 threads long" \
	run 0 threads/interface
check "waits end as they should, and memory grows under all threads" run 0 threads/waits
check "threads of wasi-threads run, and the program's code comes through" run 7 threads/wasi
check "all of them print" printed "thread 0
thread 1
thread 2
thread 3
thread 4
thread 5"
check "without shared memory there is no thread" run 0 lonely

pool=$PWD/build/examples/pool/pool.wasm
check "a pool of one thread hashes" ends 0 "$cairn" run "$pool" 1
check "and tells the sum" printed 342aaad7d3542500
check "one of many threads on two CPUs does so too" ends 0 env CAIRN_CPUS=2 "$cairn" run "$pool" 9
check "and tells the same" printed 342aaad7d3542500
check "on one CPU as well" ends 0 env CAIRN_CPUS=1 "$cairn" run "$pool" 4
check "and tells the same" printed 342aaad7d3542500

# ---- Mischief ----

check "an atomic access that is not aligned is a trap" mischief 134 u
check "which is told" trapped "unaligned atomic"
check "so is a wait" mischief 134 w
check "which is told as well" trapped "unaligned atomic"
check "a wait outside of the memory is a trap" mischief 134 o
check "which is told too" trapped "out of bounds memory access"
check "a trap of one thread ends all" mischief 134 t
check "and its backtrace is told" grep -q "at wasi_thread_start" "$work/err"
check "when the first thread returns, those that spin, sleep or wait for the dead end" mischief 0 s
check "when it leaves, the last one ends the program" mischief 0 l
check "one that spins and sleeps for ever is killed" \
	ended 143 timeout --preserve-status -s TERM 1 "$cairn" run "$programs/threads/mischief.wasm" f

cat >"$work/wait.wat" <<'WAT'
(module (memory 1) (func (export "_start")
  (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))))
WAT
cat >"$work/large.wat" <<'WAT'
(module (import "env" "memory" (memory 65536 65536 shared)) (func (export "_start")))
WAT
cat >"$work/other.wat" <<'WAT'
(module (import "env" "other" (memory 1 1 shared)) (func (export "_start")))
WAT
cat >"$work/no_entry.wat" <<'WAT'
(module (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (func (export "_start")
    (if (i32.ge_s (call $spawn (i32.const 0)) (i32.const 0)) (then unreachable))))
WAT
for name in wait large other no_entry; do
	wat2wasm --enable-threads "$work/$name.wat" -o "$work/$name.wasm" || exit 1
done
check "a wait in a memory that is not shared is a trap" ends 134 "$cairn" run "$work/wait.wasm"
check "and told" trapped "expected shared memory"
check "without an entry there is no thread" ends 0 "$cairn" run "$work/no_entry.wasm"
check "a shared memory that is too large is refused" ends 126 "$cairn" run "$work/large.wasm"
check "with a line that says so" complained "needs 4 GiB of memory and may have 1 GiB; .* --memory 4G"
check "a memory of another name is not supplied" ends 126 "$cairn" run "$work/other.wasm"
check "with a line that names it" complained 'nobody supplies the import "env" "other"'

# ---- Beside others ----

# Twenty programs of 64 threads that never wait, on one CPU of the node: if a hello had to wait for each of the
# threads as often as it waits for something, it would take half a minute.
crowd=
for number in $(seq 20); do
	env CAIRN_CPUS=1 "$cairn" run "$programs/threads/crowd.wasm" >"$work/crowd.$number" 2>/dev/null &
	crowd="$crowd $!"
done
are_there() {
	for _ in $(seq 600); do
		[ "$(cat "$work"/crowd.* | wc -l)" -eq 20 ] && return
		sleep 0.1
	done
	return 1
}
check "twenty programs of 64 threads that spin are started beside each other" are_there
check "another program is not kept waiting" ends 0 timeout 15 "$cairn" run "$programs/hello.wasm"
kill $crowd
wait $crowd

conclude
