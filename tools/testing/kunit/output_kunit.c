// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output room: columns, styles and headers of records made by hand. The
 * texts are those that the in-tree tracer prints for the same records.
 */
#include "output_room.h"

#include "output/header.c"

int otr_ring_stats(struct otr_ring *ring, int cpu, struct otr_ring_stats *stats)
{
	return -ENODEV;
}

const char *otr_site_failure(void)
{
	return NULL;
}

/* Nothing follows. */
const struct otr_item *otr_source_follow(struct otr_source *src)
{
	return NULL;
}

void otr_source_skip(struct otr_source *src)
{
}

static void default_columns(struct kunit *test)
{
	struct fixture *f = test->priv;

	expect(test, "           <...>-4711    [002] .....    12.345679: sym\n");
	f->view.options &= ~OTR_OPT(IRQ_INFO);
	expect(test, "           <...>-4711    [002]     12.345679: sym\n");
	f->view.in_ns = false;
	expect(test, "           <...>-4711    [002]   12345678901: sym\n");
	f->view.options = 0;
	expect(test, "sym\n");
}

static void flag_characters(struct kunit *test)
{
	static const struct {
		u8 flags, preempt;
		const char *text;
	} table[] = {
		{ 0, 0, "....." },
		{ OTR_CTX_IRQS_OFF, 1, "d..1." },
		{ OTR_CTX_IRQS_OFF | OTR_CTX_BH_OFF, 0x21, "D..12" },
		{ OTR_CTX_BH_OFF, 0xff, "b..ff" },
		{ OTR_CTX_IRQS_UNKNOWN, 0, "X...." },
		{ OTR_CTX_IRQS_UNKNOWN | OTR_CTX_IRQS_OFF, 0, "d...." },
		{ OTR_CTX_IRQS_UNKNOWN | OTR_CTX_BH_OFF, 0, "b...." },
		{ OTR_CTX_RESCHED, 0, ".n..." },
		{ OTR_CTX_PREEMPT_RESCHED, 0, ".p..." },
		{ OTR_CTX_RESCHED | OTR_CTX_PREEMPT_RESCHED, 0, ".N..." },
		{ OTR_CTX_HARDIRQ, 0, "..h.." },
		{ OTR_CTX_SOFTIRQ, 0, "..s.." },
		{ OTR_CTX_HARDIRQ | OTR_CTX_SOFTIRQ, 0, "..H.." },
		{ OTR_CTX_NMI, 0, "..z.." },
		{ OTR_CTX_NMI | OTR_CTX_HARDIRQ, 0, "..Z.." },
		{ OTR_CTX_NMI | OTR_CTX_SOFTIRQ, 0, "..z.." },
		{ OTR_CTX_NMI | OTR_CTX_HARDIRQ | OTR_CTX_SOFTIRQ, 0, "..Z.." },
		{ 0xff, 0xff, "DNZff" },
	};
	struct fixture *f = test->priv;
	unsigned int i;
	char text[128];

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		f->head.flags = table[i].flags;
		f->head.preempt_count = table[i].preempt;
		snprintf(text, sizeof(text), "%16s-4711    [002] %s    12.345679: sym\n", "<...>",
			 table[i].text);
		expect(test, text);
	}
}

static void latency_columns(struct kunit *test)
{
	static const struct {
		u64 until;
		char mark;
	} table[] = {
		{ 10000, ' ' }, { 11000, '+' }, { 101000, '!' }, { 1001000, '#' },
		{ 10001000, '*' }, { 100001000, '@' }, { 1000001000, '$' },
	};
	struct fixture *f = test->priv;
	unsigned int i;
	char text[128];

	f->view.options |= OTR_OPT(LATENCY_FORMAT);
	f->view.time_start = f->item.ts - 5000;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		seq_buf_clear(&f->out);
		otr_line_begin(&f->view);
		otr_line_print(&f->view, &f->item, f->item.ts + table[i].until, &f->out);
		snprintf(text, sizeof(text), "   <...>-4711      2.....    5us%c: sym\n",
			 table[i].mark);
		KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), text);
	}
	f->view.options |= OTR_OPT(VERBOSE);
	f->view.index = 26;
	snprintf(text, sizeof(text), "%16s    4711   2 0 00000000 0000001a [%08x] %s", "<...>",
		 12345679, "0.005ms (+0.000ms): sym\n");
	expect(test, text);
}

