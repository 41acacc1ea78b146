// SPDX-License-Identifier: GPL-2.0-only
/*
 * Variables of histograms under the thread sanitizer: CPUs assign, others read what was
 * assigned and forget it, and keep the largest. What is read was assigned for that key;
 * in the end each record was counted, and the
 * largest value is the largest that there was.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"
#include "race.h"

#define CASES	1
#define THREADS	4
#define KEYS	8

/* Times of those who read: a difference to it says which number was read. */
#define NOW	BIT_ULL(62)
#define NUMBER(key, n)	((u64)(key) << 40 | (n))

#define ON_EXEC	"onmatch(sched.sched_process_exec)."

RACE_LOOKERS()

static u64 end;

/* By key: what was assigned last at least, how often it was read, and the largest. */
static u64 assigned[KEYS], matched[KEYS], largest[KEYS], asked[KEYS];
static u64 wrong;

static __thread unsigned int seed;

static void record(struct otr_hist_synth *synth, const u64 *values, const u8 *which,
		   const struct otr_moment *when)
{
	u64 key = values[which[1]], number = NOW - values[which[0]];

	if (key >= KEYS || number >> 40 != key ||
	    number - NUMBER(key, 0) > race_counted(assigned[key])) {
		race_count(wrong, 1);
		return;
	}
	race_count(matched[key], 1);
}

static void assign(unsigned int key)
{
	struct home_exec rec = { .pid = key };
	/* Known before anybody can read it. */
	u64 n = race_count(assigned[key], 1) + 1;

	home_count(&home_exec, &rec, NUMBER(key, n));
}

static void read_it(unsigned int key)
{
	s32 value = rand_r(&seed) % 1000000;
	struct home_switch rec = home_switch_rec(value, key, "");
	u64 max = race_counted(largest[key]);

	while ((u64)value > max &&
	       !__atomic_compare_exchange_n(&largest[key], &max, value, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
	race_count(asked[key], 1);
	home_count(&home_switch, &rec, NOW);
}

static void *user(void *arg)
{
	int turn = 0;

	shim_cpu = (long)arg;
	seed = shim_cpu + 1;
	while (race_on(&end)) {
		unsigned int key = rand_r(&seed) % KEYS;

		if (shim_cpu % 2)
			read_it(key);
		else
			assign(key);
		if (!(++turn % 64))
			sched_yield();
	}
	return NULL;
}

static char text[1 << 16];

/* What is shown of a histogram of @home_switch: hits of a key, and the largest value. */
static void expect_shown(unsigned int nr, const u64 *hits, const u64 *most)
{
	struct seq_buf out;
	char *at = text;
	unsigned int found = 0;

	seq_buf_init(&out, text, sizeof(text) - 1);
	home_shown(&home_switch, nr, &out);
	text[out.len] = '\0';
	while ((at = strstr(at, "{ next_pid:"))) {
		unsigned long key, count, max = 0;

		EXPECT(sscanf(at, "{ next_pid: %lu } hitcount: %lu max: %lu",
			      &key, &count, &max) >= 2);
		EXPECT(key < KEYS);
		EXPECT_EQ(count, hits[key % KEYS]);
		if (most)
			EXPECT_EQ(max, most[key % KEYS]);
		found++;
		at++;
	}
	EXPECT_EQ(found, KEYS);
	EXPECT(strstr(text, "Dropped: 0\n"));
}

static void assigned_and_read(void)
{
	struct otr_hist_ops ops;
	pthread_t thread[THREADS];
	long i;

	home_start();
	ops = *home.ops;
	ops.record = record;
	home.ops = &ops;
	home_write_ok(&home_exec, "hist:keys=pid:ts0=common_timestamp");
	home_write_ok(&home_switch, "hist:keys=next_pid:lat=common_timestamp-$ts0:" ON_EXEC
		      "latency($lat,next_pid)");
	home_write_ok(&home_switch, "hist:keys=next_pid:p=prev_pid:onmax($p).save(prev_prio)");
	__atomic_store_n(&end, race_end(CASES), __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, user, (void *)i);
	while (race_on(&end)) {
		bool enough = true;

		for (i = 0; i < KEYS; i++)
			enough &= race_counted(matched[i]) > 100 && race_counted(asked[i]) > 100;
		race_stretch(&end, enough);
		sched_yield();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(wrong, 0);
	/* A record whose variable is not set is not counted. */
	expect_shown(0, matched, NULL);
	expect_shown(1, asked, largest);
	for (i = 0; i < KEYS; i++)
		EXPECT(matched[i] > 100 && matched[i] <= asked[i]);
	printf("# %lu assigned, %lu of %lu read something\n", assigned[0], matched[0], asked[0]);
	home_end();
}

static const struct ktap_case cases[CASES] = {
	KTAP_CASE(assigned_and_read),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
