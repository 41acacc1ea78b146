// SPDX-License-Identifier: GPL-2.0-only
/* How pages come and go, with CPUs and under glances, and how waiters are woken. */
#include <limits.h>

#include <linux/cpuhotplug.h>
#include <linux/irq_work.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "buffer_test.h"

static void fill_up(void)
{
	for (int i = 0; i < 40; i++)
		write_record(8);
}

/* CPUs get their pages when they come, and the newest size. */
static void cpus_come(void)
{
	struct otr_ring_stats stats;
	struct otr_raw raw;
	struct otr_rec rec;
	poll_table table;

	world_create(36, 4, true);
	EXPECT(otr_ring_has_cpu(world.ring, 1));
	EXPECT(!otr_ring_has_cpu(world.ring, 2));
	EXPECT(!otr_ring_has_cpu(world.ring, -1));
	EXPECT(!otr_ring_has_cpu(world.ring, SHIM_CPUS));
	EXPECT_EQ(otr_ring_stats(world.ring, 2, &stats), -ENODEV);
	EXPECT_EQ(stats.entries, 0);
	EXPECT_EQ(otr_raw_alloc(world.ring, 2, &raw), -ENODEV);
	EXPECT_EQ(otr_ring_wait(world.ring, 2, 0), -ENODEV);
	EXPECT_EQ(otr_ring_poll(world.ring, 2, NULL, &table, 0), EPOLLERR);
	EXPECT(otr_ring_empty(world.ring, 2));
	shim_cpu = 2;
	EXPECT(!otr_ring_begin(world.ring, &rec, 8));
	shim_cpu = 0;
	EXPECT_EQ(otr_ring_resize(world.ring, OTR_CPU_ALL, 36 * 7), 0);
	shim_mem_available = 1;
	EXPECT_EQ(shim_cpu_up(2), 0);
	EXPECT(!otr_ring_has_cpu(world.ring, 2));
	shim_mem_available = 1L << 30;
	EXPECT_EQ(shim_cpu_up(2), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 2), 36 * 7);
	shim_online[2] = false;
	/* It went away again, and what it had can still be changed and read. */
	EXPECT_EQ(otr_ring_resize(world.ring, 2, 36 * 3), 0);
	EXPECT_EQ(otr_ring_reset(world.ring, OTR_CPU_ALL), 0);
	EXPECT(otr_ring_empty(world.ring, 2));
	EXPECT(!ring_check(world.ring, 2));
	/* One gets what was asked for it, unless something was asked for all since. */
	EXPECT_EQ(otr_ring_resize(world.ring, 3, 36 * 9), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 3), 36 * 9);
	EXPECT_EQ(otr_ring_resize(world.ring, OTR_CPU_ALL, 36 * 5), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 3), 36 * 5);
	EXPECT_EQ(otr_ring_resize(world.ring, 3, 36 * 6), 0);
	EXPECT_EQ(shim_cpu_up(3), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 3), 36 * 6);
	EXPECT_EQ(otr_ring_bytes(world.ring, 3), 36 * 6);
	shim_online[3] = false;
	world_destroy();
}

/* Pages with something to read, in percent; one that was begun counts. */
static u32 filled(int cpu)
{
	const struct otr_ring_cpu *rc = otr_ring_at(world.ring, cpu);

	if (otr_ring_empty(world.ring, cpu))
		return 0;
	return min_t(u64, otr_pos_pages(rc->nr, rc->seen, rc->commit) + 1, rc->nr) * 100 / rc->nr;
}

/*
 * What a CPU records on its first and its last steps is no reason for an interrupt
 * there, but waiters get it.
 */
