// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of synthetic events.
 *
 * A record is a word of 64 bits for each field, as in-tree: a number, or where what
 * is behind the record lies. A text of fixed size has its bytes instead. What lies
 * behind is measured once, however many instances want the record.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#ifdef CONFIG_DCACHE_WORD_ACCESS
#include <asm/word-at-a-time.h>
#endif

#include "base/base.h"
#include "dyn/internal.h"
#include "inst/inst.h"
#include "record/record.h"

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

/* What lies behind a record is measured once, before there is room for it. */
struct trace_lengths {
	u16	bytes[OTR_SYNTH_FIELDS];
};

static u32 trace_callers_bytes(u64 value)
{
	const unsigned long *callers = (const void *)(unsigned long)value;
	/* It may be another one soon. */
	unsigned long nr = value < TASK_SIZE_MAX ? 0 : READ_ONCE(callers[0]);

	return nr ? (1 + min(nr, OTR_SYNTH_STACK)) * sizeof(*callers) : 0;
}

/* Bytes of a text with its zero, OTR_SYNTH_TEXT at most. */
#ifdef CONFIG_DCACHE_WORD_ACCESS
/* Eight at a time, which may go beyond the text, and beyond a page: that reads as zeros. */
static u32 trace_text_bytes(const char *text)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	u32 len;

	for (len = 0; len < OTR_SYNTH_TEXT; len += sizeof(long)) {
		unsigned long bits, word = load_unaligned_zeropad(text + len);

		if (!has_zero(word, &bits, &constants))
			continue;
		bits = create_zero_mask(prep_zero_mask(word, bits, &constants));
		return len + find_zero(bits) + 1;
	}
	return OTR_SYNTH_TEXT;
}
#else
static u32 trace_text_bytes(const char *text)
{
	return strnlen(text, OTR_SYNTH_TEXT - 1) + 1;
}
#endif

/* Bytes that a value takes behind the record. */
static u32 trace_behind_bytes(const struct otr_synth_field *field, u64 value)
{
	switch (field->sort) {
	case OTR_SYNTH_BEHIND:
		return trace_text_bytes(trace_text(value));
	case OTR_SYNTH_CALLERS:
		return trace_callers_bytes(value);
	default:
		return 0;
	}
}

/* The value of a field; @which is NULL where they are in the order of fields. */
static __always_inline u64 trace_value(const u64 *values, const u8 *which, unsigned int i)
{
	return values[which ? which[i] : i];
}

/* Bytes of a record, a multiple of four. */
static u32 trace_measure(const struct otr_synth *synth, const u64 *values, const u8 *which,
			 struct trace_lengths *lengths)
{
	u32 len = synth->size;
	unsigned int i;

