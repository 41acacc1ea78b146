#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Commands of set_ftrace_filter: what else is done when functions are called.
#
# boot: own
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

filter=set_ftrace_filter

listing()
{
	grep -v '^#' $filter | tr '\n' ' '
}

# Whatever has a colon behind its function.
commands_reset()
{
	local line

	: >$filter
	while read -r line; do
		case $line in
		*:unlimited) echo "!${line%:*}" ;;
		*) echo "!${line%:*}:0" ;;
		esac >>$filter
	done < <(grep : $filter)
	reset
}

check_files()
{
	is 'a command' "$(put $filter vfs_truncate:traceoff) $(get $filter)" \
		'ok #### all functions enabled ####
vfs_truncate:traceoff:unlimited'
	is 'one that ends' "$(add $filter vfs_fallocate:traceon:3) $(listing)" \
		'ok vfs_fallocate:traceon:count=3 vfs_truncate:traceoff:unlimited '
	is 'the same function may have both kinds' "$(add $filter vfs_truncate:traceoff:5)" ok
	is 'but each once' "$(add $filter vfs_truncate:traceoff) $(add $filter vfs_truncate:traceoff:7)" \
		'EINVAL EINVAL'
	is 'never is a number, too' "$(add $filter vfs_fchmod:stacktrace:0) $(grep stack $filter)" \
		'ok vfs_fchmod:stacktrace:count=0'
	is 'no such command' "$(add $filter vfs_truncate:no_such_command)" EINVAL
	is 'no such function' "$(add $filter no_such_function:traceoff)" EINVAL
	is 'no such number' "$(add $filter vfs_fchown:traceoff:x)" EINVAL
	is 'not in the other file' "$(put set_ftrace_notrace vfs_truncate:traceoff)" EINVAL
	: >$filter
	is 'opening with truncation leaves them' "$(grep -c : $filter)" 4
	echo vfs_read >$filter
	is 'functions come first' "$(head -n 1 $filter) $(grep -c : $filter)" 'vfs_read 4'
	is 'they are hooked, functions that are only to be recorded not' \
		"$(sed 's/ .*//' enabled_functions | sort | tr '\n' ' ')" \
		'vfs_fallocate vfs_fchmod vfs_truncate '
	is 'one kind goes' "$(add $filter '!vfs_truncate:traceoff') $(grep -c truncate $filter)" 'ok 1'
	is 'it is gone' "$(add $filter '!vfs_truncate:traceoff')" ENODEV
	is 'of the other there is none on this function' "$(add $filter '!vfs_read:traceoff:0')" EINVAL
	is 'the other goes' "$(add $filter '!vfs_truncate:traceoff:0') $(grep -c truncate $filter)" 'ok 0'
	is 'a pattern goes' "$(add $filter '!vfs_f*:traceon:0') $(grep -c traceon $filter)" 'ok 0'
	is 'and the last' "$(add $filter '!*:stacktrace:0') $(listing)" 'ok vfs_read '
	is 'nothing is hooked' "$(cat enabled_functions)" ''
	commands_reset
}

check_patterns()
{
	local all

	all=$(grep -c '^vfs_' available_filter_functions)
	is 'many functions' "$(put $filter 'vfs_*:stacktrace') $(grep -c ':stacktrace:unlimited$' $filter)" \
		"ok $all"
	is 'read bit by bit' "$(dd if=$filter bs=100 status=none | grep -c :stacktrace)" "$all"
	is 'less some' "$(add $filter '!vfs_*a*:stacktrace') $(grep -c :stacktrace $filter)" \
		"ok $(grep '^vfs_' available_filter_functions | grep -v -c '^vfs_.*a')"
	is 'and more again' "$(add $filter '*_truncate:stacktrace') $(grep -c '^vfs_truncate:' $filter)" \
		'ok 1'
	is 'as it is listed' "$(put $filter vfs_fchmod:stacktrace:3; add $filter '!vfs_fchmod:stacktrace:count=3')" $'ok\nok'
	is 'all go' "$(add $filter '!*:stacktrace') $(listing)" 'ok '
	is 'functions that go have no count' \
		"$(put $filter 'vfs_tr*:traceoff:2'; add $filter 'vfs_fch*:traceoff:3'
		   add $filter '!vfs_fchmod:traceoff:0'; grep : $filter | sort)" \
		'ok
ok
ok
vfs_fchown:traceoff:count=3
vfs_truncate:traceoff:count=2'
	commands_reset
}

# A function that nothing else calls.
sync_once()
{
	sync -d /tmp
}

check_switch()
{
	local func=vfs_fsync_range

	echo "$func:traceoff" >$filter
	is 'recording is on' "$(cat tracing_on)" 1
	sync_once
	is 'and off when the function was called' "$(cat tracing_on)" 0
	echo "!$func:traceoff" >>$filter
	is 'removing that changes nothing' "$(cat tracing_on)" 0
	echo "$func:traceon" >$filter
	sync_once
	is 'the opposite' "$(cat tracing_on)" 1
	echo "!$func:traceon" >>$filter
	echo "$func:traceoff:2" >$filter
	sync_once
	sync_once
	is 'what is off already does not count' "$(cat tracing_on) $(listing)" \
		"0 $func:traceoff:count=1 "
	echo 1 >tracing_on
	sync_once
	is 'the second time' "$(cat tracing_on) $(listing)" "0 $func:traceoff:count=0 "
	echo 1 >tracing_on
	sync_once
	is 'no third time' "$(cat tracing_on)" 1
	commands_reset
}

