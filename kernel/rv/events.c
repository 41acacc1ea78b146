// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of monitors, which are ours, and the events that hang on them. */
#include <linux/string.h>

#define CREATE_TRACE_POINTS
#include "rv/trace.h"

#define OTR_HEADER	"rv/trace.h"
#define OTR_SET		otr_rv_event_set
#include <outrace/define_events.h>

#include "event/event.h"
#include "rv/internal.h"

/* Its name is the monitor's, behind what kind of event it is. */
static bool events_wanted(const struct otr_event *ev)
{
	const char *name = strchr(ev->name, '_') + 1;
	unsigned int i;

	for (i = 0; i < OTR_RV_NR; i++)
		if (!strcmp(name, otr_rv_monitors[i]->name))
			return otr_rv_monitors[i]->offered;
	return false;
}

/**
 * otr_rv_events_init - make the events of monitors known
 *
 * Those of monitors that are not offered wait for a tracepoint that never comes.
 *
 * Context: module load, when it is known which are offered.
 * Return: 0, -ENOMEM, -EBUSY when there are too many events.
 */
int otr_rv_events_init(void)
{
	struct otr_event *const *at;

	for (at = otr_rv_event_set.events; *at; at++)
		if (!events_wanted(*at))
			(*at)->tracepoint = "";
	return otr_event_set_add(&otr_rv_event_set);
}

/**
 * otr_rv_events_exit - the counterpart of otr_rv_events_init()
 *
 * Context: module unload, when no monitor is enabled; sleeps.
 */
void otr_rv_events_exit(void)
{
	otr_event_set_remove(&otr_rv_event_set);
}
