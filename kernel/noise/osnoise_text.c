// SPDX-License-Identifier: GPL-2.0-only
/* The records of osnoise and timerlat, and the comment lines above them. */
#include "event/event.h"
#include "noise/osnoise.h"

static void osnoise_text_print(struct otr_line *line)
{
	const struct otr_rec_osnoise *rec = line->rec;
	u64 left = (rec->runtime - rec->noise) * 10000000;
	u32 rest;

	/* What was left of the CPU: percent, and as many digits behind the point. */
	left = rec->runtime ? div64_u64(left, rec->runtime) : 0;
	left = div_u64_rem(left, 100000, &rest);
	seq_buf_printf(line->out, "%llu %10llu %3llu.%05u %7llu %6u %6u %6u %6u %6u\n",
		       rec->runtime, rec->noise, left, rest, rec->max_sample, rec->hw_count,
		       rec->nmi_count, rec->irq_count, rec->softirq_count, rec->thread_count);
}

static void osnoise_text_print_raw(struct otr_line *line)
{
	const struct otr_rec_osnoise *rec = line->rec;

	seq_buf_printf(line->out, "%lld %llu %llu %u %u %u %u %u\n", rec->runtime, rec->noise,
		       rec->max_sample, rec->hw_count, rec->nmi_count, rec->irq_count,
		       rec->softirq_count, rec->thread_count);
}

static const struct otr_field osnoise_text_fields[] = {
	OTR_FIELD(struct otr_rec_osnoise, u64, noise),
	OTR_FIELD(struct otr_rec_osnoise, u64, runtime),
	OTR_FIELD(struct otr_rec_osnoise, u64, max_sample),
	OTR_FIELD(struct otr_rec_osnoise, unsigned int, hw_count),
	OTR_FIELD(struct otr_rec_osnoise, unsigned int, nmi_count),
	OTR_FIELD(struct otr_rec_osnoise, unsigned int, irq_count),
	OTR_FIELD(struct otr_rec_osnoise, unsigned int, softirq_count),
	OTR_FIELD(struct otr_rec_osnoise, unsigned int, thread_count),
	{}
};

#define OSNOISE_FMT	"\"noise:%llu\\tmax_sample:%llu\\thw:%u\\tnmi:%u\\tirq:%u\\tsoftirq:%u\\tthread:%u\\n\", "
#define OSNOISE_FRONT	"REC->noise, REC->max_sample, REC->hw_count, REC->nmi_count, "
#define OSNOISE_REST	"REC->irq_count, REC->softirq_count, REC->thread_count"

static struct otr_event osnoise_text_event = {
	.id		= OTR_TYPE_OSNOISE,
	.system		= "ftrace",
	.name		= "osnoise",
	.fields		= osnoise_text_fields,
	.print_fmt	= OSNOISE_FMT OSNOISE_FRONT OSNOISE_REST,
	.text		= osnoise_text_print,
	.raw		= osnoise_text_print_raw,
};

static void osnoise_text_print_timerlat(struct otr_line *line)
{
	static const char *const contexts[] = { "irq", "thread", "user-ret" };
	const struct otr_rec_timerlat *rec = line->rec;
	unsigned int context = min_t(unsigned int, rec->context, ARRAY_SIZE(contexts) - 1);

	seq_buf_printf(line->out, "#%-5u context %6s timer_latency %9llu ns\n", rec->seqnum,
		       contexts[context], rec->timer_latency);
}

static void osnoise_text_print_timerlat_raw(struct otr_line *line)
{
	const struct otr_rec_timerlat *rec = line->rec;

	seq_buf_printf(line->out, "%u %d %llu\n", rec->seqnum, rec->context, rec->timer_latency);
}

static const struct otr_field osnoise_text_timerlat_fields[] = {
	OTR_FIELD(struct otr_rec_timerlat, unsigned int, seqnum),
	OTR_FIELD(struct otr_rec_timerlat, int, context),
	OTR_FIELD(struct otr_rec_timerlat, u64, timer_latency),
	{}
};

#define TIMERLAT_FMT	"\"seq:%u\\tcontext:%d\\ttimer_latency:%llu\\n\", "
#define TIMERLAT_ARGS	"REC->seqnum, REC->context, REC->timer_latency"

static struct otr_event osnoise_text_timerlat_event = {
	.id		= OTR_TYPE_TIMERLAT,
	.system		= "ftrace",
	.name		= "timerlat",
	.fields		= osnoise_text_timerlat_fields,
	.print_fmt	= TIMERLAT_FMT TIMERLAT_ARGS,
	.text		= osnoise_text_print_timerlat,
	.raw		= osnoise_text_print_timerlat_raw,
};

static struct otr_event *const osnoise_text_events[] = {
	&osnoise_text_event, &osnoise_text_timerlat_event,
};

/* The columns of the context, which are the same for both; what stands behind them differs. */
static void osnoise_text_legend(struct seq_file *m, const char *const *behind)
{
	static const char *const legend[] = {
		"  _-----=> irqs-off", " / _----=> need-resched", "| / _---=> hardirq/softirq",
		"|| / _--=> preempt-depth", "||| / _-=> migrate-disable", "|||| /     delay",
		"|||||",
	};
	unsigned int i;

	if (READ_ONCE(otr_noise.tainted))
		seq_puts(m, "# osnoise is tainted!\n");
	for (i = 0; i < ARRAY_SIZE(legend); i++)
		seq_printf(m, "#%30s%s%s\n", "", legend[i], behind[i]);
}

/**
 * otr_osnoise_header - the comment lines above the records of osnoise
 * @m: where to
 *
 * Context: any.
 */
void otr_osnoise_header(struct seq_file *m)
{
	static const char *const behind[] = {
		"", "", "", "", "                         MAX",
		"                                   SINGLE      Interference counters:",
		"               RUNTIME      NOISE  %% OF CPU  NOISE    +-----------------------------+",
	};

	osnoise_text_legend(m, behind);
	seq_puts(m, "#           TASK-PID      CPU# |||||   TIMESTAMP    IN US       IN US  AVAILABLE  IN US     HW    NMI    IRQ   SIRQ THREAD\n");
	seq_puts(m, "#              | |         |   |||||      |           |             |    |            |      |      |      |      |      |\n");
}

/**
 * otr_timerlat_header - the comment lines above the records of timerlat
 * @m: where to
 *
 * Context: any.
 */
void otr_timerlat_header(struct seq_file *m)
{
	static const char *const behind[] = { "", "", "", "", "", "", "            ACTIVATION" };

	osnoise_text_legend(m, behind);
	seq_puts(m, "#           TASK-PID      CPU# |||||   TIMESTAMP   ID            CONTEXT                 LATENCY\n");
	seq_puts(m, "#              | |         |   |||||      |         |                  |                       |\n");
}

/**
 * otr_osnoise_text_init - make the records known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_osnoise_text_init(void)
{
	return otr_event_register_all(osnoise_text_events, ARRAY_SIZE(osnoise_text_events));
}

/**
 * otr_osnoise_text_exit - the counterpart of otr_osnoise_text_init()
 *
 * Context: module unload.
 */
void otr_osnoise_text_exit(void)
{
	otr_event_unregister_all(osnoise_text_events, ARRAY_SIZE(osnoise_text_events));
}
