#!/bin/sh
# Writes into a program what it uses, so that a person can be asked before its start:
#
#     uses.sh SDK PROGRAM.wasm INTERFACE[=SCOPE]...
#
# An INTERFACE is the name of one of the system's, or a file FILE.wit. The words become the custom section
# `cairn.uses` at the program's end: a line for each interface, its digest and the scopes.
set -eu
sdk=$1
program=$2
shift 2

# Size, as WebAssembly has it: seven bits a byte, the last one without the eighth.
size_bytes() {
	rest=$1
	while [ "$rest" -ge 128 ]; do
		printf '%b' "\\0$(printf '%03o' $((rest % 128 + 128)))"
		rest=$((rest / 128))
	done
	printf '%b' "\\0$(printf '%03o' "$rest")"
}

lines=$(for word; do
	interface=${word%%=*}
	case $interface in
	*.wit) file=$interface ;;
	*) file=$sdk/interfaces/$interface.wit ;;
	esac
	[ -f "$file" ] || {
		echo "uses.sh: no such interface: $interface" >&2
		exit 1
	}
	found=$("$sdk/bin/idlc" hash "$file")
	case $word in
	*=) echo "uses.sh: an empty scope: $word" >&2 && exit 1 ;;
	*=*' '*) echo "uses.sh: a scope cannot hold a space: $word" >&2 && exit 1 ;;
	*=*) scope=" ${word#*=}" ;;
	*) scope= ;;
	esac
	printf '%s\n' "$found" | awk -v scope="$scope" '{ print $2 scope }'
done)
# One line for each interface.
text=$(printf '%s\n' "$lines" | awk '{
	if (!($1 in scopes))
		order[++count] = $1
	digest = $1
	$1 = ""
	scopes[digest] = scopes[digest] $0
}
END {
	for (i = 1; i <= count; i++)
		print order[i] scopes[order[i]]
}')
length=$(printf '%s\n' "$text" | wc -c)
{
	printf '\000'
	size_bytes $((length + 11))
	printf '\012cairn.uses%s\n' "$text"
} >>"$program"
