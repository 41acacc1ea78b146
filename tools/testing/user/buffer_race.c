// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer and a reader of one CPU's buffer, under the thread sanitizer: every
 * access of the two that is neither atomic nor ordered by the commit or by the
 * exchange of a page is an error. What the processor orders by itself is no
 * excuse here, because the sanitizer does not know it.
 */
#define _GNU_SOURCE
#include <linux/kernel.h>

#include "buffer_writer.h"

#define RECORDS		150000
/* Payload bytes of a page, so that pages change often; and pages. */
#define DATA		256
#define PAGES		6

struct result {
	u64	read;
	u64	lost;
	u64	wrong;
	u64	disorder;
	u32	last;
};

/* Read what is there. A nested writer has the higher number but may come first. */
static void drain(struct result *result)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(ring, 0);
	struct otr_item item;

	while (otr_ring_peek(rc, &item)) {
		const struct payload *payload = item.data;

		result->read++;
		result->lost += item.lost;
		result->wrong += !payload_intact(item.data, item.len);
		result->disorder += payload->number + 2 < result->last;
		result->last = payload->number;
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

static void *reader(void *result)
{
	shim_cpu = 1;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		drain(result);
		meet(((struct result *)result)->read);
		sched_yield();
	}
	return NULL;
}

static void race_once(bool overwrite)
{
	struct otr_ring_config config = {
		.bytes = DATA * PAGES, .data_max = DATA, .overwrite = overwrite,
	};
	struct otr_ring_stats stats;
	struct result result = { };
	pthread_t thread;

	shim_online[1] = false;
	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	EXPECT(!IS_ERR(ring));
	stop = false;
	overwrites = overwrite;
	next_number = 0;
	refused = 0;
	pthread_create(&thread, NULL, reader, &result);
	write_all(RECORDS);
	pthread_join(thread, NULL);
	drain(&result);
	otr_ring_stats(ring, 0, &stats);
	EXPECT(!result.wrong);
	EXPECT(!result.disorder);
	EXPECT(result.read > RECORDS / 100);
	EXPECT(result.read + stats.overrun + refused == next_number);
	EXPECT(result.lost == stats.overrun || !overwrite);
	EXPECT(overwrite || !stats.overrun);
	printf("# %lu of %u read, %lu lost, %lu refused\n", result.read, next_number,
	       result.lost, refused);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
}
