// SPDX-License-Identifier: GPL-2.0-only
/*
 * osnoise: a thread that wants a CPU for itself, and says what took it.
 *
 * It reads the clock, again and again, for a part of each period. Two readings that are
 * far from each other are noise: of what came in between, or, where nothing came, of the
 * hardware or of what is below the kernel.
 */
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include <trace/events/irq.h>
#include <trace/events/osnoise.h>

#include "noise/osnoise.h"
#include "tracer/tracer.h"

/* What is noise as long as nobody says anything else, in ns. */
#define THRESH_NS	1000

/* So often RCU is told that this CPU holds nothing. */
#define OSNOISE_QUIET_NS	(NSEC_PER_MSEC / 2)

/**
 * struct osnoise_sums - what was found in one part of a period
 * @limit: what is noise
 * @total: how long it took
 * @noise: how much of that was noise
 * @max: the longest one
 * @hardware: how many of those nobody of the kernel made
 */
struct osnoise_sums {
	u64	limit;
	u64	total;
	u64	noise;
	u64	max;
	int	hardware;
};

static void osnoise_found(struct osnoise_sums *sums, u64 from, u64 noise, unsigned long came)
{
	u64 stop = otr_noise_ns(&otr_noise.stop);

	sums->max = max(sums->max, noise);
	sums->noise += noise;
	if (!came)
		sums->hardware++;
	trace_sample_threshold(from, noise, came);
	if (stop && noise > stop)
		otr_noise_stop();
}

/* A thread that never sleeps tells RCU by itself that it holds nothing. */
static void osnoise_quiet(bool irqs_off)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RCU))
		return;
	if (!irqs_off)
		local_irq_disable();
	rcu_momentary_eqs();
	if (!irqs_off)
		local_irq_enable();
}

/* False when the clock went backwards. */
static bool osnoise_loop(struct otr_noise_cpu *cpu, struct osnoise_sums *sums, bool irqs_off,
			 bool preempt_off)
{
	u64 runtime = otr_noise_ns(&otr_noise.runtime);
	unsigned long changes, changes_before;
	u64 start = otr_noise_now(cpu, &changes_before), before = start, quiet = start, now;

	do {
		now = otr_noise_now(cpu, &changes);
		if (unlikely((s64)(now - before) < 0)) {
			otr_noise_taint("negative noise!");
			return false;
		}
		if (unlikely(now - before >= sums->limit))
			osnoise_found(sums, before, now - before, changes - changes_before);
		if (now - quiet >= OSNOISE_QUIET_NS) {
			osnoise_quiet(irqs_off);
			quiet = now;
		}
		if (!irqs_off && !preempt_off)
			cond_resched();
		before = now;
		changes_before = changes;
	} while (now - start < runtime && !kthread_should_stop());
	sums->total = now - start;
	return true;
}

static void osnoise_report(const struct otr_noise_cpu *cpu, const struct osnoise_sums *sums,
			   const struct otr_noise_counts *before)
{
	u64 stop = READ_ONCE(otr_noise.stop_total.value);
	const struct otr_rec_osnoise rec = {
		.noise		= div_u64(sums->noise, NSEC_PER_USEC),
		.runtime	= div_u64(sums->total, NSEC_PER_USEC),
		.max_sample	= div_u64(sums->max, NSEC_PER_USEC),
		.hw_count	= sums->hardware,
		.nmi_count	= cpu->counts.nmi - before->nmi,
		.irq_count	= cpu->counts.irq - before->irq,
		.softirq_count	= cpu->counts.softirq - before->softirq,
		.thread_count	= cpu->counts.thread - before->thread,
	};

	otr_noise_record_osnoise(&rec);
	otr_noise_longest(sums->max);
	if (stop && rec.noise > stop)
		otr_noise_stop();
}

static void osnoise_measure(struct otr_noise_cpu *cpu)
{
	bool irqs_off = otr_noise_option(OTR_NOISE_IRQS_OFF);
	bool preempt_off = !irqs_off && otr_noise_option(OTR_NOISE_PREEMPT_OFF);
	struct osnoise_sums sums = { .limit = otr_graph_thresh() ?: THRESH_NS };
	struct otr_noise_counts before = cpu->counts;
	bool good;

	if (irqs_off)
		local_irq_disable();
	if (preempt_off)
		preempt_disable();
	WRITE_ONCE(cpu->sampling, true);
	/* Interrupts on this CPU see it in this order. */
	barrier();
	good = osnoise_loop(cpu, &sums, irqs_off, preempt_off);
	barrier();
	WRITE_ONCE(cpu->sampling, false);
	if (preempt_off)
		preempt_enable();
	if (irqs_off)
		local_irq_enable();
	if (good)
		osnoise_report(cpu, &sums, &before);
}

/* What is left of the period; all of it while nothing is recorded. */
static void osnoise_rest(bool whole)
{
	u64 period = READ_ONCE(otr_noise.period.value), used = READ_ONCE(otr_noise.runtime.value);
	u64 rest = whole ? period : period - min(period, used);
	ktime_t until = ktime_add_us(ktime_get(), rest);

	if (!rest) {
		cond_resched_tasks_rcu_qs();
		return;
	}
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop() || !schedule_hrtimeout(&until, HRTIMER_MODE_ABS))
			break;
	}
	__set_current_state(TASK_RUNNING);
}

static int osnoise_main(void *data)
{
	struct otr_noise_cpu *cpu = data;

	otr_noise_thread_begin(cpu);
	while (!kthread_should_stop() && !otr_noise_thread_moved()) {
		bool on = otr_noise_insts_on();

		if (on)
			osnoise_measure(cpu);
		osnoise_rest(!on);
	}
	migrate_enable();
	return 0;
}

static const struct otr_noise_kind osnoise_kind = {
	.main	= osnoise_main,
	.thread	= "osnoise/%u",
};

static int osnoise_start(struct otr_inst *inst)
{
	return otr_noise_start(inst, &osnoise_kind);
}

static struct otr_tracer osnoise_tracer = {
	.name		= "osnoise",
	.start		= osnoise_start,
	.stop		= otr_noise_end,
	.switched	= otr_noise_switched,
	.header		= otr_osnoise_header,
	.files		= otr_osnoise_files,
	.nr_files	= ARRAY_SIZE(otr_osnoise_files),
};

/**
 * otr_osnoise_init - offer osnoise
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_osnoise_init(void)
{
	return otr_tracer_register(&osnoise_tracer);
}

/**
 * otr_osnoise_exit - the counterpart of otr_osnoise_init()
 *
 * Context: module unload.
 */
void otr_osnoise_exit(void)
{
	otr_tracer_unregister(&osnoise_tracer);
}
