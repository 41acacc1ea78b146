// SPDX-License-Identifier: GPL-2.0-only
/* Sets of process ids, against a naive twin and against users' text. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"
#include "ktap.h"

static int parse(const struct otr_idset *base, const char *text, struct otr_idset **result)
{
	return otr_idset_parse(base, text, strlen(text), result);
}

/* The ids of a set as text. */
static const char *listed(const struct otr_idset *set)
{
	static char text[256];
	struct seq_buf out;
	int pid;

	seq_buf_init(&out, text, sizeof(text));
	text[0] = '\0';
	for (pid = set ? otr_idset_next(set, 0) : -1; pid >= 0;
	     pid = otr_idset_next(set, pid + 1))
		seq_buf_printf(&out, "%d ", pid);
	return text;
}

static void edges(void)
{
	static const pid_t pids[] = {
		0, 1, 63, 64, OTR_IDSET_LEAF_SIZE - 1, OTR_IDSET_LEAF_SIZE,
		PID_MAX_LIMIT - 1,
	};
	struct otr_idset *set = otr_idset_create();

	EXPECT(otr_idset_empty(set));
	EXPECT_EQ(otr_idset_next(set, 0), -1);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		EXPECT(!otr_idset_test(set, pids[i]));
		EXPECT_EQ(otr_idset_add(set, pids[i], GFP_KERNEL), 0);
		EXPECT_EQ(otr_idset_add(set, pids[i], GFP_KERNEL), 0);
		EXPECT(otr_idset_test(set, pids[i]));
		EXPECT_EQ(otr_idset_next(set, pids[i]), pids[i]);
		EXPECT_EQ(otr_idset_next(set, pids[i] + 1), -1);
	}
	EXPECT_STR(listed(set), "0 1 63 64 32767 32768 4194303 ");
	EXPECT_EQ(otr_idset_add(set, PID_MAX_LIMIT, GFP_KERNEL), -EPERM);
	EXPECT_EQ(otr_idset_add(set, -1, GFP_KERNEL), -EPERM);
	otr_idset_del(set, 5);
	otr_idset_del(set, 100000);
	otr_idset_del(set, 64);
	EXPECT(!otr_idset_test(set, 64));
	EXPECT(otr_idset_test(set, 63));
	otr_idset_free(set);
	otr_idset_free(NULL);
}

#define TWIN_SIZE	(3 * OTR_IDSET_LEAF_SIZE)

static void same_as_twin(void)
{
	struct otr_idset *set = otr_idset_create(), *copy;
	char *twin = calloc(TWIN_SIZE, 1);
	unsigned int pid, seed = 1;
	int next = -1;

	for (int i = 0; i < 100000; i++) {
		pid = rand_r(&seed) % TWIN_SIZE;
		/* Leave the middle one without a leaf. */
		if (pid / OTR_IDSET_LEAF_SIZE == 1)
			continue;
		if (rand_r(&seed) & 1) {
			EXPECT_EQ(otr_idset_add(set, pid, GFP_KERNEL), 0);
			twin[pid] = 1;
		} else {
			otr_idset_del(set, pid);
			twin[pid] = 0;
		}
	}
	copy = otr_idset_copy(set);
	otr_idset_free(set);
	for (pid = TWIN_SIZE; pid--; ) {
		if (twin[pid])
			next = pid;
		EXPECT_EQ(otr_idset_test(copy, pid), twin[pid]);
		EXPECT_EQ(otr_idset_next(copy, pid), next);
	}
	otr_idset_free(copy);
	free(twin);
}

