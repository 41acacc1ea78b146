#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Histograms: what the file "trigger" takes and lists of them, what they count, what is done
# to those that are there, and what ends them.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# One hit each time the shell asks whether a process is there.
system=syscalls
name=sys_enter_kill
event=events/$system/$name
other=events/$system/sys_exit_kill

# hits PID...: one of each.
hits()
{
	local pid

	for pid; do
		kill -0 "$pid" 2>/dev/null
	done
}

# One word for each: what comes of writing it. What was made goes again.
words()
{
	local text

	for text; do
		add "$event/trigger" "$text"
		: >"$event/trigger"
	done | paste -sd ' '
}

# Entries of the last histogram, each in a line; the keys that are numbers without blanks.
entries()
{
	sed -n 's/^{ \(.*\) }/\1/p' "${1:-$event}/hist" | sed 's/ \+/ /g; s/: /:/g'
}

# Hits, entries and what was dropped.
totals()
{
	sed -n 's/^    \(Hits\|Entries\|Dropped\): //p' "${1:-$event}/hist" | paste -sd ' '
}

# The last error of the log, without its time, in one line.
error()
{
	tail -n 3 error_log | sed 's/^\[.*\] //' | paste -sd '~'
}

plain='hist:keys=pid:vals=hitcount:sort=hitcount:size=2048 [active]'

check_grammar()
{
	is 'the mode' "$(stat -c %a $event/hist events/ftrace/function/hist | paste -sd ' ')" '440 440'
	is 'empty without a histogram' "$(cat $event/hist events/ftrace/function/hist)" ''
	is 'offered' "$(sed -n 's/^# traceon.*disable_event //p' $event/trigger)" 'enable_hist disable_hist hist'
	is 'one' "$(says hist:keys=pid)" "ok $plain"
	is 'the same again' "$(says hist:keys=pid) $(error)" \
		"EEXIST $plain hist:$system:$name: error: Hist trigger already exists~  Command: hist:keys=pid~           ^"
	is 'another one, listed behind it, and a trigger in front' "$(says hist:keys=sig:sort=sig:size=100 stacktrace)" \
		"ok ok stacktrace:unlimited|$plain|hist:keys=sig:vals=hitcount:sort=sig:size=128 [active]"
	is 'removed by the text that is listed' "$(says "!${plain% *}")" \
		'ok stacktrace:unlimited|hist:keys=sig:vals=hitcount:sort=sig:size=128 [active]'
	is 'one that is not there' "$(says '!hist:keys=pid')" \
		'ok stacktrace:unlimited|hist:keys=sig:vals=hitcount:sort=sig:size=128 [active]'
	is 'opened to be overwritten' "$(: >$event/trigger; triggers)" stacktrace:unlimited
	says '!stacktrace' >/dev/null
	is 'values, the order, the size' \
		"$(says hist:keys=pid,sig.hex:vals=sig,pid:sort=sig.descending,pid:size=3000)" \
		'ok hist:keys=pid,sig.hex:vals=hitcount,sig,pid:sort=sig.descending,pid:size=4096 [active]'
	: >$event/trigger
	is 'a filter, which is a part of what it is' "$(says 'hist:keys=pid if sig == 0' 'hist:keys=pid if sig == 1')" \
"ok ok ${plain% *} if sig == 0 [active]|${plain% *} if sig == 1 [active]"
	is 'removed with it' "$(says '!hist:keys=pid' '!hist:keys=pid if sig == 0')" \
		"ok ok ${plain% *} if sig == 1 [active]"
	: >$event/trigger
	is 'a stack' "$(says hist:keys=stacktrace)" \
		'ok hist:keys=common_stacktrace:vals=hitcount:sort=hitcount:size=2048 [active]'
	: >$event/trigger
	is 'what is wrong' "$(words hist hist: hist:pid hist:keys= hist:keys=no_such hist:vals=pid \
		hist:keys=pid:size=0 hist:keys=pid:size=131073 hist:keys=pid:size hist:keys=pid,pid,sig,sig \
		'hist:keys=pid if' 'hist:keys=pid if no_such > 1' hist:keys=pid.no_such hist:keys=pid:sort=sig \
		hist:keys=pid:clock=no_such)" "$(printf 'EINVAL %.0s' {1..14})ok"
	is 'nothing of it is there' "$(says) $(cat $event/enable)" ' 0'
	add $event/trigger hist:keys=no_such >/dev/null
	is 'a caret' "$(error)" \
		"hist:$system:$name: error: Couldn't find field~  Command: hist:keys=no_such~                     ^"
	add $event/trigger 'hist:keys=pid if no_such > 1' >/dev/null
	like 'a filter has its own' "$(error)" '^event filter parse error: error: Field not found~'
}

