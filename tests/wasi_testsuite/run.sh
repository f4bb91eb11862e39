#!/bin/sh
# The preview 1 tests of the official suite (github.com/WebAssembly/wasi-testsuite), compiled, as its
# branch prod/testsuite-base has them: run.sh [FOLDER OF THE BUILD]. The suite is not part of these
# sources: CAIRN_WASI_TESTSUITE is its folder, or it lies beside the specification's suite.
set -u
cd "$(dirname "$0")/../.."
cairn=${1:-build}/cairn
suite=${CAIRN_WASI_TESTSUITE:-${CAIRN_SHARED:-../shared}/wasi-testsuite}

if [ ! -d "$suite/tests" ]; then
	echo "skipped: the official WASI test suite is absent: set CAIRN_WASI_TESTSUITE to a checkout of" \
		"branch prod/testsuite-base of github.com/WebAssembly/wasi-testsuite"
	echo "0 passed, 0 failed, 72 skipped"
	exit 0
fi
[ -x "$cairn" ] || make -s || exit 1
command -v python3 >/dev/null 2>&1 || {
	echo "$0: python3 is missing; install Debian's package of it" >&2
	exit 1
}
exec python3 tests/wasi_testsuite/run.py "$cairn" "$suite" build/wasi-testsuite
