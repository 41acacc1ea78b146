// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables that count, against a twin that looks through a list; full ones; keys that meet;
 * and others that come in at each step of who makes an entry.
 */
#include <stdlib.h>

#include "hist_test.h"

#define BITS	OTR_HIST_BITS_MIN
/* That is 2^BITS. */
#define NR	128
#define NONE	OTR_HIST_NONE

size_t hist_lanes_bytes = 32UL << 20;

/* What comes in: at the turn-th step from now on. */
static struct {
	int turn;
	void (*act)(void);
	bool acted;
} nest = { .turn = -1 };

static struct otr_hist_map *map;
/* Hits that were tried, and those that found no entry. */
static u64 tried, lost;

void hist_step(int n)
{
	if (nest.turn < 0 || nest.turn--)
		return;
	nest.acted = true;
	nest.act();
}

static struct otr_hist_map *make(u32 key_size, u32 sums, u32 payload)
{
	struct otr_hist_shape shape = {
		.key_size = key_size, .sums = sums, .payload = payload, .bits = BITS,
	};

	map = otr_hist_map_create(&shape);
	EXPECT(map);
	return map;
}

static int hit(u64 nr)
{
	int entry = hist_hit(map, nr, nr);

	tried++;
	lost += entry == NONE;
	return entry;
}

/* Every key once, and every hit in an entry or among those that were dropped. */
static void check(u32 entries)
{
	struct otr_hist_totals totals;
	int entry, other;
	u32 slot = 0, from;

	otr_hist_map_totals(map, &totals);
	EXPECT_EQ(totals.entries, entries);
	EXPECT_EQ(totals.dropped, lost);
	EXPECT_EQ(totals.hits + totals.dropped, tried);
	while ((entry = otr_hist_map_next(map, &slot)) != NONE) {
		u64 *key = otr_hist_map_key(map, entry);

		EXPECT(hist_key_whole(key, map->shape.key_size));
		EXPECT_EQ(otr_hist_map_find(map, key), entry);
		if (map->shape.sums)
			EXPECT_EQ(otr_hist_map_sum(map, entry, 1),
				  *key * otr_hist_map_sum(map, entry, 0));
		from = slot;
		while ((other = otr_hist_map_next(map, &from)) != NONE)
			EXPECT(memcmp(key, otr_hist_map_key(map, other), map->shape.key_size));
	}
}

static void done(void)
{
	otr_hist_map_free(map);
	tried = 0;
	lost = 0;
}

/* The twin. */
static struct {
	u64 nr, hits;
} twin[NR];
static u32 twins;

static u64 *twin_get(u64 nr)
{
	u32 i;

	for (i = 0; i < twins; i++)
		if (twin[i].nr == nr)
			return &twin[i].hits;
	if (twins == NR)
		return NULL;
	twin[twins].nr = nr;
	twin[twins].hits = 0;
	return &twin[twins++].hits;
}

static void against_twin(u32 key_size, u32 sums, u32 keys)
{
	struct hist_key key;
	u64 dropped = 0;
	u32 i;

	make(key_size, sums, 24);
	twins = 0;
	for (i = 0; i < 20000; i++) {
		u64 nr = random() % keys * 0x10001, *hits = twin_get(nr);

		shim_cpu = random() % SHIM_CPUS;
		EXPECT_EQ(hit(nr) == NONE, !hits);
		if (hits)
			++*hits;
		else
			dropped++;
	}
	EXPECT_EQ(lost, dropped);
	check(twins);
	for (i = 0; i < twins; i++) {
		hist_key(&key, key_size, twin[i].nr);
		/* They are numbered as they came. */
		EXPECT_EQ(otr_hist_map_find(map, &key), i);
		EXPECT_EQ(otr_hist_map_sum(map, i, 0), twin[i].hits);
	}
	hist_key(&key, key_size, keys * 0x10001ULL);
	EXPECT_EQ(otr_hist_map_find(map, &key), NONE);
	done();
}

static void counts_as_a_list_does(void)
{
	static const u32 sizes[] = { 8, 16, 24, 256, 768 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		against_twin(sizes[i], 0, 10);
		against_twin(sizes[i], 1, NR);
		against_twin(sizes[i], 3, 3 * NR);
	}
}

static void fills_to_the_last(void)
{
	u32 round;
	u64 i;

	for (round = 0; round < 50; round++) {
		make(8, 1, 0);
		for (i = 0; i < NR; i++)
			EXPECT_EQ(hit(i << round), i);
		check(NR);
		EXPECT_EQ(hit(1ULL << 63 | 1), NONE);
		EXPECT_EQ(hit((NR - 1ULL) << round), NR - 1);
		EXPECT_EQ(lost, 1);
		check(NR);
		done();
	}
}

