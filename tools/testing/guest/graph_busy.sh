#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every return of the kernel is seen while the guest is busy, tasks sleep in
# functions, CPUs go and come, and the engine goes while all that happens.
#
# boot: own
# timeout: 900

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

sleepers=()

# Tasks that stay in a function until they are given something.
sleep_in_read()
{
	local i

	mkfifo /tmp/fifo
	for i in 1 2 3 4 5 6; do
		(cd / && exec 3>&- && read -r _ </tmp/fifo && echo "$i" >>/tmp/woken) &
		sleepers+=($!)
	done
	(cd / && exec sleep 1000) &
	sleeper=$!
}

wake()
{
	local i

	exec 4<>/tmp/fifo
	for i in 1 2 3 4 5 6; do
		echo hello >&4
	done
	wait "${sleepers[@]}"
	exec 4>&-
	kill $sleeper
}

# Everything in two instances for a minute, while a CPU goes and comes.
check_minute()
{
	local cpu=/sys/devices/system/cpu/cpu1/online end=$((SECONDS + 60)) rounds=0

	echo 300 >buffer_size_kb
	echo function_graph >current_tracer
	mkdir instances/other
	echo function_graph >instances/other/current_tracer
	while [ "$SECONDS" -lt "$end" ]; do
		{ put "$cpu" 0 && sleep 0.5 && put "$cpu" 1; } >>/tmp/results.txt
		rounds=$((rounds + 1))
		sleep 2
	done
	echo "# $rounds times without a CPU; $(busy_rounds)"
	is 'for a minute a CPU goes and comes' "$(sort -u /tmp/results.txt) $(cat "$cpu")" 'ok 1'
	rm -f /tmp/results.txt
	holds 'more than once' test "$rounds" -gt 2
	holds 'everybody gets on' busy_lives 60
	# A reader of what is being written may never come to its end.
	echo 0 | tee tracing_on >instances/other/tracing_on
	holds 'much was recorded' test "$(records | wc -l)" -gt 1000
	holds 'in the other instance as well' test "$(grep -c ';$' instances/other/trace)" -gt 1000
	echo 1 >tracing_on
	rmdir instances/other
	holds 'everybody gets on without it' busy_lives 60
}

check_toggle()
{
	local i

	for ((i = 1; i <= 10; i++)); do
		echo nop >current_tracer
		echo function_graph >current_tracer
	done
	is "off and on again 10 times" "$(cat current_tracer)" function_graph
	holds 'everybody gets on behind it' busy_lives 60
}

# unload: with every return seen.
check_unload()
{
	local i failed=''

	for ((i = 1; i <= 5; i++)); do
		echo function_graph >current_tracer
		sleep 1
		{ unmount_tracing && rmmod outrace; } || failed+=" unload:$i"
		{ insmod "$OTR_MODULE" && mount_tracing; } || failed+=" load:$i"
	done
	is 'it goes 5 times' "$failed" ''
	holds 'everybody gets on without it' busy_lives 60
	# shellcheck disable=SC2012 # nothing but names of functions
	is 'a task that sleeps still does' "$(cut -d+ -f1 "/proc/$sleeper/stack" | head -n 1)" \
		'[<0>] hrtimer_nanosleep'
}

begin
if intree; then
	skip 'unloading' 'the in-tree tracer cannot be unloaded'
	end
fi
cd / || exit
busy_start
cd "$tracing" || exit
echo function_graph >current_tracer
sleep_in_read
sleep 2
check_minute
check_toggle
check_unload
wake
is 'all sleepers wake up' "$(sort /tmp/woken | tr '\n' ' ')" '1 2 3 4 5 6 '
rm -f /tmp/fifo /tmp/woken
busy_stop
is 'nothing failed' "$(sort "$busy_dir/failed" 2>/dev/null | uniq -c | head)" ''
rm -rf "$busy_dir"
is 'no complaint in the log' "$(dmesg | grep -E 'BUG:|WARNING:|Oops:' | head -n 5)" ''
end
