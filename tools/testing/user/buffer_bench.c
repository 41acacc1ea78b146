// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a record takes to write, on this machine: beside a loop that only
 * reads the clock and copies the payload, which is the floor. Built optimised
 * and without steps; times are of the fastest of some runs.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/kernel.h>

#include "buffer/ring.h"

#define RECORDS	2000000
#define RUNS	9

struct payload {
	u64 a, b;
};

static struct otr_ring *ring;
static u8 floor_page[4096];
static bool stop;

/* The time stamp counter: what the kernel's clock is made of. */
u64 shim_clock(void)
{
	return __builtin_ia32_rdtsc();
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Not inlined, so that its instructions can be counted. */
noinline void write_one(u64 i);
noinline void write_one(u64 i)
{
	struct payload *payload;
	struct otr_rec rec;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload));
	if (payload) {
		payload->a = i;
		payload->b = i + 1;
		otr_ring_end(&rec);
	}
}

static void write_many(void)
{
	u64 i;

	for (i = 0; i < RECORDS; i++)
		write_one(i);
}

/* One in the middle of each: what an interrupt would write. */
static void write_nested(void)
{
	struct payload *payload;
	struct otr_rec rec;
	u64 i;

	for (i = 0; i < RECORDS; i += 2) {
		payload = otr_ring_begin(ring, &rec, sizeof(*payload));
		if (!payload)
			continue;
		payload->a = i;
		write_one(i);
		payload->b = i + 1;
		otr_ring_end(&rec);
	}
}

static noinline void floor_one(u64 i, u32 off)
{
	struct payload payload = { i, i + 1 };
	u64 ts = shim_clock();

	memcpy(floor_page + off, &ts, 4);
	memcpy(floor_page + off + 4, &payload, sizeof(payload));
	barrier();
}

static void floor_many(void)
{
	u32 off = 0;
	u64 i;

	for (i = 0; i < RECORDS; i++) {
		floor_one(i, off);
		off += 20;
		if (off > sizeof(floor_page) - 20)
			off = 0;
	}
}

static void *read_all(void *unused)
{
	struct otr_raw raw;

	if (otr_raw_alloc(ring, 0, &raw))
		return NULL;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
		if (otr_raw_read(ring, 0, &raw, PAGE_SIZE, true))
			sched_yield();
	otr_raw_free(&raw);
	return NULL;
}

static double best(void (*run)(void))
{
	double least = 1e9;
	int i;

	for (i = 0; i < RUNS; i++) {
		double start = seconds(), took;

		run();
		took = seconds() - start;
		if (took < least)
			least = took;
	}
	return least / RECORDS * 1e9;
}

static void show(const char *what, double ns, double least)
{
	printf("%-36s %6.1f ns  %5.2f times the floor\n", what, ns, ns / least);
}

/* The same where records are marked, in memory that outlives a boot. */
static void show_kept(double least)
{
	static const struct otr_keep_who who = { 1, 2, 3 };
	struct otr_ring_config config = { .overwrite = true };
	size_t size = (1 << 20) * SHIM_CPUS;
	void *area = aligned_alloc(PAGE_SIZE, size);

	memset(area, 0, size);
	config.keep = otr_keep_open(area, size, SHIM_CPUS);
	if (IS_ERR(config.keep))
		return;
	otr_keep_begin(config.keep, &who, OTR_CLOCK_LOCAL, 1);
	ring = otr_ring_create(&config);
	if (!IS_ERR(ring)) {
		show("one writer, each record marked", best(write_many), least);
		otr_ring_destroy(ring);
	}
	otr_keep_close(config.keep);
	free(area);
}

int main(void)
{
	struct otr_ring_config config = { .bytes = 1 << 20, .overwrite = true };
	pthread_t reader;
	double least;

	otr_buffer_init();
	ring = otr_ring_create(&config);
	if (IS_ERR(ring))
		return 1;
	least = best(floor_many);
	show("clock and copy (the floor)", least, least);
	show("one writer, 16 bytes", best(write_many), least);
	show("every second writer nested", best(write_nested), least);
	pthread_create(&reader, NULL, read_all, NULL);
	show("one writer, a reader takes pages", best(write_many), least);
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(reader, NULL);
	otr_ring_off(ring);
	show("switched off", best(write_many), least);
	otr_ring_destroy(ring);
	show_kept(least);
	otr_buffer_exit();
	return 0;
}
