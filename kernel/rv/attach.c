// SPDX-License-Identifier: GPL-2.0-only
/* Have probes called by tracepoints, all of them or none. */
#include <linux/tracepoint.h>

#include "host/host.h"
#include "rv/internal.h"

/**
 * otr_rv_detach - the counterpart of otr_rv_attach()
 * @sources: what was attached
 * @nr: the first so many of them
 *
 * Context: otr_rv_lock held; sleeps until no probe of them runs.
 */
void otr_rv_detach(const struct otr_rv_source *sources, unsigned int nr)
{
	while (nr-- > 0)
		otr_host_probe_unregister(otr_host_tracepoint(sources[nr].tracepoint),
					  sources[nr].probe, NULL);
	tracepoint_synchronize_unregister();
}

/**
 * otr_rv_attach - have probes called
 * @sources: the probes, and their tracepoints
 * @nr: how many
 *
 * Context: otr_rv_lock held; sleeps.
 * Return: 0, -EOPNOTSUPP when the kernel lacks a tracepoint, -ENOMEM; none is attached then.
 */
int otr_rv_attach(const struct otr_rv_source *sources, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct tracepoint *tp = otr_host_tracepoint(sources[i].tracepoint);
		int err = -EOPNOTSUPP;

		if (tp)
			err = otr_host_probe_register(tp, sources[i].probe, NULL);
		if (err) {
			otr_rv_detach(sources, i);
			return err;
		}
	}
	return 0;
}
