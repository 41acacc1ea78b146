// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of probes with what only the kernel has: memory that is not there, programs'
 * memory, symbols, stacks. The language itself is tested in user space.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "base/cmd.c"
#include "base/errlog.c"
#include "base/text.c"
#include "arch/x86/regs.c"
#include "event/access.c"
#include "event/field.c"
#include "host/feature.c"
#include "host/symbol.c"
#include "fetch/line.c"
#include "fetch/types.c"
#include "fetch/step.c"
#include "fetch/named.c"
#include "fetch/expr.c"
#include "fetch/arg.c"
#include "fetch/expand.c"
#include "fetch/make.c"
#include "fetch/read.c"
#include "fetch/lay.c"
#include "fetch/run.c"
#include "fetch/text.c"

/* Types are tested in user space. */
void otr_types_lock(void)
{
}

void otr_types_unlock(void)
{
}

bool otr_types_known(void)
{
	return false;
}

const struct otr_btf *otr_types_named(const char *func, u32 *proto)
{
	return NULL;
}

const struct otr_btf *otr_types_struct(const char *name, u32 *id)
{
	return NULL;
}

u32 otr_btf_result(const struct otr_btf *btf, u32 proto)
{
	return 0;
}

bool otr_btf_param(const struct otr_btf *btf, u32 proto, unsigned int nr,
		   struct otr_btf_param *out)
{
	return false;
}

bool otr_btf_shape(const struct otr_btf *btf, u32 id, struct otr_btf_shape *out)
{
	return false;
}

bool otr_btf_member(const struct otr_btf *btf, u32 id, const char *name,
		    struct otr_btf_member *out)
{
	return false;
}

#define HEAD	16

static const struct otr_catalog catalog = {
	.place = "test", .text = otr_fetch_errors, .nr = OTR_FETCH_NR_ERRORS,
};

static char rec[HEAD + 4096];
static char printed[4096];

/* What a probe there would print. */
static const char *print_at(struct kunit *test, unsigned int where, const char *args,
			    const struct otr_fetch_source *source)
{
	const struct otr_fetch_place place = { .where = where, .head = HEAD };
	struct otr_fetch *fetch = NULL;
	struct otr_fetch_line line;
	struct otr_line out = { .rec = rec };
	struct seq_buf text;

	KUNIT_ASSERT_EQ(test, otr_fetch_line_open(&line, &catalog, args), 0);
	KUNIT_EXPECT_EQ_MSG(test, otr_fetch_read(&line, 0, line.nr, &place, &fetch), 0,
			    "%s: %d at %u", args, line.cmd.error, line.cmd.error_pos);
	otr_fetch_line_close(&line);
	if (!fetch)
		return "";
	KUNIT_EXPECT_EQ_MSG(test, otr_fetch_resolve(fetch), 0, "%s", args);
	preempt_disable();
	if (!(where & OTR_FETCH_USER))
		out.len = otr_fetch_run(fetch, source, rec, sizeof(rec));
	preempt_enable();
	if (where & OTR_FETCH_USER)
		out.len = otr_fetch_run_user(fetch, source, rec, sizeof(rec));
	seq_buf_init(&text, printed, sizeof(printed) - 1);
	out.out = &text;
	otr_fetch_print(fetch, &out);
	printed[seq_buf_used(&text)] = '\0';
	otr_fetch_free(fetch);
	return printed;
}

static const char *print(struct kunit *test, const char *args, unsigned long di)
{
	struct pt_regs regs = { .di = di, .si = di };
	struct otr_fetch_source source = { .base = &regs };

	return print_at(test, OTR_FETCH_ENTRY, args, &source);
}

/* What is not memory is not there, whatever it is. */
static void reads_nothing(struct kunit *test)
{
	static const unsigned long nowhere[] = {
		0, 1, 8, PAGE_SIZE, 0x12345678, TASK_SIZE_MAX - 8, TASK_SIZE_MAX, 1UL << 47,
		1UL << 55, 1UL << 56, 1UL << 63, 0x9000000000000000UL, 0xfe00000000000000UL,
		0xff00000000000000UL, 0xffff7ffffffffff8UL, VSYSCALL_ADDR, VSYSCALL_ADDR + 8,
		-8UL, -4UL, -1UL,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		KUNIT_EXPECT_STREQ_MSG(test, print(test, "a=+0(%di) b=+0(%di):u8 c=+1(+0(%di)):x32",
						   nowhere[i]),
				       " a=0x0 b=0 c=0x0", "%lx", nowhere[i]);
		KUNIT_EXPECT_STREQ_MSG(test, print(test, "+0(%di):string +u0(%di):string",
						   nowhere[i]),
				       " arg1=(fault) arg2=(fault)", "%lx", nowhere[i]);
		KUNIT_EXPECT_STREQ_MSG(test, print(test, "+0(%di):x16[2] +0(%di):string[2]",
						   nowhere[i]),
				       " arg1={0x0,0x0} arg2={(fault),(fault)}", "%lx", nowhere[i]);
	}
}

