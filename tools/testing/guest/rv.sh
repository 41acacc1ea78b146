#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Monitors: the files of rv, a monitor of tasks that is wrong on purpose, what it does about
# that, and tasks that come and go while it watches. The monitor wip is rv_wip.sh's.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# What a file shows, zero bytes as "$".
shown()
{
	tr '\0\n' '$|' <"$1"
}

# A task that sleeps, and is woken on its way to sleep, so often; its number is printed.
hurry()
{
	echo "$1" >/sys/module/otr_hasty/parameters/wakes
	cat /sys/module/otr_hasty/parameters/wakes
}

check_files()
{
	is 'files' "$(echo *)" \
		'available_monitors available_reactors enabled_monitors monitoring_on monitors reacting_on'
	is 'modes' "$(stat -c %a . available_monitors available_reactors enabled_monitors monitoring_on monitors reacting_on |
		tr '\n' ' ')" '750 440 440 640 640 750 640 '
	is 'modes of a monitor' "$(cd monitors/wwnr && stat -c '%n %a' . ./* | tr '\n' ' ')" \
		'. 750 ./desc 440 ./enable 640 ./reactors 640 '
	is 'monitors' "$(shown available_monitors)" "$(cd monitors && printf '%s|' *)"
	is 'reactors' "$(shown available_reactors)" 'nop|printk|panic|'
	is 'description' "$(shown monitors/wwnr/desc)" 'wakeup while not running per-task testing model.|$'
	is 'off' "$(shown monitors/wwnr/enable)" '0|$'
	is 'nothing is enabled' "$(shown enabled_monitors)" ''
	is 'may watch' "$(shown monitoring_on)" '1|$'
	is 'may react' "$(shown reacting_on)" '1|$'
	is 'does nothing' "$(shown monitors/wwnr/reactors)" '[nop]|printk|panic|'
	if grep -q preempt_enable /sys/kernel/tracing/available_events; then
		holds 'wip is there' test -d monitors/wip
	else
		like 'why wip is not there' "$(dmesg)" 'rv: no monitor wip: this kernel has no tracepoint preempt_'
		holds 'nor its events' test ! -e ../events/rv/event_wip
	fi
}

check_enable()
{
	is 'on' "$(put monitors/wwnr/enable 1)" ok
	is 'is enabled' "$(shown enabled_monitors)" 'wwnr|'
	is 'is on' "$(shown monitors/wwnr/enable)" '1|$'
	is 'again' "$(put monitors/wwnr/enable y)" ok
	is 'neither on nor off' "$(put monitors/wwnr/enable 2)" EINVAL
	is 'off again' "$(put monitors/wwnr/enable 0)$(shown enabled_monitors)" ok
	is 'by name' "$(add enabled_monitors wwnr)$(shown enabled_monitors)" 'okwwnr|'
	is 'not by name' "$(add enabled_monitors '!wwnr')$(shown enabled_monitors)" ok
	is 'once more' "$(add enabled_monitors '  wwnr ')$(shown enabled_monitors)" 'okwwnr|'
	is 'all off' "$(put enabled_monitors '')$(shown enabled_monitors)" ok
	is 'no such monitor' "$(put enabled_monitors none)" EINVAL
	is 'nor this' "$(add enabled_monitors '!none')" EINVAL
	is 'a long name' "$(add enabled_monitors "$(printf 'x%.0s' {1..33})")" EINVAL
	is 'a reactor' "$(put monitors/wwnr/reactors printk)$(shown monitors/wwnr/reactors)" \
		'oknop|[printk]|panic|'
	is 'no such reactor' "$(put monitors/wwnr/reactors none)" EINVAL
	is 'back' "$(put monitors/wwnr/reactors nop)$(shown monitors/wwnr/reactors)" \
		'ok[nop]|printk|panic|'
	is 'an empty line' "$(put monitors/wwnr/reactors '')" ok
	is 'no answer' "$(put monitoring_on x)$(put reacting_on '')" EINVALEINVAL
}

# format NAME: what follows the common fields, without the number of the event.
format()
{
	sed '1,/common_pid/d' "/sys/kernel/tracing/events/rv/$1/format"
}

check_formats()
{
	local fields id="	field:int id;	offset:8;	size:4;	signed:1;"

	fields=$(printf '\tfield:__data_loc char[] %s;\toffset:%d;\tsize:4;\tsigned:0;\n' state 12 event 16 next_state 20)
	is 'format of a step' "$(format event_wwnr)" "
$id
$fields
	field:bool final_state;	offset:24;	size:1;	signed:0;

print fmt: \"%d: %s x %s -> %s%s\", REC->id, __get_str(state), __get_str(event), __get_str(next_state), REC->final_state ? \" (final)\" : \"\""
	is 'format of what must not be' "$(format error_wwnr)" "
$id
$(head -n 2 <<<"$fields")

print fmt: \"%d: event %s not expected in the state %s\", REC->id, __get_str(event), __get_str(state)"
}