	for (i = 0; i < synth->nr; i++) {
		u32 bytes = trace_behind_bytes(&synth->fields[i],
					       trace_value(values, which, i));

		lengths->bytes[i] = bytes;
		len += bytes;
	}
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

static __always_inline void trace_put_value(const struct otr_synth_field *field, void *rec,
					    u64 value)
{
	if (unlikely(field->sort == OTR_SYNTH_INSIDE))
		trace_put_chars(rec + field->offset, trace_text(value));
	else
		trace_put_number(field, rec + field->offset, value);
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
	trace_put_value(field, rec, value);
}

/* A text may have changed since it was measured: it ends where it did. */
static void trace_put_behind(const struct otr_synth_field *field, void *to, u64 value, u32 len)
{
	if (!len)
		return;
	if (field->sort == OTR_SYNTH_CALLERS) {
		memcpy(to, (const void *)(unsigned long)value, len);
		return;
	}
	memcpy(to, trace_text(value), len - 1);
	((char *)to)[len - 1] = '\0';
}

static void trace_fill_behind(const struct otr_synth *synth, void *rec, const u64 *values,
			      const u8 *which, const struct trace_lengths *lengths)
{
	u32 at = synth->size;
	unsigned int i;

	for (i = 0; i < synth->nr; i++) {
		const struct otr_synth_field *field = &synth->fields[i];
		u64 value = trace_value(values, which, i);
		u32 bytes = lengths->bytes[i];

		if (field->sort != OTR_SYNTH_BEHIND && field->sort != OTR_SYNTH_CALLERS) {
			trace_put_value(field, rec, value);
			continue;
		}
		trace_put_behind(field, rec + at, value, bytes);
		trace_put_word(rec + field->offset, bytes << 16 | at);
		at += bytes;
	}
}

/* One record, of @len bytes. */
static noinline __no_stack_protector void
trace_write_behind(const struct otr_synth *synth, struct otr_sub *sub, const u64 *values,
		   const u8 *which, const struct trace_lengths *lengths, u32 len)
{
	struct otr_out out __uninitialized;
	void *rec;

	/* A word that says where something lies has 16 bits for that. */
	if (unlikely(len > U16_MAX)) {
		atomic_long_inc(&sub->missed);
		return;
	}
	rec = otr_event_begin(sub, &out, len);
	if (!rec)
		return;
	/* The last bytes may be no word. */
	*(u32 *)(rec + len - sizeof(u32)) = 0;
	trace_fill_behind(synth, rec, values, which, lengths);
	barrier_data(rec);
	otr_event_end(&out);
}

static __always_inline void trace_fill_plain(const struct otr_synth *synth, void *rec,
					     const u64 *values, const u8 *which)
{
	unsigned int i;

	for (i = 0; i < synth->nr; i++)
		trace_put_value(&synth->fields[i], rec, trace_value(values, which, i));
}

/*
 * The common way of a record with nothing behind, of a moment whose time is known already. False
 * for all others, of which nothing is done then.
 */
static __always_inline bool trace_write_at(const struct otr_synth *synth, struct otr_sub *sub,
					   const u64 *values, const u8 *which,
					   const struct otr_moment *when)
{
	struct otr_rec out __uninitialized;
	u32 len = synth->size;
	void *rec;

	if (otr_gate_closed(&sub->gate) || unlikely(len > OTR_REC_SHORT_MAX))
		return false;
	if (!len || len % sizeof(u32))
		__builtin_unreachable();
	rec = otr_ring_try_at(sub->ring, &out, len, when);
	if (unlikely(!rec))
		return false;
	otr_record_head(rec, sub->id);
	trace_fill_plain(synth, rec, values, which);
	otr_ring_keep(&out);
	otr_comm_want(sub->remember);
	return true;
}

/* One record of an event that has nothing behind. */
static __always_inline void trace_write_plain(const struct otr_synth *synth, struct otr_sub *sub,
					      const u64 *values, const u8 *which)
{
	struct otr_out out __uninitialized;
	void *rec = otr_event_begin(sub, &out, synth->size);

	if (!rec)
		return;
	trace_fill_plain(synth, rec, values, which);
	barrier_data(rec);
	otr_event_end(&out);
}

static noinline void trace_one_behind(const struct otr_synth *synth, struct otr_sub *sub,
				      const u64 *values)
{
	struct trace_lengths lengths __uninitialized;
	u32 len = trace_measure(synth, values, NULL, &lengths);

	trace_write_behind(synth, sub, values, NULL, &lengths, len);
}

/**
 * otr_synth_trace_one - write a record of a synthetic event in one instance
 * @synth: the event
 * @sub: it in the instance
 * @values: as for otr_synth_trace()
 *
 * Context: that of otr_event_begin().
 */
__no_stack_protector
void otr_synth_trace_one(const struct otr_synth *synth, struct otr_sub *sub, const u64 *values)
{
	if (likely(!synth->behind))
		trace_write_plain(synth, sub, values, NULL);
	else
		trace_one_behind(synth, sub, values);
}

static noinline void trace_all_behind(const struct otr_synth *synth, const u64 *values,
				      const u8 *which)
{
	struct trace_lengths lengths __uninitialized;
	const struct otr_dyn_target *target;
	u32 len = trace_measure(synth, values, which, &lengths);

	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &synth->targets, node, true)
		trace_write_behind(synth, target->sub, values, which, &lengths, len);
}

static noinline void trace_all_missed(const struct otr_synth *synth)
{
	const struct otr_dyn_target *target;

	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &synth->targets, node, true)
		atomic_long_inc(&target->sub->missed);
}

static __always_inline void trace_all(const struct otr_synth *synth, const u64 *values,
				      const u8 *which, const struct otr_moment *when)
{
	const struct otr_dyn_target *target;
	int depth;

	if (hlist_empty(&synth->targets))
		return;
	depth = otr_nest_enter(&trace_depth, TRACE_DEPTH);
	if (unlikely(depth < 0)) {
		trace_all_missed(synth);
		return;
	}
	if (unlikely(synth->behind)) {
		trace_all_behind(synth, values, which);
	} else {
		/* A target stays; pairs with otr_dyn_target_add(). */
		hlist_for_each_entry_rcu(target, &synth->targets, node, true)
			if (!when || !trace_write_at(synth, target->sub, values, which, when))
				trace_write_plain(synth, target->sub, values, which);
	}
	otr_nest_exit(&trace_depth, depth);
}

/**
 * otr_synth_trace - write a record of a synthetic event wherever it is wanted
 * @synth: the event, from otr_synth_get() or, under RCU, from elsewhere
 * @values: one for each field: a number; the address of a text in the kernel's memory, that
 *	    of a user's program or NULL meaning a fault; or the address of how many callers
 *	    a stack has, an unsigned long, with the callers behind it
 *
 * Texts and stacks may change meanwhile, but for a zero that is behind a text. An event
 * that comes of itself ends after some rounds; what is lost is counted.
 *
 * Context: any, NMI included, preemption off.
 */
__no_stack_protector void otr_synth_trace(const struct otr_synth *synth, const u64 *values)
{
	trace_all(synth, values, NULL, NULL);
}

/**
 * otr_synth_trace_of - the same, with values of which some are wanted
 * @synth: the event
 * @values: values as for otr_synth_trace()
 * @which: for each field the number of its value
 * @when: when that is, which this CPU found out a moment ago; NULL if nobody did
 *
 * Context: that of otr_synth_trace().
 */
__no_stack_protector
void otr_synth_trace_of(const struct otr_synth *synth, const u64 *values, const u8 *which,
			const struct otr_moment *when)
{
	/* So that it is not asked for each field. */
	if (!which)
		__builtin_unreachable();
	trace_all(synth, values, which, when);
}
