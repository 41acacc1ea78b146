// SPDX-License-Identifier: GPL-2.0-only
/* events/: the kinds of records there are, and how they lie on a page. */
#include "event/event.h"
#include "fs/fs.h"

#define MODE_DIR	0755
#define NUMBER_MAX	32

/* where.arg of an event's directory and files is the event's number. */
static int format_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_find(of->where.arg);
	if (ev)
		otr_event_show_format(m, ev);
	otr_event_unlock();
	return ev ? 0 : -ENODEV;
}

static const struct otr_file_ops format_ops = {
	.show	= format_show,
};

static int id_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%ld\n", of->where.arg);
	return 0;
}

static const struct otr_file_ops id_ops = {
	.show	= id_show,
};

static bool selectable(const struct otr_where *where)
{
	const struct otr_event *ev;
	bool yes;

	otr_event_lock();
	ev = otr_event_find(where->arg);
	yes = ev && ev->selectable;
	otr_event_unlock();
	return yes;
}

static const struct otr_row event_rows[] = {
	{ "format",	OTR_MODE_READ,	&format_ops },
	{ "id",		OTR_MODE_READ,	&id_ops,	.visible = selectable },
};

static const struct otr_dir event_dir = {
	.rows	= event_rows,
	.nr	= ARRAY_SIZE(event_rows),
};

static bool event_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	const struct otr_event *ev = NULL;

	otr_event_lock();
	do
		ev = otr_event_next(ev);
	while (ev && pos--);
	if (ev) {
		strscpy(entry->name, ev->name);
		entry->row = (struct otr_row){
			.name	= entry->name,
			.mode	= MODE_DIR,
			.dir	= &event_dir,
		};
		entry->where = *dir;
		entry->where.arg = ev->id;
	}
	otr_event_unlock();
	return ev;
}

/* All records that there are belong to one system. */
static const struct otr_dir system_dir = {
	.nth	= event_nth,
};

static int page_show(struct otr_file *of, struct seq_file *m)
{
	otr_event_show_page(m, PAGE_SIZE - sizeof(struct otr_page));
	return 0;
}

static const struct otr_file_ops page_ops = {
	.show	= page_show,
};

static int head_show(struct otr_file *of, struct seq_file *m)
{
	otr_event_show_head(m);
	return 0;
}

static const struct otr_file_ops head_ops = {
	.show	= head_show,
};

/*
 * The switch of all events that can be switched. None of those above can: a
 * tracer writes them, or user space does. So there is no common state to show.
 */
static int enable_show(struct otr_file *of, struct seq_file *m)
{
	seq_puts(m, "?\n");
	return 0;
}

static ssize_t enable_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long on;
	int err = kstrtoul(text, 10, &on);

	if (err)
		return err;
	return on > 1 ? -EINVAL : len;
}

static const struct otr_file_ops enable_ops = {
	.show		= enable_show,
	.write		= enable_write,
	.write_max	= NUMBER_MAX,
};

static const struct otr_row events_rows[] = {
	{ "enable",		OTR_MODE_WRITE,	&enable_ops },
	{ "ftrace",		MODE_DIR,	.dir = &system_dir },
	{ "header_event",	OTR_MODE_READ,	&head_ops },
	{ "header_page",	OTR_MODE_READ,	&page_ops },
};

const struct otr_dir otr_events_dir = {
	.rows	= events_rows,
	.nr	= ARRAY_SIZE(events_rows),
};
