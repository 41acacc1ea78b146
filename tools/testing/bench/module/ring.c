// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring and nothing else: the in-tree one by what it exports, or outrace's,
 * whose sources are compiled in here as its tests do it.
 */
#include <linux/module.h>
#include <linux/preempt.h>

#include "bench.h"

struct payload {
	u64	a, b;
};

#define RING_BYTES	1441792UL

#ifdef CONFIG_RING_BUFFER
#include <linux/ring_buffer.h>

static struct trace_buffer *ring;

int bench_ring_open(void)
{
	ring = ring_buffer_alloc(RING_BYTES, RB_FL_OVERWRITE);
	return ring ? 0 : -ENOMEM;
}

void bench_ring_close(void)
{
	ring_buffer_free(ring);
}

void bench_ring_write(unsigned int count)
{
	while (count--) {
		struct ring_buffer_event *event;
		struct payload *payload;

		event = ring_buffer_lock_reserve(ring, sizeof(*payload));
		if (!event)
			continue;
		payload = ring_buffer_event_data(event);
		payload->a = count;
		payload->b = count;
		ring_buffer_unlock_commit(ring);
	}
}
#else
#include <linux/kallsyms.h>

#include "base/clock.c"
#include "buffer/ring.c"
#include "buffer/switch.c"
#include "buffer/pages.c"
#include "buffer/write.c"
#include "buffer/window.c"
#undef TRIES
#include "buffer/resize.c"
#include "buffer/read.c"
#include "buffer/iter.c"
#include "buffer/raw.c"
#include "buffer/map.c"
#include "buffer/stats.c"
#include "buffer/wait.c"
#include "buffer/swap.c"
#include "buffer/spare.c"
#include "buffer/keep.c"
#include "buffer/kept.c"

static struct otr_ring *ring;

/* The engine looked where the kernel's clock is; here is a copy of what reads it. */
static void read_clock_as_engine(void)
{
#ifdef CONFIG_X86_TSC
	const struct otr_clock_scale __percpu **found;

	found = (void *)kallsyms_lookup_name("outrace:otr_clock_scale");
	if (found)
		otr_clock_scale = *found;
#endif
}

int bench_ring_open(void)
{
	struct otr_ring_config config = { .bytes = RING_BYTES, .overwrite = true };
	int err = otr_buffer_init();

	if (err)
		return err;
	read_clock_as_engine();
	ring = otr_ring_create(&config);
	if (IS_ERR(ring)) {
		otr_buffer_exit();
		return PTR_ERR(ring);
	}
	otr_ring_on(ring);
	return 0;
}

void bench_ring_close(void)
{
	otr_ring_destroy(ring);
	otr_buffer_exit();
}

/* Preemption is off for each record, as in the other ring's reserve and commit. */
void bench_ring_write(unsigned int count)
{
	while (count--) {
		struct otr_rec rec __uninitialized;
		struct payload *payload;

		preempt_disable_notrace();
		payload = otr_ring_begin(ring, &rec, sizeof(*payload));
		if (payload) {
			payload->a = count;
			payload->b = count;
			otr_ring_end(&rec);
		}
		preempt_enable_notrace();
	}
}
#endif
