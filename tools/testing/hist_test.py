#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does tools/hist draw what is in hist.json?"""

import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

TOOL = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../hist')
END = ('{"totals": {"hits": 6, "entries": 3, "dropped": 0}, '
       '"trigger": "hist:keys=pid [active]"}\n')
PIDS = ('{"keys": {"pid": 1}, "values": {"hitcount": 1, "ret": 7}}\n'
        '{"keys": {"pid": 22}, "values": {"hitcount": 4, "ret": 2}}\n'
        '{"keys": {"pid": 333}, "values": {"hitcount": 0, "ret": 0}}\n' + END)
NAMED = ('{"keys": {"common_pid": {"value": 5, "comm": "bash"}, "id": {"value": 3, "name": '
         '"sys_close"}}, "values": {"hitcount": 2}}\n'
         '{"keys": {"common_pid": {"value": 5, "comm": "<x>"}, "id": 9}, "values": {"hitcount": 1}}\n'
         '{"keys": {"common_stacktrace": [{"address": 1, "symbol": "a+0x1/0x2"}, '
         '{"address": 2, "symbol": "b+0x1/0x2"}]}, "values": {"hitcount": 1}}\n' + END)


def ranges(**counts):
    """A histogram of keys with .log2, the larger ones first."""
    lines = [f'{{"keys": {{"ret": {{"from": {name[1:]}, "to": {2 * int(name[1:])}}}}}, '
             f'"values": {{"hitcount": {count}}}}}\n' for name, count in counts.items()]
    return ''.join(reversed(lines)) + END


class HistTest(unittest.TestCase):
    """Files to text and pictures."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_tool(self, *words, status=0):
        done = subprocess.run([TOOL, *words], capture_output=True, text=True, check=False,
                              env={**os.environ, 'COLUMNS': '40'})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    def file(self, name, text):
        path = os.path.join(self.dir.name, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def svg(self, *words):
        path = os.path.join(self.dir.name, 'picture.svg')
        self.assertEqual(self.run_tool('--svg', path, *words), '')
        root = xml.etree.ElementTree.parse(path).getroot()
        name = '{http://www.w3.org/2000/svg}'
        return ([bar.attrib for bar in root.iter(name + 'rect')][1:],
                [text.text for text in root.iter(name + 'text')])

    def test_bars(self):
        path = self.file('a', PIDS)
        self.assertEqual(self.run_tool(path), 'hist:keys=pid [active]\n'
                         f' 22  4  {"#" * 32}\n  1  1  {"#" * 8}\n333  0\n')
        self.assertEqual(self.run_tool('--value', 'ret', '--top', '1', path),
                         f'hist:keys=pid [active]\n1  7  {"#" * 34}\nand 2 more\n')

    def test_several(self):
        path = self.file('a', PIDS + ranges(f1=3, f2=9))
        self.assertIn('\n1..2  3 ', self.run_tool(path))
        self.assertIn(' 22  4 ', self.run_tool('--number', '1', path))
        self.assertIn('there are 2 histograms', self.run_tool('--number', '3', path, status=1))

    def test_ranges_by_size(self):
        lines = self.run_tool(self.file('a', ranges(f1=3, f2=9, f16=1))).splitlines()
        self.assertEqual([line.split()[0] for line in lines[1:]], ['1..2', '2..4', '16..32'])

    def test_names(self):
        out = self.run_tool(self.file('a', NAMED))
        self.assertIn('bash [5], sys_close [3]  2 ', out)
        self.assertIn('<x> [5], 9  1 ', out)
        self.assertIn('a < b  1 ', out)

    def test_svg(self):
        bars, texts = self.svg(self.file('a', NAMED))
        self.assertEqual([float(bar['width']) for bar in bars], [420, 210, 210])
        self.assertIn('<x> [5], 9', texts)
        bars, texts = self.svg(self.file('b', PIDS))
        self.assertEqual([float(bar['width']) for bar in bars], [420, 105, 0])

    def test_heat(self):
        files = [self.file('a', ranges(f1=3)), self.file('b', ranges(f1=5, f2=10)),
                 self.file('c', ranges(f1=6, f2=20))]
        self.assertEqual(self.run_tool(*files), "hist:keys=pid [active]\n"
                         "2..4 |@@|\n1..2 |:.|\n      '.' is some, '@' is 10\n")
        cells, texts = self.svg(*files)
        self.assertEqual([cell['fill-opacity'] for cell in cells], ['1.000', '1.000', '0.447', '0.316'])
        self.assertEqual(texts[1:], ['2..4', '1..2'])

    def test_again_and_again(self):
        path = self.file('a', ranges(f1=3))
        out = self.run_tool('--every', '0.01', '--times', '2', path)
        self.assertIn("is some, '@' is 0", out)
        self.assertIn('--every', self.run_tool('--every', '1', path, path, status=2))

    def test_wrong(self):
        self.assertIn('No such file', self.run_tool('/nowhere', status=1))
        self.assertIn('there is no histogram', self.run_tool(self.file('a', ''), status=1))
        self.assertIn('the end is missing', self.run_tool(
            self.file('a', PIDS[:PIDS.index('{"totals')]), status=1))
        self.assertIn('not a line', self.run_tool(self.file('a', PIDS[:20]), status=1))
        self.assertIn('there is no value x', self.run_tool('--value', 'x', self.file('a', PIDS), status=1))


if __name__ == '__main__':
    unittest.main()
