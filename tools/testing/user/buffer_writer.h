/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the programs that race one writer with who reads: a writer of numbered records, which is
 * interrupted now and then by one who does the same, at any of its steps; and the cases, in
 * which the program's race_once() is run.
 */
#ifndef _BUFFER_WRITER_H
#define _BUFFER_WRITER_H

#include "buffer/ring.h"
#include "buffer_racers.h"
#include "ktap.h"

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

/* The program's: a race of all records, and what is to be true behind it. */
static void race_once(bool overwrite);

/* At least once. */
static void race(bool overwrite, bool nested)
{
	u64 end = race_end(4);

	nest = nested;
	do
		race_once(overwrite);
	while (race_on(&end) && !ktap_failures);
	nest = false;
}

static void overwriting(void)
{
	race(true, false);
}

static void until_full(void)
{
	race(false, false);
}

static void overwriting_nested(void)
{
	race(true, true);
}

static void until_full_nested(void)
{
	race(false, true);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(overwriting),
	KTAP_CASE(until_full),
	KTAP_CASE(overwriting_nested),
	KTAP_CASE(until_full_nested),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}

#endif /* _BUFFER_WRITER_H */
