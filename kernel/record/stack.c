// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers of a function, as a record behind another one.
 *
 * They are found (host/unwind.c) into an array, and only then it is known how
 * long the record gets. Contexts on a CPU nest strictly, so each takes the next
 * array of its CPU. They are allocated when the first option asks for stacks.
 */
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/stacktrace.h>

#include "arch/x86/arch.h"
#include "event/event.h"
#include "host/host.h"
#include "record/internal.h"

/* So many frames of our own may come first. */
#define STACK_OURS	16

struct stacks {
	struct {
		struct otr_unwind	unwind;
		unsigned long		caller[OTR_STACK_MAX];
	} slot[OTR_NEST_SLOTS];
};

static struct stacks __percpu *stacks;
static DEFINE_PER_CPU(u32, stack_nest);

/**
 * otr_stack_prepare - make room for stacks
 *
 * Context: sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_stack_prepare(void)
{
	static DEFINE_MUTEX(stacks_lock);
	struct stacks __percpu *new;

	guard(mutex)(&stacks_lock);
	if (stacks)
		return 0;
	new = alloc_percpu(struct stacks);
	if (!new)
		return -ENOMEM;
	/* Pairs with the address dependency in otr_stack_record(). */
	smp_store_release(&stacks, new);
	return 0;
}

/* What is called where a probe is returns to so few bytes behind. */
#define STACK_NEAR	16

/* Our own frames come first: how many? */
static unsigned int stack_ours(unsigned long *caller, unsigned int nr, unsigned long from)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (from > OTR_STACK_CALLER) {
			if (caller[i] - from < STACK_NEAR)
				return i;
		} else if (otr_arch_in_slot(caller[i])) {
			if (from == OTR_STACK_CALLER)
				return i + 1;
			caller[i] = OTR_STACK_TRAMPOLINE;
			return i;
		}
	}
	for (i = 0; i < nr && otr_host_is_ours(caller[i]); )
		i++;
	return i < nr ? i : 0;
}

/* Is @from registers of the kernel's, and no text? */
static bool stack_has_regs(unsigned long from)
{
	return from >= TASK_SIZE_MAX && from < __START_KERNEL_map;
}

/*
 * The callers from @from on. How many there are; @skip: how many of them are in front of it.
 * Otherwise than a return address, that of the registers is not behind a call.
 */
static unsigned int stack_callers(struct otr_unwind *unwind, unsigned long from,
				  unsigned long *caller, unsigned int max, unsigned int *skip)
{
	const struct pt_regs *regs = (const struct pt_regs *)from;
	unsigned int nr;

	*skip = 0;
	if (stack_has_regs(from)) {
		unwind->ip = regs->ip + 1;
		unwind->sp = regs->sp;
		unwind->bp = regs->bp;
		caller[0] = regs->ip;
		return 1 + otr_unwind(unwind, caller + 1, max - 1);
	}
	otr_unwind_here(unwind);
	nr = otr_unwind(unwind, caller, max);
	*skip = stack_ours(caller, nr, from);
	return nr;
}

/*
 * The same without those in front, where @from is near: straight to where they are wanted, and
 * no more of them. False where it is not; then nothing is known.
 */
static bool stack_callers_near(struct otr_unwind *unwind, unsigned long from,
			       unsigned long *callers, unsigned int max, unsigned int *nr)
{
	if (from <= OTR_STACK_CALLER || stack_has_regs(from))
		return false;
	otr_unwind_here(unwind);
	if (!otr_unwind_near(unwind, from, STACK_NEAR))
		return false;
	*nr = 0;
	if (unwind->ip != from)
		callers[(*nr)++] = unwind->ip;
	*nr += otr_unwind(unwind, callers + *nr, max - *nr);
	return true;
}

/* Bytes of a record are counted in steps of 8, its head included. */
static noinline void stack_record(struct otr_ring *ring, unsigned long *caller,
				  struct otr_unwind *unwind, unsigned long from)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_stack *out;
	unsigned int nr, skip;

	nr = stack_callers(unwind, from, caller, OTR_STACK_MAX, &skip);
	nr -= skip;
	out = otr_ring_begin(ring, &rec, struct_size(out, caller, nr));
	if (!out)
		return;
	otr_record_head(&out->head, OTR_TYPE_STACK);
	out->size = nr;
	out->zero = 0;
	memcpy(out->caller, caller + skip, nr * sizeof(*caller));
	otr_ring_end(&rec);
}

