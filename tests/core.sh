#!/bin/sh
# The freestanding core: its undefined symbols, and what its sources include; and in the whole tree,
# that messages are encoded by the bindings.
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

# A digest is 32 bytes in a row, an interface's name: they come from `idlc`. (Hashes of content in
# tests and tables of the engine are text, or longer.)
no_digests_by_hand() {
	! git grep -nE '#[[:space:]]*define[[:space:]]+[A-Z0-9_]*_DIGEST\b' -- '*.c' '*.h' \
		':!tools/idlc' ':!tests/unit/idlc' ':!bench/messages/programs.h'
}

# The numbers of functions are the bindings' to write and to compare. Who encodes by hand uses them,
# and says why in the same file.
no_bodies_by_hand() {
	numbers=$(sed -n 's/^\t\([A-Z][A-Z0-9_]*\) = [0-9]*,$/\1/p' $(ls build/generated/cairn/*.h |
		grep -vE '_(calls|serve)\.h$') | sort -u)
	for file in $(git ls-files '*.c' '*.h' | grep -vE '^(tools|tests)/idlc/|^tests/unit/idlc/'); do
		grep -qiE 'by hand' "$file" && continue
		words=$(grep -oE '\b[A-Z][A-Z0-9_]+\b' "$file" | sort -u)
		printf '%s\n' "$words" | grep -qxF "$numbers" || continue
		found=$(printf '%s\n' "$words" | grep -xF "$numbers" | tr '\n' ' ')
		echo "$file encodes or decodes by hand: $found"
		return 1
	done
}

git_lists_the_sources() {
	[ -n "$(git ls-files 'core/*.c')" ]
}

no_formatting_left() {
	git ls-files '*.c' '*.h' ':!sdk/template' | xargs clang-format-19 --dry-run --Werror
}

check make -s check-core
check only_freestanding_headers
check no_platform_conditions
# What follows reads the list that git keeps, and would pass over an empty one.
check git_lists_the_sources
check no_digests_by_hand
check no_bodies_by_hand
check no_formatting_left
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
