// SPDX-License-Identifier: GPL-2.0-only
/*
 * Glances at a CPU's records while its pages are exchanged for others, under the
 * thread sanitizer: a glance notices, and what it shows comes in its order.
 *
 * What it reads it copies, and asks afterwards whether that was right: these are races by
 * design, so the sanitizer overlooks its reads, and tells of what others do to each other.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include <linux/cpuhotplug.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "buffer/ring.h"
#include "buffer_check.h"
#include "ktap.h"
#include "tsan.h"

#define ROUNDS	4000
#define DATA	256

static struct otr_ring *ring;
static bool stop;
static unsigned long glances, shown;

/* Odd while somebody glances: what was freed before is waited for. */
static unsigned long turn;

void buffer_step(int n)
{
}

void shim_synchronize(void)
{
	unsigned long now = __atomic_load_n(&turn, __ATOMIC_SEQ_CST);

	while (now & 1 && __atomic_load_n(&turn, __ATOMIC_SEQ_CST) == now)
		sched_yield();
}

static void glance(void)
{
	struct otr_glance g;
	struct otr_item item;
	u32 last = 0, number;

	__atomic_fetch_add(&turn, 1, __ATOMIC_SEQ_CST);
	otr_glance_begin(&g, ring, 0);
	while (otr_glance_peek(&g, &item)) {
		number = __atomic_load_n((const u32 *)item.data, __ATOMIC_RELAXED);
		if (!otr_glance_holds(&g))
			continue;
		/* Emptied in between, they would be other records. */
		EXPECT(number > last);
		last = number;
		otr_glance_next(&g);
		shown++;
	}
	__atomic_fetch_add(&turn, 1, __ATOMIC_SEQ_CST);
	glances++;
}

static void *glancer(void *unused)
{
	shim_cpu = 1;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		tsan_ignore_reads_begin(__FILE__, __LINE__);
		glance();
		tsan_ignore_reads_end(__FILE__, __LINE__);
		sched_yield();
	}
	return NULL;
}

static void write_some(unsigned int nr)
{
	static u32 number;
	struct otr_rec rec;
	u32 *payload;

	while (nr--) {
		payload = otr_ring_begin(ring, &rec, 8);
		if (!payload)
			continue;
		/* It may be on a page that is being looked at. */
		__atomic_store_n(payload, ++number, __ATOMIC_RELAXED);
		otr_ring_end(&rec);
	}
}

static void change(unsigned int i)
{
	struct otr_raw raw;

	switch (i % 5) {
	case 0:
	case 1:
		EXPECT(!otr_ring_resize(ring, 0, DATA * (2 + i % 7)));
		break;
	case 2:
		EXPECT(!otr_ring_reset(ring, 0));
		break;
	case 3:
		EXPECT(!otr_ring_set_order(ring, NULL, i / 5 % 2));
		break;
	case 4:
		if (!otr_raw_alloc(ring, 0, &raw)) {
			otr_raw_read(ring, 0, &raw, PAGE_SIZE << raw.order, false);
			otr_raw_free(&raw);
		}
		rcu_barrier();
	}
}

static void changed(void)
{
	struct otr_ring_config config = { .bytes = 4 * DATA, .data_max = DATA, .overwrite = true };
	pthread_t thread;
	unsigned int i;

	shim_online[1] = false;
	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	EXPECT(!IS_ERR(ring));
	stop = false;
	pthread_create(&thread, NULL, glancer, NULL);
	for (i = 0; i < ROUNDS && !ktap_failures; i++) {
		write_some(40);
		change(i);
		if (!(i % 16))
			sched_yield();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	EXPECT(!ring_check(ring, 0));
	EXPECT(glances > 50 && shown > 50);
	printf("# %lu glances at %lu records\n", glances, shown);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
}

/* By interrupts of the CPU, and without them. */
static void changed_in_one_go(void)
{
	changed();
}

static void changed_with_windows_open(void)
{
	window_slots = 0;
	changed();
	window_slots = 1024;
}

/* A CPU comes, and has pages at once. */
static void pages_come(void)
{
	struct otr_ring_config config = { .bytes = 4 * DATA, .data_max = DATA, .overwrite = true };
	pthread_t thread;
	unsigned int i;

	EXPECT(!otr_buffer_init());
	for (i = 0; i < 200; i++) {
		shim_online[0] = false;
		ring = otr_ring_create(&config);
		stop = false;
		pthread_create(&thread, NULL, glancer, NULL);
		sched_yield();
		EXPECT(!shim_cpu_up(0));
		write_some(10);
		__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
		pthread_join(thread, NULL);
		otr_ring_destroy(ring);
	}
	otr_buffer_exit();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(changed_in_one_go),
	KTAP_CASE(changed_with_windows_open),
	KTAP_CASE(pages_come),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
