// SPDX-License-Identifier: GPL-2.0-only
/* Probes that are set where the kernel runs, and where this program does. */
#include <limits.h>
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

#define HITS	2000

static void __attribute__((noipa)) hit(long a, long b)
{
	__asm__ volatile("" : : "r"(a), "r"(b));
}

/* The file that we are, and where in it something is. */
static bool place_of(const void *what, char *text, size_t size)
{
	unsigned long at = (unsigned long)what, from, to, offset;
	char line[PATH_MAX + 128], path[PATH_MAX];
	FILE *f = fopen("/proc/self/maps", "r");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095s", &from, &to, &offset,
			       path) == 4 && at >= from && at < to;
	if (f)
		fclose(f);
	if (!found)
		return fail("we are in no file");
	snprintf(text, size, "%s:0x%lx", path, at - from + offset);
	return true;
}

static double hits(void)
{
	double took[RUNS_MAX];
	unsigned int i;
	long n;

	for (i = 0; i < runs; i++) {
		uint64_t start = ticks();

		for (n = 0; n < HITS; n++)
			hit(n, i);
		took[i] = ticks() - start;
	}
	return median(took, runs) / HITS;
}

/* What one more event takes where a uprobe is hit already: our part, and a step of a list. */
bool uprobe(double *value)
{
	char place[PATH_MAX + 32], definition[PATH_MAX + 96];
	double one;
	bool fine;

	if (!need("uprobe_events") || !place_of(hit, place, sizeof(place)))
		return false;
	snprintf(definition, sizeof(definition), "p:otr_probe/one %s a=%%di", place);
	fine = add("uprobe_events", definition);
	snprintf(definition, sizeof(definition), "p:otr_probe/two %s a=%%di b=%%si:u32", place);
	fine = fine && add("uprobe_events", definition) && put("events/otr_probe/one/enable", "1");
	hits();
	one = hits();
	fine = fine && put("events/otr_probe/two/enable", "1");
	*value = hits() - one;
	put("events/otr_probe/enable", "0");
	return put("uprobe_events", "\n") && fine;
}
