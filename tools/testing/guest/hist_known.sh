#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Histograms whose answers are known from elsewhere: what a program makes of the records
# themselves, and how many events there were.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

sched=events/sched

# Tasks that wake each other; two for each process. Their numbers are larger than that of $$.
wake_each_other()
{
	python3 - "$1" <<'END_OF_PROGRAM'
import os, sys
children = []
for _ in range(3):
    to, back = os.pipe(), os.pipe()
    for mine, theirs in ((to[0], back[1]), (back[0], to[1])):
        pid = os.fork()
        if not pid:
            if mine == back[0]:
                os.write(theirs, b'x')
            for i in range(int(sys.argv[1])):
                os.read(mine, 1)
                os.write(theirs, b'x')
            os._exit(0)
        children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
print(min(children), max(children))
END_OF_PROGRAM
}

# from_records FIRST LAST: a line for each task and latency, and how often it was.
from_records()
{
	python3 - "$@" <<'END_OF_PROGRAM'
import collections, re, sys
first, last = map(int, sys.argv[1:])
woken, found = {}, collections.Counter()
for line in open('trace'):
    at = re.search(r' (\d+)(?:\.(\d{6}))?: (sched_waking|sched_switch):', line)
    if not at:
        continue
    now = int(at[1] + (at[2] or ''))
    if at[3] == 'sched_waking':
        pid = int(re.search(r' pid=(\d+) ', line)[1])
        woken[pid] = now
    else:
        pid = int(re.search(r' next_pid=(\d+) ', line)[1])
        if pid in woken:
            found[pid, now - woken.pop(pid)] += 1
for (pid, lat), n in sorted(found.items()):
    if first <= pid <= last:
        print(pid, lat, n)
END_OF_PROGRAM
}

# from_entries FIRST LAST: the same of what was counted.
from_entries()
{
	sed -n 's/^{ pid: *\([0-9]*\), lat: *\([0-9]*\) } hitcount: *\([0-9]*\)$/\1 \2 \3/p' \
		events/synthetic/wakeup/hist | sort -n -k 1 -k 2 | awk -v a="$1" -v b="$2" '$1 >= a && $1 <= b'
}

# check_wakeups CLOCK TIME
check_wakeups()
{
	local children entries

	echo "$1" >trace_clock
	: >trace
	add synthetic_events 'wakeup u64 lat; pid_t pid' >/dev/null
	add events/synthetic/wakeup/trigger 'hist:keys=pid,lat:size=32768' >/dev/null
	add $sched/sched_waking/trigger "hist:keys=pid:ts0=$2:clock=$1" >/dev/null
	add $sched/sched_switch/trigger \
		"hist:keys=next_pid:lat=$2-\$ts0:onmatch(sched.sched_waking).wakeup(\$lat,next_pid):clock=$1" >/dev/null
	echo 1 >$sched/sched_waking/enable
	echo 1 >$sched/sched_switch/enable
	children=$(wake_each_other 200)
	echo 0 >$sched/enable
	# shellcheck disable=SC2086 # two numbers
	entries=$(from_entries $children)
	holds "$1: they were woken" [ "$(wc -l <<<"$entries")" -gt 20 ]
	# shellcheck disable=SC2086
	is "$1: latencies as the records have them" "$(diff <(echo "$entries") <(from_records $children))" ''
	: >$sched/sched_switch/trigger
	: >$sched/sched_waking/trigger
	: >events/synthetic/wakeup/trigger
	add synthetic_events '!wakeup' >/dev/null
	echo local >trace_clock
}

# Entries come while others are read, which stay.
check_more_come()
{
	local event=events/syscalls/sys_enter_kill pid seen=

	add $event/trigger hist:keys=pid:size=65536 >/dev/null
	for ((pid = 1000001; pid <= 1000050; pid++)); do
		kill -0 $pid 2>/dev/null
	done
	python3 - <<'END_OF_PROGRAM' &
import os
for pid in range(2000000, 2012000):
    try:
        os.kill(pid, 0)
    except OSError:
        pass
END_OF_PROGRAM
	while [ -d /proc/$! ]; do
		seen+="$(grep -c '^{ pid:    10000[0-9][0-9] }' $event/hist) "
	done
	wait
	is 'none that is there is left out while others come' "$(tr ' ' '\n' <<<"$seen" | sort -u | paste -sd ' ')" ' 50'
	like 'and those are read' "$(tail -n 2 $event/hist)" 'Entries: 12050'
	: >$event/trigger
}

# Two tasks at once make it happen, for more keys than there is room for.
check_load()
{
	local event=events/syscalls/sys_enter_kill key

	for key in pid pid,sig 'pid,stacktrace' 'pid:last=sig'; do
		add $event/trigger "hist:keys=$key:size=128" >/dev/null
	done
	python3 - <<'END_OF_PROGRAM'
import os
children = []
for _ in range(2):
    children.append(os.fork())
    if not children[-1]:
        break
if 0 in children:
    for i in range(20000):
        try:
            os.kill(1000000 + i % 300, 0)
        except OSError:
            pass
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
END_OF_PROGRAM
	is 'each event is a hit or dropped' "$(awk '/^    (Hits|Dropped):/ { n += $2 }
		/^    Dropped:/ { print n, ($2 > 0); n = 0 }' $event/hist | paste -sd '|')" \
		"$(printf '40000 1|40000 1|40000 1|40000 1')"
	: >$event/trigger
}

# What tools/hist makes of it.
check_drawing()
{
	local event=events/syscalls/sys_enter_kill i tool

	if intree; then
		skip 'tools/hist' 'there is no hist.json'
		return
	fi
	tool=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../hist")
	add $event/trigger 'hist:keys=pid.log2,sig' >/dev/null
	for i in 1000 1001 1002 100000; do
		kill -0 $((1000000 + i)) 2>/dev/null
	done
	kill -0 1
	is 'tools/hist draws bars' "$(COLUMNS=48 "$tool" $event/hist.json | tail -n +2)" \
"            0..1, 0  1  ########
 524289..1048576, 0  3  ########################
1048577..2097152, 0  1  ########"
	: >$event/trigger
}

# A marker's event has no switch: it is counted when it is written.
check_markers()
{
	local event=events/ftrace/print i

	add $event/trigger 'hist:keys=common_pid' >/dev/null
	for ((i = 0; i < 10; i++)); do
		echo hello >trace_marker
	done
	like 'markers are counted' "$(cat $event/hist)" "^{ common_pid: +$$ } hitcount: +10$"
	echo 0 >tracing_on
	echo hello >trace_marker 2>/dev/null
	echo 1 >tracing_on
	like 'those that are written' "$(cat $event/hist)" 'Hits: 10$'
	: >$event/trigger
}

begin
check_load
check_markers
check_drawing
check_more_come
check_wakeups local common_timestamp.usecs
check_wakeups x86-tsc common_timestamp
check_wakeups counter common_timestamp
end
