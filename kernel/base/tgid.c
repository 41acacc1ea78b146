// SPDX-License-Identifier: GPL-2.0-only
/* Thread groups of tasks, remembered for when the tasks are gone. */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/threads.h>

#include "base/base.h"

/* One page of them. */
#define LEAF_BITS	10
#define LEAF_SIZE	BIT(LEAF_BITS)
#define NR_LEAVES	(PID_MAX_LIMIT / LEAF_SIZE)

/* By pid: leaves of thread group ids, 0 for not known. NULL until it is used. */
static int **tgid_the_map;
static DEFINE_MUTEX(tgid_start_lock);	/* serialises the first use */

/* A leaf that recording found missing; the next recorder that finds it so asks again. */
static unsigned int tgid_leaf_wanted;

/* The leaf and the next one, which pids that count up will soon want as well. */
static void tgid_leaf_add(struct irq_work *work)
{
	unsigned int first = READ_ONCE(tgid_leaf_wanted);
	unsigned int nr;

	for (nr = first; nr < NR_LEAVES && nr < first + 2; nr++) {
		int *leaf;

		if (READ_ONCE(tgid_the_map[nr]))
			continue;
		leaf = kcalloc(LEAF_SIZE, sizeof(*leaf), GFP_ATOMIC | __GFP_NOWARN);
		/*
		 * Fully ordered: a reader that sees the leaf sees it zeroed. Pairs with
		 * the address dependency in tgid_entry_of().
		 */
		if (leaf && cmpxchg(&tgid_the_map[nr], NULL, leaf))
			kfree(leaf);
	}
}

static DEFINE_IRQ_WORK(tgid_leaf_work, tgid_leaf_add);

/* Where the thread group of @pid is kept, NULL if it is not. */
static int *tgid_entry_of(u32 pid)
{
	/* Pairs with the release in otr_tgid_start(): the leaves are seen. */
	int **map = smp_load_acquire(&tgid_the_map);
	int *leaf;

	if (!map || pid >= PID_MAX_LIMIT)
		return NULL;
	/* Pairs with the cmpxchg() in tgid_leaf_add(). */
	leaf = READ_ONCE(map[pid / LEAF_SIZE]);
	return leaf ? leaf + pid % LEAF_SIZE : NULL;
}

/**
 * otr_tgid_start - make room for thread groups, if there is none yet
 *
 * It stays until the engine goes, because what was recorded is asked for later.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_tgid_start(void)
{
	int err = 0;
	int **map;

	mutex_lock(&tgid_start_lock);
	if (!tgid_the_map) {
		map = kvcalloc(NR_LEAVES, sizeof(*map), GFP_KERNEL);
		if (map)
			/* Pairs with the acquire in tgid_entry_of(). */
			smp_store_release(&tgid_the_map, map);
		else
			err = -ENOMEM;
	}
	mutex_unlock(&tgid_start_lock);
	return err;
}

/**
 * otr_tgid_record - remember a task's thread group
 * @task: the task
 *
 * Context: any, NMI included; preemption off.
 * Return: true if it is remembered, false if room has to be made first: try
 * again some time.
 */
bool otr_tgid_record(const struct task_struct *task)
{
	int *entry;

	/* The idle tasks have none. */
	if (!task->pid)
		return true;
	entry = tgid_entry_of(task->pid);
	if (unlikely(!entry)) {
		/* There may be locks held here: allocate elsewhere. */
		if (READ_ONCE(tgid_the_map)) {
			WRITE_ONCE(tgid_leaf_wanted, task->pid / LEAF_SIZE);
			otr_raise(&tgid_leaf_work);
		}
		return false;
	}
	WRITE_ONCE(*entry, task->tgid);
	return true;
}

/**
 * otr_tgid_find - the thread group that a task belongs or belonged to
 * @pid: the task's id
 *
 * Context: any.
 * Return: the id of the group, 0 if it is not known.
 */
int otr_tgid_find(pid_t pid)
{
	int *entry = tgid_entry_of(pid);

	return entry ? READ_ONCE(*entry) : 0;
}

/**
 * otr_tgid_next - walk over the tasks whose thread group is known
 * @from: the first pid that counts, 0 or more
 *
 * Context: any.
 * Return: the smallest such pid from @from on, -1 if there is none.
 */
int otr_tgid_next(pid_t from)
{
	u32 pid = from;

	while (pid < PID_MAX_LIMIT && !otr_tgid_find(pid))
		pid = tgid_entry_of(pid) ? pid + 1 : round_up(pid + 1, LEAF_SIZE);
	return pid < PID_MAX_LIMIT ? (int)pid : -1;
}

/**
 * otr_tgid_exit - free what otr_tgid_start() made
 *
 * Context: module unload, when nobody records or reads any more; may sleep.
 */
void otr_tgid_exit(void)
{
	unsigned int nr;

	irq_work_sync(&tgid_leaf_work);
	for (nr = 0; tgid_the_map && nr < NR_LEAVES; nr++)
		kfree(tgid_the_map[nr]);
	kvfree(tgid_the_map);
	tgid_the_map = NULL;
}
