/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: function_graph. */
#ifndef _OTR_PROBE_GRAPH_H
#define _OTR_PROBE_GRAPH_H

#include "probe/function.h"

/**
 * struct otr_graph - function_graph of one instance
 * @ret: on the sites that the instance wants
 * @ring: the instance's ring
 * @fn: which tasks the instance wants, and which sites
 * @limited: not every call is recorded in the common way: one of the limits of all
 *	     instances or of @fn is there, or @stopped, or more of a call is wanted
 * @stopped: nothing is recorded any more
 * @node: in the list of all
 */
struct otr_graph {
	struct otr_ret_hook	ret;
	struct otr_ring		*ring;
	struct otr_function	*fn;
	bool			limited;
	bool			stopped;
	struct list_head	node;
};

/**
 * struct otr_limits - what limits all instances
 * @sites: functions that begin, and that end what is recorded; NULL for none
 * @depth: levels, 0 for all
 * @thresh: how long a call has to take at least, in ns; 0 for no limit
 * @skip_irqs: interrupts are not recorded
 * @more: OTR_GRAPH_* of an entry are recorded as well
 *
 * The sets are replaced whole; who reads them has preemption off, and RCU may
 * not be watching there.
 */
struct otr_limits {
	struct otr_addrs	*sites[2];
	unsigned int		depth;
	u64			thresh;
	bool			skip_irqs;
	u8			more;
};

/* What of an entry may be recorded besides the function and its depth. */
#define OTR_GRAPH_RETADDR	BIT(0)	/* where it returns to */
#define OTR_GRAPH_ARGS		BIT(1)	/* what it was called with */

extern struct otr_limits otr_limits;
extern struct list_head otr_graphs;

int otr_limits_init(void);
void otr_limits_exit(void);
void otr_graph_note(struct otr_graph *graph);
void otr_graph_set_irqs(bool on);
void otr_graph_set_more(u8 what, bool on);

int otr_graph_create(struct otr_inst *inst);
void otr_graph_destroy(struct otr_inst *inst);
int otr_graph_init(void);
void otr_graph_exit(void);

#endif /* _OTR_PROBE_GRAPH_H */
