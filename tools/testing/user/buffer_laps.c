// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers that are left behind by any number of laps, some of which look like none:
 * positions have twenty bits for laps, slots eighteen. Each kind of reader goes on with
 * the oldest record that is there, and knows what it lost.
 */
#include "buffer_test.h"

#define DATA	36	/* three records */
#define PAGES	4
#define LAP	(3 * PAGES)

static struct otr_ring *ring;
static struct otr_ring_cpu *rc;
static u32 number;

static void create(const struct start *start)
{
	const struct otr_ring_config config = {
		.bytes = DATA * PAGES, .data_max = DATA, .overwrite = true,
	};

	otr_buffer_init();
	ring = otr_ring_create(&config);
	rc = otr_ring_at(ring, 0);
	laps_later(rc, start->lap - otr_pos_lap(rc->write), 0, start->bytes);
	rc->reader.pos = rc->write;
	rc->reader.before = start->bytes;
	number = 0;
}

static void destroy(void)
{
	EXPECT(!ring_check(ring, 0));
	EXPECT_STR(otr_ring_broken(ring) ?: "", "");
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

static void write_some(u32 nr)
{
	struct otr_rec rec;

	while (nr--) {
		u32 *payload = otr_ring_begin(ring, &rec, 8);

		payload[0] = number++;
		payload[1] = ~payload[0];
		otr_ring_end(&rec);
	}
}

/* The same as so many rounds of write_some(), but for what is on the pages. */
static void write_laps(u32 laps)
{
	laps_later(rc, laps, (u64)laps * LAP, (u64)laps * DATA * PAGES);
	number += laps * LAP;
	/* Now for what is on the pages, and what a reader took. */
	write_some(2 * LAP);
}

/* What a reader got so far: the number that comes next. */
static u32 expected;

static void got(const struct otr_item *item)
{
	const u32 *payload = item->data;

	expected += item->lost;
	EXPECT_EQ(item->len, 8);
	EXPECT_EQ(payload[0], expected);
	EXPECT_EQ(payload[1], ~expected);
	expected++;
}

/* Kinds of readers: all get up to so many records. */

static void take(u32 most)
{
	struct otr_item item;

	otr_ring_reader_lock(ring, 0);
	while (most-- && otr_ring_peek(rc, &item)) {
		got(&item);
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

static struct otr_iter *iter;
static bool looked;

/* What was gone before it found a first record it does not count. */
static void copy(u32 most)
{
	struct otr_item item;

	if (!iter) {
		iter = otr_iter_create(ring, 0);
		looked = false;
	}
	/* A look ends after as many pages as there are, and goes on when it is tried again. */
	while (most-- && (otr_iter_peek(iter, &item) || otr_iter_peek(iter, &item))) {
		if (!looked && !item.lost)
			expected = max(expected, *(const u32 *)item.data);
		looked = true;
		got(&item);
		otr_iter_next(iter);
	}
}

static void take_raw(u32 most, bool whole)
{
	struct otr_cursor cur;
	struct otr_item item;
	struct otr_raw raw;
	u64 lost;
	u32 after;

	EXPECT_EQ(otr_raw_alloc(ring, 0, &raw), 0);
	/* Room for one record if no more are wanted. */
	while (most && !otr_raw_read(ring, 0, &raw, most > 2 ? PAGE_SIZE : 16 + 12, whole)) {
		cur = (struct otr_cursor) {
			.page	= raw.page,
			.ts	= raw.page->ts,
			.end	= raw.page->commit & OTR_PAGE_SIZE_MASK,
		};
		lost = raw.lost;
		while (otr_cursor_look(&cur, &item, &after) > 0) {
			item.lost = lost;
			got(&item);
			lost = 0;
			most -= !!most;
			cur.off = after;
			cur.ts = item.ts;
		}
	}
	otr_raw_free(&raw);
}

static void raw(u32 most)
{
	take_raw(most, false);
}

static void raw_whole(u32 most)
{
	/* The page that is being written is not whole. */
	take_raw(most, most == U32_MAX);
	if (most == U32_MAX)
		take_raw(most, false);
}

static void glance(u32 most)
{
	struct otr_glance g;
	struct otr_item item;

	otr_glance_begin(&g, ring, 0);
	while (most-- && otr_glance_peek(&g, &item)) {
		got(&item);
		EXPECT(otr_glance_holds(&g));
		otr_glance_next(&g);
	}
}

static void (* const kinds[])(u32 most) = { take, copy, raw, raw_whole, glance };

/* Laps that are none for one tag, for both, and some that are a few more or less. */
static const u32 laps[] = {
	0, 1, BIT(18) - 3, BIT(18) - 2, BIT(18) - 1, BIT(18), 2 * BIT(18) - 2, 3 * BIT(18) - 2,
	BIT(20) - 3, BIT(20) - 2, BIT(20) - 1, BIT(20),
};

static void left_behind(void (*kind)(u32 most), const struct start *start, u32 gone,
			u32 at, u32 more)
{
	create(start);
	expected = 0;
	/* Begin in front of all, so that each one is either got or lost. */
	kind(0);
	write_some(at);
	kind(more % 2 ? at : at / 2);
	write_laps(gone);
	write_some(more);
	kind(U32_MAX);
	EXPECT_EQ(expected, number);
	write_some(1);
	kind(U32_MAX);
	EXPECT_EQ(expected, number);
	if (iter)
		otr_iter_destroy(iter);
	iter = NULL;
	destroy();
}

/* A reader that stands at each place, and a writer that goes on to each place. */
static bool left_behind_everywhere(u32 k, u32 s, u32 l)
{
	u32 at, more;

	for (at = 0; at <= LAP; at++)
		for (more = 0; more < LAP; more++) {
			left_behind(kinds[k], &starts[s], laps[l], at, more);
			if (!ktap_failures)
				continue;
			printf("# kind %u start %u laps %u at %u more %u\n", k, s, laps[l], at,
			       more);
			return false;
		}
	return true;
}

static void all_kinds(void)
{
	u32 k, s, l;

	for (k = 0; k < ARRAY_SIZE(kinds); k++)
		for (s = 0; s < starts_nr; s++)
			for (l = 0; l < ARRAY_SIZE(laps); l++)
				if (!left_behind_everywhere(k, s, l))
					return;
}

/* The same once without a short cut. */
static void written_out(void)
{
	create(&starts[0]);
	expected = 0;
	write_some(4);
	take(3);
	copy(0);
	write_some(BIT(18) * LAP);
	take(U32_MAX);
	EXPECT_EQ(expected, number);
	otr_iter_destroy(iter);
	iter = NULL;
	destroy();
}

/* Records of all sizes, so that a page that is being written does not look like one. */
static void write_mixed(u32 nr)
{
	struct otr_rec rec;
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 len = random_below(7) * 4;

		memset(otr_ring_begin(ring, &rec, len), 0xff, len);
		otr_ring_end(&rec);
	}
}

/* An iterator at a place, and the writer @laps of its laps later at another one. */
static void mixed_later(u32 at, u32 more, u32 laps)
{
	struct otr_item item;
	u32 lap;

	create(&starts[0]);
	write_mixed(8);
	iter = otr_iter_create(ring, 0);
	while (at-- && otr_iter_peek(iter, &item))
		otr_iter_next(iter);
	lap = otr_pos_lap(rc->write);
	write_mixed(40);
	laps_later(rc, lap + laps - otr_pos_lap(rc->write), 1000, 100000);
	write_mixed(more);
	while (otr_iter_peek(iter, &item))
		otr_iter_next(iter);
	otr_iter_destroy(iter);
	iter = NULL;
	destroy();
}

static void mixed_sizes(void)
{
	u32 at, more;

	for (at = 0; at < 9 && !ktap_failures; at++)
		for (more = 0; more < 30; more++) {
			mixed_later(at, more, BIT(18) - 1);
			mixed_later(at, more, BIT(18));
			mixed_later(at, more, BIT(20));
		}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(all_kinds),
	KTAP_CASE(mixed_sizes),
	KTAP_CASE(written_out),
};

int main(void)
{
	plan_nothing();
	world.tick = 3;
	return ktap_run(cases, ARRAY_SIZE(cases));
}
