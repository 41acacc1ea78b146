// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event room: what events use to print their members. The texts are those
 * that the in-tree tracer prints for the same values.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/uaccess.h>

/* Copies of our own, next to the engine's. */
#include "base/clock.c"
#include "base/format.c"
#include "base/text.c"
#include "event/access.c"
#include "event/btf.c"
#include "event/btf_text.c"
#include "event/compose.c"
#include "event/field.c"
#include "event/print_fields.c"
#include "host/types.c"

/* So that the kernel's types are read from their file. */
unsigned long otr_host_address(const char *name)
{
	return 0;
}

#define OUT_SIZE	512
#define SCRATCH_SIZE	256

struct fixture {
	struct otr_event	event;
	struct otr_line		line;
	struct seq_buf		out;
	struct seq_buf		scratch;
	char			text[OUT_SIZE];
	char			pieces[SCRATCH_SIZE];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->event.name = "some";
	f->line = (struct otr_line){ .out = &f->out, .scratch = &f->scratch, .ev = &f->event };
	seq_buf_init(&f->out, f->text, sizeof(f->text));
	seq_buf_init(&f->scratch, f->pieces, sizeof(f->pieces));
	test->priv = f;
	return 0;
}

static void fixture_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	kfree(f->event.program);
}

static void names_of_bits(struct kunit *test)
{
	static const struct trace_print_flags names[] = {
		{ 3, "both" }, { 1, "one" }, { 2, "two" }, { 0, "nothing" }, { 8, "eight" },
		{ -1, NULL }
	};
	struct fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, "|", 0, names), "");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, "|", 1, names), "one");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, "|", 3, names), "both");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, ", ", 10, names), "two, nothing, eight");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, "|", 0x18, names), "nothing|eight|0x10");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, "|", 0x100, names), "nothing|0x100");
	KUNIT_EXPECT_STREQ(test, otr_print_flags(&f->line, NULL, 9, names), "onenothingeight");
}

static void names_of_values(struct kunit *test)
{
	static const struct trace_print_flags names[] = {
		{ 0, "zero" }, { 5, "five" }, { 5, "other" }, { ULONG_MAX, "most" }, { -1, NULL }
	};
	struct fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, otr_print_symbolic(&f->line, 0, names), "zero");
	KUNIT_EXPECT_STREQ(test, otr_print_symbolic(&f->line, 5, names), "five");
	KUNIT_EXPECT_STREQ(test, otr_print_symbolic(&f->line, ULONG_MAX, names), "most");
	KUNIT_EXPECT_STREQ(test, otr_print_symbolic(&f->line, 0x1f, names), "0x1f");
}

static void bytes(struct kunit *test)
{
	static const u8 some[] = {
		0x00, 0x01, 0x7f, 0x80, 0xff, 'a', 'b', 'c', 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
	};
	struct fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, 0, true), "");
	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, 1, true), "00");
	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, 5, true), "00 01 7f 80 ff");
	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, 5, false), "00017f80ff");
	/* More than the kernel's format prints at a time. */
	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, sizeof(some), true),
			   "00 01 7f 80 ff 61 62 63 08 09 0a 0b 0c 0d 0e 0f 10 11");
	KUNIT_EXPECT_STREQ(test, otr_print_hex_bytes(&f->line, some, sizeof(some), false),
			   "00017f80ff61626308090a0b0c0d0e0f1011");
}

static void rows(struct kunit *test)
{
	static const char some[] = "0123456789abcdefXY";
	struct fixture *f = test->priv;

	const char *text;

	text = otr_print_hex_dump(&f->line, "in: ", DUMP_PREFIX_OFFSET, 16, 1, some, 18, true);
	KUNIT_EXPECT_STREQ(test, text,
			   "\nin: 00000000: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
			   "in: 00000010: 58 59                                            XY\n");
	seq_buf_clear(&f->scratch);
	text = otr_print_hex_dump(&f->line, "", DUMP_PREFIX_NONE, 16, 4, some, 16, false);
	KUNIT_EXPECT_STREQ(test, text, "\n33323130 37363534 62613938 66656463\n");
	text = otr_print_hex_dump(&f->line, "", DUMP_PREFIX_NONE, 7, 1, some, 2, false);
	KUNIT_EXPECT_STREQ(test, text, "\n30 31\n");
}

