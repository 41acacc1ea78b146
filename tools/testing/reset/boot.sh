#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs in each boot of the guest that tools/testing/reset/run starts. /mnt/share outlives them,
# and says in "stage" which boot this is, and in "checks" how many results there are.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/../guest/lib.sh"

share=/mnt/share
modules=$(dirname "$OTR_MODULE")
victims=/sys/module/otr_args_victims/parameters/call
stage=$(cat $share/stage 2>/dev/null || echo 0)
checks=$(cat $share/checks 2>/dev/null || echo 0)
failures=$(cat $share/failures 2>/dev/null || echo 0)

readarray -t params < <(xargs -n1 printf '%s\n' <<<"$OTR_PARAMS")
mount_tracing || exit
cd instances/named || exit

# The next boot begins where this one ends.
next_boot()
{
	echo $((stage + 1)) >$share/stage
	echo "$checks" >$share/checks
	echo "$failures" >$share/failures
	sync
	echo 1 >/proc/sys/kernel/sysrq
	echo "$1" >/proc/sysrq-trigger
	sleep 30
	exit 1
}

# Records, without the names of tasks, which nobody knows afterwards.
nameless()
{
	sed -E '/^#/d; s/^.{16}-([0-9]+) +/\1 /' "${1:-trace}"
}

load_again()
{
	local name

	# What uses it goes first.
	for name in /sys/module/outrace/holders/*; do
		[ ! -e "$name" ] || rmmod "${name##*/}" || return
	done
	unmount_tracing && rmmod outrace && eval "$1" &&
		eval "insmod $OTR_MODULE $(printf '%q ' "${params[@]}")" && mount_tracing || return
	cd instances/named || return
}

# Where pages are, of which the one that is written is page $1.
meta()
{
	local file=per_cpu/cpu0/buffer_meta pages

	pages=$(sed -n 's/^nr_subbufs:    //p' $file)
	is "pages are told as in-tree" "$(head -n 3 $file)" \
		"head_buffer:   0"$'\n'"commit_buffer: $1"$'\n'"subbuf_size:   4096"
	is "each of them once" "$(sed -n 's/^buffer\[\([0-9]*\)\]:    /\1 /p' $file | sort -n -k 2)" \
		"$(seq 0 $((pages - 1)) | sed 's/.*/& &/')"
}

# A module that differs from $1 in nothing but what the linker says of its content.
another_build()
{
	python3 - "$modules/$1.ko" /tmp/other.ko <<'END'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
note = struct.pack("III4s", 4, 20, 3, b"GNU")
assert data.count(note) == 1
data[data.index(note) + len(note)] ^= 1
open(sys.argv[2], "wb").write(data)
END
	insmod /tmp/other.ko
	unlike "another build of a module is another one" "$(records)" "\[$1\]|otr_victim_int"
	rmmod "$1"
}

first_boot()
{
	is "memory that never was one begins empty" "$(records)" ""
	is "and records at once" "$(cat tracing_on)" 1
	is "nothing moved" "$(cat last_boot_info)" $'text delta:\t0\ndata delta:\t0'
	is "there are both instances, and no wrong ones" "$(cd .. && echo *)" "named other"
	like "for want of memory of that name" "$(dmesg)" 'no instance "wrong" was made'
	like "or as the kernel uses it" "$(dmesg)" 'no instance "used" was made'
	like "or as there is no such instance" "$(dmesg)" 'no instance "lost" was made'
	like "nor a backup of nothing" "$(dmesg)" '"other" has no records of before for "old"'
	like "or as another one has it" "$(dmesg)" 'no instance "second" was made'
	is "they stay" "$(errno_of "$(rmdir ../other 2>&1)")" EBUSY
	is "as large as they are" "$(put buffer_size_kb 100)" EBUSY
	is "there is no snapshot" "$(find . -name 'snapshot*')" ""
	is "nor a tracer that needs one" "$(put current_tracer wakeup)" EINVAL
	unlike "which is not listed" "$(cat available_tracers)" wakeup
	meta 0
	insmod "$modules/otr_args_victims.ko"
	# In this directory, functions of the kernel and of a module.
	echo 'otr_victim_*' >set_ftrace_filter
	echo do_sys_openat2 >>set_ftrace_filter
	echo function >current_tracer
	echo 1 >options/func_stack_trace
	echo 1 >$victims
	echo before the reset >trace_marker
	insmod "$modules/otr_printk_writer.ko"
	# On a slow machine a module comes with so many of them that all else is pushed out.
	echo sched:sched_switch >set_event
	echo 7 >/sys/module/otr_printk_writer/parameters/say
	echo 0 >tracing_on
	like "a text of trace_printk() is there itself" "$(records)" ': constant 6 six 66'
	like "also one that is constant" "$(records)" ': constant text'
	like "functions of a module are" "$(records)" 'otr_victim_int <-call_all'
	nameless >$share/text
	# More than its memory holds.
	for ((i = 0; i < 1500; i++)); do
		printf '%0800d\n' $i
	done | taskset -c 0 tee ../other/trace_marker >/dev/null
	echo 0 >../other/tracing_on
	like "one that is full loses the oldest records" "$(cat ../other/per_cpu/cpu0/stats)" '^overrun: [1-9]'
	nameless ../other/trace >$share/wrapped
	next_boot b
}

