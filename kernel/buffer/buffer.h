/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room buffer: the memory of records.
 *
 * Purpose:  keeps records of every CPU in pages of the published format, so
 *           that writers in any context never wait and readers never stop them.
 * Objects:  struct otr_ring (owner: its creator, an instance), one struct
 *           otr_ring_cpu per possible CPU inside it, struct otr_rec (caller's
 *           stack, between begin and end), struct otr_iter (an open file),
 *           struct otr_raw (a page on its way out), struct otr_map (pages that
 *           programs have in their memory).
 * Locks:    none for writers: a CPU's records are written on that CPU only,
 *           with preemption off, and writers nest strictly. A reader lock per
 *           CPU keeps readers, resizing and emptying apart. ring->lock guards
 *           the ring's shape. What is read and written without a lock is
 *           argued in Documentation/memory-order.rst.
 * Contexts: begin, end, discard, on, off, disable, enable and stop work
 *           anywhere, NMI included. Everything else may sleep unless it says
 *           otherwise.
 *
 * How it works. A CPU's pages hang on an array of slots, used round and round;
 * one round is a lap. The writing position is a single word {lap, slot, offset}.
 * Reserving room is one cmpxchg on it without a lock prefix, as only this CPU
 * writes it. The writer that finds everything committed is the outermost; it
 * alone moves the commit position, behind itself and behind the writers nested in
 * it. A reader exchanges whole pages by a cmpxchg on the slot, and copies what
 * is committed of the page that is being written.
 */
#ifndef _OTR_BUFFER_H
#define _OTR_BUFFER_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/poll.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/local.h>

#include "base/base.h"
#include "buffer/keep.h"
#include "buffer/map.h"
#include "buffer/page.h"

#if BITS_PER_LONG != 64
#error "positions are 64-bit words that one instruction reads and writes"
#endif

/* Every CPU that has pages. */
#define OTR_CPU_ALL		(-1)

/* Payload bytes per CPU that a ring in use has unless somebody asks for others. */
#define OTR_RING_BYTES		1441792UL

/* A page is at most 2^7 pages of the machine. */
#define OTR_RING_ORDER_MAX	7

/*
 * Tests run other writers and readers at these points. Elsewhere they are
 * nothing.
 */
#ifndef OTR_STEP
#define OTR_STEP(n)	((void)(n))
#endif

/*
 * A position: {lap, slot, offset into the page's data}. Laps go round; they
 * are compared for equality only.
 */
#define OTR_POS_OFF_BITS	20
#define OTR_POS_SLOT_BITS	24
#define OTR_POS_LAP_BITS	20
#define OTR_POS_OFF_MASK	(BIT_ULL(OTR_POS_OFF_BITS) - 1)
#define OTR_POS_SLOT_MASK	(BIT_ULL(OTR_POS_SLOT_BITS) - 1)

static __always_inline u32 otr_pos_off(u64 pos)
{
	return pos & OTR_POS_OFF_MASK;
}

static __always_inline u32 otr_pos_slot(u64 pos)
{
	return pos >> OTR_POS_OFF_BITS & OTR_POS_SLOT_MASK;
}

/**
 * struct otr_slot - where a page hangs
 * @word: the page's address, the lap that it was opened for, and whether it is
 *	  empty; see OTR_SLOT_*. Written by cmpxchg, by this CPU and by readers
 * @base: number of the first record on the page, valid once it is committed
 * @count: records on the page; this CPU only
 * @bytes: data bytes on all pages in front of it, likewise valid. No two pages have
 *	   the same, unlike laps, which go round
 */
struct otr_slot {
	u64	word;
	u64	base;
	local_t	count;
	u64	bytes;
};

/*
 * The word of a slot. Page addresses end in 12 zero bits, and the processor
 * wants the upper 8 bits all equal: shifting left by 7 leaves 19 bits for
 * something else and loses nothing.
 */
#define OTR_SLOT_SHIFT		7
#define OTR_SLOT_EMPTY		BIT_ULL(0)
#define OTR_SLOT_LAP_SHIFT	1
#define OTR_SLOT_LAP_BITS	18

static __always_inline struct otr_page *otr_slot_page(u64 word)
{
	return (struct otr_page *)((s64)word >> OTR_SLOT_SHIFT & ~0xfffL);
}

