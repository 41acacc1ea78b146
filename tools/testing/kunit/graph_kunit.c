// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output room: calls and returns as nested blocks, of records made by hand. The
 * texts are those that the in-tree tracer prints for the same records.
 */
#include "output_room.h"
#include "tracer/graph_text.c"

int otr_dump_prepare(const struct otr_look *look)
{
	return 0;
}

/* Only what is one digit wide is looked at. */
#define CPUS	2

/* A function is a letter; those from 'x' on are where interrupts begin. */
#define IRQ	'x'

#define RULE	" ------------------------------------------\n"

/* What is shown where another task runs, with their names in the middle. */
#define SWITCH(from, to)	RULE " 0) " from " => " to "\n" RULE "\n"

/* What is printed behind another, before it is asked for. */
static const struct otr_item *follows;

/* An entry, a return, or something else, by kind. */
struct step {
	char		kind;	/* '{', '}', anything else for an event */
	int		cpu;
	pid_t		pid;
	unsigned long	func;
	int		depth;
	u64		ts;
	u64		took;	/* of a return */
	unsigned int	overrun;
	bool		done;
	struct otr_item	item;
	union {
		struct otr_rec_head		head;
		struct otr_rec_graph_entry	entry;
		struct otr_rec_graph_exit	exit;
	} rec;
};

/* Those that are being shown. */
static struct step *steps;
static unsigned int steps_nr, step_at;

/* The next one of the same CPU. */
static struct step *next_step(void)
{
	unsigned int i;

	for (i = step_at + 1; i < steps_nr; i++)
		if (!steps[i].done && steps[i].cpu == steps[step_at].cpu)
			return &steps[i];
	return NULL;
}

const struct otr_item *otr_source_follow(struct otr_source *src)
{
	struct step *next = steps ? next_step() : NULL;

	return next ? &next->item : follows;
}

void otr_source_skip(struct otr_source *src)
{
	if (steps)
		next_step()->done = true;
}

static void make_record(struct step *step)
{
	step->rec.head.pid = step->pid ?: PID;
	step->rec.head.type = some_event.id;
	step->item = (struct otr_item){
		.data = &step->rec, .len = sizeof(step->rec.head), .cpu = step->cpu,
		.ts = step->ts,
	};
	step->done = false;
	if (step->kind == '{') {
		step->rec.head.type = OTR_TYPE_GRAPH_ENTRY;
		step->rec.entry.func = step->func;
		step->rec.entry.depth = step->depth;
		step->item.len = sizeof(step->rec.entry);
	} else if (step->kind == '}') {
		step->rec.head.type = OTR_TYPE_GRAPH_EXIT;
		step->rec.exit.func = step->func;
		step->rec.exit.depth = step->depth;
		step->rec.exit.rettime = step->took;
		step->rec.exit.overrun = step->overrun;
		step->item.len = sizeof(step->rec.exit);
	}
}

/* An option of the tracer, beside those of the instance. */
#define OWN(opt)	BIT_ULL(40 + OTR_GRAPH_##opt)

static void want(struct fixture *f, u64 options)
{
	BUILD_BUG_ON(OTR_OPT_COUNT > 40);
	f->view.options = options;
	f->view.tracer_bits = options >> 40;
}

/* What is printed of steps, which end with one of no kind. */
static void show(struct kunit *test, struct step *what, u64 options, const char *text)
{
	struct fixture *f = test->priv;

	for (steps_nr = 0; what[steps_nr].kind; steps_nr++)
		make_record(&what[steps_nr]);
	steps = what;
	want(f, options);
	f->view.src = (struct otr_source *)f;
	seq_buf_clear(&f->out);
	graph_text_graph_rewind(&f->view);
	otr_line_begin(&f->view);
	for (step_at = 0; step_at < steps_nr; step_at++)
		if (!what[step_at].done)
			otr_line_print(&f->view, &what[step_at].item, 0, &f->out);
	steps = NULL;
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&f->out), text);
}

