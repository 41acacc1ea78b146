// SPDX-License-Identifier: GPL-2.0-only
/* Programs on registers, records and memory whose contents are known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/percpu.h>

#include "fetch_test.h"
#include "ktap.h"

static union {
	struct otr_rec_head head;
	char bytes[8192];
} rec;

static char printed[8192];

/* Done in line, if it can be, it has to be the same. */
static unsigned int run_short(const struct test_probe *probe,
			      const struct otr_fetch_source *source, unsigned int room)
{
	static char whole[sizeof(rec)];
	char bytes[256];
	unsigned int head = probe->place.head, len;

	memset(bytes, 0x5a, sizeof(bytes));
	len = otr_fetch_run_short(probe->fetch, source->base, bytes, room);
	for (unsigned int i = room; i < sizeof(bytes); i++)
		EXPECT_EQ(bytes[i], 0x5a);
	if (!len)
		return 0;
	EXPECT(len < room);
	EXPECT_EQ(otr_fetch_run(probe->fetch, source, whole, sizeof(whole)), len);
	EXPECT(!memcmp(bytes + head, whole + head, len - head));
	return len - head;
}

/* Run it into so much room, and print it; what is behind has to stay. */
static const char *print_in(const struct test_probe *probe, const struct otr_fetch_source *source,
			    unsigned int room)
{
	struct seq_buf out;
	struct otr_line line = { .out = &out, .rec = &rec };

	memset(&rec, 0x5a, sizeof(rec));
	line.len = probe->place.where & OTR_FETCH_USER ?
		otr_fetch_run_user(probe->fetch, source, &rec, room) :
		otr_fetch_run(probe->fetch, source, &rec, room);
	EXPECT(line.len >= probe->fetch->size && line.len <= room);
	if (!(probe->place.where & OTR_FETCH_USER))
		run_short(probe, source, 112);
	for (unsigned int i = 0; i < probe->place.head; i++)
		EXPECT_EQ(rec.bytes[i], 0x5a);
	for (unsigned int i = room; i < room + 64; i++)
		EXPECT_EQ(rec.bytes[i], 0x5a);
	seq_buf_init(&out, printed, sizeof(printed) - 1);
	otr_fetch_print(probe->fetch, &line);
	printed[out.len] = '\0';
	return printed;
}

static const char *print(const char *definition, enum otr_fetch_base base,
			 const struct otr_fetch_source *source)
{
	struct test_probe probe;

	*printed = '\0';
	test_open(&probe, definition);
	EXPECT_EQ(probe.err, 0);
	if (probe.err)
		KTAP_FAIL("%s: %s", definition, otr_fetch_errors[probe.line.cmd.error]);
	else if (!(probe.place.where & OTR_FETCH_EVENT) && !otr_fetch_lay(probe.fetch, base))
		KTAP_FAIL("%s: not there", definition);
	else
		print_in(&probe, source, 4096 + probe.fetch->size);
	test_close(&probe);
	return printed;
}

#define BASE_REGS	OTR_FETCH_BASE_REGS
#define BASE_FRAME	OTR_FETCH_BASE_FRAME
#define BASE_WORDS	OTR_FETCH_BASE_WORDS
#define BASE_RESULT	OTR_FETCH_BASE_RESULT
#define BASE_RECORD	OTR_FETCH_BASE_RECORD

#define EXPECT_PRINTED(definition, base, source, text) \
	EXPECT_STR(print(definition, base, source), text)

static const struct pt_regs regs = {
	.di = 0x1122334455667788, .si = 0xfffffffffffffff6, .dx = 3, .cx = 4, .r8 = 5, .r9 = 6,
	.ax = 0x8000000000000041, .bx = TEST_KERNEL, .r12 = TEST_KERNEL + TEST_SIZE - 4,
	.r13 = TEST_USER + 8, .r14 = TEST_KERNEL + TEST_SIZE - 3, .bp = TEST_SYMBOL + 4,
	.sp = TEST_KERNEL,
};

static const struct otr_fetch_source of_regs = { .base = &regs, .stack = TEST_KERNEL };

static void put(char *to, const char *text)
{
	memcpy(to, text, strlen(text) + 1);
}

