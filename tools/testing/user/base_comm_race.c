// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache of tasks' names under the thread sanitizer: several CPUs remember names,
 * look them up and walk over them, while another one puts caches of other sizes there.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include <linux/rcupdate.h>

#include "base/base.h"
#include "ktap.h"
#include "race.h"

#define CASES	2
#define THREADS	3
/* More than there are places, so that places change hands. */
#define PIDS	20000

RACE_LOOKERS()

static u64 end;
static bool resizes;
static u64 recorded, busy, found, walked, wrong;

static void name_of(char *name, int pid)
{
	snprintf(name, TASK_COMM_LEN, "%d.%d", pid, pid);
}

/* A name tells its pid, so that a mixture of two is noticed. */
static void check(int pid, const char *comm)
{
	char name[TASK_COMM_LEN];

	if (!strcmp(comm, "<...>"))
		return;
	name_of(name, pid);
	if (strcmp(name, comm))
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&found, 1, __ATOMIC_RELAXED);
}

static void remember(int pid)
{
	struct task_struct task = { .pid = pid, .tgid = pid };

	name_of(task.comm, pid);
	__atomic_fetch_add(otr_comm_record(&task) ? &recorded : &busy, 1, __ATOMIC_RELAXED);
}

static void walk(void)
{
	char comm[TASK_COMM_LEN];
	unsigned int place = 0;
	int pid, most = 100;

	while (most-- && (pid = otr_comm_next(&place, comm)) >= 0) {
		check(pid, comm);
		__atomic_fetch_add(&walked, 1, __ATOMIC_RELAXED);
	}
}

static void *user(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg, turn = 0;
	char comm[TASK_COMM_LEN];

	while (race_on(&end)) {
		int pid = 1 + rand_r(&seed) % PIDS;

		race_look();
		remember(1 + rand_r(&seed) % PIDS);
		otr_comm_find(pid, comm);
		check(pid, comm);
		if (!(++turn % 256))
			walk();
		race_look_away();
	}
	return NULL;
}

static void race(void)
{
	pthread_t thread[THREADS];
	unsigned int turn = 0;
	long i;

	EXPECT_EQ(otr_base_init(), 0);
	recorded = 0;
	found = 0;
	walked = 0;
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, user, (void *)(i + 1));
	while (race_on(&end)) {
		if (resizes)
			EXPECT_EQ(otr_comm_resize(turn++ % 2 ? 128 : 20000), 0);
		sched_yield();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(wrong, 0);
	EXPECT(recorded > 100 && found > 10 && walked > 10);
	printf("# %lu recorded, %lu while busy, %lu found, %lu walked over, %u sizes\n", recorded,
	       busy, found, walked, turn);
	otr_base_exit();
}

static void places_change_hands(void)
{
	resizes = false;
	race();
}

static void caches_change(void)
{
	resizes = true;
	race();
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(places_change_hands),
	KTAP_CASE(caches_change),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
