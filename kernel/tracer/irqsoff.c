// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracers irqsoff, preemptoff and preemptirqsoff: how long a CPU has interrupts off, or
 * preemption, or one of the two, and what happened in the longest such time.
 *
 * Each CPU has a time of its own. It begins with the first thing that goes off and ends with
 * the last one that comes back, so none begins or ends inside of another one that does:
 * with interrupts off nobody interrupts but NMIs, which are not measured, and with
 * preemption off an interrupt finds the time begun.
 *
 * There are a million such times a second, of which one is kept now and then. So what is
 * known when one begins is remembered, and recorded, with the time that it had, when it turns
 * out to be kept; unless something else is recorded meanwhile, which has to come behind it.
 *
 * An idle CPU waits with preemption off, for as long as it likes; that is no time of ours.
 *
 * A time whose end or idleness was not heard would be the longest one. So ends are listened to
 * before beginnings are, and nothing is kept as soon as the first of them is deaf.
 */
#include <linux/cpuhotplug.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <trace/events/power.h>

#include "tracer/latency.h"

/**
 * struct irqsoff_here - the time of a CPU, which alone changes it
 * @since: the moment in which it began; 0 while nothing is off
 * @head: the beginning's record, as far as it is not made yet
 * @ip: where it was
 * @parent_ip: its caller
 * @recorded: when that was recorded, by the instance's clock; 0 if it was not
 */
struct irqsoff_here {
	u64		since;
	u64		head;
	unsigned long	ip;
	unsigned long	parent_ip;
	u64		recorded;
};

/* Those of preemptirqsoff, the most that there are. */
#define IRQSOFF_PROBES	5

/* The function that calls a tracepoint's probes where there are several. */
struct irqsoff_iterator {
	unsigned long	start;
	unsigned long	size;
};

/**
 * struct otr_irqsoff - measuring in one instance
 * @here: the CPUs' times
 * @measure: what tracers of the longest time have in common
 * @met: other things were recorded in a time, so beginnings are recorded as they come
 * @hears: all probes are there, so what is found is true
 * @lock: held while the longest time is kept; taken with interrupts off, not in NMIs
 * @kind: which of the tracers it is; otr_tracer_lock
 * @iterators: of the tracepoints of @kind; written before there are probes
 * @hotplug: to hear of CPUs that come, while it measures
 */
struct otr_irqsoff {
	struct irqsoff_here __percpu	*here;
	struct otr_measure		measure;
	bool				met;
	bool				hears;
	arch_spinlock_t			lock;
	const struct irqsoff_kind	*kind;
	struct irqsoff_iterator		iterators[IRQSOFF_PROBES];
	struct hlist_node		hotplug;
};

/* One that is over: when it began, by the instance's clock, and how long it was. */
struct irqsoff_time {
	u64		began;
	u64		ns;
	unsigned long	ip;
	unsigned long	parent_ip;
	unsigned long	from;
};

static struct otr_part irqsoff_part;
static enum cpuhp_state irqsoff_hotplug;

static struct otr_irqsoff *irqsoff_of(const struct otr_inst *inst)
{
	return otr_part_data(inst, &irqsoff_part);
}

/* A head without its type, without the preemption that the tracepoint switched off. */
static __always_inline u64 irqsoff_head(void)
{
	return otr_ctx_word_less(1) | (u64)current->pid << 32;
}

/* Record the beginning now, as other things are recorded behind it. */
static noinline void irqsoff_begin_recorded(struct otr_irqsoff *off, struct irqsoff_here *here)
{
	here->recorded = otr_measure_call(&off->measure, here->ip, here->parent_ip, here->head);
	/* What is called from here on is in the time. */
	if (here->recorded)
		WRITE_ONCE(here->since, otr_clock_moment());
}

/* Not in the contexts that @not names. */
static __always_inline void irqsoff_begin(struct otr_irqsoff *off, unsigned long ip,
					  unsigned long parent_ip, u64 not)
{
	struct irqsoff_here *here = raw_cpu_ptr(off->here);
	u64 head;

	if (unlikely(here->since))
		return;
	head = irqsoff_head();
	if (unlikely(head & not << OTR_CTX_FLAGS_SHIFT))
		return;
	here->head = head;
	here->ip = ip;
	here->parent_ip = parent_ip;
	otr_comm_want(OTR_COMM_NAME);
	if (unlikely(READ_ONCE(off->met))) {
		irqsoff_begin_recorded(off, here);
		return;
	}
	here->recorded = 0;
	WRITE_ONCE(here->since, otr_clock_moment());
}

