# SPDX-License-Identifier: GPL-2.0-only
"""The memory of a machine in a file, as its kernel had it: ELF, x86-64."""

import mmap
import struct

MAGIC = b'outrace:crash-1\n'
VERSION = 1
HEAD = struct.Struct('<16sIIQQII')
ELF = struct.Struct('<16sHHIQQQIHHHHHH')
SEGMENT = struct.Struct('<IIQQQQQQ')
PT_LOAD, EM_X86_64, SEGMENTS_MAX = 1, 62, 0xffff
PAGE = 4096
ADDRESS = 0x000ffffffffff000
PRESENT, LARGE = 1, 0x80
# As many members has no list of ours.
LONG = 1 << 16


def sum_of(data):
    """What otr_keep_sum() in kernel/buffer/keep.c makes of them."""
    total = 0
    for (word,) in struct.iter_unpack('<I', data + b'\0' * (-len(data) % 4)):
        total = (total ^ word) * 0x9e3779b1 & 0xffffffff
        total ^= total >> 15
    return total


class Wrong(Exception):
    """Something that is not in the dump, or not what it should be."""


class Machine:
    """What the machine's memory has, by the addresses of the machine."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            try:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise Wrong('it is empty') from None
        self.segments = list(self.find_segments())
        if not self.segments:
            raise Wrong('there is no memory in it')

    def unpack(self, form, at):
        """What is at a place of the file."""
        if at + form.size > len(self.data):
            raise Wrong('its head is damaged')
        return form.unpack_from(self.data, at)

    def find_segments(self):
        """Address, place in the file and size of each part that is there."""
        if len(self.data) < ELF.size or self.data[:6] != b'\x7fELF\2\1':
            raise Wrong('it is no ELF file of 64 bits, as dump-guest-memory writes one '
                        'without -z, -l and -s')
        head = self.unpack(ELF, 0)
        machine, table, size, count = head[2], head[5], head[9], head[10]
        if machine != EM_X86_64:
            raise Wrong('it is of no x86-64')
        if count == SEGMENTS_MAX:
            # The number did not fit: it is where the first section has its info.
            count = self.unpack(struct.Struct('<I'), head[6] + 44)[0]
        for number in range(count):
            kind, _, place, _, addr, size_there, _, _ = self.unpack(SEGMENT, table + number * size)
            size_there = min(size_there, max(len(self.data) - place, 0))
            if kind == PT_LOAD and size_there:
                yield addr, place, size_there

    def read(self, addr, size):
        """Bytes that are in one part."""
        for start, place, length in self.segments:
            if start <= addr and addr + size <= start + length:
                return self.data[place + addr - start:place + addr - start + size]
        raise Wrong(f'the machine has no memory at {addr:#x}, or it is not in this dump')

    def find(self, what):
        """Addresses of pages that begin like that."""
        for start, place, length in self.segments:
            at = self.data.find(what, place, place + length)
            while at >= 0:
                if (start + at - place) % PAGE == 0:
                    yield start + at - place
                at = self.data.find(what, at + 1, place + length)


class Memory:
    """The same by the kernel's own addresses, and what the engine tells about itself."""

    def __init__(self, path):
        self.machine = Machine(path)
        self.pages = {}
        self.table, self.levels, self.told = 0, 4, {}
        why = 'there is no engine in it: it was not loaded, or is of another version'
        for addr in self.machine.find(MAGIC):
            try:
                self.begin(addr)
                return
            except Wrong as wrong:
                why = f'what the engine says at {addr:#x} is damaged: {wrong}'
        raise Wrong(why)

    def begin(self, addr):
        """Believe what the engine says on this page, if it is there for the kernel, too."""
        page = self.machine.read(addr, PAGE)
        _, version, size, virtual, self.table, self.levels, total = HEAD.unpack_from(page)
        if version != VERSION:
            raise Wrong(f'version {version}, and this program knows {VERSION}')
        self.pages = {}
        if self.levels not in (4, 5) or self.place(virtual) != addr:
            raise Wrong('its page table is not right')
        if size > PAGE - HEAD.size or total != sum_of(page[HEAD.size:HEAD.size + size]):
            raise Wrong('its sum is another one')
        self.told = {}
        for line in page[HEAD.size:HEAD.size + size].decode('ascii', 'replace').splitlines():
            name, _, value = line.partition('=')
            try:
                self.told[name] = int(value, 16)
            except ValueError:
                raise Wrong(f'{line!r} is no number') from None

    def place(self, addr):
        """Where the machine has what the kernel has at an address."""
        page = addr & -PAGE
        if page not in self.pages:
            self.pages[page] = self.walk(page)
        return self.pages[page] | addr & PAGE - 1

    def walk(self, addr):
        """The same for a page, by the page table."""
        table, shift = self.table & ADDRESS, 12 + 9 * (self.levels - 1)
        while True:
            entry = self.machine.read(table + 8 * (addr >> shift & 511), 8)
            entry = int.from_bytes(entry, 'little')
            if not entry & PRESENT:
                raise Wrong(f'the kernel has no memory at {addr:#x}')
            if shift == 12 or entry & LARGE and shift <= 30:
                below = (1 << shift) - 1
                return entry & ADDRESS & ~below | addr & below
            table, shift = entry & ADDRESS, shift - 9

    def at(self, name):
        """A number that the engine told."""
        try:
            return self.told[name]
        except KeyError:
            raise Wrong(f'this engine does not say what {name} is') from None

    def read(self, addr, size):
        """Bytes at an address of the kernel."""
        out = []
        while size > 0:
            part = min(size, PAGE - addr % PAGE)
            out.append(self.machine.read(self.place(addr), part))
            addr, size = addr + part, size - part
        return b''.join(out)

    def number(self, addr, size=8):
        """A number without a sign."""
        return int.from_bytes(self.read(addr, size), 'little')

    def member(self, addr, name, size=8):
        """A number that is a member of something."""
        return self.number(addr + self.at(name), size)

    def text(self, addr, most=8192):
        """A text up to its zero."""
        out = b''
        while len(out) < most:
            part = self.read(addr + len(out), PAGE - (addr + len(out)) % PAGE)
            end = part.find(b'\0')
            if end >= 0:
                return out + part[:end]
            out += part
        raise Wrong(f'a text at {addr:#x} has no end')

    def named(self, addr, name):
        """A text that a member points at."""
        return self.text(self.member(addr, name)).decode(errors='replace')

    def chain(self, head, member):
        """What is on a list, by the member that it is on it with."""
        offset, node = self.at(member), head
        for _ in range(LONG):
            node = self.number(node)
            if node == head:
                return
            yield node - offset
        raise Wrong(f'a list at {head:#x} has no end')
