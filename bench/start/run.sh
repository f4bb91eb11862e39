#!/bin/sh
# `cairn run` of a hello world by its CID, as a whole process, beside /bin/true. run.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
CAIRN_HOME=$(mktemp -d)
export CAIRN_HOME
trap 'rm -rf "$CAIRN_HOME"' EXIT
hello=$(build/cairn add build/tests/programs/hello.wasm)
build/bench/start "${1:-201}" build/cairn run "$hello"