check_stack()
{
	local func=vfs_fsync_range

	: >trace
	echo "$func:stacktrace:3" >$filter
	for _ in 1 2 3 4 5; do
		sync_once
	done
	is 'three stacks' "$(records | grep -c '<stack trace>')" 3
	if intree; then
		skip 'from the function on' 'the in-tree tracer shows a trampoline without a name'
	else
		is 'from the function on' "$(records | grep -A1 '<stack trace>' | tail -n 1)" \
			" => $func"
	fi
	like 'to user space' "$(records)" '^ => entry_SYSCALL_64_after_hwframe$'
	is 'none is left' "$(listing)" "$func:stacktrace:count=0 "
	echo 0 >tracing_on
	echo "!$func:stacktrace:0" >>$filter
	echo "$func:stacktrace:1" >>$filter
	sync_once
	is 'none where nothing is recorded' "$(listing)" "$func:stacktrace:count=1 "
	commands_reset
}

check_events()
{
	local func=vfs_fsync_range event=events/sched/sched_waking

	is 'no such event' "$(put $filter $func:enable_event:sched:no_such_event)" EINVAL
	is 'no event' "$(put $filter $func:enable_event:sched) $(put $filter $func:enable_event)" \
		'EINVAL EINVAL'
	echo "$func:enable_event:sched:sched_waking" >$filter
	is 'an event that may come' "$(cat $event/enable) $(listing)" \
		"0* $func:enable_event:sched:sched_waking:unlimited "
	is 'is listed' "$(grep -c sched_waking set_event)" 1
	: >trace
	sleep 0.1
	unlike 'but not recorded' "$(records)" sched_waking
	sync_once
	is 'comes' "$(cat $event/enable) $(grep -c sched_waking set_event)" '1* 1'
	sleep 0.1
	like 'and is recorded' "$(records)" ': sched_waking: comm='
	echo 0 >$event/enable
	is 'a user is heard as well' "$(cat $event/enable)" '0*'
	sync_once
	is 'until the next call' "$(cat $event/enable)" '1*'
	echo "!$func:enable_event:sched:sched_waking" >>$filter
	is 'it stays without the command' "$(cat $event/enable) $(listing)" '1 '
	echo "$func:disable_event:sched:sched_waking:2" >$filter
	sync_once
	is 'the opposite' "$(cat $event/enable) $(listing)" \
		"0* $func:disable_event:sched:sched_waking:count=1 "
	sync_once
	is 'what is off already does not count' "$(listing)" \
		"$func:disable_event:sched:sched_waking:count=1 "
	echo 1 >$event/enable
	sync_once
	echo 1 >$event/enable
	sync_once
	is 'twice' "$(cat $event/enable) $(listing)" \
		"1* $func:disable_event:sched:sched_waking:count=0 "
	echo "!$func:disable_event:sched:sched_waking:0" >>$filter
	echo 0 >$event/enable
	is 'all is as before' "$(cat $event/enable)" 0
	# With a filter of the event that is one comparison.
	echo 'prio >= 0' >$event/filter
	echo "$func:enable_event:sched:sched_waking" >$filter
	: >trace
	sleep 0.1
	unlike 'off with a filter' "$(records)" sched_waking
	sync_once
	sleep 0.1
	like 'on with a filter' "$(records)" ': sched_waking: comm='
	echo "!$func:enable_event:sched:sched_waking" >>$filter
	echo 0 >$event/enable
	echo 0 >$event/filter
	commands_reset
}

# The module goes that an event is in, and then the engine.
check_gone()
{
	local sample=outrace_sample_events

	if intree; then
		skip 'commands about events that go' 'the sample is not built for this kernel'
		return
	fi
	insmod "${OTR_MODULE%/*}/$sample.ko"
	echo 'vfs_fsync_range:enable_event:outrace_sample:sample_one' >$filter
	echo 'vfs_fsync_range:stacktrace' >>$filter
	is 'a command about an event of a module' "$(grep -c sample_one $filter)" 1
	holds 'the module goes' rmmod $sample
	is 'and takes the command along' "$(listing)" 'vfs_fsync_range:stacktrace:unlimited '
	sync_once
	echo 'vfs_fsync_range:enable_event:sched:sched_waking:3' >>$filter
	unmount_tracing
	holds 'the engine goes with commands in force' rmmod outrace
	sync_once
	insmod "$OTR_MODULE" && mount_tracing && cd "$tracing" || exit
	is 'and comes back without' "$(listing)" ''
}

# Commands come and go while their functions are called.
check_busy()
{
	local i failed=

	busy_start fork io look
	for ((i = 0; i < 8; i++)); do
		echo 'vfs_*:stacktrace:5' >>$filter 2>/dev/null || failed+="add $i "
		echo '!vfs_*a*:stacktrace:0' >>$filter 2>/dev/null || failed+="some $i "
		echo 'vfs_*a*:stacktrace:9' >>$filter 2>/dev/null || failed+="more $i "
		echo '!vfs_*:stacktrace:0' >>$filter 2>/dev/null || failed+="remove $i "
	done
	is 'under load' "$failed" ''
	holds 'work goes on' busy_lives 20
	busy_stop
	is 'and nothing failed' "$(cat $busy_dir/failed 2>/dev/null)" ''
	is 'nothing is left' "$(cat enabled_functions)" ''
	commands_reset
}

begin
commands_reset
check_files
check_patterns
check_switch
check_stack
check_events
check_busy
check_gone
end
