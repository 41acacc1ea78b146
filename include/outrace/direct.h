/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code that functions call directly, by the names that the kernel has for its
 * in-tree tracer: register_ftrace_direct() and its like. A source that uses those
 * compiles unmodified with
 *
 *	ccflags-y += -I.../include -include outrace/direct.h
 *
 * and its module then needs outrace.ko. Functions are chosen before, and not
 * taken back one by one. What the code has to be: @direct in <outrace/hook.h>,
 * which is what a new module would use.
 */
#ifndef _OUTRACE_DIRECT_H
#define _OUTRACE_DIRECT_H

#include <linux/err.h>
#include <linux/ftrace.h>
#include <outrace/hook.h>

/* In place of what linux/ftrace.h has where there is no tracer. */
#ifndef CONFIG_FUNCTION_TRACER

/**
 * struct ftrace_ops - functions that call the same code
 * @otr_ops: what the engine has to know
 * @otr_watch: what it made of it; NULL before there are functions
 * @otr_registered: the functions call code
 */
struct ftrace_ops {
	struct otr_watch_ops	otr_ops;
	struct otr_watch	*otr_watch;
	bool			otr_registered;
};

/**
 * otr_direct_free_filter - forget the functions
 * @ops: the owner's; not registered
 *
 * Context: process context, sleeps.
 */
static inline void otr_direct_free_filter(struct ftrace_ops *ops)
{
	otr_watch_destroy(ops->otr_watch);
	ops->otr_watch = NULL;
}

/**
 * otr_direct_set_filter_ip - choose a function
 * @ops: the owner's; not registered
 * @ip: the function
 * @remove: not that one; cannot be had
 * @reset: forget the others first
 *
 * Context: process context, sleeps.
 * Return: 0, -EINVAL if it has no site, -EOPNOTSUPP, -EBUSY, -ENOMEM.
 */
static inline int otr_direct_set_filter_ip(struct ftrace_ops *ops, unsigned long ip,
					   int remove, int reset)
{
	int err;

	if (remove)
		return -EOPNOTSUPP;
	if (reset)
		otr_direct_free_filter(ops);
	if (!ops->otr_watch) {
		struct otr_watch *watch;

		ops->otr_ops.name = KBUILD_MODNAME;
		watch = otr_watch_create(&ops->otr_ops, ops);
		if (IS_ERR(watch))
			return PTR_ERR(watch);
		ops->otr_watch = watch;
	}
	err = otr_watch_add_function(ops->otr_watch, (const void *)ip);
	return err == -ENOENT ? -EINVAL : err;
}

/**
 * otr_direct_register - have the functions call code
 * @ops: the functions
 * @addr: the code
 *
 * Context: process context, sleeps.
 * Return: 0, -EINVAL without functions or if they do already, or what
 * otr_watch_register() returns.
 */
static inline int otr_direct_register(struct ftrace_ops *ops, unsigned long addr)
{
	int err;

	if (!ops->otr_watch || ops->otr_registered)
		return -EINVAL;
	err = otr_watch_set_direct(ops->otr_watch, (const void *)addr);
	if (!err)
		err = otr_watch_register(ops->otr_watch);
	ops->otr_registered = !err;
	return err;
}

/**
 * otr_direct_unregister - end that
 * @ops: the functions
 * @addr: the code
 * @free_filters: forget the functions
 *
 * Context: as otr_watch_unregister().
 * Return: 0, -EINVAL if they were not registered.
 */
static inline int otr_direct_unregister(struct ftrace_ops *ops, unsigned long addr,
					bool free_filters)
{
	if (!ops->otr_registered)
		return -EINVAL;
	otr_watch_unregister(ops->otr_watch);
	ops->otr_registered = false;
	if (free_filters)
		otr_direct_free_filter(ops);
	return 0;
}

/**
 * otr_direct_modify - have the functions call something else
 * @ops: the functions
 * @addr: the code
 *
 * Context: as otr_watch_set_direct().
 * Return: 0, -EINVAL if they were not registered, or what
 * otr_watch_set_direct() returns.
 */
static inline int otr_direct_modify(struct ftrace_ops *ops, unsigned long addr)
{
	if (!ops->otr_registered)
		return -EINVAL;
	return otr_watch_set_direct(ops->otr_watch, (const void *)addr);
}

#undef ftrace_set_filter_ip
#undef ftrace_free_filter
#define ftrace_set_filter_ip		otr_direct_set_filter_ip
#define ftrace_free_filter		otr_direct_free_filter
#define register_ftrace_direct		otr_direct_register
#define unregister_ftrace_direct	otr_direct_unregister
#define modify_ftrace_direct		otr_direct_modify

#endif /* !CONFIG_FUNCTION_TRACER */

#endif /* _OUTRACE_DIRECT_H */
