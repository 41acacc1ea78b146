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

import ask

INSTANCE = 'instances/calls'
# One directory of each kind.
PLACES = ('', 'per_cpu/cpu0', 'options', 'events', 'events/sched', 'events/sched/sched_switch',
          'events/ftrace/print', 'trace_stat', INSTANCE, f'{INSTANCE}/per_cpu/cpu0',
          f'{INSTANCE}/options', f'{INSTANCE}/events/sched/sched_switch')
OPTIONS = ('overwrite', 'func_stack_trace', 'funcgraph-cpu')
# What these read as differs from boot to boot, or by what a tracer has.
LOOSE = {'README', 'available_events', 'available_filter_functions', 'available_tracers',
         'available_filter_functions_addrs', 'buffer_total_size_kb', 'buffer_size_kb',
         'dyn_ftrace_total_info', 'enabled_functions', 'eval_map', 'printk_formats', 'id',
         'saved_cmdlines', 'saved_tgids', 'set_event', 'show_event_filters', 'stats', 'format',
         'touched_functions', 'trace_options', 'trace_pipe_raw', 'snapshot_raw', 'error_log'}
# Writing here changes much, takes long, or is about what the other tracer has not.
NOT_WRITTEN = {'enable', 'free_buffer'}
# What is right to be written, and leaves nothing behind that restore() does not know.
RIGHT = {'buffer_percent': '50', 'buffer_size_kb': '100', 'buffer_subbuf_size_kb': '4',
         'current_tracer': 'nop', 'dynamic_events': 's:asked u64 a', 'error_log': 'x',
         'filter': '0', 'function_profile_enabled': '0',
         'max_graph_depth': '0', 'overwrite': '1', 'saved_cmdlines_size': '128',
         'set_event': 'sched:sched_switch', 'set_event_pid': '1', 'set_event_notrace_pid': '1',
         'set_ftrace_filter': 'schedule', 'set_ftrace_notrace': 'schedule', 'set_ftrace_pid': '1',
         'set_ftrace_notrace_pid': '1', 'set_graph_function': 'schedule',
         'set_graph_notrace': 'schedule', 'snapshot': '0', 'stack_max_size': '0',
         'synthetic_events': 'asked u64 a', 'trace': 'x',
         'trace_clock': 'local', 'trace_marker': 'x', 'trace_options': 'overwrite',
         'tracing_cpumask': '3', 'tracing_on': '1', 'tracing_thresh': '0'}
FLAGS = {'r': os.O_RDONLY, 'w': os.O_WRONLY, 'rw': os.O_RDWR,
         'w>>': os.O_WRONLY | os.O_APPEND, 'rw>>': os.O_RDWR | os.O_APPEND,
         'w>': os.O_WRONLY | os.O_TRUNC, 'rw>': os.O_RDWR | os.O_TRUNC}
SEEKS = (('SET', 0), ('SET', 3), ('SET', -1), ('CUR', 0), ('CUR', 2), ('CUR', -9), ('END', 0),
         ('END', -1), ('END', 5), ('SET', 1 << 30), ('CUR', 0))
MOVES = (('r', 5, None), ('r', 5, 2), ('r', 1 << 16, None), ('rw', 5, 0), ('w', 5, None))
POLL = {select.POLLIN: 'IN', select.POLLPRI: 'PRI', select.POLLOUT: 'OUT', select.POLLERR: 'ERR',
        select.POLLHUP: 'HUP', 0x40: 'RDNORM', 0x100: 'WRNORM'}

# Questions to which the in-tree tracer has another answer: which ones, the error if it is
# the same to all, and why ours may differ.
DIFFERENT = (
    (r' (r|rw) (splices|sends) ', 'EINVAL',
     'texts can be spliced and sent here, as they can be read; a program that knows EINVAL '
     'reads then'),
    (r'trace_pipe (splice of 5 with a record|after splice of 5)$', None,
     'a splice of less than a line gives that much here; in-tree, nothing, which is the end'),
    (r'tracing_cpumask reads ', None,
     'it is read in pieces here; in-tree, a piece of it is EINVAL'),
    (r'/(header_event|header_page|filter) (reads |rw(>>)? writes what is right$)', None,
     'read in pieces, in-tree loses what did not fit into the first one'),
    (r'/inject reads \(', None,
     'it cannot be read, and EPERM says so; a read of no bytes gives none here, as of other files'),
)


