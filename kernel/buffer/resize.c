// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing a CPU's pages: resizing, emptying, another clock, pages of another
 * size. All of it happens in windows, see window.c.
 */
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "buffer/ring.h"

/**
 * struct change - what is to be done in a window
 * @window: the window
 * @pages: new slots, with new pages in the last ones, and perhaps a new page for
 *	   the reader; afterwards, what is to be freed
 * @clock: the clock to use from then on
 */
struct change {
	struct otr_window	window;
	struct otr_pages	pages;
	enum otr_clock_id	clock;
};

/* Hang up slots, while the commit position is closed. */
static void resize_publish(struct otr_ring_cpu *rc, struct otr_slot *slots, u32 nr)
{
	WRITE_ONCE(rc->slots, slots);
	WRITE_ONCE(rc->nr, nr);
	/*
	 * Pairs with the read barrier in otr_glance_begin(): with a new epoch come
	 * the slots of it, see memory-order.rst (glances).
	 */
	smp_store_release(&rc->epoch, rc->epoch + 1);
}

/*
 * In a window, or where nobody records yet: hang up pages that are all empty, and
 * begin on the first one. @write is where writing was; returns where it goes on.
 */
u64 otr_ring_start(struct otr_ring_cpu *rc, struct otr_slot *slots, u32 nr, u64 write)
{
	u64 start = otr_pos_new_lap(write);

	WRITE_ONCE(slots->word, otr_slot_word(otr_slot_page(slots->word), start, 0));
	WRITE_ONCE(rc->last_ts, OTR_TS_UNKNOWN);
	WRITE_ONCE(rc->resets, rc->resets + 1);
	WRITE_ONCE(rc->shown, 0);
	WRITE_ONCE(rc->shown_lost, 0);
	rc->reader = (struct otr_reader) {
		.cur		= { .page = rc->reader.cur.page },
		.pos		= start,
		.takes		= true,
		.started	= true,
	};
	if (rc->keep)
		rc->keep->pos = start;
	resize_publish(rc, slots, nr);
	return start;
}

static void resize_apply_reset(struct otr_window *window)
{
	struct change *change = container_of(window, struct change, window);
	struct otr_ring_cpu *rc = window->rc;
	unsigned int i;

	if (rc->keep)
		otr_kept_clear(rc);
	for (i = 0; i < rc->nr; i++) {
		struct otr_slot *slot = &rc->slots[i];

		WRITE_ONCE(slot->word, otr_slot_word(otr_slot_page(slot->word), 0,
						     OTR_SLOT_EMPTY));
		WRITE_ONCE(slot->base, 0);
		WRITE_ONCE(slot->bytes, 0);
		local_set(&slot->count, 0);
		OTR_STEP(28);
	}
	WRITE_ONCE(rc->clock, change->clock);
	window->write = otr_ring_start(rc, rc->slots, rc->nr, window->write);
	window->emptied = true;
}

/* Hang the page of @from on @to, and take it away there. */
static void resize_move_page(struct otr_slot *to, struct otr_slot *from, u64 pos, u64 empty)
{
	to->word = otr_slot_word(otr_slot_page(from->word), pos, empty);
	to->base = from->base;
	to->bytes = from->bytes;
	local_set(&to->count, local_read(&from->count));
	WRITE_ONCE(from->word, 0);
}

/* How many pages in front of the writing position can be read. */
static u32 resize_pages_held(const struct otr_ring_cpu *rc, u64 write)
{
	u64 pos = otr_pos_oldest(rc->nr, write);
	u32 held = 0;

	for (; pos != otr_pos_page(write); pos = otr_pos_next(rc->nr, pos))
		held += otr_slot_holds(otr_slot_at(rc, pos)->word, pos);
	return held;
}

/*
 * The newest pages go to the front of the new slots in their order, then what
 * is empty, as far as there are slots for it. What stays in the old ones is
 * freed, a page that was too much included.
 */