static void fill(void)
{
	u64 word = TEST_KERNEL + 0x40;

	for (int i = 0; i < TEST_SIZE; i++)
		test_kernel[i] = i;
	memcpy(test_user, test_kernel, TEST_SIZE);
	memcpy(test_kernel + 0x20, &word, sizeof(word));
	word = TEST_KERNEL + 0x50;
	memcpy(test_kernel + 0x28, &word, sizeof(word));
	word = 0x10;
	memcpy(test_kernel + 0x30, &word, sizeof(word));
	word = TEST_KERNEL + 0x48;
	memcpy(test_kernel + 0x38, &word, sizeof(word));
	put(test_kernel + 0x40, "seven c");
	put(test_kernel + 0x48, "eight ch");
	put(test_kernel + 0x58, "");
	put(test_kernel + TEST_SIZE - 4, "end");
	put(test_user + 8, "of a program");
	word = TEST_USER + 8;
	memcpy(test_kernel + 0x60, &word, sizeof(word));
}

static void numbers(void)
{
	EXPECT_PRINTED("p f %di", BASE_REGS, &of_regs, " arg1=0x1122334455667788");
	EXPECT_PRINTED("p f a=%di:u8 b=%di:u16 c=%di:u32 d=%di:u64", BASE_REGS, &of_regs,
		       " a=136 b=30600 c=1432778632 d=1234605616436508552");
	EXPECT_PRINTED("p f a=%si:s8 b=%si:s16 c=%si:s32 d=%si:s64", BASE_REGS, &of_regs,
		       " a=-10 b=-10 c=-10 d=-10");
	EXPECT_PRINTED("p f a=%di:x8 b=%di:x16 c=%di:x32 d=%di:x64", BASE_REGS, &of_regs,
		       " a=0x88 b=0x7788 c=0x55667788 d=0x1122334455667788");
	EXPECT_PRINTED("p f %ax:char %bp:symbol %dx:symbol", BASE_REGS, &of_regs,
		       " arg1='A' arg2=jiffies+0x4/0x100 arg3=0x3");
	EXPECT_PRINTED("p f \\5 \\-5:s16 \\0x20:u8", BASE_REGS, &of_regs,
		       " arg1=0x5 arg2=-5 arg3=32");
	EXPECT_PRINTED("p f %di:b4@4/8 %di:b12@4/32 %di:b64@0/64 %di:b1@63/64", BASE_REGS,
		       &of_regs, " arg1=8 arg2=1912 arg3=1234605616436508552 arg4=0");
}

static void memory(void)
{
	EXPECT_PRINTED("p f @jiffies @jiffies+1:u8 @0xffff888000010002:x16", BASE_REGS,
		       &of_regs, " arg1=0x706050403020100 arg2=1 arg3=0x302");
	EXPECT_PRINTED("p f +4(%bx):x8 -4(%bp):x32 +0(+0x20(%bx)):char", BASE_REGS, &of_regs,
		       " arg1=0x4 arg2=0x3020100 arg3='s'");
	EXPECT_PRINTED("p f +0(%bx):x8[3] +1(%bx):x16[2] +0(%bx):b4@0/8[3]", BASE_REGS,
		       &of_regs, " arg1={0x0,0x1,0x2} arg2={0x201,0x403} arg3={0,1,2}");
	/* What cannot be read is nothing, and others do not suffer. */
	EXPECT_PRINTED("p f a=+0(%dx) b=%dx c=+8(+0(%dx)):u8 d=%dx:u8", BASE_REGS, &of_regs,
		       " a=0x0 b=0x3 c=0 d=3");
	EXPECT_PRINTED("p f +0(%r14):x8[5] +0(%r14):x16[3]", BASE_REGS, &of_regs,
		       " arg1={0x6e,0x64,0x0,0x0,0x0} arg2={0x646e,0x0,0x0}");
	EXPECT_PRINTED("p f +u0(%r13):char +0(%r13):x8 +u1(+0x60(%bx)):char", BASE_REGS,
		       &of_regs, " arg1='o' arg2=0x0 arg3='f'");
}

