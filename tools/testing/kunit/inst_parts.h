/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of inst_kunit.c: a tracer with options, and parts that are told of changes.
 */
/* A tracer that counts, and fails when told to. */
static struct {
	int	started;
	int	stopped;
	int	answer;
	int	refuse;
	int	locked;		/* how often otr_inst_lock was held then */
	void	(*stop)(struct otr_inst *inst);
} count;

static void count_locks(void)
{
	count.locked += mutex_is_locked(&otr_inst_lock);
}

static int count_start(struct otr_inst *inst)
{
	count_locks();
	count.started++;
	return count.answer;
}

static void count_stop(struct otr_inst *inst)
{
	count_locks();
	count.stopped++;
	if (count.stop)
		count.stop(inst);
}

static int count_inst_option(struct otr_inst *inst, enum otr_option opt, bool on)
{
	count_locks();
	return count.refuse;
}

enum { COUNT_UP, COUNT_DOWN };

static const struct otr_tracer_option count_options[] = {
	[COUNT_UP]	= { "up", true },
	[COUNT_DOWN]	= { "down" },
};

static int count_option(struct otr_inst *inst, unsigned int opt, bool on)
{
	count_locks();
	return opt == COUNT_DOWN ? count.refuse : 0;
}

static struct otr_tracer count_tracer = {
	.name		= "count",
	.start		= count_start,
	.stop		= count_stop,
	.options	= count_options,
	.nr_options	= ARRAY_SIZE(count_options),
	.set_option	= count_option,
	.set_inst_option = count_inst_option,
};

/* Instances that the parts know. */
static int hooked;
static int hook_answer;

static int hook_create(struct otr_inst *inst)
{
	count_locks();
	hooked += !hook_answer;
	return hook_answer;
}

static void hook_destroy(struct otr_inst *inst)
{
	count_locks();
	hooked--;
}

static int hook_option(struct otr_inst *inst, enum otr_option opt)
{
	count_locks();
	return hook_answer;
}

/* The last one that is told of a change, and may refuse it. */
static struct otr_part test_part = {
	.create		= hook_create,
	.destroy	= hook_destroy,
	.option_changed	= hook_option,
};

/* Told before: what it was told of RAW last. */
static bool told_raw;
static int told;

static int early_option(struct otr_inst *inst, enum otr_option opt)
{
	told++;
	told_raw = otr_inst_option(inst, OTR_OPT_RAW);
	return 0;
}

static struct otr_part early_part = {
	.option_changed	= early_option,
};
