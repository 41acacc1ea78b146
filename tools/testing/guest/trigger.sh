#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Triggers on events: what the file takes and lists, what they do, and what ends them.
#
# boot: own
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# One hit each time the shell asks whether it is there itself.
system=syscalls
name=sys_enter_kill
event=events/$system/$name
help='# Available triggers:
# traceon traceoff snapshot stacktrace enable_event disable_event'

hit()
{
	kill -0 $$
}

# A letter for each record: the event, a stack, a marker.
kinds()
{
	sed -n -e 's/.*sys_kill(.*/k/p' -e 's/.*<stack trace>.*/s/p' -e 's/.*tracing_mark_write: .*/m/p' \
		"${1:-trace}" | tr -d '\n'
}

# during TRIGGER...: records of one hit, with these triggers; the newest comes first.
during()
{
	local text

	for text; do
		echo "$text" >>$event/trigger
	done
	: >trace
	hit
	for text; do
		echo "!$text" >>$event/trigger
	done
	kinds
}

check_grammar()
{
	is 'the mode' "$(stat -c %a $event/trigger)" 640
	like 'what there is, when there is none' "$(head -n 2 $event/trigger | paste -sd '~')" \
		"^${help/$'\n'/\~}"
	is 'one' "$(says traceoff)" 'ok traceoff:unlimited'
	is 'opened to be overwritten, and without' "$(: >$event/trigger; put $event/trigger stacktrace:3) $(triggers)" \
		'ok stacktrace:count=3|traceoff:unlimited'
	is 'one of each family' "$(says traceon 'traceoff:5 if pid > 0' stacktrace)" \
		'EEXIST EEXIST EEXIST stacktrace:count=3|traceoff:unlimited'
	is 'removed by its name, or that of its family' "$(says '!stacktrace' '!traceon')" 'ok ok '
	is 'what is gone can be removed' "$(says '!traceon:no such' '!snapshot if what')" 'ok ok '
	is 'numbers as the kernel reads them' "$(says snapshot:0x10 stacktrace:0 traceon:017)" \
		'ok ok ok traceon:count=15|stacktrace:count=0|snapshot:count=16'
	is 'removed by the text that is listed' \
		"$(says '!traceon:count=15' '!stacktrace:count=0' '!snapshot:unlimited')" 'ok ok ok '
	is 'a number that is too large' "$(says traceon:99999999999999999999)" 'ERANGE '
	is 'the largest means for ever' "$(says traceon:18446744073709551615 '!traceon')" 'ok ok '
	is 'white space may be the colon' "$(says 'traceoff 5 if pid > 5') $(says '!traceoff')" \
		'ok traceoff:count=5 if pid > 5 ok '
	is 'the filter is listed as it was written' "$(says 'traceoff:3:4  if   pid >  5') $(says '!traceoff')" \
		'ok traceoff:count=3 if   pid >  5 ok '
	is 'spaces around it' "$(says '  traceoff  ') $(says '  !traceoff  ')" 'ok traceoff:unlimited ok '
	is 'no such action' "$(says no_such '' '!' '! traceoff' '!!traceoff' dump cpudump)" \
		"$(printf 'EINVAL %.0s' 1 2 3 4 5 6 7)"
	is 'neither a number nor a filter' \
		"$(says traceoff:x traceoff::5 'traceoff : 5' traceoff:08 traceoff:3x 'traceoff iff pid > 3')" \
		"$(printf 'EINVAL %.0s' 1 2 3 4 5 6)"
	is 'a filter without one' "$(says 'traceon if' 'traceon:5 if' 'traceon:5if pid > 3')" 'EINVAL EINVAL EINVAL '
	is 'as long as a page' "$({ head -c 4096 /dev/zero | tr '\0' a >$event/trigger; } 2>&1 | grep -c 'Invalid argument')" 1
}

check_targets()
{
	is 'an event' "$(says enable_event:sched:sched_switch)" 'ok enable_event:sched:sched_switch:unlimited'
	is 'once, on or off' "$(says disable_event:sched:sched_switch:3)" \
		'EEXIST enable_event:sched:sched_switch:unlimited'
	is 'another one' "$(says 'disable_event:sched:sched_wakeup:3 if pid == 0')" \
		'ok disable_event:sched:sched_wakeup:count=3 if pid == 0|enable_event:sched:sched_switch:unlimited'
	is 'a star says that triggers may switch it' \
		"$(cat events/sched/sched_switch/enable $event/enable events/sched/enable | paste -sd ' ')" '0* 0* X'
	is 'set_event has them' "$(sort set_event | paste -sd ' ')" \
		"sched:sched_switch sched:sched_wakeup $system:$name"
	is 'switched by hand' "$(echo 1 >events/sched/sched_switch/enable; cat events/sched/sched_switch/enable)" '1*'
	is 'they go' "$(says '!disable_event:sched:sched_switch:count=3' '!enable_event:sched:sched_wakeup if x')" 'ok ok '
	is 'and what was switched stays' "$(cat events/sched/sched_switch/enable $event/enable | paste -sd ' ')" '1 0'
	echo 0 >events/sched/sched_switch/enable
	is 'no such event' "$(says enable_event enable_event:sched enable_event:sched: enable_event:sched:no_such \
		'!enable_event:sched:no_such' enable_event:ftrace:print enable_event:ftrace:function)" \
		"$(printf 'EINVAL %.0s' 1 2 3 4 5 6 7)"
	is 'no number behind it' "$(says enable_event:sched:sched_switch: enable_event:sched:sched_switch:x)" \
		'EINVAL EINVAL '
}

