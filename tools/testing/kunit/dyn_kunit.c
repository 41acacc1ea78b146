// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that users define: the registry of kinds, definitions right and wrong, the bytes of
 * records and their text, records from contexts that interrupt each other, an event that
 * comes of itself, and events that come and go while their records are written.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/vmalloc.h>

#include "inst_room.h"
#include "no_ring.h"
#include "dyn/dyn.c"
#include "dyn/target.c"
#include "dyn/fields.c"
#include "dyn/text.c"
#include "dyn/build.c"
#include "dyn/trace.c"
#include "dyn/synth.c"
#include "dyn/api.c"

#define SLOTS		(TRACE_DEPTH + 1)	/* of a CPU */
#define SLOT_BYTES	8192
#define MARK		0x5a
#define LOAD_MS		500

/* A door that keeps what went through it. */
static struct {
	u8		*slots;
	atomic_t	records;
	void		*last;
	unsigned int	len;
	int		names;
	bool		again;
	void		(*check)(const void *rec, unsigned int len);
} door;

static DEFINE_PER_CPU(u32, door_depth);

int otr_task_names_get(void)
{
	door.names++;
	return 0;
}

void otr_task_names_put(void)
{
	door.names--;
}

void *otr_event_begin(struct otr_sub *sub, struct otr_out *out, unsigned int len)
{
	if (READ_ONCE(sub->gate.bits) & OTR_GATE_SHUT || len > SLOT_BYTES)
		return NULL;
	out->level = otr_nest_enter(&door_depth, SLOTS);
	if (out->level < 0)
		return NULL;
	out->sub = sub;
	out->len = len;
	out->data = door.slots + SLOT_BYTES * (smp_processor_id() * SLOTS + out->level);
	/* What a record does not write shows. */
	memset(out->data, MARK, len);
	return out->data;
}

void otr_event_end(struct otr_out *out)
{
	static const u64 values[] = { 1, 2 };
	struct otr_synth *self = container_of(out->sub->event, struct otr_synth, event);

	atomic_inc(&door.records);
	door.last = out->data;
	door.len = out->len;
	if (door.check)
		door.check(out->data, out->len);
	if (door.again)
		otr_synth_trace(self, values);
	otr_nest_exit(&door_depth, out->level);
}

const char *otr_print_flags(struct otr_line *line, const char *delimiter, unsigned long flags,
			    const struct trace_print_flags *names)
{
	return flags == (__force unsigned long)GFP_KERNEL ? "GFP_KERNEL" : "other";
}

static int start(struct kunit *test)
{
	memset(&door, 0, sizeof(door));
	door.slots = kvmalloc_array(nr_cpu_ids * SLOTS, SLOT_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, door.slots);
	KUNIT_ASSERT_EQ(test, otr_inst_init(), 0);
	otr_dyn_register(&otr_synth_kind);
	return 0;
}

static void stop(struct kunit *test)
{
	otr_dyn_unregister(&otr_synth_kind);
	KUNIT_EXPECT_TRUE(test, list_empty(&dyn_all));
	KUNIT_EXPECT_EQ(test, door.names, 0);
	otr_inst_exit();
	otr_registry_exit();
	kvfree(door.slots);
}

static int define(const char *text)
{
	return otr_synth_command(text, NULL);
}

static int switch_named(struct otr_inst *inst, const char *name, bool on)
{
	return otr_event_file_switch(inst, OTR_SYNTH_SYSTEM, name, on);
}

/* What is listed, in a buffer of the test's. */
static const char *listed(void)
{
	static char text[2048];
	struct seq_file m = { .buf = text, .size = sizeof(text) };
	struct otr_dyn *dyn = NULL;

	otr_dyn_lock();
	while ((dyn = otr_dyn_next(NULL, dyn)))
		otr_dyn_show(&m, dyn);
	otr_dyn_unlock();
	text[m.count] = '\0';
	return text;
}

/* Another kind: "sh:NAME" and "h:NAME", whose events are names alone. */
struct hollow {
	struct otr_dyn	dyn;
	char		name[16];
};

static struct {
	bool	busy;
	int	there;
	int	words;
} hollow;

static struct otr_dyn_kind hollow_kind;

