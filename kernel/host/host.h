/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room host: what the engine borrows from the kernel under it.
 *
 * Purpose:  everything that is not exported, optional, or different from one
 *           kernel to the next is reached through here, so that no other room
 *           asks which kernel this is. What a patch of patches/ provides is a
 *           weak symbol: on a kernel without the patch outrace.ko still loads
 *           and the feature is off. What has to be known at compile time (a
 *           member, a type) is found by compiling a trial, see probe.sh.
 * Objects:  a table of features, filled once by otr_host_init(); struct otr_modules
 *	     (owner: the room that watches).
 * Locks:    one over the list of those that hear of modules, held for reading while
 *	     they are told, so outside of all of theirs.
 * Contexts: process context, unless a function says otherwise.
 */
#ifndef _OTR_HOST_H
#define _OTR_HOST_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

#include "base/base.h"
#include "host/peek.h"
#include "host/probed.h"

struct blocking_notifier_head;
struct perf_event;
struct perf_sample_data;
struct pt_regs;

/**
 * enum otr_feature - parts of the engine that depend on a patch to the kernel
 * @OTR_SITES: the kernel's functions begin with a place to patch, and a table
 *	       says where
 * @OTR_MODULE_SITES: the same for modules
 * @OTR_TEXT: kernel text can be changed while it runs
 * @OTR_SYMBOLS: names of addresses and addresses of names
 * @OTR_KPROBES: it can be asked whether a kprobe is at an address
 * @OTR_QUIESCE: it can be waited for that no task is in a trampoline
 * @OTR_RETURNS: the unwinder sees through replaced return addresses
 * @OTR_TASK_SLOT: tasks have room for a pointer of ours
 * @OTR_TRACEPOINTS: the kernel's tracepoints exist
 * @OTR_STRINGS: texts are known of which tracepoints get the address
 * @OTR_PERF: perf takes events of a module
 * @OTR_PERF_FILTER: it hands filters to a module
 * @OTR_BLK_IOCTLS: the block layer lets us answer the ioctls of blktrace
 * @OTR_NR_FEATURES: their number
 */
enum otr_feature {
	OTR_SITES,
	OTR_MODULE_SITES,
	OTR_TEXT,
	OTR_SYMBOLS,
	OTR_KPROBES,
	OTR_QUIESCE,
	OTR_RETURNS,
	OTR_TASK_SLOT,
	OTR_TRACEPOINTS,
	OTR_STRINGS,
	OTR_PERF,
	OTR_PERF_FILTER,
	OTR_BLK_IOCTLS,
	OTR_NR_FEATURES,
};

int otr_host_init(void);
void otr_host_exit(void);
const char *otr_host_command_line(void);
bool otr_host_has(enum otr_feature feature);
void otr_host_report(void);

/**
 * struct otr_unwind - for otr_unwind(), too large for a stack
 * @ip: a place in our text
 * @sp: the stack pointer there
 * @bp: the register that may be a frame pointer there
 * @room: for the kernel's unwinder
 */
struct otr_unwind {
	unsigned long		ip;
	unsigned long		sp;
	unsigned long		bp;
	unsigned long		room[56];
};

/**
 * struct otr_unwind_hop - how far it was to a function's caller
 * @from: a return address into the function, 0 for not known
 * @at: how far up the stack that address was
 * @up: how far up the caller's frame was
 * @known: as of when
 */
struct otr_unwind_hop {
	unsigned long		from;
	unsigned int		at;
	unsigned int		up;
	unsigned int		known;
};

/* Callers of the function that this is in. */
static __always_inline void otr_unwind_here(struct otr_unwind *u)
{
	asm volatile("lea (%%rip), %0\n\t"
		     "mov %%rsp, %1\n\t"
		     "mov %%rbp, %2"
		     : "=r" (u->ip), "=r" (u->sp), "=r" (u->bp));
}

