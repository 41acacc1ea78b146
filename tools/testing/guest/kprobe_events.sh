#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kprobe events: records of entries, returns and bodies of functions, with known arguments;
# filters, triggers and instances; modules that come and go; what is refused; unloading with
# probes on. For the in-tree tracer, build the module first:
#
#	tools/build/modules "$(tools/build/kernel intree)" otr_args_victims.ko
#
# boot: own

# shellcheck disable=SC2016,SC2317 # definitions with $; commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(realpath "$(dirname "$0")")
victims=otr_args_victims
file=${OTR_MODULE:+$(dirname "$OTR_MODULE")/$victims.ko}
[ -n "$file" ] || file=$(ls "$here"/../../../build/kernel-intree-*/$victims.ko)

define()
{
	: >kprobe_events
	printf '%s\n' "$@" >>kprobe_events
}

# hits EVENT...: what they recorded while the functions of the module were called once each
hits()
{
	local event

	: >trace
	for event; do
		echo 1 >"events/$event/enable"
	done
	taskset -c 0 bash -c "echo 1 >/sys/module/$victims/parameters/call"
	for event; do
		echo 0 >"events/$event/enable"
	done
	records | sed 's/^.*[0-9]: //; s/ \['$victims'\]//g; s,+0x[0-9a-f]*/0x[0-9a-f]*,+,g; s/: (\([a-z_]*\))/: (\1+)/'
}

check_records()
{
	define 'p:one otr_victim_int a=$arg1:s32 b=%si text=$arg3'
	is 'the entries of a function' "$(hits kprobes/one)" 'one: (otr_victim_int+) a=-7 b=0x2a text=0x1234
one: (otr_victim_int+) a=-2 b=0x0 text=0x0
one: (otr_victim_int+) a=-5000 b=0x0 text=0x0'
	define 'r:two otr_victim_int ret=$retval:s32 b=$arg2:u8'
	is 'its returns, and an argument' "$(hits kprobes/two)" 'two: (call_all+ <- otr_victim_int) ret=-7 b=42
two: (call_all+ <- otr_victim_int) ret=-2 b=0
two: (call_all+ <- otr_victim_int) ret=-5000 b=0'
	define 'r:many otr_victim_many a=$arg1 b=$arg2 c=$arg3 d=$arg4 e=$arg5 f=$arg6:u32 g=$arg7:u32 r=$retval'
	is 'more of them than one entry of a stack holds' "$(hits kprobes/many)" \
		'many: (call_all+ <- otr_victim_many) a=0x1 b=0x2 c=0x3 d=0x4 e=0x5 f=6 g=7 r=0x24'
	define 'p:first otr_victim_outer' 'r:first_left otr_victim_outer' 'p:second otr_victim_inner d=$arg1' \
		'r:second_left otr_victim_inner r=$retval:s32' 'p:body otr_victim_int+5 b=%si:u8'
	like 'all of them together' "$(hits kprobes | paste -sd '|')" \
		'^body.*=42\|body.*\|body.*\|first: \(.*\|second: .*d=0x2\|second_left: .*r=-4\|first_left: '
	define 'p:named otr_victim_many c=$comm:string t=\"text" n=\9:u8 s=$stack0:symbol'
	is 'texts' "$(hits kprobes/named)" 'named: (otr_victim_many+) c="bash" t="text" n=9 s=call_all+'
	define "p:long otr_victim_many $(printf '$arg2 %.0s' {1..20})s=\$comm:string t=\$comm:string"
	is 'texts behind many numbers' "$(hits kprobes/long | grep -o ' arg20=.*')" ' arg20=0x2 s="bash" t="bash"'
	define 'p:regs otr_victim_int ip=%ip:symbol di=%di:s32 bx=%bx:u8' 'p:flat otr_victim_int ip=%ip:symbol'
	like 'registers that a hook does not know' "$(hits kprobes/regs | head -n 1)" \
		'^regs: \(otr_victim_int\+\) ip=otr_victim_int\+ di=-7 bx=[0-9]+$'
}

check_event()
{
	define 'p:mine/one otr_victim_int a=$arg1:s32' 'r:mine/two otr_victim_int r=$retval:s32'
	is 'a filter' "$(put events/mine/one/filter 'a == -2')" ok
	put events/mine/two/trigger 'hist:keys=r' >/dev/null
	is 'it is asked' "$(hits mine/one)" 'one: (otr_victim_int+) a=-2'
	hits mine/two >/dev/null
	like 'a histogram' "$(get events/mine/two/hist)" '^\{ r: 18446744073709546616 \} hitcount: +2$'
	put events/mine/two/trigger '!hist:keys=r' >/dev/null
	mkdir instances/probes
	echo 1 >instances/probes/events/mine/one/enable
	hits mine/two >/dev/null
	is 'an instance has what it wants' "$(grep -c one: instances/probes/trace)" 3
	is 'and the first one has that not' "$(grep -c one: trace)" 0
	is 'what is in use stays' "$(add kprobe_events '-:mine/one') $(put kprobe_events '')" 'EBUSY EBUSY'
	is 'something else goes' "$(add kprobe_events '-:mine/two')" ok
	rmdir instances/probes
	is 'what is free goes' "$(add kprobe_events '-:mine/one')" ok
	is 'with its group' "$(ls -d events/mine 2>/dev/null)" ''
}

