#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NMIs while the entry and the return of every function are seen: they come into
# the return trampoline and into stacks of return addresses that are being
# changed, walk these stacks, and have entries of their own on top. Asking for all
# CPUs' stacks sends them. The kernel's text is what it was afterwards.
#
# boot: own
# timeout: 300

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

rounds=6

begin
if [ "$(nproc)" -lt 2 ]; then
	echo "1..0 # SKIP a CPU sends none to itself"
	exit 0
fi
echo 1 >/proc/sys/kernel/sysrq
# Once before: the kernel's own hooks for return addresses stay while the engine does.
echo '*backtrace*' >set_ftrace_filter
echo function_graph >current_tracer
echo nop >current_tracer
keep_text /tmp/before
echo '*backtrace*' >set_ftrace_filter
echo function_graph >current_tracer
send_nmis 3
echo 0 >tracing_on
like 'what an NMI calls is traced' "$(records)" 'nmi_cpu_backtrace(_handler)?\(\)'
echo >set_ftrace_filter
echo 1 >tracing_on

busy_start fork io look
dmesg -C
for ((i = 0; i < rounds; i++)); do
	send_nmis 1
	echo nop >current_tracer
	send_nmis 1
	echo function_graph >current_tracer
done &
changer=$!
send_nmis "$rounds"
wait "$changer"
is 'NMIs meet functions being hooked' "$(cat current_tracer)" function_graph
holds 'everything goes on' busy_lives 60
unlike 'their stacks show nothing of ours' \
	"$(dmesg | sed -n '/Call Trace/,/<\/TASK>/p')" '^[^?]*(otr_return_tramp|return_to_handler)\+'
echo nop >current_tracer
is 'nothing is hooked' "$(wc -l <enabled_functions)" 0
busy_stop
keep_text /tmp/after
is 'the text is what it was' "$(text_changes /tmp/before /tmp/after)" ''
end
