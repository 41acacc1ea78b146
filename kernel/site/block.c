// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of sites: the kernel's own, and those of modules, which come and go.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

static int block_add(const struct module *mod, const unsigned long *sites, unsigned int nr)
{
	struct otr_block *block;

	if (!nr)
		return 0;
	/* Sometimes inside an RCU read side. */
	block = kzalloc(sizeof(*block), GFP_ATOMIC);
	if (!block)
		return -ENOMEM;
	block->touched = bitmap_zalloc(nr, GFP_ATOMIC);
	if (!block->touched) {
		kfree(block);
		return -ENOMEM;
	}
	block->mod = mod;
	block->name = mod ? mod->name : NULL;
	block->sites = sites;
	block->nr = nr;
	list_add_tail(&block->node, &otr_blocks);
	return 0;
}

static void block_del(struct otr_block *block)
{
	list_del(&block->node);
	bitmap_free(block->redirected);
	bitmap_free(block->touched);
	kfree(block);
}

static struct otr_block *block_of(const struct module *mod)
{
	struct otr_block *block;

	list_for_each_entry(block, &otr_blocks, node)
		if (block->mod == mod)
			return block;
	return NULL;
}

/* Is a table what the binary search and the plan need? */
static bool ascends(const unsigned long *sites, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i < nr; i++)
		if (sites[i] <= sites[i - 1])
			return false;
	return true;
}

/* Init text and what the linker dropped lie outside of the kernel's core text. */
static int add_kernel(void)
{
	unsigned long from = otr_host_address("_stext"), to = otr_host_address("_etext");
	unsigned int nr, first, last;
	const unsigned long *sites = otr_host_sites(&nr);

	if (!from || !to)
		return -ENODEV;
	first = otr_table_find(sites, nr, from);
	last = otr_table_find(sites, nr, to);
	if (!ascends(sites + first, last - first)) {
		pr_err("the kernel's table of sites is not sorted: function tracing is off\n");
		return -ENODEV;
	}
	return block_add(NULL, sites + first, last - first);
}

/* Init text is a text of its own and so at one end of the table. */
static int add_module(const struct module *mod)
{
	unsigned int nr, first, last;
	const unsigned long *sites = otr_host_module_sites(mod, &nr);

	if (!sites || block_of(mod))
		return 0;
	for (first = 0; first < nr && !within_module_core(sites[first], mod); first++)
		;
	for (last = first; last < nr && within_module_core(sites[last], mod); last++)
		;
	if (!ascends(sites + first, last - first)) {
		pr_warn("%s: its table of sites is not sorted: not traced\n", mod->name);
		return 0;
	}
	return block_add(mod, sites + first, last - first);
}

static void drop_module(const struct module *mod)
{
	struct otr_block *block = block_of(mod);
	struct otr_siteset *set;

	if (!block)
		return;
	/* Its text goes away with what is patched into it. */
	otr_apply_forget(block);
	list_for_each_entry(set, &otr_sets, node)
		otr_set_forget(set, block);
	block_del(block);
}

static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *mod = data;

	mutex_lock(&otr_site_lock);
	switch (event) {
	case MODULE_STATE_COMING:
		/* Before its init function, so that it can be traced, too. */
		if (add_module(mod))
			pr_warn("%s: no memory to trace it\n", mod->name);
		else if (block_of(mod) && otr_apply(NULL))
			pr_warn("%s: its functions are not hooked\n", mod->name);
		break;
	case MODULE_STATE_GOING:
		drop_module(mod);
		break;
	}
	mutex_unlock(&otr_site_lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

/*
 * Modules that were there before. The list is a ring with its head in the
 * kernel's data, and every entry of it is in a module.
 */
static int add_modules(void)
{
	int err = 0;
#ifdef MODULE
	struct module *mod;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &THIS_MODULE->list, list) {
		if (!is_vmalloc_or_module_addr(&mod->list))
			continue;
		if (mod->state == MODULE_STATE_LIVE || mod->state == MODULE_STATE_COMING)
			err = add_module(mod);
		if (err)
			break;
	}
	rcu_read_unlock();
#endif
	return err;
}

/**
 * otr_blocks_init - find all sites
 *
 * Context: module load.
 * Return: 0, -ENODEV if they cannot be found, -ENOMEM.
 */
int otr_blocks_init(void)
{
	int err;

	/*
	 * A module that goes while the others are looked for is dropped once
	 * the lock is free; one that comes is found twice and added once.
	 */
	mutex_lock(&otr_site_lock);
	err = add_kernel();
	mutex_unlock(&otr_site_lock);
	if (!err)
		err = register_module_notifier(&module_nb);
	if (err)
		return err;
	mutex_lock(&otr_site_lock);
	err = add_modules();
	mutex_unlock(&otr_site_lock);
	if (err)
		otr_blocks_exit();
	return err;
}

/**
 * otr_blocks_exit - the counterpart of otr_blocks_init()
 *
 * Context: module unload; no hook is registered.
 */
void otr_blocks_exit(void)
{
	struct otr_block *block, *next;

	unregister_module_notifier(&module_nb);
	mutex_lock(&otr_site_lock);
	list_for_each_entry_safe(block, next, &otr_blocks, node)
		block_del(block);
	mutex_unlock(&otr_site_lock);
}
