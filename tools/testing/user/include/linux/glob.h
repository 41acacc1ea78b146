/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_GLOB_H
#define _SHIM_LINUX_GLOB_H

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool glob_match(const char *pattern, const char *text)
{
	return !fnmatch(pattern, text, 0);
}

/* The C library's wants a zero behind the text. */
static inline bool glob_match_len(const char *pattern, const char *text, size_t len)
{
	char *copy = strndup(text, len);
	bool fits = glob_match(pattern, copy);

	free(copy);
	return fits;
}

#endif
