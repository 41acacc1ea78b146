// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of synthetic events.
 *
 * A record is a word of 64 bits for each field, as in-tree: a number, or where what
 * is behind the record lies. A text of fixed size has its bytes instead. One value is put
 * together once, however many instances want it only what they want.
 */
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "base/base.h"
#include "dyn/internal.h"
#include "inst/inst.h"

/* In place of a text that cannot be read. */
#define TRACE_NO_TEXT	"(fault)"

/*
 * Contexts that interrupt each other, and in each of them a synthetic event that comes
 * of another one, which comes of another one. One that comes of itself ends here.
 */
#define TRACE_DEPTH	(4 * OTR_NEST_SLOTS)

static DEFINE_PER_CPU(u32, trace_depth);

static const char *trace_text(u64 value)
{
	/* Not an address of the kernel's: nothing. */
	return value < TASK_SIZE_MAX ? TRACE_NO_TEXT : (const char *)(unsigned long)value;
}

static u32 trace_callers_bytes(u64 value)
{
	const unsigned long *callers = (const void *)(unsigned long)value;

	if (value < TASK_SIZE_MAX || !callers[0])
		return 0;
	return (1 + min(callers[0], OTR_SYNTH_STACK)) * sizeof(*callers);
}

/* Bytes that a value takes behind the record. */
static u32 trace_behind_bytes(const struct otr_synth_field *field, u64 value)
{
	switch (field->sort) {
	case OTR_SYNTH_BEHIND:
		return strnlen(trace_text(value), OTR_SYNTH_TEXT - 1) + 1;
	case OTR_SYNTH_CALLERS:
		return trace_callers_bytes(value);
	default:
		return 0;
	}
}

/**
 * otr_synth_measure - how long a record is
 * @synth: the event
 * @values: as for otr_synth_trace()
 *
 * Context: any, NMI included.
 * Return: bytes, a multiple of four.
 */
u32 otr_synth_measure(const struct otr_synth *synth, const u64 *values)
{
	u32 len = synth->size;
	unsigned int i;

	for (i = 0; synth->behind && i < synth->nr; i++)
		len += trace_behind_bytes(&synth->fields[i], values[i]);
	return ALIGN(len, sizeof(u32));
}

/* A word of the record, which begins at a multiple of four. */
static __always_inline void trace_put_word(void *at, u64 word)
{
	put_unaligned(word, (u64 *)at);
}

static __always_inline void trace_put_number(const struct otr_synth_field *field, void *at,
					     u64 value)
{
	/* What is shorter lies where the word begins. */
	value <<= field->unused;
	if (!IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))
		value >>= field->unused;
	trace_put_word(at, value);
}

static noinline void trace_put_chars(void *at, const char *text)
{
	strscpy_pad(at, text, OTR_SYNTH_CHARS);
}

/* The text may have changed since it was measured: it ends where it did. */
static u32 trace_put_behind(const struct otr_synth_field *field, void *to, u64 value, u32 room)
{
	u32 len = min(trace_behind_bytes(field, value), room);

	if (!len)
		return 0;
	if (field->sort == OTR_SYNTH_CALLERS) {
		memcpy(to, (const void *)(unsigned long)value, len);
	} else {
		memcpy(to, trace_text(value), len - 1);
		((char *)to)[len - 1] = '\0';
	}
	return len;
}

/**
 * otr_synth_put_value - write a value that lies in the record
 * @field: its field
 * @rec: the record
 * @value: as for otr_synth_trace()
 *
 * Context: that of otr_event_begin().
 */
void otr_synth_put_value(const struct otr_synth_field *field, void *rec, u64 value)
{
	if (field->sort == OTR_SYNTH_INSIDE)
		trace_put_chars(rec + field->offset, trace_text(value));
	else
		trace_put_number(field, rec + field->offset, value);
}

static noinline void trace_fill_behind(const struct otr_synth *synth, void *rec,
				       const u64 *values, u32 len)
{
	u32 at = synth->size;
	unsigned int i;

	/* The last bytes may be no word. */
	*(u32 *)(rec + len - sizeof(u32)) = 0;
	for (i = 0; i < synth->nr; i++) {
		const struct otr_synth_field *field = &synth->fields[i];
		u32 bytes;

		if (field->sort != OTR_SYNTH_BEHIND && field->sort != OTR_SYNTH_CALLERS) {
			otr_synth_put_value(field, rec, values[i]);
			continue;
		}
		bytes = trace_put_behind(field, rec + at, values[i], len - at);
		trace_put_word(rec + field->offset, bytes << 16 | at);
		at += bytes;
	}
}

static __always_inline void trace_fill(const struct otr_synth *synth, void *rec,
				       const u64 *values)
{
	const struct otr_synth_field *field = synth->fields;
	const struct otr_synth_field *end = field + synth->nr;

	for (; field < end; field++, values++) {
		if (likely(field->sort == OTR_SYNTH_NUMBER))
			trace_put_number(field, rec + field->offset, *values);
		else
			trace_put_chars(rec + field->offset, trace_text(*values));
	}
}

/**
 * otr_synth_write - write a record of a synthetic event in one instance
 * @synth: the event
 * @sub: it in the instance
 * @values: as for otr_synth_trace()
 * @len: from otr_synth_measure()
 *
 * Context: that of otr_event_begin().
 */
void otr_synth_write(const struct otr_synth *synth, struct otr_sub *sub, const u64 *values,
		     u32 len)
{
	struct otr_out out __uninitialized;
	void *rec = otr_event_begin(sub, &out, len);

	if (!rec)
		return;
	if (unlikely(synth->behind))
		trace_fill_behind(synth, rec, values, len);
	else
		trace_fill(synth, rec, values);
	barrier_data(rec);
	otr_event_end(&out);
}

/**
 * otr_synth_trace - write a record of a synthetic event wherever it is wanted
 * @synth: the event, from otr_synth_get() or, under RCU, from elsewhere
 * @values: one for each field: a number; the address of a text in the kernel's memory, that
 *	    of a user's program or NULL meaning a fault; or the address of how many callers
 *	    a stack has, an unsigned long, with the callers behind it
 *
 * An event that comes of itself ends after some rounds; what is lost is counted.
 *
 * Context: any, NMI included, preemption off.
 */
void otr_synth_trace(const struct otr_synth *synth, const u64 *values)
{
	const struct otr_synth_target *target;
	int depth;
	u32 len;

	if (hlist_empty(&synth->targets))
		return;
	depth = otr_nest_enter(&trace_depth, TRACE_DEPTH);
	len = otr_synth_measure(synth, values);
	/* Preemption is off, so a target stays; pairs with hlist_add_head_rcu() in synth.c. */
	hlist_for_each_entry_rcu(target, &synth->targets, node, true) {
		if (likely(depth >= 0))
			otr_synth_write(synth, target->sub, values, len);
		else
			atomic_long_inc(&target->sub->missed);
	}
	if (likely(depth >= 0))
		otr_nest_exit(&trace_depth, depth);
}
