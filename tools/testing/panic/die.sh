#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# die.sh CPU COMMAND [WHAT]: record something on two CPUs and bring the kernel down
# on one, with WHAT in ftrace_dump_on_oops.

# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

mount_tracing || exit 1
echo 1 >/proc/sys/kernel/sysrq
mkdir instances/foo
for cpu in 0 1; do
	for file in trace_marker instances/foo/trace_marker; do
		taskset -c $cpu sh -c "echo record of $cpu >$file"
	done
done
echo sched:sched_process_exec >set_event
taskset -c "$1" /bin/true
echo >set_event
[ -z "$3" ] || echo "$3" >/proc/sys/kernel/ftrace_dump_on_oops
taskset -c "$1" sh -c "$2"
