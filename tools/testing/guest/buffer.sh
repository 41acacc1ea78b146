#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Size and behaviour of the buffer, clocks, markers, names of tasks.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

cpus=$(nproc)

sizes()
{
	echo "$(cat buffer_size_kb) $(cat buffer_total_size_kb) $(cat per_cpu/cpu0/buffer_size_kb)"
}

check_unused()
{
	if grep -q expanded buffer_size_kb; then
		is 'before the first use' "$(cat buffer_size_kb)" '7 (expanded: 1408)'
		is 'in total' "$(cat buffer_total_size_kb)" "$((cpus * 7)) (expanded: $((cpus * 1408)))"
		is 'of a CPU' "$(cat per_cpu/cpu0/buffer_size_kb)" 7
	else
		skip 'before the first use' 'somebody used it'
	fi
	echo function >current_tracer
	echo nop >current_tracer
	is 'the first tracer makes it big' "$(cat buffer_size_kb)" 1410
}

check_size()
{
	local want

	while read -r size want; do
		is "$size KB" "$(put buffer_size_kb "$size"; sizes)" "ok
$want $((want * cpus)) $want"
	done <<-END
		1000 1000
		1 7
		4 7
		8 11
		100 103
		5000 5000
		1408 1410
	END
	is 'size 0' "$(put buffer_size_kb 0)" EINVAL
	is 'no number' "$(put buffer_size_kb x)" EINVAL
	is 'not decimal' "$(put buffer_size_kb 0x10)" EINVAL
	is 'negative' "$(put buffer_size_kb -1)" EINVAL
	is 'too big for a number' "$(put buffer_size_kb 99999999999999999999)" ERANGE
	is 'too big for the machine' "$(put buffer_size_kb 100000000)" 'Cannot allocate memory'
	is 'an empty line' "$(put buffer_size_kb '')" EINVAL
	is 'nothing has changed' "$(sizes)" "1410 $((1410 * cpus)) 1410"
	is 'one CPU' "$(put per_cpu/cpu1/buffer_size_kb 200)" ok
	is 'differs' "$(sizes)" "X $((1410 * (cpus - 1) + 203)) 1410"
	is 'and has its size' "$(cat per_cpu/cpu1/buffer_size_kb)" 203
	is 'size 0 of a CPU' "$(put per_cpu/cpu1/buffer_size_kb 0)" EINVAL
	is 'all at once' "$(put buffer_size_kb 1408; sizes)" "ok
1410 $((1410 * cpus)) 1410"
	is 'buffer_percent' "$(cat buffer_percent; put buffer_percent 100; cat buffer_percent)" "50
ok
100"
	is 'buffer_percent 101' "$(put buffer_percent 101; cat buffer_percent)" "EINVAL
100"
	echo 50 >buffer_percent
}

# Writes numbered lines into the marker, on one CPU.
count_to()
{
	# shellcheck disable=SC2016 # for the inner shell
	taskset -c 0 bash -c 'for ((i = 1; i <= $0; i++)); do echo "number $i"; done >trace_marker' "$1" 2>/dev/null
}

numbers()
{
	records_of 0 | sed -n 's/.*: number //p'
}

stat_of()
{
	sed -n "s/^$1: *//p" per_cpu/cpu0/stats
}

check_overwrite()
{
	local kept

	echo 8 >buffer_size_kb
	: >trace
	count_to 2000
	kept=$(numbers | wc -l)
	holds 'overwrite: some are kept' test "$kept" -gt 100
	is 'overwrite: the newest ones' "$(numbers)" "$(seq $((2001 - kept)) 2000)"
	is 'overwrite: the others are overrun' "$(stat_of overrun)" $((2000 - kept))
	is 'overwrite: none is dropped' "$(stat_of 'dropped events')" 0
	like 'overwrite: header' "$(cat per_cpu/cpu0/trace)" "entries-written: $kept/2000 "

	echo nooverwrite >trace_options
	: >trace
	count_to 2000
	kept=$(numbers | wc -l)
	holds 'nooverwrite: some are kept' test "$kept" -gt 100
	is 'nooverwrite: the oldest ones' "$(numbers)" "$(seq 1 "$kept")"
	is 'nooverwrite: the others are dropped' "$(stat_of 'dropped events')" $((2000 - kept))
	is 'nooverwrite: none is overrun' "$(stat_of overrun)" 0
	is 'nooverwrite: the writer is told' \
		"$(errno_of "$(taskset -c 0 bash -c 'echo x >trace_marker' 2>&1)")" EBADF
	timeout 5 cat per_cpu/cpu0/trace_pipe >/dev/null
	count_to 1
	is 'nooverwrite: room after reading' "$(numbers)" 1
	echo overwrite >trace_options

	: >trace
	count_to 2000
	echo 8 >buffer_size_kb
	is 'the same size again keeps the records' "$(numbers | tail -n 1)" 2000
	echo 1408 >buffer_size_kb
	is 'a bigger buffer keeps them' "$(numbers | tail -n 1)" 2000
	reset
}

