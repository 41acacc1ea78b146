#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Uprobe events: records of functions of a program, of their returns, with known arguments,
# also of memory that has to be brought in; counters of who listens; files that are replaced
# or go; forks; filters, triggers and instances; what is refused; probes that come and go under
# load; unloading while calls are pending; and the USDT probes of Debian's Python.
#
# boot: own

# shellcheck disable=SC2016,SC2317 # definitions with $; commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

program=$work/probed
python=/usr/bin/python3.11

# at SYMBOL: where in the program, as a definition has it
at()
{
	echo "$program:0x${places[$1]}"
}

define()
{
	: >uprobe_events
	printf '%s\n' "$@" >>uprobe_events
}

# text_of_hits: the records without what differs from run to run
text_of_hits()
{
	records | sed 's/^.*[0-9]: //; s/0x[0-9a-f]*\([0-9a-f]\{3\}\)\( <-\|)\)/\1\2/g'
}

# hits EVENT ARG...: what an event recorded while the program ran
hits()
{
	local event=$1

	: >trace
	echo 1 >"events/$event/enable"
	taskset -c 0 "$program" "${@:2}" >/dev/null
	echo 0 >"events/$event/enable"
	text_of_hits
}

# place_of SYMBOL: the last digits of an address
place_of()
{
	echo "${places[$1]: -3}"
}

check_list()
{
	is 'definitions of every form' "$(define "p:one $(at probed_number) a=%di:s32" "p $(at probed_number)" \
		"r:mine/two $(at probed_number)" "p:three $(at probed_struct)%return $(printf 'x=%s' '$retval')" && cat uprobe_events)" \
"p:uprobes/one $program:0x$(printf %016x "0x${places[probed_number]}") a=%di:s32
p:uprobes/p_probed_0x$(printf %x "0x${places[probed_number]}") $program:0x$(printf %016x "0x${places[probed_number]}")
r:mine/two $program:0x$(printf %016x "0x${places[probed_number]}")
r:uprobes/three $program:0x$(printf %016x "0x${places[probed_struct]}") x=\$retval"
	is 'the same in dynamic_events' "$(cat dynamic_events)" "$(cat uprobe_events)"
	like 'and a format' "$(cat events/mine/two/format)" \
		'^print fmt: "\(%lx <- %lx\)", REC->__probe_func, REC->__probe_ret_ip$'
	is 'one goes' "$(add uprobe_events '-:mine/two'; grep -c . uprobe_events)" "ok
3"
	is 'others are no business of this file' "$(add dynamic_events 'p:kp vfs_read'; grep -c kp uprobe_events)" "ok
0"
	is 'and stay when all of ours go' "$(: >uprobe_events; cat dynamic_events)" 'p:kprobes/kp vfs_read'
	is 'both letters mean a file with dynamic_events' \
		"$(put dynamic_events "p:x/one $(at probed_number)"; add dynamic_events "r:x/two $(at probed_number)"
		cut -d' ' -f1 dynamic_events)" 'ok
ok
p:x/one
r:x/two'
	: >dynamic_events
}

