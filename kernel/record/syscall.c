// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair of events for each system call of the kernel: its arguments when it is
 * entered, its result when it is left.
 *
 * There are two tracepoints for all of them. An instance that wants a system
 * call has a probe on one or both, with a table that says by number whose
 * records are wanted.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/unistd.h>
#include <asm/syscall.h>

#include "event/event.h"
#include "host/host.h"
#include "inst/inst.h"
#include "record/internal.h"

#define OTR_SYSCALL_NUMBERS
#include "record/syscalls.h"
#undef OTR_SYSCALL_NUMBERS

enum side { ENTER, EXIT, NR_SIDES };

struct rec_enter {
	struct otr_rec_head	head;
	int			nr;
	u32			zero;
	unsigned long		args[];
};

struct rec_exit {
	struct otr_rec_head	head;
	int			nr;
	u32			zero;
	long			ret;
};

/**
 * struct call - a system call
 * @event: its events
 * @name: with "sys_" in front
 * @args: its arguments, as fields
 * @nr_args: how many
 */
struct call {
	struct otr_event	event[NR_SIDES];
	const char		*name;
	const struct otr_field	*args;
	unsigned int		nr_args;
};

/**
 * struct table - what an instance wants at one of the tracepoints
 * @sub: by the number of the system call, NULL for nothing; probes read it with
 *	 preemption off
 * @users: how many there are; otr_inst_lock
 */
struct table {
	struct otr_sub		*sub[NR_syscalls];
	unsigned int		users;
};

/* struct otr_syscalls - what an instance wants of system calls */
struct otr_syscalls {
	struct table		table[NR_SIDES];
};

static void syscall_enter_text(struct otr_line *line);
static void syscall_exit_text(struct otr_line *line);
static const struct otr_event_ops syscall_ops;

#define NR_FIELD	{ .type = "int", .name = "__syscall_nr", .size = sizeof(int), \
			  .offset = offsetof(struct rec_enter, nr), .is_signed = true }

static const struct otr_field syscall_exit_fields[] = {
	NR_FIELD,
	{ .type = "long", .name = "ret", .offset = offsetof(struct rec_exit, ret),
	  .size = sizeof(long), .is_signed = true },
	{}
};

#include "record/syscall_macros.h"

#define CALL	CALL_DEFINE
#include "record/syscalls.h"

#undef CALL
#define CALL	CALL_NUMBERED
static struct call *const syscall_calls[NR_syscalls] = {
#include "record/syscalls.h"
};

#undef CALL
#define CALL	CALL_LISTED
static struct otr_event *const syscall_events[] = {
#include "record/syscalls.h"
	NULL
};

static struct otr_event_set syscall_set = {
	.events	= syscall_events,
	.owner	= THIS_MODULE,
};

static struct tracepoint *syscall_tracepoint[NR_SIDES];

static struct call *syscall_call_of(int nr)
{
	return nr >= 0 && nr < NR_syscalls ? syscall_calls[nr] : NULL;
}

/**
 * otr_syscall_name - what a system call is called
 * @nr: its number
 *
 * Context: any.
 * Return: its name with "sys_" in front; NULL if there is none, or its events are unknown.
 */
const char *otr_syscall_name(u64 nr)
{
	return nr < NR_syscalls && syscall_calls[nr] ? syscall_calls[nr]->name : NULL;
}

static void syscall_enter_text(struct otr_line *line)
{
	const struct rec_enter *rec = line->rec;
	const struct call *call = syscall_call_of(rec->nr);
	unsigned int i;

	if (call && line->len >= struct_size(rec, args, call->nr_args)) {
		seq_buf_printf(line->out, "%s(", call->name);
		for (i = 0; i < call->nr_args; i++) {
			seq_buf_puts(line->out, i ? ", " : "");
			if (line->flags & OTR_LINE_TYPES)
				seq_buf_printf(line->out, "%s ", call->args[i].type);
			seq_buf_printf(line->out, "%s: %lx", call->args[i].name, rec->args[i]);
		}
		seq_buf_putc(line->out, ')');
	}
	seq_buf_putc(line->out, '\n');
}

static void syscall_exit_text(struct otr_line *line)
{
	const struct rec_exit *rec = line->rec;
	const struct call *call = syscall_call_of(rec->nr);

	if (call)
		seq_buf_printf(line->out, "%s -> 0x%lx", call->name, rec->ret);
	seq_buf_putc(line->out, '\n');
}

/*
 * Numbers of other machines' system calls mean something else; the table knows
 * those of this one only.
 */
static __always_inline struct otr_sub *syscall_wanted(const struct table *table, int nr)
{
#ifdef CONFIG_IA32_EMULATION
	if (in_32bit_syscall())
		return NULL;
#endif
	if ((unsigned int)nr >= NR_syscalls)
		return NULL;
	/* Pairs with the release in syscall_attach(): the subscription is whole. */
	return smp_load_acquire(&table->sub[nr]);
}

/*
 * The kernel has switched preemption off already. The in-tree tracer of 6.12 does so once
 * more and shows it: its users see system calls at depth 1.
 */