check_clocks()
{
	local clock text

	is 'trace_clock at first' "$(cat trace_clock)" \
		'[local] global counter uptime perf mono mono_raw boot tai x86-tsc'
	is 'a bad clock' "$(put trace_clock bad)" EINVAL
	is 'two clocks' "$(put trace_clock 'mono boot')" EINVAL
	is 'half a clock' "$(put trace_clock mon)" EINVAL
	is 'changes nothing' "$(cat trace_clock)" \
		'[local] global counter uptime perf mono mono_raw boot tai x86-tsc'
	is 'blanks around' "$(put trace_clock '  mono  ')" ok
	for clock in local global counter uptime perf mono mono_raw boot tai x86-tsc; do
		is "clock $clock" "$(put trace_clock $clock)" ok
		is "clock $clock is chosen" "$(sed 's/.*\[\(.*\)\].*/\1/' trace_clock)" $clock
		is "clock $clock empties the buffer" "$(records)" ''
		echo one >trace_marker
		echo two >trace_marker
		text=$(records)
		is "clock $clock goes forward" \
			"$(sed -E 's/.* ([0-9.]+): [^ ]*: (one|two)$/\1/' <<<"$text" | sort -c -g 2>&1)" ''
		case $clock in
		counter | uptime | x86-tsc)
			all_like "clock $clock: plain numbers" "$text" '\] [^ ]{5} +[0-9]+: ' ;;
		*)
			all_like "clock $clock: microseconds" "$text" '\] [^ ]{5} +[0-9]+\.[0-9]{6}: ' ;;
		esac
	done
	put trace_clock counter >/dev/null
	for _ in 1 2 3; do
		echo x >trace_marker
	done
	is 'clock counter counts' "$(records | sed -E 's/.* ([0-9]+): .*/\1/' |
		awk 'NR > 1 { print $1 - last } { last = $1 }' | tr '\n' ' ')" '1 1 '
	put trace_clock mono >/dev/null
	echo now >trace_marker
	text=$(cut -d. -f1 /proc/uptime)
	holds 'clock mono is the time since boot' test \
		$((text - $(records | sed -E 's/.* ([0-9]+)\.[0-9]+: .*/\1/'))) -le 2
	reset
}

# marks TEXT: what a write to the marker becomes.
marks()
{
	: >trace
	printf '%b' "$1" >trace_marker
	records | sed -E 's/^.*[0-9]: (tracing_mark_write: )?//'
}

check_marker()
{
	local size text

	echo 'hello' >trace_marker
	all_like 'a marker' "$(records)" "${head_re}tracing_mark_write: hello\$"
	is 'without newline' "$(marks 'no newline')" 'no newline'
	is 'two lines in a write' "$(marks 'one\ntwo\n')" "one
two"
	is 'an empty line' "$(marks '\n')" ''
	is 'a zero byte ends the text' "$(marks 'before\0000after\n')" before
	is 'other bytes stay' "$(marks 'a\tb \0303\0244\n')" "$(printf 'a\tb \303\244')"
	is 'it cannot be read' "$(get trace_marker)" EINVAL
	is 'nor can what only shows be written' "$(put README anything)" EINVAL
	# dd writes it all in one go, and again what was not taken.
	for size in 100 1000 4000 4054; do
		text=$(marks_of "$size")
		is "$size bytes are one record" "$(wc -l <<<"$text") ${#text}" "1 $size"
	done
	for size in 4096 9000; do
		text=$(marks_of "$size")
		is "$size bytes are all there" "$(tr -d '\n' <<<"$text" | wc -c)" "$size"
		holds "$size bytes are several records" test "$(wc -l <<<"$text")" -ge $((size / 4096 + 1))
	done
	is 'two writers at once' "$(two_writers)" '1000 1000'

	: >trace
	printf '\1\0\0\0abc' >trace_marker_raw
	like 'raw marker' "$(records)" '[0-9]: # 1 buf: 61 62 63'
	is 'raw marker without a number' "$(errno_of "$( { printf abc >trace_marker_raw; } 2>&1)")" EINVAL
	put tracing_on 0 >/dev/null
	: >trace
	put trace_marker x >/dev/null
	is 'nothing while off' "$(records)" ''
	reset
}

