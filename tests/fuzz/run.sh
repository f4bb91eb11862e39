#!/bin/sh
# Replays each fuzzer's corpus, then fuzzes for a few seconds more. A crash leaves its input in
# build/fuzz, to be mended and added to the corpus.
set -u
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-10}
passed=0
failed=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	corpus=tests/fuzz/corpus/$name
	grown=build/fuzz/corpus/$name
	mkdir -p "$grown"
	echo "== $name"
	# shellcheck disable=SC2046
	if build/fuzz/"$name" -runs=0 $(find "$corpus" -type f) &&
		build/fuzz/"$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
			-print_final_stats=0 -verbosity=0 -artifact_prefix=build/fuzz/ "$grown" "$corpus"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
