// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring and its spare are exchanged while somebody writes, by another CPU and,
 * as if by an NMI, in the middle of the writer, under the thread sanitizer. Each
 * record is in one of them afterwards, whole and in order, or was refused: at
 * most the one that was about to begin when it was exchanged.
 */
#define _GNU_SOURCE
#include <linux/cpuhotplug.h>
#include <linux/kernel.h>

#include "buffer/ring.h"
#include "buffer_racers.h"
#include "ktap.h"

#define RECORDS		100000
#define DATA		256
/* For all records, whichever of the two gets them. */
#define PAGES		16000

static struct otr_ring *ring, *spare;
static bool stop, nest, inside;
static u32 next_number, refused, swapped, busy;

static void write_one(void)
{
	struct payload *payload;
	struct otr_rec rec;
	u32 number = next_number++;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload));
	if (!payload) {
		refused++;
		return;
	}
	payload_fill(payload, number, 0);
	otr_ring_end(&rec);
}

static void exchange(void)
{
	if (otr_ring_swap(ring, spare))
		__atomic_fetch_add(&busy, 1, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&swapped, 1, __ATOMIC_RELAXED);
}

/* An NMI, now and then, that writes or exchanges. */
void buffer_step(int n)
{
	static u32 turn;

	if (shim_cpu || !nest || inside || ++turn % 11)
		return;
	inside = true;
	if (turn % 3)
		write_one();
	else
		exchange();
	inside = false;
}

static void *exchanger(void *unused)
{
	shim_cpu = 1;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		exchange();
		sched_yield();
	}
	return NULL;
}

/* How many records a ring has; each is what was written, nested ones in front. */
static u32 drain(struct otr_ring *from)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(from, 0);
	struct otr_item item;
	u32 read = 0, last = 0;

	while (otr_ring_peek(rc, &item)) {
		const struct payload *payload = item.data;

		EXPECT(item.len == sizeof(*payload) && payload_intact(payload, item.len));
		EXPECT(!item.lost);
		EXPECT(payload->number + 2 >= last);
		last = payload->number;
		read++;
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
	return read;
}

static u64 lost_at_swap(struct otr_ring *which)
{
	struct otr_ring_stats stats;

	EXPECT(!otr_ring_stats(which, 0, &stats));
	EXPECT(!stats.dropped && !stats.commit_overrun && !stats.in_window);
	return stats.at_swap;
}

/* On a host with other work the exchanger may get no CPU for long: give it time for so many. */
static void let_exchange(u32 wanted)
{
	unsigned int i;

	sched_yield();
	for (i = 0; i < 10000 && __atomic_load_n(&swapped, __ATOMIC_RELAXED) < wanted; i++)
		sched_yield();
}

