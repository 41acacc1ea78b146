#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Open events of tracepoints by perf_event_open(), as no program of Debian's does.

    perf_open.py [--paranoid N] [--user] [--raw] [--all] [--period N] [--more BITS]
                 [--filters TEXT TEXT] ID
                                        open one: "ok", or the name of the error
    perf_open.py --pmu TYPE [--func NAME] [--addr N] [--file PATH] [--offset N] [--config N]
                 [--user] [--more BITS] [--filters TEXT TEXT]
                                        open one of a type that makes a probe, on getppid()
                                        by this program for files: how often that was hit by
                                        ten calls, or the name of the error
    perf_open.py --times N ID...        open and close them so many times, on all CPUs
    perf_open.py --hold SECONDS ID      hold it open
"""

import argparse
import ctypes
import errno
import os
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NR_OPEN = 298
SET_FILTER = 0x40082406
TYPE = 2
SAMPLE_IP, SAMPLE_RAW = 1 << 0, 1 << 10
SAMPLE_BRANCHES, ANY_BRANCH = 1 << 11, 1 << 3
EXCLUDE_KERNEL, EXCLUDE_HV = 1 << 5, 1 << 6


def attr(number, period=0, sample=SAMPLE_IP, flags=0):
    branches = ANY_BRANCH if sample & SAMPLE_BRANCHES else 0
    text = struct.pack('=IIQQQQQ', TYPE, 112, number, period, sample, 0, flags)
    return (text.ljust(72, b'\0') + struct.pack('=Q', branches)).ljust(112, b'\0')


def perf_open(text, pid, cpu):
    fd = LIBC.syscall(NR_OPEN, text, pid, cpu, -1, 0)
    if fd < 0:
        err = ctypes.get_errno()
        raise OSError(err, os.strerror(err))
    return fd


def one(a):
    """As a user without rights, if that is asked for."""
    if a.paranoid is not None:
        with open('/proc/sys/kernel/perf_event_paranoid', 'w', encoding='ascii') as f:
            f.write(f'{a.paranoid}\n')
    if a.user:
        os.setuid(65534)
    sample = SAMPLE_IP | (SAMPLE_RAW if a.raw else 0) | int(a.more, 0)
    flags = EXCLUDE_KERNEL | EXCLUDE_HV if a.user else 0
    where = (-1, 0) if a.all else (0, -1)
    try:
        fd = perf_open(attr(int(a.rest[0], 0), a.period, sample, flags), *where)
        for text in a.filters or []:
            if LIBC.ioctl(fd, SET_FILTER, text.encode()) < 0:
                raise OSError(ctypes.get_errno(), text)
        os.close(fd)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))
    return 'ok'


def attr_probe(a):
    """A uprobe is on the C library's getppid(), unless something else is said."""
    with open(f'/sys/bus/event_source/devices/{a.pmu}/type', encoding='ascii') as f:
        number = int(f.read())
    name = ctypes.create_string_buffer((a.file if a.pmu == 'uprobe' else a.func).encode())
    sample = int(a.more, 0)
    text = struct.pack('=IIQQQQQQQQQ', number, 112, a.config, 0, sample, 0, 0, 0,
                       ctypes.addressof(name), a.addr or a.offset,
                       ANY_BRANCH if sample & SAMPLE_BRANCHES else 0)
    return text.ljust(112, b'\0'), name


def libc_getppid():
    """The file that getppid() is in, and where."""
    addr = ctypes.cast(LIBC.getppid, ctypes.c_void_p).value
    with open('/proc/self/maps', encoding='ascii') as f:
        for line in f:
            where, _, offset, _, _, *path = line.split()
            start, end = (int(x, 16) for x in where.split('-'))
            if start <= addr < end:
                return path[0], addr - start + int(offset, 16)
    raise OSError(errno.ENOENT, 'getppid')


def probe(a):
    if a.pmu == 'uprobe' and a.file is None:
        a.file, a.offset = libc_getppid()
    text, _name = attr_probe(a)
    if a.user:
        os.setuid(65534)
    try:
        fd = perf_open(text, 0, -1)
        for filter_text in a.filters or []:
            if filter_text and LIBC.ioctl(fd, SET_FILTER, filter_text.encode()) < 0:
                raise OSError(ctypes.get_errno(), filter_text)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))
    before = os.read(fd, 8)
    for _ in range(10):
        LIBC.getppid()
    after = os.read(fd, 8)
    os.close(fd)
    return struct.unpack('=q', after)[0] - struct.unpack('=q', before)[0]


def times(a):
    cpus = range(os.cpu_count())
    for i in range(a.times):
        number = int(a.rest[i % len(a.rest)])
        for fd in [perf_open(attr(number), -1, cpu) for cpu in cpus]:
            os.close(fd)
    return f'{a.times} times'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--paranoid', type=int)
    parser.add_argument('--user', action='store_true')
    parser.add_argument('--raw', action='store_true')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--period', type=int, default=0)
    parser.add_argument('--more', default='0')
    parser.add_argument('--filters', nargs=2)
    parser.add_argument('--pmu')
    parser.add_argument('--func', default='')
    parser.add_argument('--file')
    parser.add_argument('--addr', type=lambda x: int(x, 0), default=0)
    parser.add_argument('--offset', type=lambda x: int(x, 0), default=0)
    parser.add_argument('--config', type=lambda x: int(x, 0), default=0)
    parser.add_argument('--times', type=int)
    parser.add_argument('--hold', type=float)
    parser.add_argument('rest', nargs=argparse.REMAINDER)
    a = parser.parse_args()
    if a.pmu:
        print(probe(a))
    elif a.times:
        print(times(a))
    elif a.hold:
        fd = perf_open(attr(int(a.rest[0])), -1, 0)
        print('open', flush=True)
        time.sleep(a.hold)
        os.close(fd)
    else:
        print(one(a))


sys.exit(main())
