// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fs room over tables of its own: which entries a directory has, and what a
 * file's handler gets to see of what is written.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

/* Copies of the room of our own, next to the engine's. */
#include "fs/row.c"
#include "fs/tree.c"
#include "fs/change.c"
#include "fs/backup.c"
#include "fs/file.c"
#include "fs/write.c"
#include "fs/stats.c"

/* The instances', which the room takes for nothing here. */
DEFINE_MUTEX(otr_inst_lock);
/* Likewise. */
DEFINE_MUTEX(otr_switch_lock);
static struct otr_inst top, other;

struct otr_inst *otr_inst_top(void)
{
	return &top;
}

/* An instance that is being removed cannot be pinned. */
static bool leaving;

int otr_inst_get(struct otr_inst *inst)
{
	if (leaving)
		return -ENODEV;
	atomic_inc(&inst->refs);
	return 0;
}

void otr_inst_put(struct otr_inst *inst)
{
	atomic_dec(&inst->refs);
}

void otr_inst_keep(struct otr_inst *inst)
{
	kref_get(&inst->kept);
}

void otr_inst_drop(struct otr_inst *inst)
{
	/* Those here are in no memory of their own. */
	refcount_dec(&inst->kept.refcount);
}

/* Nobody closes a file of a directory here. */
int otr_inst_remove(struct otr_inst *inst)
{
	return -ENODEV;
}

bool otr_ring_empty(const struct otr_ring *ring, int cpu)
{
	return true;
}

/* A ring that takes something for a record that its readers do not find. */
static unsigned int waits;

int otr_ring_wait(struct otr_ring *ring, int cpu, unsigned int percent)
{
	waits++;
	return 0;
}

/* What became of records, for a file that tells it. */
static struct otr_ring_stats stats;
static const char *broken;

int otr_ring_stats(struct otr_ring *ring, int cpu, struct otr_ring_stats *result)
{
	*result = stats;
	return 0;
}

struct otr_keep_layout *otr_ring_layout(struct otr_ring *ring, int cpu)
{
	return ERR_PTR(-ENODEV);
}

const char *otr_ring_broken(const struct otr_ring *ring)
{
	return broken;
}

const struct otr_clock otr_clocks[OTR_CLOCK_COUNT] = {
	[OTR_CLOCK_LOCAL]	= { .in_ns = true },
};

/* What a handler was told. */
static struct {
	char		text[256];
	unsigned int	writes;
	unsigned long	number;
	unsigned int	opens;
	unsigned int	releases;
	bool		truncate;
	bool		writing;
	bool		reading;
	long		arg;
	int		answer;
	size_t		takes;
} saw;

static int file_open(struct otr_file *of)
{
	saw.opens++;
	saw.truncate = of->truncate;
	saw.writing = of->writing;
	saw.reading = of->reading;
	saw.arg = of->where.arg;
	return saw.answer;
}

static void file_release(struct otr_file *of)
{
	saw.releases++;
}

static ssize_t file_write(struct otr_file *of, char *text, size_t len)
{
	size_t used = saw.takes ? min(saw.takes, len) : len;

	saw.writes++;
	if (saw.answer)
		return saw.answer;
	strncat(saw.text, text, used);
	strcat(saw.text, "|");
	/* The text is the handler's. */
	memset(text, 'x', len);
	return used;
}

static int file_number(struct otr_file *of, unsigned long number)
{
	saw.writes++;
	saw.number = number;
	return saw.answer;
}

static int file_show(struct otr_file *of, struct seq_file *m)
{
	return 0;
}

static const struct otr_file_ops text_ops = {
	.open		= file_open,
	.release	= file_release,
	.write		= file_write,
};

static const struct otr_file_ops short_ops = {
	.write		= file_write,
	.write_max	= 4,
};

static const struct otr_file_ops number_ops = {
	.write_number	= file_number,
};

static const struct otr_file_ops shown_ops = {
	.show		= file_show,
};

static bool only_on_cpu_1(const struct otr_where *where)
{
	return where->cpu == 1;
}

/* Computed entries: n0 to n3, of which n2 is not there now. */
static bool numbered(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	if (pos > 3)
		return false;
	snprintf(entry->name, sizeof(entry->name), "n%u", pos);
	entry->row = (struct otr_row){ .name = pos == 2 ? NULL : entry->name, .ops = &text_ops };
	entry->where = *dir;
	entry->where.arg = pos;
	return true;
}

static const struct otr_dir numbered_dir = { .nth = numbered };

/* Entries that are found by their name: those of two letters. */
static bool named(const struct otr_where *dir, const char *name, struct otr_entry *entry)
{
	if (strlen(name) != 2)
		return false;
	entry->row = (struct otr_row){ .name = entry->name, .dir = &numbered_dir };
	entry->where = *dir;
	return true;
}