static void texts(void)
{
	strscpy(shim_task.comm, "me", sizeof(shim_task.comm));
	EXPECT_PRINTED("p f +0x40(%bx):string +0x48(%bx):string +0x58(%bx):string",
		       BASE_REGS, &of_regs,
		       " arg1=\"seven c\" arg2=\"eight ch\" arg3=\"\"");
	EXPECT_PRINTED("p f +0(+0x20(%bx)):string $comm a=\\\"abc\" b=%dx", BASE_REGS,
		       &of_regs, " arg1=\"seven c\" arg2=\"me\" a=\"abc\" b=0x3");
	/* At the end of what can be read. */
	EXPECT_PRINTED("p f +0(%r12):string +3(%r12):string +4(%r12):string +0(%dx):string",
		       BASE_REGS, &of_regs,
		       " arg1=\"end\" arg2=\"\" arg3=(fault) arg4=(fault)");
	EXPECT_PRINTED("p f +0x20(%bx):string[4]", BASE_REGS, &of_regs,
		       " arg1={\"seven c\",\"\",(fault),\"eight ch\"}");
	EXPECT_PRINTED("p f +0(%r14):string[2] +0(+0(%dx)):string[2] b=%dx", BASE_REGS,
		       &of_regs, " arg1={(fault),(fault)} arg2={(fault),(fault)} b=0x3");
	EXPECT_PRINTED("p f +0(%r13):ustring +u0(%r13):string +0(%r13):string", BASE_REGS,
		       &of_regs, " arg1=\"of a program\" arg2=\"of a program\" arg3=(fault)");
	EXPECT_PRINTED("p f %bp:symstr +0x20(%bx):symstr \\0xffff888000010048:string",
		       BASE_REGS, &of_regs,
		       " arg1=\"jiffies+0x4/0x100\" arg2=\"0xffff888000010040\" arg3=\"eight ch\"");
}

/* What does not fit is cut, and others have none. */
static void room(void)
{
	struct test_probe probe;

	test_open(&probe, "p f a=+0x48(%bx):string b=+0x40(%bx):string c=%dx:u8");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size), " a=(fault) b=(fault) c=3");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size + 1), " a=\"\" b=(fault) c=3");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size + 8),
		   " a=\"eight c\" b=(fault) c=3");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size + 9),
		   " a=\"eight ch\" b=(fault) c=3");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size + 12),
		   " a=\"eight ch\" b=\"se\" c=3");
	EXPECT_STR(print_in(&probe, &of_regs, probe.fetch->size + 17),
		   " a=\"eight ch\" b=\"seven c\" c=3");
	test_close(&probe);
}

/* Each text is as long as it can be, whatever its length. */
static void lengths(void)
{
	char expected[1200];
	struct test_probe probe;
	struct pt_regs at = regs;
	struct otr_fetch_source source = { .base = &at };

	test_open(&probe, "p f +0(%bx):string");
	for (int len = 0; len < 600; len++) {
		memset(test_kernel + TEST_SIZE - 1 - len, 'x', len);
		test_kernel[TEST_SIZE - 1] = '\0';
		at.bx = TEST_KERNEL + TEST_SIZE - 1 - len;
		snprintf(expected, sizeof(expected), " arg1=\"%s\"",
			 test_kernel + TEST_SIZE - 1 - len);
		EXPECT_STR(print_in(&probe, &source, 4096), expected);
	}
	test_close(&probe);
	fill();
}

static void function(void)
{
	struct {
		struct otr_frame frame;
		unsigned long stack[4];
	} hook = {
		.frame = { .di = 1, .si = 2, .dx = 3, .cx = 4, .r8 = 5, .r9 = 6, .parent = 7 },
		.stack = { 8, 9, 10, 11 },
	};
	struct otr_fetch_source source = {
		.base = &hook.frame, .stack = (unsigned long)&hook.frame.parent,
	};
	struct test_probe probe;

	EXPECT_PRINTED("p f $arg1 $arg2 $arg3 $arg4", BASE_REGS, &of_regs,
		       " arg1=0x1122334455667788 arg2=0xfffffffffffffff6 arg3=0x3 arg4=0x4");
	EXPECT_PRINTED("p f $arg5 $arg6 %di %r9", BASE_REGS, &of_regs,
		       " arg1=0x5 arg2=0x6 arg3=0x1122334455667788 arg4=0x6");
	test_real = &hook;
	test_real_size = sizeof(hook);
	EXPECT_PRINTED("p f $arg1 $arg2 $arg3 $arg4 %di %cx", BASE_FRAME, &source,
		       " arg1=0x1 arg2=0x2 arg3=0x3 arg4=0x4 arg5=0x1 arg6=0x4");
	EXPECT_PRINTED("p f $arg5 $arg6 $arg7 $arg8", BASE_FRAME, &source,
		       " arg1=0x5 arg2=0x6 arg3=0x8 arg4=0x9");
	EXPECT_PRINTED("p f $stack0 $stack1 $stack2", BASE_FRAME, &source,
		       " arg1=0x7 arg2=0x8 arg3=0x9");
	test_open(&probe, "p f %di %bx");
	EXPECT(probe.fetch->needs_regs);
	EXPECT(!probe.fetch->needs_stack);
	EXPECT(!otr_fetch_lay(probe.fetch, BASE_FRAME));
	EXPECT_STR(print_in(&probe, &of_regs, 4096),
		   " arg1=0x1122334455667788 arg2=0xffff888000010000");
	test_close(&probe);
	test_real_size = 0;
}

