#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files about all events, the columns of events from different contexts, and which
# tasks' events are recorded.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Every tracepoint is an event, but those that have no TRACE_EVENT() on purpose.
check_cover()
{
	local missing

	missing=$(comm -23 \
		<(sed -n 's/.* __tracepoint_\([a-zA-Z0-9_]*\)$/\1/p' /proc/kallsyms | sort -u) \
		<(sed 's/.*://' available_events | sort -u) | grep -v -x -e 'iter_.*' -e '.*_tp' -e probe_module_cb)
	is 'every tracepoint of the kernel is an event' "$missing" ''
	is 'no event is there twice' "$(sort available_events | uniq -d)" ''
	is 'what is listed has a directory' "$(sort available_events)" \
		"$(find events -mindepth 3 -name enable | sed 's,events/\(.*\)/\(.*\)/enable,\1:\2,' | sort)"
}

# Addresses in text are counted from where the kernel's begins, which modules do not know.
check_text_offsets()
{
	if [ ! -e events/preemptirq/irq_disable ]; then
		skip 'irq_disable' 'this kernel is without'
		return
	fi
	put events/preemptirq/irq_disable/enable 1 >/dev/null
	sleep 0.1
	put events/preemptirq/irq_disable/enable 0 >/dev/null
	like 'irq_disable: where' "$(records)" 'irq_disable: caller=irqentry_enter\+0x[0-9a-f]+/'
	like 'irq_disable: its format' "$(cat events/preemptirq/irq_disable/format)" \
		'\(\(unsigned long\)\(_stext\) \+ REC->caller_offs\)'
	: >trace
}

