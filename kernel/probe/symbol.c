// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions by name, and what is at an address.
 *
 * A name that several functions have is refused, so all modules have to be asked for each
 * name. The kernel can only list what they have. Hashes of their names are remembered: most
 * names that are asked for are no module's, and known for that at once.
 */
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>

#include "host/host.h"
#include "probe/kprobe.h"

#define NAMES_BITS	18

/*
 * @lock: guards the rest
 * @known: hashes of the names in all modules, NULL for not looked at
 */
static struct symbol_names {
	struct mutex	lock;	/* see above */
	unsigned long	*known;
} symbol_names = { .lock = __MUTEX_INITIALIZER(symbol_names.lock) };

static unsigned int symbol_hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name)) & (BIT(NAMES_BITS) - 1);
}

static int symbol_note(void *data, const char *name, unsigned long addr)
{
	__set_bit(symbol_hash(name), data);
	return 0;
}

/* Has no module a symbol of a name? Yes is certain. */
static bool symbol_unknown(const char *name)
{
	bool unknown;

	mutex_lock(&symbol_names.lock);
	if (!symbol_names.known) {
		symbol_names.known = bitmap_zalloc(BIT(NAMES_BITS), GFP_KERNEL);
		if (symbol_names.known)
			otr_host_each_module_symbol(symbol_note, symbol_names.known);
	}
	unknown = symbol_names.known && !test_bit(symbol_hash(name), symbol_names.known);
	mutex_unlock(&symbol_names.lock);
	return unknown;
}

static void symbol_forget(struct module *mod)
{
	mutex_lock(&symbol_names.lock);
	bitmap_free(symbol_names.known);
	symbol_names.known = NULL;
	mutex_unlock(&symbol_names.lock);
}

static struct otr_modules symbol_modules = {
	.coming	= symbol_forget,
	.going	= symbol_forget,
};

struct symbol_count {
	const char	*name;
	unsigned int	nr;
};

static int symbol_count(void *data, unsigned long addr)
{
	struct symbol_count *count = data;

	count->nr++;
	return 0;
}

static int symbol_count_named(void *data, const char *name, unsigned long addr)
{
	struct symbol_count *count = data;

	count->nr += !strcmp(name, count->name);
	return 0;
}

/**
 * otr_kprobe_count_symbols - how many symbols of a name are there?
 * @symbol: the name, with a module and a colon in front for those of that module; of one
 *	    that is not loaded there is one
 *
 * Context: process context, sleeps.
 * Return: their number.
 */
unsigned int otr_kprobe_count_symbols(const char *symbol)
{
	const char *colon = strchr(symbol, ':');
	struct symbol_count count = { .name = colon ? colon + 1 : symbol };
	char module[MODULE_NAME_LEN];

	if (otr_kprobe_module_awaited(symbol))
		return 1;
	if (colon) {
		strscpy(module, symbol, min_t(size_t, colon - symbol + 1, sizeof(module)));
		otr_host_each_symbol(module, symbol_count_named, &count);
		return count.nr;
	}
	otr_host_each_named(symbol, symbol_count, &count);
	if (!symbol_unknown(symbol))
		otr_host_each_module_symbol(symbol_count_named, &count);
	return count.nr;
}

/**
 * otr_kprobe_module_awaited - does a symbol name a module that is not there?
 * @symbol: as for otr_kprobe_count_symbols()
 *
 * Context: process context.
 * Return: whether it does.
 */
bool otr_kprobe_module_awaited(const char *symbol)
{
	const char *colon = strchr(symbol, ':');
	char module[MODULE_NAME_LEN];

	if (!colon)
		return false;
	if (colon - symbol >= sizeof(module))
		return true;
	strscpy(module, symbol, colon - symbol + 1);
	return !otr_host_has_module(module);
}

/**
 * otr_kprobe_find - look at a place of the kernel
 * @symbol: as for otr_kprobe_count_symbols(); NULL for none
 * @offset: from there, or the address
 * @spot: filled in
 *
 * Context: process context.
 * Return: 0; -ENOENT without such a symbol, or for an address that is in none; -EINVAL for
 * the address 0.
 */
int otr_kprobe_find(const char *symbol, unsigned long offset, struct otr_kprobe_spot *spot)
{
	unsigned long start, size, addr = symbol ? otr_host_address(symbol) : 0;

	if (symbol && !addr)
		return -ENOENT;
	if (!symbol && !offset)
		return -EINVAL;
	spot->addr = addr + offset;
	spot->site = 0;
	if (!otr_host_function(spot->addr, &start, &size))
		return -ENOENT;
	spot->site = otr_site_within(start, start + size);
	/* The landing pad, if there is one, is a part of the entry. */
	spot->is_entry = spot->addr == start ||
			 (spot->addr == spot->site && spot->site <= start + OTR_ARCH_SITE_LEAD);
	if (spot->is_entry && spot->site && spot->site <= start + OTR_ARCH_SITE_LEAD)
		spot->addr = spot->site;
	return 0;
}

/* Of a name that the compiler put something behind: has the function itself a site? */
static bool symbol_base_notrace(const char *name)
{
	char *base = kmemdup_nul(name, strcspn(name, "."), GFP_KERNEL);
	unsigned long start, size, addr = base ? otr_host_address(base) : 0;

	kfree(base);
	return !addr || !otr_host_function(addr, &start, &size) ||
	       !otr_site_within(start, start + size);
}

/**
 * otr_kprobe_notrace - is a place in a function that may not be traced?
 * @spot: the place
 *
 * Those are the functions that have no site, all of our own among them. Where no function
 * has, nobody knows.
 *
 * Context: process context, sleeps.
 * Return: whether it is.
 */
bool otr_kprobe_notrace(const struct otr_kprobe_spot *spot)
{
	char name[KSYM_NAME_LEN], *mod;
	unsigned long offset;
	const char *found;

#ifdef MODULE
	if (within_module(spot->addr, THIS_MODULE))
		return true;
#endif
	if (!otr_site_ready() || spot->site)
		return false;
	found = otr_host_lookup(spot->addr, &offset, &mod, name);
	return !found || !strchr(found, '.') || symbol_base_notrace(found);
}

/**
 * otr_kprobe_symbols_init - hear of modules
 *
 * Context: module load.
 */
void otr_kprobe_symbols_init(void)
{
	otr_modules_watch(&symbol_modules);
}

/**
 * otr_kprobe_symbols_exit - the counterpart of otr_kprobe_symbols_init()
 *
 * Context: module unload.
 */
void otr_kprobe_symbols_exit(void)
{
	otr_modules_unwatch(&symbol_modules);
	symbol_forget(NULL);
}
