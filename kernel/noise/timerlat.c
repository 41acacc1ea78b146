// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerlat: how late a timer's interrupt comes, and the thread that it wakes.
 *
 * A thread on each CPU, or one of a user, see timerlat_fd.c, sleeps until the next
 * period. From the moment in which it was due, what has the CPU is noise.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <uapi/linux/sched/types.h>

#include "noise/osnoise.h"

/* Above nearly everybody. */
#define PRIORITY	95

/**
 * otr_timerlat_late - how late is it?
 * @cpu: this CPU
 *
 * Context: any.
 * Return: ns since the thread was due; huge if it is not yet.
 */
u64 otr_timerlat_late(const struct otr_noise_cpu *cpu)
{
	return ktime_to_ns(hrtimer_cb_get_time((struct hrtimer *)&cpu->timer)) - cpu->due;
}

static void timerlat_save_stack(struct otr_noise_cpu *cpu)
{
	cpu->nr_callers = stack_trace_save(cpu->callers, OTR_NOISE_STACK_MAX, 0);
}

/* What ran then, if the user asks for it. */
static void timerlat_print_stack(const struct otr_noise_cpu *cpu, u64 late)
{
	u64 from = otr_noise_ns(&otr_noise.print_stack);

	if (from && late >= from)
		otr_noise_record_stack(cpu);
}

/* From here on the CPU should be the thread's: whose time is taken counts anew. */
static void timerlat_account(struct otr_noise_cpu *cpu)
{
	u64 irq = otr_noise_copy(cpu, &cpu->irq.began);
	bool soft = cpu->softirq.arrived;

	cpu->waking = true;
	cpu->thread.arrived = otr_clock_local();
	cpu->thread.began = soft ? otr_noise_copy(cpu, &cpu->softirq.began) : irq;
	if (soft)
		cpu->softirq.began = irq;
}

static enum hrtimer_restart timerlat_came(struct hrtimer *timer)
{
	struct otr_noise_cpu *cpu = container_of(timer, struct otr_noise_cpu, timer);
	u64 late = otr_timerlat_late(cpu), stop = otr_noise_ns(&otr_noise.stop);
	u64 stack = otr_noise_ns(&otr_noise.print_stack);

	timerlat_account(cpu);
	cpu->cycle++;
	otr_noise_record_timerlat(cpu->cycle, OTR_TIMERLAT_IRQ, late);
	if (stack)
		timerlat_save_stack(cpu);
	if (stop && late >= stop) {
		/* The thread will have nothing to say. */
		if (stop <= stack)
			timerlat_print_stack(cpu, late);
		otr_noise_longest(late);
		otr_noise_stop();
	}
	wake_up_process(cpu->waiter);
	return HRTIMER_NORESTART;
}

/**
 * otr_timerlat_begin - be ready to wake a thread
 * @cpu: its CPU
 *
 * Context: that thread, which stays there.
 */
void otr_timerlat_begin(struct otr_noise_cpu *cpu)
{
	cpu->cycle = 0;
	cpu->waking = false;
	cpu->waiter = current;
	hrtimer_init(&cpu->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	cpu->timer.function = timerlat_came;
	cpu->due = ktime_to_ns(hrtimer_cb_get_time(&cpu->timer));
}

/* The first one says where all begin, each other one follows at a distance. */
static void timerlat_align(struct otr_noise_run *run, struct otr_noise_cpu *cpu)
{
	if (atomic64_cmpxchg_relaxed(&run->next, 0, cpu->due))
		cpu->due = atomic64_add_return_relaxed(otr_noise_ns(&otr_noise.align),
						       &run->next);
}

/**
 * otr_timerlat_wait - sleep until the next period
 * @run: the run
 * @cpu: this CPU
 *
 * Context: the thread that is measured there.
 */
void otr_timerlat_wait(struct otr_noise_run *run, struct otr_noise_cpu *cpu)
{
	u64 period = otr_noise_ns(&otr_noise.timerlat_period);
	u64 now = ktime_to_ns(hrtimer_cb_get_time(&cpu->timer));

	cpu->due += period;
	if (!cpu->cycle && otr_noise_option(OTR_NOISE_ALIGN))
		timerlat_align(run, cpu);
	/* Those that are over already are left out. */
	if (now > cpu->due)
		cpu->due += DIV64_U64_ROUND_UP(now - cpu->due, period) * period;
	set_current_state(TASK_INTERRUPTIBLE);
	hrtimer_start(&cpu->timer, ns_to_ktime(cpu->due), HRTIMER_MODE_ABS_PINNED_HARD);
	schedule();
	__set_current_state(TASK_RUNNING);
}

static void timerlat_ran(struct otr_noise_cpu *cpu)
{
	u64 late = otr_timerlat_late(cpu), stop = otr_noise_ns(&otr_noise.stop_total);

	otr_noise_record_timerlat(cpu->cycle, OTR_TIMERLAT_THREAD, late);
	otr_noise_longest(late);
	timerlat_print_stack(cpu, late);
	cpu->waking = false;
	if (stop && late >= stop)
		otr_noise_stop();
}

static int timerlat_main(void *data)
{
	const struct sched_attr attr = { .sched_policy = SCHED_FIFO, .sched_priority = PRIORITY };
	struct otr_noise_cpu *cpu = data;

	sched_setattr_nocheck(current, &attr);
	otr_noise_thread_begin(cpu);
	otr_timerlat_begin(cpu);
	otr_timerlat_wait(cpu->run, cpu);
	WRITE_ONCE(cpu->sampling, true);
	while (!kthread_should_stop()) {
		timerlat_ran(cpu);
		if (otr_noise_thread_moved())
			break;
		otr_timerlat_wait(cpu->run, cpu);
	}
	hrtimer_cancel(&cpu->timer);
	migrate_enable();
	return 0;
}

const struct otr_noise_kind otr_timerlat_kind = {
	.main		= timerlat_main,
	.thread		= "timerlat/%u",
	.timerlat	= true,
};

static int timerlat_start(struct otr_inst *inst)
{
	return otr_noise_start(inst, &otr_timerlat_kind);
}

static struct otr_tracer timerlat_tracer = {
	.name		= "timerlat",
	.start		= timerlat_start,
	.stop		= otr_noise_end,
	.switched	= otr_noise_switched,
	.header		= otr_timerlat_header,
};

/**
 * otr_timerlat_init - offer timerlat
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_timerlat_init(void)
{
	return otr_tracer_register(&timerlat_tracer);
}

/**
 * otr_timerlat_exit - the counterpart of otr_timerlat_init()
 *
 * Context: module unload.
 */
void otr_timerlat_exit(void)
{
	otr_tracer_unregister(&timerlat_tracer);
}
