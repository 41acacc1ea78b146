// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change what functions get, what they return, and which function runs.
 *
 * Writing a number to the parameter "ask" calls the function below with it; what
 * it returned is read there. The hook changes both numbers. And a program that reads
 * /proc/cmdline is sent to another function, as a live patch would do it.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <outrace/hook.h>

/* Has a site, as it is compiled like the kernel's functions. */
static noinline long twice(long number)
{
	return number * 2;
}

static long answer;

static int ask(const char *text, const struct kernel_param *param)
{
	long number;
	int err = kstrtol(text, 10, &number);

	if (!err)
		WRITE_ONCE(answer, twice(number));
	return err;
}

static int show(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%ld\n", READ_ONCE(answer));
}

static const struct kernel_param_ops ask_ops = { .set = ask, .get = show };

module_param_cb(ask, &ask_ops, NULL, 0644);
MODULE_PARM_DESC(ask, "write a number, read what came of it");

/* Does not sleep, so nobody is in it when the watch is gone. */
static int cmdline_show(struct seq_file *m, void *v)
{
	seq_puts(m, "nothing to see here\n");
	return 0;
}

static bool add_hundred(struct otr_watch *watch, struct otr_call *call)
{
	*otr_frame_arg(call->frame, 0) += 100;
	return true;
}

static void add_one(struct otr_watch *watch, struct otr_call *call)
{
	call->value++;
}

static bool redirect(struct otr_watch *watch, struct otr_call *call)
{
	otr_frame_redirect(call->frame, cmdline_show);
	return false;
}

static const struct otr_watch_ops change_ops = {
	.name	= "sample_change",
	.entry	= add_hundred,
	.leave	= add_one,
};

static const struct otr_watch_ops redirect_ops = {
	.name	= "sample_redirect",
	.entry	= redirect,
};

static struct otr_watch *change, *other;

static int start(void)
{
	int err = otr_watch_add_function(change, twice);

	if (!err)
		err = otr_watch_add(other, "cmdline_proc_show", NULL);
	if (!err)
		err = otr_watch_register(change);
	if (!err)
		err = otr_watch_register(other);
	return err;
}

static int __init sample_init(void)
{
	int err;

	change = otr_watch_create(&change_ops, NULL);
	if (IS_ERR(change))
		return PTR_ERR(change);
	other = otr_watch_create(&redirect_ops, NULL);
	if (IS_ERR(other)) {
		otr_watch_destroy(change);
		return PTR_ERR(other);
	}
	err = start();
	if (err) {
		otr_watch_destroy(other);
		otr_watch_destroy(change);
	}
	return err;
}
module_init(sample_init);

static void __exit sample_exit(void)
{
	otr_watch_destroy(other);
	otr_watch_destroy(change);
}
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample of outrace: change arguments and results, redirect calls");
MODULE_AUTHOR("outrace");
MODULE_LICENSE("GPL");
