// SPDX-License-Identifier: GPL-2.0-only
/* How costs grow: one number at several sizes of what it may depend on. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive.h"

/* Functions to hook, a few more each time; at last all that there are. */
static const char * const functions[] = { "", "vfs_*", "t*", "s*", NULL };

/* How many functions a file lists. */
static bool count_lines(const char *path, double *nr)
{
	unsigned long lines;
	uint64_t took;

	if (!swallow(path, &took, &lines))
		return false;
	*nr = lines;
	return true;
}

/* How many functions are hooked at a step. */
static bool count_hooked(unsigned int step, double *nr)
{
	return count_lines(functions[step] ? "set_ftrace_filter" : "available_filter_functions",
			   nr);
}

/* Calls of the one function while others are hooked as well. */
static bool traced(unsigned int step, double *at, double *value)
{
	if (functions[step] && !put("set_ftrace_filter", CALLED))
		return false;
	if (functions[step] && *functions[step] && !add("set_ftrace_filter", functions[step]))
		return false;
	return put("current_tracer", "function") && loop("call", value) &&
	       count_hooked(step, at);
}

/* The same while it is not: no hook but those of others. */
static bool unrelated(unsigned int step, double *at, double *value)
{
	if (functions[step] && !put("set_ftrace_filter", step ? functions[step] : "vfs_read"))
		return false;
	return put("set_ftrace_notrace", CALLED) && put("current_tracer", "function") &&
	       loop("call", value) &&
	       count_hooked(step, at);
}

/* Conditions of which none holds, so that all are looked at. */
static bool conditions(unsigned int step, double *at, double *value)
{
	char text[1024] = "narrow == 1000";
	unsigned int nr = 1U << step, i;

	for (i = 1; i < nr; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " || narrow == %u",
			 1000 + 2 * i);
	*at = nr;
	return put(EVENT "/filter", text) && event_on() && loop("event", value);
}

/* Million ticks to name functions one after the other, from all over the list. */
static bool names(unsigned int step, double *at, double *value)
{
	static const unsigned int nrs[] = { 1, 3, 10, 30 };
	unsigned int nr = nrs[step], line = 0, put_in = 0;
	FILE *list = fopen("available_filter_functions", "r");
	char name[512];
	uint64_t took = 0;

	if (!list)
		return fail("no list of functions");
	while (put_in < nr && fgets(name, sizeof(name), list)) {
		uint64_t start;

		/* Those of modules have more on their line. */
		if (line++ % 500 || strchr(name, ' '))
			continue;
		name[strcspn(name, "\n")] = '\0';
		start = ticks();
		if (!add("set_ftrace_filter", name))
			break;
		took += ticks() - start;
		put_in++;
	}
	fclose(list);
	*at = nr;
	*value = took / 1e6;
	return put_in == nr;
}

static bool loop_on(int cpu, const char *name)
{
	cpu_set_t set;
	double unused;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set) && loop_once(name, &unused);
}

/*
 * An event, while all CPUs have events. They take turns in executing
 * instructions, so it is the time until all are done that counts.
 */
static bool at_once(double *at, double *value)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN), cpu;
	double took[RUNS_MAX];
	unsigned int i;

	*at = nr;
	/* The first time warms up. */
	for (i = 0; i <= runs; i++) {
		uint64_t start = ticks();
		int status, bad = 0;

		for (cpu = 0; cpu < nr; cpu++)
			if (!fork())
				_exit(!loop_on(cpu, "event"));
		while (wait(&status) > 0)
			bad |= status;
		if (bad)
			return fail("a loop ended with %d", bad);
		took[i ? i - 1 : 0] = (double)(ticks() - start) / ROUNDS / nr;
	}
	*value = median(took, runs);
	return true;
}

static bool cpus(unsigned int step, double *at, double *value)
{
	return !step && event_on() && at_once(at, value);
}

/* The same while they are counted and not recorded, all by one key. */
static bool counted(unsigned int step, double *at, double *value)
{
	bool fine = !step && hist_begin() && at_once(at, value);

	return hist_end() && fine;
}

static const struct scale {
	const char	*name;
	unsigned int	steps;
	bool		(*measure)(unsigned int step, double *at, double *value);
} scales[] = {
	{ "traced",	5,	traced },
	{ "unrelated",	5,	unrelated },
	{ "conditions",	6,	conditions },
	{ "names",	4,	names },
	{ "listed",	4,	listed },
	{ "symbols",	3,	symbols },
	{ "entries",	4,	entries },
	{ "frames",	5,	frames },
	{ "cpus",	1,	cpus },
	{ "counted",	1,	counted },
};

/* Measure all, or those of some names: "NAME/AT VALUE", a line each. */
void measure_scales(int nr, char **names, void (*clean)(void))
{
	unsigned int i, step;
	double at, value;

	for (i = 0; i < sizeof(scales) / sizeof(*scales); i++) {
		if (!asked_for(scales[i].name, nr, names))
			continue;
		for (step = 0; step < scales[i].steps; step++) {
			*why = '\0';
			at = step;
			if (scales[i].measure(step, &at, &value) && !*why)
				printf("%s/%.0f %.2f\n", scales[i].name, at, value);
			else
				printf("%s/%.0f - %s\n", scales[i].name, at,
				       *why ? why : "nothing to measure");
			clean();
		}
	}
}
