// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks of other modules: include/outrace/hook.h.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <outrace/hook.h>

#include "base/base.h"
#include "site/ret_internal.h"

static_assert(OTR_CALL_DATA * sizeof(u64) == sizeof_field(struct otr_ret, data));

/**
 * struct otr_watch - a module's hook
 * @ret: the hook; a plain one where nobody asks for returns
 * @other: another one with the same functions, for code that is called directly
 * @hook: the one that is meant: of @ret, or @other
 * @ops: the module's
 * @data: the module's
 * @missed: calls that were not reported
 * @registered: it is on its functions
 */
struct otr_watch {
	struct otr_ret_hook		ret;
	struct otr_hook			other;
	struct otr_hook			*hook;
	const struct otr_watch_ops	*ops;
	void				*data;
	atomic_long_t			missed;
	bool				registered;
};

/* The caller holds the guard. */
static void watch_enter(struct otr_watch *watch, unsigned long ip, struct otr_frame *frame)
{
	u64 data[OTR_CALL_DATA] __uninitialized;
	struct otr_call call = {
		.ip = ip, .parent_ip = otr_ret_caller(&frame->parent),
		.frame = frame, .data = data,
	};
	struct otr_rets *rets;
	struct otr_ret *ret;

	if (!watch->ops->leave) {
		watch->ops->entry(watch, &call);
		return;
	}
	rets = otr_rets_get();
	if (!rets || otr_rets_full(rets)) {
		atomic_long_inc(&watch->missed);
		return;
	}
	if (watch->ops->entry && !watch->ops->entry(watch, &call))
		return;
	ret = otr_ret_push(rets, watch->ret.key, frame, ip);
	ret->depth = 0;
	ret->flags = 0;
	memcpy(ret->data, data, sizeof(data));
}

static void watch_entered(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			  struct otr_frame *frame)
{
	struct otr_watch *watch = container_of(hook, struct otr_watch, ret.hook);

	otr_guarded()
		watch_enter(watch, ip, frame);
}

static void watch_left(struct otr_ret_hook *hook, struct otr_rets *rets, struct otr_ret *ret,
		       unsigned long value)
{
	struct otr_watch *watch = container_of(hook, struct otr_watch, ret);
	struct otr_call call = {
		.ip = ret->ip, .parent_ip = otr_ret_caller(ret->place),
		.value = value, .data = ret->data,
	};
	struct otr_return_frame *frame;
	bool told = false;

	otr_guarded() {
		watch->ops->leave(watch, &call);
		told = true;
	}
	if (unlikely(!told)) {
		atomic_long_inc(&watch->missed);
		return;
	}
	/* It returns now, so its place is in the return trampoline's frame. */
	frame = container_of(ret->place, struct otr_return_frame, parent);
	frame->ax = call.value;
}

/**
 * otr_watch_create - begin a hook of a module's own
 * @ops: what it does; has to stay until otr_watch_destroy()
 * @data: for the module, see otr_watch_data()
 *
 * Context: process context, sleeps.
 * Return: the watch, without functions; ERR_PTR(-EINVAL) for one that wants
 * both to be called back and to be called directly, ERR_PTR(-ENOMEM).
 */
struct otr_watch *otr_watch_create(const struct otr_watch_ops *ops, void *data)
{
	struct otr_watch *watch;

	if (ops->direct && (ops->entry || ops->leave))
		return ERR_PTR(-EINVAL);
	watch = kzalloc(sizeof(*watch), GFP_KERNEL);
	if (!watch)
		return ERR_PTR(-ENOMEM);
	watch->ret.hook.filter = otr_siteset_create();
	if (!watch->ret.hook.filter) {
		kfree(watch);
		return ERR_PTR(-ENOMEM);
	}
	watch->ops = ops;
	watch->data = data;
	watch->ret.hook.name = ops->name;
	watch->ret.hook.func = watch_entered;
	watch->ret.hook.flags = OTR_HOOK_SELF;
	watch->ret.hook.direct = (unsigned long)ops->direct;
	watch->ret.leave = watch_left;
	watch->hook = &watch->ret.hook;
	return watch;
}
EXPORT_SYMBOL_GPL(otr_watch_create);

/**
 * otr_watch_destroy - end a hook
 * @watch: the watch, or NULL; it is unregistered if need be
 *
 * Context: process context, sleeps, up to seconds.
 */
void otr_watch_destroy(struct otr_watch *watch)
{
	if (!watch)
		return;
	otr_watch_unregister(watch);
	otr_siteset_destroy(watch->ret.hook.filter);
	kfree(watch);
}
EXPORT_SYMBOL_GPL(otr_watch_destroy);

/**
 * otr_watch_data - what otr_watch_create() was given
 * @watch: the watch
 *
 * Context: any.
 * Return: it.
 */
void *otr_watch_data(const struct otr_watch *watch)
{
	return watch->data;
}
EXPORT_SYMBOL_GPL(otr_watch_data);

