#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# CPUs that go and come while something is recorded, read, put aside and removed.
#
# boot: own
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

online=/sys/devices/system/cpu/cpu1/online

away()
{
	echo 0 >$online
}

back()
{
	echo 1 >$online
}

# The texts written to trace_marker that a file shows, in a line.
marks()
{
	grep -v '^#' "$1" | sed -n 's/.*tracing_mark_write: //p' | tr '\n' ' '
}

mark_on()
{
	taskset -c "$1" bash -c "echo $2 >trace_marker"
}

# reads FILE: begin to read it, into /tmp/read; reads_end: end that.
reads()
{
	cat "$1" >/tmp/read &
	reader=$!
	sleep 0.5
}

# Does the reader get this within a while?
got()
{
	local i

	for ((i = 0; i < 50 * slower; i++)); do
		! grep -q "$1" /tmp/read || return 0
		sleep 0.1
	done
	return 1
}

reads_end()
{
	kill $reader
	wait $reader 2>/dev/null
}

# The first snapshot is taken while a CPU is away.
check_snapshot()
{
	local size

	echo 0 >snapshot
	echo 1000 >buffer_size_kb
	echo 128 >per_cpu/cpu1/buffer_size_kb
	size=$(cat per_cpu/cpu1/buffer_size_kb)
	: >trace
	mark_on 1 one
	away
	echo 1 >snapshot
	is 'CPUs that have a directory' "$(ls -m per_cpu)" 'cpu0, cpu1'
	is 'the size of the one that is away' "$(cat per_cpu/cpu1/buffer_size_kb)" "$size"
	is 'what it recorded is in the snapshot' "$(marks per_cpu/cpu1/snapshot)" 'one '
	is 'and not in the trace any more' "$(marks per_cpu/cpu1/trace)" ''
	echo 1 >snapshot
	is 'there and back again' "$(marks per_cpu/cpu1/trace)" 'one '
	: >trace
	reads per_cpu/cpu1/trace_pipe
	back
	mark_on 1 two
	holds 'a reader that waits for its records gets them when it is back' got two
	reads_end
	is 'its size then' "$(cat per_cpu/cpu1/buffer_size_kb)" "$size"
	echo 0 >snapshot
	echo 1408 >buffer_size_kb
	reset
}

# An instance is made while a CPU is away.
check_instance()
{
	away
	mkdir instances/meanwhile
	cd instances/meanwhile || return
	is 'in an instance that is made meanwhile' "$(ls -m per_cpu)" 'cpu0, cpu1'
	is 'its trace' "$(marks per_cpu/cpu1/trace)" ''
	is 'its statistics' "$(sed 's/ ts: .*/ ts/' per_cpu/cpu1/stats | tr '\n' ',')" \
		'entries: 0,overrun: 0,commit overrun: 0,bytes: 0,oldest event ts,now ts,dropped events: 0,read events: 0,'
	is 'its size' "$(cat per_cpu/cpu1/buffer_size_kb)" "$(cat per_cpu/cpu0/buffer_size_kb)"
	is 'its pipe' "$(get per_cpu/cpu1/trace_pipe)" ENODEV
	is 'its pages' "$(get per_cpu/cpu1/trace_pipe_raw)" ENODEV
	is 'its snapshot' "$(get per_cpu/cpu1/snapshot_raw)" ENODEV
	is 'emptying it' "$(put per_cpu/cpu1/trace x) $(put per_cpu/cpu1/snapshot 2)" 'ok ok'
	is 'a size for it' "$(put per_cpu/cpu1/buffer_size_kb 100; cat buffer_size_kb)" 'ok
X'
	back
	mark_on 1 here
	is 'when it is back it records there' "$(marks per_cpu/cpu1/trace)" 'here '
	echo 1 >snapshot
	is 'also aside' "$(marks per_cpu/cpu1/snapshot)" 'here '
	cd "$tracing" || return
	holds 'which can be removed' rmdir instances/meanwhile
}

# woken INSTANCE FUNCTION MOVE: a reader of CPU 1 waits for this function, which a CPU
# calls when it cannot interrupt itself.
woken()
{
	cd "instances/$1" || return
	echo "$2" >set_ftrace_filter
	echo function >current_tracer
	reads per_cpu/cpu1/trace_pipe
	"$3"
	holds "$2 wakes a reader" got "$2"
	reads_end
	cd "$tracing" || return
	holds 'and the instance can be removed' rmdir "instances/$1"
}

check_steps()
{
	if intree; then
		skip 'records of the last steps wake a reader' 'rmdir waits for ever then'
		return
	fi
	mkdir instances/{last,first}
	woken last cpuhp_report_idle_dead away
	woken first notify_cpu_starting back
}

# Everything on, again and again.
check_all()
{
	local failed='' i

	echo record-tgid >trace_options
	for tracer in function function_graph; do
		[ ! -d instances/away ] || rmdir instances/away
		mkdir instances/away
		echo $tracer >instances/away/current_tracer 2>/dev/null
		echo $tracer >current_tracer
		reads instances/away/trace_pipe
		for i in 1 2 3; do
			away || failed+=" $tracer:away:$i"
			echo 1 >snapshot || failed+=" $tracer:snapshot:$i"
			back || failed+=" $tracer:back:$i"
		done
		away
		reads_end
		echo nop >instances/away/current_tracer
		rmdir instances/away || failed+=" $tracer:rmdir"
		back
	done
	echo nop >current_tracer
	is 'everything traced while it goes and comes' "$failed" ''
	echo 0 >snapshot
	reset
	rm -f /tmp/read
}

# The engine goes while the CPU is away.
check_unload()
{
	if intree; then
		skip 'the engine goes while it is away' 'it cannot go'
		return
	fi
	echo function >current_tracer
	away
	unmount_tracing
	holds 'the engine goes while it is away' rmmod outrace
	insmod "$OTR_MODULE" && mount_tracing
	is 'and comes' "$(ls -m per_cpu)" 'cpu0, cpu1'
	back
	mark_on 1 here
	is 'the CPU records' "$(marks per_cpu/cpu1/trace)" 'here '
}

begin
check_snapshot
check_instance
check_steps
check_all
check_unload
end
