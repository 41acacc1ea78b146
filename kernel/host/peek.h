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
 * otr_host_peek - read a word of the kernel's memory
 * @to: set to it
 * @addr: where it is, or nothing; need not be aligned
 *
 * As copy_from_kernel_nofault(), in line. That switches page faults off for
 * addresses of programs, which are refused here; a fault at another one never waits.
 *
 * Context: any, NMI included.
 * Return: false when nothing can be read there.
 */
static __always_inline bool otr_host_peek(u64 *to, unsigned long addr)
{
	/* The upper half of what addresses there are, but for a page that is a program's. */
	if (unlikely(addr < -1UL << (boot_cpu_data.x86_virt_bits - 1) ||
		     (addr & PAGE_MASK) == VSYSCALL_ADDR))
		return false;
	__get_kernel_nofault(to, (const void *)addr, u64, fault);
	return true;
fault:
	return false;
}

#endif /* _OTR_HOST_PEEK_H */
