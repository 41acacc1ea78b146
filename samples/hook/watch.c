// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch functions and change nothing: how often they are called, and how long
 * they take.
 *
 *	insmod outrace_sample_watch.ko functions='vfs_*'
 *	cat /sys/module/outrace_sample_watch/parameters/{calls,running,nsecs,missed}
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <outrace/hook.h>

static char *functions = "vfs_read";
module_param(functions, charp, 0444);
MODULE_PARM_DESC(functions, "which functions, as set_ftrace_filter takes them");

static atomic_long_t calls, running, nsecs;

static int show(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%ld\n", atomic_long_read((atomic_long_t *)param->arg));
}

static const struct kernel_param_ops counter = { .get = show };

module_param_cb(calls, &counter, &calls, 0444);
MODULE_PARM_DESC(calls, "how often they were called");
module_param_cb(running, &counter, &running, 0444);
MODULE_PARM_DESC(running, "how many calls have not returned");
module_param_cb(nsecs, &counter, &nsecs, 0444);
MODULE_PARM_DESC(nsecs, "how long they took together");

static bool entry(struct otr_watch *watch, struct otr_call *call)
{
	atomic_long_inc(&calls);
	atomic_long_inc(&running);
	call->data[0] = local_clock();
	return true;
}

static void leave(struct otr_watch *watch, struct otr_call *call)
{
	atomic_long_dec(&running);
	atomic_long_add(local_clock() - call->data[0], &nsecs);
}

static const struct otr_watch_ops ops = {
	.name	= "sample_watch",
	.entry	= entry,
	.leave	= leave,
};

static struct otr_watch *watch;

static int show_missed(char *buffer, const struct kernel_param *param)
{
	/* The file is there before the watch, and longer. */
	return sysfs_emit(buffer, "%lu\n", watch ? otr_watch_missed(watch) : 0);
}

static const struct kernel_param_ops missed_ops = { .get = show_missed };

module_param_cb(missed, &missed_ops, NULL, 0444);
MODULE_PARM_DESC(missed, "how many calls were not counted: too many around them already");

static int __init sample_init(void)
{
	struct otr_watch *new = otr_watch_create(&ops, NULL);
	int err;

	if (IS_ERR(new))
		return PTR_ERR(new);
	err = otr_watch_add(new, functions, NULL);
	if (!err)
		err = otr_watch_register(new);
	if (err)
		otr_watch_destroy(new);
	else
		watch = new;
	return err;
}
module_init(sample_init);

static void __exit sample_exit(void)
{
	kernel_param_lock(THIS_MODULE);
	otr_watch_destroy(watch);
	watch = NULL;
	kernel_param_unlock(THIS_MODULE);
}
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample of outrace: watch functions");
MODULE_AUTHOR("outrace");
MODULE_LICENSE("GPL");
