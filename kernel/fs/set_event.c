// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_event, available_events, show_event_filters and show_event_triggers: events as a
 * list of names.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "event/event.h"
#include "fs/fs.h"
#include "host/host.h"
#include "inst/inst.h"
#include "trigger/trigger.h"

/* Longest word that set_event takes, with the final zero. */
#define WORD_SIZE	128
/* The column at which show_event_filters and show_event_triggers have them. */
#define SHOWN_FROM	32

/*
 * What a file lists: all events, those that are recorded or waited for, those that
 * have a filter, or those that have triggers.
 */
enum which { AVAILABLE, AWAITED_TOO, FILTERED, TRIGGERED };

static bool set_event_wanted(struct otr_file *of, const struct otr_event *ev)
{
	const struct otr_sub *sub;

	if (!otr_event_switched(ev))
		return false;
	if (of->where.arg == AVAILABLE)
		return true;
	sub = otr_sub_find(of->where.inst, ev);
	if (of->where.arg == FILTERED)
		return sub && sub->shown;
	if (of->where.arg == TRIGGERED)
		return sub && !list_empty(&sub->triggers);
	return sub && (otr_sub_on(sub) || sub->holders);
}

/* The walk's position counts events; most walks are one read or two. */
static struct otr_event *set_event_walk_on(struct otr_file *of,
					   const struct otr_event_group **group,
					   const struct otr_event *from)
{
	struct otr_event *ev = (struct otr_event *)from;

	do {
		ev = *group ? otr_group_event(*group, ev) : NULL;
		if (!ev) {
			*group = otr_group_next(*group);
			if (!*group)
				return NULL;
		}
	} while (!ev || !set_event_wanted(of, ev));
	return ev;
}

/* An item of the walk: an event, or what is known of events that do not exist yet. */
struct item {
	const struct otr_event	*ev;
	const struct otr_pick	*pick;
};

static struct item *set_event_item_next(struct otr_file *of, struct item *item)
{
	const struct otr_event_group *group = item->ev ? item->ev->group : NULL;

	if (!item->pick) {
		item->ev = set_event_walk_on(of, &group, item->ev);
		if (item->ev)
			return item;
	}
	if (of->where.arg != AWAITED_TOO)
		return NULL;
	item->pick = otr_await_next(&of->where.inst->awaited, item->pick);
	return item->pick ? item : NULL;
}

static void *set_event_list_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct item *item = of->priv;
	loff_t n = 0;

	mutex_lock(&otr_inst_lock);
	otr_event_lock();
	*item = (struct item){};
	do
		item = set_event_item_next(of, of->priv);
	while (item && n++ < *pos);
	return item;
}

static void *set_event_list_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return set_event_item_next(m->private, v);
}

static void set_event_list_stop(struct seq_file *m, void *v)
{
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
}

static void set_event_show_pick(struct seq_file *m, const struct otr_pick *pick)
{
	if (pick->either)
		seq_printf(m, "%s:mod:%s\n", pick->either, pick->module);
	else
		seq_printf(m, "%s:%s:mod:%s\n", pick->system ?: "*", pick->event ?: "*",
			   pick->module);
}

static int set_event_list_show(struct seq_file *m, void *v)
{
	const struct item *item = v;

	if (item->pick)
		set_event_show_pick(m, item->pick);
	else
		seq_printf(m, "%s:%s\n", item->ev->system, item->ev->name);
	return 0;
}

static const struct seq_operations set_event_list_walk = {
	.start	= set_event_list_start,
	.next	= set_event_list_next,
	.stop	= set_event_list_stop,
	.show	= set_event_list_show,
};

static int set_event_list_open(struct otr_file *of)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	of->priv = item;
	return item ? 0 : -ENOMEM;
}

static void set_event_list_release(struct otr_file *of)
{
	kfree(of->priv);
}

const struct otr_file_ops otr_available_events_ops = {
	.open		= set_event_list_open,
	.release	= set_event_list_release,
	.walk		= &set_event_list_walk,
};

static void set_event_show_name(struct seq_file *m, const struct otr_event *ev)
{
	int len = strlen(ev->system) + 1 + strlen(ev->name);

	seq_printf(m, "%s:%s%*s", ev->system, ev->name, max(SHOWN_FROM - len, 1), "");
}

