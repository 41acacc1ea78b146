/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

/* A warning fails a test: it is counted, and ktap.h asks for the number. */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include <stdio.h>
#include <stdlib.h>

extern int shim_warnings;

static inline bool shim_warn(bool wrong, const char *what, const char *file, int line)
{
	if (wrong) {
		fprintf(stderr, "# warning: %s (%s:%d)\n", what, file, line);
		__atomic_add_fetch(&shim_warnings, 1, __ATOMIC_RELAXED);
	}
	return wrong;
}

#define WARN_ON(x)		shim_warn(!!(x), #x, __FILE__, __LINE__)
#define WARN_ON_ONCE(x)		WARN_ON(x)
#define BUG_ON(x)		do { if (WARN_ON(x)) abort(); } while (0)

#endif
