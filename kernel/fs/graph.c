// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_graph_function, set_graph_notrace and tracing_thresh: what of the calls
 * function_graph records. And stack_trace_filter, which is
 * another set of functions. See edit.c.
 */
#include <linux/slab.h>

#include "fs/edit.h"
#include "tracer/tracer.h"

#define NUMBER_MAX	32

static int graph_sites_get(const struct otr_file *of, struct otr_siteset *copy)
{
	long what = of->where.arg;
	int err;

	mutex_lock(&otr_inst_lock);
	err = otr_siteset_copy(copy, what == OTR_STACK_FUNCTIONS ? otr_deepest_sites() :
								   otr_graph_sites(what));
	mutex_unlock(&otr_inst_lock);
	return err;
}

static int graph_sites_put(const struct otr_file *of, struct otr_siteset *set)
{
	long what = of->where.arg;
	int err;

	mutex_lock(&otr_tracer_lock);
	err = what == OTR_STACK_FUNCTIONS ? otr_deepest_set_sites(set) :
					    otr_graph_set_sites(what, set);
	mutex_unlock(&otr_tracer_lock);
	return err;
}

static int graph_sites_word(const struct otr_file *of, struct otr_siteset *set, char *word)
{
	struct otr_glob glob;
	long matched;

	otr_glob_parse(&glob, word);
	matched = otr_siteset_match(set, &glob, NULL, glob.not);
	if (matched < 0)
		return matched;
	return matched ? 0 : -EINVAL;
}

static const char *graph_sites_empty(const struct otr_file *of)
{
	return of->where.arg == OTR_NOT ? "#### no functions disabled ####\n" :
					  "#### all functions enabled ####\n";
}

static const struct otr_edit_ops graph_sites_edit = {
	.get	= graph_sites_get,
	.put	= graph_sites_put,
	.word	= graph_sites_word,
	.empty	= graph_sites_empty,
};

static int graph_sites_open(struct otr_file *of)
{
	struct otr_edit *edit = kzalloc(sizeof(*edit), GFP_KERNEL);
	int err = edit ? otr_edit_open(edit, of, &graph_sites_edit) : -ENOMEM;

	if (err)
		kfree(edit);
	else
		of->priv = edit;
	return err;
}

static void graph_sites_release(struct otr_file *of)
{
	otr_edit_close(of->priv);
	kfree(of->priv);
}

const struct otr_file_ops otr_graph_sites_ops = {
	.open		= graph_sites_open,
	.release	= graph_sites_release,
	.walk		= &otr_edit_walk,
	.write		= otr_edit_write,
	.places		= OTR_PLACES_READ,
};

/* In microseconds, as all that users set. */
static int graph_thresh_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%llu\n", otr_graph_thresh() / NSEC_PER_USEC);
	return 0;
}

static ssize_t graph_thresh_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long usecs;
	int err = kstrtoul(text, 10, &usecs);

	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	otr_graph_set_thresh(usecs * NSEC_PER_USEC);
	mutex_unlock(&otr_tracer_lock);
	return len;
}

const struct otr_file_ops otr_thresh_ops = {
	.show		= graph_thresh_show,
	.write		= graph_thresh_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_NOT,
};
