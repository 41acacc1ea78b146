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
#include "record/record.h"
#include "trigger/trigger.h"

#define MODE_DIR	0755

static int events_format_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_find_key(of->where.arg);
	if (ev)
		otr_event_show_format(m, ev);
	otr_event_unlock();
	return ev ? 0 : -ENODEV;
}

static const struct otr_file_ops events_format_ops = {
	.show		= events_format_show,
	.unpinned	= true,
};

static int events_id_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%u\n", (u16)of->where.arg);
	return 0;
}

static const struct otr_file_ops events_id_ops = {
	.show		= events_id_show,
	.unpinned	= true,
	.places		= OTR_PLACES_ANY,
};

/* A letter for what the events of a walk have in common. */
static char events_common_state(char so_far, bool on)
{
	char state = on ? '1' : '0';

	return !so_far || so_far == state ? state : 'X';
}

/* What triggers may switch counts as on, as in-tree: its source is at work. */
static bool events_attached(const struct otr_sub *sub)
{
	return otr_sub_on(sub) || (sub && sub->holders);
}

static char events_group_state(struct otr_inst *inst, const struct otr_event_group *group,
			       char state)
{
	const struct otr_event *ev = NULL;

	while ((ev = otr_group_event(group, ev))) {
		const struct otr_sub *sub = otr_sub_find(inst, ev);

		if (otr_event_switched(ev))
			state = events_common_state(state, events_attached(sub));
	}
	return state;
}

static void events_locks_take(void)
{
	mutex_lock(&otr_inst_lock);
	otr_event_lock();
}

static void events_locks_give(void)
{
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
}

static int events_many_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_event_group *group = NULL;
	struct otr_inst *inst = of->where.inst;
	char state = 0;
	int err = 0;

	events_locks_take();
	if (of->where.arg) {
		group = otr_group_find(of->where.arg);
		if (group)
			state = events_group_state(inst, group, state);
		else
			err = -ENODEV;
	} else {
		while ((group = otr_group_next(group)))
			state = events_group_state(inst, group, state);
	}
	events_locks_give();
	seq_printf(m, "%c\n", state ?: '?');
	return err;
}

static int events_many_write(struct otr_file *of, unsigned long on)
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

static const struct otr_file_ops events_many_ops = {
	.show		= events_many_show,
	.write_number	= events_many_write,
	.places		= OTR_PLACES_ANY,
};

/* Print what @print says of a file's event; it gets NULL for one that nobody touched. */
static int event_show(struct otr_file *of, struct seq_file *m,
		      void (*print)(struct seq_file *m, const struct otr_sub *sub))
{
	const struct otr_event *ev;

	events_locks_take();
	ev = otr_event_find_key(of->where.arg);
	if (ev)
		print(m, otr_sub_find(of->where.inst, ev));
	events_locks_give();
	return ev ? 0 : -ENODEV;
}

static void events_print_switch(struct seq_file *m, const struct otr_sub *sub)
{
	/* A star where triggers may change it. */
	seq_printf(m, "%d%s\n", otr_sub_on(sub), sub && sub->holders ? "*" : "");
}

static int events_one_show(struct otr_file *of, struct seq_file *m)
{
	return event_show(of, m, events_print_switch);
}

static int events_one_write(struct otr_file *of, unsigned long on)
{
	struct otr_event *ev;
	int err;

	if (on > 1)
		return -EINVAL;
	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	err = ev ? otr_sub_switch(of->where.inst, ev, on) : -ENODEV;
	mutex_unlock(&otr_switch_lock);
	return err;
}

static const struct otr_file_ops events_one_ops = {
	.show		= events_one_show,
	.write_number	= events_one_write,
	.places		= OTR_PLACES_ANY,
};

static void events_print_filter(struct seq_file *m, const struct otr_sub *sub)
{
	seq_printf(m, "%s\n", sub && sub->shown ? otr_filter_text(sub->shown) : "none");
}

static int events_filter_show(struct otr_file *of, struct seq_file *m)
{
	return event_show(of, m, events_print_filter);
}