#define PLAIN		(OTR_OPT(CONTEXT_INFO) | OWN(CPU) | OWN(OVERHEAD) | \
			 OWN(DURATION) | OWN(IRQS))

/* All that comes before the duration. */
#define IN_FRONT	(OWN(ABSTIME) | OWN(PROC) | OTR_OPT(LATENCY_FORMAT))

static void blocks_and_leaves(struct kunit *test)
{
	static struct step steps[] = {
		{ '{', .func = 'a', .depth = 0 },
		{ '{', .func = 'b', .depth = 1 },
		{ '}', .func = 'b', .depth = 1, .took = 2500 },
		{ '{', .func = 'c', .depth = 1 },
		{ '{', .func = 'd', .depth = 2 },
		{ '}', .func = 'd', .depth = 2, .took = 0 },
		{ '}', .func = 'c', .depth = 1, .took = 12345 },
		{ '}', .func = 'a', .depth = 0, .took = 123456 },
		{}
	};

	show(test, steps, PLAIN,
	     " 0)               |  a() {\n"
	     " 0)   2.500 us    |    b();\n"
	     " 0)               |    c() {\n"
	     " 0)   0.000 us    |      d();\n"
	     " 0) + 12.345 us   |    }\n"
	     " 0) ! 123.456 us  |  }\n");
	show(test, steps, PLAIN | OWN(TAIL),
	     " 0)               |  a() {\n"
	     " 0)   2.500 us    |    b();\n"
	     " 0)               |    c() {\n"
	     " 0)   0.000 us    |      d();\n"
	     " 0) + 12.345 us   |    } /* c */\n"
	     " 0) ! 123.456 us  |  } /* a */\n");
	/* Without context there is only what C has. */
	show(test, steps, PLAIN & ~OTR_OPT(CONTEXT_INFO),
	     "a() {\n"
	     "  b();\n"
	     "  c() {\n"
	     "    d();\n"
	     "  }\n"
	     "}\n");
}

static void marks_and_durations(struct kunit *test)
{
	static const struct {
		u64 took;
		char mark;
		const char *text;
	} table[] = {
		{ 0, ' ', "0.000 us    " }, { 10000, ' ', "10.000 us   " },
		{ 10001, '+', "10.001 us   " }, { 100000, '+', "100.000 us  " },
		{ 100001, '!', "100.001 us  " }, { 1000000, '!', "1000.000 us " },
		{ 1000001, '#', "1000.001 us " }, { 10000000, '#', "10000.00 us " },
		{ 10000999, '*', "10000.99 us " }, { 100000000, '*', "100000.0 us " },
		{ 100000999, '@', "100000.9 us " }, { 1000000000, '@', "1000000 us  " },
		{ 1000000001, '$', "1000000 us  " }, { 12345678901ULL, '$', "12345678 us " },
		{ 123456789012345ULL, '$', "123456789012 us " },
	};
	static struct step steps[] = {
		{ '{', .func = 'a' },
		{ '}', .func = 'a' },
		{}
	};
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		steps[1].took = table[i].took;
		snprintf(text, sizeof(text), " 0) %c %s|  a();\n", table[i].mark, table[i].text);
		show(test, steps, PLAIN, text);
		snprintf(text, sizeof(text), " 0)   %s|  a();\n", table[i].text);
		show(test, steps, PLAIN & ~OWN(OVERHEAD), text);
		show(test, steps, PLAIN & ~OWN(DURATION), " 0) a();\n");
	}
}

