// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first instance stops to record when the kernel warns, so that what led there is
 * still in its ring. All warnings come through one function of the kernel.
 */
#include <linux/err.h>
#include <linux/instruction_pointer.h>
#include <outrace/hook.h>

#include "record/record.h"
#include "tracer/tracer.h"

static const char warning_text[] = "Disabling tracing due to warning\n";

/* NULL while it is off; callers of otr_warning_switch() come one by one. */
static struct otr_watch *warning_watch;

/* The record says its name, which is that of the in-tree tracer: scripts look for it. */
static noinline void disable_trace_on_warning(struct otr_inst *inst)
{
	otr_marker_say(inst->ring, _THIS_IP_, warning_text, sizeof(warning_text) - 1, false);
	otr_ring_off(inst->ring);
}

static bool warning_seen(struct otr_watch *watch, struct otr_call *call)
{
	disable_trace_on_warning(otr_inst_top());
	return false;
}

static const struct otr_watch_ops warning_ops = {
	.name	= "traceoff_on_warning",
	.entry	= warning_seen,
};

static int warning_start(void)
{
	struct otr_watch *watch = otr_watch_create(&warning_ops, NULL);
	int err;

	if (IS_ERR(watch))
		return PTR_ERR(watch);
	err = otr_watch_add(watch, "__warn", NULL);
	if (!err)
		err = otr_watch_register(watch);
	if (err)
		otr_watch_destroy(watch);
	else
		warning_watch = watch;
	return err;
}

/**
 * otr_warning_switch - stop recording when the kernel warns, or do not
 * @on: which
 *
 * Context: one caller at a time; sleeps. Recording goes on when it is switched off, or
 * not, as it was.
 * Return: 0, or what the functions of a watch said.
 */
int otr_warning_switch(bool on)
{
	if (on == !!warning_watch)
		return 0;
	if (on)
		return warning_start();
	otr_watch_destroy(warning_watch);
	warning_watch = NULL;
	return 0;
}