/* Not on this stack, though it is memory. */
static void stack_ends(void)
{
	struct otr_fetch_source source = { .stack = TEST_KERNEL + 0x20 };

	EXPECT_PRINTED("p f $stack $stack0:x8 $stack3 $stack2000", BASE_REGS, &source,
		       " arg1=0xffff888000010020 arg2=0x40 arg3=0xffff888000010048 arg4=0x0");
}

static void result(void)
{
	struct {
		struct otr_frame frame;
		unsigned long stack[4];
	} hook = {
		.frame = { .di = 1, .si = 2, .dx = 3, .parent = 7 },
		.stack = { 8, 9, 10, 11 },
	};
	struct otr_fetch_source entry = {
		.base = &hook.frame, .stack = (unsigned long)&hook.frame.parent,
	};
	u64 saved[4], value = 55;
	struct otr_fetch_source source = { .base = &value, .saved = saved };
	struct test_probe probe;

	EXPECT_PRINTED("r f $retval", BASE_REGS, &of_regs, " arg1=0x8000000000000041");
	test_open(&probe, "r f a=$retval:u8 b=$arg3 c=$arg1 d=$arg3:s32 e=$arg8");
	EXPECT_EQ(probe.fetch->saved, 3);
	otr_fetch_save(probe.fetch, &of_regs, saved);
	EXPECT_EQ(saved[0], 3);
	EXPECT_EQ(saved[1], 0x1122334455667788);
	test_real = &hook;
	test_real_size = sizeof(hook);
	EXPECT(otr_fetch_lay(probe.fetch, BASE_RESULT));
	otr_fetch_save(probe.fetch, &entry, saved);
	test_real_size = 0;
	EXPECT_STR(print_in(&probe, &source, 4096), " a=55 b=0x3 c=0x1 d=3 e=0x9");
	test_close(&probe);
}

static void tracepoint(void)
{
	static const u64 words[] = { 0, 11, 12, 13, 14, 15 };
	struct otr_fetch_source source = { .base = words };

	EXPECT_PRINTED("t sched_switch $arg1 $arg2 $arg5", BASE_WORDS, &source,
		       " arg1=0xb arg2=0xc arg3=0xf");
}

static void event(void)
{
	struct test_rec other;
	struct otr_fetch_source source = { .base = &other };

	strscpy(shim_task.comm, "me", sizeof(shim_task.comm));
	test_rec_init(&other);
	strscpy(other.prev_comm, "before", sizeof(other.prev_comm));
	memcpy(other.next_comm, "0123456789abcdef", 16);
	strscpy(other.behind, "behind", sizeof(other.behind));
	other.prev_pid = -7;
	other.small = -1;
	other.next_pid = 8;
	test_real = &other;
	test_real_size = sizeof(other);
	EXPECT_PRINTED("e sched.sched_switch a=$prev_pid:s32 b=$small:s64 c=$next_pid d=$small",
		       BASE_RECORD, &source, " a=-7 b=-1 c=0x8 d=0xffffffffffffffff");
	EXPECT_PRINTED("e s.e $prev_comm:string $name:string $far:string $comm:string",
		       BASE_RECORD, &source,
		       " arg1=\"before\" arg2=\"behind\" arg3=\"\" arg4=\"me\"");
	EXPECT_PRINTED("e sched.sched_switch a=prev_pid:s32 b=+1($name):char c=+0x20($far):x64",
		       BASE_RECORD, &source, " a=-7 b='e' c=0xffff888000010040");
	test_real_size = 0;
}

