// SPDX-License-Identifier: GPL-2.0-only
/* Reading records as text, and lists. */
#include <fcntl.h>

#include "drive.h"

/* Ticks per record of reading what @name's loop leaves in the buffer. */
bool text(const char *path, const char *name, double *value)
{
	unsigned int i, nr = runs < 5 ? runs : 5;
	double took[RUNS_MAX], unused;
	const unsigned int records = 10000;

	if (!set_rounds(records))
		return false;
	for (i = 0; i < nr; i++) {
		unsigned long lines;
		uint64_t spent;

		if (!put("tracing_on", "0") || !put("trace", "") || !put("tracing_on", "1") ||
		    !loop_once(name, &unused) || !put("tracing_on", "0") ||
		    !swallow(path, &spent, &lines))
			return false;
		if (lines < records)
			return fail("%lu lines in %s", lines, path);
		took[i] = (double)spent / records;
	}
	*value = median(took, nr);
	return true;
}

bool pipe_func(double *value)
{
	return one_function("function") && text("trace_pipe", "call", value);
}

bool cat_func(double *value)
{
	return one_function("function") && text("trace", "call", value);
}

bool pipe_graph(double *value)
{
	return has_tracer("function_graph") && one_function("function_graph") &&
	       text("trace_pipe", "call", value);
}

bool list_functions(double *value)
{
	double took[RUNS_MAX];
	unsigned int i, nr = runs < 5 ? runs : 5;

	for (i = 0; i < nr; i++) {
		unsigned long lines;
		uint64_t spent;

		if (!swallow("available_filter_functions", &spent, &lines) || !lines)
			return false;
		took[i] = (double)spent / lines;
	}
	*value = median(took, nr);
	return true;
}
