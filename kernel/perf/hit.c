// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a record is to perf.
 *
 * It is counted, or sampled, by each event of perf that is on this CPU: perf puts one
 * there when its task, or its cgroup, comes to the CPU. Where there is none, the task is
 * put down as one that the gate turns away before there is a record.
 */
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/task_stack.h>
#include <linux/static_call.h>
#include <asm/processor-flags.h>

#include "base/base.h"
#include "host/host.h"
#include "perf/internal.h"

/* Bytes of a sample's record are counted in steps of 8, with a word for their number. */
#define HIT_STEP	sizeof(u64)

/* What is too large for a stack. */
struct hit_room {
	struct pt_regs		regs;
	struct otr_unwind	unwind;
	struct otr_unwind_hop	hop;
};

struct hit_rooms {
	struct hit_room		room[PERF_NR_CONTEXTS];
};

static struct hit_rooms __percpu *hit_rooms;
static const struct pmu *hit_pmu;

/**
 * struct hit_seen - a record on its way to events of perf
 * @hit: the record
 * @source: its event
 * @count: how often it happened
 * @level: the context that we are in, of those that interrupt each other
 * @regs: where it happened; NULL until somebody asks
 */
struct hit_seen {
	const struct otr_hit		*hit;
	const struct otr_perf_source	*source;
	u64				count;
	unsigned int			level;
	struct pt_regs			*regs;
};

static void hit_happened_not(struct perf_event *event, u64 nr, struct perf_sample_data *data,
			     struct pt_regs *regs)
{
}

/* What perf does with an event that happened. */
DEFINE_STATIC_CALL(otr_perf_happened, hit_happened_not);

/* What happened in the kernel happened in the caller of the event's probe. */
static noinline struct pt_regs *hit_find_caller(const struct hit_seen *seen)
{
	struct hit_room *room = &raw_cpu_ptr(hit_rooms)->room[seen->level];
	struct pt_regs *regs = &room->regs;

	otr_unwind_here(&room->unwind);
	if (otr_unwind_past(&room->unwind, &room->hop, seen->hit->probe)) {
		regs->ip = room->unwind.ip;
		/* Callers are looked for above this: of what the probe pushed, the first. */
		regs->sp = room->unwind.sp - 2 * sizeof(long);
	} else {
		regs->ip = seen->hit->probe;
		regs->sp = (unsigned long)__builtin_frame_address(0);
	}
	regs->cs = __KERNEL_CS;
	regs->flags = 0;
	return regs;
}

/* What is called where a probe of ours is returns to so few bytes behind. */
#define HIT_NEAR	16

/*
 * A probe's place is known by the registers there, or by its address: a breakpoint's, or of what
 * a function returned to, one byte behind.
 */
static noinline struct pt_regs *hit_find_place(const struct hit_seen *seen)
{
	struct hit_room *room = &raw_cpu_ptr(hit_rooms)->room[seen->level];
	struct pt_regs *regs = &room->regs;
	unsigned long from = seen->hit->probe;

	/* The stack of the first task lies where the kernel's text does. */
	if (from < __START_KERNEL_map || object_is_on_stack((void *)from))
		return (struct pt_regs *)from;
	regs->ip = from + 1;
	regs->cs = __KERNEL_CS;
	otr_unwind_here(&room->unwind);
	if (otr_unwind_near(&room->unwind, from, HIT_NEAR)) {
		regs->sp = room->unwind.sp;
		regs->bp = room->unwind.bp;
		/* As if something had been interrupted: chains begin here, not with the caller. */
		regs->flags = X86_EFLAGS_FIXED;
	} else {
		regs->sp = (unsigned long)__builtin_frame_address(0);
		regs->flags = 0;
	}
	return regs;
}

static struct pt_regs *hit_find_regs(const struct hit_seen *seen)
{
	if (seen->source->from_user)
		return task_pt_regs(current);
	if (seen->source->where == OTR_PROBE_IN_KERNEL)
		return hit_find_place(seen);
	return hit_find_caller(seen);
}

static struct pt_regs *hit_regs(struct hit_seen *seen)
{
	if (!seen->regs)
		seen->regs = hit_find_regs(seen);
	return seen->regs;
}

/*
 * The head as the in-tree tracer writes it for perf: the preemption level is the one here, with
 * what tracepoints add. The record is a copy that nobody reads but us.
 */
static void hit_put_head(const struct hit_seen *seen)
{
	u64 word = otr_ctx_word() | seen->source->type;

	*(u64 *)seen->hit->rec = word | (u64)current->pid << 32;
}

/*
 * A record is as long as the struct of the in-tree tracer, and there may be a gap at the end of
 * that.
 */
static noinline void hit_sample(struct perf_event *event, struct hit_seen *seen)
{
	static const u8 zeros[HIT_STEP];
	unsigned int len = seen->hit->len;
	unsigned int pad = round_up(len + seen->source->gap + sizeof(u32), HIT_STEP) -
			   sizeof(u32) - len;
	struct perf_raw_record raw __uninitialized;
	struct perf_sample_data data __uninitialized;
	struct perf_raw_frag tail = { .data = (void *)zeros, .size = pad };

	raw.frag = (struct perf_raw_frag){
		.data	= (void *)seen->hit->rec,
		.size	= len,
	};
	if (pad)
		raw.frag.next = &tail;
	hit_put_head(seen);
	perf_sample_data_init(&data, 0, 0);
	perf_sample_save_raw_data(&data, event, &raw);
	static_call(otr_perf_happened)(event, seen->count, &data, hit_regs(seen));
}

