#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The text of function_graph in every combination of the options that change it. The
# records are the same each time, so with all columns on they say what must be left
# where some are off.
#
# timeout: 300

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# What has a column, from left to right, and a letter each.
columns='abstime:t cpu:c proc:p latency:l duration:d'

text_reset()
{
	local option

	for option in overrun abstime proc tail retval retval-hex; do
		echo 0 >"options/funcgraph-$option"
	done
	for option in cpu overhead duration irqs; do
		echo 1 >"options/funcgraph-$option"
	done
	echo 1 >options/sleep-time
	echo 0 >events/enable
	: >set_graph_function
	reset
}

# show LETTERS: only these columns
show()
{
	local column on

	for column in $columns; do
		on=0
		[[ $1 != *${column#*:}* ]] || on=1
		if [ "${column%:*}" = latency ]; then
			echo $on >options/latency-format
		else
			echo $on >"options/funcgraph-${column%:*}"
		fi
	done
}

# Nested calls and leaves, comments, interrupts and switches of tasks, on both CPUs.
record()
{
	echo 0 >tracing_on
	printf '%s\n' 'vfs_*' ksys_read ksys_write __do_sys_getppid hrtimer_nanosleep do_exit \
		'*sysvec_*' tick_nohz_handler >set_ftrace_filter
	echo function_graph >current_tracer
	echo 1 >events/sched/sched_switch/enable
	: >trace
	echo 1 >tracing_on
	sh -c 'cat /etc/hostname; sleep 0.02; cat /etc/passwd' >/dev/null &
	taskset -c 0 sh -c 'cat /etc/hostname; sleep 0.02' >/dev/null
	taskset -c 1 sh -c 'cat /etc/hostname; sleep 0.02' >/dev/null
	wait $!
	echo 0 >tracing_on
	echo 0 >events/enable
}

# cut_columns LETTERS: of lines with all columns, these, and the function
cut_columns()
{
	awk -v want="$1" '
		function column(letter, width) {
			if (index(want, letter))
				left = left substr(rest, 1, width)
			rest = substr(rest, width + 1)
		}
		# What a switch of tasks is shown with has no columns.
		/^ -+$/ || /^$/ || / => / && !/\|/ || / \(Overruns: / { print; next }
		{
			# More than five digits of seconds make the first one wider.
			rest = $0; left = ""
			column("t", index($0, ".") + 10)
			column("c", 4)
			column("p", 17)
			column("l", 9)
			if (rest ~ /^  (==========>|<==========) \|$/)
				print left (index(want, "d") ? rest : substr(rest, 3, 11))
			else {
				column("d", 17)
				print left rest
			}
		}'
}

# legend WIDTH: what stands above the flags, which come behind so many characters
legend()
{
	printf "#%$1s%s\n" '' '  _-----=> irqs-off        ' '' ' / _----=> need-resched    ' \
		'' '| / _---=> hardirq/softirq ' '' '|| / _--=> preempt-depth   ' \
		'' '||| /                      '
}

# header LETTERS: what stands above these columns
header()
{
	local names='#' marks='#' width=0

	if [[ $1 = *t* ]]; then
		names+='     TIME       '
		marks+='      |         '
		width=$((width + 16))
	fi
	if [[ $1 = *c* ]]; then
		names+=' CPU'
		marks+=' |  '
		width=$((width + 4))
	fi
	if [[ $1 = *p* ]]; then
		names+='  TASK/PID       '
		marks+='   |    |        '
		width=$((width + 17))
	fi
	if [[ $1 = *l* ]]; then
		legend $width
		names+='||||   '
		marks+='||||   '
	fi
	if [[ $1 = *d* ]]; then
		names+='  DURATION   '
		marks+='   |   |      '
	fi
	echo "$names               FUNCTION CALLS"
	echo "$marks               |   |   |   |"
}

# The last lines above the records, which name the columns.
title()
{
	local skip=2

	[ "$(cat options/latency-format)" = 0 ] || skip=9
	sed "1,${skip}d; / |   |   |   |\$/q" trace
}

# The records, of which some look like a line above them: # marks a long time.
lines()
{
	sed '1,/ |   |   |   |$/d' trace
}

# same NAME ACTUAL EXPECTED: as is, of long texts
same()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "$(diff <(echo "$3") <(echo "$2") | head -n 12)"
	fi
}

# Every set of letters.
combinations()
{
	printf '%s\n' {,t}{,c}{,p}{,l}{,d}
}

check_columns()
{
	local all letters headers='' lines='' latency=''

	show tcpld
	all=$(lines)
	like 'blocks' "$all" '\|  +vfs_[a-z_]+\(\) \{$'
	like 'leaves' "$all" ' us +\|  +vfs_[a-z_]+\(\);$'
	like 'comments' "$all" '\|  +/\* sched_switch: prev_comm=.* \*/$'
	like 'what interrupts call' "$all" '\|  +__sysvec_[a-z_]+\(\)'
	like 'tasks change' "$all" '^ [01]\) +[^ ]+-[0-9]+ +=> +[^ ]+-[0-9]+ +$'
	for letters in '' $(combinations); do
		show "$letters"
		[ "$(title)" = "$(header "$letters")" ] || headers+=" ($letters)"
		cmp -s <(lines) <(cut_columns "$letters" <<<"$all") || lines+=" ($letters)"
		[[ $letters != *l* ]] || [ "$(sed -n 3p trace)" = \
			"# function_graph latency trace v1.1.5 on $(uname -r)" ] || latency+=" $letters"
	done
	is "32 headers" "$headers" ''
	is 'and as many ways to show records' "$lines" ''
	is 'a title in the latency format' "$latency" ''
	show tcpl
	echo 0 >options/context-info
	same 'without context there is no column' "$(sed 1,2d trace)" "$(cut_columns '' <<<"$all")"
	is 'nor header' "$(sed 2q trace)" "# tracer: function_graph
#"
	echo 1 >options/context-info
	show cd
}

# unmarked TEXT: without the marks of long durations
unmarked()
{
	sed -E 's/^( [0-9]\) )[+!#*@$]/\1 /' <<<"$1"
}

# Marks that the number behind them does not have, on standard input.
wrong_marks()
{
	awk '
		# What is printed is cut off, so a limit itself may have either mark.
		function limit(above, char) {
			if (us > above) right = char
			if (us == above) unclear = 1
		}
		/^ [0-9]\) . +[0-9.]+ us / {
			mark = substr($0, 5, 1)
			us = substr($0, 7, 12) + 0; right = " "; unclear = 0; n++
			limit(10, "+"); limit(100, "!"); limit(1000, "#"); limit(10000, "*")
			limit(100000, "@"); limit(1000000, "$")
			if (mark != right && !unclear) print
		}
		END { if (n < 10) print n, "durations" }'
}

# What changes the function's part, or a line as a whole.
check_parts()
{
	local all text

	show cd
	all=$(lines)
	echo 0 >options/funcgraph-overhead
	same 'without marks' "$(lines)" "$(unmarked "$all")"
	echo 1 >options/funcgraph-overhead
	is 'every mark is right' "$(wrong_marks <<<"$all")" ''
	echo 1 >options/funcgraph-tail
	text=$(lines)
	same 'names behind brackets' "$(sed -E 's,\} /\* [a-zA-Z0-9_.]+ \*/$,},' <<<"$text")" \
		"$(sed -E 's,\} /\* [a-zA-Z0-9_.]+ \*/$,},' <<<"$all")"
	unlike 'all of them' "$text" '\}$'
	echo 0 >options/funcgraph-tail
	echo 1 >options/funcgraph-overrun
	is 'a number behind every bracket' "$(lines | grep -A 1 '}' | grep -v -e '}' -e '^--$' | sort -u)" \
		' (Overruns: 0)'
	same 'and nowhere else' "$(lines | grep -v '^ (Overruns: 0)$')" "$all"
	echo 0 >options/funcgraph-overrun
	same 'results' "$(with_results retval)" "$all"
	same 'as they are' "$(with_results retval retval-hex)" "$all"
	echo 1 >options/funcgraph-retval-hex
	same 'which alone changes nothing' "$(lines)" "$all"
	echo 0 >options/funcgraph-retval-hex
	# Where interrupts begin there is only assembly on x86, which nobody traces.
	echo 0 >options/funcgraph-irqs
	same 'what was recorded of interrupts stays' "$(lines)" "$all"
	echo 1 >options/funcgraph-irqs
}

# with_results OPTION...: the records with them, and how they look without
with_results()
{
	local option number='(0x[0-9a-f]+|-[0-9]+)'

	for option; do
		echo 1 >"options/funcgraph-$option"
	done
	[ $# -eq 1 ] || number='0x[0-9a-f]+'
	# A bracket that had a name before keeps it.
	paste <(lines) <(echo "$all") | awk -F '\t' -v number="$number" '{
		line = $1
		if ($2 ~ /\}$/) sub("} /\\* [a-zA-Z0-9_.]+ = " number " \\*/$", "}", line)
		else if ($2 ~ /\} \/\*/) sub(" = " number " \\*/$", " */", line)
		else sub("; /\\* = " number " \\*/$", ";", line)
		print line
	}'
	for option; do
		echo 0 >"options/funcgraph-$option"
	done
}

# The same records from the file that takes them out.
check_pipe()
{
	local all pipe=/tmp/graph_text.$$

	if intree; then
		skip 'trace_pipe has the same text' \
			'the in-tree tracer prints a line another way that does not fit into a page'
		return
	fi
	show tcpd
	all=$(lines)
	timeout 10 cat trace_pipe >$pipe
	same 'trace_pipe has the same text' "$(cat $pipe)" "$all"
	rm -f $pipe
}

begin
text_reset
record
check_columns
check_parts
check_pipe
text_reset
end
