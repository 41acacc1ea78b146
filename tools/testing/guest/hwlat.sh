#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# hwlat: its files, its threads, and an NMI of known length, in virtual time.
#
# boot-options: --icount --smp 2

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

check_files()
{
	cd hwlat_detector || return
	is 'files' "$(echo *)" 'mode width window'
	is 'width' "$(cat width)" 500000
	is 'window' "$(cat window)" 1000000
	is 'a width over the window' "$(put width 1000001)" EINVAL
	is 'a window below the width' "$(put window 499999)" EINVAL
	is 'no number' "$(put width x)" EINVAL
	is 'nothing changed' "$(cat width window | tr '\n' ' ')" '500000 1000000 '
	is 'mode' "$(cat mode)" 'none [round-robin] per-cpu'
	is 'no mode' "$(put mode no)" EINVAL
	is 'none' "$(put mode none)" ok
	is 'is chosen' "$(cat mode)" '[none] round-robin per-cpu'
	cd ..
	mkdir instances/other
	holds 'another instance has no such directory' test ! -e instances/other/hwlat_detector
	rmdir instances/other
}

threads()
{
	cat /proc/[0-9]*/comm 2>/dev/null | grep hwlatd | sort | tr '\n' ' '
}

# In short windows, so that there are many.
short()
{
	echo 2000 >hwlat_detector/width
	echo 5000 >hwlat_detector/window
}

check_threads()
{
	short
	is 'tracing_thresh before' "$(cat tracing_thresh)" 0
	echo round-robin >hwlat_detector/mode
	echo hwlat >current_tracer
	is 'tracing_thresh meanwhile' "$(cat tracing_thresh)" 10
	is 'one that goes round' "$(threads)" 'hwlatd '
	echo per-cpu >hwlat_detector/mode
	is 'one on each CPU' "$(threads)" 'hwlatd/0 hwlatd/1 '
	echo 0 >tracing_on
	is 'none while nothing is recorded' "$(threads)" ''
	echo 1 >tracing_on
	is 'and again' "$(threads)" 'hwlatd/0 hwlatd/1 '
	mkdir instances/other
	is 'one instance at a time' "$(put instances/other/current_tracer hwlat)" EBUSY
	rmdir instances/other
	echo 0 >/sys/devices/system/cpu/cpu1/online
	is 'a CPU that goes' "$(threads)" 'hwlatd/0 '
	echo 1 >/sys/devices/system/cpu/cpu1/online
	sleep 0.2
	is 'and comes' "$(threads)" 'hwlatd/0 hwlatd/1 '
	echo 77 >tracing_thresh
	echo nop >current_tracer
	is 'no thread stays' "$(threads)" ''
	is 'tracing_thresh as before' "$(cat tracing_thresh)" 0
	echo hwlat >current_tracer
	is 'and as it was while it ran' "$(cat tracing_thresh)" 77
	echo nop >current_tracer
}

# Wait without any program: in virtual time, what one CPU does is taken from the other.
quiet()
{
	read -r -t "$1" -u 5
}

check_noise()
{
	local text

	if intree; then
		skip 'noise' 'the module that makes it was not built for this kernel'
		return
	fi
	insmod "$(dirname "$OTR_MODULE")/otr_noise_maker.ko" cpu=1
	exec 5<> <(:)
	echo 5000 >tracing_thresh
	echo 1000000 >hwlat_detector/window
	echo 1000000 >hwlat_detector/width
	echo none >hwlat_detector/mode
	echo 2 >tracing_cpumask
	echo hwlat >current_tracer
	quiet 1.5
	: >trace
	quiet 2.5
	is 'no noise, no record' "$(records)" ''
	echo 20000 >/sys/module/otr_noise_maker/parameters/nmi
	quiet 2
	echo 0 >tracing_on
	text=$(records)
	like 'an NMI is seen' "$text" \
		"hwlatd-[0-9]+ +\\[001\\] d.* inner/outer\\(us\\): .* ts:[0-9]+\\.[0-9]{9} count:[0-9]+ nmi-total:20[01][0-9]{2} nmi-count:1\$"
	holds 'as long as it was' test "$(sed -n 's,.*(us): *\([0-9]*\)/\([0-9]*\) .* nmi-count.*,\1 \2,p' \
		<<<"$text" | tr ' ' '\n' | sort -n | tail -n 1)" -ge 20000
	like 'which is the longest' "$(cat tracing_max_latency)" '^20[01][0-9]{2}$'
	echo nop >current_tracer
	echo 3 >tracing_cpumask
	exec 5<&-
	rmmod otr_noise_maker
}

begin
check_files
check_threads
check_noise
echo 1000000 >hwlat_detector/window
echo 500000 >hwlat_detector/width
echo round-robin >hwlat_detector/mode
end
