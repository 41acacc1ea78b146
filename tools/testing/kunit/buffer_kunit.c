// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer room in the kernel: real interrupts, NMIs, CPUs and memory. Rows
 * and schedules that need none of these are in tools/testing/user/buffer_*.c.
 */
#include <kunit/test.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/nmi.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>

/* Things happen at the steps of our own copy of the room. */
static void (*step_hook)(int n);

#define OTR_STEP(n)							\
do {									\
	if (unlikely(READ_ONCE(step_hook)))				\
		step_hook(n);						\
} while (0)

/* What some clocks call, see buffer_clock.h. */
static u64 recording_clock(void);
static bool clock_records;
#define local_clock()	recording_clock()

#include "base/clock.c"
#include "buffer/ring.c"
#include "buffer/switch.c"
#include "buffer/pages.c"
#include "buffer/write.c"
#include "buffer/window.c"
#undef TRIES
#include "buffer/resize.c"
#include "buffer/read.c"
#include "buffer/iter.c"
#undef TRIES
#include "buffer/glance.c"
#include "buffer/raw.c"
#include "buffer/map.c"
#include "buffer/stats.c"
#include "buffer/wait.c"
#include "buffer/swap.c"
#include "buffer/spare.c"
#include "buffer/keep.c"
#include "buffer/kept.c"
#include "buffer_check.c"

#define STRESS_MS	900
/* And at least so often, on a machine that is slow or busy with other things. */
#define STRESS_TURNS	40
#include "buffer_records.h"

static void begin(struct kunit *test, unsigned int data, unsigned int pages, bool overwrite)
{
	struct otr_ring_config config = {
		.bytes		= (unsigned long)data * pages,
		.data_max	= data,
		.overwrite	= overwrite,
	};
	int cpu;

	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(&writers, cpu), 0, sizeof(struct writer));
		memset(per_cpu_ptr(&readers, cpu), 0, sizeof(struct reader));
	}
	ring = otr_ring_create(&config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ring));
}

static void end(void)
{
	otr_ring_destroy(ring);
	ring = NULL;
}

/* Nobody writes any more: read what is left, and count. */
static void settle(struct kunit *test, bool counts)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct writer *writer = per_cpu_ptr(&writers, cpu);
		struct reader *reader = per_cpu_ptr(&readers, cpu);
		struct otr_ring_stats stats;
		const char *wrong = ring_check(ring, cpu);

		KUNIT_EXPECT_STREQ(test, wrong ?: "", "");
		read_some(cpu, U64_MAX);
		KUNIT_EXPECT_EQ(test, reader->wrong, 0);
		KUNIT_EXPECT_EQ(test, reader->disorder, 0);
		KUNIT_EXPECT_EQ(test, otr_ring_stats(ring, cpu, &stats), 0);
		KUNIT_EXPECT_EQ(test, stats.entries, 0);
		KUNIT_EXPECT_TRUE(test, otr_ring_empty(ring, cpu));
		if (!counts)
			continue;
		KUNIT_EXPECT_EQ(test, reader->read + reader->lost, writer->written);
		KUNIT_EXPECT_EQ(test, stats.read, reader->read);
		KUNIT_EXPECT_EQ(test, stats.overrun, reader->lost);
		KUNIT_EXPECT_EQ(test, stats.dropped + stats.commit_overrun + stats.too_large +
				stats.in_window + stats.inside, writer->refused);
	}
	KUNIT_EXPECT_STREQ(test, otr_ring_broken(ring) ?: "", "");
}

#include "buffer_clock.h"

#ifdef CONFIG_X86
static bool nmi_wanted;

static int write_in_nmi(unsigned int type, struct pt_regs *regs)
{
	if (!READ_ONCE(nmi_wanted))
		return NMI_DONE;
	WRITE_ONCE(nmi_wanted, false);
	write_record(IN_NMI, 4);
	return NMI_HANDLED;
}

/* The vector, by hand. On one CPU at a time. */
static void raise_nmi(void)
{
	WRITE_ONCE(nmi_wanted, true);
	barrier();
	asm volatile("int $2" : : : "memory");
}

static int nmi_begin(void)
{
	return register_nmi_handler(NMI_LOCAL, write_in_nmi, 0, "outrace_buffer_kunit");
}

