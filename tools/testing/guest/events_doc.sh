#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel's Documentation/trace/events.rst says about switching and
# filtering events (its sections 2, 4 and 5): every command there, in its order.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# What is switched on, in one line.
enabled()
{
	tr '\n' ' ' <set_event
}

# of_system SYSTEM: all of its events, as `enabled` names them.
of_system()
{
	grep "^$1:" available_events | sort | tr '\n' ' '
}

# same_set NAME: what is switched on is what the system has.
same_set()
{
	is "$1" "$(sort set_event | tr '\n' ' ')" "$(of_system "$2")"
}

# 2.1 Via the 'set_event' interface
doc_set_event()
{
	like 'available_events: full names' "$(cat available_events)" '^sched:sched_wakeup$'
	all_like 'available_events: each <subsystem>:<event>' "$(cat available_events)" '^[^ :]+:[^ :]+$'
	is 'echo sched_wakeup >> set_event' "$(add set_event sched_wakeup; enabled)" \
		"ok
sched:sched_wakeup "
	is 'echo irq_handler_entry > set_event disables all first' "$(put set_event irq_handler_entry; enabled)" \
		"ok
irq:irq_handler_entry "
	add set_event sched_wakeup >/dev/null
	is "echo '!sched_wakeup' >> set_event" "$(add set_event '!sched_wakeup'; enabled)" "ok
irq:irq_handler_entry "
	is 'echo > set_event disables all' "$(put set_event ''; enabled)" ok
	is "echo '*:*' > set_event enables all" "$(put set_event '*:*'; cat events/enable)" "ok
1"
	put set_event '' >/dev/null
	is "echo '*:' > set_event as well" "$(put set_event '*:'; cat events/enable)" "ok
1"
	is "echo 'irq:*' > set_event" "$(put set_event 'irq:*')" ok
	same_set 'is all events of irq' irq
	put set_event '' >/dev/null
}

# 2.2 Via the 'enable' toggle
doc_enable()
{
	is 'echo 1 > sched_wakeup/enable' "$(put events/sched/sched_wakeup/enable 1; enabled)" "ok
sched:sched_wakeup "
	is 'it reads 1' "$(cat events/sched/sched_wakeup/enable)" 1
	is 'a mixture is X' "$(cat events/sched/enable events/enable | tr -d '\n')" XX
	is 'echo 0 > sched_wakeup/enable' "$(put events/sched/sched_wakeup/enable 0; enabled)" ok
	is 'nothing is 0' "$(cat events/sched/enable events/enable | tr -d '\n')" 00
	is 'echo 1 > events/sched/enable' "$(put events/sched/enable 1)" ok
	same_set 'is all events of sched' sched
	is 'and reads 1' "$(cat events/sched/enable events/enable | tr -d '\n')" 1X
	is 'echo 1 > events/enable' "$(put events/enable 1; cat events/enable events/sched/enable |
		tr -d '\n')" 'ok
11'
	is 'is what set_event lists' "$(sort set_event)" "$(sort available_events)"
	is 'echo 0 > events/enable' "$(put events/enable 0; enabled)" ok
	is '? where there is nothing to switch' "$(cat events/ftrace/enable 2>/dev/null || echo '?')" '?'
	is 'nothing but 0 and 1' "$(put events/enable 2; put events/sched/sched_wakeup/enable x)" "EINVAL
EINVAL"
}

# 4. Event formats
doc_format()
{
	local text

	text=$(cat events/sched/sched_wakeup/format)
	is 'format: its first line' "$(head -n 1 <<<"$text")" 'name: sched_wakeup'
	is 'format: its number' "$(sed -n 2p <<<"$text")" "ID: $(cat events/sched/sched_wakeup/id)"
	is 'format: the common fields' "$(grep -o ' common_[a-z_]*' <<<"$text" | tr -d '\n')" \
		' common_type common_flags common_preempt_count common_pid'
	is 'format: the others' "$(grep -o 'field:.*;	offset' <<<"$text" | sed -e 1,4d -e 's/;	offset//' |
		tr '\n' ' ')" 'field:char comm[16] field:pid_t pid field:int prio field:int target_cpu '
	all_like 'format: each field' "$(grep field: <<<"$text")" \
		'^	field:[a-z_ ]+ [a-z_]+(\[[0-9]+\])?;	offset:[0-9]+;	size:[0-9]+;	signed:[01];$'
	like 'format: how it prints' "$text" '^print fmt: "comm=%s pid=%d prio=%d target_cpu=%03d", REC->comm,'
}

# works EVENT FILTER: it is taken and read back.
works()
{
	is "$1: $2" "$(put "events/$1/filter" "$2"; cat "events/$1/filter")" "ok
$2"
	echo 0 >"events/$1/filter"
}

