/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the programs that race one writer with who reads: a writer of numbered records, which is
 * interrupted now and then by one who does the same, at any of its steps.
 */
#ifndef _BUFFER_WRITER_H
#define _BUFFER_WRITER_H

#include "buffer/ring.h"
#include "buffer_racers.h"

static struct otr_ring *ring;
static bool stop;
static bool overwrites;
static bool nest;
static bool inside;
static u32 next_number;
static u64 refused;
/* How many records the reader has, as it says now and then. */
static u64 met;

static void write_one(u32 words)
{
	struct payload *payload;
	struct otr_rec rec;
	u32 number = next_number++;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload) + 4 * words);
	if (!payload) {
		refused++;
		return;
	}
	payload_fill(payload, number, words);
	otr_ring_end(&rec);
}

/* An interrupt, now and then, at any step of the one that it comes into. */
void buffer_step(int n)
{
	static u32 turn;

	if (overwrites)
		racers_overlook_copies(n);
	if (shim_cpu || !nest || inside || ++turn % 7)
		return;
	inside = true;
	write_one(turn % 5);
	inside = false;
}

static inline void meet(u64 read)
{
	__atomic_store_n(&met, read, __ATOMIC_RELAXED);
}

/*
 * Write @records, or as many as it takes until the reader has a hundredth of that: on a machine
 * that is busy with other things, it may not get its turn for long.
 */
static inline void write_all(u32 records)
{
	u32 i;

	meet(0);
	for (i = 0; i < records ||
	     (__atomic_load_n(&met, __ATOMIC_RELAXED) <= records / 100 && i < 50 * records); i++) {
		write_one(i % 9);
		/* On one processor the reader would never meet the writer. */
		if (!(i % 50))
			sched_yield();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
}

#endif /* _BUFFER_WRITER_H */
