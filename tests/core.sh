#!/bin/sh
# The freestanding core: its undefined symbols, and what its sources include.
set -eu
cd "$(dirname "$0")/.."
passed=0
failed=0

check() {
	if "$@"; then
		passed=$((passed + 1))
		echo "ok: $*"
	else
		failed=$((failed + 1))
		echo "FAILED: $*"
	fi
}

only_freestanding_headers() {
	! grep -rnE '#[[:space:]]*include[[:space:]]*<' core --include='*.c' --include='*.h' |
		grep -vE '<(stdint|stddef|stdbool|stdalign|stdatomic|limits)\.h>|<cairn/'
}

no_platform_conditions() {
	! grep -rnE '#[[:space:]]*(if|ifdef|ifndef)[^_]*(__linux|__unix|_WIN32|__APPLE__)' core
}

no_formatting_left() {
	git ls-files '*.c' '*.h' | xargs clang-format-19 --dry-run --Werror
}

check make -s check-core
check only_freestanding_headers
check no_platform_conditions
if command -v clang-format-19 >/dev/null 2>&1; then
	check no_formatting_left
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
