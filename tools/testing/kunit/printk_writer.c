// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts and stacks for the trace from a module, of every form that
 * <outrace/printk.h> has: writing N to /sys/module/otr_printk_writer/parameters/say
 * writes them once, N being one of the arguments; to .../puts, one text N times.
 * With the in-tree tracer, whose names these are, it does the same.
 */
#include <linux/irq_work.h>
#include <linux/moduleparam.h>
#include <linux/module.h>

/* They are called as they are written, whatever the compiler knows of them. */
#define __as_written	__attribute__((__noipa__))

/* Parameters, so that they are not constant for the compiler. */
static char *changing = "changing text";
module_param(changing, charp, 0400);
static char *changing_fmt = "changing format %d of %s\n";
module_param(changing_fmt, charp, 0400);

static __as_written __printf(1, 2) void otr_printk_constant(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ftrace_vprintk("constant %d %s %lx\n", args);
	va_end(args);
}

static __as_written __printf(1, 2) void otr_printk_given(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ftrace_vprintk(fmt, args);
	va_end(args);
}

static __as_written void otr_printk_inner(void)
{
	trace_dump_stack(0);
	trace_dump_stack(1);
	trace_dump_stack(2);
	barrier();
}

static __as_written void otr_printk_outer(void)
{
	otr_printk_inner();
	barrier();
}

static __as_written void otr_printk_all(unsigned int number)
{
	trace_puts("constant text\n");
	trace_puts(changing);
	trace_printk("without arguments\n");
	trace_printk("%d%% of %u, %5ld|%-5lu|%#llx %*d %zu\n", -(int)number, number,
		     -7L, 8UL, 1ULL << 40, 3, 5, (size_t)9);
	trace_printk("%s and %.3s and %10s|%c\n", "one", "two more", "three", 'x');
	trace_printk(changing_fmt, 5, "five");
	trace_printk("%pS %ps\n", otr_printk_all, otr_printk_all);
	otr_printk_constant("constant %d %s %lx\n", 6, "six", 0x66UL);
	otr_printk_given("given %d %s %lx\n", 7, "seven", 0x77UL);
	otr_printk_outer();
	barrier();
}

static void otr_printk_irq(struct irq_work *work)
{
	trace_printk("in an interrupt, %d\n", 8);
}

static struct irq_work irq_work = IRQ_WORK_INIT_HARD(otr_printk_irq);

static int say_set(const char *text, const struct kernel_param *kp)
{
	unsigned int number;
	int err = kstrtouint(text, 0, &number);

	if (err)
		return err;
	otr_printk_all(number);
	irq_work_queue(&irq_work);
	irq_work_sync(&irq_work);
	return 0;
}

static int puts_set(const char *text, const struct kernel_param *kp)
{
	unsigned int number;
	int err = kstrtouint(text, 0, &number);

	while (!err && number--) {
		trace_puts("again\n");
		trace_printk("and %u\n", number);
		cond_resched();
	}
	return err;
}

static const struct kernel_param_ops say_ops = { .set = say_set };
module_param_cb(say, &say_ops, NULL, 0200);
static const struct kernel_param_ops puts_ops = { .set = puts_set };
module_param_cb(puts, &puts_ops, NULL, 0200);

MODULE_DESCRIPTION("Texts for the trace");
MODULE_LICENSE("GPL");
