// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who comes to the function of this name goes no further, and neither does its CPU,
 * for tools/testing/panic: whatever locks it holds are held for good.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <outrace/hook.h>

static char *function = "";
module_param(function, charp, 0444);

static struct otr_watch *watch;

static bool called(struct otr_watch *of, struct otr_call *call)
{
	pr_info("stand_still: here\n");
	for (;;)
		cpu_relax();
	return false;
}

static const struct otr_watch_ops ops = {
	.name	= "stand still",
	.entry	= called,
};

static int __init stand_still_init(void)
{
	int err;

	watch = otr_watch_create(&ops, NULL);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	err = otr_watch_add(watch, function, NULL);
	if (!err)
		err = otr_watch_register(watch);
	if (err)
		otr_watch_destroy(watch);
	return err;
}

static void __exit stand_still_exit(void)
{
	otr_watch_destroy(watch);
}

module_init(stand_still_init);
module_exit(stand_still_exit);
MODULE_DESCRIPTION("a CPU that goes no further, for outrace's tests");
MODULE_LICENSE("GPL");
