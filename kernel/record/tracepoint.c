// SPDX-License-Identifier: GPL-2.0-only
/* How events come from tracepoints. */
#include <linux/tracepoint.h>

#include "host/host.h"
#include "inst/inst.h"
#include "record/internal.h"

static int tracepoint_attach(struct otr_event *ev, struct otr_sub *sub)
{
	int err = otr_sub_names_get(sub);

	if (err)
		return err;
	err = otr_host_probe_register(ev->tp, ev->probe, sub);
	if (err)
		otr_sub_names_put(sub);
	return err;
}

static void tracepoint_detach(struct otr_event *ev, struct otr_sub *sub)
{
	otr_host_probe_unregister(ev->tp, ev->probe, sub);
	otr_sub_names_put(sub);
}

static const struct otr_event_ops tracepoint_ops = {
	.attach	= tracepoint_attach,
	.detach	= tracepoint_detach,
};

static void tracepoint_module_came(const char *module)
{
	struct otr_inst *inst = NULL;

	mutex_lock(&otr_switch_lock);
	while ((inst = otr_inst_next(inst)))
		otr_awaited_came(inst, module);
	mutex_unlock(&otr_switch_lock);
}

/* For the sets of events. */
const struct otr_set_hooks otr_tracepoint_hooks = {
	.ops	= &tracepoint_ops,
	.came	= tracepoint_module_came,
};
