// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages as they are, for clients that take the published format. Where it can
 * be, the page itself leaves the ring and the caller's takes its place.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "buffer/ring.h"

/**
 * otr_raw_size - how large a CPU's pages are
 * @ring: the ring
 * @cpu: the CPU
 *
 * Context: any.
 * Return: bytes, head included; a power of two.
 */
size_t otr_raw_size(struct otr_ring *ring, int cpu)
{
	return PAGE_SIZE << READ_ONCE(otr_ring_at(ring, cpu)->order);
}

/**
 * otr_raw_alloc - get a page to read into
 * @ring: the ring
 * @cpu: the CPU that will be read
 * @raw: receives the page
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM; -ENODEV for a CPU without pages.
 */
int otr_raw_alloc(struct otr_ring *ring, int cpu, struct otr_raw *raw)
{
	unsigned int order = READ_ONCE(otr_ring_at(ring, cpu)->order);

	if (!otr_ring_has_cpu(ring, cpu))
		return -ENODEV;
	*raw = (struct otr_raw) {
		.page	= otr_page_alloc(cpu, order),
		.order	= order,
	};
	return raw->page ? 0 : -ENOMEM;
}

/**
 * otr_raw_free - free a page
 * @raw: from otr_raw_alloc(), filled or not
 *
 * The ring may be gone by then.
 *
 * Context: any but NMI.
 */
void otr_raw_free(struct otr_raw *raw)
{
	if (raw->moved)
		otr_page_retire(raw->page);
	else
		otr_page_free(raw->page, raw->order);
	raw->page = NULL;
}

/**
 * otr_raw_give - hand a page on to code that knows nothing of rings
 * @raw: from otr_raw_read(), which does not have the page any more afterwards
 *
 * Context: any but NMI.
 * Return: the page, which put_page() gives back: at any time, as it stays for as long
 * as a glance may be at it.
 */
struct page *otr_raw_give(struct otr_raw *raw)
{
	struct page *page = virt_to_page(raw->page);

	if (raw->moved) {
		get_page(page);
		otr_page_retire(raw->page);
	}
	raw->page = NULL;
	return page;
}

static u64 raw_count_rest(struct otr_reader *rd)
{
	u64 first = rd->next;
	struct otr_item item;

	while (otr_cursor_look(&rd->cur, &item, &rd->after) > 0) {
		rd->after_ts = item.ts;
		otr_reader_next(rd);
	}
	return rd->next - first;
}

/* Go to the end of the reader's own page: how many records is that? */
u64 otr_reader_rest(struct otr_ring_cpu *rc)
{
	struct otr_reader *rd = &rc->reader;
	u64 records = rd->count;

	if (records && rd->fresh && rd->next == rd->base)
		rd->next += records;
	else
		records = raw_count_rest(rd);
	rd->cur.off = rd->cur.end;
	rd->after = 0;
	rd->fresh = false;
	return records;
}

/* Nobody looked at the reader's own page yet: hand it over. */
static void raw_hand_over(struct otr_ring_cpu *rc, struct otr_raw *raw)
{
	struct otr_reader *rd = &rc->reader;

	raw->bytes = rd->cur.end;
	raw->records = otr_reader_rest(rc);
	/* What goes on behind a part of a page counts from there. */
	swap(rd->cur.page, raw->page);
	raw->moved = true;
}

/* Copy as many records as there is room for: false if there is none for one. */
static bool raw_copy_out(struct otr_ring_cpu *rc, struct otr_raw *raw, size_t room)
{
	struct otr_reader *rd = &rc->reader;
	u64 first = rd->next, ts;
	struct otr_item item;
	u32 start, end;

	if (otr_cursor_look(&rd->cur, &item, &rd->after) <= 0)
		return false;
	/* Time records in front of the first one are in its time already. */
	ts = rd->cur.ts;
	start = rd->cur.off;
	end = start;
	do {
		if (rd->after - start > room)
			break;
		end = rd->after;
		rd->after_ts = item.ts;
		otr_reader_next(rd);
	} while (otr_cursor_look(&rd->cur, &item, &rd->after) > 0);
	rd->after = 0;
	raw->bytes = end - start;
	raw->records = rd->next - first;
	raw->page->ts = ts;
	memcpy(raw->page->data, rd->cur.page->data + start, raw->bytes);
	return raw->bytes;
}

/* Write the head as clients know it, and leave nothing old behind the data. */
static void raw_seal(struct otr_raw *raw, size_t size, size_t room)
{
	struct otr_page *page = raw->page;
	unsigned int used = raw->bytes;

	page->commit = raw->bytes;
	if (raw->lost) {
		page->commit |= OTR_PAGE_LOST;
		if (used + sizeof(u64) <= min(size, room)) {
			memcpy(page->data + used, &raw->lost, sizeof(u64));
			used += sizeof(u64);
			page->commit |= OTR_PAGE_LOST_STORED;
		}
	}
	memset(page->data + used, 0, size - used);
	raw->bytes = used + sizeof(*page);
}

static int buffer_raw_read(struct otr_ring_cpu *rc, struct otr_raw *raw, size_t room, bool whole)
{
	struct otr_reader *rd = &rc->reader;
	struct otr_item item;
	u64 lost;

	if (raw->order != rc->order)
		return -ESTALE;
	if (whole && rd->cur.off >= rd->cur.end &&
	    otr_pos_page(rd->pos) == otr_pos_page(otr_ring_committed(rc)))
		return -EAGAIN;
	if (!otr_reader_peek(rc, rd, &item))
		return -EAGAIN;
	if (room < sizeof(*raw->page))
		return -EINVAL;
	room -= sizeof(*raw->page);
	lost = rd->lost;
	/*
	 * Clients look for losses in front of a record that is first on a page. No page
	 * leaves that programs have in their memory.
	 */
	if (rd->fresh && rd->next == rd->base && rd->cur.end <= room &&
	    (!lost || !rd->cur.off) && !rc->map)
		raw_hand_over(rc, raw);
	else if (!raw_copy_out(rc, raw, room))
		return -EINVAL;
	rd->read += raw->records;
	rd->lost = 0;
	raw->lost = lost;
	raw_seal(raw, (PAGE_SIZE << rc->order) - sizeof(*raw->page), room);
	return 0;
}

/**
 * otr_raw_read - take out a page of records
 * @ring: the ring
 * @cpu: a CPU that has pages
 * @raw: from otr_raw_alloc(); its page may be exchanged for another one
 * @room: how many bytes of page the caller can use
 * @whole: only a page that the writer is done with
 *
 * Context: may sleep; takes the reader lock.
 * Return: 0; -EAGAIN when there is nothing, however little room there is; -EINVAL when
 * there is no room for the first record; -ESTALE when pages have another size meanwhile:
 * free @raw and allocate it again.
 */
int otr_raw_read(struct otr_ring *ring, int cpu, struct otr_raw *raw, size_t room, bool whole)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	int err;

	otr_reader_lock(rc);
	err = buffer_raw_read(rc, raw, room, whole);
	otr_reader_publish(rc);
	otr_reader_unlock(rc);
	return err;
}
