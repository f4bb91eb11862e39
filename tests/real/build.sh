#!/bin/sh
# Builds bzip2, zlib's minigzip, xz, zstd, jq and sqlite3, unmodified, with wasi-libc, from the sources
# that fetch.sh got, and the small programs beside this script; and what Debian has no package of for this machine as well.
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
	is_newer "$output" "$folder" tests/real/build.sh tests/real/*.h tests/real/include && return 0
	objects=$root/objects/$(basename "$output")
	rm -rf "$objects"
	mkdir -p "$objects"
	for file in $files; do
		# shellcheck disable=SC2086
		$compiler -O2 $quiet -I"$folder" -c "$folder/$file.c" -o "$objects/$(basename "$file").o" || return
	done
	# shellcheck disable=SC2086
	$compiler "$objects"/*.o $libraries -o "$output.new"
	mv "$output.new" "$output"
}

for package in bzip2 zlib sqlite3 jq libzstd xz-utils; do
	[ -d "$root/source/$package" ] || fail "the sources of $package are missing: run tests/real/fetch.sh"
done
shim="-include tests/real/shim.h"
build_sources $root/bzip2.wasm $root/source/bzip2 "$bzip2_files" "$wasi_cc $shim" \
	"-lwasi-emulated-signal -Wl,--strip-debug"
build_sources $root/minigzip.wasm $root/source/zlib "$zlib_files" \
	"$wasi_cc $shim -DHAVE_UNISTD_H" "-Wl,--strip-debug"
build_sources $root/minigzip $root/source/zlib "$zlib_files" "clang-19 -DHAVE_UNISTD_H" ""

# ---- Programs that know more of Unix ----

unix_cc="$wasi_cc -Itests/real/include -include tests/real/shim_unix.h -w"
unix_libraries="-lm -lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid
	-Wl,--strip-debug -Wl,-z,stack-size=1048576"

# names_of FOLDER SUBFOLDER...: its C files, without .c, as build_sources takes them
names_of() {
	(cd "$1" && shift && for folder; do ls "$folder"/*.c; done) | sed 's/\.c$//'
}

build_zstd() {
	folder=$root/source/libzstd
	files="$(names_of $folder lib/common lib/compress lib/decompress) programs/zstdcli programs/util
		programs/timefn programs/fileio programs/fileio_asyncio"
	build_sources $root/zstd.wasm $folder "$files" "$unix_cc -DZSTD_NOBENCH -DZSTD_NODICT
		-DZSTD_NOTRACE -DZSTD_DISABLE_ASM -DZSTD_LEGACY_SUPPORT=0 -DXXH_NAMESPACE=ZSTD_
		-I$folder/lib -I$folder/lib/common" "$unix_libraries"
}

build_xz() {
	folder=$root/source/xz-utils/src
	lzma=$folder/liblzma
	files="$(names_of $folder liblzma/common liblzma/check liblzma/lz liblzma/lzma liblzma/delta \
		liblzma/rangecoder xz |
		grep -vE '_mt$|tablegen|_small$|outqueue|crc32_x86|microlzma|hardware_cputhreads')"
	for part in progname exit mbstr_width mbstr_fw physmem cpucores open_stdxxx; do
		files="$files common/tuklib_$part"
	done
	build_sources $root/xz.wasm $folder "$files" "$unix_cc -DNDEBUG -DHAVE_DECODERS -DHAVE_ENCODERS
		-DHAVE_DECODER_LZMA1 -DHAVE_DECODER_LZMA2 -DHAVE_ENCODER_LZMA1 -DHAVE_ENCODER_LZMA2
		-DHAVE_ENCODER_DELTA -DHAVE_DECODER_DELTA -DHAVE_CHECK_CRC32 -DHAVE_CHECK_CRC64
		-DHAVE_CHECK_SHA256 -DHAVE_MF_HC3 -DHAVE_MF_HC4 -DHAVE_MF_BT2 -DHAVE_MF_BT3 -DHAVE_MF_BT4
		-DHAVE_STDBOOL_H -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE__BOOL -DSIZEOF_SIZE_T=4
		-DTUKLIB_SYMBOL_PREFIX=lzma_ -DASSUME_RAM=128 -DHAVE_VISIBILITY=0 -DPACKAGE_NAME=\"xz\"
		-DPACKAGE_BUGREPORT=\"\" -DPACKAGE_URL=\"\" -DPACKAGE=\"xz\" -I$lzma/api -I$lzma/common
		-I$lzma/check -I$lzma/lz -I$lzma/rangecoder -I$lzma/lzma -I$lzma/delta -I$lzma/simple
		-I$folder/common -I$folder/xz" "$unix_libraries"
}

# Two of its files are made by its own Makefile: the library of jq as a C string, and the version.
build_jq() {
	folder=$root/source/jq/src
	made=$root/made/jq
	mkdir -p "$made/src"
	[ -f "$made/src/version.h" ] || {
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$folder/builtin.jq" \
			>"$made/src/builtin.inc"
		echo '#define JQ_VERSION "1.6"' >"$made/src/version.h"
	}
	has="MEMMEM STRPTIME STRFTIME TIMEGM GMTIME_R LOCALTIME_R GMTIME MKTIME ISATTY GETTIMEOFDAY
		ACOS ACOSH ASIN ASINH ATAN ATAN2 ATANH CBRT CEIL COPYSIGN COS COSH ERF EXP EXP2 EXPM1 FABS
		FDIM FLOOR FMA FMAX FMIN FMOD FREXP HYPOT J0 J1 LDEXP LGAMMA LGAMMA_R LOG LOG10 LOG1P LOG2
		LOGB MODF NEARBYINT NEXTAFTER NEXTTOWARD POW REMAINDER RINT ROUND SCALBLN SIN SINH SQRT TAN
		TANH TGAMMA TRUNC Y0 Y1"
	build_sources $root/jq.wasm $folder "builtin bytecode compile execute jq_test jv jv_alloc jv_aux
		jv_dtoa jv_file jv_parse jv_print jv_unicode lexer linker locfile main parser util" \
		"$unix_cc -DIEEE_8087 -D_GNU_SOURCE $(printf -- '-DHAVE_%s ' $has) -I$made" "$unix_libraries"
}

# Its own Makefile makes one file of its sources, with tclsh.
build_sqlite() {
	made=$root/made/sqlite
	[ -f "$made/shell.c" ] || {
		mkdir -p "$made"
		(cd "$made" && ../../source/sqlite3/configure --disable-tcl --disable-readline &&
			make sqlite3.c shell.c) >"$root/made/sqlite.log" 2>&1 ||
			fail "sqlite3 cannot be put together; $root/made/sqlite.log has all of it"
	}
	build_sources $root/sqlite3.wasm $made "sqlite3 shell" "$unix_cc -DSQLITE_THREADSAFE=0
		-DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_OMIT_POPEN
		-DSQLITE_NOHAVE_SYSTEM" "$unix_libraries"
}

for program in zstd xz jq sqlite; do
	build_$program || fail "$program does not compile"
done

for program in $small_programs; do
	mkdir -p "$root/source/$program"
	cmp -s "tests/real/$program.c" "$root/source/$program/$program.c" ||
		cp "tests/real/$program.c" "$root/source/$program/"
	strict="-std=gnu11 -Wall -Wextra -Werror"
	build_sources "$root/$program.wasm" "$root/source/$program" "$program" "$wasi_cc $strict" \
		"-Wl,--strip-debug"
	build_sources "$root/$program" "$root/source/$program" "$program" "clang-19 $strict" "-lm"
done
