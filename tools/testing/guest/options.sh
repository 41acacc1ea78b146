#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Options, and what they do to the text of a trace.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

common='print-parent sym-offset sym-addr verbose raw hex bin block trace_printk annotate printk-msg-only
context-info latency-format record-cmd record-tgid overwrite disable_on_free irq-info markers
pause-on-trace hash-ptr fields userstacktrace sym-userobj stacktrace'
on_at_first='print-parent trace_printk annotate context-info record-cmd overwrite irq-info markers hash-ptr'

# The value of an option in trace_options.
value()
{
	if grep -q -x "$1" trace_options; then
		echo 1
	elif grep -q -x "no$1" trace_options; then
		echo 0
	else
		echo missing
	fi
}

both()
{
	echo "$(value "$1") $(cat "options/$1")"
}

check_values()
{
	local option is

	for option in $common; do
		is=0
		[[ " $on_at_first " != *" $option "* ]] || is=1
		is "$option at first" "$(both "$option")" "$is $is"
		is "$option switched in trace_options" \
			"$(put trace_options "$([ $is = 1 ] && echo no)$option"; both "$option")" \
			"ok
$((!is)) $((!is))"
		is "$option switched in options" "$(put "options/$option" $is; both "$option")" "ok
$is $is"
	done
}

check_errors()
{
	is 'unknown option' "$(put trace_options nonsense)" EINVAL
	is 'unknown option switched off' "$(put trace_options nononsense)" EINVAL
	is 'two options' "$(put trace_options 'raw hex')" EINVAL
	is 'only no' "$(put trace_options no)" EINVAL
	is 'blanks around' "$(put trace_options '  raw  '; value raw)" "ok
1"
	is 'the same again' "$(put trace_options raw; value raw)" "ok
1"
	is 'neither 0 nor 1' "$(put options/raw 2)" EINVAL
	is 'no number' "$(put options/raw x)" EINVAL
	is 'changes nothing' "$(both raw)" '1 1'
	put trace_options noraw >/dev/null
	is 'no such file' "$([ -e options/nonsense ] || echo none)" none
	is 'an option that the tracer accepts' "$(put trace_options test_nop_accept; both test_nop_accept)" "ok
1 1"
	put trace_options notest_nop_accept >/dev/null
	is 'an option that the tracer refuses' "$(put trace_options test_nop_refuse)" EINVAL
	is 'stays off' "$(both test_nop_refuse)" '0 0'
	is 'also in its own file' "$(put options/test_nop_refuse 1)" EINVAL
	is 'a long line' "$(put trace_options "$(printf 'a%.0s' {1..100})")" EINVAL
}

# with OPTION...: the records under these options, which are taken back.
with()
{
	local option

	for option; do
		echo "$option" >trace_options
	done
	cat trace
	for option; do
		case $option in
		no*) echo "${option#no}" ;;
		*) echo "no$option" ;;
		esac >trace_options
	done
}

# form NAME REGEX OPTION...: what each record looks like.
form()
{
	all_like "$1" "$(with "${@:3}" | grep -v '^#')" "^$2\$"
}

task=' *cat-[0-9]+ +'
cpu='\[[0-9]{3}\] '
state='[dDbB.][nNpPLlbB.][hHsSzZ.][0-9a-f.][0-9a-f.] '
time=' +[0-9]+\.[0-9]{6}: '
name='vfs_read <-[a-z0-9_]+'
offset='\+0x[0-9a-f]+/0x[0-9a-f]+'
address=' <[0-9a-f]{16}>'

check_forms()
{
	# Names are recorded at task switches: let there be some.
	trace_of vfs_read sh -c 'for i in 1 2 3; do cat /etc/hostname; sleep 0.1; done' >/dev/null
	records | grep -v ' cat-' >/tmp/others.$$
	form 'a line' "(.*[^ ]-[0-9]+ +)$cpu$state$time$name"
	rm -f /tmp/others.$$
	echo 1 >tracing_on
	trace_of vfs_read bash -c 'echo $$ >set_ftrace_pid; echo >trace; exec cat /etc/hostname /etc/passwd' >/dev/null
	: >set_ftrace_pid
	form 'a line of one task' "$task$cpu$state$time$name"
	form 'verbose alone changes nothing' "$task$cpu$state$time$name" verbose
	form 'noprint-parent' "$task$cpu$state${time}vfs_read" noprint-parent
	form 'sym-offset' "$task$cpu$state${time}vfs_read$offset <-[a-z0-9_]+$offset" sym-offset
	form 'sym-addr' "$task$cpu$state${time}vfs_read$address <-[a-z0-9_]+$address" sym-addr
	form 'sym-offset and sym-addr' \
		"$task$cpu$state${time}vfs_read$offset$address <-[a-z0-9_]+$offset$address" sym-offset sym-addr
	form 'sym-offset and noprint-parent' "$task$cpu$state${time}vfs_read$offset" sym-offset noprint-parent
	form 'noirq-info' "$task$cpu$time$name" noirq-info
	form 'nocontext-info' "$name" nocontext-info
	form 'record-tgid' "$task\((-------| *[0-9]+)\) $cpu$state$time$name" record-tgid
	form 'record-tgid, noirq-info' "$task\((-------| *[0-9]+)\) $cpu$time$name" record-tgid noirq-info
	form 'raw' '[0-9]+ [0-9]+ [0-9]+ [0-9a-f]+ [0-9a-f]+' raw
	form 'raw, nocontext-info' '[0-9a-f]+ [0-9a-f]+' raw nocontext-info
	form 'hex' '[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{16} ' hex
	form 'latency-format' " *cat-[0-9]+ +[0-9]$state *[0-9]+us[!+#*@\$ ]?[ :]* *$name" latency-format
	form 'latency-format, verbose' \
		" *cat +[0-9]+ +[0-9] 0 [0-9a-f]{8} [0-9a-f]{8} \[[0-9a-f]{8,}\] [0-9]+\.[0-9]{3}ms \(\+[0-9]+\.[0-9]{3}ms\): $name" \
		latency-format verbose
}