static int hollow_create(const char *text)
{
	struct hollow *made;

	text += *text == 's';
	if (strncmp(text, "h:", 2))
		return -ECANCELED;
	if (!text[2])
		return -ENODATA;
	made = kzalloc(sizeof(*made), GFP_KERNEL);
	if (!made)
		return -ENOMEM;
	strscpy(made->name, text + 2);
	otr_dyn_add(&made->dyn, &hollow_kind);
	hollow.there++;
	return 0;
}

static void hollow_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	seq_printf(m, "h:%s\n", container_of(dyn, struct hollow, dyn)->name);
}

static bool hollow_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	hollow.words = nr;
	return !strcmp(container_of(dyn, struct hollow, dyn)->name, event);
}

static bool hollow_busy(const struct otr_dyn *dyn)
{
	return hollow.busy;
}

static int hollow_leave(struct otr_dyn *dyn, bool forced)
{
	return 0;
}

static void hollow_free(struct otr_dyn *dyn)
{
	otr_dyn_del(dyn);
	kfree(container_of(dyn, struct hollow, dyn));
	hollow.there--;
}

static struct otr_dyn_kind hollow_kind = {
	.letters	= "hs",
	.create		= hollow_create,
	.show		= hollow_show,
	.match		= hollow_match,
	.busy		= hollow_busy,
	.leave		= hollow_leave,
	.free		= hollow_free,
};

static void kinds_share_a_registry(struct kunit *test)
{
	memset(&hollow, 0, sizeof(hollow));
	otr_dyn_register(&hollow_kind);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("h:one"), 0);
	KUNIT_EXPECT_EQ(test, otr_dyn_command(" s:one u8 a"), 0);
	/* A letter that two have. */
	KUNIT_EXPECT_EQ(test, otr_dyn_command("sh:two"), 0);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("h:"), -ENODATA);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("sx:two"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("  "), 0);
	KUNIT_EXPECT_STREQ(test, listed(), "h:one\ns:synthetic/one\tu8 a\nh:two\n");

	/* A name is that of all kinds, unless somebody asks for one. */
	KUNIT_EXPECT_EQ(test, otr_dyn_remove("-:one", &otr_synth_kind), 0);
	KUNIT_EXPECT_EQ(test, define("one u8 a"), 0);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("-:one of these"), 0);
	KUNIT_EXPECT_EQ(test, hollow.words, 2);
	KUNIT_EXPECT_STREQ(test, listed(), "h:two\n");

	KUNIT_EXPECT_EQ(test, define("three u8 a"), 0);
	hollow.busy = true;
	KUNIT_EXPECT_EQ(test, otr_dyn_remove_all(NULL), -EBUSY);
	KUNIT_EXPECT_STREQ(test, listed(), "h:two\ns:synthetic/three\tu8 a\n");
	KUNIT_EXPECT_EQ(test, otr_dyn_remove_all(&otr_synth_kind), 0);
	KUNIT_EXPECT_STREQ(test, listed(), "h:two\n");
	otr_dyn_unregister(&hollow_kind);
	KUNIT_EXPECT_EQ(test, hollow.there, 0);
	KUNIT_EXPECT_EQ(test, otr_dyn_command("h:one"), -EINVAL);
}

/* The last error: its text, and where the caret is. */
static bool error_is(const char *error, int pos)
{
	struct otr_errlog *log = &otr_inst_top()->errors;
	char *text = kzalloc(8192, GFP_KERNEL), *caret;
	struct seq_buf out;
	bool is = false;

	if (!text)
		return false;
	seq_buf_init(&out, text, 8192);
	if (otr_errlog_text(log, otr_errlog_count(log) - 1, &out)) {
		seq_buf_str(&out);
		caret = strrchr(text, '^');
		is = strstr(text, error) && caret - strrchr(text, ' ') == 1;
		while (caret && caret > text && caret[-1] == ' ')
			caret--, pos--;
		is = is && pos == -(int)strlen("  Command: ");
	}
	kfree(text);
	return is;
}

