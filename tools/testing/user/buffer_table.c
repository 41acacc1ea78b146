// SPDX-License-Identifier: GPL-2.0-only
/* What the buffer room does, row by row. */
#include <limits.h>
#include <stdlib.h>

#include <linux/sched/signal.h>

#include "buffer_test.h"

/* Every size that a payload can have at the edges of the format. */
static const struct {
	int nr;
	u32 len, size, type, word, payload;
} sizes[] = {
	{  1,    0,    8,  1,    0,    4 }, {  2,    1,    8,  1,    0,    4 },
	{  3,    4,    8,  1,    0,    4 }, {  4,    5,   12,  2,    0,    8 },
	{  5,   16,   20,  4,    0,   16 }, {  6,  109,  116, 28,    0,  112 },
	{  7,  112,  116, 28,    0,  112 }, {  8,  113,  124,  0,  120,  116 },
	{  9,  116,  124,  0,  120,  116 }, { 10, 4000, 4008,  0, 4004, 4000 },
};

static void record_sizes(void)
{
	static u32 words[1024];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *payload = otr_rec_write(words, sizes[i].len, 7);

		EXPECT_EQ(otr_rec_size(sizes[i].len), sizes[i].size);
		EXPECT_EQ(otr_rec_type(words[0]), sizes[i].type);
		EXPECT_EQ(otr_rec_delta(words[0]), 7);
		EXPECT_EQ(otr_rec_payload(sizes[i].len), sizes[i].payload);
		if (sizes[i].word)
			EXPECT_EQ(words[1], sizes[i].word);
		EXPECT_EQ((u8 *)payload - (u8 *)words, sizes[i].word ? 8 : 4);
		if (ktap_failures) {
			printf("# row %d\n", sizes[i].nr);
			return;
		}
	}
}

/* How the time is told that lies so far behind the time in front. */
static const struct {
	int nr;
	s64 later;
	u32 type;	/* of what comes first: a short record's is its length */
	s64 told;	/* time between the two, as readers see it */
	bool page;	/* on a new page */
} times[] = {
	{ 1, 0,			2,		0,			false },
	{ 2, (1 << 27) - 1,	2,		(1 << 27) - 1,		false },
	{ 3, 1 << 27,		OTR_REC_EXTEND,	1 << 27,		false },
	{ 4, (1LL << 59) - 1,	OTR_REC_EXTEND,	(1LL << 59) - 1,	false },
	{ 5, 1LL << 59,		2,		1LL << 59,		true },
	{ 6, -1,		2,		0,			false },
	{ 7, -(1 << 27) + 1,	2,		0,			false },
	{ 8, -(1 << 27),	OTR_REC_STAMP,	-(1 << 27),		false },
	{ 9, -(1LL << 40),	OTR_REC_STAMP,	-(1LL << 40),		false },
};

static void times_told(void)
{
	struct otr_ring_cpu *rc;
	struct otr_item item;
	u64 first, before;
	u32 i, *words;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		world_create(256, 4, true);
		rc = otr_ring_at(world.ring, 0);
		world.now = 1ULL << 58;
		world.tick = 0;
		world.back = true;
		write_record(8);
		first = world.now;
		before = rc->write;
		world.now += times[i].later;
		write_record(8);
		EXPECT_EQ(otr_pos_page(rc->write) != otr_pos_page(before), times[i].page);
		words = (u32 *)(otr_slot_page(otr_slot_at(rc, rc->write)->word)->data +
				(times[i].page ? 0 : otr_pos_off(before)));
		EXPECT_EQ(otr_rec_type(words[0]), times[i].type);
		EXPECT(otr_ring_reader_lock(world.ring, 0) == rc);
		EXPECT(otr_ring_peek(rc, &item));
		EXPECT_EQ(item.ts, first);
		otr_ring_consume(rc);
		EXPECT(otr_ring_peek(rc, &item));
		EXPECT_EQ(item.ts - first, times[i].told);
		otr_ring_reader_unlock(rc);
		world_destroy();
		if (ktap_failures) {
			printf("# row %d\n", times[i].nr);
			return;
		}
	}
}

