// SPDX-License-Identifier: GPL-2.0-only
/* Names and thread groups of tasks. */
#include <pthread.h>
#include <stdlib.h>

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "base/base.h"
#include "ktap.h"

/* Readers hold it shared for one step each; see hammer(). */
static pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;

void shim_synchronize(void)
{
	pthread_rwlock_wrlock(&readers);
	pthread_rwlock_unlock(&readers);
}

static struct task_struct task_of(int pid, const char *name)
{
	struct task_struct task = { .pid = pid, .tgid = pid / 10 * 10 };

	strscpy(task.comm, name, sizeof(task.comm));
	return task;
}

static bool record(int pid, const char *name)
{
	struct task_struct task = task_of(pid, name);

	return otr_comm_record(&task);
}

static const char *name_of(int pid)
{
	static __thread char comm[TASK_COMM_LEN];

	memset(comm, 'x', sizeof(comm));
	otr_comm_find(pid, comm);
	return comm;
}

static void names(void)
{
	EXPECT_EQ(otr_base_init(), 0);
	EXPECT_STR(name_of(0), "<idle>");
	EXPECT_STR(name_of(-3), "<XXX>");
	EXPECT_STR(name_of(7), "<...>");
	EXPECT(record(7, "seven"));
	EXPECT(record(0, "swapper/0"));
	EXPECT_STR(name_of(0), "<idle>");
	EXPECT_STR(name_of(7), "seven");
	EXPECT(record(7, "fifteen chars.."));
	EXPECT_STR(name_of(7), "fifteen chars..");
	/* The same low bits: one of them is known, and none as the other. */
	EXPECT_STR(name_of(7 + PID_MAX_DEFAULT), "<...>");
	EXPECT(record(7 + PID_MAX_DEFAULT, "other"));
	EXPECT_STR(name_of(7 + PID_MAX_DEFAULT), "other");
	EXPECT_STR(name_of(7), "<...>");
	otr_base_exit();
}

static void before_and_after(void)
{
	unsigned int place = 0;
	char comm[TASK_COMM_LEN];

	EXPECT(!record(7, "seven"));
	EXPECT_STR(name_of(7), "<...>");
	EXPECT_EQ(otr_comm_size(), 0);
	EXPECT_EQ(otr_comm_next(&place, comm), -1);
}

/* As many as there are places; then the oldest ones go, one by one. */
static void oldest_goes(void)
{
	unsigned int size, pid;
	char name[16];

	EXPECT_EQ(otr_base_init(), 0);
	size = otr_comm_size();
	for (pid = 1; pid <= size + 10; pid++) {
		sprintf(name, "n%u", pid);
		EXPECT(record(pid, name));
	}
	for (pid = 1; pid <= 10; pid++)
		EXPECT_STR(name_of(pid), "<...>");
	for (; pid <= size + 10; pid++) {
		sprintf(name, "n%u", pid);
		EXPECT_STR(name_of(pid), name);
	}
	/* One that lost its place gets a new one, not the new owner's. */
	EXPECT(record(1, "back"));
	EXPECT_STR(name_of(1), "back");
	EXPECT_STR(name_of(11), "<...>");
	EXPECT_STR(name_of(12), "n12");
	otr_base_exit();
}

static void sizes(void)
{
	static const struct {
		unsigned int asked, gets;
	} table[] = {
		{ 1, 6552 }, { 128, 6552 }, { 6552, 6552 }, { 6553, 19659 },
		{ 32768, 45874 },
	};

	EXPECT_EQ(otr_base_init(), 0);
	EXPECT_EQ(otr_comm_size(), 6552);
	EXPECT(record(7, "seven"));
	EXPECT_EQ(otr_comm_resize(0), -EINVAL);
	EXPECT_EQ(otr_comm_resize(PID_MAX_DEFAULT + 1), -EINVAL);
	EXPECT_STR(name_of(7), "seven");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		EXPECT_EQ(otr_comm_resize(table[i].asked), 0);
		EXPECT_EQ(otr_comm_size(), table[i].gets);
		EXPECT_STR(name_of(7), "<...>");
	}
	EXPECT(record(7, "seven"));
	shim_alloc_countdown = 0;
	EXPECT_EQ(otr_comm_resize(1), -ENOMEM);
	EXPECT_STR(name_of(7), "seven");
	otr_base_exit();
}

static void walk(void)
{
	unsigned int place = 0;
	char comm[TASK_COMM_LEN];

	EXPECT_EQ(otr_base_init(), 0);
	EXPECT_EQ(otr_comm_next(&place, comm), -1);
	EXPECT(record(30, "a"));
	EXPECT(record(10, "b"));
	EXPECT(record(20, "c"));
	place = 0;
	EXPECT_EQ(otr_comm_next(&place, comm), 30);
	EXPECT_STR(comm, "a");
	EXPECT_EQ(otr_comm_next(&place, comm), 10);
	EXPECT_EQ(otr_comm_next(&place, comm), 20);
	EXPECT_STR(comm, "c");
	EXPECT_EQ(otr_comm_next(&place, comm), -1);
	otr_base_exit();
}

