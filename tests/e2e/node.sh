#!/bin/sh
# The node as a process: who owns a home, who may speak to it, what becomes of programs when commands
# or nodes are killed, and what a person at a terminal meets. node.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
build=${1:-build}
cairn=$PWD/$build/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
up=
cleanup() {
	[ -z "$up" ] || kill -9 "$up" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
. tests/e2e/checks.sh

hello=$("$cairn" add "$programs/hello.wasm")
sleep=$("$cairn" add "$programs/sleep.wasm")
spin=$("$cairn" add "$programs/spin.wasm")
produce=$("$cairn" add "$programs/produce.wasm")
chatter=$("$cairn" add "$programs/chatter.wasm")
trap_=$("$cairn" add "$programs/trap.wasm")
exit_code=$("$cairn" add "$programs/exit_code.wasm")

# The pid of the node that owns the home.
owner() {
	cut -d ' ' -f 1 "$CAIRN_HOME/node.lock"
}

# soon COMMAND...: it succeeds within a minute.
soon() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ] || return 1
		sleep 0.05
	done
}

# runs PROGRAM: a node runs it.
runs() {
	"$cairn" ps --json | grep -q "$1"
}

# waits PROGRAM: a node runs it, and it waits for something.
waits() {
	"$cairn" ps --json | grep "$1" | grep -q '"state":"waiting"'
}

# Two processes of the program that sleeps are there.
both() {
	[ "$("$cairn" ps --json | grep -c "$sleep")" -eq 2 ]
}

start_node() {
	"$cairn" up 2>"$work/up.log" &
	up=$!
	soon [ -S "$CAIRN_HOME/node.socket" ]
}

# gone PID: it has ended, though its parent may not have asked how.
gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.*Z' "/proc/$1/status"
}

# ---- A node of a command's own ----

check "a program runs without a node" ends 0 "$cairn" run "$hello"
check "the node that was brought is gone with it" [ ! -e "$CAIRN_HOME/node.socket" ]

"$cairn" run "$sleep" &
first=$!
check "a node that a command brought listens" soon [ -S "$CAIRN_HOME/node.socket" ]
node=$(owner)
check "its socket is this user's alone" [ "$(stat -c %a "$CAIRN_HOME/node.socket")" = 600 ]
check "its lock names what it was started as" grep -q "^$node .*run $sleep" "$CAIRN_HOME/node.lock"
check "a second command shares it" ends 42 "$cairn" run "$exit_code"
check "it lives on" kill -0 "$node"
check "its lock has not changed hands" [ "$(owner)" = "$node" ]
piped() {
	[ "$(timeout 60 "$cairn" run "$hello" | cat)" = "Hello from a program named by its hash." ]
}
check "it does not keep the streams of a command that has ended" piped
"$cairn" run "$sleep" &
second=$!
soon both
kill -TERM "$first"
wait "$first"
check "the command that brought it ends by its signal" [ $? -eq 143 ]
check "and the node lives on with the other's program" ends 0 "$cairn" run "$hello"
kill -9 "$second"
wait "$second" 2>/dev/null
check "when the last command is killed, the node ends" soon gone "$node"

many() {
	rm -f "$work"/many.*
	for i in 1 2 3 4 5 6 7 8; do
		"$cairn" run "$exit_code" >"$work/many.$i" 2>&1 || echo $? >"$work/many.$i.code" &
	done
	wait
	cat "$work"/many.*.code | sort | uniq -c | grep -qE '^ *8 42$' && [ ! -s "$work/many.1" ]
}
check "eight commands that begin at once without a node all work" many
check "and again" many
quick() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$cairn" run "$hello" >/dev/null 2>>"$work/err" || return 1
	done
}
check "so do twenty, one right after the other" quick

# ---- cairn up ----

check "a node stays" start_node
check "commands use it" ends 0 "$cairn" run "$hello"
check "their output is their own" printed "Hello from a program named by its hash."
check "so is their exit code" ends 42 "$cairn" run "$exit_code"
check "a trap is told with its backtrace" ends 134 "$cairn" run "$trap_"
check "on the command's error stream" grep -q be_careless "$work/err"
check "lines of the log too" ends 0 "$cairn" run "$chatter"
check "they are there" [ -s "$work/err" ]
check "and not at the node" [ ! -s "$work/up.log" ]
check "unless the command is quiet" ends 0 "$cairn" run --quiet "$chatter"
check "then nothing is there" [ ! -s "$work/err" ]
check "what a program has logged is kept" ends 0 "$cairn" logs "$chatter"
check "with its time and level" grep -qE '^20..-..-..T..:..:..\....Z [a-z]+ process [0-9]+ \(' "$work/out"
check "by program" ends 0 "$cairn" logs "$hello"
check "which has logged nothing" [ ! -s "$work/out" ]