static void other_styles(struct kunit *test)
{
	static const u8 bin[] = {
		0x67, 0x12, 0, 0, 2, 0, 0, 0, 0x35, 0x1c, 0xdc, 0xdf, 2, 0, 0, 0
	};
	struct fixture *f = test->priv;

	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(RAW);
	expect(test, "4711 2 12345678901 type: 300\n");
	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(HEX);
	expect(test, "00001267 00000002 00000002dfdc1c35 type: 300\n\n");
	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(BIN);
	seq_buf_clear(&f->out);
	otr_line_begin(&f->view);
	otr_line_print(&f->view, &f->item, f->item.ts, &f->out);
	KUNIT_EXPECT_MEMEQ(test, f->text, bin, sizeof(bin));
	f->view.options = 0;
	f->head.type = 301;
	expect(test, "Unknown type 301\n");
	f->view.options = OTR_OPT(RAW);
	expect(test, "301 ?\n");
}

static void addresses(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->view.options = OTR_OPT(SYM_OFFSET);
	expect(test, "sym+0x1/0x2\n");
	f->view.options = OTR_OPT(SYM_ADDR);
	expect(test, "sym <0000000000001001>\n");
}

static void losses_and_starts(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->view.options = 0;
	f->item.lost = 7;
	expect(test, "CPU:2 [LOST 7 EVENTS]\nsym\n");
	f->item.lost = 0;
	f->view.annotate = true;
	f->view.index = 2;
	expect(test, "##### CPU 2 buffer started ####\nsym\n");
	expect(test, "sym\n");
	/* The first records of all need no remark. */
	f->item.cpu = 3;
	f->view.index = 1;
	expect(test, "sym\n");
}

static void too_long_a_line(struct kunit *test)
{
	struct fixture *f = test->priv;

	seq_buf_init(&f->out, f->text, 16);
	otr_line_begin(&f->view);
	otr_line_print(&f->view, &f->item, f->item.ts, &f->out);
	KUNIT_EXPECT_TRUE(test, seq_buf_has_overflowed(&f->out));
}

static void only_one_of_a_number(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, otr_event_register(&some_event), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, otr_event_find(some_event.id), &some_event);
	KUNIT_EXPECT_NULL(test, otr_event_find(some_event.id + 1));
}

struct pointing {
	struct otr_rec_head	head;
	const char		*text;
	const char		*other;
	char			own[8];
};

static void pointing_text(struct otr_line *line)
{
	const struct pointing *rec = line->rec;

	seq_buf_printf(line->out, "pointing: %s\n", rec->text);
}

static void texts_elsewhere(struct kunit *test)
{
	static const struct otr_field fields[] = {
		OTR_FIELD(struct pointing, const char *, text),
		OTR_FIELD(struct pointing, const char *, other),
		{}
	};
	static struct otr_event event = {
		.id = 302, .system = "test", .name = "pointing", .fields = fields,
		.print_fmt = "\"%s %s\", REC->text , f(REC->other)", .text = pointing_text,
	};
	struct fixture *f = test->priv;
	struct pointing rec = { .head.type = event.id, .text = constant, .own = "own" };

	KUNIT_ASSERT_EQ(test, otr_event_register(&event), 0);
	KUNIT_EXPECT_TRUE(test, event.flags & OTR_EVENT_POINTS);
	KUNIT_EXPECT_FALSE(test, some_event.flags & OTR_EVENT_POINTS);
	f->view.options = 0;
	f->item.data = &rec;
	f->item.len = sizeof(rec);
	expect(test, "pointing: constant\n");
	rec.text = rec.own;
	expect(test, "pointing: own\n");
	rec.text = f->text;
	expect(test, "EVENT pointing: HAS UNSAFE POINTER FIELD 'text'\n");
	otr_event_unregister(&event);
}

