#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# User events: the kernel's own tests and its sample, unmodified; what wrong calls are
# answered with; texts of the files; records, with filters, triggers, histograms and in
# several instances; programs that fork, begin anew and end; bits in memory that is not
# there; and forks, records and registrations while others switch the event. Two of the
# kernel's tests fail now and then with the in-tree tracer, where the end of a use takes
# a while, and so does what races.

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

tree=$("$(dirname "$0")/../../build/kernel" --pristine)
event=events/user_events/outrace

# compile NAME SOURCE [CFLAG...]: with the kernel's header of user events, and no other.
compile()
{
	cc -O1 -w -I "$work/include" -o "$work/$1" "$2" "${@:3}" 2>"$work/said" ||
		fail "$1 can be built" "$(said)"
	[ -x "$work/$1" ]
}

# gone EVENT: it goes by itself, soon.
gone()
{
	local i

	for ((i = 0; i < 300; i++)); do
		[ -e "events/user_events/$1" ] || return 0
		sleep 0.01
	done
	return 1
}

# cleared: dynamic_events can be emptied, soon.
cleared()
{
	local i

	for ((i = 0; i < 300; i++)); do
		[ "$(put dynamic_events '')" != ok ] || return 0
		sleep 0.01
	done
	return 1
}

kernels_tests()
{
	local name said

	for name in dyn ftrace abi perf; do
		compile "$name" "$tree/tools/testing/selftests/user_events/${name}_test.c" || continue
		said=$("$work/$name" 2>&1)
		if intree && [[ $said == *"not ok"* ]]; then
			skip "the kernel's ${name}_test" "now and then"
			cleared
		else
			unlike "the kernel's ${name}_test" "$said" '^not ok'
			like "it did something" "$said" '^# Totals: pass:[2-9] fail:0'
		fi
	done
}

kernels_sample()
{
	compile example "$tree/samples/user_events/example.c" || return
	mkfifo "$work/keys"
	"$work/example" <"$work/keys" >"$work/example.said" &
	exec 3>"$work/keys"
	echo >&3
	for ((i = 0; i < 100; i++)); do
		[ ! -e events/user_events/test ] || break
		sleep 0.02
	done
	echo 1 >events/user_events/test/enable
	printf '\n\n' >&3
	sleep 0.2
	is "the kernel's sample" "$(sed -n 's/.*: test: //p' trace | paste -sd ,)" \
		"count=0x0 (0),count=0x1 (1)"
	kill %%
	exec 3>&-
	wait 2>/dev/null
	echo 0 >events/user_events/test/enable
	holds "its event goes with it" gone test
}

wrong_calls()
{
	is "wrong calls" "$("$work/user_events" errors 2>&1)" "a short struct: EINVAL
a huge struct: E2BIG
a long struct: E2BIG
no struct: EFAULT
a flag: EINVAL
a size: EINVAL
a place: EINVAL
a bit: EINVAL
the kernel's: EFAULT
no text: EFAULT
a long text: EINVAL
a name's flag: EINVAL
a type: EINVAL
nowhere: ENOMEM
right: ok
twice: EADDRINUSE
other fields: EADDRINUSE
other blanks: ok
without its flag: ok
ioctl: ENOTTY
unregister reserved: EINVAL
unregister short: EINVAL
unregister none: ENOENT
delete none: ENOENT
delete used: EBUSY
delete nothing: EFAULT
write off: EBADF
write: ok
write odd: ok
write 300: ok
write 1M: ok
write short: EINVAL
write 77: ENOENT
write -1: EINVAL
write nowhere: EFAULT
write 3 bytes: EFAULT
write a number: EINVAL
write none: EFAULT
write there: EFAULT
write here: ok
seek: ESPIPE
read: EINVAL"
	holds "the event goes with its program" gone outrace
}

texts()
{
	local line='u:one u32 a; char[20] b; __data_loc char[] c; __rel_loc char[] d; struct my e 7'

	is "a definition" "$(add dynamic_events "$line")" ok
	is "one without fields" "$(add dynamic_events 'u: two')" ok
	is "the same again" "$(add dynamic_events 'u:two ')" ok
	is "other fields" "$(add dynamic_events 'u:two u8 a')" "Address already in use"
	is "a wrong one" "$(add dynamic_events 'u:three u8')" EINVAL
	is "a flag" "$(add dynamic_events 'u:three:x u8 a')" EINVAL
	is "nothing is logged" "$(grep -c 'u:' error_log)" 0
	is "dynamic_events" "$(cat dynamic_events)" "$line
u:two"
	# In-tree, what is in the brackets is what was in that memory before.
	is "the format" "$(sed -n '/common_pid/,$p' events/user_events/one/format | tail -n +3 |
		sed -E 's/\[-?[0-9]+\];/[];/')" \
"	field:u32 a;	offset:8;	size:4;	signed:0;
	field:char b[];	offset:12;	size:20;	signed:1;
	field:__data_loc char[] c;	offset:32;	size:4;	signed:1;
	field:__rel_loc char d[];	offset:36;	size:4;	signed:1;
	field:struct my e;	offset:40;	size:7;	signed:1;

