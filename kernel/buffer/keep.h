/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Areas, a part of buffer.h: memory that outlives a boot, or the engine, with a ring's
 * records in it. What is in one is known by what it says alone, and none of that is
 * believed before it was checked; see Documentation/page-format.rst.
 *
 * An area is a head, notes of what wrote it, and for each CPU marks and pages. A mark says
 * of a page how much of it is complete, which records these are, and a sum over them.
 */
#ifndef _OTR_BUFFER_KEEP_H
#define _OTR_BUFFER_KEEP_H

#include <linux/types.h>

struct otr_page;
struct otr_ring_cpu;

#define OTR_KEEP_MAGIC		0x7065656b2d72746fULL
#define OTR_KEEP_VERSION	2

/* Pages behind the head for what rooms above note there. */
#define OTR_KEEP_NOTES		11

/**
 * struct otr_keep_who - what recorded
 * @build: a number that tells this kernel from others
 * @text: where a certain function of the kernel was
 * @data: where a certain variable of it was
 */
struct otr_keep_who {
	u64	build;
	u64	text;
	u64	data;
};

/**
 * struct otr_keep_head - what an area begins with
 * @magic: OTR_KEEP_MAGIC
 * @version: OTR_KEEP_VERSION, of all that is laid out here
 * @sum: over what follows
 * @seed: all sums over records begin with it
 * @reserved: zero
 * @size: bytes of the area
 * @page_size: bytes of a page
 * @cpus: for how many CPUs there is room
 * @pages: how many each has
 * @clock: what records are stamped with
 * @who: what recorded
 */
struct otr_keep_head {
	u64			magic;
	u32			version;
	u32			sum;
	u64			size;
	u32			page_size;
	u32			cpus;
	u32			pages;
	u32			clock;
	u32			seed;
	u32			reserved;
	struct otr_keep_who	who;
};

/**
 * struct otr_keep_mark - what is complete of a page
 * @base: number of its first record
 * @state: bytes that are complete in the lower half, the sum over them in the upper
 *	   one; 0 for none. Stored by one instruction
 */
struct otr_keep_mark {
	u64	base;
	u64	state;
};

/**
 * struct otr_keep_marks - what the memory of a CPU begins with
 * @read: records in front of this number were consumed
 * @reserved: zero
 * @page: of each page
 */
struct otr_keep_marks {
	u64			read;
	u64			reserved;
	struct otr_keep_mark	page[];
};

/**
 * struct otr_keep_found - a page that was found in an area
 * @base: number of its first record
 * @page: its number
 * @bytes: how much of it is complete, 0 where that is not what the mark says
 * @count: how many records that is
 */
struct otr_keep_found {
	u64	base;
	u32	page;
	u32	bytes;
	u32	count;
};

/**
 * struct otr_keep_cpu - the memory of one CPU
 * @marks: its marks
 * @pages: its pages, one behind the other
 * @seed: what sums begin with
 * @cpu: its number
 * @pos: up to here all that is complete is marked; this CPU
 * @busy: somebody marks; this CPU
 * @found: pages that were found, the oldest one first, until a ring has them
 * @nr_found: how many
 * @read: records in front of this number were consumed, of those that were found
 */
struct otr_keep_cpu {
	struct otr_keep_marks	*marks;
	void			*pages;
	u32			seed;
	u32			cpu;
	u64			pos;
	bool			busy;
	struct otr_keep_found	*found;
	u32			nr_found;
	u64			read;
};

/**
 * struct otr_keep - an area that is open
 * @head: its head
 * @notes: OTR_KEEP_NOTES pages for others
 * @size: bytes of all
 * @nr: pages of each CPU
 * @nr_cpus: how many
 * @old: it has records of before
 * @refused: what its head says is absurd, and why; NULL for nothing. It is empty then
 * @records: how many records were found
 * @pages: on how many pages
 * @damaged: pages that were dropped, as they are not what was written
 * @cpus: one each
 */
struct otr_keep {
	struct otr_keep_head	*head;
	void			*notes;
	size_t			size;
	u32			nr;
	u32			nr_cpus;
	bool			old;
	const char		*refused;
	u64			records;
	u32			pages;
	u32			damaged;
	struct otr_keep_cpu	cpus[];
};

/**
 * struct otr_keep_layout - where the pages of a CPU are in its ring
 * @head: number of the page that reading goes on with
 * @commit: of the page that is being written
 * @page: of each page in the order in which the ring has them
 * @nr: how many
 */
struct otr_keep_layout {
	u32	head;
	u32	commit;
	u32	nr;
	u32	page[];
};

/* keep.c: what is in an area */
struct otr_keep *otr_keep_open(void *at, size_t size, unsigned int cpus);
void otr_keep_close(struct otr_keep *keep);
void otr_keep_refuse(struct otr_keep *keep, const char *why);
void otr_keep_begin(struct otr_keep *keep, const struct otr_keep_who *who, u32 clock, u32 seed);
void otr_keep_set_clock(struct otr_keep *keep, u32 clock);
u32 otr_keep_sum(u32 sum, const void *data, size_t bytes);
u32 otr_keep_page_seed(const struct otr_keep_cpu *kc, u32 page, u64 base, u64 ts);
struct otr_page *otr_keep_page(const struct otr_keep_cpu *kc, u32 nr);

#endif /* _OTR_BUFFER_KEEP_H */
