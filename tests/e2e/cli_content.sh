#!/bin/sh
# What a user does with `cairn add`, `cat`, `inspect` and `help`, and what each mistake gets:
# cli_content.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
program=$PWD/build/programs/loader.wasm
work=$(mktemp -d)
trap 'umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# mentions PATTERN: a line that the last command printed.
mentions() {
	grep -qE -- "$1" "$work/out"
}
# valid_json: each line that the last command printed is one JSON value.
valid_json() {
	python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' \
		<"$work/out" 2>>"$work/err"
}

block_path() {
	find "$CAIRN_HOME/blocks" -type f -name "$1"
}

empty_cid=bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
hello_cid=bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq

# ---- Help ----

check "--help lists the commands" ends 0 "$cairn" --help
check "add is among them" mentions '^  add '
check "--version tells the version" ends 0 "$cairn" --version
check "it is a number" mentions '^cairn [0-9]+\.[0-9]+\.[0-9]+$'
check "--version touches no folder" [ ! -e "$CAIRN_HOME" ]
for command in add cat inspect run; do
	check "help $command tells about it" ends 0 "$cairn" help "$command"
	check "with its synopsis" mentions "^Usage: cairn $command "
	check "with an example" mentions '^Example:$'
	cp "$work/out" "$work/help"
	check "$command --help prints the same" ends 0 "$cairn" "$command" --help
	check "to the letter" cmp -s "$work/out" "$work/help"
	check "in lines that fit a terminal" [ "$(awk 'length > 90' "$work/help" | wc -l)" -eq 0 ]
done
check "help for a command that takes nothing" ends 0 "$cairn" help up
check "has no blanks at the end of a line" [ "$(grep -c ' $' "$work/out")" -eq 0 ]
check "no command is used wrongly" ends 2 "$cairn"
check "the error points to the help" complained 'cairn --help'
check "an unknown command is used wrongly" ends 2 "$cairn" inspct x
check "the error suggests the nearest" complained 'inspect.*: inspct'
check "one that is like no other is used wrongly too" ends 2 "$cairn" frobnicate
check "the error points to the help" complained 'cairn --help: frobnicate'
check "help for an unknown command is used wrongly" ends 2 "$cairn" help ad
check "the error suggests the nearest" complained 'add.*: ad'
check "an unknown option is used wrongly" ends 2 "$cairn" add --jsno x
check "the error suggests the nearest" complained '--json.*: --jsno'
check "an unknown letter is used wrongly" ends 2 "$cairn" cat -x y
check "the error names it" complained ': -x'
check "a value for an option without one is used wrongly" ends 2 "$cairn" add --json=yes x
check "the error names it" complained '--json'
check "an option without its value is used wrongly" ends 2 "$cairn" cat --output
check "the error names it" complained '--output'
escape=$(printf '\033[31mred')
check "a strange command is escaped" ends 2 "$cairn" "$escape"
check "so that no control character comes through" complained 'u\{001b\}'
# shellcheck disable=SC2016
check "a full device is noticed" ends 1 sh -c '"$0" --help >/dev/full' "$cairn"
check "the error says so" complained 'No space left on device'

# ---- Adding ----

printf hello >"$work/hello"
: >"$work/empty"
check "files are added" ends 0 "$cairn" add "$work/hello" "$work/empty"
check "their names are printed, one a line, in order" printed "$hello_cid
$empty_cid"
check "adding them again is fine" ends 0 "$cairn" add "$work/hello" "$work/empty"
check "and prints the same" printed "$hello_cid
$empty_cid"
add_from_input() {
	ends 0 "$cairn" add - <"$work/hello"
}
check "the standard input is added" add_from_input
check "by the same name" printed "$hello_cid"
head -c 10000000 /dev/urandom >"$work/large"
large_cid=$("$cairn" add "$work/large")
add_from_pipe() {
	cat "$work/large" | ends 0 "$cairn" add -
}
check "a pipe is added" add_from_pipe
check "by the same name" printed "$large_cid"
odd=$(printf 'odd\033"\\\nname')
cp "$work/hello" "$work/$odd"
check "--json is understood" ends 0 "$cairn" add --json "$work/$odd" "$work/large"
check "it prints one object a line" valid_json
check "with the name of the bytes" mentions "^\{\"cid\":\"$hello_cid\",\"name\":\".*\",\"size\":5\}$"
mirrored=$(printf 'gp\342\200\256j.exe')
echo hello >"$work/$mirrored"
check "a name that would turn its text around is written as an escape" \
	ends 0 "$cairn" add --json "$work/$mirrored"
check "in JSON too" grep -q 'gp.u202ej\.exe' "$work/out"
cp "$work/hello" "$work/--json"
add_after_dashes() {
	(cd "$work" && ends 0 "$cairn" add -- --json)
}
check "-- ends the options" add_after_dashes
check "so a file of such a name is added" printed "$hello_cid"

