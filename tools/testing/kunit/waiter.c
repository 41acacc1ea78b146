// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that has to wait for its CPU, for guest scripts:
 *
 *	insmod otr_waiter.ko
 *	echo 5000 > /sys/module/otr_waiter/parameters/preempt
 *
 * wakes a real-time task, "waiter", and keeps the CPU for so many microseconds before it
 * lets it run: with preemption off, or with interrupts off as well ("irq").
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static struct task_struct *waiter_task;
static DECLARE_COMPLETION(waiter_ran);

/* The culprit, which is to be found by its name. It calls but few functions. */
static noinline void waiter_hog(unsigned int us)
{
	mdelay(us / 1000);
	udelay(us % 1000);
}

static void waiter_by_preempt(unsigned int us)
{
	preempt_disable();
	wake_up_process(waiter_task);
	waiter_hog(us);
	preempt_enable();
}

static void waiter_by_irq(unsigned int us)
{
	unsigned long flags;

	local_irq_save(flags);
	wake_up_process(waiter_task);
	waiter_hog(us);
	local_irq_restore(flags);
}

static int waiter_set(const char *text, const struct kernel_param *param)
{
	void (*hold)(unsigned int us) = param->arg;
	unsigned int us;
	int err = kstrtouint(text, 0, &us);

	if (err)
		return err;
	reinit_completion(&waiter_ran);
	hold(us);
	wait_for_completion(&waiter_ran);
	return 0;
}

static const struct kernel_param_ops waiter_ops = { .set = waiter_set };

module_param_cb(preempt, &waiter_ops, waiter_by_preempt, 0200);
module_param_cb(irq, &waiter_ops, waiter_by_irq, 0200);

static int waiter_main(void *data)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
		complete(&waiter_ran);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int __init waiter_init(void)
{
	waiter_task = kthread_create_on_cpu(waiter_main, NULL, 0, "waiter");
	if (IS_ERR(waiter_task))
		return PTR_ERR(waiter_task);
	sched_set_fifo(waiter_task);
	wake_up_process(waiter_task);
	return 0;
}

static void __exit waiter_exit(void)
{
	kthread_stop(waiter_task);
}

module_init(waiter_init);
module_exit(waiter_exit);
MODULE_DESCRIPTION("A task that waits for a known time");
MODULE_LICENSE("GPL");
