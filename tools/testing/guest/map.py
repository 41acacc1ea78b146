#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""For map.sh, in the guest, in the directory of the files: map trace_pipe_raw of CPU 0.

`answers` makes right and wrong calls and prints a line for each of them: a name and what
came of it. `reads` writes markers and reads them where they are, as programs do: from the
page's beginning when its number is another one, and else from where they were.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import signal
import struct
import sys
import time

CPU = 'per_cpu/cpu0/'
RAW = CPU + 'trace_pipe_raw'
PAGE = 4096
GET_READER = 0x5220
LOST, STORED, SIZE = 1 << 31, 1 << 30, (1 << 27) - 1
R, W, X = mmap.PROT_READ, mmap.PROT_WRITE, mmap.PROT_EXEC
MAYMOVE, FIXED = 1, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = libc.mremap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]
libc.mremap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int,
                        ctypes.c_void_p]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def said(result):
    failed = result in (-1, ctypes.c_void_p(-1).value)
    return errno.errorcode[ctypes.get_errno()] if failed else 'ok'


def attempt(call, *arguments):
    try:
        call(*arguments)
        return 'ok'
    except OSError as e:
        return errno.errorcode[e.errno]


def put(name, text):
    with open(name, 'w', encoding='ascii') as f:
        f.write(f'{text}\n' if text else '')


class Meta:
    """What the first page says."""

    def __init__(self, address):
        (self.size, self.len, self.page, self.nr, self.lost, self.id, self.at, self.flags,
         self.entries, self.overrun, self.read, *self.reserved) = \
            struct.unpack('<IIIIQIIQQQQQQ', ctypes.string_at(address, 80))


class Map:
    """All pages of CPU 0, and where in them the reader is."""

    def __init__(self, flags=os.O_NONBLOCK):
        self.fd = os.open(RAW, os.O_RDONLY | flags)
        self.head = libc.mmap(None, PAGE, R, mmap.MAP_SHARED, self.fd, 0)
        if said(self.head) != 'ok':
            raise SystemExit(f'cannot map: {said(self.head)}')
        meta = Meta(self.head)
        self.size = meta.page
        self.len = meta.page * meta.nr
        self.data = libc.mmap(None, self.len, R, mmap.MAP_SHARED, self.fd, meta.size)
        # Times count from the beginning of a page on, also where its records were read.
        self.page, self.read, self.off, self.seen, self.lost = meta.id, meta.at, 0, [], 0
        self.time = 0

    def close(self):
        libc.munmap(self.head, PAGE)
        libc.munmap(self.data, self.len)
        os.close(self.fd)

    def records(self):
        """The numbers of the markers that are new on the page."""
        meta = Meta(self.head)
        if meta.id != self.page:
            self.page, self.read, self.off = meta.id, 0, 0
        start = self.data + meta.id * self.size
        page = ctypes.string_at(start, self.size)
        commit = struct.unpack_from('<Q', page, 8)[0]
        if commit & LOST and not self.off and not self.read:
            self.lost += struct.unpack_from('<Q', page, 16 + (commit & SIZE))[0] \
                if commit & STORED else 0
        if not self.off:
            self.time = struct.unpack_from('<Q', page)[0]
        while self.off < commit & SIZE:
            word, more = struct.unpack_from('<II', page, 16 + self.off)
            kind, head = word & 31, 4
            self.time += (word >> 5) + ((more << 27) if kind == 30 else 0)
            if kind >= 29:
                self.off += 8 if kind > 29 else 4 + more
                continue
            length = 4 * kind
            if not kind:
                head, length = 8, more - 4
            text = page[16 + self.off + head + 16:16 + self.off + head + length]
            if self.off >= self.read:
                self.seen.append(int(text.split(b'\n')[0]))
            self.off += head + length

    def take(self):
        fcntl.ioctl(self.fd, GET_READER)
        self.records()


def mapped(name, prot=R, flags=mmap.MAP_SHARED, length=PAGE, offset=0, mode=os.O_RDONLY):
    fd = os.open(name, mode | os.O_NONBLOCK)
    address = libc.mmap(None, length, prot, flags, fd, offset)
    answer = said(address)
    if answer == 'ok':
        libc.munmap(address, length)
    os.close(fd)
    return answer


def in_child(work, *arguments):
    """How a child ends that does it."""
    child = os.fork()
    if not child:
        work(*arguments)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return signal.Signals(status).name if os.WIFSIGNALED(status) else 'ok'


