#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# function_graph: its files, its texts, and what of the calls it records.
#
# boot: own
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

graph_defaults='nofuncgraph-overrun funcgraph-cpu funcgraph-overhead nofuncgraph-proc
	funcgraph-duration nofuncgraph-abstime funcgraph-irqs nofuncgraph-tail nofuncgraph-retval
	nofuncgraph-retval-hex sleep-time graph-time'

graph_reset()
{
	local option

	for option in $graph_defaults; do
		case $option in
		no*) echo 0 >"options/${option#no}" ;;
		*) echo 1 >"options/$option" ;;
		esac
	done
	: >set_graph_function
	: >set_graph_notrace
	echo 0 >max_graph_depth
	echo 0 >tracing_thresh
	reset
}

# graph_of FUNCTIONS COMMAND [ARG...]: the trace of these functions, "" for all,
# while the command ran; recording is off afterwards.
graph_of()
{
	[ -z "$1" ] && : >set_ftrace_filter || printf '%s\n' "$1" >set_ftrace_filter
	shift
	echo 0 >tracing_on
	echo function_graph >current_tracer
	: >trace
	echo $BASHPID >set_ftrace_pid
	echo function-fork >trace_options
	echo 1 >tracing_on
	"$@" >/dev/null 2>&1
	echo 0 >tracing_on
	echo nofunction-fork >trace_options
	: >set_ftrace_pid
	grep -v '^#' trace
}

check_files()
{
	is 'it is a tracer' "$(grep -o -w function_graph available_tracers)" function_graph
	is 'set_graph_function is empty' "$(get set_graph_function)" '#### all functions enabled ####'
	is 'set_graph_notrace is empty' "$(get set_graph_notrace)" '#### no functions disabled ####'
	is 'there are no limits' "$(get max_graph_depth) $(get tracing_thresh)" '0 0'
	is 'no such function' "$(put set_graph_function no_such_function)" EINVAL
	is 'a pattern' "$(put set_graph_function 'vfs_rea*')" ok
	is 'which is in force' "$(get set_graph_function | sort | tr '\n' ' ')" \
		"$(grep '^vfs_rea' available_filter_functions | sort | tr '\n' ' ')"
	is 'one goes' "$(add set_graph_function '!vfs_read')" ok
	is 'and another comes' "$(add set_graph_function vfs_write)" ok
	is 'which changes only these' "$(get set_graph_function | sort | tr '\n' ' ')" \
		"$(grep -E '^vfs_rea|^vfs_write$' available_filter_functions |
			grep -v '^vfs_read$' | sort | tr '\n' ' ')"
	: >set_graph_function
	is 'no depth' "$(put max_graph_depth x)" EINVAL
	is 'a depth' "$(put max_graph_depth 7) $(get max_graph_depth)" 'ok 7'
	is 'a threshold' "$(put tracing_thresh 100) $(get tracing_thresh)" 'ok 100'
	is 'its options are not listed' "$(grep -c -E 'funcgraph|sleep-time' trace_options)" 0
	echo function_graph >current_tracer
	is 'but while it is current' \
		"$(grep -E 'funcgraph|-time$' trace_options | sed 's/^no//' | tr '\n' ' ')" \
		"funcgraph-overrun funcgraph-cpu funcgraph-overhead funcgraph-proc funcgraph-duration funcgraph-abstime funcgraph-irqs funcgraph-tail funcgraph-retval funcgraph-retval-hex $(
			intree || echo 'funcgraph-retaddr funcgraph-args ')sleep-time graph-time "
	echo nop >current_tracer
	like 'the entry has a format' "$(cat events/ftrace/funcgraph_entry/format)" \
		'^	field:int depth;	offset:16;	size:4;	signed:1;$'
	like 'the exit has one' "$(cat events/ftrace/funcgraph_exit/format)" \
		'^	field:unsigned long long rettime;	offset:40;	size:8;	signed:0;$'
	graph_reset
}

duration_re='[ +!#*@$] +[0-9]+(\.[0-9]+)? us +\|'