# errors: the last one of the log, without its time.
errors()
{
	tail -n 3 error_log | sed 's/^\[[^]]*\] //'
}

check_errors()
{
	: >error_log
	is 'a field that is none' "$(says 'traceon:3 if nopid > 3')" 'EINVAL '
	is 'the log says where' "$(errors)" 'event filter parse error: error: Field not found
  Command: nopid > 3
                 ^'
	says 'stacktrace if  pid >' >/dev/null
	is 'positions count from behind the space' "$(errors)" \
		'event filter parse error: error: Invalid value (did you forget quotes)?
  Command:  pid >
                  ^'
	: >error_log
	says traceoff:x no_such enable_event:sched:no_such 'traceoff iff x' >/dev/null
	is 'nothing else is said there' "$(wc -l <error_log)" 0
}

check_acts()
{
	echo 1 >$event/enable
	is 'traceoff: the record is in' "$(during traceoff) $(cat tracing_on)" 'k 0'
	echo 1 >tracing_on
	is 'a stack, then off' "$(during traceoff stacktrace) $(cat tracing_on)" 'ks 0'
	echo 1 >tracing_on
	is 'off, so there is no stack' "$(during stacktrace traceoff) $(cat tracing_on)" 'k 0'
	is 'traceon: the record is in' "$(during traceon) $(cat tracing_on)" 'k 1'
	is 'a filter that rejects' "$(during 'traceoff if pid == 1') $(cat tracing_on)" 'k 1'
	is 'one that passes' "$(during "traceoff if pid == $$") $(cat tracing_on)" 'k 0'
	echo 0 >$event/enable
	echo 1 >tracing_on
	is 'not recorded' "$(during stacktrace) $(during traceoff) $(cat tracing_on)" 's  0'
	echo 1 >tracing_on
	echo 1 >$event/enable
	echo 'pid == 1' >$event/filter
	is 'rejected by the filter of the event' "$(during stacktrace)" s
	echo 0 >$event/filter
	echo 'stacktrace:2' >$event/trigger
	: >trace
	hit; hit; hit
	is 'twice' "$(kinds) $(triggers)" 'ksksk stacktrace:count=0'
	echo '!stacktrace' >$event/trigger
	echo 'stacktrace:5' >$event/trigger
	echo 0 >tracing_on
	hit; hit
	is 'counted while nothing is recorded' "$(triggers)" 'stacktrace:count=3'
	echo 1 >tracing_on
	echo '!stacktrace' >$event/trigger
	echo 'traceon:5' >$event/trigger
	hit; hit
	is 'traceon is not counted while it is on' "$(triggers)" 'traceon:count=5'
	echo '!traceon' >$event/trigger
	if ! intree; then
		# In-tree this record is lost, but not with a filter on the event as well.
		echo 0 >tracing_on
		is 'a record that switches recording on is recorded' "$(during 'traceon if pid > 1')" k
	fi
	echo 0 >$event/enable
}

check_stack()
{
	local stack

	during stacktrace >/dev/null
	stack=$(sed -n 's/^ => //p' trace)
	like 'a stack ends with the entry' "$(tail -n 1 <<<"$stack")" '^entry_SYSCALL_64'
	like 'and begins with the probe' "$(head -n 1 <<<"$stack")" '^(ftrace_syscall_enter|syscall_enter_probe)$'
	echo 'stacktrace if sig == 18' >events/signal/signal_generate/trigger
	: >trace
	kill -CONT $$
	like 'that of a tracepoint, too' "$(sed -n 's/^ => //p' trace | head -n 1)" \
		'^(trace_event_raw_event|otr_judge)_signal_generate$'
	# The tracepoint itself may be a function there.
	is 'then its callers' "$(sed -n 's/^ => //p' trace | grep -v -x trace_signal_generate |
		sed -n 2p)" __send_signal_locked
	echo '!stacktrace' >events/signal/signal_generate/trigger
}

