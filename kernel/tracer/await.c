// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of modules that are not loaded yet.
 *
 * A word "functions:mod:module" that matches nothing is remembered beside the
 * set that it was meant for, and becomes sites of it when the module comes,
 * before its init function runs. The words are under otr_inst_lock.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/module.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>

#include "host/host.h"
#include "tracer/function.h"

/**
 * struct otr_await - functions that are waited for
 * @node: in otr_function.awaits
 * @module: their module, a name and no pattern
 * @functions: pattern for them, as it was written
 */
struct otr_await {
	struct list_head	node;
	char			*module;
	char			functions[];
};

/* The instances' otr_function.node; otr_tracer_lock. */
static LIST_HEAD(await_all);

static void await_free(struct otr_await *await)
{
	list_del(&await->node);
	kfree(await->module);
	kfree(await);
}

/**
 * otr_function_await - remember functions of a module that is not loaded
 * @inst: the instance
 * @side: which of its two sets they are for
 * @functions: pattern for their names
 * @module: the module's name
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL if the module is loaded, -ENOMEM.
 */
int otr_function_await(struct otr_inst *inst, enum otr_side side, const char *functions,
		       const char *module)
{
	struct otr_await *await;
	size_t size = strlen(functions) + 1;

	lockdep_assert_held(&otr_inst_lock);
	if (otr_host_has_module(module))
		return -EINVAL;
	await = kmalloc(struct_size(await, functions, size), GFP_KERNEL);
	if (!await)
		return -ENOMEM;
	memcpy(await->functions, functions, size);
	await->module = kstrdup(module, GFP_KERNEL);
	if (!await->module) {
		kfree(await);
		return -ENOMEM;
	}
	/* Listed from the last one to the first. */
	list_add(&await->node, &otr_function_of(inst)->awaits[side]);
	return 0;
}

/**
 * otr_function_unawait - forget functions that are waited for
 * @inst: the instance
 * @side: which of its two sets they were for
 * @functions: the pattern, literally as it was remembered; "*" for all of the
 *	       module
 * @module: the module's name
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL if there are none.
 */
int otr_function_unawait(struct otr_inst *inst, enum otr_side side, const char *functions,
			 const char *module)
{
	struct otr_await *await, *next;
	int err = -EINVAL;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry_safe(await, next, &otr_function_of(inst)->awaits[side], node) {
		if (strcmp(await->module, module) ||
		    (strcmp(functions, "*") && strcmp(await->functions, functions)))
			continue;
		await_free(await);
		err = 0;
	}
	return err;
}

/**
 * otr_function_unawait_all - forget all functions that are waited for
 * @inst: the instance
 * @side: which of its two sets they were for
 *
 * Context: otr_inst_lock held.
 */
void otr_function_unawait_all(struct otr_inst *inst, enum otr_side side)
{
	struct otr_await *await, *next;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry_safe(await, next, &otr_function_of(inst)->awaits[side], node)
		await_free(await);
}

/**
 * otr_function_awaits - list the functions that are waited for
 * @inst: the instance
 * @side: which of its two sets they are for
 *
 * Context: otr_inst_lock held.
 * Return: a line each, for kfree(), empty if there are none; NULL when there is
 * no memory.
 */
char *otr_function_awaits(const struct otr_inst *inst, enum otr_side side)
{
	const struct list_head *awaits = &otr_function_of(inst)->awaits[side];
	const struct otr_await *await;
	struct seq_buf text;
	size_t size = 1;
	char *lines;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry(await, awaits, node)
		size += strlen(await->functions) + strlen(":mod:\n") + strlen(await->module);
	lines = kmalloc(size, GFP_KERNEL);
	if (!lines)
		return NULL;
	seq_buf_init(&text, lines, size);
	list_for_each_entry(await, awaits, node)
		seq_buf_printf(&text, "%s:mod:%s\n", await->functions, await->module);
	seq_buf_str(&text);
	return lines;
}

/**
 * otr_function_awaiting - is any function waited for?
 * @inst: the instance
 * @side: which of its two sets it would be for
 *
 * Context: otr_inst_lock held.
 * Return: true if one is.
 */
