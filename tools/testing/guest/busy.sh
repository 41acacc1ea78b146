#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every function of the kernel is traced while the guest is busy.
#
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# What a person at the shell would notice.
responsive()
{
	local start=$SECONDS

	for _ in 1 2 3 4 5 6 7 8 9 10; do
		/bin/true || return
	done
	echo "# ten commands took $((SECONDS - start)) s"
	[ $((SECONDS - start)) -lt $((30 * slower)) ]
}

check_all()
{
	local functions

	echo 300 >buffer_size_kb
	echo function >current_tracer
	# A module comes and goes meanwhile.
	is 'every function is enabled' "$(grep -c -v '\[dummy\]' enabled_functions)" \
		"$(grep -c -v '\[dummy\]' available_filter_functions)"
	sleep 5
	holds 'everybody gets on' busy_lives 60
	holds 'the shell answers' responsive
	echo 0 >tracing_on
	functions=$(records | sed -E 's/.*: ([^ ]+) <-.*/\1/' | sort -u)
	holds 'many functions were recorded' test "$(wc -l <<<"$functions")" -gt 500
	is 'all of them are known' \
		"$(comm -23 <(echo "$functions") <(sed 's/ .*//' available_filter_functions | sort -u) | head -n 5)" ''
	holds 'records were lost only where they are counted' counted
	echo 1 >tracing_on
}

# Written is what is there and what was overwritten, and more is not there.
counted()
{
	local kept written there

	kept=$(cat per_cpu/cpu*/stats | awk '/^(entries|overrun):/ { sum += $2 } END { print sum }')
	there=$(cat per_cpu/cpu*/stats | awk '/^entries:/ { sum += $2 } END { print sum }')
	written=$(sed -n '/entries-written/ { s,.*: [0-9]*/\([0-9]*\) .*,\1,p; q }' trace)
	echo "# $written written, $kept counted, $there of them there"
	[ "$written" = "$kept" ] && [ "$(records | wc -l)" = "$there" ]
}

check_reader()
{
	local lines

	echo >trace
	timeout 10 cat trace_pipe >/tmp/pipe.txt
	lines=$(grep -c ' <-' /tmp/pipe.txt)
	holds 'trace_pipe reads meanwhile' test "$lines" -gt 1000
	unlike 'whole lines' "$(head -n -1 /tmp/pipe.txt | grep -v 'LOST' | head -n 20000)" '^[^ ].*<-|<-.*<-'
	rm -f /tmp/pipe.txt
	holds 'everybody gets on behind it' busy_lives 60
}

check_changes()
{
	local i

	for i in 1 2 3; do
		echo nop >current_tracer
		echo function >current_tracer
	done
	is "off and on again $i times" "$(cat current_tracer)" function
	for i in 'vfs_*' '*lock*' '!*spin*' kfree; do
		add set_ftrace_filter "$i"
	done >/tmp/results.txt
	is 'filters change meanwhile' "$(sort -u /tmp/results.txt)" ok
	is 'and come into force' "$(sed 's/ .*//' enabled_functions | grep -c -v -E '^vfs_|lock|^kfree$')" 0
	: >set_ftrace_filter
	for i in 100 2000 300; do
		put buffer_size_kb "$i"
	done >/tmp/results.txt
	is 'the buffer changes its size meanwhile' "$(sort -u /tmp/results.txt)" ok
	rm -f /tmp/results.txt
	holds 'everybody gets on behind that' busy_lives 60
}

check_cpus()
{
	local cpu=/sys/devices/system/cpu/cpu1/online i

	if [ ! -w "$cpu" ]; then
		skip 'a CPU goes and comes' 'no CPU can go'
		return
	fi
	for i in 1 2 3; do
		put "$cpu" 0
		sleep 0.5
		put "$cpu" 1
	done >/tmp/results.txt
	is "a CPU goes and comes $i times" "$(sort -u /tmp/results.txt) $(cat "$cpu")" 'ok 1'
	rm -f /tmp/results.txt
	echo 0 >tracing_on
	: >trace
	echo 1 >tracing_on
	taskset -c 1 cat /etc/hostname >/dev/null
	holds 'and is traced again' test -n "$(records_of 1 | head -n 1)"
	holds 'everybody gets on after it' busy_lives 60
}

begin
busy_start
sleep 2
check_all
check_reader
check_changes
check_cpus
echo nop >current_tracer
is 'none is enabled afterwards' "$(cat enabled_functions)" ''
holds 'everybody gets on afterwards' busy_lives 60
busy_stop
is 'nothing failed' "$(sort "$busy_dir/failed" 2>/dev/null | uniq -c | head)" ''
rm -rf "$busy_dir"
end
