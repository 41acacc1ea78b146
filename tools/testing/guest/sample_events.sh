#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events of another module: samples/events, which has one for each way to declare
# and to print members. What they print is compared with the in-tree tracer's texts by
# tools/testing/formats; this is about members, filters, and modules that come and go. For
# the in-tree tracer, build the module first:
#
#	tools/build/modules "$(tools/build/kernel intree)" outrace_sample_events.ko

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(realpath "$(dirname "$0")")
module=outrace_sample_events
events=events/outrace_sample

fire()
{
	echo "$1" >/sys/module/$module/parameters/fire
}

# Lines of the trace from the event's name on.
texts()
{
	grep -v '^#' trace | sed 's/.*: \(sample_\)/\1/'
}

# field EVENT NAME: its line of the format file
field()
{
	grep -E "[ *]$2(\[[0-9]*\])?;" "$events/$1/format" | sed 's/^[[:space:]]*//'
}

begin
file=${OTR_MODULE%/*}/$module.ko
if intree; then
	file=$(find "$here/../../../build/" -path "*/kernel-intree-*/$module.ko" | head -n 1)
	if [ -z "$file" ]; then
		skip 'events of a module' 'the sample is not built for this kernel'
		end
	fi
fi

insmod "$file"
is 'a module brings its events' "$(ls $events)" 'enable
filter
sample_arrays
sample_behind
sample_even
sample_format
sample_names
sample_number
sample_one
sample_other
sample_rel
sample_rows'

is 'a plain array' "$(field sample_one name)" \
	$'field:char name[4];\toffset:16;\tsize:4;\tsigned:0;'
is 'a struct' "$(field sample_one pair)" \
	$'field:struct sample_pair pair;\toffset:8;\tsize:8;\tsigned:0;'
is 'a place in the record' "$(field sample_behind bytes)" \
	$'field:__data_loc u8[] bytes;\toffset:12;\tsize:4;\tsigned:0;'
is 'a place from its word on' "$(field sample_rel words)" \
	$'field:__rel_loc u32 words[];\toffset:24;\tsize:4;\tsigned:0;'
like 'names of numbers are resolved' "$(cat $events/sample_even/format)" \
	'__print_symbolic\(REC->value, \{ 3, "odd" \}, \{ 8, "even" \}\)'
like 'sizes are resolved' "$(cat $events/sample_one/format)" \
	'REC->pair.a, REC->pair.b, 8, REC->name'

put "$events/enable" 1 >/dev/null
fire 2
is 'each event fires' "$(texts | grep -c '^sample_')" 19
like 'texts' "$(texts)" '^sample_one: a=0 b=-1 of 8 name=a n whole=a name$'
like 'CPUs' "$(texts)" '^sample_behind:.* cpus=[0,]*2 '

is 'a filter on an array' "$(put "$events/sample_one/filter" 'name == "a n"')" ok
is 'a filter on a text behind it' "$(put "$events/sample_other/filter" 'whole ~ "*null*" && at == "constant"')" ok
is 'a filter on CPUs' "$(put "$events/sample_behind/filter" 'cpus & CPUS{0}')" ok
put trace '' >/dev/null
fire 1
is 'records pass filters' "$(texts | grep -E -c '^sample_(one|other)')" 2
is 'records do not pass filters' "$(texts | grep -c '^sample_behind')" 0

# Everything that may hold on to an event when its module goes.
mkdir instances/sample
echo outrace_sample >instances/sample/set_event
echo 1 >$events/enable
exec 7<$events/sample_number/enable 8<$events/sample_number/format 9<$events/enable
is 'the module goes with its events on' "$(rmmod $module 2>&1)" ''
is 'its events go with it' "$(ls -d $events 2>&1)" \
	"ls: cannot access '$events': No such file or directory"
is 'from all lists' "$(grep -h outrace_sample set_event available_events instances/sample/set_event)" ''
is 'files that are open' "$(cat <&7 2>&1; cat <&8 2>&1)" "cat: -: No such device
cat: -: No such device"
like 'the trace can be read' "$(cat trace)" '^# tracer: nop'
is 'what it recorded went with it' "$(grep -vc '^#' trace)" 0
insmod "$file"
is 'they are off when it comes again' "$(cat $events/enable instances/sample/$events/enable)" $'0\n0'
is 'and have no filter' "$(cat $events/sample_one/filter)" none
is 'and are all there' "$(find $events -name format | wc -l)" 10
echo 1 >$events/sample_number/enable
: >trace
fire 1
is 'and can be recorded' "$(texts)" 'sample_number: big=1099511627776 small=0'
exec 7<&- 8<&- 9<&-
rmmod $module
rmdir instances/sample

# awaits WORDS LISTED: events of a module that is not loaded.
awaits()
{
	: >set_event
	is "$1" "$(put set_event "$1"; cat set_event)" "ok
$2"
}

# came PATTERN: what of the sample is on when it is loaded.
came()
{
	insmod "$file"
	like 'is on when it comes' "$(cat set_event)" "$1"
	unlike 'and is waited for no more' "$(cat set_event)" :mod:
	rmmod $module
	is 'and is off when it is gone' "$(cat set_event)" ''
}

if [ "$(put set_event ":mod:$module")" = EINVAL ]; then
	skip 'events of a module that is not there yet' 'the kernel is too old'
	end
fi
awaits ":mod:$module" "*:*:mod:$module"
came '^outrace_sample:sample_rel$'
awaits "*:mod:${module//_/-}" "*:*:mod:$module"
came '^outrace_sample:sample_rel$'
awaits "sample_even:mod:$module" "sample_even:mod:$module"
came '^outrace_sample:sample_even$'
awaits "outrace_sample:sample_one:mod:$module" "outrace_sample:sample_one:mod:$module"
came '^outrace_sample:sample_one$'
awaits "outrace_sample:mod:$module" "outrace_sample:mod:$module"
is 'one more' "$(add set_event 'sched:*:mod:nosuch'; cat set_event)" "ok
sched:*:mod:nosuch
outrace_sample:mod:$module"
is 'one that is not waited for' "$(add set_event '!nosuch:mod:nosuch')" EINVAL
is 'one less' "$(add set_event '!:mod:nosuch'; cat set_event)" "ok
outrace_sample:mod:$module"
is 'none any more' "$(put set_event ''; cat set_event)" ok
is 'of no module' "$(put set_event 'sched:mod:')" EINVAL
insmod "$file"
is 'of a module that is there' "$(put set_event "sample_rows:mod:$module"; cat set_event)" "ok
outrace_sample:sample_rows"
is 'all but one' "$(put set_event ":mod:$module"; add set_event "!sample_rows:mod:$module"
	grep -c sample_ set_event)" $'ok\nok\n9'
is 'what it does not have' "$(put set_event "sched:mod:$module")" EINVAL
: >set_event
rmmod $module
end
