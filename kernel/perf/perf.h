/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room perf: events for the system call perf_event_open().
 *
 * Purpose:  the PMUs of tracepoints, kprobes and uprobes, on a kernel that has none of its own:
 *           a program names one of our events by its number, or a place to probe, and what
 *           happens is counted or sampled by perf, for tasks, CPUs and cgroups.
 * Objects:  struct otr_perf_source, one of our events while perf knows it, and until the
 *           event goes; struct otr_perf_use, a struct perf_event that somebody opened, shared
 *           by those that tasks inherit. Both are in internal.h.
 * Locks:    otr_switch_lock for the sources; otr_dyn_lock() while a probe is made or ends. Perf
 *           calls with locks of its own held, which are outside of ours. A record meets no lock,
 *           but for that of another task's events where an event is also about that task.
 * Contexts: opening and closing sleep. A record comes in any context, NMI included.
 *
 * All events of perf are in one instance that users do not see, so that what perf wants
 * and what users see of instances have nothing to do with each other. Perf keeps the
 * module for as long as an event is open, and an event in use keeps the modules that it
 * hangs on.
 */
#ifndef _OTR_PERF_H
#define _OTR_PERF_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_PERF_EVENTS)
int otr_perf_init(void);
void otr_perf_exit(void);
#else
static inline int otr_perf_init(void)
{
	return 0;
}

static inline void otr_perf_exit(void)
{
}
#endif

#endif /* _OTR_PERF_H */
