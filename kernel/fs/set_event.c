// SPDX-License-Identifier: GPL-2.0-only
/* set_event and available_events: events as a list of names. */
#include "event/event.h"
#include "fs/fs.h"
#include "inst/sub.h"

/* Longest word that set_event takes, with the final zero. */
#define WORD_SIZE	128

/* Which events a file lists. */
enum which { AVAILABLE, RECORDED };

static bool wanted(struct otr_file *of, const struct otr_event *ev)
{
	const struct otr_sub *sub;

	if (!ev->ops)
		return false;
	if (of->where.arg == AVAILABLE)
		return true;
	sub = otr_sub_find(of->where.inst, ev);
	return sub && sub->on;
}

/* The walk's position counts events; most walks are one read or two. */
static struct otr_event *walk_on(struct otr_file *of, const struct otr_event_group **group,
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
	} while (!ev || !wanted(of, ev));
	return ev;
}

static void *list_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	const struct otr_event_group *group = NULL;
	struct otr_event *ev = NULL;
	loff_t n = 0;

	mutex_lock(&otr_inst_lock);
	otr_event_lock();
	do
		ev = walk_on(of, &group, ev);
	while (ev && n++ < *pos);
	return ev;
}

static void *list_next(struct seq_file *m, void *v, loff_t *pos)
{
	const struct otr_event *ev = v;
	const struct otr_event_group *group = ev->group;

	++*pos;
	return walk_on(m->private, &group, ev);
}

static void list_stop(struct seq_file *m, void *v)
{
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
}

static int list_show(struct seq_file *m, void *v)
{
	const struct otr_event *ev = v;

	seq_printf(m, "%s:%s\n", ev->system, ev->name);
	return 0;
}

static const struct seq_operations list_walk = {
	.start	= list_start,
	.next	= list_next,
	.stop	= list_stop,
	.show	= list_show,
};

const struct otr_file_ops otr_available_events_ops = {
	.walk	= &list_walk,
};

static int set_event_open(struct otr_file *of)
{
	const struct otr_pick all = {};

	of->where.arg = RECORDED;
	if (!of->truncate)
		return 0;
	mutex_lock(&otr_inst_lock);
	otr_event_lock();
	otr_sub_switch_all(of->where.inst, &all, false);
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
	return 0;
}

/*
 * "system:event", where either may be empty or "*" for all, or one name for a
 * system and for events alike.
 */
static void pick_parse(struct otr_pick *pick, char *word)
{
	char *event = strchr(word, ':');

	*pick = (struct otr_pick){};
	if (!event) {
		pick->either = word;
		return;
	}
	*event++ = '\0';
	if (*word && strcmp(word, "*"))
		pick->system = word;
	if (*event && strcmp(event, "*"))
		pick->event = event;
}

static int switch_word(struct otr_inst *inst, char *word)
{
	struct otr_pick pick;
	bool on = *word != '!';
	int err;

	pick_parse(&pick, word + !on);
	mutex_lock(&otr_inst_lock);
	otr_event_lock();
	err = otr_sub_switch_all(inst, &pick, on);
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
	return err;
}

/* One word of a write; whoever writes comes back with the rest. */
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
		err = switch_word(of->where.inst, name);
	otr_word_free(&word);
	return err ?: used;
}

const struct otr_file_ops otr_set_event_ops = {
	.open	= set_event_open,
	.walk	= &list_walk,
	.write	= set_event_write,
};
