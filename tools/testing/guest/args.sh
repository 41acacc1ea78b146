#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What functions were called with, from where, and what they returned: as the kernel's
# types say it, and without types in hexadecimal.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

victims=$(dirname "$OTR_MODULE")/otr_args_victims.ko
options='func-args funcgraph-args funcgraph-retaddr funcgraph-retval funcgraph-retval-hex'

# Does the kernel know its types?
typed()
{
	[ -e /sys/kernel/btf/vmlinux ]
}

args_reset()
{
	local option

	for option in $options; do
		echo 0 >"options/$option"
	done
	reset
}

# calls TRACER OPTION...: what is recorded of the functions of the module with these
# options, without the columns in front.
calls()
{
	local option tracer=$1

	shift
	echo 0 >tracing_on
	echo 'otr_victim_*' >set_ftrace_filter
	echo "$tracer" >current_tracer
	for option in "$@"; do
		echo 1 >"options/$option"
	done
	: >trace
	echo 1 >tracing_on
	taskset -c 0 bash -c 'echo 1 >/sys/module/otr_args_victims/parameters/call'
	echo 0 >tracing_on
	grep -v '^#' trace | sed 's/^[^|]*|  //; s/^.*[0-9]: //'
	args_reset
}

word='0x[0-9a-f]+'
words="$word(, $word){5}"
place='<-call_all\+0x[0-9a-f]+/0x[0-9a-f]+ \[otr_args_victims\]'

check_files()
{
	echo function >current_tracer
	is 'func-args is an option of function' "$(grep -c '^nofunc-args$' trace_options)" 1
	echo function_graph >current_tracer
	is 'and two are of function_graph' "$(grep -c -E '^nofuncgraph-(args|retaddr)$' trace_options)" 2
	is 'entries with more have a format' \
		"$(sed -n 's/^\tfield:\(.*\);\toffset.*/\1/p' events/ftrace/fgraph_retaddr_entry/format | tail -n 4 | tr '\n' ,)" \
		'unsigned long func,unsigned int depth,unsigned long retaddr,unsigned long args[],'
	is 'as have calls' \
		"$(sed -n 's/^\tfield:\(.*\);\toffset.*/\1/p' events/ftrace/function_args/format | tail -n 1)" \
		'unsigned long args[6]'
	args_reset
}

check_untyped()
{
	local text

	text=$(calls function_graph funcgraph-args)
	all_like 'every call has six words' "$text" "^ *(otr_victim_[a-z]+\\($words\\)( \\{|;)|\\})\$"
	like 'the first are the arguments' "$text" '^ *otr_victim_pointer\(0xabcd, 0x1000, '
	like 'all of them' "$text" '^ *otr_victim_many\(0x1, 0x2, 0x3, 0x4, 0x5, 0x6\);$'
	text=$(calls function func-args)
	all_like 'every call of function has them' "$text" \
		"^otr_victim_[a-z]+\\($words\\) <-(call_all|otr_victim_[a-z]+)\$"
	like 'the same' "$text" '^otr_victim_many\(0x1, 0x2, 0x3, 0x4, 0x5, 0x6\) <-call_all$'
	text=$(calls function_graph funcgraph-retval)
	like 'values are printed as before' "$text" '^ *otr_victim_int\(\); /\* = -2 \*/$'
	like 'so is what nobody returned' "$text" '^ *otr_victim_void\(\); /\* = (0x[0-9a-f]+|-[0-9]+) \*/$'
	text=$(calls function_graph funcgraph-retval funcgraph-retval-hex)
	like 'or in hexadecimal' "$text" '^ *otr_victim_int\(\); /\* = 0xfffffffe \*/$'
}

