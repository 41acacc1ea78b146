#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NMIs while every function is traced: they come into trampolines, into records
# that are being written and into changes of the kernel's text, and what they call
# is traced like everything else. Asking for all CPUs' stacks sends them.
#
# boot: own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

rounds=10

# How a record's line goes on behind the task, where the state says NMI.
in_nmi='\[[0-9]{3}\] .{2}[zZ].. +[0-9.]+: '

# A trigger that acts in the NMI whose event it is on.
check_snapshot()
{
	local event=events/nmi/nmi_handler

	if intree; then
		skip 'a snapshot from an NMI' 'there is none'
		return
	fi
	# Else these would be in the way of what is looked for.
	echo nop >current_tracer
	echo snapshot:1 >$event/trigger
	echo before >trace_marker
	send_nmis 1
	is 'a snapshot is taken in an NMI' "$(grep -c ': before$' snapshot) $(grep -c ': before$' trace)" '1 0'
	is 'and counted' "$(grep -v '^#' $event/trigger)" snapshot:count=0
	echo '!snapshot' >$event/trigger
	echo 0 >snapshot
	echo function >current_tracer
}

begin
if [ "$(nproc)" -lt 2 ]; then
	echo "1..0 # SKIP a CPU sends none to itself"
	exit 0
fi
echo 1 >/proc/sys/kernel/sysrq
text=$(trace_of '*backtrace*' send_nmis 3 | grep -E "$in_nmi")
like 'what an NMI calls is traced' "$text" ': nmi_cpu_backtrace_handler <-'
echo >set_ftrace_filter
echo 1 >tracing_on
check_snapshot

# Text changes under them.
busy_start
for ((i = 0; i < rounds; i++)); do
	send_nmis 1
	echo nop >current_tracer
	send_nmis 1
	echo function >current_tracer
done &
changer=$!
send_nmis "$rounds"
wait "$changer"
is 'NMIs meet functions being hooked' "$(cat current_tracer)" function
holds 'everything goes on' busy_lives 60
echo nop >current_tracer
is 'and the text is as before' "$(wc -l <enabled_functions)" 0
busy_stop
end