static void get_stats(struct otr_ring_stats *stats)
{
	EXPECT_EQ(otr_ring_stats(world.ring, 0, stats), 0);
}

static void fill_up(void)
{
	for (int i = 0; i < 40; i++)
		write_record(8);
}

/* A reader that is not in time loses the oldest and is told how many. */
static void overwrite_counts(void)
{
	struct otr_ring_stats stats;
	struct otr_ring_cpu *rc;
	struct otr_item item;

	world_create(36, 4, true);
	fill_up();
	get_stats(&stats);
	/* Three records a page, the last of four pages has one. */
	EXPECT_EQ(stats.entries, 10);
	EXPECT_EQ(stats.overrun, 30);
	EXPECT_EQ(stats.bytes, 120);
	EXPECT_EQ(stats.dropped, 0);
	EXPECT_EQ(otr_ring_overrun(world.ring), 30);
	rc = otr_ring_reader_lock(world.ring, 0);
	EXPECT(otr_ring_peek(rc, &item));
	EXPECT_EQ(item.lost, 30);
	EXPECT_EQ(item.cpu, 0);
	otr_ring_consume(rc);
	EXPECT(otr_ring_peek(rc, &item));
	EXPECT_EQ(item.lost, 0);
	otr_ring_reader_unlock(rc);
	get_stats(&stats);
	EXPECT_EQ(stats.entries, 9);
	EXPECT_EQ(stats.read, 1);
	EXPECT_EQ(stats.bytes, 108);
	world_destroy();
}

static void full_drops(void)
{
	struct otr_ring_stats stats;

	world_create(36, 4, false);
	fill_up();
	get_stats(&stats);
	EXPECT_EQ(stats.entries, 12);
	EXPECT_EQ(stats.overrun, 0);
	EXPECT_EQ(stats.dropped, 28);
	/* Reading a page makes room for a page. */
	read_records(3);
	fill_up();
	get_stats(&stats);
	EXPECT_EQ(stats.entries, 12);
	EXPECT_EQ(stats.dropped, 28 + 37);
	settle();
	world_destroy();
}

static void nest_small(void)
{
	EXPECT(write_record(4));
}

/* Who opened a page, and was nested in before going there, goes there still. */
static void opened_pages_are_free(void)
{
	bool more = true;
	int at;

	for (at = 0; more && !ktap_failures; at++) {
		world_create(36, 3, false);
		write_record(8);
		write_record(8);
		plan_nothing();
		plan.at[0] = at;
		plan.act[0] = nest_small;
		EXPECT(write_record(20));
		more = plan.steps[0] > at;
		EXPECT(write_record(8));
		settle_look();
		world_destroy();
	}
	EXPECT(at > 10);
}

static void large_drops(void)
{
	struct otr_ring_stats stats;

	world_create(128, 2, true);
	EXPECT_EQ(otr_ring_max_record(world.ring), 120);
	EXPECT(write_record(120));
	EXPECT(!write_record(121));
	EXPECT(!write_record(5000));
	EXPECT(!write_record(U32_MAX));
	EXPECT(!write_record(U32_MAX - 8));
	get_stats(&stats);
	EXPECT_EQ(stats.too_large, 4);
	settle();
	world_destroy();
	world_create(40, 2, true);
	EXPECT_EQ(otr_ring_max_record(world.ring), 36);
	EXPECT(write_record(36));
	EXPECT(!write_record(37));
	settle();
	world_destroy();
}

/* Nested writers come round to the page of the open record. */
static void commit_drops(void)
{
	struct otr_ring_stats stats;
	struct otr_rec rec;
	int i, kept = 0;

	world_create(36, 3, true);
	EXPECT(otr_ring_begin(world.ring, &rec, 8));
	for (i = 0; i < 20; i++) {
		struct otr_rec nested;

		if (!otr_ring_begin(world.ring, &nested, 8))
			break;
		otr_ring_end(&nested);
		kept++;
	}
	EXPECT(i < 20);
	otr_ring_end(&rec);
	get_stats(&stats);
	EXPECT_EQ(stats.commit_overrun, 1);
	EXPECT_EQ(stats.entries, kept + 1);
	EXPECT_EQ(stats.overrun, 0);
	EXPECT(!ring_check(world.ring, 0));
	world_destroy();
}