static void wrong_ones_say_where(struct kunit *test)
{
	static const struct {
		const char *text;
		const char *error;
		int pos;
	} wrong[] = {
		{ "one", "Command must be", 0 },
		{ "one u64 a; u6 b", "Invalid type", 4 },
		{ "one u64 a; chr b", "Invalid type", 11 },
		{ "one unsigned a", "Incomplete type", 4 },
		{ "one u8 a; long", "Invalid field", 10 },
		{ "one u8 a-b", "Illegal name", 7 },
		{ "1ne u8 a", "Illegal name", 0 },
		{ "one char a[-1]", "Invalid array", 9 },
		{ "one char a[0x101]", "Invalid array", 9 },
		{ "one char a[4][4]", "Invalid array", 9 },
	};
	unsigned int i, round;

	for (round = 0; round < 20; round++)
		for (i = 0; i < ARRAY_SIZE(wrong); i++) {
			KUNIT_EXPECT_EQ_MSG(test, define(wrong[i].text), -EINVAL, "%s",
					    wrong[i].text);
			KUNIT_EXPECT_TRUE_MSG(test, error_is(wrong[i].error, wrong[i].pos), "%s",
					      wrong[i].text);
		}
	KUNIT_EXPECT_STREQ(test, listed(), "");
	KUNIT_EXPECT_NULL(test, otr_event_next(NULL));
}

static const u64 *word_at(const void *rec, unsigned int offset)
{
	return rec + offset;
}

static void records_have_their_bytes(struct kunit *test)
{
	unsigned long callers[] = { 2, 0x1111, 0x2222 };
	u64 values[] = { 0x1122334455667788, -2, (u64)(long)"short", (u64)(long)"behind",
			 (u64)(long)callers, 0, (__force u64)GFP_KERNEL };
	struct otr_synth *synth;
	char text[512];
	struct seq_buf out;
	struct otr_line line;
	u8 *rec;

	KUNIT_ASSERT_EQ(test, define("all u8 a; s32 b; char c[8]; char[] d; long[] e; char[] f; "
				     "gfp_t g"), 0);
	KUNIT_ASSERT_EQ(test, switch_named(otr_inst_top(), "all", true), 0);
	synth = otr_synth_get("all");
	KUNIT_ASSERT_NOT_NULL(test, synth);
	preempt_disable();
	otr_synth_trace(synth, values);
	preempt_enable();
	KUNIT_ASSERT_EQ(test, atomic_read(&door.records), 1);
	rec = door.last;
	KUNIT_EXPECT_EQ(test, door.len, ALIGN(synth->size + 7 + 24 + 8, 4));
	KUNIT_EXPECT_EQ(test, *word_at(rec, 8), 0x88);
	KUNIT_EXPECT_EQ(test, *word_at(rec, 16), 0xfffffffe);
	KUNIT_EXPECT_STREQ(test, rec + 24, "short");
	KUNIT_EXPECT_TRUE(test, !memchr_inv(rec + 29, 0, OTR_SYNTH_CHARS - 5));
	KUNIT_EXPECT_EQ(test, *word_at(rec, 280), 7 << 16 | synth->size);
	KUNIT_EXPECT_STREQ(test, rec + synth->size, "behind");
	KUNIT_EXPECT_EQ(test, *word_at(rec, 288), 24 << 16 | (synth->size + 7));
	KUNIT_EXPECT_EQ(test, memcmp(rec + synth->size + 7, callers, 24), 0);
	KUNIT_EXPECT_STREQ(test, rec + synth->size + 31, "(fault)");
	KUNIT_EXPECT_EQ(test, *word_at(rec, 304), (__force u64)GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, rec[door.len - 1], 0);

	seq_buf_init(&out, text, sizeof(text));
	line = (struct otr_line){ .out = &out, .ev = &synth->event, .rec = rec, .len = door.len };
	otr_synth_text(&line);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&out),
			   "all: a=136 b=-2 c=short d=behind e=STACK:\n=> 0x1111\n=> 0x2222\n"
			   "f=(fault) g=cc0 (GFP_KERNEL)\n");
	/* It is busy, which is not what its file says of one that is on. */
	KUNIT_EXPECT_EQ(test, otr_dyn_remove_all(NULL), -EBUSY);
	otr_synth_put(synth);
	KUNIT_EXPECT_EQ(test, otr_synth_remove("all"), -EBUSY);
	KUNIT_EXPECT_EQ(test, switch_named(otr_inst_top(), "all", false), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_remove("all"), 0);
}

