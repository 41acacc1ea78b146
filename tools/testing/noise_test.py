#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does tools/noise draw what timerlat and osnoise recorded?"""

import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

TOOL = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../noise')
TIMERLAT = '''# tracer: timerlat
#           TASK-PID      CPU# |||||   TIMESTAMP   ID            CONTEXT                 LATENCY
          <idle>-0       [000] d.h1.    54.029328: #1     context    irq timer_latency       900 ns
     timerlat/0-1000     [000] .....    54.029339: #1     context thread timer_latency     11000 ns
          <idle>-0       [000] d.h1.    54.030346: #2     context    irq timer_latency      1100 ns
     timerlat/0-1000     [000] .....    54.030353: #2     context thread timer_latency   2000000 ns
     a b [001]-7         [001] dNh..    54.030365: #1     context    irq timer_latency         0 ns
     a b [001]-7         [001] .....    54.030366: #1     context user-ret timer_latency     5 ns
            bash-9       [001] .....    54.030400: tracing_mark_write: #1 context irq
'''
OSNOISE = '''       osnoise/0-1053    [000] .....  1080.600000: 1000000        190  99.98100       9     18      0   1007     18      1
       osnoise/0-1053    [000] .....  1081.600000: 1000000        656  99.93440     74     23      0   1006     16      3
'''


class NoiseTest(unittest.TestCase):
    """Traces to tables and pictures."""

    def run_tool(self, *words, status=0, text=''):
        done = subprocess.run([TOOL, *words], capture_output=True, text=True, check=False,
                              input=text)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    def svg(self, text):
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, 'picture.svg')
            self.assertEqual(self.run_tool('--svg', path, '-', text=text), '')
            root = xml.etree.ElementTree.parse(path).getroot()
        name = '{http://www.w3.org/2000/svg}'
        bars = [bar for bar in root.iter(name + 'rect') if bar.find(name + 'title') is not None]
        return ([(bar.find(name + 'title').text, float(bar.get('x')), float(bar.get('height')))
                 for bar in bars], [text.text for text in root.iter(name + 'text')])

    def test_table(self):
        self.assertEqual([line.split() for line in self.run_tool('-', text=TIMERLAT).splitlines()], [
            ['CPU', 'count', 'min', 'mean', 'max'],
            ['0', 'irq', '2', '900', 'ns', '1', 'us', '1.1', 'us'],
            ['0', 'thread', '2', '11', 'us', '1.01', 'ms', '2', 'ms'],
            ['1', 'irq', '1', '0', 'ns', '0', 'ns', '0', 'ns'],
            ['1', 'user-ret', '1', '5', 'ns', '5', 'ns', '5', 'ns']])

    def test_osnoise(self):
        self.assertEqual(self.run_tool('-', text=OSNOISE).splitlines()[1].split(),
                         ['0', 'noise', '2', '9', 'us', '41.5', 'us', '74', 'us'])

    def test_bars(self):
        bars, texts = self.svg(TIMERLAT)
        self.assertEqual(sorted(name for name, _, _ in bars),
                         ['irq: 1'] * 3 + ['thread: 1'] * 2 + ['user-ret: 1'])
        where = [x for name, x, _ in bars if name == 'thread: 1']
        self.assertLess(where[0] + 100, where[1], 'a millisecond is far from a microsecond')
        for words in ('CPU 0', 'CPU 1', 'irq, at most 1.1 us', 'thread, at most 2 ms', '1 us', '1 ms'):
            self.assertIn(words, texts)

    def test_counts(self):
        many = TIMERLAT.splitlines()[2] + '\n'
        bars, _ = self.svg(many * 1000 + TIMERLAT)
        high = {name: height for name, _, height in bars}
        self.assertIn('irq: 1001', high)
        self.assertGreater(high['irq: 1001'], 5 * high['irq: 1'])
        self.assertGreater(high['irq: 1'], 5, 'one of them is seen')

    def test_wrong(self):
        self.assertEqual(self.run_tool('-', status=1, text='# tracer: nop\n'),
                         'noise: there is no record of timerlat or osnoise\n')
        self.assertIn('No such file', self.run_tool('/nowhere', status=1))


if __name__ == '__main__':
    unittest.main()