# 5.1 Expression syntax
doc_syntax()
{
	local op

	for op in == != '<' '<=' '>' '>=' '&'; do
		works sched/sched_wakeup "pid $op 5"
	done
	for op in == != '~'; do
		works sched/sched_wakeup "comm $op \"sh\""
	done
	for op in '*sh' 'sh*' '*sh*' 'ba*sh' 'ba?h' 'b[a-c]sh'; do
		works sched/sched_switch "prev_comm ~ \"$op\""
	done
	if [ -e events/syscalls/sys_enter_openat ]; then
		works syscalls/sys_enter_openat 'filename.ustring ~ "password"'
	else
		skip '.ustring' 'there are no events of system calls'
	fi
	# The text names security_prepare_creds and CPUs 17 to 42, which are not here.
	works kmem/kmalloc 'call_site.function == prepare_creds'
	works sched/sched_wakeup 'target_cpu & CPUS{0-1}'
	is 'CPUS has no <' "$(put events/sched/sched_wakeup/filter 'target_cpu < CPUS{1}')" EINVAL
	is '.function has no <' "$(put events/kmem/kmalloc/filter 'call_site.function < vfs_read')" EINVAL
	echo 0 >events/sched/filter
	echo 0 >events/kmem/filter
}

# 5.2 Setting filters
doc_set_filter()
{
	# The text has no quotes, which the parser has asked for since.
	local text good='((sig >= 10 && sig < 15) || sig == 17) && comm != "bash"'
	local bad='((sig >= 10 && sig < 15) || dsig == 17) && comm != "bash"'

	works sched/sched_wakeup 'common_preempt_count > 4'
	works signal/signal_generate "$good"
	put events/signal/signal_generate/filter "$good" >/dev/null
	is 'an unknown field' "$(put events/signal/signal_generate/filter "$bad")" EINVAL
	text=$(cat events/signal/signal_generate/filter)
	is 'shows in the filter' "$(head -n 1 <<<"$text")" "$bad"
	like 'with a caret' "$(sed -n 2p <<<"$text")" '^ *\^$'
	is 'and a message' "$(sed -n 3p <<<"$text")" 'parse_error: Field not found'
	put events/signal/signal_generate/filter "$good" >/dev/null
	echo 1 >events/signal/signal_generate/enable
	: >trace
	{ sh -c 'kill -2 $$'; sh -c 'kill -12 $$'; } &>/dev/null
	echo 0 >events/signal/signal_generate/enable
	text=$(records | grep 'comm=sh ' | grep -o 'sig=[0-9]*' | sort -u | tr '\n' ' ')
	is 'what fits is recorded, and nothing else' "$text" 'sig=12 '
}

# 5.3 Clearing filters, 5.4 Subsystem filters
doc_subsystem()
{
	put events/sched/sched_wakeup/filter 'pid == 1' >/dev/null
	is "echo 0 > a filter" "$(put events/sched/sched_wakeup/filter 0; cat events/sched/sched_wakeup/filter)" \
		"ok
none"
	put events/sched/sched_switch/filter 'next_pid == 1' >/dev/null
	put events/sched/sched_wakeup/filter 'pid == 1' >/dev/null
	is 'echo 0 > sched/filter' "$(put events/sched/filter 0
		cat events/sched/sched_switch/filter events/sched/sched_wakeup/filter)" "ok
none
none"
	is 'echo common_pid == 0 > sched/filter' "$(put events/sched/filter 'common_pid == 0'
		cat events/sched/sched_switch/filter events/sched/sched_wakeup/filter)" "ok
common_pid == 0
common_pid == 0"
	# The text says that the others keep their filters; they lose them, and say why.
	is 'echo prev_pid == 0 > sched/filter' "$(put events/sched/filter 'prev_pid == 0'
		cat events/sched/sched_switch/filter events/sched/sched_wakeup/filter)" "ok
prev_pid == 0
prev_pid == 0
^
parse_error: Couldn't find or set field in one of a subsystem's events"
	echo 0 >events/sched/filter
}

# 5.5 PID filtering
doc_pid()
{
	: >trace
	is 'echo $$ > set_event_pid' "$(put set_event_pid $$; cat set_event_pid)" "ok
$$"
	echo 1 >events/enable
	cat /etc/hostname >/dev/null
	echo 0 >events/enable
	all_like 'only events of that task, or that name it' "$(records | grep -v -E ": sched_(switch|wak)")" \
		"^ *[^ ].*-$$ +\\["
	is 'echo 123 244 1 >> set_event_pid' "$(add set_event_pid '123 244 1'; sort -n set_event_pid | tr '\n' ' ')" \
		"ok
$(printf '%s\n' 1 123 244 $$ | sort -n | tr '\n' ' ')"
	: >set_event_pid
}

begin
echo 0 >events/enable
doc_set_event
doc_enable
doc_format
doc_syntax
doc_set_filter
doc_subsystem
doc_pid
end
