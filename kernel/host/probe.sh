#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# probe.sh COMPILER [FLAG...]
#
# Print a header that says what the kernel's headers offer. Each question is a
# piece of code that compiles where the answer is yes: that asks for the thing
# itself and holds for a kernel that somebody patched, which a version does not.

set -eu

compiles()
{
	printf '%s\n' "$source" | "$@" -Wno-error -Werror=implicit-function-declaration -fsyntax-only -x c - 2>/dev/null
}

# ask NAME HEADER CODE, with the compiler and its flags behind them
ask()
{
	name=$1 source="#include <$2>
$3"
	shift 3
	if compiles "$@"; then
		echo "#define OTR_HAVE_$name 1"
	else
		echo "/* OTR_HAVE_$name: no */"
	fi
}

# Flags that do not even compile this would answer no to everything.
source='#include <linux/module.h>'
if ! compiles "$@"; then
	echo "probe.sh: an empty module does not compile with: $*" >&2
	exit 1
fi

echo '/* Written by kernel/host/probe.sh. */'
ask MODULE_SITES linux/module.h \
	'unsigned long *f(struct module *m) { return m->ftrace_callsites + m->num_ftrace_callsites; }' "$@"
ask TASK_SLOT linux/sched.h \
	'void **f(struct task_struct *t) { return &t->fentry_returns; }' "$@"
ask RETURN_OPS linux/ftrace.h \
	'int f(const struct fentry_return_ops *o) { return fentry_return_register(o); }' "$@"
ask GET_KPROBE linux/kprobes.h \
	'unsigned char f(void *a) { return get_kprobe(a)->opcode; }' "$@"
ask PMU_FILTER linux/perf_event.h \
	'int f(struct pmu *p, struct perf_event *e) { return p->set_filter(e, "0"); }' "$@"
