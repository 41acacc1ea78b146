#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""In a guest: what the tracer says to definitions of probes.

    probes.py ANSWERS

Each line of ANSWERS begins with a definition; it is written to dynamic_events, and a line
as it should be is printed: the definition, minus the errno, what error_log had with its
positions, how the definition is listed, and the fields and the print format of its event;
tabs between. ../user/fetch_answers.txt is what the in-tree tracer answered.
"""

import os
import re
import sys

TRACEFS = '/sys/kernel/tracing'
ERROR = re.compile(r'^\S* *\S+ \w+: error: (.*)\n  Command: (.*)\n( *)\^', re.M)
FIELD = re.compile(r'field:(.*?);\toffset:(\d+);\tsize:(\d+);\tsigned:(\d)')


def read(path):
    with open(os.path.join(TRACEFS, path), encoding='latin-1') as f:
        return f.read()


def write(path, text):
    """Minus the errno, 0 for none."""
    fd = os.open(os.path.join(TRACEFS, path), os.O_WRONLY | (os.O_TRUNC if not text else os.O_APPEND))
    try:
        os.write(fd, text.encode('latin-1') or b'\n')
        return 0
    except OSError as e:
        return -e.errno
    finally:
        os.close(fd)


def ask(definition):
    write('error_log', '')
    told = [definition, str(write('dynamic_events', definition))]
    for text, _, caret in ERROR.findall(read('error_log')):
        told.append(f"E {len(caret) - len('  Command: ')} {text}")
    for line in read('dynamic_events').splitlines():
        told.append('D ' + line)
        group, event = re.match(r'\w+:([^/]*)/(\S*)', line).groups()
        form = read(f'events/{group}/{event}/format')
        for field in FIELD.findall(form):
            if not field[0].split(' ')[-1].startswith(('common_', '__probe')):
                told.append('F ' + ' '.join(field))
        told.append('P ' + re.search(r'print fmt: (.*)', form).group(1))
    write('dynamic_events', '')
    return '\t'.join(told)


def main():
    if not os.path.exists(f'{TRACEFS}/trace'):
        os.system(f'mount -t tracefs none {TRACEFS}')
    write('dynamic_events', '')
    with open(sys.argv[1], encoding='latin-1') as f:
        for line in f.read().splitlines():
            print(line if line.startswith('#') else ask(line.split('\t')[0]))


if __name__ == '__main__':
    main()