/* Who is switched off says so with no count, however often and by whom. */
static void switches(void)
{
	struct otr_ring_stats stats;

	world_create(64, 2, true);
	EXPECT(otr_ring_is_on(world.ring));
	EXPECT(!otr_ring_on(world.ring));
	EXPECT(otr_ring_off(world.ring));
	EXPECT(!otr_ring_off(world.ring));
	EXPECT(!write_record(8));
	EXPECT(!otr_ring_is_on(world.ring));
	otr_ring_disable(world.ring);
	EXPECT(otr_ring_on(world.ring));
	EXPECT(otr_ring_is_on(world.ring));
	EXPECT(!write_record(8));
	otr_ring_disable_cpu(world.ring, 0);
	otr_ring_disable_cpu(world.ring, 0);
	otr_ring_enable(world.ring);
	EXPECT(!write_record(8));
	otr_ring_enable_cpu(world.ring, 0);
	EXPECT(!write_record(8));
	otr_ring_enable_cpu(world.ring, 0);
	EXPECT(write_record(8));
	get_stats(&stats);
	EXPECT_EQ(stats.entries, 1);
	EXPECT_EQ(stats.dropped + stats.too_large + stats.commit_overrun + stats.in_window, 0);
	settle();
	otr_ring_stop(world.ring, "a test");
	EXPECT(!write_record(8));
	EXPECT(!otr_ring_is_on(world.ring));
	EXPECT_STR(otr_ring_broken(world.ring), "a test");
	otr_ring_on(world.ring);
	EXPECT(!write_record(8));
	world_destroy();
}

/* From so many pages, after so many records, to so many pages. */
static const struct {
	int nr;
	u32 from, records, read, to;
	u64 entries;
} resizes[] = {
	{  1,  2,  0,  0,  4,  0 },
	{  2,  4,  0,  0,  2,  0 },
	{  3,  4,  7,  0,  4,  7 },
	{  4,  4, 10,  0,  8, 10 },
	{  5,  4, 40,  0,  8, 10 },
	{  6,  4, 40,  0,  2,  4 },	/* the newest two pages */
	{  7,  8, 14,  0,  2,  5 },
	{  8,  8, 14,  4,  8, 10 },
	{  9,  8, 14,  4,  3, 10 },	/* two are the reader's */
	{ 10,  8, 14, 14,  2,  0 },
	{ 11,  8, 14, 13,  2,  1 },
	{ 12,  2,  3,  2, 60,  1 },
};

static void resizes_keep_the_newest(void)
{
	struct otr_ring_stats stats;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(resizes); i++) {
		world_create(36, resizes[i].from, true);
		for (j = 0; j < resizes[i].records; j++)
			write_record(8);
		read_records(resizes[i].read);
		EXPECT_EQ(otr_ring_resize(world.ring, 0, 36 * resizes[i].to), 0);
		EXPECT_EQ(otr_ring_size(world.ring, 0), 36 * resizes[i].to);
		get_stats(&stats);
		EXPECT_EQ(stats.entries, resizes[i].entries);
		settle_look();
		for (j = 0; j < 200; j++)
			write_record(8);
		settle_look();
		world_destroy();
		if (ktap_failures) {
			printf("# row %d\n", resizes[i].nr);
			return;
		}
	}
}

