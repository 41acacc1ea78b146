// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes inside of functions, and those at an entry or a return that want registers of
 * which a hook knows nothing: kprobes and kretprobes of the kernel's.
 *
 * One at an entry is put behind the site, where all registers but the instruction
 * pointer are what they were at the entry. So the site stays for hooks.
 */
#include <linux/kprobes.h>
#include <linux/slab.h>

#include "probe/kprobe.h"

/**
 * struct otr_trap - what the kernel has of a probe
 * @kp: the probe
 * @at: for a probe at an instruction
 * @returns: for one on a function's return
 */
struct otr_trap {
	struct otr_kprobe	*kp;
	union {
		struct kprobe		at;
		struct kretprobe	returns;
	};
};

static int trap_hit(struct kprobe *at, struct pt_regs *regs)
{
	const struct otr_trap *trap = container_of(at, struct otr_trap, at);
	const struct otr_fetch_source source = {
		.base	= regs,
		.stack	= kernel_stack_pointer(regs),
		.regs	= regs,
	};
	const struct otr_kprobe *kp = trap->kp;
	unsigned long ip = regs->ip;

	/* As records expect; a trap by itself does not count. */
	preempt_disable_notrace();
	raw_cpu_inc(*kp->hits);
	/* Behind the site it stands for the site. */
	regs->ip -= (unsigned long)at->addr - kp->ip;
	otr_probe_record(&kp->probe, &source, OTR_PROBE_AT, kp->ip, 0);
	regs->ip = ip;
	preempt_enable_notrace();
	return 0;
}

/* The probe that a call was seen for, NULL if that goes just now. */
static const struct otr_kprobe *trap_of_call(struct kretprobe_instance *call)
{
	struct kretprobe *returns = get_kretprobe(call);

	return returns ? container_of(returns, struct otr_trap, returns)->kp : NULL;
}

static int trap_called(struct kretprobe_instance *call, struct pt_regs *regs)
{
	const struct otr_fetch_source source = {
		.base	= regs,
		.stack	= kernel_stack_pointer(regs),
	};
	const struct otr_kprobe *kp = trap_of_call(call);

	if (kp)
		otr_fetch_save(kp->probe.fetch, &source, (u64 *)call->data);
	return 0;
}

static int trap_returned(struct kretprobe_instance *call, struct pt_regs *regs)
{
	const struct otr_fetch_source source = {
		.base	= regs,
		.saved	= (u64 *)call->data,
		.stack	= kernel_stack_pointer(regs),
	};
	const struct otr_kprobe *kp = trap_of_call(call);

	if (!kp)
		return 0;
	preempt_disable_notrace();
	raw_cpu_inc(*kp->hits);
	otr_probe_record(&kp->probe, &source, OTR_PROBE_RETURN, kp->ip,
			 get_kretprobe_retaddr(call));
	preempt_enable_notrace();
	return 0;
}

static int trap_register(struct otr_trap *trap, unsigned long addr)
{
	struct otr_kprobe *kp = trap->kp;

	if (!kp->is_return) {
		trap->at.addr = (kprobe_opcode_t *)addr;
		trap->at.pre_handler = trap_hit;
		trap->at.flags = KPROBE_FLAG_DISABLED;
		return register_kprobe(&trap->at);
	}
	trap->returns.kp.addr = (kprobe_opcode_t *)addr;
	trap->returns.kp.flags = KPROBE_FLAG_DISABLED;
	trap->returns.handler = trap_returned;
	trap->returns.maxactive = kp->maxactive;
	if (kp->probe.fetch->saved) {
		trap->returns.entry_handler = trap_called;
		trap->returns.data_size = kp->probe.fetch->saved * sizeof(u64);
	}
	return register_kretprobe(&trap->returns);
}

/**
 * otr_trap_set - have the kernel know of a probe, which is not hit yet
 * @kp: the probe
 * @addr: where
 *
 * Context: otr_switch_lock held; sleeps.
 * Return: 0, -ENOMEM, or what register_kprobe() says: -EILSEQ between instructions, -EINVAL
 * where nobody may put one, -ENOENT.
 */
int otr_trap_set(struct otr_kprobe *kp, unsigned long addr)
{
	struct otr_trap *trap = kzalloc(sizeof(*trap), GFP_KERNEL);
	int err;

	if (!trap)
		return -ENOMEM;
	trap->kp = kp;
	err = trap_register(trap, addr);
	if (err)
		kfree(trap);
	else
		kp->trap = trap;
	return err;
}

/**
 * otr_trap_remove - the counterpart of otr_trap_set()
 * @kp: the probe; its module may be gone
 *
 * Context: otr_switch_lock held; sleeps for a grace period of RCU. Nobody is in the probe
 * on return.
 */
void otr_trap_remove(struct otr_kprobe *kp)
{
	if (kp->is_return)
		unregister_kretprobe(&kp->trap->returns);
	else
		unregister_kprobe(&kp->trap->at);
	kfree(kp->trap);
	kp->trap = NULL;
}

/**
 * otr_trap_switch - let a probe be hit, or not
 * @kp: the probe, after otr_trap_set()
 * @on: what to do
 *
 * Context: otr_switch_lock held; sleeps.
 * Return: 0, or the errno of enable_kprobe().
 */
int otr_trap_switch(struct otr_kprobe *kp, bool on)
{
	struct kprobe *at = kp->is_return ? &kp->trap->returns.kp : &kp->trap->at;

	return on ? enable_kprobe(at) : disable_kprobe(at);
}

/**
 * otr_trap_missed - how often the kernel could not say that a probe was hit
 * @kp: the probe
 *
 * Context: otr_switch_lock held.
 * Return: that.
 */
unsigned long otr_trap_missed(const struct otr_kprobe *kp)
{
	if (!kp->trap)
		return 0;
	if (!kp->is_return)
		return kp->trap->at.nmissed;
	return kp->trap->returns.kp.nmissed + kp->trap->returns.nmissed;
}
