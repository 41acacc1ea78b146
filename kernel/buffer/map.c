// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages in the memory of programs, which read records where they were written.
 *
 * While a CPU's pages are mapped none comes and none goes, so each has a number for all
 * that time. A program asks for the next page to read and is told its number. That page is
 * the reader's own: it is out of the ring, and nobody writes to it until the next one is
 * asked for. Of the page that is being written the reader has a copy, to which it adds
 * what came since, at the same place; the rest of the page follows there when it is
 * complete. So a page grows, as programs know it, and no record is seen twice.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buffer/ring.h"

/*
 * What was read of the reader's own page need not be there: the page may have been given
 * away behind it, and be a new one. A program that begins in front of that finds padding.
 */
static void map_settle(struct otr_reader *rd)
{
	struct otr_cursor *cur = &rd->cur;
	u32 *head = (u32 *)cur->page->data;

	if (cur->off >= cur->end && !otr_pos_off(rd->pos)) {
		cur->off = 0;
		cur->end = 0;
	}
	if (!cur->off)
		return;
	rd->fresh = false;
	/* Padding without a time would be the end of the page. */
	head[0] = otr_rec_word(OTR_REC_PAD, 1);
	head[1] = cur->off - OTR_REC_HEAD;
	cur->page->ts = cur->ts - 1;
}

/* Give all pages their numbers. The reader lock keeps them where they are. */
static void map_number(struct otr_ring_cpu *rc, struct otr_map *map)
{
	u64 pos = otr_pos_oldest(rc->nr, otr_ring_committed(rc));
	u32 i;

	map->pages[0] = rc->reader.cur.page;
	for (i = 1; i < map->nr; i++) {
		map->pages[i] = otr_slot_page(READ_ONCE(otr_slot_at(rc, pos)->word));
		pos = otr_pos_next(rc->nr, pos);
	}
	for (i = 0; i < map->nr; i++)
		set_page_private(virt_to_page(map->pages[i]), i);
}

/* Records that were pushed out and that the reader did not come to yet. */
static u64 map_missed(const struct otr_ring_cpu *rc)
{
	const struct otr_reader *rd = &rc->reader;
	u64 base;

	if (!rd->adrift && READ_ONCE(otr_slot_at(rc, rd->pos)->bytes) == rd->before)
		return 0;
	base = READ_ONCE(otr_slot_at(rc, otr_reader_oldest(rc))->base);
	return base > rd->next ? base - rd->next : 0;
}

/* Say how much is on the page: a program that sees that sees the records, too. */
static void map_seal(const struct otr_ring_cpu *rc, const struct otr_map *map)
{
	const struct otr_reader *rd = &rc->reader;
	struct otr_page *page = rd->cur.page;
	u64 commit = rd->cur.end;

	if (map->lost) {
		commit |= OTR_PAGE_LOST;
		/* Not where the page goes on. */
		if (!otr_pos_off(rd->pos) && rd->cur.end + sizeof(u64) <= rc->data) {
			memcpy(page->data + rd->cur.end, &map->lost, sizeof(u64));
			commit |= OTR_PAGE_LOST_STORED;
		}
	}
	/* Pairs with the load in a program that looks at a page that grows. */
	smp_store_release(&page->commit, commit);
}

/* Tell programs of the reader's own page. The reader lock is held. */
static void map_tell(struct otr_ring_cpu *rc, struct otr_map *map)
{
	const struct otr_slot *slot = otr_slot_at(rc, otr_ring_committed(rc));
	const struct otr_reader *rd = &rc->reader;
	struct otr_map_head *head = map->head;

	map_seal(rc, map);
	map->shown = rd->cur.page;
	WRITE_ONCE(head->entries, READ_ONCE(slot->base) + local_read(&slot->count));
	WRITE_ONCE(head->overrun, rd->lost_all + map_missed(rc));
	WRITE_ONCE(head->read, rd->read);
	WRITE_ONCE(head->reader.lost, map->lost);
	WRITE_ONCE(head->reader.read, rd->cur.off);
	WRITE_ONCE(head->reader.id, page_private(virt_to_page(rd->cur.page)));
}

static void map_free(struct otr_map *map)
{
	if (!map)
		return;
	otr_page_free((struct otr_page *)map->head, 0);
	kvfree(map->pages);
	kfree(map);
}

static struct otr_map *map_alloc(const struct otr_ring_cpu *rc)
{
	struct otr_map *map = kzalloc(sizeof(*map), GFP_KERNEL);

	if (!map)
		return NULL;
	map->nr = rc->nr + 1;
	map->order = rc->order;
	map->users = 1;
	map->pages = kvcalloc(map->nr, sizeof(*map->pages), GFP_KERNEL);
	map->head = (struct otr_map_head *)otr_page_alloc(rc->cpu, 0);
	if (!map->pages || !map->head) {
		map_free(map);
		return NULL;
	}
	*map->head = (struct otr_map_head) {
		.head_size	= PAGE_SIZE << map->order,
		.struct_size	= sizeof(*map->head),
		.page_size	= PAGE_SIZE << map->order,
		.nr		= map->nr,
	};
	return map;
}