after_reset()
{
	is "after a reset nothing is recorded" "$(cat tracing_on)" 0
	like "the log says so" "$(dmesg)" 'instance named has [0-9]* records of before, and records when'
	unlike "nothing is damaged" "$(dmesg)" 'damaged|not taken'
	like "a module that is not there has no names" "$(records)" ' 0xffffffff[0-9a-f]* <-0xffffffff'
	another_build otr_args_victims
	# Others are first, so that it is elsewhere.
	insmod "$modules/otr_paint.ko"
	insmod "$modules/otr_printk_writer.ko"
	insmod "$modules/otr_args_victims.ko"
	nameless >/tmp/text
	holds "what was recorded is there as it was" cmp $share/text /tmp/text
	head -n 20 trace_pipe >/tmp/consumed 2>/dev/null &
	wait $!
	consumed=$(wc -l </tmp/consumed)
	is "it can be consumed" "$consumed" 20
	nameless per_cpu/cpu0/trace >/tmp/were0
	nameless per_cpu/cpu1/trace >/tmp/were1
	like "the other one has task switches" "$(cat ../other/trace)" 'sched_switch: prev_comm='
	backup
	holds "the engine is loaded again" load_again true
	like "a backup has what was recorded since" "$(cat ../old/trace)" 'sched_switch: prev_comm='
	echo >../old/trace
	holds "it goes when its records are dropped" test ! -e ../old
	insmod "$modules/otr_printk_writer.ko"
	nameless per_cpu/cpu0/trace >/tmp/rest0
	nameless per_cpu/cpu1/trace >/tmp/rest1
	holds "what was consumed is gone" cmp /tmp/were0 /tmp/rest0
	holds "on all CPUs" cmp /tmp/were1 /tmp/rest1
	echo 1 >tracing_on
	is "records go when it is switched on" "$(grep -c 'before the reset' trace)" 0
	echo 'otr_victim_*' >set_ftrace_filter
	echo function_graph >current_tracer
	echo 1 >$victims
	like "and new ones come" "$(cat trace)" 'otr_victim_int\(\);'
	echo before the panic >trace_marker
	next_boot c
}

after_panic()
{
	is "after a panic nothing is recorded" "$(cat tracing_on)" 0
	insmod "$modules/otr_args_victims.ko"
	like "the marker is there" "$(records)" 'before the panic'
	unlike "nothing is damaged" "$(dmesg)" 'damaged pages|not taken'
	nameless >/tmp/text
	holds "a backup can be removed" rmdir ../old
	like "so are calls and returns" "$(cat trace)" ' --> otr_victim_int'
	reload
}

# What the instance "other" had is in another one, where nothing can be written, until it is read.
backup()
{
	local old=../old file

	is "a backup has files to read, and trace to drop all" "$(cd $old && find . -type f -perm /222)" \
		./trace
	for file in options/raw trace_options buffer_size_kb per_cpu/cpu0/trace; do
		is "nothing can be written to $file" "$(put $old/$file 1)" EACCES
	done
	is "events are there, but no switches" \
		"$(cd $old/events/sched/sched_switch && echo *) $(find $old -name enable) $(find $old -maxdepth 1 -name 'set_*')" \
		"format id  "
	is "nor anything that records" "$(cd $old && ls -d trace_marker* tracing_on current_tracer 2>/dev/null)" ""
	nameless $old/trace >/tmp/old
	like "it has task switches" "$(cat /tmp/old)" 'sched_switch: prev_comm='
	holds "and all that was there when the oldest was lost" cmp $share/wrapped /tmp/old
	is "of before" "$(cat $old/last_boot_info)" "$(cat last_boot_info)"
	is "and the other one records again" "$(cat ../other/tracing_on)" 1
	exec 3<$old/trace_clock
	timeout 20 cat $old/trace_pipe | nameless - >/tmp/consumed
	holds "it can be consumed" cmp /tmp/old /tmp/consumed
	holds "and stays while a file is open" test -d $old
	exec 3<&-
	holds "then it goes" test ! -e $old
}

# The engine goes and comes, which keeps what is there; a page of it is damaged then.
reload()
{
	local at pages start

	holds "it is loaded again" load_again true
	nameless >/tmp/again
	holds "with what was there" cmp /tmp/text /tmp/again
	echo 1 >tracing_on
	echo sched:sched_switch >set_event
	for at in {1..400}; do
		echo "line $at of four hundred, which take more than a page or two, as they are long" \
			>trace_marker
	done
	echo 0 >tracing_on
	echo >set_event
	# Of two megabytes, 12 pages are for all CPUs, and one of each CPU is for its marks.
	pages=$(((512 - 12) / $(nproc --all)))
	start=$(($(dmesg | sed -n 's/.*instance named is in memory at \(0x[0-9a-f]*\),.*/\1/p' | tail -n 1)))
	# The third page of each CPU.
	at=$((start + (12 + 1 + 2) * 4096 + 100))
	holds "a page is damaged while it is away" load_again \
		"insmod $modules/otr_damage.ko at=$at; insmod $modules/otr_damage.ko at=$((at + pages * 4096)) || :"
	like "that is said" "$(dmesg)" 'instance named: [12] damaged pages were dropped'
	like "and where" "$(cat trace)" 'LOST [0-9]* EVENTS'
	holds "the others are there" test "$(records | grep -c 'line ')" -gt 100
	is "all in order" "$(records | sed -n 's/.*: line \([0-9]*\) of.*/\1/p')" \
		"$(records | sed -n 's/.*: line \([0-9]*\) of.*/\1/p' | sort -n)"
	holds "its head is damaged" load_again "insmod $modules/otr_damage.ko at=$((start + 20)) || :"
	like "that is refused" "$(dmesg)" 'instance named begins empty, what is in its memory is not taken: its head is damaged'
	is "and it records" "$(cat tracing_on)$(records | wc -l)" 10
	echo "1..$checks"
	exit $((failures > 0))
}

case $stage in
0)	echo 'KTAP version 1'
	first_boot ;;
1)	after_reset ;;
*)	after_panic ;;
esac
