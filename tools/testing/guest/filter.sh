#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which functions are traced: patterns, lists, modules, indexes, errors.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

all='#### all functions enabled ####'
none='#### no functions disabled ####'

# Function names, without the modules in brackets, of a list's text or file.
names()
{
	sed 's/ .*//' | sort
}

available()
{
	sed 's/ .*//' available_filter_functions | grep -E "$1" | sort
}

# selects PATTERN REGEX: the filter takes what the regular expression finds.
selects()
{
	is "$1 is taken" "$(put set_ftrace_filter "$1")" ok
	is "$1 selects" "$(names <set_ftrace_filter)" "$(available "$2")"
}

check_available()
{
	local unknown

	holds 'more than 10000 functions' test "$(wc -l <available_filter_functions)" -gt 10000
	all_like 'lines of available_filter_functions' "$(cat available_filter_functions)" \
		'^[A-Za-z_][A-Za-z0-9_.]*( \[[a-z0-9_]+\])?$'
	unknown=$(comm -23 <(names <available_filter_functions | grep -v __ftrace_invalid | uniq) \
		<(awk '$2 ~ /[tTwW]/ { print $3 }' /proc/kallsyms | sort -u))
	is 'all of them are functions of the kernel' "$unknown" ''
	is 'known ones are there' "$(available '^(vfs_read|vfs_write|ksys_read|kfree)$' | tr '\n' ' ')" \
		'kfree ksys_read vfs_read vfs_write '
	is 'untraceable ones are not' \
		"$(available '^(sched_clock|do_syscall_64|asm_exc_page_fault|start_kernel)$')" ''
}

check_patterns()
{
	is 'nothing is filtered at first' "$(cat set_ftrace_filter)" "$all"
	is 'nothing is excluded at first' "$(cat set_ftrace_notrace)" "$none"
	selects vfs_read '^vfs_read$'
	selects 'vfs_*' '^vfs_'
	selects '*_read' '_read$'
	selects '*sched*' 'sched'
	selects 'vfs_*d' '^vfs_.*d$'
	selects '*vfs_*d' 'vfs_.*d$'
	selects 'vfs_rea?' '^vfs_rea.$'
	selects 'vfs_[rw]*' '^vfs_[rw]'
	selects '*' '.'
	: >set_ftrace_filter
	is 'truncating takes everything back' "$(cat set_ftrace_filter)" "$all"
}

check_lists()
{
	is 'two words' "$(put set_ftrace_filter ' vfs_read	vfs_write ')" ok
	is 'both count' "$(names <set_ftrace_filter)" "vfs_read
vfs_write"
	is '>> adds' "$(add set_ftrace_filter 'ksys_read')" ok
	is 'to what is there' "$(names <set_ftrace_filter | tr '\n' ' ')" 'ksys_read vfs_read vfs_write '
	is '! removes' "$(add set_ftrace_filter '!vfs_read')" ok
	is 'one' "$(names <set_ftrace_filter | tr '\n' ' ')" 'ksys_read vfs_write '
	is '! with a pattern' "$(add set_ftrace_filter '!*_write')" ok
	is 'removes what fits' "$(names <set_ftrace_filter)" ksys_read
	is 'the last one' "$(add set_ftrace_filter '!ksys_read')" ok
	is 'gone: all are enabled' "$(cat set_ftrace_filter)" "$all"
	is '> replaces' "$(put set_ftrace_filter vfs_read; put set_ftrace_filter vfs_write)" "ok
ok"
	is 'what was there' "$(cat set_ftrace_filter)" vfs_write

	printf 'vfs_re' >set_ftrace_filter
	is 'a word without newline counts at close' "$(cat set_ftrace_filter)" "$all"
	{ printf 'vfs_re'; printf 'ad'; } >set_ftrace_filter
	is 'a word in two writes is one' "$(cat set_ftrace_filter)" vfs_read
	: >set_ftrace_filter
}