static const struct otr_map *map_first(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc;
	struct otr_map *map;

	/* Its records stay its own until the last one is done with them. */
	otr_ring_pin(ring);
	rc = otr_ring_at(ring, cpu);
	map = map_alloc(rc);
	if (!map) {
		otr_ring_unpin(ring);
		return ERR_PTR(-ENOMEM);
	}
	otr_reader_lock(rc);
	map_settle(&rc->reader);
	map_number(rc, map);
	map_tell(rc, map);
	WRITE_ONCE(rc->map, map);
	otr_reader_publish(rc);
	otr_reader_unlock(rc);
	return map;
}

/**
 * otr_map_get - have a CPU's pages stay for a program that maps them
 * @ring: the ring, which no spare's is
 * @cpu: the CPU
 *
 * Until otr_map_put() its pages neither come nor go, and nobody exchanges the ring's records.
 *
 * Context: may sleep; a program's mmap_lock may be held.
 * Return: the map; ERR_PTR() of -ENOMEM, of -EINVAL for a CPU without pages, or of -ENODEV
 * where pages are in an area.
 */
const struct otr_map *otr_map_get(struct otr_ring *ring, int cpu)
{
	const struct otr_map *ret;
	struct otr_map *map;

	if (!otr_ring_has_cpu(ring, cpu))
		return ERR_PTR(-EINVAL);
	if (ring->keep)
		return ERR_PTR(-ENODEV);
	mutex_lock(&ring->lock);
	map = otr_ring_at(ring, cpu)->map;
	if (map) {
		map->users++;
		ret = map;
	} else {
		ret = map_first(ring, cpu);
	}
	mutex_unlock(&ring->lock);
	return ret;
}

/**
 * otr_map_put - the counterpart of otr_map_get()
 * @ring: the ring
 * @cpu: the CPU
 *
 * Context: likewise. No program has its pages any more, if nobody else asked for them.
 */
void otr_map_put(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc;
	struct otr_map *map;

	mutex_lock(&ring->lock);
	rc = otr_ring_at(ring, cpu);
	map = rc->map;
	if (--map->users) {
		mutex_unlock(&ring->lock);
		return;
	}
	otr_reader_lock(rc);
	WRITE_ONCE(rc->map, NULL);
	otr_reader_unlock(rc);
	otr_ring_unpin(ring);
	mutex_unlock(&ring->lock);
	map_free(map);
}

/**
 * otr_map_page - what a program gets to see at a place
 * @map: from otr_map_get()
 * @at: the place, in pages of the machine, from the head on
 *
 * Context: any.
 * Return: the page; NULL for one that has nothing but zeros.
 */
struct page *otr_map_page(const struct otr_map *map, unsigned long at)
{
	unsigned long inside = at & ((1UL << map->order) - 1);

	at >>= map->order;
	if (at)
		return virt_to_page((char *)map->pages[at - 1] + inside * PAGE_SIZE);
	return inside ? NULL : virt_to_page(map->head);
}

/* Take all that is left on the reader's own page, or on the next one. */
static void map_consume(struct otr_ring_cpu *rc, struct otr_map *map)
{
	struct otr_reader *rd = &rc->reader;
	struct otr_item item;
	bool more = otr_reader_peek(rc, rd, &item);

	/* What was lost in front of a page is told once, by any reader that went on. */
	if (rd->cur.page != map->shown)
		map->lost = 0;
	if (!more)
		return;
	map->lost += rd->lost;
	rd->read += otr_reader_rest(rc);
	rd->lost = 0;
}

/**
 * otr_map_take - go on to the next page that a program can read
 * @ring: the ring
 * @cpu: the CPU
 *
 * All that is on it counts as read then. If nothing was written it is the same one.
 *
 * Context: may sleep; takes the reader lock.
 * Return: 0; -ENODEV for a CPU whose pages nobody mapped, -EINVAL for one without pages.
 */
int otr_map_take(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	int err = -ENODEV;

	if (!otr_ring_has_cpu(ring, cpu))
		return -EINVAL;
	otr_reader_lock(rc);
	if (rc->map) {
		map_consume(rc, rc->map);
		map_tell(rc, rc->map);
		otr_reader_publish(rc);
		err = 0;
	}
	otr_reader_unlock(rc);
	return err;
}

/* The CPU's records were dropped: so programs are told. otr_ring.lock is held. */
void otr_map_emptied(struct otr_ring_cpu *rc)
{
	struct otr_map *map = rc->map;

	if (!map)
		return;
	otr_reader_lock(rc);
	map->lost = 0;
	map_tell(rc, map);
	otr_reader_unlock(rc);
}
