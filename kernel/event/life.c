// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events go away.
 *
 * An event is open or closed. An open one is listed and may be used, and whatever
 * would break if it went is counted: otr_event_get(). A closed one is known by its
 * number alone, so that what it recorded can still be read.
 *
 * All events go the same way, whatever they hang on:
 *
 * 1. The event is closed. otr_event_retire() closes one that is not in use,
 *    otr_event_withdraw() one whose source goes in any case.
 * 2. The rooms above let go of it: gone() of struct otr_event_hooks.
 * 3. Its probes are waited for, once for all events that go together: settle().
 * 4. It is unregistered, unless its source may come again. What it recorded was
 *    dropped by then, so nothing names its number any more.
 */
#include <linux/mutex.h>

#include "event/event.h"

static LIST_HEAD(life_hooks);
/* Guards the list, and keeps events that go together from being mixed with others. */
static DEFINE_MUTEX(life_lock);

/**
 * otr_event_add_hooks - be told when events go away
 * @hooks: what to do; rooms above come later, and are told first
 *
 * Context: may sleep.
 */
void otr_event_add_hooks(struct otr_event_hooks *hooks)
{
	mutex_lock(&life_lock);
	list_add(&hooks->link, &life_hooks);
	mutex_unlock(&life_lock);
}

/**
 * otr_event_remove_hooks - the counterpart of otr_event_add_hooks()
 * @hooks: from there
 *
 * Context: may sleep; none of them is called any more on return.
 */
void otr_event_remove_hooks(struct otr_event_hooks *hooks)
{
	mutex_lock(&life_lock);
	list_del(&hooks->link);
	mutex_unlock(&life_lock);
}

/**
 * otr_event_get - keep an event from being retired
 * @ev: the event
 *
 * For everything that cannot do without the event's source: an event that is
 * attached, or that another one refers to.
 *
 * Context: otr_event_lock() held.
 * Return: true, and otr_event_put() must follow; false if the event is closed.
 */
bool otr_event_get(struct otr_event *ev)
{
	if (ev->flags & OTR_EVENT_CLOSED)
		return false;
	atomic_inc(&ev->users);
	return true;
}

/**
 * otr_event_put - the counterpart of otr_event_get()
 * @ev: the event
 *
 * Context: any.
 */
void otr_event_put(struct otr_event *ev)
{
	/* Another CPU may retire and free the event once it is idle. */
	const struct otr_event_ops *ops = ev->ops;
	int users = atomic_dec_return(&ev->users);

	WARN_ON_ONCE(users < 0);
	if (!users && ops && ops->idle)
		ops->idle();
}

static bool life_close_idle(struct otr_event *ev)
{
	bool idle;

	otr_event_lock_write();
	idle = !atomic_read(&ev->users);
	if (idle)
		otr_event_close(ev);
	otr_event_unlock_write();
	return idle;
}

static void life_tell(struct otr_event *ev, bool for_good)
{
	struct otr_event_hooks *hooks;

	lockdep_assert_held(&life_lock);
	list_for_each_entry(hooks, &life_hooks, link)
		if (hooks->gone)
			hooks->gone(ev, for_good);
	WARN_ON_ONCE(atomic_read(&ev->users));
}

static void life_settle(void)
{
	struct otr_event_hooks *hooks;

	lockdep_assert_held(&life_lock);
	list_for_each_entry(hooks, &life_hooks, link)
		if (hooks->settle)
			hooks->settle();
}

/**
 * otr_event_withdraw - end the use of an event whose source goes away
 * @ev: an event that is registered
 * @for_good: its source does not come again
 *
 * Its users are made to let go of it. otr_event_settle() must follow before
 * anything of the event or its source may be freed.
 *
 * Context: may sleep, no other lock of the rooms above held.
 */
void otr_event_withdraw(struct otr_event *ev, bool for_good)
{
	mutex_lock(&life_lock);
	otr_event_lock_write();
	otr_event_close(ev);
	otr_event_unlock_write();
	life_tell(ev, for_good);
	mutex_unlock(&life_lock);
}

/**
 * otr_event_settle - wait for what events that were withdrawn left
 *
 * Context: that of otr_event_withdraw(); sleeps until no probe of theirs runs, for
 * some RCU grace periods if any of them was used.
 */
void otr_event_settle(void)
{
	mutex_lock(&life_lock);
	life_settle();
	mutex_unlock(&life_lock);
}

/**
 * otr_event_retire - end the use of an event for good, unless it is in use
 * @ev: an event that is registered
 *
 * otr_event_settle() must follow, and then otr_event_unregister(). Of many events that go
 * together, each is retired first, so that all are waited for once.
 *
 * Context: that of otr_event_withdraw().
 * Return: 0; -EBUSY when it is in use, and then it is there as before.
 */
int otr_event_retire(struct otr_event *ev)
{
	int err = -EBUSY;

	mutex_lock(&life_lock);
	if (life_close_idle(ev)) {
		life_tell(ev, true);
		err = 0;
	}
	mutex_unlock(&life_lock);
	return err;
}