check "programs that come with the kernel are listed by its names" ends 0 "$cairn" ps
check "which are marked" grep -qE ' boot:loader \(baf[a-z2-7]+\.\.\.\); handles loader$' "$work/out"
"$cairn" ps --json >"$work/out"
check "in JSON too" grep -q '"boot_name":"boot:loader"' "$work/out"
loader=$("$cairn" ps | awk '/ boot:loader / { print $1 }')
CAIRN_HOME=$work/empty "$cairn" handlers >"$work/handlers"
check "handlers are listed as they are" ends 0 "$cairn" handlers
check "with the process" grep -qE "^loader .* boot:loader .*, pid $loader\$" "$work/out"
sed 's/, pid [0-9]*$//' "$work/out" >"$work/live"
check "and otherwise as without a node" cmp "$work/live" "$work/handlers"

check "a second node is refused" ends 125 "$cairn" up
check "the error names the first one" complained "process $up, \`.*cairn up"
check "a node that is there does not change" ends 0 "$cairn" run "$hello"

"$cairn" run --trace "$exit_code" 2>"$work/trace1" >/dev/null
check "a trace comes from a node that is shared" grep -q "left with exit code 42" "$work/trace1"
"$cairn" run "$spin" &
spinner=$!
"$cairn" run --trace "$exit_code" 2>"$work/trace2" >/dev/null
check "it shows this run" grep -q "left with exit code 42" "$work/trace2"
check "and none of the other" [ "$(grep -c "starts: $spin" "$work/trace2")" -eq 0 ]
check "a program that spins does not stop others" ends 0 "$cairn" run "$hello"

# ---- Clients that are none ----

digest=$("$build"/idlc hash interfaces/control.wit | cut -d ' ' -f 2)
python3 tests/e2e/hostile_client.py "$CAIRN_HOME" "$digest" >"$work/hostile" 2>&1
cat "$work/hostile"
cp "$work/hostile" "$work/err"
passed=$((passed + $(grep -c '^ok: ' "$work/hostile")))
failed=$((failed + $(grep -c '^FAILED: ' "$work/hostile")))
skipped=$((skipped + $(grep -c '^skipped: ' "$work/hostile")))
check "that was the end of them" grep -q '^[a-z]*: more at once' "$work/hostile"
check "each is a line in the node's log" [ "$(grep -c 'a command was dropped' "$work/up.log")" -ge 20 ]
check "the node runs programs as before" ends 0 "$cairn" run "$hello"
check "and the run of before goes on" kill -0 "$spinner"
few_files() {
	[ "$(find "/proc/$up/fd" | wc -l)" -le 40 ]
}
check "no descriptor was kept" soon few_files

# ---- A node that has no room ----

# holds COUNT SECONDS: so many commands are connected for that time, and say nothing.
holds() {
	python3 - "$@" <<-'EOF' &
	import os, resource, socket, sys, time
	files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
	resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
	clients = [socket.socket(socket.AF_UNIX) for _ in range(int(sys.argv[1]))]
	for client in clients:
	    client.connect(os.environ["CAIRN_HOME"] + "/node.socket")
	    client.recv(32)
	open(sys.argv[3], "w").close()
	time.sleep(float(sys.argv[2]))
	EOF
	holder=$!
	soon [ -e "$3" ]
}
crowded() {
	begin=$(date +%s)
	check "many commands are connected" holds 1088 2 "$work/held"
	check "one more waits until there is room, and is told" ends 0 "$cairn" deny "$hello" tcp
	check "of what runs it shows all" ends 0 "$cairn" ps
	check "with the program that runs" grep -q "$spin" "$work/out"
	refused=$(($(grep -c 'too many are connected' "$work/up.log") - refused))
	check "and refusals are a line a second" [ "$refused" -le $(($(date +%s) - begin + 1)) ]
	wait "$holder"
	"$cairn" revoke "$hello" >"$work/out"
}
refused=$(grep -c 'too many are connected' "$work/up.log")
if may_open 4096; then
	crowded
