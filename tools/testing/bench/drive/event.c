// SPDX-License-Identifier: GPL-2.0-only
/* What events cost. */
#include <stdio.h>

#include "drive.h"

bool event_on(void)
{
	return need(EVENT "/enable") && put(EVENT "/enable", "1");
}

bool event_off(double *value)
{
	return need(EVENT "/enable") && loop("event", value);
}

bool event(double *value)
{
	return event_on() && loop("event", value);
}

static bool event_filter(const char *filter, double *value)
{
	return need(EVENT "/filter") && put(EVENT "/filter", filter) && event(value);
}

bool event_pass(double *value)
{
	return event_filter("narrow == 2", value);
}

bool event_reject(double *value)
{
	return event_filter("narrow == 3", value);
}

bool event_pid(double *value)
{
	return need("set_event_pid") && put("set_event_pid", "1") && event(value);
}

bool event_two(double *value)
{
	return second_instance() && need(SECOND "/" EVENT "/enable") &&
	       put(SECOND "/" EVENT "/enable", "1") && event(value);
}

static bool synthetic(const char *event, const char *name, double *value)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/enable", event);
	if (!need(file) || !put(file, "1"))
		return false;
	return loop(name, value) && put(file, "0");
}

bool synth(double *value)
{
	return synthetic(SYNTH, "synth", value);
}

bool synth_text(double *value)
{
	return synthetic(SYNTH_TEXT, "synth_text", value);
}

bool pipe_event(double *value)
{
	return event_on() && text("trace_pipe", "event", value);
}

bool cat_event(double *value)
{
	return event_on() && text("trace", "event", value);
}