static void race_once(void)
{
	struct otr_ring_config config = {
		.bytes = DATA * PAGES, .data_max = DATA, .overwrite = true,
	};
	u32 i, here, there, counted;
	pthread_t thread;

	/* What makes a ring has places to interrupt at as well: not before we count. */
	inside = true;
	shim_online[1] = false;
	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	EXPECT(!IS_ERR(ring));
	spare = otr_ring_create_spare(ring);
	EXPECT(!IS_ERR(spare));
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	EXPECT(otr_ring_size(spare, 0) == otr_ring_size(ring, 0));
	stop = false;
	next_number = 0;
	refused = 0;
	swapped = 0;
	inside = false;
	pthread_create(&thread, NULL, exchanger, NULL);
	for (i = 0; i < RECORDS; i++) {
		write_one();
		if (!(i % 50))
			let_exchange(i / 500);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	/* Nobody interrupts that. */
	inside = true;
	EXPECT(!ring_check(ring, 0) && !ring_check(spare, 0));
	here = drain(ring);
	there = drain(spare);
	counted = lost_at_swap(ring) + lost_at_swap(spare);
	EXPECT(here + there + refused == next_number);
	EXPECT(counted == refused);
	EXPECT(swapped > 100);
	EXPECT(refused <= swapped);
	printf("# %u and %u of %u, %u refused in %u exchanges, %u more while busy\n", here, there,
	       next_number, refused, swapped, busy);
	otr_ring_destroy(spare);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
	inside = false;
}

/* At least once. */
static void race(void)
{
	u64 end = race_end(2);

	do
		race_once();
	while (race_on(&end) && !ktap_failures);
}

static void by_another_cpu(void)
{
	race();
}

static void by_whoever_interrupts(void)
{
	nest = true;
	race();
	nest = false;
}

/* What is on stays on, and a ring that is changed is left alone. */
static void switches(void)
{
	struct otr_ring_config config = { .bytes = DATA * 4, .data_max = DATA };

	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	spare = otr_ring_create_spare(ring);
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	next_number = 0;
	refused = 0;
	write_one();
	EXPECT(!otr_ring_swap(ring, spare));
	EXPECT(otr_ring_is_on(ring));
	write_one();
	write_one();
	EXPECT(!refused);
	otr_ring_off(ring);
	EXPECT(!otr_ring_swap(ring, spare));
	EXPECT(!otr_ring_is_on(ring));
	write_one();
	EXPECT(refused == 1);
	EXPECT(drain(ring) == 1);
	EXPECT(drain(spare) == 2);
	otr_ring_on(ring);
	write_one();
	EXPECT(refused == 1);
	otr_ring_pin(spare);
	EXPECT(otr_ring_swap(ring, spare) == -EBUSY);
	otr_ring_unpin(spare);
	EXPECT(!otr_ring_swap(ring, spare));
	EXPECT(drain(spare) == 1);
	otr_ring_destroy(spare);
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

/* Who found the records just before they were put aside is counted, if it was to record. */
static void late_writers(void)
{
	struct otr_ring_config config = { .bytes = DATA * 4, .data_max = DATA };
	struct otr_ring_cpu *found;

	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	spare = otr_ring_create_spare(ring);
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	found = otr_ring_at(ring, 0);
	EXPECT(!otr_ring_swap(ring, spare));
	EXPECT(!otr_ring_begin_slow(found, 8).payload);
	EXPECT(lost_at_swap(ring) == 1 && !lost_at_swap(spare));
	otr_ring_off(ring);
	EXPECT(!otr_ring_begin_slow(found, 8).payload);
	otr_ring_on(ring);
	otr_ring_disable_cpu(ring, 0);
	otr_ring_disable_cpu(spare, 0);
	EXPECT(!otr_ring_begin_slow(found, 8).payload);
	otr_ring_enable_cpu(ring, 0);
	otr_ring_enable_cpu(spare, 0);
	EXPECT(lost_at_swap(ring) == 1 && !lost_at_swap(spare));
	EXPECT(!otr_ring_reset(ring, 0));
	EXPECT(!lost_at_swap(ring));
	otr_ring_destroy(spare);
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

static bool alike(unsigned int order, unsigned long size)
{
	return otr_ring_order(ring) == order && otr_ring_order(spare) == order &&
	       otr_ring_size(ring, 0) == size && otr_ring_size(spare, 0) == size &&
	       otr_ring_bytes(ring, 0) == otr_ring_bytes(spare, 0);
}

/* Whatever allocation fails, both stay as they were. */
static void change_pages(unsigned int order, unsigned long size)
{
	int i, err = -1;

	for (i = 0; err; i++) {
		shim_alloc_countdown = i;
		err = otr_ring_set_order(ring, spare, order);
		shim_alloc_countdown = -1;
		if (!err)
			break;
		EXPECT(err == -ENOMEM);
		EXPECT(alike(0, size));
		EXPECT(!otr_ring_empty(ring, 0) && !otr_ring_empty(spare, 0));
	}
	EXPECT(i > 20);
	EXPECT(otr_ring_empty(ring, 0) && otr_ring_empty(spare, 0));
}

/* Pages of another size: both have them, and are as large as before. */
static void sizes_of_pages(void)
{
	struct otr_ring_config config = { .bytes = 100000, .overwrite = true };
	unsigned long size;

	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	spare = otr_ring_create_spare(ring);
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	next_number = 0;
	refused = 0;
	write_one();
	EXPECT(!otr_ring_swap(ring, spare));
	write_one();
	size = otr_ring_bytes(ring, 0);
	EXPECT(alike(0, size));
	change_pages(2, size);
	EXPECT(alike(2, size) && otr_ring_bytes(ring, 0) > size);
	write_one();
	EXPECT(!otr_ring_swap(ring, spare));
	write_one();
	EXPECT(alike(2, size) && !refused);
	EXPECT(drain(ring) == 1 && drain(spare) == 1);
	/* A CPU that comes has what the others have. */
	EXPECT(!shim_cpu_up(2));
	EXPECT(otr_ring_size(ring, 2) == size);
	EXPECT(otr_ring_bytes(ring, 2) == otr_ring_bytes(ring, 0));
	shim_online[2] = false;
	/* A spare that was left out follows later. */
	EXPECT(!otr_ring_set_order(ring, NULL, 5));
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	EXPECT(alike(5, size));
	EXPECT(!otr_ring_resize(ring, OTR_CPU_ALL, config.bytes));
	EXPECT(otr_ring_size(ring, 0) == otr_ring_bytes(ring, 0));
	EXPECT(otr_ring_size(ring, 2) == otr_ring_bytes(ring, 2));
	EXPECT(!ring_check(ring, 0) && !ring_check(spare, 0));
	otr_ring_destroy(spare);
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

/* The CPUs that have pages, as bits. */
static unsigned int cpus_of(const struct otr_ring *which)
{
	unsigned int cpus = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		cpus |= otr_ring_has_cpu(which, cpu) << cpu;
	return cpus;
}

static void exchange_twice(unsigned int cpus)
{
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT(!otr_ring_swap(ring, spare));
		EXPECT(cpus_of(ring) == cpus && cpus_of(spare) == cpus);
		EXPECT(otr_ring_size(ring, 1) == otr_ring_size(spare, 1));
	}
}

/* A CPU that is away while the spare is made keeps its pages, and their size. */
static void cpus_that_are_away(void)
{
	struct otr_ring_config config = { .bytes = DATA * 4, .data_max = DATA };

	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	EXPECT(!otr_ring_resize(ring, 1, DATA * 9));
	shim_online[1] = false;
	spare = otr_ring_create_spare(ring);
	EXPECT(cpus_of(ring) == 3 && cpus_of(spare) == 3);
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	EXPECT(otr_ring_size(ring, 1) == DATA * 9);
	exchange_twice(3);
	EXPECT(!shim_cpu_up(1));
	EXPECT(otr_ring_size(ring, 1) == DATA * 9);
	exchange_twice(3);
	/* One that was never there before gets as many in both. */
	EXPECT(!shim_cpu_up(2));
	EXPECT(otr_ring_size(ring, 2) == DATA * 4 && otr_ring_size(spare, 2) == DATA * 4);
	exchange_twice(7);
	EXPECT(otr_ring_size(ring, 2) == DATA * 4);
	shim_online[2] = false;
	otr_ring_destroy(spare);
	/* And then the ring is alone again. */
	EXPECT(!shim_cpu_up(3));
	EXPECT(cpus_of(ring) == 15);
	shim_online[3] = false;
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

/* Where there is no memory for both, neither gets pages. */
static void cpus_without_memory(void)
{
	struct otr_ring_config config = { .bytes = DATA * 4, .data_max = DATA };
	int i;

	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	for (i = 0;; i++) {
		shim_alloc_countdown = i;
		spare = otr_ring_create_spare(ring);
		shim_alloc_countdown = -1;
		if (!IS_ERR(spare))
			break;
		EXPECT(PTR_ERR(spare) == -ENOMEM);
	}
	EXPECT(i > 8);
	EXPECT(!otr_ring_match(spare, ring, OTR_CPU_ALL));
	for (i = 0; !otr_ring_has_cpu(ring, 2); i++) {
		shim_alloc_countdown = i;
		EXPECT(!shim_cpu_up(2));
		shim_alloc_countdown = -1;
		EXPECT(cpus_of(ring) == cpus_of(spare));
		EXPECT(!otr_ring_swap(ring, spare));
	}
	EXPECT(i > 10);
	shim_online[2] = false;
	otr_ring_destroy(spare);
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(switches),
	KTAP_CASE(late_writers),
	KTAP_CASE(sizes_of_pages),
	KTAP_CASE(cpus_that_are_away),
	KTAP_CASE(cpus_without_memory),
	KTAP_CASE(by_another_cpu),
	KTAP_CASE(by_whoever_interrupts),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