# Every block that is opened is closed on the same level.
balanced()
{
	awk '
		{ sub(/^[^|]*\|  /, "") }
		/^ *\/\*/ { next }
		{ match($0, /^ */); level = RLENGTH / 2 }
		/\{$/ { if (level != depth) bad++; depth++; next }
		/\}/ { depth--; if (level != depth) bad++; next }
		/;$/ { if (level != depth) bad++ }
		END { exit bad > 0 || NR < 10 }' <<<"$1"
}

check_text()
{
	local text

	text=$(graph_of '' cat /etc/hostname)
	is 'the header' "$(head -n 4 trace)" "$(printf '%s\n' '# tracer: function_graph' '#' \
		'# CPU  DURATION                  FUNCTION CALLS' \
		'# |     |   |                     |   |   |   |')"
	text=$(grep -v -e '^ -*$' -e ' => ' -e '^$' <<<"$text")
	all_like 'every line' "$text" \
		"^ [0-9]\\) (              \\||$duration_re)  ( *[a-zA-Z0-9_.]+\\(\\)( \\{|;)| *\\}( /\\* .* \\*/)?)\$|[<=]==========[=>]|/\\*"
	like 'blocks' "$text" '^ [0-9]\)               \|  +[a-z0-9_]+\(\) \{$'
	like 'leaves' "$text" '^ [0-9]\) [ +!#*@$] +[0-9.]+ us +\|  +[a-z0-9_]+\(\);$'
	like 'ends' "$text" '^ [0-9]\) [ +!#*@$] +[0-9.]+ us +\|  +\}$'
	text=$(graph_of 'vfs_*' taskset -c 0 cat /etc/hostname)
	holds 'ends are where the blocks began' balanced "$(grep -v -e '^ -*$' -e ' => ' -e '^$' <<<"$text")"
	graph_reset
}

check_columns()
{
	local text

	graph_of 'vfs_*' cat /etc/hostname >/dev/null
	echo 1 >options/funcgraph-proc
	is 'the header with tasks' "$(grep '^#' trace | tail -n 2)" "$(printf '%s\n' \
		'# CPU  TASK/PID         DURATION                  FUNCTION CALLS' \
		'# |     |    |           |   |                     |   |   |   |')"
	like 'tasks' "$(records)" '^ [0-9]\) +cat-[0-9]+ +\|'
	echo 1 >options/funcgraph-abstime
	like 'times' "$(records)" '^ +[0-9]+\.[0-9]{6} \|   [0-9]\) +cat-[0-9]+ +\|'
	echo 0 >options/funcgraph-cpu
	echo 0 >options/funcgraph-proc
	like 'times only' "$(records)" '^ +[0-9]+\.[0-9]{6} \| {16}\|  vfs_'
	echo 0 >options/funcgraph-abstime
	echo 0 >options/funcgraph-duration
	is 'nothing' "$(grep '^#' trace | tail -n 2)" "$(printf '%s\n' \
		'#               FUNCTION CALLS' '#               |   |   |   |')"
	like 'nothing but functions' "$(records)" '^vfs_[a-z_]+\(\)'
	echo 1 >options/funcgraph-duration
	echo 0 >options/funcgraph-overhead
	unlike 'no marks' "$(records)" '^[+!#*@$]'
	echo 1 >options/funcgraph-tail
	like 'names at the end' "$(records)" '\} /\* vfs_[a-z_]+ \*/$'
	unlike 'all of them' "$(records)" '\}$'
	echo 1 >options/funcgraph-cpu
	echo 1 >options/latency-format
	like 'the latency format' "$(records)" '^ [0-9]\)  [.a-zA-Z0-9]{5} \| .*vfs_'
	like 'with its legend' "$(cat trace)" '^#    \|\| / _--=> preempt-depth   $'
	echo 0 >options/context-info
	unlike 'without context' "$(records)" '\|'
	is 'nor a header' "$(grep -c '^# CPU' trace)" 0
	graph_reset
}