# Two bytes for a reader that sleeps before each. Not every sleep is one that wwnr
# begins with: that for a child or a time, of a task that may be frozen, is none.
doze()
{
	sleep 0.05
	echo
	sleep 0.05
	echo
}

# watch COMMAND [ARG...]: with the events of wwnr on
watch()
{
	: >../trace
	echo 1 >../events/rv/enable
	echo 1 >monitors/wwnr/enable
	"$@"
	doze | head -c 2 >/dev/null
	echo 0 >monitors/wwnr/enable
	echo 0 >../events/rv/enable
}

complaints()
{
	dmesg | grep -c '^\[ *[0-9.]*\] rv: monitor wwnr does not allow event wakeup on state running$'
}

check_watching()
{
	local pid trace steps before

	echo printk >monitors/wwnr/reactors
	before=$(complaints)
	pid=$(watch hurry 2)
	trace=$(cd .. && records)
	like 'a step' "$trace" ": event_wwnr: $pid: not_running x switch_in -> running\$"
	like 'to a final state' "$trace" ": event_wwnr: [0-9]+: running x switch_out -> not_running \\(final\\)\$"
	like 'woken while it runs' "$trace" ": error_wwnr: $pid: event wakeup not expected in the state running\$"
	# Of all steps of a task each begins where the one before ended.
	steps=$(sed -n 's/.* event_wwnr: \([0-9]*\): \(.*\) x [a-z_]* -> \([a-z_]*\).*/\1 \2 \3/p' <<<"$trace" |
		awk '$1 && $1 in at && at[$1] != $2 { print } { at[$1] = $3 }')
	is 'every step begins where the last one ended, or in the first state' \
		"$(grep -v ' not_running ' <<<"$steps")" ''
	is 'each time' "$(grep -c " error_wwnr: $pid: " <<<"$trace")" 2
	holds 'and the log says so' test "$(complaints)" -ge $((before + 2))

	before=$(complaints)
	echo 0 >reacting_on
	pid=$(watch hurry 2)
	like 'not reacting, it still records' "$(cd .. && records)" ": error_wwnr: $pid: "
	is 'but nothing is said' "$(complaints)" "$before"
	echo 1 >reacting_on

	echo nop >monitors/wwnr/reactors
	pid=$(watch hurry 2)
	like 'doing nothing, it records' "$(cd .. && records)" ": error_wwnr: $pid: "
	is 'and says nothing' "$(complaints)" "$before"

	echo 0 >monitoring_on
	pid=$(watch hurry 2)
	is 'not watching, there is nothing' "$(cd .. && records)" ''
	echo 1 >monitoring_on

	pid=$(watch hurry 2)
	like 'watching again' "$(cd .. && records)" ": event_wwnr: $pid: "
}

# Another thread than the leader calls exec(): it has the leader's id from then on.
change_over()
{
	{
		until grep -qsx head /proc/[0-9]*/comm; do sleep 0.05; done
		doze
	} | python3 -c 'import os, threading, time
print(os.getpid(), flush=True)
os.dup2(2, 1)
threading.Thread(target=os.execv, args=("/usr/bin/head", ["head", "-c2"])).start()
time.sleep(9)'
}

check_exec()
{
	local pid

	echo 1 >../events/sched/sched_process_exec/enable
	pid=$(watch change_over)
	echo 0 >../events/sched/sched_process_exec/enable
	# shellcheck disable=SC2016 # awk's
	holds 'a thread is watched after it took over the id of its leader' awk -v pid="$pid" '
		$0 ~ "sched_process_exec: .* pid=" pid " old_pid=" && $NF != "old_pid=" pid { after = 1 }
		after && $0 ~ " event_wwnr: " pid ": " { found = 1 }
		END { exit !found }' <<<"$(cd .. && records)"
}

# Tasks come and go, monitors too.
check_busy()
{
	local i

	echo 1 >../events/rv/enable
	for ((i = 0; i < 15; i++)); do
		echo 1 >monitors/wwnr/enable
		(for ((j = 0; j < 20; j++)); do (: | cat); done) &
		echo $((i % 2)) >monitoring_on
		wait
		: >enabled_monitors
	done
	echo 1 >monitoring_on
	echo 0 >../events/rv/enable
	is 'off again' "$(shown enabled_monitors)" ''
	unlike 'every task was watched' "$(dmesg)" 'tasks were not watched'
}

begin
if [ ! -d rv ]; then
	skip 'rv' 'the kernel has none'
	end
fi
insmod "$(dirname "$OTR_MODULE")/otr_hasty.ko"
cd rv || exit
check_files
check_enable
check_formats
check_watching
check_exec
check_busy
cd ..
rmmod otr_hasty
end
