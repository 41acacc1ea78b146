/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room perf. */
#ifndef _OTR_PERF_INTERNAL_H
#define _OTR_PERF_INTERNAL_H

#include <linux/perf_event.h>

#include "inst/inst.h"
#include "probe/probe.h"
#include "perf/perf.h"

/**
 * struct otr_perf_here - what perf wants of an event on one CPU
 * @events: events of perf that are on this CPU now. Changed by this CPU alone, with
 *	    interrupts off, and read by it with preemption off
 * @unwanted: a task for which there was none; -1 for none
 */
struct otr_perf_here {
	struct hlist_head	events;
	pid_t			unwanted;
};

/**
 * struct otr_perf_source - one of our events, for perf
 * @tap: gets its records
 * @here: what is wanted, on each CPU
 * @count_at: where in the record it is said how often it happened, 0 for once
 * @task_at: where another task is named whose events it counts for as well, 0 for none
 * @gap: bytes that the in-tree tracer's records have between their members and what is behind
 * @type: its number, as records have it: a private one has none
 * @where: for a probe, what it is at
 * @from_user: it is about what user space did: that is where it happened
 * @event: the event, NULL when it went away
 * @owner: the module that the event is part of; each use holds it
 * @carrier: the module that brings it, the same
 * @sub: the event in the instance for perf, while there are @uses and the event
 * @uses: how many &struct otr_perf_use there are
 * @gone: in the list of those whose events went away
 *
 * The members up to @from_user are set once.
 */
struct otr_perf_source {
	struct otr_tap			tap;
	struct otr_perf_here __percpu	*here;
	u16				count_at;
	u16				task_at;
	u16				gap;
	u16				type;
	enum otr_probe_where		where;
	bool				from_user;

	/* otr_switch_lock */
	struct otr_event		*event;
	struct module			*owner;
	struct module			*carrier;
	struct otr_sub			*sub;
	unsigned int			uses;
	struct list_head		gone;
};

/**
 * struct otr_perf_use - what was opened, for the event and those that tasks inherit from it
 * @filter: what records have to pass, NULL for nothing; set once, and read with preemption off
 * @source: our event; NULL when it was given back
 * @own: it is a private one, that ends with this
 * @function: it is calls of functions, whose source this is
 * @closed: in the list of those that are to be freed
 */
struct otr_perf_use {
	struct otr_filter	*filter;
	struct otr_perf_source	*source;
	struct otr_event	*own;
	struct otr_perf_function *function;
	struct llist_node	closed;
};

/* Of an event of perf that is ours. */
static __always_inline const struct otr_perf_use *otr_perf_use_of(const struct perf_event *event)
{
	return event->pmu_private;
}

/* source.c */
struct otr_perf_source *otr_perf_source_get(const struct perf_event *event,
					    struct otr_event *own);
bool otr_perf_source_put(struct otr_perf_source *source, bool wait);
int otr_perf_source_filter(const struct otr_perf_source *source, const char *text,
			   struct otr_filter **filter);
void otr_perf_sources_settle(void);
void otr_perf_sources_init(void);
void otr_perf_sources_exit(void);

/* function.c */
struct otr_perf_function;
struct otr_perf_function *otr_perf_function_open(struct perf_event *event);
void otr_perf_function_close(struct otr_perf_function *function);
struct otr_perf_source *otr_perf_function_source(struct otr_perf_function *function);
int otr_perf_function_filter(struct otr_perf_function *function, char *text);

/* hit.c */
void otr_perf_hit(struct otr_tap *tap, const struct otr_hit *hit);
int otr_perf_hits_init(const struct pmu *pmu);
void otr_perf_hits_exit(void);

#endif /* _OTR_PERF_INTERNAL_H */
