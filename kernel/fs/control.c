// SPDX-License-Identifier: GPL-2.0-only
/* available_tracers, current_tracer, tracing_on, trace_clock, tracing_cpumask, last_boot_info. */
#include <linux/ctype.h>

#include "fs/fs.h"

#define CLOCK_MAX	63

static int control_tracers_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_tracer *p = NULL;
	const char *between = "";

	mutex_lock(&otr_inst_lock);
	while ((p = otr_tracer_next(p))) {
		if (!otr_tracer_fits(p, of->where.inst))
			continue;
		seq_printf(m, "%s%s", between, p->name);
		between = " ";
	}
	mutex_unlock(&otr_inst_lock);
	seq_putc(m, '\n');
	return 0;
}

const struct otr_file_ops otr_available_tracers_ops = {
	.show	= control_tracers_show,
};

static int control_tracer_show(struct otr_file *of, struct seq_file *m)
{
	mutex_lock(&otr_inst_lock);
	seq_printf(m, "%s\n", of->where.inst->tracer->name);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static ssize_t control_tracer_write(struct otr_file *of, char *text, size_t len)
{
	int err;

	mutex_lock(&otr_tracer_lock);
	err = otr_tracer_set(of->where.inst, strim(text));
	mutex_unlock(&otr_tracer_lock);
	return err ?: len;
}

const struct otr_file_ops otr_current_tracer_ops = {
	.show		= control_tracer_show,
	.write		= control_tracer_write,
	.write_max	= OTR_TRACER_NAME_MAX,
	.places		= OTR_PLACES_ANY,
};

static int control_tracing_on_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%d\n", otr_ring_is_on(of->where.inst->ring));
	return 0;
}

static int control_tracing_on_write(struct otr_file *of, unsigned long on)
{
	struct otr_ring *ring = of->where.inst->ring;
	struct otr_area *area = of->where.inst->area;
	bool changed;
	int err = 0;

	if (area)
		mutex_lock(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	/* Records of before go, and new ones come. */
	if (on && otr_area_is_old(area))
		err = otr_inst_reset(of->where.inst, OTR_CPU_ALL);
	else if (!on && otr_area_is_old(area))
		WRITE_ONCE(area->left_off, true);
	changed = !err && !!on != otr_ring_is_on(ring);
	if (changed && on) {
		otr_ring_on(ring);
	} else if (changed) {
		otr_ring_off(ring);
		/* Nothing more will come: blocked readers return. */
		otr_ring_wake(ring, OTR_CPU_ALL);
	}
	mutex_unlock(&otr_inst_lock);
	if (area)
		mutex_unlock(&otr_shape_lock);
	if (changed)
		otr_tracer_switched(of->where.inst);
	return err;
}

const struct otr_file_ops otr_tracing_on_ops = {
	.show		= control_tracing_on_show,
	.write_number	= control_tracing_on_write,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_ONE,
};

static int control_clock_show(struct otr_file *of, struct seq_file *m)
{
	enum otr_clock_id now = READ_ONCE(of->where.inst->clock);
	enum otr_clock_id id;

	for (id = 0; id < OTR_CLOCK_COUNT; id++)
		if (otr_clocks[id].name)
			seq_printf(m, id == now ? "%s[%s]" : "%s%s", id ? " " : "",
				   otr_clocks[id].name);
	seq_putc(m, '\n');
	return 0;
}

static ssize_t control_clock_write(struct otr_file *of, char *text, size_t len)
{
	int err = otr_inst_set_clock(of->where.inst, strim(text));

	return err ?: len;
}

/*
 * What a record's time is told by in general. The in-tree tracer of 6.12 has another mode, into
 * which nothing brings it any more.
 */
static int control_time_mode_show(struct otr_file *of, struct seq_file *m)
{
	seq_puts(m, "[delta] absolute\n");
	return 0;
}

const struct otr_file_ops otr_time_mode_ops = {
	.show	= control_time_mode_show,
};

const struct otr_file_ops otr_clock_ops = {
	.show		= control_clock_show,
	.write		= control_clock_write,
	.write_max	= CLOCK_MAX,
	.write_whole	= true,
};

static int control_cpumask_show(struct otr_file *of, struct seq_file *m)
{
	mutex_lock(&otr_inst_lock);
	seq_printf(m, "%*pb\n", cpumask_pr_args(of->where.inst->cpus));
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static ssize_t control_cpumask_write(struct otr_file *of, char *text, size_t len)
{
	cpumask_var_t cpus;
	int err;

	if (!len)
		return -EINVAL;
	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	err = cpumask_parse(strim(text), cpus);
	if (!err) {
		mutex_lock(&otr_inst_lock);
		otr_inst_set_cpus(of->where.inst, cpus);
		mutex_unlock(&otr_inst_lock);
	}
	free_cpumask_var(cpus);
	return err ?: len;
}

const struct otr_file_ops otr_cpumask_ops = {
	.show	= control_cpumask_show,
	.write	= control_cpumask_write,
	.places	= OTR_PLACES_ANY,
	.moves	= OTR_MOVES_NOT,
};

/* How far the kernel moved since the records that are there were written. */
static int control_last_boot_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_area *area = of->where.inst->area;

	mutex_lock(&otr_inst_lock);
	seq_printf(m, "text delta:\t%ld\n", area->shift.text);
	seq_printf(m, "data delta:\t%ld\n", area->shift.data);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

const struct otr_file_ops otr_last_boot_ops = {
	.show	= control_last_boot_show,
};
