#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Snapshots: what was recorded is put aside, and recording goes on.
#
# timeout: 300

# shellcheck disable=SC2016 # Perl has variables of its own
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# The texts written to trace_marker that a file shows, in a line.
marks()
{
	grep -v '^#' "$1" | sed -n 's/.*tracing_mark_write: //p' | tr '\n' ' '
}

snapshot_reset()
{
	echo 0 >snapshot
	echo '!ksys_sync:snapshot' >>set_ftrace_filter 2>/dev/null || :
	reset
}

check_texts()
{
	snapshot_reset
	is 'modes' "$(stat -c '%a %n' snapshot per_cpu/cpu0/snapshot{,_raw} | tr '\n' ' ')" \
		'640 snapshot 640 per_cpu/cpu0/snapshot 440 per_cpu/cpu0/snapshot_raw '
	is 'nothing yet' "$(cat snapshot)" "$(printf '%s\n' '# tracer: nop' '#' '#' \
		'# * Snapshot is freed *' '#' '# Snapshot commands:' \
		'# echo 0 > snapshot : Clears and frees snapshot buffer' \
		'# echo 1 > snapshot : Allocates snapshot buffer, if not already allocated.' \
		'#                      Takes a snapshot of the main buffer.' \
		'# echo 2 > snapshot : Clears snapshot buffer (but does not allocate or free)' \
		"#                      (Doesn't have to be '2' works with any number that" \
		"#                       is not a '0' or '1')")"
	is 'of a CPU' "$(cat per_cpu/cpu0/snapshot)" "$(printf '%s\n' '# tracer: nop' '#' '#' \
		'# * Snapshot is freed *' '#' '# Snapshot commands:' \
		'# echo 0 > snapshot : Invalid for per_cpu snapshot file.' \
		'# echo 1 > snapshot : Not supported with this kernel.' \
		'#                     Must use main snapshot file to allocate.' \
		"# echo 2 > snapshot : Clears this cpu's snapshot buffer (but does not allocate)" \
		"#                      (Doesn't have to be '2' works with any number that" \
		"#                       is not a '0' or '1')")"
	is 'a CPU cannot free' "$(errno_of "$( { echo 0 >per_cpu/cpu0/snapshot; } 2>&1)")" EINVAL
	is 'or take' "$(errno_of "$( { echo 1 >per_cpu/cpu0/snapshot; } 2>&1)")" EINVAL
	is 'a word is no number' "$(errno_of "$( { echo one >snapshot; } 2>&1)")" EINVAL
	echo 2 >snapshot
	like 'emptying allocates nothing' "$(cat snapshot)" 'Snapshot is freed'
	echo 1 >snapshot
	like 'an empty one' "$(cat snapshot)" 'Snapshot is allocated'
}

check_contents()
{
	snapshot_reset
	echo one >trace_marker
	echo 1 >snapshot
	echo two >trace_marker
	is 'what was put aside' "$(marks snapshot)" 'one '
	is 'what came afterwards' "$(marks trace)" 'two '
	like 'its header counts' "$(cat snapshot)" '^# entries-in-buffer/entries-written: 1/1 '
	: >trace
	is 'emptying the trace leaves it' "$(marks snapshot)" 'one '
	echo three >trace_marker
	echo 1 >snapshot
	is 'the next one' "$(marks snapshot)" 'three '
	is 'of the one before is seen what is newer than the emptying' "$(marks trace)" ''
	is 'though it is there' "$(timeout 1 cat trace_pipe | grep -c ' one$')" 1
	echo 0 >tracing_on
	echo 1 >snapshot
	is 'while recording is off' "$(marks snapshot)" ''
	is 'it stays off' "$(cat tracing_on)" 0
	echo 1 >tracing_on
	echo four >trace_marker
	is 'and goes on' "$(marks trace)" 'three four '
	echo 2 >snapshot
	like 'emptied' "$(cat snapshot)" 'Snapshot is allocated'
	taskset -c 0 bash -c 'echo five >trace_marker'
	taskset -c 1 bash -c 'echo six >trace_marker'
	echo 1 >snapshot
	like 'a CPU of it' "$(marks per_cpu/cpu1/snapshot)" 'six '
	unlike 'and no other' "$(marks per_cpu/cpu1/snapshot)" 'five'
	echo 2 >per_cpu/cpu1/snapshot
	like 'a CPU is emptied' "$(cat per_cpu/cpu1/snapshot)" 'Snapshot is allocated'
	like 'another is not' "$(marks per_cpu/cpu0/snapshot)" 'five'
	is 'raw pages' "$(timeout 5 dd if=per_cpu/cpu0/snapshot_raw bs=4096 count=1 iflag=nonblock \
		2>/dev/null | grep -ac five)" 1
	echo 0 >snapshot
	like 'freed' "$(cat snapshot)" 'Snapshot is freed'
}

