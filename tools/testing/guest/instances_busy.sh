#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Instances that come and go while they are used, by several tasks on all CPUs, and
# what is left of them.
#
# timeout: 600

# shellcheck disable=SC2317 # jobs that work is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=$((slower > 1 ? 40 : 8))
rounds=$((slower > 1 ? 20 : 100))
enough=$((5 / slower))
workers=()

# How many instances there were so far.
made()
{
	cat /tmp/made.* 2>/dev/null | wc -l
}

# Run a function over and over, in the background, until the time is over. A host with
# other work starts few programs in that time, so go on until there were instances.
work()
{
	local end=$((SECONDS + seconds))

	(
		cd instances || exit
		while [ $SECONDS -lt $end ] ||
			{ [ $SECONDS -lt $((end + 60)) ] && [ "$(made)" -lt $enough ]; }; do
			"$@"
			sleep 0.1
		done
	) >/dev/null 2>&1 &
	workers+=($!)
}

come_and_go()
{
	local i

	for ((i = 0; i < 10; i++)); do
		mkdir x && echo . >>"/tmp/made.$1"
		mkdir y && echo . >>"/tmp/made.$1"
		rmdir x
		rmdir y
	done
}

switch_events()
{
	echo 1 >x/events/sched/enable
	echo 'prev_pid != 0' >x/events/sched/sched_switch/filter
	echo 1 >y/events/irq/enable
	echo 'vfs_read:enable_event:sched:sched_wakeup' >y/set_ftrace_filter
	echo 1 >x/options/event-fork
	echo $$ >x/set_event_pid
}

switch_tracers()
{
	echo 'vfs_*' >x/set_ftrace_filter
	echo function >x/current_tracer
	echo 'vfs_r*' >y/set_ftrace_filter
	echo function_graph >y/current_tracer
	echo $$ >y/set_ftrace_pid
	echo 1 >y/options/function-fork
	echo nop >x/current_tracer
	echo function_graph >x/current_tracer
}

look()
{
	ls -lR .
	# What reading it adds to it may be more than what is read, and nobody can remove
	# x in the meantime.
	timeout 0.5 cat x/trace y/error_log
	timeout 0.1 cat y/trace_pipe
	chmod 0711 x
	echo text >y/trace_marker
}

# Two of each kind.
check_busy()
{
	local job

	for job in 1 2; do
		work come_and_go $job
		work switch_events
		work switch_tracers
		work look
	done
	wait "${workers[@]}"
	rmdir instances/* 2>/dev/null
	is 'all of them are gone' "$(ls instances)" ''
	is 'nobody is on a function' "$(cat enabled_functions)" ''
	is 'and on no event' "$(cat events/enable)" 0
	echo "# $(made) instances"
	holds 'there were some' test "$(made)" -ge $enough
	rm -f /tmp/made.*
}

# What the kernel has in its hands, in KiB: small pieces, and what is not free.
memory()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	# What is freed when nobody looks any more.
	sleep 1
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { small += $2 }
		/^MemTotal:/ { all = $2 } /^MemFree:/ { all -= $2 }
		END { print small, all }' /proc/meminfo
}

use_one()
{
	mkdir instances/x
	echo 1 >instances/x/events/sched/sched_switch/enable
	echo 'prev_pid == 1' >instances/x/events/sched/sched_switch/filter
	echo 'nosuch == 1' >instances/x/events/sched/sched_waking/filter
	echo 'vfs_*' >instances/x/set_ftrace_filter
	echo 'vfs_read:stacktrace:3' >>instances/x/set_ftrace_filter
	echo 1 >instances/x/set_ftrace_pid
	echo function >instances/x/current_tracer
	chmod 0711 instances/x
	rmdir instances/x
} 2>/dev/null

# Before and after, with once to have what is made on first use.
check_memory()
{
	local before after all_before all_after i

	for ((i = 0; i < 10; i++)); do
		use_one
	done
	read -r before all_before < <(memory)
	for ((i = 0; i < rounds; i++)); do
		use_one
	done
	read -r after all_after < <(memory)
	echo "# $before KiB in small pieces before, $after KiB after $rounds instances"
	echo "# $all_before KiB of memory in use before, $all_after KiB after"
	# One that leaves a KiB behind makes 100 here, and a ring has 2800 KiB.
	holds 'they leave no small pieces behind' test $((after - before)) -lt $((100 * slower))
	holds 'nor pages' test $((all_after - all_before)) -lt 30000
	is 'all of them are gone' "$(ls instances)" ''
}

begin
check_busy
check_memory
is 'no complaint in the log' "$(dmesg | grep -E 'BUG:|WARNING:|Oops:|refcount_t' | head -n 5)" ''
end
