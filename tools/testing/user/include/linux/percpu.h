/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/compiler.h>

/* Each thread plays a CPU. */
#define DECLARE_PER_CPU(type, name) extern __thread __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __thread __typeof__(type) name

#define raw_cpu_read_1(x)	(x)
#define raw_cpu_write_1(x, v)	((x) = (v))
#define this_cpu_ptr(p)		(p)

#endif
