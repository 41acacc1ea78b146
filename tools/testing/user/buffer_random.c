// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations against the twin: on one thread, and with a second one that
 * reads, resizes and empties the ring while the first writes.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "buffer_test.h"

#define ROUNDS		3000
#define OPS		600
#define RACES		300
#define RACE_OPS	4000

static void any_write(void)
{
	u32 data = otr_ring_at(world.ring, 0)->data;

	if (random_below(8))
		write_record(4 + random_below(16));
	else
		write_record(4 + random_below(data + 8));
}

static void any_discard(void)
{
	discard_record(4 + random_below(24));
}

static void any_burst(void)
{
	u32 nr = random_below(20);

	while (nr--)
		any_write();
}

static void any_clock(void)
{
	struct plan planned = plan;

	world.back = true;
	plan_nothing();
	any_write();
	plan = planned;
	/* Jumps by years can be told only by who knows the last time. */
	switch (random_below(otr_ring_at(world.ring, 0)->last_ts == OTR_TS_UNKNOWN ? 3 : 5)) {
	case 0:
		world.now += random_below(200);
		break;
	case 1:
		world.now += 1ULL << (20 + random_below(20));
		break;
	case 2:
		clock_back(random_below(200));
		break;
	case 3:
		world.now += 1ULL << 59;
		break;
	case 4:
		world.now -= world.now / 2;
		break;
	}
	/* Far from both ends, where the words of time mean something else. */
	world.now &= (1ULL << 62) - 1;
	world.now |= 1ULL << 20;
	any_write();
}

static void any_read(void)
{
	read_records(random_below(3) ? random_below(6) : LOG_MAX);
}

static void any_raw(void)
{
	read_raw(random_below(2));
}

static void any_overwrite(void)
{
	otr_ring_set_overwrite(world.ring, random_below(2));
}

/* What can come at a step. */
static void (* const nests[])(void) = {
	any_write, any_write, any_write, any_discard, any_burst, any_read, any_raw, walk_iter,
	any_overwrite,
};

static void plan_something(void)
{
	int i;

	plan_nothing();
	for (i = 0; i < DEPTH_MAX; i++) {
		plan.at[i] = random_below(3) ? random_below(24) : -1;
		plan.act[i] = nests[random_below(ARRAY_SIZE(nests))];
	}
}

static void any_size(void)
{
	u32 data = otr_ring_at(world.ring, 0)->data;

	EXPECT_EQ(otr_ring_resize(world.ring, 0, data * (1 + random_below(8))), 0);
}

static void any_pause(void)
{
	otr_ring_disable(world.ring);
	any_write();
	otr_ring_off(world.ring);
	otr_ring_enable(world.ring);
	any_write();
	otr_ring_on(world.ring);
}

static void any_operation(void)
{
	plan_something();
	switch (random_below(20)) {
	case 0:
		any_size();
		break;
	case 1:
		EXPECT_EQ(otr_ring_reset(world.ring, 0), 0);
		break;
	case 2:
		any_pause();
		break;
	case 3:
		any_clock();
		break;
	case 4:
	case 5:
		any_read();
		break;
	case 6:
		any_raw();
		break;
	case 7:
		walk_iter();
		break;
	case 8:
	case 9:
		any_discard();
		break;
	case 10:
		plan_nothing();
		settle_look();
		break;
	default:
		any_write();
	}
	plan_nothing();
}

static void any_world(u64 seed)
{
	random_seed(seed);
	start_at = random_below(starts_nr);
	world_create(24 + 4 * random_below(60), 2 + random_below(6), random_below(3));
}

static void random_operations(void)
{
	int round, i;

	for (round = 0; round < ROUNDS && !ktap_failures; round++) {
		any_world(round);
		for (i = 0; i < OPS && !ktap_failures; i++)
			any_operation();
		settle_look();
		if (ktap_failures)
			printf("# seed %d\n", round);
		world_destroy();
	}
}

/* The other thread: what it does, until it is told to stop. */
static bool stop;

static void *other_thread(void *seed)
{
	u32 n = (long)seed, turn = 0;

	no_steps = true;
	shim_cpu = 1;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		n = n * 1103515245 + 12345;
		switch (n >> 16 & 15) {
		case 0:
			otr_ring_resize(world.ring, 0,
					otr_ring_at(world.ring, 0)->data * (1 + (n >> 20 & 7)));
			break;
		case 1:
			if (!(turn++ & 7))
				otr_ring_reset(world.ring, 0);
			break;
		case 2:
			walk_iter();
			break;
		case 3:
			otr_ring_overrun(world.ring);
			break;
		case 4:
			otr_ring_off(world.ring);
			otr_ring_on(world.ring);
			break;
		case 5:
		case 6:
			read_raw(n >> 20 & 1);
			break;
		case 7:
			if (ring_check(world.ring, 0))
				KTAP_FAIL("%s", ring_check(world.ring, 0));
			break;
		default:
			read_records(n >> 20 & 31);
		}
	}
	return NULL;
}

/* Calls from the other thread come at any step. */
static void poll_calls(int n)
{
	if (!shim_cpu)
		shim_cpu_poll();
}

static void (* const race_nests[])(void) = { any_write, any_write, any_discard, any_burst };

static void race(long seed)
{
	pthread_t thread;
	int i, j;

	any_world(seed);
	world.threads = true;
	world.hook = poll_calls;
	/* All windows in one go, or all of them open for others, or by their size. */
	window_slots = seed % 3 ? seed % 3 * 3 - 3 : 1024;
	stop = false;
	shim_cpu_run(true);
	pthread_create(&thread, NULL, other_thread, (void *)seed);
	for (i = 0; i < RACE_OPS && world.written < LOG_MAX - 1000 &&
	     world.read < LOG_MAX - 5000; i++) {
		plan_nothing();
		for (j = 0; j < DEPTH_MAX; j++) {
			plan.at[j] = random_below(3) ? random_below(24) : -1;
			plan.act[j] = race_nests[random_below(ARRAY_SIZE(race_nests))];
		}
		if (random_below(6))
			any_write();
		else
			any_discard();
		buffer_step(0);
	}
	plan_nothing();
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	while (pthread_tryjoin_np(thread, NULL))
		if (!shim_cpu_poll())
			sched_yield();
	shim_cpu_run(false);
	world.hook = NULL;
	window_slots = 1024;
	settle();
	world_destroy();
}

static void writer_and_reader(void)
{
	long seed;

	for (seed = 0; seed < RACES && !ktap_failures; seed++) {
		race(seed);
		if (ktap_failures)
			printf("# seed %ld\n", seed);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(random_operations),
	KTAP_CASE(writer_and_reader),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