check_counts()
{
	says hist:keys=pid,sig:vals=sig >/dev/null
	hits $$ 1 1
	for _ in 1 2 3; do kill -CONT $$; done
	is 'the text' "$(sed "s/ \+$$,/ SELF,/" $event/hist)" \
"# event histogram
#
# trigger info: hist:keys=pid,sig:vals=hitcount,sig:sort=hitcount:size=2048 [active]
#

{ pid: SELF, sig:          0 } hitcount:          1  sig:          0
$(printf '{ pid: %10d, sig: %10d } hitcount: %10d  sig: %10d' 1 0 2 0)
{ pid: SELF, sig:         18 } hitcount:          3  sig:         54

Totals:
    Hits: 6
    Entries: 3
    Dropped: 0"
	is 'the event is switched by it' "$(cat $event/enable)" '0*'
	says hist:keys=sig.hex:sort=sig.descending >/dev/null
	hits 1
	kill -CONT $$
	is 'one behind the other' "$(grep -c '^# event histogram' $event/hist) $(entries | tail -n 2 | paste -sd '|')" \
		'2 sig:12 hitcount:1|sig:0 hitcount:1'
	: >$event/trigger
	is 'and none' "$(cat $event/hist; cat $event/enable)" 0
}

check_full()
{
	local i

	says hist:keys=pid:size=128 >/dev/null
	for ((i = 0; i < 140; i++)); do
		hits $((1000000 + i))
	done
	is 'as many entries as there is room for, and then drops' "$(totals)" '128 128 12'
	hits 1000000 1000139
	is 'those that are there go on' "$(totals)" '129 128 13'
	is 'cleared, there is room again' "$(says hist:keys=pid:size=128:clear) $(totals)" \
		'ok hist:keys=pid:vals=hitcount:sort=hitcount:size=128 [active] 0 0 0'
	hits 1000139
	is 'and it counts' "$(totals)" '1 1 0'
	: >$event/trigger
}

check_pause()
{
	is 'cleared or continued without being there' "$(words hist:keys=pid:clear hist:keys=pid:cont)" 'ENOENT ENOENT'
	like 'says why' "$(error)" "error: Can't clear or continue a nonexistent hist trigger"
	is 'paused from the beginning' "$(says hist:keys=pid:pause)" "ok ${plain% *} [paused]"
	hits 1
	is 'does not count' "$(totals)" '0 0 0'
	is 'continued' "$(says hist:keys=pid:cont)" "ok $plain"
	hits 1
	is 'counts' "$(totals)" '1 1 0'
	is 'paused' "$(says hist:keys=pid:pause)" "ok ${plain% *} [paused]"
	hits 1
	is 'keeps what it has' "$(totals)" '1 1 0'
	is 'cleared, it stays paused' "$(says hist:keys=pid:clear) $(totals)" "ok ${plain% *} [paused] 0 0 0"
	: >$event/trigger
}

check_switches()
{
	says hist:keys=pid:pause >/dev/null
	is 'a trigger continues it' "$(add $other/trigger "enable_hist:$system:$name:1 if ret == 0") $(triggers $other)" \
		"ok enable_hist:$system:$name:count=1 if ret == 0"
	is 'one of a kind about an event' "$(add $other/trigger "disable_hist:$system:$name")" EEXIST
	hits 1
	is 'it counts from then on' "$(triggers) $(triggers $other) $(hits 1; totals)" \
		"$plain enable_hist:$system:$name:count=0 if ret == 0 1 1 0"
	is 'removed' "$(add $other/trigger "!enable_hist:$system:$name") $(triggers $other)" 'ok '
	add $other/trigger "disable_hist:$system:$name" >/dev/null
	hits 1 1
	is 'another one pauses it' "$(triggers) $(totals)" "${plain% *} [paused] 2 1 0"
	is 'they go when it is opened to be overwritten' "$(: >$other/trigger; triggers $other)" ''
	is 'no such event' "$(add $other/trigger enable_hist:no:such) $(add $other/trigger enable_hist)" 'EINVAL EINVAL'
	: >$event/trigger
}

