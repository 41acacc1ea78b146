// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables that count, without locks.
 *
 * Slots are words, looked at one after the other from where a key's hash points to. The
 * first one that is empty ends the search: words come, and stay. So all that look for a key
 * come to the same slot, and of those that exchange its word one gets its way.
 */
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/map.h"

/* A test comes in between here. */
#ifndef OTR_STEP
#define OTR_STEP(n)	((void)(n))
#endif

/* What all lanes of a table may take; then CPUs share them. */
#ifndef OTR_HIST_LANES_BYTES
#define OTR_HIST_LANES_BYTES	(32UL << 20)
#endif

/* Words of a long key that are looked at in one go. */
#define MAP_STEP		4

/* By how much the upper half of a list's head changes. */
#define MAP_CHANGE		BIT_ULL(32)

static u64 map_changed(u64 head)
{
	return (head & ~(MAP_CHANGE - 1)) + MAP_CHANGE;
}

/* What tells nearly all keys of a word from others, before a key is looked at. */
static u32 map_tag(u64 hash)
{
	return hash & ~OTR_HIST_NR_MASK;
}

static int map_entry(u32 word)
{
	return (int)(word & OTR_HIST_NR_MASK) - 1;
}

/* Is it the key, of so many @words? */
static __always_inline bool map_is_of(const struct otr_hist_map *map, u32 word, u32 tag,
				      const u64 *key, u32 words)
{
	const u64 *other;
	u32 i;

	if ((word & ~OTR_HIST_NR_MASK) != tag)
		return false;
	other = otr_hist_map_key(map, map_entry(word));
	/* Keys that begin alike, as stacks, may be the same: in steps that are as long. */
	for (i = 0; i + MAP_STEP <= words; i += MAP_STEP)
		if ((key[i] ^ other[i]) | (key[i + 1] ^ other[i + 1]) |
		    (key[i + 2] ^ other[i + 2]) | (key[i + 3] ^ other[i + 3]))
			return false;
	for (; i < words; i++)
		if (key[i] != other[i])
			return false;
	return true;
}

static u32 map_words(const struct otr_hist_map *map)
{
	return map->shape.key_size / sizeof(u64);
}

static bool map_is(const struct otr_hist_map *map, u32 word, u32 tag, const u64 *key)
{
	return map_is_of(map, word, tag, key, map_words(map));
}

static __always_inline u64 map_hash_of(const struct otr_hist_map *map, const u64 *key, u32 words)
{
	u64 hash = map->seed;
	u32 i;

	for (i = 0; i + MAP_STEP <= words; i += MAP_STEP) {
		hash = otr_hist_mix(hash, key[i]);
		hash = otr_hist_mix(hash, key[i + 1]);
		hash = otr_hist_mix(hash, key[i + 2]);
		hash = otr_hist_mix(hash, key[i + 3]);
	}
	for (; i < words; i++)
		hash = otr_hist_mix(hash, key[i]);
	return otr_hist_mixed(hash);
}

static u64 map_hash(const struct otr_hist_map *map, const u64 *key)
{
	return map_hash_of(map, key, map_words(map));
}

/*
 * An entry that nobody has. The upper half of the head differs after each change, so a
 * head that is still the same has the same entry behind its first one.
 */
static int map_take(struct otr_hist_map *map)
{
	u64 head, next;
	u32 first;

	do {
		/* Pairs with map_give_back(): the first one's next one is not an older one. */
		head = smp_load_acquire(&map->free);
		first = head;
		if (!first)
			return OTR_HIST_NONE;
		next = READ_ONCE(map->next[first - 1]);
		OTR_STEP(1);
	} while (cmpxchg(&map->free, head, map_changed(head) + next) != head);
	return first - 1;
}

static void map_give_back(struct otr_hist_map *map, int entry)
{
	u64 head;

	if (map->shape.payload)
		memset(otr_hist_map_payload(map, entry), 0, map->shape.payload);
	do {
		head = READ_ONCE(map->free);
		WRITE_ONCE(map->next[entry], head);
		OTR_STEP(2);
		/* Pairs with map_take(): the probe that has the entry sees its payload empty. */
	} while (cmpxchg(&map->free, head, map_changed(head) + entry + 1) != head);
}

/* An entry for @key that nobody can find yet. */
static noinline int map_prepare(struct otr_hist_map *map, const u64 *key)
{
	int entry;

	OTR_STEP(4);
	entry = map_take(map);
	if (entry == OTR_HIST_NONE)
		return entry;
	memcpy(otr_hist_map_key(map, entry), key, map->shape.key_size);
	if (map->shape.fill)
		map->shape.fill(otr_hist_map_payload(map, entry), key);
	return entry;
}

