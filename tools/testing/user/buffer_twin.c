// SPDX-License-Identifier: GPL-2.0-only
/* The naive twin of a ring, see buffer_test.h. */
#include <stdlib.h>

#include "buffer_test.h"

struct world world;
struct plan plan;
__thread bool no_steps;

static u64 random_state = 1;

void random_seed(u64 seed)
{
	random_state = seed * 2654435761u + 1;
}

u32 random_below(u32 below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % below;
}

u64 shim_clock(void)
{
	u64 now = __atomic_add_fetch(&world.now, world.tick, __ATOMIC_RELAXED);

	/* The last reading of a writer is its time. */
	if (!no_steps)
		world.clock[world.depth] = now;
	if (world.asked)
		world.asked();
	return now;
}

void clock_back(u64 by)
{
	/* Those that are open read the clock a little earlier. */
	if ((world.now - by - 1000) >> OTR_REC_TIME_BITS == (world.now + 1000) >> OTR_REC_TIME_BITS)
		world.now -= by;
	world.back = true;
}

void plan_nothing(void)
{
	int i;

	for (i = 0; i < DEPTH_MAX; i++)
		plan.at[i] = -1;
	plan.depth = 0;
	memset(plan.steps, 0, sizeof(plan.steps));
}

/* The ring was emptied: what was written in front of the new position is gone. */
static void note_reset(void)
{
	const struct otr_ring_cpu *rc = otr_ring_at(world.ring, 0);

	if (world.resets == rc->resets)
		return;
	world.resets = rc->resets;
	world.refused = 0;
	world.before = 0;
	world.seen[world.read++] = (struct seen) { .reset = true, .place = rc->write };
}

void buffer_step(int n)
{
	int depth = plan.depth;

	if (no_steps)
		return;
	if (n == 27 && world.ring)
		note_reset();
	if (world.hook)
		world.hook(n);
	if (depth >= DEPTH_MAX)
		return;
	if (plan.at[depth] >= 0 && plan.at[depth] == plan.steps[depth]++) {
		plan.depth++;
		if (plan.depth < DEPTH_MAX)
			plan.steps[plan.depth] = 0;
		plan.act[depth]();
		plan.depth--;
	}
}

const struct start starts[] = {
	{ 2, 0, 0, 1000 },
	{ BIT(OTR_SLOT_LAP_BITS) - 2, BIT_ULL(32) - 9, BIT_ULL(32) - 100, BIT_ULL(27) - 40 },
	{ BIT(OTR_POS_LAP_BITS) - 2, 0, BIT_ULL(32) - 8, BIT_ULL(OTR_REC_TIME_BITS) - 100 },
	{ BIT(OTR_POS_LAP_BITS) - 1, BIT_ULL(32) - 1, 0, 3 * BIT_ULL(OTR_REC_TIME_BITS) - 40 },
	{ 0, 0, 0, BIT_ULL(32) - 60 },
	{ 3 * BIT(OTR_SLOT_LAP_BITS) - 1, BIT_ULL(31) - 7, BIT_ULL(31), BIT_ULL(59) - 40 },
};

const u32 starts_nr = ARRAY_SIZE(starts);
u32 start_at;

void laps_later(struct otr_ring_cpu *rc, u32 laps, u64 records, u64 bytes)
{
	u64 later = (u64)laps << OTR_POS_LAP_SHIFT;
	u32 i;

	for (i = 0; i < rc->nr; i++) {
		struct otr_slot *slot = &rc->slots[i];
		u64 lap = slot->word + ((u64)laps << OTR_SLOT_LAP_SHIFT);
		u64 mask = (BIT_ULL(OTR_SLOT_LAP_BITS) - 1) << OTR_SLOT_LAP_SHIFT;

		slot->word = (slot->word & ~mask) | (lap & mask);
		slot->base += records;
		slot->bytes += bytes;
	}
	rc->write += later;
	rc->commit += later;
}