check_eval_map()
{
	local map names

	if [ ! -e eval_map ]; then
		skip 'eval_map' 'the kernel is without'
		return
	fi
	map=$(cat eval_map)
	all_like 'eval_map: a name, a number, a system' "$map" '^[A-Za-z0-9_() ]+ -?[0-9]+ \([a-z0-9_]+\)$'
	like 'eval_map: a positive one' "$map" '^COMPACT_SKIPPED 1 \(compaction\)$'
	like 'eval_map: a bit' "$map" '^P9_TREAD 116 \(9p\)$'
	like 'eval_map: of a header that others have, too' "$map" '^ZONE_DMA32 [0-9]+ \(vmscan\)|^COMPACT_SUCCESS [0-9]+ \(vmscan\)|^ZONE_NORMAL [0-9]+ \(compaction\)$'
	is 'eval_map: nothing can be written' "$(put eval_map 1)" EINVAL
	# What stands there is a number in the formats.
	names=$(cut -d ' ' -f 1 <<<"$map" | grep -E '^(COMPACT|P9_T|TLB_|XDP_)' | head -n 40 | paste -sd '|')
	is 'eval_map: none of it is left in formats' \
		"$(grep -h '^print fmt' events/{compaction,9p,tlb,xdp}/*/format | sed 's/"[^"]*"//g' | grep -c -w -E "$names")" 0
	is 'eval_map: in small pieces' "$(dd if=eval_map bs=7 status=none)" "$map"
}

check_show_filters()
{
	if [ ! -e show_event_filters ]; then
		skip 'show_event_filters' 'the kernel is too old'
		return
	fi
	is 'show_event_filters: none at first' "$(cat show_event_filters)" ''
	put events/sched/sched_switch/filter 'prev_pid == 1' >/dev/null
	put events/irq/irq_handler_exit/filter ' ret == 1' >/dev/null
	put events/page_pool/page_pool_state_release/filter 'release > 0' >/dev/null
	is 'show_event_filters: events, and what they have' "$(sort show_event_filters)" \
		"irq:irq_handler_exit             ret == 1
page_pool:page_pool_state_release release > 0
sched:sched_switch              prev_pid == 1"
	put events/sched/sched_switch/filter 'nosuch == 1' >/dev/null
	is 'show_event_filters: a wrong one as well' "$(grep -A 2 sched_switch show_event_filters)" \
		"sched:sched_switch              $(cat events/sched/sched_switch/filter)"
	is 'show_event_filters: not of events that are only on' "$(echo irq >set_event; grep -c irq_handler_entry show_event_filters)" 0
	is 'show_event_filters: nothing can be written' "$(put show_event_filters 1)" EINVAL
	is 'show_event_filters: its mode' "$(stat -c %a show_event_filters)" 440
	echo 0 >events/irq/filter
	echo 0 >events/sched/filter
	echo 0 >events/page_pool/filter
	: >set_event
	is 'show_event_filters: all are gone' "$(cat show_event_filters)" ''
}

# columns EVENT: the five characters of its records, each combination once.
columns()
{
	records | sed -n "s/^.* \\[[0-9]*\\] \\(.....\\) *[0-9.]*: $1: .*/\\1/p" | sort -u | tr '\n' ' '
}

check_columns()
{
	: >trace
	echo 'sched_switch sched_waking softirq_entry softirq_raise irq_handler_entry hrtimer_expire_entry
		sys_enter sys_exit sys_enter_openat sys_exit_openat sched_process_exec sched_process_fork
		local_timer_entry' >set_event
	for _ in {1..10}; do
		/bin/true
		sleep 0.02
	done
	: >set_event
	all_like 'sched_switch: interrupts off, two levels' "$(columns sched_switch | tr ' ' '\n' | grep .)" '^d[.nNp][.]2[.]$'
	like 'hrtimer_expire_entry: in an interrupt' "$(columns hrtimer_expire_entry)" '(^| )d[.nNp]h[1-9][.] '
	like 'local_timer_entry: in an interrupt' "$(columns local_timer_entry)" '(^| )d[.nNp]h1[.] '
	like 'softirq_entry: serves one' "$(columns softirq_entry)" '(^| )[.][.nNp]s1[.] '
	all_like 'sys_enter: nothing at all, but what asked for the CPU' \
		"$(columns sys_enter | tr ' ' '\n' | grep .)" '^[.][.nNp][.][.][.]$'
	all_like 'sched_process_exec: the same' "$(columns sched_process_exec | tr ' ' '\n' | grep .)" \
		'^[.][.nNp][.][.][.]$'
	# The in-tree tracer of 6.12 is one level deeper there, on its own account.
	all_like 'a system call by its name: one level' "$(records | grep ': sys_openat')" \
		'\] [.][.nNp][.]1[.] '
	: >trace
	put events/syscalls/sys_enter_openat/filter 'common_preempt_count == 1' >/dev/null
	echo sys_enter_openat >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	all_like 'which filters see as well' "$(records)" '\] [.][.nNp][.]1[.] .*sys_openat'
	echo 0 >events/syscalls/sys_enter_openat/filter
}

# The types of arguments are told with the option "verbose".
check_syscall_text()
{
	: >trace
	echo sys_enter_openat sys_exit_close >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	like 'a system call' "$(records)" \
		': sys_openat\(dfd: ffffff9c, filename: [0-9a-f]+, flags: 80000, mode: 0\)$'
	like 'its result' "$(records)" ': sys_close -> 0x0$'
	echo verbose >trace_options
	like 'with types' "$(records)" \
		': sys_openat\(int dfd: ffffff9c, const char \* filename: [0-9a-f]+, int flags: 80000, umode_t mode: 0\)$'
	echo noverbose >trace_options
}

# Tasks whose events are recorded, or are not.
pids_of_events()
{
	records | sed -n 's/^.*-\([0-9]*\) *\[[0-9]*\].*: sys_enter: .*/\1/p' | sort -u | tr '\n' ' '
}

check_tasks()
{
	local shell=$BASHPID ids

	echo noevent-fork >trace_options
	put set_event_pid "$shell" >/dev/null
	: >trace
	echo sys_enter >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	is 'set_event_pid: only this task' "$(pids_of_events)" "$shell "
	is 'set_event_pid: nobody comes along' "$(cat set_event_pid)" "$shell"

	echo event-fork >trace_options
	: >trace
	echo sys_enter >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	holds 'event-fork: children, too' test "$(pids_of_events | wc -w)" -ge 2
	# That is when the last of it is freed; a shell that looks or waits has no children meanwhile.
	for _ in {1..50}; do
		mapfile -t ids <set_event_pid
		[ ${#ids[@]} -gt 1 ] || break
		read -r -t 0.1 -u 6
	done
	echo noevent-fork >trace_options
	is 'event-fork: a task that ended is taken out' "${ids[*]}" "$shell"

	: >set_event_pid
	echo event-fork >trace_options
	put set_event_notrace_pid "$shell" >/dev/null
	: >trace
	echo sys_enter >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	unlike 'set_event_notrace_pid: neither this one nor its children' "$(records)" ' (bash|cat|events_files)[^ ]*-'
	echo noevent-fork >trace_options
	: >trace
	echo sys_enter >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	like 'set_event_notrace_pid: children are others' "$(records)" ' cat-[0-9]+ '
	unlike 'set_event_notrace_pid: but not the one' "$(pids_of_events)" "(^| )$shell "

	put set_event_pid "$shell" >/dev/null
	: >trace
	echo sys_enter >set_event
	cat /etc/hostname >/dev/null
	: >set_event
	is 'who is in both is not recorded' "$(pids_of_events)" ''
	: >set_event_pid
	: >set_event_notrace_pid
}

begin
mkfifo /tmp/silent
exec 6<>/tmp/silent
: >set_event
check_cover
check_text_offsets
check_eval_map
check_show_filters
check_columns
check_syscall_text
check_tasks
end
