// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records in the middle of a reservation, each time that it is tried: from a clock
 * that calls what is traced, or from a probe on an instruction of the writer's. The
 * writer comes to an end and has its record; what cannot be recorded is counted.
 */
#include "buffer_test.h"

/* More than any number of tries. */
#define ENDLESS		100

static int passed;
static u32 len_inside;
static unsigned int context;
static bool everywhere;

/* From here on nothing is recorded, so that what never ends does. */
static bool endless(void)
{
	if (passed++ < ENDLESS)
		return false;
	if (passed == ENDLESS + 1)
		KTAP_FAIL("a writer tries for ever");
	return true;
}

/* Something that is traced, and keeps from recursing only where it is told to. */
static void record_inside(void)
{
	static int depth;
	unsigned int was = shim_preempt_count;

	if ((depth && !everywhere) || endless())
		return;
	depth++;
	shim_preempt_count += context;
	write_record(len_inside);
	shim_preempt_count = was;
	depth--;
}

static void clock_records(enum otr_clock_id clock, unsigned int pages)
{
	struct otr_ring_stats stats;
	int i;

	world_create(64, pages, true);
	world.back = true;	/* the clock tells the time before it is traced */
	EXPECT_EQ(otr_ring_set_clock(world.ring, clock), 0);
	world.resets = otr_ring_at(world.ring, 0)->resets;
	world.asked = record_inside;
	for (i = 0; i < 30 && !ktap_failures; i++) {
		passed = 0;
		EXPECT(write_record(i % 5 * 8 + 4));
	}
	world.asked = NULL;
	otr_ring_stats(world.ring, 0, &stats);
	EXPECT(stats.inside >= 30 || context);
	EXPECT_EQ(stats.inside, world.refused);
	write_record(4);
	settle_look();
	world_destroy();
}

/* Clocks that the kernel has functions for. */
static const enum otr_clock_id clocks[] = {
	OTR_CLOCK_LOCAL, OTR_CLOCK_GLOBAL, OTR_CLOCK_PERF,
};

static void all_clocks(void)
{
	unsigned int i, pages;

	for (i = 0; i < ARRAY_SIZE(clocks) && !ktap_failures; i++)
		for (pages = 2; pages < 5; pages++)
			for (len_inside = 4; len_inside <= 36; len_inside += 16)
				clock_records(clocks[i], pages);
}

/* A function that the clock calls. */
static void clock_that_is_traced(void)
{
	all_clocks();
}

/* The same without anything that keeps it from recursing. */
static void clock_that_recurses(void)
{
	everywhere = true;
	all_clocks();
	everywhere = false;
}

/* Each reading is interrupted: those are recorded until it would take too long. */
static void clock_that_is_interrupted(void)
{
	context = HARDIRQ_OFFSET;
	all_clocks();
	context = 0;
}

/* A probe at one of our own instructions. */
static int probed;

static void at_step(int n)
{
	if (n == probed)
		record_inside();
}

static void write_two(void)
{
	write_record(8);
	write_record(20);
}

/* Something to commit for, and to go on to the next page for. */
static void write_nested(void)
{
	struct plan planned = plan;

	plan_nothing();
	plan.at[0] = 4;
	plan.act[0] = write_two;
	write_record(8);
	plan = planned;
}

static void discard_some(void)
{
	discard_record(8);
	discard_record(30);
}

static void (* const operations[])(void) = { write_two, write_nested, discard_some };

static void probed_operation(void (*operation)(void), unsigned int pages, bool overwrite)
{
	int i;

	start_at = pages % starts_nr;
	world_create(48, pages, overwrite);
	for (i = 0; i < 12 && !ktap_failures; i++) {
		passed = 0;
		world.hook = at_step;
		operation();
		world.hook = NULL;
		if (!overwrite)
			read_records(LOG_MAX);
	}
	write_record(4);
	settle_look();
	world_destroy();
}

static void probe_at_each_step(void)
{
	unsigned int i, pages;

	for (probed = 0; probed <= 40; probed++)
		for (i = 0; i < ARRAY_SIZE(operations); i++)
			for (pages = 2; pages < 5; pages++)
				for (len_inside = 4; len_inside <= 36; len_inside += 16) {
					probed_operation(operations[i], pages, true);
					probed_operation(operations[i], pages, false);
					if (!ktap_failures)
						continue;
					printf("# step %d operation %u pages %u of %u\n", probed, i,
					       pages, len_inside);
					return;
				}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(clock_that_is_traced),
	KTAP_CASE(clock_that_recurses),
	KTAP_CASE(clock_that_is_interrupted),
	KTAP_CASE(probe_at_each_step),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