static void each_instance_has_its_own(struct kunit *test)
{
	u64 values[] = { 1, 2 };
	struct otr_inst *second;
	struct otr_synth *synth;

	KUNIT_ASSERT_EQ(test, define("one u8 a; u8 b"), 0);
	KUNIT_ASSERT_EQ(test, otr_inst_create("second", &second), 0);
	synth = otr_synth_get("one");
	KUNIT_ASSERT_NOT_NULL(test, synth);
	KUNIT_EXPECT_EQ(test, switch_named(second, "one", true), 0);
	preempt_disable();
	otr_synth_trace(synth, values);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 1);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, switch_named(otr_inst_top(), "one", true), 0);
	preempt_disable();
	otr_synth_trace(synth, values);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 3);
	KUNIT_EXPECT_EQ(test, otr_inst_remove(second), 0);
	preempt_disable();
	otr_synth_trace(synth, values);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 4);
	otr_synth_put(synth);
	/* stop() takes it away while it is on. */
}

/* The record that an event writes makes the next one. */
static void one_of_itself_ends(struct kunit *test)
{
	u64 values[] = { 1, 2 };
	struct otr_synth *synth;
	struct otr_sub *sub;

	KUNIT_ASSERT_EQ(test, define("self u8 a; u8 b"), 0);
	KUNIT_ASSERT_EQ(test, switch_named(otr_inst_top(), "self", true), 0);
	synth = otr_synth_get("self");
	KUNIT_ASSERT_NOT_NULL(test, synth);
	mutex_lock(&otr_inst_lock);
	sub = otr_sub_find(otr_inst_top(), &synth->event);
	mutex_unlock(&otr_inst_lock);
	door.again = true;
	preempt_disable();
	otr_synth_trace(synth, values);
	preempt_enable();
	door.again = false;
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), TRACE_DEPTH);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sub->missed), 1);
	/* All is given back. */
	preempt_disable();
	otr_synth_trace(synth, values);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), TRACE_DEPTH + 1);
	otr_synth_put(synth);
}

/* Of all lengths, from all places in a word, and up to the end of a page. */
static void texts_are_measured(struct kunit *test)
{
	u8 *page = vmalloc(PAGE_SIZE);
	unsigned int at, len;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, 'x', PAGE_SIZE);
	for (at = 0; at < 9; at++)
		for (len = 0; len < 40; len++) {
			page[at + len] = 0;
			KUNIT_EXPECT_EQ(test, trace_text_bytes(page + at), len + 1);
			page[at + len] = 'x';
		}
	page[PAGE_SIZE - 1] = 0;
	for (len = 0; len < 40; len++)
		KUNIT_EXPECT_EQ(test, trace_text_bytes(page + PAGE_SIZE - 1 - len), len + 1);
	KUNIT_EXPECT_EQ(test, trace_text_bytes(page), PAGE_SIZE);
	vfree(page);
}

/* As histograms have their values. */
static void some_of_many_values(struct kunit *test)
{
	u64 values[] = { 10, (u64)(long)"eleven", 12, 13 };
	const u8 numbers[] = { 3, 0, 3 }, texts[] = { 1, 2, 1 };
	struct otr_synth *plain, *behind;

	KUNIT_ASSERT_EQ(test, define("plain u8 a; u16 b; u64 c"), 0);
	KUNIT_ASSERT_EQ(test, define("behind char[] a; u64 b; char c[16]"), 0);
	KUNIT_ASSERT_EQ(test, switch_named(otr_inst_top(), NULL, true), 0);
	plain = otr_synth_get("plain");
	behind = otr_synth_get("behind");
	KUNIT_ASSERT_NOT_NULL(test, plain);
	KUNIT_ASSERT_NOT_NULL(test, behind);
	preempt_disable();
	otr_synth_trace_of(plain, values, numbers, NULL);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 8), 13);
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 16), 10);
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 24), 13);
	preempt_disable();
	otr_synth_trace_of(behind, values, texts, NULL);
	preempt_enable();
	KUNIT_EXPECT_STREQ(test, door.last + behind->size, "eleven");
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 16), 12);
	KUNIT_EXPECT_STREQ(test, door.last + 24, "eleven");
	otr_synth_put(behind);
	otr_synth_put(plain);
}

