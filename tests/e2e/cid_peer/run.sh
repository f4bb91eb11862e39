#!/bin/sh
# CIDs and blocks against another implementation: the names that `cairn add` prints are those that
# Helia's importer gives with kubo's settings, and files that Helia wrote, also in shapes that we
# never write, are read by `cairn cat`.
set -u
cd "$(dirname "$0")/../../.."
cairn=$PWD/build/cairn
packages=$PWD/build/npm/cid_peer
passed=0
failed=0

skip() {
	echo "skipped: CIDs were not compared with another implementation: $1"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

command -v node >/dev/null 2>&1 || skip "node is not installed"
command -v npm >/dev/null 2>&1 || skip "npm is not installed"
mkdir -p "$packages"
if ! cmp -s tests/e2e/cid_peer/package.json "$packages/installed.json"; then
	cp tests/e2e/cid_peer/package.json "$packages/package.json"
	(cd "$packages" && npm install --no-package-lock --no-audit --no-fund) \
		>"$packages/install.log" 2>&1 || skip "npm cannot install; see $packages/install.log"
	cp tests/e2e/cid_peer/package.json "$packages/installed.json"
fi
# A module finds its packages beside itself.
cp tests/e2e/cid_peer/peer.mjs "$packages/peer.mjs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"

ok() {
	passed=$((passed + 1))
	echo "ok: $1"
}

bad() {
	failed=$((failed + 1))
	echo "FAILED: $1"
	shift
	printf '    %s\n' "$@"
}

CAIRN_HOME=$work/ours
export CAIRN_HOME
if ! node "$packages/peer.mjs" names "$work/files" \
	0 1 262143 262144 262145 524288 1000000 45613056 45613057 46000000 >"$work/names"; then
	bad "the peer names files"
fi
while read -r size theirs; do
	ours=$("$cairn" add "$work/files/sample-$size" 2>&1)
	if [ "$ours" = "$theirs" ]; then
		ok "the name of $size bytes"
	else
		bad "the name of $size bytes" "ours:   $ours" "theirs: $theirs"
	fi
done <"$work/names"

CAIRN_HOME=$work/theirs
if ! node "$packages/peer.mjs" blocks "$work/files" "$CAIRN_HOME" >"$work/blocks"; then
	bad "the peer writes blocks"
fi
while read -r cid file shape; do
	"$cairn" cat "$cid" >"$work/out" 2>"$work/err"
	code=$?
	if [ "$file" = - ]; then
		if [ $code -eq 1 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ]; then
			ok "refused: $shape"
		else
			bad "refused: $shape" "exit code $code" "$(cat "$work/err")"
		fi
	elif [ $code -eq 0 ] && cmp -s "$work/out" "$file"; then
		ok "read: $shape"
	else
		bad "read: $shape" "exit code $code" "$(cat "$work/err")"
	fi
done <"$work/blocks"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
