/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room inst: what is wanted, and in which instance.
 *
 * Purpose:  instances, each with a ring, options, a clock and one current
 *           tracer; the table of options; the list of tracers.
 * Objects:  struct otr_inst. The first one, otr_inst_top(), is made by the
 *           same constructor as any other and lives as long as the engine;
 *           users make and remove others.
 *           struct otr_sub, an event in an instance: sub.h.
 *           struct otr_tracer, registered by the room tracer; the list of
 *           tracers is here.
 *           struct otr_part, what another room keeps of every instance.
 * Locks:    otr_inst_lock guards every member that is not said to be hot, the
 *           tracers' list and whatever a file shows. Hot members are read by
 *           probes without it. Nobody holds it for long, as most files need
 *           it: text is not changed under it, nor are tasks or memory waited for.
 *           Three locks, taken before it, are held for that: otr_switch_lock by
 *           code that attaches events to their sources; inside it otr_tracer_lock
 *           by code that changes tracers and options, or which functions and tasks
 *           are wanted; inside both otr_shape_lock by code that changes the size of
 *           a ring, or whether there is room for a snapshot. What is new is put in
 *           place under otr_inst_lock, in a moment; nothing that only looks needs the
 *           other three.
 *           Instances come and go under otr_switch_lock and otr_inst_lock, so
 *           either keeps them in place.
 * Contexts: everything sleeps but what is marked hot.
 */
#ifndef _OTR_INST_H
#define _OTR_INST_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "base/base.h"
#include "buffer/buffer.h"
#include "host/host.h"
#include "inst/latency.h"

/* Longest name of a tracer that current_tracer takes, without the end. */
#define OTR_TRACER_NAME_MAX	100

/*
 * Options of an instance, in the order in which trace_options lists them. Their
 * names and what they start with are in options.c. Tracers have others, which
 * they declare themselves.
 */
enum otr_option {
	OTR_OPT_PRINT_PARENT,
	OTR_OPT_SYM_OFFSET,
	OTR_OPT_SYM_ADDR,
	OTR_OPT_VERBOSE,
	OTR_OPT_RAW,
	OTR_OPT_HEX,
	OTR_OPT_BIN,
	OTR_OPT_BLOCK,
	OTR_OPT_FIELDS,
	OTR_OPT_PRINTK,
	OTR_OPT_ANNOTATE,
	OTR_OPT_USERSTACKTRACE,
	OTR_OPT_SYM_USEROBJ,
	OTR_OPT_PRINTK_MSG_ONLY,
	OTR_OPT_CONTEXT_INFO,
	OTR_OPT_LATENCY_FORMAT,
	OTR_OPT_RECORD_CMD,
	OTR_OPT_RECORD_TGID,
	OTR_OPT_OVERWRITE,
	OTR_OPT_DISABLE_ON_FREE,
	OTR_OPT_IRQ_INFO,
	OTR_OPT_MARKERS,
	OTR_OPT_EVENT_FORK,
	OTR_OPT_PRINTK_DEST,
	OTR_OPT_COPY_MARKER,
	OTR_OPT_PAUSE_ON_TRACE,
	OTR_OPT_HASH_PTR,
	OTR_OPT_FUNCTION_TRACE,
	OTR_OPT_FUNCTION_FORK,
	OTR_OPT_DISPLAY_GRAPH,
	OTR_OPT_STACKTRACE,
	OTR_OPT_COUNT
};

/* The bit of an option in otr_inst.options. */
#define OTR_OPT(id)	BIT_ULL(OTR_OPT_##id)

struct otr_event;
struct otr_inst;
struct otr_look;
struct otr_row;
struct seq_file;

/* Parts that an instance has room for. */
#define OTR_PARTS_MAX	32

/**
 * struct otr_part_slot - what a part keeps of one instance
 * @bits: options of a tracer, by their number; hot, read with READ_ONCE()
 * @data: the part's own
 */
struct otr_part_slot {
	u64			bits;
	void			*data;
};

/**
 * struct otr_part - something that a room above keeps of every instance
 * @create: sets it up in a new instance; 0 or an errno
 * @option_changed: an option of the instance was changed; an errno takes the
 *		    change back
 * @event_gone: an event goes away; nothing may use it on return. otr_switch_lock
 *		is held as well
 * @stop: ends what uses the instance's events or functions
 * @destroy: frees it; no event is recorded any more
 * @initial: what &struct otr_part_slot.bits of a new instance are
 * @slot: place in &struct otr_inst.slots; owned by inst
 * @link: in the list of all; owned by inst
 *
 * All are called with otr_tracer_lock held and otr_inst_lock free, may sleep, and each
 * may be NULL. A room registers its parts when it starts, before users have instances
 * of their own.
 */
