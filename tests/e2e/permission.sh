#!/bin/sh
# Who may do what, as the user decides it, at a terminal and without one, with a node that runs and
# without: permission.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
programs=$PWD/build/tests/programs
knock=$programs/knock.wasm
starter=$programs/starter.wasm
work=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node" 2>/dev/null; rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# ---- At a terminal ----

python3 tests/e2e/permission.py "$cairn" "$programs" >"$work/terminal.log" 2>&1
code=$?
cat "$work/terminal.log"
passed=$((passed + $(grep -c '^ok: ' "$work/terminal.log")))
failed=$((failed + $(grep -c '^FAILED: ' "$work/terminal.log")))
cp "$work/terminal.log" "$work/err"
check "all of it was played" [ "$code" -eq 0 ]

# ---- Without a terminal ----

rm -rf "$CAIRN_HOME"
knock_cid=$("$cairn" add "$knock")
starter_cid=$("$cairn" add "$starter")
"$cairn" name knocker "$knock" >/dev/null

# knocks WORD COMMAND...: it prints just that word.
knocks() {
	word=$1
	shift
	timeout -k 5 60 "$@" </dev/null >"$work/out" 2>"$work/err"
	printed "$word"
}
logged() {
	[ "$(grep -c 'denied' "$work/err")" -eq "$1" ]
}

check "nobody can be asked: denied" knocks no "$cairn" run knocker b 1
check "in one line" logged 1
check "with the command that would allow it" \
	grep -qE '^cairn: denied: knocker \(baf[a-z0-9]+\.\.\.\) asked for blocks; to allow: cairn allow knocker blocks$' "$work/err"
check "which does" sh -c "$(sed -n "s|.*to allow: cairn|'$cairn'|p" "$work/err") >/dev/null"
check "as it says" knocks yes "$cairn" run knocker b 1
check "a run's denial wins" knocks no "$cairn" run --deny blocks knocker b 1
"$cairn" revoke knocker >/dev/null
check "and it is over with the revocation" knocks no "$cairn" run knocker b 1
before=$("$cairn" audit --all | wc -l)
begin=$(date +%s)
check "a million refusals are counted" knocks 1000000 "$cairn" run knocker n 1000000
seconds=$(($(date +%s) - begin + 1))
lines=$(grep -c denied "$work/err")
check "and logged once a second at most ($lines in $seconds s)" [ "$lines" -le $((seconds + 2)) ]
lines=$(($("$cairn" audit --all | wc -l) - before))
check "in the audit too ($lines)" [ "$lines" -le $((2 * seconds + 4)) ]

# ---- Started programs: each way around ----

started() {
	word=$1
	shift
	knocks "$word" "$cairn" run "$@"
}
check "who may not start programs does not" started "may not start" "$starter" a "$knock_cid" b 1
"$cairn" allow knocker blocks >/dev/null
check "a denied program that starts an allowed one gains nothing" started no --allow process "$starter" a "$knock_cid" b 1
"$cairn" revoke knocker >/dev/null
check "what its starter may, and passes on, a started one may" started yes --allow process --allow blocks "$starter" a "$knock_cid" b 1
check "what is not passed on it may not" started no --allow process --allow blocks "$starter" t "$knock_cid" b 1
"$cairn" deny knocker blocks >/dev/null
check "what the user denies it, it may not whoever starts it" started no --allow process --allow blocks "$starter" a "$knock_cid" b 1
check "not with everything allowed either" started no --allow-all "$starter" a "$knock_cid" b 1
"$cairn" allow knocker blocks >/dev/null
check "a launcher starts programs with the user's decisions" started yes --allow process=launch "$starter" t "$knock_cid" b 1
"$cairn" revoke knocker >/dev/null
check "which need not be its own" started no --allow process=launch --allow blocks "$starter" t "$knock_cid" b 1
check "through another starter as well" started yes --allow process --allow blocks "$starter" a "$starter_cid" a "$knock_cid" b 1

# ---- With a node that runs ----

rm -f "$work/up.err"
# (Who is started by nohup ignores hang-ups, and a node keeps to that.)
setsid env --default-signal=HUP "$cairn" up >"$work/up.out" 2>"$work/up.err" </dev/null &
node=$!
for _ in $(seq 1200); do
	[ -S "$CAIRN_HOME/node.socket" ] && break
	sleep 0.05
