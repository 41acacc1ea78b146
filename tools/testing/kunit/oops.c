// SPDX-License-Identifier: GPL-2.0-only
/* A module that cannot be loaded: the kernel dies of it, for tools/testing/panic. */
#include <linux/module.h>

static int __init oops_init(void)
{
	int *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	return READ_ONCE(*nowhere);
}

module_init(oops_init);
MODULE_DESCRIPTION("an oops, for outrace's tests");
MODULE_LICENSE("GPL");
