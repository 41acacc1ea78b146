#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Pages of another size: buffer_subbuf_size_kb, and what depends on it.
#
# timeout: 600

# shellcheck disable=SC2317 # jobs that work is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

cpus=$(nproc)
rounds=$((slower > 1 ? 3 : 6))
expanded=1410
workers=()

subbuf_reset()
{
	echo 0 >snapshot
	echo 4 >buffer_subbuf_size_kb
	echo 1408 >buffer_size_kb
	reset
}

data_size()
{
	sed -n 's/.*char data;.*size:\([0-9]*\);.*/\1/p' "$1/events/header_page"
}

sizes()
{
	echo "$(cat buffer_subbuf_size_kb) $(data_size .) $(cat buffer_size_kb)" \
		"$(cat buffer_total_size_kb) $(cat per_cpu/cpu0/buffer_size_kb)"
}

check_numbers()
{
	local kb page

	is 'mode' "$(stat -c %a buffer_subbuf_size_kb)" 640
	is 'at first' "$(cat buffer_subbuf_size_kb)" 4
	echo 1408 >buffer_size_kb
	while read -r kb page; do
		is "$kb KB" "$(put buffer_subbuf_size_kb "$kb"; sizes)" "ok
$page $((page * 1024 - 16)) $expanded $((expanded * cpus)) $expanded"
	done <<-END
		1 4
		4 4
		5 8
		8 8
		9 16
		17 32
		63 64
		65 128
		129 256
		257 512
		512 512
		2 4
		16 16
	END
	for kb in 0 513 1024 4194304 x -1 0x10 '' '8 ' ' 8'; do
		is "'$kb' is none" "$(put buffer_subbuf_size_kb "$kb")" EINVAL
	done
	is 'nor is what is no number of the machine' \
		"$(put buffer_subbuf_size_kb 99999999999999999999)" ERANGE
	is 'nothing has changed' "$(sizes)" "16 16368 $expanded $((expanded * cpus)) $expanded"
}

# The size that the ring is said to have is that of when it was asked for last.
check_size()
{
	subbuf_reset
	echo 64 >buffer_subbuf_size_kb
	is 'the size stays' "$(cat buffer_size_kb)" 1410
	is 'asked for again' "$(put buffer_size_kb 1410; cat buffer_size_kb)" "ok
1471"
	is 'the smallest' "$(put buffer_size_kb 1; cat buffer_size_kb)" "ok
127"
	echo 4 >buffer_subbuf_size_kb
	is 'stays with small pages' "$(cat buffer_size_kb)" 127
	is 'of a CPU' "$(put per_cpu/cpu1/buffer_size_kb 300; cat buffer_size_kb per_cpu/cpu1/buffer_size_kb)" \
		"ok
X
302"
	echo 16 >buffer_subbuf_size_kb
	is 'stay different' "$(cat buffer_size_kb per_cpu/cpu{0,1}/buffer_size_kb)" "X
127
302"
	is 'all together' "$(put buffer_size_kb 1408; cat buffer_size_kb buffer_total_size_kb)" "ok
1422
$((1422 * cpus))"
}

marks()
{
	grep -v '^#' "${1:-trace}" | sed -n 's/.*tracing_mark_write: //p' | tr '\n' ' '
}

check_records()
{
	subbuf_reset
	echo one >trace_marker
	is 'the same size keeps records' "$(put buffer_subbuf_size_kb 4; marks)" "ok
one "
	is 'another one drops them' "$(put buffer_subbuf_size_kb 8; marks)" ok
	echo two >trace_marker
	is 'a wrong one does not' "$(put buffer_subbuf_size_kb 1000; marks)" "EINVAL
two "
	is 'it goes on' "$(echo 32 >buffer_subbuf_size_kb; echo three >trace_marker; marks)" 'three '
	echo 0 >tracing_on
	is 'off stays off' "$(put buffer_subbuf_size_kb 4; cat tracing_on)" "ok
0"
	echo 1 >tracing_on
}

# pieces SIZE: into how many records a text is cut, and the length of the first one.
pieces()
{
	: >trace
	head -c "$1" /dev/zero | tr '\0' x | dd of=trace_marker bs="$1" iflag=fullblock status=none
	records | sed -n 's/^.*mark_write: //p' | awk 'NR == 1 { first = length($0) } END { print NR, first }'
}