static const struct otr_dir named_dir = { .find = named };

static const struct otr_row rows[] = {
	{ .name = "text",	.ops = &text_ops,	.in_backup = true },
	{ .name = "texts",	.ops = &text_ops,	.arg = 7 },
	{ .name = "short",	.ops = &short_ops },
	{ .name = "number",	.ops = &number_ops },
	{ .name = "shown",	.ops = &shown_ops },
	{ .name = "top",	.ops = &text_ops,	.top = true },
	{ .name = "sometimes",	.ops = &text_ops,	.visible = only_on_cpu_1 },
	{ .name = "numbered",	.dir = &numbered_dir },
	{ .name = "named",	.dir = &named_dir },
};

const struct otr_dir otr_top_dir = { .rows = rows, .nr = ARRAY_SIZE(rows) };

static struct otr_entry entry;

static bool finds(const struct otr_dir *dir, int cpu, const char *name)
{
	struct otr_where where = { .inst = &top, .cpu = cpu, .arg = 3 };
	struct qstr q = QSTR_INIT(name, strlen(name));

	memset(&entry, 0, sizeof(entry));
	return otr_tree_find(&where, dir, &q, &entry);
}

static void finds_rows(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, finds(&otr_top_dir, 0, "text"));
	KUNIT_EXPECT_PTR_EQ(test, entry.row.ops, &text_ops);
	/* What a row does not say is the directory's. */
	KUNIT_EXPECT_EQ(test, entry.where.arg, 3);
	KUNIT_EXPECT_PTR_EQ(test, entry.where.inst, &top);
	KUNIT_ASSERT_TRUE(test, finds(&otr_top_dir, 0, "texts"));
	KUNIT_EXPECT_EQ(test, entry.where.arg, 7);

	KUNIT_EXPECT_FALSE(test, finds(&otr_top_dir, 0, "tex"));
	KUNIT_EXPECT_FALSE(test, finds(&otr_top_dir, 0, "textss"));
	KUNIT_EXPECT_FALSE(test, finds(&otr_top_dir, 0, ""));

	KUNIT_EXPECT_FALSE(test, finds(&otr_top_dir, 0, "sometimes"));
	KUNIT_EXPECT_TRUE(test, finds(&otr_top_dir, 1, "sometimes"));
}

/* Some files are about all instances, and only the first one has them. */
static void finds_rows_of_the_first(struct kunit *test)
{
	struct otr_where where = { .inst = &other };
	struct qstr top_only = QSTR_INIT("top", 3), both = QSTR_INIT("text", 4);

	KUNIT_EXPECT_TRUE(test, finds(&otr_top_dir, 0, "top"));
	KUNIT_EXPECT_FALSE(test, otr_tree_find(&where, &otr_top_dir, &top_only, &entry));
	KUNIT_ASSERT_TRUE(test, otr_tree_find(&where, &otr_top_dir, &both, &entry));
	KUNIT_EXPECT_PTR_EQ(test, entry.where.inst, &other);
}

static void finds_computed_entries(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, finds(&numbered_dir, 0, "n3"));
	KUNIT_EXPECT_EQ(test, entry.where.arg, 3);
	KUNIT_ASSERT_TRUE(test, finds(&numbered_dir, 0, "n0"));
	KUNIT_EXPECT_EQ(test, entry.where.arg, 0);
	KUNIT_EXPECT_FALSE(test, finds(&numbered_dir, 0, "n2"));
	KUNIT_EXPECT_FALSE(test, finds(&numbered_dir, 0, "n4"));
	KUNIT_EXPECT_FALSE(test, finds(&numbered_dir, 0, "n"));
	KUNIT_EXPECT_TRUE(test, finds(&named_dir, 0, "ab"));
	KUNIT_EXPECT_FALSE(test, finds(&named_dir, 0, "abc"));
}

static void opens_and_closes(struct kunit *test)
{
	struct otr_where where = { .inst = &top, .cpu = OTR_CPU_ALL, .arg = 5 };
	struct otr_file *of;

	of = otr_file_open(&where, &text_ops, FMODE_READ, O_TRUNC | O_NONBLOCK);
	KUNIT_ASSERT_FALSE(test, IS_ERR(of));
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 1);
	KUNIT_EXPECT_EQ(test, saw.arg, 5);
	KUNIT_EXPECT_TRUE(test, saw.reading);
	KUNIT_EXPECT_FALSE(test, saw.writing);
	/* A file that cannot be written cannot be truncated. */
	KUNIT_EXPECT_FALSE(test, saw.truncate);
	KUNIT_EXPECT_TRUE(test, of->nonblock);
	otr_file_close(of);
	KUNIT_EXPECT_EQ(test, saw.releases, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 0);

	of = otr_file_open(&where, &text_ops, FMODE_WRITE, O_TRUNC);
	KUNIT_ASSERT_FALSE(test, IS_ERR(of));
	KUNIT_EXPECT_TRUE(test, saw.truncate);
	otr_file_close(of);
}