/* What leads to what is behind has 16 bits for the place. */
static void too_long_ones_are_missed(struct kunit *test)
{
	char *text = kmalloc(OTR_SYNTH_TEXT, GFP_KERNEL);
	struct otr_event_file *file;
	u64 values[20];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'x', OTR_SYNTH_TEXT);
	text[OTR_SYNTH_TEXT - 1] = '\0';
	for (i = 0; i < ARRAY_SIZE(values); i++)
		values[i] = (u64)(long)text;
	KUNIT_EXPECT_EQ(test, define("long1 char[] a"), 0);
	KUNIT_EXPECT_EQ(test, define("long20 char[] a; char[] b; char[] c; char[] d; char[] e; "
				     "char[] f; char[] g; char[] h; char[] i; char[] j; char[] k; "
				     "char[] l; char[] m; char[] n; char[] o; char[] p; char[] q; "
				     "char[] r; char[] s; char[] t"), 0);
	KUNIT_EXPECT_EQ(test, switch_named(otr_inst_top(), NULL, true), 0);
	file = otr_event_file_get(NULL, "synthetic", "long1");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, otr_synth_trace_array(file, values, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 1);
	KUNIT_EXPECT_EQ(test, door.len, 16 + OTR_SYNTH_TEXT);
	KUNIT_EXPECT_STREQ(test, door.last + 16, text);
	otr_event_file_put(file);
	file = otr_event_file_get(NULL, "synthetic", "long20");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, otr_synth_trace_array(file, values, 20), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&file->sub->missed), 1);
	otr_event_file_put(file);
	kfree(text);
}

static void by_array_and_by_steps(struct kunit *test)
{
	static const struct otr_synth_desc fields[] = {
		{ "u64", "a" }, { "char[8]", "b" }, { "unsigned int", "c" },
	};
	u64 values[] = { 5, (u64)(long)"five", 6 };
	struct otr_synth_steps steps;
	struct otr_event_file *file;

	KUNIT_ASSERT_EQ(test, otr_synth_create("api", fields, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_create("api", fields, 3, NULL), -EEXIST);
	KUNIT_EXPECT_EQ(test, otr_synth_create("api2", fields, 0, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_event_file_get("none", "synthetic", "api")), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_event_file_get(NULL, "synthetic", "none")), -EINVAL);
	file = otr_event_file_get(NULL, "synthetic", "api");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, otr_synth_delete("api"), -EBUSY);

	/* Nobody wants it. */
	KUNIT_EXPECT_EQ(test, otr_synth_trace_array(file, values, 3), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_begin(file, &steps), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_next(1, &steps), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_end(&steps), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 0);

	KUNIT_EXPECT_EQ(test, otr_event_file_switch(file->tr, "synthetic", "api", true), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_trace_array(file, values, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_synth_trace_values(file, 3, (u64)7, (u64)(long)"7", (u64)8), 0);
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 8), 7);
	KUNIT_EXPECT_STREQ(test, door.last + 16, "7");

	KUNIT_ASSERT_EQ(test, otr_synth_steps_begin(file, &steps), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_set("c", 1ULL << 32 | 9, &steps), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_set("d", 9, &steps), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_set("b", 0, &steps), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_next(9, &steps), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_synth_steps_end(&steps), 0);
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 8), 0);
	KUNIT_EXPECT_EQ(test, *word_at(door.last, 16 + OTR_SYNTH_CHARS), 9);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), 2);
	otr_event_file_put(file);
	KUNIT_EXPECT_EQ(test, otr_synth_delete("api"), -EBUSY);
	KUNIT_EXPECT_EQ(test, switch_named(otr_inst_top(), "api", false), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_delete("api"), 0);
	KUNIT_EXPECT_EQ(test, otr_synth_delete("api"), -ENOENT);
}

/* What the threads and the timer of a load share. */
static struct {
	bool		stop;
	atomic_t	bad;
	atomic_t	irqs;
	atomic_t	got;
	atomic_t	busy;
	struct otr_synth *synth;
} load;

/* A number, the same as a text, and what leads to it. */
static void load_check(const void *rec, unsigned int len)
{
	u64 value = *word_at(rec, 8);
	u32 at = *word_at(rec, 16);
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	if (at >> 16 != strlen(text) + 1 || (at & 0xffff) + (at >> 16) > len ||
	    strcmp(rec + (at & 0xffff), text))
		atomic_inc(&load.bad);
}

static void load_write(const struct otr_synth *synth, u64 value)
{
	char text[24];
	u64 values[] = { value, (u64)(long)text };

	snprintf(text, sizeof(text), "%llu", value);
	otr_synth_trace(synth, values);
}