static void text_becomes_ids(void)
{
	static const struct {
		const char *text, *ids;
		int err;
	} table[] = {
		{ "1",			"1 ",		0 },
		{ "1\n",		"1 ",		0 },
		{ " 3  2\t1\n\n",	"1 2 3 ",	0 },
		{ "0x10 010 9",		"8 9 16 ",	0 },
		{ "+7",			"7 ",		0 },
		{ "",			"",		0 },
		{ "\t\n",		"",		0 },
		{ "1 x",		NULL,		-EINVAL },
		{ "x 1",		NULL,		-EINVAL },
		{ "-1",			NULL,		-EINVAL },
		{ "1,2",		NULL,		-EINVAL },
		{ "99999999999999999999", NULL,		-EINVAL },
		{ "1073741823",		"1073741823 ",	0 },
		{ "1073741824",		NULL,		-EPERM },
		{ "4194304 2 4194305 4194304", "2 4194304 4194305 ", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct otr_idset *none = (void *)1, *set = none;

		EXPECT_EQ(parse(NULL, table[i].text, &set), table[i].err);
		if (table[i].err) {
			EXPECT(set == none);
			continue;
		}
		EXPECT_STR(listed(set), table[i].ids);
		EXPECT(set || !*table[i].ids);
		otr_idset_free(set);
	}
}

/* A number has room for 127 characters. */
static void long_numbers(void)
{
	char text[160];
	struct otr_idset *set = NULL;

	memset(text, '0', sizeof(text));
	text[126] = '7';
	text[127] = '\0';
	EXPECT_EQ(parse(NULL, text, &set), 0);
	EXPECT_STR(listed(set), "7 ");
	otr_idset_free(set);
	text[127] = '7';
	text[128] = '\0';
	EXPECT_EQ(parse(NULL, text, &set), -EINVAL);
}

static void text_is_added_to_a_base(void)
{
	struct otr_idset *base = NULL, *more = NULL, *same = NULL;

	EXPECT_EQ(parse(NULL, "5 5000000", &base), 0);
	EXPECT_EQ(parse(base, "1 40000 5000001", &more), 0);
	EXPECT_EQ(parse(base, "\n", &same), 0);
	EXPECT_STR(listed(base), "5 5000000 ");
	EXPECT_STR(listed(more), "1 5 40000 5000000 5000001 ");
	EXPECT_STR(listed(same), "5 5000000 ");
	otr_idset_free(base);
	otr_idset_free(more);
	otr_idset_free(same);
}

#define MANY	300000

/* What a user writes takes no more time than its length is worth, in any order. */
static void many_that_no_task_can_have(void)
{
	char *text = malloc(MANY * 8 + 1);
	struct otr_idset *set = NULL;
	clock_t begin = clock();
	long i, nr = 0;
	int pid;

	for (i = 0; i < MANY; i++)
		sprintf(text + i * 8, "%ld ", 9000000 - i + i % 2);
	EXPECT_EQ(parse(NULL, text, &set), 0);
	for (pid = otr_idset_next(set, 0); pid >= 0; pid = otr_idset_next(set, pid + 1))
		EXPECT_EQ(pid, 9000000 - MANY + 2 + 2 * nr++);
	EXPECT_EQ(nr, MANY / 2);
	/* With one comparison for each other one it is minutes. */
	EXPECT(clock() - begin < 10 * CLOCKS_PER_SEC);
	otr_idset_free(set);
	free(text);
}

/* Every allocation fails once; nothing is lost, and at last it works. */
static void memory_runs_out(void)
{
	struct otr_idset *base = NULL, *set = NULL;
	int nr, err = -ENOMEM;

	EXPECT_EQ(parse(NULL, "5 5000000", &base), 0);
	for (nr = 0; err; nr++) {
		shim_alloc_countdown = nr;
		err = parse(base, "40000 5000001", &set);
		if (err)
			EXPECT_EQ(err, -ENOMEM);
	}
	shim_alloc_countdown = -1;
	EXPECT(nr > 5);
	EXPECT_STR(listed(set), "5 40000 5000000 5000001 ");
	otr_idset_free(base);
	otr_idset_free(set);
}

static void *add_own(void *arg)
{
	struct otr_idset *set = ((void **)arg)[0];
	long first = (long)((void **)arg)[1];

	for (long pid = first; pid < PID_MAX_LIMIT; pid += 997 * 2) {
		otr_idset_add(set, pid, GFP_NOWAIT);
		if (!otr_idset_test(set, pid))
			KTAP_FAIL("%ld is gone", pid);
	}
	return NULL;
}

/* Two writers meet at the birth of every leaf. */
static void writers_race(void)
{
	struct otr_idset *set = otr_idset_create();
	void *args[2][2] = { { set, (void *)1 }, { set, (void *)2 } };
	pthread_t thread[2];
	long nr = 0, pid;
	int i;

	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&thread[i], NULL, add_own, args[i]), 0);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	for (pid = otr_idset_next(set, 0); pid >= 0; pid = otr_idset_next(set, pid + 1)) {
		EXPECT(pid % 1994 == 1 || pid % 1994 == 2);
		nr++;
	}
	EXPECT_EQ(nr, 2 * DIV_ROUND_UP(PID_MAX_LIMIT, 1994));
	otr_idset_free(set);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(edges),
	KTAP_CASE(same_as_twin),
	KTAP_CASE(text_becomes_ids),
	KTAP_CASE(long_numbers),
	KTAP_CASE(text_is_added_to_a_base),
	KTAP_CASE(many_that_no_task_can_have),
	KTAP_CASE(memory_runs_out),
	KTAP_CASE(writers_race),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
