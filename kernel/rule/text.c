// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that a record only has the address of is copied before it is compared:
 * the address may be of anything, and the text may change meanwhile.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "rule/rule.h"
#include "rule/text.h"

/* Text is copied in pieces that do not reach over a page's end. */
#define PIECE	64

/*
 * A CPU's copies.
 *
 * @texts: the copies, the first desk_nest of them in use
 */
struct desk {
	struct otr_rule_text	texts[OTR_NEST_SLOTS];
};

static struct desk __percpu *desks;
static DEFINE_PER_CPU(u32, desk_nest);
static DEFINE_MUTEX(desks_lock);	/* making them */

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

	mutex_lock(&desks_lock);
	if (!desks)
		desks = alloc_percpu(struct desk);
	err = desks ? 0 : -ENOMEM;
	mutex_unlock(&desks_lock);
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
	int slot = otr_nest_enter(&desk_nest, OTR_NEST_SLOTS);

	return slot < 0 ? NULL : &raw_cpu_ptr(desks)->texts[slot];
}

/**
 * otr_rule_text_put - give back what otr_rule_text_get() gave last
 *
 * Context: that of otr_rule_text_get().
 */
void otr_rule_text_put(void)
{
	otr_nest_exit(&desk_nest, raw_cpu_read(desk_nest) - 1);
}

static bool copy(char *to, unsigned long addr, size_t len, bool user)
{
	if (user)
		return !copy_from_user_nofault(to, (const void __user *)addr, len);
	return !copy_from_kernel_nofault(to, (const void *)addr, len);
}

/**
 * otr_rule_text_read - copy a text that may not be there
 * @text: where to
 * @addr: where from
 * @user: in the memory of the task that is running
 *
 * Context: any.
 * Return: true, false if it cannot be read.
 */
bool otr_rule_text_read(struct otr_rule_text *text, unsigned long addr, bool user)
{
	size_t size = sizeof(text->chars), done = 0;

	BUILD_BUG_ON(PAGE_SIZE % PIECE);
	while (done < size) {
		size_t len = min(PIECE - (addr + done) % PIECE, size - done);

		if (!copy(text->chars + done, addr + done, len, user))
			return false;
		if (memchr(text->chars + done, '\0', len))
			return true;
		done += len;
	}
	text->chars[size - 1] = '\0';
	return true;
}

/**
 * otr_rule_exit - free what the room keeps
 *
 * Context: module unload, after all filters were freed.
 */
void otr_rule_exit(void)
{
	free_percpu(desks);
	desks = NULL;
}
