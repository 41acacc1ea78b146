// SPDX-License-Identifier: GPL-2.0-only
/* What triggers cost, histograms above all. */
#include <stdio.h>

#include "drive.h"

static bool remove_trigger(const char *event, const char *what)
{
	char file[128], undo[256];

	snprintf(file, sizeof(file), "%s/trigger", event);
	snprintf(undo, sizeof(undo), "!%s", what);
	return add(file, undo);
}

/* An event that does something and is not recorded. */
static bool triggered(const char *what, const char *name, double *value)
{
	bool fine;

	if (!need(EVENT "/trigger") || !put(EVENT "/trigger", what))
		return false;
	fine = loop(name, value);
	return remove_trigger(EVENT, what) && fine;
}

static bool counts(const char *what, double *value)
{
	return need(EVENT "/hist") && triggered(what, "event", value);
}

bool hist_key(double *value)
{
	return counts("hist:keys=narrow", value);
}

bool hist_sum(double *value)
{
	return counts("hist:keys=narrow:vals=wide", value);
}

bool hist_two(double *value)
{
	return counts("hist:keys=narrow,wide", value);
}

bool hist_stack(double *value)
{
	return counts("hist:keys=stacktrace", value);
}

#define PAIR_BEGIN	"hist:keys=narrow:ts0=common_timestamp.usecs"
#define PAIR_END	"hist:keys=narrow:lat=common_timestamp.usecs-$ts0:" \
			"onmatch(otr_bench.otr_bench_sample).otr_bench_synth($lat,narrow)"

/* One event keeps its time, the other one finds it, and a synthetic one is recorded. */
bool hist_pair(double *value)
{
	bool fine;

	if (!need(AFTER "/hist") || !need(SYNTH "/enable") || !put(SYNTH "/enable", "1") ||
	    !put(EVENT "/trigger", PAIR_BEGIN))
		return false;
	fine = put(AFTER "/trigger", PAIR_END) && loop("pair", value) &&
	       remove_trigger(AFTER, PAIR_END);
	return remove_trigger(EVENT, PAIR_BEGIN) && put(SYNTH "/enable", "0") && fine;
}

/* Ticks per entry of reading so many. */
bool hist_read(double *value)
{
	static const char what[] = "hist:keys=narrow:size=16384";
	const unsigned int entries = 10000;
	unsigned int i, nr = runs < 5 ? runs : 5;
	double took[RUNS_MAX], unused;
	unsigned long lines = 0;
	uint64_t spent;
	bool fine;

	if (!need(EVENT "/hist") || !set_keys(entries) || !put(EVENT "/trigger", what))
		return false;
	fine = loop_once("keys", &unused);
	for (i = 0; fine && i < nr; i++) {
		fine = swallow(EVENT "/hist", &spent, &lines);
		took[i] = (double)spent / entries;
	}
	if (!remove_trigger(EVENT, what) || !fine)
		return false;
	if (lines < entries)
		return fail("%lu lines", lines);
	*value = median(took, nr);
	return true;
}

/* The record is put together for the filter, and goes nowhere. */
bool trigger_reject(double *value)
{
	return triggered("traceoff if narrow == 3", "event", value);
}

bool stack(double *value)
{
	return triggered("stacktrace", "event", value);
}

/* An event that is counted, by keys of which there are more and more. */
bool entries(unsigned int step, double *at, double *value)
{
	static const unsigned int nrs[] = { 10, 1000, 10000, 64000 };

	*at = nrs[step];
	return need(EVENT "/hist") && set_keys(nrs[step]) &&
	       triggered("hist:keys=narrow:size=131072", "keys", value);
}

/* The same by stack, which gets deeper. */
bool frames(unsigned int step, double *at, double *value)
{
	*at = 8 * step + 1;
	return need(EVENT "/hist") && set_depth(8 * step) &&
	       triggered("hist:keys=stacktrace", "deep", value);
}

static const char counted[] = "hist:keys=narrow:vals=wide";

/* All CPUs add to the sum of one key. */
bool hist_begin(void)
{
	return need(EVENT "/hist") && put(EVENT "/trigger", counted);
}

bool hist_end(void)
{
	return remove_trigger(EVENT, counted);
}
