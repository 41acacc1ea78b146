/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs about tables that count have in common. */
#ifndef _HIST_TEST_H
#define _HIST_TEST_H

#include <linux/types.h>

#include "hist/map.h"
#include "ktap.h"

#define KEY_MAX		1024

/* A key that says its number in every word. */
struct hist_key {
	u64	words[KEY_MAX / sizeof(u64)];
};

static inline u64 hist_word(u64 nr, u32 at)
{
	return nr * (2 * at + 1) + at;
}

static inline void hist_key(struct hist_key *key, u32 size, u64 nr)
{
	u32 i;

	for (i = 0; i < size / sizeof(u64); i++)
		key->words[i] = hist_word(nr, i);
}

/* Is it all one key? */
static inline bool hist_key_whole(const u64 *words, u32 size)
{
	u32 i;

	for (i = 0; i < size / sizeof(u64); i++)
		if (words[i] != hist_word(words[0], i))
			return false;
	return true;
}

/* One hit of a key; its first sum gets @more. */
static inline int hist_hit(struct otr_hist_map *map, u64 nr, u64 more)
{
	union otr_hist_sum *sums;
	struct hist_key key;
	int entry;

	hist_key(&key, map->shape.key_size, nr);
	entry = otr_hist_map_get(map, &key);
	if (entry == OTR_HIST_NONE)
		return entry;
	sums = otr_hist_map_sums(map, entry);
	otr_hist_add(map, &sums[0], 1);
	if (map->shape.sums)
		otr_hist_add(map, &sums[1], more);
	return entry;
}

#endif /* _HIST_TEST_H */
