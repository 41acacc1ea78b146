// SPDX-License-Identifier: GPL-2.0-only
/* eval_map: names in print formats that stand for numbers, and the numbers. */
#include <linux/slab.h>

#include "event/event.h"
#include "fs/fs.h"

static void *eval_map_map_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;

	++*pos;
	return (void *)otr_set_next_enum(of->priv);
}

static void *eval_map_map_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	const struct otr_enum *e;
	loff_t n = 0;

	otr_event_lock();
	*(struct otr_enum_walk *)of->priv = (struct otr_enum_walk){};
	do
		e = otr_set_next_enum(of->priv);
	while (e && n++ < *pos);
	return (void *)e;
}

static void eval_map_map_stop(struct seq_file *m, void *v)
{
	otr_event_unlock();
}

static int eval_map_map_show(struct seq_file *m, void *v)
{
	const struct otr_enum *e = v;

	seq_printf(m, "%s %ld (%s)\n", e->name, (long)e->value, e->system);
	return 0;
}

static const struct seq_operations eval_map_map_walk = {
	.start	= eval_map_map_start,
	.next	= eval_map_map_next,
	.stop	= eval_map_map_stop,
	.show	= eval_map_map_show,
};

static int eval_map_map_open(struct otr_file *of)
{
	struct otr_enum_walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL);

	of->priv = walk;
	return walk ? 0 : -ENOMEM;
}

static void eval_map_map_release(struct otr_file *of)
{
	kfree(of->priv);
}

const struct otr_file_ops otr_eval_map_ops = {
	.open		= eval_map_map_open,
	.release	= eval_map_map_release,
	.walk		= &eval_map_map_walk,
};