static void arrays(struct kunit *test)
{
	static const u8 bytes[] = { 0, 0xff };
	static const u16 shorts[] = { 0xffff };
	static const u32 words[] = { 1, 0xffffffff, 3 };
	static const u64 longs[] = { ~0ULL, 0 };
	struct fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, bytes, 0, 1), "{}");
	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, bytes, 2, 1), "{0x0,0xff}");
	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, shorts, 1, 2), "{0xffff}");
	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, words, 3, 4), "{0x1,0xffffffff,0x3}");
	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, longs, 2, 8),
			   "{0xffffffffffffffff,0x0}");
}

static void masks(struct kunit *test)
{
	unsigned long bits[2] = { 0x5, 0 };
	struct fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, otr_print_bitmask(&f->line, bits, sizeof(bits[0])),
			   "00000000,00000005");
	bits[1] = 1;
	KUNIT_EXPECT_STREQ(test, otr_print_bitmask(&f->line, bits, sizeof(bits)),
			   "00000000,00000001,00000000,00000005");
}

/* Pieces of a line stand side by side; without room they are cut, then empty. */
static void pieces_share_room(struct kunit *test)
{
	static const u32 words[64];
	struct fixture *f = test->priv;
	const char *one = otr_print_array(&f->line, words, 1, 4);
	const char *two = otr_print_array(&f->line, words, 2, 4);
	char *room = otr_print_get_room(&f->line, 16);
	const char *cut;

	KUNIT_ASSERT_NOT_NULL(test, room);
	memset(room, 0xff, 16);
	KUNIT_EXPECT_STREQ(test, one, "{0x0}");
	KUNIT_EXPECT_STREQ(test, two, "{0x0,0x0}");
	KUNIT_EXPECT_NULL(test, otr_print_get_room(&f->line, SCRATCH_SIZE));
	KUNIT_EXPECT_NULL(test, otr_print_get_room(&f->line, 0));
	cut = otr_print_array(&f->line, words, ARRAY_SIZE(words), 4);
	KUNIT_EXPECT_LT(test, strlen(cut), SCRATCH_SIZE);
	KUNIT_EXPECT_TRUE(test, strstarts(cut, "{0x0,0x0,"));
	KUNIT_EXPECT_STREQ(test, otr_print_array(&f->line, words, 1, 4), "");
}

static void rests_of_seconds(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, otr_print_ns_rest(0), 0);
	KUNIT_EXPECT_EQ(test, otr_print_ns_rest(3999999999ULL), 999999999);
}

#define FORMAT	"%d %-4s| %pS %pe %4ph %*pbl %s\n"

static void print_some(struct fixture *f, void *code, const u8 *bytes, unsigned long *bits)
{
	otr_print_event(&f->line, FORMAT, 1, "two", code, ERR_PTR(-ENOMEM), bytes, 8, bits, "end");
}

/* Formats of the kernel's own, and the same again, when the format was read. */
static void events(struct kunit *test)
{
	static const u8 bytes[] = { 1, 2, 3, 4 };
	unsigned long bits = 0xe;
	struct fixture *f = test->priv;
	char *wanted = kunit_kzalloc(test, OUT_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wanted);
	snprintf(wanted, OUT_SIZE, "some: " FORMAT, 1, "two", (void *)kfree, ERR_PTR(-ENOMEM),
		 bytes, 8, &bits, "end");
	for (i = 0; i < 2; i++) {
		seq_buf_clear(&f->out);
		print_some(f, kfree, bytes, &bits);
		KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), wanted);
		KUNIT_EXPECT_NOT_NULL(test, f->event.program);
	}
	/* An event prints after one format; another one is nothing to rely on, but right. */
	seq_buf_clear(&f->out);
	otr_print_event(&f->line, "%x\n", 255);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), "some: ff\n");
	seq_buf_init(&f->out, f->text, 8);
	print_some(f, kfree, bytes, &bits);
	KUNIT_EXPECT_TRUE(test, seq_buf_has_overflowed(&f->out));
}

static void addresses(struct kunit *test)
{
	struct fixture *f = test->priv;
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "some: %p 7\n", f);
	otr_print_event(&f->line, "%p %d\n", f, 7);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), wanted);
	f->line.flags = OTR_LINE_PLAIN_PTR;
	seq_buf_clear(&f->out);
	snprintf(wanted, sizeof(wanted), "some: %016lx 7\n", (unsigned long)f);
	otr_print_event(&f->line, "%p %d\n", f, 7);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), wanted);
}

