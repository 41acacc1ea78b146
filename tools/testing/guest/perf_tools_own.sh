#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of perf-tools as Debian has them, those that need neither kprobes nor
# perf: they know /sys/kernel/debug/tracing only.
#
# boot: own
# timeout: 600

# shellcheck disable=SC2317 # commands that others are given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

out=/tmp/perf_tools_own.$$

# tool NAME [ARG...]: what a program says that ends by itself
tool()
{
	local name=$1

	shift
	timeout -k 60 $((100 * slower)) "$name-perf" "$@" >"$out" 2>&1
}

# stopped REGEX NAME [ARG...]: what a program says that is stopped once it has said that
stopped()
{
	local re=$1 name=$2 job end=$((SECONDS + 60 * slower))

	shift 2
	timeout -k 60 $((100 * slower)) "$name-perf" "$@" >"$out" 2>&1 &
	job=$!
	until grep -q -E -e "$re" "$out" || [ "$SECONDS" -ge "$end" ]; do
		sleep 0.2
	done
	kill "$job"
	wait "$job"
}

# with TASK COMMAND...: while a task does that; @ in the arguments is its number
with()
{
	local task=$1

	shift
	: >"$out.file"
	# A sleep that it leaves behind when it is killed must not keep our directory.
	(cd / && $task) &
	pid=$!
	while [ ! -s "$out.file" ]; do
		sleep 0.1
	done
	"${@/#@/$pid}"
	kill $pid
	wait $pid 2>/dev/null
}

calls()
{
	exec perl -e 'open(my $file, ">", $ARGV[0]);
		syswrite($file, "x");
		while (1) { getppid(); chmod(0600, $ARGV[0]); select(undef, undef, undef, 0.05) }' "$out.file"
}

kills()
{
	echo x >"$out.file"
	while true; do
		sleep 1000 &
		kill -9 $!
		wait $! 2>/dev/null
		sleep 0.2
	done
}

blocks()
{
	echo x >"$out.file"
	while true; do
		dd if=/dev/zero of="$loop" bs=4k count=1 oflag=direct conv=notrunc status=none
		sleep 0.2
	done
}

# leaves NAME: it complained of nothing, and everything is as it was
leaves()
{
	unlike "$1 complains of nothing" "$(cat "$out")" 'ERROR|WARNING|not found|denied|No such|rror:'
	is "$1 leaves nothing on" "$(cat current_tracer tracing_on set_ftrace_filter set_ftrace_pid \
		set_graph_function max_graph_depth tracing_thresh set_event function_profile_enabled |
		tr '\n' ' ')" "$untouched"
	is "$1 leaves no lock" "$(cat /var/tmp/.ftrace-lock 2>/dev/null)" ''
}

# chmod() as functrace and funcslower show it
call_re='^ +(perl|<\.\.\.>)-[0-9]+ +\[00[01]\] .* chmod_common <-'
slow_re=' us +\|  (chmod_common\(\);|\} /\* chmod_common \*/)$'

check_funccount()
{
	with calls tool funccount -d 2 '*chmod_common'
	like 'funccount' "$(cat "$out")" '^chmod_common +[1-9][0-9]*$'
	leaves funccount
	with calls stopped '^vfs_[a-z_]+ +[1-9]' funccount -i 1 -t 3 'vfs_*'
	like 'funccount, the most of many' "$(cat "$out")" '^vfs_[a-z_]+ +[1-9][0-9]*$'
	leaves 'funccount, interrupted,'
}

check_functrace()
{
	with calls stopped "$call_re" functrace chmod_common
	like 'functrace' "$(cat "$out")" "$call_re"
	leaves functrace
	with calls tool functrace -d 2 -H -p @ '*chmod_common'
	like 'functrace -H' "$(cat "$out")" '^#           TASK-PID     CPU#  [|]{5}  TIMESTAMP  FUNCTION$'
	all_like 'functrace -p' "$(grep -v -e '^#' -e '^Tracing' -e '^$' -e '^Ending' "$out")" \
		"^ +(perl|<\.\.\.>)-$pid .*: chmod_common <-"
	leaves 'functrace -p'
	with calls tool functrace -d 2 no_such_function
	like 'functrace of nothing' "$(cat "$out")" '^ERROR: enabling "no_such_function"\. Exiting\.$'
}

check_funcgraph()
{
	with calls stopped '\|  }' funcgraph chmod_common
	like 'funcgraph' "$(cat "$out")" '^ [0-9]\) .*\|  chmod_common\(\) \{$'
	like 'with what is called' "$(cat "$out")" '\|    notify_change\(\)'
	leaves funcgraph
	with calls tool funcgraph -d 2 -m 2 -a chmod_common
	like 'funcgraph -a' "$(cat "$out")" \
		'^ *[0-9.]+ \|   [0-9]\) +(perl|<\.\.\.>)-[0-9]+ +\| .*\|  chmod_common\(\) \{$'
	leaves 'funcgraph -a'
	with calls tool funcgraph -d 2 -D -T -C -p @ chmod_common
	like 'funcgraph -D -T' "$(cat "$out")" '^ [0-9]\) +\} /\* chmod_common \*/$'
	leaves 'funcgraph -p'
	is 'with its options as they were' "$(grep -o -x -E '(no)?(funcgraph-.*|sleep-time)' trace_options |
		tr '\n' ' ')" "$options"
}

