// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tasks are wanted, under the thread sanitizer: tasks on other CPUs ask while sets
 * are exchanged, and while children come into them and go. From the moment that a change
 * is over until the next one begins, every answer is that of the sets that are there.
 */
#define _GNU_SOURCE
#include "base/base.h"
#include "ktap.h"
#include "race.h"

#define CASES	2
#define THREADS	3
#define PARENT	10

RACE_LOOKERS()

static struct otr_tasks tasks;
static u64 end;
/* Odd while something is changed. */
static u32 phase;
static bool (*expected)(u32 phase, pid_t pid);
static u64 asked, known, changed;

/* The task of a thread, which is its CPU. */
static pid_t pid_of(int cpu)
{
	return 100 + cpu * 70000;
}

static struct otr_idset *set_of(u32 bits)
{
	struct otr_idset *set = otr_idset_create();
	int cpu;

	EXPECT_EQ(otr_idset_add(set, PARENT, GFP_KERNEL), 0);
	for (cpu = 1; cpu <= THREADS; cpu++)
		if (bits >> cpu & 1)
			EXPECT_EQ(otr_idset_add(set, pid_of(cpu), GFP_KERNEL), 0);
	return set;
}

static void *asker(void *arg)
{
	u32 before, after, nr = 0, remembered = 0;
	bool wanted;

	shim_cpu = (long)arg;
	shim_task.pid = pid_of(shim_cpu);
	while (race_on(&end)) {
		before = __atomic_load_n(&phase, __ATOMIC_ACQUIRE);
		race_look();
		remembered += otr_tasks_known(&tasks);
		wanted = otr_tasks_wanted(&tasks);
		race_look_away();
		after = __atomic_load_n(&phase, __ATOMIC_ACQUIRE);
		if (before != after || before & 1)
			continue;
		nr++;
		if (wanted != expected(before, shim_task.pid))
			KTAP_FAIL("task %d: %d in phase %u", shim_task.pid, wanted, before);
	}
	__atomic_fetch_add(&asked, nr, __ATOMIC_RELAXED);
	__atomic_fetch_add(&known, remembered, __ATOMIC_RELAXED);
	return NULL;
}

static void race(void (*change)(u32 to), bool (*answer)(u32 phase, pid_t pid))
{
	pthread_t thread[THREADS];
	long i;

	asked = 0;
	known = 0;
	changed = 0;
	phase = 0;
	expected = answer;
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, asker, (void *)(i + 1));
	while (race_on(&end)) {
		u32 to = phase + 2;

		__atomic_store_n(&phase, to - 1, __ATOMIC_SEQ_CST);
		change(to);
		__atomic_store_n(&phase, to, __ATOMIC_RELEASE);
		changed++;
		for (i = to % 16; i; i--)
			sched_yield();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	EXPECT(asked > 100 && known > 10 && changed > 10);
	printf("# %lu answers, %lu remembered, %lu changes\n", asked, known, changed);
}

/* All sets that there can be, one after the other. */
static u32 bits_of(u32 phase, enum otr_side side)
{
	u32 bits = phase / 2 * 2654435761u >> 16;

	return side == OTR_WANT ? bits & 0xf : bits >> 4 & 0xf;
}

/* Bit 0: there is such a set. */
static void change_set(u32 to)
{
	enum otr_side side = to / 2 % 2 ? OTR_WANT : OTR_NOT;
	u32 bits = bits_of(to, side);
	struct otr_idset *old = otr_tasks_publish(&tasks, side, bits & 1 ? set_of(bits) : NULL);

	shim_synchronize();
	otr_tasks_settle(&tasks);
	otr_idset_free(old);
}

/* The set of each side is that of the last phase in which it was changed. */
static bool wanted_by_sets(u32 phase, pid_t pid)
{
	u32 bit = (pid - 100) / 70000;
	u32 want = bits_of(phase / 2 % 2 ? phase : phase - 2, OTR_WANT);
	u32 not = bits_of(phase / 2 % 2 ? phase - 2 : phase, OTR_NOT);

	if (phase < 4)
		want = phase < 2 ? 0 : want;
	if (phase < 4)
		not = 0;
	if (want & 1 && !(want >> bit & 1))
		return false;
	return !(not & 1 && not >> bit & 1);
}

static void sets_change(void)
{
	EXPECT_EQ(otr_tasks_init(&tasks), 0);
	race(change_set, wanted_by_sets);
	otr_tasks_exit(&tasks);
}

/* A task's number becomes that of a child, or is given back. */
static void change_child(u32 to)
{
	pid_t pid = pid_of(1 + (to - 2) / 4 % THREADS);

	if (to % 4)
		otr_tasks_fork(&tasks, PARENT, pid);
	else
		otr_tasks_gone(&tasks, pid);
}

/* It comes in phase 4 n + 2 and goes in the next one: the others are away. */
static bool wanted_as_child(u32 phase, pid_t pid)
{
	return phase % 4 && pid == pid_of(1 + (phase - 2) / 4 % THREADS);
}

/*
 * A task that is gone does not ask any more, and the next one with its number is told
 * after it was forgotten: where a number goes, that is the new task's doing here.
 */
static void change_child_and_settle(u32 to)
{
	change_child(to);
	if (!(to % 4)) {
		shim_synchronize();
		otr_tasks_settle(&tasks);
	}
}

static void children_come_and_go(void)
{
	struct otr_idset *set;

	EXPECT_EQ(otr_tasks_init(&tasks), 0);
	set = set_of(0);
	EXPECT(!otr_tasks_publish(&tasks, OTR_WANT, set));
	otr_tasks_settle(&tasks);
	race(change_child_and_settle, wanted_as_child);
	otr_tasks_exit(&tasks);
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(sets_change),
	KTAP_CASE(children_come_and_go),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
