#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does ktap.py see what went wrong? Truth tables for the counter of results."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import ktap  # noqa: E402

SUITE = '''KTAP version 1
1..1
    KTAP version 1
    # Subtest: ring
    # module: outrace_buffer_kunit
    1..3
    ok 1 empty
    # full: EXPECTATION FAILED at x.c:1
    {full} 2 full
        KTAP version 1
        # Subtest: sizes
        ok 1 one
        ok 2 two # SKIP too small
    ok 3 sizes
# ring: pass:3 fail:0 skip:0 total:3
{ring} 1 ring
'''


def count(text, status=0):
    c = ktap.Count('source')
    for line in text.splitlines():
        c.feed(line)
    c.finish(status)
    return c.passed, c.failed, c.skipped


class KtapTest(unittest.TestCase):
    """Text to (passed, failed, skipped)."""

    def table(self, *rows):
        for text, want in rows:
            with self.subTest(text=text):
                self.assertEqual(count(text), want)

    def test_flat(self):
        self.table(
            ('ok 1 - a\nok 2 - b\n1..2', (2, 0, 0)),
            ('1..2\nok 1 a\nnot ok 2 b', (1, 1, 0)),
            ('ok 1 - a # SKIP no gcc', (0, 0, 1)),
            ('not ok 1 - a # TODO later', (0, 0, 1)),
            ('ok 1 - a # TIMEOUT', (0, 1, 0)),
            ('ok 1 - not ok 2 in a name', (1, 0, 0)),
            ('1..0 # SKIP nothing to do', (0, 0, 1)))

    def test_missing(self):
        self.table(
            ('', (0, 1, 0)),
            ('hello', (0, 1, 0)),
            ('1..3\nok 1 a\nok 2 b', (2, 1, 0)),
            ('1..1\nok 1 a\nok 2 b', (2, 1, 0)))

    def test_nested(self):
        self.table(
            (SUITE.format(full='ok', ring='ok'), (3, 0, 1)),
            (SUITE.format(full='not ok', ring='not ok'), (2, 1, 1)),
            # A suite that fails without a failing case (its exit hook, say).
            (SUITE.format(full='ok', ring='not ok'), (3, 1, 1)),
            # The kernel died in the middle.
            (SUITE[:SUITE.index('    # full')], (1, 2, 0)))

    def test_status(self):
        self.assertEqual(count('ok 1 a', 1), (1, 1, 0))
        self.assertEqual(count('not ok 1 a', 1), (0, 1, 0))

    def test_said(self):
        c = ktap.Count('source')
        for line in ('ok 1 a', '# why', 'not ok 2 b'):
            c.feed(line)
        self.assertEqual(c.failures[0].lines, ['# why'])
        self.assertEqual(c.failures[0].name, 'source: b')

    def test_kernel_log(self):
        self.assertEqual(ktap.from_kernel_log(
            ['[    3.381543]     ok 1 a', '[   12.000001][  T123] ok 1 b', 'ok 2 c']),
            ['    ok 1 a', 'ok 1 b', 'ok 2 c'])


if __name__ == '__main__':
    unittest.main()
