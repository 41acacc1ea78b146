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

/* The instances' otr_function.node; otr_tracer_lock. */
static LIST_HEAD(await_all);

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
	const struct otr_pick pick = { .module = module, .either = functions };

	if (otr_host_has_module(module))
		return -EINVAL;
	return otr_await_add(&otr_function_of(inst)->awaits[side], &pick);
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
	const struct otr_pick pick = {
		.module = module,
		.either = strcmp(functions, "*") ? functions : NULL,
	};

	return otr_await_remove(&otr_function_of(inst)->awaits[side], &pick);
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
	lockdep_assert_held(&otr_inst_lock);
	otr_await_clear(&otr_function_of(inst)->awaits[side]);
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
	const struct otr_pick *at = NULL;
	struct seq_buf text;
	size_t size = 1;
	char *lines;

	lockdep_assert_held(&otr_inst_lock);
	while ((at = otr_await_next(awaits, at)))
		size += strlen(at->either) + strlen(":mod:\n") + strlen(at->module);
	lines = kmalloc(size, GFP_KERNEL);
	if (!lines)
		return NULL;
	seq_buf_init(&text, lines, size);
	while ((at = otr_await_next(awaits, at)))
		seq_buf_printf(&text, "%s:mod:%s\n", at->either, at->module);
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

/* The functions of a module that is there, put into a set. */
static int await_meet(struct otr_siteset *set, const struct list_head *due)
{
	const struct otr_pick *at = NULL;
	struct otr_glob glob;
	long matched;
	char *pattern;

	while ((at = otr_await_next(due, at))) {
		/* An empty word is short for all functions of the module. */
		pattern = kstrdup(*at->either ? at->either : "*", GFP_KERNEL);
		if (!pattern)
			return -ENOMEM;
		otr_glob_parse(&glob, pattern);
		matched = otr_siteset_match(set, &glob, at->module, false);
		kfree(pattern);
		if (matched < 0)
			return matched;
	}
	return 0;
}

static int await_put(struct otr_function *fn, enum otr_side side, const struct list_head *due)
{
	struct otr_siteset *set = otr_siteset_create();
	bool expects;
	int err;

	if (!set)
		return -ENOMEM;
	err = otr_siteset_copy(set, otr_function_sites(fn->inst, side));
	if (!err)
		err = await_meet(set, due);
	if (err) {
		otr_siteset_destroy(set);
		return err;
	}
	mutex_lock(&otr_inst_lock);
	expects = side == OTR_WANT && otr_function_awaiting(fn->inst, side);
	mutex_unlock(&otr_inst_lock);
	otr_siteset_expect(set, expects);
	return otr_function_set_sites(fn->inst, side, set);
}

/* The words about a module that came are forgotten, whatever comes of them. */
static int await_side(struct otr_function *fn, enum otr_side side, const char *module)
{
	LIST_HEAD(due);
	int err = 0;

	mutex_lock(&otr_inst_lock);
	otr_await_take(&fn->awaits[side], module, &due);
	mutex_unlock(&otr_inst_lock);
	if (!list_empty(&due))
		err = await_put(fn, side, &due);
	otr_await_clear(&due);
	return err;
}

static void await_module_comes(struct module *mod)
{
	struct otr_function *fn;

	mutex_lock(&otr_tracer_lock);
	list_for_each_entry(fn, &await_all, node) {
		int err = await_side(fn, OTR_WANT, mod->name);

		if (!err)
			err = await_side(fn, OTR_NOT, mod->name);
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
