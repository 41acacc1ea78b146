#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ring to the console: commands "dump" and "cpudump" on functions, and sysrq-z.
# What happens when the kernel dies is tools/testing/panic/run's.
#
# boot: own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

filter=set_ftrace_filter
# Not on an overlay, which calls the file system's functions again.
file=/dev/shm/dumped
rule=---------------------------------
title='Dumping ftrace buffer:'
none='   (ftrace buffer empty)'

# The kernel's log since the last time, without times and the key's own line.
log()
{
	dmesg -c | sed -E 's/^\[ *[0-9.]+\] //' | grep -v '^sysrq: Dump ftrace buffer'
}

# The same with the columns in front of a record's text made one.
text()
{
	log | sed -E 's/^ *[^ ].*-[0-9]+ +([0-9])[^ ]{5} +[0-9]+us : /\1: /'
}

key()
{
	echo z >/proc/sysrq-trigger
}

# on CPU TEXT: a record of that CPU.
on()
{
	taskset -c "$1" sh -c "echo $2 >trace_marker"
}

fresh()
{
	: >trace
	echo 1 >tracing_on
	dmesg -C
}

check_command()
{
	is 'a command' "$(put $filter vfs_fallocate:dump) $(grep : $filter)" \
		'ok vfs_fallocate:dump:count=1'
	is 'acts once whatever is asked for' "$(add $filter vfs_fchmod:dump:7) $(grep fchmod $filter)" \
		'ok vfs_fchmod:dump:count=1'
	is 'even nonsense' "$(add $filter vfs_fchown:dump:x) $(grep fchown $filter)" \
		'ok vfs_fchown:dump:count=1'
	is 'each once' "$(add $filter vfs_fallocate:dump:2)" EINVAL
	is 'the other is not counted' "$(add $filter vfs_truncate:cpudump:3) $(grep cpudump $filter)" \
		'ok vfs_truncate:cpudump:unlimited'
	is 'no such function' "$(add $filter no_such_function:dump)" EINVAL
	fresh
	on 0 zero
	on 1 one
	fallocate -l 4k $file
	is 'prints what was recorded, in order' "$(text)" "$title
$rule
0: tracing_mark_write: zero
1: tracing_mark_write: one
$rule"
	is 'it acted' "$(grep vfs_falloc $filter)" vfs_fallocate:dump:count=0
	is 'recording is off' "$(cat tracing_on)" 0
	is 'what was printed is read' "$(records | wc -l) $(cat per_cpu/cpu*/stats | grep -c '^entries: 0')" \
		"0 $(nproc)"
	fallocate -l 8k $file
	is 'and not again' "$(log)" ''
	is 'it goes' "$(add $filter '!vfs_fallocate:dump') $(add $filter '!vfs_fch*:dump:3')" 'ok ok'
	is 'and the other' "$(add $filter '!vfs_truncate:cpudump:9') $(grep -c : $filter)" 'ok 0'
}

check_cpudump()
{
	echo vfs_fallocate:cpudump >$filter
	fresh
	on 0 zero
	on 1 one
	on 0 another
	taskset -c 0 fallocate -l 4k $file
	is 'prints what this CPU recorded' "$(text)" "$title
$rule
0: tracing_mark_write: zero
0: tracing_mark_write: another
$rule"
	taskset -c 1 fallocate -l 8k $file
	is 'and again, on another' "$(text)" "$title
$rule
1: tracing_mark_write: one
$rule"
	taskset -c 1 fallocate -l 12k $file
	is 'nothing is left' "$(text)" "$title
$none"
	is 'it goes, too' "$(add $filter '!vfs_fallocate:cpudump') $(grep -c : $filter)" 'ok 0'
	rm $file
}

