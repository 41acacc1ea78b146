// SPDX-License-Identifier: GPL-2.0-only
/* Values by their names, on a kernel that knows its types. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_test.h"
#include "ktap.h"

static char printed[1024];

static const char *print(const char *definition, const struct otr_fetch_source *source)
{
	static char rec[4096];
	struct test_probe probe;
	struct seq_buf out;
	struct otr_line line = { .out = &out, .rec = rec };
	u64 saved[8];

	*printed = '\0';
	test_open(&probe, definition);
	if (probe.err) {
		KTAP_FAIL("%s: %d, error %d at %u", definition, probe.err, probe.line.cmd.error,
			  probe.line.cmd.error_pos);
	} else {
		struct otr_fetch_source with = *source;

		otr_fetch_save(probe.fetch, source, saved);
		with.saved = saved;
		line.len = otr_fetch_run(probe.fetch, &with, rec, sizeof(rec));
		seq_buf_init(&out, printed, sizeof(printed) - 1);
		otr_fetch_print(probe.fetch, &line);
		printed[out.len] = '\0';
	}
	test_close(&probe);
	return printed;
}

#define EXPECT_PRINTED(definition, text) EXPECT_STR(print(definition, &of_regs), text)

/* file, buf, count, n; ax is a file, too. */
static const struct pt_regs regs = {
	.di = TEST_KERNEL, .si = TEST_KERNEL + 0x200, .dx = 77, .cx = -2, .ax = TEST_KERNEL,
};

static const struct otr_fetch_source of_regs = { .base = &regs };

static void put_word(unsigned int at, u64 value)
{
	memcpy(test_kernel + at, &value, sizeof(value));
}

/* struct outer, twice, the first leads to the second. */
static void fill(void)
{
	put_word(0, (u32)-5);
	put_word(8, 0x4142);
	put_word(16, TEST_KERNEL + 0x100);
	put_word(24, 0x7fffffff00000000 | 5 | 100 << 3);
	memcpy(test_kernel + 32, "inside", 7);
	put_word(40, TEST_KERNEL + 0x210);
	put_word(48, (u16)-3);
	put_word(0x100, 6);
	put_word(0x108, 0x5a);
	memcpy(test_kernel + 0x200, "a buffer", 9);
	memcpy(test_kernel + 0x210, "a title", 8);
}

static void parameters(void)
{
	EXPECT_PRINTED("p vfs_read file buf count n",
		       " file=0xffff888000010000 buf=0xffff888000010200 count=77 n=-2");
	EXPECT_PRINTED("p vfs_read a=n b=n:x8 count:u8 buf:string",
		       " a=-2 b=0xfe count=77 buf=\"a buffer\"");
	EXPECT_PRINTED("r vfs_read n $retval", " n=-2 arg2=65536");
	EXPECT_PRINTED("f vfs_read $arg4 count", " n=-2 count=77");
	EXPECT_PRINTED("p vfs_read $arg*",
		       " file=0xffff888000010000 buf=0xffff888000010200 count=77 n=-2");
	EXPECT_PRINTED("p vfs_read $arg3:x8 a=$arg3:x8 $arg4", " count=0x4d a=0x4d n=-2");
}

static void members(void)
{
	EXPECT_PRINTED("p vfs_read file->in.a file->in.b file->in.c:char",
		       " arg1=-5 arg2=16706 arg3='B'");
	EXPECT_PRINTED("p vfs_read a=file->next b=file->next->in.a c=file->next->in.c",
		       " a=0xffff888000010100 b=6 c=90");
	EXPECT_PRINTED("p vfs_read x=file->x y=file->y s=file->s", " x=5 y=100 s=-3");
	EXPECT_PRINTED("p vfs_read a=file->name:string b=file->title:string",
		       " a=\"inside\" b=\"a title\"");
	EXPECT_PRINTED("p vfs_read a=+8(file->next):char b=+0(file):s32 c=file->in",
		       " a='Z' b=-5 c=0xfffffffb");
	EXPECT_PRINTED("f next%return $retval->in.a file->x", " arg1=-5 arg2=5");
	EXPECT_PRINTED("r unknown $retval", " arg1=0xffff888000010000");
}

