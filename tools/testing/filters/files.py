#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: ask the files of events, and print the answers as JSON lines.

Names, modes and owners; what opening, reading in pieces, seeking and writing do; errnos,
and what a file shows after each of a list of writes. A line is a name and the answer.
Numbers of events are left out: each tracer gives its own.
"""

import errno
import glob
import json
import os
import re

import ask

EVENT = 'events/sched/sched_switch'
# A file of each kind.
FILES = ('available_events', 'events/enable', 'events/header_event', 'events/header_page',
         'events/sched/enable', 'events/sched/filter', f'{EVENT}/enable', f'{EVENT}/filter',
         f'{EVENT}/format', f'{EVENT}/id', 'events/ftrace/function/format', 'printk_formats',
         'set_event', 'set_event_pid', 'set_event_notrace_pid',
         'events/syscalls/sys_enter_openat/format', 'options/event-fork',
         'events/raw_syscalls/sys_enter/id')
# The in-tree tracer hands these out in one read, and loses what does not fit.
TORN = ('events/header_event', 'events/header_page', 'events/sched/filter', f'{EVENT}/filter')
# It lets programs seek to the end of these, and takes them to the start.
ENDLESS = ('/enable', '/header_event', '/header_page', '/filter', '/id', '/event-fork')
# What it has to say of longer ones is more than it can show.
LONG_FILTER = 4000
NUMBERS = ('0', '1', '2', '-1', '+1', ' 1', '1 ', '1\n', '1\n\n', '', '\n', '01', '0x1', '1x', 'x',
           'X', '1 0', '1\0', '\0', '18446744073709551616', '4294967296', '1' * 40, '0' * 40,
           '0' * 40 + '1')
NAMES = ('sched:sched_switch', 'sched:sched_switch\n', ' sched:sched_switch ', 'sched_switch',
         'sched', 'sched:', 'sched:*', ':sched_switch', '*:sched_switch', 'sched:sched_wak*',
         'sch*:sched_switch', '*sched*', 'nosuch', 'nosuch:*', 'nosuch:sched_switch',
         'sched:nosuch', ':', ':nosuch', '', ' ', '\n', 'sched:sched_switch:', 'sched::sched_switch',
         'sched:sched_switch irq:irq_handler_entry', 'sched:sched_switch\nirq:irq_handler_entry\n',
         'sched:sched_switch,irq:irq_handler_entry', 'sched:sched_switch\tirq:irq_handler_entry',
         'nosuch sched:sched_switch', 'sched:sched_switch nosuch irq:irq_handler_entry',
         'Sched:sched_switch', 'sched/sched_switch', 'ftrace:function', 'ftrace', 'function', 'print',
         'raw_syscalls', '!', '!sched', '! sched', '!!sched',
         '!nosuch', '!sched:sched_switch', 'sched !sched_switch', 'sched !sched:sched_wakeup\n',
         'sched:sched_switch\0irq', 'x' * 126, 'x' * 127, 'x' * 128, 'x' * 200,
         'sched:sched_switch' + ' ' * 300 + 'irq:irq_handler_entry', '#sched', 'sched # irq', '-1', '0')
PIDS = ('1', ' 1', '1\n', '1 2', '1,2', '1\t2', '', ' ', '\n', '0', '-1', '+1', '0x10', '010', 'x', '1x',
        '1 x', 'x 1', '!1', '4194303', '4194304', '1073741823', '1073741824', '99999999999',
        '18446744073709551617', '1\0', '1 1 1', '3 2 1')
FILTERS = ('0', ' 0', '0 ', '0\n', '\n0', '00', '0 0', '0x0', '', ' ', '\n', 'prev_pid == 1',
           'prev_pid == 1\n', ' prev_pid == 1 ', '\tprev_pid == 1', 'prev_pid == 1\n\n',
           'prev_pid == 1\0 && x', '\0', 'prev_pid == 1\nnext_pid == 2',
           'nosuch == 1', 'prev_pid ==', 'common_pid == 0', 'common_pid', '()', '(', ')', '!', '!0',
           'prev_pid == 1 || ' * 200 + 'prev_pid == 1', 'prev_pid == 1' + ' ' * 4082,
           'prev_pid == 1' + ' ' * 4083, ' ' * 4082 + 'prev_pid == 1', 'x' * 4095, 'x' * 4096, 'x' * 9000,
           '(' * 5 + 'prev_pid == 1' + ')' * 5, '(' * 200 + 'prev_pid == 1' + ')' * 200,
           '!' * 7 + 'prev_pid == 1', '!(' * 100 + 'prev_pid == 1' + ')' * 100,
           '(prev_pid == 1 && ' * 100 + 'prev_pid == 1' + ')' * 100,
           '(prev_pid == 1 || ' * 100 + 'prev_pid == 1' + ')' * 100)


def name_of(error):
    # The in-tree tracer has other names for some wrong filters, see filter.rst.
    name = errno.errorcode.get(error.errno, str(error.errno))
    return 'EINVAL' if name in ('EPERM', 'ENOENT', 'ESRCH') else name


def attempt(call, *arguments):
    """What came of a system call: its result, or the name of the error."""
    try:
        return call(*arguments)
    except OSError as e:
        return name_of(e)


def opened(path, flags, *steps):
    """Open a file and go through steps; their answers, up to the first open that fails."""
    fd = attempt(os.open, path, flags)
    if isinstance(fd, str):
        return [fd]
    answers = [attempt(step, fd) for step in steps]
    os.close(fd)
    return [a.decode(errors='replace') if isinstance(a, bytes) else a for a in answers]


def whole(path):
    fd = attempt(os.open, path, os.O_RDONLY)
    if isinstance(fd, str):
        return fd
    text = b''
    try:
        while True:
            piece = os.read(fd, 4096)
            if not piece:
                break
            text += piece
        return text.decode(errors='replace')
    except OSError as e:
        return name_of(e)
    finally:
        os.close(fd)


def pieces(path, size):
    fd = os.open(path, os.O_RDONLY)
    text = b''
    while len(text) < 2000:
        piece = os.read(fd, size)
        if not piece:
            break
        text += piece
    os.close(fd)
    return text.decode(errors='replace')


def write(path, text, flags=os.O_TRUNC):
    """All of a text, as cat does it: how much each write(2) took, or the error."""
    fd = attempt(os.open, path, os.O_WRONLY | flags)
    if isinstance(fd, str):
        return fd
    left, took = text.encode(), []
    while True:
        n = attempt(os.write, fd, left)
        took.append(n)
        if isinstance(n, str) or not n or len(took) > 30:
            break
        left = left[n:]
        if not left:
            break
    os.close(fd)
    return took


def tell(name, answer):
    text = json.dumps([name, answer])
    print(re.sub(r'ID: \d+', 'ID: N', text), flush=True)


def events_on():
    """What is on, in the order of each system; that of systems is the linker's."""
    return sorted((e for e in whole('set_event').split()
                   if not e.startswith(('osnoise:', 'bpf_trace:', 'syscalls:'))),
                  key=lambda e: e.split(':')[0])