done
mkfifo "$work/in"
: >"$work/running" # The command opens it only once it has the other end of the pipe.
"$cairn" run knocker l <"$work/in" >"$work/running" 2>"$work/running.err" &
running=$!
exec 4>"$work/in"
# says WORD: the program that runs is told to knock, and prints that.
says() {
	before=$(wc -l <"$work/running")
	echo >&4
	for _ in $(seq 1200); do
		[ "$(wc -l <"$work/running")" -gt "$before" ] && break
		sleep 0.05
	done
	[ "$(tail -n 1 "$work/running")" = "$1" ]
}
check "a program that runs is denied" says no
"$cairn" allow knocker blocks >/dev/null 2>"$work/err"
check "and allowed while it runs" says yes
check "again" says yes
"$cairn" revoke knocker >/dev/null 2>"$work/err"
check "a revocation is in force for its next message" says no
"$cairn" allow knocker blocks >/dev/null 2>"$work/err"
check "so is another decision" says yes
"$cairn" deny knocker blocks >/dev/null 2>"$work/err"
check "and a denial" says no
"$cairn" allow knocker blocks >/dev/null 2>"$work/err"
printf 'handlers {\n\tblocks = nobody\n}\n' >"$CAIRN_HOME/cairn.conf"
check "a configuration that is none is refused by a node that runs" ends 1 "$cairn" reload
check "with file and line" complained 'cairn\.conf:2: .*: nobody$'
check "and what was in force stays so" says yes
check "a new command finds the same" knocks yes "$cairn" run knocker b 1
printf 'handlers {\n\tudp { for { knocker = knocker } }\n}\n' >"$CAIRN_HOME/cairn.conf"
check "nothing of it is in force where a part is refused" ends 1 "$cairn" reload
check "with file and line" complained 'cairn\.conf:2: '
check "a hang-up is no end for a node without a terminal" \
	sh -c "kill -HUP $node; for _ in \$(seq 1200); do grep -q 'cairn.conf:2: ' '$work/up.err' && exit 0; sleep 0.05; done; exit 1"
check "but has it read the configuration again" says yes
rm "$CAIRN_HOME/cairn.conf"
check "without a file all is as at first" ends 0 "$cairn" reload
check "a handler is exchanged in a node that runs" ends 0 "$cairn" handle blocks knocker
"$cairn" handle blocks --remove >/dev/null 2>"$work/err"
check "and back" ends 0 "$cairn" handlers
check "which leaves it to the kernel" grep -qE '^blocks \(baf[a-z2-7]+\.\.\.\) +kernel$' "$work/out"
exec 4>&-
wait "$running"
kill "$node"
wait "$node"
code=$?
node=
check "the node ends in order" [ "$code" -eq 0 ]

# ---- Programs that start with the node ----

printf 'programs {\n\tknocker { arguments = [b, 1]; restart = on-failure }\n\tbad { program = %s; restart = always }\n}\n' \
	"$starter_cid" >"$CAIRN_HOME/cairn.conf"
begin=$(date +%s%N)
"$cairn" up >"$work/up.out" 2>"$work/up.err" &
node=$!
restarts=0
for _ in $(seq 1200); do
	restarts=$(grep -c 'bad has ended and is started again: exit code 1' "$work/up.err")
	[ "$restarts" -ge 5 ] && break
	sleep 0.05
done
took=$((($(date +%s%N) - begin) / 1000000))
kill "$node"
wait "$node"
node=
cp "$work/up.err" "$work/err"
# The pauses before the fifth line add up to 1.5 s; more lines than that come only in later ones.
check "a program that fails is started again, ever more slowly ($restarts times in $took ms)" \
	[ "$restarts" -ge 5 -a "$took" -ge 1500 ]
rm "$CAIRN_HOME/cairn.conf"
printf '\n\nprograms { x { } }\n' >"$CAIRN_HOME/cairn.conf"
check "a node does not start with a configuration that is none" ends 125 "$cairn" up
check "and tells file and line" complained 'cairn\.conf:3: .*: x$'
check "nor does a run" ends 125 "$cairn" run knocker b 1
check "with the same words" grep -qE 'cairn\.conf:3: ' "$work/err"
rm "$CAIRN_HOME/cairn.conf"

# ---- A damaged database ----

"$cairn" allow "$knock" blocks >/dev/null
check "allowed" knocks yes "$cairn" run "$knock_cid" b 1
rm -f "$CAIRN_HOME"/decisions.db-*
echo "this is no database, whatever anybody says about it" >"$CAIRN_HOME/decisions.db"
check "with a damaged database all is denied" knocks no "$cairn" run "$knock_cid" b 1
check "which is said" grep -q 'the database was damaged' "$work/err"
check "and the old one kept" [ -n "$(ls "$CAIRN_HOME"/damaged/*decisions.db)" ]

conclude
