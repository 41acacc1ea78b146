// SPDX-License-Identifier: GPL-2.0-only
/* The registry: event number to description. */
#include <linux/rwsem.h>
#include <linux/xarray.h>

#include "event/event.h"

static DEFINE_XARRAY(events);
static DECLARE_RWSEM(events_sem);

/**
 * otr_event_register - make an event known
 * @ev: its description, which stays in place until it is unregistered
 *
 * Context: may sleep.
 * Return: 0, -EEXIST when the number is taken, -ENOMEM.
 */
int otr_event_register(const struct otr_event *ev)
{
	int err;

	down_write(&events_sem);
	err = xa_insert(&events, ev->id, (void *)ev, GFP_KERNEL);
	up_write(&events_sem);
	return err == -EBUSY ? -EEXIST : err;
}

/**
 * otr_event_unregister - forget an event
 * @ev: an event that otr_event_register() accepted
 *
 * Waits for readers that hold otr_event_lock(), so that the description may
 * be freed afterwards.
 *
 * Context: may sleep.
 */
void otr_event_unregister(const struct otr_event *ev)
{
	down_write(&events_sem);
	if (xa_load(&events, ev->id) == ev)
		xa_erase(&events, ev->id);
	up_write(&events_sem);
}

/**
 * otr_event_find - look an event up
 * @id: number from a record
 *
 * Context: any; the caller holds otr_event_lock() for as long as it uses what
 * it got.
 * Return: the event, or NULL.
 */
const struct otr_event *otr_event_find(u16 id)
{
	return xa_load(&events, id);
}

/**
 * otr_event_next - walk the events by number
 * @ev: where to go on, NULL for the start
 *
 * Context: otr_event_lock() held.
 * Return: the next one, NULL at the end.
 */
const struct otr_event *otr_event_next(const struct otr_event *ev)
{
	unsigned long id = ev ? ev->id : 0;

	return xa_find_after(&events, &id, U16_MAX, XA_PRESENT);
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
 * otr_event_exit - free the registry
 *
 * Context: module unload, after all events were unregistered.
 */
void otr_event_exit(void)
{
	WARN_ON(!xa_empty(&events));
	xa_destroy(&events);
}
