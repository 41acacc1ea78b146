// SPDX-License-Identifier: GPL-2.0-only
/*
 * Areas: what is found in memory after all ended at any step of a writer, or after it was
 * damaged. Each record says where it was written and is full of that, so none that was not
 * written as it is, or out of order, goes unnoticed.
 */
#include <stdlib.h>

#include "buffer_test.h"

#define PAGES		5
#define CPUS		SHIM_CPUS
#define AREA		((1 + OTR_KEEP_NOTES + CPUS * (1 + PAGES)) * PAGE_SIZE)
#define DATA		256
#define WORDS_MAX	40
#define KNOWN_MAX	400000

struct payload {
	u64 to;
	u32 nr;
	u32 word[];
} __packed __aligned(4);

/* Where records were written that were not taken back, in any order until sort_known(). */
static u64 known[KNOWN_MAX];
static u32 nr_known;
/* How many of them were complete when nobody wrote. */
static u32 nr_complete;

static void *area, *copy;
static struct otr_keep *keep;
static struct otr_ring *ring;
static u32 stops, depth, chance_stop, chance_nest;
static const struct otr_keep_who who = { 1, 2, 3 };

static int compare_places(const void *a, const void *b)
{
	u64 one = *(const u64 *)a, other = *(const u64 *)b;

	return one < other ? -1 : one > other;
}

static void sort_known(void)
{
	qsort(known, nr_known, sizeof(*known), compare_places);
}

/* Whether there is one more record. */
static bool write_kept(u32 nr, bool discard)
{
	struct otr_rec rec;
	struct payload *payload = otr_ring_begin(ring, &rec, sizeof(*payload) + 4 * nr);
	u32 i;

	if (!payload)
		return false;
	if (!discard && nr_known < KNOWN_MAX)
		known[nr_known++] = rec.to;
	payload->to = rec.to;
	payload->nr = nr;
	for (i = 0; i < nr; i++)
		payload->word[i] = rec.to * 77 + i;
	if (discard)
		otr_ring_discard(&rec);
	else
		otr_ring_end(&rec);
	return !discard;
}

/* Is @item what was written, behind @last? Its place in the order, or -1. */
static int judge(const void *data, u32 len, u64 last)
{
	const struct payload *payload = data;
	const u64 *at;
	u64 to;
	u32 i;

	if (len < sizeof(*payload) || len != sizeof(*payload) + 4 * (u64)payload->nr)
		return -1;
	for (i = 0; i < payload->nr; i++)
		if (payload->word[i] != (u32)(payload->to * 77 + i))
			return -1;
	to = payload->to;
	at = bsearch(&to, known, nr_known, sizeof(*known), compare_places);
	return at && to > last ? at - known : -1;
}

/* Look at all pages that were found for the first CPU: the number behind the last record. */
static u64 judge_found(const struct otr_keep *found, bool whole)
{
	const struct otr_keep_cpu *kc = &found->cpus[0];
	u64 last = 0, number = 0;
	u32 i;

	for (i = 0; i < kc->nr_found; i++) {
		const struct otr_keep_found *page = &kc->found[i];
		struct otr_cursor cur = {
			.page = otr_keep_page(kc, page->page), .end = page->bytes,
		};
		struct otr_item item;
		u32 after, count = 0;

		if (whole && i)
			EXPECT_EQ(page->base, number);
		number = page->base;
		while (otr_cursor_look(&cur, &item, &after) > 0) {
			int at = judge(item.data, item.len, last);

			EXPECT_EQ(at, number);
			if (ktap_failures)
				return 0;
			last = known[at];
			cur.off = after;
			count++;
			number++;
		}
		EXPECT_EQ(count, page->count);
	}
	return number;
}

/* From what is marked to where writing is. */
static u64 pages_ahead(void)
{
	const struct otr_ring_cpu *rc = otr_ring_at(ring, 0);

	return otr_pos_pages(rc->nr, rc->keep->pos, rc->write);
}

/* What would be found if all ended here? */
static void stop_here(void)
{
	struct otr_keep *found;
	u64 end;

	memcpy(copy, area, AREA);
	found = otr_keep_open(copy, AREA, CPUS);
	sort_known();
	EXPECT(!found->refused);
	EXPECT_EQ(found->damaged, 0);
	end = judge_found(found, true);
	/* Those who nest in a record may have gone round before it is complete. */
	EXPECT(end >= nr_complete || pages_ahead() >= PAGES - 1);
	otr_keep_close(found);
	stops++;
}

static void at_step(int n)
{
	if (depth > 2 || ktap_failures)
		return;
	depth++;
	if (chance_nest && !random_below(chance_nest))
		write_kept(random_below(WORDS_MAX), !random_below(5));
	if (chance_stop && !random_below(chance_stop))
		stop_here();
	depth--;
}