marks_of()
{
	: >trace
	head -c "$1" /dev/zero | tr '\0' x | dd of=trace_marker bs="$1" iflag=fullblock status=none
	records | sed -E 's/^.*[0-9]: (tracing_mark_write: )?//'
}

two_writers()
{
	: >trace
	for word in first second; do
		for ((i = 0; i < 1000; i++)); do
			echo "$word $i"
		done >trace_marker &
	done
	wait
	echo "$(records | grep -c ': first [0-9]*$') $(records | grep -c ': second [0-9]*$')"
}

check_marker_forms()
{
	: >trace
	echo hi >trace_marker
	echo 0 >tracing_on
	like 'marker, raw' "$(echo raw >trace_options; records)" '^[0-9]+ [0-9]+ [0-9]+ # [0-9a-f]+ hi$'
	echo noraw >trace_options
	like 'marker, sym-offset' "$(echo sym-offset >trace_options; records)" \
		': tracing_mark_write\+0x[0-9a-f]+/0x[0-9a-f]+: hi$'
	echo nosym-offset >trace_options
	is 'marker, nocontext-info' "$(echo nocontext-info >trace_options; records)" 'tracing_mark_write: hi'
	echo context-info >trace_options
	is 'marker, printk-msg-only' "$(echo printk-msg-only >trace_options; records)" hi
	reset
}

check_names()
{
	local pid

	is 'saved_cmdlines_size' "$(cat saved_cmdlines_size)" 6552
	is 'resize' "$(put saved_cmdlines_size 10000; cat saved_cmdlines_size)" "ok
19659"
	is 'largest' "$(put saved_cmdlines_size 32768; cat saved_cmdlines_size)" "ok
45874"
	is 'too large' "$(put saved_cmdlines_size 32769)" EINVAL
	is 'zero' "$(put saved_cmdlines_size 0)" EINVAL
	is 'no number' "$(put saved_cmdlines_size x)" EINVAL
	is 'back' "$(put saved_cmdlines_size 1; cat saved_cmdlines_size)" "ok
6552"
	is 'empty after that' "$(cat saved_cmdlines)" ''

	trace_of vfs_read bash -c 'cp /bin/true /tmp/otr_name_test; /tmp/otr_name_test; sleep 0.1' >/dev/null
	rm -f /tmp/otr_name_test
	all_like 'lines of saved_cmdlines' "$(cat saved_cmdlines)" '^[0-9]+ .{1,15}$'
	pid=$(sed -n 's/ otr_name_test$//p' saved_cmdlines)
	like 'a task that is gone has its name' "$pid" '^[0-9]+$'
	like 'in the trace' "$(records)" "^ +otr_name_test-$pid +\["
	put saved_cmdlines_size 1 >/dev/null
	like 'without memory of it, dots' "$(records)" "^ +<\.\.\.>-$pid +\["
	reset

	echo record-tgid >trace_options
	trace_of vfs_read sh -c 'cat /etc/hostname; sleep 0.1; cat /etc/hostname; sleep 0.1' >/dev/null
	unlike 'lines of saved_tgids' "$(cat saved_tgids)" '^([^0-9]|[0-9]+ ([^0-9]|0$))'
	is 'saved_tgids is in order' "$(sort -c -n saved_tgids 2>&1)" ''
	reset
}

begin
check_unused
check_size
check_overwrite
check_clocks
check_marker
check_marker_forms
check_names
end
