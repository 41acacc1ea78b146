// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pool of tasks' return stacks under the thread sanitizer: tasks come on several CPUs,
 * take a stack and end, while the worker fills the CPUs' reserves and frees what is too
 * much, and CPUs die and come. Each stack is one task's at a time.
 *
 * The source is compiled into this program, with what it needs of the kernel.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "base/base.h"
#include "ktap.h"
#include "race.h"

#define CASES	2
#define CPUS	3

/* A task has a place for us. Another thread frees it. */
struct shim_job {
	struct task_struct task;
	void *slot;
	int cpu;
};

static __thread struct task_struct *running;

#undef current
#define current			running
#define task_job(t)		((struct shim_job *)((char *)(t) - offsetof(struct shim_job, task)))
#define task_cpu(task)		READ_ONCE(task_job(task)->cpu)

/* Instead of the room's headers. */
#define _OTR_SITE_RET_INTERNAL_H

struct otr_rets {
	unsigned int depth;
	struct task_struct *task;
	struct list_head all;
	struct llist_node free;
	/* Whose it is, as its users see it. */
	void *user;
};

struct otr_host_returns {
	void (*exit)(struct task_struct *task);
	void (*idle)(struct task_struct *task);
	unsigned long (*real)(struct task_struct *task, unsigned long ret,
			      const unsigned long *place);
};

#define otr_host_task_slot(task)	(&task_job(task)->slot)
#define otr_host_returns_register(ops)	((void)(ops), 0)
#define otr_host_returns_unregister()	do { } while (0)
#define otr_host_quiesce()		do { } while (0)

static void otr_rets_reset(struct otr_rets *rets)
{
	WRITE_ONCE(rets->depth, 0);
}

static unsigned int otr_rets_restore(struct otr_rets *rets)
{
	return rets->depth;
}

static unsigned long otr_rets_real(struct task_struct *task, unsigned long ret,
				   const unsigned long *place)
{
	return ret;
}

#include "ret_pool_kernel.h"
#include "site/ret_pool.c"

static u64 end;
static bool cpus_die;
static u64 jobs, without, prepared, wrong;

/* A task that enters functions, or not; and ends. */
static void run_task(unsigned int turn)
{
	struct shim_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	struct otr_rets *rets;
	unsigned int i;

	job->task.pid = turn % 50 ? 1 + turn : 0;
	job->cpu = shim_cpu;
	running = &job->task;
	rets = turn % 9 ? otr_rets_take() : NULL;
	if (rets) {
		if (rets->user || READ_ONCE(*otr_host_task_slot(current)) != rets)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		rets->user = job;
		WRITE_ONCE(rets->depth, 1);
		for (i = 0; i < turn % 20; i++)
			cpu_relax();
		if (rets->user != job)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		rets->user = NULL;
	} else {
		__atomic_fetch_add(&without, turn % 9 != 0, __ATOMIC_RELAXED);
	}
	ret_pool_task_exit(&job->task);
	running = NULL;
	__atomic_fetch_add(&jobs, 1, __ATOMIC_RELAXED);
	kfree(job);
}

static void *cpu_thread(void *arg)
{
	unsigned int turn = 0;

	shim_cpu = (long)arg;
	while (race_on(&end)) {
		run_task(turn++);
		if (!(turn % 16))
			sched_yield();
	}
	return NULL;
}

static void race(void)
{
	pthread_t thread[CPUS];
	u64 nr = 0;
	long i;

	for (i = 1; i <= CPUS; i++)
		shim_online[i] = true;
	EXPECT_EQ(otr_rets_start(), 0);
	jobs = 0;
	without = 0;
	prepared = 0;
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	for (i = 0; i < CPUS; i++)
		pthread_create(&thread[i], NULL, cpu_thread, (void *)(i + 1));
	while (race_on(&end)) {
		if (cpus_die && !(++nr % 8)) {
			ret_pool_cpu_prepare(1 + nr / 8 % CPUS);
			prepared++;
		}
		if (__atomic_exchange_n(&work_wanted, false, __ATOMIC_ACQUIRE))
			ret_pool_fill(&ret_pool_fill_work);
		sched_yield();
	}
	for (i = 0; i < CPUS; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(wrong, 0);
	EXPECT(jobs > 1000 && without < jobs);
	printf("# %lu tasks, %lu without a stack, %lu CPUs came\n", jobs, without, prepared);
	otr_rets_stop();
	for (i = 1; i <= CPUS; i++)
		shim_online[i] = i == 1;
}

static void tasks_come_and_go(void)
{
	cpus_die = false;
	race();
}

static void cpus_come_and_go(void)
{
	cpus_die = true;
	race();
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(tasks_come_and_go),
	KTAP_CASE(cpus_come_and_go),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
