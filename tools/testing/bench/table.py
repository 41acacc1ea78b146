# SPDX-License-Identifier: GPL-2.0-only
"""The numbers as a table: plain, and as a page of the documentation."""

import rows

HEADS = ('path', 'in-tree', 'outrace', 'ratio', 'at most')


def number(result, engine, row):
    """What an engine took, None for not yet."""
    value = result[engine].get(row.name)
    return value if isinstance(value, float) else None


def at_most(result, row):
    """What outrace may take: the bound, or its ratio to the in-tree tracer of this run."""
    if not row.bound:
        return None
    intree = number(result, 'in-tree', row)
    scaled = intree * row.bound / row.reference if intree and row.reference else 0
    return max(row.bound, scaled)


def is_met(result, row):
    value, most = number(result, 'outrace', row), at_most(result, row)
    return value is not None and most is not None and value <= most


def _show(value, unit, none='not yet'):
    if value is None:
        return none
    if unit == rows.MILLIONS or unit == rows.BYTES:
        return f'{value:.2f}' if value < 100 else f'{value:.0f}'
    return f'{value:.1f}' if value < 100 else f'{value:.0f}'


def _ratio(value, intree):
    return f'{value / intree:.2f}' if value is not None and intree else ''


def cells(result, row):
    """A row's cells, all text."""
    value, intree = number(result, 'outrace', row), number(result, 'in-tree', row)
    most = at_most(result, row)
    bound = '' if most is None else _show(most, row.unit)
    if bound and value is not None:
        bound += ' ' if is_met(result, row) else ' !'
    return (row.title, _show(intree, row.unit, '--'), _show(value, row.unit),
            _ratio(value, intree), bound.rstrip())


def _slow_cells(result, row):
    slow = result['slow strings']
    value, intree = (number(slow, engine, row) for engine in ('outrace', 'in-tree'))
    return (row.title, _show(intree, row.unit), _show(value, row.unit), _ratio(value, intree), '')


def groups(result):
    """Heading and rows of cells."""
    titles = []
    for row in rows.ROWS:
        title = f'{row.group} ({row.unit})'
        if title not in titles:
            titles.append(title)
            yield title, [cells(result, r) for r in rows.ROWS
                          if (r.group, r.unit) == (row.group, row.unit)]
    if 'slow strings' in result:
        yield ('Copying, on a processor without fast strings (instructions)',
               [_slow_cells(result, r) for r in rows.ROWS if r.name in rows.COPYING])


def _width():
    return max(len(row.title) for row in rows.ROWS)


def told(result):
    v = result['versions']
    return (f'outrace {v["outrace"]}, Linux {v["linux"]}, gcc {v["gcc"]}, QEMU {v["qemu"]}, '
            f'{v["date"]}')


def text(result):
    lines, width = [told(result), ''], _width()
    for title, body in groups(result):
        lines.append(f'{title:{width}} {HEADS[1]:>9} {HEADS[2]:>9} {HEADS[3]:>6}  {HEADS[4]}')
        lines += [f'{c[0]:{width}} {c[1]:>9} {c[2]:>9} {c[3]:>6}  {c[4]}'.rstrip() for c in body]
        lines.append('')
    met = sum(is_met(result, r) for r in rows.ROWS)
    there = sum(r.bound is not None and number(result, 'outrace', r) is not None
                for r in rows.ROWS)
    lines.append(f'{met} of {there} bounds met ("!": not); {sum(r.bound is not None for r in rows.ROWS) - there} paths '
                 'are not there yet')
    return '\n'.join(lines) + '\n'


def bars(result, width=24):
    """For a text that shows no pictures: what outrace takes, of the in-tree tracer's bar."""
    lines = [f'{"instructions":{_width()}} in-tree  outrace']
    for row in rows.ROWS:
        value, intree = number(result, 'outrace', row), number(result, 'in-tree', row)
        if row.unit != rows.INSTRUCTIONS or value is None or not intree:
            continue
        part = min(width, max(1, round(width * value / intree)))
        lines.append(f'{row.title:{_width()}} {_show(intree, row.unit):>7} '
                     f'{_show(value, row.unit):>8}  {"#" * part}{"." * (width - part)}')
    return '\n'.join('    ' + line for line in lines) + '\n'


INTRO = '''.. SPDX-License-Identifier: GPL-2.0-only

What tracing costs
==================

.. image:: bench.svg

``make bench`` boots two kernels, built from the same source with the same
configuration: one with the in-tree tracer, one with outrace. It runs the same
workload in both, on one CPU in QEMU with ``-icount``, where the time stamp
counter counts executed instructions. One module is compiled for both kernels
and runs loops of 100,000; of several runs the median is taken. Files are read
and written by one program. ``tools/testing/bench`` has all of it.

The loop around a path is part of its number; the empty loop takes {empty}
instructions a round. "at most" is what outrace may take: the ratio counts, so
where the in-tree tracer takes more than when the bound was set, so may outrace.
"!" marks a path that takes more. "not yet" is a path that the engine has no
files for, "--" one that the in-tree tracer of this kernel has none for.

``scale.rst`` has how some of these grow with what they may depend on.

Instruction counts see neither caches nor locked operations:
``make -C tools/testing/user bench`` times the buffer on the machine itself.

This page is made by ``tools/testing/bench/run --save``: {told}.
'''


def page(result):
    """The documentation's page."""
    lines = [INTRO.format(told=told(result), empty=f'{result["outrace"]["empty"]:.0f}')]
    width = _width()
    rule = ' '.join('=' * w for w in (width, 8, 8, 6, 9))
    for title, body in groups(result):
        lines += [title, '-' * len(title), '', rule]
        lines.append(f'{"path":{width}} {"in-tree":>8} {"outrace":>8} {"ratio":>6} {"at most":>9}')
        lines.append(rule)
        lines += [f'{c[0]:{width}} {c[1]:>8} {c[2]:>8} {c[3]:>6} {c[4]:>9}'.rstrip() for c in body]
        lines += [rule, '']
    return '\n'.join(lines).rstrip() + '\n'