/* Have @change do to a file's event what was written. */
static ssize_t event_write(struct otr_file *of, char *text, size_t len,
			   int (*change)(struct otr_inst *inst, struct otr_event *ev, char *text))
{
	struct otr_event *ev;
	int err;

	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	err = ev ? change(of->where.inst, ev, text) : -ENODEV;
	mutex_unlock(&otr_switch_lock);
	return err ?: len;
}

static ssize_t events_filter_write(struct otr_file *of, char *text, size_t len)
{
	return event_write(of, text, len, otr_sub_set_filter);
}

static const struct otr_file_ops events_filter_ops = {
	.show		= events_filter_show,
	.write		= events_filter_write,
	.write_whole	= true,
	.places		= OTR_PLACES_ANY,
};

static void events_print_triggers(struct seq_file *m, const struct otr_sub *sub)
{
	struct otr_event_trigger *trigger = otr_event_trigger_next(sub, NULL, NULL);
	bool any = false;

	for (; trigger; trigger = otr_event_trigger_next(sub, NULL, trigger)) {
		otr_event_trigger_show(trigger, m);
		any = true;
	}
	if (any)
		return;
	seq_puts(m, "# Available triggers:\n#");
	otr_actions_list(m, OTR_ON_EVENTS);
	seq_putc(m, '\n');
}

static int events_trigger_show(struct otr_file *of, struct seq_file *m)
{
	return event_show(of, m, events_print_triggers);
}

static int events_trigger_open(struct otr_file *of)
{
	struct otr_event *ev;

	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	if (ev && of->truncate)
		otr_event_trigger_clear(of->where.inst, ev);
	mutex_unlock(&otr_switch_lock);
	return ev ? 0 : -ENODEV;
}

static ssize_t events_trigger_write(struct otr_file *of, char *text, size_t len)
{
	return len ? event_write(of, text, len, otr_event_trigger_write) : 0;
}

static const struct otr_file_ops events_trigger_ops = {
	.open		= events_trigger_open,
	.show		= events_trigger_show,
	.write		= events_trigger_write,
	.write_whole	= true,
	.places		= OTR_PLACES_READ,
};

/* Records can be put there, and never be read. */
static int events_inject_show(struct otr_file *of, struct seq_file *m)
{
	return -EPERM;
}

static ssize_t events_inject_write(struct otr_file *of, char *text, size_t len)
{
	return event_write(of, text, len, otr_event_inject);
}

static const struct otr_file_ops events_inject_ops = {
	.show		= events_inject_show,
	.write		= events_inject_write,
	.write_whole	= true,
	.places		= OTR_PLACES_SAME,
};

/* No event has this one: what is written here goes to each of them. */
static int events_filters_show(struct otr_file *of, struct seq_file *m)
{
	seq_puts(m, "### global filter ###\n"
		    "# Use this to set filters for multiple events.\n"
		    "# Only events with the given fields will be affected.\n"
		    "# If no events are modified, an error message will be displayed here\n");
	return 0;
}

static ssize_t events_filters_write(struct otr_file *of, char *text, size_t len)
{
	int err;

	mutex_lock(&otr_switch_lock);
	err = otr_sub_set_filters(of->where.inst, of->where.arg, text);
	mutex_unlock(&otr_switch_lock);
	return err ?: len;
}

