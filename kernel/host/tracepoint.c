// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own tracepoints, by name.
 */
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "host/host.h"

#ifdef CONFIG_TRACEPOINTS
struct search {
	const char		*name;
	struct tracepoint	*found;
};

static void compare(struct tracepoint *tp, void *data)
{
	struct search *search = data;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/**
 * otr_host_tracepoint - one of the kernel's own tracepoints
 * @name: its name
 *
 * Context: process context.
 * Return: the tracepoint, NULL if there is none of that name in this kernel.
 */
struct tracepoint *otr_host_tracepoint(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(compare, &search);
	return search.found;
}
#else
struct tracepoint *otr_host_tracepoint(const char *name)
{
	return NULL;
}
#endif