static void cpus_wake_nobody_while_they_come_and_go(void)
{
	wait_queue_head_t *queue;
	struct otr_ring_cpu *rc;
	poll_table table;
	int i;

	world_create(36, 10, true);
	EXPECT_EQ(shim_cpu_up(2), 0);
	rc = otr_ring_at(world.ring, 2);
	queue = per_cpu_ptr(world.ring->queues, 2);
	/* The first and the last record that somebody waits for, by word or by pages. */
	for (i = 0; i < 4; i++) {
		unsigned int percent = i % 2 ? 20 : 0;
		struct otr_rec rec;

		EXPECT_EQ(otr_ring_reset(world.ring, 2), 0);
		EXPECT_EQ(otr_ring_poll(world.ring, 2, NULL, &table, percent), 0);
		if (i / 2)
			shim_cpu_down(2);
		queue->woken = 0;
		shim_cpu = 2;
		shim_online[2] = false;
		do {
			EXPECT(otr_ring_begin(world.ring, &rec, 8));
			otr_ring_end(&rec);
		} while (filled(2) < 30);
		shim_cpu = 0;
		EXPECT_EQ(queue->woken, 0);
		EXPECT_EQ(percent ? rc->watch_full : rc->watch, percent ?: 1);
		if (i / 2)
			EXPECT_EQ(shim_cpu_up(2), 0);
		else
			shim_cpu_down(2);
		EXPECT_EQ(queue->woken, 1);
		EXPECT(otr_ring_poll(world.ring, 2, NULL, &table, percent));
		EXPECT_EQ(shim_cpu_up(2), 0);
	}
	shim_online[2] = false;
	shim_hangs = 0;
	world_destroy();
	EXPECT_EQ(shim_hangs, 0);
}

/* A page that a glance is at leaves the ring, and stays until the glance is over. */
static void pages_outlive_glances(void)
{
	struct otr_glance glance;
	struct otr_item item;
	struct otr_raw raw;
	struct page *page;
	bool give = false;

	do {
		world_create(36, 4, true);
		fill_up();
		EXPECT_EQ(otr_raw_alloc(world.ring, 0, &raw), 0);
		/* The reader's own page is one from the ring that nobody looked at yet. */
		EXPECT(otr_reader_fill(otr_ring_at(world.ring, 0),
				       &otr_ring_at(world.ring, 0)->reader));
		otr_glance_begin(&glance, world.ring, 0);
		EXPECT(otr_glance_peek(&glance, &item));
		EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, false), 0);
		EXPECT_EQ(raw.records, 3);
		page = virt_to_page(raw.page);
		if (give)
			put_page(otr_raw_give(&raw));
		otr_raw_free(&raw);
		/* The bytes are there, though they do not count any more. */
		EXPECT_EQ(((const u32 *)item.data)[0], ((const u32 *)page)[5]);
		EXPECT(!otr_glance_holds(&glance));
		rcu_barrier();
		world_destroy();
		give = !give;
	} while (give);
}

/* What others do while somebody waits. */
static int naps, wakes_at;

bool shim_sleep(wait_queue_head_t *queue)
{
	if (naps++ == wakes_at)
		write_record(8);
	return naps < 10;
}

