// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over what costs something while tracing is on, or should not while it is
 * off. Reading a file below debugfs/otr_bench runs one and says how many ticks
 * of the time stamp counter it took: under `-icount` a tick is an instruction.
 * The file "count" says how often a loop goes round, "nr_keys" how many values the event
 * has in turn, "depth" how many calls deeper it happens.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <asm/msr.h>
#include <linux/uaccess.h>

#include "bench.h"

#define CREATE_TRACE_POINTS
#include "event.h"
/* What outrace makes of the same macros. */
#ifndef CONFIG_TRACING
#define OTR_HEADER	"event.h"
#define OTR_SET		bench_events
#include <outrace/define_events.h>
#include <outrace/printk.h>

static int events_add(void)
{
	return otr_event_set_add(&bench_events);
}

static void events_remove(void)
{
	otr_event_set_remove(&bench_events);
}
#else
static int events_add(void)
{
	return 0;
}

static void events_remove(void)
{
}
#endif

static u32 count = 100000, inside, nr_keys = 1, depth;
static struct dentry *dir;

/* What every other loop is made of. */
static noinline void loop_empty(unsigned int n)
{
	while (n--)
		asm volatile("");
}

static noinline void loop_call(unsigned int n)
{
	while (n--)
		otr_bench_called();
}

static noinline void loop_body(unsigned int n)
{
	while (n--)
		otr_bench_body(n);
}

static noinline void loop_told(unsigned int n)
{
	while (n--)
		otr_bench_told("fifteen letters", n, 2);
}

static noinline void loop_event(unsigned int n)
{
	while (n--)
		trace_otr_bench_sample(1, 2);
}

static noinline void loop_pair(unsigned int n)
{
	while (n--) {
		trace_otr_bench_sample(1, 2);
		trace_otr_bench_after(2);
	}
}

static noinline void loop_keys(unsigned int n)
{
	u32 key = 0;

	while (n--) {
		trace_otr_bench_sample(1, key);
		if (++key >= nr_keys)
			key = 0;
	}
}

static noinline __noclone void event_below(u32 calls)
{
	if (calls)
		event_below(calls - 1);
	else
		trace_otr_bench_sample(1, 2);
	/* Each has its own frame. */
	asm volatile("");
}

static noinline void loop_deep(unsigned int n)
{
	while (n--)
		event_below(depth);
}

/* Not a macro that chooses by what the format is: what is measured is named. */
static noinline void loop_puts(unsigned int n)
{
	while (n--)
		trace_puts("a text that does not change\n");
}

static noinline void loop_printk(unsigned int n)
{
	while (n--)
		trace_printk("%d and %lx\n", 1, 2UL);
}

static const struct loop {
	const char	*name;
	void		(*run)(unsigned int n);
} loops[] = {
	{ "empty",	loop_empty },
	{ "call",	loop_call },
	{ "body",	loop_body },
	{ "told",	loop_told },
	{ "event",	loop_event },
	{ "pair",	loop_pair },
	{ "keys",	loop_keys },
	{ "deep",	loop_deep },
	{ "synth",	bench_synth },
	{ "synth_text",	bench_synth_text },
	{ "ring",	bench_ring_write },
	{ "puts",	loop_puts },
	{ "printk",	loop_printk },
};

static ssize_t loop_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const struct loop *loop = file->private_data;
	char text[32];
	u64 start;

	if (*pos)
		return 0;
	start = rdtsc_ordered();
	loop->run(count);
	start = rdtsc_ordered() - start;
	return simple_read_from_buffer(to, len, pos, text,
				       scnprintf(text, sizeof(text), "%llu\n", start));
}

static const struct file_operations loop_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= loop_read,
};

static int __init bench_init(void)
{
	unsigned int i;
	int err = bench_ring_open();

	if (err)
		return err;
	err = events_add();
	if (err) {
		bench_ring_close();
		return err;
	}
	bench_synth_open();
	inside = otr_bench_inside;
	dir = debugfs_create_dir("otr_bench", NULL);
	debugfs_create_u32("count", 0600, dir, &count);
	debugfs_create_u32("nr_keys", 0600, dir, &nr_keys);
	debugfs_create_u32("depth", 0600, dir, &depth);
	debugfs_create_u32("inside", 0400, dir, &inside);
	for (i = 0; i < ARRAY_SIZE(loops); i++)
		debugfs_create_file_unsafe(loops[i].name, 0400, dir, (void *)&loops[i],
					   &loop_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	bench_synth_close();
	events_remove();
	bench_ring_close();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("What tracing costs: loops to be timed");
MODULE_LICENSE("GPL");
