#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The story of Documentation/dynamic-events.rst: a program cannot be started, its message says
# little, and each question to the kernel leads to the next one.

# shellcheck disable=SC2016,SC2317 # definitions with $; functions that are called by name
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

many=/tmp/story.$$

# A shell with little stack that gives one program many names.
try()
{
	(cd "$many" && ulimit -s 512 && exec bash -c 'grep test */*/*') 2>&1
}

# shown LINES...: what people look at
shown()
{
	sed 's/^/#   /'
}

who_says_so()
{
	local event

	for event in events/syscalls/sys_exit_*; do
		echo 'ret == -7' >"$event/filter"
		echo 1 >"$event/enable"
	done
	try >/dev/null
	for event in events/syscalls/sys_exit_*; do
		echo 0 >"$event/enable"
		echo 0 >"$event/filter"
	done
	grep -v '^#' trace | shown
	is 'one system call failed with E2BIG' "$(grep -v '^#' trace | sed 's/.*: //')" \
		'sys_execve -> 0xfffffffffffffff9'
}

where_in_it()
{
	echo __x64_sys_execve >set_graph_function
	echo 1 >options/funcgraph-retval
	echo 3 >max_graph_depth
	echo >trace
	echo function_graph >current_tracer
	try >/dev/null
	grep -B 4 -A 1 'do_execveat_common = -7' trace | shown
	is 'the innermost function that returned it' \
		"$(sed -n 's/.*| *\([a-z_0-9]*\)(); \/\* = -7 \*\/$/\1/p' trace | sort -u)" bprm_stack_limits
	echo nop >current_tracer
	echo >set_graph_function
	echo 0 >options/funcgraph-retval
	echo 0 >max_graph_depth
}

what_it_saw()
{
	is 'a probe on its return' "$(add dynamic_events \
		'f:story/limits bprm_stack_limits%return name=+0(+0x60($arg1)):string ret=$retval:s32')" ok
	echo >trace
	echo 'stacktrace if ret < 0' >events/story/limits/trigger
	echo 'ret < 0' >events/story/limits/filter
	echo 1 >events/story/limits/enable
	try >/dev/null
	echo 0 >events/story/limits/enable
	grep -v '^#' trace | shown
	like 'shows it' "$(cat trace)" 'limits: \(do_execveat_common.*<- bprm_stack_limits\).* ret=-7$'
	echo '!stacktrace if ret < 0' >events/story/limits/trigger
	is 'and goes' "$(add dynamic_events '-:story/limits')" ok
}

begin
mkdir -p "$many/a/b"
(cd "$many/a/b" && seq 20000 | xargs touch)
like 'all that the user knows' "$(try)" 'Argument list too long$'
who_says_so
where_in_it
what_it_saw
rm -rf "$many"
end
