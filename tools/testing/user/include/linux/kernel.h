/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

int kstrtouint(const char *text, unsigned int base, unsigned int *value);
int kstrtoul(const char *text, unsigned int base, unsigned long *value);
int kstrtou64(const char *text, unsigned int base, u64 *value);
int kstrtos64(const char *text, unsigned int base, s64 *value);
char *kasprintf(gfp_t gfp, const char *format, ...) __printf(2, 3);

#endif