static void expect_args(struct kunit *test, const struct otr_btf *btf, const char *func,
			const char *wanted)
{
	static const unsigned long words[OTR_FRAME_ARGS] = { 0x10, 0x20, 3, 0x40, 5, 6 };
	struct fixture *f = test->priv;
	u32 proto = otr_btf_find(btf, func);

	KUNIT_ASSERT_NE_MSG(test, proto, OTR_BTF_NONE, "%s is not known", func);
	seq_buf_clear(&f->out);
	otr_btf_print_args(btf, proto, words, &f->out);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), wanted);
}

/* On a kernel that knows its types, functions whose parameters never change. */
static void types_of_the_kernel(struct kunit *test)
{
	struct otr_value value;
	struct otr_btf *btf;
	const void *blob;
	size_t size;

	blob = otr_host_types_get(NULL, &size);
	if (IS_ERR(blob))
		kunit_skip(test, "this kernel has no types (%pe)", blob);
	btf = otr_btf_open(blob, size, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(btf));
	expect_args(test, btf, "vfs_read", "file=0x10, buf=0x20, count=0x3, pos=0x40");
	expect_args(test, btf, "vfs_statx",
		    "dfd=16, filename=0x20, flags=3, stat=0x40, request_mask=0x5");
	expect_args(test, btf, "schedule", "");
	otr_btf_judge(btf, otr_btf_find(btf, "vfs_read"), -5, &value);
	KUNIT_EXPECT_EQ(test, value.form, OTR_VALUE_ERROR);
	otr_btf_judge(btf, otr_btf_find(btf, "schedule"), -5, &value);
	KUNIT_EXPECT_EQ(test, value.form, OTR_VALUE_VOID);
	otr_btf_close(btf);
	otr_host_types_put(blob);
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_host_types_get("no_such_module", &size)), -ENOENT);
}

struct value_rec {
	struct otr_rec_head	head;
	const char		*text;
	u32			mask_loc;
	unsigned long		mask[BITS_TO_LONGS(NR_CPUS)];
};

static const struct otr_field value_fields[] = {
	{ "const char *", "text", offsetof(struct value_rec, text), 8, false },
	{ "__data_loc cpumask_t", "mask", offsetof(struct value_rec, mask_loc), 4, false },
	{}
};

static struct otr_access value_access(const char *name)
{
	const struct otr_event ev = { .fields = value_fields };
	const struct otr_field *field = otr_event_field(&ev, name, strlen(name));
	struct otr_access access;

	otr_access_init(&access, field, otr_field_kind(field));
	return access;
}

static void values_of_the_moment(struct kunit *test)
{
	struct value_rec rec = {
		.head.pid = -7,
		.mask_loc = offsetof(struct value_rec, mask) | cpumask_size() << 16,
	};
	struct otr_access access = value_access("cpu");
	struct otr_span bytes;
	char text[TASK_COMM_LEN];

	preempt_disable();
	KUNIT_EXPECT_EQ(test, otr_access_number(&access, &rec), smp_processor_id());
	preempt_enable();
	access = value_access("common_pid");
	KUNIT_EXPECT_EQ(test, otr_access_number(&access, &rec), -7);
	KUNIT_EXPECT_EQ(test, otr_access_bits(&access, &rec), 0xfffffff9);
	access = value_access("COMM");
	KUNIT_EXPECT_EQ(test, otr_access_text(&access, &rec, text, sizeof(text)),
			strlen(current->comm));
	KUNIT_EXPECT_STREQ(test, text, current->comm);
	access = value_access("mask");
	bytes = otr_access_bytes(&access, &rec);
	KUNIT_EXPECT_PTR_EQ(test, bytes.at, (const void *)rec.mask);
	KUNIT_EXPECT_EQ(test, bytes.len, cpumask_size());
}

