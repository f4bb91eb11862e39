#!/bin/sh
# What a user does with `cairn allow`, `deny`, `grants`, `revoke`, `audit`, `name`, `names` and `handle`
# where no node runs, and what each mistake gets: decisions.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
hello=$PWD/build/tests/programs/hello.wasm
cat=$PWD/build/tests/programs/cat.wasm
kv=$PWD/examples/converter/kv1.wit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# mentions PATTERN: a line that the last command printed.
mentions() {
	grep -qE -- "$1" "$work/out"
}
# json EXPRESSION: true of `rows`, what the last command printed, a JSON object a line.
json() {
	python3 -c 'import json, sys
rows = [json.loads(line) for line in sys.stdin]
sys.exit(not eval(sys.argv[1]))' "$1" <"$work/out" 2>>"$work/err"
}

# ---- Names ----

check "names of nothing are no names" ends 0 "$cairn" names
check "and create nothing" [ ! -e "$CAIRN_HOME" ]
check "a file gets a name" ends 0 "$cairn" name sudoku "$hello"
check "and its CID is told" mentions '^sudoku is baf'
hello_cid=$(sed 's/.* //' "$work/out")
check "the name stands for the program" ends 0 "$cairn" run sudoku
check "which runs" mentions 'Hello'
check "the list has it" ends 0 "$cairn" names
check "with its CID" mentions "^sudoku +$hello_cid$"
check "an interface gets a name" ends 0 "$cairn" name kv "$kv"
check "in JSON too" ends 0 "$cairn" names --json
check "with both kinds" json '[r["kind"] for r in rows] == ["program", "interface"]'
cp "$cat" "$work/sudoku"
check "a file of that name takes its place nowhere" sh -c "cd '$work' && '$cairn' run sudoku </dev/null | grep -q Hello"
check "but for ./" sh -c "cd '$work' && echo x | '$cairn' run ./sudoku | grep -q x"
check "a name goes over" ends 0 "$cairn" name sudoku "$cat"
check "and what it was is told" mentions "^sudoku was $hello_cid; what was decided"
check "and back" ends 0 "$cairn" name sudoku "$hello"
for bad in "$(printf 'su\342\200\256do')" "$(printf '\033[31mred')" "-x" "two words" "$hello_cid" "a/b" "7" ""; do
	check "no name: $(printf '%s' "$bad" | od -An -tx1 | head -n 1 | tr -d '\n')" ends 1 "$cairn" name -- "$bad" "$hello"
	check "the error is one harmless line" complained '^cairn: a name'
done
check "the names of the system's interfaces are taken" ends 1 "$cairn" name --interface tcp "$kv"
check "a name that nothing has cannot be removed" ends 1 "$cairn" name --remove nothing
check "a name is removed" ends 0 "$cairn" name --remove --interface kv
check "and is nobody's" ends 1 "$cairn" allow sudoku kv
check "which the error says" complained 'name, nor a hash.*: kv$'
"$cairn" name kv "$kv" >/dev/null

# ---- Handlers of a home of which nobody has said anything ----

check "handlers are listed where nothing is configured" ends 0 "$cairn" handlers
check "the kernel" mentions '^tcp \(baf[a-z2-7]+\.\.\.\) +kernel$'
check "and its own programs" mentions '^loader \(baf[a-z2-7]+\.\.\.\) +boot:loader \(baf[a-z2-7]+\.\.\.\)$'
check "with each interface once" [ -z "$(cut -d ' ' -f 1 "$work/out" | sort | uniq -d)" ]
check "no name of the user's can look like that" ends 1 "$cairn" name boot:loader "$hello"

# ---- Decisions ----

