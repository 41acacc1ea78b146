// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows, in which a CPU's slots may be changed.
 *
 * A window is open on the CPU itself, with interrupts off, while no record is
 * open and no writer is in a slow path. Only an NMI can come then; it finds a
 * commit position that is no writing position, goes the slow way and is told
 * there that the window is open. A writer that was interrupted before it
 * reserved anything finds another lap in the writing position afterwards, so
 * its cmpxchg fails and it looks again. Readers are kept out by their lock.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/smp.h>

#include "buffer/ring.h"

/* A record is open for microseconds; a task that waits so often waits for a bug. */
#define TRIES	10000

/* Runs on the CPU with interrupts off, or anywhere if the CPU is not there. */
static void window_in_window(void *data)
{
	struct otr_window *window = data;
	struct otr_ring_cpu *rc = window->rc;

	if (READ_ONCE(rc->commit) != READ_ONCE(rc->write) || READ_ONCE(rc->busy))
		return;
	WRITE_ONCE(rc->window, 1);
	/* A writer that finds the commit position closed shall find the window open. */
	barrier();
	WRITE_ONCE(rc->commit, OTR_POS_CLOSED);
	barrier();
	OTR_STEP(26);
	window->apply(window);
	OTR_STEP(27);
	/* A writer that finds it valid again shall find what was changed. */
	smp_store_release(&rc->commit, READ_ONCE(rc->write));
	barrier();
	WRITE_ONCE(rc->window, 0);
	otr_reader_publish(rc);
	window->err = 0;
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
	if (cpu_online(rc->cpu))
		smp_call_function_single(rc->cpu, window_in_window, window, true);
	else
		window_in_window(window);
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
