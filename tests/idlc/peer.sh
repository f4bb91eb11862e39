#!/bin/sh
# Definitions of the system and random ones, read by idlc and by the Bytecode Alliance's parser of WIT
# (compiled to WebAssembly, from npm). Skipped, loudly, where there is no node or no registry.
set -eu
cd "$(dirname "$0")/../.."
package=@bytecodealliance/jco-transpile
version=0.15.0
tools=build/npm/node_modules/$package/dist/wasm-tools.js

skip() {
	echo "SKIPPED: $1: WIT is not checked against another parser" >&2
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

command -v node >/dev/null 2>&1 || skip "there is no node"
command -v npm >/dev/null 2>&1 || skip "there is no npm"
if [ ! -e "$tools" ]; then
	mkdir -p build/npm
	npm install --prefix build/npm --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
		--loglevel=error "$package@$version" >build/npm/log 2>&1 ||
		skip "npm could not install $package (build/npm/log)"
fi

folder=build/peer
mkdir -p "$folder"
build/idlc-random 150 "$folder"
# shellcheck disable=SC2046
exec node tests/idlc/peer.mjs "$tools" build/idlc "$folder" interfaces/*.wit \
	$(seq -f "$folder/%g.wit" 0 149)