static int set_event_filters_show(struct seq_file *m, void *v)
{
	const struct otr_event *ev = ((struct item *)v)->ev;
	const struct otr_file *of = m->private;

	set_event_show_name(m, ev);
	seq_printf(m, "%s\n", otr_filter_text(otr_sub_find(of->where.inst, ev)->shown));
	return 0;
}

static const struct seq_operations set_event_filters_walk = {
	.start	= set_event_list_start,
	.next	= set_event_list_next,
	.stop	= set_event_list_stop,
	.show	= set_event_filters_show,
};

static int set_event_filters_open(struct otr_file *of)
{
	of->where.arg = FILTERED;
	return set_event_list_open(of);
}

const struct otr_file_ops otr_show_filters_ops = {
	.open		= set_event_filters_open,
	.release	= set_event_list_release,
	.walk		= &set_event_filters_walk,
};

static int set_event_triggers_show(struct seq_file *m, void *v)
{
	const struct otr_event *ev = ((struct item *)v)->ev;
	const struct otr_file *of = m->private;
	const struct otr_sub *sub = otr_sub_find(of->where.inst, ev);
	struct otr_event_trigger *trigger = NULL;

	while ((trigger = otr_event_trigger_next(sub, NULL, trigger))) {
		set_event_show_name(m, ev);
		otr_event_trigger_show(trigger, m);
	}
	return 0;
}

static const struct seq_operations set_event_triggers_walk = {
	.start	= set_event_list_start,
	.next	= set_event_list_next,
	.stop	= set_event_list_stop,
	.show	= set_event_triggers_show,
};

static int set_event_triggers_open(struct otr_file *of)
{
	of->where.arg = TRIGGERED;
	return set_event_list_open(of);
}

const struct otr_file_ops otr_show_triggers_ops = {
	.open		= set_event_triggers_open,
	.release	= set_event_list_release,
	.walk		= &set_event_triggers_walk,
};

static int set_event_open(struct otr_file *of)
{
	const struct otr_pick all = {};

	of->where.arg = AWAITED_TOO;
	if (!of->truncate)
		return set_event_list_open(of);
	mutex_lock(&otr_switch_lock);
	otr_sub_switch_all(of->where.inst, &all, false);
	mutex_lock(&otr_inst_lock);
	otr_await_clear(&of->where.inst->awaited);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_switch_lock);
	return set_event_list_open(of);
}

/* Events of a module that does not have them: it may come. */
static int set_event_await_events(struct otr_inst *inst, const struct otr_pick *pick, bool on)
{
	int err;

	if (otr_host_has_module(pick->module))
		return -EINVAL;
	mutex_lock(&otr_inst_lock);
	err = on ? otr_awaited_add(inst, pick) : otr_await_remove(&inst->awaited, pick);
	mutex_unlock(&otr_inst_lock);
	return err;
}

static int set_event_switch_word(struct otr_inst *inst, char *word)
{
	bool on = *word != '!';
	char *events = word + !on;
	char *module = strstr(events, ":mod:");
	struct otr_pick pick;
	int err;

	if (module) {
		*module = '\0';
		module += strlen(":mod:");
		if (!*module)
			return -EINVAL;
		/* A module's own name has no dash. */
		strreplace(module, '-', '_');
	}
	otr_pick_parse(&pick, events, module);
	mutex_lock(&otr_switch_lock);
	err = otr_sub_switch_all(inst, &pick, on);
	if (module && err == -EINVAL)
		err = set_event_await_events(inst, &pick, on);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/* One word of a write; the writer comes back with the rest. */
static ssize_t set_event_write(struct otr_file *of, char *text, size_t len)
{
	struct otr_word word;
	ssize_t used;
	char *name;
	int err;

	if (!len)
		return 0;
	err = otr_word_init(&word, WORD_SIZE);
	if (err)
		return err;
	used = otr_word_feed(&word, text, len);
	name = used < 0 ? NULL : otr_word_last(&word);
	if (name)
		err = set_event_switch_word(of->where.inst, name);
	otr_word_free(&word);
	return err ?: used;
}

const struct otr_file_ops otr_set_event_ops = {
	.open		= set_event_open,
	.release	= set_event_list_release,
	.walk		= &set_event_list_walk,
	.write		= set_event_write,
};
