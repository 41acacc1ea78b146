/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room probe: events that users put on places of the kernel and of programs.
 *
 * Purpose:  the kinds of dynamic events whose records come of being somewhere: at a place of
 *           the kernel or of a program, a tracepoint, another event. A definition becomes a
 *           probe; probes of one name share an event, and their records look alike. What
 *           records hold is the business of the room fetch.
 * Objects:  struct otr_probe, what a definition made, owned by the registry of dyn as a
 *           struct otr_dyn; struct otr_probe_event, the event of one or more, which goes with
 *           the last of them. Both go by RCU. An event may be private, with one probe that
 *           nobody defined: their maker ends them.
 * Locks:    definitions come, go and are listed under otr_dyn_lock(). What changes of a
 *           probe afterwards -- whether it is on its place, and whether it is hit -- changes
 *           with otr_switch_lock held, inside that lock or without it.
 * Contexts: defining sleeps; probes are hit anywhere, NMI included, and run with
 *           preemption off where RCU is watching; those in programs sleep before that.
 */
#ifndef _OTR_PROBE_H
#define _OTR_PROBE_H

#include <linux/seq_file.h>

struct otr_dyn;
struct otr_dyn_kind;
struct otr_event;

/* kprobe.c */
extern struct otr_dyn_kind otr_kprobe_kind;
void otr_kprobe_profile(struct seq_file *m, const struct otr_dyn *dyn);
struct otr_event *otr_kprobe_private(const char *symbol, unsigned long offset, bool is_return);
struct otr_event *otr_kprobe_event(const struct otr_dyn *dyn);

/* fprobe.c */
extern struct otr_dyn_kind otr_fprobe_kind;

/* tprobe.c */
extern struct otr_dyn_kind otr_tprobe_kind;
void otr_tprobes_init(void);
void otr_tprobes_exit(void);

/* eprobe.c */
extern struct otr_dyn_kind otr_eprobe_kind;

/* uprobe.c; there are some with CONFIG_UPROBES */
extern struct otr_dyn_kind otr_uprobe_kind;
void otr_uprobe_profile(struct seq_file *m, const struct otr_dyn *dyn);
struct otr_event *otr_uprobe_private(const char *file, unsigned long offset,
				     unsigned long counter, bool is_return);

/**
 * enum otr_probe_where - where an event happens
 * @OTR_PROBE_ELSEWHERE: it is no probe's, or that of a probe on another event
 * @OTR_PROBE_IN_KERNEL: at places of the kernel
 * @OTR_PROBE_IN_PROGRAMS: at places of programs
 */
enum otr_probe_where {
	OTR_PROBE_ELSEWHERE,
	OTR_PROBE_IN_KERNEL,
	OTR_PROBE_IN_PROGRAMS,
};

/* event.c */
enum otr_probe_where otr_probe_where(const struct otr_event *ev);
void otr_probe_private_end(struct otr_event *ev);

/* init.c */
int otr_probe_init(void);
void otr_probe_exit(void);

#endif /* _OTR_PROBE_H */
