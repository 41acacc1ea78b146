#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# idle.sh: in the guest, what memory the engine takes, in KB.

set -eu

# Memory that the kernel has allocated, but for pages of files and rings.
allocated()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# Once before, for what stays in caches.
rmmod outrace
before=$(allocated)
insmod "$OTR_MODULE"
loaded=$(allocated)
mount -t tracefs nodev /sys/kernel/tracing
mounted=$(allocated)
ring=$(awk '{ print $1 }' /sys/kernel/tracing/buffer_total_size_kb)
mkdir /sys/kernel/tracing/instances/{1..20}
made=$(allocated)
code=$(awk '$1 == "outrace" { print int($2 / 1024) }' /proc/modules)
echo "module $code"
echo "ring $ring"
echo "loaded $((loaded - before))"
echo "mounted $((mounted - before))"
echo "instance $(((made - mounted) / 20))"
