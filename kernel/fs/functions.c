// SPDX-License-Identifier: GPL-2.0-only
/*
 * available_filter_functions, the same with addresses, enabled_functions,
 * touched_functions, and dyn_ftrace_total_info.
 */
#include <linux/slab.h>

#include "fs/fs.h"
#include "site/site.h"

static void *functions_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct otr_site_pos *site = of->priv;

	return otr_site_start(site, *pos) ? site : NULL;
}

static void *functions_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return otr_site_next(v) ? v : NULL;
}

static void functions_stop(struct seq_file *m, void *v)
{
	otr_site_stop();
}

static int functions_show(struct seq_file *m, void *v)
{
	const struct otr_site_pos *site = v;

	otr_site_show_name(m, site);
	if (site->hooked || site->touched)
		otr_site_show_hooks(m, site);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations functions_walk = {
	.start	= functions_start,
	.next	= functions_next,
	.stop	= functions_stop,
	.show	= functions_show,
};

static int functions_addrs_show(struct seq_file *m, void *v)
{
	const struct otr_site_pos *site = v;

	seq_printf(m, "%lx ", site->ip);
	return functions_show(m, v);
}

static const struct seq_operations functions_addrs_walk = {
	.start	= functions_start,
	.next	= functions_next,
	.stop	= functions_stop,
	.show	= functions_addrs_show,
};

static int functions_open_list(struct otr_file *of, bool hooked, bool touched)
{
	struct otr_site_pos *site = kzalloc(sizeof(*site), GFP_KERNEL);

	if (!site)
		return -ENOMEM;
	site->hooked = hooked;
	site->touched = touched;
	of->priv = site;
	return 0;
}

static int functions_available_open(struct otr_file *of)
{
	return functions_open_list(of, false, false);
}

static int functions_enabled_open(struct otr_file *of)
{
	return functions_open_list(of, true, false);
}

static int functions_touched_open(struct otr_file *of)
{
	return functions_open_list(of, false, true);
}

static void functions_list_release(struct otr_file *of)
{
	kfree(of->priv);
}

const struct otr_file_ops otr_functions_ops = {
	.open		= functions_available_open,
	.release	= functions_list_release,
	.walk		= &functions_walk,
};

const struct otr_file_ops otr_function_addrs_ops = {
	.open		= functions_available_open,
	.release	= functions_list_release,
	.walk		= &functions_addrs_walk,
};

const struct otr_file_ops otr_enabled_functions_ops = {
	.open		= functions_enabled_open,
	.release	= functions_list_release,
	.walk		= &functions_walk,
};

const struct otr_file_ops otr_touched_functions_ops = {
	.open		= functions_touched_open,
	.release	= functions_list_release,
	.walk		= &functions_walk,
};

static int functions_total_show(struct otr_file *of, struct seq_file *m)
{
	unsigned long pages, nr = otr_site_count();
	unsigned int tables = otr_site_tables(&pages);

	seq_printf(m, "%lu pages:%lu groups: %u\n", nr, pages, tables);
	return 0;
}

const struct otr_file_ops otr_function_total_ops = {
	.show	= functions_total_show,
	.places	= OTR_PLACES_ANY,
};
