// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters with what only the kernel has: memory that is not there, CPUs,
 * functions, tasks. The language itself is tested in user space.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/cmd.c"
#include "base/glob.c"
#include "event/access.c"
#include "event/field.c"
#include "host/feature.c"
#include "host/symbol.c"
#include "rule/filter.c"
#include "rule/plan.c"
#include "rule/term.c"
#include "rule/match.c"
#include "rule/text.c"

struct rec {
	struct otr_rec_head	head;
	const char		*text;
	void			*code;
	u32			number;
	u32			mask_loc;
	unsigned long		mask[BITS_TO_LONGS(NR_CPUS)];
};

static const struct otr_field fields[] = {
	{ "const char *", "text", offsetof(struct rec, text), 8, false },
	{ "void *", "code", offsetof(struct rec, code), 8, false },
	{ "u32", "number", offsetof(struct rec, number), 4, false },
	{ "__data_loc cpumask_t", "mask", offsetof(struct rec, mask_loc), 4, false },
	{}
};

static const struct otr_event event = {
	.id	= 1,
	.system	= "test",
	.name	= "test",
	.fields	= fields,
};

static struct otr_filter *create(struct kunit *test, const char *text)
{
	struct otr_filter *filter = NULL;
	struct otr_cmd cmd;
	int err = otr_filter_create(&event, text, &cmd, &filter);

	KUNIT_EXPECT_EQ_MSG(test, err, 0, "%s: %s at %u", text,
			    cmd.error < 0 ? "" : cmd.catalog->text[cmd.error], cmd.error_pos);
	return filter;
}

static bool says(struct kunit *test, const char *text, const struct rec *rec)
{
	struct otr_filter *filter = create(test, text);
	bool match = false;

	if (filter) {
		preempt_disable();
		match = otr_filter_match(filter, rec);
		preempt_enable();
	}
	otr_filter_free(filter);
	return match;
}

/* The message of a filter that is wrong. */
static const char *wrong(struct kunit *test, const char *text)
{
	struct otr_filter *filter;
	struct otr_cmd cmd;

	KUNIT_EXPECT_EQ(test, otr_filter_create(&event, text, &cmd, &filter), -EINVAL);
	return cmd.error < 0 ? "" : cmd.catalog->text[cmd.error];
}

static void reads_kernel_text(struct kunit *test)
{
	char *page = vmalloc(PAGE_SIZE);
	struct rec rec = { .text = "some text" };

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, says(test, "text == 'some text'", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "text != 'some text'", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "text ~ '*text'", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "text ~ 's[no]me*t*x?'", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "text ~ '!some*'", &rec));

	/* Up to the last byte of memory, and over it. */
	memset(page, 'x', PAGE_SIZE);
	page[PAGE_SIZE - 1] = '\0';
	rec.text = page + PAGE_SIZE - 4;
	KUNIT_EXPECT_TRUE(test, says(test, "text == 'xxx'", &rec));
	page[PAGE_SIZE - 1] = 'x';
	KUNIT_EXPECT_FALSE(test, says(test, "text ~ '*'", &rec));
	rec.text = page;
	KUNIT_EXPECT_TRUE(test, says(test, "text ~ 'xxx*'", &rec));
	vfree(page);
}

/* Text that is not there neither fits nor does it not. */
static void survives_bad_addresses(struct kunit *test)
{
	static const unsigned long addresses[] = {
		0, 1, PAGE_SIZE - 1, TASK_SIZE_MAX, 0xdead000000000000, ~0UL, ~0UL - 63,
	};
	struct rec rec = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		rec.text = (const char *)addresses[i];
		KUNIT_EXPECT_FALSE(test, says(test, "text ~ '*'", &rec));
		KUNIT_EXPECT_FALSE(test, says(test, "text != 'x'", &rec));
		KUNIT_EXPECT_FALSE(test, says(test, "text.ustring ~ '*'", &rec));
		KUNIT_EXPECT_FALSE(test, says(test, "text.ustring != 'x'", &rec));
	}
}

static void reads_user_text(struct kunit *test)
{
	unsigned long user = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	struct rec rec = { .text = (const char *)user + PAGE_SIZE - 2 };

	KUNIT_ASSERT_NE(test, user, 0);
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)rec.text, "/etc/x", 7), 0);
	KUNIT_EXPECT_TRUE(test, says(test, "text.ustring == '/etc/x'", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "text.ustring ~ '/etc/*'", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "text.ustring != '/etc/x'", &rec));
	/* Not without being told. */
	KUNIT_EXPECT_FALSE(test, says(test, "text == '/etc/x'", &rec));
	/* A page that nobody has touched yet is not there. */
	rec.text = (const char *)user + 2 * PAGE_SIZE - 2;
	KUNIT_ASSERT_EQ(test, vm_munmap(user + PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_FALSE(test, says(test, "text.ustring ~ '*'", &rec));
	rec.text = "kernel";
	KUNIT_EXPECT_FALSE(test, says(test, "text.ustring == 'kernel'", &rec));
}

/* Interrupts nest: four texts can be in use on a CPU, the fifth has no room. */
static void nests_texts(struct kunit *test)
{
	struct otr_rule_text *texts[OTR_NEST_SLOTS];
	struct rec rec = { .text = "x" };
	struct otr_filter *filter = create(test, "text == 'x'");
	bool without_room;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, filter);
	preempt_disable();
	for (i = 0; i < OTR_NEST_SLOTS; i++)
		texts[i] = otr_rule_text_get();
	without_room = otr_filter_match(filter, &rec);
	for (i = 0; i < OTR_NEST_SLOTS; i++)
		otr_rule_text_put();
	KUNIT_EXPECT_TRUE(test, otr_filter_match(filter, &rec));
	preempt_enable();
	otr_filter_free(filter);

	KUNIT_EXPECT_FALSE(test, without_room);
	for (i = 0; i < OTR_NEST_SLOTS; i++) {
		KUNIT_EXPECT_NOT_NULL(test, texts[i]);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, texts[i], texts[j]);
	}
}