check_numbers()
{
	local raw hex ip

	raw=$(with raw | grep -v '^#' | head -n 1)
	hex=$(with hex | grep -v '^#' | head -n 1)
	ip=$(awk '$3 == "vfs_read" { print $1 }' /proc/kallsyms)
	read -r -a raw <<<"$raw"
	read -r -a hex <<<"$hex"
	like 'raw: pid' "$(records | head -n 1)" "-${raw[0]} "
	like 'raw: CPU' "$(records | head -n 1)" "\[00${raw[1]}\]"
	is 'raw: time' "$(((raw[2] + 500) / 1000))" \
		"$(records | head -n 1 | sed -E 's/.* ([0-9]+)\.([0-9]{6}): .*/\1\2/')"
	holds 'raw: address' test $((16#${raw[3]} - 16#$ip)) -ge 0 -a $((16#${raw[3]} - 16#$ip)) -le 8
	is 'hex: the same numbers' "$((16#${hex[0]})) $((16#${hex[1]})) $((16#${hex[2]})) ${hex[3]} ${hex[4]}" "${raw[*]}"
	is 'bin: 32 bytes each' "$(with bin | wc -c)" \
		$(($(grep '^#' trace | wc -c) + 32 * $(records | wc -l)))
}

check_latency_header()
{
	is 'latency header' "$(with latency-format | sed -n '1,/us$/p' | head -n 19 |
		sed -E 's,#[0-9]+/[0-9]+,#N/N,; s/CPU#[0-9]+/CPU#N/; s/task: .*-[0-9]+/task: X-N/')" \
"# tracer: function
#
# function latency trace v1.1.5 on $(uname -r)
# --------------------------------------------------------------------
# latency: 0 us, #N/N, CPU#N | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:$(nproc))
#    -----------------
#    | task: X-N (uid:0 nice:0 policy:0 rt_prio:0)
#    -----------------
#
#                    _------=> CPU#            
#                   / _-----=> irqs-off/BH-disabled
#                  | / _----=> need-resched    
#                  || / _---=> hardirq/softirq 
#                  ||| / _--=> preempt-depth   
#                  |||| / _-=> migrate-disable 
#                  ||||| /     delay           
#  cmd     pid     |||||| time  |   caller     
#     \   /        ||||||  \    |    /       
$(with latency-format | sed -n 19p)"
}

# What the state columns say in known states.
check_state()
{
	local text

	trace_of '*' cat /etc/hostname >/dev/null
	text=$(records)
	like 'interrupts off' "$text" '\] d'
	like 'in a hard interrupt' "$text" '\] ..[h]'
	like 'preemption off' "$text" '\] ...1'
	like 'a plain task' "$text" '\] \.\.\.\.\.'
	all_like 'a timer interrupt is one' \
		"$(grep -E ': (tick_nohz_handler|tick_sched_handle|hrtimer_interrupt|update_process_times) <-' <<<"$text")" \
		'\] d.[hH]'
}

check_other_switches()
{
	echo vfs_read >set_ftrace_filter
	echo function >current_tracer
	echo pause-on-trace >trace_options
	exec 5<trace
	read -r _ <&5
	: >/tmp/during.$$
	cat /etc/hostname >/dev/null
	cat trace >/tmp/during.$$
	exec 5<&-
	holds 'pause-on-trace' test -s /tmp/during.$$
	rm -f /tmp/during.$$
	reset

	echo disable_on_free >trace_options
	echo 1 >free_buffer
	is 'disable_on_free: closing free_buffer stops recording' "$(cat tracing_on)" 0
	reset
	echo 1 >free_buffer
	is 'without it recording goes on' "$(cat tracing_on)" 1
	echo 1408 >buffer_size_kb
	echo nomarkers >trace_options
	is 'nomarkers' "$(put trace_marker x)" EINVAL
	echo markers >trace_options
	is 'markers' "$(put trace_marker x)" ok
	reset
}

# What follows "ptr=" in the records of kmalloc().
pointers()
{
	: >trace
	echo 1 >tracing_on
	cat /etc/hostname >/dev/null
	echo 0 >tracing_on
	sed -n 's/.*: kmalloc: call_site=[^ ]*+0x[^ ]* ptr=\([^ ]*\) bytes_req=[0-9]* .*/\1/p' trace
}

check_pointers()
{
	echo 1 >events/kmem/kmalloc/enable
	# The upper half of a hashed one is zeros.
	all_like 'addresses are hidden' "$(pointers)" '^0{8}[0-9a-f]{8}$'
	echo nohash-ptr >trace_options
	all_like 'nohash-ptr shows them' "$(pointers)" '^ffff[0-9a-f]{12}$'
	echo hash-ptr >trace_options
	echo 0 >events/kmem/kmalloc/enable
	reset
}

# A record of each sort of member, under the option fields.
check_fields()
{
	local text number='0x[0-9a-f]+ \(-?[0-9]+\)' event

	for event in sched/sched_switch sched/sched_process_exec net/net_dev_start_xmit raw_syscalls/sys_enter \
		rcu/rcu_utilization syscalls/sys_enter_execve; do
		echo 1 >"events/$event/enable"
	done
	: >trace
	echo some text >trace_marker
	/bin/true
	ping -c 1 127.0.0.1 >/dev/null
	sleep 0.1
	echo 0 >events/enable
	echo 0 >tracing_on
	# Before, so that what is compared is of the same records.
	records >/tmp/plain
	echo fields >trace_options
	text=$(records)
	is 'fields: as many records' "$(wc -l <<<"$text")" "$(wc -l </tmp/plain)"
	# In-tree it does not find its own ones, which are no tracepoints.
	all_like 'fields: each is an event and its members' "$(grep -v 'UNKNOWN TYPE' <<<"$text")" \
		"$head_re(print|sched_[a-z_]+|net_dev_start_xmit|sys_[a-z_]+|rcu_utilization): [a-z_]+="
	like 'texts and numbers' "$text" ": sched_switch: prev_comm=[^ ]+ prev_pid=$number prev_prio=0x78 \(120\) prev_state=$number next_comm=[^ ]+ next_pid=$number next_prio=$number\$"
	is 'the same numbers as in the text' "$(sed -nE \
		's/.* sched_switch: .* prev_pid=0x[0-9a-f]+ \(([0-9]+)\) .* next_pid=0x[0-9a-f]+ \(([0-9]+)\) .*/\1 \2/p' \
		<<<"$text")" "$(sed -nE 's/.* sched_switch: .* prev_pid=([0-9]+) .* next_pid=([0-9]+) .*/\1 \2/p' /tmp/plain)"
	like 'a text in the record' "$text" ": sched_process_exec: filename=/bin/true pid=$number old_pid=$number\$"
	like 'an address, two bytes, and one' "$text" \
		": net_dev_start_xmit: name=lo queue_mapping=0x0 \(0\) skbaddr=0xffff[0-9a-f]{12} \(-[0-9]+\) vlan_tagged=\(0\) vlan_proto=$number vlan_tci=$number protocol=0x800 \(2048\) ip_summed=\([0-3]\) len=$number data_len=$number network_offset=$number transport_offset_valid=\(1\) "
	like 'an array' "$text" ": sys_enter: id=$number args=<INVALID-SIZE>\$"
	like 'the address of a text' "$text" \
		': rcu_utilization: s=\(0xffffffff[0-9a-f]{8}:(Start|End) [A-Za-z -]+\)$'
	like "that of a user's" "$text" \
		": sys_enter_execve: __syscall_nr=0x3b \(59\) filename=\(0x[0-9a-f]{16}\) argv=$number envp=$number\$"
	like 'a mark' "$text" ": $(if intree; then echo UNKNOWN TYPE 5; else echo "print: ip=$number buf="; fi)\$"
	rm -f /tmp/plain
	echo nofields >trace_options
	trace_of vfs_read cat /etc/hostname >/dev/null
	echo fields >trace_options
	if intree; then
		all_like 'a call' "$(records)" "${head_re}UNKNOWN TYPE 1\$"
	else
		all_like 'a call' "$(records)" \
			"${head_re}function: ip=vfs_read\+0x[0-9a-f/x]+ parent_ip=[a-z_0-9]+\+0x[0-9a-f/x]+\$"
	fi
	all_like 'not under raw' "$(with raw | grep -v '^#')" '^[0-9]+ [0-9]+ [0-9]+ [0-9a-f]+ [0-9a-f]+$'
	echo nofields >trace_options
	reset
}

begin
check_values
check_errors
check_forms
check_numbers
check_latency_header
reset
check_state
reset
check_other_switches
check_pointers
check_fields
end
