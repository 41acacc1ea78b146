#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# /sys/kernel/debug/tracing, where older programs look: it is there when somebody goes
# there, and keeps the engine only for as long as somebody is in it.
#
# boot: own
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

debugfs=/sys/kernel/debug
there=$debugfs/tracing

# How often it is mounted, in a file of mounts.
mounts()
{
	awk -v there="$there" '$2 == there && $3 == "tracefs"' "${1:-/proc/mounts}" | wc -l
}

# soon SECONDS COMMAND [ARG...]: it succeeds within that time
soon()
{
	local end=$((SECONDS + $1 * slower))

	shift
	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

gone()
{
	[ "$(mounts "$@")" = 0 ]
}

# Whether somebody has it mounted or not.
leave()
{
	umount "$there" 2>/dev/null || gone /proc/mounts
}

load()
{
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS
}

unload()
{
	umount -l "$there"
	rmmod outrace
}

check_place()
{
	is 'a directory' "$(stat -c '%A %U:%G' "$there")" 'dr-xr-xr-x root:root'
	is 'where nothing is yet' "$(mounts)" 0
	exec 5<"$there/trace"
	is 'that has the files, once somebody went there' "$(mounts)" 1
	exec 5<&-
	is 'of the same file system' "$(stat -f -c %T "$there/")" tracefs
	is 'the same names' "$(ls "$there")" "$(ls "$tracing")"
	echo debug >"$there/trace_marker"
	like 'the same records' "$(cat "$tracing/trace")" 'tracing_mark_write: debug$'
	is 'and the same inodes' "$(stat -c %i "$there/trace")" "$(stat -c %i "$tracing/trace")"
	chmod 0444 "$there/trace_clock"
	is 'what is changed there is changed' "$(stat -c %a "$tracing/trace_clock")" 444
	holds 'a path through it' test -d "$there/per_cpu/cpu0"
	holds 'it can be unmounted' leave
	holds 'and comes again' test -e "$there/trace"
	holds 'also when tracefs is mounted nowhere else' unmount_tracing
	leave
	like 'it has everything' "$(cat "$there/current_tracer" 2>&1)" '^nop$'
	is 'and what was changed' "$(stat -c %a "$there/trace_clock")" 444
	chmod 0640 "$there/trace_clock"
}

# After check_place(), tracefs is mounted nowhere else.
check_leaving()
{
	local pid

	ls "$there" >/dev/null
	is 'unloading has to wait for who was there just now' \
		"$(rmmod outrace 2>&1 | grep -c 'in use')" 1
	holds 'it is unmounted when it is not used' soon 10 gone
	chmod 0600 "$there/trace_clock"
	holds 'again' soon 10 gone
	is 'and what was changed stays' "$(stat -c %a "$there/trace_clock")" 600
	chmod 0640 "$there/trace_clock"
	exec 5<"$there/trace"
	(cd "$there" && exec sleep 1000) &
	pid=$!
	unshare -m --propagation private sleep 1000 5<&- &
	sleep 3
	is 'not while somebody is in it' "$(mounts)" 1
	exec 5<&-
	sleep 3
	is 'or only has it as his directory' "$(mounts)" 1
	kill "$pid"
	wait "$pid" 2>/dev/null
	holds 'but after that' soon 10 gone
	holds 'and in other name spaces' soon 10 gone "/proc/$!/mounts"
	kill $!
	wait $! 2>/dev/null
	holds 'and then the engine can go' soon 10 rmmod outrace
	is 'with it goes the directory' "$(ls -d "$there" 2>&1)" \
		"ls: cannot access '$there': No such file or directory"
	holds 'and comes back' load
	holds 'with everything' test -e "$there/trace"
}

# Somebody steps in there all the time while the engine comes and goes.
check_races()
{
	local i loaded=0 pids=()

	for i in 1 2 3; do
		while [ ! -e /tmp/enough ]; do
			ls "$there" >/dev/null 2>&1
			cat "$there/tracing_on" "$there/instances/../trace_clock" >/dev/null 2>&1
			# So that there is a time at which nobody is in it.
			sleep $((RANDOM % 2)).$((RANDOM % 9 + 1))
		done &
		pids+=($!)
	done
	for ((i = 0; i < 8; i++)); do
		soon 100 unload && load && loaded=$((loaded + 1))
	done
	: >/tmp/enough
	wait "${pids[@]}"
	rm /tmp/enough
	is 'it comes and goes while others step in and out' "$loaded" 8
}

check_cyclictest()
{
	if ! hash cyclictest; then
		skip 'cyclictest' 'it is not here'
		return
	fi
	echo 1 >"$there/tracing_on"
	: >"$there/trace"
	# The first time that it is late by a microsecond
	timeout 60 cyclictest -b 1 --tracemark -q -D 30 >/tmp/cyclictest 2>&1
	like 'cyclictest -b finds it' "$(cat /tmp/cyclictest)" "debugfs mountpoint: $there/"
	unlike 'and has what it wants' "$(cat /tmp/cyclictest)" 'unable|rror|not '
	is 'and stops recording' "$(cat "$there/tracing_on")" 0
	like 'with a mark' "$(cat "$there/trace")" 'tracing_mark_write: hit latency threshold'
	echo 1 >"$there/tracing_on"
	rm -f /tmp/cyclictest
}

begin
mountpoint -q "$debugfs" || mount -t debugfs nodev "$debugfs"
check_place
if intree; then
	skip 'leaving' 'the in-tree tracer cannot be unloaded, and leaves it mounted'
else
	check_leaving
	check_races
fi
check_cyclictest
# It goes by itself, but not at once, and keeps the module until then.
umount -l "$there" 2>/dev/null || :
mount_tracing
end
