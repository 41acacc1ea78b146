#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the guest: write commands to events' triggers and print what came of each.

Random commands, right and wrong, the same for the same number behind the program's name.
A JSON line is what was asked, and the answer: errno, what the file lists, the error log.
The events are such as do not happen meanwhile, so that no count changes.
"""

import json
import os
import random
import sys

import ask

NUMBER = 500
FILES = {'events/syscalls/sys_enter_reboot': '.', 'events/ftrace/print': '.',
         'instances/asked/events/syscalls/sys_enter_reboot': 'instances/asked'}
FILTERS = ('cmd == 1', 'magic1 > 0x10 && magic2 != 3', '(cmd & 7 || !magic1 == 2)', 'nothing == 1',
           'buf ~ "*x*"', 'ip == 3', 'common_pid > 100', 'COMM == "x"', 'cmd', 'cmd ==', '(cmd == 1', '0')
NAMES = ('traceon', 'traceoff', 'snapshot', 'stacktrace', 'enable_event', 'disable_event')
TARGETS = ('sched:sched_process_hang', 'syscalls:sys_enter_reboot', 'syscalls:sys_exit_reboot',
           'signal:signal_none', 'ftrace:print', 'sched', 'sched:', ':sched_process_hang')
COUNTS = ('', ':1', ':5', ':0', ':0x10', ':017', ':08', ':x', ':', ':-1', ':1:2', '::1', ':5x',
          ':99999999999999999999', ':18446744073709551615', ':count=3', ':unlimited')
SPACES = (' ', '  ', '\t', '')


def command():
    name = random.choice(NAMES)
    text = random.choice(('', '', '', '!', '!', '! ', '!!', ' ')) + name
    if name.endswith('event') and random.random() < .95:
        text += random.choice(':::: ') + random.choice(TARGETS)
    text += random.choice(COUNTS) if random.random() < .6 else ''
    if random.random() < .5:
        text += random.choice((' ', ' ', '  ', '\t', '', ' : '))
        text += random.choice(('if', 'if', 'if', 'if', 'iff', '', 'IF'))
        text += random.choice((' ', ' ', '   ', '\t', '')) + random.choice(FILTERS)
    return text + random.choice(('', '', '\n', '  \n', '\t'))


def spoil(text):
    at, kind = random.randint(0, len(text)), random.random()
    if kind < .1:
        return text[:at] + text[at + 1:]
    if kind < .15:
        return text[:at] + random.choice((':', ' ', '!', 'if ', '(', '"', '\t', 'x', '3')) + text[at:]
    return text


def main():
    ask.enter()
    ask.hurry()
    os.mkdir('instances/asked')
    random.seed(int(sys.argv[1]))
    for event, top in FILES.items():
        for number in range(NUMBER):
            text = spoil(command())
            if not ask.turn():
                continue
            ask.write(f'{top}/error_log', '\n')
            told = [ask.write(f'{event}/trigger', text), ask.triggers(f'{event}/trigger'), ask.log(top)]
            print(json.dumps([f'{event} {number} {text}', told]), flush=True)
        for line in ask.triggers(f'{event}/trigger'):
            ask.write(f'{event}/trigger', f'!{line}')
        print(json.dumps([f'{event} at the end', ask.triggers(f'{event}/trigger')]), flush=True)
    os.rmdir('instances/asked')


if __name__ == '__main__':
    main()
