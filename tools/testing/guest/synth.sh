#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Synthetic events: what synthetic_events and dynamic_events take and list, what the events'
# own files say, records of other modules' events, what keeps an event, and what ends it.
# For the in-tree tracer, build the module first:
#
#	tools/build/modules "$(tools/build/kernel intree)" outrace_sample_synth.ko
#
# boot: own
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(realpath "$(dirname "$0")")
module=outrace_sample_synth
events=events/synthetic

# What is listed, in one line.
list()
{
	paste -sd '|' "${1:-synthetic_events}" | tr '\t' ' '
}

# synth_says TEXT...: what comes of writing each of them to synthetic_events, and what is
# listed then; dyn_says: likewise of dynamic_events.
synth_says()
{
	echo "$(answers synthetic_events "$@")$(list)"
}

dyn_says()
{
	echo "$(answers dynamic_events "$@")$(list dynamic_events)"
}

# The last error of the log: what is wrong, and under which part of the command.
last_error()
{
	tail -n 3 error_log | awk '
		NR == 1 { sub(/^\[[^]]*\] /, ""); error = $0 }
		NR == 2 { command = $0 }
		NR == 3 { print error "|" substr(command, index($0, "^")) }'
}

# wrong FILE TEXT: what comes of writing it, and the log.
wrong()
{
	local answer

	: >error_log
	answer=$(add "$1" "$2")
	echo "$answer $(last_error)"
}

# field EVENT NAME: its line of the format file
field()
{
	grep -E "[ *]$2(\[[^]]*\])?;" "$events/$1/format" | sed 's/^[[:space:]]*//'
}

# The records of the trace. In-tree, a zero stands behind the names of bits.
records()
{
	tr -d '\0' <trace | grep -v '^#'
}

# Lines of the trace from the event's name on.
texts()
{
	records | sed 's/.*: \(sample_\)/\1/'
}

fire()
{
	echo "$1" >/sys/module/$module/parameters/fire
}

check_files()
{
	is 'the modes' "$(stat -c '%n %a' dynamic_events synthetic_events)" \
		$'dynamic_events 640\nsynthetic_events 640'
	is 'nothing yet' "$(cat dynamic_events synthetic_events)" ''
	is 'one' "$(synth_says 'one u64 a; pid_t b')" 'ok one u64 a; pid_t b'
	is 'in the other file, too' "$(list dynamic_events)" 's:synthetic/one u64 a; pid_t b'
	is 'semicolons may be missing, blanks many' "$(synth_says 'two u64 a pid_t b' '  three   s8  x ;u8	y;  ')" \
		'ok ok one u64 a; pid_t b|two u64 a; pid_t b|three s8 x; u8 y'
	is 'its directory' "$(ls -d $events/one)" $events/one
	is 'removed by its name' "$(synth_says '!one')" 'ok two u64 a; pid_t b|three s8 x; u8 y'
	is 'and by its definition' "$(synth_says '!two u64 a pid_t b')" 'ok three s8 x; u8 y'
	is 'its directory goes' "$(get $events/two/format)" ENOENT
	is 'not twice' "$(synth_says '!two' '!' '! three' '!three;')" 'ENOENT ENOENT ENOENT ENOENT three s8 x; u8 y'
	is 'nothing, and a comment' "$(synth_says '' '# one' 'four u8 a # b')" 'ok ok ok three s8 x; u8 y|four u8 a'
	is 'opened to be overwritten' "$(put synthetic_events 'five u8 a') $(list)" 'ok five u8 a'
	printf 'a u8 x\nb u8 x\nc x\nd u8 x\n' >/tmp/lines
	is 'several lines, the third is wrong' \
		"$(errno_of "$(cat /tmp/lines 2>&1 >>synthetic_events)") $(list)" \
		'EINVAL five u8 a|a u8 x|b u8 x'
	is 'all go' "$(put synthetic_events '') $(list)" 'ok '
	is 'and the directory of all' "$(get $events/enable)" ENOENT
}

