// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms with what only the kernel has: CPUs that count at once, interrupts, tasks,
 * symbols. The language, and tables that are raced for, are tested in user space.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/slab.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/cmd.c"
#include "base/errlog.c"
#include "base/text.c"
#include "event/access.c"
#include "event/field.c"
#include "hist/map.c"
#include "hist/table.c"
#include "hist/pad.c"
#include "hist/run.c"
#include "hist/program.c"
#include "hist/count.c"
#include "hist/item.c"
#include "hist/var.c"
#include "hist/field.c"
#include "hist/expr.c"
#include "hist/field_var.c"
#include "hist/synth.c"
#include "hist/action.c"
#include "hist/attrs.c"
#include "hist/command.c"
#include "hist/hist.c"
#include "hist/order.c"
#include "hist/show.c"
#include "hist/view.c"

/* The kernel's names, which nobody remembers here. */
struct otr_names {
	char	text[KSYM_SYMBOL_LEN];
};

struct otr_names *otr_names_create(void)
{
	return kzalloc(sizeof(struct otr_names), GFP_KERNEL);
}

void otr_names_destroy(struct otr_names *names)
{
	kfree(names);
}

const char *otr_names_find(struct otr_names *names, unsigned long addr, bool with_offset,
			   unsigned int *len)
{
	*len = sprint_symbol(names->text, addr);
	return strncmp(names->text, "0x", 2) ? names->text : NULL;
}

/* A record. */
struct rec {
	struct otr_rec_head	head;
	char			name[16];
	s32			pid;
	u32			size;
	u64			wide;
	void			*code;
};

static const struct otr_field fields[] = {
	{ "char", "name[16]", offsetof(struct rec, name), 16, true },
	{ "pid_t", "pid", offsetof(struct rec, pid), 4, true },
	{ "u32", "size", offsetof(struct rec, size), 4, false },
	{ "u64", "wide", offsetof(struct rec, wide), 8, false },
	{ "void *", "code", offsetof(struct rec, code), 8, false },
	{}
};

static struct otr_event begins = { .id = 1, .system = "test", .name = "begins", .fields = fields };
static struct otr_event ends = { .id = 2, .system = "test", .name = "ends", .fields = fields };

/* Histograms of a case, in the order in which they were made. */
static struct otr_hist_home home;
static struct otr_hist *made[4];
static unsigned int nr_made;

static struct otr_event *ops_event(struct otr_hist_home *h, const char *system, const char *name)
{
	if (strcmp(system, "test"))
		return NULL;
	return !strcmp(name, "begins") ? &begins : !strcmp(name, "ends") ? &ends : NULL;
}

static struct otr_hist *ops_next(struct otr_hist_home *h, const struct otr_event *ev,
				 struct otr_hist *hist)
{
	bool found = !hist;
	unsigned int i;

	for (i = 0; i < nr_made; i++) {
		if (found && made[i]->ev == ev)
			return made[i];
		found |= made[i] == hist;
	}
	return NULL;
}

static unsigned int ops_stack(unsigned long probe, unsigned long *frames, unsigned int nr)
{
	frames[0] = probe;
	return 1;
}

/* There are no filters, and no synthetic events. */
static const char *ops_filter(const struct otr_hist *hist)
{
	return NULL;
}

static struct otr_hist_synth *ops_synth_get(const char *name)
{
	return NULL;
}

static const struct otr_hist_ops ops = {
	.event		= ops_event,
	.next		= ops_next,
	.filter		= ops_filter,
	.synth_get	= ops_synth_get,
	.stack		= ops_stack,
};

/* The errno of a command; what it makes is the next one of @made. */
static int make(struct otr_event *ev, const char *params)
{
	struct otr_hist_command command;
	struct otr_hist *hist;
	int err = otr_hist_command_init(&command, ev, params);

	if (err)
		return err;
	err = otr_hist_create(&home, ev, &command, params, false, &hist);
	if (!err) {
		err = otr_hist_prepare(hist, &command);
		if (err)
			otr_hist_free(hist);
		else
			made[nr_made++] = hist;
	}
	otr_hist_command_free(&command);
	return err;
}

static void made_free(void)
{
	while (nr_made)
		otr_hist_free(made[--nr_made]);
}

static void count(unsigned int nr, const struct rec *rec, u64 ts)
{
	preempt_disable();
	otr_hist_count(made[nr], rec, ts, OTR_CLOCK_COUNT, 0);
	preempt_enable();
}

static char text[4096];

static const char *shown_view(struct otr_hist_view *view)
{
	struct seq_buf out;
	unsigned int i;

	if (!view)
		return "";
	seq_buf_init(&out, text, sizeof(text) - 1);
	for (i = 0; i < otr_hist_view_entries(view); i++)
		otr_hist_view_entry(view, i, &out);
	otr_hist_view_totals(view, &out);
	text[seq_buf_used(&out)] = '\0';
	otr_hist_view_free(view);
	return text;
}