/* Is an address in the engine itself? */
static inline bool otr_host_is_ours(unsigned long addr)
{
#ifdef MODULE
	return within_module_core(addr, THIS_MODULE);
#else
	return false;
#endif
}

unsigned int otr_unwind(struct otr_unwind *u, unsigned long *callers, unsigned int max);
bool otr_unwind_past(struct otr_unwind *u, struct otr_unwind_hop *hop, unsigned long from);
bool otr_unwind_near(struct otr_unwind *u, unsigned long from, unsigned int bytes);
void otr_unwind_forget(void);
void otr_unwind_init(unsigned long trampoline);

/* symbols */
int otr_host_symbol(unsigned long addr, bool with_offset, char *buf, size_t size);
const char *otr_host_lookup(unsigned long addr, unsigned long *offset, char **mod, char *buf);
unsigned long otr_host_address(const char *name);
bool otr_host_has_module(const char *name);
bool otr_host_function(unsigned long addr, unsigned long *start, unsigned long *size);
int otr_host_each_symbol(const char *mod,
			 int (*fn)(void *data, const char *name, unsigned long addr), void *data);
int otr_host_each_module_symbol(int (*fn)(void *data, const char *name, unsigned long addr),
				void *data);
int otr_host_each_named(const char *name, int (*fn)(void *data, unsigned long addr), void *data);

/* names: symbols, remembered */
struct otr_names *otr_names_create(void);
void otr_names_destroy(struct otr_names *names);
const char *otr_names_find(struct otr_names *names, unsigned long addr, bool with_offset,
			   unsigned int *len);
void otr_names_init(void);
void otr_names_exit(void);

/**
 * struct otr_host_memory - memory that was set aside
 * @at: where it is for us
 * @start: and for the machine, 0 for a copy
 * @size: bytes, whole pages
 * @copy: it is ordinary memory, with a copy of what was set aside
 */
struct otr_host_memory {
	void		*at;
	phys_addr_t	start;
	size_t		size;
	bool		copy;
};

/* memory.c */
int otr_host_memory_open(struct otr_host_memory *mem, const char *where);
int otr_host_memory_copy(struct otr_host_memory *mem, const struct otr_host_memory *from);
void otr_host_memory_close(struct otr_host_memory *mem);

/* So many modules are known by their places. */
#define OTR_PLACES	113

/* Bytes of the number that a linker gives what it makes, by its content. */
#define OTR_BUILD_ID	20

/**
 * struct otr_host_place - where a module's functions are
 * @base: where they begin
 * @size: bytes, 0 for nothing
 * @build: which build it is; zeros where the module does not say
 * @name: the module's name
 */
struct otr_host_place {
	u64	base;
	u64	size;
	u8	build[OTR_BUILD_ID];
	char	name[MODULE_NAME_LEN];
};

/**
 * struct otr_shift - how things moved since somebody noted where they were
 * @text: the kernel's functions, by so much
 * @data: its variables
 * @places: where modules were
 */
struct otr_shift {
	long			text;
	long			data;
	struct otr_host_place	places[OTR_PLACES];
};

/* places.c */
void otr_places_init(void);
void otr_places_exit(void);
void otr_places_copy(struct otr_host_place *to);
bool otr_shift_address(const struct otr_shift *shift, unsigned long *addr);

/**
 * struct otr_modules - what a room does when modules come and go
 * @coming: a module is loaded, and its init function did not run yet; NULL for nothing
 * @live: its init function ran
 * @going: it goes, also when its init function failed
 * @node: in the list of all
 *
 * Called in the order of otr_modules_watch(), and for those that go in the reverse
 * order. All may sleep.
 */
struct otr_modules {
	void			(*coming)(struct module *mod);
	void			(*live)(struct module *mod);
	void			(*going)(struct module *mod);
	struct list_head	node;
};

/* modules.c */
int otr_modules_init(void);
void otr_modules_exit(void);
void otr_modules_watch(struct otr_modules *watch);
void otr_modules_unwatch(struct otr_modules *watch);

