#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ftrace_enabled, the switch over everything that is called by functions, and
# available_filter_functions_addrs.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

switch=/proc/sys/kernel/ftrace_enabled

switch_reset()
{
	echo 1 >$switch
	echo 0 >function_profile_enabled
	reset
}

# recorded: how many calls of vfs_open(), which are two or more, are recorded meanwhile
recorded()
{
	: >trace
	cat /etc/hostname /etc/passwd >/dev/null
	grep -c -w vfs_open trace
}

# hooked: the functions that are
hooked()
{
	sed 's/ .*//' enabled_functions | sort | tr '\n' ' '
}

check_values()
{
	is 'it is on' "$(get $switch)" 1
	is 'no number' "$(put $switch x) $(get $switch)" 'EINVAL 1'
	is 'any number' "$(put $switch 7) $(get $switch)" 'ok 7'
	is 'off' "$(put $switch 0) $(get $switch)" 'ok 0'
	is 'and on' "$(put $switch 1) $(get $switch)" 'ok 1'
}

check_tracer()
{
	local tracer=$1

	echo vfs_open >set_ftrace_filter
	echo "$tracer" >current_tracer
	holds "$tracer" test "$(recorded)" -ge 2
	is 'is on its function' "$(hooked)" 'vfs_open '
	is 'the switch' "$(put $switch 0)" ok
	is 'takes it off' "$(recorded) $(hooked)" '0 '
	is 'but it is current' "$(cat current_tracer tracing_on | tr '\n' ' ')" "$tracer 1 "
	is 'another function' "$(add set_ftrace_filter vfs_truncate) $(hooked)" 'ok '
	is 'the other way' "$(put $switch 1)" ok
	holds 'and it goes on' test "$(recorded)" -ge 2
	is 'on both' "$(hooked)" 'vfs_open vfs_truncate '
	echo 0 >$switch
	is 'it ends while the switch is off' "$(put current_tracer nop)" ok
	is 'and begins' "$(put current_tracer "$tracer") $(recorded)" 'ok 0'
	echo 1 >$switch
	holds 'to be on afterwards' test "$(recorded)" -ge 2
	echo nop >current_tracer
	is 'nothing is left' "$(hooked)" ''
	switch_reset
}

# hits: calls of vfs_open() that the profile has
hits()
{
	cat trace_stat/function* | awk '$1 == "vfs_open" { sum += $2 } END { print sum + 0 }'
}

# It is over the profile and over commands as well.
check_others()
{
	local before

	echo vfs_open >set_ftrace_filter
	echo 1 >function_profile_enabled
	cat /etc/hostname >/dev/null
	holds 'the profile' test "$(hits)" -ge 1
	echo 0 >$switch
	before=$(hits)
	cat /etc/hostname >/dev/null
	is 'stands still' "$(hits)" "$before"
	echo 1 >$switch
	cat /etc/hostname >/dev/null
	holds 'and goes on' test "$(hits)" -gt "$before"
	echo 0 >function_profile_enabled
	echo 0 >$switch
	echo 'vfs_open:traceoff' >>set_ftrace_filter
	cat /etc/hostname >/dev/null
	is 'a command waits' "$(cat tracing_on)" 1
	echo 1 >$switch
	cat /etc/hostname >/dev/null
	is 'until it is on' "$(cat tracing_on)" 0
	echo '!vfs_open:traceoff' >>set_ftrace_filter
	switch_reset
}

check_addresses()
{
	local file=available_filter_functions_addrs wrong total

	total=$(cat dyn_ftrace_total_info)
	like 'how many there are' "$total" '^[0-9]+ pages:[1-9][0-9]* groups: [1-9][0-9]*$'
	# In the in-tree tracer init text counts, too.
	intree || is 'is how many are listed' "${total%% *}" "$(wc -l <available_filter_functions)"

	is 'addresses of all functions' "$(cut -d ' ' -f 2- $file | cmp - available_filter_functions 2>&1)" ''
	all_like 'in hexadecimal' "$(cut -d ' ' -f 1 $file)" '^[0-9a-f]{16}$'
	wrong=$(awk '
		NR == FNR { if ($2 ~ /[tTwW]/) at[$3] = at[$3] " " $1; next }
		$2 !~ /^__ftrace_invalid/ && NF == 2 {
			# What processors check comes before the place that is patched.
			early = substr($1, 1, 15) sprintf("%x", index("0123456789abcdef", substr($1, 16)) - 5)
			if (!index(at[$2], $1) && !index(at[$2], early)) print
		}' /proc/kallsyms $file | wc -l)
	holds 'which are where they begin' test "$wrong" -lt 50
	is 'not to be written' "$(put $file x)" EINVAL
}

begin
switch_reset
check_values
check_tracer function
check_tracer function_graph
check_others
check_addresses
switch_reset
end
