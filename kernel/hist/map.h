/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that count: from a key of fixed size to sums, and to some memory that is the
 * caller's. Memory is fixed when a table is made. Counting works in any context, on all
 * CPUs at once, waits for nobody, and drops what does not fit; what was dropped is counted.
 *
 * An entry gets its key before it can be found, and is never moved or taken out. So there
 * is nothing like half an entry: a probe that interrupts another one that makes it, or is faster,
 * makes its own, and one of the two is given back. Documentation/memory-order.rst has the
 * argument.
 *
 * Each CPU adds to sums of its own, in a lane, so that CPUs that hit one entry do not take
 * its line from each other. A reader adds the lanes up.
 *
 * Emptying a table in place wants nobody inside. A caller that must not lose what comes
 * meanwhile puts an empty table of the same shape where the old one was, waits until no
 * probe is in the old one, and has it for itself: every hit is in one of the two.
 */
#ifndef _OTR_HIST_MAP_H
#define _OTR_HIST_MAP_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/smp.h>
#include <linux/types.h>

#include <asm/local.h>

/* Entries are a power of two. */
#define OTR_HIST_BITS_MIN	7
#define OTR_HIST_BITS_DEFAULT	11
#define OTR_HIST_BITS_MAX	17

/* No entry: there is none, or no room for one. */
#define OTR_HIST_NONE		(-1)

/* A slot's word: an entry's number and one more, and bits of its key's hash. */
#define OTR_HIST_NR_MASK	((2U << OTR_HIST_BITS_MAX) - 1)

/**
 * struct otr_hist_shape - what a table is like
 * @key_size: bytes of a key, a multiple of 8; what is not used of it has to be the same
 *	      always, zero for one
 * @sums: sums of an entry, besides the count of its hits
 * @payload: bytes of an entry that are the caller's, zero at first
 * @bits: there is room for 2^@bits entries, OTR_HIST_BITS_MIN to _MAX
 * @fill: what the caller wants to have in the payload before others can find the entry;
 *	  NULL for nothing. Called in the context of otr_hist_map_get(), maybe for an entry
 *	  that is not needed in the end
 */
struct otr_hist_shape {
	u32	key_size;
	u32	sums;
	u32	payload;
	u32	bits;
	void	(*fill)(void *payload, const void *key);
};

/* A sum in a lane: of one CPU, or of several ones when there are very many. */
union otr_hist_sum {
	local_t		own;
	atomic64_t	shared;
};

/**
 * struct otr_hist_map - a table
 * @shape: as it was asked for, but for @payload, which was rounded up
 * @nr: how many entries there is room for
 * @shift: what is left of a hash behind it is a slot's number
 * @stride: bytes from one entry's key to the next one's
 * @width: sums of an entry in a lane, the count of hits being the first
 * @shared: lanes belong to several CPUs each
 * @lanes: how many there are
 * @seed: differs by table, so that users cannot make keys that meet
 * @slots: twice as many as entries; 0 or a word, which stays
 * @entries: keys, with the payload behind each
 * @lane: by CPU, sums of all entries, and of one more: its first one is what was dropped
 * @next: by entry that is not used: the next one's number and one more, 0 for the last
 * @free: the first of those in its lower half; the upper half counts changes
 */
struct otr_hist_map {
	struct otr_hist_shape	shape;
	u32			nr;
	u32			shift;
	u32			stride;
	u32			width;
	bool			shared;
	u32			lanes;
	u64			seed;
	u32			*slots;
	u8			*entries;
	union otr_hist_sum	**lane;
	u32			*next;
	u64			free;
};

/**
 * struct otr_hist_totals - what a table counted
 * @hits: the sum of its entries' hits
 * @entries: how many it has
 * @dropped: hits that found no room
 */
struct otr_hist_totals {
	u64	hits;
	u32	entries;
	u64	dropped;
};

struct otr_hist_map *otr_hist_map_create(const struct otr_hist_shape *shape);
void otr_hist_map_free(struct otr_hist_map *map);
void otr_hist_map_clear(struct otr_hist_map *map);
int otr_hist_map_get_hashed(struct otr_hist_map *map, const u64 *key, u64 hash);
int otr_hist_map_get_long(struct otr_hist_map *map, const u64 *key);
int otr_hist_map_find_on(const struct otr_hist_map *map, const void *key);
int otr_hist_map_next(const struct otr_hist_map *map, u32 *slot);
u64 otr_hist_map_sum(const struct otr_hist_map *map, int entry, u32 nr);
void otr_hist_map_totals(const struct otr_hist_map *map, struct otr_hist_totals *totals);

/**
 * otr_hist_map_key - the key of an entry
 * @map: the table
 * @entry: its number
 *
 * Context: any.
 * Return: the key; it never changes.
 */
static __always_inline u64 *otr_hist_map_key(const struct otr_hist_map *map, int entry)
{
	return (u64 *)(map->entries + (size_t)entry * map->stride);
}

