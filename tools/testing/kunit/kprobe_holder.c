// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kprobe that is there as long as this module is, for tests that have to know
 * what happens to others' kprobes: insmod otr_kprobe_holder.ko symbol=vfs_read
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *symbol;
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "function to set the kprobe on");

static unsigned long hits;
module_param(hits, ulong, 0444);
MODULE_PARM_DESC(hits, "how often it was hit");

static int on_hit(struct kprobe *p, struct pt_regs *regs)
{
	hits++;
	return 0;
}

NOKPROBE_SYMBOL(on_hit);

static struct kprobe holder = { .pre_handler = on_hit };

static int __init holder_init(void)
{
	holder.symbol_name = symbol;
	return symbol ? register_kprobe(&holder) : -EINVAL;
}

static void __exit holder_exit(void)
{
	unregister_kprobe(&holder);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_DESCRIPTION("a kprobe, for outrace's tests");
MODULE_LICENSE("GPL");