check_funcslower()
{
	with calls stopped "$slow_re" funcslower chmod_common 1
	like 'funcslower' "$(cat "$out")" "$slow_re"
	leaves funcslower
	with calls tool funcslower -d 2 -t -p @ chmod_common 1
	all_like 'funcslower -t -p' "$(grep -v -e '^Tracing' -e '^$' -e '^Ending' "$out")" \
		"^ *[0-9.]+ \|   [0-9]\) .*$slow_re"
	leaves 'funcslower -p'
	with calls tool funcslower -d 2 chmod_common 10000000
	unlike 'none so slow' "$(cat "$out")" ' us +\|'
}

# It asks for functions that this kernel does not have any more.
check_cachestat()
{
	tool cachestat 1
	like 'cachestat' "$(cat "$out")" '^ERROR: tracing these four kernel functions:'
	is 'its profile' "$(cat function_profile_enabled)" 0
	tool reset-ftrace -q
}

check_tpoint()
{
	with calls stopped sys_getppid tpoint syscalls:sys_enter_getppid
	like 'tpoint' "$(cat "$out")" 'perl-[0-9]+ +\[00[01]\] .*: sys_getppid\(\)$'
	leaves tpoint
	with calls tool tpoint -d 2 -p @ raw_syscalls:sys_enter
	all_like 'tpoint -p' "$(grep sys_enter: "$out")" "^ +perl-$pid "
	leaves 'tpoint -p'
	with calls tool tpoint -d 2 -H -s syscalls:sys_enter_chmod 'mode == 0600'
	like 'tpoint -s with a filter' "$(cat "$out")" '^ => do_syscall_64$'
	like 'and -H' "$(cat "$out")" '^#           TASK-PID     CPU#  [|]{5}  TIMESTAMP  FUNCTION$'
	leaves 'tpoint -s'
	is 'and no filter' "$(cat events/syscalls/sys_enter_chmod/filter options/stacktrace)" $'none\n0'
	tool tpoint -v sched:sched_switch
	like 'tpoint -v' "$(cat "$out")" 'field:pid_t prev_pid;'
	tool tpoint -l
	like 'tpoint -l' "$(cat "$out")" '^sched:sched_switch$'
	tool tpoint no:such
	like 'tpoint of nothing' "$(cat "$out")" '^ERROR: tracepoint no:such not found'
}

check_killsnoop()
{
	with kills tool killsnoop -d 2
	like 'killsnoop' "$(cat "$out")" '^(perf_tools_own\.?|bash) +[0-9]+ +[0-9]+ +9 +0 *$'
	leaves killsnoop
}

check_blocks()
{
	truncate -s 4M "$out.disk"
	if ! loop=$(losetup -f --show "$out.disk" 2>/dev/null); then
		skip 'iosnoop, iolatency' 'no loop devices'
		return
	fi
	with blocks tool iosnoop 2
	like 'iosnoop' "$(cat "$out")" '^[^ ]+ +[0-9]+ +W[A-Z]* +7,[0-9]+ '
	leaves iosnoop
	with blocks tool iolatency 1 3
	like 'iolatency' "$(cat "$out")" '^ +[0-9]+ -> [0-9]+ +: [1-9]'
	leaves iolatency
	losetup -d "$loop"
	rm -f "$out.disk"
}

check_reset()
{
	echo function >current_tracer
	echo 0 >tracing_on
	echo 'vfs_*' >set_ftrace_filter
	echo vfs_read >set_graph_function
	echo $$ >set_ftrace_pid
	tool reset-ftrace
	like 'reset-ftrace' "$(cat "$out")" '^current_tracer, before:$'
	# The one file of which it says that it is not there.
	[ -e kprobe_events ] || sed -i '/kprobe_events not writable/d' "$out"
	leaves 'reset-ftrace'
}

begin
if ! hash funcgraph-perf 2>/dev/null; then
	skip 'perf-tools' 'they are not here'
	end
fi
mountpoint -q /sys/kernel/debug || mount -t debugfs nodev /sys/kernel/debug
size=$(cat buffer_size_kb)
untouched='nop 1 #### all functions enabled #### no pid #### all functions enabled #### 0 0 0 '
options=$(grep -o -x -E '(no)?(funcgraph-.*|sleep-time)' trace_options | tr '\n' ' ')
check_funccount
check_functrace
check_funcgraph
check_funcslower
check_cachestat
check_tpoint
check_killsnoop
check_blocks
check_reset
echo "$size" >buffer_size_kb
rm -f "$out" "$out.file"
end