static void interrupts(struct kunit *test)
{
	static struct step steps[] = {
		{ '{', .func = 'a', .depth = 0 },
		{ '{', .func = IRQ, .depth = 1 },
		{ '{', .func = 'b', .depth = 2 },
		{ '}', .func = 'b', .depth = 2, .took = 1000 },
		{ '/' },
		{ '}', .func = IRQ, .depth = 1, .took = 3000 },
		{ '{', .func = 'c', .depth = 1 },
		{ '}', .func = 'c', .depth = 1, .took = 1 },
		{ '{', .func = IRQ + 1, .depth = 1 },
		{ '}', .func = IRQ + 1, .depth = 1, .took = 2000 },
		{ '}', .func = 'a', .depth = 0, .took = 9000 },
		{}
	};

	show(test, steps, PLAIN,
	     " 0)               |  a() {\n"
	     " 0)   ==========> |\n"
	     " 0)               |    x() {\n"
	     " 0)   1.000 us    |      b();\n"
	     " 0)               |      /* sym */\n"
	     " 0)   3.000 us    |    }\n"
	     " 0)   <========== |\n"
	     " 0)   0.001 us    |    c();\n"
	     " 0)   ==========> |\n"
	     " 0)   2.000 us    |    y();\n"
	     " 0)   <========== |\n"
	     " 0)   9.000 us    |  }\n");
	/* What is no call is shown wherever it is. */
	show(test, steps, PLAIN & ~OWN(IRQS),
	     " 0)               |  a() {\n"
	     " 0)               |  /* sym */\n"
	     " 0)   0.001 us    |    c();\n"
	     " 0)   9.000 us    |  }\n");
	show(test, steps, PLAIN & ~OWN(DURATION),
	     " 0) a() {\n"
	     " 0) ==========>\n"
	     " 0)   x() {\n"
	     " 0)     b();\n"
	     " 0)     /* sym */\n"
	     " 0)   }\n"
	     " 0) <==========\n"
	     " 0)   c();\n"
	     " 0) ==========>\n"
	     " 0)   y();\n"
	     " 0) <==========\n"
	     " 0) }\n");
}

static void columns(struct kunit *test)
{
	static struct step steps[] = {
		{ '{', .func = 'a', .ts = 1234567891, .rec.head.flags = OTR_CTX_IRQS_OFF },
		{ '{', .func = 'x', .depth = 1, .ts = 1234568999, .cpu = 1 },
		{ '}', .func = 'x', .depth = 1, .ts = 1234569999, .took = 7000, .cpu = 1 },
		{ '/', .ts = 123456000000123ULL, .rec.head.preempt_count = 0x12 },
		{ '}', .func = 'a', .ts = 2000000000, .took = 7000 },
		{}
	};

	show(test, steps, PLAIN | OWN(PROC),
	     " 0)   <...>-4711   |               |  a() {\n"
	     " 1)   <...>-4711   |   ==========> |\n"
	     " 1)   <...>-4711   |   7.000 us    |    x();\n"
	     " 1)   <...>-4711   |   <========== |\n"
	     " 0)   <...>-4711   |               |  /* sym */\n"
	     " 0)   <...>-4711   |   7.000 us    |  }\n");
	show(test, steps, PLAIN | IN_FRONT,
	     "    1.234567 |   0)   <...>-4711   |  d.... |               |  a() {\n"
	     "    1.234568 |   1)   <...>-4711   |  ..... |   ==========> |\n"
	     "    1.234568 |   1)   <...>-4711   |  ..... |   7.000 us    |    x();\n"
	     "    1.234568 |   1)   <...>-4711   |  ..... |   <========== |\n"
	     "123456.000000 |   0)   <...>-4711   |  ...21 |               |  /* sym */\n"
	     "    2.000000 |   0)   <...>-4711   |  ..... |   7.000 us    |  }\n");
	show(test, steps, (PLAIN | OWN(ABSTIME)) & ~OWN(CPU),
	     "    1.234567 |                |  a() {\n"
	     "    1.234568 |    ==========> |\n"
	     "    1.234568 |    7.000 us    |    x();\n"
	     "    1.234568 |    <========== |\n"
	     "123456.000000 |                |  /* sym */\n"
	     "    2.000000 |    7.000 us    |  }\n");
	show(test, steps, (PLAIN | IN_FRONT) & ~OTR_OPT(CONTEXT_INFO),
	     "a() {\n"
	     "==========>\n"
	     "  x();\n"
	     "<==========\n"
	     "/* sym */\n"
	     "}\n");
}