static bool hit;
static const struct rec *irq_rec;
static const struct otr_filter *irq_filter;

static void match_in_irq(struct irq_work *work)
{
	hit = otr_filter_match(irq_filter, irq_rec);
}

static void matches_in_interrupts(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(match_in_irq);
	struct rec rec = { .text = "in an interrupt" };
	struct otr_filter *filter = create(test, "text ~ 'in*' && number == 0");

	KUNIT_ASSERT_NOT_NULL(test, filter);
	irq_rec = &rec;
	irq_filter = filter;
	hit = false;
	irq_work_queue(&work);
	irq_work_sync(&work);
	KUNIT_EXPECT_TRUE(test, hit);
	otr_filter_free(filter);
}

static void knows_cpus(struct kunit *test)
{
	struct rec rec = {
		.mask_loc = offsetof(struct rec, mask) | cpumask_size() << 16,
	};
	struct cpumask *mask = to_cpumask(rec.mask);
	char text[40];
	int cpu;

	migrate_disable();
	cpu = smp_processor_id();
	snprintf(text, sizeof(text), "CPU == %d && cpu & CPUS{%d}", cpu, cpu);
	KUNIT_EXPECT_TRUE(test, says(test, text, &rec));
	snprintf(text, sizeof(text), "CPU != %d", cpu);
	KUNIT_EXPECT_FALSE(test, says(test, text, &rec));
	migrate_enable();

	KUNIT_EXPECT_FALSE(test, says(test, "mask & CPUS{0-1}", &rec));
	cpumask_set_cpu(1, mask);
	KUNIT_EXPECT_TRUE(test, says(test, "mask & CPUS{0-1}", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "mask == CPUS{1}", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "mask == CPUS{0-1}", &rec));
	cpumask_set_cpu(0, mask);
	KUNIT_EXPECT_TRUE(test, says(test, "mask == CPUS{0-1}", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "mask != CPUS{0}", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "mask & CPUS{all}", &rec));

	rec.number = 1;
	KUNIT_EXPECT_TRUE(test, says(test, "number & CPUS{0-1}", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "number == CPUS{0-1}", &rec));
	KUNIT_EXPECT_TRUE(test, says(test, "number != CPUS{0-1}", &rec));
	rec.number = nr_cpu_ids;
	KUNIT_EXPECT_FALSE(test, says(test, "number & CPUS{0-1}", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "number != CPUS{0-1}", &rec));
	KUNIT_EXPECT_STREQ(test, wrong(test, "number & CPUS{x}"), "Invalid cpulist");
	KUNIT_EXPECT_STREQ(test, wrong(test, "number & CPUS{99999}"), "Invalid cpulist");
}

static void knows_functions(struct kunit *test)
{
	struct rec rec = { .code = (void *)kfree + 5 };
	char text[40];

	KUNIT_EXPECT_TRUE(test, says(test, "code.function == kfree", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "code.function != kfree", &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "code.function == vfree", &rec));
	snprintf(text, sizeof(text), "code.function == 0x%lx", (unsigned long)kfree + 3);
	KUNIT_EXPECT_TRUE(test, says(test, text, &rec));
	rec.code = (void *)kfree - 1;
	KUNIT_EXPECT_FALSE(test, says(test, "code.function == kfree", &rec));
	KUNIT_EXPECT_STREQ(test, wrong(test, "code.function == no_such_function"),
			   "Function not found");
	KUNIT_EXPECT_STREQ(test, wrong(test, "code.function == 0x10"), "Function not found");
	/* Of a module. */
	rec.code = match_in_irq;
	KUNIT_EXPECT_TRUE(test, says(test, "code.function == match_in_irq", &rec));
}

static void knows_the_task(struct kunit *test)
{
	struct rec rec = {};
	char text[64];

	snprintf(text, sizeof(text), "COMM == '%s' && comm ~ '%.3s*'", current->comm,
		 current->comm);
	KUNIT_EXPECT_TRUE(test, says(test, text, &rec));
	KUNIT_EXPECT_FALSE(test, says(test, "COMM == 'x'", &rec));
	rec.head.pid = 7;
	KUNIT_EXPECT_TRUE(test, says(test, "common_pid == 7", &rec));
}

static void stop(struct kunit *test)
{
	otr_rule_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reads_kernel_text),
	KUNIT_CASE(survives_bad_addresses),
	KUNIT_CASE(reads_user_text),
	KUNIT_CASE(nests_texts),
	KUNIT_CASE(matches_in_interrupts),
	KUNIT_CASE(knows_cpus),
	KUNIT_CASE(knows_functions),
	KUNIT_CASE(knows_the_task),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_rule",
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's rule room");
MODULE_LICENSE("GPL");