static void refuses_to_open(struct kunit *test)
{
	struct otr_where where = { .inst = &top };

	saw.answer = -EBUSY;
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_file_open(&where, &text_ops, FMODE_READ, 0)), -EBUSY);
	KUNIT_EXPECT_EQ(test, saw.opens, 1);
	KUNIT_EXPECT_EQ(test, saw.releases, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 0);

	leaving = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_file_open(&where, &text_ops, FMODE_READ, 0)), -ENODEV);
	KUNIT_EXPECT_EQ(test, saw.opens, 1);
}

/* However sure the ring is that there is something: a reader can be killed. */
static const struct otr_file_ops dropping_ops = {
	.open		= file_open,
	.drops		= true,
};

/* Of records of before there are files to read, and one that can be opened to drop them all. */
static void protects_backups(struct kunit *test)
{
	struct otr_where where = { .inst = &top, .cpu = OTR_CPU_ALL }, cpu = { .inst = &top };
	struct otr_file *of;

	memset(&saw, 0, sizeof(saw));
	KUNIT_EXPECT_EQ(test, otr_backup_mode(&where, &text_ops, 0640), 0640);
	top.backup = true;
	KUNIT_EXPECT_TRUE(test, finds(&otr_top_dir, 0, "text"));
	KUNIT_EXPECT_FALSE(test, finds(&otr_top_dir, 0, "texts"));
	KUNIT_EXPECT_TRUE(test, finds(&otr_top_dir, 0, "numbered"));
	KUNIT_EXPECT_EQ(test, otr_backup_mode(&where, &text_ops, 0640), 0440);
	KUNIT_EXPECT_EQ(test, otr_backup_mode(&where, &dropping_ops, 0640), 0640);
	KUNIT_EXPECT_EQ(test, otr_backup_mode(&cpu, &dropping_ops, 0640), 0440);
	KUNIT_EXPECT_EQ(test, otr_backup_mode(&where, NULL, 0750), 0750);
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_file_open(&where, &text_ops, FMODE_WRITE, 0)), -EACCES);
	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_file_open(&cpu, &dropping_ops, FMODE_WRITE, 0)), -EACCES);
	KUNIT_EXPECT_EQ(test, saw.opens, 0);
	of = otr_file_open(&where, &dropping_ops, FMODE_WRITE, O_TRUNC);
	if (!IS_ERR(of))
		otr_file_close(of);
	KUNIT_EXPECT_EQ(test, saw.opens, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 0);
	top.backup = false;
}

static void waits_end_on_signals(struct kunit *test)
{
	struct otr_where where = { .inst = &top };
	struct otr_file *of = otr_file_open(&where, &text_ops, FMODE_READ, 0);
	unsigned int tries;
	int err;

	KUNIT_ASSERT_FALSE(test, IS_ERR(of));
	waits = 0;
	mutex_lock(&of->lock);
	KUNIT_EXPECT_EQ(test, otr_file_wait(of, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, waits, 1);
	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	for (tries = 0; tries < 100; tries++) {
		err = otr_file_wait(of, NULL, 0);
		if (err)
			break;
	}
	disallow_signal(SIGUSR1);
	flush_signals(current);
	KUNIT_EXPECT_EQ(test, err, -ERESTARTSYS);

	waits = 0;
	of->nonblock = true;
	KUNIT_EXPECT_EQ(test, otr_file_wait(of, NULL, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, waits, 0);
	mutex_unlock(&of->lock);
	otr_file_close(of);
}

static void writes_by_path(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, otr_fs_write("text", "abc"), 0);
	KUNIT_EXPECT_STREQ(test, saw.text, "abc|");
	KUNIT_EXPECT_TRUE(test, saw.writing);
	/* Appended to what the file holds. */
	KUNIT_EXPECT_FALSE(test, saw.truncate);
	KUNIT_EXPECT_EQ(test, saw.releases, 1);
	KUNIT_EXPECT_EQ(test, otr_fs_write("numbered/n1", "x"), 0);
	KUNIT_EXPECT_EQ(test, saw.arg, 1);
	KUNIT_EXPECT_EQ(test, otr_fs_write("named/ab/n3", "x"), 0);
	KUNIT_EXPECT_EQ(test, saw.arg, 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 0);

	KUNIT_EXPECT_EQ(test, otr_fs_write("nosuch", "x"), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_fs_write("sometimes", "x"), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_fs_write("numbered/n2", "x"), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_fs_write("named/abc/n3", "x"), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_fs_write("text/below", "x"), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, otr_fs_write("shown", "x"), -EISDIR);
	KUNIT_EXPECT_EQ(test, atomic_read(&top.refs), 0);
}

static void writes_in_pieces(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, otr_fs_write("short", "abcdefghij"), 0);
	KUNIT_EXPECT_STREQ(test, saw.text, "abcd|efgh|ij|");

	/* A handler may take less than it was offered, and gets the rest again. */
	saw.text[0] = '\0';
	saw.takes = 3;
	KUNIT_EXPECT_EQ(test, otr_fs_write("short", "abcdefgh"), 0);
	KUNIT_EXPECT_STREQ(test, saw.text, "abc|def|gh|");

	saw.writes = 0;
	saw.answer = -ERANGE;
	KUNIT_EXPECT_EQ(test, otr_fs_write("short", "abcdefgh"), -ERANGE);
	KUNIT_EXPECT_EQ(test, saw.writes, 1);
}

