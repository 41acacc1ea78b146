// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for records.
 *
 * A waiter leaves word with the writer and looks once more. The writer commits
 * and then looks for word, with no barrier in between: one that its store needs
 * would be paid for by every record. So both may look too early; but a store
 * cannot stay invisible for long, and somebody looks again after a tick, see
 * memory-order.rst (waiters).
 */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "buffer/ring.h"

/**
 * otr_ring_empty - tell whether a CPU has nothing to read
 * @ring: the ring
 * @cpu: a possible CPU
 *
 * What was taken back after other records followed may look like something.
 *
 * Context: any.
 * Return: true when there is nothing.
 */
bool otr_ring_empty(const struct otr_ring *ring, int cpu)
{
	const struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	return !READ_ONCE(rc->nr) ||
	       (!READ_ONCE(rc->held) && otr_ring_committed(rc) == READ_ONCE(rc->seen));
}

/* Pages with something to read, times 100; the one that is written counts. */
static u64 wait_fill(const struct otr_ring_cpu *rc)
{
	u32 nr = READ_ONCE(rc->nr);
	u64 pages = otr_pos_pages(nr, READ_ONCE(rc->seen), READ_ONCE(rc->commit)) + 1;

	return min_t(u64, pages, nr) * 100;
}

static bool wait_full_enough(const struct otr_ring_cpu *rc, unsigned int percent)
{
	return wait_fill(rc) >= (u64)percent * READ_ONCE(rc->nr);
}

static bool wait_ready_cpu(const struct otr_ring *ring, int cpu, unsigned int percent)
{
	return !otr_ring_empty(ring, cpu) && (!percent || wait_full_enough(otr_ring_at(ring, cpu),
								     percent));
}

/* A reader of all CPUs waits for any record. */
static bool wait_ready(const struct otr_ring *ring, int cpu, unsigned int percent)
{
	if (cpu != OTR_CPU_ALL)
		return wait_ready_cpu(ring, cpu, percent);
	for_each_possible_cpu(cpu)
		if (wait_ready_cpu(ring, cpu, 0))
			return true;
	return false;
}

/* What a writer has to do whether somebody waits or not. */
static u8 wait_watch_always(const struct otr_ring_cpu *rc)
{
	return rc->keep ? OTR_WATCH_KEPT : 0;
}

/* Leave word with the writer of one CPU. */
static void wait_watch(struct otr_ring_cpu *rc, unsigned int percent)
{
	u32 old = READ_ONCE(rc->watch_full);

	if (!percent) {
		WRITE_ONCE(rc->watch, OTR_WATCH_WAITER | wait_watch_always(rc));
		return;
	}
	/* The least of what is waited for; others look and go on waiting. */
	while (!old || old > percent) {
		u32 was = cmpxchg(&rc->watch_full, old, percent);

		if (was == old)
			break;
		old = was;
	}
}

static void wait_wake_all(struct otr_ring_cpu *rc)
{
	struct otr_ring *ring = READ_ONCE(rc->ring);

	wake_up_all(per_cpu_ptr(ring->queues, rc->cpu));
	wake_up_all(&ring->waiters);
}

static void wait_do_work(struct irq_work *work)
{
	wait_wake_all(container_of(work, struct otr_ring_cpu, work));
}

/*
 * Somebody waits for a record, and here is one; or it has to be marked. Any context. On a CPU
 * that comes or goes the word stays: otr_ring_wait_moved() wakes them when it is here, or
 * gone.
 */
void __otr_aside otr_ring_notify(struct otr_ring_cpu *rc)
{
	if (rc->keep) {
		otr_kept_commit(rc);
		if (!(READ_ONCE(rc->watch) & OTR_WATCH_WAITER))
			return;
	}
	/* Before they are woken, as they may come back with another word. */
	WRITE_ONCE(rc->watch, wait_watch_always(rc));
	if (!otr_raise(&rc->work))
		wait_watch(rc, 0);
}

/* Somebody waits for a number of pages, and here is one more. Any context. */
void otr_ring_notify_full(struct otr_ring_cpu *rc)
{
	u32 percent = READ_ONCE(rc->watch_full);

	if (!wait_full_enough(rc, percent))
		return;
	WRITE_ONCE(rc->watch_full, 0);
	if (!otr_raise(&rc->work))
		wait_watch(rc, percent);
}

/* All records were exchanged for others: waiters shall look. Any context. */
void otr_ring_wait_swapped(struct otr_ring_cpu *rc)
{
	otr_raise(&rc->work);
}

/*
 * A CPU is here, or is gone: it could not wake anybody while it came or went. It may
 * even have exchanged the records of others.
 */
void otr_ring_wait_moved(struct otr_ring *ring)
{
	int cpu;

	for_each_possible_cpu(cpu)
		wake_up_all(per_cpu_ptr(ring->queues, cpu));
	wake_up_all(&ring->waiters);
}

/*
 * Have somebody look again, at least a tick from now. Where that is about to happen
 * sooner, for others, whose tick it stays, it happens once more.
 */