# Where the record and the stack are: "snapshot:trace".
put_aside()
{
	local out

	out=$(during "$@")
	echo "$(kinds snapshot):$out"
	echo 2 >snapshot
}

check_snapshot()
{
	echo 1 >$event/enable
	is 'a snapshot comes before the record' "$(put_aside snapshot)" :k
	is 'behind it with a filter' "$(put_aside 'snapshot if pid > 1')" k:
	is 'and where others look at the record' "$(put_aside snapshot stacktrace)" k:s
	is 'in either order' "$(put_aside stacktrace snapshot)" k:s
	is 'rejected' "$(put_aside 'snapshot if pid == 1')" :k
	is 'no longer' "$(put_aside snapshot:0)" :k
	is 'two, then none' "$(says snapshot:2; hit; hit; hit; triggers)" 'ok snapshot:count=2
snapshot:count=0'
	echo '!snapshot' >$event/trigger
	echo 0 >$event/enable
	echo 0 >snapshot
}

check_switches()
{
	echo "enable_event:$system:$name:1" >$event/trigger
	: >trace
	is 'an event that switches itself on' "$(cat $event/enable; hit; cat $event/enable; triggers)" "0*
1*
enable_event:$system:$name:count=0"
	# In-tree, only where a trigger looks at the record.
	intree || is 'has its record' "$(kinds)" k
	echo "!enable_event:$system:$name" >$event/trigger
	: >trace
	echo "disable_event:$system:$name:1" >$event/trigger
	is 'one that switches itself off' "$(cat $event/enable; hit; cat $event/enable; triggers)" "1*
0*
disable_event:$system:$name:count=0"
	is 'has none' "$(kinds)" ''
	echo "!disable_event:$system:$name" >$event/trigger
	echo "enable_event:$system:sys_exit_kill:1 if pid > 1" >$event/trigger
	echo "disable_event:$system:sys_exit_kill" >>events/$system/sys_exit_kill/trigger
	: >trace
	hit; hit; hit
	is 'from here to there, once' "$(grep -c 'sys_kill -> ' trace) $(triggers)" \
		"0 enable_event:$system:sys_exit_kill:count=0 if pid > 1"
	echo "!disable_event:$system:sys_exit_kill" >>events/$system/sys_exit_kill/trigger
	echo "!enable_event:$system:sys_exit_kill" >$event/trigger
	echo 0 >events/$system/sys_exit_kill/enable
}

# Tasks that are not wanted have no record that a trigger could look at.
check_tasks()
{
	echo 1 >set_event_pid
	is 'a trigger that looks at no record' "$(during traceoff:0 snapshot:0 >/dev/null; echo 0 >tracing_on; during traceon; cat tracing_on)" 1
	is 'one that does' "$(during 'traceoff if pid > 1'; cat tracing_on)" 1
	: >set_event_pid
	is 'wanted again' "$(during 'traceoff if pid > 1'; cat tracing_on)" 0
	echo 1 >tracing_on
	# The one that comes is wanted, the one that goes is not.
	echo 'traceoff if next_pid == '$$ >events/sched/sched_switch/trigger
	echo $$ >set_event_pid
	sleep 0.1
	is 'a task that is switched to counts as well' "$(cat tracing_on)" 0
	: >set_event_pid
	echo '!traceoff' >events/sched/sched_switch/trigger
	echo 1 >tracing_on
}

check_markers()
{
	local event=events/ftrace/print

	: >trace
	is 'markers have triggers, and no switch' "$(ls -d $event/{enable,trigger} 2>/dev/null)" $event/trigger
	is 'one looks at the text' "$(says 'traceoff if buf ~ "*lo*"')" 'ok traceoff:unlimited if buf ~ "*lo*"'
	echo hi >trace_marker
	echo hello >trace_marker
	echo more 2>/dev/null >trace_marker
	is 'it is in' "$(kinds) $(cat tracing_on)" 'mm 0'
	says '!traceoff' 'traceon if buf ~ "*lo*"' >/dev/null
	is 'while nothing is recorded nobody looks' "$(put trace_marker hello) $(cat tracing_on)" 'EBADF 0'
	says '!traceon' 'snapshot if buf == "hello"' >/dev/null
	echo 1 >tracing_on
	: >trace
	printf hello >trace_marker
	is 'put aside, and so is the marker' "$(grep -c 'mark_write: hello$' snapshot) $(kinds)" '1 '
	says '!snapshot' stacktrace >/dev/null
	: >trace
	echo hello >trace_marker
	is 'a stack behind it' "$(kinds) $(sed -n 's/^ => //p' trace | head -n 1)" \
		'ms tracing_mark_write'
	says '!stacktrace' >/dev/null
	echo 0 >snapshot
}

