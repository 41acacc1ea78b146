#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records that users make up: events/S/E/inject. Right and wrong lines, and that filters,
# triggers, histograms and tasks act on them.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

waking=events/sched/sched_waking/inject
switch=events/sched/sched_switch/inject
probe=events/kprobes/mine/inject

# Texts of the records, without the columns in front.
texts()
{
	sed -E '/^#/d; s/^.{16}-[0-9]+ +\[[0-9]+\] \S+ +[0-9.]+: //' "${1:-trace}"
}

# made FILE TEXT: what comes of it
made()
{
	echo >trace
	put "$1" "$2"
	texts
}

begin
echo 'p:mine vfs_fsync a=+0(%di):u32 s=+0(%si):string n=%dx:s8' >kprobe_events
is "there is one for each event" "$(stat -c %A $waking)" --w-------
is "for those of users" "$(stat -c %A $probe)" --w-------
is "for markers, and calls" "$(echo events/ftrace/*/inject)" "events/ftrace/function/inject events/ftrace/print/inject"
is "it cannot be read" "$(errno_of "$(cat $waking 2>&1)")" EPERM
is "an instance has its own" "$(mkdir instances/x; ls instances/x/$waking)" instances/x/$waking
like "nothing is a record of zeros" "$(made $waking '')" '^sched_waking: comm= pid=0 prio=0 target_cpu=000$'
while IFS='|' read -r file text said; do
	said=${said%|}
	is "$file: $text" "$(made "events/$file/inject" "$text")" "${said/|/$'\n'}"
done <<'END'
sched/sched_waking|pid=5|ok|sched_waking: comm= pid=5 prio=0 target_cpu=000
sched/sched_waking|  pid=-5  |ok|sched_waking: comm= pid=-5 prio=0 target_cpu=000
sched/sched_waking|pid = 0x10 prio=010|ok|sched_waking: comm= pid=16 prio=8 target_cpu=000
sched/sched_waking|comm="a b" pid=1|ok|sched_waking: comm=a b pid=1 prio=0 target_cpu=000
sched/sched_waking|comm='it"s'pid=1|ok|sched_waking: comm=it"s pid=1 prio=0 target_cpu=000
sched/sched_waking|comm="a\"b"|ok|sched_waking: comm=a\"b pid=0 prio=0 target_cpu=000
sched/sched_waking|comm="0123456789abcdefg"|ok|sched_waking: comm=0123456789abcde pid=0 prio=0 target_cpu=000
sched/sched_waking|pid=1 pid=2|ok|sched_waking: comm= pid=2 prio=0 target_cpu=000
sched/sched_waking|pid=4294967297|ok|sched_waking: comm= pid=1 prio=0 target_cpu=000
sched/sched_waking|pid=99999999999999999999|ERANGE|
sched/sched_waking|pid=1x|EINVAL|
sched/sched_waking|pid=1,prio=2|EINVAL|
sched/sched_waking|pid=--1|EINVAL|
sched/sched_waking|pid=+1|EINVAL|
sched/sched_waking|pid="1"|EINVAL|
sched/sched_waking|pid|EINVAL|
sched/sched_waking|pid=|EINVAL|
sched/sched_waking|=1|EINVAL|
sched/sched_waking|nosuch=1|ENOENT|
sched/sched_waking|nosuch|ENOENT|
sched/sched_waking|comm=1|EINVAL|
sched/sched_waking|comm="a|EINVAL|
sched/sched_waking|comm=a|EINVAL|
sched/sched_waking|CPU=1|EINVAL|
sched/sched_waking|stacktrace=1|EINVAL|
sched/sched_waking|pid=1 nosuch=1|ENOENT|
kprobes/mine|a=7 s="x" n=-1 __probe_ip=0|ok|mine: (0) a=7 s="x" n=-1
kprobes/mine|s="one" s="two"|ok|mine: (0) a=0 s="two" n=0
kprobes/mine|n=-129|ok|mine: (0) a=0 s=(fault) n=127
kprobes/mine|a=-1|EINVAL|
kprobes/mine|s=1|EINVAL|
ftrace/function|ip=1|EINVAL|
END
is "a text of 255 bytes is the longest" \
	"$(put $probe "s=\"$(printf '%0255d' 7)\"") $(put $probe "s=\"$(printf '%0256d' 7)\"")" "ok EINVAL"
is "and so is a write of a page" "$(put $probe "$(printf '%4094s' ' ')") $(put $probe "$(printf '%4096s' ' ')")" "ok EINVAL"

echo 'pid > 5' >events/sched/sched_waking/filter
is "a filter acts on it" "$(made $waking 'pid=5' ; put $waking 'pid=6'; texts | tail -n 1)" \
	"ok"$'\nok\nsched_waking: comm= pid=6 prio=0 target_cpu=000'
echo 0 >events/sched/sched_waking/filter
echo 'hist:keys=pid:vals=prio if prio > 1' >events/sched/sched_waking/trigger
for i in 1 2 3; do put $waking "pid=77 prio=$i" >/dev/null; done
like "a histogram counts it" "$(cat events/sched/sched_waking/hist)" '\{ pid: +77 \} hitcount: +2 +prio: +5'
is "an event that is up to triggers is off" "$(made $waking 'pid=1 prio=3')" ok
echo 1 >events/sched/sched_waking/enable
like "and on" "$(made $waking 'pid=9999 prio=3')" 'pid=9999 prio=3'
echo 0 >events/sched/sched_waking/enable
echo '!hist:keys=pid:vals=prio if prio > 1' >events/sched/sched_waking/trigger
echo 'traceoff if prev_pid == 4711' >events/sched/sched_switch/trigger
put $switch 'prev_pid=4711' >/dev/null
is "a trigger acts on it" "$(cat tracing_on)" 0
echo '!traceoff if prev_pid == 4711' >events/sched/sched_switch/trigger
is "while nothing is recorded, nothing is wrong" "$(made $switch 'prev_pid=3')" ok
echo 1 >tracing_on
echo 1 >set_event_pid
is "tasks that are not wanted" "$(made $switch 'prev_pid=3')" ok
echo >set_event_pid
is "an instance has what was written there" \
	"$(put instances/x/$waking pid=3; texts instances/x/trace; texts)" \
	$'ok\nsched_waking: comm= pid=3 prio=0 target_cpu=000'
like "a stack is recorded behind it" "$(echo 1 >options/stacktrace; made $waking pid=3)" ' => '
echo 0 >options/stacktrace
rmdir instances/x
echo >kprobe_events
end
