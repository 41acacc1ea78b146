# SPDX-License-Identifier: GPL-2.0-only
"""How costs grow: a line per engine, a chart and a table per question."""

from collections import namedtuple
from math import log10

import chart
import table

Series = namedtuple('Series', 'name title over unit')

SERIES = [
    Series('traced', 'function tracer, a call of one of the functions hooked',
           'functions hooked', 'instructions'),
    Series('unrelated', 'a call of a function that is not hooked', 'other functions hooked',
           'instructions'),
    Series('conditions', 'an event rejected by a filter, narrow == 1000 || narrow == 1002 || ...',
           'conditions', 'instructions'),
    Series('names', 'naming functions in set_ftrace_filter, one after the other', 'names',
           'million instructions'),
    Series('listed', 'available_filter_functions, from its beginning, a line', 'lines read',
           'instructions'),
    Series('symbols', 'trace, the text of a function call', 'functions in the trace',
           'instructions'),
    Series('entries', 'an event that a histogram counts by a number', 'entries', 'instructions'),
    Series('frames', 'an event that a histogram counts by stack', 'calls down to it', 'instructions'),
    Series('cpus', 'an event, while all CPUs write events', 'CPUs', 'instructions'),
    Series('counted', 'an event, while all CPUs count it by one key', 'CPUs', 'instructions'),
]
IDLE = {
    'module': 'the module: its code and data',
    'loaded': 'what is allocated when it is loaded, the module included',
    'mounted': 'and when tracefs is mounted',
    'ring': 'the ring, of the size that it begins with',
    'instance': 'each further instance, besides its ring',
}
ENGINES = ('in-tree', 'outrace')
LEFT, TOP, WIDTH, HEIGHT, GAP = 90, 70, 520, 150, 95
STYLE = ('text { font: 12px sans-serif; fill: #222 } .head { font-weight: bold } '
         '.small { fill: #666 } .axis { stroke: #888 } '
         '.line-in-tree { stroke: #a1a1aa; fill: none; stroke-width: 2 } '
         '.dot-in-tree { fill: #a1a1aa } '
         '.line-outrace { stroke: #2563a8; fill: none; stroke-width: 2 } '
         '.dot-outrace { fill: #2563a8 }')


def points(result, engine, series):
    """Pairs of size and cost; sizes that were not measured are left out."""
    found = []
    for name, value in result[engine].items():
        head, _, at = name.partition('/')
        if head == series.name and isinstance(value, float):
            found.append((float(at), value))
    return sorted(found)


def missing(result, engine, series):
    """Why a size was not measured."""
    return [f'{name}: {value}' for name, value in result[engine].items()
            if name.split('/')[0] == series.name and not isinstance(value, float)]


def _show(value):
    return f'{value:.1f}' if value < 100 else f'{value:.0f}'


def _draw_one(result, series, top):
    lines = {e: points(result, e, series) for e in ENGINES}
    both = [p for pairs in lines.values() for p in pairs]
    parts = [chart.text(LEFT, top - 12, f'{series.title} ({series.unit})', 'head')]
    if not both:
        return parts + [chart.text(LEFT, top + 20, 'not measured', 'small')]
    most, first = max(v for _, v in both), log10(min(x for x, _ in both))
    last = max(log10(max(x for x, _ in both)), first + 0.1)

    def place(at, value):
        return (LEFT + WIDTH * (log10(at) - first) / (last - first),
                top + HEIGHT * (1 - value / most))

    bottom = top + HEIGHT
    parts += [f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{bottom}" y2="{bottom}" class="axis"/>',
              f'<line x1="{LEFT}" x2="{LEFT}" y1="{top}" y2="{bottom}" class="axis"/>',
              chart.text(LEFT - 6, top + 6, _show(most), 'small', 'end'),
              chart.text(LEFT - 6, bottom + 4, '0', 'small', 'end'),
              chart.text(LEFT + WIDTH, bottom + 34, series.over + ' (logarithmic)', 'small', 'end')]
    for at in sorted({x for x, _ in lines['outrace']}):
        parts.append(chart.text(round(place(at, 0)[0], 1), bottom + 16, f'{at:.0f}', 'small',
                                'middle'))
    label_at = None
    for engine in ENGINES:
        spots = [place(*p) for p in lines[engine]]
        if not spots:
            continue
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in spots)
        parts.append(f'<polyline points="{path}" class="line-{engine}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="dot-{engine}"/>'
                  for x, y in spots]
        # Lines that end at the same height have their names one above the other.
        end = spots[-1][1] + 4
        label_at = end if label_at is None or abs(end - label_at) > 14 else label_at + 14
        parts.append(chart.text(LEFT + WIDTH + 8, round(label_at, 1),
                                f'{engine} {_show(lines[engine][-1][1])}'))
    return parts


def draw(result):
    """The charts as SVG."""
    height, width = TOP + len(SERIES) * (HEIGHT + GAP) - 20, LEFT + WIDTH + 150
    parts = []
    for nr, series in enumerate(SERIES):
        parts += _draw_one(result, series, TOP + nr * (HEIGHT + GAP))
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">',
            '<!-- SPDX-License-Identifier: GPL-2.0-only -->', f'<style>{STYLE}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            chart.text(LEFT, 20, 'How costs grow', 'head'),
            chart.text(LEFT, 38, table.told(result), 'small')]
    return '\n'.join(head + parts + ['</svg>']) + '\n'


def text(result):
    """The numbers, as a table in plain text that is one of a document as well."""
    lines = []
    for series in SERIES:
        title = f'{series.title[0].upper()}{series.title[1:]}'
        lines += [title, '-' * len(title), '', f'In {series.unit}.', '']
        known = {e: dict(points(result, e, series)) for e in ENGINES}
        sizes = sorted(set(known['in-tree']) | set(known['outrace']))
        rule = ' '.join('=' * w for w in (24, 10, 10))
        lines += [rule, f'{series.over:24} {"in-tree":>10} {"outrace":>10}', rule]
        for at in sizes:
            cells = [_show(known[e][at]) if at in known[e] else '..' for e in ENGINES]
            lines.append(f'{at:<24.0f} {cells[0]:>10} {cells[1]:>10}')
        lines += [rule, '']
        lines += [f'{e}: {why}' for e in ENGINES for why in missing(result, e, series)]
    rule = ' '.join('=' * w for w in (56, 8))
    lines += ['Memory of an idle engine', '------------------------', '',
              'In KB, in a guest with two CPUs.', '', rule,
              *(f'{what:56} {result["idle"][name]:8}' for name, what in IDLE.items()), rule, '']
    return '\n'.join(lines).rstrip() + '\n'


INTRO = '''.. SPDX-License-Identifier: GPL-2.0-only

How costs grow
==============

.. image:: scale.svg

Measured as ``bench.rst`` says, for several sizes of what a cost may depend on. A
line that is flat is what tracing should be: what somebody else traces costs
nobody anything. The two kernels do not have quite the same functions; where only
one of them was measured at a size, the other one's place says "..". CPUs of the
guest take turns in executing instructions: their chart shows whether an event takes
more of them while others write, not how long CPUs wait for each other's caches.

This page is made by ``tools/testing/bench/run --scale --save``: {told}.

'''


def page(result):
    """The documentation's page."""
    return INTRO.format(told=table.told(result)) + text(result)
