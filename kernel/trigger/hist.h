/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the trigger room: histograms that are triggers. */
#ifndef _OTR_TRIGGER_HIST_H
#define _OTR_TRIGGER_HIST_H

#include "hist/hist.h"
#include "trigger/trigger.h"

/**
 * struct otr_hist_use - a histogram that is a trigger
 * @hist: the histogram
 * @inst: its instance
 * @home: what the histograms of its instance have in common
 * @trigger: the trigger, whose data this is; NULL for a command that makes none
 * @paused: it does not count; changed in any context
 * @timed: it looks at times
 * @node: in the list of all, the oldest first, or empty; otr_switch_lock
 */
struct otr_hist_use {
	struct otr_hist			*hist;
	const struct otr_inst		*inst;
	struct otr_hist_home		*home;
	struct otr_event_trigger	*trigger;
	bool				paused;
	bool				timed;
	struct list_head		node;
};

/* hist_synth.c */
struct otr_hist_synth *otr_hist_synth_get(const char *name);
void otr_hist_synth_put(struct otr_hist_synth *synth);
void otr_hist_synth_own(struct otr_hist_use *use);
struct otr_hist_use *otr_hist_synth_user(const struct otr_event *ev);
void otr_hist_synth_record(struct otr_hist_synth *synth, const u64 *values, const u8 *which,
			   const struct otr_moment *when);

/* hist_home.c */
int otr_hist_homes_init(void);
void otr_hist_homes_exit(void);
struct otr_hist_home *otr_hist_home_of(const struct otr_inst *inst);
struct otr_hist_command *otr_hist_home_command(const struct otr_inst *inst);
void otr_hist_use_add(struct otr_hist_use *use);
struct otr_hist_use *otr_hist_use_next(const struct otr_inst *inst, const struct otr_event *ev,
				       struct otr_hist_use *use);
struct otr_hist_use *otr_hist_use_named(const char *name);

/* hist_show.c */
void otr_hist_use_list(const struct otr_hist_use *use, struct seq_file *m);

#endif /* _OTR_TRIGGER_HIST_H */