static void waiting(void)
{
	wait_queue_head_t *queue;
	struct otr_ring_cpu *rc;
	poll_table table;

	world_create(36, 10, true);
	rc = otr_ring_at(world.ring, 0);
	queue = per_cpu_ptr(world.ring->queues, 0);
	naps = 0;
	wakes_at = 3;
	EXPECT_EQ(otr_ring_wait(world.ring, 0, 0), 0);
	EXPECT_EQ(naps, 4);
	EXPECT(queue->woken && world.ring->waiters.woken);
	EXPECT_EQ(rc->watch, 0);
	EXPECT_EQ(filled(0), 10);
	EXPECT_EQ(otr_ring_wait(world.ring, 0, 10), 0);
	/* A signal. */
	naps = 0;
	wakes_at = -1;
	EXPECT_EQ(otr_ring_wait(world.ring, 0, 50), -ERESTARTSYS);
	EXPECT_EQ(otr_ring_poll(world.ring, 0, NULL, &table, 50), 0);
	EXPECT_EQ(rc->watch_full, 50);
	EXPECT_EQ(otr_ring_poll(world.ring, 0, NULL, &table, 30), 0);
	EXPECT_EQ(rc->watch_full, 30);
	EXPECT(table.queue == queue);
	/* The third page begins, and only that is worth waking somebody for. */
	queue->woken = 0;
	while (filled(0) < 20)
		write_record(8);
	EXPECT_EQ(queue->woken, 0);
	while (filled(0) < 30)
		write_record(8);
	EXPECT_EQ(queue->woken, 1);
	EXPECT_EQ(otr_ring_poll(world.ring, 0, NULL, &table, 30), EPOLLIN | EPOLLRDNORM);
	fill_up();
	EXPECT_EQ(filled(0), 100);
	EXPECT_EQ(otr_ring_poll(world.ring, 0, NULL, &table, 100), EPOLLIN | EPOLLRDNORM);
	EXPECT_EQ(otr_ring_poll(world.ring, OTR_CPU_ALL, NULL, &table, 100),
		  EPOLLIN | EPOLLRDNORM);
	read_records(LOG_MAX);
	EXPECT_EQ(otr_ring_poll(world.ring, OTR_CPU_ALL, NULL, &table, 0), 0);
	EXPECT(table.queue == &world.ring->waiters);
	/* A commit that did not see a waiter is seen a tick later. */
	rc->watch = 0;
	write_record(8);
	rc->watch = 1;
	queue->woken = 0;
	shim_ticks += 2;
	EXPECT(shim_run_work(&world.ring->again));
	EXPECT_EQ(queue->woken, 1);
	otr_ring_wake(world.ring, 0);
	EXPECT_EQ(queue->woken, 2);
	EXPECT_EQ(world.ring->wakes.counter, 1);
	world_destroy();
}

/* For each that begins to wait somebody looks again, and for all others. */
static void waiting_beside_a_poller(void)
{
	wait_queue_head_t *queue;
	struct delayed_work *again;
	poll_table table;
	int i;

	world_create(36, 10, true);
	again = &world.ring->again;
	queue = per_cpu_ptr(world.ring->queues, 0);
	/* A poller of another CPU comes all the time. */
	EXPECT_EQ(otr_ring_poll(world.ring, 0, NULL, &table, 0), 0);
	otr_ring_at(world.ring, 0)->watch = 0;
	write_record(8);
	otr_ring_at(world.ring, 0)->watch = 1;
	EXPECT_EQ(otr_ring_poll(world.ring, 1, NULL, &table, 0), 0);
	shim_ticks++;
	EXPECT_EQ(otr_ring_poll(world.ring, 1, NULL, &table, 0), 0);
	EXPECT(shim_run_work(again));
	EXPECT_EQ(queue->woken, 1);
	/* And it was not too soon for the last ones. */
	EXPECT_EQ(queue->woken, 1);
	EXPECT(!shim_run_work(again));
	shim_ticks++;
	EXPECT(shim_run_work(again));
	EXPECT_EQ(queue->woken, 2);
	/* When nobody comes any more, that is all. */
	for (i = 0; i < 3; i++, shim_ticks++)
		EXPECT(!shim_run_work(again));
	world_destroy();
}

/* More pages than there can be: a ring of large ones gets no small ones. */
static void pages_cannot_be_that_many(void)
{
	struct otr_ring_config config = { .bytes = 1, .order = 7, .overwrite = true };
	struct otr_ring_cpu *rc;

	world_create(0, 0, true);
	otr_ring_destroy(world.ring);
	world.ring = otr_ring_create(&config);
	rc = otr_ring_at(world.ring, 0);
	world.resets = rc->resets;
	/* As if it were of 69 GB. */
	rc->nr = 132000;
	EXPECT_EQ(otr_ring_set_order(world.ring, NULL, 0), -ENOMEM);
	EXPECT_EQ(rc->nr, 132000);
	rc->nr = 2;
	EXPECT_EQ(otr_ring_order(world.ring), 7);
	EXPECT(write_record(8));
	settle();
	world_destroy();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(cpus_come),
	KTAP_CASE(cpus_wake_nobody_while_they_come_and_go),
	KTAP_CASE(pages_outlive_glances),
	KTAP_CASE(pages_cannot_be_that_many),
	KTAP_CASE(waiting),
	KTAP_CASE(waiting_beside_a_poller),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
