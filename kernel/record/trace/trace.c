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

static struct otr_event_set *const trace_sets[] = { OTR_TRACE_SETS };

/* One wait for the probes of all. */
static void trace_sets_remove(unsigned int nr)
{
	while (nr-- > 0)
		otr_set_remove(trace_sets[nr]);
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

	for (i = 0; i < ARRAY_SIZE(trace_sets); i++) {
		otr_trace_withhold(trace_sets[i]);
		err = otr_event_set_add(trace_sets[i]);
		if (err) {
			trace_sets_remove(i);
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
	trace_sets_remove(ARRAY_SIZE(trace_sets));
}
