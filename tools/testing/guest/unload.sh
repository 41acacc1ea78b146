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
	# A definition that is there, on and with a trigger, when the engine goes.
	echo 'left u64 a; char b[]; long[] c' >synthetic_events
	add synthetic_events 'wrong u64 a; char b[' >/dev/null
	echo 1 >events/synthetic/left/enable
	echo 'traceoff if a == 1' >events/synthetic/left/trigger
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
	# KASAN remembers who allocated: stacks with our functions are new each time.
	holds 'memory does not leak' test "$least" -lt $((series * slower))
}

# use_all: everything that patches functions, one after the other and together
use_all()
{
	echo function_graph >current_tracer
	echo 1 >function_profile_enabled
	mkdir instances/other
	echo function >instances/other/current_tracer
	insmod "${OTR_MODULE%/*}/outrace_sample_watch.ko" functions='vfs_*'
	echo 'vfs_*:stacktrace:3' >>set_ftrace_filter
	echo 'dummy_*:traceon:3' >>set_ftrace_filter
	echo 1 >/proc/sys/kernel/stack_tracer_enabled
	cat /etc/hostname >/dev/null
}

unuse_all()
{
	echo 0 >/proc/sys/kernel/stack_tracer_enabled
	echo '!dummy_*:traceon:0' >>set_ftrace_filter
	echo '!vfs_*:stacktrace:0' >>set_ftrace_filter
	rmmod outrace_sample_watch
	rmdir instances/other
	echo 0 >function_profile_enabled
	echo nop >current_tracer
}

# text_is NAME WHAT: the texts are what they were before
text_is()
{
	is "$1" "$(text_changes /tmp/before.kernel "/tmp/$2.kernel")" ''
	holds "$1, a module's" cmp /tmp/before.module "/tmp/$2.module"
}

check_text()
{
	modprobe dummy
	# Once before, for what the kernel itself patches on first use.
	load
	use_all
	unuse_all
	unload
	keep_texts /tmp/before
	load
	use_all
	keep_texts /tmp/during
	unuse_all
	is 'nothing is hooked' "$(cat enabled_functions)" ''
	keep_texts /tmp/off
	use_all
	unuse_all
	keep_texts /tmp/again
	unload
	keep_texts /tmp/after
	load
	echo function_graph >current_tracer
	echo function >current_tracer
	unload
	keep_texts /tmp/busy
	holds 'the text can be read' test "$(stat -c %s /tmp/before.kernel)" -gt 1000000
	holds 'tracing changes it' fails cmp -s /tmp/before.kernel /tmp/during.kernel
	holds "and a module's" fails cmp -s /tmp/before.module /tmp/during.module
	# While the engine is there the kernel asks it where tasks return to.
	is 'switched off, only the kernel asks' "$(text_changes /tmp/before.kernel /tmp/off.kernel |
		grep -v -E ' (__show_trace_log_lvl|unwind_[a-z_]*|(__)?free_task|copy_process|init_idle)$')" ''
	holds 'every time the same' cmp /tmp/off.kernel /tmp/again.kernel
	text_is 'what was switched off before the engine goes leaves the text as it was' after
	text_is 'so does what is on when the engine goes' busy
	rmmod dummy
	rm -f /tmp/{before,during,off,again,after,busy}.*
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
