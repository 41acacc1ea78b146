// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the kernel was told to leave alone when it started, by a name, as
 * "reserve_mem=" gives it one, or by its address, as "memmap=" takes it away.
 */
#include <linux/ctype.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "host/host.h"

/* "ADDRESS:SIZE", as numbers with K, M or G behind them. */
static int memory_read(const char *where, phys_addr_t *start, phys_addr_t *size)
{
	char *end;

#ifdef MODULE
	/* What the kernel was started with says so itself; a user who loads modules does not. */
	if (security_locked_down(LOCKDOWN_DEV_MEM))
		return -EPERM;
#endif
	*start = memparse(where, &end);
	if (!*start || *end != ':')
		return -EINVAL;
	*size = memparse(end + 1, &end);
	if (!*size || *end || *start + *size < *start)
		return -EINVAL;
	/* What the kernel uses is not for us. */
	if (region_intersects(*start, *size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
	    REGION_DISJOINT)
		return -EBUSY;
	return 0;
}

/**
 * otr_host_memory_open - have memory that was set aside
 * @mem: filled in
 * @where: its name, or "ADDRESS:SIZE"
 *
 * Context: process context; sleeps.
 * Return: 0; -ENOENT for a name that no memory has; -EINVAL for no address and size, or
 * none of whole pages; -EPERM for an address on a kernel that is locked down; -EBUSY for
 * memory that the kernel uses; -ENOMEM.
 */
int otr_host_memory_open(struct otr_host_memory *mem, const char *where)
{
	phys_addr_t start, size;
	int err = 0;

	if (isdigit(*where))
		err = memory_read(where, &start, &size);
	else if (!reserve_mem_find_by_name(where, &start, &size))
		err = -ENOENT;
	if (err)
		return err;
	if (!PAGE_ALIGNED(start) || !PAGE_ALIGNED(size))
		return -EINVAL;
	mem->start = start;
	mem->size = size;
	mem->at = memremap(start, size, MEMREMAP_WB);
	return mem->at ? 0 : -ENOMEM;
}

/**
 * otr_host_memory_copy - have a copy of memory that was set aside
 * @mem: filled in
 * @from: the memory; what changes there meanwhile is in the copy or is not
 *
 * Context: process context; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_host_memory_copy(struct otr_host_memory *mem, const struct otr_host_memory *from)
{
	size_t done;

	mem->at = __vmalloc(from->size, GFP_KERNEL | __GFP_NOWARN);
	if (!mem->at)
		return -ENOMEM;
	mem->copy = true;
	mem->size = from->size;
	for (done = 0; done < mem->size; done += PAGE_SIZE) {
		memcpy(mem->at + done, from->at + done, PAGE_SIZE);
		cond_resched();
	}
	return 0;
}

/**
 * otr_host_memory_close - be done with memory
 * @mem: from otr_host_memory_open() or otr_host_memory_copy(), of which nothing is used any more
 *
 * Context: process context; sleeps.
 */
void otr_host_memory_close(struct otr_host_memory *mem)
{
	if (mem->copy)
		vfree(mem->at);
	else if (mem->at)
		memunmap(mem->at);
	mem->at = NULL;
}
