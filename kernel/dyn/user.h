/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User events, a part of dyn.h: events whose records programs write, and which tell these
 * programs, by a bit in their memory, whether somebody wants records.
 *
 * An event is kept by what uses it: an open file by which it was registered, a bit in a
 * program's memory, an instance that has it on. Without any it goes by itself, unless it
 * is to persist.
 *
 * Locks:    dyn_lock, under which events are defined, found and removed; user_mm_lock below
 *	     all others of ours, under which the bits of programs come, go and are written.
 *	     A program's mmap_lock is taken below that.
 */
#ifndef _OTR_DYN_USER_H
#define _OTR_DYN_USER_H

#include <linux/seq_file.h>
#include <linux/uio.h>

#include "dyn/user_plan.h"
#include "event/event.h"

struct otr_user_file;

/**
 * struct otr_user - a user event
 * @targets: instances that want records, struct otr_dyn_target; under RCU, changed with
 *	     otr_switch_lock held
 * @min: bytes that a record has at least, its head included
 * @nr_locs: its words that say where something lies
 * @locs: those
 * @event: it, as the rest of the engine knows it
 * @dyn: in the registry
 * @refs: what uses it, itself included where it is to persist
 * @wanted: some instance wants records; user_mm_lock
 * @flags: USER_EVENT_REG_*
 * @name: as it was registered, without the number of its format
 * @listed: its fields, as dynamic_events has them
 * @by_name: in the table of all; dyn_lock
 * @rcu: it goes by this
 */
struct otr_user {
	/* hot */
	struct hlist_head		targets;
	u32				min;
	u32				nr_locs;
	const struct otr_user_loc	*locs;

	struct otr_event		event;
	struct otr_dyn			dyn;
	atomic_t			refs;
	bool				wanted;
	u16				flags;
	const char			*name;
	const char			*listed;
	struct hlist_node		by_name;
	struct rcu_head			rcu;
};

/* user_ref.c: what uses an event */
void otr_user_put(struct otr_user *user);
void otr_user_reap_soon(void);
void otr_user_start_reaping(void (*reap)(void));
void otr_user_stop_reaping(void);

/* user_mm.c: bits in the memory of programs */
int otr_user_mm_init(void);
void otr_user_mm_exit(void);
bool otr_user_bit_taken(unsigned long addr, unsigned int bit);
int otr_user_bit_add(struct otr_user *user, unsigned long addr, unsigned int size,
		     unsigned int bit);
int otr_user_bit_remove(unsigned long addr, unsigned int bit);
void otr_user_tell(struct otr_user *user, bool wanted);

/* user_make.c */
struct otr_user *otr_user_make(const struct otr_user_plan *plan, const char *system,
			       const char *name);

/* user.c: events come, go and are found */
extern struct otr_dyn_kind otr_user_kind;
extern unsigned int otr_user_max;
int otr_user_init(void);
void otr_user_exit(void);
int otr_user_register(struct otr_user_file *file, const char *text, unsigned int flags,
		      struct otr_user **user);
int otr_user_delete(const char *name);
void otr_user_show_status(struct seq_file *m);

/* user_file.c: what an open file knows, and records */
struct otr_user_file *otr_user_file_open(void);
void otr_user_file_close(struct otr_user_file *file);
int otr_user_file_add(struct otr_user_file *file, struct otr_user *user);
ssize_t otr_user_file_write(struct otr_user_file *file, struct iov_iter *from);

#endif /* _OTR_DYN_USER_H */
