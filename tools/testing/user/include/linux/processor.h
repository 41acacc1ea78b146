/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PROCESSOR_H
#define _SHIM_LINUX_PROCESSOR_H

#define cpu_relax()		__asm__ __volatile__("pause" : : : "memory")

#endif
