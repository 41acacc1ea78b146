// SPDX-License-Identifier: GPL-2.0-only
/*
 * What uses a user event.
 *
 * The last use may end where the event cannot be removed at once: under otr_switch_lock,
 * when it is switched off. So somebody else looks for events that nobody uses, later.
 */
#include <linux/workqueue.h>

#include "dyn/dyn.h"

static void (*ref_reap)(void);

static void ref_work_run(struct work_struct *work)
{
	typeof(ref_reap) reap = READ_ONCE(ref_reap);

	if (reap)
		reap();
}

static DECLARE_WORK(ref_work, ref_work_run);

/**
 * otr_user_reap_soon - have events removed soon that nobody uses
 *
 * Context: any but NMI.
 */
void otr_user_reap_soon(void)
{
	schedule_work(&ref_work);
}

/**
 * otr_user_put - end a use of a user event
 * @user: the event, which may be gone soon, by RCU
 *
 * Context: any but NMI.
 */
void otr_user_put(struct otr_user *user)
{
	if (atomic_dec_and_test(&user->refs))
		otr_user_reap_soon();
}

/**
 * otr_user_start_reaping - have events looked for that nobody uses
 * @reap: removes them; may sleep
 *
 * Context: module load.
 */
void otr_user_start_reaping(void (*reap)(void))
{
	WRITE_ONCE(ref_reap, reap);
}

/**
 * otr_user_stop_reaping - let events stay that nobody uses
 *
 * For unloading: programs end as they like, but from here on rooms go that have a say when
 * an event does.
 *
 * Context: module unload, no file is open; sleeps while events are being removed.
 */
void otr_user_stop_reaping(void)
{
	WRITE_ONCE(ref_reap, NULL);
	cancel_work_sync(&ref_work);
}