/* Put an entry into a slot, unless it is not empty any more. */
static bool map_put(u32 *slot, u32 word)
{
	OTR_STEP(3);
	/* Pairs with all that read a slot: all of the entry is there before the word. */
	return !cmpxchg(slot, 0, word);
}

/**
 * otr_hist_map_get_hashed - what otr_hist_map_get() does when the first slot is another's
 * @map: the table
 * @key: the key
 * @hash: its hash
 *
 * Context: any, NMI included; preemption off.
 * Return: as otr_hist_map_get().
 */
int otr_hist_map_get_hashed(struct otr_hist_map *map, const u64 *key, u64 hash)
{
	u32 word, tag = map_tag(hash), at = hash >> map->shift;
	int made = OTR_HIST_NONE;

	for (;;) {
		/* Pairs with map_put(). */
		word = smp_load_acquire(&map->slots[at]);
		if (word) {
			if (map_is(map, word, tag, key))
				break;
			at = (at + 1) & (2 * map->nr - 1);
		} else if (made == OTR_HIST_NONE) {
			made = map_prepare(map, key);
			/* The last one may have been taken for this very key. */
			if (made == OTR_HIST_NONE && !READ_ONCE(map->slots[at])) {
				otr_hist_map_drop(map);
				return OTR_HIST_NONE;
			}
		} else if (map_put(&map->slots[at], tag | (made + 1))) {
			return made;
		}
	}
	if (made != OTR_HIST_NONE)
		map_give_back(map, made);
	return map_entry(word);
}

/* Most keys are there, in the first slot. */
static __always_inline int map_get_of(struct otr_hist_map *map, const u64 *key, u32 words)
{
	u64 hash = map_hash_of(map, key, words);
	/* Pairs with map_put(). */
	u32 word = smp_load_acquire(&map->slots[hash >> map->shift]);

	if (likely(word && map_is_of(map, word, map_tag(hash), key, words)))
		return map_entry(word);
	return otr_hist_map_get_hashed(map, key, hash);
}

/**
 * otr_hist_map_get_long - what otr_hist_map_get() does for keys of more than 8 bytes
 * @map: the table
 * @key: the key
 *
 * Context: any, NMI included; preemption off.
 * Return: as otr_hist_map_get().
 */
int otr_hist_map_get_long(struct otr_hist_map *map, const u64 *key)
{
	/* Two numbers are what nearly everybody wants. */
	if (likely(map->shape.key_size == 2 * sizeof(u64)))
		return map_get_of(map, key, 2);
	return map_get_of(map, key, map_words(map));
}

/**
 * otr_hist_map_find_on - what otr_hist_map_find() does where the first slot is not enough
 * @map: the table
 * @key: the key, 8-aligned
 *
 * Context: any, NMI included.
 * Return: its number, OTR_HIST_NONE if there is none.
 */
int otr_hist_map_find_on(const struct otr_hist_map *map, const void *key)
{
	u64 hash = map_hash(map, key);
	u32 word, tag = map_tag(hash), at = hash >> map->shift;

	for (;; at = (at + 1) & (2 * map->nr - 1)) {
		/* Pairs with map_put(). */
		word = smp_load_acquire(&map->slots[at]);
		if (!word)
			return OTR_HIST_NONE;
		if (map_is(map, word, tag, key))
			return map_entry(word);
	}
}

/**
 * otr_hist_map_next - walk over the entries
 * @map: the table
 * @slot: where to go on, 0 at first; moved on behind what was found
 *
 * What comes meanwhile may be met or not. Of entries that are made one after the other,
 * the earlier has the smaller number.
 *
 * Context: any.
 * Return: an entry's number, OTR_HIST_NONE at the end.
 */
int otr_hist_map_next(const struct otr_hist_map *map, u32 *slot)
{
	while (*slot < 2 * map->nr) {
		/* Pairs with map_put(). */
		u32 word = smp_load_acquire(&map->slots[(*slot)++]);

		if (word)
			return map_entry(word);
	}
	return OTR_HIST_NONE;
}

/**
 * otr_hist_map_sum - what was counted of an entry
 * @map: the table
 * @entry: its number
 * @nr: which sum, 0 for its hits
 *
 * Context: any. Hits that others count meanwhile may be in it or not.
 * Return: the sum.
 */