static const struct otr_file_ops events_filters_ops = {
	.show		= events_filters_show,
	.write		= events_filters_write,
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

static bool events_has_id(const struct otr_event *ev)
{
	return ev->flags & OTR_EVENT_ID;
}

static bool events_id_visible(const struct otr_where *where)
{
	return event_is(where, events_has_id);
}

static bool events_switch_visible(const struct otr_where *where)
{
	return event_is(where, otr_event_switched);
}

static bool events_has_source(const struct otr_event *ev)
{
	return ev->ops;
}

static bool events_trigger_visible(const struct otr_where *where)
{
	return event_is(where, events_has_source);
}

static const struct otr_row event_rows[] = {
	{ "enable",	OTR_MODE_WRITE,	&events_one_ops,	.visible = events_switch_visible },
	{ "filter",	OTR_MODE_WRITE,	&events_filter_ops,	.visible = events_switch_visible },
	{ "format",	OTR_MODE_READ,	&events_format_ops,	.in_backup = true },
	{ "hist",	OTR_MODE_READ,	&otr_hist_ops },
	{ "hist_debug",	OTR_MODE_READ,	&otr_hist_debug_ops },
	{ "hist.json",	OTR_MODE_WRITE,	&otr_hist_json_ops },
	{ "id",		OTR_MODE_READ,	&events_id_ops,	.visible = events_id_visible,
	  .in_backup = true },
	{ "inject",	0200,		&events_inject_ops,	.visible = events_id_visible },
	{ "trigger",	OTR_MODE_WRITE,	&events_trigger_ops,	.visible = events_trigger_visible },
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
static bool events_system_switch_visible(const struct otr_where *where)
{
	const struct otr_event_group *group;
	const struct otr_event *ev = NULL;
	bool yes = false;

	otr_event_lock();
	group = otr_group_find(where->arg);
	while (group && !yes && (ev = otr_group_event(group, ev)))
		yes = otr_event_switched(ev);
	otr_event_unlock();
	return yes;
}

static const struct otr_row events_system_rows[] = {
	{ "enable", OTR_MODE_WRITE, &events_many_ops, .visible = events_system_switch_visible },
	{ "filter", OTR_MODE_WRITE, &events_filters_ops, .visible = events_system_switch_visible },
};

static const struct otr_dir events_system_dir = {
	.rows	= events_system_rows,
	.nr	= ARRAY_SIZE(events_system_rows),
	.nth	= event_nth,
	.find	= event_find,
};

static bool events_system_entry(const struct otr_where *dir, const struct otr_event_group *group,
				struct otr_entry *entry)
{
	strscpy(entry->name, group->name);
	entry->row = (struct otr_row){
		.name	= entry->name,
		.mode	= MODE_DIR,
		.dir	= &events_system_dir,
	};
	entry->where = *dir;
	entry->where.arg = group->id;
	return true;
}

static bool events_system_nth(const struct otr_where *dir, unsigned int pos,
			      struct otr_entry *entry)
{
	const struct otr_event_group *group = NULL;
	bool found;

	otr_event_lock();
	do
		group = otr_group_next(group);
	while (group && pos--);
	found = group && events_system_entry(dir, group, entry);
	otr_event_unlock();
	return found;
}

static bool events_system_find(const struct otr_where *dir, const char *name,
			       struct otr_entry *entry)
{
	const struct otr_event_group *group = NULL;
	bool found = false;

	otr_event_lock();
	while (!found && (group = otr_group_next(group)))
		found = !strcmp(group->name, name) && events_system_entry(dir, group, entry);
	otr_event_unlock();
	return found;
}

static int events_page_show(struct otr_file *of, struct seq_file *m)
{
	size_t size = PAGE_SIZE << otr_ring_order(of->where.inst->ring);

	otr_event_show_page(m, size - sizeof(struct otr_page));
	return 0;
}

static const struct otr_file_ops events_page_ops = {
	.show	= events_page_show,
	.places	= OTR_PLACES_ANY,
};

static int events_head_show(struct otr_file *of, struct seq_file *m)
{
	otr_event_show_head(m);
	return 0;
}

static const struct otr_file_ops events_head_ops = {
	.show	= events_head_show,
	.places	= OTR_PLACES_ANY,
};

static const struct otr_row events_rows[] = {
	{ "enable",		OTR_MODE_WRITE,	&events_many_ops },
	{ "header_event",	OTR_MODE_READ,	&events_head_ops, .in_backup = true },
	{ "header_page",	OTR_MODE_READ,	&events_page_ops, .in_backup = true },
};

const struct otr_dir otr_events_dir = {
	.rows	= events_rows,
	.nr	= ARRAY_SIZE(events_rows),
	.nth	= events_system_nth,
	.find	= events_system_find,
};
