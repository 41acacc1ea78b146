/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_GLOB_H
#define _SHIM_LINUX_GLOB_H

#include <fnmatch.h>
#include <stdbool.h>

static inline bool glob_match(const char *pattern, const char *text)
{
	return !fnmatch(pattern, text, 0);
}

#endif
