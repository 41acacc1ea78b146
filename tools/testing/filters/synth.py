#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: define synthetic events and print what came of each.

Random definitions and removals, right and wrong, the same for the same number behind the
program's name, written to both files that take them. A JSON line is what was asked, and the
answer: errno, what both files list, the error log, the format of what was defined.
"""

import json
import os
import random
import re
import sys

import ask

NUMBER = 900
EVENTS = ('one', 'two', 'three', 'o', '_x9')
TYPES = ('u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64', 'char', 'int', 'long', 'bool', 'pid_t',
         'gfp_t', 'unsigned char', 'unsigned int', 'unsigned long', 'char[16]', 'char[]', 'long[]',
         'unsigned long[]', 'unsigned char[7]', 'unsigned  char []')
WRONG_TYPES = ('short', 'u128', 'unsigned', 'unsigned u8', 'size_t', 'char[', 'char]', 'char[257]', 'int[4]',
               'char[0x]', 'char[4]]', 'void *', 'unsigned long long', 'const char', 'xchar[3]', 'long[',
               'long[3]x', 'unsigned xlong[]', 'char[0]', 'char[1000]', 'char[-1]', 'char[010]', '__data_loc char[]')
FIELDS = ('a', 'b', 'lat', 'comm', 'a_long_name_of_a_field', 'x1', '_', 'common_pid', 'one')
WRONG_FIELDS = ('1a', 'a-b', 'a.b', '', 'a[', 'a[]x', '[]', 'a]', 'a/b', '"a"', 'a[2][3]', 'a,b')
ARRAYS = ('[]', '[4]', '[16]', '[256]', '[257]', '[0]', '[0x10]', '[', '[4', '[x]', '[1000]', '[]]')
BETWEEN = ('; ', '; ', '; ', ' ; ', ';', ' ', '  ', ';;', ' ; ; ', '\t', ',')


def field():
    kind = random.choice(TYPES) if random.random() < .93 else random.choice(WRONG_TYPES)
    name = random.choice(FIELDS) if random.random() < .95 else random.choice(WRONG_FIELDS)
    if kind.endswith('char') and random.random() < .5:
        name += random.choice(ARRAYS[:4]) if random.random() < .8 else random.choice(ARRAYS)
    return kind + random.choice((' ', ' ', ' ', '  ', '\t', '')[:5 if random.random() < .9 else 6]) + name


def fields():
    nr = random.choice((1, 1, 2, 2, 3, 4, 7)) if random.random() < .97 else random.choice((0, 63, 64, 65))
    between = random.choice(BETWEEN)
    return between.join(field() for _ in range(nr)) + random.choice(('', '', ';', ' ; ', ' # remark'))


def spoil(text):
    at, kind = random.randint(0, len(text)), random.random()
    if kind < .05:
        return text[:at] + text[at + 1:]
    if kind < .1:
        return text[:at] + random.choice((':', ' ', '!', ';', '/', '[', '\t', 'x', '3', '#', '\n')) + text[at:]
    return text


def command(dynamic):
    name = random.choice(EVENTS) if random.random() < .97 else random.choice(('1x', 'o-e', 'a/b', '', 'o:e'))
    what = random.random()
    if dynamic:
        group = random.choice(('', '', '', 'synthetic/', 'synthetic/', 'other/'))
        if what < .6:
            return f's:{group}{name} {fields()}'
        return random.choice((f'-:{group}{name}', f'-:{group}{name}', f'!s:{group}{name} {fields()}',
                              f'-:{group}', f'-{name}', f'!{name}', '', '-', '!'))
    if what < .65:
        return random.choice(('', '', '', ' ', '\t')) + f'{name} {fields()}'
    return random.choice((f'!{name}', f'!{name}', f'!{name} {fields()}', f'!{name};', '!', '', ' ', name))


def defined(text):
    """The formats of what is there, but for numbers."""
    names = [line.split('\t')[0] for line in text.split('\n') if line]
    return [re.sub(r'ID: \d+', 'ID', ask.read(f'events/synthetic/{name}/format')) for name in names]


def log():
    """Newer kernels, and we, have something to say of a kind that there is not."""
    return re.sub(r'dynevent: error: .*\n.*\n.*\n', '', ask.log())


def ask_one(path, text, flags):
    ask.write('error_log', '\n')
    told = [ask.put(path, text, flags), ask.read('synthetic_events'), ask.read('dynamic_events'), log()]
    return told + [defined(told[1])]


def main():
    ask.enter()
    ask.hurry()
    random.seed(int(sys.argv[1]))
    for path in 'synthetic_events', 'dynamic_events':
        for number in range(NUMBER):
            text = spoil(command(path == 'dynamic_events'))
            flags = os.O_TRUNC if random.random() < .05 else 0
            # A letter of another kind, which the in-tree tracer has.
            if path == 'dynamic_events' and text.lstrip()[:1] not in ('s', '-', '!', ''):
                continue
            if not ask.turn():
                continue
            print(json.dumps([f'{path} {number} {flags} {text}', ask_one(path, text, flags)]), flush=True)
    for path in 'synthetic_events', 'dynamic_events':
        ask.put(path, '', os.O_TRUNC)
        print(json.dumps([f'{path} at the end', ask.read(path)]), flush=True)


if __name__ == '__main__':
    main()