static void sizes_asked_for(void)
{
	world_create(36, 2, true);
	EXPECT_EQ(otr_ring_resize(world.ring, 0, 1), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 0), 72);
	EXPECT_EQ(otr_ring_resize(world.ring, OTR_CPU_ALL, 73), 0);
	EXPECT_EQ(otr_ring_size(world.ring, 0), 108);
	EXPECT_EQ(otr_ring_size(world.ring, 1), 108);
	EXPECT_EQ(otr_ring_size(world.ring, 2), 108);
	EXPECT_EQ(otr_ring_resize(world.ring, 0, ULONG_MAX), -ENOMEM);
	EXPECT_EQ(otr_ring_resize(world.ring, 2, ULONG_MAX), -ENOMEM);
	EXPECT_EQ(otr_ring_resize(world.ring, 77, 100), -EINVAL);
	EXPECT_EQ(otr_ring_reset(world.ring, 2), 0);
	EXPECT_EQ(otr_ring_reset(world.ring, 77), -EINVAL);
	EXPECT_EQ(otr_ring_size(world.ring, 0), 108);
	shim_mem_available = 10;
	EXPECT_EQ(otr_ring_resize(world.ring, 0, 36 * 30), -ENOMEM);
	shim_mem_available = 1L << 30;
	shim_killed = true;
	EXPECT_EQ(otr_ring_resize(world.ring, 0, 36 * 30), -EINTR);
	shim_killed = false;
	EXPECT_EQ(otr_ring_size(world.ring, 0), 108);
	settle();
	world_destroy();
}

/* Whatever allocation fails, it is said, nothing changes and nothing is lost. */
static void memory_runs_out(void)
{
	struct otr_ring_config config = { .bytes = 400, .data_max = 36, .overwrite = true };
	struct otr_ring *ring;
	int i, err;

	otr_buffer_init();
	for (i = 0;; i++) {
		shim_alloc_countdown = i;
		ring = otr_ring_create(&config);
		if (!IS_ERR(ring))
			break;
		EXPECT_EQ(PTR_ERR(ring), -ENOMEM);
	}
	shim_alloc_countdown = -1;
	EXPECT(i > 20);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	world_create(36, 4, true);
	fill_up();
	for (i = 0, err = -1; err; i++) {
		shim_alloc_countdown = i;
		err = otr_ring_resize(world.ring, OTR_CPU_ALL, 36 * 9);
		shim_alloc_countdown = -1;
		if (err)
			EXPECT_EQ(err, -ENOMEM);
		EXPECT_EQ(otr_ring_size(world.ring, 0), 36 * (err ? 4 : 9));
		EXPECT_EQ(otr_ring_size(world.ring, 1), 36 * (err ? 4 : 9));
	}
	EXPECT(i > 10);
	settle_look();
	for (i = 0, err = -1; err; i++) {
		shim_alloc_countdown = i;
		err = otr_ring_set_order(world.ring, NULL, 1);
		shim_alloc_countdown = -1;
		if (err)
			EXPECT_EQ(err, -ENOMEM);
	}
	EXPECT(i > 20);
	settle_look();
	world_destroy();
}

static void orders_and_clocks(void)
{
	struct otr_ring_config config = { .bytes = 100000, .order = 2, .overwrite = true };
	struct otr_ring_cpu *rc;
	struct otr_iter *iter;
	struct otr_item item;
	struct otr_raw raw;

	world_create(0, 0, true);
	otr_ring_destroy(world.ring);
	world.ring = otr_ring_create(&config);
	rc = otr_ring_at(world.ring, 0);
	world.resets = rc->resets;
	EXPECT_EQ(rc->data, 16384 - 16);
	EXPECT_EQ(otr_ring_max_record(world.ring), 16384 - 16 - 8);
	EXPECT(write_record(16384 - 24));
	settle();
	write_record(8);
	iter = otr_iter_create(world.ring, 0);
	EXPECT_EQ(otr_raw_alloc(world.ring, 0, &raw), 0);
	EXPECT_EQ(otr_ring_set_order(world.ring, NULL, 8), -EINVAL);
	EXPECT_EQ(otr_ring_set_order(world.ring, NULL, 7), 0);
	EXPECT_EQ(rc->data, (4096 << 7) - 16);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, false), -ESTALE);
	otr_raw_free(&raw);
	EXPECT(!otr_iter_peek(iter, &item));
	EXPECT(write_record((4096 << 7) - 24));
	EXPECT(write_record((4096 << 7) - 24));
	EXPECT(!write_record((4096 << 7) - 23));
	EXPECT(otr_iter_peek(iter, &item));
	EXPECT_EQ(item.len, (4096 << 7) - 24);
	otr_iter_destroy(iter);
	EXPECT_EQ(otr_ring_set_clock(world.ring, OTR_CLOCK_COUNT), -EINVAL);
	EXPECT_EQ(otr_ring_set_clock(world.ring, OTR_CLOCK_COUNTER), 0);
	EXPECT(otr_ring_empty(world.ring, 0));
	world.back = true;
	write_record(8);
	settle();
	world_destroy();
	config.order = 8;
	EXPECT_EQ(PTR_ERR(otr_ring_create(&config)), -EINVAL);
	config.order = 0;
	config.data_max = 18;
	EXPECT_EQ(PTR_ERR(otr_ring_create(&config)), -EINVAL);
	config.data_max = 8192;
	EXPECT_EQ(PTR_ERR(otr_ring_create(&config)), -EINVAL);
}

