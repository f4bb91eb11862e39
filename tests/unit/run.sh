#!/bin/sh
# Runs the unit tests of a build folder: run.sh build, or run.sh build/san for those with sanitizers.
set -u
cd "$(dirname "$0")/../.."
folder=${1:-build}
passed=0
failed=0
skipped=0
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=1:allocator_may_return_null=1"

for source in $(find tests/unit -name 'test_*.c' | sort); do
	test=$folder/${source%.c}
	echo "== $source"
	output=$(timeout 1800 "$test" 2>&1)
	code=$?
	printf '%s\n' "$output"
	ok=$(printf '%s\n' "$output" | sed -n 's/.*\[  PASSED  \] \([0-9]*\) test.*/\1/p' | tail -n 1)
	bad=$(printf '%s\n' "$output" | sed -n 's/.*\[  FAILED  \] \([0-9]*\) test.*/\1/p' | tail -n 1)
	left=$(printf '%s\n' "$output" | sed -n 's/.*\[  SKIPPED \] \([0-9]*\) test.*/\1/p' | tail -n 1)
	passed=$((passed + ${ok:-0}))
	skipped=$((skipped + ${left:-0}))
	if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then
		bad=1
		echo "FAILED: $test ended with code $code"
	fi
	failed=$((failed + ${bad:-0}))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
