#!/bin/sh
# The core on bare x86-64, in QEMU: its unit tests and a sample of the suite inside a kernel, programs on
# both ports side by side, faults made on purpose, bad input, and how it boots.
set -u
cd "$(dirname "$0")/../.."
root=$PWD
cairn=$root/build/cairn
programs=$root/build/tests/programs
kernels=$root/build/standalone
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export CAIRN_HOME="$work/home"
passed=0
failed=0

# check SENTENCE COMMAND...: the sentence is true when the command succeeds.
check() {
	sentence=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok: $sentence"
	else
		failed=$((failed + 1))
		echo "FAILED: $sentence"
		head -c 2000 "$work/out" "$work/err" 2>/dev/null
	fi
}

# machine CODE ARGUMENT...: a PC that ends with that exit code of the kernel's; its lines in out and err.
machine() {
	expected=$1
	shift
	timeout 100 qemu-system-x86_64 -M q35 -cpu max -nodefaults -no-reboot -display none \
		-serial "file:$work/out" -serial "file:$work/err" \
		-device isa-debug-exit,iobase=0xf4,iosize=4 "$@" </dev/null >"$work/qemu" 2>&1
	code=$?
	# Bytes of the serial lines' protocol (kernel/standalone/devices/serial.c).
	tr -d '\021\036' <"$work/err" >"$work/lines" && mv "$work/lines" "$work/err"
	[ "$code" -eq $(((expected % 128) * 2 + 1)) ] && return
	echo "QEMU ended with $code; the kernel's exit code should be $expected" >>"$work/err"
	return 1
}

# said FILE PATTERN: a line of what the last machine printed.
said() {
	grep -aqE "$2" "$work/$1"
}

cid() {
	"$cairn" add "$1"
}

# ---- Inside a kernel ----

for image in unit unit-wasi; do
	check "the core's unit tests pass inside a kernel ($image)" \
		machine 0 -m 512 -kernel "$kernels/$image.elf"
	check "and there were some" said out '^[1-9][0-9]+ passed, 0 failed, 0 skipped$'
	grep -a ' passed, ' "$work/out"
done

shared=${CAIRN_SHARED:-$root/../shared}
if [ -f "$shared/spec/core-2.0.tar.zst" ]; then
	zstd -dcq "$shared/spec/core-2.0.tar.zst" | tar -xf - -C "$work"
	"$kernels/spec-pack" 5000 "$work/spec" \
		$(find "$work/core-2.0" -name '*.json' -not -path '*/simd/*' | LC_ALL=C sort)
	check "5,000 commands of the suite pass inside a kernel" \
		machine 0 -m 1024 -kernel "$kernels/test.elf" -append spec -initrd "$work/spec"
	check "and they were 5,000" said out '^[5-9][0-9]{3} passed, 0 failed, 0 skipped$'
	grep -a ' passed, ' "$work/out"
	# The last word of the sample is an expectation; the sample says no when it is another.
	sed 's/out of bounds memory access/out of bounds memory excess/g' "$work/spec" >"$work/wrong"
	check "a wrong expectation is noticed" \
		machine 1 -m 1024 -kernel "$kernels/test.elf" -append spec -initrd "$work/wrong"
else
	echo "skipped: the WebAssembly suite was not found"
fi

# ---- The same programs on both ports ----

# same FILE [ARGUMENT...]: streams and exit code are those of the hosted port.
same() {
	timeout 30 "$cairn" run -e NAME=value "$@" <"$work/in" >"$work/out.hosted" 2>"$work/err.hosted"
	echo "exit code $?" >>"$work/out.hosted"
	timeout 60 "$cairn" boot -e NAME=value "$@" <"$work/in" >"$work/out" 2>"$work/err"
	echo "exit code $?" >>"$work/out"
	diff -a "$work/out.hosted" "$work/out" >"$work/diff" &&
		diff -a "$work/err.hosted" "$work/err" >"$work/diff" && return
	cat "$work/diff" >>"$work/err"
	return 1
}

# All bytes, the two that mean something to the serial line among them, and no newline at the end.
for i in 0 1 2 3; do
	for j in 0 1 2 3 4 5 6 7; do
		for k in 0 1 2 3 4 5 6 7; do printf '%b' "\\0$i$j$k"; done
	done
done >"$work/in"

for name in hello exit_code environment cat take_two trap bad_pointer recurse grow self_send \
	loader_abuse usurper; do
	[ -f "$programs/$name.wasm" ] || continue
	check "$name is the same on both ports" same "$programs/$name.wasm" "two words" "" --option '%"$\'
done
check "a WASI program is the same on both ports" same build/examples/hello.wasm world
for name in streams arguments exit poll; do
	[ -f "$programs/wasi/$name.wasm" ] || continue
	check "wasi/$name is the same on both ports" same "$programs/wasi/$name.wasm" one two