/* How long it is behind its head when it is done in line, 0 for not. */
static unsigned int short_bytes(const char *definition, unsigned int room)
{
	struct test_probe probe;
	unsigned int len;

	test_open(&probe, definition);
	EXPECT_EQ(probe.err, 0);
	len = run_short(&probe, &of_regs, room);
	test_close(&probe);
	return len;
}

static void short_records(void)
{
	EXPECT_EQ(short_bytes("p f %di %si", 112), 16);
	EXPECT_EQ(short_bytes("p f %di:u8 %si:u16", 112), 3);
	EXPECT_EQ(short_bytes("p f %di:u32", 112), 4);
	EXPECT_EQ(short_bytes("p f +0x40(%bx):string", 112), 4 + 8);
	EXPECT_EQ(short_bytes("p f %di:u8 +0x48(%bx):string +0x58(%bx):string", 112), 9 + 9 + 1);
	/* It cannot be read. */
	EXPECT_EQ(short_bytes("p f +0(%di):string", 112), 4);
	/* It takes all the room, or more. */
	EXPECT_EQ(short_bytes("p f +0x40(%bx):string", 16 + 4 + 8), 0);
	EXPECT_EQ(short_bytes("p f +0x40(%bx):string", 16 + 4 + 9), 4 + 8);
	/* The numbers alone take more. */
	EXPECT_EQ(short_bytes("p f %di %di %di %di %di %di %di %di %di %di %di %di %di $comm", 112),
		  0);
	/* Not in line. */
	EXPECT_EQ(short_bytes("p f +0(+0x20(%bx)):string", 112), 0);
	EXPECT_EQ(short_bytes("p f +0(%bx)", 112), 0);
	EXPECT_EQ(short_bytes("p f +0x20(%bx):string[2]", 112), 0);
}

static void user_memory(void)
{
	struct pt_regs at = { .di = TEST_USER + 8, .ax = 9 };
	struct otr_fetch_source source = {
		.base = &at, .stack = TEST_USER, .file = TEST_USER - 0x1000,
	};

	strscpy(shim_task.comm, "me", sizeof(shim_task.comm));
	EXPECT_PRINTED("p /x:0 %ax +0(%di):string +u2(%di):char @+0x1009:char", BASE_REGS, &source,
		       " arg1=0x9 arg2=\"of a program\" arg3=' ' arg4='f'");
	EXPECT_PRINTED("p /x:0 $comm \\\"abc\" +0(%ax) +0(%ax):string", BASE_REGS, &source,
		       " arg1=\"me\" arg2=\"abc\" arg3=0x0 arg4=(fault)");
	EXPECT_PRINTED("p /x:0 $stack $stack4 $stack600", BASE_REGS, &source,
		       " arg1=0x7f0000010000 arg2=0x2726252423222120 arg3=0x0");
}

/* Is nothing looked for in memory? Then the program that may wait puts the same. */
static bool at_hand(const char *definition, const struct otr_fetch_source *source)
{
	static char same[sizeof(rec.bytes)];
	struct test_probe probe;
	bool answer;

	test_open(&probe, definition);
	EXPECT_EQ(probe.err, 0);
	answer = otr_fetch_at_hand(probe.fetch);
	if (answer) {
		memset(same, 0x5a, sizeof(same));
		memset(&rec, 0x5a, sizeof(rec));
		EXPECT_EQ(otr_fetch_run(probe.fetch, source, same, probe.fetch->size),
			  otr_fetch_run_user(probe.fetch, source, &rec, sizeof(rec)));
		EXPECT(!memcmp(same, &rec, sizeof(same)));
	}
	test_close(&probe);
	return answer;
}

