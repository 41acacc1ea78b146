#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the documents point at is there: documents.py CHECKOUT

Every file that README or Documentation names exists, and where they say that a
function is in a file, that file has it. A comment that says that an access pairs
with one in a function names a function that exists.
"""

import glob
import os
import re
import sys

ROOTS = ('kernel', 'include/outrace', 'tools', 'samples', 'patches', 'Documentation')
# Words of the kernel's own tree, named as such.
THEIRS = ('Documentation/trace/', 'kernel/trace', 'tools/testing/selftests/ftrace')
PATH = re.compile(r'(?<![\w/.-])((?:' + '|'.join(ROOTS) + r')/[\w./*-]*[\w*])')
PLACED = re.compile(r'``(\w+)\(\)``\s+in\s+``([\w./-]+)``')

PAIRS = re.compile(r'[Pp]airs with ([^.]*?)(?:\.|:|, see|\*/)', re.S)
COMMENT = re.compile(r'/\*.*?\*/', re.S)

problems = []


def check(top, document):
    with open(os.path.join(top, document), encoding='utf-8') as f:
        text = f.read()
    for m in PATH.finditer(text):
        if not m[1].startswith(THEIRS) and not glob.glob(os.path.join(top, m[1])):
            problems.append(f'{document}: there is no {m[1]}')
    for name, path in PLACED.findall(text):
        path = os.path.join(top, path)
        if os.path.isfile(path):
            with open(path, encoding='utf-8') as f:
                if not re.search(rf'\b{name}\b', f.read()):
                    problems.append(f'{document}: {name}() is not in {path}')


def check_pairs(top):
    sources = {}
    for path in glob.glob(os.path.join(top, 'kernel/**/*.[chS]'), recursive=True) + \
            glob.glob(os.path.join(top, 'include/**/*.h'), recursive=True):
        with open(path, encoding='utf-8') as f:
            sources[path] = f.read()
    code = set(re.findall(r'\w+', COMMENT.sub(' ', '\n'.join(sources.values()))))
    for path, text in sources.items():
        for comment in COMMENT.findall(text):
            for said in PAIRS.findall(comment):
                for name in re.findall(r'(\w+)\(\)', said):
                    if name not in code:
                        problems.append(f'{os.path.relpath(path, top)}: pairs with {name}(), which is not there')


def main():
    top = sys.argv[1]
    documents = ['README', 'patches/v6.12/README',
                 *(os.path.relpath(p, top) for p in glob.glob(os.path.join(top, 'Documentation/*.rst')))]
    for document in documents:
        check(top, document)
    check_pairs(top)
    print('\n'.join(sorted(problems)), end='\n' if problems else '')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
