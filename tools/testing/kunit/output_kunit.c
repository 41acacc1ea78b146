// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output room: columns, styles and headers of records made by hand. The
 * texts are those that the in-tree tracer prints for the same records.
 */
#include <kunit/test.h>
#include <linux/module.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "base/comm.c"
#include "base/text.c"
#include "base/tgid.c"
/* comm.c has one, too. */
#define find find_field
#include "event/field.c"
#undef find
#include "event/pointed.c"
#include "event/registry.c"
#include "event/print.c"
#include "output/columns.c"
#include "output/graph.c"
#include "output/line.c"

#define PID	4711

/* Symbols are the host room's business; here every odd address has one. */
int otr_host_symbol(unsigned long addr, bool with_offset, char *buf, size_t size)
{
	if (!(addr & 1))
		return 0;
	return scnprintf(buf, size, with_offset ? "sym+0x1/0x2" : "sym");
}

/* The only texts that stay. */
static const char constant[] = "constant";

bool otr_host_is_rodata(const void *addr)
{
	return addr >= (void *)constant && addr < (void *)constant + sizeof(constant);
}

bool otr_host_string_known(const char *text)
{
	return false;
}

unsigned long otr_host_address(const char *name)
{
	return 0;
}

/* What is known of the result of every function. */
static struct otr_value typed;

void otr_types_value(unsigned long func, unsigned long value, struct otr_value *out)
{
	*out = typed;
	if (typed.form == OTR_VALUE_UNTYPED)
		*out = (struct otr_value) { .bits = value, .number = value };
}

void otr_types_print_args(unsigned long func, const unsigned long *words, unsigned int nr,
			  struct seq_buf *out)
{
	seq_buf_printf(out, "(%u words, the last is %lu)", nr, words[nr - 1]);
}

/* What a source says that follows; taken once. */
static const struct otr_item *follows;
static bool taken;

const struct otr_item *otr_source_follow(struct otr_source *src)
{
	return follows;
}

void otr_source_skip(struct otr_source *src)
{
	taken = true;
}

const char *otr_names_find(struct otr_names *names, unsigned long addr, bool with_offset,
			   unsigned int *len)
{
	return NULL;
}

static void some_text(struct otr_line *line)
{
	otr_print_ip(line, 0x1001);
	seq_buf_putc(line->out, '\n');
}

static struct otr_event some_event = {
	.id	= 300,
	.system	= "test",
	.name	= "some",
	.text	= some_text,
};

struct fixture {
	struct otr_view		view;
	struct otr_rec_head	head;
	struct otr_item		item;
	struct seq_buf		out;
	char			text[256];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_TRUE(test, zalloc_cpumask_var(&f->view.started, GFP_KERNEL));
	f->view.scratch = kunit_kmalloc(test, OTR_LINE_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->view.scratch);
	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(IRQ_INFO);
	f->view.in_ns = true;
	f->head = (struct otr_rec_head){ .type = some_event.id, .pid = PID };
	f->item = (struct otr_item){
		.data = &f->head, .len = sizeof(f->head), .cpu = 2, .ts = 12345678901ULL,
	};
	seq_buf_init(&f->out, f->text, sizeof(f->text));
	test->priv = f;
	return otr_event_register(&some_event);
}

static void fixture_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	otr_event_unregister(&some_event);
	free_cpumask_var(f->view.started);
}

/* Print the record as the view says and compare. */
static void expect(struct kunit *test, const char *text)
{
	struct fixture *f = test->priv;

	seq_buf_clear(&f->out);
	otr_line_begin(&f->view);
	otr_line_print(&f->view, &f->item, f->item.ts, &f->out);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), text);
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

