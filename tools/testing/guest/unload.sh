#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The engine comes and goes and leaves nothing behind. It cannot be tried on the
# in-tree tracer, which is always there.
#
# boot: own
# timeout: 900

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

loads=100
series=20

load()
{
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing
}

unload()
{
	unmount_tracing && rmmod outrace
}

# The text of the kernel and of a module, in files.
keep_texts()
{
	local module start

	keep_text "$1.kernel"
	module=/sys/module/dummy/sections
	start=$((16#$(sed 's/^0x//' "$module/.text")))
	text_of "$start" $((start + 4096)) >"$1.module"
}

# What a leak makes grow, in KB.
memory()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack|PageTables):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

use()
{
	trace_of "$1" cat /etc/hostname >/dev/null
	[ -n "$(records)" ] || return
	echo 1 >tracing_on
	echo text >trace_marker
	: >set_ftrace_filter
	echo 'kfree' >set_ftrace_notrace
	echo $$ >set_ftrace_pid
	echo 500 >buffer_size_kb
	cat trace >/dev/null
	timeout 0.2 cat trace_pipe >/dev/null
	put nonsense x >/dev/null
}

# What others keep (caches of tasks, of memory areas) grows now and then; a leak
# grows in every series.
check_loads()
{
	local i failed='' before after least=1000000

	for ((i = 1; i <= 3; i++)); do
		{ load && use 'vfs_*' && unload; } || failed+=" $i"
	done
	before=$(memory)
	for ((i = 1; i <= loads; i++)); do
		load || failed+=" load:$i"
		if [ $((i % 5)) = 0 ]; then
			use 'vfs_*' || failed+=" use:$i"
		fi
		unload || failed+=" unload:$i"
		[ $((i % series)) = 0 ] || continue
		after=$(memory)
		echo "# kernel memory grew by $((after - before)) KB in $series loads"
		[ $((after - before)) -ge "$least" ] || least=$((after - before))
		before=$after
	done
	is "$loads times" "$failed" ''
	holds 'memory does not leak' test "$least" -lt "$series"
}

check_text()
{
	modprobe dummy
	# Once before, for what the kernel itself patches on first use.
	load
	echo function_graph >current_tracer
	echo nop >current_tracer
	unload
	keep_texts /tmp/before
	load
	echo function_graph >current_tracer
	echo function >current_tracer
	keep_texts /tmp/during
	unload
	keep_texts /tmp/after
	holds 'the text can be read' test "$(stat -c %s /tmp/before.kernel)" -gt 1000000
	holds 'tracing changes it' fails cmp -s /tmp/before.kernel /tmp/during.kernel
	holds "and a module's" fails cmp -s /tmp/before.module /tmp/during.module
	is 'unloading takes that back' "$(text_changes /tmp/before.kernel /tmp/after.kernel)" ''
	holds 'in a module as well' cmp /tmp/before.module /tmp/after.module
	rmmod dummy
	rm -f /tmp/before.* /tmp/during.* /tmp/after.*
}

fails()
{
	! "$@"
}

check_busy()
{
	local i failed=''

	busy_start
	for ((i = 1; i <= 5; i++)); do
		{ load && echo function >current_tracer; } || failed+=" load:$i"
		# Every second time with tasks that are followed over fork().
		[ $((i % 2)) -eq 0 ] || { echo 1 >set_ftrace_pid &&
			echo function-fork >trace_options; } || failed+=" fork:$i"
		sleep $((i % 3))
		unload || failed+=" unload:$i"
	done
	is 'under load, everything traced, 5 times' "$failed" ''
	holds 'everybody gets on' busy_lives 60
	busy_stop
	is 'nothing failed' "$(sort "$busy_dir/failed" 2>/dev/null | uniq -c | head)" ''
	rm -rf "$busy_dir"
}

check_users()
{
	load
	is 'not while it is mounted' "$(rmmod outrace 2>&1 | grep -c 'in use')" 1
	exec 5<trace
	umount -l "$tracing"
	is 'not while a file is open' "$(rmmod outrace 2>&1 | grep -c 'in use')" 1
	exec 5<&-
	cd / || exit
	holds 'but after that' rmmod outrace
	is 'no file system type is left' "$(grep -c tracefs /proc/filesystems)" 0
	is 'no mount point is left' "$([ -e "$tracing" ] || echo none)" none
	is 'no symbol is left' "$(grep -c '\[outrace\]' /proc/kallsyms)" 0
}

begin
if intree; then
	skip 'unloading' 'the in-tree tracer cannot be unloaded'
	end
fi
unload
check_loads
check_text
check_busy
check_users
load
end
