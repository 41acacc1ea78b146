#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# osnoise and timerlat: their files, threads, records, users' threads, CPUs that come and
# go, and noise of known size with its culprit. In virtual time, with one of two CPUs idle
# while the other is measured.
#
# boot-options: --icount --smp 2

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

threads()
{
	cat /proc/[0-9]*/comm 2>/dev/null | grep -E '^(osnoise|timerlat)/' | sort | tr '\n' ' '
}

# Wait without any program: in virtual time, what one CPU does is taken from the other.
quiet()
{
	read -r -t "$1" -u 5
}

check_files()
{
	local options='DEFAULTS OSNOISE_WORKLOAD NO_PANIC_ON_STOP NO_OSNOISE_PREEMPT_DISABLE NO_OSNOISE_IRQ_DISABLE '
	local align='NO_TIMERLAT_ALIGN '

	! intree || align=
	cd osnoise || return
	is 'files' "$(echo * | sed 's/ timerlat_align_us//')" \
		'cpus options per_cpu period_us print_stack runtime_us stop_tracing_total_us stop_tracing_us timerlat_period_us'
	is 'numbers' "$(cat period_us print_stack runtime_us stop_tracing_us stop_tracing_total_us timerlat_period_us |
		tr '\n' ' ')" '1000000 0 1000000 0 0 1000 '
	is 'modes' "$(stat -c %a cpus options per_cpu per_cpu/cpu0 per_cpu/cpu0/timerlat_fd period_us | tr '\n' ' ')" \
		'640 640 750 750 440 640 '
	is 'cpus' "$(cat cpus)" 0-1
	is 'one' "$(put cpus 1)" ok
	is 'is one' "$(cat cpus)" 1
	is 'no list' "$(put cpus x)" EINVAL
	is 'both' "$(put cpus 0-1)" ok
	is 'a runtime over the period' "$(put runtime_us 1000001)" EINVAL
	is 'a period below the runtime' "$(put period_us 999999)" EINVAL
	is 'a short timerlat period' "$(put timerlat_period_us 99)" EINVAL
	is 'a long one' "$(put timerlat_period_us 1000001)" EINVAL
	is 'options' "$(cat options)" "$options$align"
	is 'an option' "$(put options OSNOISE_IRQ_DISABLE)" ok
	like 'is on, and these are no defaults' "$(cat options)" '^NO_DEFAULTS .* OSNOISE_IRQ_DISABLE '
	is 'off' "$(put options NO_OSNOISE_IRQ_DISABLE)" ok
	is 'no option' "$(put options osnoise)" EINVAL
	is 'not the defaults' "$(put options NO_DEFAULTS)" EINVAL
	is 'another' "$(put options PANIC_ON_STOP)" ok
	is 'the defaults' "$(put options DEFAULTS)" ok
	is 'are all' "$(cat options)" "$options$align"
	is 'nobody measures' "$(get per_cpu/cpu0/timerlat_fd)" EINVAL
	cd ..
}

headers()
{
	echo 0 >tracing_on
	echo osnoise >current_tracer
	: >trace
	is 'header of osnoise' "$(cat trace)" '# tracer: osnoise
#
#                                _-----=> irqs-off
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable                         MAX
#                              |||| /     delay                                   SINGLE      Interference counters:
#                              |||||               RUNTIME      NOISE  %% OF CPU  NOISE    +-----------------------------+
#           TASK-PID      CPU# |||||   TIMESTAMP    IN US       IN US  AVAILABLE  IN US     HW    NMI    IRQ   SIRQ THREAD
#              | |         |   |||||      |           |             |    |            |      |      |      |      |      |'
	echo timerlat >current_tracer
	: >trace
	is 'header of timerlat' "$(cat trace)" '# tracer: timerlat
#
#                                _-----=> irqs-off
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#                              |||||            ACTIVATION
#           TASK-PID      CPU# |||||   TIMESTAMP   ID            CONTEXT                 LATENCY
#              | |         |   |||||      |         |                  |                       |'
	echo nop >current_tracer
	echo 1 >tracing_on
}

check_threads()
{
	echo 2000 >osnoise/runtime_us
	echo 10000 >osnoise/period_us
	echo osnoise >current_tracer
	is 'one on each CPU' "$(threads)" 'osnoise/0 osnoise/1 '
	mkdir instances/other
	is 'another instance' "$(put instances/other/current_tracer osnoise)" ok
	mkdir instances/third
	is 'but not with the other tracer' "$(put instances/third/current_tracer timerlat)" EBUSY
	rmdir instances/third
	echo nop >current_tracer
	is 'the threads are of both' "$(threads)" 'osnoise/0 osnoise/1 '
	echo 1 >osnoise/cpus
	is 'fewer CPUs' "$(threads)" 'osnoise/1 '
	echo 0-1 >osnoise/cpus
	echo 0 >/sys/devices/system/cpu/cpu1/online
	is 'a CPU that goes' "$(threads)" 'osnoise/0 '
	echo 1 >/sys/devices/system/cpu/cpu1/online
	sleep 0.2
	is 'and comes' "$(threads)" 'osnoise/0 osnoise/1 '
	all_like 'records of osnoise' "$(grep -v '^#' instances/other/trace | grep -v buffer)" \
		"^ +(osnoise/[01]|<\\.\\.\\.>)-[0-9]+ +\\[00[01]\\] .{5} +[0-9.]+: [0-9]+ +[0-9]+ +[0-9]{1,3}\\.[0-9]{5} +[0-9]+( +[0-9]+){5}\$"
	echo 0 >instances/other/tracing_on
	is 'none while nothing is recorded' "$(threads)" ''
	rmdir instances/other
	is 'none at the end' "$(threads)" ''
	echo timerlat >current_tracer
	is 'those of timerlat' "$(threads)" 'timerlat/0 timerlat/1 '
	sleep 0.1
	echo 0 >tracing_on
	all_like 'records of timerlat' "$(records | grep -v buffer)" \
		"^ +(timerlat/[01]|<idle>|[^ ]+)-[0-9]+ +\\[00[01]\\] .{5} +[0-9.]+: #[0-9]+ +context +(irq|thread) timer_latency +[0-9]+ ns\$"
	echo nop >current_tracer
	echo 1 >tracing_on
	echo 1000000 >osnoise/period_us
	echo 1000000 >osnoise/runtime_us
}

