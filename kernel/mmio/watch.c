// SPDX-License-Identifier: GPL-2.0-only
/* Watches on the functions that the kernel calls for what it caught. */
#include <linux/atomic.h>
#include <linux/err.h>
#include <outrace/hook.h>
#include <outrace/printk.h>

#include "mmio/internal.h"

/* Whose ring gets the records; set while no watch is registered. */
static struct otr_inst *watch_inst;

/* Records for which there was no room, or that came while nothing was recorded. */
static atomic_long_t watch_dropped;

/* Records that were pushed out by newer ones, as a reader was told last. */
static atomic64_t watch_pushed_out;

/* Begin a record; NULL, and it is counted, where there is no room or nothing is recorded. */
static void *watch_begin(struct otr_rec *rec, enum otr_type type, size_t size)
{
	void *out = otr_ring_begin(watch_inst->ring, rec, size);

	if (out)
		otr_record_head(out, type);
	else
		atomic_long_inc(&watch_dropped);
	return out;
}

static bool watch_rw(struct otr_watch *watch, struct otr_call *call)
{
	const struct mmiotrace_rw *rw = (void *)*otr_frame_arg(call->frame, 0);
	struct otr_rec rec __uninitialized;
	struct otr_rec_mmio_rw *out = watch_begin(&rec, OTR_TYPE_MMIO_RW, sizeof(*out));

	if (!out)
		return false;
	out->phys = rw->phys;
	out->value = rw->value;
	out->pc = rw->pc;
	out->map_id = rw->map_id;
	out->opcode = rw->opcode;
	out->width = rw->width;
	memset(out->unused, 0, sizeof(out->unused));
	otr_ring_end(&rec);
	return false;
}

static bool watch_map(struct otr_watch *watch, struct otr_call *call)
{
	const struct mmiotrace_map *map = (void *)*otr_frame_arg(call->frame, 0);
	struct otr_rec rec __uninitialized;
	struct otr_rec_mmio_map *out = watch_begin(&rec, OTR_TYPE_MMIO_MAP, sizeof(*out));

	if (!out)
		return false;
	out->phys = map->phys;
	out->virt = map->virt;
	out->len = map->len;
	out->map_id = map->map_id;
	out->opcode = map->opcode;
	memset(out->unused, 0, sizeof(out->unused));
	otr_ring_end(&rec);
	return false;
}

/* The function goes on with the same arguments, so they are not used up. */
static bool watch_say(struct otr_watch *watch, struct otr_call *call)
{
	const char *fmt = (void *)*otr_frame_arg(call->frame, 0);
	va_list *from = (void *)*otr_frame_arg(call->frame, 1), args;

	va_copy(args, *from);
	otr_printk_vprint(0, fmt, args);
	va_end(args);
	return false;
}

static const struct watch_row {
	const char		*function;
	struct otr_watch_ops	ops;
} watch_rows[] = {
	{ "mmio_trace_rw",	{ .name = "mmiotrace", .entry = watch_rw } },
	{ "mmio_trace_mapping",	{ .name = "mmiotrace", .entry = watch_map } },
	{ "mmio_trace_printk",	{ .name = "mmiotrace", .entry = watch_say } },
};

static struct otr_watch *watches[ARRAY_SIZE(watch_rows)];

static int watch_start(const struct watch_row *row, struct otr_watch **watch)
{
	int err;

	*watch = otr_watch_create(&row->ops, NULL);
	if (IS_ERR(*watch)) {
		err = PTR_ERR(*watch);
		*watch = NULL;
		return err;
	}
	err = otr_watch_add(*watch, row->function, NULL);
	return err ?: otr_watch_register(*watch);
}

/**
 * otr_mmio_watch - record what the kernel catches
 * @inst: whose ring gets it
 *
 * Context: otr_tracer_lock held; sleeps.
 * Return: 0, or what the functions of a watch said.
 */
int otr_mmio_watch(struct otr_inst *inst)
{
	unsigned int i;
	int err = 0;

	watch_inst = inst;
	for (i = 0; i < ARRAY_SIZE(watch_rows) && !err; i++)
		err = watch_start(&watch_rows[i], &watches[i]);
	if (err)
		otr_mmio_unwatch();
	return err;
}

/**
 * otr_mmio_unwatch - the counterpart of otr_mmio_watch()
 *
 * Context: otr_tracer_lock held; sleeps. Nothing is recorded any more on return.
 */
void otr_mmio_unwatch(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watches); i++) {
		if (watches[i])
			otr_watch_destroy(watches[i]);
		watches[i] = NULL;
	}
}

/**
 * otr_mmio_lost - how many records were lost since the last call
 * @ring: where they were to be
 *
 * Context: may sleep.
 * Return: how many.
 */
unsigned long otr_mmio_lost(struct otr_ring *ring)
{
	u64 now = otr_ring_overrun(ring);
	u64 before = atomic64_xchg(&watch_pushed_out, now);

	return atomic_long_xchg(&watch_dropped, 0) + (now > before ? now - before : 0);
}

/**
 * otr_mmio_forget_lost - nothing is lost any more, as the ring was emptied
 *
 * Context: any.
 */
void otr_mmio_forget_lost(void)
{
	atomic_long_set(&watch_dropped, 0);
	atomic64_set(&watch_pushed_out, 0);
}
