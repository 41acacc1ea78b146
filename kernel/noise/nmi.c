// SPDX-License-Identifier: GPL-2.0-only
/*
 * When NMIs begin and end, without a hook in the kernel's entry code.
 *
 * Each NMI walks the whole list of handlers of its CPU's own reasons, whatever the first
 * ones say. We are the first on that list and the last one. An NMI that nobody takes goes
 * on through another list, at whose end we are once more. What the kernel does before and
 * after that is some ten instructions.
 */
#include <linux/percpu.h>

#include <asm/nmi.h>

#include "noise/internal.h"

/* At most so many tracers of ours at a time. */
#define NMI_WATCHES	2

static const struct otr_nmi_watch *nmi_watches[NMI_WATCHES];
static unsigned int nmi_users;

/* Up to where this CPU's NMI was told of. */
static DEFINE_PER_CPU(u64, nmi_told);

static int nmi_first(unsigned int type, struct pt_regs *regs)
{
	unsigned int i;

	for (i = 0; i < NMI_WATCHES; i++) {
		const struct otr_nmi_watch *watch = READ_ONCE(nmi_watches[i]);

		if (watch)
			watch->enter();
	}
	raw_cpu_write(nmi_told, otr_clock_local());
	return NMI_DONE;
}

static int nmi_last(unsigned int type, struct pt_regs *regs)
{
	u64 from = raw_cpu_read(nmi_told), now = otr_clock_local();
	unsigned int i;

	/* The handlers came one by one: there was no first one for this NMI. */
	if (!from)
		return NMI_DONE;
	for (i = 0; i < NMI_WATCHES; i++) {
		const struct otr_nmi_watch *watch = READ_ONCE(nmi_watches[i]);

		if (watch)
			watch->leave(from, now);
	}
	raw_cpu_write(nmi_told, now);
	return NMI_DONE;
}

static void nmi_handlers_remove(void)
{
	unregister_nmi_handler(NMI_LOCAL, "outrace_first");
	unregister_nmi_handler(NMI_UNKNOWN, "outrace_unknown");
	unregister_nmi_handler(NMI_LOCAL, "outrace_last");
}

static int nmi_handlers_add(void)
{
	int err, cpu;

	for_each_possible_cpu(cpu)
		per_cpu(nmi_told, cpu) = 0;
	err = register_nmi_handler(NMI_LOCAL, nmi_last, 0, "outrace_last");
	if (!err)
		err = register_nmi_handler(NMI_UNKNOWN, nmi_last, 0, "outrace_unknown");
	if (!err)
		err = register_nmi_handler(NMI_LOCAL, nmi_first, NMI_FLAG_FIRST, "outrace_first");
	if (err)
		nmi_handlers_remove();
	return err;
}

/**
 * otr_nmi_watch - hear of NMIs
 * @watch: what is called
 *
 * Context: otr_tracer_lock held.
 * Return: 0, -ENOSPC when too many hear of them already, or what the kernel says.
 */
int otr_nmi_watch(const struct otr_nmi_watch *watch)
{
	unsigned int i = 0;
	int err = 0;

	lockdep_assert_held(&otr_tracer_lock);
	while (i < NMI_WATCHES && nmi_watches[i])
		i++;
	if (i == NMI_WATCHES)
		return -ENOSPC;
	if (!nmi_users)
		err = nmi_handlers_add();
	if (err)
		return err;
	nmi_users++;
	WRITE_ONCE(nmi_watches[i], watch);
	return 0;
}

/**
 * otr_nmi_unwatch - the counterpart of otr_nmi_watch()
 * @watch: what was called, and is not any more on return
 *
 * Context: otr_tracer_lock held; sleeps for some RCU grace periods.
 */
void otr_nmi_unwatch(const struct otr_nmi_watch *watch)
{
	unsigned int i;

	lockdep_assert_held(&otr_tracer_lock);
	for (i = 0; i < NMI_WATCHES; i++)
		if (nmi_watches[i] == watch)
			WRITE_ONCE(nmi_watches[i], NULL);
	if (!--nmi_users)
		nmi_handlers_remove();
	else
		synchronize_rcu();
}
