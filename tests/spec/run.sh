#!/bin/sh
# Runs the official test suite of WebAssembly 2.0 without SIMD: tests/spec/run.sh [OPTION]...
# Options go to build/spec-run, which must have been built; SPEC_RUN names another one (of a
# sanitized build). The suite is not part of this repository: its pack is looked for in
# $CAIRN_SHARED/spec, or in ../shared/spec beside the repository. Without it nothing is run, and
# that is said.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
shared=${CAIRN_SHARED:-$root/../shared}
pack=$shared/spec/core-2.0.tar.zst
runner=${SPEC_RUN:-$root/build/spec-run}

if [ ! -f "$pack" ]; then
	echo "*** THE WEBASSEMBLY SUITE IS NOT HERE: $pack is missing." >&2
	echo "*** Set CAIRN_SHARED to the folder that holds spec/core-2.0.tar.zst." >&2
	echo "skipped: the WebAssembly suite was not found"
	exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
zstd -dcq "$pack" | tar -xf - -C "$folder"
"$runner" --skip simd "$@" "$folder/core-2.0"