/* sites */
const unsigned long *otr_host_sites(unsigned int *nr);
const unsigned long *otr_host_module_sites(const struct module *mod, unsigned int *nr);

/* text */
void otr_host_text_lock(void);
void otr_host_text_unlock(void);
void otr_host_text_queue(void *addr, const void *bytes, size_t len);
void otr_host_text_finish(void);
bool otr_host_kprobe_known(void);
bool otr_host_kprobe(unsigned long addr);
bool otr_host_kprobe_refused(unsigned long addr);

/* waiting */
void otr_host_quiesce(void);

/**
 * struct otr_host_returns - what the kernel has to tell about replaced return
 *			     addresses
 * @exit: a task is being freed; what otr_host_task_slot() of it holds is the
 *	  callee's
 * @idle: a CPU comes up and uses this idle task, which may have been in use
 *	  before and begins anew
 * @real: the unwinder found @ret at @place: what was there? In any context
 *
 * Called from any context that frees a task, starts a CPU or walks a stack.
 */
struct otr_host_returns {
	void		(*exit)(struct task_struct *task);
	void		(*idle)(struct task_struct *task);
	unsigned long	(*real)(struct task_struct *task, unsigned long ret,
				const unsigned long *place);
};

/* returns */
int otr_host_returns_register(const struct otr_host_returns *ops);
void otr_host_returns_unregister(void);

/**
 * otr_host_task_slot - the pointer that a task has for us
 * @task: the task
 *
 * It is NULL in a new task.
 *
 * Context: any, where the kernel has OTR_TASK_SLOT.
 * Return: where it is; NULL on a kernel whose tasks have none.
 */
static __always_inline void **otr_host_task_slot(struct task_struct *task)
{
#ifdef OTR_HAVE_TASK_SLOT
	return &task->fentry_returns;
#else
	return NULL;
#endif
}

/* tracepoints */
struct tracepoint *otr_host_tracepoint(const char *name);
struct tracepoint *otr_host_module_tracepoint(const struct module *mod, const char *name);
struct tracepoint *otr_host_hold_tracepoint(const char *name, struct module **owner);
int otr_host_probe_register(struct tracepoint *tp, void *probe, void *data);
void otr_host_probe_unregister(struct tracepoint *tp, void *probe, void *data);
void otr_host_tracepoints_exit(void);

/* perf.c: what perf does with events of its own */

typedef void otr_host_perf_happened_t(struct perf_event *event, u64 nr,
				      struct perf_sample_data *data, struct pt_regs *regs);

bool otr_host_perf_present(void);
otr_host_perf_happened_t *otr_host_perf_happened(void);
void otr_host_perf_set_period(struct perf_event *event);
int otr_host_perf_allow_raw(void);

/* blk.c */
struct blocking_notifier_head *otr_host_blk_ioctls(void);
#ifdef CONFIG_BLK_CGROUP
void otr_host_blk_init(void);
void otr_host_cgroup_path(u64 id, char *path, size_t size);
#else
static inline void otr_host_blk_init(void) { }
static inline void otr_host_cgroup_path(u64 id, char *path, size_t size) { }
#endif

/* mmio.c: accesses to the memory of devices */
#ifdef CONFIG_MMIOTRACE
bool otr_host_mmio_find(void);
void otr_host_mmio_switch(bool on);
#endif

/* types.c: what the kernel and modules say of their types */
const void *otr_host_types_get(const char *mod, size_t *size);
void otr_host_types_put(const void *blob);

/* strings.c: constant texts whose addresses are in records */
extern const struct otr_told otr_strings_told[];

void otr_host_strings_init(void);
const char *otr_host_string(unsigned int nr);
unsigned int otr_host_strings(void);
bool otr_host_string_known(const char *text);
bool otr_host_is_rodata(const void *addr);

#endif /* _OTR_HOST_H */
