// SPDX-License-Identifier: GPL-2.0-only
/*
 * events/: a directory per system, and in it one per event.
 *
 * where.arg of an event's directory and files is the event's key, that of a
 * system's is the system's; 0 stands for all events there are. Directories hold
 * no pointers, so what they are about may go away under them.
 */
#include "event/event.h"
#include "fs/fs.h"
#include "inst/inst.h"

#define MODE_DIR	0755

static int format_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_find_key(of->where.arg);
	if (ev)
		otr_event_show_format(m, ev);
	otr_event_unlock();
	return ev ? 0 : -ENODEV;
}

static const struct otr_file_ops format_ops = {
	.show		= format_show,
	.unpinned	= true,
};

static int id_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%u\n", (u16)of->where.arg);
	return 0;
}

static const struct otr_file_ops id_ops = {
	.show		= id_show,
	.unpinned	= true,
	.places		= OTR_PLACES_ANY,
};

/* A letter for what the events of a walk have in common. */
static char common_state(char so_far, bool on)
{
	char state = on ? '1' : '0';

	return !so_far || so_far == state ? state : 'X';
}

static char group_state(struct otr_inst *inst, const struct otr_event_group *group, char state)
{
	const struct otr_event *ev = NULL;

	while ((ev = otr_group_event(group, ev))) {
		const struct otr_sub *sub = otr_sub_find(inst, ev);

		if (ev->ops)
			state = common_state(state, otr_sub_on(sub));
	}
	return state;
}

static void locks_take(void)
{
	mutex_lock(&otr_inst_lock);
	otr_event_lock();
}

static void locks_give(void)
{
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
}

static int many_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_event_group *group = NULL;
	struct otr_inst *inst = of->where.inst;
	char state = 0;
	int err = 0;

	locks_take();
	if (of->where.arg) {
		group = otr_group_find(of->where.arg);
		if (group)
			state = group_state(inst, group, state);
		else
			err = -ENODEV;
	} else {
		while ((group = otr_group_next(group)))
			state = group_state(inst, group, state);
	}
	locks_give();
	seq_printf(m, "%c\n", state ?: '?');
	return err;
}

static int many_write(struct otr_file *of, unsigned long on)
{
	const struct otr_pick pick = { .group = of->where.arg };
	int err;

	if (on > 1)
		return -EINVAL;
	mutex_lock(&otr_switch_lock);
	err = otr_sub_switch_all(of->where.inst, &pick, on);
	mutex_unlock(&otr_switch_lock);
	return err;
}

static const struct otr_file_ops many_ops = {
	.show		= many_show,
	.write_number	= many_write,
	.places		= OTR_PLACES_ANY,
};

/* Print what @print says of a file's event; it gets NULL for one that nobody touched. */
static int event_show(struct otr_file *of, struct seq_file *m,
		      void (*print)(struct seq_file *m, const struct otr_sub *sub))
{
	const struct otr_event *ev;

	locks_take();
	ev = otr_event_find_key(of->where.arg);
	if (ev)
		print(m, otr_sub_find(of->where.inst, ev));
	locks_give();
	return ev ? 0 : -ENODEV;
}

/* A file's event, in place for as long as the caller holds otr_switch_lock. */
static struct otr_event *event_listed(struct otr_file *of)
{
	struct otr_event *ev;

	lockdep_assert_held(&otr_switch_lock);
	otr_event_lock();
	ev = otr_event_find_key(of->where.arg);
	otr_event_unlock();
	return ev;
}

static void print_switch(struct seq_file *m, const struct otr_sub *sub)
{
	/* A star where triggers may change it. */
	seq_printf(m, "%d%s\n", otr_sub_on(sub), sub && sub->holders ? "*" : "");
}

static int one_show(struct otr_file *of, struct seq_file *m)
{
	return event_show(of, m, print_switch);
}

static int one_write(struct otr_file *of, unsigned long on)
{
	struct otr_event *ev;
	int err;

	if (on > 1)
		return -EINVAL;
	mutex_lock(&otr_switch_lock);
	ev = event_listed(of);
	err = ev ? otr_sub_switch(of->where.inst, ev, on) : -ENODEV;
	mutex_unlock(&otr_switch_lock);
	return err;
}

static const struct otr_file_ops one_ops = {
	.show		= one_show,
	.write_number	= one_write,
	.places		= OTR_PLACES_ANY,
};

static void print_filter(struct seq_file *m, const struct otr_sub *sub)
{
	seq_printf(m, "%s\n", sub && sub->shown ? otr_filter_text(sub->shown) : "none");
}

static int filter_show(struct otr_file *of, struct seq_file *m)
{
	return event_show(of, m, print_filter);
}

static ssize_t filter_write(struct otr_file *of, char *text, size_t len)
{
	struct otr_event *ev;
	int err;

	mutex_lock(&otr_switch_lock);
	ev = event_listed(of);
	err = ev ? otr_sub_set_filter(of->where.inst, ev, text) : -ENODEV;
	mutex_unlock(&otr_switch_lock);
	return err ?: len;
}

static const struct otr_file_ops filter_ops = {
	.show		= filter_show,
	.write		= filter_write,
	.write_whole	= true,
	.places		= OTR_PLACES_ANY,
};

/* No event has this one: what is written here goes to each of them. */
static int filters_show(struct otr_file *of, struct seq_file *m)
{
	seq_puts(m, "### global filter ###\n"
		    "# Use this to set filters for multiple events.\n"
		    "# Only events with the given fields will be affected.\n"
		    "# If no events are modified, an error message will be displayed here\n");
	return 0;
}

