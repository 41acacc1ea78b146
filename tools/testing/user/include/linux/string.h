/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

ssize_t strscpy(char *to, const char *from, size_t size);
void *kmemdup(const void *from, size_t size, gfp_t gfp);
char *kmemdup_nul(const char *from, size_t len, gfp_t gfp);
char *kstrdup(const char *from, gfp_t gfp);
char *skip_spaces(const char *text);
char *strim(char *text);
char *strnstr(const char *text, const char *what, size_t len);

static inline bool strstarts(const char *text, const char *what)
{
	return !strncmp(text, what, strlen(what));
}

/* The C library has it too, if asked for everything that is its own. */
static inline char *strchrnul_(const char *text, int c)
{
	while (*text && *text != (char)c)
		text++;
	return (char *)text;
}

#define strchrnul		strchrnul_

static inline void *memset64(u64 *to, u64 value, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		to[i] = value;
	return to;
}

#endif