/* Returns, by what is known of the values. */
static void returned_values(struct kunit *test)
{
	static const struct {
		struct otr_value typed;
		unsigned long retval;
		const char *text, *hex;
	} table[] = {
		{ { OTR_VALUE_UNTYPED }, 5, " = 0x5", " = 0x5" },
		{ { OTR_VALUE_UNTYPED }, -2, " = -2", " = 0xfffffffffffffffe" },
		{ { OTR_VALUE_UNTYPED }, 0xfffffffe, " = -2", " = 0xfffffffe" },
		{ { OTR_VALUE_UNTYPED }, 0xffffe000, " = 0xffffe000", " = 0xffffe000" },
		{ { OTR_VALUE_VOID, 0, 5, 5 }, 5, "", "" },
		{ { OTR_VALUE_HEX, 0, 5, 5 }, 5, " = 0x5", " = 0x5" },
		{ { OTR_VALUE_HEX, 1, 5, 5 }, 5, " = 0x5(trunc)", " = 0x5(trunc)" },
		{ { OTR_VALUE_DECIMAL, 0, 0xff, -1 }, 0x1ff, " = -1", " = 0xff" },
		{ { OTR_VALUE_BOOL, 0, 1, 1 }, 0x101, " = true", " = 0x1" },
		{ { OTR_VALUE_BOOL, 0, 0, 0 }, 0x100, " = false", " = 0x0" },
		{ { OTR_VALUE_ERROR, 0, 0xffffffea, -22 }, -22,
		  IS_ENABLED(CONFIG_SYMBOLIC_ERRNAME) ? " = -22 (-EINVAL)" : " = -22",
		  " = 0xffffffea" },
		/* No error has this number, nor a name. */
		{ { OTR_VALUE_ERROR, 0, 0xfffff060, -4000 }, -4000, " = -4000", " = 0xfffff060" },
	};
	struct otr_rec_graph_exit rec = {
		.head = { .type = OTR_TYPE_GRAPH_EXIT, .pid = PID }, .func = 1,
	};
	struct fixture *f = test->priv;
	char wanted[64];
	unsigned int i;

	f->view.graph = kunit_kcalloc(test, nr_cpu_ids, sizeof(*f->view.graph), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->view.graph);
	f->item.cpu = 0;
	f->item.data = &rec;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		typed = table[i].typed;
		rec.retval = table[i].retval;
		otr_graph_rewind(&f->view);
		f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(GRAPH_IRQS) |
				  OTR_OPT(GRAPH_RETVAL);
		snprintf(wanted, sizeof(wanted), "} /* sym%s */\n", table[i].text);
		expect(test, wanted);
		f->view.options |= OTR_OPT(GRAPH_RETVAL_HEX);
		snprintf(wanted, sizeof(wanted), "} /* sym%s */\n", table[i].hex);
		expect(test, wanted);
		/* A function whose block did not begin here is named. */
		f->view.options &= ~OTR_OPT(GRAPH_RETVAL);
		expect(test, "} /* sym */\n");
	}
	typed = (struct otr_value) {};
}

/* What may be recorded of an entry besides the function. */
static void callers_and_arguments(struct kunit *test)
{
	struct {
		struct otr_rec_graph_more more;
		unsigned long args[OTR_REC_ARGS];
	} __packed rec = {
		.more = {
			.entry = {
				.head = { .type = OTR_TYPE_GRAPH_MORE, .pid = PID },
				.func = 1,
			},
			.retaddr = 3,
		},
		.args = { 1, 2, 3, 4, 5, 6 },
	};
	struct otr_rec_graph_exit ret = {
		.head = { .type = OTR_TYPE_GRAPH_EXIT, .pid = PID }, .func = 1, .retval = 7,
	};
	const struct otr_item exit = { .data = &ret, .len = sizeof(ret), .ts = 1 };
	struct fixture *f = test->priv;

	f->view.graph = kunit_kcalloc(test, nr_cpu_ids, sizeof(*f->view.graph), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->view.graph);
	otr_graph_rewind(&f->view);
	f->item = (struct otr_item) { .data = &rec, .len = sizeof(rec.more), .ts = 1 };
	f->view.options = OTR_OPT(CONTEXT_INFO) | OTR_OPT(GRAPH_IRQS);
	expect(test, "sym() {\n");
	f->view.options |= OTR_OPT(GRAPH_RETADDR);
	expect(test, "sym() { /* <-sym+0x1/0x2 */\n");
	f->item.len = sizeof(rec);
	expect(test, "sym(6 words, the last is 6) { /* <-sym+0x1/0x2 */\n");
	f->view.options &= ~OTR_OPT(GRAPH_RETADDR);
	expect(test, "sym(6 words, the last is 6) {\n");
	/* With what it returned, in one line. */
	f->view.src = (struct otr_source *)f;
	follows = &exit;
	expect(test, "sym(6 words, the last is 6);\n");
	f->view.options |= OTR_OPT(GRAPH_RETVAL);
	expect(test, "sym(6 words, the last is 6); /* = 0x7 */\n");
	f->view.options |= OTR_OPT(GRAPH_RETADDR);
	expect(test, "sym(6 words, the last is 6); /* <-sym+0x1/0x2 ret=0x7 */\n");
	typed.form = OTR_VALUE_VOID;
	expect(test, "sym(6 words, the last is 6); /* <-sym+0x1/0x2 */\n");
	typed.form = OTR_VALUE_UNTYPED;
	follows = NULL;
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
	KUNIT_CASE(returned_values),
	KUNIT_CASE(callers_and_arguments),
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
