/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the buffer room: what its files share. */
#ifndef _OTR_BUFFER_RING_H
#define _OTR_BUFFER_RING_H

#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "buffer/buffer.h"

/* A ring of one page could never go on to the next. */
#define OTR_SLOTS_MIN		2U
#define OTR_SLOTS_MAX		((1U << OTR_POS_SLOT_BITS) - 1)

#define OTR_POS_LAP_SHIFT	(OTR_POS_OFF_BITS + OTR_POS_SLOT_BITS)
#define OTR_POS_LAP_MASK	((1U << OTR_POS_LAP_BITS) - 1)

/* The commit position while the ring is changed: no writing position is this. */
#define OTR_POS_CLOSED		(~0ULL)

/* In the writing position: writers that nest are refused. Positions are multiples of four. */
#define OTR_POS_SHUT		BIT_ULL(0)

static inline u32 otr_pos_lap(u64 pos)
{
	return pos >> OTR_POS_LAP_SHIFT;
}

/* Where the page of @pos begins. */
static inline u64 otr_pos_page(u64 pos)
{
	return pos & ~OTR_POS_OFF_MASK;
}

static inline u64 otr_pos(u32 lap, u32 slot, u32 off)
{
	return (u64)lap << OTR_POS_LAP_SHIFT | (u64)slot << OTR_POS_OFF_BITS | off;
}

/* Beginning of the page after that of @pos. */
static inline u64 otr_pos_next(u32 nr, u64 pos)
{
	if (otr_pos_slot(pos) + 1 < nr)
		return otr_pos_page(pos) + BIT_ULL(OTR_POS_OFF_BITS);
	return otr_pos(otr_pos_lap(pos) + 1, 0, 0);
}

/* Beginning of the page farthest back that can be there while @pos is written. */
static inline u64 otr_pos_oldest(u32 nr, u64 pos)
{
	u64 next = otr_pos_next(nr, pos);

	return otr_pos(otr_pos_lap(next) - 1, otr_pos_slot(next), 0);
}

/* Beginning of a lap that no position in the ring has, neither now nor from a lap ago. */
static inline u64 otr_pos_new_lap(u64 write)
{
	return otr_pos((otr_pos_lap(write) + 2) & OTR_POS_LAP_MASK, 0, 0);
}

/* Pages from @from to @to, which is not in front of it. */
static inline u64 otr_pos_pages(u32 nr, u64 from, u64 to)
{
	u64 laps = (otr_pos_lap(to) - otr_pos_lap(from)) & OTR_POS_LAP_MASK;

	return laps * nr + otr_pos_slot(to) - otr_pos_slot(from);
}

static inline u64 otr_slot_tag(u64 pos)
{
	return (otr_pos_lap(pos) & (BIT_ULL(OTR_SLOT_LAP_BITS) - 1)) << OTR_SLOT_LAP_SHIFT;
}

static inline u64 otr_slot_word(const struct otr_page *page, u64 pos, u64 empty)
{
	return (u64)page << OTR_SLOT_SHIFT | otr_slot_tag(pos) | empty;
}

/* The word of a slot on which @page hangs in place of the page that is there. */
static inline u64 otr_slot_exchanged(u64 word, const struct otr_page *page)
{
	return (u64)page << OTR_SLOT_SHIFT | (word & (BIT_ULL(OTR_SLOT_SHIFT + 12) - 1));
}

/* Is the page that belongs to @pos there, and not read or overwritten? */
static inline bool otr_slot_holds(u64 word, u64 pos)
{
	u64 mask = (BIT_ULL(OTR_SLOT_SHIFT + 12) - 1);

	return (word & mask) == otr_slot_tag(pos);
}

static inline struct otr_slot *otr_slot_at(const struct otr_ring_cpu *rc, u64 pos)
{
	return &rc->slots[otr_pos_slot(pos)];
}

/*
 * Beginning of the oldest page that can be read. Without the reader lock the
 * arguments may not belong together; what comes out is of no use then.
 */
static inline u64 otr_slots_oldest(const struct otr_slot *slots, u32 nr, u64 commit)
{
	u64 pos = otr_pos_oldest(nr, commit);
	u32 i;

	for (i = 1; i < nr; i++) {
		if (otr_slot_holds(READ_ONCE(slots[min(otr_pos_slot(pos), nr - 1)].word), pos))
			break;
		pos = otr_pos_next(nr, pos);
	}
	return pos;
}

/* Up to where records are complete. */
static inline u64 otr_ring_committed(const struct otr_ring_cpu *rc)
{
	/*
	 * Pairs with the release in otr_ring_end() and write_advance(), see
	 * memory-order.rst (commit).
	 */
	return smp_load_acquire(&rc->commit);
}

