#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: write filters and print what came of each, as JSON lines.

Every sort of field that the events have, by what its declaration says, with
some operators and values; and random texts, the same for the same number behind the
program's name. With a second number N, one question in N is asked. A line is what
was asked, and the answer: errno, what the filter's file shows, the last error.
"""

import errno
import glob
import json
import os
import random
import re
import subprocess
import sys
import zlib

TRACING = '/sys/kernel/tracing'
FIELD = re.compile(r'^\tfield:(.*);\toffset:\d+;(\tsize:\d+;\tsigned:\d;)$', re.M)
TERMS = ('%s == 1', '%s > -1', '%s == "x"', '%s ~ "x*"', '%s & CPUS{0-1}',
         '%s.function == schedule')
TEXTS = 1500
WORDS = ('prev_pid prev_comm next_prio prev_state cpu COMM common_pid nothing == != < <= > >= & ~ '
         '&& || ! ( ) ( ) 1 -1 0x1f 99999999999999999999 "abc" \'a*\' " \' CPUS{0-1} CPUS{ CPUS{9} '
         '} .function .ustring schedule abc = | - # "a)b" "a&&b" 0').split(' ') + [' ', '\t']
GOOD = ('prev_pid == 1', 'prev_comm ~ "a*"', 'next_prio > 3', 'cpu & CPUS{0-1}',
        'prev_state & 2', 'COMM != "x"', 'prev_state.function == schedule ', '!common_pid != 7')
GOOD_SYSCALL = ('dfd == -1', 'filename.ustring ~ "a*"', 'flags & 0x40', 'mode > 07', 'filename == 0',
                '__syscall_nr == 257', 'COMM ~ "*h"', 'CPU & CPUS{1}', '!common_pid != 7')
GOOD_TEXT = ('filename ~ "*sh"', 'filename == "/bin/true"', 'pid > 3', 'old_pid == 1', 'comm ~ "[ab]?"',
             'filename != \'x\'', 'filename.ustring == "a"', 'common_cpu != 1')
# Whose filter the random texts are: how many, which parts are right, and the directory of
# which the error log is.
ASKED = {'events/sched/sched_switch': (TEXTS, GOOD, '.'),
         'events/sched': (TEXTS // 6, GOOD, '.'),
         'events/syscalls/sys_enter_openat': (TEXTS // 6, GOOD_SYSCALL, '.'),
         'events/sched/sched_process_exec': (TEXTS // 6, GOOD_TEXT, '.'),
         'instances/asked/events/sched/sched_switch': (TEXTS // 6, GOOD, 'instances/asked')}


questions = 0


def turn():
    """Is the next question one of those that are asked? The same ones each time.

    Not every Nth: questions are made in loops, and some would never have their turn.
    """
    global questions
    questions += 1
    return not zlib.crc32(str(questions).encode()) % int(sys.argv[2] if len(sys.argv) > 2 else 1)


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def put(path, text, flags=0):
    """In one write, beside what is there; "ok" or the name of the error."""
    try:
        fd = os.open(path, os.O_WRONLY | flags)
    except OSError as e:
        return 'open: ' + errno.errorcode[e.errno]
    try:
        os.write(fd, text.encode())
        return 'ok'
    except OSError as e:
        return errno.errorcode[e.errno]
    finally:
        os.close(fd)


def write(path, text):
    """The same in place of what is there; the in-tree tracer has other names for some
    wrong filters, see filter.rst."""
    name = put(path, text, os.O_TRUNC)
    return 'EINVAL' if name in ('EPERM', 'ENOENT', 'ESRCH') else name


def triggers(path):
    """What a file "trigger" lists; its help has the names of what the in-tree tracer has
    besides."""
    return [line for line in read(path).split('\n') if not line.startswith('#')]


def log(top='.'):
    """The error log, without times."""
    return re.sub(r'(?m)^\[ *\d+\.\d{6}\] ', '', read(f'{top}/error_log'))


def ask(event, text, name, top='.'):
    """The filter of an event, or of a system: then what two of its events say, too."""
    if not turn():
        return
    path, result = f'{event}/filter', write(f'{event}/filter', text)
    told = [result, read(path)]
    if result != 'ok':
        told.append(re.split(r'^\[ *\d+\.\d{6}\] ', read(f'{top}/error_log'), flags=re.M)[-1])
    if event == 'events/sched':
        told += [read(f'{event}/{e}/filter') for e in ('sched_switch', 'sched_process_exec')]
    print(json.dumps([name, told]), flush=True)


def ask_fields():
    """A declaration that several events have is asked for once."""
    known = set()
    for path in sorted(glob.glob('events/*/*/filter')):
        event = '/'.join(path.split('/')[1:3])
        for declared, size in FIELD.findall(read(f'events/{event}/format')):
            if declared + size in known:
                continue
            known.add(declared + size)
            field = re.split(r'[ *]', re.sub(r'\[[^]]*\]$', '', declared))[-1]
            for term in TERMS:
                ask(f'events/{event}', term % field, f'{declared};{size} {term}')
        if read(path) != 'none\n':
            write(path, '0')


def condition(good, depth):
    kind = random.random()
    if not depth or kind < .3:
        return random.choice(good)
    if kind < .8:
        return condition(good, depth - 1) + random.choice(
            (' && ', '&&', ' &&', ' || ', '||', '|| ')) + condition(good, depth - 1)
    return random.choice(('!', '', '! ')) + '(' + condition(good, depth - 1) + ')'


def spoil(text):
    for _ in range(random.randint(0, 3)):
        at, kind = random.randint(0, len(text)), random.random()
        if kind < .4:
            text = text[:at] + text[at + 1:]
        elif kind < .8:
            text = text[:at] + random.choice(WORDS) + text[at:]
        else:
            text = text[:at]
    return text


def ask_texts(seed):
    os.mkdir('instances/asked')
    random.seed(seed)
    for event, (number, good, top) in ASKED.items():
        for _ in range(number):
            if random.random() < .35:
                text = ''.join(random.choice((*WORDS, *good)) + random.choice(('', ' '))
                               for _ in range(random.randint(1, 9)))
            else:
                text = spoil(condition(good, 3))
            ask(event, text, f'{event} {text}', top)
        write(f'{event}/filter', '0')
    os.rmdir('instances/asked')


def enter():
    """Go to where the files are."""
    if not os.path.ismount(TRACING):
        subprocess.run(['mount', '-t', 'tracefs', 'nodev', TRACING], check=True)
    os.chdir(TRACING)


def hurry():
    """Every change of a filter waits for the readers of the old one."""
    with open('/sys/kernel/rcu_expedited', 'w', encoding='utf-8') as f:
        f.write('1')


def main():
    enter()
    hurry()
    ask_texts(int(sys.argv[1]))
    ask_fields()


if __name__ == '__main__':
    main()