struct otr_part {
	int			(*create)(struct otr_inst *inst);
	int			(*option_changed)(struct otr_inst *inst, enum otr_option opt);
	void			(*event_gone)(struct otr_inst *inst, const struct otr_event *ev);
	void			(*stop)(struct otr_inst *inst);
	void			(*destroy)(struct otr_inst *inst);
	u64			initial;
	unsigned int		slot;
	struct list_head	link;
};

/**
 * struct otr_tracer_option - an option that only one tracer knows
 * @name: what the files call it
 * @initial: what a new instance starts with
 *
 * An option's number is its place in the tracer's table.
 */
struct otr_tracer_option {
	const char		*name;
	bool			initial;
};

/**
 * struct otr_tracer - a named way to fill an instance's ring
 * @name: what current_tracer calls it
 * @start: begins to record into an instance
 * @stop: ends that, and returns when no record of it can come any more
 * @switched: a user switched recording on or off while it is current; it asks the
 *	      ring what is so. NULL for no opinion
 * @options: its own, at most 64
 * @nr_options: how many
 * @set_option: one of its own options is to change in an instance, where it need not be the
 *		current tracer; an errno refuses. NULL when nothing follows but
 *		that the option has another value
 * @set_inst_option: an option of the instance is to change while the tracer is current
 *		     there; an errno refuses. NULL for no opinion
 * @latency: what it measured in an instance, for the header of latency-format; what it
 *	     leaves alone is 0. NULL for a tracer that measures nothing
 * @top: the first instance may have it, no other one does
 * @keeps_longest: the records of the longest time are put aside by otr_longest_keep(), are
 *		   what "trace" shows, and nobody else takes snapshots
 * @header: prints the comment lines above its records, whatever the options say; NULL for
 *	    the usual ones
 * @files: what an instance's directory has of it, see inst/file.h; they are there whether
 *	   it is current or not
 * @nr_files: how many
 * @look: how its records are shown, NULL for a line each, as the options say
 * @part: what it keeps of every instance; inst fills in what the options start with
 * @link: in the list of tracers, owned by inst
 *
 * All are called with otr_tracer_lock held and otr_inst_lock free, and may sleep.
 */
struct otr_tracer {
	const char		*name;
	int			(*start)(struct otr_inst *inst);
	void			(*stop)(struct otr_inst *inst);
	void			(*switched)(struct otr_inst *inst);
	const struct otr_tracer_option *options;
	unsigned int		nr_options;
	int			(*set_option)(struct otr_inst *inst, unsigned int opt, bool on);
	int			(*set_inst_option)(struct otr_inst *inst, enum otr_option opt,
						   bool on);
	void			(*latency)(struct otr_inst *inst, struct otr_latency *latency);
	bool			top;
	bool			keeps_longest;
	void			(*header)(struct seq_file *m);
	const struct otr_row	*files;
	unsigned int		nr_files;
	const struct otr_look	*look;
	struct otr_part		part;
	struct list_head	link;
};

/**
 * struct otr_area - memory that outlives a boot, with an instance's ring in it
 * @memory: the memory
 * @where: how the memory was called; NULL for a copy of such
 * @keep: what is in it
 * @old: these are records of before, and none come; read without a lock
 * @left_off: a user said that nothing is to be recorded, while it had records of before;
 *	      guarded by otr_inst_lock
 * @noted: where modules are is noted there; guarded by a lock of area.c, as is @link
 * @shift: what moved since then
 * @link: in the list of all
 */
struct otr_area {
	struct otr_host_memory	memory;
	const char		*where;
	struct otr_keep		*keep;
	bool			old;
	bool			left_off;
	bool			noted;
	struct otr_shift	shift;
	struct list_head	link;
};

/**
 * otr_area_is_old - has an area records of before?
 * @area: the area, NULL for ordinary memory
 *
 * Context: any; without otr_inst_lock it may end meanwhile.
 * Return: whether it has, and nothing is recorded there.
 */
static inline bool otr_area_is_old(const struct otr_area *area)
{
	return area && READ_ONCE(area->old);
}