static void casts(void)
{
	EXPECT_PRINTED("p vfs_read a=(outer)%di->in.a b=(outer)%ax->next->in.a", " a=-5 b=6");
	EXPECT_PRINTED("p vfs_read+20 a=(outer)(+16(%di))->in.b b=(inner)(%di)->c",
		       " a=90 b=66");
	EXPECT_PRINTED("p vfs_read a=(outer,next)(+0x10(%di))->in.a", " a=0");
	EXPECT_PRINTED("p vfs_read a=(outer)((outer)%di->next)->in.a b=+8((outer)%di->next):char",
		       " a=6 b='Z'");
	EXPECT_PRINTED("p vfs_read a=(outer)file->x b=(outer)%di->title:string",
		       " a=5 b=\"a title\"");
	shim_task.pid = 77;
	test_real = current;
	test_real_size = sizeof(*current);
	EXPECT_PRINTED("p vfs_read a=$current->pid b=(task_struct)$current->pid", " a=77 b=77");
	test_real_size = 0;
}

/* Where the structure begins from a member. */
static void containers(void)
{
	struct pt_regs at = { .di = TEST_KERNEL + 32 };
	struct otr_fetch_source source = { .base = &at };

	EXPECT_STR(print("p vfs_read a=(outer,name)%di->in.a b=(outer,name)%di->next->in.a",
			 &source), " a=-5 b=6");
}

static void tracepoint(void)
{
	struct test_probe probe;

	test_open(&probe, "t probed $arg*");
	EXPECT_EQ(probe.err, 0);
	EXPECT_EQ(probe.fetch->nr, 2);
	EXPECT_STR(probe.fetch->args[0].name, "file");
	EXPECT_EQ(probe.fetch->steps[0].offset, offsetof(struct pt_regs, si));
	test_close(&probe);
}

