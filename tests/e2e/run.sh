#!/bin/sh
# What a user does with `cairn run`: streams, exit codes, signals, and programs that are not there or
# not right. run.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
programs=$PWD/build/tests/programs
work=$(mktemp -d)
sleeper=
trap '[ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null; rm -rf "$work"' EXIT
. tests/e2e/checks.sh

# The CID of a test program, which is in the store afterwards.
cid() {
	"$cairn" add "$programs/$1.wasm"
}

# The blocks of the store, as files.
block_file() {
	find "$CAIRN_HOME/blocks" -type f -name "*$1*"
}

hello=$(cid hello)
cat=$(cid cat)
produce=$(cid produce)

# ---- Running ----

check "a program runs by its CID" ends 0 "$cairn" run "$hello"
check "its output comes through" printed "Hello from a program named by its hash."
check "a program runs from a file" ends 0 "$cairn" run "$programs/hello.wasm"
check "its exit code comes through" ends 42 "$cairn" run "$(cid exit_code)"

check "one that the host cannot pass on is not taken for success" \
	ends 255 "$cairn" run "$(cid exit_large)"

environment=$(cid environment)
check "arguments come through, options among them" \
	ends 0 "$cairn" run "$environment" --quiet -- "two words" ""
check "the environment is empty by default" printed "argument $environment
argument --quiet
argument --
argument two words
argument "
check "variables are passed on when they are named" \
	ends 0 env C=3 D=4 "$cairn" run --env A=1 --env "B=two words" --env C "$environment"
check "and nothing else" printed "argument $environment
variable A=1
variable B=two words
variable C=3"

# ---- Streams ----

large=$work/large
head -c 100000000 /dev/urandom >"$large"
ends 0 "$cairn" run "$cat" <"$large"
check "100 MB go from a file to a file" cmp "$large" "$work/out"
cat "$large" | ended 0 "$cairn" run "$cat" | cat >"$work/out"
check "100 MB go through pipes" cmp "$large" "$work/out"
rm "$large"

check "/dev/null is an empty input" ends 0 "$cairn" run "$cat" </dev/null
check "which yields an empty output" [ ! -s "$work/out" ]
{ ended 3 "$cairn" run "$produce" && touch "$work/learned"; } | head -1 >"$work/out"
check "a program learns that nobody reads it any more" [ -e "$work/learned" ]
check "its reader got what it wanted" [ "$(wc -l <"$work/out")" -eq 1 ]
check "reading a closed input is an error of the program" ends 1 "$cairn" run "$cat" <&-
# shellcheck disable=SC2016
check "so is writing to a closed output" ended 1 sh -c '"$0" run "$1" >&-' "$cairn" "$hello"
# shellcheck disable=SC2016
check "so is writing to a full device" ended 1 sh -c '"$0" run "$1" >/dev/full' "$cairn" "$hello"
rest=$(printf 'abcdef' | { "$cairn" run "$(cid take_two)" && cat; })
check "what a program leaves of its input is there for the next command" [ "$rest" = abcdef ]
rest=$({ sleep 0.3 && echo late; } | ended 0 "$cairn" run "$cat")
check "a program waits for its input" [ "$rest" = late ]
check "at a terminal, lines come as they are typed, and Ctrl-D and Ctrl-C work" \
	python3 tests/e2e/typing.py "$cairn" "$cat"

# ---- Signals ----

# signalled SIGNAL CODE PROGRAM: gets the signal after half a second, and ends with the code.
signalled() {
	ended "$2" timeout --preserve-status -k 5 -s "$1" 0.5 "$cairn" run "$3"
}

spin=$(cid spin)
sleep=$(cid sleep)
check "SIGINT ends a program that spins" signalled INT 130 "$spin"
check "SIGINT ends a program that waits for ever" signalled INT 130 "$sleep"
check "SIGTERM ends a program that waits for ever" signalled TERM 143 "$sleep"
mkfifo "$work/fifo"
sleep 3600 <>"$work/fifo" & # It holds the pipe open for all that follows.
sleeper=$!
check "SIGINT ends a program that waits for input" signalled INT 130 "$cat" <"$work/fifo"
stuck() {
	signalled INT 130 "$produce" >"$work/fifo"
}
check "SIGINT ends a program whose output nobody reads" stuck

# As a shell starts its background jobs, and nohup what it runs.
keeps_ignoring() {
	(
		trap '' INT
		exec "$cairn" run "$sleep"
	) &
	deaf=$!
	sleep 0.5
	kill -INT "$deaf"
	sleep 0.3
	kill -TERM "$deaf"
	wait "$deaf"
	[ $? -eq 143 ]
}
check "a signal that was ignored when Cairn was started stays ignored" keeps_ignoring

