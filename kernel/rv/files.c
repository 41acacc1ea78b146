// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory rv. Where a file shows one thing, a zero byte is behind it, as programs
 * find it in-tree.
 */
#include <linux/cleanup.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

#include "host/host.h"
#include "rv/internal.h"

/* Longest name of a monitor or reactor that a user writes, with "!" or the end of a line. */
#define NAME_MAX_WRITTEN	33

/* What the files of a monitor are about: where.arg is 1 more than its number. */
static struct otr_rv_monitor *files_monitor(long arg)
{
	return otr_rv_monitors[arg - 1];
}

static void files_show_text(struct seq_file *m, const char *text)
{
	seq_printf(m, "%s\n", text);
	seq_putc(m, '\0');
}

static int files_enable_show(struct otr_file *of, struct seq_file *m)
{
	files_show_text(m, READ_ONCE(files_monitor(of->where.arg)->enabled) ? "1" : "0");
	return 0;
}

static int files_set_enabled(struct otr_rv_monitor *mon, bool on)
{
	if (on)
		return otr_rv_enable(mon);
	otr_rv_disable(mon);
	return 0;
}

static ssize_t files_enable_write(struct otr_file *of, char *text, size_t len)
{
	bool on;
	int err = kstrtobool(text, &on);

	if (err)
		return err;
	guard(mutex)(&otr_rv_lock);
	return files_set_enabled(files_monitor(of->where.arg), on) ?: len;
}

static const struct otr_file_ops files_enable_ops = {
	.show	= files_enable_show,
	.write	= files_enable_write,
	.places	= OTR_PLACES_SAME,
	.moves	= OTR_MOVES_NOT,
};

static int files_desc_show(struct otr_file *of, struct seq_file *m)
{
	files_show_text(m, files_monitor(of->where.arg)->description);
	return 0;
}

static const struct otr_file_ops files_desc_ops = {
	.show	= files_desc_show,
	.places	= OTR_PLACES_SAME,
};

static int files_reactors_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_rv_reactor *mine = READ_ONCE(files_monitor(of->where.arg)->reactor);
	unsigned int i;

	for (i = 0; i < otr_rv_nr_reactors; i++)
		seq_printf(m, &otr_rv_reactors[i] == mine ? "[%s]\n" : "%s\n",
			   otr_rv_reactors[i].name);
	return 0;
}

static ssize_t files_reactors_write(struct otr_file *of, char *text, size_t len)
{
	const char *name = strim(text);
	unsigned int i;

	if (!len)
		return -EINVAL;
	if (!*name)
		return len;
	guard(mutex)(&otr_rv_lock);
	for (i = 0; i < otr_rv_nr_reactors; i++)
		if (!strcmp(name, otr_rv_reactors[i].name)) {
			otr_rv_set_reactor(files_monitor(of->where.arg), &otr_rv_reactors[i]);
			return len;
		}
	return -EINVAL;
}

static const struct otr_file_ops files_reactors_ops = {
	.show		= files_reactors_show,
	.write		= files_reactors_write,
	.write_max	= NAME_MAX_WRITTEN,
	.write_whole	= true,
};

static const struct otr_row files_monitor_rows[] = {
	{ "desc", OTR_MODE_READ, &files_desc_ops },
	{ "enable", OTR_MODE_WRITE, &files_enable_ops },
	{ "reactors", OTR_MODE_WRITE, &files_reactors_ops },
};

static const struct otr_dir files_monitor_dir = {
	.rows	= files_monitor_rows,
	.nr	= ARRAY_SIZE(files_monitor_rows),
};

static bool files_monitor_nth(const struct otr_where *dir, unsigned int pos,
			      struct otr_entry *entry)
{
	if (pos >= OTR_RV_NR)
		return false;
	entry->row = (struct otr_row){ .mode = OTR_MODE_DIR, .dir = &files_monitor_dir };
	entry->where = *dir;
	entry->where.arg = pos + 1;
	if (otr_rv_monitors[pos]->offered) {
		strscpy(entry->name, otr_rv_monitors[pos]->name);
		entry->row.name = entry->name;
	}
	return true;
}

static const struct otr_dir files_monitors_dir = {
	.nth	= files_monitor_nth,
};

