// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with synthetic events of its own: it names their fields when it is loaded, and
 * has no tracepoint.
 *
 *	insmod outrace_sample_synth.ko
 *	echo 1 > /sys/kernel/tracing/events/synthetic/enable
 *	echo 3 > /sys/module/outrace_sample_synth/parameters/fire
 *	cat /sys/kernel/tracing/trace
 *
 * It calls everything as the in-tree tracer does, which it can be built for as well.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/trace_events.h>

#ifndef CONFIG_EVENT_TRACING
#include <outrace/synth.h>
#endif

static struct synth_field_desc span_fields[] = {
	{ .type = "u64",	.name = "nr" },
	{ .type = "pid_t",	.name = "pid" },
	{ .type = "char[16]",	.name = "comm" },
	{ .type = "s64",	.name = "length" },
};

static struct trace_event_file *span, *note;

/* All fields at once. */
static int define_span(void)
{
	return synth_event_create("sample_span", span_fields, ARRAY_SIZE(span_fields),
				  THIS_MODULE);
}

/* One after the other. */
static int define_note(void)
{
	struct dynevent_cmd cmd;
	char *text = kzalloc(MAX_DYNEVENT_CMD_LEN, GFP_KERNEL);
	int err;

	if (!text)
		return -ENOMEM;
	synth_event_cmd_init(&cmd, text, MAX_DYNEVENT_CMD_LEN);
	err = synth_event_gen_cmd_start(&cmd, "sample_note", THIS_MODULE, "u8", "kind");
	if (!err)
		err = synth_event_add_field(&cmd, "char[]", "text");
	if (!err)
		err = synth_event_add_field_str(&cmd, "gfp_t flags");
	if (!err)
		err = synth_event_gen_cmd_end(&cmd);
	kfree(text);
	return err;
}

/* Values in the order of the fields, and by their names. */
static void fire_span_steps(unsigned int nr)
{
	struct synth_event_trace_state state;

	if (!synth_event_trace_start(span, &state)) {
		synth_event_add_next_val(nr, &state);
		synth_event_add_next_val(1, &state);
		synth_event_add_next_val((u64)(long)"in order", &state);
		synth_event_add_next_val(-5, &state);
		synth_event_trace_end(&state);
	}
	if (!synth_event_trace_start(span, &state)) {
		synth_event_add_val("comm", (u64)(long)"by name", &state);
		synth_event_add_val("length", 5, &state);
		synth_event_add_val("pid", 2, &state);
		synth_event_add_val("nr", nr, &state);
		synth_event_trace_end(&state);
	}
}

static void fire_once(unsigned int nr)
{
	u64 values[] = { nr, 3, (u64)(long)"array", 1LL << 40 };

	synth_event_trace_array(span, values, ARRAY_SIZE(values));
	fire_span_steps(nr);
	synth_event_trace(note, 3, (u64)nr, (u64)(long)"a text of any length",
			  (__force u64)GFP_KERNEL);
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
MODULE_PARM_DESC(fire, "write a number: so many times four records");

static int open_files(void)
{
	span = trace_get_event_file(NULL, "synthetic", "sample_span");
	if (IS_ERR(span))
		return PTR_ERR(span);
	note = trace_get_event_file(NULL, "synthetic", "sample_note");
	if (!IS_ERR(note))
		return 0;
	trace_put_event_file(span);
	return PTR_ERR(note);
}

static int __init sample_init(void)
{
	int err = define_span();

	if (err)
		return err;
	err = define_note();
	if (!err) {
		err = open_files();
		if (!err)
			return 0;
		synth_event_delete("sample_note");
	}
	synth_event_delete("sample_span");
	return err;
}

/* While somebody has one of its events on, the module stays. */
static void __exit sample_exit(void)
{
	trace_put_event_file(note);
	trace_put_event_file(span);
	WARN_ON(synth_event_delete("sample_note"));
	WARN_ON(synth_event_delete("sample_span"));
}

module_init(sample_init);
module_exit(sample_exit);
MODULE_DESCRIPTION("Sample of a module with synthetic events");
MODULE_LICENSE("GPL");
