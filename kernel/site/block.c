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
#include "site/table.h"

/* Takes over the table, whatever comes of it. */
static int block_add(const struct module *mod, struct otr_table *table)
{
	struct otr_block *block;

	if (!table->nr)
		return 0;
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	if (block)
		block->touched = bitmap_zalloc(table->nr, GFP_KERNEL);
	if (!block || !block->touched) {
		kfree(block);
		otr_table_put(table);
		return -ENOMEM;
	}
	block->mod = mod;
	block->name = mod ? mod->name : NULL;
	block->sites = table->sites;
	block->nr = table->nr;
	block->copy = table->copy;
	list_add_tail(&block->node, &otr_blocks);
	return 0;
}

static void block_del(struct otr_block *block)
{
	list_del(&block->node);
	bitmap_free(block->redirected);
	bitmap_free(block->touched);
	kvfree(block->copy);
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

struct text {
	unsigned long	from, to;
};

static bool block_kernel_has(unsigned long site, const void *text)
{
	const struct text *core = text;

	return site >= core->from && site < core->to;
}

/* The sites between two symbols. What the linker dropped is not in any text. */
static int block_add_text(const char *from, const char *to)
{
	struct text core = { otr_host_address(from), otr_host_address(to) };
	struct otr_table table;
	const unsigned long *sites;
	unsigned int nr;
	int err;

	if (!core.from || !core.to)
		return -ENODEV;
	sites = otr_host_sites(&nr);
	err = otr_table_get(&table, sites, nr, block_kernel_has, &core);
	if (err == -EINVAL)
		pr_err("the kernel's table of sites has one twice: function tracing is off\n");
	return err == -EINVAL ? -ENODEV : err ?: block_add(NULL, &table);
}

/* A module finds the kernel's init text gone. A part of the kernel has it until then. */
static int block_add_kernel(void)
{
	int err = block_add_text("_stext", "_etext");

#ifndef MODULE
	if (!err)
		err = block_add_text("_sinittext", "_einittext");
#endif
	return err;
}

static bool block_module_has(unsigned long site, const void *mod)
{
	return within_module_core(site, mod);
}

static int block_add_module(const struct module *mod)
{
	const unsigned long *sites;
	struct otr_table table;
	unsigned int nr;
	int err;

	sites = otr_host_module_sites(mod, &nr);
	if (!sites || block_of(mod))
		return 0;
	err = otr_table_get(&table, sites, nr, block_module_has, mod);
	if (err == -EINVAL)
		pr_warn("%s: its table of sites has one twice: not traced\n", mod->name);
	return err == -EINVAL ? 0 : err ?: block_add(mod, &table);
}

/* Its text goes away with what is patched into it. */
static void block_drop(struct otr_block *block)
{
	struct otr_siteset *set;

	otr_apply_forget(block);
	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(set, &otr_sets, node)
		otr_set_forget(set, block);
	block_del(block);
	mutex_unlock(&otr_site_data_lock);
}

static void block_drop_module(const struct module *mod)
{
	struct otr_block *block = block_of(mod);

	if (block)
		block_drop(block);
}

/* Before its init function, so that it can be traced, too. */
static void block_comes(struct module *mod)
{
	int err;

	mutex_lock(&otr_site_lock);
	mutex_lock(&otr_site_data_lock);
	err = block_add_module(mod);
	mutex_unlock(&otr_site_data_lock);
	if (err)
		pr_warn("%s: no memory to trace it\n", mod->name);
	else if (block_of(mod) && otr_apply(NULL))
		pr_warn("%s: its functions are not hooked\n", mod->name);
	mutex_unlock(&otr_site_lock);
}

static void block_goes(struct module *mod)
{
	mutex_lock(&otr_site_lock);
	block_drop_module(mod);
	mutex_unlock(&otr_site_lock);
}

static struct otr_modules block_modules = {
	.coming	= block_comes,
	.going	= block_goes,
};

/*
 * Modules that were there before. The list is a ring with its head in the
 * kernel's data, and every entry of it is in a module. One that is there stays
 * in the list while its sites are sorted: on its way out it waits in modules_on_module()
 * for the lock that is held here.
 */
static int block_add_modules(void)
{
	int err = 0;
#ifdef MODULE
	struct module *mod;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &THIS_MODULE->list, list) {
		if (!is_vmalloc_or_module_addr(&mod->list) ||
		    (mod->state != MODULE_STATE_LIVE && mod->state != MODULE_STATE_COMING))
			continue;
		rcu_read_unlock();
		err = block_add_module(mod);
		rcu_read_lock();
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
	mutex_lock(&otr_site_data_lock);
	err = block_add_kernel();
	mutex_unlock(&otr_site_data_lock);
	if (err)
		return err;
	otr_modules_watch(&block_modules);
	mutex_lock(&otr_site_lock);
	mutex_lock(&otr_site_data_lock);
	err = block_add_modules();
	mutex_unlock(&otr_site_data_lock);
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

	otr_modules_unwatch(&block_modules);
	mutex_lock(&otr_site_data_lock);
	list_for_each_entry_safe(block, next, &otr_blocks, node)
		block_del(block);
	mutex_unlock(&otr_site_data_lock);
}

#ifndef MODULE
/**
 * otr_site_drop_init_text - forget the functions that the kernel needs only to start
 *
 * What still runs of them is not traced any more, since their memory goes to others soon.
 *
 * Context: the end of boot; sleeps.
 */
void otr_site_drop_init_text(void)
{
	unsigned long start = otr_host_address("_sinittext");
	struct otr_block *block;

	mutex_lock(&otr_site_lock);
	list_for_each_entry(block, &otr_blocks, node)
		if (!block->mod && block->sites[0] >= start)
			break;
	if (!list_entry_is_head(block, &otr_blocks, node)) {
		block->closing = true;
		otr_apply(NULL);
		block_drop(block);
	}
	mutex_unlock(&otr_site_lock);
}
#endif
