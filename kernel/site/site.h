/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room site: the places of the running kernel that can be patched, and what
 * hangs on them.
 *
 * Purpose:  a site is a 5-byte NOP at the entry of a function. A hook is a
 *           callback that wants a set of sites. This room keeps the two
 *           together: it plans which sites have to change, verifies and writes
 *           their bytes, and gives every site that somebody wants a trampoline
 *           that calls exactly the hooks that want it.
 * Objects:  struct otr_block (the sites of vmlinux or of one module; owner:
 *           this room), struct otr_siteset (owner: its creator), struct
 *           otr_hook (owner: its registrant), trampoline slots (this room).
 * Locks:    otr_site_lock, a mutex, is held by changes of hooks, for as long as it
 *           takes to write text and to wait for tasks. Inside it, one after the
 *           other: the kernel's text_mutex; and otr_site_data_lock, a mutex that
 *           covers all of these objects and is held for moments, so that sets can be
 *           changed and sites listed while hooks change. Both are taken inside the
 *           functions below; taken while they are held: nothing of any other room.
 * Contexts: process context, sleeping; hook functions run wherever the kernel
 *           calls a function, NMI included.
 *
 * How a site's state is kept, what happens when a kprobe sits on the same byte,
 * and why no task can be left in a trampoline: Documentation/site.rst.
 */
#ifndef _OTR_SITE_H
#define _OTR_SITE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct otr_glob;
struct otr_siteset;
struct otr_frame;
struct seq_file;

/* Most hooks that can be registered at a time. */
#define OTR_HOOKS_MAX	128

/* The callback guards itself against recursion, and may be preempted. */
#define OTR_HOOK_SELF	0x1

/**
 * struct otr_hook - a callback on a set of sites
 * @name: for messages and listings
 * @func: called at the entry of every function of the set. @ip is the site's
 *	  address, that of the function or, where the function begins with a
 *	  landing pad, the address behind it; @parent_ip is where the function
 *	  will return to; @frame is what the trampoline saved, with both of
 *	  them and the arguments in it. Preemption is off and the same context
 *	  of the same CPU does not enter it again. With OTR_HOOK_SELF neither is
 *	  so, and the callback has to begin with what it needs of
 *	  preempt_disable_notrace() and otr_guard_enter(). It may run in any
 *	  context, NMI included, also where RCU is not watching.
 * @direct: instead of @func: code that sites call themselves, see
 *	    <outrace/hook.h>; 0 for none. Its @filter may not be empty, and no
 *	    other such hook may want one of its sites
 * @data: the owner's
 * @flags: OTR_HOOK_*
 * @filter: sites that are wanted; NULL or an empty set means all
 * @skip: sites that are not wanted even so; NULL or empty means none
 *
 * The owner keeps the sets, and changes neither the sets nor the pointers while
 * the hook is registered, except through otr_hook_set() and otr_hook_update().
 */
struct otr_hook {
	const char		*name;
	void			(*func)(unsigned long ip, unsigned long parent_ip,
					struct otr_hook *hook, struct otr_frame *frame);
	unsigned long		direct;
	void			*data;
	unsigned int		flags;
	struct otr_siteset	*filter;
	struct otr_siteset	*skip;
/* private: its bit in sets of hooks; bitmaps of the sites that it is on */
	int			id;
	struct list_head	parts;
};

int otr_hook_register(struct otr_hook *hook);
void otr_hook_unregister(struct otr_hook *hook);
int otr_hook_replace(struct otr_hook *hook, struct otr_hook *with);
int otr_hook_update(struct otr_hook *hook, struct otr_siteset *filter, struct otr_siteset *skip);
int otr_hook_set(struct otr_hook *hook, struct otr_siteset *filter, struct otr_siteset *skip);

struct otr_siteset *otr_siteset_create(void);
void otr_siteset_destroy(struct otr_siteset *set);
int otr_siteset_copy(struct otr_siteset *to, const struct otr_siteset *from);
void otr_siteset_expect(struct otr_siteset *set, bool expects);
bool otr_siteset_empty(const struct otr_siteset *set);
unsigned long otr_siteset_count(const struct otr_siteset *set);
bool otr_siteset_test(const struct otr_siteset *set, unsigned long ip);
int otr_siteset_add(struct otr_siteset *set, unsigned long ip);
void otr_siteset_remove(struct otr_siteset *set, unsigned long ip);
long otr_siteset_match(struct otr_siteset *set, const struct otr_glob *glob, const char *mod,
		       bool remove);

/**
 * struct otr_site_pos - a place in the listing of all sites
 * @ip: address of the site, as hooks get it
 * @set: only sites in this set; NULL for all
 * @hooked: only sites that somebody is on
 * @touched: only sites that somebody is on, or was
 *
 * Sites come as in available_filter_functions: by address, those of the kernel
 * first, then module by module in the order of loading.
 */
struct otr_site_pos {
	unsigned long			ip;
	const struct otr_siteset	*set;
	bool				hooked;
	bool				touched;
/* private: sites of the listing before it; which block, and which site of it */
	loff_t				index;
	unsigned int			block;
	unsigned int			site;
};

bool otr_site_start(struct otr_site_pos *pos, loff_t index);
bool otr_site_next(struct otr_site_pos *pos);
void otr_site_stop(void);
void otr_site_show_name(struct seq_file *m, const struct otr_site_pos *pos);
void otr_site_show_hooks(struct seq_file *m, const struct otr_site_pos *pos);

bool otr_site_ready(void);
int otr_site_enable(bool on);
void otr_site_drop_init_text(void);
unsigned long otr_site_count(void);
unsigned long otr_site_within(unsigned long from, unsigned long to);
unsigned int otr_site_tables(unsigned long *pages);
const char *otr_site_failure(void);
void otr_site_forgive(void);

#include "site/ret.h"

int otr_site_init(void);
int otr_hooks_init(void);
void otr_site_exit(void);
void otr_hooks_exit(void);

#endif /* _OTR_SITE_H */
