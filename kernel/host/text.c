// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites, and changing text: what the kernel does of it.
 */
#include <linux/mutex.h>

#include "host/borrow.h"
#include "host/host.h"

/**
 * otr_host_sites - the kernel's own sites
 * @nr: set to their number
 *
 * The table is read-only and sorted when the kernel is linked. It begins with a
 * 0 for each function that was dropped, and ends with those of init text.
 *
 * Context: any.
 * Return: their addresses, ascending; NULL when there is no table.
 */
const unsigned long *otr_host_sites(unsigned int *nr)
{
	*nr = 0;
	if (!otr_host_has(OTR_SITES))
		return NULL;
	*nr = __stop_mcount_loc - __start_mcount_loc;
	return __start_mcount_loc;
}

/**
 * otr_host_module_sites - a module's sites
 * @mod: the module, which stays
 * @nr: set to their number
 *
 * Context: any.
 * Return: their addresses, in the order in which the compiler wrote them, those of
 * init text among them; read-only. NULL when there is no table.
 */
const unsigned long *otr_host_module_sites(const struct module *mod, unsigned int *nr)
{
	*nr = 0;
#ifdef OTR_HAVE_MODULE_SITES
	*nr = mod->num_ftrace_callsites;
	return mod->ftrace_callsites;
#else
	return NULL;
#endif
}

/**
 * otr_host_text_lock - keep everybody else from changing text
 *
 * And, where the kernel lets us, from preparing to: a kprobe copies its
 * instruction before it can be seen by otr_host_kprobe().
 *
 * Context: process context, sleeps; the kernel has OTR_TEXT.
 */
void otr_host_text_lock(void)
{
	/* In the order in which kprobes take them. */
	if (&kprobe_mutex)
		mutex_lock(&kprobe_mutex);
	mutex_lock(&text_mutex);
}

/**
 * otr_host_text_unlock - the counterpart of otr_host_text_lock()
 *
 * Context: that of otr_host_text_lock(), nothing queued.
 */
void otr_host_text_unlock(void)
{
	mutex_unlock(&text_mutex);
	if (&kprobe_mutex)
		mutex_unlock(&kprobe_mutex);
}

/**
 * otr_host_text_queue - change an instruction, soon
 * @addr: the instruction
 * @bytes: what it shall be
 * @len: its length, which stays
 *
 * The kernel writes in batches, which end at an address that is lower than the
 * one before, so ascending order is cheaper.
 *
 * Context: otr_host_text_lock() held, sleeps.
 */
void otr_host_text_queue(void *addr, const void *bytes, size_t len)
{
	text_poke_queue(addr, bytes, len, NULL);
}

/**
 * otr_host_text_finish - write what is queued
 *
 * When it returns every CPU executes the new instructions.
 *
 * Context: otr_host_text_lock() held, sleeps.
 */
void otr_host_text_finish(void)
{
	text_poke_finish();
}

/**
 * otr_host_kprobe_known - can otr_host_kprobe() tell?
 *
 * Context: any.
 * Return: true when it can.
 */
bool otr_host_kprobe_known(void)
{
#if defined(OTR_HAVE_GET_KPROBE) && defined(CONFIG_KPROBES)
	return get_kprobe && &kprobe_mutex;
#else
	return false;
#endif
}

/**
 * otr_host_kprobe - is there a kprobe at an address, armed or not?
 * @addr: the address
 *
 * A kprobe keeps a copy of the instruction and writes it back later.
 *
 * Context: any.
 * Return: true if there is; false also when it cannot be told.
 */
bool otr_host_kprobe(unsigned long addr)
{
	bool found = false;

#if defined(OTR_HAVE_GET_KPROBE) && defined(CONFIG_KPROBES)
	if (get_kprobe) {
		/* What its hash table is read under. */
		preempt_disable();
		found = get_kprobe((void *)addr);
		preempt_enable();
	}
#endif
	return found;
}

#ifdef CONFIG_KPROBES
static bool text_in_blacklist(const struct list_head *list, unsigned long addr)
{
	const struct kprobe_blacklist_entry *entry;

	list_for_each_entry(entry, list, list)
		if (addr >= entry->start_addr && addr < entry->end_addr)
			return true;
	return false;
}
#endif

/**
 * otr_host_kprobe_refused - does the kernel let nobody put a kprobe at an address?
 * @addr: the address
 *
 * Its list is asked, as far as it can be found.
 *
 * Context: process context, sleeps.
 * Return: whether it refuses one.
 */
bool otr_host_kprobe_refused(unsigned long addr)
{
	bool refused = false;

#ifdef CONFIG_KPROBES
	static const struct list_head *list;

	if (!list)
		list = (const void *)otr_host_address("kprobe_blacklist");
	if (!list || !&kprobe_mutex)
		return false;
	mutex_lock(&kprobe_mutex);
	refused = text_in_blacklist(list, addr);
	mutex_unlock(&kprobe_mutex);
#endif
	return refused;
}

/**
 * otr_host_quiesce - wait until nobody is where he could come when it was called
 *
 * A task in a trampoline, or in what a trampoline called, has not slept there:
 * both may be preempted but do not block. So it is out once it scheduled by
 * itself, which is what RCU's tasks flavour waits for. That leaves out idle
 * tasks; the rude flavour, which makes every CPU switch tasks, does not, and an
 * interrupt that came from a trampoline has returned by then, too.
 *
 * Context: process context, sleeps, may take seconds; the kernel has
 * OTR_QUIESCE.
 */
void otr_host_quiesce(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu_tasks_rude();
}
