#!/bin/sh
# What a user does with `cairn interface`: definitions are listed, shown and published, by the hash of
# their text, and what is no definition is refused with one line. interface.sh [FOLDER OF THE BUILD]
set -u
cd "$(dirname "$0")/../.."
cairn=$PWD/${1:-build}/cairn
idlc=$PWD/${1:-build}/idlc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/e2e/checks.sh

is_same_text() {
	diff "$work/out" "$work/expected" >>"$work/err"
}

# ---- The system's ----

check "the interfaces are listed" ends 0 "$cairn" interface list
"$idlc" hash interfaces/*.wit | awk '{print $1, $3, "system"}' | sort >"$work/expected"
awk '{print $1, $2, $3}' "$work/out" | sort >"$work/list" && mv "$work/list" "$work/out"
check "they are those of interfaces/, with the names that idlc computes" is_same_text
check "listing them made no store" [ ! -e "$CAIRN_HOME" ]
check "they are listed as JSON" ends 0 "$cairn" interface list --json
check "which is JSON" python3 -c "
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert {'name', 'cid', 'source', 'size'} == set(rows[0])
assert len(rows) == len({row['cid'] for row in rows}) >= 17
" "$work/out"

hash_line=$("$idlc" hash interfaces/terminal.wit)
terminal_hex=$(echo "$hash_line" | awk '{print $2}')
terminal=$(echo "$hash_line" | awk '{print $3}')
"$idlc" canonical interfaces/terminal.wit >"$work/expected"
for argument in terminal "$terminal" "$terminal_hex" interfaces/terminal.wit; do
	check "$argument is shown" ends 0 "$cairn" interface show "$argument"
	check "as its canonical text" is_same_text
done
check "whose SHA-256 is the hash" \
	[ "$(sha256sum <"$work/out" | cut -d ' ' -f 1)" = "$terminal_hex" ]
check "several are shown" ends 0 "$cairn" interface show time random
check "one behind the other" [ "$(grep -c '^interface ' "$work/out")" -eq 2 ]

check "the system's can be put into the store" ends 0 "$cairn" interface publish --system
"$idlc" canonical interfaces/terminal.wit >"$work/expected"
check "where they are content like any other" ends 0 "$cairn" cat "$terminal"
check "with the same bytes" is_same_text
check "and are still listed" ends 0 "$cairn" interface list
check "once each" [ "$(sort "$work/out" | uniq -d | wc -l)$(grep -c published "$work/out")" = 00 ]

# ---- One's own ----

cat >"$work/greeter.wit" <<'WIT'
package example:greeter@1.2.3;
/// Greets people.
interface greeter {
  use words.{language};
  /// In some language.
  greet: func(name: string, language: language) -> result<string, error>;
  enum error { no-such-name }
}
WIT
echo 'interface words { enum language { english, german } say: func(word: string); }' >"$work/words.wit"
greeter=$("$idlc" hash "$work/greeter.wit" | awk '{print $3}')
check "an interface that is not published is not known" ends 1 "$cairn" interface show "$greeter"
check "the error says so and what to do" complained "$greeter" 
check "it can be shown from its file" ends 0 "$cairn" interface show "$work/greeter.wit"
check "it can be published" ends 0 "$cairn" interface publish "$work/greeter.wit"
check "which prints its name and CID" [ "$(cat "$work/out")" = "greeter $greeter" ]
check "what it uses is not published with it" ends 1 "$cairn" interface show words
"$idlc" canonical "$work/greeter.wit" >"$work/expected"
for argument in "$greeter" greeter; do
	check "$argument is shown" ends 0 "$cairn" interface show "$argument"
	check "as its canonical text" is_same_text
done
check "it can be fetched like any content" ends 0 "$cairn" cat "$greeter"
check "with the same bytes" is_same_text
check "publishing it again is fine" ends 0 "$cairn" interface publish "$work/greeter.wit"
check "it is listed" ends 0 "$cairn" interface list
check "once, as published" [ "$(grep -c "^greeter  *$greeter published$" "$work/out")" -eq 1 ]

sed 's/no-such-name/nobody/' "$work/greeter.wit" >"$work/other.wit"
check "another one of that name can be published" ends 0 "$cairn" interface publish "$work/other.wit"
check "and then the name is not enough" ends 1 "$cairn" interface show greeter
check "the error says so" complained "2 published interfaces.*greeter"
check "but each has its hash" ends 0 "$cairn" interface show "$greeter"

# ---- What is no definition ----

plain=$(echo "no definition" | "$cairn" add -)
check "content that is no definition is not shown as one" ends 1 "$cairn" interface show "$plain"
check "the error says so" complained "no definition.*$plain"
"$idlc" canonical interfaces/time.wit | sed 's/^  //' >"$work/loose"
loose=$("$cairn" add "$work/loose")
check "nor is a text that is not canonical" ends 1 "$cairn" interface show "$loose"
printf 'interface t {\n  use words.{language};\n  f: func(l: language);\n}\n' >"$work/use"
use=$("$cairn" add "$work/use")
check "nor is one that wants to read files" \
	ends 1 env --chdir="$work" "$cairn" interface show "$use"
head -c 300000 /dev/zero >"$work/large"
large=$("$cairn" add "$work/large")
check "nor is a file of several blocks" ends 1 "$cairn" interface show "$large"
cp "$work/loose" "$work/interface:trick"
(cd "$work" && "$cairn" add interface:trick >/dev/null)
check "a file with the name of a record is added" ends 0 "$cairn" interface list
check "and is not listed" [ "$(grep -c "$loose" "$work/out")" -eq 0 ]

block=$(find "$CAIRN_HOME/blocks" -type f -name "$greeter")
chmod u+w "$block"
printf 'x' | dd of="$block" bs=1 seek=20 conv=notrunc 2>/dev/null
check "a definition whose bytes were changed is not shown" ends 1 "$cairn" interface show "$greeter"
check "the error names it" complained "changed on disk.*$greeter"
check "nor listed" ends 0 "$cairn" interface list
check "any more" [ "$(grep -c "$greeter" "$work/out")" -eq 0 ]
check "publishing it again mends it" ends 0 "$cairn" interface publish "$work/greeter.wit"
check "as it was" ends 0 "$cairn" interface show "$greeter"

absent=bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy
check "a hash that nobody knows is not found" ends 1 "$cairn" interface show "$absent"
check "the error says what to do" complained "no interface.*publish.*$absent"
check "a name that is nearly one is not found" ends 1 "$cairn" interface show terminl
check "the error guesses" complained "perhaps terminal is meant: terminl"
check "nor is a file that does not exist" ends 1 "$cairn" interface show "$work/nothing.wit"
check "the error names the file" complained "nothing.wit"
echo 'interface broken { f: func(x: nonsense); }' >"$work/broken.wit"
check "a file with a mistake is not published" ends 1 "$cairn" interface publish "$work/broken.wit"
check "the error says where it is" complained "broken.wit:1:31: .*nonsense"
check "nothing of it is listed" ends 0 "$cairn" interface list
check "in the store" [ "$(grep -c broken "$work/out")" -eq 0 ]

# ---- The command ----

check "without a word it is used wrongly" ends 2 "$cairn" interface
check "so is another word" ends 2 "$cairn" interface publsh x.wit
check "the error guesses" complained "interface publish"
check "so is show without a name" ends 2 "$cairn" interface show
check "so is list with one" ends 2 "$cairn" interface list time
check "so is publish without a file" ends 2 "$cairn" interface publish
check "so is --json where it does not belong" ends 2 "$cairn" interface show --json time
check "it explains itself" ends 0 "$cairn" help interface

conclude
