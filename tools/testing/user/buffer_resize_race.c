// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer whose pages are changed under it, under the thread sanitizer: one thread
 * writes and takes the calls that come to its CPU, at any of its steps; one resizes,
 * empties, changes the clock and the size of the pages; one reads in every way; and one
 * asks, and switches on and off, what needs no lock.
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
static u32 written;
static u64 taken, wrong, disorder, asked, changed;

static void write_one(u32 words)
{
	struct payload *payload;
	struct otr_rec rec;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload) + 4 * words);
	if (!payload)
		return;
	payload_fill(payload, written++, words);
	if (words == 7)
		otr_ring_discard(&rec);
	else
		otr_ring_end(&rec);
}

/* Calls come to the writer at any step. */
void buffer_step(int n)
{
	static bool inside;
	static u32 turn;

	if (shim_cpu) {
		racers_overlook_copies(n);
		return;
	}
	shim_cpu_poll();
	if (inside || ++turn % 13)
		return;
	inside = true;
	write_one(turn % 5);
	inside = false;
}

static void take_some(u32 most)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(ring, 0);
	static u32 last;
	struct otr_item item;

	while (most-- && otr_ring_peek(rc, &item)) {
		const struct payload *payload = item.data;

		wrong += !payload_intact(item.data, item.len);
		disorder += payload->number + 4 < last;
		last = payload->number;
		race_count(taken, 1);
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

static void walk(void)
{
	struct otr_iter *iter = otr_iter_create(ring, 0);
	struct otr_item item;
	u32 most = 200;

	while (!IS_ERR(iter) && most-- && otr_iter_peek(iter, &item)) {
		wrong += !payload_intact(item.data, item.len);
		otr_iter_next(iter);
	}
	if (!IS_ERR(iter))
		otr_iter_destroy(iter);
}

static void take_raw(bool whole)
{
	struct otr_raw raw;

	if (otr_raw_alloc(ring, 0, &raw))
		return;
	if (!otr_raw_read(ring, 0, &raw, PAGE_SIZE << raw.order, whole))
		race_count(taken, raw.records);
	otr_raw_free(&raw);
	/* What was taken out is freed. */
	rcu_barrier();
}

static void *reader(void *unused)
{
	struct otr_ring_stats stats;
	u32 turn = 0;

	shim_cpu = 1;
	while (race_on(&end)) {
		switch (turn++ % 6) {
		case 0:
			walk();
			break;
		case 1:
			take_raw(turn % 4);
			break;
		case 2:
			otr_ring_stats(ring, 0, &stats);
			break;
		default:
			take_some(turn % 40);
		}
	}
	return NULL;
}

static void *changer(void *unused)
{
	u32 turn = 0;
	int err;

	shim_cpu = 2;
	while (race_on(&end)) {
		switch (turn++ % 8) {
		case 0:
			err = otr_ring_reset(ring, 0);
			break;
		case 1:
			err = otr_ring_set_clock(ring, turn / 8 % 2 ? OTR_CLOCK_MONO :
								      OTR_CLOCK_LOCAL);
			break;
		case 2:
			err = otr_ring_set_order(ring, NULL, turn / 8 % 3);
			break;
		case 3:
			err = 0;
			if (ring_check(ring, 0))
				KTAP_FAIL("%s", ring_check(ring, 0));
			break;
		default:
			err = otr_ring_resize(ring, 0, DATA * (2 + turn % 30));
		}
		if (err)
			KTAP_FAIL("turn %u: %d", turn, err);
		race_count(changed, 1);
	}
	return NULL;
}

static void *asker(void *unused)
{
	u32 turn = 0;

	shim_cpu = 3;
	while (race_on(&end)) {
		asked += otr_ring_empty(ring, 0) + otr_ring_size(ring, 0) +
			 otr_ring_has_cpu(ring, 0) +
			 otr_ring_max_record(ring) + otr_raw_size(ring, 0);
		sched_yield();
		if (turn++ % 16)
			continue;
		otr_ring_disable_cpu(ring, 0);
		otr_ring_set_overwrite(ring, turn % 64);
		otr_ring_enable_cpu(ring, 0);
	}
	return NULL;
}

static void *(* const others[])(void *unused) = { reader, changer, asker };

static bool enough(void)
{
	return race_counted(taken) > 100 && race_counted(changed) > 20;
}

static void race(bool overwrite)
{
	struct otr_ring_config config = {
		.bytes = DATA * 8, .data_max = DATA, .overwrite = overwrite,
	};

	shim_online[1] = false;
	otr_buffer_init();
	ring = otr_ring_create(&config);
	taken = 0;
	changed = 0;
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	racers_write_beside(others, ARRAY_SIZE(others), &end, write_one, enough);
	EXPECT(!wrong && !disorder);
	EXPECT(enough());
	EXPECT_STR(otr_ring_broken(ring) ?: "", "");
	EXPECT(!ring_check(ring, 0));
	printf("# %u written, %lu taken, %lu changes, %lu\n", written, taken, changed, asked);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
}

static void overwriting(void)
{
	race(true);
}

static void until_full(void)
{
	race(false);
}

/* Changes are made by the thread that asks for them, and others write meanwhile. */
static void with_windows_open(void)
{
	window_slots = 0;
	race(true);
	window_slots = 1024;
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(overwriting),
	KTAP_CASE(until_full),
	KTAP_CASE(with_windows_open),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
