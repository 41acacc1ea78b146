// SPDX-License-Identifier: GPL-2.0-only
/* Names of tasks, remembered for when the tasks are gone. */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/threads.h>

#include "base/base.h"

/* Pids are told apart by these many low values first. */
#define NR_PIDS		PID_MAX_DEFAULT
/* No place. */
#define NONE		U16_MAX
/* Bit of struct cache's lock. */
#define LOCKED		0

/*
 * What users read back as the number of places is more than they asked for: it
 * fills up an allocation of a power of two pages. These are the sizes that
 * they know it to be made of.
 */
#define KNOWN_HEAD	(4 * (NR_PIDS + 1) + 20)
#define KNOWN_PLACE	20

/*
 * A place of the cache.
 *
 * @pid: the task that it belongs to, 0 for none
 * @comm: the task's name, zero-terminated
 */
struct place {
	u32	pid;
	char	comm[TASK_COMM_LEN];
};

/*
 * The cache. Recording and reading look at it with preemption off; a
 * replacement frees it a grace period later.
 *
 * @lock: its bit LOCKED guards the rest. Recording only tries it, because it may
 *	  have interrupted its holder; others wait for it in task context only.
 *	  No spinlock: those are traced, and do nothing on one CPU
 * @nr: number of places
 * @last: the place given out last
 * @place_of: by the low bits of the pid, a number in @place, or NONE
 * @place: the places
 */
struct cache {
	unsigned long	lock;
	unsigned int	nr;
	unsigned int	last;
	u16		place_of[NR_PIDS];
	struct place	place[];
};

DEFINE_PER_CPU(u8, otr_comm_wanted);

static struct cache __rcu *comm_the_cache;
static DEFINE_MUTEX(comm_resize_lock);	/* serialises replacements of it */

/* For who reads the memory of a kernel. */
const struct otr_told otr_comm_told[] = {
	OTR_TOLD_AT("comm.cache", comm_the_cache),
	OTR_TOLD_MEMBER(cache, nr),
	OTR_TOLD_MEMBER(cache, place),
	OTR_TOLD_SIZE(place),
	OTR_TOLD_MEMBER(place, pid),
	OTR_TOLD_MEMBER(place, comm),
	{}
};

static unsigned int comm_places_for(unsigned int places)
{
	size_t bytes = KNOWN_HEAD + (size_t)KNOWN_PLACE * places;

	bytes = roundup_pow_of_two(round_up(bytes, PAGE_SIZE));
	return (bytes - KNOWN_HEAD) / KNOWN_PLACE;
}

static struct cache *comm_cache_alloc(unsigned int places)
{
	struct cache *cache;

	places = comm_places_for(places);
	cache = kvzalloc(struct_size(cache, place, places), GFP_KERNEL);
	if (!cache)
		return NULL;
	cache->nr = places;
	memset(cache->place_of, 0xff, sizeof(cache->place_of));
	return cache;
}

static bool comm_cache_trylock(struct cache *cache)
{
	return !test_and_set_bit_lock(LOCKED, &cache->lock);
}

/* In which place @pid is, or NONE. The lock is held, or the answer a guess. */
static unsigned int comm_find(const struct cache *cache, u32 pid)
{
	unsigned int nr = READ_ONCE(cache->place_of[pid % NR_PIDS]);

	return nr != NONE && READ_ONCE(cache->place[nr].pid) == pid ? nr : NONE;
}

/* A place for @pid: its own, or the one that was given out longest ago. */
static struct place *comm_place_for(struct cache *cache, u32 pid)
{
	unsigned int nr = comm_find(cache, pid);

	if (nr == NONE) {
		nr = cache->last + 1 < cache->nr ? cache->last + 1 : 0;
		cache->last = nr;
		WRITE_ONCE(cache->place_of[pid % NR_PIDS], nr);
	}
	return &cache->place[nr];
}

static bool comm_known(const struct cache *cache, pid_t pid, const char *comm)
{
	unsigned int nr = comm_find(cache, pid);

	if (nr == NONE)
		return false;
	/* A mixture of two names is no harm, see otr_comm_record_as(). */
	return !data_race(memcmp(cache->place[nr].comm, comm, TASK_COMM_LEN));
}

/**
 * otr_comm_record_as - remember a task's name, when there is no more of it than that
 * @pid: its id
 * @comm: its name, TASK_COMM_LEN bytes
 *
 * Context: any, NMI included; preemption off.
 * Return: true if it is remembered, false if somebody else is at it: try again
 * some time.
 */
bool otr_comm_record_as(pid_t pid, const char *comm)
{
	struct cache *cache;
	struct place *place;

	/* The idle tasks have no name of their own. */
	if (!pid)
		return true;
	cache = rcu_dereference_sched(comm_the_cache);
	if (unlikely(!cache))
		return false;
	/*
	 * Mostly it was remembered before. Without the lock a place may change
	 * hands while it is compared; then it was this task's a moment ago, and
	 * to have written it then would not have made a difference.
	 */
	if (comm_known(cache, pid, comm))
		return true;
	if (!comm_cache_trylock(cache))
		return false;
	place = comm_place_for(cache, pid);
	WRITE_ONCE(place->pid, pid);
	memcpy(place->comm, comm, TASK_COMM_LEN);
	place->comm[TASK_COMM_LEN - 1] = '\0';
	clear_bit_unlock(LOCKED, &cache->lock);
	return true;
}

