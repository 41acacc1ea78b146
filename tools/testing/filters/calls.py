#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: make every system call on every file of the tree; answers as JSON lines.

What opening, reading, writing, seeking, splicing, sendfile() and poll() do on each file
that the first instance, a CPU, another instance, an event and an option have. A line is
a name and the answer. Nothing here waits: files are open without blocking.
"""

import errno
import glob
import json
import os
import re
import select
import subprocess
import sys
import time

TRACING = '/sys/kernel/tracing'
INSTANCE = 'instances/calls'
# One directory of each kind.
PLACES = ('', 'per_cpu/cpu0', 'options', 'events', 'events/sched', 'events/sched/sched_switch',
          'events/ftrace/print', 'trace_stat', INSTANCE, f'{INSTANCE}/per_cpu/cpu0',
          f'{INSTANCE}/options', f'{INSTANCE}/events/sched/sched_switch')
# What these read as differs from boot to boot, or by what a tracer has.
LOOSE = {'README', 'available_events', 'available_filter_functions', 'available_tracers',
         'available_filter_functions_addrs', 'buffer_total_size_kb', 'buffer_size_kb',
         'dyn_ftrace_total_info', 'enabled_functions', 'eval_map', 'printk_formats', 'id',
         'saved_cmdlines', 'saved_tgids', 'set_event', 'show_event_filters', 'stats', 'format',
         'touched_functions', 'trace_options', 'trace_pipe_raw', 'snapshot_raw', 'error_log'}
# Writing here changes much, takes long, or is about what the other tracer has not.
NOT_WRITTEN = {'enable', 'free_buffer'}
FLAGS = {'r': os.O_RDONLY, 'w': os.O_WRONLY, 'rw': os.O_RDWR,
         'w>>': os.O_WRONLY | os.O_APPEND, 'rw>>': os.O_RDWR | os.O_APPEND,
         'w>': os.O_WRONLY | os.O_TRUNC, 'rw>': os.O_RDWR | os.O_TRUNC}
SEEKS = (('SET', 0), ('SET', 3), ('SET', -1), ('CUR', 0), ('CUR', 2), ('CUR', -9), ('END', 0),
         ('END', -1), ('END', 5), ('SET', 1 << 30), ('CUR', 0))
POLL = {select.POLLIN: 'IN', select.POLLPRI: 'PRI', select.POLLOUT: 'OUT', select.POLLERR: 'ERR',
        select.POLLHUP: 'HUP', 0x40: 'RDNORM', 0x100: 'WRNORM'}

# Questions to which the in-tree tracer has another answer, and why that is all right.
STREAMS = r'(?<![\w-])(trace|trace_pipe|trace_pipe_raw|snapshot_raw|trace_marker(_raw)?|free_buffer)'
DIFFERENT = (
    (rf'^(?!.*{STREAMS} ).* (splices|sends|is spliced) ?',
     'texts can be spliced and sent here; in-tree, most say EINVAL'),
    (r'(trace|error_log) rw(>>?)? writes$',
     'a position moves behind what was written; in-tree, here it stays'),
    (r'set_ftrace(_notrace)?_pid w(>>?)? writes$',
     'a place to write to is ignored; in-tree, here it is ESPIPE'),
    (r'tracing_cpumask (reads|.* writes)',
     'it is read in pieces here, and nothing is no mask but no error; in-tree, both are EINVAL'),
    (r'/(header_event|header_page|filter) reads',
     'read in pieces, in-tree loses what did not fit into the first one'),
    (r'available_tracers reads', 'not all tracers are here'),
)


def different(question):
    return any(re.search(pattern, question) for pattern, _ in DIFFERENT)


def attempt(call, *arguments):
    """What came of a system call: its result, or the name of the error."""
    try:
        return call(*arguments)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))


class Opened:
    """An open file, whose answers are collected; nothing more once it cannot be opened."""

    def __init__(self, path, flags):
        self.path = path
        self.loose = os.path.basename(path) in LOOSE
        self.fd = attempt(os.open, path, flags | os.O_NONBLOCK)
        self.answers = [self.fd] if isinstance(self.fd, str) else []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not isinstance(self.fd, str):
            os.close(self.fd)

    def add(self, call, *arguments):
        """Make a call with the descriptor in front; what is read is text, or a length."""
        if isinstance(self.fd, str):
            return
        answer = attempt(call, self.fd, *arguments)
        if isinstance(answer, bytes):
            answer = len(answer) if self.loose else answer.decode(errors='replace')
        self.answers.append(answer)


def tell(path, what, answers):
    print(json.dumps([f'{path} {what}', answers]), flush=True)


def seek(fd, name, to):
    return os.lseek(fd, to, getattr(os, f'SEEK_{name}'))


def ask_seeks(path):
    for name in ('r', 'w', 'rw', 'w>>'):
        with Opened(path, FLAGS[name]) as f:
            for whence, to in SEEKS:
                f.add(seek, whence, to)
            tell(path, f'{name} seeks', f.answers)


def ask_reads(path):
    for sizes in (0,), (1, 1, 0, 5), (5,), (5, 1 << 16):
        with Opened(path, os.O_RDONLY) as f:
            # Of a whole file, its beginning is enough.
            for size in sizes:
                f.add(lambda fd, n: os.read(fd, n)[:40], size)
            f.add(seek, 'CUR', 0) if f.loose is False and max(sizes) <= 5 else None
            tell(path, f'reads {sizes}', f.answers)
    with Opened(path, os.O_RDONLY) as f:
        f.add(os.pread, 5, 0)
        f.add(os.pread, 5, 2)
        f.add(lambda fd: os.pread(fd, 16, 1 << 30))
        f.add(lambda fd: os.pread(fd, 5, -1))
        f.add(seek, 'CUR', 0)
        f.add(os.read, 3)
        tell(path, 'reads at places', f.answers)
    for name in 'w', 'rw':
        with Opened(path, FLAGS[name]) as f:
            f.add(os.read, 5)
            tell(path, f'{name} reads', f.answers)
    with Opened(path, os.O_RDONLY) as f:
        f.add(lambda fd: sum(os.preadv(fd, [bytearray(2), bytearray(3)], 0) for _ in range(2)))
        f.add(lambda fd: os.readv(fd, [bytearray(2), bytearray(3)]))
        tell(path, 'reads into pieces', f.answers)


def spliced(fd, size, at=None):
    """What splice() into a pipe and out of it again gives."""
    come, go = os.pipe()
    try:
        n = os.splice(fd, go, size, offset_src=at, flags=os.SPLICE_F_NONBLOCK)
        return os.read(come, min(n, 5)) if n else n
    finally:
        os.close(come)
        os.close(go)


def sent(fd, size, at=None):
    """What sendfile() gives."""
    out = os.memfd_create('sent')
    try:
        n = os.sendfile(out, fd, at, size)
        return os.pread(out, min(n, 5), 0) if n else n
    finally:
        os.close(out)


def ask_moves(path):
    for name in 'r', 'rw', 'w':
        for size in 5, 1 << 16:
            for at in None, 0, 2:
                with Opened(path, FLAGS[name]) as f:
                    f.add(spliced, size, at)
                    tell(path, f'{name} splices {size} at {at}', f.answers)
                with Opened(path, FLAGS[name]) as f:
                    f.add(sent, size, at)
                    tell(path, f'{name} sends {size} at {at}', f.answers)
    with Opened(path, os.O_WRONLY) as f:
        f.add(splice_into, b'')
        tell(path, 'is spliced into, nothing', f.answers)


def splice_into(fd, data):
    come, go = os.pipe()
    try:
        os.write(go, data)
        os.close(go)
        return os.splice(come, fd, 100)
    finally:
        os.close(come)


def polled(fd):
    p = select.poll()
    p.register(fd, 0xffff)
    found = p.poll(0)
    return sorted(name for bit, name in POLL.items() if found and found[0][1] & bit)


def ask_others(path):
    import fcntl
    for name in 'r', 'w', 'rw':
        with Opened(path, FLAGS[name]) as f:
            f.add(polled)
            f.add(lambda fd: fcntl.ioctl(fd, 0x5fff))
            f.add(lambda fd: fcntl.ioctl(fd, 0))
            f.add(os.fsync)
            f.add(os.ftruncate, 0)
            f.add(os.ftruncate, 10)
            tell(path, f'{name} others', f.answers)
    for name in FLAGS:
        if '>' in name and os.path.basename(path) not in NOT_WRITTEN:
            with Opened(path, FLAGS[name]) as f:
                tell(path, f'{name} opens', f.answers)


def ask_writes(path):
    if os.path.basename(path) in NOT_WRITTEN:
        return
    for name in FLAGS:
        with Opened(path, FLAGS[name]) as f:
            f.add(os.write, b'')
            f.add(os.write, b'no such thing\n')
            f.add(seek, 'CUR', 0)
            f.add(os.pwrite, b'no such thing\n', 4096)
            f.add(lambda fd: os.pwrite(fd, b'x\n', -1))
            f.add(seek, 'CUR', 0)
            f.add(lambda fd: os.writev(fd, [b'no such', b' thing\n']))
            f.add(seek, 'CUR', 0)
            tell(path, f'{name} writes', f.answers)
        restore()
    with Opened(path, os.O_WRONLY) as f:
        f.add(splice_into, b'no such thing\n')
        tell(path, 'is spliced into', f.answers)
    restore()


def ask_free_buffer(path):
    for name in FLAGS:
        with Opened(path, FLAGS[name]) as f:
            f.add(os.write, b'anything')
            f.add(seek, 'CUR', 0)
            f.add(os.pwrite, b'anything', 4096)
            f.add(seek, 'SET', 0)
            tell(path, f'{name} writes', f.answers)
        restore()


def ask_streams():
    """What becomes of records: each way takes them out, or does not."""
    for path in ('trace_pipe', 'per_cpu/cpu0/trace_pipe', 'per_cpu/cpu0/trace_pipe_raw',
                 'per_cpu/cpu0/snapshot_raw', 'trace', 'per_cpu/cpu0/trace'):
        for what, call in {
                'read of 0': lambda fd: len(os.read(fd, 0)),
                'read of 1': lambda fd: len(os.read(fd, 1)),
                'read of 5': lambda fd: len(os.read(fd, 5)),
                'read of 16': lambda fd: len(os.read(fd, 16)),
                'read of 20': lambda fd: len(os.read(fd, 20)),
                'pread': lambda fd: len(os.pread(fd, 4096, 4096)),
                'pread at the start': lambda fd: len(os.pread(fd, 4096, 0)),
                'seek and read': lambda fd: (attempt(seek, fd, 'SET', 4096), len(os.read(fd, 4096)) > 0),
                'splice at a place': lambda fd: spliced(fd, 4096, 4096),
                'send from a place': lambda fd: sent(fd, 4096, 4096),
                'splice of 5': lambda fd: str(spliced(fd, 5)),
                'poll': polled}.items():
            restore()
            with open('trace_marker', 'w', encoding='utf-8') as f:
                f.write('one marker\n')
            with Opened(path, os.O_RDONLY) as f:
                # From here on it is a stream of records, and has nothing of this boot.
                f.loose = True
                f.add(call)
                tell(path, f'{what} with a record', f.answers)
            # How many are left
            tell(path, f'after {what}', stats('entries', 'read events'))


def stats(*names):
    text = open('per_cpu/cpu0/stats', encoding='utf-8').read()
    return [line for line in text.split('\n') if line.split(':')[0] in names]


SETTINGS = {}


def restore():
    """Everything as it was at the start."""
    for path, text in SETTINGS.items():
        with open(path, 'w', encoding='utf-8') as f:
            attempt(f.write, text)
            attempt(f.flush)


def all_files():
    for place in PLACES:
        for path in sorted(glob.glob(os.path.join(place, '*'))):
            if os.path.isfile(path):
                yield path


def main():
    os.sched_setaffinity(0, {0})
    if not os.path.ismount(TRACING):
        subprocess.run(['mount', '-t', 'tracefs', 'nodev', TRACING], check=True)
    os.chdir(TRACING)
    os.makedirs(INSTANCE, exist_ok=True)
    for top in '', INSTANCE + '/':
        SETTINGS.update({top + 'current_tracer': 'nop\n', top + 'trace_clock': 'local\n',
                         top + 'buffer_size_kb': '100\n', top + 'tracing_on': '1\n',
                         top + 'set_event': '\n', top + 'trace': '\n', top + 'error_log': '\n'})
    SETTINGS['snapshot'] = '0\n'
    restore()
    for path in all_files():
        for ask in ask_seeks, ask_reads, ask_moves, ask_others:
            ask(path)
        (ask_free_buffer if path.endswith('free_buffer') else ask_writes)(path)
    ask_streams()


if __name__ == '__main__':
    main()
