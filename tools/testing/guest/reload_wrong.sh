#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tools/reload leaves behind when something goes wrong on its way.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

reload=$(realpath "$(dirname "$0")/../../reload")
keep=/dev/shm/wrong
still='The one that was loaded still is, and records'

# record TEXT LINES: something to be kept, so many lines of it behind a text
record()
{
	echo 1 >$tracing/tracing_on
	echo >$tracing/trace
	echo "$1" >$tracing/trace_marker
	for ((i = 0; i < $2; i++)); do
		printf '%0900d\n' $i
	done >$tracing/trace_marker
}

# said_of DIR: what is in files of pages, or in the ring yet
said_of()
{
	trace-cmd report -i "$1/first.dat" 2>/dev/null
	cat "$1"/*.pages 2>/dev/null
	cat $tracing/trace
}

# as_before NAME: it records
as_before()
{
	echo "behind-$1" >$tracing/trace_marker
	is "$1: it goes on to record" "$(cat $tracing/tracing_on)$(grep -c "behind-$1" $tracing/trace)" 11
}

begin
cd /
mkdir $keep
echo 4096 >$tracing/buffer_size_kb
build=$(stat -c %i /sys/module/outrace)

# As soon as it takes pages.
record before-the-signal 1000
$reload --keep $keep/signal "$OTR_MODULE" >$keep/said 2>&1 &
reloading=$!
until compgen -G "$keep/signal/*.pages" >/dev/null || ! kill -0 $reloading 2>/dev/null; do :; done
kill -TERM $reloading
wait $reloading
is "a signal ends it" $? 1
like "which is told" "$(cat $keep/said)" 'ended by SIGTERM'
like "and what is so now" "$(cat $keep/said)" "$still"
is "the module is the same" "$(stat -c %i /sys/module/outrace)" "$build"
like "what it had taken is in a file" "$(said_of $keep/signal)" before-the-signal
as_before signal

# Room for the settings and the first pages.
mkdir $keep/full
mount -t tmpfs -o size=128k full $keep/full
record before-it-was-full 300
$reload --keep $keep/full/kept "$OTR_MODULE" >$keep/said 2>&1
is "no room ends it" $? 1
like "which is told" "$(cat $keep/said)" 'No space left on device'
like "and what is so now" "$(cat $keep/said)" "$still"
is "the module is the same" "$(stat -c %i /sys/module/outrace)" "$build"
like "what it had taken is in a file of pages, or in the ring" "$(said_of $keep/full/kept)" before-it-was-full
as_before full
umount $keep/full
mount -t tmpfs -o size=4k full $keep/full
head -c 4096 /dev/zero >$keep/full/zeros
$reload --keep $keep/full/kept "$OTR_MODULE" >$keep/said 2>&1
is "no room for the settings ends it" $? 1
like "which is told" "$(cat $keep/said)" "No space left on device|setup"
unlike "as people tell it" "$(cat $keep/said)" Traceback
as_before settings
umount $keep/full

# A mount below it, which is no open file.
mount --bind /dev/shm $tracing/options
record before-the-umount 30
$reload --keep $keep/umount "$OTR_MODULE" >$keep/said 2>&1
is "a mount that stays ends it" $? 1
like "which is told" "$(cat $keep/said)" 'umount: .*busy'
like "and what is so now" "$(cat $keep/said)" "$still"
umount $tracing/options
is "the module is the same" "$(stat -c %i /sys/module/outrace)" "$build"
like "what was recorded is in a file" "$(trace-cmd report -i $keep/umount/first.dat 2>&1)" before-the-umount
as_before umount

# It looks like a module until the kernel looks at what machine it is for.
cp "$OTR_MODULE" $keep/other.ko
printf '\3\0' | dd of=$keep/other.ko bs=1 seek=18 conv=notrunc 2>/dev/null
echo vfs_read >$tracing/set_ftrace_filter
record before-the-insmod 30
$reload --keep $keep/insmod $keep/other.ko >$keep/said 2>&1
is "a module that does not load ends it" $? 1
like "which is told" "$(cat $keep/said)" 'insmod: .*nvalid module format'
like "and what is so now" "$(cat $keep/said)" "Nothing is loaded now; what was set up: $keep/insmod/setup.sh"
holds "as it is" test ! -d /sys/module/outrace
like "what was recorded is in a file" "$(trace-cmd report -i $keep/insmod/first.dat 2>&1)" before-the-insmod
insmod "$OTR_MODULE"
mount_tracing
cd /
bash $keep/insmod/setup.sh $tracing
is "and what was set up can be" "$(cat $tracing/set_ftrace_filter)" vfs_read
rm -r $keep
end