check_names()
{
	local named='hist:name=both:keys=common_pid:vals=hitcount:sort=hitcount:size=2048 [active]'

	says hist:name=both:keys=common_pid >/dev/null
	is 'a name is shared' "$(add $other/trigger hist:keys=common_pid:name=both) $(triggers $other)" "ok $named"
	hits 1 1
	is 'and what is counted' "$(totals) $(totals $other)" '4 1 0 4 1 0'
	is 'by those that are like it' "$(add events/sched/sched_switch/trigger hist:keys=prev_pid:name=both)" EINVAL
	is 'says why' "$(error | tr '~' '\n')" \
"hist:sched:sched_switch: error: Named hist trigger doesn't match existing named trigger (includes variables)
  Command: hist:keys=prev_pid:name=both
                              ^"
	is 'the rest is as it was' "$(triggers) $(triggers $other) $(triggers events/sched/sched_switch)" "$named $named "
	: >$event/trigger
	hits 1
	is 'the first one goes, the second one counts' "$(triggers) $(totals $other)" ' 5 1 0'
	is 'is paused' "$(add $other/trigger hist:name=both:keys=common_pid:pause) $(hits 1; totals $other)" 'ok 5 1 0'
	is 'is cleared' "$(add $other/trigger hist:name=both:keys=common_pid:clear) $(totals $other)" 'ok 0 0 0'
	: >$other/trigger
}

check_instance()
{
	local top=$event event=instances/one/$event

	mkdir instances/one
	is 'an instance has its own' "$(says hist:keys=pid) $(triggers $top)" "ok $plain "
	hits 1
	is 'and counts there' "$(totals) $(totals $top)" '1 1 0 '
	add $event/trigger hist:keys=no_such >/dev/null
	is 'errors as well' "$(grep -c no_such instances/one/error_log)" 1
	is 'a name is known everywhere' "$(says hist:name=both:keys=sig) $(add $top/trigger hist:name=both:keys=sig)" \
		"ok $plain|hist:name=both:keys=sig:vals=hitcount:sort=hitcount:size=2048 [active] ok"
	is 'it goes, with what it has' "$(rmdir instances/one 2>&1; ls instances)" ''
	hits 1
	is 'what was shared is still there' "$(totals $top)" '1 1 0'
	: >$top/trigger
	is 'nothing is left of them' "$(cat $top/enable)" 0
}

# Histograms that made others, and one that takes snapshots, with an instance that goes.
check_instance_goes()
{
	local enter=instances/one/$event exit=instances/one/$other round

	echo 'went_in int sig' >>synthetic_events
	echo 'went_out long ret' >>synthetic_events
	for round in first second; do
		mkdir instances/one
		# shellcheck disable=SC2016 # a variable of the histogram
		is "$round: one event's field for the other, and snapshots" \
			"$(answers $enter/trigger hist:keys=common_pid
			answers $exit/trigger hist:keys=common_pid \
				"hist:keys=common_pid:onmatch($system.$name).went_in(sig)"
			answers $enter/trigger \
				"hist:keys=common_pid:onmatch($system.${other##*/}).went_out(ret)" \
				'hist:keys=pid:last=sig:onchange($last).snapshot()')" 'ok ok ok ok ok '
		is 'each has made one' "$(grep -h -c ':synthetic_' {$enter,$exit}/trigger | paste -sd ' ')" '1 1'
		kill -CONT $$
		like 'a snapshot is taken' "$(cat $enter/hist)" '^Snapshot taken'
		is 'all of them go with it' "$(rmdir instances/one 2>&1; ls instances)" ''
	done
	is 'and what they recorded can go' "$(answers synthetic_events '!went_in int sig' '!went_out long ret')" 'ok ok '
}

