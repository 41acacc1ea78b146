/* SPDX-License-Identifier: GPL-2.0-only */
/* direct_code.S: what sites call in direct_kunit.c. */
#ifndef _DIRECT_CODE_H
#define _DIRECT_CODE_H

#include <linux/types.h>

/* These count in the variables that are called the same. */
extern const u8 direct_code_first[], direct_code_second[];
extern unsigned long direct_first, direct_second;

/* Returns 4711 to the caller of the function. */
extern const u8 direct_code_answer[];

#endif /* _DIRECT_CODE_H */