static void attach(u32 clock)
{
	struct otr_ring_config config = {
		.data_max	= DATA,
		.overwrite	= true,
		.keep		= keep,
		.clock		= clock,
	};

	ring = otr_ring_create(&config);
	EXPECT(!IS_ERR(ring));
}

static void begin(void)
{
	world_create(64, 4, true);
	area = aligned_alloc(PAGE_SIZE, AREA);
	copy = aligned_alloc(PAGE_SIZE, AREA);
	memset(area, 0x5a, AREA);
	keep = otr_keep_open(area, AREA, CPUS);
	EXPECT(!IS_ERR(keep) && !keep->old && !keep->refused);
	EXPECT_EQ(keep->nr, PAGES);
	otr_keep_begin(keep, &who, OTR_CLOCK_LOCAL, 12345);
	attach(OTR_CLOCK_LOCAL);
	nr_known = 0;
	nr_complete = 0;
	stops = 0;
	chance_stop = 0;
	chance_nest = 0;
	world.hook = at_step;
}

static void end(void)
{
	world.hook = NULL;
	otr_ring_destroy(ring);
	otr_keep_close(keep);
	world_destroy();
	free(area);
	free(copy);
}

/* The ring goes, as with a machine or a module, and another one finds what is there. */
static void again(void)
{
	void (*hook)(int n) = world.hook;

	world.hook = NULL;
	otr_ring_destroy(ring);
	otr_keep_close(keep);
	memcpy(copy, area, AREA);
	swap(copy, area);
	memset(copy, 0x77, AREA);
	keep = otr_keep_open(area, AREA, CPUS);
	attach(keep->head->clock);
	otr_ring_disable(ring);
	world.hook = hook;
}

static void write_some(u32 records)
{
	u32 i;

	for (i = 0; i < records && !ktap_failures; i++) {
		/* So far on that only a new page can tell. */
		if (!random_below(30))
			world.now = (world.now + (1ULL << 59)) % (1ULL << 62);
		/* What nested in one that is taken back is marked with the next one. */
		if (write_kept(random_below(WORDS_MAX), !random_below(7)))
			nr_complete = nr_known;
	}
	sort_known();
}

/* All, but for the oldest page where the next record may begin that one. */
static bool nearly_all(const struct otr_keep *found, u64 entries)
{
	return found->records == entries ||
	       (found->records < entries && found->pages == PAGES - 1);
}

static void found_is_what_is_there(void)
{
	struct otr_ring_stats stats;
	struct otr_keep *found;

	memcpy(copy, area, AREA);
	found = otr_keep_open(copy, AREA, CPUS);
	otr_ring_stats(ring, 0, &stats);
	EXPECT(nearly_all(found, stats.entries));
	EXPECT_EQ(judge_found(found, true), nr_known);
	otr_keep_close(found);
}

/* A machine that stops at any step of any writer, nested or not. */
static void stopped_anywhere(void)
{
	for (u32 round = 0; round < 60 && !ktap_failures; round++) {
		begin();
		random_seed(round);
		chance_nest = round % 3 ? 30 : 0;
		chance_stop = 12;
		write_some(200);
		EXPECT(stops > 100);
		chance_stop = 0;
		write_kept(1, false);
		sort_known();
		found_is_what_is_there();
		end();
	}
}

/* Interrupts that write all pages anew, in the middle of a record and of a mark. */
static void interrupts_go_round(void)
{
	for (u32 round = 0; round < 40 && !ktap_failures; round++) {
		begin();
		random_seed(round);
		chance_nest = 1 + round % 4;
		write_some(100);
		chance_nest = 0;
		write_kept(1, false);
		sort_known();
		found_is_what_is_there();
		end();
	}
}

/* All that a look shows: how many records. */
static u32 walk(u64 *lost)
{
	struct otr_iter *iter = otr_iter_create(ring, 0);
	struct otr_item item;
	u64 last = 0;
	u32 nr = 0;

	*lost = 0;
	while (otr_iter_peek(iter, &item) && nr < KNOWN_MAX) {
		int at = judge(item.data, item.len, last);

		EXPECT(at >= 0);
		if (at < 0)
			break;
		*lost += item.lost;
		last = known[at];
		otr_iter_next(iter);
		nr++;
	}
	otr_iter_destroy(iter);
	return nr;
}

static u32 consume(u32 most, u64 *last)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(ring, 0);
	struct otr_item item;
	u32 nr = 0;

	while (nr < most && otr_ring_peek(rc, &item)) {
		int at = judge(item.data, item.len, *last);

		EXPECT(at >= 0);
		if (at < 0)
			break;
		*last = known[at];
		otr_ring_consume(rc);
		nr++;
	}
	otr_ring_reader_unlock(rc);
	return nr;
}

