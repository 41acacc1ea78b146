// SPDX-License-Identifier: GPL-2.0-only
/*
 * An independent judge: libtraceevent reads our raw pages, and finds on them
 * what our own reader finds.
 */
#include <stdlib.h>

#include <traceevent/kbuffer.h>

#include "buffer_test.h"

#define ROUNDS	1500

static struct kbuffer *judge;

/* Absolute times, and long deltas, on pages that were compared. */
static u32 stamps, extends;

static void count_times(const struct otr_cursor *page)
{
	u32 off = page->off;

	while (off < page->end) {
		const u32 *word = (const u32 *)(page->page->data + off);
		u32 type = otr_rec_type(word[0]);

		if (type == OTR_REC_STAMP || type == OTR_REC_EXTEND) {
			stamps += type == OTR_REC_STAMP;
			extends += type == OTR_REC_EXTEND;
			off += OTR_REC_TIME;
		} else if (type == OTR_REC_LONG || type == OTR_REC_PAD) {
			off += OTR_REC_HEAD + word[1];
		} else {
			off += OTR_REC_HEAD + 4 * type;
		}
	}
}

/* Compare a page: what the judge sees, and what we see. */
static void compare_page(struct otr_raw *raw)
{
	struct otr_cursor cur = {
		.page	= raw->page,
		.ts	= raw->page->ts,
		.end	= raw->page->commit & OTR_PAGE_SIZE_MASK,
	};
	unsigned long long ts;
	struct otr_item item;
	void *theirs;
	u32 after;

	EXPECT_EQ(kbuffer_load_subbuffer(judge, raw->page), 0);
	EXPECT_EQ(kbuffer_subbuffer_size(judge), cur.end);
	/* A number where there was room for one, or just that there were some. */
	if (raw->page->commit & OTR_PAGE_LOST_STORED)
		EXPECT_EQ(kbuffer_missed_events(judge), raw->lost);
	else
		EXPECT_EQ(kbuffer_missed_events(judge), raw->lost ? -1 : 0);
	theirs = kbuffer_read_event(judge, &ts);
	count_times(&cur);
	while (otr_cursor_look(&cur, &item, &after) > 0) {
		if (!theirs) {
			KTAP_FAIL("the judge sees the end at %u of %u", cur.off, cur.end);
			return;
		}
		EXPECT(theirs == item.data);
		EXPECT_EQ(ts, item.ts);
		EXPECT_EQ(kbuffer_event_size(judge), item.len);
		cur.off = after;
		cur.ts = item.ts;
		theirs = kbuffer_next_event(judge, &ts);
	}
	EXPECT(!theirs);
}

static void take_page(bool whole)
{
	struct otr_raw raw;

	EXPECT_EQ(otr_raw_alloc(world.ring, 0, &raw), 0);
	if (!otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, whole))
		compare_page(&raw);
	otr_raw_free(&raw);
}

static void nest(void)
{
	if (random_below(3))
		write_record(4 + random_below(20));
	else
		discard_record(4 + random_below(20));
}

/* Gaps of all sizes, and a clock that goes back a little or a lot. */
static void play_with_time(u64 epoch)
{
	world.back = true;
	switch (random_below(6)) {
	case 0:
		world.now += 1ULL << (10 + random_below(40));
		break;
	case 1:
		world.now -= random_below(1000);
		break;
	case 2:
		if (world.now > epoch + (1ULL << 45))
			world.now -= 1ULL << 44;
		break;
	}
}

static void pages_of(u64 epoch, unsigned int data, u32 len)
{
	int i;

	world_create(data, 2 + random_below(4), true);
	world.now = epoch + (1ULL << 46);
	for (i = 0; i < 200; i++) {
		play_with_time(epoch);
		plan_nothing();
		plan.at[0] = random_below(30);
		plan.act[0] = nest;
		plan.at[1] = random_below(60);
		plan.act[1] = nest;
		if (random_below(5))
			write_record(4 + random_below(len));
		else
			discard_record(4 + random_below(len));
		plan_nothing();
		if (!random_below(6))
			take_page(random_below(2));
	}
	for (i = 0; i < 10; i++)
		take_page(false);
	world_destroy();
}

static void small_pages(void)
{
	int round;

	for (round = 0; round < ROUNDS && !ktap_failures; round++) {
		random_seed(round);
		pages_of(0, 40 + 4 * random_below(60), 30);
	}
}

static void whole_pages(void)
{
	int round;

	for (round = 0; round < ROUNDS / 10 && !ktap_failures; round++) {
		random_seed(round);
		pages_of(0, PAGE_SIZE - sizeof(struct otr_page), 600);
	}
}

/* Nanoseconds since 1970 need more bits than a stamp has. */
static void large_times(void)
{
	int round;

	for (round = 0; round < ROUNDS / 10 && !ktap_failures; round++) {
		random_seed(round);
		pages_of(1700000000000000000ULL, 40 + 4 * random_below(60), 30);
	}
}

/* What comes while a record is open: some records, and the same in one of them. */
static void interrupt(void)
{
	u32 nr = 1 + random_below(12);

	while (nr--)
		write_record(4 + random_below(20));
}

/* A function tracer's ring: every record may be interrupted, at any step. */
static void interrupted_records(u64 epoch, unsigned int data)
{
	int i;

	world_create(data, 400, true);
	world.now = epoch;
	for (i = 0; i < 100; i++) {
		world.now += random_below(5000);
		plan_nothing();
		plan.at[0] = random_below(40);
		plan.act[0] = interrupt;
		plan.at[1] = random_below(40);
		plan.act[1] = interrupt;
		write_record(4 + random_below(20));
	}
	plan_nothing();
}

/*
 * A writer that nests does not know the time of the record that it comes into. Its
 * own is told as a delta all the same; readers that know no absolute times are there.
 */
static void no_stamps(void)
{
	u32 deltas = 0;
	int round, i;

	for (round = 0; round < ROUNDS && !ktap_failures; round++) {
		random_seed(round);
		interrupted_records(1ULL << (20 + round % 40), 40 + 4 * random_below(60));
		stamps = 0;
		for (i = 0; i < 400; i++)
			take_page(false);
		EXPECT_EQ(stamps, 0);
		world_destroy();
		deltas += extends;
	}
	EXPECT(deltas > ROUNDS);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(no_stamps),
	KTAP_CASE(small_pages),
	KTAP_CASE(whole_pages),
	KTAP_CASE(large_times),
};

int main(void)
{
	int failed;

	judge = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	failed = ktap_run(cases, ARRAY_SIZE(cases));
	kbuffer_free(judge);
	return failed;
}
