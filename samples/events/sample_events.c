// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with tracepoints of its own, which outrace makes events of.
 *
 *	insmod outrace_sample_events.ko
 *	echo 1 > /sys/kernel/tracing/events/outrace_sample/enable
 *	echo 3 > /sys/module/outrace_sample_events/parameters/fire
 *	cat /sys/kernel/tracing/trace
 */
#include <linux/in.h>
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "sample_trace.h"

/* On a kernel with the in-tree tracer that was all, and the header is the same. */
#ifndef CONFIG_EVENT_TRACING
#define OTR_HEADER	"sample_trace.h"
#define OTR_SET		sample_events
#include <outrace/define_events.h>
#endif

static __printf(2, 3) void fire_format(const void *bytes, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	trace_sample_format(bytes, &vaf);
	va_end(args);
}

static void fire_once(unsigned int nr)
{
	static const u8 bytes[] = "The quick brown fox.";
	const struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	static const u64 names[] = {
		0, 1, 6, 0xf, 0x10, 0xff, 1ULL << 40, 1ULL << 40 | 2, 2, ~0ULL,
	};
	const struct sample_pair pair = { nr, -1 };

	trace_sample_number(1ULL << 40 | nr, nr);
	trace_sample_one(&pair, "a name");
	trace_sample_other(&pair, NULL);
	trace_sample_even(8 + nr);
	trace_sample_behind(bytes, 6, "hello", cpumask_of(1), (struct sockaddr *)&addr,
			    sizeof(addr));
	trace_sample_rel(bytes, 9, "world", cpumask_of(0));
	trace_sample_names(names[nr % ARRAY_SIZE(names)]);
	trace_sample_arrays(bytes, 16 + nr);
	trace_sample_rows(bytes, nr * 1999999999ULL);
	fire_format(bytes, "%d of %s", nr, "many");
}

static int fire(const char *text, const struct kernel_param *param)
{
	unsigned int i, times;
	int err = kstrtouint(text, 0, &times);

	for (i = 0; !err && i < times; i++)
		fire_once(i);
	return err;
}

static const struct kernel_param_ops fire_ops = {
	.set	= fire,
};

module_param_cb(fire, &fire_ops, NULL, 0200);
MODULE_PARM_DESC(fire, "write a number: so many times each event");

static int __init sample_init(void)
{
#ifndef CONFIG_EVENT_TRACING
	return otr_event_set_add(&sample_events);
#else
	return 0;
#endif
}

static void __exit sample_exit(void)
{
#ifndef CONFIG_EVENT_TRACING
	otr_event_set_remove(&sample_events);
#endif
}

module_init(sample_init);
module_exit(sample_exit);
MODULE_DESCRIPTION("Sample of a module with events");
MODULE_LICENSE("GPL");