check_key()
{
	fresh
	key
	is 'an empty ring' "$(log)" "$title
$none"
	fresh
	on 0 here
	key
	like 'records look as in a latency trace' "$(log)" \
		'^ +[^ ]+-[0-9]+ +0[^ ]{5} [0-9]+us : tracing_mark_write: here$'
	like 'the key is known by its name' "$(echo h >/proc/sysrq-trigger; log)" \
		' unmount\(u\) .*dump-ftrace-buffer\(z\)'
	fresh
	echo 1 >options/raw
	on 0 raw
	key
	like 'raw' "$(log)" '^[0-9]+ 0 [0-9]+ # [0-9a-f]+ raw$'
	echo 0 >options/raw
	fresh
	echo 0 >options/context-info
	on 0 bare
	key
	like 'without context' "$(log)" '^tracing_mark_write: bare$'
	echo 1 >options/context-info
	fresh
	echo 1 >options/verbose
	on 0 much
	key
	like 'verbose' "$(log)" \
		'^ +[^ ]+ +[0-9]+ +0 0 0000000[0-9] 00000001 \[[0-9a-f]{8}\] [0-9]+\.[0-9]{3}ms \(\+0\.000ms\): tracing_mark_write: much$'
	echo 0 >options/verbose
	fresh
	printf '%1500s\n' x >trace_marker
	on 0 next
	key
	is 'long lines are cut' "$(log | awk '/tracing_mark/ { print length($0) } /^-/ { rules++ } END { print rules }' |
		head -n 1) $(dmesg | wc -l)" '1000 0'
	fresh
	echo sched:sched_process_exec >set_event
	/bin/true
	echo >set_event
	key
	like 'an event whose text was never read before' "$(log)" \
		': sched_process_exec: filename=/bin/true pid=[0-9]+ old_pid=[0-9]+$'
}

check_graph()
{
	echo vfs_read >set_graph_function
	echo 2 >max_graph_depth
	fresh
	echo function_graph >current_tracer
	cat /proc/version >/dev/null
	echo 0 >tracing_on
	records >/tmp/shown
	key
	log | grep -v '^Dump\|^---' >/tmp/dumped
	holds 'a nest of calls looks as in trace' cmp /tmp/shown /tmp/dumped
	like 'with leaves' "$(cat /tmp/dumped)" ' us .*\|    [a-z_]+\(\);$'
	echo nop >current_tracer
	echo 0 >max_graph_depth
	: >set_graph_function
	rm /tmp/shown /tmp/dumped
}

# dumped HOW TRACER OPTION...: what a dump says of calls with arguments and results
dumped()
{
	local how=$1 option

	echo "$2" >current_tracer
	shift 2
	for option in "$@"; do
		echo 1 >"options/$option"
	done
	fresh
	taskset -c 0 bash -c 'echo 1 >/sys/module/otr_args_victims/parameters/call'
	"$how"
	echo nop >current_tracer
	for option in "$@"; do
		echo 0 >"options/$option"
	done
	log
}

in_nmi()
{
	echo '!nmi_cpu_backtrace_handler:dump' >>"$filter"
	echo 'nmi_cpu_backtrace_handler:dump' >>"$filter"
	send_nmis 1
	echo '!nmi_cpu_backtrace_handler:dump' >>"$filter"
}

# The first who reads is the one who gets to know types, with what guards them held.
while_types_are_read()
{
	echo 'kernel_read_file_from_path_initns:dump' >>"$filter"
	cat trace >/tmp/shown
	echo '!kernel_read_file_from_path_initns:dump' >>"$filter"
}

# What needs types, in any context: a dump has what is known, and waits for nobody.
check_types()
{
	local hex='0x[0-9a-f]+' how text words

	if intree; then
		skip 'arguments in a dump' 'the in-tree tracer records none'
		return
	fi
	words="$hex(, $hex){5}"
	insmod "$(dirname "$OTR_MODULE")/otr_args_victims.ko"
	echo 'otr_victim_*' >set_ftrace_filter
	text=$(dumped while_types_are_read function func-args)
	like 'while types are read, there are none' "$text" \
		': otr_victim_many\(0x1, 0x2, 0x3, 0x4, 0x5, 0x6\) <-call_all$'
	like 'which the reader has then, or never' "$(cat /tmp/shown)" \
		"otr_victim_int\\((a=-7, b=0x2a, text=0x1234|$words)\\) <-call_all\$"
	for how in key in_nmi; do
		text=$(dumped $how function func-args)
		like "$how: arguments of calls" "$text" \
			": otr_victim_int\\((a=-7, b=0x2a, text=0x1234|$words)\\) <-call_all\$"
		text=$(dumped $how function_graph funcgraph-args)
		like "$how: of entries" "$text" \
			"\\|  otr_victim_int\\((a=-7, b=0x2a, text=0x1234|$words)\\);\$"
		text=$(dumped $how function_graph funcgraph-retval)
		like "$how: results" "$text" '\|  otr_victim_int\(\); /\* = -7 (\(-E2BIG\) )?\*/$'
		[ ! -e /sys/kernel/btf/vmlinux ] ||
			unlike "$how: which have types" "$text" 'otr_victim_void\(\); /\*'
	done
	: >$filter
	rmmod otr_args_victims
}

