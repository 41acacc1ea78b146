// SPDX-License-Identifier: GPL-2.0-only
/*
 * Iterators: readers that take nothing. They copy a page at a time under the
 * reader lock and walk their copy without it.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buffer/ring.h"

/**
 * struct otr_iter - a look at the records of one CPU
 * @rc: the CPU's records
 * @rd: where it is
 * @order: size of its own page
 * @epoch: of the slots, when @rd was right
 * @resets: likewise
 * @left: pages to begin before the next end
 */
struct otr_iter {
	struct otr_ring_cpu	*rc;
	struct otr_reader	rd;
	unsigned int		order;
	unsigned int		epoch;
	unsigned int		resets;
	u32			left;
};

/*
 * Records may come faster than they are shown, and showing them may make others. So
 * a look ends after as many pages as there are, and the reader's own.
 */
static void iter_allow(struct otr_iter *iter)
{
	iter->left = iter->rc->nr + 1;
}

/* Begin where the consuming reader is, at what it has on its own page. */
static void iter_follow_reader(struct otr_iter *iter)
{
	const struct otr_reader *from = &iter->rc->reader;
	struct otr_reader *rd = &iter->rd;
	struct otr_page *own = rd->cur.page;

	*rd = (struct otr_reader) {
		.cur	= from->cur,
		.pos	= from->pos,
		.before	= from->before,
		.adrift	= from->adrift,
		.base	= from->base,
		.next	= from->next,
	};
	rd->cur.page = own;
	/* What was pushed out before it began is not its loss. */
	rd->started = from->cur.off < from->cur.end || otr_pos_off(from->pos);
	memcpy(own->data + from->cur.off, from->cur.page->data + from->cur.off,
	       from->cur.end - from->cur.off);
}

/* After the slots were changed: find the place again, by the records' numbers. */
static bool iter_find_again(struct otr_iter *iter)
{
	struct otr_ring_cpu *rc = iter->rc;
	bool emptied = iter->resets != rc->resets;

	if (iter->order != rc->order) {
		struct otr_page *page = otr_page_alloc(rc->cpu, rc->order);

		if (!page)
			return false;
		otr_page_free(iter->rd.cur.page, iter->order);
		iter->rd.cur = (struct otr_cursor) { .page = page };
		iter->order = rc->order;
	}
	iter->rd.pos = 0;
	iter->rd.adrift = true;
	if (emptied)
		iter->rd.started = false;
	iter->epoch = rc->epoch;
	iter->resets = rc->resets;
	return true;
}

/**
 * otr_iter_create - begin to look at the records of a CPU
 * @ring: the ring
 * @cpu: a CPU that has pages
 *
 * It begins with the oldest record that was not consumed.
 *
 * Context: may sleep; takes the reader lock.
 * Return: the iterator; ERR_PTR(-ENOMEM).
 */
struct otr_iter *otr_iter_create(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	struct otr_iter *iter = kzalloc(sizeof(*iter), GFP_KERNEL);

	if (!iter)
		return ERR_PTR(-ENOMEM);
	iter->rc = rc;
	otr_reader_lock(rc);
	iter->order = rc->order;
	iter->epoch = rc->epoch;
	iter->resets = rc->resets;
	iter_allow(iter);
	iter->rd.cur.page = otr_page_alloc(cpu, rc->order);
	if (iter->rd.cur.page)
		iter_follow_reader(iter);
	otr_reader_unlock(rc);
	if (!iter->rd.cur.page) {
		kfree(iter);
		return ERR_PTR(-ENOMEM);
	}
	return iter;
}

/**
 * otr_iter_destroy - end looking
 * @iter: the iterator
 *
 * Context: may sleep.
 */
void otr_iter_destroy(struct otr_iter *iter)
{
	otr_page_free(iter->rd.cur.page, iter->order);
	kfree(iter);
}

/* The first record that is not on the iterator's page yet. The reader lock is held. */
static bool iter_turn(struct otr_iter *iter, struct otr_item *item)
{
	struct otr_ring_cpu *rc = iter->rc;
	bool found = false;

	if (iter->epoch != rc->epoch && !iter_find_again(iter))
		return false;
	if (iter->left)
		found = otr_reader_peek(rc, &iter->rd, item);
	if (!found)
		iter_allow(iter);
	else if (iter->rd.fresh)
		iter->left--;
	return found;
}

/**
 * otr_iter_peek - look at the current record
 * @iter: the iterator
 * @item: receives the record; valid until otr_iter_next() or otr_iter_destroy()
 *
 * It ends where there are no more records, and, while others come faster than it goes on,
 * after as many as the ring holds. At the end, records written since then are found by
 * trying again.
 *
 * Context: may sleep; takes the reader lock once a page.
 * Return: whether there is one.
 */
bool otr_iter_peek(struct otr_iter *iter, struct otr_item *item)
{
	struct otr_cursor *cur = &iter->rd.cur;
	bool found;

	/* What is left of a page of a former boot is not this one's. */
	if (unlikely(iter->rc->keep) && iter->resets != READ_ONCE(iter->rc->resets))
		cur->off = cur->end;
	if (cur->off < cur->end && otr_cursor_look(cur, item, &iter->rd.after) > 0) {
		item->cpu = iter->rc->cpu;
		item->lost = iter->rd.lost;
		iter->rd.after_ts = item->ts;
		return true;
	}
	otr_reader_lock(iter->rc);
	found = iter_turn(iter, item);
	otr_reader_unlock(iter->rc);
	return found;
}

/**
 * otr_iter_next - go on to the next record
 * @iter: an iterator of which otr_iter_peek() showed a record
 *
 * Context: any.
 */
void otr_iter_next(struct otr_iter *iter)
{
	otr_reader_next(&iter->rd);
}
