/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: uprobes, which are in files that programs map. */
#ifndef _OTR_PROBE_UPROBE_H
#define _OTR_PROBE_UPROBE_H

#include <linux/path.h>
#include <linux/percpu.h>

#include "probe/event.h"

struct otr_uprobe_on;

/**
 * struct otr_uprobe - a uprobe or uretprobe that a user defined
 * @probe: what all kinds of probes are
 * @hits: how often it was hit, per CPU: of a function that returns, its calls
 * @offset: where in the file
 * @is_return: the function's return is meant
 * @at_hand: its arguments look nowhere that would have to be waited for
 * @counter: where in the file a counter is that says whether somebody listens; 0 for none
 * @file: the file, as the user wrote it
 * @path: the file itself, which is kept
 * @on: what the kernel has of it, while it is armed; otr_switch_lock
 */
struct otr_uprobe {
	/* hot */
	struct otr_probe	probe;
	unsigned long __percpu	*hits;
	unsigned long		offset;
	bool			is_return;
	bool			at_hand;

	unsigned long		counter;
	char			*file;
	struct path		path;
	struct otr_uprobe_on	*on;
};

static inline struct otr_uprobe *otr_uprobe_of(const struct otr_probe *probe)
{
	return container_of(probe, struct otr_uprobe, probe);
}

/* uhit.c */
extern const struct otr_probe_ops otr_uprobe_ops;
void otr_uprobe_free(struct otr_uprobe *up);
void otr_uprobes_exit(void);

#endif /* _OTR_PROBE_UPROBE_H */