/* Each CPU has tasks, blocks and levels of its own. */
static void tasks_change(struct kunit *test)
{
	static struct step steps[] = {
		{ '{', .func = 'a', .pid = 1 },
		{ '{', .func = 'b', .pid = 12345678, .cpu = 1 },
		{ '/', .pid = 22 },
		{ '}', .func = 'b', .pid = 12345678, .cpu = 1, .took = 1000 },
		{ '{', .func = 'c', .pid = 22 },
		{ '}', .func = 'c', .pid = 1, .took = 1000 },
		{}
	};

	show(test, steps, PLAIN,
	     " 0)               |  a() {\n"
	     " 1)   1.000 us    |  b();\n"
	     SWITCH("   <...>-1    ", "   <...>-22   ")
	     " 0)               |  /* sym */\n"
	     /* The return of another task's call is not this one's. */
	     " 0)               |  c() {\n"
	     SWITCH("   <...>-22   ", "   <...>-1    ")
	     " 0)   1.000 us    |  }\n");
	steps[2].pid = 12345678;
	steps[4].pid = 12345678;
	show(test, steps, PLAIN & ~OTR_OPT(CONTEXT_INFO),
	     "a() {\n"
	     "b();\n"
	     SWITCH("   <...>-1    ", "<...>-12345678")
	     "/* sym */\n"
	     "c() {\n"
	     SWITCH("<...>-12345678", "   <...>-1    ")
	     "}\n");
}

/* A comment stands one level deeper than the block around it, but for the outermost. */
static void comments(struct kunit *test)
{
	static struct step steps[] = {
		{ '/' },
		{ '{', .func = 'a', .depth = 0 },
		{ '/' },
		{ '{', .func = 'b', .depth = 1 },
		{ '/' },
		{ '{', .func = 'c', .depth = 2 },
		{ '}', .func = 'c', .depth = 2 },
		{ '/' },
		{ '}', .func = 'b', .depth = 1 },
		{ '/' },
		{ '{', .func = 'd', .depth = 1 },
		{ '/' },
		{ '}', .func = 'd', .depth = 1 },
		{}
	};

	show(test, steps, PLAIN,
	     " 0)               |  /* sym */\n"
	     " 0)               |  a() {\n"
	     " 0)               |  /* sym */\n"
	     " 0)               |    b() {\n"
	     " 0)               |      /* sym */\n"
	     " 0)   0.000 us    |      c();\n"
	     " 0)               |      /* sym */\n"
	     " 0)   0.000 us    |    }\n"
	     " 0)               |  /* sym */\n"
	     " 0)               |    d() {\n"
	     " 0)               |      /* sym */\n"
	     " 0)   0.000 us    |    }\n");
}

