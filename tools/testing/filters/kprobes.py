#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: define kprobes, uprobes and those of returns, and print what came of each.

Random definitions and removals, right and wrong, the same for the same number behind the
program's name, written to the files that take them. A JSON line is what was asked, and the
answer: errno, what the files list, the error log, the format of what was defined.
"""

import glob
import json
import os
import random
import re
import sys

import ask

NUMBER = 900
EVENTS = ('one', 'two', 'three', '_x9', 'vfs_read')
GROUPS = ('kprobes/', 'mine/', 'mine.', 'a-b/', 'sched/')
WRONG_NAMES = ('1x', 'o-e', 'a/b/c', '', '/', '/x', 'a.b.c', '1g/x', 'g/', 'x' * 64, 'y' * 63, 'z' * 64 + '/x', 'o:e',
               'sched/sched_switch', 'é')
FUNCTIONS = ('vfs_read', 'vfs_read', 'vfs_write', 'kfree', 'wake_up_process', 'kernel_clone')
OFFSETS = ('', '', '', '', '+0', '+5', '+3', '+4', '+1', '+9', '+10', '+0x20', '-1', '+', '+x', '+1+1', '+99999999999', '-0',
           '+4294967296', '+100000', '+07', '+2000000000')
PLACES = ('nothing_like_that', 'name_show', 'c_start', 'jiffies', 'get_kprobe', 'irqentry_enter', 'native_write_msr', 'kvm:x',
          'nomodule:vfs_read', 'dummy:vfs_read', 'vfs_read%return', 'vfs_read%return', 'vfs_read%retur', 'vfs_read%%return',
          'vfs_read+5%return', 'vfs_read+0%return', '%return', '0', '0x', '-1', '12', '0xffffffffffffffff', '@vfs_read',
          'nomodule:foo+8', 'nomodule:foo%return', ':x', 'x:', '/bin/sh:0x10', '/a:b:c', 'vfs_read:x', 'addr:vfs_read',
          'addr:kfree', 'addr+7:vfs_read', 'stext', '_stext', 'vfs_readv', 'do_nothing*', 'asm_exc_int3')
FILES = ('/bin/sh:0x10', '/bin/sh:0x10', '/bin/sh:0x10', '/bin/sh:4096', '/bin/sh:4096', '/bin/cat:0x10', '/bin/cat:0x10', '/bin/sh:0x10%return',
         '/bin/sh:0x10(0x20)', '/bin/sh:4096(16)', '/bin/sh:0x10%return(32)', '/usr/bin/dash:16', '/etc/ld.so.cache:8')
WRONG_FILES = ('/none:0x10', '/tmp:0x10', '/sys:1', '/bin/sh', '/bin/sh:', '/bin/sh:x', '/bin/sh:0x', '/bin/sh:1x', '/bin/sh:10(', '/bin/sh:10()',
               '/bin/sh:10(x)', '/bin/sh:10(10', '/bin/sh:10(10)x', '/bin/sh:10(10)%return', '/bin/sh:10%ret', '/bin/sh:10%(10)',
               '/bin/sh:99999999999999999999', '/bin/sh:-1', '/bin/sh:0xffffffffffffffff', '/bin/sh:10(99999999999999999999)', 'bin/sh:0x10',
               '/bin/a:b:0x10', '/bin/sh:0x10:0x20', '/bin/sh/:0x10', '/bin/sh/x:0x10', '/bin/sh:+10', '/bin/sh:010', '/bin//sh:0x10',
               '/:0x10', '//:1', '/dev/null:0x10', 'vfs_read', '/bin/sh:0x10x%return', '/bin/sh:10)', '/bin/sh:10((10)')
SIMPLE = ('%ax', '%di', '%ip', '%sp', '%flags', '%r10', '%bx', '$stack', '$stack0', '$stack3', '$comm', '$retval', '$arg1', '$arg2',
          '$arg6', '@jiffies', '@jiffies+8', '@jiffies-4', '@0xffffffff81000000', '\\1', '\\-5', '\\0x10', '\\"text"', '$argN')
WRONG = ('%none', '%', '$none', '$', '$stack10000', '$stackx', '$stack-1', '$arg0', '$arg1000', '$argx', '@', '@+10', '@x y', '@nosuch',
         '@nosuch+3', '@12x', '\\', '\\x', '\\"open', '\\"a"b', '&1', 'x', '1', '$retvalx', '$comm1', '$curren', '$arg*', '(x)%di', '%di->x',
         '@jiffies+', '$retval.x', '-', '+', '()')
OUTER = ('+0(%s)', '+8(%s)', '-8(%s)', '+u0(%s)', '+u0x10(%s)', '-u4(%s)', '+0(+8(%s))', '+0(-u8(%s))', '+(%s)', '+x(%s)', '+0(%s', '+0%s)',
         '+0(%s)x', '+99999999999999999999(%s)', '+0x(%s)', '+0()%s', '+u(%s)')
TYPES = ('u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64', 'x8', 'x16', 'x32', 'x64', 'char', 'symbol', 'symstr', 'string', 'ustring',
         'b4@2/8', 'b1@0/32', 'b64@0/64', 'u8[4]', 'x16[64]', 'string[2]', 's64[1]', 'char[7]', 'symbol[2]', 'ustring[3]', 'b3@5/16')
WRONG_TYPES = ('u', 'u7', 'int', '', 'string[', 'u8[', 'u8[]', 'u8[0]', 'u8[65]', 'u8[x]', 'u8[4]x', 'u8[-1]', 'b8', 'b@2/8', 'b9@0/8', 'b4@6/8', 'b4@2/9',
               'b4@2', 'b4/8', 'b4@2/8[3]', 'symstr[2]', '%pd', '%pD', '%px', 'x64:u8', 'U8', 'b0@0/8', 'b4@2/8x', 'string[65]', 'xu8[2]')
NAMES = ('a', 'b', 'arg1', 'value', '_', 'a_name_that_is_of_thirty_two_chr')
WRONG_ARG_NAMES = ('1a', 'a-b', '', 'common_pid', '__probe_ip', '__probe_func', '__probe_ret_ip', 'common_type', 'a.b', 'n' * 33, 'n' * 32,
                   'é', 'common_tgid', 'a[0]')


def value():
    text = random.choice(SIMPLE) if random.random() < .95 else random.choice(WRONG)
    while random.random() < .25:
        text = (random.choice(OUTER[:6]) if random.random() < .9 else random.choice(OUTER)) % text
    return text


def argument():
    text = value()
    if random.random() < .5:
        text += ':' + (random.choice(TYPES) if random.random() < .93 else random.choice(WRONG_TYPES))
    if random.random() < .6:
        name = random.choice(NAMES) if random.random() < .95 else random.choice(WRONG_ARG_NAMES)
        text = f'{name}={text}'
    return text


def arguments():
    nr = random.choice((0, 0, 0, 1, 1, 1, 1, 2, 3, 4))
    if random.random() < .01:
        return ' '.join(f'a{i}=\\{i}' for i in range(random.choice((127, 128))))
    if random.random() < .02:
        return ' '.join(f'a{i}=+0(%di):x8[64]' for i in range(random.choice((20, 47, 48, 60))))
    return ' '.join(argument() for _ in range(nr))


def place(files):
    if files:
        return random.choice(FILES) if random.random() < .8 else random.choice(WRONG_FILES)
    if random.random() < .75:
        return random.choice(FUNCTIONS) + (random.choice(OFFSETS[:8]) if random.random() < .8 else random.choice(OFFSETS))
    return random.choice(PLACES)


def name():
    if random.random() < .25:
        return ''
    if random.random() < .06:
        return ':' + random.choice(WRONG_NAMES)
    return ':' + random.choice(('', '', '', '', '', *GROUPS)) + random.choice(EVENTS)


def definition(files):
    letter = random.choice('pppprrr')
    if random.random() < .1:
        letter += random.choice(('1', '10', '0', '4096', '4097', '1x', '99999999999', '0x10', '-1', 'x', '1' * 70, ' 3'))
    return f'{letter}{name()} {place(files)} {arguments()}'


def spoil(text):
    at, kind = random.randint(0, len(text)), random.random()
    if kind < .04:
        return text[:at] + text[at + 1:]
    if kind < .08:
        return text[:at] + random.choice((':', ' ', '!', '/', '[', ')', '(', '+', '$', '%', '\t', 'x', '3', '#', '\n', '=')) + text[at:]
    return text


def command(last, files):
    """A new one, the last one again or a little different, or a removal."""
    what = random.random()
    if what < .72:
        return definition(files)
    if what < .82 and last:
        return re.sub(r' (vfs_read|kfree|vfs_write|/\S+)(?= |$)', ' ' + random.choice(FILES if files else FUNCTIONS), last, count=1)
    if what < .86:
        return last
    return random.choice((f'-{name()}', f'-{name()}', f'-{name()} {place(files)}', f'!{definition(files)}', f'!{last}', f'-{name()} {last}',
                          '-:mine/', '-', '!', '', '-:', 'x:y z', 'p', 'r:one', 'p:one', 'p vfs_read'))


def addresses(text):
    """Where functions are differs from kernel to kernel."""
    def address(found):
        return hex(SYMBOLS[found.group(2)] + int(found.group(1) or 0))
    return re.sub(r'addr(\+\d+)?:(vfs_read|kfree)\b', address, text)


def plain(text):
    text = re.sub(r'(?<!:)0x[0-9a-f]{16}', 'HASHED', text)
    for symbol, value_of in SYMBOLS.items():
        text = re.sub(f'{value_of:#x}|{value_of + 7:#x}', symbol, text)
    return re.sub(r'ID: \d+', 'ID', text)


def defined():
    names = sorted(glob.glob('events/[ku]probes/*/format') + glob.glob('events/mine/*/format') + glob.glob('events/a-b/*/format'))
    return [plain(ask.read(path)) for path in names]


def log():
    """Newer kernels, and we, have something to say of a kind that there is not."""
    return plain(re.sub(r'dynevent: error: .*\n.*\n.*\n', '', ask.log()))


def ask_one(path, text, flags):
    ask.write('error_log', '\n')
    return [ask.put(path, addresses(text), flags), plain(ask.read('kprobe_events')), plain(ask.read('dynamic_events')), log(),
            plain(ask.read('kprobe_profile')), ask.read('uprobe_events'), ask.read('uprobe_profile'), defined()]


def symbols():
    with open('/proc/kallsyms', encoding='utf-8') as f:
        for line in f:
            at, _, symbol = line.split()[:3]
            if symbol in FUNCTIONS and symbol not in SYMBOLS:
                SYMBOLS[symbol] = int(at, 16)


SYMBOLS = {}


def main():
    ask.enter()
    ask.hurry()
    symbols()
    random.seed(int(sys.argv[1]))
    for path, nr, share in ('kprobe_events', NUMBER, 0), ('dynamic_events', NUMBER, .3), ('uprobe_events', NUMBER // 2, 1):
        last = ''
        for number in range(nr):
            text = spoil(command(last, share and random.random() < share))
            flags = os.O_TRUNC if random.random() < .15 else 0
            # Those of other kinds are not what is asked for.
            if path == 'dynamic_events' and text.lstrip()[:1] not in ('p', 'r', '-', '!', ''):
                continue
            if text.startswith(('p', 'r')):
                last = text
            if not ask.turn():
                continue
            print(json.dumps([f'{path} {number} {flags} {text}', ask_one(path, text, flags)]), flush=True)
        ask.put(path, '', os.O_TRUNC)
        print(json.dumps([f'{path} at the end', ask.read(path)]), flush=True)


if __name__ == '__main__':
    main()