static enum hrtimer_restart load_timer(struct hrtimer *timer)
{
	load_write(load.synth, atomic_inc_return(&load.irqs) * 1000003ULL);
	hrtimer_forward_now(timer, ns_to_ktime(50 * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static void contexts_interrupt_each_other(struct kunit *test)
{
	unsigned long end = jiffies + msecs_to_jiffies(LOAD_MS);
	struct hrtimer timer;
	unsigned int round;

	memset(&load, 0, sizeof(load));
	KUNIT_ASSERT_EQ(test, define("load u64 value; char[] text"), 0);
	KUNIT_ASSERT_EQ(test, switch_named(otr_inst_top(), "load", true), 0);
	load.synth = otr_synth_get("load");
	KUNIT_ASSERT_NOT_NULL(test, load.synth);
	door.check = load_check;
	hrtimer_init_on_stack(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = load_timer;
	hrtimer_start(&timer, ns_to_ktime(50 * NSEC_PER_USEC), HRTIMER_MODE_REL_PINNED_HARD);
	for (round = 0; time_before(jiffies, end); round++) {
		preempt_disable();
		load_write(load.synth, round);
		preempt_enable();
	}
	hrtimer_cancel(&timer);
	destroy_hrtimer_on_stack(&timer);
	otr_synth_put(load.synth);
	KUNIT_EXPECT_EQ(test, atomic_read(&load.bad), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.irqs), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&door.records), atomic_read(&load.irqs) + round);
}

static int load_pass(void *arg)
{
	u64 value = 0;

	while (!READ_ONCE(load.stop)) {
		struct otr_synth *synth = otr_synth_get("load");

		if (synth) {
			preempt_disable();
			load_write(synth, value++);
			preempt_enable();
			otr_synth_put(synth);
			atomic_inc(&load.got);
		}
		/* Somebody wants it to go. */
		if (!(value % 64))
			usleep_range(20, 100);
		cond_resched();
	}
	return 0;
}

static int load_switch(void *arg)
{
	unsigned int i;

	for (i = 0; !READ_ONCE(load.stop); i++) {
		switch_named(otr_inst_top(), "load", i & 1);
		if (i % 5 == 4)
			usleep_range(50, 200);
		cond_resched();
	}
	return 0;
}

static void goes_while_it_is_written(struct kunit *test)
{
	static int (*const work[])(void *arg) = { load_pass, load_switch, load_pass };
	unsigned long end = jiffies + msecs_to_jiffies(LOAD_MS);
	struct task_struct *threads[ARRAY_SIZE(work)];
	unsigned int round;
	int i;

	memset(&load, 0, sizeof(load));
	door.check = load_check;
	for (i = 0; i < ARRAY_SIZE(work); i++) {
		threads[i] = kthread_run(work[i], NULL, "otr_dyn/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[i]));
		get_task_struct(threads[i]);
	}
	for (round = 0; time_before(jiffies, end) || round < 5; round++) {
		KUNIT_EXPECT_EQ(test, define("load u64 value; char[] text"), 0);
		usleep_range(100, 600);
		while (otr_dyn_command("-:load")) {
			atomic_inc(&load.busy);
			usleep_range(20, 100);
		}
	}
	WRITE_ONCE(load.stop, true);
	for (i = 0; i < ARRAY_SIZE(work); i++) {
		kthread_stop(threads[i]);
		put_task_struct(threads[i]);
	}
	kunit_info(test, "%u events, %d times busy; %d written, %d recorded", round,
		   atomic_read(&load.busy), atomic_read(&load.got), atomic_read(&door.records));
	KUNIT_EXPECT_EQ(test, atomic_read(&load.bad), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.busy), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&door.records), 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&otr_inst_top()->subs));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds_share_a_registry),
	KUNIT_CASE(wrong_ones_say_where),
	KUNIT_CASE(records_have_their_bytes),
	KUNIT_CASE(each_instance_has_its_own),
	KUNIT_CASE(one_of_itself_ends),
	KUNIT_CASE(texts_are_measured),
	KUNIT_CASE(some_of_many_values),
	KUNIT_CASE(too_long_ones_are_missed),
	KUNIT_CASE(by_array_and_by_steps),
	KUNIT_CASE(contexts_interrupt_each_other),
	KUNIT_CASE(goes_while_it_is_written),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_dyn",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's events that users define");
MODULE_LICENSE("GPL");
