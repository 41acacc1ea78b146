#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prove the order of the rooms on #include lines and on object symbols.

    layers.py CHECKOUT [FARM]

A room (kernel/NAME) uses only the rooms that the table allows, and of another
room only its one header, kernel/NAME/NAME.h (of arch: kernel/arch/MACHINE/arch.h). kernel/main.c is the only file
that uses all rooms and nobody uses it. With FARM, a directory with the objects
of tools/build/modules, the same is asked of what the linker sees, where no two
objects may need each other, directly or around a corner; and what leaves a file
is called otr_something.
"""

import os
import re
import subprocess
import sys

# Room to the rooms that it may use.
LOW = ('base', 'host', 'arch')
MAY_USE = {
    'base': (),
    'host': ('base',),
    'arch': ('base', 'host'),
    'site': LOW,
    'event': ('base', 'host'),
    'buffer': ('base', 'host'),
    'rule': ('base', 'host', 'event'),
    'hist': ('base', 'host', 'event'),
    'fetch': LOW + ('event',),
    'inst': LOW + ('site', 'event', 'buffer', 'rule'),
    'output': ('base', 'host', 'site', 'event', 'buffer', 'inst'),
    'record': LOW + ('site', 'event', 'buffer', 'rule', 'inst'),
    'dyn': LOW + ('site', 'event', 'buffer', 'rule', 'inst', 'output', 'record'),
    'probe': LOW + ('site', 'event', 'buffer', 'rule', 'fetch', 'inst', 'output', 'record', 'dyn'),
    'trigger': LOW + ('site', 'event', 'buffer', 'rule', 'hist', 'inst', 'output', 'record', 'dyn'),
    'tracer': LOW + ('site', 'event', 'buffer', 'rule', 'inst', 'output', 'record'),
    'blk': LOW + ('event', 'buffer', 'inst', 'output', 'record'),
    'mmio': LOW + ('site', 'event', 'buffer', 'inst', 'output', 'record'),
    'noise': LOW + ('site', 'event', 'buffer', 'rule', 'inst', 'output', 'record', 'tracer'),
    'rv': LOW + ('event', 'buffer', 'inst', 'record'),
    'crash': ('base', 'host', 'event', 'buffer', 'inst', 'record'),
    'fs': LOW + ('site', 'event', 'buffer', 'rule', 'hist', 'inst', 'output', 'record', 'trigger',
                 'dyn', 'probe', 'tracer', 'noise', 'rv'),
    'perf': LOW + ('site', 'event', 'buffer', 'rule', 'inst', 'output', 'record', 'dyn', 'probe'),
}
MAIN = 'main.c'
GENERATED = ('host/probed.h', 'record/syscalls.h', 'record/trace/sets.h',
             'rv/list.h', 'rv/tables.h', 'rv/glue.h')
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
# Names that the kernel asks for or that its macros make.
FOREIGN = re.compile(r'^(init_module|cleanup_module|__this_module|__SC[KT]__otr_|__SC[KT]__tp_func_|__tracepoint_'
                     r'|__traceiter_|__probestub_|__pfx_|__ksymtab|__crc_|__UNIQUE|__mod_'
                     r'|__addressable|____versions|__param|_note_|__export_symbol|__bpf_trace_)')

problems = []


def problem(text):
    problems.append(text)


def room_of(path):
    """kernel/<room>/... to room; main.c to itself."""
    return path.split('/')[1]


def check_edge(user, used, what):
    if user == used or user == MAIN:
        return
    if user not in MAY_USE:
        problem(f'{what}: {user} is not a room of the table in tools/check/layers.py')
    elif used not in MAY_USE[user]:
        problem(f'{what}: {user} may not use {used} (it may use: '
                f'{", ".join(MAY_USE[user]) or "no other room"})')


def sources(top):
    for d, _, files in os.walk(os.path.join(top, 'kernel')):
        for f in sorted(files):
            if f.endswith(('.c', '.h', '.S')):
                yield os.path.relpath(os.path.join(d, f), top)


def resolve(top, path, name):
    """The file that an include means, below the checkout; None for others'."""
    for base in (os.path.dirname(path), 'kernel'):
        candidate = os.path.normpath(os.path.join(base, name))
        if os.path.exists(os.path.join(top, candidate)):
            return candidate
    return None


def check_includes(top):
    graph = {}
    for path in sources(top):
        with open(os.path.join(top, path), encoding='utf-8') as f:
            names = INCLUDE.findall(f.read())
        graph[path] = []
        for name in (n for n in names if n not in GENERATED):
            target = resolve(top, path, name)
            if not target:
                problem(f'{path}: "{name}" is no file of ours')
                continue
            graph[path].append(target)
            if not target.startswith('kernel/'):
                continue
            user, used = room_of(path), room_of(target)
            check_edge(user, used, f'{path} includes {name}')
            if user != used and not re.fullmatch(f'kernel/{used}/{used}.h|kernel/arch/\\w+/arch.h',
                                                 target):
                problem(f'{path}: of {used} only {used}.h is for others, not {name}')
    report_cycles(graph, 'headers include each other')


def report_cycles(graph, what):
    """Strongly connected parts with more than one member (Tarjan)."""
    index, low, stack, on_stack = {}, {}, [], set()

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] != index[node]:
            return
        part = []
        while True:
            part.append(stack.pop())
            on_stack.discard(part[-1])
            if part[-1] == node:
                break
        if len(part) > 1 or node in graph.get(node, ()):
            inside = [f'{a} -> {b}' for a in sorted(part) for b in graph.get(a, ()) if b in part]
            problem(f'{what}: {"; ".join(inside)}')

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in index:
            visit(node)


def symbols(path):
    """What an object defines for others and what it needs."""
    defined, needed = set(), set()
    for line in subprocess.run(['nm', '-g', path], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.splitlines():
        kind, name = line.split()[-2:]
        (needed if kind in 'Uvw' else defined).add(name)
    return defined, needed


def check_objects(farm):
    owner, needs, graph, why = {}, {}, {}, {}
    for d, _, files in os.walk(os.path.join(farm, 'kernel')):
        for f in files:
            if not f.endswith('.o'):
                continue
            path = os.path.relpath(os.path.join(d, f), farm)
            defined, needs[path] = symbols(os.path.join(farm, path))
            for name in defined:
                if FOREIGN.match(name):
                    continue
                owner[name] = path
                if not name.startswith('otr_'):
                    problem(f'{path}: {name} leaves the file but is not called otr_...')
    if not needs:
        problem(f'{farm} has no objects')
    for path, names in needs.items():
        graph[path] = set()
        for name in names:
            target = owner.get(name)
            if not target or target == path:
                continue
            graph[path].add(target)
            why[path, target] = name
            user, used = room_of(path), room_of(target)
            check_edge(user.replace('.o', '.c'), used, f'{path} uses {name} of {target}')
    report_cycles({a: sorted(b) for a, b in graph.items()}, 'objects need each other')
    return len(needs)


def main():
    top = os.path.realpath(sys.argv[1])
    check_includes(top)
    if len(sys.argv) > 2:
        check_objects(sys.argv[2])
    for text in problems:
        print(text)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
