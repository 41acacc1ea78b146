// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracers wakeup, wakeup_rt and wakeup_dl: how long tasks wait for a CPU after they
 * were woken, and what happened in the longest such time.
 *
 * In an instance, one task is waited for at a time: the one of the highest priority of
 * those that were woken and did not run yet. Nobody holds it. A probe that finds its address at a
 * switch has it, and nobody can be switched to and be gone; until then it is a number to
 * compare with.
 */
#include <linux/sched/deadline.h>
#include <linux/sched/rt.h>
#include <linux/slab.h>

#include "event/event.h"
#include "tracer/latency.h"

/* While nobody is waited for: everybody has a higher priority. */
#define WAKEUP_NOBODY	INT_MAX

/**
 * struct otr_wakeup - waiting for tasks in one instance
 * @task: the one that is waited for; changed under @lock, looked at without
 * @prio: the priority of that task; likewise
 * @last_prio: tasks of lower priorities are of no interest
 * @cpu: where it waits
 * @lock: taken with interrupts off, inside of the scheduler's locks
 * @woken_cpu: where it was woken to; under @lock
 * @since: when, by the instance's clock; under @lock
 * @waker: the task that woke it; under @lock
 * @waker_comm: the name of that task, which is remembered only if this becomes the longest
 *		time
 * @measure: what tracers of the longest time have in common
 */
struct otr_wakeup {
	const struct task_struct *task;
	int			prio;
	int			last_prio;
	int			cpu;
	arch_spinlock_t		lock;
	int			woken_cpu;
	u64			since;
	pid_t			waker;
	char			waker_comm[TASK_COMM_LEN];
	struct otr_measure	measure;
};

static struct otr_tracer wakeup_tracer;

static struct otr_wakeup *wakeup_of(const struct otr_inst *inst)
{
	return otr_part_data(inst, &wakeup_tracer.part);
}

static void wakeup_forget(struct otr_wakeup *wakeup)
{
	WRITE_ONCE(wakeup->task, NULL);
	WRITE_ONCE(wakeup->prio, WAKEUP_NOBODY);
}

static void wakeup_fill(struct otr_rec_switch *out, u64 head, const struct task_struct *prev,
			const struct task_struct *next)
{
	*(u64 *)&out->head = head;
	out->prev_pid = prev->pid;
	out->next_pid = next->pid;
	out->next_cpu = task_cpu(next);
	out->prev_prio = prev->prio;
	out->prev_state = task_state_index((struct task_struct *)prev);
	out->next_prio = next->prio;
	out->next_state = task_state_index((struct task_struct *)next);
}

/*
 * Record that one task woke another, or runs instead of it. Its time by the instance's
 * clock; 0 when nothing is recorded here.
 */
static __always_inline u64 wakeup_record(struct otr_wakeup *wakeup, u64 head,
					 const struct task_struct *prev,
					 const struct task_struct *next)
{
	struct otr_ring *ring = wakeup->measure.ring;
	struct otr_rec rec __uninitialized;
	struct otr_rec_switch *out;
	u64 time;

	out = otr_ring_try(ring, &rec, sizeof(*out));
	if (likely(out)) {
		time = rec.ts;
		wakeup_fill(out, head, prev, next);
		otr_ring_keep(&rec);
		return time;
	}
	time = otr_clock_read(READ_ONCE(wakeup->measure.inst->clock));
	out = otr_ring_begin(ring, &rec, sizeof(*out));
	if (!out)
		return 0;
	wakeup_fill(out, head, prev, next);
	otr_ring_end(&rec);
	return time;
}

/* Wait for this task from here on, with the lock. */
static __always_inline void wakeup_begin(struct otr_wakeup *wakeup, const struct task_struct *p)
{
	u64 head = otr_measure_head();

	wakeup->since = wakeup_record(wakeup, head | OTR_TYPE_WAKEUP, current, p);
	if (unlikely(!wakeup->since))
		return;
	/* It costs more than all the rest, and is shown of the longest time alone. */
	if (unlikely(otr_inst_option(wakeup->measure.inst, OTR_OPT_STACKTRACE)))
		otr_stack_record(wakeup->measure.ring, _RET_IP_);
	otr_measure_call(&wakeup->measure, OTR_MEASURE_CALLER, 0, head);
	wakeup->waker = current->pid;
	memcpy(wakeup->waker_comm, current->comm, TASK_COMM_LEN);
	wakeup->woken_cpu = task_cpu(p);
	WRITE_ONCE(wakeup->cpu, wakeup->woken_cpu);
	WRITE_ONCE(wakeup->prio, p->prio);
	WRITE_ONCE(wakeup->task, p);
}