done
check "a CID that is not in the store is not booted" \
	sh -c "! '$cairn' boot bafkreidarowoumbf3dqhoe372djf3md7jja47bh3zs7vlrlok5ghwrl6sa 2>'$work/err'"

# ---- Faults ----

hello=$(cid "$programs/hello.wasm")
spin=$(cid "$programs/spin.wasm")
leave=$(cid build/standalone/leave_region.wasm)
"$cairn" image -o "$work/image" --iso "$programs/hello.wasm" "$programs/spin.wasm" \
	build/standalone/leave_region.wasm >/dev/null
archive=$work/image/cairn.car

check "leaving a region is that program's trap" \
	machine 134 -m 128 -kernel "$kernels/test.elf" -initrd "$archive" -append "node run=$leave"
check "with its reason" said err 'trapped: out of bounds memory access \(guard page\)'
check "what spins does not stop others, and can be killed" \
	machine 0 -m 128 -kernel "$kernels/test.elf" -initrd "$archive" -append "spin $spin $hello"
check "others went on" said out '^the other: exit$'
check "a broken assertion ends the node" machine 125 -m 128 -kernel "$kernels/test.elf" -append panic
check "and says where, by name" said err '^    at run_mistake \+ '
check "a wild pointer ends the node" machine 125 -m 128 -kernel "$kernels/test.elf" -append wild
check "and says which" said err 'page fault: no access to 0x0000000000000000'
check "running out of the kernel's stack ends the node" \
	machine 125 -m 128 -kernel "$kernels/test.elf" -append deep
check "and is called by its name" said err "kernel's stack is exhausted"

# ---- Bad input ----

boot() {
	boot_code=$1
	boot_archive=$2
	shift 2
	machine "$boot_code" -m 128 -kernel "$work/image/cairn.elf" -initrd "$boot_archive" -append "$*"
}

size=$(wc -c <"$archive")
check "the image boots" boot 0 "$archive" "run=$hello"
check "and the program's first line is there" said out '^Hello from a program named by its hash.$'
for part in 1 58 60 100 $((size / 2)) $((size - 1)); do
	head -c "$part" "$archive" >"$work/cut"
	check "an archive cut after $part bytes is refused" boot 125 "$work/cut" "run=$hello"
	check "with a line that says so" said err '^cairn: the archive: '
done
tr 'H' 'h' <"$archive" >"$work/changed"
check "a program whose bytes were changed is not run" boot 126 "$work/changed" "run=$hello"
check "an archive without the program is not enough" boot 127 "$archive" \
	run=bafkreidarowoumbf3dqhoe372djf3md7jja47bh3zs7vlrlok5ghwrl6sa
check "a kernel that has nothing to run says so" boot 126 "$archive" ""
check "a word that is not known is refused" boot 126 "$archive" "jump=$hello"
check "what is no CID is refused" boot 125 "$archive" run=hello
check "no archive is no archive" machine 125 -m 128 -kernel "$work/image/cairn.elf" -append "run=$hello"
check "32 MiB are enough" machine 0 -m 32 -kernel "$work/image/cairn.elf" -initrd "$archive" \
	-append "run=$hello"
check "memory beyond 4 GiB is no obstacle" machine 0 -m 5000 -kernel "$work/image/cairn.elf" \
	-initrd "$archive" -append "run=$hello"
check "without QEMU cairn boot says what to install" \
	sh -c "PATH=/nowhere '$cairn' boot '$programs/hello.wasm' 2>&1 >/dev/null </dev/null |
		grep -q 'apt-get install qemu-system-x86'"

# ---- Boot ----

check "the ISO boots by BIOS" machine 0 -m 256 -cdrom "$work/image/cairn.iso"
check "and runs its program" said out '^Hello from a program'
check "the ISO boots by UEFI" machine 0 -m 256 -cdrom "$work/image/cairn.iso" \
	-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
check "and runs its program, too" said out 'Hello from a program'

check "the image is smaller than a megabyte" [ "$(wc -c <"$kernels/cairn.elf")" -lt 1000000 ]
lines=$(find kernel/standalone -name '*.[chS]' -exec cat {} + | wc -l)
echo "lines of the port: $lines"

# The best of five, as milliseconds from QEMU's start to its end.
best=100000
for i in 1 2 3 4 5; do
	start=$(date +%s%N)
	boot 0 "$archive" "run=$hello"
	took=$((($(date +%s%N) - start) / 1000000))
	[ "$took" -lt "$best" ] && best=$took
done
echo "from QEMU's start to its end: $best ms"
check "a program has run within 300 ms of QEMU's start" [ "$best" -le 300 ]

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
