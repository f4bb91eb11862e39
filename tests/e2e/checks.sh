# Sourced by the end-to-end scripts, after they have entered the root of the sources and set `work` to a
# folder of their own: a store in it, and the words in which checks are written.

export CAIRN_HOME="$work/home"
passed=0
failed=0
skipped=0

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
		head -c 4000 "$work/err"
	fi
}

# ended CODE COMMAND...: runs a command whose streams the caller has set; did it end so?
ended() {
	expected=$1
	shift
	timeout -k 5 120 "$@" 2>"$work/err"
	code=$?
	[ "$code" -eq "$expected" ] && return
	echo "exit code $code instead of $expected" >>"$work/err"
	return 1
}

# The same; what it prints is in $work/out and $work/err.
ends() {
	ended "$@" >"$work/out"
}

# printed TEXT: what the last command printed.
printed() {
	printf '%s\n' "$1" | diff - "$work/out" >>"$work/err"
}

# complained PATTERN: the last command printed one line of error, and it says so.
complained() {
	[ "$(wc -l <"$work/err")" -eq 1 ] && grep -qE -- "$1" "$work/err"
}

# may_open COUNT: a process of this user may open so many files.
may_open() {
	files_max=$(ulimit -H -n)
	[ "$files_max" = unlimited ] || [ "$files_max" -ge "$1" ]
}

# skip NUMBER WHAT: so many checks are left out.
skip() {
	echo "skipped: $2"
	skipped=$((skipped + $1))
}

# What is told to end cleans up as well.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The last thing that a script does.
conclude() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