# Its CPU time in ticks after a second, with every signal that ends it ignored.
idle_ticks() {
	(
		trap '' INT TERM HUP
		exec "$cairn" run "$sleep"
	) &
	idle=$!
	sleep 1
	awk '{ print $14 + $15 }' "/proc/$idle/stat"
	kill -9 "$idle"
}
check "a program that waits for ever costs no CPU time, even when no signal can end it" \
	[ "$(idle_ticks)" -lt 20 ]

# ---- The log ----

chatter=$(cid chatter)
begin=$(date +%s)
check "a program that floods the log ends as others do" ends 0 "$cairn" run "$chatter"
seconds=$(($(date +%s) - begin + 1))
check "no more than its share is logged" [ "$(wc -l <"$work/err")" -le $((210 + 20 * seconds)) ]
check "and how much was not" grep -q 'lines were suppressed. after the pause' "$work/err"
check "--quiet is for errors alone" ends 0 "$cairn" run --quiet "$chatter"
check "so warnings are not there" [ ! -s "$work/err" ]
unread() {
	timeout -k 5 60 "$cairn" run "$chatter" 2>"$work/fifo"
}
check "a log that nobody reads does not hold it up" unread
kill "$sleeper"
sleeper=

# ---- Processes that a program starts ----

family=$(cid family)
exit_code=$(cid exit_code)
check "a program may not start others by itself" ends 3 "$cairn" run "$family" s "$exit_code"
check "it is told so" printed denied
check "one that may starts a program and is told how it ends" \
	ends 0 "$cairn" run --allow-all "$family" s "$exit_code"
check "and only once" printed "exited
kill: no such process"
check "one that is killed ends" ends 0 "$cairn" run --allow-all "$family" k "$spin"
check "the second time there is nothing to kill" printed "kill: true
kill: false
killed
kill: no such process"
check "a thousand are started and end, one after the other" \
	ends 0 "$cairn" run --allow-all "$family" m "$exit_code" 1000
check "all of them by themselves" printed 1000
check "more than a process may have are refused, and the rest end with their starter's node" \
	ends 0 "$cairn" run --allow-all "$family" t "$spin" 5000
check "so many were started" printed "limit
4096"

# ---- How much memory a program may have ----

roomy=$(cid roomy)
large=$(cid large) # It begins with 2 GiB.
check "a program may have 1 GiB of memory" ends 0 "$cairn" run "$roomy"
check "and no more" printed "192 KiB, then 1048576 KiB"
check "with --memory it may have less" ends 0 "$cairn" run --memory 16M "$roomy"
check "and no more" printed "192 KiB, then 16384 KiB"
check "one that begins with more is not started" ends 126 "$cairn" run "$large"
check "the error has both numbers, and says what would help" \
	complained "needs 2 GiB of memory and may have 1 GiB; .*: cairn run --memory 2G\$"
check "with --memory it runs, and uses all that it may have" ends 0 "$cairn" run --memory 3G "$large"
check "which is more than before" printed "2097152 KiB, then 3145728 KiB"
check "the whole of a memory can be had" ends 0 "$cairn" run --memory=4GiB "$large"
check "and used" printed "2097152 KiB, then 4194304 KiB"
check "what a program starts may have as much as it" \
	ends 0 "$cairn" run --allow-all --memory 2G "$family" s "$large"
check "and no more" printed "2097152 KiB, then 2097152 KiB
exited
kill: no such process"
check "nor has it what its starter may not" ends 0 "$cairn" run --allow-all --memory 16M "$family" s "$large"
check "so it is not started" printed "not started
kill: no such process"
for size in 0 -1 lots 1.5G 63K 4097M 99999999999999999999G ''; do
	check "a size that none can be is used wrongly: \"$size\"" ends 2 "$cairn" run --memory "$size" "$roomy"
	check "the error names the option" complained "memory.*: --memory $size\$"
done
# narrow CODE COMMAND...: how it ends where a process may have less than 4 GiB of addresses; sanitizers need more.
narrow() {
	(ulimit -v 4000000 && export CAIRN_CPUS=1 && ends "$@")
}
if narrow 0 "$cairn" run "$hello"; then
	check "a host that has no room for so much is told of" narrow 126 "$cairn" run --memory 4G "$roomy"
	check "with both ends of what it wanted" \
		complained "no room for a memory of 192 KiB that may grow to 4 GiB"
