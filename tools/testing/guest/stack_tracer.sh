#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The stack tracer: the deepest stack, the functions on it, and what each one takes.
#
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

switch=/proc/sys/kernel/stack_tracer_enabled

tracer_reset()
{
	echo 0 >$switch
	: >stack_trace_filter
	echo 0 >stack_max_size
	reset
}

check_off()
{
	is 'off' "$(cat $switch)" 0
	is 'nothing was measured' "$(cat stack_max_size)" 0
	is 'as the file says' "$(cat stack_trace)" "$(cat <<'TEXT'
        Depth    Size   Location    (0 entries)
        -----    ----   --------
#
#  Stack tracer disabled
#
# To enable the stack tracer, either add 'stacktrace' to the
# kernel command line
# or 'echo 1 > /proc/sys/kernel/stack_tracer_enabled'
#
TEXT
)"
	is 'no number' "$(put stack_max_size x)" EINVAL
	is 'too large a number' "$(put stack_max_size 99999999999999999999)" ERANGE
	is 'a number' "$(put stack_max_size 17) $(get stack_max_size)" 'ok 17'
	is 'no such function' "$(put stack_trace_filter no_such_function)" EINVAL
	is 'all functions' "$(get stack_trace_filter)" '#### all functions enabled ####'
	echo 0 >stack_max_size
}

# What the file shows adds up.
adds_up()
{
	awk '
		NR == 1 { if (match($0, /\([0-9]+ entries/)) want = substr($0, RSTART + 1) + 0; next }
		NR == 2 { next }
		{
			sub(/\)/, ""); if ($1 != NR - 3) exit bad = 1
			depth[$1] = $2; size[$1] = $3; n++
		}
		END {
			if (bad || n != want || n < 3) exit 1
			for (i = 0; i < n; i++)
				if (depth[i] - (i + 1 < n ? depth[i + 1] : 0) != size[i]) exit 1
		}' stack_trace
}

check_on()
{
	local before

	is 'on' "$(put $switch 1) $(cat $switch)" 'ok 1'
	find /etc >/dev/null
	cat /etc/hostname >/dev/null
	echo 0 >$switch
	holds 'a stack was measured' test "$(cat stack_max_size)" -gt 500
	is 'a size for all of it' "$(sed -n '3s/^  0) *\([0-9]*\) .*/\1/p' stack_trace)" \
		"$(cat stack_max_size)"
	all_like 'its lines' "$(sed 1,2d stack_trace)" \
		'^ *[0-9]+\) +[0-9]+ +[0-9]+   [a-zA-Z0-9_.]+\+0x[0-9a-f]+/0x[0-9a-f]+( \[[a-z0-9_]+\])?$'
	holds 'its sizes' adds_up
	before=$(cat stack_trace)
	find /usr/share/doc >/dev/null 2>&1
	is 'off, it stays' "$(cat stack_trace)" "$before"
	tracer_reset
}

check_filter()
{
	echo 'vfs_open' >stack_trace_filter
	is 'a function' "$(get stack_trace_filter)" vfs_open
	is 'another' "$(add stack_trace_filter vfs_read; sort stack_trace_filter | tr '\n' ' ')" \
		'ok
vfs_open vfs_read '
	is 'one goes' "$(add stack_trace_filter '!vfs_read') $(get stack_trace_filter)" \
		'ok vfs_open'
	echo 1 >$switch
	is 'only it is hooked' "$(sed 's/ .*//' enabled_functions)" vfs_open
	cat /etc/hostname >/dev/null
	echo 0 >$switch
	like 'it is the innermost' "$(cat stack_trace)" \
		'^  0\) +[0-9]+ +[0-9]+   vfs_open\+0x[59d]/'
	like 'called by a system call' "$(cat stack_trace)" \
		'^ +[0-9]+\) +[0-9]+ +[0-9]+   entry_SYSCALL_64_after_hwframe\+'
	tracer_reset
}

# Return addresses that were replaced are found as well.
check_returns()
{
	[ -e function_profile_enabled ] || return
	echo 1 >function_profile_enabled
	echo 'vfs_open' >stack_trace_filter
	echo 1 >$switch
	cat /etc/hostname >/dev/null
	echo 0 >$switch
	echo 0 >function_profile_enabled
	if intree; then
		skip 'callers whose return is seen' 'the in-tree tracer leaves them out'
	else
		like 'callers whose return is seen' "$(cat stack_trace)" \
			'^ +[0-9]+\) +[0-9]+ +[0-9]+   path_openat\+'
	fi
	tracer_reset
}

begin
tracer_reset
check_off
check_on
check_filter
check_returns
end
