/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the site room: what its files share.
 *
 * otr_site_lock is held to change hooks and text, otr_site_data_lock to look
 * at blocks, sets, hooks and targets, or to change them. Sets of nobody's change under
 * the second alone; everything else under both, so either is enough to look at it. The
 * bits of what hooks are on change under the first alone, a word at a time, since that
 * is while text is locked: a look at them under the second sees a change half done.
 */
#ifndef _OTR_SITE_INTERNAL_H
#define _OTR_SITE_INTERNAL_H

#include <linux/list.h>
#include <linux/workqueue.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "arch/x86/arch.h"
#include "site/plan.h"
#include "site/site.h"

struct module;

/**
 * struct otr_block - the sites of the kernel, or of one module
 * @node: in otr_blocks, the kernel's first
 * @mod: the module, NULL for the kernel; it stays as long as the block does
 * @name: its name, NULL for the kernel
 * @sites: addresses, ascending
 * @nr: their number, not 0
 * @copy: what @sites points to where it is ours, see struct otr_table
 * @touched: those that ever called something, a bit each
 * @redirected: those that ever called code of another module's; NULL for none
 * @closing: no hook wants any of them any more
 */
struct otr_block {
	struct list_head	node;
	const struct module	*mod;
	const char		*name;
	const unsigned long	*sites;
	unsigned int		nr;
	unsigned long		*copy;
	unsigned long		*touched;
	unsigned long		*redirected;
	bool			closing;
};

/**
 * struct otr_part - some sites of one block
 * @node: in the list of an owner that keeps several
 * @block: the block
 * @bits: a bit a site
 */
struct otr_part {
	struct list_head	node;
	struct otr_block	*block;
	unsigned long		bits[];
};

/**
 * struct otr_siteset - a set of sites
 * @node: in otr_sets
 * @parts: what it has of each block; a block without a part has none
 * @lost: it had sites of a module that went, and got no new ones: not a set
 *	  without sites, which would mean all
 * @expects: sites of a module that will come belong into it, with the same effect
 */
struct otr_siteset {
	struct list_head	node;
	struct list_head	parts;
	bool			lost;
	bool			expects;
};

/**
 * struct otr_target - hooks that are called by sites, and from where
 * @node: in the list of all
 * @set: the hooks
 * @slot: the trampoline that sites call; OTR_SLOT_NONE if they call @direct
 * @sites: number of sites that call it
 * @turn: the otr_apply() that last asked for it
 * @direct: code that one of the hooks is, 0 for none
 * @armed: the trampoline is ready
 * @nr: number of the other hooks
 * @hooks: them
 *
 * Immutable for calls through the trampoline.
 */
struct otr_target {
	struct list_head	node;
	struct otr_hookset	set;
	unsigned int		slot;
	unsigned int		sites;
	unsigned long		turn;
	unsigned long		direct;
	bool			armed;
	unsigned int		nr;
	struct otr_hook		*hooks[] __counted_by(nr);
};

#define OTR_SLOT_NONE	OTR_ARCH_SLOTS_ALL

/* How long until a site that somebody holds is tried again. */
#define OTR_RETRY_MS	1000

/**
 * struct otr_held - a site that still calls a trampoline
 * @node: in the list of all
 * @block: its block
 * @ip: the site
 * @target: what it calls; no other kind of site calls it
 * @said: it is in the log
 */
struct otr_held {
	struct list_head	node;
	const struct otr_block	*block;
	unsigned long		ip;
	struct otr_target	*target;
	bool			said;
};

/* state.c */
extern struct mutex otr_site_lock;
extern struct mutex otr_site_data_lock;
extern struct list_head otr_blocks;
extern struct list_head otr_sets;
extern struct otr_hook *otr_hooks[OTR_HOOKS_MAX];
unsigned int otr_table_find(const unsigned long *sites, unsigned int nr, unsigned long addr);
struct otr_block *otr_block_find(unsigned long ip, unsigned int *site);
bool otr_block_has(const struct otr_block *block, unsigned long ip, unsigned int *site);

/* block.c */
int otr_blocks_init(void);
void otr_blocks_exit(void);

/* set.c */
unsigned long *otr_part_find(const struct list_head *parts, const struct otr_block *block);
unsigned long *otr_part_make(struct list_head *parts, struct otr_block *block);
void otr_parts_forget(struct list_head *parts, const struct otr_block *block);
void otr_parts_free(struct list_head *parts);
bool otr_set_empty(const struct otr_siteset *set);
bool otr_set_meets(const struct otr_siteset *a, const struct otr_siteset *b);
void otr_set_forget(struct otr_siteset *set, const struct otr_block *block);

/* target.c */
extern unsigned long otr_target_turn;
struct otr_target *otr_target_find(const struct otr_hookset *set);
struct otr_target *otr_target_get(const struct otr_hookset *set);
void otr_targets_arm(void);
void otr_targets_mute(const struct otr_hook *hook);
void otr_targets_still(const struct otr_hook *hook);
void otr_targets_orphan(const struct otr_hook *hook);
int otr_targets_reserve(unsigned int more);
bool otr_target_shares(const struct otr_target *target);
bool otr_target_ready(const struct otr_target *target, unsigned long ip);
void otr_targets_share(void);
void otr_targets_exit(void);
void otr_targets_reap(const struct otr_hook *hook);
unsigned int otr_hooks_on(const struct otr_block *block, unsigned int site,
			  struct otr_hookset *set);
unsigned long otr_target_address(const struct otr_target *target);

/* dispatch.c */
void otr_dispatch_one(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
		      struct otr_frame *frame);
void otr_dispatch_list(unsigned long ip, unsigned long parent_ip,
		       const struct otr_target *target, struct otr_frame *frame);
void otr_dispatch_shared(unsigned long ip, unsigned long parent_ip, void *unused,
			 struct otr_frame *frame);

/* apply.c */
int otr_apply(const struct otr_hook *leaving);
int otr_apply_exchange(const struct otr_hook *leaving);
bool otr_apply_left_out(void);
void otr_apply_forget(struct otr_block *block);

/* failure.c */
void otr_fail(unsigned long ip, unsigned long target);
void otr_fail_report(void);

/* held.c */
extern struct list_head otr_held_sites;
extern struct delayed_work otr_retry_work;
struct otr_target *otr_held_target(unsigned long ip);
bool otr_held_add(const struct otr_block *block, unsigned long ip, struct otr_target *target);
bool otr_held_missing(void);
bool otr_held_refill(void);
void otr_held_report(void);
void otr_held_exit(void);
void otr_held_drop(unsigned long ip);
bool otr_held_calls(unsigned long direct, bool tail);
void otr_held_forget(const struct otr_block *block);
void otr_held_free(struct otr_held *held);

/* retry.c */
void otr_retry_init(void);
void otr_retry_exit(void);
void otr_retry_direct(unsigned long direct);

#endif /* _OTR_SITE_INTERNAL_H */
