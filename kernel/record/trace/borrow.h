/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What some of the kernel's headers of events call and modules cannot do
 * without a patch. These are weak: NULL on a kernel that does not export them.
 * borrow.c withholds the events that would call NULL.
 */
#ifndef _OTR_PROBE_TRACE_BORROW_H
#define _OTR_PROBE_TRACE_BORROW_H

#include <linux/blk_types.h>
#include <linux/types.h>
#include <asm/sections.h>

struct net_device;
struct otr_event_set;
struct page;
struct sock;
struct wb_domain;

unsigned long __weak get_pfnblock_flags_mask(const struct page *page, unsigned long pfn,
					     unsigned long mask);
int __weak ptr_to_hashval(const void *ptr, unsigned long *hash);
const char * __weak io_uring_get_opcode(u8 opcode);
const char * __weak netdev_drivername(const struct net_device *dev);
u64 __weak __sock_gen_cookie(struct sock *sk);
extern struct wb_domain global_wb_domain __weak;

/* Part of the in-tree tracer, so this one is never there. */
#define blk_fill_rwbs	otr_trace_rwbs
void otr_trace_rwbs(char *to, blk_opf_t opf);

/* Where the kernel's text begins, and places in it are counted from. */
#define _stext		otr_trace_text
extern const u8 *otr_trace_text;

void otr_trace_withhold(struct otr_event_set *set);

#endif /* _OTR_PROBE_TRACE_BORROW_H */
