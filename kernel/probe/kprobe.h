/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: kprobes and kretprobes. */
#ifndef _OTR_PROBE_KPROBE_H
#define _OTR_PROBE_KPROBE_H

#include <linux/hash.h>
#include <linux/module.h>
#include <linux/percpu.h>

#include "probe/event.h"
#include "site/site.h"

/* Words that a call takes along from its entry, where its return is seen by a hook. */
#define OTR_KPROBE_SAVED	15

struct otr_trap;

/**
 * enum otr_kprobe_way - how a probe is hit
 * @OTR_KPROBE_NOWHERE: not at all: its module is not there
 * @OTR_KPROBE_ENTRY: by the hook on entries of functions
 * @OTR_KPROBE_RETURN: by the hook on returns
 * @OTR_KPROBE_TRAP: by a kprobe or kretprobe of the kernel's
 */
enum otr_kprobe_way {
	OTR_KPROBE_NOWHERE,
	OTR_KPROBE_ENTRY,
	OTR_KPROBE_RETURN,
	OTR_KPROBE_TRAP,
};

struct otr_kprobe;

/**
 * struct otr_spot - a place at which a hook finds a probe
 * @node: among those that the hook looks at, while the probe is armed
 * @ip: the site
 * @kp: the probe
 */
struct otr_spot {
	struct hlist_node	node;
	unsigned long		ip;
	struct otr_kprobe	*kp;
};

/**
 * struct otr_kprobe - a kprobe, kretprobe or fprobe that a user defined
 * @probe: what all kinds of probes are
 * @hits: how often it was hit, per CPU
 * @serial: a number that no other one ever has
 * @missed: how often nothing came of a hit
 * @symbol: the function, with its module and a colon in front if the user wrote so; NULL
 *	    for an address
 * @offset: from there, or the address
 * @maxactive: what the user said; it has no meaning here
 * @is_return: the function's return is meant
 * @is_pattern: @symbol is a pattern of functions
 * @way: enum otr_kprobe_way; otr_switch_lock, as all that follows
 * @armed: it can be hit
 * @ip: where it is, as records have it, for OTR_KPROBE_TRAP
 * @spots: where hooks find it, otherwise
 * @nr_spots: how many
 * @spot: the first one; there are more for a pattern only
 * @gone: the grace period that ends when no hook is at a spot that it lost
 * @trap: what the kernel has of it, for OTR_KPROBE_TRAP
 * @module: the module that it is in, by its name; "" for none
 * @all: in the list of all
 */
struct otr_kprobe {
	/* hot */
	struct otr_probe		probe;
	unsigned long __percpu		*hits;
	u64				serial;

	atomic_long_t			missed;
	char				*symbol;
	unsigned long			offset;
	unsigned int			maxactive;
	bool				is_return;
	bool				is_pattern;
	enum otr_kprobe_way		way;
	bool				armed;
	unsigned long			ip;
	struct otr_spot			*spots;
	unsigned int			nr_spots;
	struct otr_spot			spot;
	unsigned long			gone;
	struct otr_trap			*trap;
	char				module[MODULE_NAME_LEN];
	struct list_head		all;
};

static inline struct otr_kprobe *otr_kprobe_of(const struct otr_probe *probe)
{
	return container_of(probe, struct otr_kprobe, probe);
}

/* Spots that hooks look for, by the site. */
#define OTR_KPROBE_BITS	12

extern struct hlist_head otr_kprobe_entries[1 << OTR_KPROBE_BITS];
extern struct hlist_head otr_kprobe_returns[1 << OTR_KPROBE_BITS];

static __always_inline struct hlist_head *otr_kprobe_bucket(struct hlist_head *table,
							    unsigned long ip)
{
	return &table[hash_long(ip, OTR_KPROBE_BITS)];
}

/* hit.c */
extern struct otr_hook otr_kprobe_hook;
extern struct otr_ret_hook otr_kprobe_ret_hook;

/* trap.c */
#ifdef CONFIG_KPROBES
int otr_trap_set(struct otr_kprobe *kp, unsigned long addr);
void otr_trap_remove(struct otr_kprobe *kp);
int otr_trap_switch(struct otr_kprobe *kp, bool on);
unsigned long otr_trap_missed(const struct otr_kprobe *kp);
#else
static inline int otr_trap_set(struct otr_kprobe *kp, unsigned long addr)
{
	return -EOPNOTSUPP;
}

static inline void otr_trap_remove(struct otr_kprobe *kp) { }

static inline int otr_trap_switch(struct otr_kprobe *kp, bool on)
{
	return 0;
}

static inline unsigned long otr_trap_missed(const struct otr_kprobe *kp)
{
	return 0;
}
#endif

/* symbol.c */
/**
 * struct otr_kprobe_spot - what is at an address
 * @addr: the address; where that is the entry of a function, its site
 * @site: the site of the function around it, 0 if it has none
 * @is_entry: it is the entry
 */
struct otr_kprobe_spot {
	unsigned long	addr;
	unsigned long	site;
	bool		is_entry;
};

int otr_kprobe_find(const char *symbol, unsigned long offset, struct otr_kprobe_spot *spot);
unsigned int otr_kprobe_count_symbols(const char *symbol);
bool otr_kprobe_module_awaited(const char *symbol);
bool otr_kprobe_notrace(const struct otr_kprobe_spot *spot);
void otr_kprobe_symbols_init(void);
void otr_kprobe_symbols_exit(void);

struct otr_kprobe_family;

/**
 * struct otr_kprobe_def - a definition that is being read
 * @line: it
 * @name: the event
 * @family: what is to be made of it
 * @symbol: memory of its own; NULL for an address
 * @offset: from there, or the address
 * @maxactive: what the user said
 * @is_return: the return is meant
 * @where: OTR_FETCH_*, for the arguments
 * @event: set to what was made
 */
struct otr_kprobe_def {
	struct otr_fetch_line		line;
	struct otr_probe_name		name;
	const struct otr_kprobe_family	*family;
	char				*symbol;
	unsigned long			offset;
	unsigned int			maxactive;
	bool				is_return;
	unsigned int			where;
	struct otr_event		*event;
};

/**
 * struct otr_kprobe_family - what kinds of definitions differ in
 * @catalog: what can be wrong with one
 * @ops: what their probes can do
 * @relatives: what others can do that have another type, not another kind; or NULL
 * @kind: the kind; NULL for what nobody defined
 * @read: reads one, with its arguments: 0 or an errno
 * @place: finds out where a probe belongs, with otr_switch_lock held: 0 or an errno
 */
struct otr_kprobe_family {
	struct otr_catalog		catalog;
	const struct otr_probe_ops	*ops;
	const struct otr_probe_ops	*relatives;
	const struct otr_dyn_kind	*kind;
	int				(*read)(struct otr_kprobe_def *def,
						struct otr_fetch **fetch);
	int				(*place)(struct otr_kprobe *kp);
};

/* tprobe.c */
extern const struct otr_probe_ops otr_tprobe_ops;

/* define.c */
int otr_kprobe_read_maxactive(struct otr_fetch_line *line, unsigned int *maxactive);
int otr_kprobe_make(struct otr_kprobe_def *def);
int otr_kprobe_define(const char *text, const struct otr_kprobe_family *family);

/* place.c */
extern const struct otr_probe_ops otr_kprobe_ops;
extern const struct otr_probe_ops otr_fprobe_ops;
int otr_kprobe_place(struct otr_kprobe *kp);
int otr_fprobe_place(struct otr_kprobe *kp);
void otr_kprobe_places_init(void);
void otr_kprobe_places_exit(void);

#endif /* _OTR_PROBE_KPROBE_H */
