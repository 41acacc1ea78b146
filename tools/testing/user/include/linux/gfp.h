/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_GFP_H
#define _SHIM_LINUX_GFP_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#define GFP_KERNEL		0x01u
#define GFP_ATOMIC		0x02u
#define GFP_NOWAIT		0x04u
#define __GFP_ZERO		0x08u
#define __GFP_NOWARN		0x10u
#define __GFP_NORETRY		0x20u
#define __GFP_COMP		0x40u

/* A page's address is its struct page, which is all zero for others. */
struct page {
	struct rcu_head rcu_head;
};

struct page *shim_alloc_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long address, unsigned int order);
void get_page(struct page *page);
void put_page(struct page *page);

/* Kept beside a few hundred pages, until all of it is forgotten. One caller at a time. */
unsigned long page_private(const struct page *page);
void set_page_private(const struct page *page, unsigned long value);
void shim_forget_privates(void);

#define alloc_pages_node(node, gfp, order) ((void)(node), shim_alloc_pages(gfp, order))
#define page_address(page)	((void *)(page))
#define virt_to_page(p)		((struct page *)(p))

#endif