struct behind {
	struct otr_rec_head	head;
	u32			where;
	u32			number;
	char			text[8];
};

static void behind_text(struct otr_line *line)
{
	const struct behind *rec = line->rec;

	seq_buf_printf(line->out, "behind: %u\n", rec->number);
}

/* Whatever wrote them, nothing outside of records of before is looked at. */
static void damaged_records(struct kunit *test)
{
	static const struct otr_field fields[] = {
		{ "__data_loc char[]", "where", offsetof(struct behind, where), sizeof(u32) },
		OTR_FIELD(struct behind, u32, number),
		{}
	};
	static struct otr_event event = {
		.id = 303, .system = "test", .name = "behind", .fields = fields,
		.print_fmt = "\"%u\", REC->number", .text = behind_text,
	};
	struct fixture *f = test->priv;
	struct otr_area *area = kunit_kzalloc(test, sizeof(*area), GFP_KERNEL);
	struct behind rec = {
		.head = { .type = event.id, .pid = -1 }, .where = 16 | 8 << 16, .number = 3,
	};

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_ASSERT_EQ(test, otr_event_register(&event), 0);
	area->old = true;
	f->view.options = 0;
	f->view.area = area;
	f->item.data = &rec;
	f->item.len = sizeof(rec);
	expect(test, "behind: 3\n");
	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(IRQ_INFO);
	expect(test, "           <XXX>--1      [002] .....    12.345679: behind: 3\n");
	f->view.options = 0;
	rec.where = 16 | 9 << 16;
	expect(test, "Damaged record of type 303\n");
	rec.where = 0xfff0;
	expect(test, "Damaged record of type 303\n");
	rec.where = 0;
	expect(test, "behind: 3\n");
	f->item.len = 12;
	expect(test, "Damaged record of type 303\n");
	f->item.len = 4;
	expect(test, "Damaged record of type 303\n");
	f->view.area = NULL;
	otr_event_unregister(&event);
}

/* What a tracer measured stands above the records. */
static void latency_header(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct seq_file m = { .size = 4096 };
	char *at;

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	f->view.tracer = "test";
	header_print_latency(&f->view, &m);
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "# latency: 0 us, #0/0, CPU#0 | (M:"));
	at = strstr(m.buf, "#    | task: ");
	KUNIT_ASSERT_NOT_NULL(test, at);
	KUNIT_EXPECT_STREQ(test, at, "#    | task: -0 (uid:0 nice:0 policy:0 rt_prio:0)\n"
			   "#    -----------------\n#\n");
	memset(m.buf, 0, m.size);
	m.count = 0;
	f->view.latency = (struct otr_latency) {
		.us = 1234, .cpu = 3, .pid = 77, .comm = "sleepy", .uid = 1000, .nice = -5,
		.policy = 1, .rt_priority = 50, .begin = 0x1001, .end = 0x2001,
	};
	header_print_latency(&f->view, &m);
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "# latency: 1234 us, #0/0, CPU#3 | (M:"));
	at = strstr(m.buf, "#    | task: ");
	KUNIT_ASSERT_NOT_NULL(test, at);
	KUNIT_EXPECT_STREQ(test, at,
			   "#    | task: sleepy-77 (uid:1000 nice:-5 policy:1 rt_prio:50)\n"
			   "#    -----------------\n"
			   "#  => started at: sym\n#  => ended at:   sym\n#\n#\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(texts_elsewhere),
	KUNIT_CASE(default_columns),
	KUNIT_CASE(flag_characters),
	KUNIT_CASE(latency_columns),
	KUNIT_CASE(other_styles),
	KUNIT_CASE(addresses),
	KUNIT_CASE(losses_and_starts),
	KUNIT_CASE(too_long_a_line),
	KUNIT_CASE(only_one_of_a_number),
	KUNIT_CASE(damaged_records),
	KUNIT_CASE(latency_header),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_output",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's output room");
MODULE_LICENSE("GPL");