# Programs see where a text is cut.
check_marker()
{
	local kb

	for kb in 4 8 64 4; do
		echo "$kb" >buffer_subbuf_size_kb
		is "$kb KB: a text that fits" "$(pieces 4054)" '1 4054'
		is "$kb KB: one that does not" "$(pieces 4055)" '2 4054'
		is "$kb KB: a long one" "$(pieces 9000)" '3 4054'
		is "$kb KB: too many bytes" \
			"$(errno_of "$(dd if=/dev/zero of=trace_marker_raw bs=4100 count=1 2>&1 | head -n 1)")" EINVAL
	done
}

check_snapshot()
{
	subbuf_reset
	echo one >trace_marker
	echo 1 >snapshot
	echo two >trace_marker
	is 'put aside' "$(marks snapshot)" 'one '
	echo 64 >buffer_subbuf_size_kb
	is 'dropped as well' "$(marks snapshot; marks)" ''
	echo three >trace_marker
	echo 1 >snapshot
	echo four >trace_marker
	is 'put aside again' "$(marks snapshot; marks)" 'three four '
	is 'the size is what it was' "$(cat buffer_subbuf_size_kb buffer_size_kb)" "64
$expanded"
	echo 1 >snapshot
	is 'and again' "$(marks snapshot; cat buffer_size_kb)" "four $expanded"
	echo 0 >snapshot
	echo 8 >buffer_subbuf_size_kb
	echo five >trace_marker
	echo 1 >snapshot
	is 'room that comes later' "$(marks snapshot; cat buffer_subbuf_size_kb)" 'five 8'
	is 'its pages' "$(for ((i = 0; i < cpus; i++)); do
		dd if=per_cpu/cpu$i/snapshot_raw bs=1M count=1 iflag=nonblock 2>/dev/null; done | wc -c)" 8192
	echo 0 >snapshot
}

# Writes numbered lines into the marker, on one CPU.
count_to()
{
	# shellcheck disable=SC2016 # for the inner shell
	taskset -c 0 bash -c 'for ((i = 1; i <= $0; i++)); do echo "number $i"; done >trace_marker' "$1"
}

# pages HOW SIZE: reads or splices pages of CPU 0 until there are none, prints the
# numbers on them, and says on standard error whatever is wrong with them.
pages()
{
	python3 - "$@" <<-'END'
		import fcntl, os, re, struct, sys
		how, size = sys.argv[1], int(sys.argv[2])
		fd = os.open('per_cpu/cpu0/trace_pipe_raw', os.O_RDONLY | os.O_NONBLOCK)
		out, into = os.pipe()
		# Otherwise no more than 64 KB are asked for.
		fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 1 << 20)
		while True:
		    try:
		        if how == 'read':
		            page = os.read(fd, size)
		        else:
		            moved = os.splice(fd, into, size, flags=os.SPLICE_F_NONBLOCK)
		            page = b''
		            while len(page) < moved:
		                page += os.read(out, moved - len(page))
		    except BlockingIOError:
		        break
		    if not page:
		        break
		    commit = struct.unpack_from('Q', page, 8)[0] & 0xfffff
		    if len(page) != size or commit > size - 16:
		        print(f'{len(page)} bytes, {commit} of them used', file=sys.stderr)
		    for number in re.findall(rb'number (\d+)\n', page[16:16 + commit]):
		        print(number.decode())
	END
}

check_pages()
{
	local kb

	subbuf_reset
	for kb in 4 8 64 512 16; do
		echo "$kb" >buffer_subbuf_size_kb
		echo 8192 >buffer_size_kb
		count_to 30000
		is "$kb KB: pages that are read" "$(pages read $((kb * 1024)) 2>&1 | cksum)" \
			"$(seq 30000 | cksum)"
		count_to 30000
		# What is on the page that is written stays.
		is "$kb KB: pages that are moved" \
			"$( (pages splice $((kb * 1024)); pages read $((kb * 1024))) 2>&1 | cksum)" \
			"$(seq 30000 | cksum)"
	done
	count_to 3000
	is 'pages do not fit into less' "$(pages splice 4096 2>&1 | grep -o 'Invalid argument')" \
		'Invalid argument'
}

