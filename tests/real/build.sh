#!/bin/sh
# Builds bzip2 and zlib's minigzip, unmodified, with wasi-libc, from the sources that fetch.sh got, and
# the small programs beside this script; and what Debian has no package of for this machine as well.
# The outcome, build/real/NAME.wasm and build/real/NAME, is kept until a source changes.
set -eu
cd "$(dirname "$0")/../.."
root=build/real
bzip2_files="blocksort huffman crctable randtable compress decompress bzlib bzip2"
zlib_files="adler32 crc32 deflate gzclose gzlib gzread gzwrite inffast inflate inftrees trees zutil
	test/minigzip"
small_programs="hello words clocks mixed"

fail() {
	echo "$0: $*" >&2
	exit 1
}

# What the Makefile builds programs for, and warnings that old C earns left out.
# Linking is done without -O: with it clang runs whatever wasm-opt is in PATH.
wasi_cc="clang-19 --target=wasm32-wasi -mcpu=mvp -mbulk-memory -msign-ext -mnontrapping-fptoint
	-mmutable-globals"
quiet="-Wno-deprecated-non-prototype"

# is_newer OUTPUT INPUT...: is the output there, and no input younger?
is_newer() {
	output=$1
	shift
	[ -f "$output" ] || return 1
	for input in "$@"; do
		[ -z "$(find "$input" -newer "$output" 2>/dev/null | head -n 1)" ] || return 1
	done
}

# build_sources OUTPUT FOLDER FILES COMPILER LIBRARIES
build_sources() {
	output=$1 folder=$2 files=$3 compiler=$4 libraries=$5
	is_newer "$output" "$folder" tests/real/build.sh tests/real/shim.h && return 0
	objects=$root/objects/$(basename "$output")
	rm -rf "$objects"
	mkdir -p "$objects"
	for file in $files; do
		# shellcheck disable=SC2086
		$compiler -O2 $quiet -I"$folder" -c "$folder/$file.c" -o "$objects/$(basename "$file").o"
	done
	# shellcheck disable=SC2086
	$compiler "$objects"/*.o $libraries -o "$output.new"
	mv "$output.new" "$output"
}

for package in bzip2 zlib; do
	[ -d "$root/source/$package" ] || fail "the sources of $package are missing: run tests/real/fetch.sh"
done
shim="-include tests/real/shim.h"
build_sources $root/bzip2.wasm $root/source/bzip2 "$bzip2_files" "$wasi_cc $shim" \
	"-lwasi-emulated-signal -Wl,--strip-debug"
build_sources $root/minigzip.wasm $root/source/zlib "$zlib_files" \
	"$wasi_cc $shim -DHAVE_UNISTD_H" "-Wl,--strip-debug"
build_sources $root/minigzip $root/source/zlib "$zlib_files" "clang-19 -DHAVE_UNISTD_H" ""

for program in $small_programs; do
	mkdir -p "$root/source/$program"
	cmp -s "tests/real/$program.c" "$root/source/$program/$program.c" ||
		cp "tests/real/$program.c" "$root/source/$program/"
	strict="-std=gnu11 -Wall -Wextra -Werror"
	build_sources "$root/$program.wasm" "$root/source/$program" "$program" "$wasi_cc $strict" \
		"-Wl,--strip-debug"
	build_sources "$root/$program" "$root/source/$program" "$program" "clang-19 $strict" "-lm"
done
