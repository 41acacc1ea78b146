// SPDX-License-Identifier: GPL-2.0-only
/*
 * The types of functions, by their address: which blob to look into, and what was
 * looked up lately.
 *
 * The kernel's types are read when the first record asks for one, and stay; those of
 * a module are forgotten when it comes or goes. Where there are none, values are
 * printed as what they are without a type.
 */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <outrace/frame.h>

#include "event/btf.h"
#include "host/host.h"

#define KNOWN_BITS	8

/**
 * struct types - those of the kernel or of a module
 * @link: in the list of modules
 * @btf: the types, NULL when there are none
 * @blob: what they were read from
 * @tried: @btf and @blob are set
 * @name: of the module
 */
struct types {
	struct list_head	link;
	struct otr_btf		*btf;
	const void		*blob;
	bool			tried;
	char			name[MODULE_NAME_LEN];
};

/**
 * struct known - a function that was looked up before
 * @func: its address, 0 for none
 * @btf: its types, NULL when nothing is known of it
 * @proto: what it is there
 */
struct known {
	unsigned long		func;
	const struct otr_btf	*btf;
	u32			proto;
};

/*
 * For everything below: a writer holds both, a reader one of them. The
 * mutex is held while files are read and values are printed. A dump must not wait
 * for anybody: it tries the other one, which is never held for long.
 */
static DEFINE_MUTEX(types_lock);
static DEFINE_RAW_SPINLOCK(types_known_lock);
static struct types types_kernel_types;
static LIST_HEAD(types_module_types);
static struct known known[BIT(KNOWN_BITS)];

static void types_load(struct types *types, const char *mod, const struct otr_btf *base)
{
	size_t size;
	const void *blob = otr_host_types_get(mod, &size);
	struct otr_btf *btf;

	types->tried = true;
	if (IS_ERR(blob))
		return;
	btf = otr_btf_open(blob, size, base);
	if (IS_ERR(btf)) {
		pr_info_once("outrace: the types of %s cannot be read (%pe): values have none\n",
			     mod ?: "the kernel", btf);
		otr_host_types_put(blob);
		return;
	}
	types->blob = blob;
	types->btf = btf;
}

static void types_unload(struct types *types)
{
	otr_btf_close(types->btf);
	if (types->blob)
		otr_host_types_put(types->blob);
}

static const struct otr_btf *types_of_kernel(bool may_wait)
{
	struct types types = {};

	if (types_kernel_types.tried || !may_wait)
		return types_kernel_types.btf;
	types_load(&types, NULL, NULL);
	raw_spin_lock(&types_known_lock);
	types_kernel_types = types;
	raw_spin_unlock(&types_known_lock);
	return types_kernel_types.btf;
}

/* A module's types refer to the kernel's. */
static const struct otr_btf *types_of_module(const char *name, bool may_wait)
{
	const struct otr_btf *base = types_of_kernel(may_wait);
	struct types *types;

	if (!base)
		return NULL;
	list_for_each_entry(types, &types_module_types, link)
		if (!strcmp(types->name, name))
			return types->btf;
	types = may_wait ? kzalloc(sizeof(*types), GFP_KERNEL) : NULL;
	if (!types)
		return NULL;
	strscpy(types->name, name, sizeof(types->name));
	types_load(types, name, base);
	raw_spin_lock(&types_known_lock);
	list_add(&types->link, &types_module_types);
	raw_spin_unlock(&types_known_lock);
	return types->btf;
}

static void types_look_up(struct known *k, unsigned long func, bool may_wait)
{
	char buf[KSYM_NAME_LEN], *mod = NULL;
	unsigned long offset;
	const char *name = NULL;

	*k = (struct known) { .func = func, .proto = OTR_BTF_NONE };
	/* A name costs thousands of instructions, and modules have no types alone. */
	if (types_of_kernel(may_wait))
		name = otr_host_lookup(func, &offset, &mod, buf);
	if (name)
		k->btf = mod ? types_of_module(mod, may_wait) : types_of_kernel(may_wait);
	if (k->btf)
		k->proto = otr_btf_find(k->btf, name);
}

/* What is known of a function; its proto is OTR_BTF_NONE for nothing. */
static struct known types_find(unsigned long func)
{
	struct known *at = &known[hash_long(func, KNOWN_BITS)], k;

	lockdep_assert_held(&types_lock);
	if (at->func == func)
		return *at;
	types_look_up(&k, func, true);
	raw_spin_lock(&types_known_lock);
	*at = k;
	raw_spin_unlock(&types_known_lock);
	return k;
}

/* The same from what was read before. The next caller that may wait finds out more. */
static struct known types_find_at_once(unsigned long func)
{
	struct known k = known[hash_long(func, KNOWN_BITS)];

	lockdep_assert_held(&types_known_lock);
	if (k.func != func)
		types_look_up(&k, func, false);
	return k;
}

/*
 * Begin to look at types, which types_end() ends; false when they cannot be had, which
 * is for a line that is OTR_LINE_ATOMIC only.
 */
static bool types_begin(unsigned int flags, unsigned long func, struct known *k)
{
	if (flags & OTR_LINE_ATOMIC) {
		if (!raw_spin_trylock(&types_known_lock))
			return false;
		/* For sparse, which does not look into types_end(). */
		__release(&types_known_lock);
		*k = types_find_at_once(func);
	} else {
		mutex_lock(&types_lock);
		*k = types_find(func);
	}
	return true;
}

