// SPDX-License-Identifier: GPL-2.0-only
/* CPUs and pages, for programs that compile the kernel's sources. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <linux/irq_work.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

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

/* What is told of CPUs that come and go. */
static struct hotplug {
	int (*up)(unsigned int cpu, struct hlist_node *node);
	int (*down)(unsigned int cpu, struct hlist_node *node);
	struct hlist_node *nodes[RINGS];
} states[SHIM_CPUHP_STATES];

int shim_hangs;
unsigned long shim_ticks;

/* Of the buffer room, see buffer_step.h. */
unsigned int window_slots = 1024;

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

/* References to pages beyond the first one. */
static struct page *referenced[RINGS];

void get_page(struct page *page)
{
	int i;

	for (i = 0; referenced[i]; i++)
		;
	referenced[i] = page;
}

void put_page(struct page *page)
{
	int i;

	for (i = 0; i < RINGS; i++) {
		if (referenced[i] == page) {
			referenced[i] = NULL;
			return;
		}
	}
	kfree(page);
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
	states[state].up = up;
	states[state].down = down;
	return state;
}

void cpuhp_remove_multi_state(enum cpuhp_state state)
{
	states[state] = (struct hotplug) {};
}

int cpuhp_state_add_instance_nocalls(enum cpuhp_state state, struct hlist_node *node)
{
	int i;

	for (i = 0; states[state].nodes[i]; i++)
		if (i == RINGS - 2)
			return -ENOSPC;
	states[state].nodes[i] = node;
	return 0;
}

int cpuhp_state_add_instance(enum cpuhp_state state, struct hlist_node *node)
{
	int cpu, err = cpuhp_state_add_instance_nocalls(state, node);

	for_each_online_cpu(cpu) {
		if (!err)
			err = states[state].up(cpu, node);
	}
	if (err)
		cpuhp_state_remove_instance_nocalls(state, node);
	return err;
}

int cpuhp_state_remove_instance_nocalls(enum cpuhp_state state, struct hlist_node *node)
{
	int i;

	for (i = 0; i < RINGS; i++)
		if (states[state].nodes[i] == node)
			states[state].nodes[i] = NULL;
	return 0;
}

static int moved(enum cpuhp_state state, unsigned int cpu, bool up)
{
	const struct hotplug *of = &states[state];
	int i, err = 0;

	for (i = 0; i < RINGS; i++)
		if (of->nodes[i])
			err = (up ? of->up : of->down)(cpu, of->nodes[i]) ?: err;
	return err;
}

int shim_cpu_up(unsigned int cpu)
{
	int err = moved(CPUHP_BP_PREPARE_DYN, cpu, true);

	shim_online[cpu] = true;
	return moved(CPUHP_AP_ONLINE_DYN, cpu, true) ?: err;
}

void shim_cpu_down(unsigned int cpu)
{
	shim_online[cpu] = false;
	moved(CPUHP_BP_PREPARE_DYN, cpu, false);
}

/* Programs in which something happens meanwhile have their own. */
bool __weak shim_sleep(wait_queue_head_t *queue)
{
	return false;
}

/* What is kept of pages: few enough to be looked at one by one. */
static struct {
	const struct page *page;
	unsigned long value;
} privates[512];

static int private_at(const struct page *page)
{
	int i;

	for (i = 0; privates[i].page && privates[i].page != page; i++)
		;
	privates[i].page = page;
	return i;
}

unsigned long page_private(const struct page *page)
{
	return privates[private_at(page)].value;
}

void set_page_private(const struct page *page, unsigned long value)
{
	privates[private_at(page)].value = value;
}

void shim_forget_privates(void)
{
	memset(privates, 0, sizeof(privates));
}