def wrong(meta):
    """How else it could be mapped."""
    all_pages = meta.page * meta.nr
    print('private', mapped(RAW, flags=mmap.MAP_PRIVATE))
    print('to be written', mapped(RAW, prot=R | W))
    print('to be written, open for it', mapped(RAW, prot=R | W, mode=os.O_RDWR))
    print('to be run', mapped(RAW, prot=R | X))
    print('without a right', mapped(RAW, prot=0))
    print('head and pages', mapped(RAW, length=meta.size + all_pages))
    print('one more', mapped(RAW, length=meta.size + all_pages + PAGE))
    print('the last one', mapped(RAW, length=meta.page, offset=all_pages))
    print('half of it', mapped(RAW, offset=all_pages))
    print('and one more', mapped(RAW, length=meta.page + PAGE, offset=all_pages))
    print('behind it', mapped(RAW, offset=all_pages + meta.page))
    print('the second page', mapped(RAW, offset=PAGE))
    for name in ('snapshot_raw', 'trace_pipe', 'trace'):
        print(name, mapped(CPU + name))


def refused():
    """What cannot be done while it is."""
    for name, text in (('buffer_size_kb', '100'), (CPU + 'buffer_size_kb', '100'),
                       ('per_cpu/cpu1/buffer_size_kb', '100'), ('buffer_subbuf_size_kb', '16'),
                       ('snapshot', '1'), ('snapshot', '2'), ('snapshot', '0'),
                       ('events/sched/sched_switch/trigger', 'snapshot'),
                       ('set_ftrace_filter', 'schedule:snapshot'),
                       ('events/sched/sched_switch/trigger',
                        'hist:keys=next_pid:x=prev_prio:onmax($x).snapshot()'),
                       ('current_tracer', 'function'), ('trace_clock', 'global'),
                       ('free_buffer', '1'), ('trace', '')):
        print(name, text.split(':', maxsplit=1)[0], attempt(put, name, text))