static int files_available_show(struct otr_file *of, struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < OTR_RV_NR; i++)
		if (otr_rv_monitors[i]->offered)
			seq_printf(m, "%s\n", otr_rv_monitors[i]->name);
	return 0;
}

static const struct otr_file_ops files_available_ops = {
	.show	= files_available_show,
};

static int files_enabled_open(struct otr_file *of)
{
	if (of->truncate) {
		guard(mutex)(&otr_rv_lock);
		otr_rv_disable_all();
	}
	return 0;
}

static int files_enabled_show(struct otr_file *of, struct seq_file *m)
{
	unsigned int i;

	guard(mutex)(&otr_rv_lock);
	for (i = 0; i < OTR_RV_NR; i++)
		if (otr_rv_monitors[i]->enabled)
			seq_printf(m, "%s\n", otr_rv_monitors[i]->name);
	return 0;
}

static ssize_t files_enabled_write(struct otr_file *of, char *text, size_t len)
{
	const char *name = strim(text);
	bool on = *name != '!';
	unsigned int i;

	if (!len)
		return -EINVAL;
	name += !on;
	if (!*name)
		return len;
	guard(mutex)(&otr_rv_lock);
	for (i = 0; i < OTR_RV_NR; i++)
		if (otr_rv_monitors[i]->offered && !strcmp(name, otr_rv_monitors[i]->name))
			return files_set_enabled(otr_rv_monitors[i], on) ?: len;
	return -EINVAL;
}

static const struct otr_file_ops files_enabled_ops = {
	.open		= files_enabled_open,
	.show		= files_enabled_show,
	.write		= files_enabled_write,
	.write_max	= NAME_MAX_WRITTEN,
	.write_whole	= true,
};

static int files_reactors_available_show(struct otr_file *of, struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < otr_rv_nr_reactors; i++)
		seq_printf(m, "%s\n", otr_rv_reactors[i].name);
	return 0;
}

static const struct otr_file_ops files_reactors_available_ops = {
	.show	= files_reactors_available_show,
};

static int files_monitoring_show(struct otr_file *of, struct seq_file *m)
{
	files_show_text(m, READ_ONCE(otr_rv_on) ? "1" : "0");
	return 0;
}

static ssize_t files_monitoring_write(struct otr_file *of, char *text, size_t len)
{
	bool on;
	int err = kstrtobool(text, &on);

	if (err)
		return err;
	guard(mutex)(&otr_rv_lock);
	otr_rv_switch(on);
	return len;
}

static const struct otr_file_ops files_monitoring_ops = {
	.show	= files_monitoring_show,
	.write	= files_monitoring_write,
	.places	= OTR_PLACES_SAME,
	.moves	= OTR_MOVES_NOT,
};

static int files_reacting_show(struct otr_file *of, struct seq_file *m)
{
	files_show_text(m, READ_ONCE(otr_rv_reacting) ? "1" : "0");
	return 0;
}

static ssize_t files_reacting_write(struct otr_file *of, char *text, size_t len)
{
	bool on;
	int err = kstrtobool(text, &on);

	if (err)
		return err;
	guard(mutex)(&otr_rv_lock);
	otr_rv_set_reacting(on);
	return len;
}

static const struct otr_file_ops files_reacting_ops = {
	.show	= files_reacting_show,
	.write	= files_reacting_write,
	.places	= OTR_PLACES_SAME,
	.moves	= OTR_MOVES_NOT,
};

static const struct otr_row files_rows[] = {
	{ "available_monitors", OTR_MODE_READ, &files_available_ops },
	{ "available_reactors", OTR_MODE_READ, &files_reactors_available_ops },
	{ "enabled_monitors", OTR_MODE_WRITE, &files_enabled_ops },
	{ "monitoring_on", OTR_MODE_WRITE, &files_monitoring_ops },
	{ "monitors", OTR_MODE_DIR, .dir = &files_monitors_dir },
	{ "reacting_on", OTR_MODE_WRITE, &files_reacting_ops },
};

const struct otr_dir otr_rv_dir = {
	.rows	= files_rows,
	.nr	= ARRAY_SIZE(files_rows),
};
