/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The output room's sources, with what they need of other rooms, and a view that
 * prints: a part of output_kunit.c and graph_kunit.c.
 */
#ifndef _OUTPUT_ROOM_H
#define _OUTPUT_ROOM_H

#include <kunit/test.h>
#include <linux/module.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "base/comm.c"
#include "base/text.c"
#include "base/tgid.c"
/* comm.c has one, too. */
#define field_find find_field
#include "event/access.c"
#include "event/field.c"
#include "event/members.c"
#undef field_find
#include "event/pointed.c"
#include "event/registry.c"
#include "event/print.c"
#include "output/columns.c"
#include "output/line.c"

#define PID	4711

/*
 * Symbols are the host room's business; here every odd address has one, and a letter's
 * is the letter.
 */
int otr_host_symbol(unsigned long addr, bool with_offset, char *buf, size_t size)
{
	if (!with_offset && addr >= 'a' && addr <= 'z')
		return scnprintf(buf, size, "%c", (char)addr);
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

/* All moved by as much, but what is behind that. */
bool otr_shift_address(const struct otr_shift *shift, unsigned long *addr)
{
	*addr += shift->text;
	return shift->text > 0;
}

bool otr_area_knows(const struct otr_area *area, const struct otr_event *ev)
{
	return area->memory.size != ev->id;
}

unsigned long otr_host_address(const char *name)
{
	return 0;
}

/* What is known of the result of every function. */
static struct otr_value typed;

/* Flags of the line that a type was last asked for. */
static unsigned int asked_with;

void otr_types_value(unsigned int flags, unsigned long func, unsigned long value,
		     struct otr_value *out)
{
	asked_with = flags;
	*out = typed;
	if (typed.form == OTR_VALUE_UNTYPED)
		*out = (struct otr_value) { .bits = value, .number = value };
}

void otr_types_print_args(unsigned int flags, unsigned long func, const unsigned long *words,
			  unsigned int nr, struct seq_buf *out)
{
	asked_with = flags;
	seq_buf_printf(out, "(%u words, the last is %lu)", nr, words[nr - 1]);
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
	char			text[2048];
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

#endif /* _OUTPUT_ROOM_H */