static void syscall_enter_probe(void *data, struct pt_regs *regs, long id)
{
	struct otr_out out __uninitialized;
	unsigned long args[6];
	struct rec_enter *rec;
	struct otr_sub *sub = syscall_wanted(data, id);
	unsigned int nr_args;

	if (!sub)
		return;
	guard(preempt_notrace)();
	nr_args = syscall_calls[id]->nr_args;
	rec = otr_event_begin(sub, &out, struct_size(rec, args, nr_args));
	if (!rec)
		return;
	rec->nr = id;
	rec->zero = 0;
	syscall_get_arguments(current, regs, args);
	memcpy(rec->args, args, nr_args * sizeof(args[0]));
	barrier_data(rec);
	otr_event_end(&out);
}

static void syscall_exit_probe(void *data, struct pt_regs *regs, long ret)
{
	struct otr_out out __uninitialized;
	struct rec_exit *rec;
	int nr = syscall_get_nr(current, regs);
	struct otr_sub *sub = syscall_wanted(data, nr);

	if (!sub)
		return;
	guard(preempt_notrace)();
	rec = otr_event_begin(sub, &out, sizeof(*rec));
	if (!rec)
		return;
	rec->nr = nr;
	rec->zero = 0;
	rec->ret = syscall_get_return_value(current, regs);
	barrier_data(rec);
	otr_event_end(&out);
}

static struct otr_part syscall_part;

static struct otr_syscalls *syscall_tables(const struct otr_inst *inst)
{
	return otr_part_data(inst, &syscall_part);
}

static void *const syscall_probe[NR_SIDES] = { syscall_enter_probe, syscall_exit_probe };

/* Whose event it is, by the place in its array; the number is the place in calls[]. */
static struct otr_sub **syscall_slot(struct otr_event *ev, struct otr_sub *sub, enum side *side)
{
	unsigned int nr;

	for (nr = 0; nr < NR_syscalls; nr++) {
		if (!syscall_calls[nr] || ev < syscall_calls[nr]->event ||
		    ev >= syscall_calls[nr]->event + NR_SIDES)
			continue;
		*side = ev - syscall_calls[nr]->event;
		return &syscall_tables(sub->inst)->table[*side].sub[nr];
	}
	return NULL;
}

static int syscall_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct table *table;
	enum side side;
	struct otr_sub **at = syscall_slot(ev, sub, &side);
	int err;

	lockdep_assert_held(&otr_switch_lock);
	if (!at || !syscall_tracepoint[side])
		return -ENODEV;
	err = otr_sub_names_get(sub);
	if (err)
		return err;
	table = &syscall_tables(sub->inst)->table[side];
	/* Pairs with syscall_wanted(). */
	smp_store_release(at, sub);
	if (!table->users)
		err = otr_host_probe_register(syscall_tracepoint[side], syscall_probe[side], table);
	if (err) {
		WRITE_ONCE(*at, NULL);
		otr_sub_names_put(sub);
		return err;
	}
	table->users++;
	return 0;
}

static void syscall_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct table *table;
	enum side side;
	struct otr_sub **at = syscall_slot(ev, sub, &side);

	lockdep_assert_held(&otr_switch_lock);
	table = &syscall_tables(sub->inst)->table[side];
	WRITE_ONCE(*at, NULL);
	if (!--table->users)
		otr_host_probe_unregister(syscall_tracepoint[side], syscall_probe[side], table);
	otr_sub_names_put(sub);
}

static const struct otr_event_ops syscall_ops = {
	.attach	= syscall_attach,
	.detach	= syscall_detach,
};

static int syscall_create(struct otr_inst *inst)
{
	struct otr_syscalls *tables = kzalloc(sizeof(*tables), GFP_KERNEL);

	otr_part_set_data(inst, &syscall_part, tables);
	return tables ? 0 : -ENOMEM;
}

static void syscall_destroy(struct otr_inst *inst)
{
	kfree(syscall_tables(inst));
}

static struct otr_part syscall_part = {
	.create		= syscall_create,
	.destroy	= syscall_destroy,
};

/**
 * otr_syscalls_init - make events of system calls known
 *
 * Context: module load, once sets are taken.
 * Return: 0, -ENOMEM, -EBUSY when there are too many events.
 */
int otr_syscalls_init(void)
{
	int err = otr_part_register(&syscall_part);

	if (err)
		return err;
	syscall_tracepoint[ENTER] = otr_host_tracepoint("sys_enter");
	syscall_tracepoint[EXIT] = otr_host_tracepoint("sys_exit");
	if (!syscall_tracepoint[ENTER] || !syscall_tracepoint[EXIT])
		syscall_set.events += ARRAY_SIZE(syscall_events) - 1;
	err = otr_event_set_add(&syscall_set);
	if (err)
		otr_part_unregister(&syscall_part);
	return err;
}

/**
 * otr_syscalls_exit - the counterpart of otr_syscalls_init()
 *
 * Context: module unload; sleeps for some RCU grace periods.
 */
void otr_syscalls_exit(void)
{
	otr_event_set_remove(&syscall_set);
	otr_part_unregister(&syscall_part);
}