# As they are, also by a format that nobody read before.
check_addresses()
{
	local how address='ffff[0-9a-f]{12}'

	echo 0 >options/hash-ptr
	for how in key in_nmi; do
		fresh
		echo kmem:kfree >set_event
		ls /proc/self/fd >/dev/null
		echo >set_event
		[ $how = key ] || cat trace >/dev/null
		$how
		like "$how: addresses are as they are" "$(log)" ": kfree: call_site=.* ptr=$address\$"
	done
	echo 1 >options/hash-ptr
	: >$filter
}

# On CPU 0, more than fits.
fill_ring()
(
	taskset -cp 0 "$BASHPID" >/dev/null
	for ((i = 0; i < 400; i++)); do
		echo "a line that fills the ring, number $i" >trace_marker
	done
)

# What was pushed out is told, and what a reader took is not printed.
check_losses()
{
	local old

	old=$(cat buffer_size_kb)
	echo 8 >buffer_size_kb
	fresh
	fill_ring
	dd if=per_cpu/cpu0/trace_pipe bs=16k count=1 status=none >/tmp/piped
	key
	log >/tmp/dumped
	is 'it goes on where a reader was' \
		"$(grep -c number /tmp/dumped) $(sed -n 's/.*number //p' /tmp/dumped | head -n 1)" \
		"$((400 - $(sed -n 's/.*number //p' /tmp/piped | tail -n 1) - 1)) $(($(sed -n 's/.*number //p' /tmp/piped | tail -n 1) + 1))"
	fresh
	fill_ring
	key
	log >/tmp/dumped
	is 'what was pushed out is told' \
		"$(sed -n 's/^CPU:0 \[LOST \([0-9]*\) EVENTS\].*/\1/p' /tmp/dumped)" \
		"$((400 - $(grep -c number /tmp/dumped)))"
	echo "${old%% *}" >buffer_size_kb
	rm /tmp/dumped /tmp/piped
}

# In NMIs, under readers, and while the ring is changed.
check_busy()
{
	local i

	echo 'nmi_cpu_backtrace_handler:dump' >$filter
	fresh
	on 1 before
	send_nmis 1
	like 'in an NMI' "$(log)" 'tracing_mark_write: before$'
	for ((i = 0; i < 5; i++)); do
		echo '!nmi_cpu_backtrace_handler:dump' >$filter
		echo 'nmi_cpu_backtrace_handler:dump' >$filter
		echo 1 >tracing_on
		send_nmis 1
	done
	: >$filter
	echo '!nmi_cpu_backtrace_handler:dump' >$filter
	dmesg -C
	busy_start fork io look
	while [ -e $busy_dir/go ]; do
		timeout 1 cat trace_pipe >/dev/null
	done &
	i=$!
	echo 'vfs_*' >$filter
	echo function >current_tracer
	for kb in 64 256 32 1408 64; do
		echo 1 >tracing_on
		key &
		echo $kb >buffer_size_kb
		wait $!
		echo 1 >tracing_on
		cat trace >/dev/null &
		key
		wait $!
	done
	is 'under readers and changes, it comes to its end' "$(dmesg |
		awk -v rule="$rule" '/Dumping/ { n++ } /buffer empty/ { n-- } $NF == rule { r++ } END { print n - r / 2, (r > 0) }')" \
		'0 1'
	holds 'everything goes on' busy_lives 60
	busy_stop
	wait $i
	echo nop >current_tracer
	dmesg -C
}

begin
echo 1 >/proc/sys/kernel/sysrq
check_types
check_command
check_cpudump
check_key
check_graph
check_addresses
check_losses
check_busy
is 'nothing is hooked' "$(wc -l <enabled_functions)" 0
end
