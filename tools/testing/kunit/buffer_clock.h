/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks that record: a part of buffer_kunit.c, in which the function that some
 * clocks call is our own, and calls the kernel's.
 */
#ifndef _BUFFER_CLOCK_H
#define _BUFFER_CLOCK_H

#define CLOCK_RECORDS	1000

/* With nothing that keeps it from recursing. */
static u64 recording_clock(void)
{
	if (READ_ONCE(clock_records))
		write_record(IN_IRQ, 4);
	/* The kernel's. */
	return (local_clock)();
}

/*
 * Each of ours is recorded. What the clock records is refused and counted, but for as
 * many as @free of each reservation, which look as if an NMI brought them.
 */
static void clock_writes(struct kunit *test, enum otr_clock_id clock, bool *recording,
			 u32 free)
{
	struct otr_ring_stats stats;
	int cpu, i;

	begin(test, 400, 8, true);
	KUNIT_EXPECT_EQ(test, otr_ring_set_clock(ring, clock), 0);
	migrate_disable();
	cpu = smp_processor_id();
	WRITE_ONCE(*recording, true);
	for (i = 0; i < CLOCK_RECORDS; i++) {
		preempt_disable();
		write_record(IN_TASK, i % 40);
		if (!(i % 5))
			discard_record(i % 40);
		preempt_enable();
	}
	WRITE_ONCE(*recording, false);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, per_cpu_ptr(&writers, cpu)->number[IN_TASK], CLOCK_RECORDS);
	KUNIT_EXPECT_LE(test, per_cpu_ptr(&writers, cpu)->number[IN_IRQ],
			free * CLOCK_RECORDS * 6 / 5);
	KUNIT_EXPECT_EQ(test, otr_ring_stats(ring, cpu, &stats), 0);
	KUNIT_EXPECT_GE(test, stats.inside, (u64)CLOCK_RECORDS);
	settle(test, true);
	end();
}

static void clocks_that_record(struct kunit *test)
{
	clock_writes(test, OTR_CLOCK_PERF, &clock_records, 0);
	clock_writes(test, OTR_CLOCK_GLOBAL, &clock_records, 0);
}

static bool probe_records;

static int clock_probed(struct kprobe *p, struct pt_regs *regs)
{
	if (READ_ONCE(probe_records))
		write_record(IN_IRQ, 8);
	return 0;
}

NOKPROBE_SYMBOL(clock_probed);

/* The same where a kprobe records what the clock calls, from a breakpoint's trap. */
static void kprobe_in_the_clock(struct kunit *test)
{
	struct kprobe probe = {
		.symbol_name	= "local_clock",
		.pre_handler	= clock_probed,
	};

	KUNIT_ASSERT_EQ(test, register_kprobe(&probe), 0);
	clock_writes(test, OTR_CLOCK_PERF, &probe_records, 2);
	clock_writes(test, OTR_CLOCK_GLOBAL, &probe_records, 2);
	unregister_kprobe(&probe);
}

#endif
