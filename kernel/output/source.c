// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records of several CPUs as one stream, ordered by their time stamps.
 *
 * Every CPU is a lane with a first record; a binary heap of lanes has the
 * oldest of them on top. A consuming source takes records out of the ring, and
 * may look at them only while it holds the ring's reader locks, so its heap is
 * built again for every batch. It lives for long, so it has a lane for every CPU
 * that may come online after it was opened. An iterating source has copies of its own, and
 * keeps its heap. A glancing one, made long before it is needed, looks where
 * nobody can be waited for: it copies each record, and asks whether that was right.
 */
#include <linux/slab.h>

#include "output/output.h"

/* What is copied of the record that follows, while glancing. */
#define BESIDE	64

struct lane {
	int			cpu;
	struct otr_iter		*iter;	/* NULL when consuming */
	struct otr_ring_cpu	*rc;	/* of a batch, when consuming */
	struct otr_glance	*glance; /* when glancing */
	struct otr_item		item;	/* first record, while in the heap */
};

struct otr_source {
	struct otr_ring		*ring;
	bool			consuming;
	bool			have;	/* the current record is in @now */
	struct otr_item		now;
	void			*copy;	/* where a current record is kept */
	size_t			room;	/* bytes at @copy */
	struct otr_glance	*glances; /* one each, NULL when not glancing */
	struct otr_item		next;	/* while glancing, what follows */
	u64			beside[BESIDE / sizeof(u64)];
	unsigned int		nr;
	unsigned int		heaped;
	struct lane		**heap;
	struct lane		lanes[] __counted_by(nr);
};

static bool source_lane_fill(struct otr_source *src, struct lane *lane)
{
	if (lane->glance)
		return otr_glance_peek(lane->glance, &lane->item);
	if (src->consuming)
		return otr_ring_peek(lane->rc, &lane->item);
	return otr_iter_peek(lane->iter, &lane->item);
}

static void source_lane_drop(struct otr_source *src, struct lane *lane)
{
	if (lane->glance)
		otr_glance_next(lane->glance);
	else if (src->consuming)
		otr_ring_consume(lane->rc);
	else
		otr_iter_next(lane->iter);
}

static bool source_older(const struct lane *a, const struct lane *b)
{
	if (a->item.ts != b->item.ts)
		return a->item.ts < b->item.ts;
	return a->cpu < b->cpu;
}

static void source_sift_down(struct otr_source *src, unsigned int at)
{
	struct lane *lane = src->heap[at];

	for (;;) {
		unsigned int child = 2 * at + 1;

		if (child >= src->heaped)
			break;
		if (child + 1 < src->heaped && source_older(src->heap[child + 1], src->heap[child]))
			child++;
		if (!source_older(src->heap[child], lane))
			break;
		src->heap[at] = src->heap[child];
		at = child;
	}
	src->heap[at] = lane;
}

