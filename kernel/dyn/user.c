// SPDX-License-Identifier: GPL-2.0-only
/*
 * User events: how they come, go, and are found.
 *
 *	dynamic_events		u:NAME [FIELD[;FIELD]...], -:[user_events/]NAME [FIELDS]
 *	user_events_data	the same without "u:", by ioctl(2)
 *
 * One with USER_EVENT_REG_MULTI_FORMAT may be there in several formats at once, each of
 * which has a number behind its name.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/user_events.h>

#include "dyn/dyn.h"
#include "inst/inst.h"
#include "record/record.h"

/* Most user events; /proc/sys/kernel/user_events_max. */
unsigned int otr_user_max = 32768;

/* By the name that was registered. Its order is that of user_events_status; dyn_lock. */
static DEFINE_HASHTABLE(user_table, 8);
static unsigned int user_nr;
/* Number of the next one that is there in several formats; dyn_lock. */
static u64 user_next_format;

static u32 user_key(const char *name)
{
	return jhash(name, strlen(name), 0);
}

static struct otr_user *user_of_dyn(const struct otr_dyn *dyn)
{
	return container_of(dyn, struct otr_user, dyn);
}

static int user_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_user *user = container_of(ev, struct otr_user, event);
	bool first = hlist_empty(&user->targets);
	int err = otr_dyn_target_add(&user->targets, sub);

	if (err)
		return err;
	atomic_inc(&user->refs);
	if (first)
		otr_user_tell(user, true);
	return 0;
}

static void user_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_user *user = container_of(ev, struct otr_user, event);

	otr_dyn_target_remove(&user->targets, sub);
	if (hlist_empty(&user->targets))
		otr_user_tell(user, false);
	otr_user_put(user);
}

static const struct otr_event_ops user_event_ops = {
	.attach	= user_attach,
	.detach	= user_detach,
	.idle	= otr_user_reap_soon,
};

/* Only users that may trace have events that persist. */
static bool user_may(unsigned int flags)
{
	return !(flags & USER_EVENT_REG_PERSIST) || perfmon_capable();
}

/* One that is there already; ERR_PTR(-EADDRINUSE) if it has other fields. */
static struct otr_user *user_find(const struct otr_user_plan *plan, unsigned int flags)
{
	struct otr_user *user;

	hash_for_each_possible(user_table, user, by_name, user_key(plan->name)) {
		if ((user->flags ^ flags) & USER_EVENT_REG_MULTI_FORMAT)
			continue;
		if (strcmp(user->name, plan->name))
			continue;
		if (otr_user_listed_as(user->listed, plan->fields))
			return user;
		if (!(flags & USER_EVENT_REG_MULTI_FORMAT))
			return ERR_PTR(-EADDRINUSE);
	}
	return NULL;
}

static int user_add(struct otr_user *user, unsigned int flags)
{
	int err;

	if (user_nr >= otr_user_max)
		return -EMFILE;
	user->flags = flags;
	user->event.ops = &user_event_ops;
	atomic_set(&user->refs, flags & USER_EVENT_REG_PERSIST ? 1 : 0);
	err = otr_event_register(&user->event);
	if (err)
		return err;
	otr_dyn_add(&user->dyn, &otr_user_kind);
	hash_add(user_table, &user->by_name, user_key(user->name));
	user_nr++;
	return 0;
}

static struct otr_user *user_create_planned(struct otr_user_plan *plan, unsigned int flags)
{
	struct otr_user *user;
	char *numbered = NULL;
	int err;

	if (flags & USER_EVENT_REG_MULTI_FORMAT) {
		numbered = kasprintf(GFP_KERNEL, "%s.%llx", plan->name, user_next_format++);
		if (!numbered)
			return ERR_PTR(-ENOMEM);
	}
	err = otr_user_plan_fields(plan);
	if (err)
		goto out;
	user = otr_user_make(plan, numbered ? USER_EVENTS_MULTI_SYSTEM : USER_EVENTS_SYSTEM,
			     numbered ?: plan->name);
	err = user ? user_add(user, flags) : -ENOMEM;
	if (err)
		kvfree(user);
out:
	kfree(numbered);
	return err ? ERR_PTR(err) : user;
}