# A thread of this script: $1 reads on CPU $2.
user_thread()
{
	exec 6<osnoise/per_cpu/cpu"$2"/timerlat_fd || return
	for ((i = 0; i < $1; i++)); do
		read -r -u 6 _
	done
	exec 6<&-
}

check_users()
{
	echo NO_OSNOISE_WORKLOAD >osnoise/options
	: >trace
	echo timerlat >current_tracer
	is 'no threads of ours' "$(threads)" ''
	is 'a thread that may go elsewhere' "$(errno_of "$(cat osnoise/per_cpu/cpu0/timerlat_fd 2>&1)")" EPERM
	is 'on another CPU' "$(errno_of "$(taskset -c 1 cat osnoise/per_cpu/cpu0/timerlat_fd 2>&1)")" EPERM
	( taskset -cp 0 "$BASHPID" >/dev/null; user_thread 20 0 )
	echo 0 >tracing_on
	is 'each read waits for a timer' "$(records | grep -c 'context    irq')" 20
	is 'wakes up' "$(records | grep -c 'context thread')" 20
	is 'and comes back' "$(records | grep -c 'context user-ret')" 19
	echo 1 >tracing_on
	( taskset -cp 0 "$BASHPID" >/dev/null; user_thread 1000000 0 ) &
	sleep 0.2
	echo nop >current_tracer
	wait $! 2>/dev/null
	is 'it is killed at the end' $? 137
	echo DEFAULTS >osnoise/options
}

# make_noise KIND MICROSECONDS: on CPU 1.
make_noise()
{
	echo "$2" >"/sys/module/otr_noise_maker/parameters/$1"
}

# noise_found EVENT WHO MICROSECONDS: it is in the trace, with a size that is within a tenth. An
# interrupt in between is not its own time.
noise_found()
{
	holds "$1 of $2" test "$(records | sed -n "s/.* $1: .*$2:.* duration \\([0-9]*\\) ns\$/\\1/p" | awk -v us="$3" \
		'$1 >= us * 990 && $1 < us * 1100 + 20000' | wc -l)" -ge 1
}

check_noise()
{
	local text

	if intree; then
		skip 'noise' 'the module that makes it was not built for this kernel'
		return
	fi
	insmod "$(dirname "$OTR_MODULE")/otr_noise_maker.ko" cpu=1
	exec 5<> <(:)
	echo 1 >osnoise/cpus
	echo 3000 >tracing_thresh
	echo 2000 >osnoise/stop_tracing_us
	echo osnoise >current_tracer
	quiet 1.2
	: >trace
	quiet 2.3
	like 'no noise' "$(records)" 'osnoise/1-.*: 1000[0-9]{3} +0 100\.00000 +0 +0 '
	unlike 'for whom it should stop' "$(records)" 'stop tracing'
	echo 0 >osnoise/stop_tracing_us
	echo 1 >events/osnoise/enable
	make_noise task 4000
	make_noise irq 5000
	make_noise softirq 6000
	make_noise nmi 7000
	quiet 0.5
	echo 0 >tracing_on
	noise_found thread_noise noise_maker 4000
	noise_found irq_noise local_timer 5000
	noise_found softirq_noise TIMER 6000
	holds 'nmi_noise' test "$(records | sed -n 's/.* nmi_noise: .*duration \([0-9]*\) ns$/\1/p' | awk \
		'$1 >= 7000000 && $1 < 7500000' | wc -l)" -ge 1
	like 'each is one piece' "$(records)" 'sample_threshold: start [0-9.]+ duration 40[0-9]{5} ns interference [1-9]'
	echo 1 >tracing_on
	echo nop >current_tracer
	echo 0 >tracing_thresh

	echo timerlat >current_tracer
	quiet 0.3
	: >trace
	make_noise irq 5000
	quiet 0.1
	echo 0 >tracing_on
	holds 'timerlat is as late as that' test "$(records | sed -n 's/.*context  *thread timer_latency *\([0-9]*\) ns/\1/p' |
		awk '$1 > 3900000 && $1 < 5200000' | wc -l)" -eq 1
	holds 'the longest' test "$(cat tracing_max_latency)" -gt 3900 -a "$(cat tracing_max_latency)" -lt 5200
	like 'and says why' "$(records)" 'irq_noise: local_timer:236 start [0-9.]+ duration 50[0-9]{5} ns'
	echo 1 >tracing_on
	echo nop >current_tracer

	echo 2000 >osnoise/stop_tracing_total_us
	echo 1000 >osnoise/print_stack
	echo timerlat >current_tracer
	make_noise irq 5000
	quiet 0.1
	is 'it stops' "$(cat tracing_on)" 0
	like 'at that' "$(records)" ': stop tracing hit on cpu 1$'
	like 'with the stack of then' "$(records)" '<stack trace>'
	echo 0 >osnoise/stop_tracing_total_us
	echo 0 >osnoise/print_stack
	echo nop >current_tracer
	echo 1 >tracing_on
	echo 0 >events/osnoise/enable
	echo 0-1 >osnoise/cpus
	exec 5<&-
	rmmod otr_noise_maker
}

begin
check_files
headers
check_threads
check_users
check_noise
end