static void source_sift_up(struct otr_source *src, unsigned int at)
{
	struct lane *lane = src->heap[at];

	while (at > 0 && source_older(lane, src->heap[(at - 1) / 2])) {
		src->heap[at] = src->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	src->heap[at] = lane;
}

static void source_heap_build(struct otr_source *src)
{
	unsigned int i;

	src->heaped = 0;
	for (i = 0; i < src->nr; i++)
		if (source_lane_fill(src, &src->lanes[i]))
			src->heap[src->heaped++] = &src->lanes[i];
	for (i = src->heaped / 2; i-- > 0;)
		source_sift_down(src, i);
}

/* A lane has another first record, or none. */
static void source_heap_refill(struct otr_source *src, unsigned int at)
{
	struct lane *lane = src->heap[at];

	if (!source_lane_fill(src, lane))
		src->heap[at] = src->heap[--src->heaped];
	if (at >= src->heaped)
		return;
	/* What came from the end may belong higher up. */
	source_sift_up(src, at);
	source_sift_down(src, at);
}

/* The first record of a lane was used: let the lane go on. */
static void source_heap_advance(struct otr_source *src, unsigned int at)
{
	source_lane_drop(src, src->heap[at]);
	source_heap_refill(src, at);
}

/* An iterating source shows what is there when it is opened. */
static bool source_lane_wanted(const struct otr_source *src, int cpu, int at)
{
	if (cpu != OTR_CPU_ALL && cpu != at)
		return false;
	return src->consuming || otr_ring_has_cpu(src->ring, at);
}

static int source_lanes_open(struct otr_source *src, int cpu)
{
	unsigned int nr = 0;
	int at;

	for_each_possible_cpu(at) {
		struct lane *lane = &src->lanes[nr];

		if (!source_lane_wanted(src, cpu, at))
			continue;
		lane->cpu = at;
		if (!src->consuming) {
			lane->iter = otr_iter_create(src->ring, at);
			if (IS_ERR(lane->iter)) {
				int err = PTR_ERR(lane->iter);

				lane->iter = NULL;
				return err;
			}
		}
		nr++;
	}
	src->nr = nr;
	return 0;
}

/**
 * otr_source_open - begin to read records
 * @ring: where they are
 * @cpu: the CPU, or OTR_CPU_ALL for all, merged
 * @consuming: take the records out; otherwise they stay
 *
 * Context: may sleep.
 * Return: the source, or ERR_PTR(-ENOMEM).
 */
struct otr_source *otr_source_open(struct otr_ring *ring, int cpu, bool consuming)
{
	unsigned int nr = num_possible_cpus();
	struct otr_source *src = kvzalloc(struct_size(src, lanes, nr), GFP_KERNEL);
	int err = -ENOMEM;

	if (!src)
		return ERR_PTR(-ENOMEM);
	src->nr = nr;
	src->ring = ring;
	src->consuming = consuming;
	src->heap = kvcalloc(nr, sizeof(*src->heap), GFP_KERNEL);
	src->room = otr_ring_max_record(ring);
	src->copy = kvmalloc(src->room, GFP_KERNEL);
	if (src->heap && src->copy)
		err = source_lanes_open(src, cpu);
	if (err) {
		otr_source_close(src);
		return ERR_PTR(err);
	}
	if (!consuming)
		source_heap_build(src);
	return src;
}

/**
 * otr_source_close - end reading
 * @src: the source
 *
 * Context: may sleep.
 */
void otr_source_close(struct otr_source *src)
{
	unsigned int i;

	for (i = 0; i < src->nr; i++)
		if (src->lanes[i].iter)
			otr_iter_destroy(src->lanes[i].iter);
	kvfree(src->heap);
	kvfree(src->copy);
	kvfree(src->glances);
	kvfree(src);
}

/**
 * otr_source_prepare - make a source that can glance
 *
 * Context: may sleep.
 * Return: the source, NULL without memory. otr_source_glance() says of what.
 */
struct otr_source *otr_source_prepare(void)
{
	unsigned int nr = num_possible_cpus();
	struct otr_source *src = kvzalloc(struct_size(src, lanes, nr), GFP_KERNEL);

	if (!src)
		return NULL;
	src->heap = kvcalloc(nr, sizeof(*src->heap), GFP_KERNEL);
	src->copy = kvmalloc(OTR_GLANCE_MAX, GFP_KERNEL);
	src->glances = kvcalloc(nr, sizeof(*src->glances), GFP_KERNEL);
	if (src->heap && src->copy && src->glances)
		return src;
	otr_source_close(src);
	return NULL;
}

/**
 * otr_source_glance - begin to look at the records of a ring
 * @src: from otr_source_prepare()
 * @ring: the ring, which does not record
 * @cpu: the CPU, or OTR_CPU_ALL for all, merged
 *
 * What otr_source_peek() returns then has OTR_GLANCE_MAX bytes of a record at most.
 *
 * Context: any, NMI included; interrupts off until the last use of @src.
 */
void otr_source_glance(struct otr_source *src, struct otr_ring *ring, int cpu)
{
	unsigned int nr = 0;
	int at;

	src->ring = ring;
	src->nr = num_possible_cpus();
	src->have = false;
	for_each_possible_cpu(at) {
		struct lane *lane = &src->lanes[nr];

		if ((cpu != OTR_CPU_ALL && cpu != at) || !otr_ring_has_cpu(ring, at))
			continue;
		lane->cpu = at;
		lane->glance = &src->glances[nr++];
		otr_glance_begin(lane->glance, ring, at);
	}
	src->nr = nr;
	source_heap_build(src);
}

/**
 * otr_source_begin - begin a batch of records
 * @src: the source
 *
 * Context: may sleep. otr_source_end() must follow.
 */
void otr_source_begin(struct otr_source *src)
{
	unsigned int i;

	if (!src->consuming)
		return;
	for (i = 0; i < src->nr; i++)
		src->lanes[i].rc = otr_ring_reader_lock(src->ring, src->lanes[i].cpu);
	source_heap_build(src);
}

/**
 * otr_source_end - end a batch of records
 * @src: the source
 *
 * Context: may sleep.
 */
void otr_source_end(struct otr_source *src)
{
	unsigned int i;

	if (!src->consuming)
		return;
	/* A record that was copied is consumed already; it stays current. */
	if (src->now.data != src->copy)
		src->have = false;
	for (i = src->nr; i-- > 0;)
		otr_ring_reader_unlock(src->lanes[i].rc);
}

/* Room for the current record, when pages have become larger since the open. */
static bool source_make_room(struct otr_source *src)
{
	size_t len = src->now.len;
	void *copy;

	if (len <= src->room)
		return true;
	len = max_t(size_t, len, otr_ring_max_record(src->ring));
	copy = kvmalloc(len, GFP_KERNEL);
	if (!copy)
		return false;
	kvfree(src->copy);
	src->copy = copy;
	src->room = len;
	return true;
}

/*
 * Two lanes are enough to know what follows: the next of this lane, and the
 * older child of the top. The record itself may be gone by then, so it is
 * copied first; without memory for that, nothing follows.
 */
static u64 source_look_ahead(struct otr_source *src)
{
	if (!source_make_room(src))
		return src->now.ts;
	memcpy(src->copy, src->now.data, src->now.len);
	src->now.data = src->copy;
	source_heap_advance(src, 0);
	return src->heaped ? src->heap[0]->item.ts : src->now.ts;
}

/* Copy the oldest record that was really there, and go on behind it. */
static bool source_catch(struct otr_source *src)
{
	while (src->heaped) {
		src->now = src->heap[0]->item;
		memcpy(src->copy, src->now.data, min(src->now.len, OTR_GLANCE_MAX));
		src->now.data = src->copy;
		if (otr_glance_holds(src->heap[0]->glance)) {
			source_heap_advance(src, 0);
			return true;
		}
		source_heap_refill(src, 0);
	}
	return false;
}

/**
 * otr_source_peek - the current record
 * @src: the source, between otr_source_begin() and otr_source_end()
 * @next_ts: if not NULL, receives the time stamp of the record after it, or
 *	     its own when there is none, or no memory. Costs a copy of the record,
 *	     and a consuming source has then consumed it
 *
 * Context: may sleep.
 * Return: the record, valid until otr_source_next() or otr_source_end(); NULL
 * when there is none.
 */
const struct otr_item *otr_source_peek(struct otr_source *src, u64 *next_ts)
{
	if (!src->have && src->glances) {
		if (!source_catch(src))
			return NULL;
		src->have = true;
	} else if (!src->have) {
		if (!src->heaped)
			return NULL;
		src->now = src->heap[0]->item;
		src->have = true;
		if (next_ts)
			*next_ts = source_look_ahead(src);
	} else if (next_ts) {
		if (src->now.data != src->copy)
			*next_ts = source_look_ahead(src);
		else
			*next_ts = src->heaped ? src->heap[0]->item.ts : src->now.ts;
	}
	return &src->now;
}

/**
 * otr_source_again - look for records that came after the last one was shown
 * @src: from otr_source_open(), not a consuming one
 *
 * Context: may sleep.
 */
void otr_source_again(struct otr_source *src)
{
	if (!src->have && !src->heaped)
		source_heap_build(src);
}

/**
 * otr_source_next - go on to the next record
 * @src: a source of which otr_source_peek() returned a record
 *
 * Context: may sleep.
 */
void otr_source_next(struct otr_source *src)
{
	/* After a look ahead, the lanes are there already. */
	if (src->now.data != src->copy)
		source_heap_advance(src, 0);
	src->have = false;
}

/* Where in the heap the CPU of the current record is; @heaped for nowhere. */
static unsigned int source_find_lane(const struct otr_source *src)
{
	unsigned int at;

	for (at = 0; at < src->heaped && src->heap[at]->cpu != src->now.cpu; at++)
		;
	return at;
}

/**
 * otr_source_follow - the record that follows the current one on its CPU
 * @src: a source of which otr_source_peek() returned a record
 *
 * Like a look ahead it costs a copy of the current record, which then is not
 * where it was but what otr_source_peek() returns.
 *
 * Context: may sleep.
 * Return: the record, valid until the next call of any of these; NULL when
 * there is none, or no memory.
 */
const struct otr_item *otr_source_follow(struct otr_source *src)
{
	unsigned int at;

	if (src->now.data != src->copy)
		source_look_ahead(src);
	if (src->now.data != src->copy)
		return NULL;
	at = source_find_lane(src);
	if (at >= src->heaped)
		return NULL;
	if (!src->glances)
		return &src->heap[at]->item;
	src->next = src->heap[at]->item;
	memcpy(src->beside, src->next.data, min_t(size_t, src->next.len, BESIDE));
	src->next.data = src->beside;
	return otr_glance_holds(src->heap[at]->glance) ? &src->next : NULL;
}

/**
 * otr_source_skip - take the record away that otr_source_follow() returned
 * @src: the source
 *
 * Context: may sleep.
 */
void otr_source_skip(struct otr_source *src)
{
	unsigned int at = source_find_lane(src);

	if (at < src->heaped)
		source_heap_advance(src, at);
}

/**
 * otr_source_empty - tell whether there is nothing to read
 * @src: the source
 *
 * Context: may sleep; for a consuming source, not inside a batch.
 * Return: true when there is nothing.
 */
bool otr_source_empty(struct otr_source *src)
{
	unsigned int i;

	if (src->have)
		return false;
	if (!src->consuming)
		return !src->heaped;
	for (i = 0; i < src->nr; i++)
		if (!otr_ring_empty(src->ring, src->lanes[i].cpu))
			return false;
	return true;
}