static void raw_pages(void)
{
	struct otr_raw raw;
	u64 stored;

	world_create(36, 4, true);
	EXPECT_EQ(otr_raw_alloc(world.ring, 0, &raw), 0);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, false), -EAGAIN);
	/* Who has no room for a head is told the same: this is not the end of the file. */
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, 5, false), -EAGAIN);
	write_record(8);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, true), -EAGAIN);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, 5, false), -EINVAL);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, 8, false), -EINVAL);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, 16 + 8, false), -EINVAL);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, false), 0);
	EXPECT_EQ(raw.bytes, 28);
	EXPECT_EQ(raw.records, 1);
	EXPECT_EQ(raw.page->commit, 12);
	fill_up();
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, true), 0);
	EXPECT_EQ(raw.records, 3);
	EXPECT_EQ(raw.lost, 29);
	EXPECT_EQ(raw.bytes, 16 + 36 + 8);
	EXPECT_EQ(raw.page->commit, 36 | OTR_PAGE_LOST | OTR_PAGE_LOST_STORED);
	memcpy(&stored, raw.page->data + 36, sizeof(stored));
	EXPECT_EQ(stored, 29);
	/* Room for two records of three, then for the third. */
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, 16 + 30, false), 0);
	EXPECT_EQ(raw.records, 2);
	EXPECT_EQ(raw.lost, 0);
	EXPECT_EQ(otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, true), 0);
	EXPECT_EQ(raw.records, 1);
	otr_raw_free(&raw);
	world_destroy();
}

/* Iterators that live through what happens to the ring. */
static void iterators_live_on(void)
{
	struct otr_iter *iter;
	struct otr_item item;
	int i;

	world_create(36, 4, true);
	for (i = 0; i < 9; i++)
		write_record(8);
	iter = otr_iter_create(world.ring, 0);
	for (i = 0; i < 4; i++) {
		EXPECT(otr_iter_peek(iter, &item));
		EXPECT_EQ(item.lost, 0);
		EXPECT_EQ(*(u32 *)item.data, i + 1);
		otr_iter_next(iter);
	}
	EXPECT_EQ(otr_ring_resize(world.ring, 0, 36 * 8), 0);
	for (; i < 9; i++) {
		EXPECT(otr_iter_peek(iter, &item));
		EXPECT_EQ(item.lost, 0);
		EXPECT_EQ(*(u32 *)item.data, i + 1);
		otr_iter_next(iter);
	}
	EXPECT(!otr_iter_peek(iter, &item));
	fill_up();
	/* It had the copy of three of these, and of the last eight pages 22 are left. */
	EXPECT(otr_iter_peek(iter, &item));
	EXPECT_EQ(item.lost, 49 - 22 - 9);
	EXPECT_EQ(otr_ring_reset(world.ring, 0), 0);
	write_record(8);
	while (otr_iter_peek(iter, &item) && item.lost)
		otr_iter_next(iter);
	for (i = 0; otr_iter_peek(iter, &item); i++) {
		EXPECT_EQ(item.lost, 0);
		otr_iter_next(iter);
	}
	EXPECT(i >= 1);
	otr_iter_destroy(iter);
	settle();
	world_destroy();
}