/* Up to the last byte of memory, and over it. */
static void reads_up_to_the_end(struct kunit *test)
{
	char *page = vmalloc(PAGE_SIZE), *end = page + PAGE_SIZE;
	char expected[64];
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, 'x', PAGE_SIZE);
	KUNIT_EXPECT_STREQ(test, print(test, "+0(%di):x8 -8(%di):x64", (unsigned long)end),
			   " arg1=0x0 arg2=0x7878787878787878");
	KUNIT_EXPECT_STREQ(test, print(test, "+0(%di):x64 +0(%di):x8[6]", (unsigned long)end - 4),
			   " arg1=0x0 arg2={0x78,0x78,0x78,0x78,0x0,0x0}");
	KUNIT_EXPECT_STREQ(test, print(test, "+0(%di):string", (unsigned long)end - 4),
			   " arg1=(fault)");
	end[-1] = '\0';
	for (len = 0; len < 40; len++) {
		snprintf(expected, sizeof(expected), " arg1=\"%s\"", end - 1 - len);
		KUNIT_EXPECT_STREQ(test, print(test, "+0(%di):string",
					       (unsigned long)end - 1 - len), expected);
	}
	vfree(page);
}

static void finds_symbols(struct kunit *test)
{
	char expected[64];

	snprintf(expected, sizeof(expected), " arg1=0x%lx arg2=kfree+0x0/", (unsigned long)kfree);
	KUNIT_EXPECT_TRUE(test, strstarts(print(test, "%di %di:symbol", (unsigned long)kfree),
					  expected));
	KUNIT_EXPECT_TRUE(test, strstarts(print(test, "%di:symstr", (unsigned long)kfree + 1),
					  " arg1=\"kfree+0x1/"));
	KUNIT_EXPECT_STREQ(test, print(test, "@linux_banner:char[5]", 0),
			   " arg1={'L','i','n','u','x'}");
	KUNIT_EXPECT_STREQ(test, print(test, "@linux_banner:string[1] @linux_banner+6:char", 0),
			   " arg1={(fault)} arg2='v'");
}

static void names_tasks(struct kunit *test)
{
	char expected[64];

	snprintf(expected, sizeof(expected), " arg1=\"%s\" a=\"b\"", current->comm);
	KUNIT_EXPECT_STREQ(test, print(test, "$comm a=\\\"b\"", 0), expected);
}

/* Words of this stack, and nothing beyond its end. */
static void reads_the_stack(struct kunit *test)
{
	unsigned long words[4] = { 1, 2, 3, 4 };
	struct otr_fetch_source source = { .base = words, .stack = (unsigned long)words };
	char expected[128];

	OPTIMIZER_HIDE_VAR(source.stack);
	barrier_data(words);
	snprintf(expected, sizeof(expected), " arg1=0x%lx arg2=0x1 arg3=0x4 arg4=0x0",
		 (unsigned long)words);
	KUNIT_EXPECT_STREQ(test, print_at(test, OTR_FETCH_ENTRY,
					  "$stack $stack0 $stack3 $stack2048", &source), expected);
}

static void reads_programs(struct kunit *test)
{
	unsigned long user = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	unsigned long at = user + PAGE_SIZE - 4, pointer = user + PAGE_SIZE - 4;
	struct pt_regs regs = { .di = at, .si = user };
	struct otr_fetch_source source = { .base = &regs, .stack = user, .file = user };

	KUNIT_ASSERT_NE(test, user, 0);
	/* Over the end of a page. */
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)at, "/etc/xyz", 9), 0);
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)user, &pointer, sizeof(pointer)), 0);
	KUNIT_EXPECT_STREQ(test, print(test, "+u0(%di):string +u1(%di):char +0(%di):string", at),
			   " arg1=\"/etc/xyz\" arg2='e' arg3=(fault)");
	KUNIT_EXPECT_STREQ(test, print_at(test, OTR_FETCH_USER,
					  "+0(%di):string +0(+0(%si)):string", &source),
			   " arg1=\"/etc/xyz\" arg2=\"/etc/xyz\"");
	KUNIT_EXPECT_STREQ(test, print_at(test, OTR_FETCH_USER,
					  "+0($stack0):char @+0xffd:char +0(\\8):x8", &source),
			   " arg1='/' arg2='e' arg3=0x0");
	/* A page that nobody has touched yet is brought in where that can be waited for. */
	KUNIT_ASSERT_EQ(test, vm_munmap(user + PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_STREQ(test, print(test, "+u0(%di):string", at), " arg1=(fault)");
	KUNIT_EXPECT_STREQ(test, print_at(test, OTR_FETCH_USER, "+0(%di):string", &source),
			   " arg1=(fault)");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reads_nothing),
	KUNIT_CASE(reads_up_to_the_end),
	KUNIT_CASE(finds_symbols),
	KUNIT_CASE(names_tasks),
	KUNIT_CASE(reads_the_stack),
	KUNIT_CASE(reads_programs),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_fetch",
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's fetch room");
MODULE_LICENSE("GPL");
