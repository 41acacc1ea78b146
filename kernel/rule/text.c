// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room for text that a record only has the address of. It is copied before it is
 * compared: the address may be of anything, and the text may change meanwhile.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

#include "rule/rule.h"
#include "rule/text.h"

/*
 * A CPU's copies.
 *
 * @texts: the copies, the first desk_nest of them in use
 */
struct desk {
	struct otr_rule_text	texts[OTR_NEST_SLOTS];
};

static struct desk __percpu *text_desks;
static DEFINE_PER_CPU(u32, text_desk_nest);
static DEFINE_MUTEX(text_desks_lock);	/* making them */

/**
 * otr_rule_text_want - have room before a filter needs it
 *
 * It stays until the room goes away.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_rule_text_want(void)
{
	int err;

	mutex_lock(&text_desks_lock);
	if (!text_desks)
		text_desks = alloc_percpu(struct desk);
	err = text_desks ? 0 : -ENOMEM;
	mutex_unlock(&text_desks_lock);
	return err;
}

/**
 * otr_rule_text_get - get room for a text
 *
 * Context: any, preemption off until otr_rule_text_put(), after
 * otr_rule_text_want().
 * Return: the room, NULL if interrupts nest deeper than they can.
 */
struct otr_rule_text *otr_rule_text_get(void)
{
	int slot = otr_nest_enter(&text_desk_nest, OTR_NEST_SLOTS);

	return slot < 0 ? NULL : &raw_cpu_ptr(text_desks)->texts[slot];
}

/**
 * otr_rule_text_put - give back what otr_rule_text_get() gave last
 *
 * Context: that of otr_rule_text_get().
 */
void otr_rule_text_put(void)
{
	otr_nest_exit(&text_desk_nest, raw_cpu_read(text_desk_nest) - 1);
}

/**
 * otr_rule_exit - free what the room keeps
 *
 * Context: module unload, after all filters were freed.
 */
void otr_rule_exit(void)
{
	free_percpu(text_desks);
	text_desks = NULL;
}