def ask_names():
    """Of some systems: others differ by what is not covered."""
    for path in sorted(glob.glob('events/*') + glob.glob('events/sched/**', recursive=True) +
                       glob.glob('events/syscalls/sys_enter_openat/*') +
                       glob.glob('events/ftrace/function/*') + glob.glob('events/ftrace/*able')):
        s = os.lstat(path)
        if path.split('/')[1] not in ('bpf_trace', 'osnoise'):
            # Histograms have an issue of their own.
            if os.path.basename(path) not in ('hist', 'hist_debug'):
                tell(f'mode of {path}', [oct(s.st_mode), s.st_uid, s.st_gid, s.st_size])
    for name in FILES:
        if os.path.exists(name):
            s = os.lstat(name)
            tell(f'mode of {name}', [oct(s.st_mode), s.st_uid, s.st_gid, s.st_size])


def take(n):
    return lambda fd: len(os.read(fd, n))


def seek(to, whence=os.SEEK_SET):
    return lambda fd: os.lseek(fd, to, whence)


def ask_reads():
    loose = ('available_events', 'printk_formats')
    for path in FILES:
        if path not in loose and not path.endswith('/id'):
            tell(f'{path} reads', whole(path))
            for size in (1, 7, 100):
                part = pieces(path, size)
                tell(f'{path} reads by {size}', part == whole(path)[:len(part)])
        ways = {'back': (os.O_RDONLY, take(2), seek(0), take(2)),
                'from before': (os.O_RDONLY, seek(-1)),
                'nothing': (os.O_RDONLY, take(0)),
                'only written': (os.O_WRONLY, take(10)),
                'only read': (os.O_RDONLY, lambda fd: os.write(fd, b'1')),
                'as a directory': (os.O_RDONLY | os.O_DIRECTORY,),
                'made anew': (os.O_WRONLY | os.O_CREAT | os.O_EXCL,)}
        if path not in TORN:
            ways |= {'twice': (os.O_RDONLY, take(3), take(3)), 'on': (os.O_RDONLY, seek(1), take(1))}
        if not path.endswith(ENDLESS):
            ways['from the end'] = (os.O_RDONLY, seek(0, os.SEEK_END))
        for name, steps in ways.items():
            tell(f'{path} {name}', opened(path, *steps))
        tell(f'{path} shortened', attempt(os.truncate, path, 0))
        write('set_event', '')


