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

bool fprobe(double *value)
{
	return probe("dynamic_events", "f:otr_probe/exit " CALLED "%return", "exit", "call",
		     value);
}