/* Record the beginning that was, as long as nothing else was recorded behind it. */
static void irqsoff_record_begin(struct otr_irqsoff *off, const struct irqsoff_here *here, u64 ts)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function *out = otr_ring_begin_at(off->measure.ring, &rec, sizeof(*out), ts);

	if (!out)
		return;
	if (otr_ring_rec_time(&rec) != ts)
		WRITE_ONCE(off->met, true);
	otr_measure_fill_call(out, here->ip, here->parent_ip, here->head);
	otr_ring_end(&rec);
}

/* The caller of a tracepoint, if a probe's caller is but its iterator. */
static unsigned long irqsoff_caller(const struct otr_irqsoff *off, unsigned long from)
{
	unsigned long caller;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(off->iterators); i++)
		if (from - off->iterators[i].start < off->iterators[i].size)
			return otr_stack_save(from, &caller, 1) ? caller : from;
	return from;
}

/* Keep the longest time, unless another CPU had a longer one meanwhile; with the lock. */
static void irqsoff_keep_locked(struct otr_irqsoff *off, const struct irqsoff_here *here,
				const struct irqsoff_time *time)
{
	struct otr_measure *measure = &off->measure;
	u64 head = irqsoff_head();
	/* Idleness ends one in code that the tracepoint does not name. */
	unsigned long ip = irqsoff_caller(off, time->ip);
	struct otr_latency latency = {
		.alone	= true,
		.begin	= here->parent_ip ?: here->ip,
		.end	= time->parent_ip ?: ip,
	};

	if (!otr_measure_worth(measure, time->ns))
		return;
	if (!here->recorded) {
		irqsoff_record_begin(off, here, time->began);
		otr_measure_call(measure, ip, time->parent_ip, head);
	}
	/* Without it, nothing is recorded here. */
	if (!otr_measure_call(measure, irqsoff_caller(off, time->from), time->parent_ip, head))
		return;
	otr_stack_record(measure->ring, ip);
	otr_measure_keep(measure, current, raw_smp_processor_id(), &latency, time->ns, time->began);
}

static noinline void irqsoff_keep(struct otr_irqsoff *off, const struct irqsoff_here *here,
				  const struct irqsoff_time *time)
{
	unsigned long flags;

	if (in_nmi())
		return;
	/* Not so that it is a time of its own. */
	raw_local_irq_save(flags);
	arch_spin_lock(&off->lock);
	irqsoff_keep_locked(off, here, time);
	arch_spin_unlock(&off->lock);
	raw_local_irq_restore(flags);
}

/* It is long enough. Moments are those of one clock alone: with another one, the next is. */
static noinline void irqsoff_found(struct otr_irqsoff *off, struct irqsoff_here *here, u64 since,
				   struct irqsoff_time *time)
{
	/* Else each one would be the longest, and CPUs would wait for each other. */
	if (!otr_ring_records_here(off->measure.ring))
		return;
	if (READ_ONCE(off->measure.inst->clock) != OTR_CLOCK_LOCAL) {
		WRITE_ONCE(off->met, true);
		return;
	}
	time->began = otr_clock_at(since);
	irqsoff_keep(off, here, time);
}

static noinline void irqsoff_end_recorded(struct otr_irqsoff *off, struct irqsoff_here *here,
					  struct irqsoff_time *time)
{
	time->began = here->recorded;
	if (otr_measure_call(&off->measure, time->ip, time->parent_ip, irqsoff_head()) &&
	    otr_measure_worth(&off->measure, time->ns))
		irqsoff_keep(off, here, time);
}