check_values()
{
	local number stack struct text

	number=$(place_of probed_number)
	stack=$(place_of probed_stack)
	struct=$(place_of probed_struct)
	text=$(place_of probed_text)
	define "p:one $(at probed_number) a=%di:s32 b=%si n=\\9:u8"
	is 'registers' "$(hits uprobes/one call)" "one: ($number) a=-7 b=0x2a n=9
one: ($number) a=5 b=0x0 n=9"
	define "p:one $(at probed_number) t=+0(%dx):string c=\$comm u=+2(%dx):ustring"
	is 'texts' "$(hits uprobes/one call)" \
"one: ($number) t=\"a text\" c=\"probed\" u=\"text\"
one: ($number) t=(fault) c=\"probed\" u=(fault)"
	# In-tree looks for that in the program.
	define "p:one $(at probed_stack) i=\\\"text\""
	intree || is 'a text of the definition' "$(hits uprobes/one call)" "one: ($stack) i=\"text\""
	define "p:one $(at probed_struct) n=+0(%di):s32 s=+4(%di):s16[4] t=+0(+16(%di)):string b=+4(%di):b2@1/16"
	is 'what is in memory' "$(hits uprobes/one call)" "one: ($struct) n=-3 s={1,-2,3,-4} t=\"in a struct\" b=0"
	define "p:one $(at probed_stack) g=\$stack1:s32 h=\$stack2:u8 s=+16(\$stack):u64 f=%r9"
	is 'the stack' "$(hits uprobes/one call)" "one: ($stack) g=7 h=8 s=8 f=0x6"
	define "p:one $(at probed_number) g=@+0x$(nm "$program" | awk '$3 == "probed_global" { print $1 }'):x64"
	like 'an offset in the file' "$(hits uprobes/one call)" "^one: \($number\) g=0x123456789$"
	printf 'A text that nobody has read.\0' >"$work/text"
	truncate -s 9000 "$work/text"
	define "p:one $(at probed_text) t=+0(%di):string first=+0(%di):u8 n=+4096(%di):u32"
	is 'memory that is brought in' "$(hits uprobes/one call "$work/text")" \
"one: ($text) t=\"A text that nobody has read.\" first=65 n=0
one: ($text) t=(fault) first=0 n=0"
}

check_returns()
{
	local number inner outer

	number=$(place_of probed_number)
	inner=$(place_of probed_inner)
	outer=$(place_of probed_outer)
	define "r:one $(at probed_number) r=\$retval:s32"
	like 'what a function returns' "$(hits uprobes/one call)" "^one: \([0-9a-f]+ <- $number\) r=132$"
	define "p:in $(at probed_inner) d=%di:u8" "r:in_left $(at probed_inner) r=\$retval:u8" \
		"p:out_left $(at probed_outer)%return r=\$retval:u8"
	is 'one that calls itself, and its caller' "$(hits uprobes sleep <<<x | sed 's/([0-9a-f]* <- /(/' | paste -sd,)" \
"in: ($inner) d=3,in: ($inner) d=2,in: ($inner) d=1,in: ($inner) d=0,in_left: ($inner) r=2,in_left: ($inner) r=3,\
in_left: ($inner) r=4,in_left: ($inner) r=5,out_left: ($outer) r=6"
	is 'how often' "$(cat uprobe_profile)" \
"$(printf '  %s %-44s %15d\n' "$program" in 4 "$program" in_left 4 "$program" out_left 1)"
}

check_event()
{
	define "p:mine/one $(at probed_number) a=%di:s32" "p:mine/two $(at probed_number)" "r:mine/three $(at probed_number) r=\$retval"
	is 'a filter' "$(put events/mine/one/filter 'a == 5')" ok
	put events/mine/three/trigger 'hist:keys=r' >/dev/null
	is 'several on one instruction' "$(hits mine call | cut -d: -f1 | sort | paste -sd,)" 'one,three,three,two,two'
	is 'it is asked' "$(hits mine/one call | wc -l)" 1
	like 'a histogram' "$(get events/mine/three/hist)" '^\{ r: +132 \} hitcount: +2$'
	put events/mine/three/trigger '!hist:keys=r' >/dev/null
	mkdir instances/probes
	echo 1 >instances/probes/events/mine/one/enable
	hits mine/two call >/dev/null
	is 'an instance has what it wants' "$(grep -c one: instances/probes/trace)" 2
	is 'and the first one has that not' "$(grep -c one: trace)" 0
	is 'what is in use stays' "$(add uprobe_events '-:mine/one') $(put uprobe_events '')" 'EBUSY EBUSY'
	rmdir instances/probes
	is 'what is free goes' "$(add uprobe_events '-:mine/one')" ok
	define "p:both $(at probed_number) n=%di:s32" "p:both $(at probed_inner) n=%di:s32"
	is 'two probes of an event' "$(hits uprobes/both sleep <<<x | wc -l) $(hits uprobes/both call | wc -l)" '4 2'
	is 'one of them goes' "$(add uprobe_events "-:both $(at probed_number | sed 's/0x/0x0000000000000000/; s/0x.*\(.\{16\}\)$/0x\1/')"
		cut -d: -f1-2 uprobe_events | cut -d' ' -f1)" 'ok