static void parses_numbers(struct kunit *test)
{
	static const struct {
		const char	*text;
		int		answer;
		unsigned long	number;
	} table[] = {
		{ "0", 0, 0 }, { "42\n", 0, 42 }, { "+7", 0, 7 }, { "007", 0, 7 },
		{ "18446744073709551615", 0, ULONG_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "-1", -EINVAL, 0 }, { "0x10", -EINVAL, 0 }, { " 1", -EINVAL, 0 },
		{ "1 2", -EINVAL, 0 }, { "one", -EINVAL, 0 }, { "\n", -EINVAL, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		saw.writes = 0;
		saw.number = 0;
		KUNIT_EXPECT_EQ_MSG(test, otr_fs_write("number", table[i].text), table[i].answer,
				    "\"%s\"", table[i].text);
		KUNIT_EXPECT_EQ(test, saw.number, table[i].number);
		KUNIT_EXPECT_EQ(test, saw.writes, !table[i].answer);
	}
	saw.answer = -EBUSY;
	KUNIT_EXPECT_EQ(test, otr_fs_write("number", "1"), -EBUSY);
}

/* The text of per_cpu/cpuN/stats. */
static const char *stats_text(struct kunit *test)
{
	struct otr_file of = { .where = { .inst = &top } };
	struct seq_file m = { .size = 1024, .buf = kunit_kzalloc(test, 1024, GFP_KERNEL) };

	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	KUNIT_EXPECT_EQ(test, otr_stats_ops.show(&of, &m), 0);
	return m.buf;
}

#define USUAL_STATS							\
	"entries: 1\noverrun: 2\ncommit overrun: 3\nbytes: 4\n"		\
	"oldest event ts:     5.000006\nnow ts:     7.000008\n"		\
	"dropped events: 9\nread events: 10\n"

/* What clients know, and nothing more as long as there is no more to say. */
static void tells_statistics(struct kunit *test)
{
	stats = (struct otr_ring_stats){
		.entries	= 1,
		.overrun	= 2,
		.commit_overrun	= 3,
		.bytes		= 4,
		.oldest_ts	= 5000006000,
		.now_ts		= 7000008000,
		.dropped	= 9,
		.read		= 10,
	};
	KUNIT_EXPECT_STREQ(test, stats_text(test), USUAL_STATS);
	broken = "a test";
	KUNIT_EXPECT_STREQ(test, stats_text(test), USUAL_STATS "stopped: a test\n");
	stats.too_large = 11;
	stats.in_window = 12;
	stats.inside = 13;
	stats.at_swap = 14;
	KUNIT_EXPECT_STREQ(test, stats_text(test), USUAL_STATS "dropped too large: 11\n"
			   "dropped while changed: 12\ndropped inside others: 13\n"
			   "dropped at snapshot: 14\nstopped: a test\n");
	broken = NULL;
}

static int start(struct kunit *test)
{
	memset(&saw, 0, sizeof(saw));
	memset(&top, 0, sizeof(top));
	leaving = false;
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(finds_rows),
	KUNIT_CASE(finds_rows_of_the_first),
	KUNIT_CASE(finds_computed_entries),
	KUNIT_CASE(opens_and_closes),
	KUNIT_CASE(refuses_to_open),
	KUNIT_CASE(protects_backups),
	KUNIT_CASE(waits_end_on_signals),
	KUNIT_CASE(writes_by_path),
	KUNIT_CASE(writes_in_pieces),
	KUNIT_CASE(parses_numbers),
	KUNIT_CASE(tells_statistics),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_fs",
	.init		= start,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's fs room");
MODULE_LICENSE("GPL");