static u64 hash_of(u64 word)
{
	return otr_hist_mixed(otr_hist_mix(map->seed, word));
}

/* The next key behind @nr with this slot, and with the bits that a slot keeps of a hash. */
static u64 key_at(u64 nr, u32 slot, u32 tag)
{
	while (hash_of(++nr) >> map->shift != slot ||
	       (tag && ((hash_of(nr) ^ tag) & 0xffffffff & ~OTR_HIST_NR_MASK)))
		;
	return nr;
}

static void goes_on_at_the_front(void)
{
	u64 nr = 0;
	u32 i;

	make(8, 0, 0);
	for (i = 0; i < 6; i++) {
		nr = key_at(nr, 2 * NR - 1, 0);
		EXPECT_EQ(hit(nr), i);
		EXPECT_EQ(hit(nr), i);
	}
	EXPECT(map->slots[0] && map->slots[4] && !map->slots[5]);
	check(6);
	done();
}

static void tells_apart_what_hashes_alike(void)
{
	u64 nr = 12345;
	u32 i, slot, tag;

	make(8, 0, 0);
	slot = hash_of(nr) >> map->shift;
	tag = hash_of(nr);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(hit(nr), i);
		EXPECT_EQ(hit(nr), i);
		nr = key_at(nr, slot, tag);
	}
	check(4);
	done();
}

static void sums_wrap(void)
{
	union otr_hist_sum *sums;
	u64 key = 7;
	int entry, i;

	make(8, 2, 0);
	entry = otr_hist_map_get(map, &key);
	for (i = 0; i < SHIM_CPUS; i++) {
		shim_cpu = i;
		sums = otr_hist_map_sums(map, entry);
		otr_hist_add(map, &sums[1], ~0ULL);
		otr_hist_add(map, &sums[2], 1ULL << 62);
	}
	EXPECT_EQ(otr_hist_map_sum(map, entry, 1), -SHIM_CPUS);
	EXPECT_EQ(otr_hist_map_sum(map, entry, 2), SHIM_CPUS * (1ULL << 62));
	EXPECT_EQ(otr_hist_map_sum(map, entry, 0), 0);
	done();
}

/* What interrupts somebody who hits key 1000; of the others none was there before. */
static void act_same(void)
{
	hit(1000);
}

static void act_other(void)
{
	hit(2000);
}

static void act_same_slot(void)
{
	hit(key_at(1000, hash_of(1000) >> map->shift, 0));
}

static void act_both(void)
{
	hit(2000);
	hit(1000);
	hit(2000);
}

static void act_fill(void)
{
	int i;

	for (i = 0; i < NR + 2; i++)
		hit(3000 + i);
}

static void act_walk(void)
{
	u32 slot = 0;
	int entry;

	while ((entry = otr_hist_map_next(map, &slot)) != NONE)
		EXPECT(hist_key_whole(otr_hist_map_key(map, entry), map->shape.key_size));
}

/* Who interrupts is interrupted itself, at its first step. */
static void act_deeper(void)
{
	nest.turn = 0;
	nest.act = act_same;
	hit(1000);
	hit(2000);
}

static void nested(void (*act)(void), u32 filled, u32 key_size, int turn)
{
	struct otr_hist_totals totals;
	u32 i;

	make(key_size, 1, 16);
	for (i = 0; i < filled; i++)
		hit(i);
	nest.turn = turn;
	nest.act = act;
	hit(1000);
	nest.turn = -1;
	/* What is not there yet fits in exactly as long as there is room. */
	otr_hist_map_totals(map, &totals);
	check(totals.entries);
	for (i = 0; i < NR; i++)
		hit(5000 + i);
	check(NR);
	done();
}

static void others_at_each_step(void)
{
	static void (*const acts[])(void) = {
		act_same, act_other, act_same_slot, act_both, act_fill, act_walk, act_deeper,
	};
	static const u32 fills[] = { 0, 1, NR / 2, NR - 3, NR - 2, NR - 1, NR };
	u32 i, j, turn, met = 0;

	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		for (j = 0; j < ARRAY_SIZE(fills); j++) {
			turn = 0;
			do {
				nest.acted = false;
				nested(acts[i], fills[j], turn % 2 ? 8 : 24, turn / 2);
				met += nest.acted;
			} while (turn++ % 2 == 0 || nest.acted);
		}
	}
	printf("# %u times something came in\n", met);
	EXPECT(met > 200);
}

