// SPDX-License-Identifier: GPL-2.0-only
/*
 * func-no-repeats: the same function called from the same place again and
 * again is one record, and one that says how often.
 *
 * What was called last is remembered for each CPU. Interrupts come between; one
 * that finds its CPU's memory in use is recorded as ever.
 */
#include <linux/percpu.h>

#include "event/event.h"
#include "tracer/function.h"
#include "tracer/repeats.h"

/* A record has 48 bits for the time between. */
#define DELTA_BITS	48

/**
 * struct otr_repeats - the last call on a CPU
 * @ip: the function that was called
 * @parent_ip: its caller
 * @last: when it was repeated
 * @count: how often
 * @nest: somebody changes it
 */
struct otr_repeats {
	unsigned long	ip;
	unsigned long	parent_ip;
	u64		last;
	unsigned int	count;
	u32		nest;
};

/**
 * otr_repeats_prepare - make room to remember calls
 * @fn: function tracing of an instance
 *
 * Context: otr_tracer_lock held; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_repeats_prepare(struct otr_function *fn)
{
	struct otr_repeats __percpu *new;

	if (fn->repeats)
		return 0;
	new = alloc_percpu(struct otr_repeats);
	if (!new)
		return -ENOMEM;
	/* Pairs with the address dependency in otr_repeats_again(). */
	smp_store_release(&fn->repeats, new);
	return 0;
}

/**
 * otr_repeats_free - the counterpart of otr_repeats_prepare()
 * @fn: function tracing that is off
 *
 * Context: otr_tracer_lock held.
 */
void otr_repeats_free(struct otr_function *fn)
{
	free_percpu(fn->repeats);
	fn->repeats = NULL;
}

/* The clock of the instance's records, as it is now. */
static u64 repeats_now(const struct otr_function *fn)
{
	return otr_clock_read(READ_ONCE(raw_cpu_ptr(fn->ring->cpus)->clock));
}

static void repeats_record(struct otr_function *fn, const struct otr_repeats *call)
{
	u64 delta = (repeats_now(fn) - call->last) & (BIT_ULL(DELTA_BITS) - 1);
	struct otr_rec_repeats *out;
	struct otr_rec rec __uninitialized;

	out = otr_ring_begin(fn->ring, &rec, sizeof(*out));
	if (!out)
		return;
	otr_record_head(&out->head, OTR_TYPE_REPEATS);
	out->ip = call->ip;
	out->parent_ip = call->parent_ip;
	out->count = call->count;
	out->top_delta_ts = delta >> 32;
	out->bottom_delta_ts = delta;
	otr_ring_end(&rec);
}

static bool repeats_again(struct otr_function *fn, struct otr_repeats *call, unsigned long ip,
			  unsigned long parent_ip)
{
	if (call->ip == ip && call->parent_ip == parent_ip && call->count < U16_MAX) {
		call->count++;
		call->last = repeats_now(fn);
		return true;
	}
	if (call->count)
		repeats_record(fn, call);
	call->count = 0;
	call->ip = ip;
	call->parent_ip = parent_ip;
	return false;
}

/**
 * otr_repeats_again - was this the last call as well?
 * @fn: function tracing of an instance, with otr_repeats_prepare()
 * @ip: the function that is called
 * @parent_ip: its caller
 *
 * If not, it is remembered, and it is recorded how often the last one was.
 *
 * Context: any, NMI included, preemption off.
 * Return: true if it is not to be recorded.
 */
bool otr_repeats_again(struct otr_function *fn, unsigned long ip, unsigned long parent_ip)
{
	struct otr_repeats __percpu *repeats = READ_ONCE(fn->repeats);
	int slot = otr_nest_enter(&repeats->nest, 1);
	bool same;

	/* An interrupt leaves it alone. */
	if (slot < 0)
		return false;
	same = repeats_again(fn, raw_cpu_ptr(repeats), ip, parent_ip);
	otr_nest_exit(&repeats->nest, slot);
	return same;
}

static u64 repeats_delta_of(const struct otr_rec_repeats *rec)
{
	return (u64)rec->top_delta_ts << 32 | rec->bottom_delta_ts;
}

static void repeats_print_repeats(struct otr_line *line)
{
	const struct otr_rec_repeats *rec = line->rec;
	u64 last = line->ts - repeats_delta_of(rec);
	u32 usecs;
	u64 secs;

	otr_print_ip(line, rec->ip);
	if ((line->flags & OTR_LINE_PARENT) && rec->parent_ip) {
		seq_buf_puts(line->out, " <-");
		otr_print_ip(line, rec->parent_ip);
	}
	seq_buf_printf(line->out, " (repeats: %u, last_ts:", rec->count);
	if (line->flags & OTR_LINE_NS) {
		secs = div_u64_rem(otr_clock_usecs(last), USEC_PER_SEC, &usecs);
		seq_buf_printf(line->out, " %5llu.%06u)\n", secs, usecs);
	} else {
		seq_buf_printf(line->out, " %12llu)\n", last);
	}
}

static void repeats_print_raw(struct otr_line *line)
{
	const struct otr_rec_repeats *rec = line->rec;

	seq_buf_printf(line->out, "%lu %lu %u %llu\n", rec->ip, rec->parent_ip, rec->count,
		       repeats_delta_of(rec));
}

static const struct otr_field repeats_fields[] = {
	OTR_FIELD(struct otr_rec_repeats, unsigned long, ip),
	OTR_FIELD(struct otr_rec_repeats, unsigned long, parent_ip),
	OTR_FIELD(struct otr_rec_repeats, u16, count),
	OTR_FIELD(struct otr_rec_repeats, u16, top_delta_ts),
	OTR_FIELD(struct otr_rec_repeats, u32, bottom_delta_ts),
	{}
};

#define REPEATS_FMT	"\" %ps <-%ps\\t(repeats:%u  delta: -%llu)\", "
#define REPEATS_ARGS	"(void *)REC->ip, (void *)REC->parent_ip, REC->count, " \
			"(((u64)(REC)->top_delta_ts << 32) | (REC)->bottom_delta_ts)"

static struct otr_event repeats_event = {
	.id		= OTR_TYPE_REPEATS,
	.system		= "ftrace",
	.name		= "func_repeats",
	.fields		= repeats_fields,
	.print_fmt	= REPEATS_FMT REPEATS_ARGS,
	.text		= repeats_print_repeats,
	.raw		= repeats_print_raw,
};

/**
 * otr_repeats_init - make the record known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_repeats_init(void)
{
	return otr_event_register(&repeats_event);
}

/**
 * otr_repeats_exit - the counterpart of otr_repeats_init()
 *
 * Context: module unload.
 */
void otr_repeats_exit(void)
{
	otr_event_unregister(&repeats_event);
}