check_errors()
{
	put set_ftrace_filter vfs_read >/dev/null
	is 'no such function' "$(add set_ftrace_filter no_such_function)" EINVAL
	is 'pattern without a match' "$(add set_ftrace_filter 'no_such_*')" EINVAL
	is 'nothing to remove' "$(add set_ftrace_filter '!no_such_function')" EINVAL
	is 'index 0' "$(add set_ftrace_filter 0)" EINVAL
	is 'index too high' "$(add set_ftrace_filter 99999999)" EINVAL
	is 'no index' "$(add set_ftrace_filter 1x)" EINVAL
	is 'unknown command' "$(add set_ftrace_filter vfs_write:no_such_command)" EINVAL
	is 'very long name' "$(add set_ftrace_filter "$(printf 'a%.0s' {1..600})")" EINVAL
	is 'the filter is as before' "$(cat set_ftrace_filter)" vfs_read
	is 'good before bad' "$(put set_ftrace_filter 'vfs_write no_such_function vfs_read')" EINVAL
	is 'counts' "$(cat set_ftrace_filter)" vfs_write
	is 'no such function to exclude' "$(put set_ftrace_notrace no_such_function)" EINVAL
	is 'nothing is excluded' "$(cat set_ftrace_notrace)" "$none"
	: >set_ftrace_filter
}

check_index()
{
	local index

	for index in 1 5 100; do
		is "index $index" "$(put set_ftrace_filter "$index")" ok
		is "is line $index" "$(cat set_ftrace_filter)" \
			"$(sed -n "${index}p" available_filter_functions)"
	done
	: >set_ftrace_filter
}

check_traced()
{
	local text

	text=$(trace_of 'vfs_*' cat /etc/hostname)
	all_like 'only what is filtered is traced' "$text" "${head_re}vfs_[a-z0-9_]+ <-"
	like 'vfs_read' "$text" ': vfs_read <-'
	like 'and others' "$text" ': vfs_open <-'
	echo vfs_open >set_ftrace_notrace
	is 'notrace is listed' "$(cat set_ftrace_notrace)" vfs_open
	text=$(trace_of 'vfs_*' cat /etc/hostname)
	unlike 'notrace excludes' "$text" ': vfs_open <-'
	like 'and nothing else' "$text" ': vfs_read <-'
	: >set_ftrace_notrace

	echo vfs_open >set_ftrace_filter
	: >trace
	echo 1 >tracing_on
	cat /etc/hostname >/dev/null
	echo vfs_read >>set_ftrace_filter
	cat /etc/hostname >/dev/null
	echo '!vfs_open' >>set_ftrace_filter
	echo mark >trace_marker
	cat /etc/hostname >/dev/null
	echo 0 >tracing_on
	text=$(records)
	is 'a running tracer follows the filter' "$(sed -E 's/.*: (vfs_[a-z]+|mark).*/\1/' <<<"$text" | uniq | sort -u |
		tr '\n' ' ')" 'mark vfs_open vfs_read '
	unlike 'to the letter' "$(sed '0,/: mark$/d' <<<"$text")" vfs_open
	reset
}

check_enabled()
{
	is 'no function is enabled at first' "$(cat enabled_functions)" ''
	echo 'vfs_*' >set_ftrace_filter
	is 'nor by a filter alone' "$(cat enabled_functions)" ''
	echo function >current_tracer
	is 'with the tracer those of the filter are' "$(names <enabled_functions)" "$(available '^vfs_')"
	all_like 'lines of enabled_functions' "$(cat enabled_functions)" \
		'^[a-z0-9_.]+ \(1\)( R|  )( I|  )( D|  )( O|  )( M |   )	'
	: >set_ftrace_filter
	is 'all of them' "$(wc -l <enabled_functions)" "$(wc -l <available_filter_functions)"
	echo nop >current_tracer
	is 'none afterwards' "$(cat enabled_functions)" ''
}

check_module()
{
	local module=dummy functions

	if ! modprobe "$module"; then
		skip 'functions of a module' "no module $module"
		return
	fi
	functions=$(grep " \[$module\]\$" available_filter_functions)
	holds 'functions of a module' test -n "$functions"
	is 'all of a module' "$(put set_ftrace_filter "*:mod:$module")" ok
	is 'are those' "$(cat set_ftrace_filter)" "$functions"
	is 'module alone' "$(put set_ftrace_filter ":mod:$module"; cat set_ftrace_filter)" "ok
$functions"
	is 'some of a module' "$(put set_ftrace_filter "dummy_x*:mod:$module")" ok
	is 'are those that fit' "$(cat set_ftrace_filter)" "dummy_xmit [$module]"
	is 'by name alone' "$(put set_ftrace_filter dummy_xmit; cat set_ftrace_filter)" "ok
dummy_xmit [$module]"
	put set_ftrace_filter "*:mod:$module" >/dev/null
	is 'all but one' "$(add set_ftrace_filter "!dummy_xmit:mod:$module")" ok
	is 'are the others' "$(cat set_ftrace_filter)" "$(grep -v '^dummy_xmit ' <<<"$functions")"
	is 'all but those of a module' "$(put set_ftrace_filter 'vfs_read'; add set_ftrace_filter "*:mod:$module"
		add set_ftrace_filter "!*:mod:$module"; cat set_ftrace_filter)" "ok