check_sorts_of_keys()
{
	add events/raw_syscalls/sys_enter/trigger 'hist:keys=id.syscall if id == 62' >/dev/null
	hits 1
	is 'a system call by its name' "$(entries events/raw_syscalls/sys_enter | sed 's/ *\[/ [/')" \
		'id:sys_kill [ 62] hitcount:1'
	: >events/raw_syscalls/sys_enter/trigger
	says hist:keys=common_pid.execname:sort=common_pid >/dev/null
	hits 1
	like 'a task by its name' "$(cat $event/hist)" "^\{ common_pid: $(cat /proc/$$/comm)  *\[ *$$\] \} hitcount: +1$"
	: >$event/trigger
	says hist:keys=common_cpu >/dev/null
	hits 1
	like 'a CPU' "$(cat $event/hist)" '^\{ common_cpu: +[0-9]+ \} hitcount: +1$'
	: >$event/trigger
	says hist:keys=pid.log2 hist:keys=pid.buckets=1000 >/dev/null
	hits 1000000 1000001
	is 'in powers of two, and in steps' "$(entries | paste -sd '|')" \
		'pid:~ 2^20 hitcount:2|pid:~ 1000000-1000999 hitcount:2'
	: >$event/trigger
	add events/kmem/kmalloc/trigger 'hist:keys=stacktrace if bytes_req == 4096' >/dev/null
	cat /proc/self/maps /etc/passwd >/dev/null
	like 'a stack is from where it happened' "$(cat events/kmem/kmalloc/hist)" \
		'^         do_syscall_64\+0x[0-9a-f]+/0x[0-9a-f]+$'
	if ! intree; then
		# There, as many frames are left out in every build, whatever became of them.
		all_like 'and begins with that' "$(grep -A 1 '^{ common_stacktrace:' events/kmem/kmalloc/hist |
			grep -v '^[-{]')" '^         (__kmalloc|kmalloc|__kvmalloc)'
	fi
	: >events/kmem/kmalloc/trigger
	: >trace
}

# Who says when a snapshot is taken is alone.
check_snapshot()
{
	# shellcheck disable=SC2016 # a variable of the histogram
	local take='hist:keys=pid:last=sig:onchange($last).snapshot()'

	says "$take" >/dev/null
	is 'a tracer that keeps the longest time is refused' "$(put current_tracer wakeup) $(cat current_tracer)" \
		'EBUSY nop'
	is 'and users' "$(put snapshot 1) $(put snapshot 0) $(put snapshot 2) $(put per_cpu/cpu0/snapshot 1)" \
		'EBUSY EBUSY EBUSY EBUSY'
	is 'but no other tracer' "$(put current_tracer function) $(put current_tracer nop)" 'ok ok'
	is 'and no second histogram' "$(says "${take//last/other}" | cut -d ' ' -f 1)" EBUSY
	: >$event/trigger
	is 'it goes, the tracer is taken' "$(put current_tracer wakeup) $(cat current_tracer)" 'ok wakeup'
	is 'and the histogram refused' "$(says "$take")" 'EBUSY '
	is 'until that goes' "$(put current_tracer nop) $(says "$take" | cut -d ' ' -f 1)" 'ok ok'
	: >$event/trigger
	echo 0 >snapshot
}

check_debug()
{
	if [ ! -e $event/hist_debug ]; then
		skip 'hist_debug' 'the kernel is built without'
		return
	fi
	is 'nothing is made' "$(stat -c %a $event/hist_debug) $(cat $event/hist_debug)" '440 '
	says hist:keys=pid:vals=sig:x=sig hist:keys=sig >/dev/null
	is 'how they are made' "$(sed 's/^hist_data: [0-9a-f]*$/hist_data: ADDRESS/' $event/hist_debug | head -n 59)" \
'# event histogram
#
# trigger info: hist:keys=pid:vals=hitcount,sig:x=sig:sort=hitcount:size=2048 [active]
#

hist_data: ADDRESS

  n_vals: 3
  n_keys: 1
  n_fields: 4

  val fields:

    hist_data->fields[0]:
      flags:
        VAL: HIST_FIELD_FL_HITCOUNT
      type: u64
      size: 8
      is_signed: 0

    hist_data->fields[1]:
      flags:
        VAL: normal u64 value
      ftrace_event_field name: sig
      type: int
      size: 8
      is_signed: 0

    hist_data->fields[2]:
      flags:
        HIST_FIELD_FL_VAR
      ftrace_event_field name: sig
      var.name: x
      var.idx (into tracing_map_elt.vars[]): 0
      type: int
      size: 8
      is_signed: 0

  key fields:

    hist_data->fields[3]:
      flags:
        HIST_FIELD_FL_KEY
      ftrace_event_field name: pid
      type: pid_t
      size: 8
      is_signed: 0


# event histogram
#
# trigger info: hist:keys=sig:vals=hitcount:sort=hitcount:size=2048 [active]
#

hist_data: ADDRESS

  n_vals: 1
  n_keys: 1
  n_fields: 2'
	: >$event/trigger
}

check_poll()
{
	says hist:keys=pid >/dev/null
	hits 1
	is 'poll: what was not read, what came since the last look, waiting for it' "$(python3 - $event/hist <<'END'
import os, select, sys, threading, time
fd = os.open(sys.argv[1], os.O_RDONLY)
def poll(events, wait):
    p = select.poll()
    p.register(fd, events)
    got = p.poll(wait)
    return got[0][1] if got else 0
def hit():
    time.sleep(0.3)
    os.kill(1, 0)
both = select.POLLIN | select.POLLPRI
print(poll(both, 0), end=' ')
while os.read(fd, 65536):
    pass
print(poll(both, 100), end=' ')
os.kill(1, 0)
print(poll(both, 0), poll(both, 0), poll(select.POLLPRI, 100), end=' ')
threading.Thread(target=hit).start()
begin = time.monotonic()
print(poll(select.POLLPRI, 20000), 0.2 < time.monotonic() - begin < 15)
END
)" '1 0 3 1 0 2 True'
	: >$event/trigger
}