# Of a task that takes a snapshot, the name is known, where something was recorded.
check_name()
{
	snapshot_reset
	echo 1 >snapshot
	# Places anew, with no name in them, and nothing on that would bring one there.
	echo 129 >saved_cmdlines_size
	echo 128 >saved_cmdlines_size
	taskset -c 0 perl -e 'for ("trace_marker", "snapshot") {
		open(my $file, ">", $_) or die; syswrite($file, "1") }; print "$$\n"' >/tmp/taker
	is 'a task that takes one is known by its name' \
		"$(grep -w "$(cat /tmp/taker)" saved_cmdlines)" "$(cat /tmp/taker) perl"
	like 'in what it recorded' "$(cat snapshot)" "^ *perl-$(cat /tmp/taker) .* tracing_mark_write: 1\$"
	rm /tmp/taker
}

# Likewise of one that writes a marker, while names are remembered at all.
check_marker_name()
{
	snapshot_reset
	echo 129 >saved_cmdlines_size
	echo 128 >saved_cmdlines_size
	echo 1 >events/module/module_load/enable
	perl -e 'open(my $file, ">", "trace_marker") or die; syswrite($file, "1");
		select(undef, undef, undef, 0.1)'
	echo 0 >events/module/module_load/enable
	like 'so is one that writes a marker' "$(cat trace)" '^ *perl-[0-9]+ .* tracing_mark_write: 1$'
}

check_settings()
{
	local size

	snapshot_reset
	echo 1 >snapshot
	echo 2 >snapshot
	echo 1 >tracing_cpumask
	echo 1 >snapshot
	taskset -c 1 bash -c 'echo lost >trace_marker' 2>/dev/null
	taskset -c 0 bash -c 'echo kept >trace_marker'
	is 'a CPU that does not record' "$(marks trace)" 'kept '
	echo 3 >tracing_cpumask
	echo 1 >snapshot
	taskset -c 1 bash -c 'echo again >trace_marker'
	is 'records again' "$(marks trace)" 'again '
	echo 1024 >buffer_size_kb
	size=$(cat buffer_size_kb)
	echo 1 >snapshot
	is 'the size stays' "$(cat buffer_size_kb)" "$size"
	echo mono >trace_clock
	echo mark >trace_marker
	echo 1 >snapshot
	is 'another clock' "$(marks snapshot)" 'mark '
	echo local >trace_clock
	is 'drops both' "$(marks snapshot)$(marks trace)" ''
}

check_command()
{
	snapshot_reset
	echo 'ksys_sync:snapshot:1' >>set_ftrace_filter
	like 'a command' "$(cat set_ftrace_filter)" '^ksys_sync:snapshot:count=1$'
	like 'gets the memory' "$(cat snapshot)" 'Snapshot is allocated'
	echo before >trace_marker
	sync
	echo after >trace_marker
	sync
	is 'once' "$(marks snapshot)" 'before '
	is 'and no more' "$(marks trace)" 'after '
	like 'it counts' "$(cat set_ftrace_filter)" '^ksys_sync:snapshot:count=0$'
	echo '!ksys_sync:snapshot:0' >>set_ftrace_filter
	unlike 'it goes' "$(cat set_ftrace_filter)" snapshot
	echo 'ksys_sync:snapshot' >>set_ftrace_filter
	like 'for ever' "$(cat set_ftrace_filter)" '^ksys_sync:snapshot:unlimited$'
	echo 0 >snapshot
	sync
	is 'without memory it stops' "$(cat tracing_on)" 0
	like 'and says so' "$(cat trace)" \
		'tracing_snapshot_instance_cond: \*\*\* SNAPSHOT NOT ALLOCATED \*\*\*$'
	like 'both' "$(cat trace)" 'tracing_snapshot_instance_cond: \*\*\* stopping trace here!   \*\*\*$'
	snapshot_reset
}

# Writers on all CPUs, and snapshots all the time: nothing is torn.
check_load()
{
	local writers=() cpu end bad

	snapshot_reset
	for cpu in 0 1; do
		taskset -c $cpu bash -c "while :; do echo mark of $cpu >trace_marker; done" 2>/dev/null &
		writers+=($!)
	done
	end=$((SECONDS + 5 * slower))
	while [ "$SECONDS" -lt "$end" ]; do
		echo 1 >snapshot
		cat snapshot >/dev/null
		echo $((500 + RANDOM % 500)) >buffer_size_kb
	done
	kill "${writers[@]}"
	wait "${writers[@]}" 2>/dev/null
	is 'every record is whole' \
		"$(cat snapshot trace | grep -v '^#' | grep -vcE 'tracing_mark_write: mark of [01]$')" 0
	bad=$(cat per_cpu/cpu*/stats | sed -n 's/^dropped events: //p' | sort -u)
	is 'none was refused' "$bad" 0
	snapshot_reset
}

begin
check_texts
check_contents
check_name
check_marker_name
check_settings
check_command
check_load
end