ok
ok
vfs_read"

	put set_ftrace_filter "*:mod:$module" >/dev/null
	echo function >current_tracer
	is 'are enabled' "$(names <enabled_functions)" "$(names <<<"$functions")"
	holds 'a module that is traced can be removed' rmmod "$module"
	is 'its functions are gone' "$(grep -c " \[$module\]" available_filter_functions enabled_functions |
		tr '\n' ' ')" 'available_filter_functions:0 enabled_functions:0 '
	unlike 'from the filter as well' "$(cat set_ftrace_filter)" "\[$module\]"
	echo nop >current_tracer
	holds 'it can be loaded again' modprobe "$module"
	rmmod "$module"
	: >set_ftrace_filter
}

# Functions of modules that are waited for.
check_module_awaited()
{
	local module=$1

	is 'a module that is not there yet' "$(put set_ftrace_filter "*:mod:$module")" ok
	is 'is remembered' "$(cat set_ftrace_filter)" "*:mod:$module"
	is 'others as well' "$(add set_ftrace_filter 'x*:mod:nosuch'; add set_ftrace_filter ':mod:nosuch')" "ok
ok"
	is 'after the functions' "$(add set_ftrace_filter vfs_read; cat set_ftrace_filter)" "ok
vfs_read
:mod:nosuch
x*:mod:nosuch
*:mod:$module"
	is 'one is forgotten' "$(add set_ftrace_filter '!x*:mod:nosuch')" ok
	is 'that is not there' "$(add set_ftrace_filter '!x*:mod:nosuch')" EINVAL
	is 'all of a module' "$(add set_ftrace_filter '!*:mod:nosuch')" ok
	is 'are forgotten' "$(cat set_ftrace_filter)" "vfs_read
*:mod:$module"
	is 'a filter of functions to come' "$(add set_ftrace_filter '!vfs_read'; echo function >current_tracer
		cat enabled_functions)" ok
	echo nop >current_tracer
	is 'not to be traced' "$(put set_ftrace_notrace "dummy_xmit:mod:$module")" ok
	is 'is remembered apart' "$(cat set_ftrace_notrace)" "$none
dummy_xmit:mod:$module"
	echo function >current_tracer
	modprobe "$module"
	all_like 'found when it comes' "$(cat set_ftrace_filter)" " \[$module\]\$"
	is 'and not to be traced' "$(cat set_ftrace_notrace)" "dummy_xmit [$module]"
	is 'and traced at once' "$(names <enabled_functions)" \
		"$(names <set_ftrace_filter | grep -v '^dummy_xmit$')"
	is 'a function that it does not have' "$(put set_ftrace_filter "nosuch:mod:$module")" EINVAL
	is 'nor is that remembered' "$(cat set_ftrace_filter)" "$all"
	echo nop >current_tracer
	rmmod "$module"
	put set_ftrace_filter "*:mod:$module" >/dev/null
	: >set_ftrace_filter
	is 'truncating forgets' "$(cat set_ftrace_filter)" "$all"
	: >set_ftrace_notrace
}

# Functions of modules that load while everything is traced, or are waited for.
check_module_later()
{
	local module=dummy

	modprobe -n "$module" 2>/dev/null || return
	check_module_awaited "$module"

	echo function >current_tracer
	modprobe "$module"
	like 'a new module is traced with all the others' "$(cat enabled_functions)" '^dummy_xmit \['
	ip link add dummy7 type dummy
	put set_ftrace_filter "*:mod:$module" >/dev/null
	: >trace
	echo 1 >tracing_on
	ip link set dummy7 up
	echo 0 >tracing_on
	all_like 'and shows in the trace' "$(records)" \
		"${head_re}(dummy_[a-z0-9_]+|set_multicast_list) <-[a-z0-9_.]+\$"
	rmmod "$module"
	reset
}

begin
check_available
check_patterns
check_lists
check_errors
check_index
check_traced
check_enabled
check_module
check_module_later
end
