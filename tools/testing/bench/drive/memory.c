// SPDX-License-Identifier: GPL-2.0-only
/* What an idle engine takes of memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

/* Bytes per function: what the tables take that are there while nothing is on. */
bool memory(double *value)
{
	char info[512], *mark;
	unsigned long lines, from = 0, to = 0;
	uint64_t took;
	FILE *symbols;

	if (have("dyn_ftrace_total_info")) {
		unsigned long functions, pages;

		if (get("dyn_ftrace_total_info", info, sizeof(info)) <= 0)
			return false;
		mark = strstr(info, "pages:");
		functions = strtoul(info, NULL, 10);
		pages = mark ? strtoul(mark + 6, NULL, 10) : 0;
		if (functions && pages) {
			*value = (double)pages * 4096 / functions;
			return true;
		}
	}
	symbols = fopen("/proc/kallsyms", "r");
	if (!symbols || !swallow("available_filter_functions", &took, &lines))
		return fail("no symbols");
	while (fgets(info, sizeof(info), symbols)) {
		mark = strrchr(info, ' ');
		if (mark && !strcmp(mark, " __start_mcount_loc\n"))
			from = strtoul(info, NULL, 16);
		if (mark && !strcmp(mark, " __stop_mcount_loc\n"))
			to = strtoul(info, NULL, 16);
	}
	fclose(symbols);
	if (to <= from || !lines)
		return fail("no table of functions among the symbols");
	*value = (double)(to - from) / lines;
	return true;
}
