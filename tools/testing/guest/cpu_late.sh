#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A CPU comes online for the first time while readers of trace_pipe wait, and is the
# only one that records.
#
# boot: own
# boot-options: --append maxcpus=1

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

online=/sys/devices/system/cpu/cpu1/online

# A reader that asks poll() first and never waits in read(). It prints what it got, and
# how often poll() promised something that was not there.
# shellcheck disable=SC2016 # Perl has variables of its own
poll_reader='
	use Fcntl; use IO::Poll qw(POLLIN);
	sysopen(my $fd, "trace_pipe", O_RDONLY | O_NONBLOCK) or die "$!";
	my $poll = IO::Poll->new; $poll->mask($fd => POLLIN);
	my ($text, $broken, $end) = ("", 0, time + 60);
	while (time < $end) {
		$poll->poll(1) > 0 or next;
		if (sysread($fd, my $piece, 4096)) {
			$text .= $piece;
			last if $text =~ /late/;
		} elsif (++$broken >= 100) {
			last;
		}
	}
	$| = 1; print $text, "broken promises: $broken\n";'

# until_line FILE REGEX: it is there within 20 seconds
until_line()
{
	local i

	for ((i = 0; i < 200; i++)); do
		! grep -q -E -e "$2" "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

# Hundredths of a second that a process has computed.
ticks()
{
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# idle PID: it does nothing for a second, but for a moment of it
idle()
{
	local before

	before=$(ticks "$1")
	sleep 1
	[ $(($(ticks "$1") - before)) -lt 30 ]
}

# ends PID: it is gone within 10 seconds
ends()
{
	local i

	for ((i = 0; i < 100; i++)); do
		[ -d "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status" || return 0
		sleep 0.1
	done
	return 1
}

# mark DIRECTORY TEXT: a marker of CPU 1
mark()
{
	taskset -c 1 dd of="$1/trace_marker" conv=notrunc status=none <<<"$2"
}

begin
if [ "$(cat "$online")" != 0 ]; then
	skip 'a CPU that comes late' 'it is here already'
	end
fi
mkdir instances/poll instances/spliced
cat trace_pipe >/tmp/read &
reader=$!
(cd instances/poll && exec perl -e "$poll_reader") >/tmp/polled &
poller=$!
# cat calls splice() where the destination is a pipe, too
python3 -c '
import os
fd = os.open("instances/spliced/trace_pipe", os.O_RDONLY)
into, out = os.pipe()
n = os.splice(fd, out, 65536)
os.write(1, os.read(into, n))' >/tmp/spliced &
splicer=$!
sleep 1
is 'nothing is there yet' "$(cat /tmp/read /tmp/polled /tmp/spliced)" ''
echo 1 >"$online"
sleep 1
holds 'a reader waits for the CPU that came' idle "$reader"
for dir in . instances/poll instances/spliced; do
	mark "$dir" "late in $dir"
done
holds 'read() gets its records' until_line /tmp/read 'late in \.$'
like 'from that CPU' "$(cat /tmp/read)" '\[001\] .* tracing_mark_write: late in \.$'
holds 'and waits again' idle "$reader"
mark . again
holds 'and gets more' until_line /tmp/read 'again$'
kill -9 "$reader"
holds 'and can be killed' ends "$reader"
holds 'poll() tells of its records' until_line /tmp/polled 'late in instances/poll$'
holds 'and is done' ends "$poller"
like 'and promises nothing that is not there' "$(cat /tmp/polled)" '^broken promises: 0$'
holds 'splice() gets its records' until_line /tmp/spliced 'late in instances/spliced$'
holds 'and is done' ends "$splicer"
kill -9 "$poller" "$splicer" 2>/dev/null
wait
is 'the CPU has its directory' "$(sed -n 's/^read events: //p' per_cpu/cpu1/stats)" 2
rmdir instances/poll instances/spliced
rm -f /tmp/{read,polled,spliced}
end
