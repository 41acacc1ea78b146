// SPDX-License-Identifier: GPL-2.0-only
/* Context word, recursion guard and clocks. */
#include <pthread.h>

#include "base/base.h"
#include "ktap.h"

/* What each counter and flag has to become, one at a time and all together. */
static void word_has_every_state(void)
{
	static const struct {
		u32 count, migrate, flags, word;
	} table[] = {
		{ 0,				0,	0,			0x00000000 },
		{ PREEMPT_OFFSET,		0,	0,			0x01000000 },
		{ 15 * PREEMPT_OFFSET,		0,	0,			0x0f000000 },
		{ 16 * PREEMPT_OFFSET,		0,	0,			0x0f000000 },
		{ PREEMPT_MASK,			0,	0,			0x0f000000 },
		{ SOFTIRQ_OFFSET,		0,	0,			0x00100000 },
		{ SOFTIRQ_DISABLE_OFFSET,	0,	0,			0x00800000 },
		{ SOFTIRQ_MASK,			0,	0,			0x00900000 },
		{ HARDIRQ_OFFSET,		0,	0,			0x00080000 },
		{ HARDIRQ_MASK,			0,	0,			0x00080000 },
		{ NMI_OFFSET,			0,	0,			0x00400000 },
		{ NMI_MASK,			0,	0,			0x00400000 },
		{ 0,				1,	0,			0x10000000 },
		{ 0,				15,	0,			0xf0000000 },
		{ 0,				16,	0,			0xf0000000 },
		{ 0,				65535,	0,			0xf0000000 },
		{ 0,				0,	OTR_CTX_IRQS_OFF,	0x00010000 },
		{ 0,				0,	OTR_CTX_RESCHED,	0x00040000 },
		{ 0,				0,	OTR_CTX_PREEMPT_RESCHED, 0x00200000 },
		{ PREEMPT_OFFSET | SOFTIRQ_OFFSET | HARDIRQ_OFFSET | NMI_OFFSET, 2,
		  OTR_CTX_IRQS_OFF | OTR_CTX_RESCHED | OTR_CTX_PREEMPT_RESCHED, 0x217d0000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		EXPECT_EQ(otr_ctx_pack(table[i].count, table[i].count, table[i].migrate,
				       table[i].flags), table[i].word);
}

/* The short way must say what the long one says, whatever the state is. */
static void short_way_equals_long_way(void)
{
	unsigned int state, levels;

	for (state = 0; state < 1 << 13; state++) {
		shim_preempt_count = (state & 0x1f) + 1;
		shim_preempt_count |= state & 0x20 ? SOFTIRQ_OFFSET : 0;
		shim_preempt_count |= state & 0x40 ? SOFTIRQ_DISABLE_OFFSET : 0;
		shim_preempt_count |= state & 0x80 ? HARDIRQ_OFFSET : 0;
		shim_preempt_count |= state & 0x100 ? NMI_OFFSET : 0;
		shim_irqs_off = state & 0x200;
		shim_need_resched = state & 0x400;
		shim_thread_info.flags = state & 0x800 ? _TIF_NEED_RESCHED : 0;
		shim_task.migration_disabled = state & 0x1000 ? 3 : 0;
		for (levels = 0; levels < 2; levels++) {
			u32 expected = otr_ctx_pack(shim_preempt_count - levels,
						    shim_preempt_count,
						    shim_task.migration_disabled,
						    (state & 0x200 ? OTR_CTX_IRQS_OFF : 0) |
						    (state & 0x400 ? OTR_CTX_PREEMPT_RESCHED : 0) |
						    (state & 0x800 ? OTR_CTX_RESCHED : 0));

			EXPECT_EQ(otr_ctx_word_less(levels), expected);
			EXPECT_EQ(otr_ctx_word_rare(levels), expected);
		}
		EXPECT_EQ(otr_ctx_word(), otr_ctx_word_rare(0));
	}
	shim_preempt_count = 0;
	shim_irqs_off = false;
	shim_need_resched = false;
	shim_thread_info.flags = 0;
	shim_task.migration_disabled = 0;
}

static void depths_of_a_byte(void)
{
	EXPECT_EQ(OTR_CTX_PREEMPT(0x2f), 15);
	EXPECT_EQ(OTR_CTX_MIGRATE(0x2f), 2);
}

/* Each context may come in over the other ones, then one more, then nobody. */
static void guard_counts_contexts(void)
{
	static const int counts[] = { 0, SOFTIRQ_OFFSET, HARDIRQ_OFFSET, NMI_OFFSET };
	int place[ARRAY_SIZE(counts)], spare, round;
	size_t i;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			shim_preempt_count |= counts[i];
			place[i] = otr_guard_enter();
			EXPECT_EQ(place[i], i);
		}
		spare = otr_guard_enter();
		EXPECT_EQ(spare, OTR_GUARD_SPARE);
		EXPECT_EQ(otr_guard_enter(), -1);
		otr_guard_exit(spare);
		while (i--) {
			otr_guard_exit(place[i]);
			shim_preempt_count &= ~counts[i];
		}
	}
}