/* Two records come for each that is looked at: the look ends, and can be had again. */
static void iterators_end(void)
{
	struct otr_iter *iter;
	struct otr_item item;
	int i, round;

	world_create(36, 4, true);
	for (i = 0; i < 9; i++)
		write_record(8);
	iter = otr_iter_create(world.ring, 0);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 1000 && otr_iter_peek(iter, &item); i++) {
			otr_iter_next(iter);
			write_record(8);
			write_record(8);
		}
		/* Three on each of four pages, and on the iterator's own. */
		EXPECT(i >= 12 && i <= 18);
	}
	otr_iter_destroy(iter);
	settle();
	world_destroy();
}

/* The checker says that something is wrong whatever is. */
static void checker_finds(void)
{
	struct otr_ring_cpu *rc;
	struct otr_page *page;
	u64 was;
	u32 i;

	world_create(36, 4, true);
	for (i = 0; i < 16; i++)
		write_record(8);
	read_records(2);
	rc = otr_ring_at(world.ring, 0);
	page = otr_slot_page(otr_slot_at(rc, rc->write)->word);
	EXPECT(!ring_check(world.ring, 0));
#define BREAKS(what, value)						\
do {									\
	__typeof__(what) *place = &(what);				\
									\
	was = *place;							\
	*place = (value);						\
	EXPECT(ring_check(world.ring, 0));				\
	*place = was;							\
	EXPECT(!ring_check(world.ring, 0));				\
} while (0)
	BREAKS(rc->slots[0].word, rc->slots[1].word);
	BREAKS(rc->slots[0].word, otr_slot_word(rc->reader.cur.page, 0, 0));
	BREAKS(rc->slots[3].base, was + 1);
	BREAKS(rc->slots[3].bytes, was + 4);
	BREAKS(rc->slots[3].count.counter, was + 1);
	BREAKS(rc->last_ts, was + 1);
	BREAKS(rc->reader.next, 1000);
	BREAKS(rc->reader.read, 1000);
	BREAKS(rc->reader.cur.end, 1000);
	BREAKS(*(u32 *)page->data, 0);
	BREAKS(*(u32 *)page->data, OTR_REC_PAD);
	BREAKS(*(u32 *)page->data, 28);
	world_destroy();
}

/* A page with bytes that are none of ours stops the ring, and only that. */
static void broken_page(void)
{
	struct otr_ring_cpu *rc;
	struct otr_page *page;

	world_create(36, 4, true);
	write_record(8);
	write_record(8);
	rc = otr_ring_at(world.ring, 0);
	page = otr_slot_page(rc->slots[0].word);
	*(u32 *)(page->data + 12) = 20;
	world.read = 0;
	read_records(10);
	EXPECT_EQ(world.read, 1);
	EXPECT_STR(otr_ring_broken(world.ring), "a page has bytes that are no record");
	EXPECT(!write_record(8));
	world_destroy();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(record_sizes),
	KTAP_CASE(times_told),
	KTAP_CASE(overwrite_counts),
	KTAP_CASE(full_drops),
	KTAP_CASE(opened_pages_are_free),
	KTAP_CASE(large_drops),
	KTAP_CASE(commit_drops),
	KTAP_CASE(switches),
	KTAP_CASE(resizes_keep_the_newest),
	KTAP_CASE(sizes_asked_for),
	KTAP_CASE(memory_runs_out),
	KTAP_CASE(orders_and_clocks),
	KTAP_CASE(raw_pages),
	KTAP_CASE(iterators_live_on),
	KTAP_CASE(iterators_end),
	KTAP_CASE(checker_finds),
	KTAP_CASE(broken_page),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
