// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynamic_events, and the older files for one kind of what it has: synthetic_events,
 * kprobe_events, uprobe_events; and kprobe_profile and uprobe_profile, which say how often
 * those were hit.
 *
 * Each is a door to the same registry, and shows those definitions that it takes. What
 * is written are lines; the first that is wrong ends the write, those before it stay.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "dyn/dyn.h"
#include "fs/fs.h"
#include "probe/probe.h"

/* Most of a line, its end included; the in-tree tracer has room for a zero as well. */
#define LINE_BYTES	4095

/*
 * A file.
 *
 * @kind: what it shows and clears, NULL for all
 * @command: takes a line
 * @show: prints a definition
 */
struct dyn_door {
	const struct otr_dyn_kind	*kind;
	int				(*command)(const char *line);
	void				(*show)(struct seq_file *m, const struct otr_dyn *dyn);
};

static int dyn_synth_command(const char *line)
{
	return otr_synth_command(line, NULL);
}

static int dyn_kprobe_command(const char *line)
{
	return otr_dyn_command_of(line, &otr_kprobe_kind);
}

static int dyn_uprobe_command(const char *line)
{
	return otr_dyn_command_of(line, &otr_uprobe_kind);
}

static const struct dyn_door dyn_doors[] = {
	[OTR_DOOR_ALL] = {
		.command	= otr_dyn_command,
		.show		= otr_dyn_show,
	},
	[OTR_DOOR_SYNTH] = {
		.kind		= &otr_synth_kind,
		.command	= dyn_synth_command,
		.show		= otr_synth_show,
	},
	[OTR_DOOR_KPROBE] = {
		.kind		= &otr_kprobe_kind,
		.command	= dyn_kprobe_command,
		.show		= otr_dyn_show,
	},
	[OTR_DOOR_KPROBE_PROFILE] = {
		.kind		= &otr_kprobe_kind,
		.show		= otr_kprobe_profile,
	},
	[OTR_DOOR_UPROBE] = {
		.kind		= &otr_uprobe_kind,
		.command	= dyn_uprobe_command,
		.show		= otr_dyn_show,
	},
	[OTR_DOOR_UPROBE_PROFILE] = {
		.kind		= &otr_uprobe_kind,
		.show		= otr_uprobe_profile,
	},
};

static const struct dyn_door *dyn_door(const struct otr_file *of)
{
	return &dyn_doors[of->where.arg];
}

static int dyn_open(struct otr_file *of)
{
	return of->truncate ? otr_dyn_remove_all(dyn_door(of)->kind) : 0;
}

static void *dyn_walk_start(struct seq_file *m, loff_t *pos)
{
	return otr_dyn_start(pos);
}

static void *dyn_walk_next(struct seq_file *m, void *v, loff_t *pos)
{
	return otr_dyn_walk(v, pos);
}

static void dyn_walk_stop(struct seq_file *m, void *v)
{
	otr_dyn_stop();
}

static int dyn_walk_show(struct seq_file *m, void *v)
{
	const struct otr_dyn *dyn = list_entry(v, struct otr_dyn, link);
	const struct dyn_door *door = dyn_door(m->private);

	if (!door->kind || dyn->kind == door->kind)
		door->show(m, dyn);
	return 0;
}

static const struct seq_operations dyn_walk = {
	.start	= dyn_walk_start,
	.next	= dyn_walk_next,
	.stop	= dyn_walk_stop,
	.show	= dyn_walk_show,
};

/*
 * Do what lines of @text say; the last one may go on behind it, unless it is the @last piece.
 * How much was done; 0 for a line that is too long, or has a zero in it.
 */
static ssize_t dyn_run(const struct dyn_door *door, char *text, size_t len, bool last)
{
	size_t done = 0;

	while (done < len) {
		char *line = text + done, *end = strchrnul(line, '\n');
		int err;

		if (!*end && !(last && end == text + len))
			break;
		done = min_t(size_t, end + 1 - text, len);
		*end = '\0';
		*strchrnul(line, '#') = '\0';
		err = door->command(line);
		if (err)
			return err;
	}
	return done;
}

static ssize_t dyn_write(struct otr_file *of, const char __user *from, size_t len)
{
	char *text = kmalloc(LINE_BYTES + 1, GFP_KERNEL);
	size_t done = 0;
	ssize_t step = 1;

	if (!text)
		return -ENOMEM;
	while (done < len) {
		size_t piece = min_t(size_t, len - done, LINE_BYTES);

		step = copy_from_user(text, from + done, piece) ? -EFAULT : 0;
		text[piece] = '\0';
		if (!step)
			step = dyn_run(dyn_door(of), text, piece, done + piece == len);
		if (step <= 0)
			break;
		done += step;
	}
	kfree(text);
	return step > 0 ? done : step ?: -EINVAL;
}

const struct otr_file_ops otr_dyn_ops = {
	.open		= dyn_open,
	.walk		= &dyn_walk,
	.write_user	= dyn_write,
	.moves		= OTR_MOVES_NOT,
};

const struct otr_file_ops otr_dyn_profile_ops = {
	.walk		= &dyn_walk,
};

/**
 * otr_dyn_define_kprobe - do what a line in kprobe_events asks for
 * @definition: the line
 *
 * Context: may sleep.
 * Return: 0, or an errno; error_log says why.
 */
int otr_dyn_define_kprobe(const char *definition)
{
	return dyn_kprobe_command(definition);
}

/**
 * otr_dyn_enable_kprobes - have the first instance record all kprobes
 *
 * Context: may sleep.
 */
void otr_dyn_enable_kprobes(void)
{
	const struct otr_dyn *dyn = NULL;

	otr_dyn_lock();
	mutex_lock(&otr_switch_lock);
	while ((dyn = otr_dyn_next(&otr_kprobe_kind, dyn))) {
		struct otr_event *ev = otr_kprobe_event(dyn);
		int err = otr_sub_switch(otr_inst_top(), ev, true);

		if (err)
			pr_warn("parameter kprobe_event: \"%s:%s\" was not switched on: %pe\n",
				ev->system, ev->name, ERR_PTR(err));
	}
	mutex_unlock(&otr_switch_lock);
	otr_dyn_unlock();
}