/*
 * A task that is woken has to be more urgent than the one that is waited for and, unless
 * it has a deadline, than the one that wakes it. While one with a deadline is waited for,
 * no other one is.
 */
static void wakeup_on_wakeup(void *data, struct task_struct *p)
{
	struct otr_wakeup *wakeup = data;
	int prio = p->prio;

	if (prio > wakeup->last_prio || prio >= READ_ONCE(wakeup->prio) ||
	    (!dl_prio(prio) && prio >= current->prio))
		return;
	arch_spin_lock(&wakeup->lock);
	if (likely(prio < wakeup->prio))
		wakeup_begin(wakeup, p);
	arch_spin_unlock(&wakeup->lock);
}

/* The task runs, with the lock. */
static void wakeup_end(struct otr_wakeup *wakeup, const struct task_struct *prev,
		       const struct task_struct *next, unsigned long from)
{
	struct otr_latency latency = {};
	u64 head = otr_measure_head(), now;

	/* What is called from here on is not in the time. */
	wakeup_forget(wakeup);
	otr_measure_call(&wakeup->measure, from, OTR_MEASURE_CALLER, head);
	now = wakeup_record(wakeup, head | OTR_TYPE_SWITCH, prev, next);
	if (unlikely(!now))
		return;
	now -= wakeup->since;
	if (likely(!otr_measure_worth(&wakeup->measure, now)))
		return;
	otr_comm_record_as(wakeup->waker, wakeup->waker_comm);
	otr_stack_record(wakeup->measure.ring, from);
	otr_measure_keep(&wakeup->measure, next, wakeup->woken_cpu, &latency, now, wakeup->since);
}

static noinline void wakeup_run(struct otr_wakeup *wakeup, const struct task_struct *prev,
				const struct task_struct *next, unsigned long from)
{
	arch_spin_lock(&wakeup->lock);
	if (likely(next == wakeup->task))
		wakeup_end(wakeup, prev, next, from);
	arch_spin_unlock(&wakeup->lock);
}

static void wakeup_on_switch(void *data, bool preempt, struct task_struct *prev,
			     struct task_struct *next, unsigned int prev_state)
{
	struct otr_wakeup *wakeup = data;

	if (next == READ_ONCE(wakeup->task))
		wakeup_run(wakeup, prev, next, _RET_IP_);
	otr_comm_switch(prev, next);
}

static void wakeup_on_migrate(void *data, struct task_struct *p, int cpu)
{
	struct otr_wakeup *wakeup = data;

	if (p == READ_ONCE(wakeup->task))
		WRITE_ONCE(wakeup->cpu, cpu);
}

/* Calls are recorded on the CPU that the task waits for. */
static __always_inline bool wakeup_is_here(const struct otr_wakeup *wakeup)
{
	return READ_ONCE(wakeup->task) && READ_ONCE(wakeup->cpu) == raw_smp_processor_id();
}

static bool wakeup_inside(void *data)
{
	return wakeup_is_here(data);
}

static noinline void wakeup_record_called(struct otr_wakeup *wakeup, unsigned long ip,
					  unsigned long parent_ip, struct otr_frame *frame)
{
	otr_measure_called(&wakeup->measure, wakeup_inside, ip, parent_ip, frame);
}

static void wakeup_called(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			  struct otr_frame *frame)
{
	struct otr_wakeup *wakeup = container_of(hook, struct otr_wakeup, measure.hook);

	if (unlikely(wakeup_is_here(wakeup)))
		wakeup_record_called(wakeup, ip, parent_ip, frame);
}

static const struct otr_measure_probe wakeup_probes[] = {
	{ "sched_wakeup",	wakeup_on_wakeup },
	{ "sched_wakeup_new",	wakeup_on_wakeup },
	{ "sched_switch",	wakeup_on_switch },
	{ "sched_migrate_task",	wakeup_on_migrate },
};