check_instance()
{
	subbuf_reset
	mkdir instances/subbuf
	is 'an instance has its own' "$(put instances/subbuf/buffer_subbuf_size_kb 32; cat {.,instances/subbuf}/buffer_subbuf_size_kb)" \
		"ok
4
32"
	is 'and its pages' "$(data_size .) $(data_size instances/subbuf)" '4080 32752'
	echo 1 >instances/subbuf/events/sched/sched_switch/enable
	sleep 0.2
	like 'that record' "$(cat instances/subbuf/trace)" 'sched_switch: '
	rmdir instances/subbuf
	mkdir instances/subbuf
	is 'the next one begins anew' "$(cat instances/subbuf/buffer_subbuf_size_kb)" 4
	rmdir instances/subbuf
}

# The name of a program that is longer than the smallest page.
long_name()
{
	printf '/bin%*s/true' 4081 '' | tr ' ' /
}

# A reader has room for a copy of records of the size that they had when it came.
check_long_records()
{
	local name got

	if intree; then
		skip 'records longer than a page was' 'are not recorded there'
		return
	fi
	subbuf_reset
	name=$(long_name)
	echo latency-format >trace_options
	exec 5<trace_pipe 6<trace
	echo 16 >buffer_subbuf_size_kb
	echo 1 >events/sched/sched_process_exec/enable
	"$name"
	"$name"
	echo 0 >events/enable
	is 'they are recorded' "$(records | grep -o 'filename=/bin/*/true ' | awk '{ print length($0) }')" \
		"$(printf '4100\n4100')"
	got=$(timeout 5 head -n 2 <&5)
	is 'and taken out' "$(grep -o 'filename=/bin/*/true ' <<<"$got" | awk '{ print length($0) }')" \
		"$(printf '4100\n4100')"
	exec 5<&- 6<&-
}

# Run a function over and over, in the background, until there is /tmp/stop.
work()
{
	until [ -e /tmp/stop ]; do
		"$@"
	done >/dev/null 2>&1 &
	workers+=($!)
}

change_pages()
{
	local i kb

	for ((i = 0; i < rounds; i++)); do
		for kb in 8 512 4 64 16 128; do
			put buffer_subbuf_size_kb "$kb"
			sleep 0.1
		done
	done
}

read_all()
{
	timeout 1 cat trace >>/tmp/trace
	timeout 1 cat trace_pipe >>/tmp/pipe
}

read_pages()
{
	timeout 0.5 dd if="per_cpu/cpu$1/trace_pipe_raw" bs="$2" of=/dev/null
}

# Everything at once. What is shown must be lines, and all must go on afterwards.
check_busy()
{
	local changes

	if intree; then
		skip 'changes while it is written and read' 'it warns, and changes nothing for readers of trace'
		return
	fi
	subbuf_reset
	rm -f /tmp/{stop,trace,pipe}
	echo 1 >snapshot
	echo 1 >events/sched/enable
	work count_to 100
	work read_all
	work read_pages 0 64k
	work read_pages 1 4k
	work eval 'pages splice 4096; pages splice 524288'
	work eval 'echo 1 >snapshot; cat snapshot >>/tmp/trace; echo 300 >buffer_size_kb'
	changes=$(change_pages)
	: >/tmp/stop
	wait "${workers[@]}"
	is 'every change is made' "$(grep -c -x ok <<<"$changes")" $((rounds * 6))
	echo 0 >events/enable
	unlike 'lines of trace' "$(grep -v '^#' /tmp/trace)" '^([^ C]|.*(TOO BIG|Unknown type|number [0-9]*[^0-9]))'
	unlike 'lines of trace_pipe' "$(cat /tmp/pipe)" '^([^ C]|.*(TOO BIG|Unknown type|number [0-9]*[^0-9]))'
	holds 'something was read' test -s /tmp/pipe
	is 'recording is on' "$(cat tracing_on)" 1
	: >trace
	echo last >trace_marker
	is 'and works' "$(marks)" 'last '
	is 'with pages of any size' "$(for kb in 512 4 8; do
		echo $kb >buffer_subbuf_size_kb; echo $kb >trace_marker; marks; done)" '512 4 8 '
}

begin
subbuf_reset
check_numbers
check_size
check_records
check_marker
check_snapshot
check_pages
check_instance
check_long_records
check_busy
subbuf_reset
end