else
	skip 5 "a crowd at the node's door: this user may open no more than $files_max files"
fi

# ---- Kills ----

kill -9 "$spinner"
wait "$spinner" 2>/dev/null
idle() {
	before=$(awk '{ print $14 + $15 }' "/proc/$up/stat")
	sleep 0.5
	after=$(awk '{ print $14 + $15 }' "/proc/$up/stat")
	[ $((after - before)) -le 5 ]
}
check "a command that is killed takes its program with it" soon idle

"$cairn" run "$sleep" 2>"$work/err" &
sleeper=$!
soon waits "$sleep"
cid=$("$cairn" add README.md)
kill -9 "$up"
wait "$up" 2>/dev/null
wait "$sleeper"
check "a command whose node is killed ends with an error" [ $? -eq 125 ]
check "that says so" grep -q "the node has ended" "$work/err"
check "what was added is there" ends 0 "$cairn" cat "$cid"
check "whole" cmp "$work/out" README.md
check "the lock of a dead node is taken over" ends 0 "$cairn" run "$hello"
check "so is its socket" start_node
check "which works" ends 0 "$cairn" run "$hello"

"$cairn" run "$sleep" 2>"$work/err" &
sleeper=$!
soon waits "$sleep"
kill -TERM "$up"
wait "$up"
check "a node that is told to end ends well" [ $? -eq 0 ]
wait "$sleeper"
check "its programs end" [ $? -eq 137 ]
check "their commands are told" grep -q "$sleep ended" "$work/err"
check "nothing is left of it" [ ! -e "$CAIRN_HOME/node.socket" ]

check "nobody is told where no node runs" ends 1 "$cairn" down
check "which the error says" complained '^cairn: no node runs$'
check "down takes no arguments" ends 2 "$cairn" down now
start_node
"$cairn" run "$sleep" 2>"$work/sleeper.err" &
downed=$!
soon waits "$sleep"
check "a node is told to end by a command" ends 0 "$cairn" down
check "it is gone when the command ends" [ ! -e "$CAIRN_HOME/node.socket" ]
wait "$up"
check "in order" [ $? -eq 0 ]
wait "$downed"
check "and its programs with it" [ $? -eq 137 ]
"$cairn" run "$sleep" 2>"$work/sleeper.err" &
downed=$!
soon waits "$sleep"
check "so does a node that a command brought" ends 0 "$cairn" down
wait "$downed"
check "which is told" grep -q "$sleep ended" "$work/sleeper.err"
check "another can begin at once" start_node
"$cairn" down
wait "$up"

start_node
mkfifo "$work/full"
sleep 100 <>"$work/full" >/dev/null &
holder=$!
"$cairn" run "$produce" >"$work/full" 2>/dev/null &
stuck=$!
soon runs "$produce"
kill -TERM "$up"
check "a command whose output nobody reads does not keep it from ending" soon gone "$up"
kill "$holder"
wait "$stuck"
up=

# ---- cairn ps, stats, kill ----

check "without a node nothing runs" ends 0 "$cairn" ps
check "that is an empty list" [ "$(wc -l <"$work/out")" -eq 1 ]
check "and there are no figures" ends 1 "$cairn" stats

check "without a node there is nothing to kill" ends 1 "$cairn" kill 5
check "the error says so" complained "no node"
start_node
"$cairn" run "$sleep" 2>"$work/killed" &
sleeper=$!
soon waits "$sleep"
check "a process that is not there cannot be killed" ends 1 "$cairn" kill 99999
check "the error names it" complained "no such process: 99999"
check "a word is no number of a process" ends 1 "$cairn" kill sleep
check "what runs is listed" ends 0 "$cairn" ps
check "with its state and its hash" grep -qE "^ *[0-9]+ +0 waiting .* $(printf '%.14s' "$sleep")" "$work/out"
check "and what it handles" grep -q "; handles loader" "$work/out"
"$cairn" name slow "$sleep"
check "a petname is shown" ends 0 "$cairn" ps
check "with the start of the hash" grep -q "slow ($(printf '%.12s' "$sleep")" "$work/out"
check "as JSON there is more" ends 0 "$cairn" ps --json
check "each line an object" python3 -c "
import json, sys
for line in open('$work/out'):
    process = json.loads(line)
    if process['program'] == '$sleep':
        open('$work/pid', 'w').write(str(process['pid']))
        sys.exit(process['program_name'] != 'slow' or process['state'] != 'waiting')
