#!/bin/sh
# The table of symbols.h, as assembly: symbols.sh NM IMAGE; without an image, an empty one.
set -eu
nm=$1
image=${2-}

list() {
	[ -n "$image" ] || return 0
	"$nm" --defined-only -n "$image" | awk '$2 == "T" || $2 == "t" {print $1, $3}' |
		awk '!seen[$1]++'
}

names=$(list)
printf '\t.section .symbols, "a"\n\t.balign 4\n'
printf '\t.globl symbol_count, symbol_addresses, symbol_names\nsymbol_count:\n'
printf '\t.long (symbol_names - symbol_addresses) / 4\nsymbol_addresses:\n'
printf '%s\n' "$names" | awk 'NF == 2 {print "\t.long 0x" $1}'
printf 'symbol_names:\n'
printf '%s\n' "$names" | awk 'NF == 2 {print "\t.asciz \"" $2 "\""}'
printf '\t.section .note.GNU-stack, "", @progbits\n'
