#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# More words of the kernel's command line: those that boot_words.sh cannot have as well, and
# wrong ones. The in-tree tracer makes the same of them.
#
# run: test-all
# boot-options: --append 'alloc_snapshot stacktrace tp_printk tp_printk_stop_on_boot ftrace_dump_on_oops=2 traceoff_on_warning=0 ftrace=nosuch trace_clock=nosuch trace_buf_size=1 trace_event=sched:sched_process_exit trace_options=notrace_printk,nosuch trace_instance=off^traceoff^traceprintk,sched:sched_process_exit trace_trigger=sched_process_exit.snapshot:2,sched_process_exit.nosuch kprobe_event=p:one,nosuch_function ftrace_filter=nosuch_function tracing_thresh=0'

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

mount_tracing || exit
unlike "alloc_snapshot makes room in the first instance" "$(head -20 snapshot)" 'Snapshot is freed'
is "stacktrace starts the stack tracer" "$(cat /proc/sys/kernel/stack_tracer_enabled)" 1
is "on all functions" "$(grep -v '^#' stack_trace_filter)" ''
is "tp_printk_stop_on_boot ends what tp_printk began" "$(cat /proc/sys/kernel/tracepoint_printk)" 0
is "which can go on" "$(echo 1 >/proc/sys/kernel/tracepoint_printk; cat /proc/sys/kernel/tracepoint_printk)" 1
echo 0 >/proc/sys/kernel/tracepoint_printk
is "ftrace_dump_on_oops=2 is of the CPU that died" "$(cat /proc/sys/kernel/ftrace_dump_on_oops)" 2
is "traceoff_on_warning=0 is as if it were not there" "$(cat /proc/sys/kernel/traceoff_on_warning)" 0
is "no such tracer" "$(cat current_tracer)" nop
is "no such clock" "$(grep -o '\[.*\]' trace_clock)" '[local]'
is "a size that is too small" "$(cat per_cpu/cpu0/buffer_size_kb)" 7
is "trace_event= of a system" "$(cat events/sched/enable)" X
is "trace_options= clears" "$(grep -x 'notrace_printk' trace_options)" notrace_printk
is "^traceprintk and ^traceoff" \
	"$(cat instances/off/options/trace_printk_dest options/trace_printk_dest instances/off/tracing_on | tr -d '\n')" 100
is "events of an instance, where a trigger is as well" \
	"$(cat instances/off/events/sched/sched_process_exit/enable)" '1*'
like "a trigger with a count" "$(cat events/sched/sched_process_exit/trigger)" '^snapshot:count=[0-2]$'
is "a wrong one is none" "$(grep -c -v '^#' events/sched/sched_process_exit/trigger)" 1
is "a kprobe on no function" "$(cat kprobe_events)" ''
is "a filter of no function" "$(grep -v '^#' set_ftrace_filter)" ''
is "no limit" "$(cat tracing_thresh)" 0
end
