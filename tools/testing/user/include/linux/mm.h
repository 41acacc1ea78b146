/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MM_H
#define _SHIM_LINUX_MM_H

#include <linux/gfp.h>

#define PAGE_SIZE		4096UL

/* Pages that the machine says it has left. */
extern long shim_mem_available;

#define si_mem_available()	shim_mem_available

#endif
