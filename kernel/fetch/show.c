// SPDX-License-Identifier: GPL-2.0-only
/* Arguments in a list of definitions. */
#include <linux/seq_file.h>

#include "fetch/fetch.h"

/**
 * otr_fetch_show - print arguments as they can be written again
 * @m: where to
 * @fetch: they
 *
 * Context: process context.
 */
void otr_fetch_show(struct seq_file *m, const struct otr_fetch *fetch)
{
	unsigned int i;

	for (i = 0; i < fetch->nr; i++)
		seq_printf(m, " %s=%s", fetch->args[i].name, fetch->args[i].text);
}