def changes(m):
    """What can become of a mapping."""
    print('ends in part', said(libc.munmap(m.data, m.size)))
    print('becomes writable', said(libc.mprotect(m.data, m.len, R | W)))
    print('grows', said(libc.mremap(m.head, PAGE, 2 * PAGE, MAYMOVE, None)))
    print('shrinks', said(libc.mremap(m.data, m.len, m.len - m.size, MAYMOVE, None)))
    print('a child looks', in_child(ctypes.string_at, m.head, 4))
    # In-tree, moving is counted as one more end.
    if os.path.exists('/sys/module/outrace'):
        place = libc.mmap(None, m.len, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
        m.data = libc.mremap(m.data, m.len, m.len, MAYMOVE | FIXED, place)
        put('trace_marker', '7')
        m.take()
        assert said(m.data) == 'ok' and m.seen == [7], m.seen
    print('size', attempt(put, 'buffer_size_kb', '100'))
    os.close(m.fd)
    print('size, file closed', attempt(put, 'buffer_size_kb', '100'))
    libc.munmap(m.head, PAGE)
    print('size, head gone', attempt(put, 'buffer_size_kb', '100'))
    libc.munmap(m.data, m.len)
    print('size, all gone', attempt(put, 'buffer_size_kb', '100'))


def killed():
    """A program that has it and dies."""
    Map()
    os.kill(os.getpid(), signal.SIGKILL)


def answers():
    os.sched_setaffinity(0, {0})
    fd = os.open(RAW, os.O_RDONLY | os.O_NONBLOCK)
    print('nobody mapped it', attempt(fcntl.ioctl, fd, GET_READER))
    print('another call', attempt(fcntl.ioctl, fd, GET_READER + 1))
    os.close(fd)
    m = Map()
    meta = Meta(m.head)
    print('told', meta.size, meta.len, meta.page, meta.nr, meta.flags, meta.entries,
          meta.overrun, meta.read, meta.id, meta.at, meta.lost, meta.reserved)
    print('nothing there', attempt(m.take), m.seen)
    wrong(meta)
    refused()
    changes(m)
    print('killed', in_child(killed), attempt(put, 'buffer_size_kb', '120'))
    put('events/sched/sched_switch/trigger', 'snapshot')
    print('a snapshot is wanted', mapped(RAW))
    put('events/sched/sched_switch/trigger', '!snapshot')
    print('it is not', mapped(RAW))


def check(name, right, *more):
    print('ok' if right else 'wrong', name, *('' if right else x for x in more))


def told(name, m, number, overrun=0):
    meta = Meta(m.head)
    check(f'{name}: told', (meta.entries, meta.overrun, meta.read) ==
          (number, overrun, number - overrun), meta.entries, meta.overrun, meta.read, number)


def bit_by_bit(m, count):
    """Read while the page grows."""
    for i in range(count):
        put('trace_marker', str(i))
        if i % 7 == 0:
            m.take()
    m.take()
    m.take()
    check('bit by bit', m.seen == list(range(count)), m.seen[-20:], len(m.seen))
    told('bit by bit', m, count)


def overrun(m, count):
    """Write more than there is room for; then begin anew."""
    m.seen, m.lost, before = [], 0, Meta(m.head).entries
    for i in range(count):
        put('trace_marker', str(i))
    while not m.seen or m.seen[-1] != count - 1:
        m.take()
    check('overrun', m.seen == sorted(set(m.seen)) and len(m.seen) + m.lost == count and m.lost,
          len(m.seen), m.lost, count)
    told('overrun', m, count + before, m.lost)
    put('trace', '')
    told('emptied', m, 0)
    check('emptied: page', (Meta(m.head).at, ctypes.c_uint64.from_address(
        m.data + m.size * Meta(m.head).id + 8).value) == (0, 0))
    put('trace_marker', '5')
    m.seen, m.off = [], 0
    m.take()
    check('after that', m.seen == [5], m.seen)


def beside(m):
    """Others read: each record goes to one of them."""
    put('trace', '')
    for i in range(1000):
        put('trace_marker', str(i))
    ends = os.pipe()
    page = os.read(m.fd, m.size)
    check('read', page.count(b'\n') > 50, page[:100])
    check('splice', os.splice(m.fd, ends[1], m.size) == m.size)
    with open(CPU + 'trace_pipe', encoding='ascii') as f:
        number = int(f.readline().split()[-1])
    m.seen, m.page, m.lost = [], -1, 0
    while not m.seen or m.seen[-1] != 999:
        m.take()
    check('they have theirs', number > 100 and not m.lost and m.seen[-1] == 999 and
          m.seen == list(range(m.seen[0], 1000)) and m.seen[0] >= number, number, m.seen[:5])


def begun(count):
    """Begin where somebody else stopped reading, in the middle of a page."""
    put('trace', '')
    for i in range(count):
        put('trace_marker', str(i))
    with open(CPU + 'trace_pipe', encoding='ascii') as f:
        first = [f.readline() for i in range(3)]
    first = int(first[-1].split()[-1])
    os.close(os.open(CPU + 'trace_pipe', os.O_RDONLY))
    m = Map()
    for i in range(count, count + 200):
        if i < count + 3:
            time.sleep(0.02)
        put('trace_marker', str(i))
        with open(CPU + 'trace', encoding='ascii') as f:
            at = float(f.readlines()[-1].split(': tracing_mark')[0].split()[-1])
        m.take()
        if i < count + 3 and m.seen[-1:] == [i]:
            check(f'time of {i}', abs(m.time / 1e9 - at) < 2e-6, m.time, at)
    if m.seen and m.seen[0] > first + 1:		# what Python had read ahead
        first = m.seen[0] - 1
    check(f'begun behind {count}', m.seen == list(range(first + 1, count + 200)),
          first, m.seen[:5], len(m.seen))
    m.close()


def waiting():
    """A program that waits for half of the pages to be full."""
    put('trace', '')
    m = Map(0)
    child = os.fork()
    if not child:
        time.sleep(0.2)
        for i in range(3000):
            put('trace_marker', str(i))
        os._exit(0)
    m.take()
    check('waited', m.seen[:3] == [0, 1, 2], m.seen[:5])
    os.waitpid(child, 0)
    m.close()


def printed(seconds=1.5):
    """Somebody prints stacks with the names of our files while we map and unmap, and die."""
    for option in ('userstacktrace', 'sym-userobj'):
        put('trace_options', option)
    reader = os.fork()
    if not reader:
        with open('trace_pipe', 'rb') as f:
            while f.read1(4096):
                pass
        os._exit(0)
    end, rounds = time.monotonic() + seconds, 0
    put('events/syscalls/sys_enter_mmap/enable', '1')
    while time.monotonic() < end:
        m = Map()
        put('trace_marker', '1')
        fcntl.ioctl(m.fd, GET_READER)
        m.close()
        in_child(killed)
        rounds += 1
    put('events/syscalls/sys_enter_mmap/enable', '0')
    os.kill(reader, signal.SIGKILL)
    os.waitpid(reader, 0)
    for option in ('nouserstacktrace', 'nosym-userobj'):
        put('trace_options', option)
    check('beside who prints', rounds > 2, rounds)


def reads():
    os.sched_setaffinity(0, {0})
    m = Map()
    bit_by_bit(m, 2000)
    overrun(m, 6000)
    beside(m)
    m.close()
    begun(10)
    begun(150)
    waiting()
    printed()


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    {'answers': answers, 'reads': reads}[sys.argv[1]]()
