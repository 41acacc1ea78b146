#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Modules that come and go, one at the addresses of the other, while stacks are taken that
# they are on. The modules are ours, so it is not for the in-tree tracer.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

alloc=events/kmem/kmalloc
free=events/kmem/kfree
modules=(outrace_sample_events outrace_sample_synth)

# Until it is told to stop: in, out.
load()
{
	local rounds=0

	while [ -e /tmp/go ]; do
		insmod "${OTR_MODULE%/*}/$1.ko" && rmmod "$1" || echo "$1: $?" >>/tmp/failed
		rounds=$((rounds + 1))
		echo $rounds >"/tmp/$1"
	done
}

# Stacks of histograms in which there was text that is gone, or one of the modules, each in a
# line; those are left out that were too long.
stacks()
{
	cat $alloc/hist $free/hist | awk '/^{ common_stacktrace:/ { stack = ""; nr = 0; next }
		/^}/ { if (nr < 31) print stack; next }
		/^  / { stack = stack " " $1 $2; nr++ }' | grep -E ' 0x|\[outrace_sample_'
}

check_stacks()
{
	local module found

	add $alloc/trigger 'hist:keys=common_stacktrace:size=8192' >/dev/null
	add $free/trigger 'hist:keys=common_stacktrace:size=8192' >/dev/null
	add $alloc/trigger 'stacktrace if bytes_req > 1000' >/dev/null
	rm -f /tmp/failed
	touch /tmp/go
	for module in "${modules[@]}"; do
		load "$module" &
	done
	sleep $((4 * slower))
	rm /tmp/go
	wait
	is 'each load works' "$(cat /tmp/failed 2>/dev/null)" ''
	for module in "${modules[@]}"; do
		holds "$module came and went" [ "$(cat "/tmp/$module")" -ge 3 ]
	done
	found=$(stacks)
	echo "# $(wc -l <<<"$found") stacks"
	holds 'they are on stacks' [ "$(wc -l <<<"$found")" -ge 3 ]
	all_like 'which are whole' "$found" ' (entry_SYSCALL_64_after_hwframe|ret_from_fork_asm)[^ ]*$'
	: >$alloc/trigger
	: >$free/trigger
	add $alloc/trigger '!stacktrace' >/dev/null
}

begin
check_stacks
end