/* As if as much had been read and written before. */
static void start_later(struct otr_ring_cpu *rc, const struct start *start)
{
	struct otr_reader *rd = &rc->reader;

	laps_later(rc, start->lap - otr_pos_lap(rc->write), start->records, start->bytes);
	rd->pos = rc->write;
	rd->before = start->bytes;
	rd->base = start->records;
	rd->next = start->records;
	rd->read = start->records;
	world.now = start->now;
	world.before = start->records;
	otr_reader_publish(rc);
}

void world_create(unsigned int data, unsigned int pages, bool overwrite)
{
	struct otr_ring_config config = {
		.bytes		= (unsigned long)data * pages,
		.data_max	= data,
		.overwrite	= overwrite,
	};

	plan_nothing();
	world.written = 0;
	world.sorted = 0;
	world.read = 0;
	world.compared = 0;
	world.next = 0;
	world.id = 0;
	world.refused = 0;
	world.depth = 0;
	world.threads = false;
	world.hook = NULL;
	world.asked = NULL;
	world.back = false;
	world.tick = 3;
	otr_buffer_init();
	world.ring = otr_ring_create(&config);
	start_later(otr_ring_at(world.ring, 0), &starts[start_at]);
	world.resets = otr_ring_at(world.ring, 0)->resets;
	world.epoch = otr_ring_at(world.ring, 0)->epoch;
}

void world_destroy(void)
{
	otr_ring_destroy(world.ring);
	otr_buffer_exit();
	world.ring = NULL;
}

static u8 pattern(u32 id, u32 at)
{
	return id * 7 + at * 13 + 1;
}

static void fill_in(u8 *to, u32 id, u32 len)
{
	u32 i;

	memcpy(to, &id, sizeof(id));
	for (i = sizeof(id); i < len; i++)
		to[i] = pattern(id, i);
}

static int by_place(const void *a, const void *b)
{
	const struct written *x = a, *y = b;

	/* Places go round. */
	return (s64)(x->place - y->place) < 0 ? -1 : x->place != y->place;
}

static void compare(void)
{
	for (; world.compared < world.read; world.compared++) {
		const struct seen *seen = &world.seen[world.compared];
		const struct written *expected;

		if (seen->reset) {
			while (world.next < world.written &&
			       (s64)(world.log[world.next].place - seen->place) < 0)
				world.next++;
			continue;
		}
		world.next += seen->lost;
		if (world.next >= world.written) {
			KTAP_FAIL("record %u was read, nothing is left", seen->id);
			return;
		}
		expected = &world.log[world.next++];
		EXPECT_EQ(seen->id, expected->id);
		EXPECT_EQ(seen->ts, expected->ts);
		EXPECT_EQ(seen->len, (expected->len + 3) / 4 * 4);
	}
}

/* Writers that are done leave their places behind; sort those of this round. */
static void leave(void)
{
	if (--world.depth)
		return;
	qsort(world.log + world.sorted, world.written - world.sorted, sizeof(world.log[0]),
	      by_place);
	for (; world.sorted < world.written; world.sorted++)
		if (!world.back && world.sorted &&
		    world.log[world.sorted].ts < world.log[world.sorted - 1].ts)
			KTAP_FAIL("record %u is older than the one in front",
				  world.log[world.sorted].id);
	if (!plan.depth && !world.threads)
		compare();
}

static void refuse(u32 len)
{
	const struct otr_ring_cpu *rc = otr_ring_at(world.ring, 0);

	if (!READ_ONCE(rc->limit))
		return;
	world.refused++;
	/* Only what comes while a record is open can meet its page. */
	if (rc->overwrite && world.depth == 1 && !world.threads && !rc->window && len <= rc->data &&
	    otr_rec_size(len) <= rc->data)
		KTAP_FAIL("an outermost record of %u bytes was refused", len);
}

