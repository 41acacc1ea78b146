// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel and its modules are, and where something is now that was elsewhere
 * in another boot, or before its module was loaded again.
 *
 * The table of modules is read anywhere, NMI included, so a reader that finds it being
 * changed does not wait, but knows nothing.
 */
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/seqlock.h>
#include <linux/sizes.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "host/host.h"

static struct otr_host_place places_now[OTR_PLACES];
static seqcount_t places_seq = SEQCNT_ZERO(places_seq);
static DEFINE_MUTEX(places_lock);	/* orders its writers */
static unsigned long places_text_from, places_text_to;

static struct module *places_no_module(unsigned long addr)
{
	return NULL;
}

/* The kernel's own, by name, as nothing else has it for us. Direct, see otr_host_address(). */
DEFINE_STATIC_CALL(otr_places_module, places_no_module);

static bool places_overlap(const struct otr_host_place *place, u64 base, u64 size)
{
	return place->base < base + size && base < place->base + place->size;
}

/* An entry of that name, or a free one; NULL when there is none left. */
static struct otr_host_place *places_entry(const char *name)
{
	struct otr_host_place *free = NULL;
	unsigned int i;

	for (i = 0; i < OTR_PLACES; i++) {
		if (!places_now[i].size)
			free = free ?: &places_now[i];
		else if (!strncmp(places_now[i].name, name, sizeof(places_now[i].name)))
			return &places_now[i];
	}
	return free;
}

/* So far into what it cannot write a module's notes are looked for, and they come early. */
#define PLACES_NOTES		SZ_64K
#define PLACES_NOTE_BUILD	3

/* The words in front of it: sizes of the name and of what it is, and "GNU" with its end. */
#define PLACES_NOTE_NAME	0x00554e47
#define PLACES_NOTE_WORDS	4

/*
 * Which build a module is of, from the note that the linker left; zeros without one. What is
 * around it belongs to nobody, as KASAN sees it. The words are no constant in memory, where
 * they would be taken for a note.
 */
static noinline __no_sanitize_address void places_build(const struct module *mod, u8 *build)
{
	const u32 *at = mod->mem[MOD_RODATA].base, *id;
	size_t left = min_t(size_t, mod->mem[MOD_RODATA].size, PLACES_NOTES);
	unsigned int i;
	u32 word;

	for (; left >= PLACES_NOTE_WORDS * sizeof(*at) + OTR_BUILD_ID; at++, left -= sizeof(*at)) {
		if (at[0] != sizeof(u32) ||
		    at[1] != OTR_BUILD_ID ||
		    at[2] != PLACES_NOTE_BUILD ||
		    at[3] != PLACES_NOTE_NAME)
			continue;
		id = at + PLACES_NOTE_WORDS;
		for (i = 0; i < OTR_BUILD_ID / sizeof(word); i++) {
			word = id[i];
			memcpy(build + i * sizeof(word), &word, sizeof(word));
		}
		return;
	}
}

/* One that went may still be in the table: its name may come again, but not its place. */
static void places_note(const struct module *mod)
{
	u64 base = (unsigned long)mod->mem[MOD_TEXT].base, size = mod->mem[MOD_TEXT].size;
	struct otr_host_place *place;
	u8 build[OTR_BUILD_ID] = {};
	unsigned int i;

	if (!size)
		return;
	places_build(mod, build);
	mutex_lock(&places_lock);
	preempt_disable();
	raw_write_seqcount_begin(&places_seq);
	for (i = 0; i < OTR_PLACES; i++)
		if (places_overlap(&places_now[i], base, size))
			places_now[i].size = 0;
	place = places_entry(mod->name);
	if (place) {
		memset(place, 0, sizeof(*place));
		strscpy(place->name, mod->name);
		place->base = base;
		place->size = size;
		memcpy(place->build, build, sizeof(build));
	}
	raw_write_seqcount_end(&places_seq);
	preempt_enable();
	mutex_unlock(&places_lock);
}

static void places_module_comes(struct module *mod)
{
	places_note(mod);
}

static struct otr_modules places_modules = { .coming = places_module_comes };

/* Called for all symbols of modules, one module behind the other. */
static int places_see(void *data, const char *name, unsigned long addr)
{
	struct module **last = data, *mod;

	if (*last && within_module(addr, *last))
		return 0;
	preempt_disable();
	mod = static_call(otr_places_module)(addr);
	preempt_enable();
	/* The visit keeps modules where they are. */
	if (mod)
		places_note(mod);
	*last = mod;
	return 0;
}

/**
 * otr_places_init - begin to know where modules are
 *
 * Context: module load.
 */
void otr_places_init(void)
{
	typeof(places_no_module) *module_at;
	struct module *last = NULL;

	if (!otr_host_has(OTR_SYMBOLS))
		return;
	places_text_from = otr_host_address("_stext");
	places_text_to = otr_host_address("_etext");
	module_at = (void *)otr_host_address("__module_address");
	otr_modules_watch(&places_modules);
	if (!module_at)
		return;
	static_call_update(otr_places_module, module_at);
	otr_host_each_module_symbol(places_see, &last);
}

/**
 * otr_places_exit - the counterpart of otr_places_init()
 *
 * Context: module unload.
 */
void otr_places_exit(void)
{
	if (otr_host_has(OTR_SYMBOLS))
		otr_modules_unwatch(&places_modules);
}

/**
 * otr_places_copy - where modules are now
 * @to: OTR_PLACES entries
 *
 * Context: may sleep.
 */
void otr_places_copy(struct otr_host_place *to)
{
	mutex_lock(&places_lock);
	memcpy(to, places_now, sizeof(places_now));
	mutex_unlock(&places_lock);
}

/* What was in the module of @old is in the same module now, if that is there and the same. */
static bool places_follow(const struct otr_host_place *old, unsigned long *addr)
{
	unsigned int seq = raw_read_seqcount(&places_seq), i;
	bool found = false;

	if (seq & 1)
		return false;
	for (i = 0; i < OTR_PLACES && !found; i++) {
		const struct otr_host_place *now = &places_now[i];

		if (READ_ONCE(now->size) != old->size ||
		    memcmp(now->build, old->build, sizeof(now->build)) ||
		    strncmp(now->name, old->name, sizeof(now->name)))
			continue;
		*addr += READ_ONCE(now->base) - old->base;
		found = true;
	}
	return found && !read_seqcount_retry(&places_seq, seq);
}

/**
 * otr_shift_address - where is now what was somewhere else?
 * @shift: how things moved
 * @addr: where it was; changed if it is known where it is
 *
 * Context: any, NMI included.
 * Return: whether it is known. Otherwise the address means nothing now.
 */
bool otr_shift_address(const struct otr_shift *shift, unsigned long *addr)
{
	unsigned long moved = *addr + shift->text;
	unsigned int i;

	if (moved >= places_text_from && moved < places_text_to) {
		*addr = moved;
		return true;
	}
	for (i = 0; i < OTR_PLACES; i++) {
		const struct otr_host_place *old = &shift->places[i];

		if (*addr >= old->base && *addr - old->base < old->size)
			return places_follow(old, addr);
	}
	return false;
}
