# SPDX-License-Identifier: GPL-2.0-only
"""What tools/crash finds in the memory of a kernel that died, in one guest."""

import importlib.machinery
import importlib.util
import os
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, '../../..'))
CRASH = os.path.join(TOP, 'tools/crash')
DIE = os.path.join(HERE, 'die.sh')
GUEST = os.path.join(TOP, 'tools/testing/qemu/guest')
DAMAGES = 150
PROMPT = b'(qemu) '
RULE = '---------------------------------'

# Calls of the kernel and of a module, an event, formats, texts, on both CPUs; records that were
# consumed in part, that were overwritten, on large pages, and that were put aside. Then what
# files say, and the end.
RECORD = r'''
insmod @modules@/otr_args_victims.ko; insmod @modules@/otr_printk_writer.ko
echo 8192 >saved_cmdlines_size
echo 'otr_victim_*' >set_ftrace_filter; echo do_sys_openat2 >>set_ftrace_filter
echo function >current_tracer
echo 1 >/sys/module/otr_args_victims/parameters/call
echo sched:sched_process_exec >set_event
taskset -c 1 /bin/true; taskset -c 0 /bin/true
echo 3 >/sys/module/otr_printk_writer/parameters/puts
mkdir instances/lap instances/part
echo 8 >instances/lap/buffer_size_kb
echo 8 >instances/part/buffer_subbuf_size_kb
for i in $(seq 300); do echo "lap $i" >instances/lap/trace_marker; done
for i in $(seq 20); do echo "part $i" >instances/part/trace_marker; done
dd if=instances/part/trace_pipe bs=80 count=1 of=/dev/null 2>/dev/null
echo aside >instances/foo/trace_marker; echo 1 >instances/foo/snapshot
echo behind >instances/foo/trace_marker
echo 0 >tracing_on; echo 0 >instances/lap/tracing_on
for i in first foo lap part foo.snapshot; do
	echo "= $i"
	case $i in first) cat trace ;; *.snapshot) cat instances/foo/snapshot ;; *) cat instances/$i/trace ;; esac
done
echo "= end"
echo c >/proc/sysrq-trigger
'''


class Monitor:
    """QEMU's own prompt."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.wait()

    def wait(self):
        """Until it is ready for the next command."""
        said = b''
        while not said.endswith(PROMPT):
            more = self.socket.recv(4096)
            if not more:
                raise RuntimeError('QEMU went away')
            said += more

    def tell(self, command, last=False):
        """A command."""
        self.socket.sendall(command.encode() + b'\n')
        if not last:
            self.wait()


def wait_for_panic(path, guest):
    """Until the kernel said the last that it says; all that it said."""
    end = time.monotonic() + 240
    while time.monotonic() < end and guest.poll() is None:
        if os.path.exists(path):
            with open(path, encoding='utf-8', errors='replace') as f:
                log = f.read()
            if 'end Kernel panic' in log:
                return log
        time.sleep(0.2)
    raise RuntimeError('the kernel did not panic')


def run_guest(options, modules, work):
    """What files said before the end, and the kernel's log; its memory is in work/dump."""
    command = [GUEST, *options, '--append', 'panic=0', '--monitor', work, '--mem', '512',
               '--timeout', '300', DIE, '0', RECORD.replace("@modules@", modules), '1']
    with open(f'{work}/out', 'w+', encoding='utf-8', errors='replace') as out, \
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.PIPE, text=True) as guest:
        said = guest.stderr.readline()
        try:
            log = wait_for_panic(said.split('kernel log: ')[-1].strip(), guest)
            monitor = Monitor(f'{work}/monitor')
            monitor.tell(f'dump-guest-memory {work}/dump')
            monitor.tell('quit', True)
        finally:
            guest.terminate()
            said += guest.communicate()[1]
        out.seek(0)
        return out.read(), [re.sub(r'^\[ *[\d.]+\] ', '', line.rstrip('\r'))
                            for line in log.split('\n')]


def normal(line):
    """CPU, task and text of a line, however it was written; None for other lines."""
    m = re.match(r' *(\S.*?-\d+) +(?:\[(\d+)\]|(\d)\S{5}) +(?:\S{5} +)?(?:[\d.]+|\d+us ?): +(.*)', line)
    if not m:
        return None
    text = re.sub(r'^(function|print|bprint|bputs): +', '', m[4])
    text = re.sub(r'^(\S+:) +', r'\1 ', text)
    return int(m[2] or m[3]), m[1], re.sub(r'\s*<--\s*', ' <-', text).rstrip()


def lines(text):
    """All of them, by CPU."""
    found = {}
    for cpu, task, what in filter(None, map(normal, text.split('\n'))):
        found.setdefault(cpu, []).append((task, what))
    return found


def report(path):
    """What trace-cmd makes of a file."""
    return subprocess.run(['trace-cmd', 'report', '-O', 'parent', '-i', path], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout


def difference(name, found, expected):
    """How they differ, or nothing."""
    if found == expected:
        return []
    text = [f'{name} is not the same:']
    for cpu in sorted({*found, *expected}):
        ours, theirs = found.get(cpu, []), expected.get(cpu, [])
        if ours != theirs:
            at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
                      min(len(ours), len(theirs)))
            text.append(f'CPU {cpu}: {len(ours)} and {len(theirs)} records, the first others are '
                        f'{ours[at:at + 1]} and {theirs[at:at + 1]}')
    return text