/**
 * struct otr_inst - an instance
 * @ring: where its records go; set once
 * @options: OTR_OPT() bits; hot, read with READ_ONCE()
 * @event_tasks: tasks whose events to record, see sub.h; hot
 * @function_tasks: tasks whose function calls to record; set once, by the part that
 *		    records them, NULL before
 * @markers: the event of markers, while something besides the ring wants them; read with
 *	     preemption off
 * @slots: what the parts keep, by &struct otr_part.slot
 * @name: "" for the first one, and for those that are hidden; set once
 * @area: the memory that its ring is in, NULL for ordinary one; set once
 * @backup: it is there for records of before alone, a copy of another instance's; set once
 * @hidden: users do not see it: its records go elsewhere; set once
 * @node: in the list of all; changed under otr_switch_lock as well
 * @tracer: the current tracer, never NULL
 * @clock: OTR_CLOCK_* that stamps the records
 * @size: bytes per CPU that the ring gets when it is first used
 * @expanded: the ring has its real size
 * @percent: fill level, 0..100, at which blocking raw readers wake
 * @pauses: how many open readers stopped recording (pause-on-trace)
 * @pipes: open consuming readers; the tracer cannot change while there are
 * @pipe_cpus: CPUs that have a consuming reader
 * @cpus: CPUs that record
 * @refs: open files, no lock; negative for an instance that is gone
 * @kept: inodes that may still hold the address of an instance that is gone; no lock
 * @snapshot: what was put aside, see snapshot.c; set once, NULL before
 * @snapshot_ready: it is as large as @ring; changed under otr_shape_lock
 * @snapshot_held: somebody takes snapshots by his own rule, see otr_inst_hold_snapshot();
 *		   changed under otr_shape_lock
 * @maps: how often programs have pages of @ring in their memory; negative: how many take, or
 *	  may take, snapshots. No lock
 * @longest: the longest time that was measured; see latency.h for its locks
 * @time_start: time of the last reset, for the latency columns
 * @subs: struct otr_sub, by event number
 * @remember: OTR_COMM_* that the task of an event's record is remembered by
 * @forks: children of tasks follow their parents
 * @orphans: there may be records of events that are gone
 * @awaited: events to record when their modules come
 * @errors: what was wrong with users' commands; has its own lock
 */
struct otr_inst {
	/* hot */
	struct otr_ring		*ring;
	u64			options;
	struct otr_tasks	event_tasks;
	struct otr_tasks	*function_tasks;
	struct otr_sub		*markers;
	struct otr_part_slot		slots[OTR_PARTS_MAX];

	/* otr_inst_lock */
	const char		*name;
	struct otr_area		*area;
	bool			backup;
	bool			hidden;
	struct list_head	node;
	const struct otr_tracer	*tracer;
	enum otr_clock_id	clock;
	unsigned long		size;
	bool			expanded;
	unsigned int		percent;
	unsigned int		pauses;
	unsigned int		pipes;
	cpumask_var_t		pipe_cpus;
	cpumask_var_t		cpus;
	struct otr_ring		*snapshot;
	bool			snapshot_ready;
	bool			snapshot_held;
	struct otr_longest	longest;
	u64			time_start;
	struct xarray		subs;
	u8			remember;
	bool			forks;
	bool			orphans;
	struct list_head	awaited;

	/* no lock, or its own */
	atomic_t		refs;
	atomic_t		maps;
	struct kref		kept;
	struct otr_errlog	errors;
};

extern struct mutex otr_switch_lock;
extern struct mutex otr_tracer_lock;
extern struct mutex otr_shape_lock;
extern struct mutex otr_inst_lock;

static inline bool otr_inst_option(const struct otr_inst *inst, enum otr_option opt)
{
	return READ_ONCE(inst->options) & BIT_ULL(opt);
}

/**
 * otr_part_data - what a part keeps of an instance
 * @inst: the instance
 * @part: the part, registered
 *
 * Context: any; the data is the part's business.
 * Return: the part's pointer.
 */
static inline void *otr_part_data(const struct otr_inst *inst, const struct otr_part *part)
{
	return inst->slots[part->slot].data;
}

/**
 * otr_part_set_data - the same, to be set
 * @inst: the instance
 * @part: the part
 * @data: what it keeps
 *
 * Context: of &struct otr_part.create.
 */
static inline void otr_part_set_data(struct otr_inst *inst, const struct otr_part *part,
				     void *data)
{
	inst->slots[part->slot].data = data;
}

/**
 * otr_tracer_bits - a tracer's own options in an instance
 * @inst: the instance
 * @tracer: the tracer, registered
 *
 * Context: any.
 * Return: a bit for each, by its number.
 */
static inline u64 otr_tracer_bits(const struct otr_inst *inst, const struct otr_tracer *tracer)
{
	return READ_ONCE(inst->slots[tracer->part.slot].bits);
}

/**
 * otr_inst_gone - was an instance removed?
 * @inst: the instance, its memory kept by otr_inst_keep()
 *
 * Context: any. No is certain only under otr_switch_lock or otr_inst_lock.
 * Return: whether it was. Nothing of it but @kept and @refs may be looked at then.
 */
static inline bool otr_inst_gone(const struct otr_inst *inst)
{
	return atomic_read(&inst->refs) < 0;
}

/* inst.c */
int otr_inst_init(void);
void otr_inst_exit(void);
int otr_inst_create(const char *name, struct otr_inst **made);
int otr_inst_create_in(const char *name, const char *where, struct otr_inst **made);
int otr_inst_create_backup(const char *name, const char *of, bool *goes_on);
int otr_inst_create_hidden(struct otr_inst **made);
int otr_inst_remove(struct otr_inst *inst);
void otr_inst_end(void);