static void resize_apply_resize(struct otr_window *window)
{
	struct change *change = container_of(window, struct change, window);
	struct otr_ring_cpu *rc = window->rc;
	struct otr_pages *pages = &change->pages;
	struct otr_slot *slots = pages->slots, *old = rc->slots;
	u64 write = window->write, pos = otr_pos_oldest(rc->nr, write);
	u32 held = resize_pages_held(rc, write), at = 0, i;
	u32 lap = otr_pos_lap(otr_pos_new_lap(write));
	u32 fresh = pages->nr > rc->nr ? pages->nr - rc->nr : 0;
	u32 skip = held + 1 > pages->nr ? held + 1 - pages->nr : 0;
	u64 reader = 0;

	for (;; pos = otr_pos_next(rc->nr, pos)) {
		struct otr_slot *slot = otr_slot_at(rc, pos);
		bool last = pos == otr_pos_page(write);

		if (!last && (!otr_slot_holds(slot->word, pos) || (skip && skip--)))
			continue;
		if (otr_pos_page(rc->reader.pos) == pos)
			reader = otr_pos(lap, at, otr_pos_off(rc->reader.pos));
		resize_move_page(&slots[at], slot, otr_pos(lap, at, 0), 0);
		OTR_STEP(29);
		at++;
		if (last)
			break;
	}
	window->write = otr_pos(lap, at - 1, otr_pos_off(write));
	for (i = 0; i < rc->nr && at < pages->nr - fresh; i++)
		if (old[i].word)
			resize_move_page(&slots[at++], &old[i], 0, OTR_SLOT_EMPTY);
	/* Where the reader was, or the oldest page that is left. */
	rc->reader.pos = reader ?: otr_pos(lap, 0, 0);
	i = rc->nr;
	resize_publish(rc, slots, pages->nr);
	pages->nr = i;
	pages->slots = old;
}

/* Get all that resizing a CPU needs; no slots when there is nothing to do. */
static int resize_prepare_resize(struct otr_ring *ring, int cpu, unsigned long bytes,
				 struct change *change)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	struct otr_slot *slots;
	u32 nr = otr_slots_wanted(bytes, rc->data);

	if (!nr)
		return -ENOMEM;
	change->window.rc = rc;
	change->window.apply = resize_apply_resize;
	change->window.slots = rc->nr;
	if (nr == rc->nr)
		return 0;
	if (rc->map)
		return -EBUSY;
	slots = otr_slots_alloc(cpu, nr, nr > rc->nr ? nr - rc->nr : 0, rc->order);
	if (IS_ERR(slots))
		return PTR_ERR(slots);
	change->pages = (struct otr_pages){ .slots = slots, .nr = nr, .order = rc->order };
	return 0;
}

/* Nobody else changes the ring until resize_change_end(), and no CPU comes or goes. */
static void resize_change_begin(struct otr_ring *ring)
{
	cpus_read_lock();
	mutex_lock(&ring->lock);
	otr_ring_pin(ring);
}

static void resize_change_end(struct otr_ring *ring)
{
	otr_ring_unpin(ring);
	mutex_unlock(&ring->lock);
	cpus_read_unlock();
}

static bool resize_valid(int cpu)
{
	return cpu == OTR_CPU_ALL || (cpu >= 0 && cpu < nr_cpu_ids && cpu_possible(cpu));
}

static bool resize_concerns(const struct otr_ring *ring, int at, int cpu)
{
	return (cpu == OTR_CPU_ALL || cpu == at) && otr_ring_has_cpu(ring, at);
}

/* Do programs have pages of any CPU in their memory? */
static bool resize_mapped(const struct otr_ring *ring)
{
	int at;

	for_each_possible_cpu(at)
		if (otr_ring_at(ring, at)->map)
			return true;
	return false;
}

/* Apply what was prepared, unless there was an error, and clean up. */
static int resize_finish(struct change *changes, int err)
{
	bool applied = false;
	int at;

	for_each_possible_cpu(at) {
		if (!changes[at].pages.slots || err)
			continue;
		err = otr_window_run(&changes[at].window);
		applied = true;
	}
	/* A glance may be at what is to be freed. */
	if (applied)
		synchronize_rcu();
	/* What was there before or, if it was not applied, what was to come. */
	for_each_possible_cpu(at)
		otr_pages_free(&changes[at].pages);
	return err;
}

/*
 * What was asked for last is what the size is said to be, see otr_ring_size(). That of
 * a CPU without pages is what it will get, 0 for what all get that come.
 */
static void resize_note_size(struct otr_ring *ring, int cpu, unsigned long bytes)
{
	unsigned long size = otr_size_wanted(bytes, otr_ring_data(ring, ring->order));
	int at;

	for_each_possible_cpu(at) {
		if (resize_concerns(ring, at, cpu))
			WRITE_ONCE(otr_ring_at(ring, at)->size, otr_ring_bytes(ring, at));
		else if (cpu == OTR_CPU_ALL || cpu == at)
			WRITE_ONCE(otr_ring_at(ring, at)->size, cpu == at ? size : 0);
	}
	if (cpu == OTR_CPU_ALL) {
		ring->bytes = bytes;
		WRITE_ONCE(ring->size, size);
	}
}