static void wait_rescue(struct otr_ring *ring)
{
	if (queue_delayed_work(system_wq, &ring->again, 1))
		return;
	atomic_set(&ring->once_more, 1);
	/*
	 * If it is still pending then it begins after this, and finds what was set:
	 * both that attempt and the beginning of the work are full barriers.
	 */
	queue_delayed_work(system_wq, &ring->again, 1);
}

/* Leave word, then look. */
static bool wait_watch_and_look(struct otr_ring *ring, int cpu, unsigned int percent)
{
	int at;

	if (wait_ready(ring, cpu, percent))
		return true;
	if (cpu != OTR_CPU_ALL) {
		wait_watch(otr_ring_at(ring, cpu), percent);
	} else {
		for_each_possible_cpu(at)
			wait_watch(otr_ring_at(ring, at), 0);
	}
	wait_rescue(ring);
	/* See memory-order.rst (waiters). */
	smp_mb();
	return wait_ready(ring, cpu, percent);
}

/* A tick after somebody began to wait: was a record overlooked? */
static void wait_look_again(struct work_struct *work)
{
	struct otr_ring *ring = container_of(to_delayed_work(work), struct otr_ring, again);
	int cpu;

	if (atomic_xchg(&ring->once_more, 0))
		queue_delayed_work(system_wq, &ring->again, 1);
	for_each_possible_cpu(cpu) {
		struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
		u32 percent = READ_ONCE(rc->watch_full);

		if (READ_ONCE(rc->watch) & OTR_WATCH_WAITER && wait_ready_cpu(ring, cpu, 0))
			wait_wake_all(rc);
		else if (percent && wait_ready_cpu(ring, cpu, percent))
			wait_wake_all(rc);
	}
}

static wait_queue_head_t *wait_queue(struct otr_ring *ring, int cpu)
{
	return cpu == OTR_CPU_ALL ? &ring->waiters : per_cpu_ptr(ring->queues, cpu);
}

/**
 * otr_ring_wait - wait for records
 * @ring: the ring
 * @cpu: a possible CPU, or OTR_CPU_ALL for a record of any
 * @percent: wait until so much of the CPU's ring is full; 0 for any record
 *
 * Context: may sleep.
 * Return: 0 when there is something, or otr_ring_wake() was called;
 * -ERESTARTSYS for a signal; -ENODEV for a CPU without pages.
 */
int otr_ring_wait(struct otr_ring *ring, int cpu, unsigned int percent)
{
	int wakes = atomic_read(&ring->wakes);

	if (cpu != OTR_CPU_ALL && !otr_ring_has_cpu(ring, cpu))
		return -ENODEV;
	return wait_event_interruptible(*wait_queue(ring, cpu),
					wait_watch_and_look(ring, cpu, percent) ||
					atomic_read(&ring->wakes) != wakes);
}

/**
 * otr_ring_poll - poll() for records
 * @ring: the ring
 * @cpu: a possible CPU, or OTR_CPU_ALL for a record of any
 * @file: the file
 * @table: of poll()
 * @percent: as for otr_ring_wait()
 *
 * Context: may sleep.
 * Return: EPOLLIN | EPOLLRDNORM, or 0; EPOLLERR for a CPU without pages.
 */
__poll_t otr_ring_poll(struct otr_ring *ring, int cpu, struct file *file, poll_table *table,
		       unsigned int percent)
{
	if (cpu != OTR_CPU_ALL && !otr_ring_has_cpu(ring, cpu))
		return EPOLLERR;
	poll_wait(file, wait_queue(ring, cpu), table);
	return wait_watch_and_look(ring, cpu, percent) ? EPOLLIN | EPOLLRDNORM : 0;
}

/**
 * otr_ring_wake - send waiters home, with or without a record
 * @ring: the ring
 * @cpu: those of a CPU, or OTR_CPU_ALL for everybody
 *
 * Context: any but NMI.
 */
void otr_ring_wake(struct otr_ring *ring, int cpu)
{
	int at;

	/* Pairs with the barriers of the wait queues. */
	atomic_inc(&ring->wakes);
	for_each_possible_cpu(at)
		if (cpu == OTR_CPU_ALL || cpu == at)
			wake_up_all(per_cpu_ptr(ring->queues, at));
	wake_up_all(&ring->waiters);
}

int otr_ring_wait_init(struct otr_ring *ring)
{
	int cpu;

	ring->queues = alloc_percpu(wait_queue_head_t);
	if (!ring->queues)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		init_waitqueue_head(per_cpu_ptr(ring->queues, cpu));
	init_waitqueue_head(&ring->waiters);
	INIT_DELAYED_WORK(&ring->again, wait_look_again);
	return 0;
}

void otr_ring_wait_init_cpu(struct otr_ring_cpu *rc)
{
	init_irq_work(&rc->work, wait_do_work);
}

/* Nobody writes or waits any more: let what was queued come to its end. */
void otr_ring_wait_exit(struct otr_ring *ring)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&otr_ring_at(ring, cpu)->work);
	cancel_delayed_work_sync(&ring->again);
}
