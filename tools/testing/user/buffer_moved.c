// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader that takes a whole page out gets the memory that writers wrote to, which is what
 * splicing hands on, and the ring goes on with the page that was brought for it. None
 * of them has anything in it that was there before.
 */
#include <linux/rcupdate.h>

#include "buffer_test.h"

#define PAGES	4

/* Write until a page is full: its address, and how many records are on it. */
static void *fill_page(unsigned int *nr)
{
	struct otr_rec rec;
	void *page = NULL;

	for (*nr = 0;; ++*nr) {
		void *data = otr_ring_begin(world.ring, &rec, 100);
		void *here = (void *)((unsigned long)data & ~(PAGE_SIZE - 1));

		otr_ring_end(&rec);
		if (page && here != page)
			return page;
		page = here;
	}
}

static struct otr_ring *create(void)
{
	const struct otr_ring_config config = { .bytes = PAGES * PAGE_SIZE };

	world_create(0, 0, false);
	otr_ring_destroy(world.ring);
	world.ring = otr_ring_create(&config);
	world.back = true;	/* it was not written through the twin */
	return world.ring;
}

static void whole_pages_are_moved(void)
{
	struct otr_ring *ring = create();
	void *pages[PAGES], *brought;
	unsigned int nr[PAGES], i;
	struct otr_raw raw;

	EXPECT_EQ(otr_raw_alloc(ring, 0, &raw), 0);
	for (i = 0; i < PAGES - 1; i++)
		pages[i] = fill_page(&nr[i]);
	for (i = 0; i < PAGES - 1; i++) {
		brought = raw.page;
		EXPECT_EQ(otr_raw_read(ring, 0, &raw, PAGE_SIZE, true), 0);
		EXPECT(raw.page == pages[i]);
		EXPECT(raw.page != brought);
		/* The record that began the next page was counted there. */
		EXPECT_EQ(raw.records, i ? nr[i] + 1 : nr[i]);
	}
	EXPECT_EQ(otr_raw_read(ring, 0, &raw, PAGE_SIZE, true), -EAGAIN);
	otr_raw_free(&raw);
	otr_ring_destroy(ring);
	rcu_barrier();
}

/* The ring's page stays where more is on it than there is room for. */
static void parts_are_copied(void)
{
	struct otr_ring *ring = create();
	struct otr_raw raw;
	unsigned int nr;
	void *page, *brought;

	EXPECT_EQ(otr_raw_alloc(ring, 0, &raw), 0);
	page = fill_page(&nr);
	brought = raw.page;
	EXPECT_EQ(otr_raw_read(ring, 0, &raw, PAGE_SIZE / 2, false), 0);
	EXPECT(raw.page == brought && raw.page != page);
	EXPECT(raw.records < nr);
	otr_raw_free(&raw);
	otr_ring_destroy(ring);
	rcu_barrier();
}

static void write_bytes(u8 byte, unsigned int len)
{
	struct otr_rec rec;
	void *data = otr_ring_begin(world.ring, &rec, len);

	if (!data)
		return;
	memset(data, byte, len);
	otr_ring_end(&rec);
}

/* What a record of any length does not fill has zeros, whatever was there before. */
static void nothing_old_behind_a_record(void)
{
	struct otr_ring *ring = create();
	struct otr_item item;
	struct otr_ring_cpu *rc;
	struct otr_raw raw;

	otr_ring_set_overwrite(ring, true);
	for (unsigned int len = 0; len < 3 * OTR_REC_SHORT_MAX; len++) {
		for (int i = 0; i < 4 * 4096 / 512 + 4; i++)
			write_bytes(0xee, 508);
		EXPECT_EQ(otr_ring_reset(ring, 0), 0);
		write_bytes(0x11, len);
		rc = otr_ring_reader_lock(ring, 0);
		EXPECT(otr_ring_peek(rc, &item));
		EXPECT_EQ(item.len, otr_rec_payload(len));
		for (unsigned int at = 0; at < item.len; at++)
			EXPECT_EQ(((u8 *)item.data)[at], at < len ? 0x11 : 0);
		otr_ring_consume(rc);
		otr_ring_reader_unlock(rc);
	}
	/* A page that came from outside is no worse, and goes into the ring. */
	EXPECT_EQ(otr_raw_alloc(ring, 0, &raw), 0);
	for (unsigned int at = 0; at < PAGE_SIZE; at++)
		EXPECT_EQ(((u8 *)raw.page)[at], 0);
	otr_raw_free(&raw);
	otr_ring_destroy(ring);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(whole_pages_are_moved),
	KTAP_CASE(parts_are_copied),
	KTAP_CASE(nothing_old_behind_a_record),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