u64 otr_hist_map_sum(const struct otr_hist_map *map, int entry, u32 nr)
{
	size_t at = (size_t)entry * map->width + nr;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < map->lanes; i++)
		sum += atomic64_read(&map->lane[i][at].shared);
	return sum;
}

/**
 * otr_hist_map_totals - what a table counted in all
 * @map: the table
 * @totals: gets it
 *
 * Context: any. Exact when nobody counts meanwhile.
 */
void otr_hist_map_totals(const struct otr_hist_map *map, struct otr_hist_totals *totals)
{
	u32 slot = 0;
	int entry;

	*totals = (struct otr_hist_totals) { .dropped = otr_hist_map_sum(map, map->nr, 0) };
	while ((entry = otr_hist_map_next(map, &slot)) != OTR_HIST_NONE) {
		totals->hits += otr_hist_map_sum(map, entry, 0);
		totals->entries++;
	}
}

static size_t map_lane_bytes(const struct otr_hist_map *map)
{
	return (map->nr + 1UL) * map->width * sizeof(union otr_hist_sum);
}

/* One lane for each CPU, if that is not too much. */
static bool map_alloc_lanes(struct otr_hist_map *map)
{
	size_t most = max(OTR_HIST_LANES_BYTES / map_lane_bytes(map), 1UL);
	u32 i;

	map->shared = most < nr_cpu_ids;
	map->lanes = min_t(size_t, most, nr_cpu_ids);
	map->lane = kcalloc(nr_cpu_ids, sizeof(*map->lane), GFP_KERNEL);
	if (!map->lane)
		return false;
	for (i = 0; i < nr_cpu_ids; i++) {
		map->lane[i] = i < map->lanes ? kvzalloc(map_lane_bytes(map), GFP_KERNEL) :
						map->lane[i % map->lanes];
		if (!map->lane[i])
			return false;
	}
	return true;
}

/**
 * otr_hist_map_clear - take out all that a table has
 * @map: the table; nobody counts, reads or walks meanwhile
 *
 * Context: may sleep.
 */
void otr_hist_map_clear(struct otr_hist_map *map)
{
	u32 i;

	memset(map->slots, 0, 2 * map->nr * sizeof(*map->slots));
	memset(map->entries, 0, (size_t)map->nr * map->stride);
	for (i = 0; i < map->lanes; i++)
		memset(map->lane[i], 0, map_lane_bytes(map));
	/* The first entry is taken first. */
	for (i = 0; i < map->nr; i++)
		map->next[i] = i + 1 < map->nr ? i + 2 : 0;
	map->free = 1;
}

/**
 * otr_hist_map_create - make a table
 * @shape: what it is to be like
 *
 * Context: may sleep.
 * Return: the table, empty; NULL without memory.
 */
struct otr_hist_map *otr_hist_map_create(const struct otr_hist_shape *shape)
{
	struct otr_hist_map *map;

	if (WARN_ON_ONCE(!shape->key_size || shape->key_size % sizeof(u64) ||
			 shape->bits < OTR_HIST_BITS_MIN || shape->bits > OTR_HIST_BITS_MAX))
		return NULL;
	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return NULL;
	map->shape = *shape;
	map->shape.payload = round_up(shape->payload, sizeof(u64));
	map->nr = 1U << shape->bits;
	map->shift = 64 - (shape->bits + 1);
	map->stride = shape->key_size + map->shape.payload;
	map->width = 1 + shape->sums;
	map->seed = get_random_u64();
	map->slots = kvcalloc(2 * map->nr, sizeof(*map->slots), GFP_KERNEL);
	map->next = kvcalloc(map->nr, sizeof(*map->next), GFP_KERNEL);
	map->entries = kvcalloc(map->nr, map->stride, GFP_KERNEL | __GFP_NOWARN);
	if (!map->slots || !map->next || !map->entries || !map_alloc_lanes(map)) {
		otr_hist_map_free(map);
		return NULL;
	}
	otr_hist_map_clear(map);
	return map;
}

/**
 * otr_hist_map_free - the counterpart of otr_hist_map_create()
 * @map: the table, NULL for none; nobody is at it
 *
 * Context: may sleep.
 */
void otr_hist_map_free(struct otr_hist_map *map)
{
	u32 i;

	if (!map)
		return;
	for (i = 0; map->lane && i < map->lanes; i++)
		kvfree(map->lane[i]);
	kfree(map->lane);
	kvfree(map->entries);
	kvfree(map->next);
	kvfree(map->slots);
	kfree(map);
}
