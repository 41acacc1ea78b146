#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Words of the kernel's command line say what to begin with, to the in-tree tracer and to
# this one: the same words, the same files afterwards. Some come twice here.
#
# boot-options: --append 'ftrace=function_graph ftrace_filter=vfs_read,vfs_w* ftrace_notrace=vfs_writev ftrace_graph_filter=vfs_read,ksys_write ftrace_graph_notrace=rw_verify_area ftrace-graph-max-depth=3 tracing_thresh=7 trace_buf_size=4M trace_buf_size=256K trace_clock=global trace_options=sym-offset,noirq-info,funcgraph-proc,nosuch trace_event=sched:sched_switch,irq,nosuch trace_trigger="sched_switch.stacktrace if prev_state == 2" kprobe_event=p:one,vfs_mkdir,$arg1;r,vfs_rmdir,$retval trace_instance=one^traceoff,sched:sched_wakeup trace_instance=two,task alloc_snapshot=two ftrace_boot_snapshot ftrace_dump_on_oops,one,two=orig_cpu stacktrace_filter=vfs_open,vfs_w* traceoff_on_warning -- trace_clock=mono ftrace=function'

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

mount_tracing || exit
is "ftrace= sets the tracer" "$(cat current_tracer)" function_graph
is "ftrace_filter= limits functions" "$(grep -c '^vfs_read$\|^vfs_write$\|^vfs_writev$' set_ftrace_filter)" 3
is "ftrace_notrace= takes some out" "$(cat set_ftrace_notrace)" vfs_writev
is "ftrace_graph_filter= says where to begin" "$(sort set_graph_function | tr '\n' ' ')" \
	'ksys_write vfs_read '
is "ftrace_graph_notrace= says where not" "$(cat set_graph_notrace)" rw_verify_area
is "ftrace_graph_max_depth= says how deep; dashes do as well" "$(cat max_graph_depth)" 3
is "tracing_thresh= sets a limit" "$(cat tracing_thresh)" 7
is "trace_buf_size= sets the size, the last one counts" "$(cat per_cpu/cpu0/buffer_size_kb)" \
	258
is "trace_clock= sets the clock, and what is behind -- does not" \
	"$(grep -o '\[.*\]' trace_clock)" '[global]'
is "trace_options= sets and clears" "$(grep -x 'sym-offset\|noirq-info\|funcgraph-proc' trace_options | tr '\n' ' ')" \
	'sym-offset noirq-info funcgraph-proc '
is "trace_event= switches events on" \
	"$(cat events/sched/{sched_switch,sched_waking}/enable events/irq/enable | tr -d "\n")" "1*01"
is "trace_trigger= has triggers" "$(grep -v '^#' events/sched/sched_switch/trigger)" \
	'stacktrace:unlimited if prev_state == 2'
# 6.12 has lost the condition when it comes to the second instance.
is "in all instances" "$(grep -h -v '^#' instances/*/events/sched/sched_switch/trigger |
	sed "$(intree && echo 's/$/ if prev_state == 2/')")" \
	'stacktrace:unlimited if prev_state == 2
stacktrace:unlimited if prev_state == 2'
is "kprobe_event= defines kprobes" "$(sed 's,:[^ ]*/, ,;s/ arg1=/ /' kprobe_events | tr '\n' ' ')" \
	"p one vfs_mkdir \$arg1 r10 r_vfs_rmdir_0 vfs_rmdir \$retval "
is "and switches them on" "$(cat events/kprobes/enable)" 1
is "trace_instance= makes instances, each time" "$(cd instances && echo *)" 'one two'
is "with events" \
	"$(cat instances/*/events/{sched/sched_wakeup,task}/enable | tr -d '\n')" 1001
is "and flags" "$(cat instances/*/tracing_on | tr -d '\n')" 01
unlike "alloc_snapshot= makes room in an instance" "$(head -20 instances/two/snapshot)" 'Snapshot is freed'
# 6.12 compares the names the wrong way round.
intree || like "but not in others" "$(head -20 instances/one/snapshot)" 'Snapshot is freed'
unlike "ftrace_boot_snapshot makes room in the first one" "$(head -20 snapshot)" 'Snapshot is freed'
# The stacks of task switches took its place, where it is far back.
intree || like "and all take one" "$(cat instances/two/trace)" '\*\* Boot snapshot taken \*\*'
is "ftrace_dump_on_oops takes names" "$(cat /proc/sys/kernel/ftrace_dump_on_oops)" '1,one,two=orig_cpu'
is "stacktrace_filter= starts the stack tracer" "$(cat /proc/sys/kernel/stack_tracer_enabled)" 1
is "on these" "$(grep -c '^vfs_open$\|^vfs_write$' stack_trace_filter)" 2
is "traceoff_on_warning is a switch" "$(cat /proc/sys/kernel/traceoff_on_warning)" 1
echo 0 >/proc/sys/kernel/traceoff_on_warning
echo 1 >/proc/sys/kernel/traceoff_on_warning
is "that can be used again" "$(cat /proc/sys/kernel/traceoff_on_warning)" 1
intree || is "and hooks one function" "$(grep -c ^__warn enabled_functions)" 1
if ! intree; then
	is "what is wrong is said" \
		"$(dmesg | grep -c 'outrace: parameter trace_\(options\|event\): "nosuch" was not taken')" 2
fi

end