/* Value of last_ts while the time of the last record is not known. */
#define OTR_TS_UNKNOWN		BIT_ULL(63)

/* What otr_ring_time() says where the clock is being read already: no record here. */
#define OTR_TS_REFUSED		U64_MAX

/* So deep may writers nest until the time of what is in front is not known. */
#define OTR_NESTS		4

/**
 * struct otr_nest - a record that was begun out of line
 * @ts: its time
 * @to: the writing position behind it if it nested in another one and is done, else 0
 */
struct otr_nest {
	u64	ts;
	u64	to;
};

/* Why a record was not written. Being switched off is not a reason. */
enum otr_drop {
	OTR_DROP_FULL,		/* all pages hold unread records, and must */
	OTR_DROP_COMMIT,	/* nested writers came round to an open record */
	OTR_DROP_LARGE,		/* larger than a page */
	OTR_DROP_WINDOW,	/* an NMI while the ring was resized or emptied */
	OTR_DROP_INSIDE,	/* in the middle of another record's reservation */
	OTR_DROP_SWAP,		/* it was about to begin while records were exchanged */
	OTR_DROP_REASONS
};

/**
 * struct otr_cursor - a place on a page that does not change any more
 * @page: the page
 * @off: where the next record begins
 * @end: where the data ends
 * @ts: time stamp that the next delta counts from
 */
struct otr_cursor {
	struct otr_page	*page;
	u32		off;
	u32		end;
	u64		ts;
};

/**
 * struct otr_item - a record as a reader sees it
 * @data: payload; valid until the reader goes on or gives up the lock
 * @len: bytes of it, rounded up to a multiple of four
 * @cpu: where it was written
 * @ts: its time stamp, in units of the ring's clock
 * @lost: records that were lost just in front of it
 */
struct otr_item {
	const void	*data;
	unsigned int	len;
	int		cpu;
	u64		ts;
	u64		lost;
};

/**
 * struct otr_reader - somebody's progress through a CPU's records
 * @cur: what is left on the reader's own page
 * @pos: where in the ring it goes on after that
 * @before: data bytes on all pages in front of that one, which tells it from any
 *	    other page that ever hung there
 * @base: number of the first record of the page that @cur came from
 * @next: number of the next record
 * @lost: records lost in front of it that were not told yet
 * @read: records consumed
 * @lost_all: records lost, all in all
 * @after_ts: time stamp of the record that was peeked at
 * @after: where it ends, 0 when none was
 * @count: records on its own page, where that is known without counting; else 0
 * @takes: it takes pages; otherwise it copies them
 * @started: @next means something
 * @fresh: its own page is good from its first byte on
 * @adrift: @pos is of no use any more
 */
struct otr_reader {
	struct otr_cursor	cur;
	u64			pos;
	u64			before;
	u64			base;
	u64			next;
	u64			lost;
	u64			read;
	u64			lost_all;
	u64			after_ts;
	u32			after;
	u32			count;
	bool			takes;
	bool			started;
	bool			fresh;
	bool			adrift;
};

struct otr_ring;

/*
 * Limits that are less than any record has, but not 0: of records that were put aside,
 * and of those in an area, whose writers go out of line.
 */
#define OTR_LIMIT_ASIDE		1U
#define OTR_LIMIT_KEPT		2U

/* What a writer has to do behind a record: wake a waiting reader, mark it in its area. */
#define OTR_WATCH_WAITER	1U
#define OTR_WATCH_KEPT		2U

