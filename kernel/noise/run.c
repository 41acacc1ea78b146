// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run of osnoise or timerlat: the CPUs that are measured, for all instances together.
 *
 * The first instance starts it and the last one ends it. A thread on each CPU hangs on
 * a state of the kernel's CPU hotplug, which starts it when the CPU comes and stops it before
 * it goes. Threads of users, which have timerlat_fd open, may outlive the run: they keep
 * what is known of their CPU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "noise/osnoise.h"

/* CPUs that users want, osnoise/cpus; changed while no thread is there. */
cpumask_var_t otr_noise_wanted;

/* Guards the threads of users, and whether a run is over; inside all other locks. */
DEFINE_MUTEX(otr_noise_users_lock);

/* Both change under otr_tracer_lock. Readers of @run_now have otr_noise_users_lock. */
static struct otr_noise_run *run_now;
static int run_hotplug;

/* Which tracer the instances have, and how many. */
static const struct otr_noise_kind *run_kind;
static unsigned int run_instances;

static int run_thread_err;

static void run_free(struct kref *refs)
{
	struct otr_noise_run *run = container_of(refs, struct otr_noise_run, refs);

	free_percpu(run->cpus);
	kfree(run);
}

/**
 * otr_noise_put - let a run go
 * @run: from otr_noise_get()
 *
 * Context: may sleep.
 */
void otr_noise_put(struct otr_noise_run *run)
{
	kref_put(&run->refs, run_free);
}

/**
 * otr_noise_get - keep what is known of the CPUs
 *
 * Context: otr_noise_users_lock held.
 * Return: the run, NULL without one.
 */
struct otr_noise_run *otr_noise_get(void)
{
	lockdep_assert_held(&otr_noise_users_lock);
	if (run_now)
		kref_get(&run_now->refs);
	return run_now;
}

static struct otr_noise_run *run_create(const struct otr_noise_kind *kind)
{
	struct otr_noise_run *run = kzalloc(sizeof(*run), GFP_KERNEL);
	int cpu;

	if (!run)
		return NULL;
	kref_init(&run->refs);
	run->kind = kind;
	run->cpus = alloc_percpu(struct otr_noise_cpu);
	if (!run->cpus) {
		kfree(run);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		per_cpu_ptr(run->cpus, cpu)->run = run;
	return run;
}

/* A CPU that comes shall come, whether there is a thread for it or not. */
static int run_thread_start(unsigned int cpu)
{
	struct otr_noise_cpu *state = per_cpu_ptr(run_now->cpus, cpu);
	struct task_struct *task = kthread_create_on_cpu(run_kind->main, state, cpu,
							 run_kind->thread);

	if (IS_ERR(task)) {
		pr_err("no thread for CPU %u: %pe\n", cpu, task);
		run_thread_err = PTR_ERR(task);
		return 0;
	}
	state->task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

static int run_cpu_up(unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, otr_noise_wanted))
		return 0;
	if (otr_noise_option(OTR_NOISE_WORKLOAD))
		return run_thread_start(cpu);
	/* Users' own threads are the load; with timerlat they say so themselves. */
	if (!run_kind->timerlat)
		WRITE_ONCE(per_cpu_ptr(run_now->cpus, cpu)->sampling, true);
	return 0;
}

static int run_cpu_down(unsigned int cpu)
{
	struct otr_noise_cpu *state = per_cpu_ptr(run_now->cpus, cpu);

	if (state->task)
		kthread_stop_put(state->task);
	state->task = NULL;
	WRITE_ONCE(state->sampling, false);
	WRITE_ONCE(state->pid, 0);
	mutex_lock(&otr_noise_users_lock);
	/* It would wait for a timer that nobody sets any more. */
	if (state->user)
		send_sig(SIGKILL, state->user, 1);
	mutex_unlock(&otr_noise_users_lock);
	return 0;
}

/* The kernel calls run_cpu_up() for those that are here. */
static int run_cpus_start(void)
{
	int state;

	run_thread_err = 0;
	atomic64_set(&run_now->next, 0);
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "trace/osnoise:online", run_cpu_up,
				  run_cpu_down);
	if (state < 0)
		return state;
	if (run_thread_err) {
		cpuhp_remove_state(state);
		return run_thread_err;
	}
	run_hotplug = state;
	return 0;
}

static void run_cpus_stop(void)
{
	if (run_hotplug)
		cpuhp_remove_state(run_hotplug);
	run_hotplug = 0;
}

/* Nobody gets it from here on; a holder sees that it is over. */
static void run_hide(void)
{
	struct otr_noise_run *run = run_now;

	mutex_lock(&otr_noise_users_lock);
	run->over = true;
	run_now = NULL;
	mutex_unlock(&otr_noise_users_lock);
	otr_noise_put(run);
}