check_values()
{
	local text

	text=$(graph_of $'do_sys_openat2\nvfs_open' cat /etc/hostname /no/such/file)
	unlike 'values are not shown' "$text" '= '
	echo 1 >options/funcgraph-retval
	like 'an error' "$(records)" '\} /\* do_sys_openat2 = -2 \*/$|do_sys_openat2\(\); /\* = -2 \*/$'
	like 'none' "$(records)" 'vfs_open\(\); /\* = 0x0 \*/$'
	echo 1 >options/funcgraph-retval-hex
	like 'both as they are' "$(records)" 'do_sys_openat2(\(\); /\*)? = 0xfffffffffffffffe \*/$'
	graph_reset
}

check_limits()
{
	local text

	echo do_sys_openat2 >set_graph_function
	text=$(graph_of '' cat /etc/hostname)
	like 'what set_graph_function says' "$text" '\|  do_sys_openat2\(\) \{$'
	unlike 'nothing around it' "$text" 'x64_sys_'
	like 'and what it calls' "$text" '\|    +do_filp_open\(\) \{'
	like 'to the end' "$text" '\|    +path_openat\(\) \{'
	echo 'do_filp_open' >set_graph_notrace
	text=$(graph_of '' cat /etc/hostname)
	unlike 'but not set_graph_notrace' "$text" 'do_filp_open|path_openat'
	like 'the rest' "$text" '\|  do_sys_openat2\(\) \{$'
	: >set_graph_function
	: >set_graph_notrace
	echo 1 >max_graph_depth
	text=$(graph_of '' cat /etc/hostname)
	unlike 'one level' "$text" '\|    +[a-z}]'
	like 'is there' "$text" '\|  [a-z_0-9]+\(\);$'
	echo 2 >max_graph_depth
	text=$(graph_of '' cat /etc/hostname)
	like 'two levels' "$text" '\|    [a-z_0-9]+\(\);$'
	unlike 'no third one' "$text" '\|      [a-z}]'
	echo 0 >max_graph_depth
	echo 20000 >tracing_thresh
	text=$(graph_of $'vfs_*\nhrtimer_nanosleep' sleep 0.1)
	like 'calls that take long' "$text" '[*@] +1[0-9]{5}\.[0-9]+ us \|  \} /\* hrtimer_nanosleep \*/$'
	unlike 'no others' "$text" '^ [0-9]\) [ +!#] .*us'
	graph_reset
}

check_sleep()
{
	like 'time asleep counts' "$(graph_of hrtimer_nanosleep sleep 0.2)" \
		'@ 2[0-9]{5}\.[0-9]+ us +\|  hrtimer_nanosleep\(\);'
	echo 0 >options/sleep-time
	unlike 'or not' "$(graph_of hrtimer_nanosleep sleep 0.2)" '@ .*hrtimer_nanosleep'
	like 'which is less' "$(records)" 'us +\|  hrtimer_nanosleep\(\);'
	graph_reset
}

check_comments()
{
	echo ksys_write >set_ftrace_filter
	: >trace
	echo function_graph >current_tracer
	echo 'some text' >trace_marker
	echo 0 >tracing_on
	like 'a comment' "$(records)" '^ [0-9]\)               \|  +/\* some text \*/$'
	like 'between begin and end' "$(records | grep -B 1 'some text')" 'ksys_write\(\) \{$'
	graph_reset
}

check_switches()
{
	graph_of 'vfs_*' taskset -c 0 sh -c '/bin/true; /bin/true; cat /etc/hostname' >/dev/null
	like 'tasks change' "$(records)" '^ 0\) +[^ ]+-[0-9]+ +=> +[^ ]+-[0-9]+ +$'
	like 'between lines' "$(records)" '^ -{42}$'
	graph_reset
}