/**
 * struct otr_ring_cpu - records of one CPU
 * @write: where the next record goes; this CPU
 * @write_local: the same, for what has to be one instruction
 * @commit: all in front of it is complete; this CPU, read by readers
 * @last_ts: time of the last record in front of @commit; this CPU
 * @slots: the pages; changed in a window only
 * @limit: bytes of data that fit on a page while recording, else 0; or OTR_LIMIT_*
 * @clock: enum otr_clock_id; changed in a window only
 * @watch: OTR_WATCH_*
 * @overwrite: new records matter more than old ones
 * @window: the ring is being changed under an NMI's feet
 * @busy: writers in a slow path
 * @nr: number of slots, 0 without pages
 * @watch_full: least percentage that somebody waits for, 0 for nobody
 * @in_clock: contexts that read a clock which takes a call, a bit each
 * @open: how many records are being written that were begun out of line
 * @nests: the last one each, of as many, while somebody may ask
 * @drops: records not written, by enum otr_drop
 * @seen: where the consuming reader is; its lock, read by anybody
 * @seen_before: see struct otr_reader; stored in front of @seen
 * @held: and it has records on its own page
 * @epoch: how often the slots were changed; reader lock
 * @resets: how often it was emptied; reader lock
 * @shown: number of the record up to which a glance went that nobody consumed yet,
 *	   0 for none; of a time when @resets was @shown_resets
 * @shown_resets: see @shown
 * @shown_lost: records up to there that were lost while glances went there
 * @cpu: number
 * @order: size of a page, as a power of two of the machine's pages
 * @data: bytes of data that fit on a page
 * @size: see otr_ring_size(); 0 for the ring's
 * @disabled: how often recording was disabled here
 * @ring: its ring
 * @reader_lock: readers, resizing and emptying
 * @reader_key: several of these locks may be held, in the order of CPUs
 * @reader: the consuming reader; reader lock
 * @map: its pages, while programs have them in their memory, else NULL; changed under
 *	 otr_ring.lock and the reader lock
 * @keep: the memory that its pages are in, NULL for ordinary one; set before it records
 * @work: wakes the readers that wait for this CPU's records
 */
struct otr_ring_cpu {
	/* All that writing a record needs. */
	union {
		u64		write;
		local_t		write_local;
	};
	u64			commit;
	u64			last_ts;
	struct otr_slot		*slots;
	u32			limit;
	u8			clock;
	u8			watch;
	u8			overwrite;
	u8			window;
	u32			busy;
	u32			nr;

	/* Now and then, by writers. */
	local_t			drops[OTR_DROP_REASONS] ____cacheline_aligned;
	u32			watch_full;
	u8			in_clock;
	u8			open;
	struct otr_nest		nests[OTR_NESTS];

	/* Readers and others. */
	u64			seen ____cacheline_aligned;
	u64			seen_before;
	bool			held;
	unsigned int		epoch;
	unsigned int		resets;
	u64			shown;
	unsigned int		shown_resets;
	u64			shown_lost;
	int			cpu;
	unsigned int		order;
	u32			data;
	unsigned long		size;
	atomic_t		disabled;
	struct otr_ring		*ring;
	struct mutex		reader_lock;	/* orders readers, and windows */
	struct lock_class_key	reader_key;
	struct otr_reader	reader;
	struct otr_map		*map;
	struct otr_keep_cpu	*keep;
	struct irq_work		work;
};

/**
 * struct otr_ring - records of all CPUs
 * @cpus: one each; otr_ring_swap() exchanges all at once
 * @queues: readers that wait for the records of one CPU, one each
 * @on: the user's switch
 * @disabled: how often recording was disabled
 * @ready: it was made
 * @broken: why the ring was stopped for good, or NULL
 * @lock: guards the shape: sizes, clock, which CPUs have pages
 * @bytes: payload bytes of a CPU that comes later; @lock
 * @size: and what otr_ring_size() says of it; @lock
 * @order: of pages that come later; @lock
 * @data_max: see struct otr_ring_config
 * @spare: what it exchanges its records with, or NULL; @lock
 * @spare_of: the ring that it is the spare of, or NULL
 * @keep: the area that its pages are in, or NULL
 * @pinned: what is in @cpus must stay there, as somebody changes it
 * @waiters: readers that wait for records of any CPU
 * @wakes: how often all waiters were sent home
 * @again: looks once more for what a waiter may have missed
 * @once_more: and after that again, for waiters that came meanwhile
 * @hotplug: our entry in the list of what is told of CPUs that come or went
 * @online: likewise, about CPUs that are here
 */
