// SPDX-License-Identifier: GPL-2.0-only
/*
 * Have a function call code of our own, with nothing in between.
 *
 * Writing a number to the parameter "ask" calls the function below with it; what
 * it returned is read there. The code that it calls, direct_code.S, counts, or with
 *
 *	echo 1 > /sys/module/outrace_sample_direct/parameters/add
 *
 * changes the number.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/module.h>
#include <outrace/hook.h>

/* direct_code.S */
extern const u8 sample_look[], sample_add[];
asmlinkage void sample_seen(long number);

static atomic_long_t calls, last;

/* Called by sample_look. What it calls itself is hooked as ever. */
asmlinkage void sample_seen(long number)
{
	atomic_long_inc(&calls);
	atomic_long_set(&last, number);
}

static int show(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%ld\n", atomic_long_read((atomic_long_t *)param->arg));
}

static const struct kernel_param_ops counter = { .get = show };

module_param_cb(calls, &counter, &calls, 0444);
MODULE_PARM_DESC(calls, "how often it was called");
module_param_cb(last, &counter, &last, 0444);
MODULE_PARM_DESC(last, "with what, the last time");

/* Has a site, as it is compiled like the kernel's functions. */
static noinline long triple(long number)
{
	return number * 3;
}

static atomic_long_t answer;

static int ask(const char *text, const struct kernel_param *param)
{
	long number;
	int err = kstrtol(text, 10, &number);

	if (!err)
		atomic_long_set(&answer, triple(number));
	return err;
}

static const struct kernel_param_ops ask_ops = { .set = ask, .get = show };

module_param_cb(ask, &ask_ops, &answer, 0644);
MODULE_PARM_DESC(ask, "write a number, read what came of it");

static struct otr_watch *watch;
static bool adds;

static int set_add(const char *text, const struct kernel_param *param)
{
	bool was = adds;
	int err = param_set_bool(text, param);

	/* The file is there before the watch, and longer. */
	if (!err && watch)
		err = otr_watch_set_direct(watch, adds ? sample_add : sample_look);
	if (err)
		adds = was;
	return err;
}

static const struct kernel_param_ops add_ops = { .set = set_add, .get = param_get_bool };

module_param_cb(add, &add_ops, &adds, 0644);
MODULE_PARM_DESC(add, "add one to the number instead of counting calls");

static const struct otr_watch_ops ops = {
	.name	= "sample_direct",
	.direct	= sample_look,
};

static int start(struct otr_watch *new)
{
	int err = otr_watch_add_function(new, triple);

	if (!err && adds)
		err = otr_watch_set_direct(new, sample_add);
	return err ?: otr_watch_register(new);
}

static int __init sample_init(void)
{
	struct otr_watch *new = otr_watch_create(&ops, NULL);
	int err;

	if (IS_ERR(new))
		return PTR_ERR(new);
	kernel_param_lock(THIS_MODULE);
	err = start(new);
	if (err)
		otr_watch_destroy(new);
	else
		watch = new;
	kernel_param_unlock(THIS_MODULE);
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

MODULE_DESCRIPTION("Sample of outrace: code that functions call directly");
MODULE_AUTHOR("outrace");
MODULE_LICENSE("GPL");
