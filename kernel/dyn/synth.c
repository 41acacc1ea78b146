// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic events: how they come, go, and are found.
 *
 *	synthetic_events	NAME FIELDS, !NAME
 *	dynamic_events		s:[synthetic/]NAME FIELDS, -:[synthetic/]NAME
 *
 * An event has a list of the instances that want it, and so does not care what writes
 * records: it has no probe.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "dyn/internal.h"
#include "inst/inst.h"
#include "record/record.h"

static struct otr_synth *synth_of_dyn(const struct otr_dyn *dyn)
{
	return container_of(dyn, struct otr_synth, dyn);
}

static int synth_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_synth *synth = container_of(ev, struct otr_synth, event);
	int err;

	/* A module that writes the records may not go while somebody wants them. */
	if (!try_module_get(synth->module))
		return -EBUSY;
	err = otr_dyn_target_add(&synth->targets, sub);
	if (err)
		module_put(synth->module);
	return err;
}

static void synth_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_synth *synth = container_of(ev, struct otr_synth, event);

	otr_dyn_target_remove(&synth->targets, sub);
	module_put(synth->module);
}

static const struct otr_event_ops synth_event_ops = {
	.attach	= synth_attach,
	.detach	= synth_detach,
};

static struct otr_synth *synth_named(const char *name)
{
	struct otr_dyn *dyn = NULL;

	while ((dyn = otr_dyn_next(&otr_synth_kind, dyn))) {
		struct otr_synth *synth = synth_of_dyn(dyn);

		if (!strcmp(synth->event.name, name))
			return synth;
	}
	return NULL;
}

static int synth_add(const char *name, const struct otr_synth_plan *plan, struct module *module)
{
	struct otr_synth *synth = otr_synth_build(name, plan);
	int err;

	if (!synth)
		return -ENOMEM;
	synth->event.ops = &synth_event_ops;
	synth->module = module;
	err = otr_event_register(&synth->event);
	if (err) {
		kvfree(synth);
		return err;
	}
	otr_dyn_add(&synth->dyn, &otr_synth_kind);
	return 0;
}

static int synth_read_and_add(struct otr_cmd *cmd, const char *name, const char *fields,
			      struct module *module)
{
	struct otr_synth_plan *plan = kzalloc(sizeof(*plan), GFP_KERNEL);
	int err;

	if (!plan)
		return -ENOMEM;
	plan->cmd = *cmd;
	err = otr_synth_read(plan, fields);
	if (!err)
		err = synth_add(name, plan, module);
	*cmd = plan->cmd;
	otr_synth_forget(plan);
	kfree(plan);
	return err;
}