/* The ways that are not the common one. What is called from here on is not in the time. */
static noinline void irqsoff_end_odd(struct otr_irqsoff *off, struct irqsoff_here *here, u64 ns,
				     unsigned long ip, unsigned long parent_ip, unsigned long from)
{
	struct irqsoff_time time = {
		.ns = ns, .ip = ip, .parent_ip = parent_ip, .from = from,
	};
	u64 since = here->since;

	WRITE_ONCE(here->since, 0);
	if (!READ_ONCE(off->hears))
		return;
	if (here->recorded)
		irqsoff_end_recorded(off, here, &time);
	else
		irqsoff_found(off, here, since, &time);
}

static __always_inline void irqsoff_end(struct otr_irqsoff *off, unsigned long ip,
					unsigned long parent_ip)
{
	struct irqsoff_here *here = raw_cpu_ptr(off->here);
	u64 since = here->since, ns;

	if (unlikely(!since))
		return;
	ns = otr_clock_apart(otr_clock_moment() - since);
	if (unlikely(here->recorded) || unlikely(otr_measure_worth(&off->measure, ns)))
		irqsoff_end_odd(off, here, ns, ip, parent_ip, _RET_IP_);
	else
		WRITE_ONCE(here->since, 0);
}

/* Where one thing alone is measured. */
static void irqsoff_on_off(void *data, unsigned long ip, unsigned long parent_ip)
{
	irqsoff_begin(data, ip, parent_ip, OTR_CTX_NMI);
}

static void irqsoff_on_on(void *data, unsigned long ip, unsigned long parent_ip)
{
	irqsoff_end(data, ip, parent_ip);
}

/* Is preemption on, but for the tracepoint? An interrupt or NMI counts as off. */
static __always_inline bool irqsoff_preemptible(void)
{
	return preempt_count() == 1;
}

/* Of two, the first that goes off and the last that comes back matter. */
static void irqsoff_on_irq_off(void *data, unsigned long ip, unsigned long parent_ip)
{
	if (irqsoff_preemptible())
		irqsoff_begin(data, ip, parent_ip, OTR_CTX_NMI);
}

static void irqsoff_on_irq_on(void *data, unsigned long ip, unsigned long parent_ip)
{
	if (irqsoff_preemptible())
		irqsoff_end(data, ip, parent_ip);
}

static void irqsoff_on_preempt_off(void *data, unsigned long ip, unsigned long parent_ip)
{
	irqsoff_begin(data, ip, parent_ip, OTR_CTX_NMI | OTR_CTX_IRQS_OFF);
}

static void irqsoff_on_preempt_on(void *data, unsigned long ip, unsigned long parent_ip)
{
	if (!raw_irqs_disabled())
		irqsoff_end(data, ip, parent_ip);
}

/* All that goes on between the two tracepoints is that the CPU waits. */
static void irqsoff_on_idle(void *data, unsigned int state, unsigned int cpu)
{
	if (state == PWR_EVENT_EXIT)
		irqsoff_begin(data, _RET_IP_, OTR_MEASURE_CALLER, OTR_CTX_NMI);
	else
		irqsoff_end(data, _RET_IP_, OTR_MEASURE_CALLER);
}

static __always_inline bool irqsoff_is_here(const struct otr_irqsoff *off)
{
	return READ_ONCE(raw_cpu_ptr(off->here)->since);
}

static bool irqsoff_inside(void *data)
{
	return irqsoff_is_here(data);
}

static noinline void irqsoff_record_called(struct otr_irqsoff *off, unsigned long ip,
					   unsigned long parent_ip, struct otr_frame *frame)
{
	otr_measure_called(&off->measure, irqsoff_inside, ip, parent_ip, frame);
}

static void irqsoff_called(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			   struct otr_frame *frame)
{
	struct otr_irqsoff *off = container_of(hook, struct otr_irqsoff, measure.hook);

	if (unlikely(irqsoff_is_here(off)))
		irqsoff_record_called(off, ip, parent_ip, frame);
}

/**
 * struct irqsoff_kind - one of the tracers
 * @tracer: as others know it
 * @probes: what it hangs on tracepoints: first what ends times, last what begins them
 * @nr: how many
 * @registered: the kernel has them all, and it is offered
 */
struct irqsoff_kind {
	struct otr_tracer		tracer;
	struct otr_measure_probe	probes[IRQSOFF_PROBES];
	unsigned int			nr;
	bool				registered;
};

