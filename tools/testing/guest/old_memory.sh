#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing of what was in memory before reaches a reader: free pages, the kernel's stack
# and the ring have a pattern in them, and then everything is recorded that there is.
#
# boot: own
# timeout: 600

# shellcheck disable=SC2016 # Perl has variables of its own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

modules=$(dirname "$OTR_MODULE")
out=/dev/shm/old_memory
paint=/sys/module/otr_paint/parameters

# Bytes of the pattern, as they are and as texts show them.
pattern='\xa5\xa5\xa5|a5a5a5|a5 a5 a5|\\xa5\\xa5'

# on_cpu_0 COMMAND...: the same task does it all
on_cpu_0()
(
	taskset -cp 0 "$BASHPID" >/dev/null
	"$@"
)

spliced()
{
	perl -e '
		open(my $in, "<", $ARGV[0]) or die;
		pipe(my $from, my $to) or die;
		while (syscall(275, fileno($in), 0, fileno($to), 0, 4096, 2) > 0) {
			sysread($from, my $page, 4096);
			print $page;
		}' per_cpu/cpu0/trace_pipe_raw
}

fill_page()
{
	printf %04000d 1 >trace_marker
	printf %04000d 2 >trace_marker
}

pages()
{
	dd if=per_cpu/cpu0/trace_pipe_raw bs=4096 iflag=nonblock 2>/dev/null
}

# Every page of the ring full of the pattern, and every other that it may get.
paint_all()
{
	local i line

	echo nop >current_tracer
	line=$(head -c 4000 /dev/zero | tr '\0' '\245')
	for ((i = 0; i < 40; i++)); do
		printf %s "$line" >trace_marker
	done
	: >trace
	echo 2000 >"$paint/pages"
}

# Is there nothing of it in what readers get?
clean()
{
	local how=$1 found

	found=$(LC_ALL=C grep -c -a -P "$pattern" <$out)
	[ -s $out ] || found='nothing at all'
	is "$how" "$found" 0
	[ "$found" = 0 ] || LC_ALL=C grep -a -o -b -P ".{0,60}($pattern)" $out | od -A d -c | head -n 40 >&2
	: >$out
}

# each WHAT COMMAND...: record it, and look at what every reader gets
each()
{
	local what=$1 how

	shift
	for how in pages spliced 'cat trace' 'timeout 1 cat trace_pipe' key; do
		on_cpu_0 paint_all
		dmesg -C
		echo 1 >tracing_on
		on_cpu_0 "$@"
		# Only pages that are full are moved.
		[ "$how" != spliced ] || on_cpu_0 fill_page
		echo 0 >tracing_on
		if [ "$how" = key ]; then
			echo z >/proc/sysrq-trigger
			dmesg -c >$out
		else
			$how >$out
		fi
		clean "$what: $how"
		echo 1 >tracing_on
	done
}

markers()
{
	local text i

	text=$(printf '%0200d' 0)
	for ((i = 0; i < 80; i++)); do
		printf %s "${text:0:i}" >trace_marker
		printf %s "${text:0:i + 4}" >trace_marker_raw
	done
	# What cannot be read, or not all of it.
	perl -e '
		open(my $zero, "<", "/dev/zero") or die;
		my $page = syscall(9, 0, 8192, 3, 0x22, -1, 0);
		syscall(0, fileno($zero), $page, 4096);
		syscall(11, $page + 4096, 4096);
		for my $file ("trace_marker", "trace_marker_raw") {
			open(my $fd, ">", $file) or die;
			syscall(1, fileno($fd), $page + 4096 - $_, 100) for (0 .. 50);
		}'
}

texts()
{
	echo 8 >"$paint/stack"
	echo 3 >/sys/module/otr_printk_writer/parameters/say
}

# All events, those of system calls among them, whatever a task does.
work()
{
	local i

	for i in 1 2 3; do
		echo 8 >"$paint/stack"
		kill -0 $$
		: >/dev/shm/some
		echo 8 >"$paint/stack"
		echo 2 >/sys/module/outrace_sample_events/parameters/fire
		read -r _ </proc/self/stat
		(echo 8 >"$paint/stack"; exec /bin/true)
		rm -f /dev/shm/some
	done
}

events()
{
	echo 1 >events/enable
	work
	echo 0 >events/enable
}

calls()
{
	echo "$1" >current_tracer
	ls /proc/self/fd >/dev/null
}

check_events()
{
	local filter

	each events events
	echo 1 >options/stacktrace
	echo 1 >options/userstacktrace
	each 'with stacks' events
	echo 0 >options/stacktrace
	echo 0 >options/userstacktrace
	# Records are put together elsewhere, to be judged.
	for filter in events/*/filter; do
		echo 'common_pid >= 0' >"$filter"
	done
	each 'that pass a filter' events
	for filter in events/*/filter; do
		echo 'common_pid >= 0 && common_preempt_count < 100' >"$filter"
	done
	each 'that pass a longer one' events
	for filter in events/*/filter; do
		echo 0 >"$filter"
	done
}

check_calls()
{
	local option

	each function calls function
	# With a stack each, all functions are too many for a machine to get on.
	echo 'vfs_* *_open* do_*' >set_ftrace_filter
	for option in func_stack_trace func-args func-no-repeats; do
		echo 1 >options/$option
		each "function, $option" calls function
		echo 0 >options/$option
	done
	echo >set_ftrace_filter
	each function_graph calls function_graph
	for option in funcgraph-retaddr funcgraph-args; do
		echo 1 >options/$option
		each "function_graph, $option" calls function_graph
		echo 0 >options/$option
	done
}

begin
if intree; then
	skip 'nothing old' 'the in-tree tracer shows what was in its ring'
	end
fi
insmod "$modules/otr_paint.ko"
insmod "$modules/otr_printk_writer.ko"
insmod "$modules/outrace_sample_events.ko"
echo 1 >/proc/sys/kernel/sysrq
echo 64 >buffer_size_kb
printf %s "$(printf '\245\245\245')" >$out
is 'the pattern is found' "$(LC_ALL=C grep -c -a -P "$pattern" <$out)" 1
each markers markers
each texts texts
check_calls
check_events
rmmod outrace_sample_events otr_printk_writer otr_paint
rm -f $out*
end