static void switches(void)
{
	struct task_struct a = task_of(11, "a"), b = task_of(12, "b"), far = task_of(900000, "far");

	EXPECT_EQ(otr_base_init(), 0);
	otr_comm_switch(&a, &b);
	EXPECT_STR(name_of(11), "<...>");
	otr_comm_want(OTR_COMM_NAME);
	otr_comm_switch(&a, &b);
	EXPECT_STR(name_of(11), "a");
	EXPECT_STR(name_of(12), "b");
	EXPECT_EQ(otr_comm_wanted, 0);

	/* The running task alone, at once, and of what is asked for its name only. */
	shim_task = task_of(14, "now");
	otr_comm_now();
	EXPECT_STR(name_of(14), "<...>");
	otr_comm_want(OTR_COMM_NAME | OTR_COMM_TGID);
	otr_comm_now();
	EXPECT_STR(name_of(14), "now");
	EXPECT_EQ(otr_comm_wanted, OTR_COMM_TGID);
	otr_comm_wanted = 0;

	/* Groups: no map, no leaf, then there. */
	otr_comm_want(OTR_COMM_TGID);
	otr_comm_switch(&a, &b);
	EXPECT_EQ(otr_comm_wanted, OTR_COMM_TGID);
	EXPECT_EQ(otr_tgid_find(11), 0);
	EXPECT_EQ(otr_tgid_start(), 0);
	EXPECT_EQ(otr_tgid_start(), 0);
	otr_comm_switch(&a, &b);
	EXPECT_EQ(otr_comm_wanted, OTR_COMM_TGID);
	otr_comm_switch(&a, &b);
	EXPECT_EQ(otr_comm_wanted, 0);
	EXPECT_EQ(otr_tgid_find(11), 10);
	EXPECT_EQ(otr_tgid_find(12), 10);
	EXPECT_EQ(otr_tgid_find(13), 0);
	EXPECT_EQ(otr_tgid_find(PID_MAX_LIMIT), 0);
	EXPECT_EQ(otr_tgid_find(-1), 0);
	EXPECT(!otr_tgid_record(&far));
	EXPECT(otr_tgid_record(&far));
	EXPECT_EQ(otr_tgid_next(0), 11);
	EXPECT_EQ(otr_tgid_next(12), 12);
	EXPECT_EQ(otr_tgid_next(13), 900000);
	EXPECT_EQ(otr_tgid_next(900001), -1);
	otr_base_exit();
}

/* A CPU that comes or goes asks nobody for room; it can be asked for afterwards. */
static void groups_of_a_cpu_that_is_away(void)
{
	struct task_struct a = task_of(11, "a");

	EXPECT_EQ(otr_base_init(), 0);
	EXPECT_EQ(otr_tgid_start(), 0);
	shim_hangs = 0;
	shim_cpu = 2;
	EXPECT(!otr_tgid_record(&a));
	EXPECT(!otr_tgid_record(&a));
	shim_cpu = 0;
	EXPECT(!otr_tgid_record(&a));
	EXPECT(otr_tgid_record(&a));
	otr_base_exit();
	EXPECT_EQ(shim_hangs, 0);
}

static void groups_without_memory(void)
{
	struct task_struct a = task_of(11, "a");

	EXPECT_EQ(otr_base_init(), 0);
	EXPECT(!otr_tgid_record(&a));
	shim_alloc_countdown = 0;
	EXPECT_EQ(otr_tgid_start(), -ENOMEM);
	EXPECT_EQ(otr_tgid_start(), 0);
	shim_alloc_countdown = 0;
	EXPECT(!otr_tgid_record(&a));
	EXPECT(!otr_tgid_record(&a));
	EXPECT(otr_tgid_record(&a));
	otr_base_exit();
}

#define HAMMERS		3
#define HAMMER_ROUNDS	100000

/* A name tells its pid, so that a mixture of two is noticed. */
static void *hammer(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg, wrong = 0, missed = 0;
	char name[TASK_COMM_LEN];

	for (int i = 0; i < HAMMER_ROUNDS; i++) {
		int pid = 1 + rand_r(&seed) % 20000;

		pthread_rwlock_rdlock(&readers);
		shim_preempt_count++;
		sprintf(name, "%d.%d", pid, pid);
		missed += !record(pid, name);
		pid = 1 + rand_r(&seed) % 20000;
		if (strcmp(name_of(pid), "<...>")) {
			sprintf(name, "%d.%d", pid, pid);
			wrong += !!strcmp(name_of(pid), name) && strcmp(name_of(pid), "<...>");
		}
		shim_preempt_count--;
		pthread_rwlock_unlock(&readers);
	}
	if (wrong)
		KTAP_FAIL("%u names of somebody else", wrong);
	if (missed == HAMMER_ROUNDS)
		KTAP_FAIL("nothing was ever recorded");
	return NULL;
}

static void threads_and_resizing(void)
{
	pthread_t thread[HAMMERS];
	long i;

	EXPECT_EQ(otr_base_init(), 0);
	for (i = 0; i < HAMMERS; i++)
		EXPECT_EQ(pthread_create(&thread[i], NULL, hammer, (void *)(i + 1)), 0);
	for (i = 0; i < 50; i++)
		EXPECT_EQ(otr_comm_resize(i % 2 ? 128 : 20000), 0);
	for (i = 0; i < HAMMERS; i++)
		pthread_join(thread[i], NULL);
	otr_base_exit();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(names),
	KTAP_CASE(before_and_after),
	KTAP_CASE(oldest_goes),
	KTAP_CASE(sizes),
	KTAP_CASE(walk),
	KTAP_CASE(switches),
	KTAP_CASE(groups_of_a_cpu_that_is_away),
	KTAP_CASE(groups_without_memory),
	KTAP_CASE(threads_and_resizing),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