struct otr_ring {
	struct otr_ring_cpu __percpu	*cpus;
	wait_queue_head_t __percpu	*queues;
	bool				on;
	atomic_t			disabled;
	bool				ready;
	const char			*broken;
	struct mutex			lock;	/* guards the shape */
	unsigned long			bytes;
	unsigned long			size;
	unsigned int			order;
	unsigned int			data_max;
	struct otr_ring			*spare;
	struct otr_ring			*spare_of;
	struct otr_keep			*keep;
	atomic_t			pinned;
	wait_queue_head_t		waiters;
	atomic_t			wakes;
	struct delayed_work		again;
	atomic_t			once_more;
	struct hlist_node		hotplug;
	struct hlist_node		online;
};

/**
 * struct otr_ring_config - what a new ring shall be
 * @bytes: payload bytes per CPU, rounded up to at least two pages
 * @clock: what records are stamped with
 * @order: 0..OTR_RING_ORDER_MAX, pages are the machine's times two to this
 * @data_max: use so many bytes of a page's data only, a multiple of four; 0
 *	      for all. Small pages make rare things frequent, for tests
 * @overwrite: when full, new records push out old ones
 * @keep: an area to have the pages in, which decides on @bytes, or NULL. What it has of
 *	  before is in the ring then. It stays the caller's, to be closed when the ring is
 *	  destroyed
 */
struct otr_ring_config {
	unsigned long		bytes;
	enum otr_clock_id	clock;
	unsigned int		order;
	unsigned int		data_max;
	bool			overwrite;
	struct otr_keep		*keep;
};

/* Writing. */
#include "buffer/write.h"

/* ring.c: rings */
int otr_buffer_init(void);
void otr_buffer_exit(void);
struct otr_ring *otr_ring_create(const struct otr_ring_config *config);
void otr_ring_destroy(struct otr_ring *ring);

/* switch.c: switching them on and off, and what they are like */
bool otr_ring_on(struct otr_ring *ring);
bool otr_ring_off(struct otr_ring *ring);
bool otr_ring_is_on(const struct otr_ring *ring);
void otr_ring_disable(struct otr_ring *ring);
void otr_ring_enable(struct otr_ring *ring);
void otr_ring_disable_cpu(struct otr_ring *ring, int cpu);
void otr_ring_enable_cpu(struct otr_ring *ring, int cpu);
void otr_ring_stop(struct otr_ring *ring, const char *why);
const char *otr_ring_broken(const struct otr_ring *ring);
void otr_ring_set_overwrite(struct otr_ring *ring, bool overwrite);
bool otr_ring_has_cpu(const struct otr_ring *ring, int cpu);
unsigned int otr_ring_order(const struct otr_ring *ring);
unsigned int otr_ring_max_record(const struct otr_ring *ring);

/* resize.c: changing the pages */
int otr_ring_resize(struct otr_ring *ring, int cpu, unsigned long bytes);
int otr_ring_set_order(struct otr_ring *ring, struct otr_ring *spare, unsigned int order);
int otr_ring_set_clock(struct otr_ring *ring, enum otr_clock_id clock);
int otr_ring_reset(struct otr_ring *ring, int cpu);
unsigned long otr_ring_size(const struct otr_ring *ring, int cpu);

/* read.c: the consuming reader; one at a time for a CPU */
struct otr_ring_cpu *otr_ring_reader_lock(struct otr_ring *ring, int cpu);
void otr_ring_reader_unlock(struct otr_ring_cpu *rc);
bool otr_ring_peek(struct otr_ring_cpu *rc, struct otr_item *item);
void otr_ring_consume(struct otr_ring_cpu *rc);

/* iter.c: looking at records that stay */
struct otr_iter;

struct otr_iter *otr_iter_create(struct otr_ring *ring, int cpu);
void otr_iter_destroy(struct otr_iter *iter);
bool otr_iter_peek(struct otr_iter *iter, struct otr_item *item);
void otr_iter_next(struct otr_iter *iter);

/**
 * struct otr_glance - a look at a CPU's records that waits for nobody
 * @rc: the CPU's records
 * @slots: its pages when it began
 * @nr: number of @slots
 * @data: bytes of data that fit on a page
 * @epoch: of the slots, while all this is right
 * @cur: what is left on the page
 * @slot: where the page hangs, NULL for the reader's own
 * @word: of @slot
 * @pos: where in the ring it goes on after that
 * @before: see struct otr_reader
 * @next: number of the next record, if @known
 * @shown: records up to this number were shown by another one
 * @lost: records lost in front of the next one
 * @told: how many of these are counted already
 * @after_ts: time stamp of the record that was peeked at
 * @after: where it ends
 * @known: @next means something
 * @adrift: @pos is of no use any more
 * @going: it is not at its end
 */