static void errors(void)
{
	static const struct {
		const char *text;
		int err, error;
	} wrong[] = {
		{ "p vfs_read ^hoge", -ENOENT, OTR_FETCH_NO_BTFARG },
		{ "p unknown ^hoge", -ENOENT, OTR_FETCH_NO_BTF_ENTRY },
		{ "p nothing ^hoge", -ENOENT, OTR_FETCH_NO_BTF_ENTRY },
		{ "p vfs_read+20 ^hoge", -EINVAL, OTR_FETCH_NOSUP_BTFARG },
		{ "p vfs_read args=^$arg*", -EINVAL, OTR_FETCH_BAD_VAR },
		{ "p vfs_read +0(^$arg*)", -EINVAL, OTR_FETCH_BAD_VAR },
		{ "p vfs_read $arg* ^$arg*", -EINVAL, OTR_FETCH_DOUBLE_ARGS },
		{ "p vfs_read+20 ^$arg*", -EINVAL, OTR_FETCH_NOFENTRY_ARGS },
		{ "p kfree ^$arg10", -ENOENT, OTR_FETCH_NO_BTFARG },
		{ "p kfree ^$arg1x", -ENOENT, OTR_FETCH_BAD_VAR },
		{ "p kfree ^$arg0", -EINVAL, OTR_FETCH_BAD_ARG_NUM },
		{ "p unknown ^$arg*", -EOPNOTSUPP, OTR_FETCH_NOSUP_BTFARG },
		{ "r kfree ^$retval", -ENOENT, OTR_FETCH_NO_RETVAL },
		{ "r unknown $retval->^foo", -ENOENT, OTR_FETCH_NO_BTF_ENTRY },
		{ "f vfs_read%return $retval->^foo", -EINVAL, OTR_FETCH_NO_PTR_STRCT },
		{ "f vfs_read file->^foo", -ENOENT, OTR_FETCH_NO_BTF_FIELD },
		{ "f vfs_read file->in.^foo", -ENOENT, OTR_FETCH_NO_BTF_FIELD },
		{ "f vfs_read file->in.a.^foo", -EINVAL, OTR_FETCH_BAD_BTF_TID },
		{ "f vfs_read file^-.foo", -EINVAL, OTR_FETCH_BAD_HYPHEN },
		{ "f vfs_read file.^in", -EOPNOTSUPP, OTR_FETCH_NOSUP_DAT_ARG },
		{ "f vfs_read ^file:string", -EINVAL, OTR_FETCH_BAD_TYPE4STR },
		{ "f vfs_read ^n:string", -EINVAL, OTR_FETCH_BAD_TYPE4STR },
		{ "f vfs_read file n ^file", -EINVAL, OTR_FETCH_USED_ARG_NAME },
		{ "p vfs_read (outer)^%di", -EINVAL, OTR_FETCH_TYPECAST_REQ_FIELD },
		{ "p vfs_read (outer)^(%di)", -EINVAL, OTR_FETCH_TYPECAST_REQ_FIELD },
		{ "p vfs_read (outer)^(%di->x", -EINVAL, OTR_FETCH_DEREF_OPEN_BRACE },
		{ "p vfs_read ^(outer", -EINVAL, OTR_FETCH_DEREF_OPEN_BRACE },
		{ "p vfs_read (outer)%di->^none", -ENOENT, OTR_FETCH_NO_BTF_FIELD },
		{ "p vfs_read (outer,none)%di->^x", -ENOENT, OTR_FETCH_NO_BTF_FIELD },
		{ "p vfs_read (outer,y)%di->^x", -EINVAL, OTR_FETCH_TYPECAST_NOT_ALIGNED },
		{ "p vfs_read (none)%di->^x", -EINVAL, OTR_FETCH_NO_PTR_STRCT },
		{ "p vfs_read (outer)^@jiffies+8->x", -EINVAL, OTR_FETCH_TYPECAST_SYM_OFFSET },
		{ "p vfs_read (outer)$comm->^x", -EINVAL, OTR_FETCH_COMM_CANT_DEREF },
		{ "p vfs_read (outer)^%none->x", -EINVAL, OTR_FETCH_BAD_REG_NAME },
		{ "p vfs_read $current->^none", -ENOENT, OTR_FETCH_NO_BTF_FIELD },
		{ "p vfs_read ^(outer,in->a)%di->x", -EINVAL, OTR_FETCH_TYPECAST_BAD_ARROW },
		{ "p /x:0 ^(outer)%di->x", -EINVAL, OTR_FETCH_BAD_FETCH_ARG },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		const char *caret = strchr(wrong[i].text, '^');
		struct test_probe probe;
		char text[64];

		snprintf(text, sizeof(text), "%.*s%s", (int)(caret - wrong[i].text), wrong[i].text,
			 caret + 1);
		test_open(&probe, text);
		if (probe.err != wrong[i].err || probe.line.cmd.error != wrong[i].error ||
		    probe.line.cmd.error_pos != caret - wrong[i].text)
			KTAP_FAIL("%s: %d, error %d at %u", text, probe.err, probe.line.cmd.error,
				  probe.line.cmd.error_pos);
		test_close(&probe);
	}
}

static void no_memory(void)
{
	test_no_memory("p vfs_read $arg* a=file->next->x $arg1:%pd");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(parameters),
	KTAP_CASE(members),
	KTAP_CASE(casts),
	KTAP_CASE(containers),
	KTAP_CASE(tracepoint),
	KTAP_CASE(errors),
	KTAP_CASE(no_memory),
};

int main(void)
{
	fill();
	test_types(true);
	return ktap_run(cases, ARRAY_SIZE(cases));
}
