// SPDX-License-Identifier: GPL-2.0-only
/* From the words of a definition to a program. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fetch/plan.h"
#include "host/host.h"

static int read_args(struct otr_fetch_line *line, unsigned int first, unsigned int nr,
		     const struct otr_fetch_place *place, struct otr_draft *plan)
{
	unsigned int i;
	int err = otr_draft_expand(plan, line, first, &nr, place);

	if (!err && nr > OTR_FETCH_ARGS) {
		otr_fetch_fail(line, first, 0, OTR_FETCH_TOO_MANY_ARGS);
		return -E2BIG;
	}
	for (i = 0; i < nr && !err; i++) {
		struct otr_draft_arg arg = {
			.line = line, .place = place, .plan = plan, .word = first + i,
		};

		err = otr_draft_read(&arg, plan->words ? plan->words[i] : line->word[first + i]);
	}
	return err;
}

static void read_forget(struct otr_draft *plan)
{
	unsigned int i;

	/* The one behind the last may be half there. */
	for (i = 0; i < min(plan->nr + 1, OTR_FETCH_ARGS); i++) {
		kfree(plan->arg[i].name);
		kfree(plan->arg[i].text);
		kfree(plan->arg[i].field);
		kfree(plan->arg[i].shown);
		kfree(plan->imm[i]);
	}
	for (i = 0; i < plan->nr_symbols; i++)
		kfree(plan->symbol[i].name);
	kfree(plan->words);
	kfree(plan->step);
	kvfree(plan);
}

/**
 * otr_fetch_read - read the arguments of a probe
 * @line: the definition; gets what is wrong with it
 * @first: number of the first argument's word
 * @nr: how many arguments there are
 * @place: where the probe is; need not stay, but what it points to has to
 * @out: set to the arguments
 *
 * Symbols have no addresses yet: otr_fetch_resolve() is next.
 *
 * Context: may sleep; for OTR_FETCH_EVENT, what keeps the event.
 * Return: 0; -EINVAL, -ERANGE, -E2BIG or -EOPNOTSUPP, which was noted; -ENOMEM.
 */
int otr_fetch_read(struct otr_fetch_line *line, unsigned int first, unsigned int nr,
		   const struct otr_fetch_place *place, struct otr_fetch **out)
{
	struct otr_draft *plan = kvzalloc(sizeof(*plan), GFP_KERNEL);
	int err;

	if (!plan)
		return -ENOMEM;
	otr_types_lock();
	err = read_args(line, first, nr, place, plan);
	otr_types_unlock();
	if (!err) {
		*out = otr_draft_make(plan, place);
		err = *out ? 0 : -ENOMEM;
	}
	read_forget(plan);
	return err;
}

/**
 * otr_fetch_free - the counterpart of otr_fetch_read()
 * @fetch: from there, NULL for nothing
 *
 * Context: may sleep.
 */
void otr_fetch_free(struct otr_fetch *fetch)
{
	kvfree(fetch);
}

static int read_symbol(const char *text, unsigned long *addr)
{
	size_t len = strcspn(text, "+-");
	s64 offset = 0;
	char *name;
	int err = 0;

	if (text[len])
		err = kstrtos64(text + len, 0, &offset);
	if (err)
		return err;
	name = kmemdup_nul(text, len, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	*addr = otr_host_address(name);
	kfree(name);
	if (!*addr)
		return -ENOENT;
	*addr += offset;
	return 0;
}

/**
 * otr_fetch_resolve - find symbols that arguments have
 * @fetch: the arguments; may be running
 *
 * To be called again when a module came that has what is probed.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT for a symbol that is not there; -EINVAL or -ERANGE for an offset that is
 * none; -ENOMEM. Steps whose symbol was not found are as before.
 */
int otr_fetch_resolve(struct otr_fetch *fetch)
{
	unsigned int i;

	for (i = 0; i < fetch->nr_symbols; i++) {
		const struct otr_fetch_symbol *symbol = &fetch->symbols[i];
		unsigned long addr;
		int err = read_symbol(symbol->name, &addr);

		if (err)
			return err;
		/* Steps are ours; others only look at them. */
		WRITE_ONCE(((struct otr_fetch_step *)fetch->steps)[symbol->step].imm, addr);
	}
	return 0;
}
