#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: write histograms to events' triggers and print what came of each.

Commands of a list, and random ones, right and wrong, the same for the same number behind
the program's name. A JSON line is what was asked, and the answer: errno, what the file
lists, the error log. What a command made is gone before the next one.
"""

import json
import os
import random
import re
import sys

import ask

NUMBER = 600
SWITCH, EXEC, ENTER = 'sched/sched_switch', 'sched/sched_process_exec', 'raw_syscalls/sys_enter'
MODIFIERS = ('hex', 'sym', 'sym-offset', 'execname', 'syscall', 'log2', 'buckets=10', 'bucket=0x10',
             'buckets', 'buckets=', 'buckets=0', 'buckets=x', 'bucketsx=1', 'usecs', 'percent', 'graph',
             'percentage', 'graphx', 'string', 'stacktrace', 'descending', 'nosuch', '')
FIELDS = {
    SWITCH: ('next_pid', 'prev_comm', 'prev_state', 'next_prio'),
    EXEC: ('filename', 'pid', 'old_pid'),
    ENTER: ('id', 'args'),
}
COMMON = ('common_pid', 'common_cpu', 'common_timestamp', 'common_stacktrace', 'stacktrace', 'cpu',
          'CPU', 'comm', 'COMM', 'common_type', 'common_flags', 'hitcount', 'nosuch',
          '5', '0x10', '5x', '')
EXPRESSIONS = (
    'next_pid+prev_pid', 'next_pid-prev_pid', 'next_pid*prev_pid', 'next_pid/prev_pid', 'next_pid+1',
    '1+next_pid', 'next_pid/0', 'next_pid/0x0', 'next_pid/2', 'next_pid/3', 'next_pid/1048577', '5+3',
    '64/8/4/2', '14-7-5-2', '1+2*3', '6/4', '7/3', '1000000/7', '2000000/7', '3*4/5', '5/0', '-(5)',
    '-(next_pid)', '-(next_pid+1)', '-next_pid', '-(next_pid', '-next_pid)', '-((next_pid))',
    '-(-(next_pid))', '-(next_pid)+1', '1-(next_pid)', 'next_pid-(1+2)', '(next_pid)', 'next_pid+',
    '+next_pid', 'next_pid++1', 'next_pid--1', '-(next_pid.log2)', '-(next_pid.hex)',
    '-(common_timestamp.usecs)', 'next_pid.log2+1', 'next_pid.buckets=5+1', 'next_pid.hex+1',
    'prev_comm+1', '1+prev_comm', '-(prev_comm)', 'next_pid+prev_comm', 'nosuch+1', '1+nosuch',
    'next_pid+1+2', 'next_pid+1+2+3', 'next_pid+1+2+3+4', 'next_pid*1/2*3/4', 'next_pid+prev_pid*2',
    'next_pid*2+prev_pid*3', '-(next_pid+1+2)', '-(next_pid+1+2+3)', 'common_timestamp-next_pid',
    'common_timestamp.usecs-next_pid', 'common_timestamp.usecs-common_timestamp',
    'common_timestamp.usecs-common_timestamp.usecs', 'common_timestamp-common_timestamp',
    'common_cpu+1', 'hitcount+1', 'hitcount*2', 'common_stacktrace+1', 'next_pid.sym-offset+1',
    'common_pid.execname+1', 'next_pid.percent+1', 'next_pid.nosuch+1', '18446744073709551615+1',
    '18446744073709551616', '08', '010+1', '$x', '$x+1', 'a.b.$x', 'sched.sched_switch.$x', 'a.b.c',
    'sched.sched_switch.next_pid', '$', 'next_pid.a.b')
WHOLE = (
    '', 'keys', 'keys=', 'key=next_pid', 'keys=next_pid,prev_pid', 'keys=next_pid,prev_pid,next_prio',
    'keys=next_pid,prev_pid,next_prio,prev_prio', 'keys=next_pid,,prev_pid', 'keys=,next_pid',
    'keys=next_pid,', 'vals=next_pid', 'keys=next_pid:keys=prev_pid', 'keys=next_pid:vals=prev_pid',
    'keys=prev_comm,next_comm', 'keys=prev_comm,stacktrace', 'keys=stacktrace,common_stacktrace',
    'keys=stacktrace,common_stacktrace,next_pid', 'keys=next_pid:vals=prev_pid,next_prio',
    'keys=next_pid:values=prev_pid,next_prio,prev_prio', 'keys=next_pid:vals=hitcount,prev_pid,next_prio',
    'keys=next_pid:vals=prev_pid,hitcount,next_prio', 'keys=next_pid:vals=prev_pid,next_prio,hitcount',
    'keys=next_pid:vals=hitcount,hitcount', 'keys=next_pid:vals=hitcount,hitcount,hitcount',
    'keys=next_pid:vals=prev_pid,hitcount,hitcount,hitcount', 'keys=next_pid:val=prev_pid,,next_prio',
    'keys=next_pid:vals=', 'keys=next_pid:sort=', 'keys=next_pid:size=', 'keys=next_pid:name=',
    'keys=next_pid:clock=', 'keys=next_pid:x=', 'keys=next_pid:', ':keys=next_pid', 'keys=next_pid::pause',
    'keys=next_pid:sort=next_pid', 'keys=next_pid:sort=next_pid.descending', 'keys=next_pid:sort=hitcount',
    'keys=next_pid:sort=hitcount.ascending,next_pid.descending', 'keys=next_pid:sort=next_pid.hex',
    'keys=next_pid:sort=prev_pid', 'keys=next_pid:vals=prev_pid:sort=prev_pid,next_pid',
    'keys=next_pid:sort=a,b,c', 'keys=next_pid:sort=hitcount,next_pid,hitcount', 'keys=next_pid:sort=,',
    'keys=next_pid:sort=.descending', 'keys=next_pid:sort=hitcount,', 'keys=next_pid:sort=hitcount.',
    'keys=next_pid:sort=hitcount,hitcount', 'keys=next_pid.log2:sort=next_pid',
    'keys=next_pid+1:sort=next_pid+1', 'keys=stacktrace:sort=stacktrace', 'keys=stacktrace:sort=common_stacktrace',
    'keys=cpu:sort=cpu', 'keys=cpu:sort=common_cpu', 'keys=next_pid:vals=prev_pid:x=next_prio:sort=next_pid',
    'keys=next_pid:size=1', 'keys=next_pid:size=0', 'keys=next_pid:size=64', 'keys=next_pid:size=65',
    'keys=next_pid:size=100', 'keys=next_pid:size=128', 'keys=next_pid:size=1000', 'keys=next_pid:size=0x400',
    'keys=next_pid:size=4096', 'keys=next_pid:size=131073', 'keys=next_pid:size=x', 'keys=next_pid:size=-1',
    'keys=next_pid:size=18446744073709551615', 'keys=next_pid:size=18446744073709551616',
    'keys=next_pid:size=9223372036854775809', 'keys=next_pid:pause', 'keys=next_pid:cont',
    'keys=next_pid:continue', 'keys=next_pid:clear', 'keys=next_pid:pause:cont', 'keys=next_pid:paused',
    'keys=next_pid:nohitcount', 'keys=next_pid:NOHC', 'keys=next_pid:vals=prev_pid:nohitcount',
    'keys=next_pid:vals=hitcount:nohitcount', 'keys=next_pid:vals=nosuch:nohitcount',
    'keys=next_pid:vals=hitcount.percent:NOHC', 'keys=next_pid:vals=hitcount.graph,hitcount.hex',
    'keys=next_pid:name=foo', 'name=foo:keys=next_pid:vals=prev_pid', 'keys=next_pid:clock=global',
    'keys=next_pid:clock=nosuch', 'keys=next_pid:x=common_timestamp:clock=nosuch',
    'keys=next_pid:x=common_timestamp:clock=mono', 'keys=next_pid:x=common_timestamp:clock= mono ',
    'keys=next_pid:vals=common_timestamp', 'keys=common_timestamp', 'keys=common_timestamp.usecs',
    'keys=next_pid:x=next_prio', 'keys=next_pid:x=next_prio,y=prev_prio', 'keys=next_pid:x=next_prio:y=$x',
    'keys=next_pid:x=next_prio:vals=$x', 'keys=next_pid:x=next_prio+1:vals=$x', 'keys=next_pid:x=5:vals=$x',
    'keys=next_pid:x=next_prio:y=$x+1', 'keys=$x:x=next_prio', 'keys=next_pid:x=next_prio,x=prev_prio',
    'keys=next_pid:x=next_prio:x=prev_prio', 'keys=next_pid:x', 'keys=next_pid:x=next_prio,y',
    'keys=next_pid:=5', 'keys=next_pid:x==5', 'keys=next_pid:x=next_pid.log2', 'keys=next_pid:x=next_pid.hex',
    'keys=next_pid:x=next_pid.percent', 'keys=next_pid:x=prev_comm', 'keys=next_pid:x=common_stacktrace',
    'keys=next_pid:x=stacktrace', 'keys=next_pid:x=common_pid.execname', 'keys=next_pid:x=next_pid.buckets=5',
    'keys=next_pid:x=common_timestamp.usecs', 'keys=next_pid:x=common_timestamp.usecs:y=common_timestamp',
    'keys=next_pid:x=common_cpu', 'keys=next_pid:x=hitcount', 'keys=next_pid:x=comm', 'keys=next_pid:x=-(next_prio)',
    'keys=next_pid:' + ','.join(f'v{i}=next_prio' for i in range(16)),
    'keys=next_pid:' + ','.join(f'v{i}=next_prio' for i in range(17)),
    'keys=next_pid:' + ':'.join(f'v{i}=next_prio' for i in range(16)),
    'keys=next_pid:' + ':'.join(f'v{i}=next_prio' for i in range(17)),
    'keys=next_pid:a=1,b=2:' + ','.join(f'v{i}=next_prio' for i in range(16)),
    'keys=next_pid if next_pid > 5', 'keys=next_pid  if  next_pid > 5', 'keys=next_pid if', 'keys=next_pid if ',
    'keys=next_pid if nosuch > 5', 'keys=next_pid if next_pid >', 'keys=next_pid iff next_pid', 'if next_pid',
    'keys=next_pidif next_pid > 5', 'keys=next_pid\tif\tnext_pid > 5', ' keys=next_pid', 'keys=next_pid ',
    'keys=next_pid :vals=prev_pid', 'keys= next_pid', 'keys=next_pid:nosuch', 'nosuch', 'nosuch=next_pid',
    'keys=next_pid:onmatch', 'keys=next_pid:onmatch(', 'keys=next_pid:onmatch()', 'keys=next_pid:onmatch(a)',
    'keys=next_pid:onmatch(sched)', 'keys=next_pid:onmatch(sched.nosuch)', 'keys=next_pid:onmatch(a.b).x()',
    'keys=next_pid:onmatch(sched.sched_waking)', 'keys=next_pid:onmatch(sched.sched_waking).',
    'keys=next_pid:onmatch(sched.sched_waking).x', 'keys=next_pid:onmatch(sched.sched_waking).nosuch(',
    'keys=next_pid:onmatch(sched.sched_waking).nosuch()', 'keys=next_pid:onmatch(sched.sched_waking).nosuch(pid)',
    'keys=next_pid:onmatch(sched.sched_waking).trace()', 'keys=next_pid:onmatch(sched.sched_waking).trace(nosuch)',
    'keys=next_pid:onmatch(sched.sched_waking).trace(nosuch,pid)', 'keys=next_pid:onmatch(sched.sched_waking).save(pid)',
    'keys=next_pid:onmatch(sched.sched_waking).snapshot()', 'keys=next_pid:onmax', 'keys=next_pid:onmax(',
    'keys=next_pid:onmax($x', 'keys=next_pid:onmax($x)', 'keys=next_pid:onmax($x).', 'keys=next_pid:onmax($x).save',
    'keys=next_pid:onmax($x).save(', 'keys=next_pid:onmax($x).save()', 'keys=next_pid:onmax($x).save(next_comm)',
    'keys=next_pid:onmax(x).save(next_comm)', 'keys=next_pid:x=next_prio:onmax(x).save(next_comm)',
    'keys=next_pid:x=next_prio:onmax($x).save(next_comm)', 'keys=next_pid:x=next_prio:onmax($y).save(next_comm)',
    'keys=next_pid:x=next_prio:onmax($x).save(next_comm,prev_pid,prev_comm)',
    'keys=next_pid:x=next_prio:onmax($x).save(nosuch)', 'keys=next_pid:x=next_prio:onmax($x).save(n)',
    'keys=next_pid:x=next_prio:onmax($x).save(next_comm):onmax($x).save(prev_comm)',
    'keys=next_pid:x=next_prio:onmax($x).save(x)', 'keys=next_pid:xx=next_prio:onmax($xx).save(xx)',
    'keys=next_pid:x=next_prio:onmax($x).save(next_pid.hex)', 'keys=next_pid:x=next_prio:onmax($x).save(common_stacktrace)',
    'keys=next_pid:x=next_prio:onchange($x).save(next_comm)', 'keys=next_pid:x=next_prio:onchange($x).trace(nosuch)',
    'keys=next_pid:x=next_prio:onchange($x).nosuch(next_pid)', 'keys=next_pid:x=next_prio:onchange($x).save( next_comm , prev_pid )',
    'keys=next_pid:x=next_prio:onmax($x).save(' + ','.join(['next_pid', 'next_comm', 'next_prio', 'prev_pid'] * 4) + ')',
    'keys=next_pid:x=next_prio:onmax($x).save(' + ','.join(['next_pid', 'next_comm', 'next_prio'] * 4) + ')',
    'keys=next_pid:x=next_prio:onmax($x).save(next_comm) if next_pid > 0',
    'keys=next_pid:ts=common_timestamp.usecs:x=next_prio:onmax($x).save(next_comm)',
    'keys=next_pid:' + ':'.join(['onmax($x).save(next_comm)'] * 9),
)
HERE = {
    EXEC: ('keys=filename', 'keys=filename,pid', 'keys=filename,filename', 'keys=filename,stacktrace',
           'keys=filename,stacktrace,pid', 'keys=pid:vals=filename', 'keys=pid:x=filename', 'keys=filename:sort=filename',
           'keys=pid:x=pid:onmax($x).save(filename)'),
    ENTER: ('keys=id.syscall', 'keys=id.syscall,common_pid.execname', 'keys=args', 'keys=id:vals=args', 'keys=args[0]',
            'keys=id.syscall:sort=id', 'keys=common_pid.execname:vals=common_pid.execname', 'keys=id.hex+1'),
    'ftrace/print': ('keys=ip', 'keys=ip.sym', 'keys=ip.sym-offset:sort=ip', 'keys=buf', 'keys=common_pid'),
}


# Kernels of 6.12 have no common_comm, and stacks of 16 frames: three are not too large.
# One after the other, each on an event: variables of other events, and what waits for them. A
# number divided by a constant variable is not asked for: the in-tree tracer says 0.
TIME = 'keys=pid:ts0=common_timestamp.usecs'
LATE = 'keys=next_pid:lat=common_timestamp.usecs-$ts0'
MATCH = ':onmatch(sched.sched_process_exec).'
LOOK = (EXEC, 'keys=nosuch')
TOGETHER = (
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'latency($lat,next_pid)'), LOOK, (EXEC, '!' + TIME), LOOK,
     (SWITCH, '!' + LATE + MATCH + 'latency($lat,next_pid)'), (EXEC, '!' + TIME), LOOK),
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'trace(latency,$lat,next_pid)'), (EXEC, TIME), (EXEC, TIME + ':size=128')),
    ((EXEC, TIME), (EXEC, 'keys=old_pid:ts0=pid'), (EXEC, 'keys=pid:ts1=old_pid'), (EXEC, 'keys=pid:ts1=$ts0')),
    ((EXEC, TIME), (SWITCH, 'keys=next_pid:x=$ts0'), (SWITCH, 'keys=next_pid:y=$x+1'),
     (SWITCH, 'keys=next_pid:z=$ts0-common_timestamp.usecs'), (SWITCH, 'keys=next_pid:z=$ts0'), LOOK),
    ((EXEC, TIME), (SWITCH, 'keys=next_pid:vals=$ts0'), (SWITCH, 'keys=next_pid:vals=$ts0+1'),
     (SWITCH, 'keys=next_pid:vals=$ts0.hex'), (SWITCH, 'keys=$ts0'), (SWITCH, 'keys=next_pid,$ts0'),
     (SWITCH, 'keys=next_pid:vals=$ts1'), (SWITCH, 'keys=next_pid:vals=ts0')),
    ((EXEC, TIME), (ENTER, 'keys=id:x=sched.sched_process_exec.$ts0'), (ENTER, 'keys=id:y=sched.sched_switch.$ts0'),
     (ENTER, 'keys=id:y=nosuch.sched_switch.$ts0'), (ENTER, 'keys=id:y=sched.nosuch.$ts0'),
     (ENTER, 'keys=id:y=sched.sched_process_exec.$ts1'), (ENTER, 'keys=id:y=sched.sched_process_exec.ts0'),
     (ENTER, 'keys=id:vals=sched.sched_process_exec.$ts0'), (ENTER, 'keys=id:y=sched.sched_process_exec.$ts0+5')),
    ((EXEC, 'keys=pid:a=old_pid'), (ENTER, 'keys=id:a=id'), (SWITCH, 'keys=next_pid:b=$a'),
     (SWITCH, 'keys=next_pid:b=$a' + MATCH + 'latency(next_pid,next_pid)'),
     (SWITCH, 'keys=next_pid:c=sched.sched_process_exec.$a+raw_syscalls.sys_enter.$a'),
     (SWITCH, 'keys=next_pid:a=next_prio'), (SWITCH, 'keys=next_pid:d=$a'), (ENTER, 'keys=id:e=$a+1')),
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'named(filename,next_pid)'), LOOK, (EXEC, '!' + TIME),
     (SWITCH, '!' + LATE + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, TIME + ' if pid > 0'), (SWITCH, LATE + MATCH + 'named(filename,next_pid) if next_pid > 0'), LOOK,
     (SWITCH, 'keys=next_pid:l2=1+$ts0' + MATCH + 'named(filename,next_pid)'), LOOK,
     (SWITCH, '!' + LATE + MATCH + 'named(filename,next_pid) if next_pid > 0'), LOOK),
    ((EXEC, 'keys=pid.hex:x=old_pid'), (SWITCH, 'keys=next_pid' + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, 'keys=pid.buckets=5:x=old_pid'), (SWITCH, 'keys=next_pid' + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, 'keys=pid,old_pid:x=old_pid'), (SWITCH, 'keys=next_pid' + MATCH + 'named(filename,next_pid)'), LOOK,
     (SWITCH, 'keys=next_pid,prev_pid' + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, 'keys=common_stacktrace:x=pid'), (SWITCH, 'keys=stacktrace' + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, 'keys=filename:x=pid'), (SWITCH, 'keys=next_comm' + MATCH + 'named(filename,next_pid)'), LOOK),
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'latency($lat)'), (SWITCH, LATE + MATCH + 'latency($lat,next_pid,next_pid)'),
     (SWITCH, LATE + MATCH + 'latency(next_pid,$lat)'), (SWITCH, LATE + MATCH + 'latency($nosuch,next_pid)'),
     (SWITCH, LATE + MATCH + 'latency($lat,nosuch)'), (SWITCH, LATE + MATCH + 'nosuch($lat,next_pid)'),
     (SWITCH, LATE + MATCH + 'latency($lat,sched.sched_process_exec.pid)'),
     (SWITCH, LATE + MATCH + 'latency($lat,sched.pid)'), (SWITCH, LATE + MATCH + 'latency($lat,a.b.c)'),
     (SWITCH, LATE + MATCH + 'latency($ts0,next_pid)'), (SWITCH, LATE + MATCH + 'trace(latency)'), LOOK),
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'latency(sched.sched_switch.$lat,sched.sched_switch.next_pid)'), LOOK,
     (SWITCH, LATE + MATCH + 'latency(sched.sched_process_exec.$ts0,next_pid)'),
     (SWITCH, 'keys=prev_pid' + MATCH + 'latency(sched.sched_process_exec.$ts0,next_pid)')),
    ((EXEC, TIME), (SWITCH, LATE + MATCH + 'latency($lat,next_prio)'), (SWITCH, LATE + MATCH + 'latency($lat,prev_state)'),
     (SWITCH, LATE + MATCH + 'latency($lat,next_comm)'), (SWITCH, LATE + MATCH + 'named(next_comm,next_pid)')),
    ((SWITCH, 'keys=next_pid:x=next_prio:onmax($x).latency($x,next_pid)'),
     (SWITCH, 'keys=next_pid:y=prev_state:onmax($y).latency($y,next_pid)'),
     (SWITCH, 'keys=next_pid:z=common_timestamp:onmax($z).latency($z,next_pid)'),
     (SWITCH, 'keys=next_pid:w=common_timestamp:onchange($w).trace(latency,$w,next_pid)'),
     (SWITCH, 'keys=next_pid:c=next_comm:onmax($c).named($c,next_pid)'),
     (SWITCH, 'keys=next_pid:e=common_pid.execname:onchange($e).named($e,next_pid)')),
    ((SWITCH, 'keys=next_pid:x=next_prio:onmax($x).snapshot()'), (SWITCH, 'keys=next_pid:y=next_prio:onchange($y).snapshot()'),
     (SWITCH, 'keys=next_pid:z=next_prio:onchange($z).snapshot'), (SWITCH, 'keys=next_pid:z=next_prio:onchange($z).snapshot(')),
    ((EXEC, 'keys=pid:s=filename'), (SWITCH, 'keys=next_pid:t=$s'), (SWITCH, 'keys=next_pid:u=$s+1'),
     (SWITCH, 'keys=next_pid' + MATCH + 'named($s,next_pid)'), (SWITCH, 'keys=next_pid:st=stacktrace'),
     (ENTER, 'keys=id:v=$st'), (ENTER, 'keys=id:vals=$st'), (ENTER, 'keys=id:onmatch(sched.sched_switch).named($st,id)')),
    ((EXEC, 'keys=pid:c=5,d=2+3,e=0'), (SWITCH, 'keys=next_pid:f=$c'), (SWITCH, 'keys=next_pid:g=$c+$d'),
     (SWITCH, 'keys=next_pid:h=next_pid/$c'), (SWITCH, 'keys=next_pid:i=next_pid/$e'), (SWITCH, 'keys=next_pid:j=10*$c'),
     (SWITCH, 'keys=next_pid:vals=$c*2')),
    ((SWITCH, 'keys=next_pid:name=n'), (EXEC, 'keys=pid:name=n'), (EXEC, 'keys=common_pid:name=m'),
     (SWITCH, 'keys=common_pid:name=m'), (SWITCH, 'keys=common_pid:name=m:pause'), (SWITCH, 'keys=common_pid:name=m:cont'),
     (SWITCH, 'keys=common_pid:name=m:clear'), (EXEC, '!keys=common_pid:name=m'), (SWITCH, 'keys=common_pid:name=m:pause'),
     (SWITCH, '!keys=common_pid'), (SWITCH, '!keys=common_pid:name=m'), (SWITCH, 'keys=next_pid:name=n:vals=prev_pid')),
    ((SWITCH, 'keys=next_pid'), (SWITCH, 'keys=next_pid'), (SWITCH, 'keys=next_pid:size=128'), (SWITCH, 'keys=next_pid:pause'),
     (SWITCH, 'keys=next_pid:pause'), (SWITCH, 'keys=next_pid:cont'), (SWITCH, 'keys=next_pid:clear'),
     (SWITCH, 'keys=next_pid:clear:pause'), (SWITCH, 'keys=prev_pid:clear'), (SWITCH, 'keys=prev_pid:cont'),
     (SWITCH, 'keys=next_pid:sort=next_pid'), (SWITCH, 'keys=next_pid.hex'), (SWITCH, 'keys=next_pid.buckets=5'),
     (SWITCH, 'keys=next_pid.buckets=6'), (SWITCH, 'keys=next_pid+1'), (SWITCH, 'keys=next_pid+2'),
     (SWITCH, '!keys=next_pid+3'), (SWITCH, '!keys=next_pid.log2'), (SWITCH, '!keys=nosuch'), (SWITCH, '!keys=next_pid')),
)


def some_item(event, fields=FIELDS):
    text = random.choice(fields[event]) if random.random() < .7 else random.choice(COMMON)
    if random.random() < .4:
        text += '.' + random.choice(MODIFIERS)
    if random.random() < .2:
        text += random.choice('+-*/') + some_item(event)
    return text


def some_items(event, most):
    return ','.join(some_item(event) for _ in range(random.randint(1, most)))


def some_command(event):
    parts = ['keys=' + some_items(event, 3)]
    if random.random() < .5:
        parts.append(random.choice(('vals=', 'values=', 'val=')) + some_items(event, 2))
    if random.random() < .3:
        names = [i.split('.')[0] for i in re.split('[=,]', parts[0])[1:]] + ['hitcount', 'nosuch']
        parts.append('sort=' + ','.join(
            random.choice(names) + random.choice(('', '', '.descending', '.ascending', '.x'))
            for _ in range(random.randint(1, 2))))
    if random.random() < .3:
        parts.append(random.choice('xyz') + '=' + some_item(event))
    for part in 'size=256', 'pause', 'nohitcount', 'name=n', 'clock=global', 'clear', 'x=$y':
        if random.random() < .06:
            parts.append(part)
    if random.random() < .2:
        random.shuffle(parts)
    text = ':'.join(parts)
    if random.random() < .1:
        at = random.randint(0, len(text))
        text = text[:at] + random.choice(':,.=+-$() ') + text[at:]
    return text


def asked(event, text):
    if not ask.turn():
        return
    path = f'events/{event}/trigger'
    ask.write('error_log', '\n')
    told = [ask.put(path, 'hist:' + text), ask.triggers(path), ask.log()]
    for line in told[1]:
        if line:
            ask.put(path, '!' + re.sub(r' \[(active|paused)\]$', '', line))
    left = ask.triggers(path)
    if left != ['']:
        told.append(left)
        ask.write(path, '\n')
    print(json.dumps([f'{event} hist:{text}', told]), flush=True)


def asked_together(steps):
    for number, (event, text) in enumerate(steps):
        path = f'events/{event}/trigger'
        ask.write('error_log', '\n')
        text = '!hist:' + text[1:] if text.startswith('!') else 'hist:' + text
        told = [ask.put(path, text), ask.triggers(path), ask.log()]
        before = ' / '.join(' '.join(step) for step in steps[:number])
        print(json.dumps([f'{event} {text} < {before}', told]), flush=True)
    # Those go that no others refer to.
    for _ in range(len(steps)):
        for event in SWITCH, EXEC, ENTER:
            ask.write(f'events/{event}/trigger', '\n')


def main():
    ask.enter()
    ask.hurry()
    random.seed(int(sys.argv[1]))
    for definition in 'latency u64 lat; pid_t pid', 'named char file[]; pid_t pid':
        ask.put('synthetic_events', definition)
    for steps in TOGETHER:
        asked_together(steps)
    for text in WHOLE:
        asked(SWITCH, text)
    for text in EXPRESSIONS:
        asked(SWITCH, f'keys={text}')
        asked(SWITCH, f'keys=next_pid:vals={text}')
        asked(SWITCH, f'keys=next_pid:x={text}')
    for event, names in FIELDS.items():
        for name in names + COMMON:
            for modifier in ('',) + tuple('.' + m for m in MODIFIERS):
                # The in-tree tracer warns of its own mistake.
                if name in ('hitcount', 'common_stacktrace') and modifier.startswith(('.log2', '.bucket')):
                    continue
                for where in ('keys={}', 'keys=common_pid:vals={}', 'keys=common_pid:x={}'):
                    asked(event, where.format(name + modifier))
    for event, texts in HERE.items():
        for text in texts:
            asked(event, text)
    for event in FIELDS:
        for _ in range(NUMBER):
            text = some_command(event)
            if not re.search(r'(hitcount|stacktrace)\.(log2|bucket)', text):
                asked(event, text)


if __name__ == '__main__':
    main()
