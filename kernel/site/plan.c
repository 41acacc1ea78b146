// SPDX-License-Identifier: GPL-2.0-only
#include "site/plan.h"

/* Sites that exist of a word. */
static unsigned long plan_existing(const struct otr_plan *plan, unsigned int word)
{
	unsigned int sites = plan->sites - word * BITS_PER_LONG;

	return sites < BITS_PER_LONG ? BIT(sites) - 1 : ~0UL;
}

/**
 * otr_plan_want - the sites of a word that a hook wants
 * @plan: the block
 * @hook: one of its hooks
 * @word: which word
 *
 * Return: their bits.
 */
unsigned long otr_plan_want(const struct otr_plan *plan, const struct otr_plan_hook *hook,
			    unsigned int word)
{
	unsigned long want = 0;

	if (hook->gone)
		return 0;
	if (hook->keep)
		return hook->on ? hook->on[word] : 0;
	if (hook->all)
		want = plan_existing(plan, word);
	else if (hook->filter)
		want = hook->filter[word];
	if (hook->skip)
		want &= ~hook->skip[word];
	return want;
}

/* Sites of a word that anything changes for. */
static unsigned long plan_changes(const struct otr_plan *plan, unsigned int word)
{
	unsigned long sites = 0;
	unsigned int i;

	for (i = 0; i < plan->nr_hooks; i++) {
		const struct otr_plan_hook *hook = &plan->hooks[i];
		unsigned long on = hook->on ? hook->on[word] : 0;

		sites |= on ^ otr_plan_want(plan, hook, word);
	}
	return sites;
}

/**
 * otr_plan_next - the next step of a plan
 * @plan: the plan
 * @step: filled in
 *
 * Steps come by ascending word, and the steps of a word by their first site.
 *
 * Return: false when there is no more.
 */
bool otr_plan_next(struct otr_plan *plan, struct otr_plan_step *step)
{
	unsigned int words = (plan->sites + BITS_PER_LONG - 1) / BITS_PER_LONG;
	unsigned int bit, i;

	while (!plan->left) {
		if (plan->word == words)
			return false;
		plan->left = plan_changes(plan, plan->word++);
	}
	*step = (struct otr_plan_step) { .word = plan->word - 1, .sites = plan->left };
	bit = __ffs(plan->left);
	for (i = 0; i < plan->nr_hooks; i++) {
		const struct otr_plan_hook *hook = &plan->hooks[i];
		unsigned long on = hook->on ? hook->on[step->word] : 0;
		unsigned long want = otr_plan_want(plan, hook, step->word);

		if (on >> bit & 1)
			otr_hookset_add(&step->from, hook->id);
		if (want >> bit & 1)
			otr_hookset_add(&step->to, hook->id);
		/* Stay with the sites that this hook sees as it sees the first. */
		step->sites &= on >> bit & 1 ? on : ~on;
		step->sites &= want >> bit & 1 ? want : ~want;
	}
	plan->left &= ~step->sites;
	return true;
}