check_pipe()
{
	echo 'vfs_*' >set_ftrace_filter
	echo function_graph >current_tracer
	timeout 2 cat trace_pipe >/tmp/pipe.txt &
	sleep 0.5
	cat /etc/hostname >/dev/null
	wait $!
	echo 0 >tracing_on
	like 'trace_pipe has blocks' "$(cat /tmp/pipe.txt)" '\|  vfs_[a-z_]+\(\) \{$'
	like 'and leaves' "$(cat /tmp/pipe.txt)" 'us +\|  +vfs_[a-z_]+\(\);$'
	rm -f /tmp/pipe.txt
	graph_reset
}

# What the unwinder sees while return addresses are replaced.
check_stacks()
{
	local before during sleeper

	sleep 100 &
	sleeper=$!
	sleep 0.3
	before=$(cat "/proc/$sleeper/stack")
	kill $sleeper
	echo function_graph >current_tracer
	sleep 100 &
	sleeper=$!
	sleep 0.5
	during=$(cat "/proc/$sleeper/stack")
	echo nop >current_tracer
	is 'the same callers' "$during" "$before"
	is 'as afterwards' "$(cat "/proc/$sleeper/stack")" "$before"
	kill $sleeper
	graph_reset
}

# ticks: what is recorded of timer interrupts in a while
ticks()
{
	: >trace
	echo 1 >tracing_on
	sleep 0.3
	echo 0 >tracing_on
	records
}

check_interrupts()
{
	printf '%s\n' tick_nohz_handler update_process_times hrtimer_nanosleep >set_ftrace_filter
	echo function_graph >current_tracer
	like 'interrupts are recorded' "$(ticks)" '\|  +tick_nohz_handler\(\) \{'
	echo 0 >options/funcgraph-irqs
	unlike 'or not' "$(ticks)" 'tick_nohz_handler|update_process_times'
	like 'but tasks' "$(records)" '\|  hrtimer_nanosleep\(\);'
	echo tick_nohz_handler >set_graph_function
	like 'unless they are asked for' "$(ticks)" '\|  +tick_nohz_handler\(\) \{'
	like 'with what they call' "$(records)" '\|  +update_process_times\(\);'
	graph_reset
}

# Tasks of every kind have their calls nested: idle ones, one that was there before the
# engine, and one that was made meanwhile.
check_tasks()
{
	local old

	mkfifo /tmp/graph.$$
	sh -c 'cd /; read -r _ </tmp/graph.$1; cat /etc/hostname' - $$ >/dev/null 3>&- &
	old=$!
	exec 8>/tmp/graph.$$
	if ! intree; then
		cd / && unmount_tracing && rmmod outrace
		insmod "$OTR_MODULE" && mount_tracing && cd "$tracing" || exit
	fi
	echo 1 >options/funcgraph-proc
	printf '%s\n' '*tick_nohz_idle_*' 'vfs_*' ksys_read kernel_clone schedule_tail \
		wake_up_new_task >set_ftrace_filter
	echo function_graph >current_tracer
	echo go >&8
	exec 8>&-
	wait $old
	sh -c '/bin/true; /bin/true'
	sleep 0.1
	echo 0 >tracing_on
	like 'idle tasks' "$(records)" '<idle>-0 .*us +\|  tick_nohz_idle_[a-z_]+\(\);$'
	like 'a task that was there before' "$(records | grep -e "-$old ")" '\|  (ksys_read\(\) \{|  vfs_read\(\);)$'
	like 'whose first return is that of its first call' \
		"$(records | grep -e "-$old " | grep -m 1 -e '}' -e ';$')" '\|( {4}[a-z_]+\(\);|  [a-z_]+\(\);|  \}.*)$'
	like 'who makes another' "$(records)" '\|  kernel_clone\(\) \{$'
	like 'goes on inside' "$(records)" '\|    wake_up_new_task\(\);$'
	like 'and the other begins outside' "$(records)" '\|  schedule_tail\(\)(;| \{)$'
	unlike 'always' "$(records)" '\|   +schedule_tail'
	rm -f /tmp/graph.$$
	graph_reset
}

begin
graph_reset
check_files
check_text
check_columns
check_values
check_limits
check_sleep
check_comments
check_switches
check_pipe
check_stacks
check_interrupts
check_tasks
end
