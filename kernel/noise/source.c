// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has the CPU: interrupts, soft interrupts, other tasks and NMIs, as tracepoints tell.
 *
 * What is stronger takes its time from what it interrupted, whose beginning is moved on
 * by as much, so that what is reported of each is its own time. A beginning is 64 bits
 * that an interrupt may move between two looks at the clock: each that comes counts
 * @changes up, and a reader of a time looks again if that changed.
 */
#include <linux/interrupt.h>
#include <linux/tracepoint.h>

#include <trace/events/irq.h>
#include <trace/events/osnoise.h>

#include "host/host.h"
#include "noise/osnoise.h"

/* Set while probes are attached. */
static struct otr_noise_cpu __percpu *source_cpus;
static bool source_timerlat;

/* This CPU, NULL while noise does not count there. */
static __always_inline struct otr_noise_cpu *source_cpu(void)
{
	struct otr_noise_cpu *cpu = raw_cpu_ptr(source_cpus);

	return READ_ONCE(cpu->sampling) ? cpu : NULL;
}

/**
 * otr_noise_now - read the clock, undisturbed
 * @cpu: this CPU
 * @changes: how often something came until then
 *
 * Context: any, on that CPU.
 * Return: ns; nothing came between @changes and the end of this.
 */
u64 otr_noise_now(const struct otr_noise_cpu *cpu, unsigned long *changes)
{
	u64 now;

	do {
		*changes = local_read(&cpu->changes);
		/* What interrupts here is seen by the second look. */
		barrier();
		now = otr_clock_local();
		barrier();
	} while (*changes != local_read(&cpu->changes));
	return now;
}

/**
 * otr_noise_copy - read a beginning that interrupts move
 * @cpu: this CPU
 * @from: the beginning
 *
 * Context: any, on that CPU.
 * Return: it.
 */
u64 otr_noise_copy(const struct otr_noise_cpu *cpu, const u64 *from)
{
	unsigned long changes;
	u64 value;

	do {
		changes = local_read(&cpu->changes);
		barrier();
		value = READ_ONCE(*from);
		barrier();
	} while (changes != local_read(&cpu->changes));
	return value;
}

static __always_inline void source_begin(struct otr_noise_cpu *cpu,
					 struct otr_noise_source *source)
{
	unsigned long changes;

	source->arrived = otr_clock_local();
	source->began = otr_noise_now(cpu, &changes);
	local_inc(&cpu->changes);
}

/* How long it had the CPU for itself. */
static __always_inline u64 source_end(struct otr_noise_cpu *cpu, struct otr_noise_source *source)
{
	unsigned long changes;
	s64 took = otr_noise_now(cpu, &changes) - source->began;

	if (unlikely(took < 0))
		otr_noise_taint("Negative duration!\n");
	return took;
}

/* Move on what was interrupted. */
static __always_inline void source_move(struct otr_noise_source *source, u64 by)
{
	if (source->began)
		source->began += by;
}

static void source_irq_enter(void)
{
	struct otr_noise_cpu *cpu = source_cpu();

	if (!cpu)
		return;
	cpu->counts.irq++;
	source_begin(cpu, &cpu->irq);
}

static void source_irq_leave(int vector, const char *what)
{
	struct otr_noise_cpu *cpu = source_cpu();
	u64 took;

	/* It began before noise counted. */
	if (!cpu || !cpu->irq.arrived)
		return;
	took = source_end(cpu, &cpu->irq);
	trace_irq_noise(vector, what, cpu->irq.arrived, took);
	cpu->irq.arrived = 0;
	source_move(&cpu->softirq, took);
	source_move(&cpu->thread, took);
}

static void source_on_irq_enter(void *data, int irq, struct irqaction *action)
{
	source_irq_enter();
}

static void source_on_irq_leave(void *data, int irq, struct irqaction *action, int ret)
{
	source_irq_leave(irq, action->name);
}

static void source_on_vector_enter(void *data, int vector)
{
	source_irq_enter();
}

static void source_on_vector_leave(void *data, int vector)
{
	source_irq_leave(vector, data);
}

static void source_on_softirq_enter(void *data, unsigned int vector)
{
	struct otr_noise_cpu *cpu = source_cpu();

	if (!cpu)
		return;
	cpu->counts.softirq++;
	source_begin(cpu, &cpu->softirq);
}

/* Once the thread of timerlat ran, what is left of others is no noise of its. */
static bool source_is_noise(const struct otr_noise_cpu *cpu, struct otr_noise_source *source)
{
	if (!source_timerlat || cpu->waking)
		return source->arrived;
	*source = (struct otr_noise_source){};
	return false;
}

static void source_on_softirq_leave(void *data, unsigned int vector)
{
	struct otr_noise_cpu *cpu = source_cpu();
	u64 took;

	if (!cpu || !source_is_noise(cpu, &cpu->softirq))
		return;
	took = source_end(cpu, &cpu->softirq);
	trace_softirq_noise(vector, cpu->softirq.arrived, took);
	source_move(&cpu->thread, took);
	cpu->softirq.arrived = 0;
}

static void source_thread_leave(struct otr_noise_cpu *cpu, struct task_struct *task)
{
	u64 took;

	if (!source_is_noise(cpu, &cpu->thread))
		return;
	took = source_end(cpu, &cpu->thread);
	trace_thread_noise(task, cpu->thread.arrived, took);
	cpu->thread.arrived = 0;
}

static void source_on_switch(void *data, bool preempt, struct task_struct *prev,
			     struct task_struct *next, unsigned int prev_state)
{
	struct otr_noise_cpu *cpu = source_cpu();
	bool all = !otr_noise_option(OTR_NOISE_WORKLOAD);

