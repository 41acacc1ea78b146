// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows, in which a CPU's slots may be changed.
 *
 * A window is opened, and closed, on the CPU itself, with interrupts off, and opened
 * only while no record is open and no writer is in a slow path. Whatever records then
 * finds a commit position that is no writing position, goes the slow way and is told
 * there that the window is open. A writer that was interrupted before it reserved
 * anything finds another writing position when it goes on, so its cmpxchg fails and
 * it looks again. Readers are kept out by their lock.
 *
 * Where little is to be done, all of it is done with interrupts off: then only an NMI
 * can come, and hardly any record is lost. Where that would take long, it is done in
 * between, by the task that asked for it; what the CPU would have recorded meanwhile is counted
 * as lost.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/smp.h>

#include "buffer/ring.h"

/* A record is open for microseconds; a task that waits so often waits for a bug. */
#define TRIES	10000

/* So many slots, some ten microseconds, are changed with interrupts off. Tests differ. */
#ifndef OTR_WINDOW_SLOTS
#define OTR_WINDOW_SLOTS	1024U
#endif

/* Runs on the CPU with interrupts off, or anywhere if the CPU is not there. */
static void window_open(void *data)
{
	struct otr_window *window = data;
	struct otr_ring_cpu *rc = window->rc;

	if (READ_ONCE(rc->commit) != READ_ONCE(rc->write) || READ_ONCE(rc->busy))
		return;
	OTR_STEP(39);
	WRITE_ONCE(rc->window, 1);
	/* A writer that finds the commit position closed shall find the window open. */
	barrier();
	OTR_STEP(40);
	WRITE_ONCE(rc->commit, OTR_POS_CLOSED);
	/*
	 * A glance that sees anything of what is changed finds it closed, or another
	 * epoch, see memory-order.rst (glances). Pairs with the read barrier in
	 * glance_unchanged(). It orders this CPU as well: an NMI may have recorded
	 * until here, so where writing is, is known from here on.
	 */
	smp_wmb();
	window->write = READ_ONCE(rc->write);
	/* For a writer that was interrupted before it reserved, and goes on in the window. */
	WRITE_ONCE(rc->write, otr_pos_new_lap(window->write));
	OTR_STEP(26);
	window->err = 0;
}

/* Likewise. */
static void window_close(void *data)
{
	struct otr_window *window = data;
	struct otr_ring_cpu *rc = window->rc;
	unsigned int i;

	/* Here, as this CPU may count at any time. */
	for (i = 0; window->emptied && i < OTR_DROP_REASONS; i++)
		local_set(&rc->drops[i], 0);
	WRITE_ONCE(rc->write, window->write);
	OTR_STEP(27);
	/* A writer that finds it valid again shall find what was changed. */
	smp_store_release(&rc->commit, window->write);
	barrier();
	WRITE_ONCE(rc->window, 0);
	otr_reader_publish(rc);
}

/* Likewise, all at once. */
static void window_whole(void *data)
{
	struct otr_window *window = data;

	window_open(window);
	if (window->err)
		return;
	window->apply(window);
	window_close(window);
}

static void window_call(struct otr_window *window, smp_call_func_t func)
{
	if (cpu_online(window->rc->cpu))
		smp_call_function_single(window->rc->cpu, func, window, true);
	else
		func(window);
}

/*
 * Open a window if there can be one now: 0, else -EAGAIN. The caller holds off
 * CPUs that come and go.
 */
int otr_window_try(struct otr_window *window)
{
	struct otr_ring_cpu *rc = window->rc;

	window->err = -EAGAIN;
	otr_reader_lock(rc);
	if (window->slots <= OTR_WINDOW_SLOTS) {
		window_call(window, window_whole);
	} else {
		window_call(window, window_open);
		if (!window->err) {
			window->apply(window);
			window_call(window, window_close);
		}
	}
	otr_reader_unlock(rc);
	return window->err;
}

/* Open a window as soon as there can be one: 0, or -EBUSY. */
int otr_window_run(struct otr_window *window)
{
	unsigned int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (!otr_window_try(window))
			return 0;
		usleep_range(20, 100);
	}
	otr_ring_stop(window->rc->ring, "a record stays open, so that pages cannot be changed");
	return -EBUSY;
}
