#!/bin/sh
# Runs the official test suites of WebAssembly 2.0 without SIMD, and of the threads proposal, with the runner of a build folder:
# run.sh build, or run.sh build/san for the one with sanitizers; further options go to spec-run. The
# suite is not part of this repository: its pack is looked for in $CAIRN_SHARED/spec, or in
# ../shared/spec beside the repository. Without it nothing is run, and that is said.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
shared=${CAIRN_SHARED:-$root/../shared}
packs="core-2.0 threads"
runner=$root/${1:-build}/spec-run
[ $# -eq 0 ] || shift

for pack in $packs; do
	[ ! -f "$shared/spec/$pack.tar.zst" ] || continue
	echo "*** THE WEBASSEMBLY SUITE IS NOT HERE: $shared/spec/$pack.tar.zst is missing." >&2
	echo "*** Set CAIRN_SHARED to the folder that holds spec/$pack.tar.zst." >&2
	echo "skipped: the WebAssembly suite was not found"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
for pack in $packs; do
	zstd -dcq "$shared/spec/$pack.tar.zst" | tar -xf - -C "$folder"
done
"$runner" --skip simd "$@" "$folder"