/* It is not always the clock's: a time that goes back a little stands still. */
static u64 time_of(const struct otr_rec *rec)
{
	const struct otr_ring_cpu *rc = rec->cpu;

	if (!rec->how)
		return rec->ts;
	return rc->open <= OTR_NESTS ? rc->nests[rc->open - 1].ts : world.clock[world.depth];
}

bool write_record(u32 len)
{
	u32 id = ++world.id;
	struct otr_rec rec;
	u8 *payload;
	u64 ts;

	world.depth++;
	payload = otr_ring_begin(world.ring, &rec, len);
	if (payload) {
		ts = time_of(&rec);
		fill_in(payload, id, len);
		buffer_step(0);
		otr_ring_end(&rec);
		world.log[world.written++] = (struct written) {
			.place = rec.to, .ts = ts, .id = id, .len = len,
		};
		if (world.written == LOG_MAX)
			abort();
	} else {
		refuse(len);
	}
	leave();
	return payload;
}

bool discard_record(u32 len)
{
	struct otr_rec rec;
	u8 *payload;

	world.depth++;
	payload = otr_ring_begin(world.ring, &rec, len);
	if (payload) {
		memset(payload, 0xee, len);
		buffer_step(0);
		otr_ring_discard(&rec);
	} else {
		refuse(len);
	}
	leave();
	return payload;
}

static u32 check_payload(const struct otr_item *item)
{
	const u8 *data = item->data;
	u32 id, i;

	memcpy(&id, data, sizeof(id));
	for (i = sizeof(id); i + 3 < item->len; i++)
		if (data[i] != pattern(id, i)) {
			KTAP_FAIL("record %u has a wrong byte at %u", id, i);
			break;
		}
	return id;
}

static void saw(const struct otr_item *item)
{
	world.seen[world.read++] = (struct seen) {
		.id	= check_payload(item),
		.ts	= item->ts,
		.len	= item->len,
		.lost	= item->lost,
	};
	if (world.read == LOG_MAX)
		abort();
}

/* What happens at the steps of a reader cannot read. */
bool reader_is_busy(void)
{
	return mutex_is_locked(&otr_ring_at(world.ring, 0)->reader_lock);
}

