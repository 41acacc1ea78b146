// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables that count under the thread sanitizer: several CPUs hit keys, are interrupted by
 * others that do the same wherever an entry is made, while somebody walks, looks up, adds
 * up, and puts an empty table where the old one was. In the end each hit was counted once.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include <linux/rcupdate.h>

#include "hist_test.h"
#include "race.h"

#define CASES	4
#define THREADS	3
#define BITS	OTR_HIST_BITS_MIN
#define DEPTH	3

RACE_LOOKERS()

size_t hist_lanes_bytes = 32UL << 20;

static u64 end;
static struct otr_hist_map *the_map;
static u32 keys, key_size;
static bool swaps;

/* What is counted besides. */
static u64 hits, lost, nested, walked, found, half, swapped, given_back;
/* What tables that were taken away had. */
static struct otr_hist_totals old;
static u64 old_sums;

static __thread unsigned int seed;
static __thread int depth;

static void hit(struct otr_hist_map *map)
{
	int entry;

	depth++;
	entry = hist_hit(map, rand_r(&seed) % keys, 3);
	depth--;
	race_count(*(entry == OTR_HIST_NONE ? &lost : &hits), 1);
}

/* The map that this thread is in. */
static __thread struct otr_hist_map *inside;

void hist_step(int n)
{
	if (n == 2)
		race_count(given_back, 1);
	if (depth == DEPTH || rand_r(&seed) % 3)
		return;
	race_count(nested, 1);
	hit(inside);
}

/* What others have to see: the key, whole. */
static void fill(void *payload, const void *key)
{
	*(u64 *)payload = ~*(const u64 *)key;
}

static struct otr_hist_map *make(void)
{
	struct otr_hist_shape shape = {
		.key_size = key_size, .sums = 1, .payload = 8, .bits = BITS, .fill = fill,
	};

	return otr_hist_map_create(&shape);
}

static void look_at(const struct otr_hist_map *map, int entry)
{
	const u64 *key = otr_hist_map_key(map, entry);

	if (!hist_key_whole(key, key_size) || *(u64 *)otr_hist_map_payload(map, entry) != ~*key)
		race_count(half, 1);
}

static void walk(const struct otr_hist_map *map)
{
	struct otr_hist_totals totals;
	struct hist_key key;
	u32 slot = 0;
	int entry;

	while ((entry = otr_hist_map_next(map, &slot)) != OTR_HIST_NONE) {
		look_at(map, entry);
		race_count(walked, 1);
	}
	hist_key(&key, key_size, rand_r(&seed) % keys);
	entry = otr_hist_map_find(map, &key);
	if (entry != OTR_HIST_NONE) {
		look_at(map, entry);
		race_count(found, 1);
	}
	otr_hist_map_totals(map, &totals);
	if (totals.entries > map->nr)
		race_count(half, 1);
}

static void *user(void *arg)
{
	int turn = 0;

	shim_cpu = (long)arg;
	seed = shim_cpu + 1;
	while (race_on(&end)) {
		int i;

		race_look();
		/* Pairs with swap_map(). */
		inside = smp_load_acquire(&the_map);
		for (i = 0; i < 16; i++)
			hit(inside);
		race_look_away();
		if (!(++turn % 16))
			sched_yield();
	}
	return NULL;
}

/* Of a table that nobody is in: no key twice, and its numbers to those of the others. */
static void take_down(struct otr_hist_map *map)
{
	struct otr_hist_totals totals;
	int entry, other;
	u32 slot = 0, from;

	otr_hist_map_totals(map, &totals);
	old.hits += totals.hits;
	old.dropped += totals.dropped;
	while ((entry = otr_hist_map_next(map, &slot)) != OTR_HIST_NONE) {
		look_at(map, entry);
		old_sums += otr_hist_map_sum(map, entry, 1);
		from = slot;
		while ((other = otr_hist_map_next(map, &from)) != OTR_HIST_NONE)
			EXPECT(memcmp(otr_hist_map_key(map, entry), otr_hist_map_key(map, other),
				      key_size));
	}
	otr_hist_map_free(map);
}

/* Read and empty in one step. */
static void swap_map(void)
{
	struct otr_hist_map *was = the_map;

	/* Pairs with user(): the table is empty before it is there. */
	smp_store_release(&the_map, make());
	shim_synchronize();
	take_down(was);
	swapped++;
}

static void race(void)
{
	pthread_t thread[THREADS];
	long i;

	hits = 0;
	lost = 0;
	nested = 0;
	walked = 0;
	found = 0;
	half = 0;
	swapped = 0;
	given_back = 0;
	old = (struct otr_hist_totals) {};
	old_sums = 0;
	seed = 99;
	the_map = make();
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, user, (void *)i);
	while (race_on(&end)) {
		/* Nobody else replaces it. */
		walk(the_map);
		if (swaps)
			swap_map();
		race_stretch(&end, race_counted(hits) > 1000 && walked > 100 && found > 10 &&
			     race_counted(nested) > 10 && (!swaps || swapped > 10));
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	take_down(the_map);
	EXPECT_EQ(half, 0);
	EXPECT_EQ(old.hits, hits);
	EXPECT_EQ(old.dropped, lost);
	EXPECT_EQ(old_sums, 3 * hits);
	/* There is room for all, and for those that are being made. */
	if (keys <= 100)
		EXPECT_EQ(lost, 0);
	EXPECT(hits > 1000 && walked > 100 && found > 10 && nested > 10);
	printf("# %lu hits, %lu dropped, %lu nested, %lu came second, %lu walked over, %lu maps\n",
	       hits, lost, nested, given_back, walked, swapped + 1);
}

static void one_table(void)
{
	keys = 100;
	key_size = 8;
	swaps = false;
	race();
}

static void tables_come_and_go(void)
{
	keys = 100;
	key_size = 256;
	swaps = true;
	race();
	EXPECT(given_back);
}

static void tables_are_full(void)
{
	keys = 300;
	key_size = 16;
	swaps = true;
	race();
	EXPECT(lost);
}

static void lanes_are_shared(void)
{
	keys = 100;
	key_size = 8;
	swaps = true;
	hist_lanes_bytes = 2 * (130 * 2 * 8);
	race();
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(one_table),
	KTAP_CASE(tables_come_and_go),
	KTAP_CASE(tables_are_full),
	KTAP_CASE(lanes_are_shared),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
