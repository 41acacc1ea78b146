// SPDX-License-Identifier: GPL-2.0-only
/* What functions cost that are traced, and switching it on and off. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drive.h"

/* Trace the one function, and nothing else. */
bool one_function(const char *tracer)
{
	return put("set_ftrace_filter", CALLED) && put("current_tracer", tracer);
}

bool call_off(double *value)
{
	return loop("call", value);
}

bool func_one(double *value)
{
	return one_function("function") && call_off(value);
}

/* A call pays neither for the functions that others call, nor for hooks on them. */
bool call_among(double *value)
{
	return put("set_ftrace_notrace", CALLED) && put("current_tracer", "function") &&
	       call_off(value);
}

bool func_among(double *value)
{
	return put("current_tracer", "function") && call_off(value);
}

bool func_pid(double *value)
{
	return put("set_ftrace_pid", "1") && one_function("function") && call_off(value);
}

bool func_off(double *value)
{
	return one_function("function") && put("tracing_on", "0") && call_off(value);
}

bool second_instance(void)
{
	return need("instances") && (!mkdir(SECOND, 0755) || errno == EEXIST ||
				     fail("mkdir " SECOND ": %s", strerror(errno)));
}

bool func_two(double *value)
{
	return second_instance() && need(SECOND "/set_ftrace_filter") &&
	       put(SECOND "/set_ftrace_filter", CALLED) &&
	       put(SECOND "/current_tracer", "function") && func_one(value);
}

bool has_tracer(const char *name)
{
	char text[512], *word, *rest = text;

	if (get("available_tracers", text, sizeof(text)) <= 0)
		return false;
	while ((word = strsep(&rest, "\n ")))
		if (!strcmp(word, name))
			return true;
	return fail("no tracer %s", name);
}

bool graph_one(double *value)
{
	return has_tracer("function_graph") && one_function("function_graph") && call_off(value);
}

/* Options that newer kernels than 6.12 have; here they are there with any tracer. */
static bool option(const char *path)
{
	return need(path) && put(path, "1");
}

bool func_args(double *value)
{
	return option("options/func-args") && func_one(value);
}

bool graph_retaddr(double *value)
{
	return option("options/funcgraph-retaddr") && graph_one(value);
}

bool graph_args(double *value)
{
	return option("options/funcgraph-args") && graph_one(value);
}

bool profile(double *value)
{
	return need("function_profile_enabled") && put("set_ftrace_filter", CALLED) &&
	       put("function_profile_enabled", "1") && call_off(value);
}

/* Millions of ticks until all functions call a tracer, or call it no more. */
static bool switch_all(const char *tracer, bool on, double *value)
{
	unsigned int i, nr = runs < 5 ? runs : 5;
	double took[RUNS_MAX];
	uint64_t start;

	if (!has_tracer(tracer))
		return false;
	for (i = 0; i <= nr; i++) {
		uint64_t between;

		start = ticks();
		if (!put("current_tracer", tracer))
			return false;
		between = ticks();
		if (!put("tracing_on", "0"))
			return false;
		if (on)
			took[i ? i - 1 : 0] = between - start;
		start = ticks();
		if (!put("current_tracer", "nop"))
			return false;
		if (!on)
			took[i ? i - 1 : 0] = ticks() - start;
		put("tracing_on", "1");
		/* What was put off till nobody looks, so that it is not the next one's. */
		usleep(200000);
	}
	*value = median(took, nr) / 1e6;
	return true;
}

bool func_all_on(double *value)
{
	return switch_all("function", true, value);
}

bool func_all_off(double *value)
{
	return switch_all("function", false, value);
}

bool graph_all_on(double *value)
{
	return switch_all("function_graph", true, value);
}

bool graph_all_off(double *value)
{
	return switch_all("function_graph", false, value);
}

bool filter_one(double *value)
{
	double took[RUNS_MAX];
	unsigned int i;

	for (i = 0; i < runs; i++) {
		uint64_t start = ticks();

		if (!put("set_ftrace_filter", i & 1 ? "vfs_read" : "vfs_write"))
			return false;
		took[i] = ticks() - start;
	}
	*value = median(took, runs) / 1e6;
	return true;
}