sys.exit(1)"
check "the node has figures" ends 0 "$cairn" stats
check "the number of its CPUs among them" grep -q "CPUs: ${CAIRN_CPUS:-$(nproc)}\$" "$work/out"
check "its pid among them" grep -q "process $up," "$work/out"
"$cairn" run "$hello" >/dev/null
"$cairn" run "$hello" >/dev/null
check "as JSON, too" ends 0 "$cairn" stats --json
check "code of what has ended is kept" python3 -c "
import json
stats = json.load(open('$work/out'))
assert stats['kept_programs'] == 1 and stats['kept_code_bytes'] > 4096, stats"
check "an object" python3 -c "import json; assert json.load(open('$work/out'))['processes'] >= 1"
check "a process is killed by its number" ends 0 "$cairn" kill "$(cat "$work/pid")"
wait "$sleeper"
check "one that is killed tells its command" [ $? -eq 137 ]
check "in words" grep -q killed "$work/killed"
"$cairn" run "$sleep" >/dev/null 2>&1 &
sleeper=$!
"$cairn" run "$sleep" >/dev/null 2>&1 &
other=$!
check "two processes of a program run" soon both
check "they are killed by its name" ends 0 "$cairn" kill slow
wait "$sleeper"
check "the one" [ $? -eq 137 ]
wait "$other"
check "and the other" [ $? -eq 137 ]
check "then none runs" ends 1 "$cairn" kill slow
check "which is said" complained 'no process runs this program: slow$'
check "a name that nothing has is an error" ends 1 "$cairn" kill nobody
check "which is named" complained ': nobody$'

# ---- A home that is far away, and one that cannot be written ----

long=$work/$(printf 'x%.0s' $(seq 1 200))/home
mkdir -p "$long"
check "a home with a long path has a node, too" ends 127 env CAIRN_HOME="$long" "$cairn" run "$hello"

# ---- At a terminal ----

check "at a terminal: modes, sizes, stopping, and what kills leave behind" \
	python3 tests/e2e/terminal.py "$cairn" "$programs" "$CAIRN_HOME"

# ---- The memory of programs that start with the node ----

large=$("$cairn" add "$programs/large.wasm") # It begins with 2 GiB.

# configures SIZE: one program that may have so much, and one of which nothing is said.
configures() {
	printf 'programs {\n\tsmall {\n\t\tprogram = %s\n\t\tmemory = %s\n\t}\n\tlarge { program = %s }\n}\n' \
		"$sleep" "$1" "$large" >"$CAIRN_HOME/cairn.conf"
	"$cairn" reload >"$work/out" 2>"$work/err"
}

# may_have BYTES: so much does the program have that sleeps.
may_have() {
	"$cairn" ps --json | grep "$sleep" | grep -q "\"memory_max_bytes\":$1,"
}
check "a program of the configuration is given memory" configures 16M
check "so much may it have" soon may_have 16777216
check "one that begins with more than it may have is told of, and what would help" soon grep -qE \
	'^cairn: large has ended: it needs 2 GiB of memory and may have 1 GiB; in cairn.conf: memory = 2G$' "$work/up.log"
check "what it may have can be changed" configures 3G
check "and is" soon may_have 3221225472
for size in 0 5G much; do
	configures "$size"
	check "a size that none can be is refused with file and line: $size" complained "cairn.conf:4: .*memory.*: $size\$"
done
check "and all is as it was" may_have 3221225472
rm "$CAIRN_HOME/cairn.conf"
check "without the section it ends" ends 0 "$cairn" reload

# ---- Few files ----

kill "$up" && wait "$up"
start_small() {
	(ulimit -n 64 && exec "$cairn" up) 2>"$work/up.log" &
	up=$!
	soon [ -S "$CAIRN_HOME/node.socket" ]
}
check "a node starts that may open few files" start_small
check "as many commands as it has files for" holds 60 4 "$work/held2"
check "one more waits, and gets its answer" ends 0 "$cairn" ps
check "the node does not spin meanwhile" idle
wait "$holder"
check "and serves when there is room" ends 0 "$cairn" run "$hello"
conclude