static const char *shown(unsigned int nr)
{
	return shown_view(otr_hist_view_create(made[nr]));
}

#define TOTALS(hits, entries) \
	"\nTotals:\n    Hits: " #hits "\n    Entries: " #entries "\n    Dropped: 0\n"

static void counts_numbers(struct kunit *test)
{
	static const s32 pids[] = { 7, 3, 7, 5, 7, 3 };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid:vals=size:sort=hitcount.descending"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid:vals=size.hex:sort=pid"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid,size:sort=pid.descending,size"), 0);
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		struct rec rec = { .pid = pids[i], .size = 10 * i };

		count(0, &rec, 0);
		count(1, &rec, 0);
		count(2, &rec, 0);
	}
	KUNIT_EXPECT_STREQ(test, shown(0),
			   "{ pid:          7 } hitcount:          3  size:         60\n"
			   "{ pid:          3 } hitcount:          2  size:         60\n"
			   "{ pid:          5 } hitcount:          1  size:         30\n"
			   TOTALS(6, 3));
	KUNIT_EXPECT_STREQ(test, shown(1),
			   "{ pid:          3 } hitcount:          2  size:         3c\n"
			   "{ pid:          5 } hitcount:          1  size:         1e\n"
			   "{ pid:          7 } hitcount:          3  size:         3c\n"
			   TOTALS(6, 3));
	KUNIT_EXPECT_STREQ(test, shown(2),
			   "{ pid:          7, size:          0 } hitcount:          1\n"
			   "{ pid:          7, size:         20 } hitcount:          1\n"
			   "{ pid:          7, size:         40 } hitcount:          1\n"
			   "{ pid:          5, size:         30 } hitcount:          1\n"
			   "{ pid:          3, size:         10 } hitcount:          1\n"
			   "{ pid:          3, size:         50 } hitcount:          1\n"
			   TOTALS(6, 6));
}

static void counts_ranges_and_texts(struct kunit *test)
{
	static const u64 values[] = { 0, 1, 1ULL << 63, U64_MAX };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=wide.log2:sort=wide"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=wide.buckets=16:sort=wide"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=name"), 0);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		/* Full to its last byte. */
		struct rec rec = { .wide = values[i], .name = "0123456789abcdef" };

		count(0, &rec, 0);
		count(1, &rec, 0);
		count(2, &rec, 0);
	}
	KUNIT_EXPECT_STREQ(test, shown(0),
			   "{ wide: ~ 2^0  } hitcount:          2\n"
			   "{ wide: ~ 2^63 } hitcount:          1\n"
			   "{ wide: ~ 2^64 } hitcount:          1\n"
			   TOTALS(4, 3));
	KUNIT_EXPECT_STREQ(test, shown(1),
			   "{ wide: ~ 0-15 } hitcount:          2\n"
			   "{ wide: ~ 9223372036854775808-9223372036854775823 } hitcount:          1\n"
			   "{ wide: ~ 18446744073709551600-18446744073709551615 } hitcount:          1\n"
			   TOTALS(4, 3));
	KUNIT_EXPECT_STREQ(test, shown(2),
			   "{ name: 0123456789abcde                                    } hitcount:          4\n"
			   TOTALS(4, 1));
}

static const char finds[] =
	"keys=pid:took=common_timestamp.usecs-$t0:vals=$s+size:onmax($took).save(name)";

/* What is kept of one event is found by another one, and only once. */
static void finds_variables(struct kunit *test)
{
	struct rec rec = { .pid = 7, .size = 3, .name = "slow" };

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid:t0=common_timestamp.usecs,s=size*2"), 0);
	KUNIT_ASSERT_EQ(test, make(&ends, finds), 0);
	count(1, &rec, 5000);
	KUNIT_EXPECT_STREQ(test, shown(1), TOTALS(0, 0));
	count(0, &rec, 10000);
	count(1, &rec, 52000);
	KUNIT_EXPECT_STREQ(test, shown(1),
			   "{ pid:          7 } hitcount:          1\n"
			   "\tmax:         42  name: slow                            \x0a"
			   TOTALS(1, 1));
	/* It was taken. */
	count(1, &rec, 99000);
	KUNIT_EXPECT_EQ(test, otr_hist_hits(made[1]), 1);
	KUNIT_EXPECT_TRUE(test, otr_hist_busy(made[0]));
	/* A shorter one is not kept. */
	strscpy(rec.name, "fast", sizeof(rec.name));
	count(0, &rec, 60000);
	count(1, &rec, 61000);
	KUNIT_EXPECT_STREQ(test, shown(1),
			   "{ pid:          7 } hitcount:          2\n"
			   "\tmax:         42  name: slow                            \x0a"
			   TOTALS(2, 1));
}