check_dynamic()
{
	is 'defined in dynamic_events' "$(dyn_says 's:one u64 a' 's:synthetic/two u8 b')" \
		'ok ok s:synthetic/one u64 a|s:synthetic/two u8 b'
	is 'its own listing can be written back' \
		"$(cat dynamic_events >/tmp/listed; cat /tmp/listed >dynamic_events; cmp dynamic_events /tmp/listed && echo same)" same
	is 'removed, with and without the group' "$(dyn_says '-:one' '-:synthetic/two')" 'ok ok '
	is 'removed with a !' "$(dyn_says 's:one u64 a' '!s:one u64 a')" 'ok ok '
	is 'what is not there' "$(dyn_says -:one -:no/one -:synthetic/ '!s:one')" 'ENOENT ENOENT ENOENT ENOENT '
	is 'what names none' "$(dyn_says - -: -one '!one' '-:no/')" 'EINVAL EINVAL EINVAL EINVAL ENOENT '
	is 'another group' "$(dyn_says 's:one u64 a' -:other/one -:one)" 'ok ENOENT ok '
	is 'nothing' "$(dyn_says '' '   ')" 'ok ok '
	is 'a kind that there is not' "$(dyn_says 'x:one u64 a' 'one u64 a' 'sone u64 a')" 'EINVAL EINVAL EINVAL '
}

# check_wrong FILE TEXT EXPECTED
check_wrong()
{
	is "wrong: $2" "$(wrong "$1" "$2")" "$3"
}

check_errors()
{
	local name='synthetic_events: error:' form='Command must be of the form: <name> field[;field] ...'
	local file=synthetic_events

	check_wrong $file 'one chr arg' "EINVAL $name Invalid type|chr arg"
	check_wrong $file 'one unsigned arg' "EINVAL $name Incomplete type|unsigned arg"
	check_wrong $file 'one unsigned chr arg' "EINVAL $name Invalid type|chr arg"
	check_wrong $file 'one int x[3]' "EINVAL $name Invalid type|int x[3]"
	check_wrong $file 'one u64 a; one b' "EINVAL $name Invalid type|one u64 a; one b"
	check_wrong $file 'one char str]; int v' "EINVAL $name Illegal name|str]; int v"
	check_wrong $file 'on-e char str' "EINVAL $name Illegal name|on-e char str"
	check_wrong $file 'one char st-r[]' "EINVAL $name Illegal name|st-r[]"
	check_wrong $file 'one char 1st' "EINVAL $name Illegal name|1st"
	check_wrong $file 'one char str;[]' "EINVAL $name Invalid field|[]"
	check_wrong $file 'one char str; int' "EINVAL $name Invalid field|int"
	check_wrong $file 'one char str[; int v' "EINVAL $name Invalid array specification|str[; int v"
	check_wrong $file 'one char str[x]' "EINVAL $name Invalid array specification|str[x]"
	check_wrong $file 'one char str[257]' "EINVAL $name Invalid array specification|str[257]"
	check_wrong $file 'one char str[1000]' "EINVAL $name Invalid array specification|str[1000]"
	check_wrong $file 'one char str[4]x' "EINVAL $name Invalid array specification|str[4]x"
	check_wrong $file 'one char[257] str' "EINVAL $name Invalid type|char[257] str"
	check_wrong $file 'o;ne char str[]' "EINVAL $name $form|o;ne char str[]"
	check_wrong $file 'one ; char str[]' "EINVAL $name $form|one ; char str[]"
	check_wrong $file ';one char str[]' "EINVAL $name $form|;one char str[]"
	check_wrong $file 'one' "EINVAL $name $form|one"
	check_wrong $file 'one u64' "EINVAL $name $form|one u64"
	check_wrong $file "one $(printf 'u8 f%d;' {1..65})" "EINVAL $name Too many fields|one u8 f1;$(printf 'u8 f%d;' {2..65})"
	file=dynamic_events
	check_wrong $file 's:no/one u64 a' \
		"EINVAL $name Command must be of the form: s or -:[synthetic/]<name> field[;field] ...|s:no/one u64 a"
	check_wrong $file 's:one' "EINVAL $name $form|s:one"
	check_wrong $file 's: one u64 a' "EINVAL $name $form|s: one u64 a"
	check_wrong $file 's:synthetic/ u64 a' "EINVAL $name $form|s:synthetic/ u64 a"
	check_wrong $file 's:!one u64' "EINVAL $name Illegal name|!one u64"
	add $file 's:one u64 a' >/dev/null
	check_wrong $file 's:one u64 a' "EEXIST $name Event already exists|one u64 a"
	check_wrong synthetic_events 'one u64 b' "EEXIST $name Event already exists|one u64 b"
	put $file '' >/dev/null
	# In-tree since 7.2.
	intree || check_wrong $file 'x:one u64 a' \
		'EINVAL dynevent: error: No matching dynamic event type|x:one u64 a'
	is 'nothing is left of them' "$(cat dynamic_events) $(get $events/enable)" ' ENOENT'
}

