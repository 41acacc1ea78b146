// SPDX-License-Identifier: GPL-2.0-only
/*
 * Return hooks, and what happens when a function returns.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/printk.h>

#include "site/ret_internal.h"

/* A key is a number that is never used again, and a place in the table. */
#define KEY_ID(key)	((key) % OTR_RET_HOOKS)

static DEFINE_MUTEX(ret_lock);

/* Changed under ret_lock; read where functions return. */
static struct otr_ret_hook *ret_hooks[OTR_RET_HOOKS];

static u32 ret_last_key;
static bool ret_started;

/*
 * Tell the hook that saw the entry of a call, and take the entry away. False if somebody
 * else's entry has the same place.
 */
static __always_inline bool ret_end_call(struct otr_rets *rets, struct otr_ret *ret,
					 struct otr_return_frame *frame)
{
	struct otr_ret_hook *hook = READ_ONCE(ret_hooks[KEY_ID(ret->key)]);
	unsigned long to;

	if (likely(hook && hook->key == ret->key))
		hook->leave(hook, rets, ret, frame->ax);
	to = ret->to;
	/* The unwinder asks as long as there is an address of ours. */
	if (likely(to != (unsigned long)otr_return_tramp))
		WRITE_ONCE(frame->parent, to);
	barrier();
	WRITE_ONCE(ret->place, NULL);
	/* An entry beyond the depth has no place: see otr_ret_push(). */
	barrier();
	/* Plain: one instruction, and code that interrupts it puts back what it changes. */
	rets->depth--;
	return to != (unsigned long)otr_return_tramp;
}

/*
 * Several entries can have the same place: of several return hooks, and of
 * functions that were called by a jump at the end of another. All of them
 * return now, the innermost first.
 */
static noinline void ret_end_calls(struct otr_rets *rets, struct otr_return_frame *frame)
{
	struct otr_ret *ret;

	do {
		ret = &rets->ret[rets->depth - 1];
		if (unlikely(!rets->depth || ret->place != &frame->parent)) {
			ret = otr_rets_returned(rets, &frame->parent);
			/* Nobody knows where to go on from here. */
			if (!ret)
				panic("outrace: a function returned that never was called\n");
		}
	} while (!ret_end_call(rets, ret, frame));
}

/* A function returned whose return address was replaced. */
static void ret_handle_return(struct otr_return_frame *frame)
{
	struct otr_rets *rets = *otr_host_task_slot(current);
	struct otr_ret *ret = &rets->ret[rets->depth - 1];

	/* Keep the address, not what it is made of. */
	OPTIMIZER_HIDE_VAR(ret);
	if (likely(rets->depth && ret->place == &frame->parent) &&
	    likely(ret_end_call(rets, ret, frame)))
		return;
	ret_end_calls(rets, frame);
}

/**
 * otr_ret_ready - can returns be seen?
 *
 * Context: any.
 * Return: true if otr_ret_register() has a chance.
 */
bool otr_ret_ready(void)
{
	return otr_site_ready() && otr_host_has(OTR_RETURNS) && otr_host_has(OTR_TASK_SLOT);
}
EXPORT_SYMBOL_GPL(otr_ret_ready);

static int ret_start(void)
{
	int err = otr_rets_start();

	if (err)
		return err;
	otr_host_text_lock();
	otr_arch_return_set(ret_handle_return);
	otr_host_text_finish();
	otr_host_text_unlock();
	ret_started = true;
	return 0;
}

/* A place in the table and a key for it: 0, -ENOSPC. */
static int ret_add(struct otr_ret_hook *hook)
{
	unsigned int id;

	for (id = 0; id < OTR_RET_HOOKS && ret_hooks[id]; id++)
		;
	if (id == OTR_RET_HOOKS)
		return -ENOSPC;
	/* Calls of another time that are still pending have another key. */
	ret_last_key += OTR_RET_HOOKS;
	hook->key = ret_last_key + id;
	/* Pairs with the address dependency in ret_end_call(). */
	smp_store_release(&ret_hooks[id], hook);
	return 0;
}

/**
 * otr_ret_register - put a return hook on the functions that it wants
 * @hook: the hook, filled in by its owner
 *
 * Context: process context, sleeps.
 * Return: 0, -ENODEV if returns cannot be seen on this kernel, -EBUSY if
 * somebody else sees them, -ENOSPC if OTR_RET_HOOKS are registered, or what
 * otr_hook_register() returns.
 */
int otr_ret_register(struct otr_ret_hook *hook)
{
	int err;

	if (!otr_ret_ready())
		return -ENODEV;
	mutex_lock(&ret_lock);
	err = ret_started ? 0 : ret_start();
	if (!err)
		err = ret_add(hook);
	if (!err) {
		err = otr_hook_register(&hook->hook);
		if (err) {
			WRITE_ONCE(ret_hooks[KEY_ID(hook->key)], NULL);
			/* It may have been on its functions in between. */
			otr_host_quiesce();
		}
	}
	mutex_unlock(&ret_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_ret_register);

/* A user sees gaps otherwise, and nothing that explains them. */
static void ret_report_missed(void)
{
	static unsigned long said;
	unsigned long missed = otr_ret_missed();

	if (missed != said)
		pr_info("%lu returns were not seen: no memory for the stacks of more tasks\n",
			missed - said);
	said = missed;
}

/**
 * otr_ret_unregister - take a return hook off all functions
 * @hook: the hook, registered
 *
 * Functions that it saw the entry of go on and return through us, but it is not
 * called. When this returns, neither of its functions is running or will be.
 *
 * Context: process context, sleeps, up to seconds.
 */
void otr_ret_unregister(struct otr_ret_hook *hook)
{
	mutex_lock(&ret_lock);
	WRITE_ONCE(ret_hooks[KEY_ID(hook->key)], NULL);
	/* Waits for tasks in a trampoline, the one of returns as well. */
	otr_hook_unregister(&hook->hook);
	ret_report_missed();
	mutex_unlock(&ret_lock);
}
EXPORT_SYMBOL_GPL(otr_ret_unregister);

/**
 * otr_ret_exit - give pending returns back
 *
 * Context: module unload; no return hook is registered.
 */
void otr_ret_exit(void)
{
	if (ret_started)
		otr_rets_stop();
	ret_started = false;
}