static int resize_locked(struct otr_ring *ring, int cpu, unsigned long bytes,
			 struct change *changes)
{
	int at, err = 0;

	if (ring->keep || (cpu == OTR_CPU_ALL && resize_mapped(ring)))
		return -EBUSY;
	/* First everything that can fail for want of memory. */
	for_each_possible_cpu(at) {
		if (resize_concerns(ring, at, cpu))
			err = resize_prepare_resize(ring, at, bytes, &changes[at]);
		if (err)
			break;
	}
	if (!otr_slots_wanted(bytes, otr_ring_data(ring, ring->order)))
		err = -ENOMEM;
	err = resize_finish(changes, err);
	if (!err)
		resize_note_size(ring, cpu, bytes);
	return err;
}

/**
 * otr_ring_resize - change the number of pages
 * @ring: the ring, which may be in use
 * @cpu: the CPU, which may be one that has no pages yet, or OTR_CPU_ALL for those that
 *	 have pages and those to come
 * @bytes: payload bytes per CPU, rounded up to at least two pages
 *
 * The newest records stay, as many as there is room for.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for no possible CPU; -ENOMEM and -EINTR (a fatal signal),
 * nothing was changed; -EBUSY, its pages are in an area, programs have some in their
 * memory, or the ring is broken.
 */
int otr_ring_resize(struct otr_ring *ring, int cpu, unsigned long bytes)
{
	struct change *changes;
	int err;

	if (!resize_valid(cpu))
		return -EINVAL;
	changes = kvcalloc(nr_cpu_ids, sizeof(*changes), GFP_KERNEL);
	if (!changes)
		return -ENOMEM;
	resize_change_begin(ring);
	err = resize_locked(ring, cpu, bytes, changes);
	resize_change_end(ring);
	kvfree(changes);
	return err;
}

/* One way for emptying all that is there, with another clock or the same. */
static int resize_reset_all(struct otr_ring *ring, int cpu, int clock)
{
	int at, err = 0;

	resize_change_begin(ring);
	for_each_possible_cpu(at) {
		struct otr_ring_cpu *rc = otr_ring_at(ring, at);
		struct change change = {
			.window.rc	= rc,
			.window.apply	= resize_apply_reset,
			.window.slots	= rc->nr,
			.clock		= clock < 0 ? rc->clock : clock,
		};

		if (resize_concerns(ring, at, cpu)) {
			err = otr_window_run(&change.window) ?: err;
			otr_map_emptied(rc);
		} else if (clock >= 0) {
			rc->clock = clock;
		}
	}
	resize_change_end(ring);
	return err;
}

/**
 * otr_ring_reset - drop all records
 * @ring: the ring, which may be in use
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * The counters of what was lost, dropped and read begin at zero again.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for no possible CPU; -EBUSY, the ring is broken.
 */
int otr_ring_reset(struct otr_ring *ring, int cpu)
{
	if (!resize_valid(cpu))
		return -EINVAL;
	return resize_reset_all(ring, cpu, -1);
}

/**
 * otr_ring_set_clock - choose what records are stamped with
 * @ring: the ring, which may be in use
 * @clock: the clock
 *
 * Times of two clocks cannot be compared, so all records are dropped.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for no clock; -EBUSY, the ring is broken.
 */
int otr_ring_set_clock(struct otr_ring *ring, enum otr_clock_id clock)
{
	int err;

	if (clock >= OTR_CLOCK_COUNT)
		return -EINVAL;
	if (!ring->keep)
		return resize_reset_all(ring, OTR_CPU_ALL, clock);
	/* No record of the new clock comes before it is noted. */
	otr_ring_disable(ring);
	err = resize_reset_all(ring, OTR_CPU_ALL, clock);
	if (!err)
		otr_keep_set_clock(ring->keep, clock);
	otr_ring_enable(ring);
	return err;
}

