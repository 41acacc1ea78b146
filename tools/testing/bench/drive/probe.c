// SPDX-License-Identifier: GPL-2.0-only
/* Probes that are set where the kernel runs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drive.h"

static bool probe(const char *file, const char *definition, const char *name, const char *what,
		  double *value)
{
	char path[128], undo[64];
	bool fine;

	if (!need(file) || !add(file, definition))
		return false;
	snprintf(path, sizeof(path), "events/otr_probe/%s/enable", name);
	/* Time for the jump that takes the breakpoint's place. */
	fine = put(path, "1") && !usleep(500000) && loop(what, value);
	put(path, "0");
	snprintf(undo, sizeof(undo), "-:otr_probe/%s", name);
	return add(file, undo) && fine;
}

bool kprobe_entry(double *value)
{
	return probe("kprobe_events", "p:otr_probe/entry " CALLED, "entry", "call", value);
}

/* What one of @nr arguments adds. */
static bool each(const char *args, unsigned int nr, double *value)
{
	char definition[256];
	double with, without;

	snprintf(definition, sizeof(definition), "p:otr_probe/told otr_bench_told %s", args);
	if (!probe("kprobe_events", "p:otr_probe/told otr_bench_told", "told", "told", &without) ||
	    !probe("kprobe_events", definition, "told", "told", &with))
		return false;
	*value = (with - without) / nr;
	return true;
}

bool kprobe_word(double *value)
{
	return each("a=%di b=%si c=%dx d=%cx", 4, value);
}

bool kprobe_half(double *value)
{
	return each("a=%di:u32 b=%si:s32 c=%dx:x32 d=%cx:u32", 4, value);
}

bool kprobe_text(double *value)
{
	return each("text=+0(%di):string", 1, value);
}

bool kprobe_body(double *value)
{
	char inside[32], definition[128];

	if (!need("kprobe_events") || get(LOOPS "/inside", inside, sizeof(inside)) <= 0)
		return false;
	snprintf(definition, sizeof(definition), "p:otr_probe/body otr_bench_body+%lu",
		 strtoul(inside, NULL, 10));
	return probe("kprobe_events", definition, "body", "body", value);
}

bool kretprobe(double *value)
{
	return probe("kprobe_events", "r:otr_probe/return " CALLED, "return", "call", value);
}

bool fprobe_entry(double *value)
{
	return probe("dynamic_events", "f:otr_probe/enter " CALLED, "enter", "call", value);
}

bool fprobe(double *value)
{
	return probe("dynamic_events", "f:otr_probe/exit " CALLED "%return", "exit", "call",
		     value);
}

bool tprobe(double *value)
{
	return probe("dynamic_events", "t:otr_probe/point otr_bench_sample", "point", "event",
		     value);
}

bool eprobe(double *value)
{
	return probe("dynamic_events",
		     "e:otr_probe/on otr_bench.otr_bench_sample a=$wide b=$narrow", "on", "event",
		     value);
}

bool eprobe_both(double *value)
{
	return event_on() && eprobe(value);
}
