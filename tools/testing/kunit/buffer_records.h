/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records that tell whether they are what was written, and readers that look:
 * a part of buffer_kunit.c, which includes the room's sources first.
 */
#ifndef _BUFFER_RECORDS_H
#define _BUFFER_RECORDS_H

/* The writer. */
enum context {
	IN_TASK,
	IN_IRQ,
	IN_NMI,
	CONTEXTS
};

/* What is written: it tells whether it is what was written. */
struct payload {
	u32 context;
	u32 number;
	u32 len;
	u32 sum;
	u8 rest[];
};

struct writer {
	u32 number[CONTEXTS];	/* of the last record written */
	u64 written;
	u64 refused;
};

struct reader {
	u32 number[CONTEXTS];	/* of the last record read */
	u64 ts;
	u64 read;
	u64 lost;
	u64 wrong;
	u64 disorder;
};

static struct otr_ring *ring;
static DEFINE_PER_CPU(struct writer, writers);
static DEFINE_PER_CPU(struct reader, readers);

static u32 sum_of(const struct payload *p)
{
	return (p->context + 1) * 0x9e3779b1 ^ p->number * 0x85ebca6b ^ p->len;
}

/* Preemption is off. A nested writer counts for itself: sums are by one instruction. */
static void write_record(enum context context, u32 more)
{
	struct writer *writer = this_cpu_ptr(&writers);
	u32 number = writer->number[context] + 1;
	struct payload *payload;
	struct otr_rec rec;

	payload = otr_ring_begin(ring, &rec, sizeof(*payload) + more);
	if (!payload) {
		this_cpu_inc(writers.refused);
		return;
	}
	writer->number[context] = number;
	payload->context = context;
	payload->number = number;
	payload->len = more;
	payload->sum = sum_of(payload);
	memset(payload->rest, number, more);
	OTR_STEP(0);
	otr_ring_end(&rec);
	this_cpu_inc(writers.written);
}

static void discard_record(u32 more)
{
	struct otr_rec rec;
	void *payload = otr_ring_begin(ring, &rec, sizeof(struct payload) + more);

	if (!payload) {
		this_cpu_inc(writers.refused);
		return;
	}
	memset(payload, 0xee, sizeof(struct payload) + more);
	OTR_STEP(0);
	otr_ring_discard(&rec);
}

static bool payload_wrong(const struct otr_item *item)
{
	const struct payload *p = item->data;
	u32 i;

	if (item->len < sizeof(*p) || p->context >= CONTEXTS || p->sum != sum_of(p) ||
	    item->len != ALIGN(sizeof(*p) + p->len, 4))
		return true;
	for (i = 0; i < p->len; i++)
		if (p->rest[i] != (u8)p->number)
			return true;
	return false;
}

/* One record. A context's numbers go up, and nothing is lost without a word. */
static void take(struct reader *reader, const struct otr_item *item)
{
	const struct payload *p = item->data;

	reader->read++;
	reader->lost += item->lost;
	if (payload_wrong(item)) {
		reader->wrong++;
		return;
	}
	if ((s32)(p->number - reader->number[p->context]) <= 0 || item->ts < reader->ts)
		reader->disorder++;
	reader->number[p->context] = p->number;
	reader->ts = item->ts;
}

static void read_some(int cpu, u64 most)
{
	struct otr_ring_cpu *rc;
	struct otr_item item;

	rc = otr_ring_reader_lock(ring, cpu);
	while (most-- && otr_ring_peek(rc, &item)) {
		take(per_cpu_ptr(&readers, cpu), &item);
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

/* Look at some records without a lock. They count as read. */
static void glance_some(int cpu, int most)
{
	static u8 copy[PAGE_SIZE];
	struct otr_glance glance;
	struct otr_item item;
	unsigned long flags;

	local_irq_save(flags);
	otr_glance_begin(&glance, ring, cpu);
	while (most-- && otr_glance_peek(&glance, &item)) {
		memcpy(copy, item.data, min_t(u32, item.len, sizeof(copy)));
		item.data = copy;
		if (!otr_glance_holds(&glance))
			continue;
		take(per_cpu_ptr(&readers, cpu), &item);
		otr_glance_next(&glance);
	}
	local_irq_restore(flags);
}

#endif
