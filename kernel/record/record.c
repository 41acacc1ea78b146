// SPDX-License-Identifier: GPL-2.0-only
/* What the room does for every instance, and how it starts and stops. */
#include <linux/tracepoint.h>

#include "record/internal.h"

/* What of a task an event's record makes us remember. */
static void record_remember(struct otr_inst *inst)
{
	u8 what = 0;

	if (otr_inst_option(inst, OTR_OPT_RECORD_CMD))
		what |= OTR_COMM_NAME;
	if (otr_inst_option(inst, OTR_OPT_RECORD_TGID))
		what |= OTR_COMM_TGID;
	mutex_lock(&otr_inst_lock);
	otr_sub_set_remember(inst, what);
	mutex_unlock(&otr_inst_lock);
}

static int record_tgid(struct otr_inst *inst, bool on)
{
	int err = on ? otr_tgid_start() : 0;

	if (!err)
		record_remember(inst);
	return err;
}

/* Behind events. */
static int record_stacks(struct otr_inst *inst, bool on)
{
	int err = on ? otr_stack_prepare() : 0;

	if (!err)
		record_remember(inst);
	return err;
}

static bool record_wants_forks(const struct otr_inst *inst)
{
	return inst->options & (OTR_OPT(FUNCTION_FORK) | OTR_OPT(EVENT_FORK));
}

static int record_option_changed(struct otr_inst *inst, enum otr_option opt)
{
	bool on = otr_inst_option(inst, opt);

	switch (opt) {
	case OTR_OPT_FUNCTION_FORK:
	case OTR_OPT_EVENT_FORK:
		return otr_task_follow_forks(inst, record_wants_forks(inst));
	case OTR_OPT_RECORD_TGID:
		return record_tgid(inst, on);
	case OTR_OPT_STACKTRACE:
		return record_stacks(inst, on);
	case OTR_OPT_PRINTK:
		otr_printk_switch(on);
		return 0;
	case OTR_OPT_PRINTK_DEST:
		otr_printk_follow();
		return 0;
	case OTR_OPT_COPY_MARKER:
		otr_marker_follow();
		return 0;
	case OTR_OPT_RECORD_CMD:
	case OTR_OPT_USERSTACKTRACE:
		record_remember(inst);
		return 0;
	default:
		return 0;
	}
}

/* A new instance took over options from the first one. */
static int record_create(struct otr_inst *inst)
{
	return record_tgid(inst, otr_inst_option(inst, OTR_OPT_RECORD_TGID));
}

static void record_stop(struct otr_inst *inst)
{
	/* A fork on its way through our handler is waited for with the probes of events. */
	otr_task_follow_forks(inst, false);
	if (inst == otr_inst_top())
		return;
	/* So is a text that is printed into it; a marker that is copied holds otr_inst_lock. */
	otr_option_set(inst, OTR_OPT_PRINTK_DEST, false);
	otr_option_set(inst, OTR_OPT_COPY_MARKER, false);
}

static struct otr_part record_part = {
	.create		= record_create,
	.option_changed	= record_option_changed,
	.stop		= record_stop,
};

/* In the order in which they start. */
static const struct record_file {
	int	(*init)(void);
	void	(*exit)(void);
} record_files[] = {
	{ otr_stack_init,	otr_stack_exit },
	{ otr_marker_init,	otr_marker_exit },
	{ otr_printk_init,	otr_printk_exit },
	{ otr_events_init,	otr_events_exit },
	{ otr_trace_init,	otr_trace_exit },
	{ otr_syscalls_init,	otr_syscalls_exit },
};

static void record_files_exit(unsigned int nr)
{
	while (nr-- > 0)
		record_files[nr].exit();
}

/**
 * otr_record_init - make events recordable
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_record_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(record_files); i++) {
		err = record_files[i].init();
		if (err)
			goto failed;
	}
	err = otr_part_register(&record_part);
	if (!err)
		return 0;
failed:
	record_files_exit(i);
	return err;
}

/**
 * otr_record_exit - the counterpart of otr_record_init()
 *
 * Context: module unload; sleeps for some RCU grace periods, and no probe runs any
 * more on return.
 */
void otr_record_exit(void)
{
	otr_inst_end();
	otr_part_unregister(&record_part);
	/* Probes on tracepoints may still be on their way out. */
	tracepoint_synchronize_unregister();
	record_files_exit(ARRAY_SIZE(record_files));
}
