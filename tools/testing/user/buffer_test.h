/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the buffer room's programs share: a ring, a naive twin that knows what
 * must come out of it, and things that happen at the steps of its code.
 *
 * The twin is a list of all records in the order of their places. A reader must
 * get a part of it in this order, and what it misses must be exactly what the
 * ring says is lost. A record's place is known when its outermost writer is
 * done, so what is read in between is only compared then.
 */
#ifndef _BUFFER_TEST_H
#define _BUFFER_TEST_H

#include "ktap.h"

#include <linux/smp.h>

#include "buffer/ring.h"
#include "buffer_check.h"

#define LOG_MAX		65536
#define DEPTH_MAX	4

/* A record that was written. */
struct written {
	u64 place;	/* writing position behind it */
	u64 ts;
	u32 id;
	u32 len;
};

/* A record that was read, or, with @reset, a place where the ring was emptied. */
struct seen {
	u64 place;
	u64 ts;
	u64 lost;
	u32 id;
	u32 len;
	bool reset;
};

struct world {
	struct otr_ring *ring;
	struct written log[LOG_MAX];
	struct seen seen[LOG_MAX];
	u32 written, sorted, read, compared;
	u32 next;		/* of the log: what should be read next */
	u32 id;
	u64 refused;		/* begin said no while recording */
	u64 before;		/* records that the ring says were read before all that */
	unsigned int resets, epoch;	/* of the ring, as it was */
	u64 now, tick;		/* the clock, and its step per reading */
	bool back;		/* the clock went back */
	int depth;		/* writers that are open */
	u64 clock[64];		/* what each of them read last */
	void (*hook)(int n);	/* called at each step */
	void (*asked)(void);	/* called by the clock, which then tells an older time */
	bool threads;		/* others read and switch meanwhile: compare at the end */
};

extern struct world world;

/*
 * Where rings begin, as if they had been used before: at this lap, so many records and
 * bytes later, at this time. Something goes round shortly after each of these.
 */
struct start {
	u32 lap;
	u64 records;
	u64 bytes;
	u64 now;
};

extern const struct start starts[];
extern const u32 starts_nr;
extern u32 start_at;

/* A CPU's ring as it is so many laps later, while readers stand still. */
void laps_later(struct otr_ring_cpu *rc, u32 laps, u64 records, u64 bytes);

/* Things to do at steps: at the nth step of each depth, if not below 0. */
struct plan {
	void (*act[DEPTH_MAX])(void);
	int at[DEPTH_MAX];
	int depth;
	int steps[DEPTH_MAX];	/* that were passed */
};

extern struct plan plan;

/* This thread only reads: nothing nests in it. */
extern __thread bool no_steps;

void world_create(unsigned int data, unsigned int pages, bool overwrite);
void world_destroy(void);
void plan_nothing(void);

/*
 * The clock goes back, but not over a multiple of what a stamp can tell: a nested writer
 * may not know the time in front, and readers take it that there it goes forward.
 */
void clock_back(u64 by);

/* A number below @below, the same ones for the same seed. */
u32 random_below(u32 below);
void random_seed(u64 seed);

/* Writers. */
bool write_record(u32 len);
bool discard_record(u32 len);

/* Readers; they do nothing when somebody reads already. */
bool reader_is_busy(void);
void read_records(u32 most);
void read_raw(bool whole);
void walk_iter(void);

/* With nobody writing: read all, compare with the twin, check the ring. */
void settle(void);
/* The same, and look at what is left before it is read. */
void settle_look(void);

#endif
