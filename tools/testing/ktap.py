# SPDX-License-Identifier: GPL-2.0-only
"""Count the results of tests that report in KTAP."""

import re

RESULT = re.compile(r'^(?P<indent> *)(?P<ok>ok|not ok) (?P<number>\d+)\b(?: -)? ?(?P<rest>.*)$')
PLAN = re.compile(r'^(?P<indent> *)1\.\.(?P<count>\d+)(?: *# *(?P<note>.*))?\s*$')
DIRECTIVE = re.compile(r'(?:^|\s)#\s*(SKIP|XFAIL|TODO|TIMEOUT|ERROR)\b\s*(.*)$', re.I)
TIMESTAMP = re.compile(r'^\[ *\d+\.\d{6}\](?:\[ *[CT]\d+\])? ?')
KEPT_LINES = 60


class Failure:
    """One thing that went wrong and the lines that were said before it."""

    def __init__(self, name, lines):
        self.name, self.lines = name, lines


class Count:
    """Results of one source of tests (a program, a module, a script).

    Only leaves count: a result that sums up the deeper ones before it is
    looked at for consistency. A source that says nothing has failed, and so
    has one that reports fewer results than it planned.
    """

    def __init__(self, source, show=None):
        self.source, self.show = source, show
        self.passed = self.skipped = 0
        self.failures = []
        self.seen, self.failed_at, self.plans = {}, {}, {}
        self.said = []

    @property
    def failed(self):
        return len(self.failures)

    @property
    def total(self):
        return self.passed + self.skipped + self.failed

    def fail(self, what, lines=None):
        self.failures.append(Failure(f'{self.source}: {what}', lines or self.said[-KEPT_LINES:]))

    def feed(self, line):
        line = line.rstrip('\r\n')
        m = PLAN.match(line)
        if m:
            self.plan(len(m['indent']) // 4, int(m['count']), m['note'] or '')
            return
        m = RESULT.match(line)
        if m:
            self.result(len(m['indent']) // 4, m['ok'] == 'ok', m['rest'])
            self.said = []
        elif line.strip():
            self.said.append(line)
            del self.said[:-KEPT_LINES]

    def plan(self, depth, count, note):
        if depth == 0 and count == 0 and note.upper().startswith('SKIP'):
            self.skipped += 1
            return
        self.plans[depth] = self.plans.get(depth, 0) + count if depth == 0 else count

    def result(self, depth, ok, rest):
        m = DIRECTIVE.search(rest)
        name = rest[:m.start()].strip() if m else rest.strip()
        directive = m.group(1).upper() if m else ''
        deeper = [d for d in self.seen if d > depth and self.seen[d]]
        if deeper or self.plans.get(depth + 1):
            self.summary(depth, ok, name)
        elif directive in ('SKIP', 'XFAIL', 'TODO'):
            self.skipped += 1
        elif ok and not directive:
            self.passed += 1
            if self.show:
                self.show(f'ok {self.source}: {name}')
        else:
            self.fail(name or 'a test without a name')
            self.failed_at[depth] = True
        self.seen[depth] = self.seen.get(depth, 0) + 1

    def summary(self, depth, ok, name):
        """A result that closes the deeper ones."""
        self.check_plan(depth + 1, name)
        below = [d for d in self.failed_at if d > depth]
        if not ok:
            if not below:
                self.fail(f'{name} (although no case of it failed)')
            self.failed_at[depth] = True
        for table in (self.seen, self.plans, self.failed_at):
            for d in [d for d in table if d > depth]:
                del table[d]

    def check_plan(self, depth, name):
        planned, seen = self.plans.get(depth), self.seen.get(depth, 0)
        if planned is not None and planned != seen:
            self.fail(f'{name}: {planned} results planned, {seen} reported')

    def finish(self, status=0):
        """No more lines; STATUS is how the source ended."""
        for depth in sorted(set(self.plans) | {d for d in self.seen if d}):
            if depth == 0 or self.plans.get(depth) or self.seen.get(depth):
                self.check_plan(depth, 'the end')
        if self.total == 0:
            self.fail('reported nothing')
        if status and not self.failures:
            self.fail(f'ended with status {status}')
        return self


def from_kernel_log(lines):
    """The lines without their time stamps."""
    return [TIMESTAMP.sub('', line, count=1) for line in lines]
