/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

ssize_t strscpy(char *to, const char *from, size_t size);
void *kmemdup(const void *from, size_t size, gfp_t gfp);

#endif