static void types_end(unsigned int flags)
{
	if (flags & OTR_LINE_ATOMIC) {
		__acquire(&types_known_lock);
		raw_spin_unlock(&types_known_lock);
	} else {
		mutex_unlock(&types_lock);
	}
}

/**
 * otr_types_value - how to print what a function returned
 * @flags: of the line, OTR_LINE_*
 * @func: an address in the function
 * @value: what was in the register for it
 * @out: set to that
 *
 * Context: may sleep, unless @flags have OTR_LINE_ATOMIC: then any, NMI included,
 * interrupts off, and a type that was not read before is not known.
 */
void otr_types_value(unsigned int flags, unsigned long func, unsigned long value,
		     struct otr_value *out)
{
	struct known k;

	*out = (struct otr_value) { .form = OTR_VALUE_UNTYPED, .bits = value, .number = value };
	if (!types_begin(flags, func, &k))
		return;
	if (k.proto)
		otr_btf_judge(k.btf, k.proto, value, out);
	types_end(flags);
}

static void types_print_words(const unsigned long *words, unsigned int nr, struct seq_buf *out)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		seq_buf_printf(out, "%s0x%lx", i ? ", " : "", words[i]);
}

/**
 * otr_types_print_args - print what a function was called with, in parentheses
 * @flags: of the line, OTR_LINE_*
 * @func: an address in the function
 * @words: the registers that arguments come in
 * @nr: how many were recorded, OTR_FRAME_ARGS or fewer
 * @out: where to
 *
 * By names and types, if they are known and all of the registers are; as
 * hexadecimal words else.
 *
 * Context: that of otr_types_value().
 */
void otr_types_print_args(unsigned int flags, unsigned long func, const unsigned long *words,
			  unsigned int nr, struct seq_buf *out)
{
	struct known k = {};
	bool begun = types_begin(flags, func, &k);

	seq_buf_putc(out, '(');
	if (k.proto && nr == OTR_FRAME_ARGS)
		otr_btf_print_args(k.btf, k.proto, words, out);
	else
		types_print_words(words, nr, out);
	seq_buf_putc(out, ')');
	if (begun)
		types_end(flags);
}

/* Forget the types of a module, or of all for NULL; from here on nobody looks at them. */
static void types_forget_module(const char *name)
{
	struct types *types, *next;
	LIST_HEAD(forgotten);

	raw_spin_lock(&types_known_lock);
	memset(known, 0, sizeof(known));
	list_for_each_entry_safe(types, next, &types_module_types, link)
		if (!name || !strcmp(types->name, name))
			list_move(&types->link, &forgotten);
	raw_spin_unlock(&types_known_lock);
	list_for_each_entry_safe(types, next, &forgotten, link) {
		types_unload(types);
		kfree(types);
	}
}

/*
 * Its file exists from somewhere in the middle of its coming, to somewhere in the
 * middle of its going. A caller that asked too early or too late knows better from the
 * next event.
 */
static void types_forget(struct module *mod)
{
	mutex_lock(&types_lock);
	types_forget_module(mod->name);
	mutex_unlock(&types_lock);
}

/**
 * otr_types_lock - keep types where they are
 *
 * Context: may sleep.
 */
void otr_types_lock(void)
{
	mutex_lock(&types_lock);
}

/**
 * otr_types_unlock - the counterpart of otr_types_lock()
 *
 * Context: that of otr_types_lock().
 */
void otr_types_unlock(void)
{
	mutex_unlock(&types_lock);
}

/**
 * otr_types_known - does the kernel know its types?
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: whether it does.
 */
bool otr_types_known(void)
{
	lockdep_assert_held(&types_lock);
	return types_of_kernel(true);
}

/**
 * otr_types_named - the types of a function
 * @func: its name
 * @proto: set to what it is there
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: the types, which stay as long as the lock is held; NULL when nothing is known
 * of the function.
 */
const struct otr_btf *otr_types_named(const char *func, u32 *proto)
{
	char buf[KSYM_NAME_LEN], *mod = NULL;
	const struct otr_btf *btf;
	unsigned long addr, offset;

	lockdep_assert_held(&types_lock);
	addr = otr_host_address(func);
	if (addr)
		otr_host_lookup(addr, &offset, &mod, buf);
	btf = mod ? types_of_module(mod, true) : types_of_kernel(true);
	*proto = btf ? otr_btf_find(btf, func) : OTR_BTF_NONE;
	return *proto == OTR_BTF_NONE ? NULL : btf;
}

/**
 * otr_types_struct - a structure or a union of the kernel by its name
 * @name: the name
 * @id: set to its number
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: the types, which stay as long as the lock is held; NULL if there is none.
 */
const struct otr_btf *otr_types_struct(const char *name, u32 *id)
{
	const struct otr_btf *btf;

	lockdep_assert_held(&types_lock);
	btf = types_of_kernel(true);
	*id = btf ? otr_btf_find_struct(btf, name) : 0;
	return *id ? btf : NULL;
}

static struct otr_modules types_modules = {
	.coming	= types_forget,
	.live	= types_forget,
	.going	= types_forget,
};

/**
 * otr_types_init - hear of modules
 *
 * Context: module load.
 */
void otr_types_init(void)
{
	otr_modules_watch(&types_modules);
}

/**
 * otr_types_exit - forget all types
 *
 * Context: module unload, when nobody prints any more, and no dump can begin.
 */
void otr_types_exit(void)
{
	otr_modules_unwatch(&types_modules);
	mutex_lock(&types_lock);
	types_forget_module(NULL);
	types_unload(&types_kernel_types);
	types_kernel_types = (struct types) {};
	mutex_unlock(&types_lock);
}
