#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls that repeat, functions that were ever hooked, and the caller that a function says it
# was called by.
#
# timeout: 300

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

repeats_reset()
{
	echo 0 >options/func-no-repeats
	echo 0 >options/func_stack_trace
	reset
}

check_format()
{
	is 'its format' "$(sed -n '/ ip;/,$p' events/ftrace/func_repeats/format)" \
		"$(printf '%s\n' '	field:unsigned long ip;	offset:8;	size:8;	signed:0;' \
			'	field:unsigned long parent_ip;	offset:16;	size:8;	signed:0;' \
			'	field:u16 count;	offset:24;	size:2;	signed:0;' \
			'	field:u16 top_delta_ts;	offset:26;	size:2;	signed:0;' \
			'	field:u32 bottom_delta_ts;	offset:28;	size:4;	signed:0;' '' \
			'print fmt: " %ps <-%ps\t(repeats:%u  delta: -%llu)", (void *)REC->ip, (void *)REC->parent_ip, REC->count, (((u64)(REC)->top_delta_ts << 32) | (REC)->bottom_delta_ts)')"
}

# Two hundred reads on a CPU, and an end that is no read.
reads()
{
	local i

	exec 5</dev/urandom
	echo "$BASHPID" >set_ftrace_pid
	for ((i = 0; i < 200; i++)); do
		read -r -N 1 -u 5 _
	done
	: </etc/hostname
}

repeats_of()
{
	trace_of $'vfs_read\nvfs_open' taskset -c 0 bash -c "$(declare -f reads); reads" >/dev/null
	: >set_ftrace_pid
}

check_repeats()
{
	local text counts

	repeats_of
	holds 'each call is a record' test "$(records | grep -c 'vfs_read <-ksys_read')" -ge 200
	echo 1 >options/func-no-repeats
	repeats_of
	text=$(records)
	like 'one line for many' "$text" \
		"${head_re}vfs_read <-ksys_read \\(repeats: [0-9]+, last_ts: +[0-9]+\\.[0-9]{6}\\)\$"
	holds 'few are left' test "$(grep -c 'vfs_read <-ksys_read$' <<<"$text")" -lt 100
	counts=$(sed -n 's/.*vfs_read <-ksys_read (repeats: \([0-9]*\),.*/\1/p' <<<"$text" | sort -n | tail -n 1)
	holds 'and the others counted' test "$counts" -ge 150
	is 'the last one was before the record' "$(sed -n \
		's/.* \([0-9.]*\): vfs_read <-.* (repeats: .*, last_ts: *\([0-9.]*\))/\1 \2/p' <<<"$text" |
		awk '$2 > $1' | wc -l)" 0
	echo 1 >options/raw
	like 'raw' "$(records)" '^[0-9]+ [0-9] [0-9]+ [0-9]{20} [0-9]{20} [0-9]+ [0-9]+$'
	echo 0 >options/raw
	echo 1 >options/hex
	like 'hex' "$(records)" '^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{16} type: 19$'
	echo 0 >options/hex
	echo 0 >options/print-parent
	like 'without the parent' "$(records)" ': vfs_read \(repeats: [0-9]+, '
	echo 1 >options/print-parent
	echo counter >trace_clock
	repeats_of
	like 'with a clock that has no seconds' "$(records)" \
		'vfs_read <-ksys_read \(repeats: [0-9]+, last_ts: +[0-9]+\)$'
	echo local >trace_clock
	echo 1 >options/func_stack_trace
	repeats_of
	is 'a stack behind each that is left' "$(records | grep -c '<stack trace>')" \
		"$(records | grep -c '<-[^(]*$')"
	like 'still counted' "$(records)" 'vfs_read <-ksys_read \(repeats: '
	repeats_reset
}

check_touched()
{
	echo vfs_truncate >set_ftrace_filter
	echo function >current_tracer
	like 'while it is on' "$(cat touched_functions)" '^vfs_truncate \(1\) '
	echo nop >current_tracer
	is 'it is enabled no more' "$(grep -c '^vfs_truncate' enabled_functions)" 0
	like 'but was touched' "$(cat touched_functions)" \
		'^vfs_truncate \(0\)            ->[a-z_]+\+0x0/0x[0-9a-f]+( \[[a-z]+\])?$'
	unlike 'others were not' "$(cat touched_functions)" '^vfs_fallocate '
	reset
}

# What a function jumps to at its end is called by the function's caller.
check_parent()
{
	echo 1 >function_profile_enabled
	trace_of 'vfs_*' cat /etc/hostname >/dev/null
	if intree; then
		skip 'nobody is called by the way back' 'the in-tree tracer says so'
	else
		unlike 'nobody is called by the way back' "$(records)" '<-otr_return'
	fi
	holds 'there are calls' test "$(records | grep -c '<-')" -ge 10
	echo 0 >function_profile_enabled
	reset
	echo function_graph >current_tracer
	echo nop >current_tracer
	reset
}

begin
repeats_reset
check_format
check_touched
check_repeats
check_parent
end
