// SPDX-License-Identifier: GPL-2.0-only
/*
 * Glances beside everything else, under the thread sanitizer: one thread writes, one
 * reads and takes pages away, one resizes and empties, and one looks without any lock,
 * as a dump does. It copies a record and asks whether it held; then the copy is good.
 *
 * What a glance reads may be anything until then, so the sanitizer overlooks its reads,
 * and tells of its stores, and of what others do to each other.
 */
#define _GNU_SOURCE
#include <linux/kernel.h>

#include "buffer/ring.h"
#include "buffer_racers.h"
#include "ktap.h"

#define DATA	256
#define CASES	3

RACE_LOOKERS()

static struct otr_ring *ring;
static u64 end;
static bool resizes;
static u32 written;
static u64 taken, shown, gone, wrong, changed;

static void write_one(u32 words)
{
	struct payload *payload;
	struct otr_rec rec;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload) + 4 * words);
	if (!payload)
		return;
	payload_fill(payload, written++, words);
	otr_ring_end(&rec);
}

void buffer_step(int n)
{
	if (!shim_cpu) {
		shim_cpu_poll();
		return;
	}
	racers_overlook_copies(n);
}

/* Nothing longer is written. */
#define LONGEST	(sizeof(struct payload) + 4 * 8)

static bool intact(const struct payload *payload, u32 len)
{
	return len <= LONGEST && payload_intact(payload, len);
}

static void *reader(void *unused)
{
	struct otr_ring_cpu *rc;
	struct otr_item item;
	u32 most;

	shim_cpu = 1;
	while (race_on(&end)) {
		rc = otr_ring_reader_lock(ring, 0);
		for (most = 20; most && otr_ring_peek(rc, &item); most--) {
			wrong += !intact(item.data, item.len);
			race_count(taken, 1);
			otr_ring_consume(rc);
		}
		otr_ring_reader_unlock(rc);
		sched_yield();
	}
	return NULL;
}

static void *changer(void *unused)
{
	u32 turn = 0;

	shim_cpu = 2;
	while (race_on(&end)) {
		if (resizes)
			EXPECT(!otr_ring_resize(ring, 0, DATA * (2 + turn % 30)));
		if (turn++ % 8 == 7)
			EXPECT(!otr_ring_reset(ring, 0));
		race_count(changed, 1);
		sched_yield();
	}
	return NULL;
}

static void look(void)
{
	union {
		struct payload payload;
		u8 bytes[LONGEST];
	} copy;
	struct otr_glance g;
	struct otr_item item;
	u32 most = 30;

	otr_glance_begin(&g, ring, 0);
	while (most-- && otr_glance_peek(&g, &item)) {
		u32 len = min_t(u32, item.len, sizeof(copy));

		memcpy(&copy, item.data, len);
		if (!otr_glance_holds(&g)) {
			gone++;
			continue;
		}
		if (!intact(&copy.payload, item.len))
			wrong++;
		race_count(shown, 1);
		otr_glance_next(&g);
	}
}

/* With interrupts off, so that nothing that it may see is freed. */
static void *glancer(void *unused)
{
	shim_cpu = 3;
	while (race_on(&end)) {
		race_look();
		tsan_ignore_reads_begin(__FILE__, __LINE__);
		look();
		tsan_ignore_reads_end(__FILE__, __LINE__);
		race_look_away();
		sched_yield();
	}
	return NULL;
}

static void *(* const others[])(void *unused) = { reader, changer, glancer };

static bool enough(void)
{
	return race_counted(taken) > 100 && race_counted(shown) > 100 &&
	       race_counted(changed) > 20;
}

static void race(void)
{
	struct otr_ring_config config = {
		.bytes = DATA * 6, .data_max = DATA, .overwrite = true,
	};

	shim_online[1] = false;
	otr_buffer_init();
	ring = otr_ring_create(&config);
	taken = 0;
	shown = 0;
	gone = 0;
	changed = 0;
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	racers_write_beside(others, ARRAY_SIZE(others), &end, write_one, enough);
	EXPECT(!wrong);
	EXPECT(enough());
	EXPECT_STR(otr_ring_broken(ring) ?: "", "");
	EXPECT(!ring_check(ring, 0));
	printf("# %u written, %lu taken, %lu shown, %lu gone meanwhile, %lu changes\n", written,
	       taken, shown, gone, changed);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
}

static void beside_a_reader(void)
{
	resizes = false;
	race();
}

static void beside_resizing(void)
{
	resizes = true;
	race();
}

/* Changes are made by the thread that asks for them. */
static void beside_open_windows(void)
{
	window_slots = 0;
	resizes = true;
	race();
	window_slots = 1024;
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(beside_a_reader),
	KTAP_CASE(beside_resizing),
	KTAP_CASE(beside_open_windows),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
