// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own events: those of the headers that Kbuild.headers lists, each
 * of which was made into a set by an object of its own.
 */
#include <linux/tracepoint.h>

#include "event/event.h"
#include "record/internal.h"
#include "record/trace/borrow.h"
#include "record/trace/sets.h"

static struct otr_event_set *const sets[] = { OTR_TRACE_SETS };

/* One wait for the probes of all. */
static void sets_remove(unsigned int nr)
{
	while (nr-- > 0)
		otr_set_remove(sets[nr]);
	tracepoint_synchronize_unregister();
}

/**
 * otr_trace_init - make events of the kernel's tracepoints known
 *
 * Context: module load, once sets are taken.
 * Return: 0, -ENOMEM, -EBUSY when there are too many events.
 */
int otr_trace_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		otr_trace_withhold(sets[i]);
		err = otr_event_set_add(sets[i]);
		if (err) {
			sets_remove(i);
			return err;
		}
	}
	return 0;
}

/**
 * otr_trace_exit - the counterpart of otr_trace_init()
 *
 * Context: module unload; sleeps for some RCU grace periods.
 */
void otr_trace_exit(void)
{
	sets_remove(ARRAY_SIZE(sets));
}
