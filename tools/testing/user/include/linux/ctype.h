/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_CTYPE_H
#define _SHIM_LINUX_CTYPE_H

#include <ctype.h>

/* The kernel's take any char, with a sign or not. */
#undef isalnum
#undef isalpha
#undef isspace
#undef isdigit
#define isalnum(c)		((isalnum)((unsigned char)(c)))
#define isalpha(c)		((isalpha)((unsigned char)(c)))
#define isspace(c)		((isspace)((unsigned char)(c)))
#define isdigit(c)		((isdigit)((unsigned char)(c)))

#endif
