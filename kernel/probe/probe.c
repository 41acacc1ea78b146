// SPDX-License-Identifier: GPL-2.0-only
/* What the room does for every instance, and how it starts and stops. */
#include <linux/tracepoint.h>

#include "inst/inst.h"
#include "probe/graph.h"
#include "probe/repeats.h"
#include "probe/stack.h"

/* What of a task an event's record makes us remember. */
static void remember_update(struct otr_inst *inst)
{
	u8 what = 0;

	if (otr_inst_option(inst, OTR_OPT_RECORD_CMD))
		what |= OTR_COMM_NAME;
	if (otr_inst_option(inst, OTR_OPT_RECORD_TGID))
		what |= OTR_COMM_TGID;
	otr_sub_set_remember(inst, what);
}

static int remember_groups(struct otr_inst *inst, bool on)
{
	int err = otr_function_remember(inst, on);

	if (!err)
		remember_update(inst);
	return err;
}

/* Behind events. */
static int want_stacks(struct otr_inst *inst, bool on)
{
	int err = on ? otr_stack_prepare() : 0;

	if (!err)
		remember_update(inst);
	return err;
}

static bool wants_forks(const struct otr_inst *inst)
{
	return inst->options & (OTR_OPT(FUNCTION_FORK) | OTR_OPT(EVENT_FORK));
}

static int option_changed(struct otr_inst *inst, enum otr_option opt)
{
	bool on = otr_inst_option(inst, opt);

	switch (opt) {
	case OTR_OPT_FUNCTION_FORK:
	case OTR_OPT_EVENT_FORK:
		return otr_task_follow_forks(inst, wants_forks(inst));
	case OTR_OPT_RECORD_TGID:
		return remember_groups(inst, on);
	case OTR_OPT_GRAPH_TIME:
		otr_profile_graph_time(on);
		return 0;
	case OTR_OPT_SLEEP_TIME:
		if (!on)
			return otr_task_sleep_get();
		otr_task_sleep_put();
		return 0;
	case OTR_OPT_STACKTRACE:
		return want_stacks(inst, on);
	case OTR_OPT_FUNC_STACK:
	case OTR_OPT_FUNC_NO_REPEATS:
	case OTR_OPT_FUNC_ARGS:
		return otr_function_note(inst);
	case OTR_OPT_GRAPH_IRQS:
		otr_graph_set_irqs(on);
		return 0;
	case OTR_OPT_GRAPH_RETADDR:
		otr_graph_set_more(OTR_GRAPH_RETADDR, on);
		return 0;
	case OTR_OPT_GRAPH_ARGS:
		otr_graph_set_more(OTR_GRAPH_ARGS, on);
		return 0;
	case OTR_OPT_PRINTK:
		otr_printk_switch(on);
		return 0;
	case OTR_OPT_PRINTK_DEST:
		otr_printk_follow();
		return 0;
	case OTR_OPT_RECORD_CMD:
	case OTR_OPT_USERSTACKTRACE:
		remember_update(inst);
		return 0;
	default:
		return 0;
	}
}

/* Options that a new instance took over from the first one. */
static int follow_options(struct otr_inst *inst)
{
	int err = otr_function_note(inst);

	if (!err)
		err = otr_function_remember(inst, otr_inst_option(inst, OTR_OPT_RECORD_TGID));
	if (!err)
		remember_update(inst);
	return err;
}

static int instance_create(struct otr_inst *inst)
{
	int err = otr_function_create(inst);

	if (err)
		return err;
	err = otr_graph_create(inst);
	if (err)
		goto function;
	err = otr_syscalls_create(inst);
	if (err)
		goto graph;
	err = follow_options(inst);
	if (err)
		goto syscalls;
	otr_await_create(inst);
	return 0;
syscalls:
	otr_syscalls_destroy(inst);
graph:
	otr_graph_destroy(inst);
function:
	otr_function_destroy(inst);
	return err;
}

static void instance_stop(struct otr_inst *inst)
{
	otr_commands_destroy(inst->function);
	/* Who prints into it is waited for with the probes of its events. */
	if (inst != otr_inst_top())
		otr_option_set(inst, OTR_OPT_PRINTK_DEST, false);
}

static void instance_destroy(struct otr_inst *inst)
{
	otr_task_follow_forks(inst, false);
	if (inst == otr_inst_top()) {
		otr_profile_set(false);
		if (!otr_inst_option(inst, OTR_OPT_SLEEP_TIME))
			otr_task_sleep_put();
	}
	/* A fork on its way through our handler still looks at the instance. */
	tracepoint_synchronize_unregister();
	otr_await_destroy(inst);
	otr_syscalls_destroy(inst);
	otr_graph_destroy(inst);
	otr_function_destroy(inst);
}

static const struct otr_inst_hooks instance_hooks = {
	.create		= instance_create,
	.stop		= instance_stop,
	.destroy	= instance_destroy,
	.option_changed	= option_changed,
};

/* In the order in which they start; those that have nothing to start only stop. */
static const struct part {
	int	(*init)(void);
	void	(*exit)(void);
} parts[] = {
	{ otr_stack_init,	otr_stack_exit },
	{ otr_repeats_init,	otr_repeats_exit },
	{ otr_marker_init,	otr_marker_exit },
	{ otr_printk_init,	otr_printk_exit },
	{ otr_function_init,	otr_function_exit },
	{ otr_graph_init,	otr_graph_exit },
	{ NULL,			otr_profile_exit },
	{ otr_events_init,	otr_events_exit },
	{ otr_trace_init,	otr_trace_exit },
	{ otr_syscalls_init,	otr_syscalls_exit },
	{ otr_await_init,	otr_await_exit },
	{ otr_deepest_init,	otr_deepest_exit },
};

static void parts_exit(unsigned int nr)
{
	while (nr-- > 0)
		parts[nr].exit();
}

/**
 * otr_probe_init - make everything recordable that the kernel lets us record
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_probe_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init ? parts[i].init() : 0;
		if (err)
			goto failed;
	}
	err = otr_inst_set_hooks(&instance_hooks);
	if (!err)
		return 0;
failed:
	parts_exit(i);
	return err;
}

/**
 * otr_probe_exit - the counterpart of otr_probe_init()
 *
 * Every instance goes back to "nop", and no probe runs any more on return.
 *
 * Context: module unload; sleeps for some RCU grace periods.
 */
void otr_probe_exit(void)
{
	otr_inst_clear_hooks();
	/* Probes on tracepoints may still be on their way out. */
	tracepoint_synchronize_unregister();
	parts_exit(ARRAY_SIZE(parts));
}
