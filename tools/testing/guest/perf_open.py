#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Open events of tracepoints by perf_event_open(), as no program of Debian's does.

    perf_open.py [--paranoid N] [--user] [--raw] [--all] [--period N] [--more BITS]
                 [--filters TEXT TEXT] ID
                                        open one: "ok", or the name of the error
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
    parser.add_argument('--times', type=int)
    parser.add_argument('--hold', type=float)
    parser.add_argument('rest', nargs=argparse.REMAINDER)
    a = parser.parse_args()
    if a.times:
        print(times(a))
    elif a.hold:
        fd = perf_open(attr(int(a.rest[0])), -1, 0)
        print('open', flush=True)
        time.sleep(a.hold)
        os.close(fd)
    else:
        print(one(a))


sys.exit(main())