void read_records(u32 most)
{
	struct otr_ring_cpu *rc;
	struct otr_item item;

	if (reader_is_busy())
		return;
	rc = otr_ring_reader_lock(world.ring, 0);
	while (most-- && otr_ring_peek(rc, &item)) {
		saw(&item);
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

void read_raw(bool whole)
{
	struct otr_cursor cur;
	struct otr_item item;
	struct otr_raw raw;
	u64 records = 0;
	u32 after;
	int err;

	if (reader_is_busy())
		return;
	if (otr_raw_alloc(world.ring, 0, &raw))
		abort();
	err = otr_raw_read(world.ring, 0, &raw, PAGE_SIZE, whole);
	if (err) {
		EXPECT_EQ(err, -EAGAIN);
		otr_raw_free(&raw);
		return;
	}
	cur = (struct otr_cursor) {
		.page	= raw.page,
		.ts	= raw.page->ts,
		.end	= raw.page->commit & OTR_PAGE_SIZE_MASK,
	};
	EXPECT_EQ(!!(raw.page->commit & OTR_PAGE_LOST), !!raw.lost);
	while (otr_cursor_look(&cur, &item, &after) > 0) {
		item.lost = records++ ? 0 : raw.lost;
		saw(&item);
		cur.off = after;
		cur.ts = item.ts;
	}
	EXPECT_EQ(records, raw.records);
	otr_raw_free(&raw);
}

void walk_iter(void)
{
	struct otr_item item;
	struct otr_iter *iter;
	u64 walked = 0;

	if (reader_is_busy())
		return;
	iter = otr_iter_create(world.ring, 0);
	while (otr_iter_peek(iter, &item) && walked++ < LOG_MAX) {
		check_payload(&item);
		otr_iter_next(iter);
	}
	otr_iter_destroy(iter);
}

static void check_stats(bool drained)
{
	const struct otr_ring_cpu *rc = otr_ring_at(world.ring, 0);
	struct otr_ring_stats stats;
	u64 since = world.written;
	u32 i;

	for (i = 0; i < world.read; i++)
		if (world.seen[i].reset)
			for (since = 0; since < world.written; since++)
				if ((s64)(world.log[since].place - world.seen[i].place) >= 0)
					break;
	for (i = 0; i < world.read; i++)
		if (world.seen[i].reset)
			break;
	if (i == world.read)
		since = 0;
	EXPECT_EQ(otr_ring_stats(world.ring, 0, &stats), 0);
	EXPECT_EQ(stats.entries + stats.overrun + stats.read, world.before + world.written - since);
	if (!world.threads)
		EXPECT_EQ(stats.commit_overrun + stats.dropped + stats.too_large +
			  stats.in_window + stats.inside, world.refused);
	if (drained) {
		EXPECT_EQ(stats.entries, 0);
		EXPECT_EQ(stats.bytes, 0);
		EXPECT(otr_ring_empty(world.ring, 0));
	}
	EXPECT_EQ(rc->busy, 0);
	EXPECT_EQ(rc->open, 0);
	EXPECT_EQ(rc->in_clock, 0);
	for (i = 0; i < OTR_NESTS; i++)
		EXPECT_EQ(rc->nests[i].to, 0);
	EXPECT_EQ(rc->commit, rc->write);
}

/* Nothing is pushed out before every page is used. */
static void check_use(void)
{
	const struct otr_ring_cpu *rc = otr_ring_at(world.ring, 0);
	u64 pos = otr_pos_oldest(rc->nr, rc->write), ahead = otr_pos_next(rc->nr, rc->write);
	struct otr_ring_stats stats;
	u32 i, used = 0;

	otr_ring_stats(world.ring, 0, &stats);
	if (!stats.overrun || stats.read != world.before || rc->epoch != world.epoch)
		return;
	for (i = 0; i < rc->nr; i++, pos = otr_pos_next(rc->nr, pos))
		used += otr_slot_holds(otr_slot_at(rc, pos)->word, pos);
	used += otr_slot_holds(otr_slot_at(rc, ahead)->word, ahead);
	EXPECT_EQ(used, rc->nr);
}

static void check_ring(void)
{
	const char *wrong = ring_check(world.ring, 0);

	if (wrong)
		KTAP_FAIL("%s", wrong);
	if (otr_ring_broken(world.ring))
		KTAP_FAIL("stopped: %s", otr_ring_broken(world.ring));
}

void settle(void)
{
	plan_nothing();
	compare();
	check_ring();
	check_use();
	check_stats(false);
	read_records(LOG_MAX);
	compare();
	/* What was lost last is told with the next record. */
	EXPECT_EQ(world.next + otr_ring_at(world.ring, 0)->reader.lost, world.written);
	check_ring();
	check_stats(true);
}

/* An iterator and the statistics must tell what the reader will get. */
void settle_look(void)
{
	struct otr_ring_stats stats;
	struct otr_item item;
	struct otr_iter *iter;
	u32 nr = 0, at = world.next;

	plan_nothing();
	compare();
	otr_ring_stats(world.ring, 0, &stats);
	iter = otr_iter_create(world.ring, 0);
	while (otr_iter_peek(iter, &item)) {
		u32 id = check_payload(&item);

		/* It begins somewhere; from there on it has to know what it lost. */
		while (!nr && at < world.written && world.log[at].id != id)
			at++;
		at += nr ? item.lost : 0;
		if (at >= world.written) {
			KTAP_FAIL("the iterator has more than there is");
			break;
		}
		EXPECT_EQ(id, world.log[at].id);
		EXPECT_EQ(item.ts, world.log[at].ts);
		otr_iter_next(iter);
		nr++;
		at++;
	}
	EXPECT_EQ(nr, stats.entries);
	otr_iter_destroy(iter);
	settle();
}
