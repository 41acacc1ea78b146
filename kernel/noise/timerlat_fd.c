// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerlat_fd: threads of users that are measured in place of ours.
 *
 * The task that has it open is the one of that CPU. Each read sleeps until the next period; the
 * time until the next read is that of the thread and of its way to user space and back.
 */
#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "noise/osnoise.h"

/* Is this thread where it has to be, and alone there? */
static int timerlat_fd_judge(const struct otr_file *of, const struct otr_noise_cpu *cpu)
{
	if (READ_ONCE(cpu->pid))
		return -EBUSY;
	if (current->nr_cpus_allowed > 1 || of->where.cpu != smp_processor_id())
		return -EPERM;
	return 0;
}

/* With the lock, on one CPU. */
static int timerlat_fd_take(struct otr_file *of)
{
	struct otr_noise_run *run = otr_noise_get();
	struct otr_noise_cpu *cpu;
	int err = -EINVAL;

	if (run && run->kind->timerlat && !otr_noise_option(OTR_NOISE_WORKLOAD)) {
		cpu = this_cpu_ptr(run->cpus);
		err = timerlat_fd_judge(of, cpu);
	}
	if (err) {
		if (run)
			otr_noise_put(run);
		return err;
	}
	cpu->user = get_task_struct(current);
	WRITE_ONCE(cpu->moved, false);
	WRITE_ONCE(cpu->pid, current->pid);
	otr_timerlat_begin(cpu);
	of->priv = run;
	return 0;
}

static int timerlat_fd_open(struct otr_file *of)
{
	int err;

	mutex_lock(&otr_noise_users_lock);
	migrate_disable();
	err = timerlat_fd_take(of);
	migrate_enable();
	mutex_unlock(&otr_noise_users_lock);
	return err;
}

static void timerlat_fd_release(struct otr_file *of)
{
	struct otr_noise_run *run = of->priv;
	struct otr_noise_cpu *cpu = per_cpu_ptr(run->cpus, of->where.cpu);

	hrtimer_cancel(&cpu->timer);
	mutex_lock(&otr_noise_users_lock);
	WRITE_ONCE(cpu->sampling, false);
	WRITE_ONCE(cpu->pid, 0);
	put_task_struct(cpu->user);
	cpu->user = NULL;
	mutex_unlock(&otr_noise_users_lock);
	otr_noise_put(run);
}

/* Where the thread is now is not its CPU any more. */
static bool timerlat_fd_moved(const struct otr_file *of, struct otr_noise_cpu *cpu)
{
	if (of->where.cpu == smp_processor_id())
		return READ_ONCE(cpu->moved);
	WRITE_ONCE(cpu->moved, true);
	otr_noise_taint("timerlat user thread migrate\n");
	otr_noise_stop();
	return true;
}

/* It is late by so much, as seen from @context. */
static void timerlat_fd_late(struct otr_noise_cpu *cpu, int context)
{
	u64 late = otr_timerlat_late(cpu), stop = otr_noise_ns(&otr_noise.stop_total);
	u64 stack = otr_noise_ns(&otr_noise.print_stack);

	/* A signal came before the timer. */
	if ((s64)late < 0)
		return;
	otr_noise_record_timerlat(cpu->cycle, context, late);
	otr_noise_longest(late);
	if (context == OTR_TIMERLAT_USER)
		cpu->waking = false;
	if (!stop || late < stop)
		return;
	if (context == OTR_TIMERLAT_THREAD && stack && late >= stack)
		otr_noise_record_stack(cpu);
	otr_noise_stop();
}

static ssize_t timerlat_fd_read(struct otr_file *of, char __user *to, size_t len)
{
	struct otr_noise_run *run = of->priv;
	struct otr_noise_cpu *cpu = per_cpu_ptr(run->cpus, of->where.cpu);

	migrate_disable();
	if (READ_ONCE(run->over) || current != cpu->user || timerlat_fd_moved(of, cpu)) {
		migrate_enable();
		return -EINVAL;
	}
	if (cpu->sampling) {
		timerlat_fd_late(cpu, OTR_TIMERLAT_USER);
	} else {
		cpu->waking = false;
		cpu->due = ktime_to_ns(ktime_get());
		WRITE_ONCE(cpu->sampling, true);
	}
	otr_timerlat_wait(run, cpu);
	timerlat_fd_late(cpu, OTR_TIMERLAT_THREAD);
	migrate_enable();
	return 0;
}

const struct otr_file_ops otr_timerlat_fd_ops = {
	.open		= timerlat_fd_open,
	.release	= timerlat_fd_release,
	.read		= timerlat_fd_read,
	.places		= OTR_PLACES_ANY,
};
