#!/bin/sh
# What an author of programs does: the page docs/FIRST-PROGRAM.md to the letter, `cairn new`, handlers
# named for a run, and the examples. first_program.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
root=$PWD
PATH=$PWD/${1:-build}:$PATH
work=$(mktemp -d)
case $work in
*[[:space:]]*) # No Makefile includes a file of such a name.
	rmdir "$work"
	work=$(mktemp -d -p /tmp)
	;;
esac
trap 'rm -rf "$work"' EXIT
export PATH
. tests/e2e/checks.sh

# ---- The page ----

mkdir "$work/page"
cd "$work/page" || exit 1
python3 "$root/tests/e2e/page.py" "$root/docs/FIRST-PROGRAM.md" >"$work/page.log" 2>&1
code=$?
cat "$work/page.log"
passed=$((passed + $(grep -c '^ok: ' "$work/page.log")))
failed=$((failed + $(grep -c '^FAILED: ' "$work/page.log")))
cp "$work/page.log" "$work/err"
check "the page was run to its end" [ "$code" -eq 0 ]

# ---- cairn new ----

cd "$work" || exit 1
check "a project of two words is written" ends 0 cairn new far-away
check "it builds and runs" ends 0 make -s -C far-away run
check "with the SDK that is installed too" ends 0 make -s -C "$root" install PREFIX="$work/usr"
check "which the command finds" ends 0 "$work/usr/bin/cairn" sdk
check "beside itself" printed "$work/usr/share/cairn/sdk"
check "the project builds with it" \
	ends 0 env PATH="$work/usr/bin:$PATH" make -s -C far-away clean run
check "a folder that is there is left alone" ends 1 cairn new far-away
check "the error says so" complained "far-away"
check "a name that WIT uses itself is refused" ends 2 cairn new list
check "so is one in capitals" ends 2 cairn new Far
check "so is a path" ends 2 cairn new ../far
check "so is the end of a comment" ends 2 cairn new '*/'
check "nothing was written" [ ! -e list ]
check "a name is needed" ends 2 cairn new
check "just one" ends 2 cairn new one two

# ---- Who handles what, and who may use it ----

handler=far-away/build/handler.wasm
caller=far-away/build/caller.wasm
wit=far-away/far-away.wit
check "an interface that is no interface is refused" ends 2 cairn run --handle "nothing=$handler" "$caller"
check "the error says so" complained "nothing"
check "so is a program that is not there" ends 2 cairn run --handle "$wit=nothing.wasm" "$caller"
check "so is half a word" ends 2 cairn run --handle "$wit" "$caller"
check "so is a definition that is not there" ends 2 cairn run --allow nothing.wit "$caller"
printf 'interface wrong {\n  f: func(x: u33);\n}\n' >wrong.wit
check "so is one with a mistake" ends 2 cairn run --allow wrong.wit "$caller"
check "the error names the place" complained '^wrong.wit:2:'
printf 'interface one {}\ninterface two {}\n' >both.wit
check "of several interfaces in a file one is chosen" ends 2 cairn run --allow both.wit "$caller"
check "the error tells how" complained 'FILE.wit#NAME'
check "one that the file does not have is refused" ends 2 cairn run --allow both.wit#three "$caller"
check "a program that has no part in the run cannot be allowed anything" \
	ends 2 cairn run --allow-for "$handler" "$wit" "$caller"
check "and to name one takes two words" ends 2 cairn run --allow-for "$handler"
check "an empty scope is refused" ends 2 cairn run --allow "$wit=" "$caller"
check "so is a scope of nothing" ends 2 cairn run --allow "=scope" "$caller"
check "the system's interfaces have names" ends 0 cairn run --allow time --allow tcp=example.com:443 \
	--handle "$wit=$handler" --allow "$wit" "$caller" once more
check "a program is named once for an interface" \
	ends 125 cairn run --handle "$wit=$handler" --handle "$wit=$handler" "$caller"
check "the error says so" complained "one program twice"
check "a program that does not register is no handler" \
	ends 1 cairn run --quiet --handle "$wit=$caller" --allow "$wit" "$caller"
# The words of the command line are not checked against a handler that is never asked.
check "a handler that is no module is found out when it is asked" \
	ends 1 cairn run --quiet --handle "$wit=$wit" --allow "$wit" "$caller"

# ---- Examples ----

w=$root/examples/converter
e=$root/build/examples/converter
check "a caller of an old interface runs by way of a converter" ends 0 cairn run \
	--handle "$w/kv1.wit=$(cairn add "$e/converter.wasm")" \
	--handle "$w/kv2.wit=$(cairn add "$e/handler.wasm")" \
	--allow "$w/kv1.wit" --allow-for "$(cairn add "$e/converter.wasm")" "$w/kv2.wit" \
	"$(cairn add "$e/old_caller.wasm")"
check "it gets what the new handler knows, in the old words" printed "put moon: yes
put sun: yes
get moon: far
get sun: farther
get mars: 
put comet: no"
check "a converter that may not use the new interface refuses" ends 1 cairn run --quiet \
	--handle "$w/kv1.wit=$e/converter.wasm" --handle "$w/kv2.wit=$e/handler.wasm" \
	--allow "$w/kv1.wit" "$e/old_caller.wasm"
check "and its caller is told" complained "refused"

w=$root/examples/filter/kv.wit
e=$root/build/examples/filter
check "without a filter everything is kept" ends 0 cairn run \
	--handle "$w=$e/store.wasm" --allow "$w" "$e/client.wasm"
check "what was put is there" printed "put moon: yes
put private/diary: yes
get moon: far
get private/diary: dear
get mars: not there"
check "a filter stands between a program and its handler, and neither knows" ends 0 cairn run \
	--handle "$w=$e/filter.wasm" --handle "$w=$e/store.wasm" \
	--allow-for "$e/filter.wasm" "$w" --allow "$w" "$e/client.wasm"
check "it passes what it lets pass, and refuses the rest" printed "put moon: yes
put private/diary: the handler refused the message
get moon: far
get private/diary: the handler refused the message
get mars: not there"
check "and writes down what was asked" grep -q "filter: get private/diary: not allowed" "$work/err"
check "a filter that may not send on refuses everything" ends 0 cairn run \
	--handle "$w=$e/filter.wasm" --handle "$w=$e/store.wasm" --allow "$w" "$e/client.wasm"
check "one program is at one place of a chain" ends 125 cairn run \
	--handle "$w=$e/store.wasm" --handle "$w=$e/store.wasm" --allow "$w" "$e/client.wasm"
check "and that is said" complained "or one program twice"

w=$root/examples/futures
e=$root/build/examples/futures
set --
for color in red green blue; do
	set -- "$@" --handle "$w/$color.wit=$e/$color.wasm" --allow "$w/$color.wit"
done
check "10,000 requests are in flight from one thread, and each gets its own answer" \
	ends 0 cairn run "$@" "$e/flight.wasm" 2000 10000
check "the example says what one costs" grep -q '^10000 in flight: [0-9]* ns' "$work/out"

conclude