def reason_of(question, want):
    """Which entry of DIFFERENT allows another answer, or None."""
    for entry in DIFFERENT:
        if re.search(entry[0], question) and (not entry[1] or [entry[1]] == want):
            return entry
    return None


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
    for name, size, at in MOVES:
        for what, call in ('splices', spliced), ('sends', sent):
            with Opened(path, FLAGS[name]) as f:
                f.add(call, size, at)
                tell(path, f'{name} {what} {size} at {at}', f.answers)
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
        restore(path)
    with Opened(path, os.O_WRONLY) as f:
        f.add(splice_into, b'no such thing\n')
        tell(path, 'is spliced into', f.answers)
    restore(path)


def ask_right_writes(path):
    text = RIGHT.get(os.path.basename(path))
    if not text:
        return
    for name in 'w', 'rw', 'rw>>':
        with Opened(path, FLAGS[name]) as f:
            f.add(os.write, text.encode() + b'\n')
            f.add(seek, 'CUR', 0)
            f.add(os.pwrite, text.encode() + b'\n', 4096)
            f.add(seek, 'CUR', 0)
            f.add(os.read, 5)
            tell(path, f'{name} writes what is right', f.answers)
    for flags in os.O_TRUNC, 0:
        # Some files do with their text what is to be done when they are closed.
        attempt(lambda: os.close(os.open(path, os.O_WRONLY | flags)))
    restore(path)


def ask_free_buffer(path):
    for name in FLAGS:
        with Opened(path, FLAGS[name]) as f:
            f.add(os.write, b'anything')
            f.add(seek, 'CUR', 0)
            f.add(os.pwrite, b'anything', 4096)
            f.add(seek, 'SET', 0)
            tell(path, f'{name} writes', f.answers)
        restore(path)


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
            put('trace')
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


def put(path):
    with open(path, 'w', encoding='utf-8') as f:
        attempt(f.write, SETTINGS[path])
        attempt(f.flush)


def restore(path):
    """What a file changes when it is written, as it was at the start."""
    top = INSTANCE + '/' if path.startswith(INSTANCE) else ''
    name = os.path.basename(path)
    name = {'trace_marker': 'trace', 'trace_marker_raw': 'trace',
            'free_buffer': 'buffer_size_kb'}.get(name, name)
    for setting in top + name, top + 'error_log':
        if setting in SETTINGS:
            put(setting)


def restore_all():
    for path in SETTINGS:
        put(path)


def all_files():
    for place in PLACES:
        for path in sorted(glob.glob(os.path.join(place, '*'))):
            # All options have the same calls.
            name = os.path.basename(path)
            if os.path.isfile(path) and ('options' not in place or name in OPTIONS):
                yield path


def main():
    os.sched_setaffinity(0, {0})
    ask.enter()
    os.makedirs(INSTANCE, exist_ok=True)
    for top in '', INSTANCE + '/':
        SETTINGS.update({top + 'current_tracer': 'nop\n', top + 'trace_clock': 'local\n',
                         top + 'buffer_size_kb': '100\n', top + 'tracing_on': '1\n',
                         top + 'set_event': '\n', top + 'trace': '\n', top + 'error_log': '\n'})
    SETTINGS.update({'snapshot': '0\n', 'synthetic_events': '\n', 'dynamic_events': '\n'})
    restore_all()
    for path in all_files():
        for question in ask_seeks, ask_reads, ask_moves, ask_others:
            question(path)
        (ask_free_buffer if path.endswith('free_buffer') else ask_writes)(path)
        ask_right_writes(path)
        restore(path)
    ask_streams()


if __name__ == '__main__':
    main()
