/* SPDX-License-Identifier: GPL-2.0-only */
/* Events, and an instance that has histograms on them, for the programs of the hist room. */
#ifndef _HIST_HOME_H
#define _HIST_HOME_H

#include "hist/hist.h"
#include "hist/map.h"
#include "ktap.h"

#define HOME_FRAMES	0x40000UL

/* A record of each event, as the kernel has them. */
struct home_switch {
	struct otr_rec_head head;
	char		prev_comm[16];
	s32		prev_pid;
	s32		prev_prio;
	s64		prev_state;
	char		next_comm[16];
	s32		next_pid;
	s32		next_prio;
};

struct home_exec {
	struct otr_rec_head head;
	u32		filename;
	s32		pid;
	s32		old_pid;
	char		text[300];
};

struct home_enter {
	struct otr_rec_head head;
	s64		id;
	u64		args[6];
};

extern struct otr_event home_switch, home_exec, home_enter, home_function, home_print;

/* A synthetic event that was recorded. */
struct home_recorded {
	unsigned int	nr;
	u64		values[8];
	char		text[256];
};

extern struct home_recorded home_recorded;
extern unsigned int home_snapshots;
extern unsigned int home_frames;

/* The histograms' place, empty at first. */
extern struct otr_hist_home home;

struct otr_event *home_event(const char *name);
int home_write(struct otr_event *ev, const char *text, struct otr_hist_command *command);
struct otr_hist *home_hist(const struct otr_event *ev, unsigned int nr);
void home_listed(const struct otr_event *ev, struct seq_buf *out);
void home_debug(const struct otr_event *ev, struct seq_buf *out);
void home_errors(const struct otr_hist_command *command, struct seq_buf *out);
void home_shown(const struct otr_event *ev, unsigned int nr, struct seq_buf *out);
void home_write_ok(struct otr_event *ev, const char *command);
void home_count(const struct otr_event *ev, const void *rec, u64 ts);
struct home_switch home_switch_rec(s32 prev, s32 next, const char *comm);
void home_hit(s32 prev, s32 next, const char *comm, u64 ts);
void home_start(void);
void home_end(void);

#endif
