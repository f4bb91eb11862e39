#!/bin/sh
# Runs the official test suite of WebAssembly 2.0 without SIMD with the runner of a build folder:
# run.sh build, or run.sh build/san for the one with sanitizers; further options go to spec-run. The
# suite is not part of this repository: its pack is looked for in $CAIRN_SHARED/spec, or in
# ../shared/spec beside the repository. Without it nothing is run, and that is said.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
shared=${CAIRN_SHARED:-$root/../shared}
pack=$shared/spec/core-2.0.tar.zst
runner=$root/${1:-build}/spec-run
[ $# -eq 0 ] || shift

if [ ! -f "$pack" ]; then
	echo "*** THE WEBASSEMBLY SUITE IS NOT HERE: $pack is missing." >&2
	echo "*** Set CAIRN_SHARED to the folder that holds spec/core-2.0.tar.zst." >&2
	echo "skipped: the WebAssembly suite was not found"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
zstd -dcq "$pack" | tar -xf - -C "$folder"
"$runner" --skip simd "$@" "$folder/core-2.0"