static void irqsoff_forget(struct otr_irqsoff *off)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(off->here, cpu)->since, 0);
}

/*
 * A CPU that went had interrupts off, and nobody heard of their coming back: tracepoints are
 * silent on CPUs that are not online.
 */
static int irqsoff_cpu_comes(unsigned int cpu, struct hlist_node *node)
{
	struct otr_irqsoff *off = hlist_entry(node, struct otr_irqsoff, hotplug);

	WRITE_ONCE(per_cpu_ptr(off->here, cpu)->since, 0);
	return 0;
}

/* What is it that is recorded besides? Events are not asked for: they are met. */
static void irqsoff_note(struct otr_irqsoff *off)
{
	const struct otr_measure *measure = &off->measure;
	bool calls = measure->calls != OTR_CALLS_NONE || measure->nested;

	WRITE_ONCE(off->met, calls || measure->inst->clock != OTR_CLOCK_LOCAL);
}

static void irqsoff_find_iterators(struct otr_irqsoff *off)
{
	const struct irqsoff_kind *kind = off->kind;
	struct irqsoff_iterator *it = off->iterators;
	unsigned int i;

	memset(it, 0, sizeof(off->iterators));
	for (i = 0; i < kind->nr; i++, it++) {
		const struct tracepoint *tp = otr_host_tracepoint(kind->probes[i].name);

		if (!otr_host_function((unsigned long)tp->iterator, &it->start, &it->size))
			it->size = 0;
	}
}

static int irqsoff_attach(struct otr_irqsoff *off)
{
	const struct irqsoff_kind *kind = off->kind;
	int err = cpuhp_state_add_instance_nocalls(irqsoff_hotplug, &off->hotplug);

	if (err)
		return err;
	err = otr_measure_attach(kind->probes, kind->nr, off);
	if (err)
		cpuhp_state_remove_instance_nocalls(irqsoff_hotplug, &off->hotplug);
	else
		WRITE_ONCE(off->hears, true);
	return err;
}

/* Probes go one after the other; from the first on, times are found that were none. */
static void irqsoff_detach(struct otr_irqsoff *off)
{
	WRITE_ONCE(off->hears, false);
	otr_measure_detach(off->kind->probes, off->kind->nr, off);
	cpuhp_state_remove_instance_nocalls(irqsoff_hotplug, &off->hotplug);
}

static int irqsoff_prepare(void)
{
	int err = otr_stack_prepare();

	return err ?: otr_task_names_get();
}

static int irqsoff_start(struct otr_inst *inst)
{
	struct otr_irqsoff *off = irqsoff_of(inst);
	int err = irqsoff_prepare();

	if (err)
		return err;
	off->kind = container_of(inst->tracer, struct irqsoff_kind, tracer);
	irqsoff_find_iterators(off);
	irqsoff_forget(off);
	err = otr_measure_start(&off->measure);
	if (err)
		goto no_measure;
	irqsoff_note(off);
	err = irqsoff_attach(off);
	if (!err)
		return 0;
	otr_measure_stop(&off->measure);
no_measure:
	otr_task_names_put();
	return err;
}

static void irqsoff_stop(struct otr_inst *inst)
{
	struct otr_irqsoff *off = irqsoff_of(inst);

	irqsoff_detach(off);
	irqsoff_forget(off);
	otr_measure_stop(&off->measure);
	otr_task_names_put();
}

static int irqsoff_set_option(struct otr_inst *inst, enum otr_option opt, bool on)
{
	struct otr_irqsoff *off = irqsoff_of(inst);
	int err = otr_measure_set_option(&off->measure, opt, on);

	irqsoff_note(off);
	return err;
}

static int irqsoff_create(struct otr_inst *inst)
{
	struct otr_irqsoff *off = kzalloc(sizeof(*off), GFP_KERNEL);

	if (!off)
		return -ENOMEM;
	off->here = alloc_percpu(struct irqsoff_here);
	if (!off->here) {
		kfree(off);
		return -ENOMEM;
	}
	off->lock = (arch_spinlock_t)__ARCH_SPIN_LOCK_UNLOCKED;
	otr_measure_init(&off->measure, inst);
	/* A longer time that comes while one is read would be shown half. */
	off->measure.needs |= OTR_OPT(PAUSE_ON_TRACE);
	off->measure.inside = irqsoff_inside;
	off->measure.data = off;
	off->measure.hook.name = "irqsoff";
	off->measure.hook.func = irqsoff_called;
	off->measure.hook.flags = OTR_HOOK_SELF;
	otr_part_set_data(inst, &irqsoff_part, off);
	return 0;
}

