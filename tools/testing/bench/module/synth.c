// SPDX-License-Identifier: GPL-2.0-only
/* Synthetic events of ours, by the names that both tracers have. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/trace_events.h>

#include "bench.h"

#ifndef CONFIG_TRACING
#include <outrace/synth.h>
#endif

static struct synth_field_desc synth_numbers[] = {
	{ .type = "u64",	.name = "wide" },
	{ .type = "u32",	.name = "narrow" },
};

static struct synth_field_desc synth_texts[] = {
	{ .type = "u64",	.name = "wide" },
	{ .type = "char[]",	.name = "text" },
};

/* Where records go; an error where the kernel has none of this. */
static struct trace_event_file *synth_sample, *synth_text;

static struct trace_event_file *synth_open(const char *name, struct synth_field_desc *fields,
					   unsigned int nr)
{
	struct trace_event_file *file;
	int err = synth_event_create(name, fields, nr, THIS_MODULE);

	if (err)
		return ERR_PTR(err);
	file = trace_get_event_file(NULL, "synthetic", name);
	if (IS_ERR(file))
		synth_event_delete(name);
	return file;
}

static void synth_close(const char *name, struct trace_event_file *file)
{
	if (IS_ERR(file))
		return;
	trace_put_event_file(file);
	synth_event_delete(name);
}

void bench_synth_open(void)
{
	synth_sample = synth_open("otr_bench_synth", synth_numbers, ARRAY_SIZE(synth_numbers));
	synth_text = synth_open("otr_bench_text", synth_texts, ARRAY_SIZE(synth_texts));
}

void bench_synth_close(void)
{
	synth_close("otr_bench_text", synth_text);
	synth_close("otr_bench_synth", synth_sample);
}

static void synth_fire(struct trace_event_file *file, u64 second, unsigned int n)
{
	u64 values[] = { 1, second };

	if (IS_ERR(file))
		return;
	while (n--)
		synth_event_trace_array(file, values, ARRAY_SIZE(values));
}

void bench_synth(unsigned int n)
{
	synth_fire(synth_sample, 2, n);
}

void bench_synth_text(unsigned int n)
{
	static const char text[] = "fifteen letters";

	synth_fire(synth_text, (u64)(long)text, n);
}
