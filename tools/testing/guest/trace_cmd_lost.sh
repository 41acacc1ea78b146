#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A buffer that is much too small and a task that writes as fast as it can: what
# trace-cmd has read and what it says was lost is together what was written.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

marks=20000
calls=20000

# Two writers, which do not stop where a mark is refused.
# shellcheck disable=SC2016
write_marks='
import os, sys
fd = os.open("/sys/kernel/tracing/trace_marker", os.O_WRONLY)
for i in range(int(sys.argv[1])):
    try:
        os.write(fd, b"mark %06d\n" % i)
    except OSError:
        pass
'
# Put before one of them: real-time tasks on every CPU leave none to a reader.
alone='
import atexit, os, signal
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
own, *others = sorted(os.sched_getaffinity(0))
for cpu in others:
    other = os.fork()
    if not other:
        os.sched_setaffinity(0, {cpu})
        while True:
            pass
    atexit.register(os.kill, other, signal.SIGKILL)
os.sched_setaffinity(0, {own})
'
call_getppid='
import os, sys
for i in range(int(sys.argv[1])):
    os.getppid()
'

# sum TEXT REGEX: the numbers of these lines of `report --stat`, of all CPUs.
sum()
{
	sed -nE "s/^$2: //p" <<<"$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

# account NAME WRITTEN RECORD: what became of what was written; RECORD is a word of
# the records in the report.
account()
{
	local name=$1 written=$2 read stat said_lost uncounted

	is "$name: recorded" "$(said | grep -v "^  plugin '")" ''
	tc report t.dat >"$work/report"
	is "$name: reported" "$(said)" ''
	stat=$(tc report --stat t.dat)
	read=$(grep -c -E "$3" "$work/report")
	said_lost=$(sed -nE 's/.*\[([0-9]+) EVENTS DROPPED\].*/\1/p' "$work/report" |
		awk '{ sum += $1 } END { print sum + 0 }')
	uncounted=$(grep -c '\[EVENTS DROPPED\]' "$work/report")
	overrun=$(sum "$stat" overrun)
	dropped=$(sum "$stat" 'dropped events')
	echo "# $name: $written written, $read read, $said_lost lost, at $uncounted more places without" \
		"a number; overrun $overrun, dropped $dropped"
	is "$name: read and lost are all" $((read + overrun + dropped)) "$written"
	# The client asks before it takes out the last pages.
	is "$name: the kernel counts what was read" \
		$(($(sum "$stat" 'read events') + $(sum "$stat" entries))) "$read"
	is "$name: none in a nested context" "$(sum "$stat" 'commit overrun')" 0
	if [ "$uncounted" -eq 0 ]; then
		is "$name: the report says how many" "$said_lost" "$overrun"
	else
		holds "$name: the report says not more than that" test "$said_lost" -lt "$overrun"
	fi
}

check_overwrite()
{
	tc record -q -o t.dat -p nop -b 16 python3 -c "$alone$write_marks" "$marks"
	account 'marks' "$marks" ' mark [0-9]{6}'
	holds 'marks: some are lost' test "$overrun" -gt 0
	is 'marks: none was refused' "$dropped" 0
}

check_keep()
{
	tc record -q -o t.dat -p nop -b 16 -O nooverwrite python3 -c "$alone$write_marks" "$marks"
	account 'marks, the old kept' "$marks" ' mark [0-9]{6}'
	holds 'marks, the old kept: some are refused' test "$dropped" -gt 0
	is 'marks, the old kept: none was overwritten' "$overrun" 0
	echo overwrite >trace_options
}

check_calls()
{
	local function

	function=$(grep -o -E '^__x64_sys_getppid|^__do_sys_getppid' available_filter_functions | head -n 1)
	tc record -q -o t.dat -p function -l "$function" -b 16 \
		python3 -c "$alone$call_getppid" "$calls"
	# The shell-less command has no other caller.
	account 'calls' "$calls" "$function"
	holds 'calls: some are lost' test "$overrun" -gt 0
}

check_room()
{
	tc record -q -o t.dat -p nop -b 10000 python3 -c "$write_marks" "$marks"
	account 'marks, room enough' "$marks" ' mark [0-9]{6}'
	is 'marks, room enough: none is lost' "$overrun $dropped" '0 0'
	is 'marks, room enough: in order' "$(grep -o ' mark [0-9]*' "$work/report" | sort -c -u 2>&1)" ''
	is 'marks, room enough: the report says nothing' "$(grep -c DROPPED "$work/report")" 0
}

# It takes pages by splice while it records, each whole.
check_splice()
{
	local text

	if ! command -v strace >/dev/null; then
		skip 'splice' 'strace is not installed: tools/build/deps'
		return
	fi
	(cd "$work" && strace -f -qq -e trace=splice,read -e signal=none -o s.log \
		trace-cmd record -q -o t.dat -p nop -b 64 python3 -c "$write_marks" "$marks") 2>"$work/said"
	text=$(grep -E 'splice\(.*= [0-9]+$' "$work/s.log" | sed 's/.* = //')
	holds 'trace-cmd splices' test "$(wc -l <<<"$text")" -gt 2
	is 'whole pages' "$(awk '$1 % 4096' <<<"$text")" ''
	is 'and none fails' "$(grep splice "$work/s.log" | grep -E '= -1 E' | grep -v EAGAIN | head -n 3)" ''
	account 'marks, watched' "$marks" ' mark [0-9]{6}'
}

client_begin trace-cmd
check_overwrite
check_keep
check_calls
check_room
check_splice
client_end