/**
 * otr_stack_record - record the callers
 * @ring: where to
 * @from: the innermost caller of interest, or an address a few bytes in front of it; where
 *	  it is none, stacks begin with the first caller that is not ours. Or where it is, as
 *	  registers of the kernel's (struct pt_regs *); OTR_STACK_SITE or OTR_STACK_CALLER for
 *	  a hook's function
 *
 * Where RCU is not watching there is no stack: the unwinder needs it.
 *
 * Context: any, NMI included, preemption off; otr_stack_prepare() was called.
 */
void otr_stack_record(struct otr_ring *ring, unsigned long from)
{
	struct stacks __percpu *all = READ_ONCE(stacks);
	int slot;

	if (!all || !rcu_is_watching())
		return;
	slot = otr_nest_enter(&stack_nest, OTR_NEST_SLOTS);
	if (slot < 0)
		return;
	stack_record(ring, raw_cpu_ptr(all)->slot[slot].caller,
		     &raw_cpu_ptr(all)->slot[slot].unwind, from);
	otr_nest_exit(&stack_nest, slot);
}

/**
 * otr_stack_save - find the callers, without a record
 * @from: the innermost caller that is of no interest any more; else as for
 *	  otr_stack_record(), and with that one
 * @callers: gets them
 * @nr: how many there is room for, fewer than OTR_STACK_MAX by far
 *
 * Context: as for otr_stack_record().
 * Return: how many there are; 0 where nobody can know.
 */
unsigned int otr_stack_save(unsigned long from, unsigned long *callers, unsigned int nr)
{
	struct stacks __percpu *all = READ_ONCE(stacks);
	struct otr_unwind *unwind;
	unsigned int found, skip;
	unsigned long *caller;
	int slot;

	if (!all || !rcu_is_watching())
		return 0;
	slot = otr_nest_enter(&stack_nest, OTR_NEST_SLOTS);
	if (slot < 0)
		return 0;
	caller = raw_cpu_ptr(all)->slot[slot].caller;
	unwind = &raw_cpu_ptr(all)->slot[slot].unwind;
	if (!stack_callers_near(unwind, from, callers, nr, &found)) {
		found = stack_callers(unwind, from, caller, nr + STACK_OURS, &skip);
		skip += skip < found && caller[skip] == from;
		found = found > skip ? min(nr, found - skip) : 0;
		memcpy(callers, caller + skip, found * sizeof(*caller));
	}
	otr_nest_exit(&stack_nest, slot);
	return found;
}

/**
 * otr_stack_busy - is a stack being recorded on this CPU?
 *
 * The unwinder's functions can be hooked.
 *
 * Context: any, preemption off.
 * Return: whether one is, in this context or in one that was interrupted.
 */
bool otr_stack_busy(void)
{
	return raw_cpu_read(stack_nest);
}

static void stack_print_stack(struct otr_line *line)
{
	const struct otr_rec_stack *rec = line->rec;
	unsigned int nr = (line->len - sizeof(*rec)) / sizeof(*rec->caller);
	unsigned int i;

	seq_buf_puts(line->out, "<stack trace>\n");
	for (i = 0; i < nr && i < rec->size; i++) {
		seq_buf_puts(line->out, " => ");
		if (rec->caller[i] == OTR_STACK_TRAMPOLINE)
			seq_buf_puts(line->out, "[FTRACE TRAMPOLINE]");
		else
			otr_print_ip(line, rec->caller[i]);
		seq_buf_putc(line->out, '\n');
	}
}

static const struct otr_field stack_fields[] = {
	OTR_FIELD(struct otr_rec_stack, int, size),
	{ "unsigned long", "caller[" __stringify(OTR_STACK_FIELDS) "]",
	  offsetof(struct otr_rec_stack, caller), OTR_STACK_FIELDS * sizeof(long) },
	{}
};

static struct otr_event stack_event = {
	.id		= OTR_TYPE_STACK,
	.system		= "ftrace",
	.name		= "kernel_stack",
	.fields		= stack_fields,
	.print_fmt	= OTR_STACK_PRINT_FMT,
	.text		= stack_print_stack,
};

/**
 * otr_stack_init - make the records of stacks known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_stack_init(void)
{
	int err = otr_event_register(&stack_event);

	otr_unwind_init((unsigned long)otr_return_tramp);
	if (err)
		return err;
	err = otr_user_stack_init();
	if (err)
		otr_event_unregister(&stack_event);
	return err;
}

/**
 * otr_stack_exit - the counterpart of otr_stack_init()
 *
 * Context: module unload, when nobody records any more.
 */
void otr_stack_exit(void)
{
	otr_user_stack_exit();
	otr_event_unregister(&stack_event);
	free_percpu(stacks);
	stacks = NULL;
}