/* In the payload: the key, and how often it was filled. */
static void fill(void *payload, const void *key)
{
	u64 *words = payload;

	words[0] = *(const u64 *)key;
	words[1]++;
}

static void payload_comes_first(void)
{
	struct otr_hist_shape shape = {
		.key_size = 8, .payload = 20, .bits = BITS, .fill = fill,
	};
	u32 i;

	map = otr_hist_map_create(&shape);
	EXPECT_EQ(map->shape.payload, 24);
	/* The loser gives its entry back as it got it. */
	nest.turn = 2;
	nest.act = act_same;
	hit(1000);
	EXPECT(nest.acted);
	for (i = 0; i < NR; i++) {
		int entry = hit(1000 + i);
		u64 *words = otr_hist_map_payload(map, entry);

		EXPECT_EQ(words[0], 1000 + i);
		EXPECT_EQ(words[1], 1);
		EXPECT_EQ(words[2], 0);
	}
	EXPECT_EQ(lost, 0);
	check(NR);
	done();
}

static void many_cpus_share(void)
{
	size_t was = hist_lanes_bytes;

	/* Room for no lane is room for one. */
	for (hist_lanes_bytes = 0; hist_lanes_bytes < 20000; hist_lanes_bytes += 3000)
		against_twin(8, 3, 3 * NR);
	hist_lanes_bytes = 0;
	make(8, 3, 0);
	EXPECT(map->shared);
	EXPECT_EQ(map->lanes, 1);
	done();
	hist_lanes_bytes = was;
	make(8, 3, 0);
	EXPECT(!map->shared);
	EXPECT_EQ(map->lanes, SHIM_CPUS);
	done();
}

static void empties(void)
{
	int i;

	make(16, 1, 8);
	for (i = 0; i < 2 * NR; i++) {
		int entry = hit(i);

		if (entry != NONE)
			memset(otr_hist_map_payload(map, entry), 0xff, 8);
	}
	check(NR);
	otr_hist_map_clear(map);
	tried = 0;
	lost = 0;
	check(0);
	for (i = 0; i < NR; i++) {
		EXPECT_EQ(hit(7 * i), i);
		EXPECT_EQ(*(u64 *)otr_hist_map_payload(map, i), 0);
	}
	check(NR);
	done();
}

static void without_memory(void)
{
	struct otr_hist_shape shape = { .key_size = 8, .sums = 1, .bits = BITS };
	int i;

	for (i = 0; ; i++) {
		shim_alloc_countdown = i;
		map = otr_hist_map_create(&shape);
		if (map)
			break;
	}
	shim_alloc_countdown = -1;
	EXPECT_EQ(i, 5 + SHIM_CPUS);
	done();
	otr_hist_map_free(NULL);
}

static void refuses_what_it_cannot_do(void)
{
	static const struct otr_hist_shape shapes[] = {
		{ .key_size = 0, .bits = BITS },
		{ .key_size = 12, .bits = BITS },
		{ .key_size = 8, .bits = OTR_HIST_BITS_MIN - 1 },
		{ .key_size = 8, .bits = OTR_HIST_BITS_MAX + 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		shim_warnings = 0;
		EXPECT(!otr_hist_map_create(&shapes[i]));
		EXPECT(shim_warnings);
	}
	shim_warnings = 0;
}

/* The largest one, to the last entry. */
static void is_large(void)
{
	struct otr_hist_shape shape = { .key_size = 8, .bits = OTR_HIST_BITS_MAX };
	struct otr_hist_totals totals;
	u64 i;

	map = otr_hist_map_create(&shape);
	for (i = 0; i <= 1 << OTR_HIST_BITS_MAX; i++)
		EXPECT_EQ(hit(i << 12), i >> OTR_HIST_BITS_MAX ? NONE : i);
	otr_hist_map_totals(map, &totals);
	EXPECT_EQ(totals.entries, 1 << OTR_HIST_BITS_MAX);
	EXPECT_EQ(totals.hits, 1 << OTR_HIST_BITS_MAX);
	EXPECT_EQ(totals.dropped, 1);
	done();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(counts_as_a_list_does),
	KTAP_CASE(fills_to_the_last),
	KTAP_CASE(goes_on_at_the_front),
	KTAP_CASE(tells_apart_what_hashes_alike),
	KTAP_CASE(sums_wrap),
	KTAP_CASE(others_at_each_step),
	KTAP_CASE(payload_comes_first),
	KTAP_CASE(many_cpus_share),
	KTAP_CASE(empties),
	KTAP_CASE(without_memory),
	KTAP_CASE(refuses_what_it_cannot_do),
	KTAP_CASE(is_large),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