/* The event of a definition, made if need be. Nothing uses it on behalf of the caller. */
static struct otr_user *user_define(const char *text, unsigned int flags)
{
	struct otr_user_plan plan;
	struct otr_user *user;
	int err;

	err = otr_user_plan_begin(&plan, text);
	if (!err && !user_may(flags))
		err = -EPERM;
	user = err ? ERR_PTR(err) : user_find(&plan, flags);
	if (!user)
		user = user_create_planned(&plan, flags);
	otr_user_plan_end(&plan);
	return user;
}

static int user_create(const char *text)
{
	if (text[1] != ':')
		return -ECANCELED;
	/* It would go at once otherwise. */
	return PTR_ERR_OR_ZERO(user_define(skip_spaces(text + 2), USER_EVENT_REG_PERSIST));
}

static void user_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_user *user = user_of_dyn(dyn);

	seq_printf(m, USER_EVENTS_PREFIX "%s%s%s\n", user->name, *user->listed ? " " : "",
		   user->listed);
}

static bool user_match(const struct otr_dyn *dyn, const char *group, const char *event,
		       char **words, int nr)
{
	const struct otr_user *user = user_of_dyn(dyn);
	const char *at = user->listed;
	int i;

	if (strcmp(user->name, event))
		return false;
	if (group && strcmp(group, USER_EVENTS_SYSTEM) && strcmp(group, USER_EVENTS_MULTI_SYSTEM))
		return false;
	for (i = 0; i < nr && at; i++)
		at = otr_user_listed_word(user->listed, at, words[i]);
	return at && !*at;
}

/* Does nothing use it but itself? */
static int user_idle_refs(const struct otr_user *user)
{
	return user->flags & USER_EVENT_REG_PERSIST ? 1 : 0;
}

static bool user_busy(const struct otr_dyn *dyn)
{
	const struct otr_user *user = user_of_dyn(dyn);

	return atomic_read(&user->refs) != user_idle_refs(user);
}

static int user_retire(struct otr_user *user)
{
	int err, idle = user_idle_refs(user);

	/* From 0 on, a fork does not take it any more. */
	if (atomic_cmpxchg(&user->refs, idle, 0) != idle)
		return -EBUSY;
	err = user_may(user->flags) ? otr_event_retire(&user->event) : -EPERM;
	/* Somebody may have begun to want it meanwhile. */
	if (err)
		atomic_add(idle, &user->refs);
	return err;
}

/* Forced once no program has a bit of it. */
static int user_leave(struct otr_dyn *dyn, bool forced)
{
	struct otr_user *user = user_of_dyn(dyn);
	int err = 0;

	if (forced)
		otr_event_withdraw(&user->event, true);
	else
		err = user_retire(user);
	if (!err)
		hash_del(&user->by_name);
	return err;
}

static void user_free(struct otr_dyn *dyn)
{
	struct otr_user *user = user_of_dyn(dyn);

	otr_event_unregister(&user->event);
	otr_dyn_del(dyn);
	user_nr--;
	kvfree_rcu(user, rcu);
}

struct otr_dyn_kind otr_user_kind = {
	.letters	= "u",
	.create		= user_create,
	.show		= user_show,
	.match		= user_match,
	.busy		= user_busy,
	.leave		= user_leave,
	.free		= user_free,
};

/*
 * Remove what nothing uses, nor has to persist. One that is held all the same, by an event
 * probe or by code that has not put it yet, stays until that one lets go: it asks again.
 */