/**
 * otr_watch_add - add functions by their names
 * @watch: the watch, not registered
 * @pattern: a name, or a pattern as set_ftrace_filter takes it
 * @module: only functions of this module; NULL for any
 *
 * Context: process context, sleeps; not at the same time as anything else with
 * this watch.
 * Return: 0, -ENOENT if there is no such function that can be hooked, -EBUSY if
 * the watch is registered, -ENOMEM.
 */
int otr_watch_add(struct otr_watch *watch, const char *pattern, const char *module)
{
	struct otr_glob glob;
	long matched;
	char *copy;

	if (watch->registered)
		return -EBUSY;
	copy = kstrdup(pattern, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	otr_glob_parse(&glob, copy);
	matched = otr_siteset_match(watch->ret.hook.filter, &glob, module, glob.not);
	kfree(copy);
	if (matched < 0)
		return matched;
	return matched ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(otr_watch_add);

/**
 * otr_watch_add_function - add a function
 * @watch: the watch, not registered
 * @func: the function
 *
 * Context: as otr_watch_add().
 * Return: 0, -ENOENT if it cannot be hooked, -EBUSY, -ENOMEM.
 */
int otr_watch_add_function(struct otr_watch *watch, const void *func)
{
	if (watch->registered)
		return -EBUSY;
	return otr_siteset_add(watch->ret.hook.filter, (unsigned long)func);
}
EXPORT_SYMBOL_GPL(otr_watch_add_function);

/**
 * otr_watch_register - begin to call a watch
 * @watch: the watch, with a function at least
 *
 * Context: process context, sleeps.
 * Return: 0, -EINVAL without functions or if there is nothing to call, -EBUSY if
 * it is registered or another one is called directly by one of the functions, as
 * this one wants to be, -ENODEV if this kernel lets functions, or their returns,
 * not be hooked, -ENOSPC if there are too many hooks, -EIO if text is not what it
 * should be, -ENOMEM.
 */
int otr_watch_register(struct otr_watch *watch)
{
	int err;

	if (watch->registered)
		return -EBUSY;
	if (otr_siteset_empty(watch->ret.hook.filter))
		return -EINVAL;
	if (!watch->ops->entry && !watch->ops->leave && !watch->hook->direct)
		return -EINVAL;
	err = watch->ops->leave ? otr_ret_register(&watch->ret) :
				  otr_hook_register(watch->hook);
	watch->registered = !err;
	return err;
}
EXPORT_SYMBOL_GPL(otr_watch_register);

/**
 * otr_watch_unregister - end that
 * @watch: the watch; nothing happens if it is not registered
 *
 * When this returns, no callback is running or will be, and no task is in a
 * function that was put in the place of another, unless it sleeps there. Calls
 * whose entry was seen go on, for as long as they take; nothing of the watch or
 * of its module is needed for their return.
 *
 * Context: process context, sleeps, up to seconds; with code that is called
 * directly, as long as there is a kprobe on one of the functions that came later.
 */
void otr_watch_unregister(struct otr_watch *watch)
{
	if (!watch->registered)
		return;
	if (watch->ops->leave)
		otr_ret_unregister(&watch->ret);
	else
		otr_hook_unregister(watch->hook);
	watch->registered = false;
}
EXPORT_SYMBOL_GPL(otr_watch_unregister);

/**
 * otr_watch_set_direct - have functions call something else directly
 * @watch: the watch, registered or not, made without callbacks
 * @code: the code, see struct otr_watch_ops
 *
 * A function that is called meanwhile calls what it was or what it is now. When
 * this returns nobody is in the former.
 *
 * Context: process context, sleeps, up to seconds.
 * Return: 0, -EINVAL if there are callbacks or there is no code, -EBUSY if a kprobe that
 * came later is on one of the functions, or what otr_watch_register() returns; then
 * nothing has changed.
 */
int otr_watch_set_direct(struct otr_watch *watch, const void *code)
{
	struct otr_hook *with = watch->hook == &watch->other ? &watch->ret.hook : &watch->other;
	int err = 0;

	if (watch->ops->entry || watch->ops->leave || !code)
		return -EINVAL;
	if (watch->hook->direct == (unsigned long)code)
		return 0;
	*with = (struct otr_hook) {
		.name = watch->ops->name,
		.direct = (unsigned long)code,
		.filter = watch->ret.hook.filter,
	};
	if (watch->registered)
		err = otr_hook_replace(watch->hook, with);
	if (!err)
		watch->hook = with;
	return err;
}
EXPORT_SYMBOL_GPL(otr_watch_set_direct);

/**
 * otr_watch_missed - calls that were not reported, or without their return
 * @watch: the watch
 *
 * Context: any.
 * Return: their number.
 */
unsigned long otr_watch_missed(const struct otr_watch *watch)
{
	return atomic_long_read(&watch->missed);
}
EXPORT_SYMBOL_GPL(otr_watch_missed);
