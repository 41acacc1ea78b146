// SPDX-License-Identifier: GPL-2.0-only
/* CPUs and pages, for programs that compile the kernel's sources. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <linux/irq_work.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/wait.h>

#define RINGS	16

__thread int shim_cpu;
bool shim_online[SHIM_CPUS] = { true, true };
bool shim_killed;
long shim_mem_available = 1L << 30;
int shim_hangs;

/* A call that waits for a CPU. */
static struct ipi {
	void (*func)(void *info);
	void *info;
	bool runs, pending;
} ipis[SHIM_CPUS];

static int (*up_call)(unsigned int cpu, struct hlist_node *node);
static struct hlist_node *nodes[RINGS];

void irq_work_queue(struct irq_work *work)
{
	if (cpu_online(shim_cpu))
		work->func(work);
	else
		work->stranded = true;
}

void *shim_alloc_percpu(size_t size, size_t align)
{
	void *p = kzalloc(0, GFP_KERNEL);

	if (!p)
		return NULL;
	free(p);
	p = aligned_alloc(align, SHIM_CPUS * size);
	return memset(p, 0, SHIM_CPUS * size);
}

void free_percpu(void *p)
{
	kfree(p);
}

struct page *shim_alloc_pages(gfp_t gfp, unsigned int order)
{
	size_t size = PAGE_SIZE << order;
	void *p = kzalloc(0, gfp);

	if (!p)
		return NULL;
	free(p);
	p = aligned_alloc(PAGE_SIZE, size);
	return memset(p, gfp & __GFP_ZERO ? 0 : 0xa5, size);
}

void free_pages(unsigned long address, unsigned int order)
{
	kfree((void *)address);
}

/* This thread is its CPU from here on, or is not any more. */
void shim_cpu_run(bool run)
{
	__atomic_store_n(&ipis[shim_cpu].runs, run, __ATOMIC_SEQ_CST);
	if (!run)
		shim_cpu_poll();
}

/* Take the call that waits for this CPU, if there is one. */
bool shim_cpu_poll(void)
{
	struct ipi *ipi = &ipis[shim_cpu];
	static __thread bool inside;

	/* It runs with interrupts off. */
	if (inside || !__atomic_load_n(&ipi->pending, __ATOMIC_ACQUIRE))
		return false;
	inside = true;
	ipi->func(ipi->info);
	inside = false;
	__atomic_store_n(&ipi->pending, false, __ATOMIC_RELEASE);
	return true;
}

int smp_call_function_single(int cpu, void (*func)(void *info), void *info, int wait)
{
	struct ipi *ipi = &ipis[cpu];
	int was = shim_cpu;

	if (!__atomic_load_n(&ipi->runs, __ATOMIC_SEQ_CST)) {
		shim_cpu = cpu;
		func(info);
		shim_cpu = was;
		return 0;
	}
	ipi->func = func;
	ipi->info = info;
	__atomic_store_n(&ipi->pending, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&ipi->pending, __ATOMIC_ACQUIRE))
		sched_yield();
	return 0;
}

int cpuhp_setup_state_multi(enum cpuhp_state state, const char *name,
			    int (*up)(unsigned int cpu, struct hlist_node *node),
			    int (*down)(unsigned int cpu, struct hlist_node *node))
{
	up_call = up;
	return state;
}

void cpuhp_remove_multi_state(enum cpuhp_state state)
{
	up_call = NULL;
}

int cpuhp_state_add_instance(enum cpuhp_state state, struct hlist_node *node)
{
	int cpu, err, i;

	for (i = 0; nodes[i]; i++)
		if (i == RINGS - 2)
			return -ENOSPC;
	nodes[i] = node;
	for_each_online_cpu(cpu) {
		err = up_call(cpu, node);
		if (err) {
			nodes[i] = NULL;
			return err;
		}
	}
	return 0;
}

int cpuhp_state_remove_instance_nocalls(enum cpuhp_state state, struct hlist_node *node)
{
	int i;

	for (i = 0; i < RINGS; i++)
		if (nodes[i] == node)
			nodes[i] = NULL;
	return 0;
}

int shim_cpu_up(unsigned int cpu)
{
	int i, err = 0;

	for (i = 0; i < RINGS; i++)
		if (nodes[i])
			err = up_call(cpu, nodes[i]) ?: err;
	shim_online[cpu] = true;
	return err;
}

/* Programs in which something happens meanwhile have their own. */
bool __weak shim_sleep(wait_queue_head_t *queue)
{
	return false;
}