/* Soft interrupts that are only off are not served. */
static void guard_takes_bh_off_for_a_task(void)
{
	int place;

	shim_preempt_count = SOFTIRQ_DISABLE_OFFSET;
	place = otr_guard_enter();
	EXPECT_EQ(place, 0);
	otr_guard_exit(place);
	shim_preempt_count = 0;
}

/* An interrupt's entry code looks like the task, and leaves no trace. */
static void guard_survives_interrupt_entry(void)
{
	int task = otr_guard_enter(), entry = otr_guard_enter();

	EXPECT_EQ(entry, OTR_GUARD_SPARE);
	otr_guard_exit(entry);
	entry = otr_guard_enter();
	EXPECT_EQ(entry, OTR_GUARD_SPARE);
	otr_guard_exit(entry);
	otr_guard_exit(task);
	EXPECT_EQ(otr_guard_enter(), 0);
	otr_guard_exit(0);
}

static void clocks_have_the_known_names(void)
{
	static const struct {
		const char *name;
		bool in_ns;
	} known[] = {
		{ "local", true }, { "global", true }, { "counter", false },
		{ "uptime", false }, { "perf", true }, { "mono", true },
		{ "mono_raw", true }, { "boot", true }, { "tai", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		EXPECT_EQ(otr_clock_find(known[i].name), i);
		EXPECT_EQ(otr_clocks[i].in_ns, known[i].in_ns);
	}
	EXPECT_EQ(otr_clock_find("loca"), -EINVAL);
	EXPECT_EQ(otr_clock_find("locals"), -EINVAL);
	EXPECT_EQ(otr_clock_find(""), -EINVAL);
}

static void clocks_go_forward(void)
{
	for (int id = 0; id < OTR_CLOCK_COUNT; id++) {
		u64 before = otr_clock_read(id), after;

		for (int i = 0; i < 1000; i++) {
			after = otr_clock_read(id);
			EXPECT(after >= before);
			EXPECT(id != OTR_CLOCK_COUNTER || after == before + 1);
			before = after;
		}
	}
}

#define RACERS		4
#define RACE_ROUNDS	200000

/* The last reading that any thread had, handed on with full ordering. */
static u64 seen;

static void *race_global(void *arg)
{
	u64 *backwards = arg;

	for (int i = 0; i < RACE_ROUNDS; i++) {
		u64 before = __atomic_load_n(&seen, __ATOMIC_SEQ_CST);
		u64 now = otr_clock_read(OTR_CLOCK_GLOBAL);

		*backwards += now < before;
		__atomic_store_n(&seen, now, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/*
 * What a thread read must not be less than what it knew another one to have
 * read before. Another thread's store may overtake and put an older time back,
 * which only makes the test milder.
 */
static void global_clock_never_runs_backwards(void)
{
	u64 backwards[RACERS] = {};
	pthread_t thread[RACERS];
	int i;

	for (i = 0; i < RACERS; i++)
		EXPECT_EQ(pthread_create(&thread[i], NULL, race_global, &backwards[i]), 0);
	for (i = 0; i < RACERS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(backwards[i], 0);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(word_has_every_state),
	KTAP_CASE(short_way_equals_long_way),
	KTAP_CASE(depths_of_a_byte),
	KTAP_CASE(guard_counts_contexts),
	KTAP_CASE(guard_takes_bh_off_for_a_task),
	KTAP_CASE(guard_survives_interrupt_entry),
	KTAP_CASE(clocks_have_the_known_names),
	KTAP_CASE(clocks_go_forward),
	KTAP_CASE(global_clock_never_runs_backwards),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