static void nmi_end(void)
{
	unregister_nmi_handler(NMI_LOCAL, "outrace_buffer_kunit");
}
#else
static void raise_nmi(void)
{
}

static int nmi_begin(void)
{
	return 0;
}

static void nmi_end(void)
{
}
#endif

/* An interrupt, and perhaps an NMI in it, at one step. */
static struct {
	int at;			/* the nth step from here */
	int nmi_at;		/* and from the interrupt's begin, if not below 0 */
	int records;
	bool discards;
	bool inside;
	bool done;
	bool nmi_done;
} visit;

static void visit_irq(struct irq_work *work)
{
	int i;

	visit.inside = true;
	for (i = 0; i < visit.records; i++)
		write_record(IN_IRQ, i * 4);
	if (visit.discards)
		discard_record(8);
	visit.inside = false;
	visit.done = true;
}

static struct irq_work visit_work = IRQ_WORK_INIT_HARD(visit_irq);

static void visit_step(int n)
{
	if (in_nmi())
		return;
	if (visit.inside) {
		if (visit.nmi_at < 0 || visit.nmi_at--)
			return;
		raise_nmi();
		visit.nmi_done = true;
		return;
	}
	if (visit.done || visit.at < 0 || visit.at--)
		return;
	irq_work_queue(&visit_work);
	while (!READ_ONCE(visit.done))
		cpu_relax();
}

/* Does the operation have a step with this number, and the interrupt another? */
static void visited(struct kunit *test, int filled, bool discard, int at, int nmi_at)
{
	int i;

	begin(test, 100, 3, true);
	migrate_disable();
	preempt_disable();
	for (i = 0; i < filled; i++)
		write_record(IN_TASK, i % 5);
	visit.at = at;
	visit.nmi_at = nmi_at;
	visit.done = false;
	visit.nmi_done = false;
	WRITE_ONCE(step_hook, visit_step);
	if (discard)
		discard_record(4);
	else
		write_record(IN_TASK, 4);
	WRITE_ONCE(step_hook, NULL);
	write_record(IN_TASK, 0);
	preempt_enable();
	settle(test, true);
	migrate_enable();
	end();
}

static void each_step(struct kunit *test, bool discard)
{
	static const int records[] = { 1, 3, 20 };
	int filled, at, nmi_at, i;

	KUNIT_ASSERT_EQ(test, nmi_begin(), 0);
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		visit.records = records[i];
		visit.discards = i & 1;
		for (filled = 0; filled < 10; filled++) {
			for (at = 0, visit.done = true; visit.done; at++) {
				visited(test, filled, discard, at, -1);
				for (nmi_at = 0, visit.nmi_done = visit.done && i < 2;
				     visit.nmi_done; nmi_at++)
					visited(test, filled, discard, at, nmi_at);
			}
			KUNIT_EXPECT_GT(test, at, 4);
		}
	}
	nmi_end();
}

static void writes_interrupted_at_each_step(struct kunit *test)
{
	each_step(test, false);
}

static void discards_interrupted_at_each_step(struct kunit *test)
{
	each_step(test, true);
}

/* All CPUs write, in all contexts, as fast as they can. */
static bool stop_writing;