static void user_reap(void)
{
	struct otr_user *user;
	struct hlist_node *next;
	unsigned int bucket;

	otr_dyn_lock();
	hash_for_each_safe(user_table, bucket, next, user, by_name)
		if (!(user->flags & USER_EVENT_REG_PERSIST) && !atomic_read(&user->refs))
			otr_dyn_leave(&user->dyn);
	otr_dyn_settle();
	otr_dyn_unlock();
}

/**
 * otr_user_register - let a file have records of an event, which is made if need be
 * @file: the file
 * @text: the event's definition
 * @flags: USER_EVENT_REG_*, of one that is made
 * @user: the event, which the file keeps
 *
 * Context: may sleep, for some grace periods of RCU; no lock of ours held.
 * Return: its number in the file; -EINVAL for a definition that is wrong; -EADDRINUSE if
 * there is one of that name and other fields; -EPERM; -EMFILE if there are too many; -EBUSY;
 * -ENOMEM.
 */
int otr_user_register(struct otr_user_file *file, const char *text, unsigned int flags,
		      struct otr_user **user)
{
	int number;

	otr_dyn_lock();
	*user = user_define(text, flags);
	if (IS_ERR(*user)) {
		number = PTR_ERR(*user);
	} else {
		number = otr_user_file_add(file, *user);
		/* Made, and not taken. */
		if (number < 0 && !atomic_read(&(*user)->refs))
			otr_dyn_leave(&(*user)->dyn);
	}
	otr_dyn_settle();
	otr_dyn_unlock();
	return number;
}

/**
 * otr_user_delete - remove user events
 * @name: their name, without the number of a format
 *
 * Context: may sleep, for some grace periods of RCU; no lock of ours held.
 * Return: 0; -ENOENT if there is none; -EBUSY, -EPERM for the first that cannot go.
 */
int otr_user_delete(const char *name)
{
	struct otr_user *user;
	struct hlist_node *next;
	int err = -ENOENT;

	otr_dyn_lock();
	hash_for_each_possible_safe(user_table, user, next, by_name, user_key(name)) {
		if (strcmp(user->name, name))
			continue;
		err = otr_dyn_leave(&user->dyn);
		if (err)
			break;
	}
	otr_dyn_settle();
	otr_dyn_unlock();
	return err;
}

/* What wants records of an event: instances that users see, perf, or both. */
static void user_show_used(struct seq_file *m, const struct otr_user *user)
{
	const struct otr_dyn_target *target;
	bool users = false, perf = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(target, &user->targets, node) {
		perf |= target->sub->inst->hidden;
		users |= !target->sub->inst->hidden;
	}
	rcu_read_unlock();
	if (users || perf)
		seq_printf(m, " # Used by%s%s", users ? " ftrace" : "", perf ? " perf" : "");
	seq_putc(m, '\n');
}

/**
 * otr_user_show_status - print user_events_status
 * @m: where to
 *
 * Context: may sleep, no lock of ours held.
 */
void otr_user_show_status(struct seq_file *m)
{
	unsigned int bucket, active = 0, busy = 0;
	const struct otr_user *user;

	otr_dyn_lock();
	hash_for_each(user_table, bucket, user, by_name) {
		bool wanted = READ_ONCE(user->wanted);

		seq_puts(m, user->event.name);
		user_show_used(m, user);
		active++;
		busy += wanted;
	}
	otr_dyn_unlock();
	seq_printf(m, "\nActive: %u\nBusy: %u\n", active, busy);
}

/**
 * otr_user_init - offer user events
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_user_init(void)
{
	int err = otr_user_mm_init();

	if (err)
		return err;
	otr_user_start_reaping(user_reap);
	otr_dyn_register(&otr_user_kind);
	return 0;
}

/**
 * otr_user_exit - the counterpart of otr_user_init()
 *
 * Context: module unload, no file of user events is open; sleeps for some grace periods of
 * RCU where there is something left.
 */
void otr_user_exit(void)
{
	otr_user_mm_exit();
	otr_dyn_unregister(&otr_user_kind);
	/* Nothing is used any more, but somebody may be about to look. */
	otr_user_stop_reaping();
}
