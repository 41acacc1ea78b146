#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nobody who only reads a file waits for somebody who changes what is traced, which
# takes seconds: the kernel's text is written, and all tasks are waited for. The in-tree
# tracer makes readers wait; for it the times are only shown.
#
# boot: own
# timeout: 600
# run: test-all

# shellcheck disable=SC2317 # commands that during is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Of every kind of file that shows a state.
files='current_tracer available_tracers tracing_on trace_clock trace_options buffer_size_kb
	set_event set_ftrace_filter set_ftrace_notrace set_ftrace_pid set_event_pid
	set_graph_function max_graph_depth options/func_stack_trace error_log
	per_cpu/cpu0/stats stack_trace_filter function_profile_enabled'
times=/tmp/waits

# watch FILE...: read them one after the other, again and again; the longest time in ms
# that each took goes to a file of its own. One process, so that it has a CPU.
watch()
{
	local file from to text
	local -A longest=()

	while [ -e "$times/go" ]; do
		for file; do
			from=${EPOCHREALTIME/./}
			read -r -d '' -n 64 text <"$file"
			to=${EPOCHREALTIME/./}
			[ $((to - from)) -le "${longest[$file]:-0}" ] || longest[$file]=$((to - from))
		done
	done
	for file; do
		echo $((${longest[$file]:-0} / 1000)) >"$times/${file//\//_}"
	done
}

# during NAME LIMIT COMMAND...: how long readers wait while it runs, in ms at most.
during()
{
	local name=$1 limit=$(($2 * slower)) file worst=0 which='' from to
	local -a there=()

	shift 2
	rm -rf "$times" && mkdir "$times" && : >"$times/go"
	for file in $files; do
		[ ! -e "$file" ] || there+=("$file")
	done
	watch "${there[@]}" &
	sleep 0.5
	from=${EPOCHREALTIME/./}
	"$@"
	to=${EPOCHREALTIME/./}
	rm "$times/go"
	wait
	for file in "$times"/*; do
		if [ "$(<"$file")" -gt "$worst" ]; then
			worst=$(<"$file")
			which=${file##*/}
		fi
	done
	echo "# $name: $(((to - from) / 1000)) ms, a reader of $which waited $worst ms"
	if intree; then
		skip "nobody waits for: $name" 'not so in-tree'
	elif [ "$worst" -le "$limit" ]; then
		pass "nobody waits for: $name"
	else
		fail "nobody waits for: $name" "$(cd "$times" && grep . ./*)"
	fi
}

switch()
{
	local i

	for ((i = 0; i < 3; i++)); do
		echo "$1" >current_tracer
		echo nop >current_tracer
	done
}

choose()
{
	local i

	for ((i = 0; i < 3; i++)); do
		echo '*' >set_ftrace_filter
		echo 'vfs_*' >set_ftrace_filter
	done
	echo >set_ftrace_filter
}

limit()
{
	local i

	for ((i = 0; i < 3; i++)); do
		echo $$ >set_ftrace_pid
		echo $$ >set_event_pid
		echo 'vfs_*' >set_graph_function
		echo 'vfs_*' >set_ftrace_notrace
		echo >set_ftrace_pid
		echo >set_event_pid
		echo >set_graph_function
		echo >set_ftrace_notrace
	done
}

profile()
{
	echo 1 >function_profile_enabled
	echo 0 >function_profile_enabled
	echo 1 >/proc/sys/kernel/stack_tracer_enabled
	echo 0 >/proc/sys/kernel/stack_tracer_enabled
}

commands()
{
	echo '*:traceoff:3' >set_ftrace_filter
	echo '!*:traceoff:0' >>set_ftrace_filter
}

instance()
{
	mkdir instances/waits
	echo function >instances/waits/current_tracer
	rmdir instances/waits
}

options()
{
	local i option

	for ((i = 0; i < 3; i++)); do
		for option in function-fork event-fork sleep-time record-tgid; do
			echo $((1 - i % 2)) >"options/$option"
		done
	done
	echo 0 >options/function-fork
	echo 0 >options/event-fork
	echo 1 >options/sleep-time
}

# Memory is asked for, and a grace period of RCU waited for.
sizes()
{
	local i size

	size=$(cut -d' ' -f1 buffer_size_kb)
	for ((i = 0; i < 3; i++)); do
		echo 100000 >buffer_size_kb
		echo 1 >snapshot
		echo 0 >snapshot
		echo "$size" >buffer_size_kb
	done
}

# A ring that is emptied meanwhile.
empties()
{
	local i size

	size=$(cut -d' ' -f1 buffer_size_kb)
	for ((i = 0; i < 3; i++)); do
		echo 200000 >buffer_size_kb &
		while kill -0 $! 2>/dev/null; do
			: >trace
		done
		wait $!
		echo "$size" >buffer_size_kb
	done
}

# Modules that are traced while they come and go.
modules()
{
	local i

	for ((i = 0; i < 3; i++)); do
		insmod "$victims" && rmmod otr_args_victims
	done
}

begin
during 'the function tracer' 1000 switch function
during 'the function_graph tracer' 1000 switch function_graph
echo function >current_tracer
during 'the functions that are traced' 1000 choose
during 'the tasks and functions that are left out' 1000 limit
echo nop >current_tracer
[ ! -e function_profile_enabled ] || during 'the profilers' 1000 profile
during 'a command on all functions' 1000 commands
during 'an instance that goes' 1000 instance
during 'options about tasks' 1000 options
during 'a ring that grows and a snapshot' 600 sizes
during 'a ring that grows and is emptied' 600 empties
victims=$(dirname "$OTR_MODULE")/otr_args_victims.ko
if ! intree; then
	echo function >current_tracer
	echo 'args_*:mod:otr_args_victims' >>set_ftrace_notrace
	during 'modules that come and go' 1000 modules
	echo nop >current_tracer
fi
end