static int run_begin(void)
{
	struct otr_noise_run *run = run_create(run_kind);
	int err;

	if (!run)
		return -ENOMEM;
	err = otr_noise_sources_attach(run);
	if (err) {
		otr_noise_put(run);
		return err;
	}
	mutex_lock(&otr_noise_users_lock);
	run_now = run;
	mutex_unlock(&otr_noise_users_lock);
	err = run_cpus_start();
	if (err) {
		otr_noise_sources_detach();
		run_hide();
	}
	return err;
}

static void run_end(void)
{
	run_cpus_stop();
	otr_noise_sources_detach();
	run_hide();
}

/* Record into an instance, of which there may be others. */
static int run_join(struct otr_inst *inst)
{
	bool first = otr_noise_insts_empty();
	int err;

	if (otr_noise_insts_has(inst))
		return 0;
	err = otr_noise_insts_add(inst);
	if (!err && first) {
		err = run_begin();
		if (err)
			otr_noise_insts_remove(inst);
	}
	return err;
}

static void run_leave(struct otr_inst *inst)
{
	if (!otr_noise_insts_has(inst))
		return;
	otr_noise_insts_remove(inst);
	if (otr_noise_insts_empty())
		run_end();
}

/**
 * otr_noise_start - an instance has one of the tracers
 * @inst: the instance
 * @kind: which
 *
 * Context: otr_tracer_lock held.
 * Return: 0; -EBUSY while another instance has the other one; -EOPNOTSUPP without
 * tracepoints; -ENOMEM; what the kernel says of its handlers and threads.
 */
int otr_noise_start(struct otr_inst *inst, const struct otr_noise_kind *kind)
{
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	if (run_kind && run_kind != kind)
		return -EBUSY;
	err = otr_task_names_get();
	if (err)
		return err;
	otr_longest_set(&inst->longest, 0);
	run_kind = kind;
	run_instances++;
	err = run_join(inst);
	if (err)
		otr_noise_end(inst);
	return err;
}

/**
 * otr_noise_end - the counterpart of otr_noise_start()
 * @inst: the instance
 *
 * Context: otr_tracer_lock held; sleeps.
 */
void otr_noise_end(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_tracer_lock);
	run_leave(inst);
	if (!--run_instances)
		run_kind = NULL;
	otr_task_names_put();
}

/**
 * otr_noise_switched - a user switched recording in an instance that has the tracer
 * @inst: the instance
 *
 * Context: otr_tracer_lock held; sleeps.
 */
void otr_noise_switched(struct otr_inst *inst)
{
	int err = 0;

	if (otr_ring_is_on(inst->ring))
		err = run_join(inst);
	else
		run_leave(inst);
	if (err)
		pr_err("%s does not start again: %pe\n", inst->tracer->name, ERR_PTR(err));
}

/**
 * otr_noise_pause - stop all threads, to change what they were started with
 *
 * Context: otr_tracer_lock held; sleeps.
 * Return: whether there was anything to stop, for otr_noise_resume().
 */
bool otr_noise_pause(void)
{
	lockdep_assert_held(&otr_tracer_lock);
	if (!run_now)
		return false;
	run_cpus_stop();
	return true;
}

/**
 * otr_noise_resume - the counterpart of otr_noise_pause()
 * @was: what that returned
 *
 * Context: otr_tracer_lock held; sleeps.
 */
void otr_noise_resume(bool was)
{
	int err = was ? run_cpus_start() : 0;

	if (err)
		pr_err("no threads any more: %pe\n", ERR_PTR(err));
}

/**
 * otr_noise_thread_begin - what a thread of ours does first
 * @cpu: its CPU
 *
 * It stays on its CPU by itself, so that users may put it into a cpuset.
 *
 * Context: that thread, which calls migrate_enable() at its end.
 */
void otr_noise_thread_begin(struct otr_noise_cpu *cpu)
{
	unsigned long flags;

	migrate_disable();
	raw_spin_lock_irqsave(&current->pi_lock, flags);
	current->flags &= ~PF_NO_SETAFFINITY;
	raw_spin_unlock_irqrestore(&current->pi_lock, flags);
	WRITE_ONCE(cpu->pid, current->pid);
}

/**
 * otr_noise_thread_moved - does somebody want this thread elsewhere?
 *
 * Context: a thread of ours, which has to end then.
 * Return: whether somebody does.
 */
bool otr_noise_thread_moved(void)
{
#ifdef CONFIG_SMP
	if (!READ_ONCE(current->migration_pending))
		return false;
	otr_noise_taint("migration requested to osnoise threads, leaving.");
	return true;
#else
	return false;
#endif
}

/**
 * otr_noise_run_init - begin with all CPUs wanted
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_noise_run_init(void)
{
	if (!alloc_cpumask_var(&otr_noise_wanted, GFP_KERNEL))
		return -ENOMEM;
	cpumask_setall(otr_noise_wanted);
	return 0;
}

/**
 * otr_noise_run_exit - the counterpart of otr_noise_run_init()
 *
 * Context: module unload.
 */
void otr_noise_run_exit(void)
{
	free_cpumask_var(otr_noise_wanted);
}
