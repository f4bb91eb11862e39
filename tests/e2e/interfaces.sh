#!/bin/sh
# Interfaces, as a user meets them: interface.sh and trace.sh, with one count. interfaces.sh [FOLDER]
set -u
cd "$(dirname "$0")"
passed=0
failed=0
for script in interface trace; do
	echo "== $script"
	output=$(sh ./$script.sh "$@")
	printf '%s\n' "$output"
	# shellcheck disable=SC2046
	set -- $(printf '%s\n' "$output" | tail -n 1) "$@"
	passed=$((passed + $1))
	failed=$((failed + $3))
	shift 6
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