static void values_at_hand(void)
{
	struct pt_regs at = { .di = 1, .si = TEST_USER, .ax = 0xabcdef };
	struct otr_fetch_source source = { .base = &at, .stack = TEST_USER };

	EXPECT(at_hand("p /x:0", &source));
	EXPECT(at_hand("p /x:0 %di %si:u8 a=%ax:x32 \\-5 $stack b=%ax:b4@4/16", &source));
	EXPECT(at_hand("r /x:0 $retval:s32", &source));
	EXPECT(!at_hand("p /x:0 %di +0(%si)", &source));
	EXPECT(!at_hand("p /x:0 $stack1", &source));
	EXPECT(!at_hand("p /x:0 @+0x10:u8", &source));
	EXPECT(!at_hand("p /x:0 $comm", &source));
	EXPECT(!at_hand("p /x:0 \\\"text\"", &source));
	EXPECT(!at_hand("p /x:0 +0(%si):u8[4]", &source));
}

/* A thread plays a CPU, which has its variables as many bytes behind as its number is. */
static void newer_kernels(void)
{
	char expected[64];

	shim_task.pid = 77;
	test_real = current;
	test_real_size = sizeof(*current);
	snprintf(expected, sizeof(expected), " arg1=0x%lx a=77", (unsigned long)current);
	EXPECT_PRINTED("p f $current a=+0($current):s32", BASE_REGS, &of_regs, expected);
	test_real_size = 0;
	shim_cpu = 3;
	EXPECT_PRINTED("p f this_cpu_ptr(%bx) this_cpu_read(%bx):x8", BASE_REGS, &of_regs,
		       " arg1=0xffff888000010003 arg2=0x3");
	EXPECT_PRINTED("p f this_cpu_read(+0x1d(this_cpu_ptr(%bx))) a=this_cpu_read(%dx)",
		       BASE_REGS, &of_regs, " arg1=0x6769650063206e65 a=0x0");
	EXPECT_PRINTED("p f +0x3d(this_cpu_ptr(%bx)):string", BASE_REGS, &of_regs,
		       " arg1=\"seven c\"");
	shim_cpu = 0;
}

/* What is wrong with these, and where; the in-tree tracer of 6.12 does not know them. */
static void newer_kernels_errors(void)
{
	static const struct {
		const char *text;
		int err, error, pos;
	} wrong[] = {
		{ "p f a=this_cpu_read(%di", -EINVAL, OTR_FETCH_DEREF_OPEN_BRACE, 23 },
		{ "p f this_cpu_ptr($comm)", -EINVAL, OTR_FETCH_COMM_CANT_DEREF, 17 },
		{ "p f this_cpu_read(%none)", -EINVAL, OTR_FETCH_BAD_REG_NAME, 18 },
		{ "p f this_cpu_ptr(%di):string", -EINVAL, OTR_FETCH_BAD_STRING, 35 },
		{ "e s.e a=this_cpu_read($prev_pid)", -EINVAL, OTR_FETCH_NOSUP_PERCPU, 8 },
		{ "p /x:0 this_cpu_ptr(%di)", -EINVAL, OTR_FETCH_NOSUP_PERCPU, 7 },
		{ "p /x:0 $current", -EINVAL, OTR_FETCH_BAD_VAR, 7 },
		{ "p f $currents", -EINVAL, OTR_FETCH_BAD_VAR, 4 },
		{ "p f this_cpu", -EOPNOTSUPP, OTR_FETCH_NOSUP_BTFARG, 4 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct test_probe probe;

		test_open(&probe, wrong[i].text);
		if (probe.err != wrong[i].err || probe.line.cmd.error != wrong[i].error ||
		    probe.line.cmd.error_pos != wrong[i].pos)
			KTAP_FAIL("%s: %d, error %d at %u", wrong[i].text, probe.err,
				  probe.line.cmd.error, probe.line.cmd.error_pos);
		test_close(&probe);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(memory),
	KTAP_CASE(texts),
	KTAP_CASE(room),
	KTAP_CASE(lengths),
	KTAP_CASE(function),
	KTAP_CASE(stack_ends),
	KTAP_CASE(result),
	KTAP_CASE(tracepoint),
	KTAP_CASE(event),
	KTAP_CASE(short_records),
	KTAP_CASE(user_memory),
	KTAP_CASE(values_at_hand),
	KTAP_CASE(newer_kernels),
	KTAP_CASE(newer_kernels_errors),
};

int main(void)
{
	fill();
	return ktap_run(cases, ARRAY_SIZE(cases));
}
