/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_KALLSYMS_H
#define _SHIM_LINUX_KALLSYMS_H

#include <linux/types.h>

#define KSYM_NAME_LEN	512
#define KSYM_SYMBOL_LEN	(KSYM_NAME_LEN + 64)

/* Programs that print symbols have their own. */
int sprint_symbol(char *to, unsigned long addr);

#endif