static bool hit_wanted(const struct otr_filter *filter, const struct hit_seen *seen)
{
	if (otr_filter_needs_head(filter))
		hit_put_head(seen);
	return otr_filter_match(filter, seen->hit->rec);
}

static __always_inline void hit_event(struct perf_event *event, struct hit_seen *seen)
{
	/* Its contents come with its address, see pmu_set_filter(). */
	const struct otr_filter *filter = READ_ONCE(otr_perf_use_of(event)->filter);

	if (unlikely(event->hw.state & PERF_HES_STOPPED))
		return;
	/* Of what user space did it is known that it did not happen in the kernel. */
	if (event->attr.exclude_kernel && !seen->source->from_user)
		return;
	if (unlikely(filter) && !hit_wanted(filter, seen))
		return;
	if (is_sampling_event(event))
		hit_sample(event, seen);
	else
		local64_add(seen->count, &event->count);
}

/*
 * Events of a task that does not run are not on a CPU. Those that are bound to this one
 * count what happens to the task here.
 */
static noinline void hit_other_task(struct hit_seen *seen, pid_t pid)
{
	struct perf_event_context *ctx;
	struct task_struct *task;
	struct perf_event *event;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	ctx = task && task != current ? rcu_dereference_raw(task->perf_event_ctxp) : NULL;
	if (ctx) {
		raw_spin_lock(&ctx->lock);
		list_for_each_entry(event, &ctx->event_list, event_entry)
			if (event->pmu == hit_pmu && event->group_leader->pmu == hit_pmu &&
			    event->cpu == raw_smp_processor_id() && !event->attr.sigtrap &&
			    otr_perf_use_of(event)->source == seen->source)
				hit_event(event, seen);
		raw_spin_unlock(&ctx->lock);
	}
	rcu_read_unlock();
}

static __always_inline void hit_count(struct hit_seen *seen, struct otr_perf_here *here)
{
	struct perf_event *event;
	const void *rec = seen->hit->rec;
	pid_t pid;

	if (unlikely(seen->source->count_at))
		memcpy(&seen->count, rec + seen->source->count_at, sizeof(seen->count));
	/* Pairs with hlist_add_head_rcu() in pmu_add(), on this CPU: the event is complete. */
	hlist_for_each_entry_rcu(event, &here->events, hlist_entry, true)
		hit_event(event, seen);
	if (likely(!seen->source->task_at))
		return;
	memcpy(&pid, rec + seen->source->task_at, sizeof(pid));
	if (pid != current->pid)
		hit_other_task(seen, pid);
}

/*
 * Have the gate turn the running task away. An interrupt may put an event on this CPU at any
 * moment. It says so after that, and if it came before the task is put down here, the event
 * is seen behind that: nobody is turned away while there is one.
 */
static noinline void hit_turn_away(struct otr_perf_here *here)
{
	WRITE_ONCE(here->unwanted, current->pid);
	/* Interrupts of this CPU are in order with it; pairs with that in pmu_add(). */
	barrier();
	if (!hlist_empty(&here->events))
		WRITE_ONCE(here->unwanted, -1);
}

/**
 * otr_perf_hit - let perf have a record
 * @tap: of the source
 * @hit: the record
 *
 * What perf itself does, and what interrupts it in the same kind of context, is nothing
 * to perf, as everywhere in there.
 *
 * Context: that of &struct otr_tap.run.
 */
void otr_perf_hit(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct otr_perf_source *source = container_of(tap, struct otr_perf_source, tap);
	struct otr_perf_here *here = raw_cpu_ptr(source->here);
	struct hit_seen seen = { .hit = hit, .source = source, .count = 1 };
	u8 *inside;

	if (hlist_empty(&here->events) && likely(!source->task_at)) {
		hit_turn_away(here);
		return;
	}
	seen.level = interrupt_context_level();
	inside = &current->perf_recursion[seen.level];
	if (unlikely(*inside))
		return;
	(*inside)++;
	/* Contexts nest: all of it is inside for those that interrupt this one. */
	barrier();
	hit_count(&seen, here);
	barrier();
	(*inside)--;
}

/**
 * otr_perf_hits_init - be ready for records
 * @pmu: of whose events they are
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_perf_hits_init(const struct pmu *pmu)
{
	hit_pmu = pmu;
	hit_rooms = alloc_percpu(struct hit_rooms);
	if (!hit_rooms)
		return -ENOMEM;
	static_call_update(otr_perf_happened, otr_host_perf_happened());
	return 0;
}

/**
 * otr_perf_hits_exit - the counterpart of otr_perf_hits_init()
 *
 * Context: module unload, when no record comes any more.
 */
void otr_perf_hits_exit(void)
{
	free_percpu(hit_rooms);
}