static ssize_t filters_write(struct otr_file *of, char *text, size_t len)
{
	int err;

	mutex_lock(&otr_switch_lock);
	err = otr_sub_set_filters(of->where.inst, of->where.arg, text);
	mutex_unlock(&otr_switch_lock);
	return err ?: len;
}

static const struct otr_file_ops filters_ops = {
	.show		= filters_show,
	.write		= filters_write,
	.write_whole	= true,
	.places		= OTR_PLACES_ANY,
};

/* Does the event of a directory have a property? */
static bool event_is(const struct otr_where *where, bool (*has)(const struct otr_event *ev))
{
	const struct otr_event *ev;
	bool yes;

	otr_event_lock();
	ev = otr_event_find_key(where->arg);
	yes = ev && has(ev);
	otr_event_unlock();
	return yes;
}

static bool has_id(const struct otr_event *ev)
{
	return ev->flags & OTR_EVENT_ID;
}

static bool id_visible(const struct otr_where *where)
{
	return event_is(where, has_id);
}

static bool has_switch(const struct otr_event *ev)
{
	return ev->ops;
}

static bool switch_visible(const struct otr_where *where)
{
	return event_is(where, has_switch);
}

static const struct otr_row event_rows[] = {
	{ "enable",	OTR_MODE_WRITE,	&one_ops,	.visible = switch_visible },
	{ "filter",	OTR_MODE_WRITE,	&filter_ops,	.visible = switch_visible },
	{ "format",	OTR_MODE_READ,	&format_ops },
	{ "id",		OTR_MODE_READ,	&id_ops,	.visible = id_visible },
};

static const struct otr_dir event_dir = {
	.rows	= event_rows,
	.nr	= ARRAY_SIZE(event_rows),
};

static void event_entry(const struct otr_where *dir, const struct otr_event *ev,
			struct otr_entry *entry)
{
	strscpy(entry->name, ev->name);
	entry->row = (struct otr_row){
		.name	= entry->name,
		.mode	= MODE_DIR,
		.dir	= &event_dir,
	};
	entry->where = *dir;
	entry->where.arg = otr_event_key(ev);
}

static bool event_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	const struct otr_event_group *group;
	const struct otr_event *ev = NULL;

	otr_event_lock();
	group = otr_group_find(dir->arg);
	if (group) {
		do
			ev = otr_group_event(group, ev);
		while (ev && pos--);
	}
	if (ev)
		event_entry(dir, ev, entry);
	otr_event_unlock();
	return ev;
}

static bool event_find(const struct otr_where *dir, const char *name, struct otr_entry *entry)
{
	const struct otr_event_group *group;
	const struct otr_event *ev = NULL;

	otr_event_lock();
	group = otr_group_find(dir->arg);
	if (group)
		ev = otr_event_named(group->name, name);
	if (ev)
		event_entry(dir, ev, entry);
	otr_event_unlock();
	return ev;
}

/* Records that tracers write cannot be switched, nor can their system. */
static bool system_switch_visible(const struct otr_where *where)
{
	const struct otr_event_group *group;
	const struct otr_event *ev = NULL;
	bool yes = false;

	otr_event_lock();
	group = otr_group_find(where->arg);
	while (group && !yes && (ev = otr_group_event(group, ev)))
		yes = ev->ops;
	otr_event_unlock();
	return yes;
}

static const struct otr_row system_rows[] = {
	{ "enable",	OTR_MODE_WRITE,	&many_ops,	.visible = system_switch_visible },
	{ "filter",	OTR_MODE_WRITE,	&filters_ops,	.visible = system_switch_visible },
};

static const struct otr_dir system_dir = {
	.rows	= system_rows,
	.nr	= ARRAY_SIZE(system_rows),
	.nth	= event_nth,
	.find	= event_find,
};

static bool system_entry(const struct otr_where *dir, const struct otr_event_group *group,
			 struct otr_entry *entry)
{
	strscpy(entry->name, group->name);
	entry->row = (struct otr_row){
		.name	= entry->name,
		.mode	= MODE_DIR,
		.dir	= &system_dir,
	};
	entry->where = *dir;
	entry->where.arg = group->id;
	return true;
}

static bool system_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	const struct otr_event_group *group = NULL;
	bool found;

	otr_event_lock();
	do
		group = otr_group_next(group);
	while (group && pos--);
	found = group && system_entry(dir, group, entry);
	otr_event_unlock();
	return found;
}

static bool system_find(const struct otr_where *dir, const char *name, struct otr_entry *entry)
{
	const struct otr_event_group *group = NULL;
	bool found = false;

	otr_event_lock();
	while (!found && (group = otr_group_next(group)))
		found = !strcmp(group->name, name) && system_entry(dir, group, entry);
	otr_event_unlock();
	return found;
}

static int page_show(struct otr_file *of, struct seq_file *m)
{
	size_t size = PAGE_SIZE << otr_ring_order(of->where.inst->ring);

	otr_event_show_page(m, size - sizeof(struct otr_page));
	return 0;
}

static const struct otr_file_ops page_ops = {
	.show	= page_show,
	.places	= OTR_PLACES_ANY,
};

static int head_show(struct otr_file *of, struct seq_file *m)
{
	otr_event_show_head(m);
	return 0;
}

static const struct otr_file_ops head_ops = {
	.show	= head_show,
	.places	= OTR_PLACES_ANY,
};

static const struct otr_row events_rows[] = {
	{ "enable",		OTR_MODE_WRITE,	&many_ops },
	{ "header_event",	OTR_MODE_READ,	&head_ops },
	{ "header_page",	OTR_MODE_READ,	&page_ops },
};

const struct otr_dir otr_events_dir = {
	.rows	= events_rows,
	.nr	= ARRAY_SIZE(events_rows),
	.nth	= system_nth,
	.find	= system_find,
};