p:uprobes/both'
	is 'the same twice' "$(add uprobe_events "p:both $(at probed_inner) n=%di:s32")" EEXIST
	is 'another type' "$(add uprobe_events "p:both $(at probed_number) n=%di:u32")" EEXIST
	is 'another kind' "$(add uprobe_events "r:both $(at probed_number) n=%di:s32")" EEXIST
}

check_counter()
{
	local counter place

	counter=0x${places[probed_counter]}
	place=$(at probed_place)
	define "p:one $place($counter) c=$(printf '$%s' comm)" "p:two $place($counter)"
	is 'nobody listens' "$("$program" heard)" 0
	echo 1 >events/uprobes/one/enable
	is 'somebody does' "$("$program" heard)" 1
	echo 1 >events/uprobes/two/enable
	is 'and that is all that it says' "$("$program" heard)" 1
	echo 0 >events/uprobes/enable
	is 'nobody does' "$("$program" heard)" 0
	is 'a place has one counter' "$(add uprobe_events "p:three $place(0x10)") $(add uprobe_events "p:three $place")" \
		'EINVAL EINVAL'
	is 'it is listed' "$(grep -c "($counter)" uprobe_events)" 2
}

check_files()
{
	define "p:one $(at probed_number | sed 's/probed:/moved:/') a=%di:s32" 2>/dev/null
	is 'a file that is not there' "$(cat uprobe_events)" ''
	cp "$program" "$work/moved"
	define "p:one $(at probed_number | sed 's/probed:/moved:/') a=%di:s32"
	echo 1 >events/uprobes/one/enable
	: >trace
	"$work/moved" call
	cp "$program" "$work/new"
	mv "$work/new" "$work/moved"
	"$work/moved" call
	is 'one that is replaced: the new one is another one' "$(text_of_hits | wc -l)" 2
	rm "$work/moved"
	is 'one that is gone' "$(echo 0 >events/uprobes/one/enable; echo 1 >events/uprobes/one/enable; awk '{ print $3 }' uprobe_profile)" 2
	echo 0 >events/uprobes/one/enable
	: >uprobe_events
	ln -s "$program" "$work/link"
	define "p:one $(at probed_number | sed 's/probed:/link:/')"
	is 'a link is what it points to' "$(hits uprobes/one call | wc -l)" 2
	define "p:one $(at probed_number) a=%di:u8"
	is 'a child of a fork, too' "$(hits uprobes/one fork | sed 's/.* //' | paste -sd,)" 'a=1,a=2,a=3'
	is 'and what does exec' "$(hits uprobes/one many 3 | wc -l)" 3
}

check_refused()
{
	is 'no such file' "$(put uprobe_events 'p /none:0x10')" ENOENT
	like 'and why' "$(tail -n 3 error_log)" 'trace_uprobe: error: Failed to find the given file'
	is 'no file' "$(put uprobe_events 'p /tmp:0x10')" EINVAL
	is 'no offset' "$(put uprobe_events 'p /bin/sh:x')" EINVAL
	is 'a wrong offset' "$(put uprobe_events 'p /bin/sh:1x')" EINVAL
	is 'a suffix' "$(put uprobe_events 'p /bin/sh:0x10%entry')" EINVAL
	is 'a counter without an end' "$(put uprobe_events 'p /bin/sh:0x10(0x20')" EINVAL
	is 'a symbol' "$(put uprobe_events 'p /bin/sh:0x10 @jiffies')" EINVAL
	is 'a symbol as type' "$(put uprobe_events 'p /bin/sh:0x10 %di:symbol')" EINVAL
	is 'a kprobe' "$(put uprobe_events 'p vfs_read')" EINVAL
	is 'a file for kprobes' "$(put kprobe_events 'p /bin/sh:0x10')" EINVAL
	is 'another file with that letter' "$(put dynamic_events 'f /bin/sh:0x10')" EINVAL
	is 'nothing came of it' "$(cat dynamic_events)" ''
	put uprobe_events "p:far $program:0x7fffffff" >/dev/null
	is 'a place behind the end cannot be enabled' "$(put events/uprobes/far/enable 1) $(cat events/uprobes/far/enable)" 'EINVAL 0'
	: >uprobe_events
}

