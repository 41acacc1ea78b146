// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack tracer: how much of its stack a task ever used, and for what.
 *
 * Every function that is hooked looks how much of the stack is left. When it is
 * less than ever, the stack is walked, and each return address is looked for in
 * it, which tells how much the function that returns there uses.
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/task_stack.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

#include "arch/x86/arch.h"
#include "base/base.h"
#include "tracer/function.h"

/*
 * The unwinder's functions are hooked as well, and may use more of the stack than
 * who is unwound: whoever holds the lock says so on its CPU first. Interrupts are
 * off meanwhile, and an NMI looks.
 */
static DEFINE_PER_CPU(bool, inside);
static arch_spinlock_t lock = __ARCH_SPIN_LOCK_UNLOCKED;

/* Under the lock; @size is read without. */
static struct otr_deepest deepest;
static unsigned long callers[OTR_DEEPEST_MAX];

static bool on;

/* Is a function's return address at this place? It may have been replaced. */
static bool returns_to(unsigned long *place, unsigned long caller)
{
	unsigned long is = READ_ONCE_NOCHECK(*place);

	if (is == (unsigned long)otr_return_tramp)
		is = otr_ret_caller(place);
	return is == caller;
}

/* From where on are the callers not ours? */
static unsigned int ours(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (otr_arch_in_slot(callers[i]))
			return i + 1;
	return 0;
}

/* What is there twice is found in its order; what is not found is left out. */
static void measure(unsigned long *at, unsigned long *top)
{
	unsigned int nr = stack_trace_save(callers, OTR_DEEPEST_MAX, 0);
	unsigned int i, found = 0;

	for (i = ours(nr); i < nr; i++) {
		unsigned long *place = at;

		while (place < top && !returns_to(place, callers[i]))
			place++;
		if (place == top)
			continue;
		deepest.caller[found] = callers[i];
		deepest.used[found] = (top - place) * sizeof(*place);
		found++;
		at = place + 1;
	}
	deepest.nr = found;
}

/* Take the lock, if this CPU does not have it. */
static bool begin(unsigned long *flags)
{
	raw_local_irq_save(*flags);
	if (raw_cpu_read(inside)) {
		raw_local_irq_restore(*flags);
		return false;
	}
	raw_cpu_write(inside, true);
	/* Before anything in there is hooked. */
	barrier();
	arch_spin_lock(&lock);
	return true;
}

static void end(unsigned long flags)
{
	arch_spin_unlock(&lock);
	barrier();
	raw_cpu_write(inside, false);
	raw_local_irq_restore(flags);
}

static noinline void deeper(unsigned long *at, unsigned long *top, unsigned long size)
{
	unsigned long flags;

	/* An NMI would wait for whom it interrupted; the unwinder needs RCU. */
	if (in_nmi() || raw_cpu_read(inside) || !rcu_is_watching() || !begin(&flags))
		return;
	if (size > deepest.size) {
		WRITE_ONCE(deepest.size, size);
		measure(at, top);
	}
	end(flags);
}

static void function_called(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			    struct otr_frame *frame)
{
	unsigned long top = (unsigned long)task_stack_page(current) + THREAD_SIZE;
	unsigned long *at = &frame->behind;
	unsigned long size = top - (unsigned long)at;

	if (likely(size <= READ_ONCE(deepest.size)))
		return;
	/* Interrupts and exceptions have stacks of their own. */
	if (size > THREAD_SIZE)
		return;
	deeper(at, (unsigned long *)top, size);
}

static struct otr_hook hook = {
	.name	= "stack_trace",
	.func	= function_called,
	.flags	= OTR_HOOK_SELF,
};

/* The functions that the hook is on; changed with otr_tracer_lock and otr_inst_lock held. */
static struct otr_siteset *deepest_chosen;

/**
 * otr_deepest_get - what is known of the deepest stack
 * @copy: where to
 *
 * Context: a task.
 */
void otr_deepest_get(struct otr_deepest *copy)
{
	unsigned long flags;

	/* A task is not inside: interrupts are off there. */
	begin(&flags);
	memcpy(copy, &deepest, sizeof(*copy));
	end(flags);
}

/**
 * otr_deepest_size - how much of its stack a task used at most
 *
 * Context: any.
 * Return: it, in bytes.
 */
unsigned long otr_deepest_size(void)
{
	return READ_ONCE(deepest.size);
}

/**
 * otr_deepest_set_size - what to count as the most
 * @size: in bytes; 0 to begin anew
 *
 * Context: a task.
 */
void otr_deepest_set_size(unsigned long size)
{
	unsigned long flags;

	begin(&flags);
	WRITE_ONCE(deepest.size, size);
	end(flags);
}

/**
 * otr_deepest_on - is the stack tracer on?
 *
 * Context: any.
 * Return: whether it is.
 */
bool otr_deepest_on(void)
{
	return READ_ONCE(on);
}

/**
 * otr_deepest_switch - switch the stack tracer
 * @want: what to do
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, or what otr_hook_register() returns.
 */
int otr_deepest_switch(bool want)
{
	int err = 0;

	lockdep_assert_held(&otr_tracer_lock);
	if (want == on)
		return 0;
	if (want)
		err = otr_hook_register(&hook);
	else
		otr_hook_unregister(&hook);
	if (!err)
		WRITE_ONCE(on, want);
	return err;
}

/**
 * otr_deepest_sites - the functions that look at their stack
 *
 * Context: otr_tracer_lock or otr_inst_lock held, for as long as the set is used.
 * Return: the set; empty for all of them. The stack tracer keeps it.
 */
struct otr_siteset *otr_deepest_sites(void)
{
	return deepest_chosen;
}

/**
 * otr_deepest_set_sites - change the functions that look at their stack
 * @set: the new set; the stack tracer owns it from here on, also on failure
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, or what otr_hook_register() returns.
 */
int otr_deepest_set_sites(struct otr_siteset *set)
{
	struct otr_siteset *old = deepest_chosen;
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	deepest_chosen = set;
	mutex_unlock(&otr_inst_lock);
	err = otr_hook_update(&hook, set, NULL);
	otr_siteset_destroy(old);
	return err;
}

/**
 * otr_deepest_init - have a stack tracer that can be switched on
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_deepest_init(void)
{
	deepest_chosen = otr_siteset_create();
	hook.filter = deepest_chosen;
	return deepest_chosen ? 0 : -ENOMEM;
}

/**
 * otr_deepest_exit - the counterpart of otr_deepest_init()
 *
 * Context: module unload.
 */
void otr_deepest_exit(void)
{
	mutex_lock(&otr_tracer_lock);
	otr_deepest_switch(false);
	mutex_unlock(&otr_tracer_lock);
	otr_siteset_destroy(deepest_chosen);
	deepest_chosen = NULL;
	hook.filter = NULL;
}