	if (!cpu)
		return;
	if (all || prev->pid != cpu->pid)
		source_thread_leave(cpu, prev);
	if (all || next->pid != cpu->pid) {
		cpu->counts.thread++;
		source_begin(cpu, &cpu->thread);
	}
}

static void source_on_migrate(void *data, struct task_struct *task, int to)
{
	struct otr_noise_cpu *cpu = per_cpu_ptr(source_cpus, task_cpu(task));

	if (!source_timerlat || otr_noise_option(OTR_NOISE_WORKLOAD))
		return;
	if (READ_ONCE(cpu->pid) != task->pid || to == task_cpu(task))
		return;
	WRITE_ONCE(cpu->moved, true);
	otr_noise_taint("timerlat user-thread migrated\n");
	otr_noise_stop_moved();
}

static void source_nmi_enter(void)
{
	struct otr_noise_cpu *cpu = source_cpu();

	if (!cpu)
		return;
	cpu->counts.nmi++;
	local_inc(&cpu->changes);
}

static void source_nmi_leave(u64 from, u64 now)
{
	struct otr_noise_cpu *cpu = source_cpu();

	if (!cpu)
		return;
	trace_nmi_noise(from, now - from);
	source_move(&cpu->irq, now - from);
	source_move(&cpu->softirq, now - from);
	source_move(&cpu->thread, now - from);
	/* A reader of one of these reads it again. */
	local_inc(&cpu->changes);
}

static const struct otr_nmi_watch source_nmi_watch = {
	.enter	= source_nmi_enter,
	.leave	= source_nmi_leave,
};

/* A kernel need not have all of them. What the last column says is a vector's name. */
static const struct source_probe {
	const char	*tracepoint;
	void		*probe;
	char		*data;
} source_probes[] = {
	{ "irq_handler_entry",	source_on_irq_enter },
	{ "irq_handler_exit",	source_on_irq_leave },
	{ "softirq_entry",	source_on_softirq_enter },
	{ "softirq_exit",	source_on_softirq_leave },
	{ "sched_switch",	source_on_switch },
	{ "sched_migrate_task",	source_on_migrate },
	{ "local_timer_entry", source_on_vector_enter },
	{ "local_timer_exit", source_on_vector_leave, "local_timer" },
	{ "thermal_apic_entry", source_on_vector_enter },
	{ "thermal_apic_exit", source_on_vector_leave, "thermal_apic" },
	{ "deferred_error_apic_entry", source_on_vector_enter },
	{ "deferred_error_apic_exit", source_on_vector_leave, "deferred_error" },
	{ "threshold_apic_entry", source_on_vector_enter },
	{ "threshold_apic_exit", source_on_vector_leave, "threshold_apic" },
	{ "call_function_single_entry", source_on_vector_enter },
	{ "call_function_single_exit", source_on_vector_leave, "call_function_single" },
	{ "call_function_entry", source_on_vector_enter },
	{ "call_function_exit", source_on_vector_leave, "call_function" },
	{ "reschedule_entry", source_on_vector_enter },
	{ "reschedule_exit", source_on_vector_leave, "reschedule" },
	{ "irq_work_entry", source_on_vector_enter },
	{ "irq_work_exit", source_on_vector_leave, "irq_work" },
	{ "x86_platform_ipi_entry", source_on_vector_enter },
	{ "x86_platform_ipi_exit", source_on_vector_leave, "x86_platform_ipi" },
	{ "error_apic_entry", source_on_vector_enter },
	{ "error_apic_exit", source_on_vector_leave, "error_apic" },
	{ "spurious_apic_entry", source_on_vector_enter },
	{ "spurious_apic_exit", source_on_vector_leave, "spurious_apic" },
};

static void source_probes_detach(unsigned int nr)
{
	while (nr-- > 0) {
		const struct source_probe *p = &source_probes[nr];
		struct tracepoint *tp = otr_host_tracepoint(p->tracepoint);

		if (tp)
			otr_host_probe_unregister(tp, p->probe, p->data);
	}
	tracepoint_synchronize_unregister();
	source_cpus = NULL;
}

static int source_probes_attach(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(source_probes); i++) {
		const struct source_probe *p = &source_probes[i];
		struct tracepoint *tp = otr_host_tracepoint(p->tracepoint);
		int err = tp ? otr_host_probe_register(tp, p->probe, p->data) : 0;

		if (err) {
			source_probes_detach(i);
			return err;
		}
	}
	return 0;
}

/**
 * otr_noise_sources_attach - begin to account for CPUs
 * @run: what is known of them is there
 *
 * Context: otr_tracer_lock held; sleeps.
 * Return: 0, -EOPNOTSUPP without tracepoints, -ENOMEM, or what otr_nmi_watch() says.
 */
int otr_noise_sources_attach(struct otr_noise_run *run)
{
	int err;

	if (!otr_host_tracepoint("sched_switch"))
		return -EOPNOTSUPP;
	source_cpus = run->cpus;
	source_timerlat = run->kind->timerlat;
	err = source_probes_attach();
	if (err)
		return err;
	err = otr_nmi_watch(&source_nmi_watch);
	if (err)
		source_probes_detach(ARRAY_SIZE(source_probes));
	return err;
}

/**
 * otr_noise_sources_detach - the counterpart of otr_noise_sources_attach()
 *
 * Context: otr_tracer_lock held; sleeps until nobody looks at the CPUs any more.
 */
void otr_noise_sources_detach(void)
{
	otr_nmi_unwatch(&source_nmi_watch);
	source_probes_detach(ARRAY_SIZE(source_probes));
}
