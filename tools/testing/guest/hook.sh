#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hooks of other modules: samples/hook, alone and next to the tracers, and what
# becomes of calls that go on when the module is gone.
#
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

modules=${OTR_MODULE%/*}
watch=/sys/module/outrace_sample_watch/parameters
change=/sys/module/outrace_sample_change/parameters
direct=/sys/module/outrace_sample_direct/parameters

load()
{
	errno_of "$(insmod "$modules/outrace_sample_$1.ko" "${@:2}" 2>&1)"
}

unload()
{
	errno_of "$(rmmod "outrace_sample_$1" 2>&1)"
}

# counts NAME...: these of the watch
counts()
{
	local name

	for name; do
		cat "$watch/$name"
	done | tr '\n' ' '
}

check_watch()
{
	local before

	is 'no such function' "$(load watch functions=no_such_function 2>&1)" 'Unknown symbol in module'
	is 'a watch' "$(load watch functions='vfs_open')" ok
	is 'its functions are hooked' "$(sed 's/ .*//' enabled_functions)" vfs_open
	before=$(cat $watch/calls)
	cat /etc/hostname >/dev/null
	holds 'it counts calls' test "$(cat $watch/calls)" -gt "$before"
	is 'they have returned' "$(cat $watch/running)" 0
	holds 'which took time' test "$(cat $watch/nsecs)" -gt 0
	is 'and none was missed' "$(cat $watch/missed)" 0
	before=$(cat $watch/calls)
	like 'a tracer sees the same function' "$(trace_of vfs_open cat /etc/hostname)" 'vfs_open <-'
	holds 'and the watch as well' test "$(cat $watch/calls)" -gt "$before"
	reset
	is 'it goes' "$(unload watch)" ok
	is 'and takes its hooks along' "$(cat enabled_functions)" ''
}

# A task that reads from a pipe into which nobody writes.
blocked_start()
{
	mkfifo /tmp/hook.$$
	cat /tmp/hook.$$ >/tmp/hook.out.$$ &
	reader=$!
	exec 6>/tmp/hook.$$
	sleep 0.5
}

blocked_end()
{
	echo woken >&6
	exec 6>&-
	wait $reader
	is "$1" "$? $(cat /tmp/hook.out.$$)" '0 woken'
	rm -f /tmp/hook.$$ /tmp/hook.out.$$
}

check_sleepers()
{
	local before=$SECONDS idle

	load watch functions=vfs_read >/dev/null
	# Tasks that read the count, and those that wait for that, are in the function themselves.
	idle=$(cat $watch/running)
	blocked_start
	is 'a call that sleeps' "$(cat $watch/running)" $((idle + 1))
	like 'its stack shows the callers' "$(cat /proc/$reader/stack)" '(vfs|ksys)_read\+'
	unlike 'and nothing of ours' "$(cat /proc/$reader/stack)" otr_
	is 'the module goes meanwhile' "$(unload watch)" ok
	holds 'at once' test $((SECONDS - before)) -lt 30
	is 'and comes back' "$(load watch functions=vfs_read)" ok
	is 'a call of before is not its own' "$(cat $watch/running)" "$idle"
	sleep 65
	blocked_end 'the sleeper returns'
	is 'unseen' "$(cat $watch/running)" "$idle"
	is 'it goes again' "$(unload watch)" ok
}

check_change()
{
	local plain

	plain=$(cat /proc/cmdline)
	is 'one that changes' "$(load change)" ok
	echo 5 >$change/ask
	is 'an argument and a result' "$(cat $change/ask)" 211
	is 'another function' "$(cat /proc/cmdline)" 'nothing to see here'
	like 'next to the function tracer' "$(trace_of cmdline_proc_show cat /proc/cmdline)" \
		'cmdline_proc_show <-'
	reset
	echo cmdline_proc_show >set_ftrace_filter
	echo function_graph >current_tracer
	is 'next to function_graph' "$(cat /proc/cmdline)" 'nothing to see here'
	like 'which sees its return' "$(records)" 'cmdline_proc_show\(\);'
	reset
	is 'it goes' "$(unload change)" ok
	is 'with what it did' "$(cat /proc/cmdline)" "$plain"
}

# ask NUMBER: what comes of it, and how often the code was called for it
ask()
{
	local before

	before=$(cat $direct/calls)
	echo "$1" >$direct/ask
	echo "$(cat $direct/ask) $(($(cat $direct/calls) - before))"
}

# A tracer and the code come and go in every order.
check_direct_beside()
{
	local tracer=$1 sees=$2

	echo triple >set_ftrace_filter
	echo "$tracer" >current_tracer
	is "$tracer and the code" "$(ask 5)" '15 1'
	like 'both see a call' "$(records)" "$sees"
	is 'both are listed' "$(listed)" 'triple (2) D M sample_look'
	is "the code goes, $tracer stays" "$(unload direct)" ok
	is 'and the function is as before' "$(load direct; ask 6)" "ok
18 1"
	echo nop >current_tracer
	is "$tracer goes, the code stays" "$(ask 7)" '21 1'
	is 'and is called by the function itself' "$(listed)" 'triple (1) D M sample_look'
	reset
}

