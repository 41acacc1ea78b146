#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The monitor of each CPU: tasks are woken with preemption off. A kernel of its own has the
# tracepoints, which takes minutes to build.
#
# boot: own
# boot-options: --flavor irqsoff
# run: test-all

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# On each CPU a state is left as often as it is entered, but for one that it is in at the end.
# An interrupt may come between a step and its record, so the order of two need not be theirs.
# The first state is entered without a record, too.
unbalanced()
{
	sed -n -e 's/.*\[\([0-9]*\)\].* event_wip: \([a-z_]*\) x [a-z_]* -> \([a-z_]*\).*/\1 \2 \3/p' \
		-e 's/.*\[\([0-9]*\)\].* error_wip: .* in the state \([a-z_]*\)$/\1 \2 none/p' |
		awk '{ left[$1 " " $2]++; entered[$1 " " $3]++ }
			END { for (s in left) if (s ~ /non_preemptive/ &&
				(entered[s] - left[s] > 1 || left[s] - entered[s] > 1)) print s, entered[s], left[s] }'
}

check_wip()
{
	local trace

	is 'monitors' "$(tr '\n' ' ' <rv/available_monitors)" 'wip wwnr '
	is 'description' "$(tr -d '\0' <rv/monitors/wip/desc)" 'wakeup in preemptive per-cpu testing monitor.'
	is 'on' "$(put rv/monitors/wip/enable 1)" ok
	is 'both' "$(add rv/enabled_monitors wwnr)$(tr '\n' ' ' <rv/enabled_monitors)" 'okwip wwnr '
	is 'off' "$(add rv/enabled_monitors '!wwnr')$(tr '\n' ' ' <rv/enabled_monitors)" 'okwip '
	is 'both events' "$(sed -n 's/^print fmt: //p' events/rv/event_wip/format events/rv/error_wip/format)" \
'"%s x %s -> %s%s", __get_str(state), __get_str(event), __get_str(next_state), REC->final_state ? " (final)" : ""
"event %s not expected in the state %s", __get_str(event), __get_str(state)'
	: >trace
	echo 1 >events/rv/enable
	(for ((i = 0; i < 10; i++)); do (: | cat); done)
	echo 0 >events/rv/enable
	echo 0 >rv/monitors/wip/enable
	trace=$(records)
	like 'off' "$trace" ': event_wip: preemptive x preempt_disable -> non_preemptive$'
	like 'on' "$trace" ': event_wip: non_preemptive x preempt_enable -> preemptive \(final\)$'
	like 'woken' "$trace" ': event_wip: non_preemptive x sched_waking -> non_preemptive$'
	is 'no step is lost' "$(unbalanced <<<"$trace")" ''
	like 'on all CPUs' "$(sed -n 's/.*\[\([0-9]*\)\].*event_wip.*/\1/p' <<<"$trace" | sort -u | tr '\n' ' ')" '^000 001 $'
}

# While its probes come and go one by one, it takes what it sees of them for nothing.
check_switched()
{
	local i

	: >trace
	echo 1 >events/rv/error_wip/enable
	for ((i = 0; i < 5; i++)); do
		echo 1 >rv/monitors/wip/enable
		sleep 0.1
		echo 0 >rv/monitors/wip/enable
	done
	echo 0 >events/rv/error_wip/enable
	is 'switching it off is no violation' "$(records | grep -c error_wip)" 0
}

begin
check_wip
check_switched
end
