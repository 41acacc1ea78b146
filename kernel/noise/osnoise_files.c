// SPDX-License-Identifier: GPL-2.0-only
/* The directory osnoise. */
#include <linux/cpumask.h>
#include <linux/string.h>

#include "noise/osnoise.h"

/* Longest text that a user writes. */
#define TEXT_MAX	255

static const char *const osnoise_files_options[] = {
	[OTR_NOISE_DEFAULTS]	= "DEFAULTS",
	[OTR_NOISE_WORKLOAD]	= "OSNOISE_WORKLOAD",
	[OTR_NOISE_PANIC]	= "PANIC_ON_STOP",
	[OTR_NOISE_PREEMPT_OFF]	= "OSNOISE_PREEMPT_DISABLE",
	[OTR_NOISE_IRQS_OFF]	= "OSNOISE_IRQ_DISABLE",
	[OTR_NOISE_ALIGN]	= "TIMERLAT_ALIGN",
};

static int osnoise_files_options_show(struct otr_file *of, struct seq_file *m)
{
	unsigned long options = READ_ONCE(otr_noise.options);
	unsigned int i;

	for (i = 0; i < OTR_NOISE_OPTIONS; i++) {
		bool on = i == OTR_NOISE_DEFAULTS ? options == OTR_NOISE_OPTIONS_DEFAULT :
						    options & BIT(i);

		seq_printf(m, "%s%s ", on ? "" : "NO_", osnoise_files_options[i]);
	}
	seq_putc(m, '\n');
	return 0;
}

/* Threads are started with them. */
static void osnoise_files_set_options(unsigned long options)
{
	bool was = otr_noise_pause();

	WRITE_ONCE(otr_noise.options, options);
	otr_noise_resume(was);
}

static ssize_t osnoise_files_options_write(struct otr_file *of, char *text, size_t len)
{
	bool on = strncmp(text, "NO_", 3);
	int option = match_string(osnoise_files_options, OTR_NOISE_OPTIONS,
				  strim(on ? text : text + 3));

	if (option < 0 || (option == OTR_NOISE_DEFAULTS && !on))
		return -EINVAL;
	mutex_lock(&otr_tracer_lock);
	if (option == OTR_NOISE_DEFAULTS)
		osnoise_files_set_options(OTR_NOISE_OPTIONS_DEFAULT);
	else if (on)
		osnoise_files_set_options(otr_noise.options | BIT(option));
	else
		osnoise_files_set_options(otr_noise.options & ~BIT(option));
	mutex_unlock(&otr_tracer_lock);
	return len;
}

static const struct otr_file_ops osnoise_files_options_ops = {
	.show		= osnoise_files_options_show,
	.write		= osnoise_files_options_write,
	.write_max	= TEXT_MAX,
	.write_whole	= true,
	.moves		= OTR_MOVES_NOT,
};

static int osnoise_files_cpus_show(struct otr_file *of, struct seq_file *m)
{
	mutex_lock(&otr_tracer_lock);
	seq_printf(m, "%*pbl\n", cpumask_pr_args(otr_noise_wanted));
	mutex_unlock(&otr_tracer_lock);
	return 0;
}

static ssize_t osnoise_files_cpus_write(struct otr_file *of, char *text, size_t len)
{
	cpumask_var_t cpus;
	bool was;
	int err;

	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	err = cpulist_parse(text, cpus);
	if (!err) {
		mutex_lock(&otr_tracer_lock);
		was = otr_noise_pause();
		cpumask_copy(otr_noise_wanted, cpus);
		otr_noise_resume(was);
		mutex_unlock(&otr_tracer_lock);
	}
	free_cpumask_var(cpus);
	return err ?: len;
}

static const struct otr_file_ops osnoise_files_cpus_ops = {
	.show		= osnoise_files_cpus_show,
	.write		= osnoise_files_cpus_write,
	.write_max	= TEXT_MAX,
	.write_whole	= true,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_NOT,
};

static const struct otr_row osnoise_files_cpu_rows[] = {
	{ "timerlat_fd", OTR_MODE_READ, &otr_timerlat_fd_ops },
};

static const struct otr_dir osnoise_files_cpu_dir = {
	.rows	= osnoise_files_cpu_rows,
	.nr	= ARRAY_SIZE(osnoise_files_cpu_rows),
};

static bool osnoise_files_cpu_nth(const struct otr_where *dir, unsigned int pos,
				  struct otr_entry *entry)
{
	static const struct otr_row row = { .mode = OTR_MODE_DIR, .dir = &osnoise_files_cpu_dir };

	return otr_entry_of_cpu(entry, dir, pos, &row, "cpu");
}

static const struct otr_dir osnoise_files_per_cpu_dir = {
	.nth	= osnoise_files_cpu_nth,
};

static const struct otr_row osnoise_files_rows[] = {
	{ "cpus", OTR_MODE_WRITE, &osnoise_files_cpus_ops },
	{ "options", OTR_MODE_WRITE, &osnoise_files_options_ops },
	{ "per_cpu", OTR_MODE_DIR, .dir = &osnoise_files_per_cpu_dir },
	OTR_NOISE_NUMBER("period_us", otr_noise.period),
	OTR_NOISE_NUMBER("print_stack", otr_noise.print_stack),
	OTR_NOISE_NUMBER("runtime_us", otr_noise.runtime),
	OTR_NOISE_NUMBER("stop_tracing_total_us", otr_noise.stop_total),
	OTR_NOISE_NUMBER("stop_tracing_us", otr_noise.stop),
	OTR_NOISE_NUMBER("timerlat_align_us", otr_noise.align),
	OTR_NOISE_NUMBER("timerlat_period_us", otr_noise.timerlat_period),
};

static const struct otr_dir osnoise_files_dir = {
	.rows	= osnoise_files_rows,
	.nr	= ARRAY_SIZE(osnoise_files_rows),
};

const struct otr_row otr_osnoise_files[OTR_OSNOISE_FILES] = {
	{ "osnoise", OTR_MODE_DIR, .dir = &osnoise_files_dir, .top = true },
};