/* Text at any address is either copied or cannot be read, whatever is there. */
static void texts_at_addresses(struct kunit *test)
{
	static const unsigned long nowhere[] = {
		0, 1, PAGE_SIZE - 1, TASK_SIZE_MAX, 0xdead000000000000, ~0UL, ~0UL - 63,
	};
	unsigned long user = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	struct otr_access access = value_access("text"), theirs;
	struct value_rec rec = { .text = "some text" };
	char text[8];
	int i;

	KUNIT_ASSERT_NE(test, user, 0);
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)user, "theirs", 7), 0);
	otr_access_init(&theirs, value_fields, OTR_KIND_USER_STRING);
	KUNIT_EXPECT_EQ(test, otr_access_text(&access, &rec, text, sizeof(text)), 7);
	KUNIT_EXPECT_STREQ(test, text, "some te");
	KUNIT_EXPECT_EQ(test, otr_access_text(&theirs, &rec, text, sizeof(text)), -EFAULT);
	rec.text = (const char *)user;
	KUNIT_EXPECT_EQ(test, otr_access_text(&theirs, &rec, text, sizeof(text)), 6);
	KUNIT_EXPECT_STREQ(test, text, "theirs");
	KUNIT_EXPECT_EQ(test, otr_access_text(&access, &rec, text, sizeof(text)), -EFAULT);
	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		rec.text = (const char *)nowhere[i];
		KUNIT_EXPECT_EQ(test, otr_access_text(&access, &rec, text, sizeof(text)), -EFAULT);
		KUNIT_EXPECT_EQ(test, otr_access_text(&theirs, &rec, text, sizeof(text)), -EFAULT);
	}
}

static struct {
	struct value_rec	rec;
	s64			cpu;
	int			good, bad;
} in_irq;

static void value_in_irq(struct irq_work *work)
{
	struct otr_access access = value_access("CPU");
	char text[32];

	in_irq.cpu = otr_access_number(&access, &in_irq.rec) - smp_processor_id();
	access = value_access("text");
	in_irq.rec.text = "in an interrupt";
	in_irq.good = otr_access_text(&access, &in_irq.rec, text, sizeof(text));
	in_irq.rec.text = NULL;
	in_irq.bad = otr_access_text(&access, &in_irq.rec, text, sizeof(text));
}

static void values_in_interrupts(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(value_in_irq);

	in_irq.cpu = -1;
	irq_work_queue(&work);
	irq_work_sync(&work);
	KUNIT_EXPECT_EQ(test, in_irq.cpu, 0);
	KUNIT_EXPECT_EQ(test, in_irq.good, 15);
	KUNIT_EXPECT_EQ(test, in_irq.bad, -EFAULT);
}

/* A record with a member of every sort, its head at its beginning. */
struct made_rec {
	struct otr_rec_head	head;
	u8			byte;
	s16			half;
	u32			word;
	u64			whole;
	char			chars[8];
	u32			near;
	u32			far;
	u32			mask;
	u32			list;
	u8			odd[3];
	const char		*pointer;
};

#define MADE(ctype, member)	OTR_FIELD(struct made_rec, ctype, member)
#define MADE_AS(as, member, what, bytes)						\
	{ .type = as, .name = what, .offset = offsetof(struct made_rec, member), .size = bytes }

static const struct otr_field made_fields[] = {
	MADE(u8, byte), MADE(s16, half), MADE(u32, word), MADE(u64, whole),
	{ .type = "char", .name = "chars", .offset = offsetof(struct made_rec, chars), .size = 8,
	  .nr = 8 },
	MADE_AS("__data_loc char[]", near, "near", 4), MADE_AS("__rel_loc char[]", far, "far", 4),
	MADE_AS("__data_loc cpumask_t[]", mask, "mask", 4),
	MADE_AS("__data_loc u32[]", list, "list", 4),
	MADE_AS("u8", odd, "odd", 3), MADE_AS("const char *", pointer, "pointer", 8),
	{}
};

static struct otr_event made_event = {
	.id = 700, .system = "s", .name = "n", .fields = made_fields,
};

static const struct otr_rec_head made_head = { .type = 700, .pid = 17 };

/* What comes of a text: the record, or an errno. */
static struct made_rec *made_of(struct kunit *test, const char *text, unsigned int *len)
{
	size_t size = strlen(text) + 1;
	char *copy = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, text, size);
	return otr_event_compose(&made_event, &made_head, copy, len);
}

static int made_error(struct kunit *test, const char *text)
{
	unsigned int len;
	void *rec = made_of(test, text, &len);

	if (IS_ERR(rec))
		return PTR_ERR(rec);
	kfree(rec);
	return 0;
}

static void makes_empty_records(struct kunit *test)
{
	unsigned int len, end = offsetofend(struct made_rec, pointer);
	struct made_rec *rec = made_of(test, " ", &len);

	KUNIT_ASSERT_FALSE(test, IS_ERR(rec));
	KUNIT_EXPECT_EQ(test, len, end + 1);
	KUNIT_EXPECT_EQ(test, rec->head.type, 700);
	KUNIT_EXPECT_EQ(test, rec->head.pid, 17);
	KUNIT_EXPECT_EQ(test, rec->whole, 0);
	KUNIT_EXPECT_EQ(test, rec->near, end);
	KUNIT_EXPECT_EQ(test, rec->far, end - (offsetof(struct made_rec, far) + 4));
	KUNIT_EXPECT_EQ(test, rec->mask, 0);
	KUNIT_EXPECT_PTR_EQ(test, rec->pointer, &otr_compose_empty[0]);
	KUNIT_EXPECT_EQ(test, ((char *)rec)[end], 0);
	kfree(rec);
}

