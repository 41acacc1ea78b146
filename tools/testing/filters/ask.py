#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: write filters and print what came of each, as JSON lines.

Every sort of field that the events have, by what its declaration says, with
some operators and values; and random texts, the same every time. A line is what
was asked, and the answer: errno, what the filter's file shows, the last error.
"""

import errno
import glob
import json
import os
import random
import re
import subprocess

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


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write(path, text):
    """In one write; "ok" or the name of the error."""
    fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(fd, text.encode())
        return 'ok'
    except OSError as e:
        # The in-tree tracer has other names for some wrong filters, see filter.rst.
        name = errno.errorcode[e.errno]
        return 'EINVAL' if name in ('EPERM', 'ENOENT', 'ESRCH') else name
    finally:
        os.close(fd)


def ask(event, text, name):
    path = f'events/{event}/filter'
    result, log = write(path, text), ''
    if result != 'ok':
        log = re.split(r'^\[ *\d+\.\d{6}\] ', read('error_log'), flags=re.M)[-1]
    print(json.dumps([name, [result, read(path), log]]), flush=True)


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
                ask(event, term % field, f'{declared};{size} {term}')
        if read(path) != 'none\n':
            write(path, '0')


def condition(depth):
    kind = random.random()
    if not depth or kind < .3:
        return random.choice(GOOD)
    if kind < .8:
        return condition(depth - 1) + random.choice(
            (' && ', '&&', ' &&', ' || ', '||', '|| ')) + condition(depth - 1)
    return random.choice(('!', '', '! ')) + '(' + condition(depth - 1) + ')'


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


def ask_texts():
    random.seed(1)
    for _ in range(TEXTS):
        if random.random() < .35:
            text = ''.join(random.choice(WORDS) + random.choice(('', ' '))
                           for _ in range(random.randint(1, 9)))
        else:
            text = spoil(condition(3))
        ask('sched/sched_switch', text, text)
    write('events/sched/sched_switch/filter', '0')


def main():
    if not os.path.ismount(TRACING):
        subprocess.run(['mount', '-t', 'tracefs', 'nodev', TRACING], check=True)
    os.chdir(TRACING)
    # Every change of a filter waits for the readers of the old one.
    with open('/sys/kernel/rcu_expedited', 'w', encoding='utf-8') as f:
        f.write('1')
    ask_texts()
    ask_fields()


if __name__ == '__main__':
    main()