check_format()
{
	local all='s64 a; u64 b; s32 c; u32 d; s16 e; u16 f; s8 g; u8 h; char i; unsigned char j; int k;'

	all+=' unsigned int l; long m; unsigned long n; bool o; pid_t p; gfp_t q'
	is 'all types' "$(synth_says "all $all")" "ok all $all"
	is 'their fields' "$(sed -n '/lat\|field:.* [a-q];/s/\t/ /gp' $events/all/format)" \
' field:s64 a; offset:8; size:8; signed:1;
 field:u64 b; offset:16; size:8; signed:0;
 field:s32 c; offset:24; size:4; signed:1;
 field:u32 d; offset:32; size:4; signed:0;
 field:s16 e; offset:40; size:2; signed:1;
 field:u16 f; offset:48; size:2; signed:0;
 field:s8 g; offset:56; size:1; signed:1;
 field:u8 h; offset:64; size:1; signed:0;
 field:char i; offset:72; size:1; signed:1;
 field:unsigned char j; offset:80; size:1; signed:0;
 field:int k; offset:88; size:4; signed:1;
 field:unsigned int l; offset:96; size:4; signed:0;
 field:long m; offset:104; size:8; signed:1;
 field:unsigned long n; offset:112; size:8; signed:0;
 field:bool o; offset:120; size:1; signed:1;
 field:pid_t p; offset:128; size:4; signed:1;
 field:gfp_t q; offset:136; size:4; signed:0;'
	is 'how they are printed' "$(tail -n 1 $events/all/format)" \
		"print fmt: \"a=%lld, b=%llu, c=%d, d=%u, e=%d, f=%u, g=%d, h=%u, i=%d, j=%u, k=%d, l=%u,\
 m=%ld, n=%lu, o=%d, p=%d, q=%x\"$(printf ', REC->%s' a b c d e f g h i j k l m n o p q)"
	add synthetic_events \
		'arrays char a[16]; char b[]; unsigned char c[0x8]; char d[0]; unsigned long[] e; long f[7]; xchar g[2]; u8 h' >/dev/null
	is 'arrays are listed' "$(grep arrays synthetic_events | tr '\t' ' ')" \
		'arrays char[16] a; char[] b; unsigned char[0x8] c; char[0] d; unsigned long[] e; long[7] f; xchar[2] g; u8 h'
	is 'their fields' "$(sed -n '/field:.* [a-h]\(\[.*\]\)*;/s/\t/ /gp' $events/arrays/format)" \
' field:char a[]; offset:8; size:16; signed:1;
 field:__data_loc char[] b; offset:264; size:8; signed:1;
 field:unsigned char c[]; offset:272; size:8; signed:0;
 field:__data_loc char[0] d; offset:528; size:8; signed:1;
 field:__data_loc unsigned long[] e; offset:536; size:8; signed:1;
 field:__data_loc long[7] f; offset:544; size:8; signed:1;
 field:xchar g[]; offset:552; size:2; signed:1;
 field:u8 h; offset:808; size:1; signed:0;'
	is 'how they are printed' "$(tail -n 1 $events/arrays/format)" \
		"print fmt: \"a=%s, b=%s, c=%s, d=%s, e=%s, f=%s, g=%s, h=%u\", REC->a, __get_str(b), REC->c,\
 __get_str(d), __get_stacktrace(e), __get_stacktrace(f), REC->g, REC->h"
	is '64 fields' "$(add synthetic_events "many $(printf 'u8 f%d;' {1..64})")" ok
	is 'a number of its own' "$(sed -n 's/^ID: //p' $events/many/format)" "$(cat $events/many/id)"
	is 'the files of an event' "$(cd $events/all && echo enable filter format id trigger | xargs stat -c '%n %a' | paste -sd ' ')" \
		'enable 640 filter 640 format 440 id 440 trigger 640'
	is 'listed with all others' "$(grep -c '^synthetic:' available_events)" 3
	put synthetic_events '' >/dev/null
}

