// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that is woken while it runs, for guest scripts:
 *
 *	insmod otr_hasty.ko
 *	echo 3 >/sys/module/otr_hasty/parameters/wakes
 *	cat /sys/module/otr_hasty/parameters/wakes
 *
 * The write returns when the task slept, and was woken on its way to sleep, that often. The
 * file shows its id. The module makes no difference to who only sleeps and wakes.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>

static unsigned int hasty_wakes;
static pid_t hasty_id;
static DECLARE_COMPLETION(hasty_over);

static int hasty_main(void *data)
{
	unsigned int i;

	for (i = 0; i < hasty_wakes; i++) {
		schedule_timeout_interruptible(1);
		set_current_state(TASK_INTERRUPTIBLE);
		wake_up_process(current);
		/* It runs, and is no more about to sleep. */
		WARN_ON_ONCE(!task_is_running(current));
	}
	complete(&hasty_over);
	return 0;
}

static int hasty_set(const char *text, const struct kernel_param *kp)
{
	struct task_struct *thread;
	int err = kstrtouint(text, 10, &hasty_wakes);

	if (err)
		return err;
	thread = kthread_create(hasty_main, NULL, "hasty");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	hasty_id = thread->pid;
	wake_up_process(thread);
	wait_for_completion(&hasty_over);
	return 0;
}

static int hasty_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", hasty_id);
}

static const struct kernel_param_ops hasty_ops = {
	.set	= hasty_set,
	.get	= hasty_get,
};

module_param_cb(wakes, &hasty_ops, NULL, 0600);
MODULE_PARM_DESC(wakes, "how often the task is woken while it runs");

MODULE_DESCRIPTION("A task that is woken while it runs");
MODULE_LICENSE("GPL");
