#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events of another module: samples/events, which has one for each way to declare
# and to print members. The texts are what the in-tree tracer prints of them.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

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
if intree; then
	skip 'events of a module' 'the sample is not built for this kernel'
	end
fi

insmod "${OTR_MODULE%/*}/$module.ko"
is 'a module brings its events' "$(ls $events)" 'enable
filter
sample_behind
sample_even
sample_format
sample_number
sample_one
sample_other
sample_rel'

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
is 'each event fires' "$(texts | grep -c '^sample_')" 13
is 'texts' "$(texts | sed '/^sample_number: .* small=1$/,$d')" \
'sample_number: big=1099511627776 small=0
sample_one: a=0 b=-1 of 8 name=a n whole=a name
sample_other: whole=(null)
sample_even: kind=even flags=0x8
sample_behind: array={0x6854,0x2065,0x7571} hex=54 68 65 20 71 75 str=546865207175 len=6 text=hello start=he bits=63697571,20656854 cpus='"$(printf '%s' "$(texts | sed -n 's/.*sample_behind:.* cpus=\([0-9a-f,]*\) .*/\1/p' | head -1)")"' addr=127.0.0.1:80
sample_rel: text=world words={0x20656854,0x63697571} start=wor bits=63697571,20656854 cpus='"$(printf '%s' "$(texts | sed -n 's/.*sample_rel:.* cpus=\([0-9a-f,]*\) .*/\1/p' | head -1)")"' secs=9.000000009
sample_format: 0 of many
row 00000000: 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20  The quick brown 
row 00000010: 66 6f 78 2e                                      fox.'
like 'CPUs' "$(texts)" '^sample_behind:.* cpus=[0,]*2 '

is 'a filter on an array' "$(put "$events/sample_one/filter" 'name == "a n"')" ok
is 'a filter on a text behind it' "$(put "$events/sample_other/filter" 'whole ~ "*null*" && at == "constant"')" ok
is 'a filter on CPUs' "$(put "$events/sample_behind/filter" 'cpus & CPUS{0}')" ok
put trace '' >/dev/null
fire 1
is 'records pass filters' "$(texts | grep -E -c '^sample_(one|other)')" 2
is 'records do not pass filters' "$(texts | grep -c '^sample_behind')" 0

is 'the module goes with its events on' "$(rmmod $module 2>&1)" ''
is 'its events go with it' "$(ls -d $events 2>&1)" \
	"ls: cannot access '$events': No such file or directory"
insmod "${OTR_MODULE%/*}/$module.ko"
is 'they are off when it comes again' "$(cat $events/enable)" 0
rmmod $module
end