check_instance()
{
	local top=$event event=instances/one/$event i

	mkdir instances/one
	is 'an instance has its own' "$(says traceoff) $(triggers $top)" 'ok traceoff:unlimited '
	hit
	is 'and they act there' "$(cat tracing_on instances/one/tracing_on | paste -sd ' ')" '1 0'
	is 'the top has another' "$(add $top/trigger stacktrace) $(triggers $top) $(triggers)" \
		'ok stacktrace:unlimited traceoff:unlimited'
	: >trace
	echo 1 >instances/one/tracing_on
	hit
	is 'both act' "$(kinds) $(cat instances/one/tracing_on)" 's 0'
	echo '!stacktrace' >$top/trigger
	says snapshot "enable_event:$system:$name" 'stacktrace if pid > 1' >/dev/null
	for ((i = 0; i < 20000; i++)); do kill -0 $$; done &
	sleep 0.2
	is 'an instance goes while its triggers act' "$(rmdir instances/one 2>&1; ls instances)" ''
	kill $! 2>/dev/null
	wait $! 2>/dev/null
	is 'and nothing is left of them' "$(cat $top/enable) $(triggers $top)" '0 '
}

check_show()
{
	local triggers=show_event_triggers

	if [ ! -e $triggers ]; then
		skip $triggers 'the kernel is too old'
		return
	fi
	is "$triggers: none at first" "$(cat $triggers)" ''
	says stacktrace:3 'traceoff if pid > 1' >/dev/null
	echo "enable_event:$system:$name:0" >events/sched/sched_switch/trigger
	is "$triggers: those of all events, each in a line" "$(sort $triggers)" \
"sched:sched_switch              enable_event:$system:$name:count=0
$system:$name         stacktrace:count=3
$system:$name         traceoff:unlimited if pid > 1"
	is "$triggers: its mode" "$(stat -c %a $triggers) $(put $triggers 1)" '440 EINVAL'
	says '!stacktrace' '!traceoff' >/dev/null
	echo "!enable_event:$system:$name" >events/sched/sched_switch/trigger
}

# Triggers on events of a module, and about them, when it goes.
check_module()
{
	local sample=outrace_sample_events events=events/outrace_sample one

	if intree || ! insmod "${OTR_MODULE%/*}/$sample.ko"; then
		skip 'events of a module' 'built for outrace alone'
		return
	fi
	one=$(basename "$(dirname "$(printf '%s\n' $events/*/trigger | head -n 1)")")
	is 'about an event of a module' "$(says "enable_event:outrace_sample:$one" stacktrace)" \
		"ok ok stacktrace:unlimited|enable_event:outrace_sample:$one:unlimited"
	echo "disable_event:$system:$name" >$events/"$one"/trigger
	echo 'traceoff if common_pid == 1' >$events/"$one"/trigger
	hit
	is 'it switches it on' "$(cat $events/"$one"/enable)" '1*'
	is 'the module goes' "$(rmmod $sample 2>&1; ls -d $events 2>/dev/null)" ''
	is 'what was about it went, too' "$(triggers)" stacktrace:unlimited
	says '!stacktrace' >/dev/null
	is 'and what it was about is not held' "$(cat $event/enable)" 0
	is 'it comes again, without' "$(insmod "${OTR_MODULE%/*}/$sample.ko"; grep -v '^#' $events/"$one"/trigger)" ''
	rmmod $sample
}

# All kinds at once, put on and taken off while they act.
check_stress()
{
	local i end=$((SECONDS + 3 * slower)) texts=(stacktrace 'traceoff if pid == 1' snapshot \
		"enable_event:$system:$name" 'enable_event:sched:sched_switch if pid > 1')

	for i in 1 2; do
		while :; do kill -0 $$; done &
	done
	while [ $SECONDS -lt $end ]; do
		for i in "${texts[@]}"; do
			echo "$i" >>$event/trigger
		done
		echo 'pid == 1' >$event/filter
		for i in "${texts[@]}"; do
			echo "!$i" >>$event/trigger
		done
		echo 0 >$event/filter
	done
	for i in $(jobs -p); do
		kill "$i"
	done
	wait 2>/dev/null
	is 'put on and taken off under load' "$(triggers)" ''
	echo 0 >$event/enable
	echo 0 >events/sched/sched_switch/enable
	is 'nothing is left switched' "$(cat $event/enable events/sched/sched_switch/enable events/sched/enable |
		paste -sd ' ')" '0 0 0'
	echo 0 >snapshot
}

begin
check_grammar
check_targets
check_errors
check_acts
check_stack
check_snapshot
check_switches
check_tasks
check_markers
check_instance
check_show
check_module
check_stress
end
