#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that has the engine built in records its own start: events and functions, those
# that are only needed to start among them, which are gone afterwards.
#
# boot-options: --builtin --append 'trace_buf_size=8M ftrace=function_graph ftrace_graph_filter=do_one_initcall ftrace_graph_max_depth=3 trace_instance=events,workqueue:workqueue_execute_start,task trace_instance=calls outrace.trace_clock=mono traceoff_after_boot kprobe_event=p:first,do_one_initcall'
# run: test-all

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

mount_tracing || exit
trace=$(cat trace)
last=$(grep -n 'do_one_initcall() {' <<<"$trace" | tail -1)
like "initcalls are recorded" "$trace" '  do_one_initcall\(\) \{'
like "those of core_initcall() too" "$trace" 'ksysfs_init\(\)'
like "and of late_initcall()" "$trace" 'clk_debug_init\(\)|init_machine_late\(\)|late_resume_init\(\)|tcp_congestion_default\(\)'
like "what they call, too" "$trace" '\|      [a-z_]*\(\)'
like "a kprobe is hit from early on" "$trace" 'first: \(do_one_initcall'
is "traceoff_after_boot ends it" "$(cat tracing_on)" 0
is "before the first program" "$(grep -c 'do_execve\|vfs_write' <<<"$last")" 0
is "it is for one instance" "$(cat instances/events/tracing_on)" 1
is "outrace.trace_clock= does as trace_clock=" "$(grep -o '\[.*\]' trace_clock)" '[mono]'
events=$(cat instances/events/trace)
like "events are recorded before other CPUs run" \
	"$events" 'kthreadd-2 .* task_newtask: .*comm=cpuhp/1'

# Functions that are gone.
unlike "functions of init text are none any more" "$(cat available_filter_functions)" '^ksysfs_init$'
is "nor can they be asked for" "$(put set_ftrace_filter ksysfs_init)" EINVAL
echo > set_ftrace_filter
echo nop > current_tracer
echo 1 > tracing_on
echo > set_graph_function
for tracer in function function_graph nop; do
	is "$tracer can be switched on" "$(put current_tracer $tracer)" ok
	cat /proc/version >/dev/null
done
unlike "engine and kernel agree" "$(dmesg)" 'CORRUPTED|does not hold|not what it should be'

# The module is for other kernels.
is "it is not a module" "$(grep -c '^outrace ' /proc/modules)" 0
is "it says its version" "$(cat /sys/module/outrace/version)" 0.1.0
unlike "the kernel knows the words" "$(dmesg | grep 'Unknown kernel command line')" ' (ftrace|trace_|kprobe_event)'

end