static int writer_thread(void *unused)
{
	u32 turn = 0;

	while (!READ_ONCE(stop_writing)) {
		preempt_disable();
		write_record(IN_TASK, turn % 40);
		if (turn % 7 == 0)
			discard_record(turn % 60);
		preempt_enable();
		if (++turn % 64 == 0)
			cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void write_from_irq(void *unused)
{
	write_record(IN_IRQ, 12);
	write_record(IN_IRQ, 0);
}

/* NMIs one CPU at a time: there is one flag for all. */
static void write_from_nmi(void *unused)
{
	write_record(IN_IRQ, 3);
	raise_nmi();
}

static int interrupter_thread(void *unused)
{
	int cpu;

	while (!READ_ONCE(stop_writing)) {
		on_each_cpu(write_from_irq, NULL, true);
		for_each_online_cpu(cpu)
			smp_call_function_single(cpu, write_from_nmi, NULL, true);
		usleep_range(50, 150);
	}
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* By CPU, and the one behind them who interrupts all. */
static struct task_struct **threads;

static void start_writers(struct kunit *test)
{
	int cpu;

	threads = kunit_kcalloc(test, nr_cpu_ids + 1, sizeof(*threads), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, threads);
	KUNIT_ASSERT_EQ(test, nmi_begin(), 0);
	stop_writing = false;
	for_each_online_cpu(cpu) {
		threads[cpu] = kthread_create(writer_thread, NULL, "otr_writer/%d", cpu);
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[cpu]));
		kthread_bind(threads[cpu], cpu);
		wake_up_process(threads[cpu]);
	}
	threads[nr_cpu_ids] = kthread_run(interrupter_thread, NULL, "otr_interrupter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(threads[nr_cpu_ids]));
}

static void stop_writers(void)
{
	int i;

	WRITE_ONCE(stop_writing, true);
	for (i = 0; i <= nr_cpu_ids; i++) {
		if (threads[i])
			kthread_stop(threads[i]);
	}
	nmi_end();
}

/* What a reader, or somebody else, does all the time meanwhile. */
static void stress(struct kunit *test, void (*meanwhile)(int cpu, u32 turn), bool counts)
{
	unsigned long until = jiffies + msecs_to_jiffies(STRESS_MS);
	u64 written = 0;
	u32 turn = 0;
	int cpu;

	start_writers(test);
	while (turn < STRESS_TURNS || time_before(jiffies, until)) {
		for_each_online_cpu(cpu)
			meanwhile(cpu, turn);
		turn++;
		cond_resched();
	}
	stop_writers();
	settle(test, counts);
	for_each_online_cpu(cpu) {
		struct reader *reader = per_cpu_ptr(&readers, cpu);

		kunit_info(test, "cpu %d: %llu written, %llu refused, %llu read, %llu lost\n", cpu,
			   per_cpu_ptr(&writers, cpu)->written,
			   per_cpu_ptr(&writers, cpu)->refused, reader->read, reader->lost);
		KUNIT_EXPECT_GT(test, reader->read, 0);
		written += per_cpu_ptr(&writers, cpu)->written;
	}
	KUNIT_EXPECT_GT(test, written, IS_ENABLED(CONFIG_KASAN) ? 10 : 1000);
}

static void read_all(int cpu, u32 turn)
{
	read_some(cpu, U64_MAX);
}

static void read_a_little(int cpu, u32 turn)
{
	read_some(cpu, turn % 5);
	if (turn % 16 == 0)
		usleep_range(100, 1000);
}

static void written_and_read(struct kunit *test)
{
	begin(test, PAGE_SIZE - sizeof(struct otr_page), 16, true);
	stress(test, read_all, true);
	end();
}

static void tiny_pages(struct kunit *test)
{
	begin(test, 160, 4, true);
	stress(test, read_a_little, true);
	end();
}

static void glance_and_read(int cpu, u32 turn)
{
	if (turn % 3)
		glance_some(cpu, turn % 40);
	if (turn % 5 == 1)
		read_some(cpu, turn % 4);
	if (turn % 16 == 0)
		usleep_range(100, 1000);
}

/* Each record is shown or read once, or lost. */
static void glanced_while_written(struct kunit *test)
{
	begin(test, 160, 4, true);
	stress(test, glance_and_read, true);
	end();
	begin(test, PAGE_SIZE - sizeof(struct otr_page), 8, true);
	stress(test, glance_and_read, true);
	end();
}

static int changer_thread(void *data)
{
	u32 turn = 0;
	int cpu;

	while (!kthread_should_stop()) {
		turn++;
		for_each_online_cpu(cpu) {
			struct otr_ring_cpu *rc;
			struct otr_item item;

			if (turn % 7 == 0)
				otr_ring_resize(ring, cpu, 400 * (2 + turn % 17));
			else if (turn % 31 == 0)
				otr_ring_reset(ring, cpu);
			rc = otr_ring_reader_lock(ring, cpu);
			while (otr_ring_peek(rc, &item) && turn++ % 19)
				otr_ring_consume(rc);
			otr_ring_reader_unlock(rc);
		}
		cond_resched();
	}
	return 0;
}

static void glance_a_lot(int cpu, u32 turn)
{
	struct reader *reader = per_cpu_ptr(&readers, cpu);

	/* Somebody else reads, too, and empties: only what it is counts. */
	memset(reader->number, 0, sizeof(reader->number));
	reader->ts = 0;
	glance_some(cpu, 200);
	memset(reader->number, 0, sizeof(reader->number));
	reader->ts = 0;
}

/* Whatever others do, a glance shows what was written, in order. */
static void glanced_while_changed(struct kunit *test)
{
	struct task_struct *changer;

	begin(test, 400, 8, true);
	changer = kthread_run(changer_thread, NULL, "otr_changer");
	KUNIT_ASSERT_FALSE(test, IS_ERR(changer));
	stress(test, glance_a_lot, false);
	kthread_stop(changer);
	end();
}

static void full_ring(struct kunit *test)
{
	begin(test, 160, 4, false);
	stress(test, read_a_little, true);
	end();
}

static void read_pages(int cpu, u32 turn)
{
	struct reader *reader = per_cpu_ptr(&readers, cpu);
	struct otr_cursor cur = {};
	struct otr_item item;
	struct otr_raw raw;
	u64 records = 0;
	u32 after;

	if (otr_raw_alloc(ring, cpu, &raw))
		return;
	if (!otr_raw_read(ring, cpu, &raw, PAGE_SIZE, turn & 1)) {
		cur.page = raw.page;
		cur.ts = raw.page->ts;
		cur.end = raw.page->commit & OTR_PAGE_SIZE_MASK;
		while (otr_cursor_look(&cur, &item, &after) > 0) {
			item.lost = records++ ? 0 : raw.lost;
			take(reader, &item);
			cur.off = after;
			cur.ts = item.ts;
		}
		reader->wrong += records != raw.records;
	}
	otr_raw_free(&raw);
}

static void raw_pages(struct kunit *test)
{
	begin(test, PAGE_SIZE - sizeof(struct otr_page), 4, true);
	stress(test, read_pages, true);
	end();
}

/* Somebody who only looks, in the order of what is there. */
static void walk(int cpu)
{
	struct reader *reader = per_cpu_ptr(&readers, cpu);
	struct otr_iter *iter = otr_iter_create(ring, cpu);
	u32 last[CONTEXTS] = {};
	struct otr_item item;
	int most = 2000;

	if (IS_ERR(iter))
		return;
	while (most-- && otr_iter_peek(iter, &item)) {
		const struct payload *p = item.data;

		if (payload_wrong(&item)) {
			reader->wrong++;
		} else {
			reader->disorder += (s32)(p->number - last[p->context]) <= 0;
			last[p->context] = p->number;
		}
		otr_iter_next(iter);
	}
	otr_iter_destroy(iter);
}

static void change_and_read(int cpu, u32 turn)
{
	unsigned int data = otr_ring_at(ring, cpu)->data;

	switch (turn % 11) {
	case 0:
		otr_ring_resize(ring, cpu, data * (2 + turn % 17));
		break;
	case 3:
		walk(cpu);
		break;
	case 5:
		otr_ring_off(ring);
		otr_ring_on(ring);
		break;
	case 7:
		otr_ring_set_overwrite(ring, turn & 1);
		break;
	default:
		read_some(cpu, turn % 50);
	}
}

static void resized_while_written(struct kunit *test)
{
	int cpu;

	begin(test, 400, 8, true);
	stress(test, change_and_read, false);
	for_each_online_cpu(cpu) {
		struct reader *reader = per_cpu_ptr(&readers, cpu);

		/* Switching off is no loss, all else is one. */
		KUNIT_EXPECT_EQ(test, reader->read + reader->lost,
				per_cpu_ptr(&writers, cpu)->written);
	}
	end();
}

static void empty_and_read(int cpu, u32 turn)
{
	if (turn % 9 == 0)
		otr_ring_reset(ring, cpu);
	else if (turn % 9 == 4)
		otr_ring_set_clock(ring, turn & 1 ? OTR_CLOCK_LOCAL : OTR_CLOCK_MONO);
	else if (turn % 90 == 7)
		otr_ring_set_order(ring, NULL, turn % 4);
	else
		walk(cpu);
	/* Another clock, another time. */
	per_cpu_ptr(&readers, cpu)->ts = 0;
	read_some(cpu, 20);
	per_cpu_ptr(&readers, cpu)->ts = 0;
}

static void emptied_while_written(struct kunit *test)
{
	begin(test, 0, 0, true);
	stress(test, empty_and_read, false);
	end();
}

/* Each writes one record for the other who waits for it. */
static int late_writer(void *unused)
{
	usleep_range(20000, 30000);
	preempt_disable();
	write_record(IN_TASK, 0);
	preempt_enable();
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void waiters_are_woken(struct kunit *test)
{
	struct task_struct *thread;
	int i, cpu;

	begin(test, 400, 8, true);
	for (i = 0; i < 20; i++) {
		cpu = i % 2 ? OTR_CPU_ALL : 0;
		thread = kthread_create(late_writer, NULL, "otr_late");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
		kthread_bind(thread, 0);
		wake_up_process(thread);
		KUNIT_EXPECT_EQ(test, otr_ring_wait(ring, cpu, 0), 0);
		KUNIT_EXPECT_FALSE(test, otr_ring_empty(ring, 0));
		kthread_stop(thread);
		read_some(0, U64_MAX);
	}
	KUNIT_EXPECT_EQ(test, per_cpu_ptr(&readers, 0)->read, 20);
	end();
}

static void absurd_sizes(struct kunit *test)
{
	unsigned long before;

	begin(test, 0, 0, true);
	before = otr_ring_size(ring, 0);
	KUNIT_EXPECT_EQ(test, otr_ring_resize(ring, OTR_CPU_ALL, ULONG_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, otr_ring_resize(ring, OTR_CPU_ALL, 1UL << 35), -ENOMEM);
	KUNIT_EXPECT_EQ(test, otr_ring_size(ring, 0), before);
	KUNIT_EXPECT_EQ(test, otr_ring_resize(ring, OTR_CPU_ALL, OTR_RING_BYTES), 0);
	KUNIT_EXPECT_EQ(test, otr_ring_size(ring, 0), 354 * 4080);
	end();
}

/* A CPU goes; what it wrote is still there, and can still be changed. */
static void cpu_goes_and_comes(struct kunit *test)
{
	int cpu = cpumask_last(cpu_online_mask);

	if (cpu == 0)
		kunit_skip(test, "one CPU");
	begin(test, 400, 8, true);
	smp_call_function_single(cpu, write_from_irq, NULL, true);
	KUNIT_ASSERT_EQ(test, remove_cpu(cpu), 0);
	KUNIT_EXPECT_FALSE(test, otr_ring_empty(ring, cpu));
	KUNIT_EXPECT_EQ(test, otr_ring_resize(ring, OTR_CPU_ALL, 400 * 3), 0);
	read_some(cpu, 1);
	KUNIT_ASSERT_EQ(test, add_cpu(cpu), 0);
	smp_call_function_single(cpu, write_from_irq, NULL, true);
	settle(test, true);
	KUNIT_EXPECT_EQ(test, per_cpu_ptr(&readers, cpu)->read, 4);
	end();
}

static int suite_begin(struct kunit_suite *suite)
{
	return otr_buffer_init();
}

static void suite_end(struct kunit_suite *suite)
{
	otr_buffer_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(writes_interrupted_at_each_step),
	KUNIT_CASE(discards_interrupted_at_each_step),
	KUNIT_CASE(written_and_read),
	KUNIT_CASE(tiny_pages),
	KUNIT_CASE(full_ring),
	KUNIT_CASE(glanced_while_written),
	KUNIT_CASE(glanced_while_changed),
	KUNIT_CASE(raw_pages),
	KUNIT_CASE(resized_while_written),
	KUNIT_CASE(emptied_while_written),
	KUNIT_CASE(waiters_are_woken),
	KUNIT_CASE(clocks_that_record),
	KUNIT_CASE(kprobe_in_the_clock),
	KUNIT_CASE(absurd_sizes),
	KUNIT_CASE(cpu_goes_and_comes),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_buffer",
	.suite_init	= suite_begin,
	.suite_exit	= suite_end,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("Tests of outrace's buffer room");
MODULE_LICENSE("GPL");
