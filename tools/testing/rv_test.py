#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does models.awk make of models what they say, and refuse what says nothing?"""

import glob
import os
import re
import subprocess
import tempfile
import unittest

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../..')
ROOM = os.path.join(TOP, 'kernel/rv')
MODEL = '''digraph toy {
	{node [shape = doublecircle] "off"};
	"__init_off" -> "off";
	"off" -> "on" [label = "press"];
	"on" -> "off" [label = "press\\nbreak"];
}
'''
LIST = '''tracepoint button toy/button.h CONFIG_TOY int force
tracepoint lamp toy/lamp.h - struct task_struct *owner
monitor toy cpu a toy.
	press	button begins
	break	lamp if owner
'''


def models(*words, what='tables'):
    return subprocess.run(['awk', '-f', os.path.join(ROOM, 'models.awk'), '-v', 'what=' + what,
                           *words], capture_output=True, text=True, check=False)


def table(text, name):
    """The states, first one first, the moves by name, and the final states."""
    states = re.findall(r'"(\w+)"', re.search(name + r'_states\[\] = \{(.*?)\};', text, re.S)[1])
    events = re.findall(r'"(\w+)"', re.search(name + r'_events\[\] = \{(.*?)\};', text, re.S)[1])
    rows = re.search(name + r'_next\[\] = \{(.*?)\};', text, re.S)[1].strip().split('\n')
    numbers = [[int(n) for n in re.findall(r'\d+', row)] for row in rows]
    moves = {(states[s], events[e], states[to - 1]) for s, row in enumerate(numbers[1:])
             for e, to in enumerate(row) if to}
    final = {states[int(bit)] for bit in re.findall(
        r'BIT\((\d+)\)', re.search(name + r'_automaton = \{.*?final.*?\};', text, re.S)[0])}
    return states, moves, final, numbers[0]


class ModelsTest(unittest.TestCase):
    """Models and their list to C."""

    def run_on(self, model=MODEL, lines=LIST, what='tables'):
        with tempfile.TemporaryDirectory() as where:
            for name, text in (('toy.dot', model), ('monitors.list', lines)):
                with open(os.path.join(where, name), 'w', encoding='ascii') as out:
                    out.write(text)
            return models(os.path.join(where, 'toy.dot'), os.path.join(where, 'monitors.list'),
                          what=what)

    def refuse(self, why, model=MODEL, lines=LIST):
        done = self.run_on(model, lines)
        self.assertNotEqual(done.returncode, 0, why)
        self.assertIn(why, done.stderr)

    def test_a_model(self):
        done = self.run_on()
        self.assertEqual(done.returncode, 0, done.stderr)
        states, moves, final, nowhere = table(done.stdout, 'toy')
        self.assertEqual(states, ['off', 'on'])
        self.assertEqual(moves, {('off', 'press', 'on'), ('on', 'press', 'off'),
                                 ('on', 'break', 'off')})
        self.assertEqual(final, {'off'})
        self.assertEqual(nowhere, [0, 0])

    def test_no_final_state(self):
        done = self.run_on(MODEL.replace('\t{node [shape = doublecircle] "off"};\n', ''))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(table(done.stdout, 'toy')[2], {'off'})

    def test_glue(self):
        text = self.run_on(what='glue').stdout
        self.assertIn('toy_on_button(void *data, int force)\n{\n\ttoy_begin(0);\n}\n'
                      '#ifdef CONFIG_TOY\nOTR_RV_CHECK(toy, button)\n#endif\n', text)
        self.assertIn('{\n\tif (owner)\n\t\ttoy_step(1);\n}\nOTR_RV_CHECK(toy, lamp)\n', text)
        self.assertIn('OTR_RV_MONITOR(toy, CPU, "a toy.")', text)
        self.assertIn('OTR_RV_CPU(toy)\n', self.run_on(what='list').stdout)

    def test_wrong_models(self):
        self.refuse('press leads to two states', MODEL.replace('break', 'press'))
        self.refuse('there is no first state', MODEL.replace('__init_', 'init_'))
        self.refuse('state dark is never reached', MODEL.replace(
            '}\n}', '}').replace('"on" -> "off"', '"dark" -> "off" [label = "press"];\n\t"on" -> "off"'))
        # Arrows lead there, but from there only.
        self.refuse('state dark is never reached', MODEL.replace(
            '\t"on" -> "off"', '\t"dark" -> "dim" [label = "press"];\n'
            '\t"dim" -> "dark" [label = "press"];\n\t"on" -> "off"'))
        self.refuse('this is no name: "O N"', MODEL.replace('"on"', '"O N"'))
        self.refuse('an arrow has no label', MODEL.replace(' [label = "press"]', ''))
        self.refuse('this says nothing', MODEL.replace('digraph', 'graph'))
        self.refuse('a quote is not closed', MODEL.replace('break"', 'break'))

    def test_wrong_lists(self):
        self.refuse('has no event push', lines=LIST + '\tpush\tbutton\n')
        self.refuse('event break is no tracepoint', lines=LIST.replace('\tbreak\tlamp if owner\n', ''))
        self.refuse('there is no tracepoint bell', lines=LIST.replace('\tlamp', '\tbell'))
        self.refuse('there is no other.dot', lines=LIST.replace('toy cpu', 'other cpu'))
        self.refuse('says which task it is of', lines=LIST.replace('toy cpu', 'toy task'))
        self.refuse('says which task it is of', lines=LIST.replace('lamp if', 'lamp of owner if'))
        self.refuse('no event begins', lines=LIST.replace(' begins', ''))
        self.refuse('what is this', lines=LIST.replace(' begins', ' starts'))
        self.refuse('monitor NAME', lines=LIST.replace('toy cpu', 'toy house'))
        self.refuse('this says nothing', lines='toys\n' + LIST)

    def test_the_kernels_models(self):
        source = subprocess.run([os.path.join(TOP, 'tools/build/kernel'), '--pristine'],
                                capture_output=True, text=True, check=False).stdout.strip()
        theirs = sorted(glob.glob(os.path.join(source, 'tools/verification/models/*.dot')))
        if not source or not theirs:
            self.skipTest('there is no source of the kernel')
        ours = models(*sorted(glob.glob(ROOM + '/models/*.dot')), ROOM + '/models/monitors.list')
        with tempfile.TemporaryDirectory() as where:
            # Of other monitors there is no model among these.
            lines = os.path.join(where, 'monitors.list')
            names = [os.path.basename(path)[:-4] for path in theirs]
            wanted = True
            with open(ROOM + '/models/monitors.list', encoding='ascii') as declared, \
                    open(lines, 'w', encoding='ascii') as out:
                for line in declared:
                    word = line.split()[:2]
                    if word and word[0] in ('monitor', 'container'):
                        wanted = word[0] == 'monitor' and word[1] in names
                    if wanted or line.startswith('tracepoint'):
                        out.write(line)
            done = models(*theirs, lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in names:
            their_table, our_table = table(done.stdout, name), table(ours.stdout, name)
            self.assertEqual(their_table[0][0], our_table[0][0])
            self.assertEqual(their_table[1:3], our_table[1:3])


if __name__ == '__main__':
    unittest.main()