static inline struct otr_ring_cpu *otr_ring_at(const struct otr_ring *ring, int cpu)
{
	return per_cpu_ptr(READ_ONCE(ring->cpus), cpu);
}

/* Data bytes on a page of @order. */
static inline unsigned int otr_ring_data(const struct otr_ring *ring, unsigned int order)
{
	return ring->data_max ?: (PAGE_SIZE << order) - sizeof(struct otr_page);
}

/* Data bytes on all pages of a CPU. */
static inline unsigned long otr_ring_bytes(const struct otr_ring *ring, int cpu)
{
	const struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	return (unsigned long)READ_ONCE(rc->nr) * READ_ONCE(rc->data);
}

/* switch.c */
void otr_ring_limit(struct otr_ring_cpu *rc);
void otr_ring_lost_aside(struct otr_ring_cpu *rc);

/* pages.c */
struct otr_page *otr_page_alloc(int cpu, unsigned int order);
void otr_page_free(struct otr_page *page, unsigned int order);
void otr_page_retire(struct otr_page *page);
void otr_page_exit(void);
struct otr_slot *otr_slots_alloc(int cpu, u32 nr, u32 pages, unsigned int order);
void otr_slots_free(struct otr_slot *slots, u32 nr, unsigned int order);
u32 otr_slots_wanted(unsigned long bytes, unsigned int data);

/**
 * struct otr_pages - all pages of a CPU
 * @slots: the pages that hang in the ring
 * @page: the reader's own
 * @nr: number of @slots
 * @order: size of the pages
 */
struct otr_pages {
	struct otr_slot		*slots;
	struct otr_page		*page;
	u32			nr;
	unsigned int		order;
};

int otr_pages_alloc(struct otr_pages *pages, int cpu, u32 nr, unsigned int order);
void otr_pages_free(struct otr_pages *pages);

/* What a CPU is made to hold that is asked to hold @bytes. */
static inline unsigned long otr_size_wanted(unsigned long bytes, unsigned int data)
{
	return (unsigned long)otr_slots_wanted(bytes, data) * data;
}

/**
 * struct otr_window - something to be done while nobody writes
 * @rc: the CPU's records
 * @apply: does it; may be called with interrupts off
 * @slots: how many slots it goes through
 * @write: the writing position when the window was opened; where it is when the
 *	   window is closed is up to @apply
 * @emptied: @apply has emptied it, so that what was dropped is counted from zero again
 * @err: 0, or -EAGAIN when the window could not be opened
 */
struct otr_window {
	struct otr_ring_cpu	*rc;
	void			(*apply)(struct otr_window *window);
	u32			slots;
	u64			write;
	bool			emptied;
	int			err;
};

/* window.c */
int otr_window_try(struct otr_window *window);
int otr_window_run(struct otr_window *window);

/* resize.c */
u64 otr_ring_start(struct otr_ring_cpu *rc, struct otr_slot *slots, u32 nr, u64 write);

/* ring.c */
struct otr_ring *otr_ring_make(const struct otr_ring_config *config);
int otr_ring_add_cpu(struct otr_ring *ring, int cpu);

/* read.c */
int otr_cursor_look(struct otr_cursor *cur, struct otr_item *item, u32 *after);
u64 otr_reader_oldest(const struct otr_ring_cpu *rc);
bool otr_reader_fill(struct otr_ring_cpu *rc, struct otr_reader *rd);
bool otr_reader_peek(struct otr_ring_cpu *rc, struct otr_reader *rd, struct otr_item *item);
void otr_reader_next(struct otr_reader *rd);
void otr_reader_publish(struct otr_ring_cpu *rc);
void otr_reader_lock(struct otr_ring_cpu *rc);
void otr_reader_unlock(struct otr_ring_cpu *rc);

/* raw.c */
u64 otr_reader_rest(struct otr_ring_cpu *rc);

/* kept.c */
void otr_kept_reserve(struct otr_ring_cpu *rc, u64 from, unsigned int size);
void otr_kept_commit(struct otr_ring_cpu *rc);
void otr_kept_clear(struct otr_ring_cpu *rc);
struct otr_slot *otr_kept_slots(const struct otr_keep_cpu *kc, u32 nr);
u64 otr_kept_adopt(struct otr_ring_cpu *rc, u64 start);

/* map.c */
void otr_map_emptied(struct otr_ring_cpu *rc);

/* wait.c */
int otr_ring_wait_init(struct otr_ring *ring);
void otr_ring_wait_init_cpu(struct otr_ring_cpu *rc);
void otr_ring_wait_exit(struct otr_ring *ring);
void otr_ring_notify_full(struct otr_ring_cpu *rc);
void otr_ring_wait_swapped(struct otr_ring_cpu *rc);
void otr_ring_wait_moved(struct otr_ring *ring);

#endif /* _OTR_BUFFER_RING_H */
