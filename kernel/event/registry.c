// SPDX-License-Identifier: GPL-2.0-only
/* The registry: event number to description, and the systems. */
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <linux/xarray.h>

#include "event/event.h"

static DEFINE_XARRAY_ALLOC(registry_events);
static DEFINE_HASHTABLE(registry_events_by_name, 10);
static LIST_HEAD(registry_groups);
static unsigned int registry_last_group;
static u32 registry_next_id = OTR_TYPE_FIXED_END;
static u32 registry_last_serial;
static DECLARE_RWSEM(events_sem);

/* For who reads the memory of a kernel. */
const struct otr_told otr_registry_told[] = {
	OTR_TOLD_AT("event.groups", registry_groups),
	{}
};

static struct otr_event_group *registry_group_get(const char *name)
{
	struct otr_event_group *group;

	list_for_each_entry(group, &registry_groups, link)
		if (!strcmp(group->name, name))
			return group;
	group = kzalloc(sizeof(*group), GFP_KERNEL);
	if (!group)
		return NULL;
	group->name = kstrdup(name, GFP_KERNEL);
	if (!group->name) {
		kfree(group);
		return NULL;
	}
	group->id = ++registry_last_group;
	INIT_LIST_HEAD(&group->events);
	list_add(&group->link, &registry_groups);
	return group;
}

static void registry_group_put(struct otr_event_group *group)
{
	if (!list_empty(&group->events))
		return;
	list_del(&group->link);
	kfree(group->name);
	kfree(group);
}

/* A number that no other event has, nor had lately: old records name it. */
static int registry_number(struct otr_event *ev)
{
	u32 id;
	int err;

	if (ev->id) {
		err = xa_insert(&registry_events, ev->id, ev, GFP_KERNEL);
		return err == -EBUSY ? -EEXIST : err;
	}
	err = xa_alloc_cyclic(&registry_events, &id, ev, XA_LIMIT(OTR_TYPE_FIXED_END, U16_MAX),
			      &registry_next_id, GFP_KERNEL);
	if (err < 0)
		return err;
	ev->id = id;
	ev->flags |= OTR_EVENT_NUMBERED;
	return 0;
}

static void registry_number_back(struct otr_event *ev)
{
	xa_erase(&registry_events, ev->id);
	if (ev->flags & OTR_EVENT_NUMBERED)
		ev->id = 0;
	ev->flags &= ~OTR_EVENT_NUMBERED;
}

static u32 registry_name_hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

static int registry_insert(struct otr_event *ev)
{
	int err = registry_number(ev);

	if (err)
		return err;
	ev->group = registry_group_get(ev->system);
	if (!ev->group) {
		registry_number_back(ev);
		return -ENOMEM;
	}
	if (otr_event_points(ev))
		ev->flags |= OTR_EVENT_POINTS;
	if (otr_event_listed(ev))
		ev->serial = ++registry_last_serial;
	atomic_set(&ev->users, 0);
	list_add(&ev->link, &ev->group->events);
	hash_add(registry_events_by_name, &ev->by_name, registry_name_hash(ev->name));
	return 0;
}

/**
 * otr_event_register - make an event known
 * @ev: its description, which stays in place until it is unregistered
 *
 * Context: may sleep.
 * Return: 0; -EEXIST when its number is taken; -EBUSY when there is no number
 * left; -ENOMEM.
 */
int otr_event_register(struct otr_event *ev)
{
	int err;

	down_write(&events_sem);
	err = registry_insert(ev);
	up_write(&events_sem);
	return err;
}

/**
 * otr_event_unregister - forget an event
 * @ev: an event that otr_event_register() accepted
 *
 * Waits for readers that hold otr_event_lock(), so that the description may
 * be freed afterwards. An event that may have been used goes by otr_event_retire()
 * or otr_event_withdraw() first.
 *
 * Context: may sleep.
 */
void otr_event_unregister(struct otr_event *ev)
{
	struct otr_text_program *program = NULL;

	down_write(&events_sem);
	if (xa_load(&registry_events, ev->id) == ev) {
		registry_number_back(ev);
		/* The next time it begins anew. */
		ev->flags &= ~OTR_EVENT_CLOSED;
		list_del(&ev->link);
		hash_del(&ev->by_name);
		registry_group_put(ev->group);
		ev->group = NULL;
		program = ev->program;
		WRITE_ONCE(ev->program, NULL);
	}
	up_write(&events_sem);
	/* A dump when something went wrong holds no lock, but RCU. */
	kfree_rcu_mightsleep(program);
}

/**
 * otr_event_register_all - make several events known, or none
 * @events: the events
 * @nr: how many
 *
 * Context: may sleep.
 * Return: 0, or what otr_event_register() said of one.
 */
int otr_event_register_all(struct otr_event *const *events, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = otr_event_register(events[i]);
	if (err)
		otr_event_unregister_all(events, i - 1);
	return err;
}

/**
 * otr_event_unregister_all - the counterpart of otr_event_register_all()
 * @events: the events
 * @nr: how many
 *
 * Context: may sleep.
 */
void otr_event_unregister_all(struct otr_event *const *events, unsigned int nr)
{
	while (nr-- > 0)
		otr_event_unregister(events[nr]);
}

/**
 * otr_event_find - look an event up
 * @id: number from a record
 *
 * Context: any; the caller holds otr_event_lock() for as long as it uses what
 * it got.
 * Return: the event, or NULL.
 */