/* area.c */
void otr_areas_init(void);
void otr_areas_exit(void);
struct otr_area *otr_area_open(const char *name, const char *where);
struct otr_area *otr_area_copy(const char *name, const struct otr_area *from);
void otr_area_close(struct otr_area *area);
void otr_area_attach(struct otr_inst *inst);
void otr_area_anew(struct otr_inst *inst);
void otr_area_note_event(struct otr_area *area, const struct otr_event *ev);
bool otr_area_knows(const struct otr_area *area, const struct otr_event *ev);

/* part.c */
int otr_part_register(struct otr_part *part);
void otr_part_unregister(struct otr_part *part);
int otr_parts_create(struct otr_inst *inst);
void otr_parts_stop(struct otr_inst *inst);
void otr_parts_destroy(struct otr_inst *inst);
int otr_parts_option_changed(struct otr_inst *inst, enum otr_option opt,
			     void (*undo)(struct otr_inst *inst, enum otr_option opt));
void otr_parts_event_gone(struct otr_inst *inst, const struct otr_event *ev);

/* list.c */
extern const struct otr_told otr_insts_told[];

struct otr_inst *otr_inst_top(void);
struct otr_inst *otr_inst_next(const struct otr_inst *inst);
struct otr_inst *otr_inst_find(const char *name);
const struct otr_inst *otr_inst_glimpse(const char *name);
void otr_inst_add(struct otr_inst *inst);
void otr_inst_forget(struct otr_inst *inst);
int otr_inst_get(struct otr_inst *inst);
void otr_inst_put(struct otr_inst *inst);
int otr_inst_claim(struct otr_inst *inst);
void otr_inst_keep(struct otr_inst *inst);
void otr_inst_drop(struct otr_inst *inst);

/* state.c */
int otr_inst_expand(struct otr_inst *inst);
int otr_inst_resize(struct otr_inst *inst, unsigned long bytes, int cpu);
int otr_inst_set_order(struct otr_inst *inst, unsigned int order);
int otr_inst_make_room(struct otr_inst *inst);
int otr_snapshot_want(struct otr_inst *inst);
void otr_snapshot_unwant(struct otr_inst *inst);
int otr_inst_hold_snapshot(struct otr_inst *inst);
void otr_inst_release_snapshot(struct otr_inst *inst);
int otr_inst_reset(struct otr_inst *inst, int cpu);
int otr_inst_set_clock(struct otr_inst *inst, const char *name);
void otr_inst_set_cpus(struct otr_inst *inst, const struct cpumask *cpus);
void otr_inst_pause(struct otr_inst *inst);
void otr_inst_resume(struct otr_inst *inst);
int otr_inst_pipe_open(struct otr_inst *inst, int cpu);
void otr_inst_pipe_close(struct otr_inst *inst, int cpu);
void otr_inst_raw_open(struct otr_inst *inst);
void otr_inst_raw_close(struct otr_inst *inst);

/* snapshot.c */
struct otr_ring *otr_snapshot_ring(struct otr_inst *inst);
int otr_snapshot_match(struct otr_inst *inst, int cpu);
void otr_snapshot_free(struct otr_inst *inst);
int otr_snapshot_swap(struct otr_inst *inst);
int otr_snapshot_take(struct otr_inst *inst);
int otr_inst_map(struct otr_inst *inst);
void otr_inst_unmap(struct otr_inst *inst);

/* tracer.c */
extern struct otr_tracer otr_tracer_nop;

int otr_tracers_init(void);
void otr_tracers_exit(void);
int otr_tracer_register(struct otr_tracer *tracer);
void otr_tracer_unregister(struct otr_tracer *tracer);
const struct otr_tracer *otr_tracer_next(const struct otr_tracer *tracer);
void otr_tracer_clear(struct otr_inst *inst);
int otr_tracer_set(struct otr_inst *inst, const char *name);
void otr_tracer_switched(struct otr_inst *inst);
bool otr_tracer_fits(const struct otr_tracer *tracer, const struct otr_inst *inst);

/* options.c */
const char *otr_option_name(enum otr_option opt);
bool otr_option_has_file(const struct otr_inst *inst, enum otr_option opt);
u64 otr_option_inherited(const struct otr_inst *top);
u64 otr_option_initial(void);
int otr_option_set(struct otr_inst *inst, enum otr_option opt, bool on);
int otr_tracer_option_set(struct otr_inst *inst, const struct otr_tracer *tracer,
			  unsigned int opt, bool on);
int otr_option_parse(struct otr_inst *inst, const char *text);

#include "inst/file.h"
#include "inst/sub.h"

#endif /* _OTR_INST_H */
