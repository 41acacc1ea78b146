/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the programs that race a ring's writer: records that tell whether they are what
 * was written, and a writer beside other threads.
 */
#ifndef _BUFFER_RACERS_H
#define _BUFFER_RACERS_H

#include <linux/kernel.h>
#include <linux/smp.h>

#include "buffer_check.h"
#include "race.h"
#include "tsan.h"

/* What is written: it tells whether it is what was written. */
struct payload {
	u32	number;
	u32	sum;
	u32	more[];
};

static inline u32 payload_sum(u32 number)
{
	return number * 0x9e3779b1 ^ 0x5bd1e995;
}

static inline void payload_fill(struct payload *payload, u32 number, u32 words)
{
	u32 i;

	payload->number = number;
	payload->sum = payload_sum(number);
	for (i = 0; i < words; i++)
		payload->more[i] = number + i;
}

static inline bool payload_intact(const struct payload *payload, u32 len)
{
	u32 i;

	if (len < sizeof(*payload) || payload->sum != payload_sum(payload->number))
		return false;
	for (i = 0; i < (len - sizeof(*payload)) / 4; i++)
		if (payload->more[i] != payload->number + i)
			return false;
	return true;
}

/*
 * At a reader's steps: where it copies from a page that may be overwritten, it throws the
 * copy away when that happened meanwhile. That is a race by design; whether what was not
 * thrown away is good, the payload tells.
 */
static inline void racers_overlook_copies(int n)
{
	if (n == 30 || n == 32)
		tsan_ignore_reads_begin(__FILE__, __LINE__);
	else if (n == 31 || n == 33)
		tsan_ignore_reads_end(__FILE__, __LINE__);
}

/* Write beside @nr other threads until @end, and for as long as there is not @enough. */
static inline void racers_write_beside(void *(*const others[])(void *unused), u32 nr, u64 *end,
				       void (*write)(u32 words), bool (*enough)(void))
{
	pthread_t threads[nr];
	u32 i, busy = nr;

	shim_cpu_run(true);
	for (i = 0; i < nr; i++)
		pthread_create(&threads[i], NULL, others[i], NULL);
	for (i = 0; race_on(end); i++) {
		write(i % 9);
		/* A ring that is off has no steps. */
		shim_cpu_poll();
		if (!(i % 50))
			sched_yield();
		race_stretch(end, enough());
	}
	/* They may be waiting for this CPU. */
	for (i = 0; busy; i = (i + 1) % nr) {
		shim_cpu_poll();
		if (threads[i] && !pthread_tryjoin_np(threads[i], NULL)) {
			threads[i] = 0;
			busy--;
		}
	}
	shim_cpu_run(false);
}

#endif /* _BUFFER_RACERS_H */
