/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room tracer: function_graph. */
#ifndef _OTR_TRACER_GRAPH_H
#define _OTR_TRACER_GRAPH_H

#include "tracer/function.h"

/* Its options, in the order in which trace_options lists them. */
enum otr_graph_option {
	OTR_GRAPH_OVERRUN,
	OTR_GRAPH_CPU,
	OTR_GRAPH_OVERHEAD,
	OTR_GRAPH_PROC,
	OTR_GRAPH_DURATION,
	OTR_GRAPH_ABSTIME,
	OTR_GRAPH_IRQS,
	OTR_GRAPH_TAIL,
	OTR_GRAPH_RETVAL,
	OTR_GRAPH_RETVAL_HEX,
	OTR_GRAPH_RETADDR,
	OTR_GRAPH_ARGS,
	OTR_GRAPH_SLEEP_TIME,
	OTR_GRAPH_GRAPH_TIME,
	OTR_GRAPH_OPTIONS,
	/* Tracers of the longest time have a column more. */
	OTR_GRAPH_RELTIME = OTR_GRAPH_OPTIONS,
};

/**
 * struct otr_graph - function_graph of one instance
 * @ret: on the sites that the instance wants
 * @ring: the instance's ring
 * @fn: which tasks the instance wants, and which sites
 * @inst: the instance
 * @limited: not every call is recorded in the common way: one of the limits of all
 *	     instances, of @fn or below is there
 * @skip_irqs: interrupts are not recorded
 * @slept_too: another instance has the time asleep counted, and this one does not want
 *	       it taken off
 * @more: OTR_GRAPH_WITH_* of an entry are recorded as well
 * @stopped: nothing is recorded any more
 * @inside: is a call in a time that another tracer measures? NULL where all are wanted.
 *	    Set while it is not registered
 * @data: for @inside
 * @node: in the list of all
 */
struct otr_graph {
	struct otr_ret_hook	ret;
	struct otr_ring		*ring;
	struct otr_function	*fn;
	struct otr_inst		*inst;
	bool			limited;
	bool			stopped;
	bool			skip_irqs;
	bool			slept_too;
	u8			more;
	bool			(*inside)(void *data);
	void			*data;
	struct list_head	node;
};

/**
 * struct otr_limits - what limits all instances
 * @sites: functions that begin, and that end what is recorded; NULL for none
 * @depth: levels, 0 for all
 * @thresh: how long a call has to take at least, in ns; 0 for no limit
 *
 * The sets are replaced whole; their readers have preemption off, and RCU may
 * not be watching there.
 */
struct otr_limits {
	struct otr_addrs	*sites[2];
	unsigned int		depth;
	u64			thresh;
};

/* What of an entry may be recorded besides the function and its depth. */
#define OTR_GRAPH_WITH_RETADDR	BIT(0)	/* where it returns to */
#define OTR_GRAPH_WITH_ARGS	BIT(1)	/* what it was called with */

#define OTR_LIMITS_FILES	1

extern const struct otr_row otr_limits_files[OTR_LIMITS_FILES];
extern struct otr_limits otr_limits;
extern struct list_head otr_graphs;

int otr_limits_init(void);
void otr_limits_exit(void);
void otr_graph_note(struct otr_graph *graph);

/* graph_text.c */
extern const struct otr_look otr_graph_look, otr_measure_look;
int otr_graph_text_init(void);

/* graph.c */
int otr_graph_start(struct otr_inst *inst, bool (*inside)(void *data), void *data);
void otr_graph_stop(struct otr_inst *inst);
int otr_graph_init(void);
void otr_graph_exit(void);

#endif /* _OTR_TRACER_GRAPH_H */
