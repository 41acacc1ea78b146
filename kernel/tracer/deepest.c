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
 * that is unwound: the holder of the lock says so on its CPU first. Interrupts are
 * off meanwhile, and an NMI looks.
 */
static DEFINE_PER_CPU(bool, deepest_inside);
static arch_spinlock_t deepest_lock = __ARCH_SPIN_LOCK_UNLOCKED;

/* Under the lock; @size is read without. */
static struct otr_deepest deepest;
static unsigned long deepest_callers[OTR_DEEPEST_MAX];

static bool deepest_on;

/* Is a function's return address at this place? It may have been replaced. */
static bool deepest_returns_to(unsigned long *place, unsigned long caller)
{
	unsigned long is = READ_ONCE_NOCHECK(*place);

	if (is == (unsigned long)otr_return_tramp)
		is = otr_ret_caller(place);
	return is == caller;
}

/* From where on are the callers not ours? */
static unsigned int deepest_ours(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (otr_arch_in_slot(deepest_callers[i]))
			return i + 1;
	return 0;
}

/* What is there twice is found in its order; what is not found is left out. */
static void deepest_measure(unsigned long *at, unsigned long *top)
{
	unsigned int nr = stack_trace_save(deepest_callers, OTR_DEEPEST_MAX, 0);
	unsigned int i, found = 0;

	for (i = deepest_ours(nr); i < nr; i++) {
		unsigned long *place = at;

		while (place < top && !deepest_returns_to(place, deepest_callers[i]))
			place++;
		if (place == top)
			continue;
		deepest.caller[found] = deepest_callers[i];
		deepest.used[found] = (top - place) * sizeof(*place);
		found++;
		at = place + 1;
	}
	deepest.nr = found;
}

/* Take the lock, if this CPU does not have it. */
static bool deepest_begin(unsigned long *flags)
{
	raw_local_irq_save(*flags);
	if (raw_cpu_read(deepest_inside)) {
		raw_local_irq_restore(*flags);
		return false;
	}
	raw_cpu_write(deepest_inside, true);
	/* Before anything in there is hooked. */
	barrier();
	arch_spin_lock(&deepest_lock);
	return true;
}

static void deepest_end(unsigned long flags)
{
	arch_spin_unlock(&deepest_lock);
	barrier();
	raw_cpu_write(deepest_inside, false);
	raw_local_irq_restore(flags);
}

static noinline void deepest_deeper(unsigned long *at, unsigned long *top, unsigned long size)
{
	unsigned long flags;

	/* An NMI would wait for the task that it interrupted; the unwinder needs RCU. */
	if (in_nmi() || raw_cpu_read(deepest_inside) || !rcu_is_watching() ||
	    !deepest_begin(&flags))
		return;
	if (size > deepest.size) {
		WRITE_ONCE(deepest.size, size);
		deepest_measure(at, top);
	}
	deepest_end(flags);
}

static void deepest_function_called(unsigned long ip, unsigned long parent_ip,
				    struct otr_hook *hook, struct otr_frame *frame)
{
	unsigned long top = (unsigned long)task_stack_page(current) + THREAD_SIZE;
	unsigned long *at = &frame->behind;
	unsigned long size = top - (unsigned long)at;

	if (likely(size <= READ_ONCE(deepest.size)))
		return;
	/* Interrupts and exceptions have stacks of their own. */
	if (size > THREAD_SIZE)
		return;
	deepest_deeper(at, (unsigned long *)top, size);
}

static struct otr_hook deepest_hook = {
	.name	= "stack_trace",
	.func	= deepest_function_called,
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
	deepest_begin(&flags);
	memcpy(copy, &deepest, sizeof(*copy));
	deepest_end(flags);
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

	deepest_begin(&flags);
	WRITE_ONCE(deepest.size, size);
	deepest_end(flags);
}

/**
 * otr_deepest_on - is the stack tracer on?
 *
 * Context: any.
 * Return: whether it is.
 */
bool otr_deepest_on(void)
{
	return READ_ONCE(deepest_on);
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
	if (want == deepest_on)
		return 0;
	if (want)
		err = otr_hook_register(&deepest_hook);
	else
		otr_hook_unregister(&deepest_hook);
	if (!err)
		WRITE_ONCE(deepest_on, want);
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
	err = otr_hook_update(&deepest_hook, set, NULL);
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
	deepest_hook.filter = deepest_chosen;
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
	deepest_hook.filter = NULL;
}
