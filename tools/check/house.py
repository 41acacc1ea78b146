#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""House rules that need no compiler: house.py CHECKOUT

Every file says its licence; files and functions are short; a call in assembler says
that it needs the stack pointer; nothing names the machine that it was written on or
where its packages came from.
"""

import os
import re
import subprocess
import sys

MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 60
# Not written here, or without a place for a licence line.
NO_LICENCE_LINE = re.compile(r'^(COPYING|(.*/)?README|.*\.patch|.*\.in-tree)$')
PRIVATE = (
    (re.compile(r'(?<![\w.])/wor[k]/'), 'a path of somebody\'s machine'),
    (re.compile(r'(?<![\w.])/roo[t]/\w'), 'a path of somebody\'s machine'),
    (re.compile(r'(?<![\w.])/hom[e]/\w'), 'a path of somebody\'s machine'),
    (re.compile(r'(pypi|npmjs|artifactory|crates)\.\w|registry\.\w+\.\w|proxy\.\w+\.\w'
                r'|\w\.internal\b'), 'the name of a package registry'),
)

# Without it a compiler may put the call where the stack pointer is not what it should be.
ASM_CALL = re.compile(r'\basm(?:\s+volatile)?\s*\(\s*"(?:call|jmp) [^;]*;')
CONSTRAINT = 'ASM_CALL_CONSTRAINT'

problems = []


def tracked(top):
    """Committed files and those that are about to be."""
    out = subprocess.run(['git', '-C', top, 'ls-files', '-co', '--exclude-standard'], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return [f for f in out.split('\n') if f and os.path.isfile(os.path.join(top, f))]


def check_functions(path, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == '{':
            start = number
        elif line.startswith('}') and start:
            if number - start - 1 > MAX_FUNCTION_LINES:
                problems.append(f'{path}:{start}: a function of {number - start - 1} lines '
                                f'(at most {MAX_FUNCTION_LINES})')
            start = None


def check_calls(path, text):
    for call in ASM_CALL.finditer(text):
        if CONSTRAINT not in call.group():
            number = text.count('\n', 0, call.start()) + 1
            problems.append(f'{path}:{number}: a call in assembler without {CONSTRAINT}')


def check_file(path, text):
    lines = text.split('\n')
    if not NO_LICENCE_LINE.match(path) and not any(
            'SPDX-License-Identifier: GPL-2.0' in x for x in lines[:3]):
        problems.append(f'{path}:1: no SPDX-License-Identifier')
    if path in ('COPYING',) or path.endswith('.patch'):
        return
    if len(lines) - 1 > MAX_FILE_LINES:
        problems.append(f'{path}: {len(lines) - 1} lines (at most {MAX_FILE_LINES})')
    if path.endswith(('.c', '.h')):
        check_functions(path, lines)
        check_calls(path, text)
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() and path.endswith(('.c', '.h', '.S', '.py', 'Makefile', 'Kbuild')):
            problems.append(f'{path}:{number}: white space at the end of the line')
        for pattern, what in PRIVATE:
            if pattern.search(line):
                problems.append(f'{path}:{number}: {what}: {line.strip()[:80]}')


def main():
    top = os.path.realpath(sys.argv[1])
    for path in tracked(top):
        try:
            with open(os.path.join(top, path), encoding='utf-8') as f:
                check_file(path, f.read())
        except UnicodeDecodeError:
            problems.append(f'{path}: not a text file')
    print('\n'.join(problems))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