def ask_read_only():
    for path in ('available_events', 'events/header_event', 'events/header_page', f'{EVENT}/format',
                 f'{EVENT}/id', 'printk_formats', 'events/ftrace/function/format'):
        tell(f'{path} written', write(path, '1'))


def ask_switches():
    for text in NUMBERS:
        for path in (f'{EVENT}/enable', 'events/sched/enable', 'events/enable',
                     'options/event-fork'):
            # All events on takes long: once is enough.
            if path == 'events/enable' and text != '1' and text.strip(' \n+0\0') == '1':
                continue
            tell(f'{path} {text!r}', [write(path, text), whole(f'{EVENT}/enable'),
                                      whole('events/sched/enable'), whole('events/enable')])
            write('set_event', '')
    write(f'{EVENT}/enable', '1')
    tell('one of many', [whole(p) for p in ('events/sched/enable', 'events/enable',
                                            'events/irq/enable', f'{EVENT}/enable')])
    write('set_event', '')


def ask_set_event():
    for text in NAMES:
        for flags in (os.O_TRUNC, os.O_APPEND):
            write('set_event', 'irq:softirq_entry sched:sched_wakeup')
            took = write('set_event', text, flags)
            tell(f'set_event {"> " if flags == os.O_TRUNC else ">>"} {text!r}', [took, events_on()])
    write('set_event', '')
    tell('set_event in order', [write('set_event', 'sched irq timer'), events_on()])
    write('set_event', '')


def ask_pids():
    for path in ('set_event_pid', 'set_event_notrace_pid'):
        for text in PIDS:
            for flags in (os.O_TRUNC, os.O_APPEND):
                write(path, '7 8')
                took = write(path, text, flags)
                tell(f'{path} {"> " if flags == os.O_TRUNC else ">>"} {text!r}', [took, whole(path)])
        write(path, '')


def log():
    return re.sub(r'^\[ *\d+\.\d{6}\]', '[TIME]', whole('error_log'), flags=re.M)


def ask_filters():
    for path in (f'{EVENT}/filter', 'events/sched/filter', 'events/syscalls/sys_enter_openat/filter',
                 'events/raw_syscalls/filter'):
        for text in FILTERS:
            write('error_log', '')
            took = write(path, text)
            event = path if path.count('/') == 3 else f'{EVENT}/filter'
            shown = [whole(path), whole(event)] if len(text) < LONG_FILTER else []
            tell(f'{path} {text!r}', [took, *shown, log()])
        write(path, '0')
    for path in ('events/ftrace/function/filter', 'events/ftrace/filter', 'events/filter'):
        tell(f'{path} written', write(path, 'ip == 1'))
        tell(f'{path} read', whole(path))


def main():
    ask.enter()
    ask.hurry()
    ask_names()
    ask_reads()
    ask_read_only()
    ask_switches()
    ask_set_event()
    ask_pids()
    ask_filters()


if __name__ == '__main__':
    main()
