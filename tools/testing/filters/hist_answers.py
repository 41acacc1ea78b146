#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""hist_answers.py < OUTPUT > ../user/hist_answers.txt

From what hists.py prints on the in-tree tracer: the answers that the hist room's test in
user space compares with. Filters are another room's, and are not in it.
"""

import errno
import json
import re
import sys

WHOLE = 480
ERROR = re.compile(r'hist:\S+: error: (.*)\n  Command: (.*)\n( *)\^')


def main():
    print('# SPDX-License-Identifier: GPL-2.0-only')
    print('# What hists.py of tools/testing/filters heard from the in-tree tracer: the event and the')
    print('# command, minus the errno, errors with their positions, how it is listed; tabs between.')
    for number, line in enumerate(line for line in sys.stdin if line.startswith('[')):
        # Where they are all of a kind, some are enough.
        if number > WHOLE and number % 32:
            continue
        question, (result, listed, log, *_) = json.loads(line)
        question, *before = question.split(' < ')
        event, command = question.split(' ', 1)
        if before:
            event = '+' * bool(before[0]) + event
        elif re.search(r'\bif\b|[\t\n]', command):
            continue
        told = [f'{event} {command}', str(0 if result == 'ok' else -getattr(errno, result))]
        for text, _, caret in ERROR.findall(log):
            told.append(f"{len(caret) - len('  Command: ')} {text}")
        print('\t'.join(told + [text for text in listed if text]))


if __name__ == '__main__':
    main()
