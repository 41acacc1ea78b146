/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room noise: what osnoise and timerlat share. */
#ifndef _OTR_NOISE_OSNOISE_H
#define _OTR_NOISE_OSNOISE_H

#include <linux/hrtimer.h>
#include <linux/kref.h>

#include <asm/local.h>

#include "noise/internal.h"

/* Words of osnoise/options, in their order; the first one stands for all the others. */
enum otr_noise_option {
	OTR_NOISE_DEFAULTS,
	OTR_NOISE_WORKLOAD,
	OTR_NOISE_PANIC,
	OTR_NOISE_PREEMPT_OFF,
	OTR_NOISE_IRQS_OFF,
	OTR_NOISE_ALIGN,
	OTR_NOISE_OPTIONS
};

#define OTR_NOISE_OPTIONS_DEFAULT	BIT(OTR_NOISE_WORKLOAD)

/**
 * struct otr_noise_settings - what users set, for all instances
 * @period: osnoise/period_us
 * @runtime: osnoise/runtime_us
 * @stop: osnoise/stop_tracing_us
 * @stop_total: osnoise/stop_tracing_total_us
 * @print_stack: osnoise/print_stack, in us
 * @timerlat_period: osnoise/timerlat_period_us
 * @align: osnoise/timerlat_align_us
 * @options: bits, by enum otr_noise_option; changed while no thread is there
 * @tainted: something happened that makes the numbers doubtful
 */
struct otr_noise_settings {
	struct otr_noise_number	period;
	struct otr_noise_number	runtime;
	struct otr_noise_number	stop;
	struct otr_noise_number	stop_total;
	struct otr_noise_number	print_stack;
	struct otr_noise_number	timerlat_period;
	struct otr_noise_number	align;
	unsigned long		options;
	bool			tainted;
};

extern struct otr_noise_settings otr_noise;

static inline bool otr_noise_option(enum otr_noise_option option)
{
	return READ_ONCE(otr_noise.options) & BIT(option);
}

/* Nanoseconds of a number of microseconds. */
static inline u64 otr_noise_ns(const struct otr_noise_number *number)
{
	return READ_ONCE(number->value) * NSEC_PER_USEC;
}

/* Callers that a record of timerlat holds. */
#define OTR_NOISE_STACK_MAX	256

/**
 * struct otr_noise_counts - how often something had a CPU
 * @nmi: NMIs
 * @irq: interrupts
 * @softirq: soft interrupts
 * @thread: other tasks
 */
struct otr_noise_counts {
	unsigned int	nmi;
	unsigned int	irq;
	unsigned int	softirq;
	unsigned int	thread;
};

/**
 * struct otr_noise_source - one kind of what has a CPU
 * @arrived: when it came, 0 while it is not there
 * @began: the same, moved on by the time that stronger ones took since; 0 for none
 */
struct otr_noise_source {
	u64	arrived;
	u64	began;
};

struct otr_noise_run;

/**
 * struct otr_noise_cpu - what is known of a CPU while it is measured
 * @run: the run that it is part of
 * @sampling: noise counts
 * @pid: the thread that measures, whose own time is no noise
 * @changes: how often something came; a reader of a clock looks if it changed meanwhile
 * @counts: how often what came
 * @irq: the interrupt
 * @softirq: the soft interrupt
 * @thread: the task
 * @task: the thread of ours, NULL for none; the kernel's lock of CPUs
 * @user: the thread of a user that has timerlat_fd open; otr_noise_users_lock
 * @timer: that wakes the thread of timerlat
 * @waiter: the task that it wakes
 * @due: when it was to be woken, by CLOCK_MONOTONIC
 * @cycle: number of the wake-up
 * @waking: the timer came, and the thread did not run yet
 * @moved: a user's thread was moved to another CPU
 * @nr_callers: how many are in @callers
 * @callers: what ran when the timer came
 *
 * Used on its own CPU, but for what says otherwise.
 */