print fmt: \"a=%u b=%s c=%s d=%s e=%llu\", REC->a, REC->b, __get_str(c), __get_rel_str(d), REC->e"
	echo 1 >events/user_events/two/enable
	is "user_events_status" "$(cat user_events_status)" "two # Used by ftrace
one

Active: 2
Busy: 1"
	is "one that is on stays" "$(add dynamic_events '-:two')" EBUSY
	is "all of them stay" "$(put dynamic_events '')" EBUSY
	echo 0 >events/user_events/two/enable
	is "without its fields it is not found" "$(add dynamic_events '-:one')" ENOENT
	is "it goes" "$(add dynamic_events '-:user_events/two')" ok
	holds "all go" cleared
	is "no event is left" "$(tr '\n' '|' <user_events_status)" "|Active: 0|Busy: 0|"
}

written()
{
	"$work/user_events" write "$@" 2>&1
}

records()
{
	add dynamic_events 'u:outrace u32 a; u32 b' >/dev/null
	is "while nobody wants them" "$(written)" "nobody wants them"
	mkdir instances/other
	echo 1 >$event/enable
	echo 'a > 2' >instances/other/$event/filter
	echo 1 >instances/other/$event/enable
	echo 'hist:keys=a' >$event/trigger
	echo 'traceoff if b == 4' >>$event/trigger
	written 1 2 3 3 4 5
	is "records" "$(sed -n 's/.*: outrace: //p' trace | paste -sd ,)" \
		"a=0x1 (1) b=0x1 (1),a=0x2 (2) b=0x2 (2),a=0x3 (3) b=0x3 (3),a=0x3 (3) b=0x3 (3),\
a=0x4 (4) b=0x4 (4)"
	is "a filter in another instance" \
		"$(sed -n 's/.*: outrace: a=[^ ]* \(.*\) b.*/\1/p' instances/other/trace | paste -sd ,)" \
		"(3),(3),(4),(5)"
	is "a histogram" "$(sed -nE 's/^\{ a: +([0-9]+) \} hitcount: +([0-9]+)/\1:\2/p' $event/hist |
		sort | paste -sd ,)" "1:1,2:1,3:2,4:1,5:1"
	is "a trigger" "$(cat tracing_on)" 0
	echo 1 >tracing_on
	echo '!traceoff if b == 4' >>$event/trigger
	echo '!hist:keys=a' >>$event/trigger
	echo 0 >$event/enable
	rmdir instances/other
	is "nobody wants them again" "$(written)" "nobody wants them"
	holds "the event can be removed" cleared
}

programs()
{
	is "forks, threads, programs that begin anew" "$("$work/user_events" follow 2>&1)" \
"register: ok
child: ok
parent: 2
child of one that is on: ok
thread: ok
exec: ok
child that unregisters: ok
parent: 2
unregister: ok
then: 0"
	holds "their event goes with the last one" gone outrace
	is "memory that is not there" "$("$work/user_events" absent 2>&1)" \
"register: ok
dropped: ok
dropped again: ok
unregister what is gone: EFAULT
register what is only read: ENOMEM"
	holds "the event goes all the same" gone outrace
}

# An event that is in use elsewhere when its last program ends.
kept()
{
	local program

	if intree; then
		skip "an event that a probe keeps" "it stays in-tree"
		return
	fi
	"$work/user_events" stay >"$work/said" &
	program=$!
	while ! grep -q here "$work/said"; do sleep 0.05; done
	is "an event probe on it" "$(add dynamic_events 'e:mine user_events.outrace')" ok
	kill $program
	wait $program
	sleep 0.3
	holds "a probe keeps the event of a program that ended" [ -e $event ]
	is "the probe goes" "$(add dynamic_events '-:mine')" ok
	holds "and the event goes with it" gone outrace
}

races()
{
	local said

	said=$("$work/user_events" race $((3 * slower)) 2>&1)
	grep '^#' <<<"$said"
	echo 0 >events/enable
	if intree && ! grep -q '^wrong=0 ' <<<"$said"; then
		skip "races" "children now and then do not know"
	else
		like "races" "$said" '^wrong=0 recorded=[1-9]'
	fi
	holds "the events of racers go" gone outrace
	holds "and the other one" gone outrace_other
	is "nothing is left of them" "$(cat dynamic_events)" ''
}

client_begin cc
mkdir -p "$work/include/linux"
ln -s "$tree/include/uapi/linux/user_events.h" "$work/include/linux"
kernels_tests
kernels_sample
if build user_events -I "$work/include" -lpthread; then
	wrong_calls
	texts
	records
	programs
	kept
	races
fi
client_end
