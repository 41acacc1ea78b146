// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_options, and one file per option in options/: those of the instance, then
 * those of all tracers.
 */
#include "fs/fs.h"

#define OPTION_MAX	63

/*
 * otr_where.arg of a file in options/: the number of an option of the instance, or
 * the number of a tracer's option and the tracer's slot.
 */
#define OPTION_ARG(slot, opt)	(((long)(slot) + 1) << 8 | (opt))

static void options_show_one(struct seq_file *m, const char *name, bool on)
{
	seq_printf(m, "%s%s\n", on ? "" : "no", name);
}

/* A tracer's own options are listed, and may be set there, only while it is the current one. */
static int options_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	const struct otr_tracer *tracer;
	unsigned int opt;

	mutex_lock(&otr_inst_lock);
	for (opt = 0; opt < OTR_OPT_COUNT; opt++)
		options_show_one(m, otr_option_name(opt), otr_inst_option(inst, opt));
	tracer = inst->tracer;
	for (opt = 0; opt < tracer->nr_options; opt++)
		options_show_one(m, tracer->options[opt].name,
				 otr_tracer_bits(inst, tracer) & BIT_ULL(opt));
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static ssize_t options_write(struct otr_file *of, char *text, size_t len)
{
	int err;

	mutex_lock(&otr_tracer_lock);
	err = otr_option_parse(of->where.inst, strim(text));
	mutex_unlock(&otr_tracer_lock);
	return err ?: len;
}

const struct otr_file_ops otr_trace_options_ops = {
	.show		= options_show,
	.write		= options_write,
	.write_max	= OPTION_MAX,
	.write_whole	= true,
};

/* The tracer that a file in options/ is about, NULL for an option of the instance. */
static const struct otr_tracer *options_tracer(long arg)
{
	const struct otr_tracer *tracer = NULL;

	while ((tracer = otr_tracer_next(tracer)))
		if (OPTION_ARG(tracer->part.slot, 0) == (arg & ~0xffL))
			return tracer;
	return NULL;
}

static int option_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	const struct otr_tracer *tracer;
	long arg = of->where.arg;
	bool on;

	mutex_lock(&otr_inst_lock);
	tracer = options_tracer(arg);
	on = tracer ? otr_tracer_bits(inst, tracer) & BIT_ULL(arg & 0xff) :
		      otr_inst_option(inst, arg);
	mutex_unlock(&otr_inst_lock);
	seq_printf(m, "%d\n", on);
	return 0;
}

static int option_write(struct otr_file *of, unsigned long on)
{
	struct otr_inst *inst = of->where.inst;
	const struct otr_tracer *tracer;
	long arg = of->where.arg;
	int err;

	if (on > 1)
		return -EINVAL;
	mutex_lock(&otr_tracer_lock);
	tracer = options_tracer(arg);
	err = tracer ? otr_tracer_option_set(inst, tracer, arg & 0xff, on) :
		       otr_option_set(inst, arg, on);
	mutex_unlock(&otr_tracer_lock);
	return err;
}

static const struct otr_file_ops option_ops = {
	.show		= option_show,
	.write_number	= option_write,
	.places		= OTR_PLACES_ANY,
};

/* Option number @pos of all tracers together. One that cannot be had here has no name. */
static bool options_nth_of_tracers(unsigned int pos, struct otr_entry *entry)
{
	const struct otr_tracer *tracer = NULL;
	bool found = false;

	mutex_lock(&otr_inst_lock);
	while ((tracer = otr_tracer_next(tracer)) && pos >= tracer->nr_options)
		pos -= tracer->nr_options;
	if (tracer && otr_tracer_fits(tracer, entry->where.inst)) {
		strscpy(entry->name, tracer->options[pos].name);
		entry->row.name = entry->name;
		entry->where.arg = OPTION_ARG(tracer->part.slot, pos);
	}
	found = tracer;
	mutex_unlock(&otr_inst_lock);
	return found;
}

static bool option_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	entry->row = (struct otr_row){ .mode = OTR_MODE_WRITE, .ops = &option_ops };
	entry->where = *dir;
	entry->where.arg = pos;
	if (pos >= OTR_OPT_COUNT) {
		if (!options_nth_of_tracers(pos - OTR_OPT_COUNT, entry))
			return false;
	} else if (otr_option_has_file(dir->inst, pos)) {
		strscpy(entry->name, otr_option_name(pos));
		entry->row.name = entry->name;
	}
	return true;
}

const struct otr_dir otr_options_dir = {
	.nth	= option_nth,
};
