#!/bin/sh
# idlc as a command: its options, files that use each other, exit codes, and its time over all
# definitions of the system.
set -u
cd "$(dirname "$0")/../.."
idlc=$PWD/build/idlc
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# check WHAT CODE OUTPUT COMMAND...: a part of what it prints, and its exit code
check() {
	what=$1 code=$2 part=$3
	shift 3
	printed=$("$@" 2>&1)
	got=$?
	case $printed in
	*"$part"*) found=yes ;;
	*) found=no ;;
	esac
	if [ "$got" -eq "$code" ] && [ "$found" = yes ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: exit code %s, printed:\n%s\n' "$what" "$got" "$printed"
	fi
}

mkdir -p "$folder/kv" "$folder/units" "$folder/empty"
cat >"$folder/kv/kv.wit" <<'WIT'
package example:kv;
interface kv {
  use keys.{key};
  use example:units/time.{instant};
  get: func(key: key) -> option<instant>;
}
WIT
echo 'interface keys { record key { text: string } }' >"$folder/kv/keys.wit"
printf 'package example:units;\ninterface time { record instant { ns: u64 } }\n' >"$folder/units/time.wit"
printf 'interface log {\n  write: fun(text: string);\n}\n' >"$folder/bad.wit"

check "help" 0 "idlc diff OLD NEW" "$idlc" --help
check "no arguments" 2 "idlc hash FILE" "$idlc"
check "an unknown command" 2 'there is no command "frob"' "$idlc" frob x
check "an unknown option" 2 'there is no option "--frob"' "$idlc" hash --frob x
check "no file" 2 'a file is missing behind "hash"' "$idlc" hash
check "an option without its folder" 2 'a folder is missing behind "-o"' "$idlc" c x -o
check "bindings without a folder" 2 "-o DIR" "$idlc" c interfaces/log.wit
check "diff of one file" 2 "takes two files" "$idlc" diff interfaces/log.wit

check "a file that is not there" 1 "nowhere.wit:1:1: expected a file that can be read: No such file" \
	"$idlc" hash nowhere.wit
check "a folder as a file" 1 "expected a file that can be read" "$idlc" hash "$folder"
check "a mistake" 1 'bad.wit:2:10: expected "func", found "fun"' "$idlc" hash "$folder/bad.wit"

check "a name, its hash and its CID" 0 \
	"random 221ce78d8d89af436df677a17cc12ac73fd52e2291ff3bf0eae7c0da91aa0c48 bafkreibcdtty3dmjv5bw35txuf6mckwhh7ks4iur7457b2xhydnjdkqmja" \
	"$idlc" hash interfaces/random.wit
check "a use of a package that is nowhere" 1 'found "time", which none of the files read define' \
	"$idlc" hash "$folder/kv/kv.wit"
check "a use of another file, and of another package's" 0 "  record instant { ns: u64 }
  record key { text: string }" "$idlc" canonical "$folder/kv/kv.wit" -I "$folder/units"
check "interfaces of files that are only used are not told" 0 "kv " \
	"$idlc" hash "$folder/kv/kv.wit" "$folder/units/time.wit"

check "bindings" 0 "" "$idlc" c interfaces/log.wit -o "$folder/out"
check "their files" 0 "log.h
log_calls.h
log_serve.h" ls "$folder/out"
check "a folder that cannot be written to" 1 "cannot be written" \
	"$idlc" c interfaces/log.wit -o /proc/nowhere
check "two interfaces of one name" 1 'expected interfaces of different names, found "log"' \
	"$idlc" c interfaces/log.wit interfaces/../interfaces/log.wit -o "$folder/out"
check "the same file twice is one" 0 "" "$idlc" c interfaces/log.wit interfaces/log.wit -o "$folder/out"

check "diff of the same" 0 "log: the same interface" "$idlc" diff interfaces/log.wit interfaces/log.wit
check "diff of others" 3 "another interface" "$idlc" diff interfaces/loader.wit interfaces/blocks.wit
check "a page" 0 '# Interface `random`' "$idlc" doc interfaces/random.wit

# Bindings in a program, against the kernel.
CAIRN_HOME=$folder/home
export CAIRN_HOME
check "a program that calls through its bindings" 0 "two
all calls were answered" build/cairn run --quiet build/tests/programs/bindings.wasm one two

# In memory, and its own time on a CPU: neither the disk's nor that of others who are at work; the
# shortest of 20 runs, as caches are cold at first.
memory=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$folder" "$memory"' EXIT
ms=$(python3 -c '
import resource, subprocess, sys
def spent():
	usage = resource.getrusage(resource.RUSAGE_CHILDREN)
	return usage.ru_utime + usage.ru_stime
def once():
	before = spent()
	subprocess.run(sys.argv[1:], check=True)
	return spent() - before
print(int(min(once() for _ in range(20)) * 1000))' "$idlc" c interfaces/*.wit -o "$memory")
echo "all definitions: $ms ms"
check "all definitions take less than 50 ms" 0 "" [ "$ms" -lt 50 ]

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
