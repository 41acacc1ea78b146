// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a glance shows and what a reader takes is each record once, and what both say is
 * lost is the rest, whatever is written at any step of a glance.
 */
#include "buffer_test.h"

#define DATA	60	/* five records of one word, or fewer that are longer */
#define PAGES	4

static struct otr_ring *ring;
static u32 number;

/* What was shown or taken so far: the number that comes next. */
static u32 expected;

static void create(void)
{
	const struct otr_ring_config config = {
		.bytes = DATA * PAGES, .data_max = DATA, .overwrite = true,
	};

	plan_nothing();
	otr_buffer_init();
	ring = otr_ring_create(&config);
	number = 0;
	expected = 0;
}

static void destroy(void)
{
	EXPECT(!ring_check(ring, 0));
	EXPECT_STR(otr_ring_broken(ring) ?: "", "");
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

/* Records of @words each, or of one to four. */
static void write_some(u32 nr, u32 words)
{
	struct otr_rec rec;

	while (nr--) {
		u32 len = words ?: 1 + number * 7 % 4;
		u32 *payload = otr_ring_begin(ring, &rec, 4 * len);

		for (u32 i = 0; i < len; i++)
			payload[i] = number;
		number++;
		otr_ring_end(&rec);
	}
}

/* What is written at a step, and from where on nothing is any more. */
static int step_at;
static u32 burst, burst_words;

static void burst_step(int n)
{
	if (step_at < 0 || step_at--)
		return;
	write_some(burst, burst_words);
}

static void got(const u32 *payload, u64 lost)
{
	expected += lost;
	EXPECT_EQ(payload[0], expected);
	expected++;
}

static void take(u32 most)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(ring, 0);
	struct otr_item item;

	while (most-- && otr_ring_peek(rc, &item)) {
		got(item.data, item.lost);
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

static void glance(u32 most)
{
	struct otr_glance g;
	struct otr_item item;

	otr_glance_begin(&g, ring, 0);
	while (most-- && otr_glance_peek(&g, &item)) {
		u32 copy = *(const u32 *)item.data;

		buffer_step(0);
		if (!otr_glance_holds(&g))
			continue;
		got(&copy, item.lost);
		otr_glance_next(&g);
	}
}

/* So many records are there, so many were taken, and one step of a glance is interrupted. */
static bool one(u32 taken, u32 filled, u32 shown, int at)
{
	struct otr_ring_stats stats;
	bool passed;

	create();
	write_some(taken + 1, 0);
	take(taken);
	write_some(filled, 0);
	step_at = at;
	world.hook = burst_step;
	glance(shown);
	passed = step_at < 0;
	/* Another one goes on where that one ended. */
	glance(2);
	world.hook = NULL;
	take(2);
	glance(2);
	take(~0);
	EXPECT_EQ(expected, number);
	EXPECT_EQ(otr_ring_stats(ring, 0, &stats), 0);
	EXPECT_EQ(stats.read + stats.overrun, number);
	destroy();
	return passed;
}

static void each_step(void)
{
	static const u32 bursts[] = { 1, 4, 9, 13, 17, 29, 61 };

	for (u32 i = 0; i < ARRAY_SIZE(bursts); i++) {
		burst = bursts[i];
		for (burst_words = 0; burst_words < 5; burst_words++)
			for (u32 taken = 0; taken < 24; taken++)
				for (u32 filled = 0; filled < 12; filled++)
					for (int at = 0; one(taken, filled, 9, at); at++)
						;
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(each_step),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