bool otr_function_awaiting(const struct otr_inst *inst, enum otr_side side)
{
	return !list_empty(&otr_function_of(inst)->awaits[side]);
}

/* Put what is waited for and belongs to a module into a set; forget the words. */
static int await_meet(struct otr_function *fn, enum otr_side side, const char *module,
		      struct otr_siteset *set)
{
	struct otr_await *await, *next;
	struct otr_glob glob;
	long matched = 0;

	list_for_each_entry_safe(await, next, &fn->awaits[side], node) {
		if (strcmp(await->module, module))
			continue;
		/* An empty word is short for all functions of the module. */
		otr_glob_parse(&glob, *await->functions ? await->functions : "*");
		matched = otr_siteset_match(set, &glob, await->module, false);
		if (matched < 0)
			return matched;
		await_free(await);
	}
	otr_siteset_expect(set, side == OTR_WANT && !list_empty(&fn->awaits[side]));
	return 0;
}

static bool await_waits(const struct otr_function *fn, enum otr_side side, const char *module)
{
	const struct otr_await *await;
	bool found = false;

	mutex_lock(&otr_inst_lock);
	list_for_each_entry(await, &fn->awaits[side], node)
		found |= !strcmp(await->module, module);
	mutex_unlock(&otr_inst_lock);
	return found;
}

static int await_module_came(struct otr_function *fn, enum otr_side side, const char *module)
{
	struct otr_siteset *set;
	int err;

	if (!await_waits(fn, side, module))
		return 0;
	set = otr_siteset_create();
	if (!set)
		return -ENOMEM;
	mutex_lock(&otr_inst_lock);
	err = otr_siteset_copy(set, otr_function_sites(fn->inst, side));
	if (!err)
		err = await_meet(fn, side, module, set);
	mutex_unlock(&otr_inst_lock);
	if (!err)
		return otr_function_set_sites(fn->inst, side, set);
	otr_siteset_destroy(set);
	return err;
}

static void await_module_comes(struct module *mod)
{
	struct otr_function *fn;

	mutex_lock(&otr_tracer_lock);
	list_for_each_entry(fn, &await_all, node) {
		int err = await_module_came(fn, OTR_WANT, mod->name);

		if (!err)
			err = await_module_came(fn, OTR_NOT, mod->name);
		if (err)
			pr_warn("%s: what was asked for of it is not traced: %pe\n", mod->name,
				ERR_PTR(err));
	}
	mutex_unlock(&otr_tracer_lock);
}

/* The site room found the module's sites by then: it began to watch before us. */
static struct otr_modules await_modules = { .coming = await_module_comes };

static int await_create(struct otr_inst *inst)
{
	struct otr_function *fn = otr_function_of(inst);

	INIT_LIST_HEAD(&fn->awaits[OTR_WANT]);
	INIT_LIST_HEAD(&fn->awaits[OTR_NOT]);
	list_add_tail(&fn->node, &await_all);
	return 0;
}

static void await_destroy(struct otr_inst *inst)
{
	mutex_lock(&otr_inst_lock);
	otr_function_unawait_all(inst, OTR_WANT);
	otr_function_unawait_all(inst, OTR_NOT);
	mutex_unlock(&otr_inst_lock);
	list_del(&otr_function_of(inst)->node);
}

static struct otr_part await_part = {
	.create		= await_create,
	.destroy	= await_destroy,
};

/**
 * otr_await_init - begin to look for modules that come
 *
 * Context: module load.
 * Return: 0, or the errno of otr_part_register().
 */
int otr_await_init(void)
{
	int err = otr_part_register(&await_part);

	if (!err)
		otr_modules_watch(&await_modules);
	return err;
}

/**
 * otr_await_exit - the counterpart of otr_await_init()
 *
 * Context: module unload; otr_tracer_lock is free.
 */
void otr_await_exit(void)
{
	otr_modules_unwatch(&await_modules);
	otr_part_unregister(&await_part);
}
