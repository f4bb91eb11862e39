# What `cairn run --trace` and `cairn boot --trace` print, made comparable: a line a message, in the order
# in which its sender sent it, with what became of it. Processes are called by their program and how many
# of it there were; clocks, latencies and the messages' numbers are gone. Other lines are left out.

function call_of(process) {
	return process in name ? name[process] : process
}

function say(process, text) {
	said[process] = said[process] call_of(process) " " text "\n"
	if (!(process in order)) {
		order[process] = ++processes
		by_order[processes] = process
	}
}

# Clocks and random bytes differ.
function still(text) {
	if (text ~ /^time\./)
		gsub(/[0-9]+/, "T", text)
	if (text ~ /^random\./)
		sub(/ = .*/, " = ...", text)
	return text
}

function rest(first) {
	text = $0
	for (i = 1; i < first; i++)
		sub(/^ *[^ ]+ +/, "", text)
	return text
}

!/^ *[0-9]+\.[0-9][0-9][0-9] ms  / { next }
# Who still runs when the program has ended is ended sooner or later.
/ was killed$/ { next }
{
	sub(/^ *[0-9]+\.[0-9]+ ms  /, "")
	has_latency = sub(/  after [0-9]+\.[0-9]+ ms$/, "")
}
$2 == "starts:" {
	name[$1] = substr($3, 1, 16) "/" ++instances[$3]
	say($1, "starts")
	next
}
$2 == "->" && $3 == "nobody" {
	say($1, "-> nobody " still(rest(4)))
	next
}
$2 == "->" && has_latency {
	outcome[$4] = outcome[$4] " (cancelled)"
	next
}
$2 == "->" {
	messages++
	sender[messages] = $1
	handler[messages] = $3
	call[messages] = rest(5)
	number[messages] = $4
	say($1, "MESSAGE" messages " ")
	next
}
$2 == "<-" {
	outcome[$4] = outcome[$4] " = " rest(5)
	next
}
$1 in name { say($1, rest(2)) }

END {
	for (i = 1; i <= messages; i++)
		words[i] = "-> " call_of(handler[i]) " " still(call[i] outcome[number[i]])
	for (p = 1; p <= processes; p++) {
		count = split(said[by_order[p]], lines, "\n")
		for (l = 1; l < count; l++) {
			if (match(lines[l], /MESSAGE[0-9]+ $/)) {
				m = substr(lines[l], RSTART + 7, RLENGTH - 8)
				print substr(lines[l], 1, RSTART - 1) words[m]
			} else {
				print lines[l]
			}
		}
	}
}
