// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_graph_function, set_graph_notrace, max_graph_depth and tracing_thresh:
 * what of the calls function_graph records. And stack_trace_filter, which is
 * another set of functions.
 *
 * Reading shows what is in force. Writing changes a copy, or an empty set when
 * the file was truncated, which closing puts in force.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/slab.h>

#include "fs/fs.h"
#include "tracer/tracer.h"

#define WORD_SIZE	768
#define NUMBER_MAX	32

struct edit {
	struct otr_siteset	*set;	/* NULL for a reader */
	struct otr_word		word;
	struct otr_site_pos	pos;
	bool			listing;	/* between otr_site_start() and _stop() */
};

static struct otr_siteset *sites_of(long what)
{
	return what == OTR_STACK_FUNCTIONS ? otr_deepest_sites() : otr_graph_sites(what);
}

static int set_sites(long what, struct otr_siteset *set)
{
	return what == OTR_STACK_FUNCTIONS ? otr_deepest_set_sites(set) :
					     otr_graph_set_sites(what, set);
}

static int edit_word(struct edit *edit, char *word)
{
	struct otr_glob glob;
	long matched;

	otr_glob_parse(&glob, word);
	matched = otr_siteset_match(edit->set, &glob, NULL, glob.not);
	if (matched < 0)
		return matched;
	return matched ? 0 : -EINVAL;
}

static ssize_t sites_write(struct otr_file *of, char *text, size_t len)
{
	struct edit *edit = of->priv;
	ssize_t used;
	char *word;
	int err = 0;

	if (!len)
		return 0;
	used = otr_word_feed(&edit->word, text, len);
	if (used < 0)
		return used;
	word = otr_word_ready(&edit->word);
	if (word) {
		err = edit_word(edit, word);
		otr_word_clear(&edit->word);
	}
	return err ?: used;
}

static int begin_writing(struct otr_file *of, struct edit *edit)
{
	int err = otr_word_init(&edit->word, WORD_SIZE);

	if (err)
		return err;
	edit->set = otr_siteset_create();
	if (!edit->set)
		return -ENOMEM;
	if (of->truncate)
		return 0;
	mutex_lock(&otr_inst_lock);
	err = otr_siteset_copy(edit->set, sites_of(of->where.arg));
	mutex_unlock(&otr_inst_lock);
	return err;
}

static void edit_destroy(struct edit *edit)
{
	otr_word_free(&edit->word);
	otr_siteset_destroy(edit->set);
	kfree(edit);
}

static int sites_open(struct otr_file *of)
{
	struct edit *edit = kzalloc(sizeof(*edit), GFP_KERNEL);
	int err;

	if (!edit)
		return -ENOMEM;
	err = of->writing ? begin_writing(of, edit) : 0;
	if (err) {
		edit_destroy(edit);
		return err;
	}
	of->priv = edit;
	return 0;
}

static void sites_release(struct otr_file *of)
{
	struct edit *edit = of->priv;
	struct otr_siteset *set = edit->set;
	char *word;
	int err;

	if (set) {
		word = otr_word_last(&edit->word);
		if (word)
			edit_word(edit, word);
		edit->set = NULL;
		mutex_lock(&otr_inst_lock);
		err = set_sites(of->where.arg, set);
		mutex_unlock(&otr_inst_lock);
		/* Nobody looks at what close() returns. */
		if (err)
			pr_warn("the functions could not be changed: %pe\n",
				ERR_PTR(err));
	}
	edit_destroy(edit);
}

static void *sites_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;
	struct otr_siteset *set;

	mutex_lock(&otr_inst_lock);
	set = sites_of(of->where.arg);
	if (otr_siteset_empty(set))
		return *pos ? NULL : SEQ_START_TOKEN;
	edit->pos.set = set;
	edit->listing = true;
	return otr_site_start(&edit->pos, *pos) ? edit : NULL;
}

static void *sites_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	++*pos;
	if (v == SEQ_START_TOKEN)
		return NULL;
	return otr_site_next(&edit->pos) ? edit : NULL;
}

static void sites_stop(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	if (edit->listing)
		otr_site_stop();
	edit->listing = false;
	mutex_unlock(&otr_inst_lock);
}

static int sites_show(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, of->where.arg == OTR_NOT ? "#### no functions disabled ####\n" :
						       "#### all functions enabled ####\n");
		return 0;
	}
	otr_site_show_name(m, &edit->pos);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations sites_walk = {
	.start	= sites_start,
	.next	= sites_next,
	.stop	= sites_stop,
	.show	= sites_show,
};

const struct otr_file_ops otr_graph_sites_ops = {
	.open		= sites_open,
	.release	= sites_release,
	.walk		= &sites_walk,
	.write		= sites_write,
	.places		= OTR_PLACES_READ,
};

static int depth_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%d\n", otr_graph_depth());
	return 0;
}

static ssize_t depth_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long depth;
	int err = kstrtoul(text, 10, &depth);

	if (err)
		return err;
	mutex_lock(&otr_inst_lock);
	otr_graph_set_depth(depth);
	mutex_unlock(&otr_inst_lock);
	return len;
}

const struct otr_file_ops otr_graph_depth_ops = {
	.show		= depth_show,
	.write		= depth_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
};

/* In microseconds, as all that users set. */
static int thresh_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%llu\n", otr_graph_thresh() / NSEC_PER_USEC);
	return 0;
}

static ssize_t thresh_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long usecs;
	int err = kstrtoul(text, 10, &usecs);

	if (err)
		return err;
	mutex_lock(&otr_inst_lock);
	otr_graph_set_thresh(usecs * NSEC_PER_USEC);
	mutex_unlock(&otr_inst_lock);
	return len;
}

const struct otr_file_ops otr_thresh_ops = {
	.show		= thresh_show,
	.write		= thresh_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
};
