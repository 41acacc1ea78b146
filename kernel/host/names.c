// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of addresses, remembered while somebody reads many records.
 *
 * Looking a symbol up costs thousands of instructions, and a trace names the
 * same few functions all the time. What is remembered are names of the kernel's
 * own text, which stay, and of modules, all of which are forgotten when any
 * module comes or goes. Names of text that comes and goes without notice, such
 * as BPF programs, are not.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/host.h"

#define SETS_BITS	10
#define WAYS		2
#define PLACE_SIZE	64

/**
 * struct place - a name that is remembered
 * @key: its address, the top bit clear for one with an offset; 0 for none
 * @len: length of the text
 * @text: the text, not terminated
 */
struct place {
	unsigned long	key;
	u8		len;
	char		text[PLACE_SIZE - sizeof(unsigned long) - 1];
};

/**
 * struct otr_names - names that are remembered
 * @turn: value of "turn" that they are good for
 * @buf: a name that is not remembered
 * @places: the names, by a hash of the address; the newest of a hash is first
 */
struct otr_names {
	unsigned int	turn;
	char		buf[KSYM_SYMBOL_LEN];
	struct place	places[BIT(SETS_BITS)][WAYS];
};

/* Counts modules that came or went. */
static unsigned int names_turn;

/* Both 0 where the kernel does not say. */
static unsigned long names_text_from, names_text_to;

/*
 * A new module's names can be found from here on. An old one's still can, and what is
 * remembered of it now is forgotten when the next one comes.
 */
static void names_change(struct module *mod)
{
	WRITE_ONCE(names_turn, READ_ONCE(names_turn) + 1);
}

static struct otr_modules names_modules = {
	.coming	= names_change,
	.going	= names_change,
};

/**
 * otr_names_create - begin to remember names
 *
 * Context: may sleep.
 * Return: the names, none yet; NULL when there is no memory, with which
 * otr_names_find() works as well, and slower.
 */
struct otr_names *otr_names_create(void)
{
	struct otr_names *names = kvzalloc(sizeof(*names), GFP_KERNEL);

	BUILD_BUG_ON(sizeof(struct place) != PLACE_SIZE);
	if (names)
		names->turn = READ_ONCE(names_turn);
	return names;
}

/**
 * otr_names_destroy - the counterpart of otr_names_create()
 * @names: the names, or NULL
 *
 * Context: may sleep.
 */
void otr_names_destroy(struct otr_names *names)
{
	kvfree(names);
}

/* Does what is at an address stay as long as the module that it belongs to? */
static bool names_lasting(unsigned long addr)
{
	unsigned long offset;
	char buf[KSYM_NAME_LEN], *mod;

	if (addr >= names_text_from && addr < names_text_to)
		return true;
	/* Trampolines name a module that none is. */
	return otr_host_lookup(addr, &offset, &mod, buf) && mod && strncmp(mod, "__", 2);
}

static const char *names_recall(const struct place *place, unsigned int *len)
{
	*len = place->len;
	return place->text;
}

/**
 * otr_names_find - the name of an address as text
 * @names: where it may be remembered; not used by anybody else meanwhile
 * @addr: the address
 * @with_offset: as for otr_host_symbol()
 * @len: set to the length of the text
 *
 * Context: any but NMI.
 * Return: the text, not terminated, good until the next call; NULL when the
 * address has no name.
 */
const char *otr_names_find(struct otr_names *names, unsigned long addr, bool with_offset,
			   unsigned int *len)
{
	unsigned long key = addr ^ ((unsigned long)with_offset << (BITS_PER_LONG - 1));
	struct place *places = names->places[hash_long(key, SETS_BITS)];

	if (unlikely(names->turn != READ_ONCE(names_turn))) {
		names->turn = READ_ONCE(names_turn);
		memset(names->places, 0, sizeof(names->places));
	}
	if (likely(places[0].key == key))
		return names_recall(&places[0], len);
	if (likely(places[1].key == key))
		return names_recall(&places[1], len);
	*len = otr_host_symbol(addr, with_offset, names->buf, sizeof(names->buf));
	if (!*len)
		return NULL;
	if (*len <= sizeof(places->text) && names_lasting(addr)) {
		places[1] = places[0];
		places[0].key = key;
		places[0].len = *len;
		memcpy(places[0].text, names->buf, *len);
	}
	return names->buf;
}

/**
 * otr_names_init - hear of modules
 *
 * Context: module load.
 */
void otr_names_init(void)
{
	names_text_from = otr_host_address("_stext");
	names_text_to = otr_host_address("_etext");
	otr_modules_watch(&names_modules);
}

/**
 * otr_names_exit - the counterpart of otr_names_init()
 *
 * Context: module unload.
 */
void otr_names_exit(void)
{
	otr_modules_unwatch(&names_modules);
}