check "no file is used wrongly" ends 2 "$cairn" add
check "the error says how it is used" complained 'cairn add \[--json\] FILE'
check "a file that is not there is an error" ends 1 "$cairn" add "$work/nowhere"
check "which names it" complained "No such file or directory.*nowhere"
check "a folder is an error" ends 1 "$cairn" add "$work"
check "which says so" complained "Is a directory"
check "one bad file does not stop the others" ends 1 "$cairn" add "$work/nowhere" "$work/hello"
check "whose names are printed" printed "$hello_cid"
check "a strange file name is escaped" ends 1 "$cairn" add "$work/$escape"
check "so that no control character comes through" complained 'u\{001b\}\[31mred'

# ---- Reading ----

check "a file is read back" ends 0 "$cairn" cat "$hello_cid"
check "byte for byte" cmp -s "$work/out" "$work/hello"
check "a large one too" ends 0 "$cairn" cat "$large_cid"
check "byte for byte" cmp -s "$work/out" "$work/large"
check "an empty one too" ends 0 "$cairn" cat "$empty_cid"
check "which prints nothing" [ ! -s "$work/out" ]
check "other forms of a name do" ends 0 "$cairn" cat "/ipfs/$hello_cid"
check "and yield the same" cmp -s "$work/out" "$work/hello"
check "--output writes a file" ends 0 "$cairn" cat --output "$work/copy" "$large_cid"
check "byte for byte" cmp -s "$work/copy" "$work/large"
check "it may stand behind" ends 0 "$cairn" cat "$hello_cid" -o "$work/copy"
check "and replaces what was there" cmp -s "$work/copy" "$work/hello"
check "a device is written to" ends 0 "$cairn" cat --output=/dev/null "$hello_cid"
check "and stays a device" [ -c /dev/null ]
# shellcheck disable=SC2016
check "a full device is noticed" ends 1 sh -c '"$0" cat "$1" >/dev/full' "$cairn" "$large_cid"
check "the error says so" complained 'No space left on device'
check "a file that cannot be written is an error" \
	ends 1 "$cairn" cat -o "$work/no/such/folder" "$hello_cid"
check "which names it" complained "No such file.*no/such/folder"
reader_leaves() {
	[ "$("$cairn" cat "$large_cid" 2>"$work/err" | head -c 5 | wc -c)" -eq 5 ] &&
		[ ! -s "$work/err" ]
}
check "a reader that leaves early gets what it wanted, without an error" reader_leaves

absent=bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy
check "a file that is not in the store is an error" ends 1 "$cairn" cat "$absent"
check "which names the block" complained "not in the store.*$absent"
check "what is no CID is an error" ends 1 "$cairn" cat nonsense
check "which says why" complained 'not a CID.*nonsense'
check "a CID of another kind is an error" ends 1 "$cairn" cat bafkqablimvwgy3y
check "which says what kind" complained 'identity'
check "two CIDs are used wrongly" ends 2 "$cairn" cat "$hello_cid" "$empty_cid"
check "none is used wrongly" ends 2 "$cairn" cat

# ---- Blocks that change on disk ----

leaf=$(find "$CAIRN_HOME/blocks" -type f -size 256k | head -n 1)
leaf_cid=$(basename "$leaf")
printf X | dd of="$leaf" bs=1 seek=1000 conv=notrunc 2>/dev/null
check "a changed block is an error" ends 1 "$cairn" cat -o "$work/broken" "$large_cid"
check "which names it" complained "changed on disk.*$leaf_cid"
check "no half of a file is left" [ ! -e "$work/broken" ]
check "nor under another name" [ -z "$(find "$work" -name '*.partial')" ]
check "the block is kept aside" [ -f "$CAIRN_HOME/damaged/$leaf_cid" ]
check "from then on it is not there" ends 1 "$cairn" cat -o "$work/broken" "$large_cid"
check "and the error says that" complained "not in the store.*$leaf_cid"
check "adding the file again mends it" ends 0 "$cairn" add "$work/large"
check "it can be read" ends 0 "$cairn" cat "$large_cid"
check "byte for byte" cmp -s "$work/out" "$work/large"

# ---- The database ----

rm -f "$CAIRN_HOME"/node.db-*
echo "this is no database, whatever anybody says about it" >"$CAIRN_HOME/node.db"
check "a damaged database does not stop add" ends 0 "$cairn" add "$work/hello"
check "which prints the name" printed "$hello_cid"
check "and says where the old database is" \
	grep -qE '^cairn: the database was damaged.*/damaged/.*node.db$' "$work/err"
