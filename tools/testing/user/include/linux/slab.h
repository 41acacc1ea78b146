/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/types.h>

#include <stddef.h>

/* Lets the allocation after so many more fail; below 0 for none. */
extern int shim_alloc_countdown;
/* Allocations that were not freed. */
extern long shim_allocated;

void *kmalloc(size_t size, gfp_t gfp);
void *krealloc(const void *old, size_t size, gfp_t gfp);
void kfree(const void *p);

#define kzalloc(size, gfp)	kmalloc(size, (gfp) | __GFP_ZERO)
#define kmalloc_array(n, size, gfp) kmalloc((size_t)(n) * (size), gfp)
#define kcalloc(n, size, gfp)	kzalloc((size_t)(n) * (size), gfp)
#define kvzalloc(size, gfp)	kzalloc(size, gfp)
#define kvcalloc(n, size, gfp)	kcalloc(n, size, gfp)
#define kvmalloc_array(n, size, gfp) kmalloc_array(n, size, gfp)
#define kvfree(p)		kfree(p)
#define kvrealloc(p, size, gfp)	krealloc(p, size, gfp)
#define kvmemdup(p, size, gfp)	kmemdup(p, size, gfp)
#define struct_size_t(type, member, n) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member[0]) * (n))
#define struct_size(p, member, n) \
	(offsetof(__typeof__(*(p)), member) + sizeof((p)->member[0]) * (n))

#endif
