#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events under load: read while they are written, switched on and off all the
# time, of modules that come and go, and an engine that goes while they are on.
#
# boot: own
# boot-options: --mem 1536
# timeout: 900
# run: test-all

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=8
out=/tmp/events

# until_end COMMAND...: again and again until the time is over; how often, in $rounds.
until_end()
{
	local end=$((SECONDS + seconds))

	rounds=0
	while [ "$SECONDS" -lt "$end" ]; do
		"$@" || return
		rounds=$((rounds + 1))
	done
}

# QEMU plays both CPUs in turns of 100 ms when both are busy, and each event that
# goes on or off waits for the other CPU: all of them at once take a minute then. So
# under load it is a few systems, and all of them once.
systems='irq signal raw_syscalls'

switch_systems()
{
	local system

	for system in $systems; do
		echo 1 >"events/$system/enable" || return
	done
	for system in $systems; do
		echo 0 >"events/$system/enable" || return
	done
}

switch_names()
{
	echo 'irq:*' >set_event && echo '!irq:softirq_raise' >>set_event &&
		echo 'common_pid != 0' >events/sched/filter && echo sched_switch >>set_event &&
		echo 0 >events/sched/filter && echo >set_event
}

switch_all()
{
	echo 1 >events/enable && echo 0 >events/enable
}

readable()
{
	cat trace >/dev/null
}

# Opening files does not wait for all events to be switched.
opens_meanwhile()
{
	local switcher start=$SECONDS opened=0 spent

	switch_all &
	switcher=$!
	while kill -0 "$switcher" 2>/dev/null; do
		cat tracing_on trace_options events/irq/enable >/dev/null || return
		opened=$((opened + 3))
	done
	wait "$switcher" || return
	spent=$((SECONDS - start))
	echo "# $opened files opened within $spent s"
	[ "$spent" -lt 5 ] || [ "$opened" -gt "$((spent / 2))" ]
}

# keep FILE: the first 4 MB of the input, and the rest is read as well.
keep()
{
	head -c 4M >"$1"
	cat >/dev/null
}

# Three readers that do not get in the way of those that they watch.
start_readers()
{
	nice cat trace_pipe > >(keep "$out/pipe") &
	readers+=($!)
	nice cat per_cpu/cpu1/trace_pipe_raw > >(keep "$out/raw") &
	readers+=($!)
	while [ -e "$out/go" ]; do
		nice cat trace >/dev/null
		sleep 0.5
	done &
	looker=$!
}

stop_readers()
{
	rm "$out/go"
	wait "$looker"
	kill "${readers[@]}"
	wait "${readers[@]}" 2>/dev/null
}

check_switching()
{
	local readers=() looker

	mkdir -p "$out"
	touch "$out/go"
	busy_start
	start_readers
	holds 'systems on and off' until_end switch_systems
	echo "# $rounds times in $seconds s, $(busy_rounds)"
	holds 'names, filters' until_end switch_names
	echo "# $rounds times in $seconds s, $(busy_rounds)"
	holds 'everybody gets on' busy_lives 60
	holds 'files can be opened while all events go on and off' opens_meanwhile
	busy_stop
	holds 'all events on and off, read' switch_all
	stop_readers
	all_like 'what was read are lines' "$(grep -v '^CPU:[01] \[LOST' "$out/pipe" | head -n 5000)" \
		"${head_re}[a-z_0-9]+"
	is 'and pages' "$(($(stat -c %s "$out/raw") % 4096))" 0
	rm -rf "$out"
	is 'nothing is left on' "$(cat events/enable)" 0
	is 'nothing failed' "$(sort "$busy_dir/failed" 2>/dev/null | uniq -c | head)" ''
	reset
}

# total NAME: this number of the stats of all CPUs.
total()
{
	sed -n "s/^$1: //p" per_cpu/cpu*/stats | awk '{ sum += $1 } END { print sum }'
}