/* Other slots, other pages, and another page of the reader's own. */
static void resize_apply_order(struct otr_window *window)
{
	struct change *change = container_of(window, struct change, window);
	struct otr_pages *pages = &change->pages;
	struct otr_ring_cpu *rc = window->rc;
	struct otr_slot *old = rc->slots;
	unsigned int order = pages->order;
	u32 nr = rc->nr;

	swap(rc->reader.cur.page, pages->page);
	pages->order = rc->order;
	/* Read without a lock, as are the others that are written so. */
	WRITE_ONCE(rc->order, order);
	WRITE_ONCE(rc->data, otr_ring_data(rc->ring, rc->order));
	window->write = otr_ring_start(rc, pages->slots, pages->nr, window->write);
	window->emptied = true;
	pages->slots = old;
	pages->nr = nr;
}

static int resize_prepare_order(struct otr_ring *ring, int cpu, unsigned int order,
				struct change *change)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	unsigned long bytes = (unsigned long)rc->nr * rc->data;

	change->window.rc = rc;
	change->window.apply = resize_apply_order;
	return otr_pages_alloc(&change->pages, cpu,
			       otr_slots_wanted(bytes, otr_ring_data(ring, order)), order);
}

static int resize_prepare_orders(struct otr_ring *ring, unsigned int order, struct change *changes)
{
	int at, err = 0;

	for_each_possible_cpu(at) {
		if (otr_ring_has_cpu(ring, at))
			err = resize_prepare_order(ring, at, order, &changes[at]);
		if (err)
			break;
	}
	return err;
}

static int resize_finish_orders(struct otr_ring *ring, unsigned int order, struct change *changes,
				int err)
{
	err = resize_finish(changes, err);
	if (!err)
		WRITE_ONCE(ring->order, order);
	return err;
}

/* All pages of both are there before the first ones are exchanged. */
static int resize_order_both(struct otr_ring *ring, struct otr_ring *spare, unsigned int order,
			     struct change *changes)
{
	struct change *others = changes + nr_cpu_ids;
	int err;

	resize_change_begin(ring);
	if (spare) {
		mutex_lock_nested(&spare->lock, SINGLE_DEPTH_NESTING);
		otr_ring_pin(spare);
	}
	err = ring->keep || resize_mapped(ring) ? -EBUSY : 0;
	if (!err)
		err = resize_prepare_orders(ring, order, changes);
	if (!err && spare)
		err = resize_prepare_orders(spare, order, others);
	err = resize_finish_orders(ring, order, changes, err);
	if (spare) {
		err = resize_finish_orders(spare, order, others, err);
		otr_ring_unpin(spare);
		mutex_unlock(&spare->lock);
	}
	resize_change_end(ring);
	return err;
}

/**
 * otr_ring_set_order - change the size of the pages
 * @ring: the ring, which may be in use
 * @spare: its spare, which gets pages of that size as well, or NULL
 * @order: 0..OTR_RING_ORDER_MAX: the machine's pages times two to this
 *
 * All records are dropped; about as many bytes are there for new ones. What
 * otr_ring_size() says stays.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL; -ENOMEM and -EINTR (a fatal signal), nothing was changed;
 * -EBUSY, its pages are in an area, programs have some in their memory, or the ring is
 * broken.
 */
int otr_ring_set_order(struct otr_ring *ring, struct otr_ring *spare, unsigned int order)
{
	struct change *changes;
	int err;

	if (order > OTR_RING_ORDER_MAX ||
	    ring->data_max > (PAGE_SIZE << order) - sizeof(struct otr_page))
		return -EINVAL;
	changes = kvcalloc(2 * nr_cpu_ids, sizeof(*changes), GFP_KERNEL);
	if (!changes)
		return -ENOMEM;
	/*
	 * The limit is a number of bytes: none from before may be stored after
	 * the pages have become smaller. A spare's has room for no record.
	 */
	otr_ring_disable(ring);
	synchronize_rcu();
	err = resize_order_both(ring, spare, order, changes);
	otr_ring_enable(ring);
	kvfree(changes);
	return err;
}

/**
 * otr_ring_size - how much a CPU was made to hold
 * @ring: the ring
 * @cpu: a possible CPU
 *
 * Context: any.
 * Return: data bytes on all its pages when it was resized last; since then, pages of
 * another size may have changed that a little. For a CPU without pages, what it will
 * be made to hold.
 */
unsigned long otr_ring_size(const struct otr_ring *ring, int cpu)
{
	return READ_ONCE(otr_ring_at(ring, cpu)->size) ?: READ_ONCE(ring->size);
}