static void names_tasks_and_code(struct kunit *test)
{
	struct rec rec = { .head.pid = current->pid, .code = (void *)kfree };
	char want[128];

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=common_pid.execname"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=code.sym"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=common_cpu"), 0);
	migrate_disable();
	count(0, &rec, 0);
	count(1, &rec, 0);
	count(2, &rec, 0);
	snprintf(want, sizeof(want), "{ common_pid: %-16s[%10d] } hitcount:          1\n",
		 current->comm, current->pid);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(shown(0), want), "%s", text);
	snprintf(want, sizeof(want), "{ code: [%lx] kfree  ", (unsigned long)rec.code);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(shown(1), want), "%s", text);
	snprintf(want, sizeof(want), "{ common_cpu: %10d }", raw_smp_processor_id());
	migrate_enable();
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(shown(2), want), "%s", text);
}

#define ROUNDS	20000

/* On each CPU, with interrupts off; or interrupted by others that do the same. */
static void count_many(void *unused)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		struct rec rec = { .pid = i % 200, .size = 1 };

		otr_hist_count(made[0], &rec, i, OTR_CLOCK_COUNT, 0);
		otr_hist_count(made[1], &rec, i, OTR_CLOCK_COUNT, 0);
	}
}

static void count_with_others(void)
{
	preempt_disable();
	smp_call_function(count_many, NULL, 0);
	count_many(NULL);
	preempt_enable();
}

/* Each record is a hit or was dropped, and each hit is in the sum. */
static void expect_exact(struct kunit *test, unsigned int nr, u64 records)
{
	const struct otr_hist_map *map = made[nr]->table->map;
	struct otr_hist_totals totals;
	u64 sum = 0;
	u32 slot = 0;
	int entry;

	otr_hist_map_totals(map, &totals);
	while ((entry = otr_hist_map_next(map, &slot)) != OTR_HIST_NONE)
		sum += otr_hist_map_sum(map, entry, 1);
	KUNIT_EXPECT_EQ(test, totals.hits + totals.dropped, records);
	KUNIT_EXPECT_EQ(test, sum, totals.hits);
	KUNIT_EXPECT_EQ(test, totals.entries, 128);
	KUNIT_EXPECT_GT(test, totals.dropped, 0);
}

/* More keys than there is room for. */
static void counts_all_at_once(struct kunit *test)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid:vals=size:size=128"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid:vals=size:last=size:size=128"), 0);
	for (i = 0; i < 4; i++)
		count_with_others();
	/* Those of before are done then. */
	on_each_cpu(count_many, NULL, 1);
	expect_exact(test, 0, 5ULL * ROUNDS * num_online_cpus());
	expect_exact(test, 1, 5ULL * ROUNDS * num_online_cpus());
}

/* What is taken out while others count and what comes after it are all that there was. */
static void takes_all(struct kunit *test)
{
	struct otr_hist_map *old;
	u64 taken = 0;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, make(&begins, "keys=pid"), 0);
	KUNIT_ASSERT_EQ(test, make(&begins, "keys=size"), 0);
	for (i = 0; i < 4; i++) {
		struct otr_hist_totals totals;

		count_with_others();
		KUNIT_ASSERT_EQ(test, otr_hist_take(made[0], &old), 0);
		/* Nobody is in the old one after that. */
		synchronize_rcu();
		otr_hist_map_totals(old, &totals);
		taken += totals.hits;
		otr_hist_map_free(old);
	}
	on_each_cpu(count_many, NULL, 1);
	KUNIT_EXPECT_EQ(test, taken + otr_hist_hits(made[0]), 5ULL * ROUNDS * num_online_cpus());
	KUNIT_EXPECT_EQ(test, otr_hist_hits(made[1]), 5ULL * ROUNDS * num_online_cpus());
}

/* Nothing half made is left. */
static void refuses_what_is_wrong(struct kunit *test)
{
	static const char *const wrong[] = {
		"keys=nosuch", "keys=pid+name", "keys=pid:vals=$nosuch", "keys=pid:sort=nosuch",
		"keys=pid:onmax($nosuch).save(name)", "keys=pid,size,wide,code", "keys=pid.nosuch",
		"keys=pid:onmatch(test.begins).nosuch(pid)", "keys=pid/0", "vals=pid",
	};
	unsigned int i;

	for (i = 0; i < 10 * ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_LT_MSG(test, make(&ends, wrong[i % ARRAY_SIZE(wrong)]), 0, "%s",
				    wrong[i % ARRAY_SIZE(wrong)]);
	KUNIT_EXPECT_EQ(test, nr_made, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&home.with_vars));
}

static int start(struct kunit *test)
{
	otr_hist_home_init(&home, &ops);
	home.clock_in_ns = true;
	return 0;
}

static void stop(struct kunit *test)
{
	made_free();
	otr_hist_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts_numbers),
	KUNIT_CASE(counts_ranges_and_texts),
	KUNIT_CASE(finds_variables),
	KUNIT_CASE(names_tasks_and_code),
	KUNIT_CASE(counts_all_at_once),
	KUNIT_CASE(takes_all),
	KUNIT_CASE(refuses_what_is_wrong),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_hist",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's hist room");
MODULE_LICENSE("GPL");
