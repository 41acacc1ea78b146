# SPDX-License-Identifier: GPL-2.0-only
"""The numbers as a bar chart: outrace's part of what the in-tree tracer takes."""

from html import escape

import rows
import table

LEFT, WIDTH, LINE, RIGHT = 360, 420, 18, 150
STYLE = ('text { font: 12px sans-serif; fill: #222 } .head { font-weight: bold } '
         '.intree { fill: #d4d4d8 } .outrace { fill: #2563a8 } .over { fill: #b4532a } '
         '.bound { stroke: #222; stroke-width: 2 } .small { fill: #666 }')


def text(x, y, words, kind='', anchor='start'):
    """A text at a place."""
    return (f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">'
            f'{escape(words)}</text>')


def _row(result, row, y):
    """The in-tree bar is the whole width; a tick is the bound."""
    value, intree = table.number(result, 'outrace', row), table.number(result, 'in-tree', row)
    shown = table.cells(result, row)
    parts = [text(LEFT - 8, y + 12, row.title, anchor='end')]
    if not intree:
        return parts
    parts.append(f'<rect x="{LEFT}" y="{y + 1}" width="{WIDTH}" height="{LINE - 4}" class="intree"/>')
    if value is not None:
        part = min(value / intree, 1)
        most = table.at_most(result, row)
        kind = 'outrace' if most is None or value <= most else 'over'
        parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{part * WIDTH:.1f}" '
                     f'height="{LINE - 8}" class="{kind}"/>')
        if most and most < intree:
            x = LEFT + WIDTH * most / intree
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 1}" y2="{y + LINE - 3}" '
                         'class="bound"/>')
    label = f'{shown[2]} / {shown[1]}' if value is not None else f'not yet / {shown[1]}'
    parts.append(text(LEFT + WIDTH + 8, y + 12, label,
                       '' if value is not None else 'small'))
    return parts


def draw(result):
    """The chart as SVG."""
    y, group, parts = 50, None, []
    for row in rows.ROWS:
        if (row.group, row.unit) != group:
            group = (row.group, row.unit)
            y += 10
            parts.append(text(LEFT, y + 12, f'{row.group} ({row.unit})', 'head'))
            y += LINE
        parts += _row(result, row, y)
        y += LINE
    height, width = y + 16, LEFT + WIDTH + RIGHT
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">',
            '<!-- SPDX-License-Identifier: GPL-2.0-only -->', f'<style>{STYLE}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            text(LEFT, 20, 'What tracing costs: outrace / the in-tree tracer', 'head'),
            text(LEFT, 38, table.told(result) + '; the tick is the bound', 'small')]
    return '\n'.join(head + parts + ['</svg>']) + '\n'