/* A new ring has the records; what was consumed does not come again. */
static void taken_over(void)
{
	for (u32 round = 0; round < 40 && !ktap_failures; round++) {
		struct otr_ring_stats stats;
		u64 lost, last = 0;
		u32 nr, took = 0;

		begin();
		random_seed(round);
		chance_nest = 40;
		write_some(1 + random_below(120));
		chance_nest = 0;
		otr_ring_stats(ring, 0, &stats);
		again();
		EXPECT(keep->old && !keep->damaged);
		EXPECT(nearly_all(keep, stats.entries));
		nr = walk(&lost);
		EXPECT_EQ(nr, keep->records);
		EXPECT_EQ(lost, 0);
		while (took < nr) {
			u32 want = 1 + random_below(20), got = consume(want, &last);

			EXPECT_EQ(got, min(want, nr - took));
			took += got;
			again();
			EXPECT_EQ(walk(&lost), nr - took);
			if (ktap_failures)
				break;
		}
		EXPECT(!keep->old);
		EXPECT_EQ(last, known[nr_known - 1]);
		end();
	}
}

/* A number that says more was consumed than is there: by a little it may, and else not. */
static void consumed_and_more(void)
{
	struct otr_ring_stats stats;
	u64 lost;

	begin();
	write_some(40);
	otr_ring_stats(ring, 0, &stats);
	keep->cpus[0].marks->read = stats.entries + stats.overrun + 2;
	again();
	EXPECT(!keep->old);
	EXPECT_EQ(walk(&lost), 0);
	end();

	begin();
	write_some(40);
	otr_ring_stats(ring, 0, &stats);
	keep->cpus[0].marks->read = ~0ULL;
	again();
	EXPECT(keep->old);
	EXPECT_EQ(walk(&lost), keep->records);
	EXPECT(nearly_all(keep, stats.entries));
	end();
}

/* Read while it records: the pages stay, and what was read is not there after a stop. */
static void read_meanwhile(void)
{
	struct otr_ring_stats stats;
	u64 last = 0, lost;

	begin();
	for (int i = 0; i < 300 && !ktap_failures; i++) {
		write_some(random_below(20));
		consume(random_below(25), &last);
	}
	otr_ring_stats(ring, 0, &stats);
	again();
	EXPECT_EQ(walk(&lost), stats.entries);
	/* Emptied, it is this one's. */
	EXPECT_EQ(otr_ring_reset(ring, OTR_CPU_ALL), 0);
	otr_keep_begin(keep, &who, OTR_CLOCK_LOCAL, 99);
	otr_ring_enable(ring);
	nr_known = 0;
	nr_complete = 0;
	write_some(50);
	found_is_what_is_there();
	EXPECT_EQ(otr_ring_resize(ring, OTR_CPU_ALL, 9000), -EBUSY);
	EXPECT_EQ(otr_ring_set_order(ring, NULL, 1), -EBUSY);
	EXPECT_EQ(PTR_ERR(otr_map_get(ring, 0)), -ENODEV);
	end();
}

/* Some bytes of the memory are not what they were. */
static void damage(u8 *memory)
{
	u32 from = random_below(3) ? (1 + OTR_KEEP_NOTES) * PAGE_SIZE : 0;
	u32 at = from + random_below(AREA - from), len = 1 + random_below(300);
	u32 cpu0 = (1 + OTR_KEEP_NOTES) * PAGE_SIZE, page, other;

	/* Mostly what is used of the first CPU's. */
	if (!random_below(50)) {
		at = random_below(sizeof(struct otr_keep_head));
	} else if (random_below(4)) {
		page = random_below(PAGES + 1);
		at = cpu0 + page * PAGE_SIZE + random_below(page ? DATA + 16 : 16 + 16 * PAGES);
	}
	len = min(len, AREA - at);
	switch (random_below(5)) {
	case 0:
		memory[at] ^= 1 << random_below(8);
		break;
	case 1:
		memset(memory + at, random_below(2) ? 0xff : 0, len);
		break;
	case 2:
		while (len--)
			memory[at++] = random_below(256);
		break;
	case 3:
		/* Of another place. */
		memmove(memory + at, memory + cpu0 + random_below(AREA - cpu0 - len), len);
		break;
	default:
		/* A page, or its mark, is another one's. */
		page = random_below(PAGES);
		other = random_below(PAGES);
		len = random_below(2) ? PAGE_SIZE : sizeof(struct otr_keep_mark);
		at = cpu0 + (len == PAGE_SIZE ? len : sizeof(struct otr_keep_marks));
		memmove(memory + at + page * len, memory + at + other * len, len);
	}
}