/**
 * otr_hist_map_payload - what an entry keeps for the caller
 * @map: the table
 * @entry: its number
 *
 * Context: any; the caller orders what it does there.
 * Return: as many bytes as the shape has, 8-aligned.
 */
static __always_inline void *otr_hist_map_payload(const struct otr_hist_map *map, int entry)
{
	return map->entries + (size_t)entry * map->stride + map->shape.key_size;
}

/* A word of a key goes into its hash: to the upper bits, which change places with the lower. */
static __always_inline u64 otr_hist_mix(u64 hash, u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash >> 32 | hash << 32;
}

/* At the end, to the upper bits again: they say which slot. */
static __always_inline u64 otr_hist_mixed(u64 hash)
{
	return hash * 0xd6e8feb86659fd93ULL;
}

/* Is it in the first slot that it may be in? Its entry, or OTR_HIST_NONE. */
static __always_inline int otr_hist_map_first(const struct otr_hist_map *map, u64 key, u64 hash)
{
	/* Pairs with map_put(): a probe that sees the word sees the key. */
	u32 word = smp_load_acquire(&map->slots[hash >> map->shift]);
	int entry = (int)(word & OTR_HIST_NR_MASK) - 1;

	return likely(word) && likely(*otr_hist_map_key(map, entry) == key) ? entry :
									     OTR_HIST_NONE;
}

/**
 * otr_hist_map_get_word - otr_hist_map_get() for a table of keys of 8 bytes
 * @map: the table
 * @key: the key
 *
 * Context: any, NMI included; preemption off.
 * Return: as otr_hist_map_get().
 */
static __always_inline int otr_hist_map_get_word(struct otr_hist_map *map, u64 key)
{
	u64 hash = otr_hist_mixed(otr_hist_mix(map->seed, key));
	int entry = otr_hist_map_first(map, key, hash);
	u64 copy;

	if (likely(entry >= 0))
		return entry;
	/* Only this has an address. */
	copy = key;
	return otr_hist_map_get_hashed(map, &copy, hash);
}

/**
 * otr_hist_map_find_word - otr_hist_map_find() for a table of keys of 8 bytes
 * @map: the table
 * @key: the key
 *
 * Context: any, NMI included.
 * Return: as otr_hist_map_find().
 */
static __always_inline int otr_hist_map_find_word(const struct otr_hist_map *map, u64 key)
{
	u64 hash = otr_hist_mixed(otr_hist_mix(map->seed, key));
	int entry = otr_hist_map_first(map, key, hash);
	u64 copy;

	if (likely(entry >= 0))
		return entry;
	copy = key;
	return otr_hist_map_find_on(map, &copy);
}

/**
 * otr_hist_map_get - the entry of a key, a new one if there is none
 * @map: the table
 * @key: the key, 8-aligned
 *
 * Context: any, NMI included; preemption off.
 * Return: its number, OTR_HIST_NONE when there is no room; this was counted.
 */
static __always_inline int otr_hist_map_get(struct otr_hist_map *map, const void *key)
{
	const u64 *words = key;

	if (map->shape.key_size != sizeof(u64))
		return otr_hist_map_get_long(map, key);
	return otr_hist_map_get_word(map, *words);
}

/**
 * otr_hist_map_find - the entry of a key
 * @map: the table
 * @key: the key, 8-aligned
 *
 * Context: any, NMI included.
 * Return: its number, OTR_HIST_NONE if there is none.
 */
static __always_inline int otr_hist_map_find(const struct otr_hist_map *map, const void *key)
{
	const u64 *words = key;

	if (map->shape.key_size != sizeof(u64))
		return otr_hist_map_find_on(map, key);
	return otr_hist_map_find_word(map, *words);
}

/**
 * otr_hist_map_sums - where this CPU counts what happens to an entry
 * @map: the table
 * @entry: its number
 *
 * Context: any, NMI included; preemption off as long as the caller adds to them.
 * Return: the sums: hits, then those of the shape. For otr_hist_add().
 */
static __always_inline union otr_hist_sum *otr_hist_map_sums(const struct otr_hist_map *map,
							     int entry)
{
	return map->lane[raw_smp_processor_id()] + (size_t)entry * map->width;
}

/**
 * otr_hist_add - add to a sum
 * @map: the table
 * @sum: one of otr_hist_map_sums()
 * @value: how much; sums wrap
 *
 * Context: any, NMI included; preemption off.
 */
static __always_inline void otr_hist_add(const struct otr_hist_map *map,
					 union otr_hist_sum *sum, u64 value)
{
	/* One instruction, so that an interrupt comes before or behind it. */
	if (likely(!map->shared))
		local_add(value, &sum->own);
	else
		atomic64_add(value, &sum->shared);
}

/**
 * otr_hist_map_drop - count a hit that goes to no entry
 * @map: the table
 *
 * Context: any, NMI included; preemption off.
 */
static __always_inline void otr_hist_map_drop(const struct otr_hist_map *map)
{
	otr_hist_add(map, otr_hist_map_sums(map, map->nr), 1);
}

#endif /* _OTR_HIST_MAP_H */