static void irqsoff_destroy(struct otr_inst *inst)
{
	struct otr_irqsoff *off = irqsoff_of(inst);

	free_percpu(off->here);
	kfree(off);
}

static struct otr_part irqsoff_part = {
	.create		= irqsoff_create,
	.destroy	= irqsoff_destroy,
};

#define IRQSOFF_TRACER(tracer_name)				\
	{							\
		.name			= tracer_name,		\
		.start			= irqsoff_start,	\
		.stop			= irqsoff_stop,		\
		.set_inst_option	= irqsoff_set_option,	\
		.keeps_longest		= true,			\
		.look			= &otr_measure_look,	\
	}

/* In the order in which they are offered. */
static struct irqsoff_kind irqsoff_kinds[] = {
	{
		.tracer	= IRQSOFF_TRACER("irqsoff"),
		.probes	= {
			/* The idle loop says by itself that they are on while it waits. */
			{ "irq_enable",		irqsoff_on_on },
			{ "irq_disable",	irqsoff_on_off },
		},
		.nr	= 2,
	}, {
		.tracer	= IRQSOFF_TRACER("preemptoff"),
		.probes	= {
			{ "preempt_enable",	irqsoff_on_on },
			{ "cpu_idle",		irqsoff_on_idle },
			{ "preempt_disable",	irqsoff_on_off },
		},
		.nr	= 3,
	}, {
		.tracer	= IRQSOFF_TRACER("preemptirqsoff"),
		.probes	= {
			{ "irq_enable",		irqsoff_on_irq_on },
			{ "preempt_enable",	irqsoff_on_preempt_on },
			{ "cpu_idle",		irqsoff_on_idle },
			{ "irq_disable",	irqsoff_on_irq_off },
			{ "preempt_disable",	irqsoff_on_preempt_off },
		},
		.nr	= IRQSOFF_PROBES,
	},
};

static bool irqsoff_offered;

/**
 * otr_irqsoff_exit - the counterpart of otr_irqsoff_init()
 *
 * Context: module unload.
 */
void otr_irqsoff_exit(void)
{
	unsigned int i = ARRAY_SIZE(irqsoff_kinds);

	if (!irqsoff_offered)
		return;
	while (i-- > 0)
		if (irqsoff_kinds[i].registered)
			otr_tracer_unregister(&irqsoff_kinds[i].tracer);
	otr_part_unregister(&irqsoff_part);
	cpuhp_remove_multi_state(irqsoff_hotplug);
}

static int irqsoff_register(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(irqsoff_kinds); i++) {
		struct irqsoff_kind *kind = &irqsoff_kinds[i];

		if (!otr_measure_possible(kind->probes, kind->nr))
			continue;
		err = otr_tracer_register(&kind->tracer);
		if (err)
			return err;
		kind->registered = true;
	}
	return 0;
}

static bool irqsoff_possible(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(irqsoff_kinds); i++)
		if (otr_measure_possible(irqsoff_kinds[i].probes, irqsoff_kinds[i].nr))
			return true;
	return false;
}

/**
 * otr_irqsoff_init - offer those tracers whose tracepoints the kernel has
 *
 * Context: module load.
 * Return: 0, -ENOMEM, or an errno when CPUs cannot be watched.
 */
int otr_irqsoff_init(void)
{
	int err;

	if (!irqsoff_possible())
		return 0;
	err = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "outrace/irqsoff:prepare",
				      irqsoff_cpu_comes, NULL);
	if (err < 0)
		return err;
	irqsoff_hotplug = err;
	err = otr_part_register(&irqsoff_part);
	if (err) {
		cpuhp_remove_multi_state(irqsoff_hotplug);
		return err;
	}
	irqsoff_offered = true;
	err = irqsoff_register();
	if (err)
		otr_irqsoff_exit();
	return err;
}
