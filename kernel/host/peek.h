/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the host room, a part of host.h: a word of the kernel's memory that may not be
 * there.
 */
#ifndef _OTR_HOST_PEEK_H
#define _OTR_HOST_PEEK_H

#include <linux/types.h>
#include <linux/uaccess.h>
#include <asm/processor.h>
#include <asm/vsyscall.h>

/**
 * otr_host_may_peek - are these addresses of the kernel's?
 * @addr: the first one
 * @size: how many, not 0
 *
 * Context: any, NMI included.
 * Return: whether otr_host_peek_at() may be asked for them.
 */
static __always_inline bool otr_host_may_peek(unsigned long addr, size_t size)
{
	unsigned long last = addr + size - 1;

	/* The upper half of what addresses there are, but for a page that is a program's. */
	return addr >= -1UL << (boot_cpu_data.x86_virt_bits - 1) && last >= addr &&
	       (last < VSYSCALL_ADDR || addr >= VSYSCALL_ADDR + PAGE_SIZE);
}

/**
 * otr_host_peek_at - read a word of the kernel's memory
 * @to: set to it
 * @addr: where it is, or nothing; need not be aligned; otr_host_may_peek() said so
 *
 * As copy_from_kernel_nofault(), in line. That switches page faults off for
 * addresses of programs; a fault at another one never waits.
 *
 * Context: any, NMI included.
 * Return: false when nothing can be read there.
 */
static __always_inline bool otr_host_peek_at(u64 *to, unsigned long addr)
{
	__get_kernel_nofault(to, (const void *)addr, u64, fault);
	return true;
fault:
	return false;
}

/**
 * otr_host_peek - read a word of memory that may be the kernel's
 * @to: set to it
 * @addr: where it is, or nothing; need not be aligned
 *
 * Context: any, NMI included.
 * Return: false when nothing of the kernel's can be read there.
 */
static __always_inline bool otr_host_peek(u64 *to, unsigned long addr)
{
	return likely(otr_host_may_peek(addr, sizeof(*to))) && otr_host_peek_at(to, addr);
}

#endif /* _OTR_HOST_PEEK_H */
