#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The function profiler: its switch, and what trace_stat says.
#
# timeout: 120

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

stats()
{
	cat trace_stat/function*
}

# sum FUNCTION: its calls on all CPUs.
sum()
{
	stats | awk -v name="$1" '$1 == name { sum += $2 } END { print sum + 0 }'
}

# usecs FUNCTION: its time on all CPUs, in microseconds.
usecs()
{
	stats | awk -v name="$1" '$1 == name { sum += $3 } END { print int(sum) }'
}

check_switch()
{
	is 'it is off' "$(get function_profile_enabled)" 0
	# shellcheck disable=SC2012 # names of files that we know
	is 'there is a file per CPU' "$(ls trace_stat | tr '\n' ' ')" \
		"$(ls -d /sys/devices/system/cpu/cpu[0-9]* | sed 's/.*cpu/function/' | tr '\n' ' ')"
	is 'with a header' "$(head -n 2 trace_stat/function0)" "$(printf '%s\n' \
		'  Function                               Hit    Time            Avg             s^2' \
		'  --------                               ---    ----            ---             ---')"
	is 'not a number' "$(put function_profile_enabled x)" EINVAL
	is 'on' "$(put function_profile_enabled 5) $(get function_profile_enabled)" 'ok 1'
	is 'off' "$(put function_profile_enabled 0) $(get function_profile_enabled)" 'ok 0'
}

check_counts()
{
	printf '%s\n' __do_sys_getppid 'vfs_*' hrtimer_nanosleep __x64_sys_clock_nanosleep \
		>set_ftrace_filter
	echo 1 >function_profile_enabled
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.05
	done
	is 'calls' "$(sum hrtimer_nanosleep)" 10
	holds 'their time' test "$(usecs hrtimer_nanosleep)" -ge 500000
	holds 'time inside is in' test "$(usecs __x64_sys_clock_nanosleep)" -ge \
		"$(usecs hrtimer_nanosleep)"
	holds 'nothing else was counted' test -z "$(stats | grep -v -e '^  [FHv-]' -e nanosleep -e __do_sys_getppid)"
	all_like 'every line' "$(stats | grep -v -e Function -e -----)" \
		'^  [a-zA-Z0-9_.]{1,30} +[0-9]+    [0-9.]+ us +[0-9.]+ us +[0-9.]+ us +$'
	cat trace_stat/function0 >/tmp/stat.txt
	is 'those that took longest are first' "$(awk 'NR > 2 { print $3 }' /tmp/stat.txt)" \
		"$(awk 'NR > 2 { print $3 }' /tmp/stat.txt | sort -g -r)"
	rm -f /tmp/stat.txt
	echo 0 >options/graph-time
	echo 0 >function_profile_enabled
	echo 1 >function_profile_enabled
	sleep 0.2
	holds 'time inside is not in' test "$(usecs __x64_sys_clock_nanosleep)" -lt 100000
	holds 'but in what is inside' test "$(usecs hrtimer_nanosleep)" -ge 190000
	echo 1 >options/graph-time
	echo 0 >options/sleep-time
	echo 0 >function_profile_enabled
	echo 1 >function_profile_enabled
	sleep 0.2
	holds 'time asleep is not in' test "$(usecs hrtimer_nanosleep)" -lt 100000
	echo 1 >options/sleep-time
	echo 100000 >tracing_thresh
	is 'only what takes long on average' "$(sum hrtimer_nanosleep)" 0
	echo 0 >tracing_thresh
	is 'or all' "$(sum hrtimer_nanosleep)" 1
	echo 0 >function_profile_enabled
	sleep 0.1
	is 'off it counts no more' "$(sum hrtimer_nanosleep)" 1
	reset
}

# near NUMBER NUMBER PERCENT: do they differ by no more than that?
near()
{
	awk -v a="$1" -v b="$2" -v percent="$3" \
		'BEGIN { d = a - b; exit !(a > 0 && (d < 0 ? -d : d) <= b * percent / 100) }'
}

# The numbers are those of the calls, which function_graph records one by one.
check_numbers()
{
	local hits time average variance n sum mean square

	echo hrtimer_nanosleep >set_ftrace_filter
	echo function_graph >current_tracer
	echo 1 >function_profile_enabled
	# shellcheck disable=SC2016 # for the other shell
	taskset -c 0 sh -c 'for t in 0.02 0.06 0.02 0.06 0.02 0.06 0.02; do sleep $t; done'
	echo 0 >function_profile_enabled
	echo 0 >tracing_on
	read -r _ hits time _ average _ variance _ < <(grep hrtimer_nanosleep trace_stat/function0)
	read -r n sum mean square < <(grep -o '[0-9.]* us  *|  hrtimer_nanosleep();' \
		per_cpu/cpu0/trace | awk '
		{ x[NR] = $1; sum += $1 }
		END {
			for (i = 1; i <= NR; i++)
				square += (x[i] - sum / NR) ^ 2
			print NR, sum, sum / NR, square / (NR - 1)
		}')
	is 'hits' "$hits" "$n"
	is 'which are as many as there were' "$hits" 7
	echo "# time $time ($sum), average $average ($mean), variance $variance ($square)"
	holds 'time' near "$time" "$sum" 2
	holds 'average' near "$average" "$mean" 2
	holds 'variance' near "$variance" "$square" 10
	echo 1 >function_profile_enabled
	taskset -c 0 sleep 0.02
	echo 0 >function_profile_enabled
	like 'a single call has none' "$(grep hrtimer_nanosleep trace_stat/function0)" \
		' 1    [0-9.]+ us +[0-9.]+ us +0\.000 us +$'
	reset
}

check_together()
{
	echo function_graph >current_tracer
	echo 1 >function_profile_enabled
	sleep 0.3
	cat /etc/hostname >/dev/null
	echo nop >current_tracer
	holds 'with function_graph' test "$(stats | wc -l)" -gt 200
	echo function_graph >current_tracer
	sleep 0.3
	echo 0 >function_profile_enabled
	: >trace
	cat /etc/hostname >/dev/null
	echo 0 >tracing_on
	holds 'which goes on behind it' test "$(records | wc -l)" -gt 200
	reset
}

begin
check_switch
check_counts
check_numbers
check_together
end
