#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# trace_pipe_raw in the memory of programs: the kernel's own test of that, unmodified; what
# right and wrong calls are answered with; records that are read bit by bit, that are lost,
# that others read, too.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)

# The ring has few pages of CPU 0, of a size in kilobytes.
map_begin()
{
	echo 0 >snapshot
	echo "$1" >buffer_subbuf_size_kb
	echo 100 >buffer_size_kb
	echo nop >current_tracer
	echo >trace
	echo 1 >tracing_on
}

kernels_test()
{
	local tree said

	tree=$("$here/../../build/kernel" --pristine)
	mkdir -p "$work/include/linux"
	cp "$tree/include/uapi/linux/trace_mmap.h" "$work/include/linux"
	if ! cc -O1 -w -D_GNU_SOURCE -I "$work/include" -o "$work/map_test" \
		"$tree/tools/testing/selftests/ring-buffer/map_test.c" 2>"$work/said"; then
		fail "the kernel's map_test can be built" "$(cat "$work/said")"
		return
	fi
	said=$(taskset 1 "$work/map_test" 2>&1)
	unlike "the kernel's map_test" "$said" '^not ok'
	like "it did something" "$said" '^# Totals: pass:6 fail:0'
}

# In kilobytes, and pages: bytes in front of the first one, and in each.
check_answers()
{
	map_begin "$1"
	is "$1 KB: answers" "$(python3 "$here/map.py" answers 2>&1)" "nobody mapped it ENODEV
another call ENOTTY
told $(($1 * 1024)) 80 $(($1 * 1024)) $2 0 0 0 0 0 0 0 [0, 0]
nothing there ok []
private EPERM
to be written EACCES
to be written, open for it EPERM
to be run EPERM
without a right ok
head and pages ok
one more EINVAL
the last one ok
half of it ok
and one more EINVAL
behind it EINVAL
the second page $3
snapshot_raw ENODEV
trace_pipe ENODEV
trace ENODEV
buffer_size_kb 100 EBUSY
per_cpu/cpu0/buffer_size_kb 100 ok
per_cpu/cpu1/buffer_size_kb 100 ok
buffer_subbuf_size_kb 16 EBUSY
snapshot 1 EBUSY
snapshot 2 ok
snapshot 0 ok
events/sched/sched_switch/trigger snapshot EBUSY
set_ftrace_filter schedule EBUSY
events/sched/sched_switch/trigger hist EBUSY
current_tracer function EBUSY
trace_clock global ok
free_buffer 1 ok
trace  ok
ends in part EINVAL
becomes writable EACCES
grows EFAULT
shrinks EINVAL
a child looks SIGSEGV
size EBUSY
size, file closed EBUSY
size, head gone EBUSY
size, all gone ok
killed SIGKILL ok
a snapshot is wanted EBUSY
it is not ok"
}

check_reads()
{
	map_begin "$1"
	all_like "$1 KB: reads" "$(python3 "$here/map.py" reads 2>&1)" '^ok '
}

begin
kernels_test
check_answers 4 27 ok
check_answers 8 14 EINVAL
check_reads 4
check_reads 8
map_begin 4
rm -r "$work"
end
