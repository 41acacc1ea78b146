// SPDX-License-Identifier: GPL-2.0-only
/* Which tasks are wanted, and that what is remembered of them is not out of date. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/base.h"
#include "ktap.h"

#define PARENT	10
#define CHILD	20

static struct otr_idset *set_of(pid_t pid)
{
	struct otr_idset *set = otr_idset_create();

	EXPECT_EQ(otr_idset_add(set, pid, GFP_KERNEL), 0);
	return set;
}

/* Nobody else looks. */
static void set_side(struct otr_tasks *tasks, enum otr_side side, struct otr_idset *set)
{
	struct otr_idset *old = otr_tasks_publish(tasks, side, set);

	otr_tasks_settle(tasks);
	otr_idset_free(old);
}

/* Asked twice: the second answer may be remembered. */
static bool wanted(const struct otr_tasks *tasks, int cpu, pid_t pid)
{
	bool first;

	shim_cpu = cpu;
	shim_task.pid = pid;
	first = otr_tasks_wanted(tasks);
	EXPECT_EQ(otr_tasks_wanted(tasks), first);
	EXPECT_EQ(otr_tasks_known(tasks), !first);
	return first;
}

static void sets_decide(void)
{
	struct otr_tasks tasks;

	EXPECT_EQ(otr_tasks_init(&tasks), 0);
	EXPECT(!tasks.limited);
	EXPECT(wanted(&tasks, 0, 0));
	EXPECT(wanted(&tasks, 0, 1));
	set_side(&tasks, OTR_WANT, set_of(1));
	EXPECT(tasks.limited);
	EXPECT(wanted(&tasks, 0, 1));
	EXPECT(!wanted(&tasks, 0, 0));
	EXPECT(!wanted(&tasks, 0, 2));
	EXPECT(wanted(&tasks, 0, 1));
	set_side(&tasks, OTR_NOT, set_of(1));
	EXPECT(!wanted(&tasks, 0, 1));
	set_side(&tasks, OTR_WANT, NULL);
	EXPECT(tasks.limited);
	EXPECT(!wanted(&tasks, 0, 1));
	EXPECT(wanted(&tasks, 0, 2));
	set_side(&tasks, OTR_NOT, NULL);
	EXPECT(!tasks.limited);
	EXPECT(wanted(&tasks, 0, 1));
	otr_tasks_exit(&tasks);
}

/* A CPU that is offline meanwhile is one that does not ask. */
static void changes_are_seen_everywhere(void)
{
	struct otr_tasks tasks;

	EXPECT_EQ(otr_tasks_init(&tasks), 0);
	set_side(&tasks, OTR_WANT, set_of(1));
	for (int cpu = 0; cpu < SHIM_CPUS; cpu++)
		EXPECT(!wanted(&tasks, cpu, 2));
	set_side(&tasks, OTR_WANT, set_of(2));
	for (int cpu = 0; cpu < SHIM_CPUS; cpu++) {
		EXPECT(wanted(&tasks, cpu, 2));
		EXPECT(!wanted(&tasks, cpu, 1));
	}
	otr_tasks_exit(&tasks);
}

static void numbers_come_again(void)
{
	struct otr_tasks tasks;

	EXPECT_EQ(otr_tasks_init(&tasks), 0);
	set_side(&tasks, OTR_WANT, set_of(PARENT));
	/* Somebody had the child's number before. */
	EXPECT(!wanted(&tasks, 1, CHILD));
	EXPECT(!wanted(&tasks, 2, CHILD + 1));
	otr_tasks_fork(&tasks, PARENT, CHILD);
	otr_tasks_fork(&tasks, CHILD + 1, CHILD + 2);
	EXPECT(wanted(&tasks, 1, CHILD));
	EXPECT(!wanted(&tasks, 1, CHILD + 2));
	/* The others are still known. */
	shim_cpu = 2;
	shim_task.pid = CHILD + 1;
	EXPECT(otr_tasks_known(&tasks));
	otr_tasks_gone(&tasks, CHILD);
	EXPECT(!wanted(&tasks, 1, CHILD));
	EXPECT(wanted(&tasks, 1, PARENT));

	set_side(&tasks, OTR_WANT, NULL);
	set_side(&tasks, OTR_NOT, set_of(PARENT));
	EXPECT(wanted(&tasks, 1, CHILD));
	otr_tasks_fork(&tasks, PARENT, CHILD);
	EXPECT(!wanted(&tasks, 1, CHILD));
	EXPECT(!wanted(&tasks, 3, CHILD));
	otr_tasks_gone(&tasks, CHILD);
	EXPECT(wanted(&tasks, 1, CHILD));
	EXPECT(wanted(&tasks, 3, CHILD));
	EXPECT(!wanted(&tasks, 3, PARENT));
	otr_tasks_exit(&tasks);
}

static void memory_runs_out(void)
{
	struct otr_tasks tasks;

	shim_alloc_countdown = 0;
	EXPECT_EQ(otr_tasks_init(&tasks), -ENOMEM);
	shim_alloc_countdown = -1;
	otr_tasks_exit(&tasks);
}

#define ROUNDS	200000

static struct otr_tasks shared;
static unsigned int turn, answered;

/* Both go on at the same moment, as nearly as that can be had. */
static void wait_for(unsigned int *word, unsigned int value)
{
	for (unsigned int spins = 1; __atomic_load_n(word, __ATOMIC_ACQUIRE) != value; spins++)
		if (!(spins % 1000))
			sched_yield();
}

/*
 * The last steps of a task whose number is given away already: it asks while
 * the new one is born.
 */
static void *old_task(void *arg)
{
	shim_cpu = 1;
	shim_task.pid = CHILD;
	for (unsigned int i = 1; i < 2 * ROUNDS; i += 2) {
		wait_for(&turn, i);
		otr_tasks_wanted(&shared);
		__atomic_store_n(&answered, i, __ATOMIC_RELEASE);
		wait_for(&turn, i + 1);
		/* From here on it is the new one. */
		if (!otr_tasks_wanted(&shared))
			KTAP_FAIL("turned away in round %u", i / 2);
		__atomic_store_n(&answered, i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void birth_races_with_death(void)
{
	pthread_t thread;

	EXPECT_EQ(otr_tasks_init(&shared), 0);
	set_side(&shared, OTR_WANT, set_of(PARENT));
	pthread_create(&thread, NULL, old_task, NULL);
	for (unsigned int i = 1; i < 2 * ROUNDS; i += 2) {
		__atomic_store_n(&turn, i, __ATOMIC_RELEASE);
		for (int wait = i % 128; wait; wait--)
			barrier();
		otr_tasks_fork(&shared, PARENT, CHILD);
		wait_for(&answered, i);
		__atomic_store_n(&turn, i + 1, __ATOMIC_RELEASE);
		wait_for(&answered, i + 1);
		otr_tasks_gone(&shared, CHILD);
		/* What it knew of the last one is forgotten. */
		otr_tasks_settle(&shared);
	}
	pthread_join(thread, NULL);
	otr_tasks_exit(&shared);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(sets_decide),
	KTAP_CASE(changes_are_seen_everywhere),
	KTAP_CASE(numbers_come_again),
	KTAP_CASE(memory_runs_out),
	KTAP_CASE(birth_races_with_death),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