/* Wait for tasks whose priority is as good as this one. */
static int wakeup_start_for(struct otr_inst *inst, int last_prio)
{
	struct otr_wakeup *wakeup = wakeup_of(inst);
	int err = otr_stack_prepare();

	if (err)
		return err;
	wakeup_forget(wakeup);
	wakeup->last_prio = last_prio;
	err = otr_measure_start(&wakeup->measure);
	if (err)
		return err;
	err = otr_measure_attach(wakeup_probes, ARRAY_SIZE(wakeup_probes), wakeup);
	if (err)
		otr_measure_stop(&wakeup->measure);
	return err;
}

static int wakeup_start(struct otr_inst *inst)
{
	return wakeup_start_for(inst, INT_MAX);
}

static int wakeup_rt_start(struct otr_inst *inst)
{
	return wakeup_start_for(inst, MAX_RT_PRIO - 1);
}

static int wakeup_dl_start(struct otr_inst *inst)
{
	return wakeup_start_for(inst, MAX_DL_PRIO - 1);
}

static void wakeup_stop(struct otr_inst *inst)
{
	struct otr_wakeup *wakeup = wakeup_of(inst);

	otr_measure_detach(wakeup_probes, ARRAY_SIZE(wakeup_probes), wakeup);
	wakeup_forget(wakeup);
	otr_measure_stop(&wakeup->measure);
}

static int wakeup_set_option(struct otr_inst *inst, enum otr_option opt, bool on)
{
	return otr_measure_set_option(&wakeup_of(inst)->measure, opt, on);
}

static int wakeup_create(struct otr_inst *inst)
{
	struct otr_wakeup *wakeup = kzalloc(sizeof(*wakeup), GFP_KERNEL);

	if (!wakeup)
		return -ENOMEM;
	wakeup->lock = (arch_spinlock_t)__ARCH_SPIN_LOCK_UNLOCKED;
	wakeup_forget(wakeup);
	otr_measure_init(&wakeup->measure, inst);
	wakeup->measure.inside = wakeup_inside;
	wakeup->measure.data = wakeup;
	wakeup->measure.hook.name = "wakeup";
	wakeup->measure.hook.func = wakeup_called;
	wakeup->measure.hook.flags = OTR_HOOK_SELF;
	otr_part_set_data(inst, &wakeup_tracer.part, wakeup);
	return 0;
}

static void wakeup_destroy(struct otr_inst *inst)
{
	kfree(wakeup_of(inst));
}

/* The one that has what all three keep of an instance. */
static struct otr_tracer wakeup_tracer = {
	.name		= "wakeup",
	.start		= wakeup_start,
	.stop		= wakeup_stop,
	.set_inst_option = wakeup_set_option,
	.keeps_longest	= true,
	.look		= &otr_measure_look,
	.part		= {
		.create		= wakeup_create,
		.destroy	= wakeup_destroy,
	},
};

static struct otr_tracer wakeup_rt_tracer = {
	.name		= "wakeup_rt",
	.start		= wakeup_rt_start,
	.stop		= wakeup_stop,
	.set_inst_option = wakeup_set_option,
	.keeps_longest	= true,
	.look		= &otr_measure_look,
};

static struct otr_tracer wakeup_dl_tracer = {
	.name		= "wakeup_dl",
	.start		= wakeup_dl_start,
	.stop		= wakeup_stop,
	.set_inst_option = wakeup_set_option,
	.keeps_longest	= true,
	.look		= &otr_measure_look,
};

static struct otr_tracer *const wakeup_tracers[] = {
	&wakeup_tracer, &wakeup_rt_tracer, &wakeup_dl_tracer,
};

static unsigned int wakeup_registered;

/**
 * otr_wakeup_exit - the counterpart of otr_wakeup_init()
 *
 * Context: module unload.
 */
void otr_wakeup_exit(void)
{
	while (wakeup_registered > 0)
		otr_tracer_unregister(wakeup_tracers[--wakeup_registered]);
}

/**
 * otr_wakeup_init - offer the tracers, where the scheduler has its tracepoints
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_wakeup_init(void)
{
	unsigned int i;
	int err;

	if (!otr_measure_possible(wakeup_probes, ARRAY_SIZE(wakeup_probes)))
		return 0;
	for (i = 0; i < ARRAY_SIZE(wakeup_tracers); i++) {
		err = otr_tracer_register(wakeup_tracers[i]);
		if (err) {
			otr_wakeup_exit();
			return err;
		}
		wakeup_registered++;
	}
	return 0;
}