# What keeps an event from going.
check_busy()
{
	synth_says 'one u64 a' 'two u64 a' 'three u64 a' >/dev/null
	is 'it can be switched' "$(put $events/two/enable 1) $(cat $events/two/enable $events/enable | paste -sd ' ')" 'ok 1 X'
	is 'one that is on stays' "$(synth_says '!two') $(dyn_says -:two)" \
		'EBUSY one u64 a|two u64 a|three u64 a EBUSY s:synthetic/one u64 a|s:synthetic/two u64 a|s:synthetic/three u64 a'
	is 'of all, those go that come before it' "$(put synthetic_events '') $(list)" 'EBUSY two u64 a|three u64 a'
	put $events/two/enable 0 >/dev/null
	mkdir instances/synth
	put instances/synth/$events/two/enable 1 >/dev/null
	is 'one that is on in an instance stays' "$(synth_says '!two')" 'EBUSY two u64 a|three u64 a'
	put instances/synth/$events/two/enable 0 >/dev/null
	put $events/two/trigger 'traceoff if a == 7' >/dev/null
	is 'one with a trigger stays' "$(synth_says '!two')" 'EBUSY two u64 a|three u64 a'
	put $events/two/trigger '!traceoff' >/dev/null
	put $events/three/trigger "enable_event:synthetic:two" >/dev/null
	is 'one that a trigger is about stays' "$(synth_says '!two')" 'EBUSY two u64 a|three u64 a'
	put $events/three/trigger "!enable_event:synthetic:two" >/dev/null
	is 'a filter' "$(put $events/two/filter 'a > 5') $(cat $events/two/filter)" 'ok a > 5'
	put instances/synth/$events/two/filter 'a > 6' >/dev/null
	is 'does not keep it' "$(synth_says '!two')" 'ok three u64 a'
	is 'a new one is without' "$(add synthetic_events 'two u8 b') $(cat $events/two/filter instances/synth/$events/two/filter | paste -sd ' ')" \
		'ok none none'
	put instances/synth/$events/two/enable 1 >/dev/null
	rmdir instances/synth
	is 'an instance that goes lets it go' "$(synth_says '!two' '!three')" 'ok ok '
}

check_records()
{
	is 'a module defines two' "$(list)" 'sample_span u64 nr; pid_t pid; char[16] comm; s64 length|sample_note u8 kind; char[] text; gfp_t flags'
	# In-tree, to end a record of an event that is off, value by value, is a crash.
	intree || fire 1
	is 'nothing is recorded' "$(texts)" ''
	echo 1 >$events/enable
	fire 2
	is 'records' "$(texts)" 'sample_span: nr=0 pid=3 comm=array length=1099511627776
sample_span: nr=0 pid=1 comm=in order length=-5
sample_span: nr=0 pid=2 comm=by name length=5
sample_note: kind=0 text=a text of any length flags=cc0 (GFP_KERNEL)
sample_span: nr=1 pid=3 comm=array length=1099511627776
sample_span: nr=1 pid=1 comm=in order length=-5
sample_span: nr=1 pid=2 comm=by name length=5
sample_note: kind=1 text=a text of any length flags=cc0 (GFP_KERNEL)'
	like 'with the columns of any record' "$(records | head -n 1)" "${head_re}sample_span: nr=0"
	echo 1 >options/verbose
	like 'with types' "$(records | tail -n 1)" 'sample_note: %u kind=1 %s text=a text of any length %x flags=cc0 \(GFP_KERNEL\)$'
	like 'numbers with types' "$(records | head -n 1)" 'sample_span: %llu nr=0 %d pid=3 %s comm=array %lld length=1099511627776$'
	echo 0 >options/verbose
	echo 1 >options/fields
	like 'member by member' "$(records | head -n 1)" 'sample_span: nr=0x0 \(0\) pid=0x3 \(3\) comm=array.* length=0x10000000000 \(1099511627776\)$'
	like 'and what is behind' "$(records | tail -n 1)" "sample_note: kind=.*\(1\) text=a text of any length.* flags=0xcc0 \(3264\)$"
	echo 0 >options/fields
	echo 'pid == 2 || length > 1000' >$events/sample_span/filter
	echo 'text ~ "*any*" && kind != 1' >$events/sample_note/filter
	: >trace
	fire 2
	is 'filtered' "$(texts | cut -c -22 | sort | uniq -c | sed 's/^ *//')" \
'1 sample_note: kind=0 te
2 sample_span: nr=0 pid=
2 sample_span: nr=1 pid='
	echo 'comm == "by name"' >$events/sample_span/filter
	: >trace
	fire 1
	is 'by a text' "$(texts | head -n 1)" 'sample_span: nr=0 pid=2 comm=by name length=5'
	echo 0 >$events/sample_span/filter
	echo 0 >$events/sample_note/filter
	echo 0 >$events/enable
	echo 'traceoff:1 if nr == 1 && length < 0' >$events/sample_span/trigger
	fire 2
	is 'a trigger' "$(cat tracing_on $events/sample_span/enable | paste -sd ' ')" '0 0*'
	echo 1 >tracing_on
	: >trace
	fire 2
	is 'once' "$(cat tracing_on)" 1
	is 'which does not record' "$(texts)" ''
	echo '!traceoff' >>$events/sample_span/trigger
}

