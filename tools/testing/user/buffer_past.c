// SPDX-License-Identifier: GPL-2.0-only
/* Records of what was a moment ago: they have that time, unless there is a newer record. */
#include "buffer_test.h"

/* A record of that time; which one it gets, 0 for none. */
static u64 past(u64 ts)
{
	struct otr_rec rec;
	u32 *payload = otr_ring_begin_at(world.ring, &rec, sizeof(*payload), ts);
	u64 got;

	if (!payload)
		return 0;
	*payload = ts;
	got = otr_ring_rec_time(&rec);
	otr_ring_end(&rec);
	EXPECT_EQ(otr_ring_at(world.ring, 0)->last_ts, got);
	return got;
}

static u64 newest(void)
{
	return otr_ring_at(world.ring, 0)->last_ts;
}

/* Each distance has its own way to be told: as a delta, with a time record, by a page. */
static const u64 distances[] = {
	0, 1, OTR_REC_DELTA_END - 1, OTR_REC_DELTA_END, OTR_REC_DELTA_END + 1, 1ULL << 40,
};

static void of_its_time(void)
{
	unsigned int i, fill;

	for (fill = 0; fill < 20; fill++)
		for (i = 0; i < ARRAY_SIZE(distances); i++) {
			world_create(64, 4, true);
			for (unsigned int n = 0; n < fill; n++)
				write_record(4);
			write_record(4);
			u64 at = newest() + distances[i];

			world.now = at + 10 * OTR_REC_DELTA_END;
			EXPECT_EQ(past(at), at);
			EXPECT(write_record(4));
			EXPECT(newest() > at);
			world_destroy();
		}
}

static void not_older_than_the_newest(void)
{
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(distances); i++) {
		world_create(64, 4, true);
		world.now = 1ULL << 41;
		write_record(4);
		u64 last = newest();

		EXPECT_EQ(past(last - distances[i]), last);
		world_destroy();
	}
}

static void none_where_nothing_is_recorded(void)
{
	world_create(64, 4, true);
	write_record(4);
	otr_ring_disable(world.ring);
	EXPECT_EQ(past(newest() + 1), 0);
	otr_ring_enable(world.ring);
	EXPECT(past(newest() + 1));
	world_destroy();
}

/* A record of a time that was read before, by that clock; which one it has, 0 for none. */
static u64 known(u64 ts, enum otr_clock_id clock)
{
	const struct otr_moment when = { ts, clock };
	struct otr_rec rec;
	u32 *payload = otr_ring_try_at(world.ring, &rec, sizeof(*payload), &when);
	u64 got;

	if (!payload)
		return 0;
	*payload = ts;
	got = otr_ring_rec_time(&rec);
	otr_ring_keep(&rec);
	EXPECT_EQ(newest(), got);
	return got;
}

static void of_a_time_that_is_known(void)
{
	enum otr_clock_id clock;
	u64 last;

	world_create(512, 4, true);
	write_record(4);
	clock = otr_ring_at(world.ring, 0)->clock;
	last = newest();
	EXPECT_EQ(known(last, clock), last);
	EXPECT_EQ(known(last + 5, clock), last + 5);
	/* A newer one is there, it is another clock's, it takes more than a delta. */
	EXPECT_EQ(known(last + 4, clock), 0);
	EXPECT_EQ(known(last + 6, clock + 1), 0);
	EXPECT_EQ(known(last + 6, OTR_CLOCK_COUNT), 0);
	EXPECT_EQ(known(last + 5 + OTR_REC_DELTA_END, clock), 0);
	EXPECT_EQ(known(last + 4 + OTR_REC_DELTA_END, clock), last + 4 + OTR_REC_DELTA_END);
	otr_ring_disable(world.ring);
	EXPECT_EQ(known(newest(), clock), 0);
	world_destroy();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(of_a_time_that_is_known),
	KTAP_CASE(of_its_time),
	KTAP_CASE(not_older_than_the_newest),
	KTAP_CASE(none_where_nothing_is_recorded),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