check "nothing is decided at first" ends 0 "$cairn" grants
check "and nothing listed" [ ! -s "$work/out" ]
check "a program is allowed an interface" ends 0 "$cairn" allow --reason "it asked" sudoku tcp scores.example.com:4000 '*:80'
check "which is told in words" mentions '^sudoku \(baf.*\.\.\.\) may use tcp within scores.example.com:4000, \*:80: connect to'
check "another is denied it" ends 0 "$cairn" deny "$cat" tcp
check "scopes that are missing are pointed out" sh -c "'$cairn' allow '$cat' files | grep -q 'ro:FOLDER'"
check "the decisions are listed" ends 0 "$cairn" grants --json
check "all three" json 'len(rows) == 3'
check "those of one program too" ends 0 "$cairn" grants --json "$hello_cid"
check "with all that belongs to it" json '[(r["verdict"], r["scopes"], r["reason"], r["program_name"], r["interface_name"]) for r in rows] == [("allowed", ["scores.example.com:4000", "*:80"], "it asked", "sudoku", "tcp")]'
check "a decision is replaced" ends 0 "$cairn" deny sudoku tcp
check "by the later one" sh -c "'$cairn' grants sudoku | grep -q 'may not use tcp  ('"
check "a decision is taken back" ends 0 "$cairn" revoke sudoku tcp
check "and gone" [ -z "$("$cairn" grants sudoku)" ]
check "what is not decided cannot be taken back" ends 1 "$cairn" revoke sudoku tcp
check "which the error says" complained 'nothing was decided about tcp: sudoku'
"$cairn" allow sudoku kv >/dev/null
"$cairn" allow sudoku dns '*' >/dev/null
check "all about a program is taken back" ends 0 "$cairn" revoke sudoku
check "one by one" [ "$(wc -l <"$work/out")" -eq 2 ]
check "the audit has it all" ends 0 "$cairn" audit --json sudoku
check "in order" json '[r["event"] for r in rows] == ["allowed", "denied", "revoked", "allowed", "allowed", "revoked", "revoked"]'
person=$(id -un 2>/dev/null) || person="user $(id -u)"
check "with who did it" json "all(r['person'] == '$person' for r in rows)"
check "its end alone" sh -c "[ \$('$cairn' audit --last 2 | wc -l) -eq 2 ]"
check "the file is the user's alone" [ "$(stat -c %a "$CAIRN_HOME/decisions.db")" = 600 ]

# ---- Mistakes ----

check "no interface is used wrongly" ends 2 "$cairn" allow sudoku
check "the error has the synopsis" complained 'cairn allow \[--reason TEXT\] PROGRAM INTERFACE'
check "scopes of a denial are used wrongly" ends 2 "$cairn" deny sudoku tcp x
check "an unknown program is an error" ends 1 "$cairn" allow nobody tcp
check "which is named" complained ': nobody$'
check "an unknown interface is an error" ends 1 "$cairn" allow sudoku tpc
check "which is named" complained ': tpc$'
check "a name that configurations use for something else" ends 1 "$cairn" name kernel "$hello"
check "is not taken" complained 'stands for something else: kernel$'
check "a scope that means nothing is pointed out" ends 0 "$cairn" allow sudoku files /tmp
check "with those that do" complained 'note: this is no scope of files, and covers nothing: /tmp;.*ro:FOLDER'
check "one that means something is not" ends 0 "$cairn" allow sudoku files ro:/tmp
check "as there is nothing to tell" [ ! -s "$work/err" ]
check "a scope that is no text is an error" ends 1 "$cairn" allow sudoku tcp "$(printf 'a\377')"
check "which is shown harmless" complained 'not UTF-8: a\\xff$'
check "an empty scope is an error" ends 1 "$cairn" allow sudoku tcp ''
check "the audit of a program that does not exist is an error" ends 1 "$cairn" audit nobody
check "a number that is none is used wrongly" ends 2 "$cairn" audit --last x

# ---- A damaged database ----

