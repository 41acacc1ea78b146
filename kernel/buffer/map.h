/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps, a part of buffer.h: a CPU's pages as programs have them in their memory, and how
 * they take records from there. The layout is that of include/uapi/linux/trace_mmap.h.
 */
#ifndef _OTR_BUFFER_MAP_H
#define _OTR_BUFFER_MAP_H

#include <linux/types.h>

struct otr_page;
struct otr_ring;
struct page;

/**
 * struct otr_map_head - what programs are told, struct trace_buffer_meta to them
 * @head_size: bytes in front of the first page
 * @struct_size: bytes of this
 * @page_size: bytes of each page
 * @nr: number of pages, the reader's own included
 * @reader: the page that can be read: records lost in front of it, its number, bytes of
 *	    it that count as read
 * @flags: none yet
 * @entries: records that were written
 * @overrun: records pushed out by newer ones
 * @read: records consumed
 * @reserved: zero
 */
struct otr_map_head {
	u32	head_size;
	u32	struct_size;
	u32	page_size;
	u32	nr;
	struct {
		u64	lost;
		u32	id;
		u32	read;
	} reader;
	u64	flags;
	u64	entries;
	u64	overrun;
	u64	read;
	u64	reserved[2];
};

/**
 * struct otr_map - a CPU's pages while programs have them
 * @head: what they are told; a page of its own
 * @pages: all pages, by number: 0 was the reader's own, then from the oldest one on
 * @nr: how many
 * @order: size of each
 * @users: how often it was asked for; otr_ring.lock
 * @shown: the page that they were told to read; reader lock, like what follows
 * @lost: records lost in front of it
 */
struct otr_map {
	struct otr_map_head	*head;
	struct otr_page		**pages;
	u32			nr;
	unsigned int		order;
	unsigned int		users;
	const struct otr_page	*shown;
	u64			lost;
};

const struct otr_map *otr_map_get(struct otr_ring *ring, int cpu);
void otr_map_put(struct otr_ring *ring, int cpu);
struct page *otr_map_page(const struct otr_map *map, unsigned long at);
int otr_map_take(struct otr_ring *ring, int cpu);

#endif /* _OTR_BUFFER_MAP_H */
