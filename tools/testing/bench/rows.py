# SPDX-License-Identifier: GPL-2.0-only
"""The rows of the table: what is measured, in which unit, and how much it may cost."""

from collections import namedtuple

# reference: what the in-tree tracer of 6.12.117 took in the configuration that
# the bounds were set for. What counts is the ratio, as every configuration has
# its own prologues and mitigations.
Row = namedtuple('Row', 'name title unit reference bound group')

INSTRUCTIONS, MILLIONS, BYTES = 'instructions', 'million instructions', 'bytes'
# Paths that copy: `rep movs` counts once per byte, so they are also measured on
# a processor without fast strings.
COPYING = ('marker', 'pipe_event', 'pipe_func', 'pipe_graph', 'cat_event', 'cat_func',
           'raw_splice', 'raw_read', 'raw_mmap')


def _rows(group, unit, *rows):
    return [Row(name, title, unit, reference, bound, group)
            for name, title, reference, bound in rows]


ROWS = _rows(
    'Events', INSTRUCTIONS,
    ('event_off', 'disabled event (with its loop)', 3, 3),
    ('event', 'event of a u64 and a u32, recorded', 585, 170),
    ('event_pass', 'the same, its filter passes', 684, 230),
    ('event_reject', 'the same, its filter rejects', 293, 55),
    ('event_pid', 'the same, rejected by set_event_pid', 82, 40),
    ('event_two', 'the same, recorded in two instances', 1184, 330),
    ('synth', 'synthetic event of a u64 and a u32, recorded', 699, 240),
    ('synth_text', 'the same with a text of 15 letters behind it', 2197, 450),
    ('hist_key', 'histogram of a u32 key, not recorded', 711, 220),
    ('hist_sum', 'the same, with the sum of a field', 764, 260),
    ('hist_two', 'the same, with two keys', None, 280),
    ('hist_stack', 'histogram by stack', None, 2500),
    ('hist_pair', 'start and end, a synthetic event of the time', 4149, 900),
    ('trigger_reject', 'traceoff trigger whose filter rejects', None, 60),
    ('stack', 'stacktrace trigger, about 8 frames', 6576, 2000),
    ('perf_count', 'counted by perf, for the task', 370, 222),
    ('perf_reject', 'the same, its filter rejects', 381, 229),
    ('perf_other', 'counted by perf, for another task', 51, 31),
    ('perf_sample', 'sampled by perf, each one', 1398, 839),
) + _rows(
    'Functions', INSTRUCTIONS,
    ('call_off', 'call of a traceable function, off (with its loop)', 5, 5),
    ('call_among', 'the same, all other functions traced', 5, 5),
    ('func_one', 'function tracer, per call', 529, 150),
    ('func_pid', 'the same, rejected by set_ftrace_pid', 46, 35),
    ('func_off', 'the same, tracing_on is 0', None, None),
    ('func_two', 'function tracer in two instances', 1198, 300),
    ('func_among', 'function tracer, all other functions traced', 529, 150),
    ('func_args', 'function tracer with func-args', None, None),
    ('graph_one', 'function_graph, per call (entry and return)', 1367, 360),
    ('graph_retaddr', 'the same, with funcgraph-retaddr', None, None),
    ('graph_args', 'the same, with funcgraph-args', None, None),
    ('profile', 'function profile, per call', 446, 200),
    ('wakeup', 'wakeup tracer, from a wakeup until the task runs', None, 250),
    ('rv_wwnr', 'monitor wwnr, two tasks that wake each other', None, None),
) + _rows(
    'Rings and texts', INSTRUCTIONS,
    ('ring', 'raw ring write of 16 bytes', 349, 100),
    ('puts', 'trace_puts() of a constant text', 472, 140),
    ('printk', 'trace_printk() with two arguments', 983, 550),
    ('marker', 'trace_marker, 32 bytes, minus /dev/null', 560, 250),
) + _rows(
    'Probes', INSTRUCTIONS,
    ('kprobe_entry', "kprobe event at a function's entry", 822, 250),
    ('kprobe_word', 'the same, each word that it takes along', None, 12),
    ('kprobe_half', 'the same, each number of four bytes', None, 12),
    ('kprobe_text', 'the same, a text of 15 letters', None, 60),
    ('kprobe_body', 'kprobe event in a body (a jump)', 763, 300),
    ('kretprobe', 'kretprobe event', 1097, 400),
    ('fprobe_entry', 'fprobe entry event', None, 220),
    ('fprobe', 'fprobe exit event', 1094, 380),
    ('uprobe', 'one more event where a program is probed', None, 250),
    ('tprobe', 'event of a tracepoint probe', None, 200),
    ('eprobe', 'event probe of two fields, its event not recorded', None, 290),
    ('eprobe_both', 'the same, its event recorded', None, None),
) + _rows(
    'Reading, per record', INSTRUCTIONS,
    ('pipe_event', 'trace_pipe, event', 5469, 1500),
    ('pipe_func', 'trace_pipe, function call', 8340, 1800),
    ('pipe_graph', 'trace_pipe, function_graph', 6928, 1800),
    ('cat_event', 'trace, event', 5535, 1500),
    ('cat_func', 'trace, function call', None, None),
    ('hist_read', 'hist, per entry of 10,000', 25446, 2000),
    ('raw_splice', 'trace_pipe_raw, splice', 38, 25),
    ('raw_read', 'trace_pipe_raw, read', 34, 25),
    ('raw_mmap', 'trace_pipe_raw, mmap', 98, 20),
) + _rows(
    'Control', MILLIONS,
    ('func_all_on', 'function tracer on, all functions', 106, 60),
    ('func_all_off', 'function tracer off, all functions', 100, 60),
    ('graph_all_on', 'function_graph on, all functions', 819, 60),
    ('graph_all_off', 'function_graph off, all functions', 763, 60),
    ('filter_one', 'one name into set_ftrace_filter', 39, 1),
) + _rows(
    'Lists and memory', INSTRUCTIONS,
    ('list_functions', 'available_filter_functions, per line', None, None),
) + _rows(
    'Lists and memory', BYTES,
    ('memory', 'bytes per traceable function, idle', 16, 8),
)