# What a program makes of records and formats, from the pages.
check_client()
{
	local data=/tmp/synth.dat

	trace-cmd record -q -o $data -e synthetic sh -c "echo 1 >/sys/module/$module/parameters/fire" >/dev/null 2>&1
	is 'trace-cmd reads them' "$(trace-cmd report -i $data 2>&1 | sed -n 's/.*: \(sample_[a-z]*:\) */\1 /p')" \
'sample_span: nr=0, pid=3, comm=array, length=1099511627776
sample_span: nr=0, pid=1, comm=in order, length=-5
sample_span: nr=0, pid=2, comm=by name, length=5
sample_note: kind=0, text=a text of any length, flags=cc0'
	rm -f $data
	echo 0 >$events/enable
	echo 1 >tracing_on
}

check_instance()
{
	mkdir instances/synth
	echo 1 >instances/synth/$events/sample_note/enable
	echo 1 >$events/sample_span/enable
	fire 1
	echo 0 >$events/sample_span/enable
	# The module asked for records in the first instance.
	is 'another instance' "$(grep -cv '^#' instances/synth/trace) $(cat instances/synth/$events/sample_note/enable $events/sample_note/enable | paste -sd ' ')" '0 1 0'
	is 'a module that defined what is on stays' "$(rmmod $module 2>&1 | grep -c 'in use')" 1
	echo 0 >instances/synth/$events/sample_note/enable
	is 'its events are kept by it' "$(synth_says '!sample_note' | cut -d ' ' -f 1)" EBUSY
	rmdir instances/synth
	holds 'it goes' rmmod $module
	is 'and its events with it' "$(list)" ''
}

# Definitions come and go while all is looked at.
check_busy_guest()
{
	local i

	busy_start look io
	for ((i = 0; i < 30; i++)); do
		add synthetic_events "busy$((i % 3)) u64 a; char[] b" >/dev/null
		put $events/enable 1 >/dev/null
		ls -lR $events >/dev/null 2>&1
		put $events/enable 0 >/dev/null
		add synthetic_events "!busy$(((i + 1) % 3))" >/dev/null
	done
	holds 'the guest lives' busy_lives 20
	busy_stop
	is 'all go' "$(put dynamic_events '') $(list dynamic_events)" 'ok '
}

begin
check_files
check_dynamic
check_errors
check_format
check_busy

file=${OTR_MODULE%/*}/$module.ko
if intree; then
	file=$(find "$here/../../../build/" -path "*/kernel-intree-*/$module.ko" | head -n 1)
fi
if [ -e "$file" ]; then
	insmod "$file"
	check_records
	check_client
	check_instance
else
	skip 'records' 'the sample is not built for this kernel'
fi
check_busy_guest

file=${OTR_MODULE%/*}/synth_event_gen_test.ko
if ! intree && [ -e "$file" ]; then
	: >trace
	holds 'the kernel'"'"'s own test of all this' insmod "$file"
	is 'its records' "$(records | sed -e 's/.*: \([a-z_]*: next_pid\)/\1/' -e 's/cpu=[0-9]/cpu=N/')" \
'gen_synth_test: next_pid_field=777 next_comm_field=hula hoops ts_ns=1000000 ts_ms=1000 cpu=N my_string_field=thneed my_int_field=598
empty_synth_test: next_pid_field=777 next_comm_field=tiddlywinks ts_ns=1000000 ts_ms=1000 cpu=N my_string_field=thneed_2.0 my_int_field=399
create_synth_test: next_pid_field=777 next_comm_field=tiddlywinks ts_ns=1000000 dynstring_field_1=xrayspecs ts_ms=1000 cpu=N my_string_field=thneed dynstring_field_2=kerplunk my_int_field=398
gen_synth_test: next_pid_field=777 next_comm_field=slinky ts_ns=1000000 ts_ms=1000 cpu=N my_string_field=thneed_2.01 my_int_field=395
gen_synth_test: next_pid_field=777 next_comm_field=silly putty ts_ns=1000000 ts_ms=1000 cpu=N my_string_field=thneed_9 my_int_field=3999
create_synth_test: next_pid_field=444 next_comm_field=clackers ts_ns=1000000 dynstring_field_1=viewmaster ts_ms=1000 cpu=N my_string_field=Thneed dynstring_field_2=yoyos my_int_field=999'
	holds 'it goes' rmmod synth_event_gen_test
	is 'nothing is left' "$(list dynamic_events)" ''
fi

end