struct otr_glance {
	struct otr_ring_cpu	*rc;
	struct otr_slot		*slots;
	u32			nr;
	u32			data;
	unsigned int		epoch;
	struct otr_cursor	cur;
	struct otr_slot		*slot;
	u64			word;
	u64			pos;
	u64			before;
	u64			next;
	u64			shown;
	u64			lost;
	u64			told;
	u64			after_ts;
	u32			after;
	bool			known;
	bool			adrift;
	bool			going;
};

/* glance.c: looking at records when something went wrong */
void otr_glance_begin(struct otr_glance *g, struct otr_ring *ring, int cpu);
bool otr_glance_peek(struct otr_glance *g, struct otr_item *item);
bool otr_glance_holds(struct otr_glance *g);
void otr_glance_next(struct otr_glance *g);

/**
 * struct otr_raw - a page outside the ring
 * @page: the page; with its head as published once otr_raw_read() filled it
 * @order: its size is PAGE_SIZE << @order
 * @bytes: head and data
 * @records: how many there are on it
 * @lost: records lost in front of it; also told by the page itself
 * @moved: the page was in the ring
 */
struct otr_raw {
	struct otr_page	*page;
	unsigned int	order;
	unsigned int	bytes;
	u64		records;
	u64		lost;
	bool		moved;
};

/* raw.c: whole pages out of the ring */
size_t otr_raw_size(struct otr_ring *ring, int cpu);
int otr_raw_alloc(struct otr_ring *ring, int cpu, struct otr_raw *raw);
void otr_raw_free(struct otr_raw *raw);
struct page *otr_raw_give(struct otr_raw *raw);
int otr_raw_read(struct otr_ring *ring, int cpu, struct otr_raw *raw, size_t room, bool whole);

/* Pages in the memory of programs are in map.h. */

/**
 * struct otr_ring_stats - what became of a CPU's records
 * @entries: there to be read
 * @overrun: pushed out by newer ones
 * @read: consumed
 * @commit_overrun: not written, nested writers came round to an open record
 * @dropped: not written, the ring was full and must not overwrite
 * @too_large: not written, larger than a page
 * @in_window: not written, by an NMI while the ring was being changed
 * @inside: not written, in the middle of another record's reservation, as by code
 *	    that is traced and that the clock calls
 * @at_swap: not written, while otr_ring_swap() exchanged the records
 * @bytes: data bytes there to be read
 * @oldest_ts: time stamp of the oldest page with something to read
 * @now_ts: the clock now
 */
struct otr_ring_stats {
	u64	entries;
	u64	overrun;
	u64	read;
	u64	commit_overrun;
	u64	dropped;
	u64	too_large;
	u64	in_window;
	u64	inside;
	u64	at_swap;
	u64	bytes;
	u64	oldest_ts;
	u64	now_ts;
};

/* spare.c: a ring to exchange records with */
struct otr_ring *otr_ring_create_spare(struct otr_ring *ring);
int otr_ring_match(struct otr_ring *spare, const struct otr_ring *ring, int cpu);

/* swap.c: exchanging them */
int otr_ring_swap(struct otr_ring *ring, struct otr_ring *spare);
void otr_ring_pin(struct otr_ring *ring);
void otr_ring_unpin(struct otr_ring *ring);

/* stats.c */
int otr_ring_stats(struct otr_ring *ring, int cpu, struct otr_ring_stats *stats);
u64 otr_ring_overrun(struct otr_ring *ring);

/* kept.c */
struct otr_keep_layout *otr_ring_layout(struct otr_ring *ring, int cpu);

/* wait.c */
bool otr_ring_empty(const struct otr_ring *ring, int cpu);
int otr_ring_wait(struct otr_ring *ring, int cpu, unsigned int percent);
__poll_t otr_ring_poll(struct otr_ring *ring, int cpu, struct file *file, poll_table *table,
		       unsigned int percent);
void otr_ring_wake(struct otr_ring *ring, int cpu);

#endif /* _OTR_BUFFER_H */