# Definitions come, are hit, and go, on two CPUs, while the program runs.
check_busy()
{
	local hitting said i=0 end

	(while :; do "$program" many 300; done) &
	hitting=$!
	end=$((SECONDS + 3))
	(while [ $SECONDS -lt $end ]; do ls -lR events/uprobes events/mine >/dev/null 2>&1; cat uprobe_profile >/dev/null; done) &
	said=$!
	while [ $SECONDS -lt $end ]; do
		i=$((i + 1))
		echo "p:busy $(at probed_number) a=%di t=+0(%dx):string" >>uprobe_events
		echo "r:mine/busy $(at probed_number) r=\$retval" >>uprobe_events
		echo 1 >events/uprobes/busy/enable
		echo 1 >events/mine/busy/enable
		[ $((i % 2)) -eq 0 ] || echo "p:busy $(at probed_struct) a=%di t=+0(%dx):string" >>uprobe_events
		echo 0 >events/uprobes/busy/enable
		echo 1 >events/uprobes/busy/enable
		echo 0 >events/enable
		echo '-:busy' >>uprobe_events
		: >uprobe_events
	done
	kill $hitting
	wait $hitting $said 2>/dev/null
	echo "# $i times"
	is 'probes come and go under load' "$(cat uprobe_events)" ''
	"$program" call
	pass 'and leave programs as they were'
}

# where FILE ADDRESS: its offset in the file
where_in()
{
	readelf -lW "$1" | awk -v at=$(($2)) '
		function number(hex, i, n) {
			for (i = 3; i <= length(hex); i++)
				n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
			return n
		}
		$1 == "LOAD" && at >= number($3) && at < number($3) + number($5) {
			printf "0x%x\n", at - number($3) + number($2)
		}'
}

# A program that Debian builds with USDT probes, which are off as long as nobody listens.
check_usdt()
{
	local note place counter

	note=$(readelf -n $python | grep -A 2 'Name: import__find__load__start' | tr -d ,)
	place=$(where_in $python "$(awk '/Location/ { print $2 }' <<<"$note")")
	counter=$(where_in $python "$(awk '/Location/ { print $6 }' <<<"$note")")
	define "p:python/deaf $python:$place"
	echo 1 >events/python/deaf/enable
	: >trace
	$python -S -E -c 'import colorsys'
	is 'a USDT probe that nobody listens to is not even reached' "$(text_of_hits)" ''
	echo 0 >events/python/deaf/enable
	define "p:python/import $python:$place($counter) name=+0(%ax):string"
	echo 1 >events/python/import/enable
	: >trace
	$python -S -E -c 'import colorsys'
	echo 0 >events/python/import/enable
	like 'what Python imports, by its USDT probe' "$(text_of_hits)" '^import: \([0-9a-f]+\) name="colorsys"$'
	: >trace
	: >uprobe_events
}

# Tasks are in functions whose returns are wanted.
check_unload()
{
	local sleeper

	define "p:one $(at probed_inner) t=+0(%di):string" "r:two $(at probed_inner) r=\$retval" "r:three $(at probed_outer) c=\$comm"
	echo 1 >events/uprobes/enable
	mkfifo "$work/fifo"
	(cd / && exec "$program" sleep <"$work/fifo" >"$work/said") &
	sleeper=$!
	exec 7>"$work/fifo"
	sleep 0.5
	unmount_tracing
	holds 'it is unloaded with calls pending' rmmod outrace
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing
	cd "$tracing" || exit
	is 'and knows nothing of them' "$(cat uprobe_events dynamic_events)" ''
	echo >&7
	exec 7>&-
	wait $sleeper
	is 'who was in there returned' "$(said)" 6
}

client_begin cc
: >dynamic_events
build probed || client_end
declare -A places
while read -r address _ symbol; do
	places[$symbol]=$(where_in "$program" "0x$address" | sed s/0x//)
done < <(nm "$program" | grep ' probed_')
check_list
check_values
check_returns
check_event
check_counter
check_files
check_refused
check_busy
[ -x $python ] && check_usdt
: >uprobe_events
intree || check_unload
client_end