static void makes_records(struct kunit *test)
{
	static const char text[] =
		"byte=258 half = -2\tword=0xffffffff chars='long text' near=\"one\"far='two'";
	unsigned int len, end = offsetofend(struct made_rec, pointer) + 1;
	struct made_rec *rec;

	rec = made_of(test, text, &len);
	KUNIT_ASSERT_FALSE(test, IS_ERR(rec));
	KUNIT_EXPECT_EQ(test, len, end + 8);
	KUNIT_EXPECT_EQ(test, rec->byte, 2);
	KUNIT_EXPECT_EQ(test, rec->half, -2);
	KUNIT_EXPECT_EQ(test, rec->word, U32_MAX);
	KUNIT_EXPECT_STREQ(test, rec->chars, "long te");
	KUNIT_EXPECT_EQ(test, rec->near, end | 4 << 16);
	KUNIT_EXPECT_STREQ(test, (char *)rec + end, "one");
	KUNIT_EXPECT_EQ(test, rec->far, (end + 4 - (offsetof(struct made_rec, far) + 4)) | 4 << 16);
	KUNIT_EXPECT_STREQ(test, (char *)rec + end + 4, "two");
	kfree(rec);
	rec = made_of(test, "pointer='x' common_pid=5 common_type=700 whole=7 half=-3", &len);
	KUNIT_ASSERT_FALSE(test, IS_ERR(rec));
	KUNIT_EXPECT_EQ(test, rec->half, -3);
	KUNIT_EXPECT_EQ(test, rec->whole, 7);
	KUNIT_EXPECT_PTR_EQ(test, rec->pointer, &otr_compose_fixed[0]);
	KUNIT_EXPECT_EQ(test, rec->head.pid, 5);
	kfree(rec);
}

static void makes_no_records(struct kunit *test)
{
	static const struct {
		const char	*text;
		int		err;
	} row[] = {
		{ "word", -EINVAL }, { "word=", -EINVAL }, { "word 5", -EINVAL }, { "=5", -EINVAL },
		{ "word=x", -EINVAL }, { "word=1x", -EINVAL }, { "word='1'", -EINVAL },
		{ "word=-1", -EINVAL }, { "half=--1", -EINVAL }, { "word=1'", -EINVAL },
		{ "whole=18446744073709551616", -ERANGE }, { "half=9223372036854775808", -ERANGE },
		{ "none=1", -ENOENT }, { "none", -ENOENT }, { "common_type=1", -EINVAL },
		{ "mask=1", -EINVAL }, { "list=1", -EINVAL }, { "odd=1", -EINVAL },
		{ "near=1", -EINVAL }, { "pointer=1", -EINVAL }, { "chars=1", -EINVAL },
		{ "chars='x", -EINVAL }, { "chars='x\\'", -EINVAL }, { "mask='1'", -EINVAL },
		{ "CPU=1", -EINVAL }, { "COMM='x'", -EINVAL }, { "stacktrace=1", -EINVAL },
		{ "word=1 none=1", -ENOENT }, { "word=1;", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++)
		KUNIT_EXPECT_EQ_MSG(test, made_error(test, row[i].text), row[i].err, "%s",
				    row[i].text);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(makes_empty_records),
	KUNIT_CASE(makes_records),
	KUNIT_CASE(makes_no_records),
	KUNIT_CASE(names_of_bits),
	KUNIT_CASE(names_of_values),
	KUNIT_CASE(bytes),
	KUNIT_CASE(rows),
	KUNIT_CASE(arrays),
	KUNIT_CASE(masks),
	KUNIT_CASE(pieces_share_room),
	KUNIT_CASE(rests_of_seconds),
	KUNIT_CASE(events),
	KUNIT_CASE(addresses),
	KUNIT_CASE(types_of_the_kernel),
	KUNIT_CASE(values_of_the_moment),
	KUNIT_CASE(texts_at_addresses),
	KUNIT_CASE(values_in_interrupts),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_event",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's event room");
MODULE_LICENSE("GPL");