struct otr_event *otr_event_find(u16 id)
{
	return xa_load(&registry_events, id);
}

/**
 * otr_event_find_key - look an event up that may have gone meanwhile
 * @key: from otr_event_key()
 *
 * Context: that of otr_event_find().
 * Return: the event, NULL when it went, even if it has come again since.
 */
struct otr_event *otr_event_find_key(long key)
{
	struct otr_event *ev = xa_load(&registry_events, (u16)key);

	return ev && otr_event_listed(ev) && otr_event_key(ev) == key ? ev : NULL;
}

/**
 * otr_event_open - let an event be used
 * @ev: the event, registered or not
 *
 * Context: otr_event_lock_write() held.
 */
void otr_event_open(struct otr_event *ev)
{
	ev->flags &= ~OTR_EVENT_CLOSED;
	ev->serial = ++registry_last_serial;
}

/**
 * otr_event_close - let nobody use an event from here on
 * @ev: the event, registered or not
 *
 * Nor are its texts looked for in the module that has its tracepoint.
 *
 * Context: otr_event_lock_write() held.
 */
void otr_event_close(struct otr_event *ev)
{
	ev->flags |= OTR_EVENT_CLOSED;
	ev->carrier = NULL;
}

/**
 * otr_event_shape - how an event's records are laid out, as a number
 * @ev: the event
 *
 * Context: any; the event stays.
 * Return: the number, not 0: the same for the same names, places and types.
 */
u32 otr_event_shape(const struct otr_event *ev)
{
	const struct otr_field *field;
	u32 shape = jhash(ev->name, strlen(ev->name), registry_name_hash(ev->system));

	for (field = ev->fields; field && field->name; field++) {
		u32 place = field->offset << 16 | field->size;

		shape = jhash(field->name, strlen(field->name), shape);
		shape = jhash(field->type, strlen(field->type), shape);
		shape = jhash_3words(place, field->nr, field->kind << 1 | field->is_signed, shape);
	}
	return shape ?: 1;
}

/**
 * otr_event_next - walk the events by number
 * @ev: where to go on, NULL for the start
 *
 * Context: otr_event_lock() held.
 * Return: the next one, NULL at the end.
 */
struct otr_event *otr_event_next(const struct otr_event *ev)
{
	unsigned long id = ev ? ev->id : 0;

	return xa_find_after(&registry_events, &id, U16_MAX, XA_PRESENT);
}

/**
 * otr_event_named - find an event that users see by its name
 * @system: its system
 * @name: its name
 *
 * Context: otr_event_lock() held.
 * Return: the event, or NULL.
 */
struct otr_event *otr_event_named(const char *system, const char *name)
{
	struct otr_event *ev;

	/* The last one that was registered comes first. */
	hash_for_each_possible(registry_events_by_name, ev, by_name, registry_name_hash(name))
		if (!strcmp(ev->name, name) && !strcmp(ev->system, system) && otr_event_listed(ev))
			return ev;
	return NULL;
}

/**
 * otr_group_find - look a system up
 * @id: its number
 *
 * Context: otr_event_lock() held.
 * Return: the system, or NULL when it is gone.
 */
const struct otr_event_group *otr_group_find(unsigned int id)
{
	struct otr_event_group *group;

	list_for_each_entry(group, &registry_groups, link)
		if (group->id == id)
			return group;
	return NULL;
}

/**
 * otr_group_next - walk the systems that have an event to show
 * @group: where to go on, NULL for the start
 *
 * Context: otr_event_lock() held.
 * Return: the next one, NULL at the end.
 */
const struct otr_event_group *otr_group_next(const struct otr_event_group *group)
{
	struct otr_event_group *next = list_entry(group ? &group->link : &registry_groups,
						  struct otr_event_group, link);

	list_for_each_entry_continue(next, &registry_groups, link)
		if (otr_group_event(next, NULL))
			return next;
	return NULL;
}

/**
 * otr_group_event - walk a system's events that users see
 * @group: the system
 * @ev: where to go on, NULL for the start
 *
 * Context: otr_event_lock() held.
 * Return: the next one, NULL at the end.
 */
struct otr_event *otr_group_event(const struct otr_event_group *group, const struct otr_event *ev)
{
	struct otr_event *next = list_entry(ev ? &ev->link : &group->events,
					    struct otr_event, link);

	list_for_each_entry_continue(next, &group->events, link)
		if (otr_event_listed(next))
			return next;
	return NULL;
}

/**
 * otr_event_lock - keep every registered event in place
 *
 * Context: may sleep. Several may hold it.
 */
void otr_event_lock(void)
{
	down_read(&events_sem);
}

/**
 * otr_event_unlock - the counterpart of otr_event_lock()
 *
 * Context: any.
 */
void otr_event_unlock(void)
{
	up_read(&events_sem);
}

/**
 * otr_event_lock_write - keep every reader of events out
 *
 * Context: may sleep.
 */
void otr_event_lock_write(void)
{
	down_write(&events_sem);
}

/**
 * otr_event_unlock_write - the counterpart of otr_event_lock_write()
 *
 * Context: any.
 */
void otr_event_unlock_write(void)
{
	up_write(&events_sem);
}

/**
 * otr_registry_exit - free the registry
 *
 * Context: module unload, after all events were unregistered.
 */
void otr_registry_exit(void)
{
	WARN_ON(!xa_empty(&registry_events));
	WARN_ON(!list_empty(&registry_groups));
	xa_destroy(&registry_events);
}
