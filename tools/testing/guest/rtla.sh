#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's rtla, unmodified, on osnoise and timerlat.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Each command has its own instances, which are gone afterwards.
rtla_of()
{
	timeout 60 rtla "$@" 2>&1
}

check_timerlat()
{
	local text

	text=$(rtla_of timerlat top -q -d 1s)
	like 'timerlat top: head' "$text" 'IRQ Timer Latency \(us\) +\| +Thread Timer Latency \(us\)'
	is 'a line for each CPU' "$(grep -E -c '^ +[01] #[0-9]{3,} +\|( +[0-9]+){4} \|( +[0-9]+){4}$' <<<"$text")" "$(nproc)"
	text=$(rtla_of timerlat hist -d 1s -E 100000 -b 100)
	like 'timerlat hist: head' "$text" '^Index +IRQ-000 +Thr-000'
	like 'counts' "$text" '^count: +[0-9]{3,} +[0-9]{3,}'
	cd /tmp || return
	text=$(rtla_of timerlat top -q -d 5s -T 1 -t -s 1)
	like 'timerlat top stops' "$text" 'stop tracing'
	like 'and saves the trace' "$text" 'Saving trace to timerlat_trace.txt'
	like 'which says what was late' "$(cat timerlat_trace.txt)" '#[0-9]+ +context thread timer_latency +[0-9]+ ns'
	text=$(rtla_of timerlat top -q -d 5s -a 1)
	like 'automatically, with what osnoise says' "$(cat timerlat_trace.txt)" '(irq|softirq|thread)_noise: '
	cd "$tracing" || return
}

check_osnoise()
{
	local text

	text=$(rtla_of osnoise top -q -d 2s -p 500000 -r 200000)
	like 'osnoise top: head' "$text" 'CPU Period +Runtime +Noise +% CPU Aval +Max Noise'
	is 'a line for each CPU' "$(grep -E -c '^ *[01] #[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+\.[0-9]+ +' <<<"$text")" "$(nproc)"
	text=$(rtla_of osnoise hist -d 2s -p 500000 -r 200000 -b 10 -E 20000)
	like 'osnoise hist: head' "$text" '^Index +CPU-000'
	like 'counts' "$text" '^count: +[0-9]+'
	cd /tmp || return
	text=$(rtla_of osnoise top -q -d 5s -T 1 -s 1 -t)
	like 'osnoise top stops' "$text" 'stop tracing'
	like 'at that' "$(cat osnoise_trace.txt)" 'stop tracing hit on cpu [01]'
	cd "$tracing" || return
	if rtla hwnoise -h 2>&1 | grep -q 'usage: rtla hwnoise'; then
		like 'hwnoise' "$(rtla_of hwnoise -q -d 2s -p 500000 -r 200000)" '^ *0 #[0-9]+ '
		is 'leaves interrupts on' "$(cut -d' ' -f 1 <osnoise/options)" DEFAULTS
	else
		skip 'hwnoise' 'this rtla does not know it'
	fi
}

begin
if ! command -v rtla >/dev/null; then
	echo '1..0 # SKIP rtla is not installed'
	exit 0
fi
check_timerlat
check_osnoise
is 'no instance stays' "$(ls instances)" ''
is 'nor any thread' "$(cat /proc/[0-9]*/comm 2>/dev/null | grep -E -c '^(osnoise|timerlat)/')" 0
end
