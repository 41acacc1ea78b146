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
	unsigned long lines, pages = 0;
	uint64_t took;
	FILE *areas;

	if (have("dyn_ftrace_total_info")) {
		unsigned long functions;

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
	areas = fopen("/proc/vmallocinfo", "r");
	if (!areas || !swallow("available_filter_functions", &took, &lines))
		return fail("no list of what is allocated");
	while (fgets(info, sizeof(info), areas)) {
		mark = strstr(info, "pages=");
		if (strstr(info, " fentry_sites_init") && mark)
			pages = strtoul(mark + 6, NULL, 10);
	}
	fclose(areas);
	if (!pages || !lines)
		return fail("no table of functions in /proc/vmallocinfo");
	*value = (double)pages * 4096 / lines;
	return true;
}
