# SPDX-License-Identifier: GPL-2.0-only
"""Files that trace-cmd report and KernelShark read: version 6 of trace-cmd.dat(5)."""

import os
import struct

PAGE = os.sysconf('SC_PAGE_SIZE')
MAGIC = b'\x17\x08\x44tracing6\0' + struct.pack('<BBI', 0, 8, PAGE)
OPTION_CLOCK = 4


def sized(data, form):
    """Data with its size in front."""
    return struct.pack(form, len(data)) + data


class Common:
    """What is common to the files of all instances, as tracefs has it."""

    def __init__(self):
        self.header = b''       # events/header_page
        self.event = b''        # events/header_event
        self.systems = {}       # formats of events: {system: [format]}
        self.printk = b''       # printk_formats
        self.names = b''        # saved_cmdlines
        self.symbols = b''      # /proc/kallsyms

    def head(self, cpus, clock):
        """All of a file that is in front of the table of CPUs."""
        own = self.systems.get('ftrace', [])
        others = {name: those for name, those in self.systems.items() if name != 'ftrace'}
        out = [MAGIC, b'header_page\0', sized(self.header, '<Q'),
               b'header_event\0', sized(self.event, '<Q'), struct.pack('<I', len(own))]
        out += [sized(text, '<Q') for text in own]
        out.append(struct.pack('<I', len(others)))
        for name, those in others.items():
            out.append(name.encode() + b'\0' + struct.pack('<I', len(those)))
            out += [sized(text, '<Q') for text in those]
        out += [sized(self.symbols, '<I'), sized(self.printk, '<I'),
                sized(self.names, '<Q'), struct.pack('<I', cpus),
                b'options  \0', struct.pack('<H', OPTION_CLOCK), sized(clock, '<I'),
                struct.pack('<H', 0), b'flyrecord\0']
        return b''.join(out)


def write(out, common, clock, sizes, copy):
    """Write a file: of each CPU so many bytes of pages, which copy(cpu, out) adds."""
    head = common.head(len(sizes), clock)
    at = -(-(len(head) + 16 * len(sizes)) // PAGE) * PAGE
    table = []
    for size in sizes:
        table.append(struct.pack('<QQ', at, size))
        at += size
    front = head + b''.join(table)
    out.write(front + b'\0' * (-len(front) % PAGE))
    for cpu in range(len(sizes)):
        copy(cpu, out)
