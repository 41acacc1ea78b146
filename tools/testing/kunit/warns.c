// SPDX-License-Identifier: GPL-2.0-only
/* A module that has the kernel warn when it is loaded, for tools/testing/panic. */
#include <linux/bug.h>
#include <linux/module.h>

static int __init warns_init(void)
{
	WARN(1, "for outrace's tests\n");
	return 0;
}

static void __exit warns_exit(void)
{
}

module_init(warns_init);
module_exit(warns_exit);
MODULE_DESCRIPTION("a warning, for outrace's tests");
MODULE_LICENSE("GPL");
