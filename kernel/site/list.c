// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listing of sites, for files that show functions.
 */
#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/kallsyms.h>
#include <linux/seq_file.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

static struct otr_block *list_block_at(unsigned int nr)
{
	struct otr_block *block;

	list_for_each_entry(block, &otr_blocks, node)
		if (!nr--)
			return block;
	return NULL;
}

/* First site of a block from @pos on that belongs into the listing. */
static bool list_settle(struct otr_site_pos *pos, const struct otr_block *block)
{
	const unsigned long *in = NULL;
	struct otr_hookset set;

	if (pos->set) {
		in = otr_part_find(&pos->set->parts, block);
		if (!in)
			return false;
	}
	for (; pos->site < block->nr; pos->site++) {
		if (in)
			pos->site = find_next_bit(in, block->nr, pos->site);
		if (pos->site >= block->nr)
			return false;
		if (pos->touched && !test_bit(pos->site, block->touched))
			continue;
		if (pos->hooked && !otr_hooks_on(block, pos->site, &set))
			continue;
		pos->ip = block->sites[pos->site];
		return true;
	}
	return false;
}

static bool list_find(struct otr_site_pos *pos)
{
	const struct otr_block *block;

	while ((block = list_block_at(pos->block))) {
		if (list_settle(pos, block))
			return true;
		pos->block++;
		pos->site = 0;
	}
	return false;
}

/**
 * otr_site_next - go to the next site of a listing
 * @pos: where the listing is
 *
 * Context: between otr_site_start() and otr_site_stop().
 * Return: false when there is none.
 */
bool otr_site_next(struct otr_site_pos *pos)
{
	pos->site++;
	pos->index++;
	return list_find(pos);
}
EXPORT_SYMBOL_GPL(otr_site_next);

/**
 * otr_site_start - begin a listing of sites, or go on with it
 * @pos: where the listing is; all but @set and @hooked zero the first time
 * @index: how many sites of the listing to skip
 *
 * It takes the lock under which the listing does not change, and which
 * otr_site_stop() gives back, whatever this returns. No other function of this
 * room may be called in between but those for listings.
 *
 * Context: process context, sleeps.
 * Return: false when there is no site there.
 */
bool otr_site_start(struct otr_site_pos *pos, loff_t index)
{
	bool there;

	mutex_lock(&otr_site_data_lock);
	/* Readers go on where they were, or at the site before the next. */
	if (index < pos->index) {
		pos->index = 0;
		pos->block = 0;
		pos->site = 0;
	}
	there = list_find(pos);
	while (there && pos->index < index)
		there = otr_site_next(pos);
	return there;
}
EXPORT_SYMBOL_GPL(otr_site_start);

/**
 * otr_site_stop - end a listing, or pause it
 *
 * Context: process context, the same as otr_site_start().
 */
void otr_site_stop(void)
{
	mutex_unlock(&otr_site_data_lock);
}
EXPORT_SYMBOL_GPL(otr_site_stop);

/**
 * otr_site_show_name - show a site's function, and its module
 * @m: where to
 * @pos: the site
 *
 * Context: between otr_site_start() and otr_site_stop().
 */
void otr_site_show_name(struct seq_file *m, const struct otr_site_pos *pos)
{
	char text[KSYM_NAME_LEN], *mod = NULL;
	unsigned long offset = 0;
	const char *name = otr_host_lookup(pos->ip, &offset, &mod, text);

	if (name && offset <= OTR_ARCH_SITE_LEAD)
		seq_puts(m, name);
	else
		/* Of a weak function that the linker left without a symbol. */
		seq_printf(m, "__ftrace_invalid_address___%ld", offset);
	if (mod)
		seq_printf(m, " [%s]", mod);
}

/**
 * otr_site_show_hooks - show the hooks on a site
 * @m: where to
 * @pos: the site
 *
 * The blanks are columns for what no hook does, or does not say: take registers,
 * change the instruction pointer, have operations beside the site. Called
 * directly is D, and where that ever was so there is an M.
 *
 * Context: between otr_site_start() and otr_site_stop().
 */
void otr_site_show_hooks(struct seq_file *m, const struct otr_site_pos *pos)
{
	const struct otr_block *block = list_block_at(pos->block);
	const struct otr_target *target;
	struct otr_hookset set;
	unsigned int nr;

	nr = otr_hooks_on(block, pos->site, &set);
	target = otr_target_find(&set);
	seq_printf(m, " (%u)    %s  %s", nr, target && target->direct ? " D" : "  ",
		   block->redirected && test_bit(pos->site, block->redirected) ? " M " : "   ");
	if (!target) {
		seq_printf(m, " ->%pS", otr_arch_nothing);
		return;
	}
	if (target->slot == OTR_SLOT_NONE)
		;
	else if (target->nr == 1)
		seq_printf(m, "\ttramp: %pS (%pS) ->%pS", (void *)otr_target_address(target),
			   target->hooks[0]->func, target->hooks[0]->func);
	else
		seq_printf(m, " ->%pS", otr_dispatch_list);
	if (target->direct)
		seq_printf(m, "\n\tdirect-->%pS", (void *)target->direct);
}
