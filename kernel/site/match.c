// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites by name: what a pattern matches.
 *
 * A full name is looked up with the kernel's own binary search, a pattern walks
 * all symbols once. A function's name is the one that the listing shows: of
 * several at one address only the first.
 */
#include <linux/export.h>
#include <linux/bitmap.h>
#include <linux/kallsyms.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/x86/arch.h"
#include "base/base.h"
#include "host/host.h"
#include "site/internal.h"

/**
 * struct match - a pattern being matched
 * @glob: the pattern
 * @set: the set to change
 * @remove: take sites out of it, don't put them in
 * @block: the block being looked at
 * @bits: the set's part of it
 * @seen: sites that had their name already, for modules
 * @last: address of the last symbol, for the kernel
 * @site: first site that is not below @last, for the kernel
 * @matched: sites that matched
 */
struct match {
	const struct otr_glob		*glob;
	struct otr_siteset		*set;
	bool				remove;
	const struct otr_block		*block;
	unsigned long			*bits;
	unsigned long			*seen;
	unsigned long			last;
	unsigned int			site;
	long				matched;
};

static void match_touch(struct match *match, unsigned int site)
{
	match->matched++;
	if (match->remove)
		__clear_bit(site, match->bits);
	else
		__set_bit(site, match->bits);
}

/* The kernel's symbols come by ascending address, and so do its sites. */
static int match_kernel_symbol(void *data, const char *name, unsigned long addr)
{
	struct match *match = data;
	const struct otr_block *block = match->block;

	if (addr == match->last)
		return 0;
	match->last = addr;
	while (match->site < block->nr && block->sites[match->site] < addr)
		match->site++;
	if (match->site == block->nr)
		return 1;
	if (block->sites[match->site] - addr <= OTR_ARCH_SITE_LEAD &&
	    otr_glob_match(match->glob, name))
		match_touch(match, match->site);
	return 0;
}

/* A module's symbols come in any order; of several the first is the name. */
static int match_module_symbol(void *data, const char *name, unsigned long addr)
{
	struct match *match = data;
	unsigned int site;

	if (!*name || !otr_block_has(match->block, addr, &site) ||
	    __test_and_set_bit(site, match->seen))
		return 0;
	if (otr_glob_match(match->glob, name))
		match_touch(match, site);
	return 0;
}

static int match_kernel_name(void *data, unsigned long addr)
{
	struct match *match = data;
	char shown[KSYM_NAME_LEN], *mod;
	unsigned long offset;
	const char *name;
	unsigned int site;

	if (!otr_block_has(match->block, addr, &site))
		return 0;
	name = otr_host_lookup(match->block->sites[site], &offset, &mod, shown);
	if (name && otr_glob_match(match->glob, name))
		match_touch(match, site);
	return 0;
}

static void match_all(struct match *match)
{
	match->matched += match->block->nr;
	if (match->remove)
		bitmap_zero(match->bits, match->block->nr);
	else
		/* Not bitmap_fill(), which fills the last word to its end. */
		bitmap_set(match->bits, 0, match->block->nr);
}

static int match_module(struct match *match)
{
	match->seen = bitmap_zalloc(match->block->nr, GFP_KERNEL);
	if (!match->seen)
		return -ENOMEM;
	otr_host_each_symbol(match->block->name, match_module_symbol, match);
	bitmap_free(match->seen);
	return 0;
}

static int match_block(struct match *match, struct otr_block *block)
{
	match->block = block;
	match->bits = otr_part_make(&match->set->parts, block);
	if (!match->bits)
		return -ENOMEM;
	if (!match->glob->len && match->glob->kind != OTR_GLOB_FREE) {
		match_all(match);
	} else if (block->mod) {
		return match_module(match);
	} else if (match->glob->kind == OTR_GLOB_FULL) {
		otr_host_each_named(match->glob->text, match_kernel_name, match);
	} else {
		match->last = 0;
		match->site = 0;
		otr_host_each_symbol(NULL, match_kernel_symbol, match);
	}
	return 0;
}

static int match_index(struct match *match)
{
	struct otr_block *block;
	unsigned long index;

	/* Counted from 1, as lines are. */
	if (otr_glob_index(match->glob, &index) || !index)
		return 0;
	index--;
	list_for_each_entry(block, &otr_blocks, node) {
		if (index < block->nr) {
			match->bits = otr_part_make(&match->set->parts, block);
			if (!match->bits)
				return -ENOMEM;
			match_touch(match, index);
			return 0;
		}
		index -= block->nr;
	}
	return 0;
}

/* Does a block belong to the modules that are asked for? */
static bool match_module_wanted(const struct otr_block *block, const struct otr_glob *mod)
{
	/* No name at all means any module, and not any module the kernel. */
	if (!mod->len && mod->kind != OTR_GLOB_FREE)
		return mod->not == !block->name;
	return (block->name && otr_glob_match(mod, block->name)) != mod->not;
}

static int match_blocks(struct match *match, const struct otr_glob *mod)
{
	struct otr_block *block;
	int err = 0;

	list_for_each_entry(block, &otr_blocks, node) {
		if (mod && !match_module_wanted(block, mod))
			continue;
		err = match_block(match, block);
		if (err)
			break;
	}
	return err;
}

/**
 * otr_siteset_match - put what a pattern matches into a set, or take it out
 * @set: the set
 * @glob: pattern for functions, or one's number in the listing; an empty text
 *	  is every function. Its @not is the caller's to look at.
 * @mod: pattern for modules, with "!" for what is not in them; NULL for all and
 *	 the kernel itself
 * @remove: take out what matches
 *
 * Context: process context, sleeps.
 * Return: the number of sites that match, in the set before or not; -ENOMEM.
 */
long otr_siteset_match(struct otr_siteset *set, const struct otr_glob *glob, const char *mod,
		       bool remove)
{
	struct match match = { .glob = glob, .set = set, .remove = remove };
	struct otr_glob mod_glob;
	char *mod_text = NULL;
	int err;

	if (mod) {
		mod_text = kstrdup(mod, GFP_KERNEL);
		if (!mod_text)
			return -ENOMEM;
		otr_glob_parse(&mod_glob, mod_text);
	}
	mutex_lock(&otr_site_data_lock);
	if (glob->kind == OTR_GLOB_INDEX)
		err = match_index(&match);
	else
		err = match_blocks(&match, mod ? &mod_glob : NULL);
	if (match.matched)
		set->lost = false;
	mutex_unlock(&otr_site_data_lock);
	kfree(mod_text);
	return err ?: match.matched;
}
EXPORT_SYMBOL_GPL(otr_siteset_match);