# What enabled_functions says of the function, without where what is.
listed()
{
	tr '\n' ' ' <enabled_functions |
		sed -E 's/ \[[a-z_]+\]//g; s/\ttramp:[^>]*>[^ ]*//; s/->[^ ]*list[^ ]*//; s/\tdirect--> *//
			s/\+0x[^ ]*//g; s/ +/ /g; s/ $//'
}

check_direct()
{
	is 'one that is called directly' "$(load direct)" ok
	is 'is' "$(ask 4)" '12 1'
	is 'with the argument' "$(cat $direct/last)" 4
	is 'by the function itself' "$(listed)" 'triple (1) D M sample_look'
	check_direct_beside function 'triple <-'
	check_direct_beside function_graph 'triple( \[outrace_sample_direct\])?\(\)'
	is 'something else instead' "$(put $direct/add 1; ask 4)" "ok
15 0"
	echo triple >set_ftrace_filter
	echo function >current_tracer
	is 'next to the function tracer' "$(ask 5)" '18 0'
	is 'and back' "$(put $direct/add 0; ask 5)" "ok
15 1"
	reset
	is 'off by the switch over all functions' "$(sysctl -q kernel.ftrace_enabled=0; ask 5)" '15 0'
	is 'and on' "$(sysctl -q kernel.ftrace_enabled=1; ask 5)" '15 1'
	is 'it goes' "$(unload direct)" ok
	is 'and leaves nothing' "$(cat enabled_functions)" ''
}

# The kernel's samples, as they are: what they print comes from code of theirs.
check_kernels_samples()
{
	local sample i

	for sample in ftrace-direct-multi ftrace-direct-modify ftrace-direct-multi-modify; do
		echo >trace
		is "$sample" "$(errno_of "$(insmod "$modules/$sample.ko" 2>&1)")" ok
		for ((i = 0; i < 50; i++)); do
			sleep 0.3
			case $sample in
			*modify) records | grep -q 'my direct func1' &&
				records | grep -q 'my direct func2' && break ;;
			*) records | grep -q 'my_direct_func: ip' && break ;;
			esac
		done
		holds 'is called, and what comes after it' test $i -lt 50
		is 'and goes' "$(errno_of "$(rmmod "$sample" 2>&1)")" ok
	done
	is 'with its hooks' "$(cat enabled_functions)" ''
}

# Other functions for the tracer, again and again.
change_filter()
{
	while [ ! -e /tmp/stop.$$ ]; do
		echo 'vfs_*' >set_ftrace_filter || echo failed
		# Refused where the module is half there.
		echo '*:mod:outrace_sample_direct' 2>/dev/null >set_ftrace_filter
		echo do_sys_openat2 >set_ftrace_filter || echo failed
	done
}

# The plan of one hook is made while the functions of another change.
check_changing()
{
	local i changing failed=

	echo do_sys_openat2 >set_ftrace_filter
	echo function >current_tracer
	change_filter >/tmp/changed.$$ 2>&1 &
	changing=$!
	for ((i = 0; i < 8; i++)); do
		[ "$(load watch functions='vfs_*')" = ok ] || failed+="watch $i "
		[ "$(load direct)" = ok ] || failed+="direct $i "
		[ "$(ask 5)" = '15 1' ] || failed+="ask $i "
		[ "$(unload watch)" = ok ] || failed+="unload watch $i "
		[ "$(unload direct)" = ok ] || failed+="unload direct $i "
	done
	touch /tmp/stop.$$
	wait $changing
	is 'hooks come while functions are chosen' "$failed" ''
	is 'and all can be chosen' "$(cat /tmp/changed.$$)" ''
	rm -f /tmp/stop.$$ /tmp/changed.$$
	reset
	is 'nothing stays behind' "$(cat enabled_functions)" ''
}

# Hooks come and go while their functions are called, until busy_stop.
check_busy()
{
	local i failed=

	busy_start fork io look
	for ((i = 0; i < 5; i++)); do
		[ "$(load watch functions='vfs_*')" = ok ] || failed+="load $i "
		sleep 0.5
		[ "$(unload watch)" = ok ] || failed+="unload $i "
	done
	is 'again and again' "$failed" ''
	holds 'work goes on' busy_lives 20
	busy_stop
	is 'and nothing failed' "$(cat $busy_dir/failed 2>/dev/null)" ''
}

check_text()
{
	keep_text /tmp/text.before
	load watch functions='vfs_*' >/dev/null
	load change >/dev/null
	keep_text /tmp/text.during
	unload watch >/dev/null
	unload change >/dev/null
	keep_text /tmp/text.after
	holds 'the text was changed' test -n "$(cmp /tmp/text.before /tmp/text.during 2>&1)"
	holds 'and is what it was' cmp /tmp/text.before /tmp/text.after
	rm -f /tmp/text.*
}

if intree; then
	echo '1..0 # SKIP the samples are not built for this kernel'
	exit 0
fi
begin
check_watch
check_sleepers
check_change
check_direct
check_kernels_samples
check_changing
check_busy
check_text
end