def check_texts(work, symbols, said, log):
    """Is what the dump has what files said, and what the kernel's log has?"""
    done = subprocess.run([CRASH, '--keep', f'{work}/kept', '--symbols', symbols, f'{work}/dump'],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode or done.stderr:
        return [f'tools/crash ended with {done.returncode}: {done.stderr}']
    live = dict(re.findall(r'^= (\S+)\n(.*?)(?=^= )', said, re.M | re.S))
    wrong = []
    for name, text in live.items():
        found = lines(report(f'{work}/kept/{name}.dat'))
        if not found:
            wrong.append(f'{name} is empty')
        wrong += difference(name, found, lines(text))
    dump = log[log.index(RULE):] if RULE in log else []
    dump = '\n'.join(dump[:dump[1:].index(RULE) + 1]) if RULE in dump[1:] else ''
    wrong += difference('what the log has', lines(report(f'{work}/kept/first.dat')), lines(dump))
    if len(live) != 5 or not dump:
        wrong.append(f'there was nothing to compare with: {sorted(live)}, {len(dump)}')
    return wrong


def load():
    """tools/crash as a module."""
    loader = importlib.machinery.SourceFileLoader('crash', CRASH)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('crash', loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def extract(crash, path, keep):
    """All that is found in a dump; what is wrong with it is no concern."""
    try:
        return [count for _, _, count in crash.extract(crash.Kernel(path), [], None, keep)]
    except crash.Wrong:
        return []


def only_used(crash, path, keep):
    """The machine's pages that matter: {address: content}."""
    used, plain = {}, crash.Memory.begin

    def begin(kernel, addr):
        read = kernel.machine.read

        def note(addr, size):
            used[addr & -4096] = read(addr & -4096, 4096)
            return read(addr, size)
        kernel.machine.read = note
        plain(kernel, addr)

    crash.Memory.begin = begin
    try:
        extract(crash, path, keep)
    finally:
        crash.Memory.begin = plain
    return used


def write_elf(path, pages):
    """A dump that has only these pages."""
    count, at = len(pages), 64 + 56 * len(pages)
    with open(path, 'wb') as out:
        out.write(struct.pack('<16sHHIQQQIHHHHHH', b'\x7fELF\2\1\1', 4, 62, 1, 0, 64, 0, 0, 64, 56,
                              count, 0, 0, 0))
        for number, addr in enumerate(pages):
            out.write(struct.pack('<IIQQQQQQ', 1, 0, at + 4096 * number, 0, addr, 4096, 4096, 0))
        out.writelines(pages.values())


def damaged(pages, chance):
    """The same with something wrong."""
    pages = dict(pages)
    for _ in range(chance.choice((1, 4, 30))):
        addr = chance.choice(list(pages))
        data, how = bytearray(pages[addr]), chance.randrange(4)
        at = chance.randrange(4096)
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            data[at & -8:(at & -8) + 8] = chance.randbytes(8)
        elif how == 2:
            data[at:] = bytes(4096 - at)
        else:
            del pages[addr]
            continue
        pages[addr] = bytes(data)
    return pages


def check_damaged(work):
    """Whatever is wrong with a dump, it is told; all else is found."""
    crash, chance, wrong = load(), random.Random(1), []
    crash.say = lambda text: None
    with tempfile.TemporaryDirectory() as keep:
        keep = crash.Path(keep)
        pages = only_used(crash, f'{work}/dump', keep)
        small = f'{work}/small'
        write_elf(small, pages)
        whole = extract(crash, f'{work}/dump', keep)
        if not any(whole) or extract(crash, small, keep) != whole:
            wrong.append(f'of {len(pages)} pages {extract(crash, small, keep)} is left of {whole}')
        part = 0
        for number in range(DAMAGES):
            write_elf(small, damaged(pages, chance))
            start = time.monotonic()
            try:
                part += any(extract(crash, small, keep))
            except Exception as e:  # pylint: disable=broad-except
                wrong.append(f'damage {number}: {type(e).__name__}: {e}')
            if time.monotonic() - start > 20:
                wrong.append(f'damage {number} took more than 20 s')
        if part < DAMAGES // 4:
            wrong.append(f'something was found in {part} of {DAMAGES} damaged dumps only')
    for what, data in (('nothing', b''), ('no ELF file', b'x' * 5000),
                       ('an ELF file of nothing', b'\x7fELF\2\1\1' + bytes(57))):
        with open(small, 'wb') as out:
            out.write(data)
        done = subprocess.run([CRASH, small], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False)
        if done.returncode != 1 or 'Traceback' in done.stderr or not done.stderr.strip():
            wrong.append(f'of {what} it says: {done.stderr}')
    return wrong


def check(_, options, module):
    """What is wrong, or None."""
    kernel = subprocess.run([os.path.join(TOP, 'tools/build/kernel'), '--print', options[1]],
                            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as work:
        try:
            said, log = run_guest(options, os.path.dirname(module), work)
            wrong = check_texts(work, os.path.join(kernel, 'System.map'), said, log)
            wrong += check_damaged(work)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as e:
            wrong = [f'{type(e).__name__}: {e}']
    return '\n'.join(wrong) or None