check_several()
{
	define 'p:both otr_victim_int n=$arg1:s32' 'p:both otr_victim_inner n=$arg1:s32'
	is 'two probes of an event' "$(hits kprobes/both | tail -n 2)" \
		'both: (otr_victim_int+) n=-5000
both: (otr_victim_inner+) n=2'
	echo 1 >events/kprobes/both/enable
	is 'one more while it is on' "$(add kprobe_events 'p:both otr_victim_outer n=$arg1:s32')" ok
	is 'one goes while it is on' "$(add kprobe_events '-:both otr_victim_int')" ok
	is 'what is left' "$(hits kprobes/both)" 'both: (otr_victim_outer+) n=1
both: (otr_victim_inner+) n=2'
	is 'how often' "$(awk '{ print $1, $2, $3 }' kprobe_profile | paste -sd,)" 'both 2 0,both 1 0'
	is 'the same twice' "$(add kprobe_events 'p:both otr_victim_outer n=$arg1:s32')" EEXIST
	is 'another type' "$(add kprobe_events 'p:both otr_victim_outer n=$arg1')" EEXIST
}

check_modules()
{
	define "p:there $victims:otr_victim_int" "p:bare otr_victim_void" 'p:body otr_victim_int+5'
	echo 1 >events/kprobes/enable
	rmmod $victims
	is 'a module can go' "$(wc -l <kprobe_events)" 3
	is 'one that is not there is waited for' "$(add kprobe_events "r:later $victims:otr_victim_hash ret=\$retval")" ok
	echo 1 >events/kprobes/later/enable
	insmod "$file"
	is 'it comes, and is hit' "$(hits kprobes | grep -c -E '^(there|later)')" 4
	if ! intree; then
		: >trace
		echo 1 >events/kprobes/bare/enable
		echo 1 >/sys/module/$victims/parameters/call
		like 'also by a name alone' "$(records)" 'bare: \(otr_victim_void'
		echo 0 >events/kprobes/bare/enable
	fi
	: >trace
	is 'nobody is left on its functions' "$(grep -c otr_victim enabled_functions)" 0
}

check_refused()
{
	is 'no such function' "$(put kprobe_events 'p nothing_of_that_name')" EINVAL
	is 'several of that name' "$(put kprobe_events 'p name_show')" EINVAL
	like 'and why' "$(tail -n 3 error_log)" 'trace_kprobe: error: The symbol is not unique'
	is 'not to be traced' "$(put kprobe_events 'p irqentry_enter')" EINVAL
	is 'not to be probed' "$(put kprobe_events 'p get_kprobe')" EINVAL
	is 'between instructions' "$(put kprobe_events 'p vfs_read+6')" 'Invalid or incomplete multibyte or wide character'
	intree || is 'our own' "$(put kprobe_events 'p otr_event_begin')" EINVAL
	is 'nothing came of it' "$(cat kprobe_events)" ''
}

# Where a function is traced as well, both see it.
check_function()
{
	: >kprobe_events
	define 'p:one vfs_read' 'r:two vfs_read'
	echo 1 >events/kprobes/enable
	trace_of vfs_read cat /etc/hostname >/dev/null
	echo 0 >events/kprobes/enable
	like 'a function and its probes: the call' "$(records)" ': vfs_read <-'
	like 'the probe' "$(records)" ' one: \(vfs_read'
	like 'the return' "$(records)" ' two: \(.* <- vfs_read'
	echo nop >current_tracer
}

check_many()
{
	local list start

	: >kprobe_events
	echo 1 >tracing_on
	list=$(grep -E '^(vfs|ksys|__x64_sys)_[a-z_0-9]+$' available_filter_functions | sort | uniq -u | head -n 1000)
	awk 'NR == FNR { seen[$1] = 1; next } seen[$3] { n[$3]++ } END { for (f in n) if (n[f] == 1) print "p:all/" f " " f }' \
		<(echo "$list") /proc/kallsyms | head -n 500 >/tmp/many
	start=$(date +%s%N)
	cat /tmp/many >kprobe_events
	echo "# $(wc -l <kprobe_events) definitions in $((($(date +%s%N) - start) / 1000000)) ms"
	is 'hundreds in one write' "$(wc -l <kprobe_events)" "$(wc -l </tmp/many)"
	like 'and all of them gone' "$(put kprobe_events '') $(wc -l <kprobe_events)" '^ok 0$'
}

# A task sleeps in a function whose return is wanted, and probes are on.
check_unload()
{
	local sleeper

	define 'p:one vfs_read+9' 'r:two vfs_read r=$retval' 'p:three vfs_read'
	echo 1 >events/kprobes/enable
	(cd / && sleep 1000 | cat >/dev/null) &
	sleeper=$!
	sleep 0.3
	unmount_tracing
	holds 'it is unloaded with probes on' rmmod outrace
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing
	cd "$tracing" || exit
	is 'and knows nothing of them' "$(cat kprobe_events dynamic_events)" ''
	pkill -x sleep
	wait "$sleeper" 2>/dev/null
	pass 'who slept in there returned'
}

begin
: >kprobe_events
[ -d /sys/module/$victims ] || insmod "$file"
check_records
check_event
check_several
check_modules
check_refused
check_function
check_many
: >kprobe_events
rmmod $victims
intree || check_unload
end