/* Where records are missing, a name says what ends. */
static void half_of_a_call(struct kunit *test)
{
	static struct step steps[] = {
		{ '}', .func = 'a', .depth = 1, .took = 1000, .overrun = 3 },
		{ '{', .func = 'b', .depth = 1 },
		{ '}', .func = 'c', .depth = 1 },
		{ '{', .func = 'd', .depth = 2 },
		{ '{', .func = 'e', .depth = 2 },
		{ '}', .func = 'e', .depth = 2 },
		{ '}', .func = 'd', .depth = 2 },
		{ '{', .func = 'f', .depth = 50 },
		{ '{', .func = 'g', .depth = 51 },
		{ '}', .func = 'g', .depth = 51, .overrun = 5 },
		{ '}', .func = 'h', .depth = 50, .overrun = 5 },
		{}
	};
	char text[512];

	snprintf(text, sizeof(text), "%s%100sf() {\n%102sg();\n%100s}\n (Overruns: 5)\n",
		 "  } /* a */\n (Overruns: 3)\n"
		 "  b() {\n"
		 "  } /* c */\n (Overruns: 0)\n"
		 "    d() {\n"
		 "    e();\n"
		 "    } /* d */\n (Overruns: 0)\n", "", "", "");
	show(test, steps, OWN(IRQS) | OWN(OVERRUN), text);
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

	f->item.cpu = 0;
	f->item.data = &rec;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		typed = table[i].typed;
		rec.retval = table[i].retval;
		graph_text_graph_rewind(&f->view);
		want(f, OTR_OPT(CONTEXT_INFO) | OWN(IRQS) | OWN(RETVAL));
		snprintf(wanted, sizeof(wanted), "} /* sym%s */\n", table[i].text);
		expect(test, wanted);
		want(f, OTR_OPT(CONTEXT_INFO) | OWN(IRQS) | OWN(RETVAL) | OWN(RETVAL_HEX));
		snprintf(wanted, sizeof(wanted), "} /* sym%s */\n", table[i].hex);
		expect(test, wanted);
		/* A function whose block did not begin here is named. */
		want(f, OTR_OPT(CONTEXT_INFO) | OWN(IRQS) | OWN(RETVAL_HEX));
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
	const u64 plain = OTR_OPT(CONTEXT_INFO) | OWN(IRQS);
	const struct otr_item exit = { .data = &ret, .len = sizeof(ret), .ts = 1 };
	struct fixture *f = test->priv;

	f->item = (struct otr_item) { .data = &rec, .len = sizeof(rec.more), .ts = 1 };
	want(f, plain);
	expect(test, "sym() {\n");
	want(f, plain | OWN(RETADDR));
	expect(test, "sym() { /* <-sym+0x1/0x2 */\n");
	f->item.len = sizeof(rec);
	expect(test, "sym(6 words, the last is 6) { /* <-sym+0x1/0x2 */\n");
	want(f, plain);
	expect(test, "sym(6 words, the last is 6) {\n");
	/* With what it returned, in one line. */
	f->view.src = (struct otr_source *)f;
	follows = &exit;
	expect(test, "sym(6 words, the last is 6);\n");
	want(f, plain | OWN(RETVAL));
	expect(test, "sym(6 words, the last is 6); /* = 0x7 */\n");
	want(f, plain | OWN(RETVAL) | OWN(RETADDR));
	expect(test, "sym(6 words, the last is 6); /* <-sym+0x1/0x2 ret=0x7 */\n");
	typed.form = OTR_VALUE_VOID;
	expect(test, "sym(6 words, the last is 6); /* <-sym+0x1/0x2 */\n");
	typed.form = OTR_VALUE_UNTYPED;
	follows = NULL;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(blocks_and_leaves),
	KUNIT_CASE(marks_and_durations),
	KUNIT_CASE(interrupts),
	KUNIT_CASE(columns),
	KUNIT_CASE(tasks_change),
	KUNIT_CASE(comments),
	KUNIT_CASE(half_of_a_call),
	KUNIT_CASE(returned_values),
	KUNIT_CASE(callers_and_arguments),
	{}
};

static int graph_init(struct kunit *test)
{
	struct fixture *f;
	int err = fixture_init(test);

	if (err)
		return err;
	f = test->priv;
	f->view.state = kunit_kcalloc(test, max(nr_cpu_ids, CPUS), sizeof(struct otr_graph_cpu),
				      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->view.state);
	f->view.look = &otr_graph_look;
	graph_text_irq_text[0] = IRQ;
	graph_text_irq_text[1] = 'z';
	graph_text_graph_rewind(&f->view);
	return 0;
}

static struct kunit_suite suite = {
	.name		= "outrace_graph",
	.init		= graph_init,
	.exit		= fixture_exit,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's nested calls");
MODULE_LICENSE("GPL");