else
	skip 2 "a host that has no room (this build needs more itself)"
fi

# ---- System calls at random ----

mischief=$(cid mischief)
# In the build with sanitizers too, where there is one.
survives() {
	for node in "$cairn" "$PWD/build/san/cairn"; do
		[ ! -x "$node" ] || ends 0 "$node" run --allow-all --quiet "$mischief" "$1" </dev/null || return
	done
}
for seed in 1 2 3; do
	check "a node survives 20,000 system calls at random (seed $seed)" survives $seed
done

# ---- Hosts that allow little ----

check "with too few open files the error says so" ends 125 prlimit --nofile=8 "$cairn" run "$hello"
check "in one line" complained 'open files|files may be open'
check "with none to spare it is the same" ends 125 prlimit --nofile=5 "$cairn" run "$hello"
check "in one line" complained 'files may be open'
check "without a timer the error says so" ends 125 prlimit --sigpending=0 "$cairn" run "$hello"
check "in one line" complained timer
# shellcheck disable=SC2046
check "more arguments than there may be are an error" \
	ends 125 "$cairn" run "$hello" $(seq 1 10000)
check "that says so" complained 'arguments'

# ---- Traps ----

check "a trap ends the program as a crash would" ends 134 "$cairn" run "$(cid trap)"
check "what it wrote before is there" printed "before"
first_line=$(head -1 "$work/err")
says() {
	printf '%s\n' "$first_line" | grep -q "$1"
}
check "the first line says what happened" says "out of bounds memory access"
check "the backtrace names the function" grep -q read_outside "$work/err"
check "and who called it" grep -q be_careless "$work/err"

# ---- What is not there, or not right ----

absent=bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy
check "a CID that is not in the store cannot be run" ends 127 "$cairn" run "$absent"
check "the error names the block" complained "$absent.*not found"
check "a file that does not exist cannot be run" ends 127 "$cairn" run "$work/nothing.wasm"
check "the error names the file" complained "nothing\.wasm"
check "a folder cannot be run" ends 126 "$cairn" run "$work"
check "the error names the folder" complained "$work"
echo "no module" >"$work/text"
check "a file that is no module cannot be run" ends 126 "$cairn" run "$work/text"
check "the error says so" complained "cannot be started"
: >"$work/empty"
check "an empty file cannot be run" ends 126 "$cairn" run "$work/empty"
head -c 300 "$programs/hello.wasm" >"$work/cut"
check "a module that is cut short cannot be run" ends 126 "$cairn" run "$work/cut"
check "the error says what is missing" complained "cannot be started"
printf '\0asm\1\0\0\0\1\4\1\140\0\0\2\13\1\3env\3foo\0\0' >"$work/import"
check "a module that imports something unknown cannot be run" ends 126 "$cairn" run "$work/import"
check "the error names the import" complained 'env.*foo'

block=$(find "$CAIRN_HOME/blocks" -type f -name "*$hello*")
chmod u+w "$block"
printf 'x' | dd of="$block" bs=1 seek=100 conv=notrunc 2>/dev/null
check "a block whose bytes were changed is not run" ends 126 "$cairn" run "$hello"
check "the error names the block" grep -q "$hello" "$work/err"
"$cairn" add "$programs/hello.wasm" >"$work/out"
check "adding the file again mends it" ends 0 "$cairn" run "$hello"

# ---- A program against the system ----

abuse=$(cid loader_abuse)
check "the loader survives messages that are malformed" \
	ends 0 "$cairn" run --allow-all "$abuse"
check "it refuses them, and answers what is merely not there" printed "empty: refused 
cut in the count: refused 
cut in the list: refused 
too long: refused 
endless: refused 
other function: refused 
a megabyte of zeros: refused 
no CID: ok 0103
unknown: ok 0100"
check "a program that nobody granted the loader to runs" ends 0 "$cairn" run --quiet "$abuse"
check "its messages are denied" [ "$(grep -c 'ok\|refused' "$work/out")" -eq 0 ]

# ---- The command ----

check "run without a program is used wrongly" ends 2 "$cairn" run
check "so is an option that does not exist" ends 2 "$cairn" run --allow-al "$hello"
check "so is a variable without a name" ends 2 "$cairn" run --env =value "$hello"
check "so is a variable that is to be passed on and is not set" ends 2 "$cairn" run --env NAME "$hello"
check "--help tells about it" ends 0 "$cairn" run --help

conclude