check_typed()
{
	local text

	is 'arguments have names and types' "$(calls function_graph funcgraph-args)" \
'otr_victim_void();
otr_victim_int(a=-7, b=0x2a, text=0x1234);
otr_victim_int(a=-2, b=0x0, text=0x0);
otr_victim_int(a=-5000, b=0x0, text=0x0);
otr_victim_bool(yes=0x1, colour=3);
otr_victim_bool(yes=0x0, colour=4);
otr_victim_enum(byte=0xff, word=-2);
otr_victim_pointer(p=0xabcd, size=0x1000);
otr_victim_pointer(p=0xfffffffffffffff4, size=0x0);
otr_victim_pair(before=1, pair=(STRUCT)[0x2:0x3], after=4);
otr_victim_big(big=(STRUCT)[...], after=9);
otr_victim_many(a=1, b=2, c=3, d=4, e=5, f=6, ...);
otr_victim_hash(seed=0xffffffea);
otr_victim_outer(depth=1) {
  otr_victim_void();
  otr_victim_inner(depth=2) {
    otr_victim_void();
  }
}'
	is 'values are what their types say' \
		"$(calls function_graph funcgraph-retval | sed 's/\(big.*= 0x\)[0-9a-f]*/\1N/')" \
'otr_victim_void();
otr_victim_int(); /* = -7 (-E2BIG) */
otr_victim_int(); /* = -2 (-ENOENT) */
otr_victim_int(); /* = -5000 */
otr_victim_bool(); /* = true */
otr_victim_bool(); /* = false */
otr_victim_enum(); /* = 4 */
otr_victim_pointer(); /* = 0xabcd */
otr_victim_pointer(); /* = -12 (-ENOMEM) */
otr_victim_pair(); /* = 0x2(trunc) */
otr_victim_big(); /* = 0xN */
otr_victim_many(); /* = 36 */
otr_victim_hash(); /* = 0xffffffea */
otr_victim_outer() {
  otr_victim_void();
  otr_victim_inner() {
    otr_victim_void();
  } /* otr_victim_inner = -4 (-EINTR) */
} /* otr_victim_outer = -3 (-ESRCH) */'
	text=$(calls function_graph funcgraph-retval funcgraph-retval-hex)
	like 'of the width of the type in hexadecimal' "$text" \
		'^otr_victim_int\(\); /\* = 0xfffffffe \*/$'
	like 'and still nothing where there is nothing' "$text" '^otr_victim_void\(\);$'
	text=$(calls function func-args)
	is 'function has the same' "$(sed -n 2p <<<"$text")" \
		'otr_victim_int(a=-7, b=0x2a, text=0x1234) <-call_all'
	# Types that are read from a file, again.
	rmmod otr_args_victims
	insmod "$victims"
	text=$(calls function_graph funcgraph-args)
	like 'a module that came back' "$text" '^otr_victim_int\(a=-7, b=0x2a, text=0x1234\);$'
	echo vfs_statx >set_ftrace_filter
	echo function_graph >current_tracer
	echo 1 >options/funcgraph-args
	stat /etc/hostname >/dev/null
	like "the kernel's own functions" "$(grep -v '^#' trace)" \
		"vfs_statx\\(dfd=-?[0-9]+, filename=$word, flags=-?[0-9]+, stat=$word, request_mask=$word\\)"
	args_reset
}

check_callers()
{
	local text

	text=$(calls function_graph funcgraph-retaddr)
	like 'a leaf says where it is called' "$text" "^otr_victim_int\\(\\); /\\* $place \\*/\$"
	like 'a block says it where it begins' "$text" "^otr_victim_outer\\(\\) \\{ /\\* $place \\*/\$"
	like 'and not where it ends' "$text" '^\}$'
	like 'from within' "$text" \
		'^ +otr_victim_void\(\); /\* <-otr_victim_inner\+0x[0-9a-f]+/0x[0-9a-f]+ \[otr_args_victims\] \*/$'
	text=$(calls function_graph funcgraph-retaddr funcgraph-retval funcgraph-retval-hex)
	like 'with what it returned' "$text" "^otr_victim_pointer\\(\\); /\\* $place ret=0xabcd \\*/\$"
	like 'also at the end of a block' "$text" '^\} /\* otr_victim_outer ret=0xfffffffd \*/$'
	text=$(calls function_graph funcgraph-retaddr funcgraph-args)
	like 'with arguments' "$text" "^otr_victim_pointer\\((p=)?0xabcd, .*\\); /\\* $place \\*/\$"
	like 'in front of a block' "$text" "^otr_victim_outer\\(.*\\) \\{ /\\* $place \\*/\$"
}

# Another hook on the same functions has the return address first.
check_two()
{
	local text

	mkdir instances/second
	echo 'otr_victim_*' >instances/second/set_ftrace_filter
	echo function_graph >instances/second/current_tracer
	text=$(calls function_graph funcgraph-retaddr)
	like 'the caller is no trampoline' "$text" "^otr_victim_int\\(\\); /\\* $place \\*/\$"
	unlike 'anywhere' "$text" 'tramp'
	echo nop >instances/second/current_tracer
	rmdir instances/second
}

check_switching()
{
	local text

	echo 'otr_victim_*' >set_ftrace_filter
	echo function_graph >current_tracer
	: >trace
	for _ in 1 2; do
		echo 1 >/sys/module/otr_args_victims/parameters/call
		echo 1 >options/funcgraph-args
	done
	echo 0 >options/funcgraph-args
	echo 1 >/sys/module/otr_args_victims/parameters/call
	text=$(grep otr_victim_hash trace | sed 's/.*otr_victim_hash//; s/(.\+)/(ARGS)/')
	is 'an option that changes while the tracer runs' "$text" "$(printf '%s\n' '();' '(ARGS);' '();')"
	args_reset
	echo 1 >options/func-args
	text=$(calls function func_stack_trace)
	like 'the stack behind calls with arguments' "$text" '^ => call_all$'
	echo 0 >options/func_stack_trace
}

begin
insmod "$victims"
check_files
if typed; then
	check_typed
else
	check_untyped
fi
check_callers
check_two
check_switching
rmmod otr_args_victims
end