check "the old one is there" grep -q 'no database' "$CAIRN_HOME"/damaged/*-node.db
check "the new one works" ends 0 "$cairn" add "$work/hello"
check "without a word" [ ! -s "$work/err" ]

# ---- Homes that do not serve ----

export CAIRN_HOME="$work/hello"
check "a home that is a file is an error" ends 1 "$cairn" add "$work/empty"
check "which names it" complained "Not a directory.*$work/hello"
check "for reading too" ends 1 "$cairn" cat "$hello_cid"
check "which names it" complained "Not a directory.*$work/hello"
export CAIRN_HOME=/proc/self/home
check "a home that cannot be made is an error" ends 1 "$cairn" add "$work/empty"
check "which names it" complained '/proc/self/home'
check "a home that is not there yet is empty" ends 1 env CAIRN_HOME="$work/new" \
	"$cairn" cat "$hello_cid"
check "and is not made for reading" [ ! -e "$work/new" ]
check "without any home there is an error" \
	ends 1 env -u CAIRN_HOME -u XDG_DATA_HOME -u HOME "$cairn" add "$work/empty"
check "which says what to set" complained 'CAIRN_HOME'
check "XDG_DATA_HOME is used" \
	ends 0 env -u CAIRN_HOME XDG_DATA_HOME="$work/xdg" "$cairn" add "$work/hello"
check "for the folder cairn in it" [ -d "$work/xdg/cairn/blocks" ]
check "which is the user's alone" [ "$(stat -c %a "$work/xdg/cairn")" = 700 ]
export CAIRN_HOME="$work/small"
mkdir "$work/small"
if mount -t tmpfs -o size=1m tmpfs "$work/small" 2>/dev/null; then
	check "a full disk is an error" ends 1 "$cairn" add "$work/large"
	check "which says so, and where" complained "No space left on device.*$work/small"
	check "nothing half written is left" [ -z "$(ls "$work/small/temporary")" ]
	umount "$work/small"
else
	skipped=$((skipped + 1))
	echo "skipped: a full disk, which only root can make"
fi
if [ "$(id -u)" -ne 0 ]; then
	chmod 500 "$work/small"
	check "a home that is read-only is an error" ends 1 "$cairn" add "$work/hello"
	check "which says so, and where" complained "Permission denied.*$work/small"
	chmod 700 "$work/small"
elif mount -t tmpfs -o ro tmpfs "$work/small" 2>/dev/null; then
	check "a home that is read-only is an error" ends 1 "$cairn" add "$work/hello"
	check "which says so, and where" complained "Read-only file system.*$work/small"
	umount "$work/small"
else
	skipped=$((skipped + 1))
	echo "skipped: a read-only home, which root cannot make here"
fi

# ---- Looking at programs ----

check "a module is described" ends 0 "$cairn" inspect "$program"
check "by its name" mentions "^cid +$("$cairn" add "$program")$"
check "by its size" mentions "^size +$(wc -c <"$program") bytes$"
check "by its imports" mentions 'function "cairn" "send" \(i32, i32, i32, i32\) -> i64'
check "by its exports" mentions 'function "_start" \(\)'
check "by its memory" mentions '^memory +[0-9]+ .*pages'
cp "$work/out" "$work/described"
check "the same is told of its CID" ends 0 "$cairn" inspect "$("$cairn" add "$program")"
check "to the letter" cmp -s "$work/out" "$work/described"
check "--json is understood" ends 0 "$cairn" inspect --json "$program"
check "it prints JSON" valid_json
check "with the imports" mentions '"module":"cairn","name":"send","kind":"function"'
check "inspecting a file does not store it" \
	ends 0 env CAIRN_HOME="$work/none" "$cairn" inspect "$program"
check "nor make a home" [ ! -e "$work/none" ]

printf '\0asm\1\0\0\0\0\5\4odd\33' >"$work/odd.wasm"
check "a module with a strange section is described" ends 0 "$cairn" inspect "$work/odd.wasm"
check "whose name is escaped" mentions 'section +"odd\\u\{001b\}" 0 bytes'
check "and JSON of it" ends 0 "$cairn" inspect --json "$work/odd.wasm"
check "is valid" valid_json
check "a file that is no module is an error" ends 1 "$cairn" inspect "$work/hello"
check "which says why and where" complained "no module.*at byte 0.*hello"
check "an empty file is one too" ends 1 "$cairn" inspect "$work/empty"
check "which says so" complained "no module.*empty"
head -c 100 "$program" >"$work/cut"
check "a module that is cut short is an error" ends 1 "$cairn" inspect "$work/cut"
check "which says where" complained "at byte [0-9]+.*cut"
check "a file that is not there is an error" ends 1 "$cairn" inspect "$work/nowhere"
check "which names it" complained "nowhere"
check "a CID that is not there is an error" ends 1 "$cairn" inspect "$absent"
check "which names it" complained "$absent"
truncate -s 300M "$work/huge"
check "a file too large for a program is an error" ends 1 "$cairn" inspect "$work/huge"
check "which says so" complained "256 MiB.*huge"
check "two programs are used wrongly" ends 2 "$cairn" inspect "$program" "$program"

conclude
