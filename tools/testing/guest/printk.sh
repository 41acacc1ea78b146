#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# trace_printk() and its like from a module, and the instance where they go. With the
# in-tree tracer it wants the module, tools/testing/kunit/printk_writer.c built for
# that kernel, as its argument; without, only the option is tried there.
#
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

module=${1:-${OTR_MODULE%/*}/otr_printk_writer.ko}
parameters=/sys/module/otr_printk_writer/parameters
dest=options/trace_printk_dest

# make NAME..., drop NAME...: an instance, and the name of the error.
make()
{
	errno_of "$(mkdir "${@/#/instances/}" 2>&1)"
}

drop()
{
	errno_of "$(rmdir "${@/#/instances/}" 2>&1)"
}

# The instance that has the option: of the first instance, of one and of two.
holders()
{
	cat $dest instances/*/$dest | tr '\n' ' '
}

say()
{
	: >trace
	[ ! -d instances/one ] || : >instances/one/trace
	echo "$1" >$parameters/say
}

# texts [DIRECTORY]: of the records there, without stacks.
texts()
{
	grep -v '^#' "${1:-.}/trace" | sed -E "s/$head_re//" |
		sed -E '/^(<stack trace>|=> .*| => .*)$/d; s/\+0x[0-9a-f]+\/0x[0-9a-f]+/+O/g'
}

written='otr_printk_all: constant text
otr_printk_all: changing text
otr_printk_all: without arguments
otr_printk_all: -42% of 42,    -7|8    |0x10000000000   5 9
otr_printk_all: one and two and      three|x
otr_printk_all: changing format 5 of five
otr_printk_all: otr_printk_all+O [otr_printk_writer] otr_printk_all [otr_printk_writer]
otr_printk_constant: constant 6 six 66
otr_printk_given: given 7 seven 77
otr_printk_irq: in an interrupt, 8'

check_option()
{
	is 'the first instance has it' "$(cat $dest)" 1
	like 'it is listed' "$(cat trace_options)" '^trace_printk_dest$'
	is 'and cannot give it up' "$(put $dest 0; put trace_options notrace_printk_dest; cat $dest)" \
		'EINVAL
EINVAL
1'
	make one two >/dev/null
	is 'new instances do not have it' "$(holders)" '1 0 0 '
	is 'one takes it' "$(put instances/one/$dest 1; holders)" 'ok
0 1 0 '
	is 'another one takes it away' "$(put instances/two/trace_options trace_printk_dest; holders)" 'ok
0 0 1 '
	is 'who does not have it changes nothing' \
		"$(put $dest 0; put instances/one/trace_options notrace_printk_dest; holders)" 'ok
ok
0 0 1 '
	is 'it comes back' "$(put instances/two/$dest 0; holders)" 'ok
1 0 0 '
	put instances/one/$dest 1 >/dev/null
	is 'the first one takes it back' "$(put $dest 1; holders)" 'ok
1 0 0 '
	put instances/one/$dest 1 >/dev/null
	is 'an instance goes with it' "$(drop one; cat $dest instances/two/$dest)" 'ok
1
0'
	make one >/dev/null
	is 'and comes without' "$(holders)" '1 0 0 '
	drop one two >/dev/null
	is 'neither 0 nor 1' "$(put $dest 2)" EINVAL
}

check_texts()
{
	say 42
	is 'every form of a text' "$(texts)" "$written"
	like 'in an interrupt' "$(records)" '\] d.h.. +[0-9.]+: otr_printk_irq: '
	like 'a constant text is kept' "$(cat printk_formats)" '^0x[0-9a-f]+ : "constant text\\n"$'
	like 'and so is a format' "$(cat printk_formats)" '^0x[0-9a-f]+ : "constant %d %s %lx\\n"$'
	echo notrace_printk >trace_options
	say 42
	is 'notrace_printk: none is recorded' "$(texts)" ''
	echo trace_printk >trace_options
}

# What is behind each "<stack trace>", the module's functions only, a line each.
stacks()
{
	awk '/<stack trace>/ { if (n++) print ""; next }
		/^ => / { sub(/^ => /, ""); if (/otr_printk/) printf "%s ", $1; next }
		{ if (n) exit } END { print "" }' "${1:-.}/trace"
}

# The in-tree tracer itself, which (0) shows there, counts.
dumped='otr_printk_inner otr_printk_outer otr_printk_all 
otr_printk_inner otr_printk_outer otr_printk_all 
otr_printk_outer otr_printk_all '

check_stacks()
{
	say 1
	is 'trace_dump_stack(0), (1) and (2)' "$(stacks)" "$dumped"
	is 'three stacks' "$(grep -c '<stack trace>' trace)" 3
	echo stacktrace >trace_options
	say 1
	# Behind every record that is none itself.
	is 'stacktrace: one behind each text' "$(grep -c '<stack trace>' trace)" \
		"$((3 + $(wc -l <<<"$written")))"
	echo nostacktrace >trace_options
}

check_instance()
{
	make one >/dev/null
	put instances/one/$dest 1 >/dev/null
	say 42
	is 'texts go to the instance' "$(texts instances/one)" "$written"
	is 'and its stacks' "$(stacks instances/one)" "$dumped"
	is 'nothing to the first one' "$(records)" ''
	echo notrace_printk >trace_options
	say 42
	is 'whose trace_printk is not that of texts' "$(texts instances/one)" "$(head -n 3 <<<"$written")"
	echo trace_printk >trace_options
	echo notrace_printk >instances/one/trace_options
	say 42
	is 'which is its own' "$(texts instances/one)" ''
	echo notrace_printk >trace_options
	echo trace_printk >trace_options
	say 42
	is 'for formats it is the last one that was changed' "$(texts instances/one)" \
		"$(tail -n +4 <<<"$written")"
	echo 'of a user' >trace_marker
	like 'trace_marker is of its instance' "$(records)" 'tracing_mark_write: of a user$'
	echo trace_printk >instances/one/trace_options
	drop one >/dev/null
	say 42
	is 'texts come back when it goes' "$(texts)" "$written"
}

# Instances that have it go while somebody writes.
check_going()
{
	local writer i failed=''

	(while [ -e /tmp/go ]; do echo 2000 >$parameters/puts; done) &
	writer=$!
	for ((i = 1; i <= 20; i++)); do
		make one >/dev/null
		echo 1 >instances/one/$dest || failed+=" take:$i"
		sleep 0.05
		grep -q ': otr_.* again$\|puts_set: again$' instances/one/trace || failed+=" empty:$i"
		[ "$(drop one)" = ok ] || failed+=" drop:$i"
	done
	rm /tmp/go
	wait $writer
	is 'an instance goes while texts are written, 20 times' "$failed" ''
	is 'and the first one has it' "$(cat $dest)" 1
}

begin
check_option
if [ ! -e "$module" ]; then
	skip 'texts of a module' 'there is no module for this kernel'
	end
fi
insmod "$module"
check_texts
check_stacks
check_instance
touch /tmp/go
check_going
reset
say 42
is 'the module goes' "$(rmmod otr_printk_writer 2>&1)" ''
if ! intree; then
	# In-tree its constant texts go with it.
	like 'its texts stay' "$(texts)" ': constant text$'
fi
end
