#!/bin/sh
# Gets Debian's source packages of what is built into build/real/source, and what npm has compiled
# into build/real/npm, once.
#
# apt is given a configuration of its own below build/real/apt: the sources that the system has, asked
# for source packages instead of binary ones, with lists and a cache beside them. The system's own
# lists and sources stay as they are, and root is not needed. apt checks what it downloads against the
# archive's signature, and dpkg-source the files against the package's description.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD/build/real
apt=$root/apt
packages="bzip2 zlib sqlite3 jq libzstd xz-utils"

fail() {
	echo "$0: $*" >&2
	exit 1
}

is_complete() {
	for package in $packages; do
		[ -d "$root/source/$package" ] || return 1
	done
}

# The system's one-line sources, each as a source of source packages.
sources_of_lists() {
	sed -nE 's/^[[:space:]]*deb(-src)?([[:space:]])/deb-src\2/p' "$@" | sort -u
}

# The same for the stanzas of deb822 files.
sources_of_stanzas() {
	awk '
		FNR == 1 { print "" }
		/^#/ { next }
		tolower($0) ~ /^types:/ { print "Types: deb-src"; is_types = 1; next }
		is_types && /^[ \t]/ { next }
		{ is_types = 0; print }
	' "$@"
}

write_sources() {
	rm -rf "$apt/sources"
	mkdir -p "$apt/sources"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$file" ] || continue
		sources_of_lists "$file" >"$apt/sources/$(basename "$file" .list).list"
	done
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -r "$file" ] || continue
		sources_of_stanzas "$file" >"$apt/sources/$(basename "$file")"
	done
	[ -n "$(cat "$apt"/sources/* 2>/dev/null)" ] ||
		fail "apt has no sources (/etc/apt/sources.list, sources.list.d) to get source packages from"
}

# private_apt COMMAND ARGUMENT...: apt-get or apt-cache.
private_apt() {
	command=$1
	shift
	# The user that apt downloads as may not be able to read this folder, so it stays who it is.
	"$command" -q \
		-o Dir::Etc::sourcelist=/dev/null \
		-o Dir::Etc::sourceparts="$apt/sources" \
		-o Dir::State="$apt/state" \
		-o Dir::State::status=/var/lib/dpkg/status \
		-o Dir::Cache="$apt/cache" \
		-o Dir::Log="$apt/log" \
		-o APT::Sandbox::User="$(id -un)" \
		-o Acquire::Retries=3 \
		"$@"
}

# Every version that the lists have, the newest first.
versions_of() {
	private_apt apt-cache showsrc --only-source "$1" | sed -n 's/^Version: //p' |
		sort -u | dpkg_sort
}

# dpkg's order of versions, the greatest first: there are a few at most.
dpkg_sort() {
	sorted=
	while read -r version; do
		before=
		for other in $sorted; do
			dpkg --compare-versions "$other" gt "$version" && before="$before $other"
		done
		after=
		for other in $sorted; do
			dpkg --compare-versions "$other" gt "$version" || after="$after $other"
		done
		sorted="$before $version $after"
	done
	printf '%s\n' "$sorted"
}

# A mirror may have lost the newest version of a package, with an older one still there.
download_package() {
	for version in $(versions_of "$1"); do
		private_apt apt-get source --download-only "$1=$version" && return
	done
	return 1
}

download_all() (
	cd "$apt/files" || exit 1
	for package in $packages; do
		download_package "$package" || exit 1
	done
)

download() {
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/log" "$apt/files"
	# Some source of the system may have no source packages; what counts is what follows.
	private_apt apt-get update >"$apt/log/update" 2>&1 || true
	if ! download_all >"$apt/log/source" 2>&1; then
		tail -n 5 "$apt/log/update" "$apt/log/source" >&2
		fail "apt could not get the source packages of $packages: connect to the network" \
			"(apt-get update must work on this machine) and run this again;" \
			"all of apt's words are in $apt/log"
	fi
}

unpack() {
	rm -rf "$root/source" "$root/unpacking"
	mkdir -p "$root/unpacking"
	for package in $packages; do
		dpkg-source --no-copy -x "$apt"/files/"$package"_*.dsc "$root/unpacking/$package" \
			>"$apt/log/unpack-$package" 2>&1 || {
			cat "$apt/log/unpack-$package" >&2
			fail "dpkg-source refused the source package of $package;" \
				"remove $apt/files and run this again"
		}
	done
	mv "$root/unpacking" "$root/source"
}

# fetch_npm FOLDER PACKAGE@VERSION: what is in the package, as build/real/npm/FOLDER.
fetch_npm() {
	[ -d "$root/npm/$1" ] && return
	mkdir -p "$root/npm"
	(cd "$root/npm" &&
		archive=$(npm pack --silent "$2" 2>"$root/npm/log") &&
		tar xzf "$archive" && rm "$archive" && mv package "$1") ||
		fail "npm could not get $2: $(tail -n 1 "$root/npm/log")"
}
# A compiler of TypeScript as one module of WASI, and the same for this machine; LLVM as another, with
# the headers and libraries that it needs.
fetch_npm wasi-preview1 @esbuild/wasi-preview1@0.27.2
fetch_npm linux-x64 @esbuild/linux-x64@0.27.2
fetch_npm llvm @yowasp/clang@22.0.0-git20542-10

is_complete && exit 0
for tool in apt-get dpkg-source; do
	command -v $tool >/dev/null 2>&1 ||
		fail "$tool is missing; the source packages come from Debian: install dpkg-dev"
done
write_sources
download
unpack
