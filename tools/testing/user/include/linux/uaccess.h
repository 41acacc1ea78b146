/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_UACCESS_H
#define _SHIM_LINUX_UACCESS_H

#include <stddef.h>

/* What may be read; programs that read by address have their own. */
long copy_from_kernel_nofault(void *to, const void *from, size_t size);
long copy_from_user_nofault(void *to, const void *from, size_t size);

/* Those that wait for memory. */
unsigned long copy_from_user(void *to, const void *from, unsigned long size);
long strncpy_from_user(char *to, const char *from, long size);

#endif