static int synth_define(struct otr_cmd *cmd, const char *name, const char *fields,
			struct module *module)
{
	if (!*name)
		return otr_synth_fail(cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	if (!otr_synth_good_name(name))
		return otr_synth_fail(cmd, OTR_SYNTH_BAD_NAME, name);
	if (synth_named(name)) {
		otr_synth_fail(cmd, OTR_SYNTH_THERE, name);
		return -EEXIST;
	}
	return synth_read_and_add(cmd, name, fields, module);
}

/* Is there a name, and a first field, before anything else? */
static bool synth_is_whole(const char *text)
{
	const char *end = strchrnul(text, ';');
	unsigned int words = 0;
	bool inside = false;

	for (; text < end; text++) {
		words += !inside && !isspace(*text);
		inside = !isspace(*text);
	}
	return words >= 3;
}

/* A name, up to the first blank, and what is behind it. */
static int synth_define_named(struct otr_cmd *cmd, const char *from, struct module *module)
{
	size_t len = strcspn(from, " \t");
	char *name;
	int err;

	if (!from[len])
		return otr_synth_fail(cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	name = kmemdup_nul(from, len, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	err = synth_define(cmd, name, skip_spaces(from + len), module);
	kfree(name);
	return err;
}

static int synth_leave(struct otr_dyn *dyn, bool forced)
{
	struct otr_event *ev = &synth_of_dyn(dyn)->event;

	if (!forced)
		return otr_event_retire(ev);
	otr_event_withdraw(ev, true);
	return 0;
}

static void synth_free(struct otr_dyn *dyn)
{
	struct otr_synth *synth = synth_of_dyn(dyn);

	otr_event_unregister(&synth->event);
	otr_dyn_del(dyn);
	kvfree_rcu(synth, rcu);
}

/**
 * otr_synth_remove - remove a synthetic event
 * @name: its name
 *
 * Context: may sleep, for some grace periods of RCU; no lock of ours held.
 * Return: 0; -ENOENT if there is none; -EBUSY.
 */
int otr_synth_remove(const char *name)
{
	struct otr_synth *synth;
	int err = -ENOENT;

	otr_dyn_lock();
	synth = synth_named(name);
	if (synth)
		err = otr_dyn_leave(&synth->dyn);
	otr_dyn_settle();
	otr_dyn_unlock();
	return err;
}

static int synth_remove_named(const char *text)
{
	char *name = kmemdup_nul(text, strcspn(text, " \t"), GFP_KERNEL);
	int err;

	if (!name)
		return -ENOMEM;
	err = otr_synth_remove(name);
	kfree(name);
	return err;
}

/**
 * otr_synth_command - do what a line of synthetic_events says
 * @line: "NAME FIELDS", or "!NAME" and anything; an empty one is none
 * @module: the module that says so, NULL for a user
 *
 * What is wrong goes to the first instance's error log.
 *
 * Context: may sleep; no lock of ours held.
 * Return: 0; -EINVAL; -EEXIST if there is one of that name; -ENOENT or -EBUSY for one that
 * is to go; -ENOMEM.
 */
int otr_synth_command(const char *line, struct module *module)
{
	const char *text = skip_spaces(line);
	struct otr_cmd cmd;
	int err;

	if (!*text)
		return 0;
	if (*text == '!')
		return synth_remove_named(text + 1);
	otr_cmd_init(&cmd, &otr_synth_catalog, text);
	otr_dyn_lock();
	if (synth_is_whole(text))
		err = synth_define_named(&cmd, text, module);
	else
		err = otr_synth_fail(&cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	otr_dyn_unlock();
	otr_errlog_add(&otr_inst_top()->errors, &cmd);
	return err;
}

/* A line of dynamic_events; unlike the other file's, it may name the group. */
static int synth_create_grouped(struct otr_cmd *cmd, const char *name)
{
	if (!strpbrk(cmd->text, " \t"))
		return otr_synth_fail(cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	if (strchr(name, '/')) {
		size_t group = str_has_prefix(name, OTR_SYNTH_SYSTEM "/");

		if (!group)
			return otr_synth_fail(cmd, OTR_SYNTH_BAD_GROUP, NULL);
		name += group;
	}
	/* In the other file that would be one to be removed. */
	if (*name != '!' && !synth_is_whole(name))
		return otr_synth_fail(cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	return synth_define_named(cmd, name, NULL);
}

static int synth_create(const char *text)
{
	struct otr_cmd cmd;
	int err;

	if (text[1] != ':')
		return -ECANCELED;
	otr_cmd_init(&cmd, &otr_synth_catalog, text);
	err = synth_create_grouped(&cmd, text + 2);
	otr_errlog_add(&otr_inst_top()->errors, &cmd);
	return err;
}

static bool synth_match(const struct otr_dyn *dyn, const char *group, const char *event,
			char **words, int nr)
{
	const struct otr_synth *synth = synth_of_dyn(dyn);

	return !strcmp(synth->event.name, event) && (!group || !strcmp(group, OTR_SYNTH_SYSTEM));
}

static bool synth_busy(const struct otr_dyn *dyn)
{
	return atomic_read(&synth_of_dyn(dyn)->refs);
}

/**
 * otr_synth_show - print a definition as synthetic_events has it
 * @m: where to
 * @dyn: of a synthetic event
 *
 * Context: otr_dyn_lock() held.
 */
void otr_synth_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_synth *synth = synth_of_dyn(dyn);
	unsigned int i;

	seq_printf(m, "%s\t", synth->event.name);
	for (i = 0; i < synth->nr; i++)
		seq_printf(m, "%s%s %s", i ? "; " : "", synth->fields[i].type,
			   synth->fields[i].name);
	seq_putc(m, '\n');
}

static void synth_show_whole(struct seq_file *m, const struct otr_dyn *dyn)
{
	seq_puts(m, "s:" OTR_SYNTH_SYSTEM "/");
	otr_synth_show(m, dyn);
}

struct otr_dyn_kind otr_synth_kind = {
	.letters	= "s",
	.create		= synth_create,
	.show		= synth_show_whole,
	.match		= synth_match,
	.busy		= synth_busy,
	.leave		= synth_leave,
	.free		= synth_free,
};

/**
 * otr_synth_of - the synthetic event that an event is
 * @ev: the event
 *
 * Context: otr_event_lock() held, or what keeps the event.
 * Return: it, NULL if it is another kind of event.
 */
struct otr_synth *otr_synth_of(const struct otr_event *ev)
{
	return ev->ops == &synth_event_ops ? container_of(ev, struct otr_synth, event) : NULL;
}

/**
 * otr_synth_get - find a synthetic event, and keep it
 * @name: its name
 *
 * A holder lets go of it at the latest when &struct otr_event_hooks.gone says so.
 *
 * Context: may sleep; otr_switch_lock and otr_inst_lock may be held.
 * Return: it, for otr_synth_put(); NULL if there is none.
 */
struct otr_synth *otr_synth_get(const char *name)
{
	struct otr_synth *synth = NULL;
	struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_named(OTR_SYNTH_SYSTEM, name);
	if (ev)
		synth = otr_synth_of(ev);
	if (synth && otr_event_get(ev))
		atomic_inc(&synth->refs);
	else
		synth = NULL;
	otr_event_unlock();
	return synth;
}

/**
 * otr_synth_put - the counterpart of otr_synth_get()
 * @synth: from there
 *
 * Context: any.
 */
void otr_synth_put(struct otr_synth *synth)
{
	atomic_dec(&synth->refs);
	otr_event_put(&synth->event);
}
