#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tracers that change at random, in two instances, while tasks wake each other, files are
# read, options change and a CPU goes and comes.
#
# boot: own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${TRACERS_SECONDS:-8}
until=$((SECONDS + seconds * slower))
online=/sys/devices/system/cpu/cpu1/online

# one WORD...: one of them
one()
{
	shift $((RANDOM % $#))
	echo "$1"
}

# Urgent tasks that are woken all the time.
load()
{
	while [ $SECONDS -lt "$until" ]; do
		chrt -f $((RANDOM % 90 + 1)) sleep 0.01
		chrt -d -T 1000000 -D 10000000 -P 10000000 0 sleep 0.01
		nice -n -19 cat /proc/self/stat >/dev/null
	done
}

switch()
{
	local tracers rounds=0

	read -r -a tracers <available_tracers
	while [ $SECONDS -lt "$until" ]; do
		one "${tracers[@]}" >"$1/current_tracer"
		[ $((RANDOM % 3)) -eq 0 ] || sleep 0.1
		rounds=$((rounds + 1))
	done
	echo $rounds >"/tmp/rounds.${1//\//}"
}

change()
{
	local dir

	while [ $SECONDS -lt "$until" ]; do
		dir=$(one . instances/x)
		echo $((RANDOM % 2)) >"$dir/options/$(one function-trace display-graph \
			stacktrace latency-format overwrite pause-on-trace)"
		echo $((RANDOM % 4 > 0)) >"$dir/tracing_on"
		echo 0 >"$dir/tracing_max_latency"
		echo $((RANDOM % 3)) >"$dir/snapshot"
		echo $(((RANDOM % 3 == 0) * 50)) >tracing_thresh
		sleep 0.03
	done
}

look()
{
	while [ $SECONDS -lt "$until" ]; do
		cat trace instances/x/trace instances/x/snapshot per_cpu/cpu1/trace >/dev/null
		timeout 0.2 cat "$(one . instances/x)/trace_pipe" >/dev/null
	done
}

come_and_go()
{
	while [ $SECONDS -lt "$until" ]; do
		echo 0 >$online
		sleep 0.5
		echo 1 >$online
		sleep 1
	done
}

begin
# All functions would take most of the time.
echo 'vfs_*' >set_ftrace_filter
mkdir instances/x
echo 'ksys_*' >instances/x/set_ftrace_filter
echo 1 >tracing_on
{
	load &
	switch . &
	switch instances/x &
	change &
	look &
	come_and_go &
	wait
} 2>/dev/null
echo "# $(cat /tmp/rounds.*  | tr '\n' ' ')times in $seconds s"
echo 1 >$online
echo nop >current_tracer
echo nop >instances/x/current_tracer
holds 'all goes on' test -s /tmp/rounds.instancesx
is 'no function stays hooked' "$(cat enabled_functions)" ''
holds 'the instance can go' rmdir instances/x
echo 0 >tracing_thresh
echo 1 >options/function-trace
echo 0 >options/display-graph
reset
echo 1 >tracing_on
if grep -q wakeup available_tracers; then
	echo wakeup_rt >current_tracer
	chrt -f 50 sleep 0.1
	like 'a tracer works as before' "$(cat trace)" ' ==> \[00.\] '
fi
end
