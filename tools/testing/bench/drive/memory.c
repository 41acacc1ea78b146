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
	unsigned long functions, pages;
	char info[512], *mark;

	if (get("dyn_ftrace_total_info", info, sizeof(info)) <= 0)
		return false;
	mark = strstr(info, "pages:");
	functions = strtoul(info, NULL, 10);
	pages = mark ? strtoul(mark + 6, NULL, 10) : 0;
	if (!functions || !pages)
		return fail("no table of functions in dyn_ftrace_total_info");
	*value = (double)pages * 4096 / functions;
	return true;
}
