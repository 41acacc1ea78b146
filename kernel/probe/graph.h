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
 * @skip_irqs: interrupts are not recorded
 */
struct otr_graph {
	struct otr_ret_hook	ret;
	struct otr_ring		*ring;
	struct otr_function	*fn;
	bool			skip_irqs;
};

int otr_graph_create(struct otr_inst *inst);
void otr_graph_destroy(struct otr_inst *inst);
int otr_graph_init(void);
void otr_graph_exit(void);

#endif /* _OTR_PROBE_GRAPH_H */