# A flood of system calls into a small buffer, read as it goes: what was read and
# what was lost is what was written, by a count that is not the ring's.
check_counted()
{
	local calls=30000 reader lost read size

	echo 64 >buffer_size_kb
	: >trace
	# Of a task whose name begins so; the shell asks for its parent as well.
	echo 'id == 110 && comm ~ "python3*"' >events/raw_syscalls/sys_enter/filter
	echo 1 >events/raw_syscalls/sys_enter/enable
	cat trace_pipe >/tmp/lines &
	reader=$!
	python3 -c '
import os, sys
for i in range(int(sys.argv[1])):
    os.getppid()
' "$calls"
	echo 0 >events/raw_syscalls/sys_enter/enable
	while [ "$(total entries)" -gt 0 ]; do sleep 0.2; done
	echo 0 >tracing_on
	# The reader has them all, but may not have written them yet.
	while size=$(stat -c %s /tmp/lines) && sleep 2 && [ "$(stat -c %s /tmp/lines)" != "$size" ]; do :; done
	kill "$reader" 2>/dev/null
	wait "$reader" 2>/dev/null
	read=$(grep -c ': sys_enter: NR 110 ' /tmp/lines)
	lost=$(sed -n 's/^CPU:[0-9]* \[LOST \([0-9]*\) EVENTS\]$/\1/p' /tmp/lines |
		awk '{ sum += $1 } END { print sum + 0 }')
	echo "# $calls calls: $read read, $lost lost; overrun $(total overrun)"
	is 'read and lost are all that was written' $((read + lost)) "$calls"
	is 'the reader has what the kernel says it has' "$read" "$(total 'read events')"
	is 'the reader is told of each' "$lost" "$(total overrun)"
	echo 0 >events/raw_syscalls/sys_enter/filter
	rm -f /tmp/lines
	reset
	echo 1410 >buffer_size_kb
}

# The sample's events, which stay on while it goes and are forgotten with it.
check_module()
{
	local module=outrace_sample_events system=outrace_sample failed='' count=0 i

	if intree; then
		skip 'a module with events comes and goes' 'the sample is not built for this kernel'
		return
	fi
	busy_start
	for ((i = 1; i <= 10; i++)); do
		insmod "${OTR_MODULE%/*}/$module.ko" || failed+=" load:$i"
		echo 1 >"events/$system/enable" || failed+=" enable:$i"
		: >trace
		echo "$i" >"/sys/module/$module/parameters/fire" || failed+=" fire:$i"
		grep -q ': sample_one: ' trace || failed+=" trace:$i"
		rmmod "$module" || failed+=" unload:$i"
		[ ! -e "events/$system" ] || failed+=" stays:$i"
		count=$((count + $(grep -c "^$system:" available_events set_event | awk -F: '{ n += $2 }
			END { print n }')))
	done
	is 'a module with events on comes and goes, under load, 10 times' "$failed" ''
	is 'and none of its names stays' "$count" 0
	# Its records stay, as numbers that nobody knows any more.
	holds 'what it wrote can be read' readable
	holds 'everybody gets on' busy_lives 60
	busy_stop
	reset
}

# reload_with COMMAND...: the engine goes after the command, and comes back.
reload_with()
{
	"$@" || return
	sleep 0.5
	unmount_tracing && rmmod outrace || return
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing || return
	[ "$(cat events/enable)" = 0 ]
}

enable_systems()
{
	local system

	for system in $systems sched; do
		echo 1 >"events/$system/enable" || return
	done
}

enable_all()
{
	echo 1 >events/enable
}

check_unload()
{
	local i failed=''

	if intree; then
		skip 'rmmod with events on' 'the in-tree tracer cannot be unloaded'
		return
	fi
	for ((i = 1; i <= 2; i++)); do
		reload_with enable_all || failed+=" $i"
	done
	is 'the engine goes with all events on, twice' "$failed" ''
	# Nobody may stand where the files are mounted.
	cd / || return
	busy_start
	cd "$tracing" || return
	for ((i = 1; i <= 3; i++)); do
		reload_with enable_systems || failed+=" $i"
	done
	is 'and with some under load, 3 times' "$failed" ''
	holds 'everybody gets on' busy_lives 60
	busy_stop
	is 'nothing failed' "$(sort "$busy_dir/failed" 2>/dev/null | uniq -c | head)" ''
}

begin
check_switching
check_counted
check_module
check_unload
end