/**
 * otr_comm_record - remember a task's name
 * @task: the task
 *
 * Context: as for otr_comm_record_as().
 * Return: likewise.
 */
bool otr_comm_record(const struct task_struct *task)
{
	return otr_comm_record_as(task->pid, task->comm);
}

/**
 * otr_comm_switch - remember two tasks, if that was asked for
 * @prev: a task, at a context switch the one that leaves
 * @next: another one
 *
 * Context: tracepoint of a context switch or a wake-up; preemption off.
 */
void otr_comm_switch(const struct task_struct *prev, const struct task_struct *next)
{
	u8 what = raw_cpu_read_1(otr_comm_wanted);
	bool done = true;

	if (!what)
		return;
	if (what & OTR_COMM_NAME) {
		done = otr_comm_record(prev);
		done &= otr_comm_record(next);
	}
	if (what & OTR_COMM_TGID) {
		done &= otr_tgid_record(prev);
		done &= otr_tgid_record(next);
	}
	if (done)
		raw_cpu_write_1(otr_comm_wanted, 0);
}

/**
 * otr_comm_now - remember the name of the running task, if that was asked for
 *
 * For what a task does that others will want to know it by.
 *
 * Context: any, NMI included; preemption off.
 */
void otr_comm_now(void)
{
	u8 what = raw_cpu_read_1(otr_comm_wanted);

	/* What an NMI asks for in between is asked for this task, whose name is known. */
	if ((what & OTR_COMM_NAME) && otr_comm_record(current))
		raw_cpu_write_1(otr_comm_wanted, what & ~OTR_COMM_NAME);
}

/*
 * Locks the cache, with preemption off. Outside of tasks the holder may be what
 * was interrupted, and with interrupts off it may be on a CPU that was stopped for
 * good, so one try has to do.
 */
static struct cache *comm_cache_lock(void)
{
	struct cache *cache;

	preempt_disable();
	cache = rcu_dereference_sched(comm_the_cache);
	if (cache) {
		while (!comm_cache_trylock(cache)) {
			if (!in_task() || irqs_disabled()) {
				cache = NULL;
				break;
			}
			cpu_relax();
		}
	}
	if (!cache)
		preempt_enable();
	return cache;
}

static void comm_cache_unlock(struct cache *cache)
{
	clear_bit_unlock(LOCKED, &cache->lock);
	preempt_enable();
}

/**
 * otr_comm_find - the name that a task has or had
 * @pid: the task's id
 * @comm: room for TASK_COMM_LEN characters; gets "<...>" for a task that is
 *	  not remembered
 *
 * Context: any, NMI included; outside of tasks, and with interrupts off, a remembered
 * name may be missed.
 */
void otr_comm_find(pid_t pid, char *comm)
{
	struct cache *cache;
	unsigned int nr;

	if (pid <= 0) {
		strscpy(comm, pid ? "<XXX>" : "<idle>", TASK_COMM_LEN);
		return;
	}

	cache = comm_cache_lock();
	nr = cache ? comm_find(cache, pid) : NONE;
	if (nr != NONE)
		memcpy(comm, cache->place[nr].comm, TASK_COMM_LEN);
	else
		strscpy(comm, "<...>", TASK_COMM_LEN);
	if (cache)
		comm_cache_unlock(cache);
}

/**
 * otr_comm_next - walk over the cache
 * @place: where to go on, 0 at first; moved on behind what was found
 * @comm: room for TASK_COMM_LEN characters; gets the name
 *
 * Context: task.
 * Return: the pid of the task, -1 at the end.
 */
int otr_comm_next(unsigned int *place, char *comm)
{
	struct cache *cache = comm_cache_lock();
	int pid = -1;

	if (!cache)
		return -1;
	while (pid < 0 && *place < cache->nr) {
		const struct place *at = &cache->place[(*place)++];

		if (!at->pid)
			continue;
		pid = at->pid;
		memcpy(comm, at->comm, TASK_COMM_LEN);
	}
	comm_cache_unlock(cache);
	return pid;
}

/**
 * otr_comm_size - how many places the cache has
 *
 * Context: task.
 * Return: the number.
 */
unsigned int otr_comm_size(void)
{
	struct cache *cache = comm_cache_lock();
	unsigned int nr;

	if (!cache)
		return 0;
	nr = cache->nr;
	comm_cache_unlock(cache);
	return nr;
}

/**
 * otr_comm_resize - start a cache of another size
 * @places: at least so many places; what was remembered is lost
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for 0 or more than 32768, -ENOMEM.
 */
int otr_comm_resize(unsigned int places)
{
	struct cache *cache, *old;

	if (!places || places > NR_PIDS)
		return -EINVAL;
	cache = comm_cache_alloc(places);
	if (!cache)
		return -ENOMEM;

	mutex_lock(&comm_resize_lock);
	old = rcu_replace_pointer(comm_the_cache, cache, lockdep_is_held(&comm_resize_lock));
	mutex_unlock(&comm_resize_lock);
	/* All users have preemption off. */
	synchronize_rcu();
	kvfree(old);
	return 0;
}

/**
 * otr_comm_init - start the cache
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_comm_init(void)
{
	return otr_comm_resize(OTR_COMM_DEFAULT);
}

/**
 * otr_comm_exit - free the cache
 *
 * Context: module unload, when nobody records or reads any more.
 */
void otr_comm_exit(void)
{
	kvfree(rcu_dereference_protected(comm_the_cache, true));
	RCU_INIT_POINTER(comm_the_cache, NULL);
}