"$cairn" allow sudoku tcp a >/dev/null
rm -f "$CAIRN_HOME"/decisions.db-*
echo "this is no database, whatever anybody says about it" >"$CAIRN_HOME/decisions.db"
check "a damaged database is begun anew" ends 0 "$cairn" grants
check "with nothing allowed" [ ! -s "$work/out" ]
check "which the log names" complained '^cairn: the database was damaged and is begun anew; the old one is .*/damaged/[0-9]+-decisions.db$'
check "the old one is there" grep -q 'no database' "$CAIRN_HOME"/damaged/*-decisions.db
check "the names are still known" sh -c "'$cairn' names | grep -q '^sudoku  *$hello_cid$' && '$cairn' names | grep -q '^kv '"

# What a node does then, with names in its configuration: it starts, and nothing is allowed.
damage() {
	rm -f "$CAIRN_HOME"/decisions.db-*
	echo "no database" >"$CAIRN_HOME/decisions.db"
}
# node COMMAND...: the command, while a node runs; what the node said is in $work/up.
with_node() {
	"$cairn" up >"$work/up" 2>&1 &
	node=$!
	tries=0
	until "$cairn" ps >/dev/null 2>&1 && [ -S "$CAIRN_HOME/node.socket" ] || [ "$tries" -eq 1200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	"$@"
	result=$?
	kill "$node"
	wait "$node" && [ "$result" -eq 0 ]
}
printf 'programs {\n\tsudoku { }\n}\nhandlers {\n\ttcp = [sudoku, kernel]\n}\n' >"$CAIRN_HOME/cairn.conf"
"$cairn" allow sudoku tcp a >/dev/null
damage
check "a node starts on a damaged database" with_node ends 0 "$cairn" grants
check "with nothing allowed" [ ! -s "$work/out" ]
check "and all of its configuration" [ "$(grep -c "left out" "$work/up")" -eq 0 ]
check "and says so" grep -q 'damaged and is begun anew' "$work/up"
damage
rm "$CAIRN_HOME/names"
check "it starts when the names are lost as well" with_node ends 0 "$cairn" grants
check "the log names what is left out" grep -q '^cairn: cairn.conf:2: left out, as the name was lost with the damaged database: sudoku$' "$work/up"
check "each with its line" grep -q '^cairn: cairn.conf:5: left out, .*: sudoku$' "$work/up"
check "and nothing else" [ "$(grep -c 'left out' "$work/up")" -eq 2 ]
"$cairn" name sudoku "$hello" >/dev/null
check "it has all again when they have names again" with_node ends 0 "$cairn" grants
check "which needs no words" [ "$(grep -c 'left out' "$work/up")" -eq 0 ]
printf 'programs {\n\tsudoko { }\n}\n' >"$CAIRN_HOME/cairn.conf"
check "a name that was never known is an error as before" ends 125 "$cairn" up
check "with file and line" complained 'cairn.conf:2: .*: sudoko$'
rm "$CAIRN_HOME/cairn.conf"

# ---- Handlers ----

"$cairn" name sudoku "$hello" >/dev/null
"$cairn" name logger "$cat" >/dev/null
"$cairn" name kv "$kv" >/dev/null
check "a program handles an interface" ends 0 "$cairn" handle kv logger
check "which is told" mentions '^kv \(baf[a-z2-7]+\.\.\.\): logger \(baf'
check "another for one program" ends 0 "$cairn" handle tcp logger kernel --for sudoku
check "which is told" mentions '^tcp, for sudoku \(baf.*\): logger \(baf.*\), then the kernel$'
check "a handler that its own messages would come back to is refused" ends 1 "$cairn" handle kv logger sudoku logger
check "as a cycle" complained 'a cycle'
check "what cannot be interposed is refused" ends 1 "$cairn" handle loader logger
check "which the error says" complained '^cairn: loader cannot be given to a program: '
check "which is so for the interface by its hash" ends 1 "$cairn" handle "$("$cairn" interface list | sed -n 's/.*\(baf[a-z2-7]*\).*process$/\1/p' | head -n 1)" logger
check "the list of handlers has both" ends 0 "$cairn" handlers
check "the handler of all" mentions '^kv \(baf[a-z2-7]+\.\.\.\) +logger \(baf[a-z2-7]+\.\.\.\)$'
check "and the chain for one program" mentions '^  for sudoku \(baf[a-z2-7]+\.\.\.\) +logger \(baf[a-z2-7]+\.\.\.\) -> kernel$'
check "below what the kernel does for others" sh -c "grep -B 1 '^  for sudoku' '$work/out' | grep -qE '^tcp \(baf[a-z2-7]+\.\.\.\) +kernel$'"
check "in JSON too" ends 0 "$cairn" handlers --json
check "with all that belongs to it" json '[([s.get("program_name") for s in r["chain"]], [(f["program_name"], [s.get("program_name") for s in f["chain"]]) for f in r["for"]]) for r in rows if r["interface_name"] in ("kv", "tcp")] == [([None], [("sudoku", ["logger", None])]), (["logger"], [])]'
check "what is said is taken back" ends 0 "$cairn" handle tcp --remove --for sudoku
check "once" ends 1 "$cairn" handle tcp --remove --for sudoku
printf 'handlers {\n\tkv = sudoku # mine\n\tnosuch = sudoku\n}\n' >"$CAIRN_HOME/cairn.conf"
cp "$CAIRN_HOME/handlers.conf" "$work/before"
check "nothing is written beside a configuration that is none" ends 1 "$cairn" handle tcp logger
check "the error has file and line" complained '^cairn: cairn.conf:3: .*: nosuch$'
check "and what was said before stays" cmp -s "$work/before" "$CAIRN_HOME/handlers.conf"

"$cairn" name --interface kv "$kv" >/dev/null
kv_cid=$("$cairn" names | sed -n 's/^kv *//p')
check "an interface is called by its printed name" sh -c "'$cairn' allow sudoku kv | grep -q '^sudoku .* may use kv ($(printf %.14s "$kv_cid")...)$'"

conclude