struct otr_noise_cpu {
	struct otr_noise_run	*run;
	bool			sampling;
	pid_t			pid;
	local_t			changes;
	struct otr_noise_counts	counts;
	struct otr_noise_source	irq;
	struct otr_noise_source	softirq;
	struct otr_noise_source	thread;
	struct task_struct	*task;
	struct task_struct	*user;
	struct hrtimer		timer;
	struct task_struct	*waiter;
	u64			due;
	u64			cycle;
	bool			waking;
	bool			moved;
	unsigned int		nr_callers;
	unsigned long		callers[OTR_NOISE_STACK_MAX];
};

/**
 * struct otr_noise_kind - one of the two tracers
 * @main: what the thread of a CPU does
 * @thread: its name, with the CPU's number to be put in
 * @timerlat: it is timerlat
 */
struct otr_noise_kind {
	int		(*main)(void *cpu);
	const char	*thread;
	bool		timerlat;
};

/**
 * struct otr_noise_run - CPUs are measured
 * @refs: the instances together, and each open timerlat_fd
 * @kind: by which tracer
 * @cpus: what is known of them
 * @next: when the next thread is due for the first time that wants to be apart from
 *	  others; 0 before the first one
 * @over: nobody records any more; otr_noise_users_lock
 */
struct otr_noise_run {
	struct kref			refs;
	const struct otr_noise_kind	*kind;
	struct otr_noise_cpu __percpu	*cpus;
	atomic64_t			next;
	bool				over;
};

/* insts.c: the instances that get the records */
int otr_noise_insts_add(struct otr_inst *inst);
void otr_noise_insts_remove(struct otr_inst *inst);
bool otr_noise_insts_has(const struct otr_inst *inst);
bool otr_noise_insts_empty(void);
bool otr_noise_insts_on(void);
void otr_noise_record_osnoise(const struct otr_rec_osnoise *from);
void otr_noise_record_timerlat(unsigned int seqnum, int context, u64 latency);
void otr_noise_record_stack(const struct otr_noise_cpu *cpu);
void otr_noise_stop(void);
void otr_noise_stop_moved(void);
void otr_noise_taint(const char *why);
void otr_noise_longest(u64 ns);

/* source.c: what has the CPU */
int otr_noise_sources_attach(struct otr_noise_run *run);
void otr_noise_sources_detach(void);
u64 otr_noise_now(const struct otr_noise_cpu *cpu, unsigned long *changes);
u64 otr_noise_copy(const struct otr_noise_cpu *cpu, const u64 *from);

/* run.c */
extern struct mutex otr_noise_users_lock;
extern cpumask_var_t otr_noise_wanted;

int otr_noise_start(struct otr_inst *inst, const struct otr_noise_kind *kind);
void otr_noise_end(struct otr_inst *inst);
void otr_noise_switched(struct otr_inst *inst);
struct otr_noise_run *otr_noise_get(void);
void otr_noise_put(struct otr_noise_run *run);
bool otr_noise_pause(void);
void otr_noise_resume(bool was);
void otr_noise_thread_begin(struct otr_noise_cpu *cpu);
bool otr_noise_thread_moved(void);
int otr_noise_run_init(void);
void otr_noise_run_exit(void);

/* osnoise_text.c */
void otr_osnoise_header(struct seq_file *m);
void otr_timerlat_header(struct seq_file *m);
int otr_osnoise_text_init(void);
void otr_osnoise_text_exit(void);

/* timerlat.c */
extern const struct otr_noise_kind otr_timerlat_kind;

enum { OTR_TIMERLAT_IRQ, OTR_TIMERLAT_THREAD, OTR_TIMERLAT_USER };

void otr_timerlat_begin(struct otr_noise_cpu *cpu);
void otr_timerlat_wait(struct otr_noise_run *run, struct otr_noise_cpu *cpu);
u64 otr_timerlat_late(const struct otr_noise_cpu *cpu);
int otr_timerlat_init(void);
void otr_timerlat_exit(void);

/* timerlat_fd.c */
extern const struct otr_file_ops otr_timerlat_fd_ops;

/* osnoise_files.c */
#define OTR_OSNOISE_FILES	1

extern const struct otr_row otr_osnoise_files[OTR_OSNOISE_FILES];

/* osnoise.c */
int otr_osnoise_init(void);
void otr_osnoise_exit(void);

#endif /* _OTR_NOISE_OSNOISE_H */