/* What is found in it is what was written, and the ring that takes it over comes to its end. */
static void damaged(void)
{
	u32 dropped = 0, refused = 0, all = 0, rounds = 30000;
	void *good;

	begin();
	random_seed(7);
	write_some(150);
	good = malloc(AREA);
	memcpy(good, area, AREA);
	for (u32 round = 0; round < rounds && !ktap_failures; round++) {
		u32 times = 1 + random_below(3);
		u64 lost;

		world.hook = NULL;
		otr_ring_destroy(ring);
		otr_keep_close(keep);
		memcpy(area, good, AREA);
		while (times--)
			damage(area);
		keep = otr_keep_open(area, AREA, CPUS);
		judge_found(keep, false);
		dropped += keep->damaged;
		refused += !!keep->refused;
		attach(OTR_CLOCK_LOCAL);
		otr_ring_disable(ring);
		all += walk(&lost);
	}
	printf("# %u areas: %u were refused; %u pages dropped, %u records shown\n",
	       rounds, refused, dropped, all);
	EXPECT(dropped > rounds / 4);
	EXPECT(refused > 100);
	EXPECT(all > 5 * rounds);
	free(good);
	end();
}

/* Heads whose sum is right, and which are absurd all the same. */
static void absurd_heads(void)
{
	struct otr_keep_head *head;
	struct otr_keep *found;

	begin();
	write_some(40);
	for (u32 round = 0; round < 20000 && !ktap_failures; round++) {
		u32 word = random_below(sizeof(*head) / 4), value = random_below(0xffffffff);

		memcpy(copy, area, AREA);
		head = copy;
		((u32 *)head)[word] = random_below(2) ? value : random_below(9);
		head->sum = otr_keep_sum(head->version, &head->size,
					 sizeof(*head) - offsetof(struct otr_keep_head, size));
		found = otr_keep_open(copy, AREA, CPUS);
		EXPECT(!IS_ERR(found));
		if (found->refused)
			EXPECT(!found->old && !found->records);
		else
			judge_found(found, true);
		otr_keep_close(found);
	}
	/* Another size, another number of CPUs. */
	found = otr_keep_open(area, AREA - PAGE_SIZE, CPUS);
	EXPECT_STR(found->refused, "it had another size");
	otr_keep_close(found);
	found = otr_keep_open(area, AREA, CPUS - 1);
	EXPECT_STR(found->refused, "it is of another number of CPUs");
	otr_keep_close(found);
	EXPECT_EQ(PTR_ERR(otr_keep_open(area, 12 * PAGE_SIZE, CPUS)), -ENOSPC);
	EXPECT_EQ(PTR_ERR(otr_keep_open(area, 0, CPUS)), -ENOSPC);
	EXPECT_EQ(PTR_ERR(otr_keep_open(area, AREA, 0)), -ENOSPC);
	EXPECT_EQ(PTR_ERR(otr_keep_open(area, AREA - 8, CPUS)), -EINVAL);
	EXPECT_EQ(PTR_ERR(otr_keep_open(area + 8, AREA, CPUS)), -EINVAL);
	end();
}

/* Without memory there is no ring, and the area is what it was. */
static void no_memory(void)
{
	long allocated;
	u64 lost;
	u32 nr;

	begin();
	write_some(30);
	again();
	nr = walk(&lost);
	for (int countdown = 0; countdown < 40; countdown++) {
		otr_ring_destroy(ring);
		otr_keep_close(keep);
		ring = NULL;
		allocated = shim_allocated;
		shim_alloc_countdown = countdown;
		keep = otr_keep_open(area, AREA, CPUS);
		if (!IS_ERR(keep)) {
			struct otr_ring_config config = { .data_max = DATA, .keep = keep };

			ring = otr_ring_create(&config);
		}
		shim_alloc_countdown = -1;
		if (IS_ERR(keep))
			EXPECT_EQ(PTR_ERR(keep), -ENOMEM);
		else if (IS_ERR(ring))
			EXPECT_EQ(PTR_ERR(ring), -ENOMEM);
		if (!ring || IS_ERR(ring)) {
			if (!IS_ERR(keep))
				otr_keep_close(keep);
			EXPECT_EQ(shim_allocated, allocated);
			keep = otr_keep_open(area, AREA, CPUS);
			attach(OTR_CLOCK_LOCAL);
		}
		EXPECT_EQ(walk(&lost), nr);
	}
	end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(stopped_anywhere),
	KTAP_CASE(interrupts_go_round),
	KTAP_CASE(taken_over),
	KTAP_CASE(consumed_and_more),
	KTAP_CASE(read_meanwhile),
	KTAP_CASE(damaged),
	KTAP_CASE(absurd_heads),
	KTAP_CASE(no_memory),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
