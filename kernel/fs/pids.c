// SPDX-License-Identifier: GPL-2.0-only
/* set_ftrace_pid, set_event_pid and the two of tasks not to record. */
#include "fs/fs.h"
#include "inst/inst.h"
#include "tracer/tracer.h"

#define EVENTS	2	/* in where.arg, beside the side */

static const struct otr_idset *pids_of(const struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;
	int side = of->where.arg & ~EVENTS;

	if (of->where.arg & EVENTS)
		return inst->event_tasks.sets[side];
	return otr_function_pids(inst, side);
}

static void pids_set(const struct otr_file *of, struct otr_idset *set)
{
	struct otr_inst *inst = of->where.inst;
	int side = of->where.arg & ~EVENTS;

	if (of->where.arg & EVENTS)
		otr_sub_set_pids(inst, side, set);
	else
		otr_function_set_pids(inst, side, set);
}

static void *pids_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	const struct otr_idset *set;
	int pid;

	mutex_lock(&otr_inst_lock);
	set = pids_of(of);
	if (!set)
		return *pos || of->where.arg & EVENTS ? NULL : SEQ_START_TOKEN;
	pid = *pos < OTR_IDSET_END ? otr_idset_next(set, *pos) : -1;
	if (pid < 0)
		return NULL;
	*pos = pid;
	return pos;
}

static void *pids_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;
	int pid;

	++*pos;
	if (v == SEQ_START_TOKEN)
		return NULL;
	pid = otr_idset_next(pids_of(of), *pos);
	if (pid < 0)
		return NULL;
	*pos = pid;
	return pos;
}

static void pids_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&otr_inst_lock);
}

static int pids_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		seq_puts(m, "no pid\n");
	else
		seq_printf(m, "%lld\n", *(loff_t *)v);
	return 0;
}

static int pids_open(struct otr_file *of)
{
	if (!of->truncate)
		return 0;
	mutex_lock(&otr_tracer_lock);
	pids_set(of, NULL);
	mutex_unlock(&otr_tracer_lock);
	return 0;
}

/* All ids of a write, or none. */
static ssize_t pids_write(struct otr_file *of, char *text, size_t len)
{
	struct otr_idset *set;
	int err;

	mutex_lock(&otr_tracer_lock);
	err = otr_idset_parse(pids_of(of), text, len, &set);
	if (!err)
		pids_set(of, set);
	mutex_unlock(&otr_tracer_lock);
	return err ?: len;
}

static const struct seq_operations pids_walk = {
	.start	= pids_start,
	.next	= pids_next,
	.stop	= pids_stop,
	.show	= pids_show,
};

const struct otr_file_ops otr_pids_ops = {
	.open	= pids_open,
	.walk	= &pids_walk,
	.write	= pids_write,
	.places	= OTR_PLACES_HOME,
};

static int pids_event_pids_open(struct otr_file *of)
{
	of->where.arg |= EVENTS;
	return pids_open(of);
}

const struct otr_file_ops otr_event_pids_ops = {
	.open	= pids_event_pids_open,
	.walk	= &pids_walk,
	.write	= pids_write,
};
