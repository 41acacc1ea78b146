// SPDX-License-Identifier: GPL-2.0-only
/* eval_map: names in print formats that stand for numbers, and the numbers. */
#include <linux/slab.h>

#include "event/event.h"
#include "fs/fs.h"

static void *map_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;

	++*pos;
	return (void *)otr_set_next_enum(of->priv);
}

static void *map_start(struct seq_file *m, loff_t *pos)
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

static void map_stop(struct seq_file *m, void *v)
{
	otr_event_unlock();
}

static int map_show(struct seq_file *m, void *v)
{
	const struct otr_enum *e = v;

	seq_printf(m, "%s %ld (%s)\n", e->name, (long)e->value, e->system);
	return 0;
}

static const struct seq_operations map_walk = {
	.start	= map_start,
	.next	= map_next,
	.stop	= map_stop,
	.show	= map_show,
};

static int map_open(struct otr_file *of)
{
	struct otr_enum_walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL);

	of->priv = walk;
	return walk ? 0 : -ENOMEM;
}

static void map_release(struct otr_file *of)
{
	kfree(of->priv);
}

const struct otr_file_ops otr_eval_map_ops = {
	.open		= map_open,
	.release	= map_release,
	.walk		= &map_walk,
};