check_json()
{
	if intree; then
		skip 'hist.json' 'there is none'
		return
	fi
	says hist:keys=pid,sig.hex:vals=sig >/dev/null
	hits 1 1
	kill -CONT $$
	is 'its mode' "$(stat -c %a $event/hist.json)" 640
	is 'for programs' "$(tr '"' '~' <$event/hist.json)" \
"{~keys~: {~pid~: $$, ~sig~: 18}, ~values~: {~hitcount~: 1, ~sig~: 18}}
{~keys~: {~pid~: 1, ~sig~: 0}, ~values~: {~hitcount~: 2, ~sig~: 0}}
{~totals~: {~hits~: 3, ~entries~: 2, ~dropped~: 0}, ~trigger~: ~$(triggers)~}"
	: >$event/trigger
	says hist:keys=common_pid.execname,common_stacktrace,pid.log2 >/dev/null
	hits 1
	is 'each line is an object' "$(python3 -c '
import json, sys
for line in sys.stdin:
    o = json.loads(line)
    if "keys" in o:
        k = o["keys"]
        print(k["common_pid"]["comm"], k["pid"]["to"], k["common_stacktrace"][-1]["symbol"].split("+")[0])
' <$event/hist.json)" "$(cat /proc/$$/comm) 1 entry_SYSCALL_64_after_hwframe"
	: >$event/trigger
}

# Taken out again and again under load, none is lost.
check_take()
{
	local sum=0 some

	if intree; then
		return
	fi
	says hist:keys=pid hist:keys=sig:name=shared >/dev/null
	hits_at_once 10000 &
	for _ in $(seq 10); do
		some=$(sed -n 's/^{"totals": {"hits": \([0-9]*\).*/\1/p' <>$event/hist.json | head -n 1)
		sum=$((sum + some))
	done
	wait
	some=$(sed -n 's/^{"totals": {"hits": \([0-9]*\).*/\1/p' <>$event/hist.json | head -n 1)
	is 'read and cleared in one step: every hit once' "$((sum + some)) $(totals)" '40000 0 0 0 0 0 0'
	: >$event/trigger
}

# hits_at_once NUMBER: that many by each of four tasks.
hits_at_once()
{
	local i j

	for i in 1 2 3 4; do
		for ((j = 0; j < $1; j++)); do
			kill -0 $$
		done &
	done
	wait
}

check_load()
{
	says hist:keys=pid:vals=sig hist:keys=common_pid:size=128 >/dev/null
	hits_at_once 5000
	is 'every hit of all CPUs is counted' "$(totals)" '20000 1 0 20000 4 0'
	: >$event/trigger
	hits_at_once 20000 &
	for _ in $(seq 20); do
		says hist:keys=pid hist:keys=common_pid,sig:vals=sig >/dev/null
		cat $event/hist >/dev/null
		says hist:keys=pid:clear hist:keys=pid:pause >/dev/null
		cat $event/hist >/dev/null
		: >$event/trigger
	done
	wait
	is 'made, read, cleared and removed under load' "$(triggers) $(cat $event/enable)" ' 0'
}

begin
check_grammar
check_counts
check_full
check_pause
check_switches
check_names
check_instance
check_instance_goes
check_sorts_of_keys
check_poll
check_snapshot
check_debug
check_json
check_load
check_take
end
