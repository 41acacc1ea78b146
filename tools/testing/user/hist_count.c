// SPDX-License-Identifier: GPL-2.0-only
/*
 * What histograms count and how it is shown: known cases, and random keys, expressions and
 * records beside a naive twin, which has no table and no programs.
 */
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"

#define TWIN_ENTRIES	512

static char text[1 << 20];

static void write_ok(struct otr_event *ev, const char *command)
{
	struct otr_hist_command c;
	struct seq_buf out;
	int err = home_write(ev, command, &c);

	seq_buf_init(&out, text, sizeof(text) - 1);
	memset(text, 0, 4096);
	home_errors(&c, &out);
	if (err)
		KTAP_FAIL("%s: %d\n%s", command, err, text);
	otr_hist_command_free(&c);
}

static const char *shown(const struct otr_event *ev, unsigned int nr)
{
	struct seq_buf out;

	seq_buf_init(&out, text, sizeof(text) - 1);
	home_shown(ev, nr, &out);
	text[out.len < sizeof(text) ? out.len : 0] = '\0';
	return text;
}

static void count(const struct otr_event *ev, const void *rec, u64 ts)
{
	for (unsigned int i = 0; home_hist(ev, i); i++)
		otr_hist_count(home_hist(ev, i), rec, ts, 0);
}

static struct home_switch switch_rec(s32 prev, s32 next, const char *comm)
{
	struct home_switch rec = {
		.prev_pid = prev, .next_pid = next, .prev_prio = 120, .next_prio = -1,
		.prev_state = 1L << 40,
	};

	memcpy(rec.next_comm, comm, min(strlen(comm), sizeof(rec.next_comm)));
	return rec;
}

static void hit(s32 prev, s32 next, const char *comm, u64 ts)
{
	struct home_switch rec = switch_rec(prev, next, comm);

	count(&home_switch, &rec, ts);
}

static struct home_exec exec_rec(s32 pid, const char *name)
{
	struct home_exec rec = { .pid = pid, .old_pid = -pid };

	strscpy(rec.text, name, sizeof(rec.text));
	rec.filename = offsetof(struct home_exec, text) | (strlen(name) + 1) << 16;
	return rec;
}

static void hit_exec(s32 pid, const char *name, u64 ts)
{
	struct home_exec rec = exec_rec(pid, name);

	count(&home_exec, &rec, ts);
}

#define PIDS	"  prev_pid:"
#define ONE	"} hitcount:          1\n"

static void numbers(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=next_pid:vals=prev_pid,prev_pid.hex:sort=next_pid");
	hit(1, 7, "", 0);
	hit(9, 7, "", 0);
	hit(5, -3, "", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ next_pid: 18446744073709551613 } hitcount:          1"
		   PIDS "          5" PIDS "          5\n"
		   "{ next_pid:          7 } hitcount:          2"
		   PIDS "         10" PIDS "          a\n"
		   "\nTotals:\n    Hits: 3\n    Entries: 2\n    Dropped: 0\n");
	home_end();
}

#define HALF	"##########          \x0a"

static void parts(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=next_pid:vals=hitcount.percent,prev_pid.graph:NOHC");
	hit(1, 7, "", 0);
	hit(1, 7, "", 0);
	hit(4, 9, "", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ next_pid:          9 }  hitcount (%):  33.33  prev_pid: ####################\n"
		   "{ next_pid:          7 }  hitcount (%):  66.66  prev_pid: " HALF
		   "\nTotals:\n    Hits: 3\n    Entries: 2\n    Dropped: 0\n");
	home_end();
}

static void texts(void)
{
	char longest[280];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	home_start();
	write_ok(&home_switch, "hist:keys=next_comm:sort=next_comm");
	write_ok(&home_exec, "hist:keys=filename:sort=filename.descending");
	hit(1, 7, "bash", 0);
	hit(1, 7, "", 0);
	/* Full to its last byte, of which the key has no room for a zero. */
	hit(1, 7, "0123456789abcdef", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ next_comm:                                                    " ONE
		   "{ next_comm: 0123456789abcde                                    " ONE
		   "{ next_comm: bash                                               " ONE
		   "\nTotals:\n    Hits: 3\n    Entries: 3\n    Dropped: 0\n");
	hit_exec(1, "/bin/true", 0);
	hit_exec(1, longest, 0);
	shown(&home_exec, 0);
	EXPECT(!strncmp(text, "{ filename: xxxx", 16) && strspn(text + 12, "x") == 255);
	EXPECT(strstr(text, "{ filename: /bin/true                                          }"));
	home_end();
}

static void stacks(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=stacktrace,next_pid");
	home_frames = 3;
	hit(1, 7, "", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ common_stacktrace:\n"
		   "         func_0+0x0/0x40\n"
		   "         func_0+0x10/0x40\n"
		   "         func_0+0x20/0x40\n"
		   ", next_pid:          7} hitcount:          1\n"
		   "\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n");
	home_frames = 40;
	hit(1, 7, "", 0);
	EXPECT(strstr(shown(&home_switch, 0), "func_3+0x30/0x40\n, next_pid"));
	home_end();
}

static void symbols(void)
{
	struct home_enter rec = { .id = 1 };

	home_start();
	write_ok(&home_enter, "hist:keys=id.syscall");
	write_ok(&home_enter, "hist:keys=id.sym");
	write_ok(&home_enter, "hist:keys=id.sym-offset");
	count(&home_enter, &rec, 0);
	EXPECT_STR(shown(&home_enter, 0),
		   "{ id: sys_write                     [  1] " ONE
		   "\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n");
	rec.id = HOME_FRAMES + 0x850;
	count(&home_enter, &rec, 0);
	shown(&home_enter, 0);
	EXPECT(strstr(text, "{ id: unknown_syscall               [264272] } hitcount"));
	shown(&home_enter, 1);
	EXPECT(strstr(text, "{ id: [40850] func_21 [mod]                                 } "));
	EXPECT(strstr(text, "{ id: [1] 0x1                                           } "));
	shown(&home_enter, 2);
	EXPECT(strstr(text,
		      "{ id: [40850] func_21+0x10/0x40 [mod]                                 } "));
	home_end();
}

static void ranges(void)
{
	static const struct {
		s64		value;
		const char	*log2;
		const char	*bucket;
	} rows[] = {
		{ 0, "~ 2^0 ", "~ 0-9" },
		{ 1, "~ 2^0 ", "~ 0-9" },
		{ 2, "~ 2^1 ", "~ 0-9" },
		{ 3, "~ 2^2 ", "~ 0-9" },
		{ 1025, "~ 2^11", "~ 1020-1029" },
		{ INT64_MIN, "~ 2^63", "~ 9223372036854775800-9223372036854775809" },
		{ INT64_MIN + 1, "~ 2^64", "~ 9223372036854775800-9223372036854775809" },
		{ -1, "~ 2^64", "~ 18446744073709551610-3" },
	};
	char want[128];

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct home_enter rec = { .id = rows[i].value };

		home_start();
		write_ok(&home_enter, "hist:keys=id.log2");
		write_ok(&home_enter, "hist:keys=id.buckets=10");
		count(&home_enter, &rec, 0);
		snprintf(want, sizeof(want), "{ id: %s } hitcount:          1\n", rows[i].log2);
		EXPECT(strstr(shown(&home_enter, 0), want));
		snprintf(want, sizeof(want), "{ id: %s } hitcount:          1\n", rows[i].bucket);
		EXPECT(strstr(shown(&home_enter, 1), want));
		home_end();
	}
}

static void tasks(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=common_pid.execname:sort=common_pid");
	for (int pid = 0; pid < 2; pid++) {
		struct home_switch rec = { .head.pid = pid };

		shim_task.pid = pid;
		strscpy(shim_task.comm, "a task", sizeof(shim_task.comm));
		count(&home_switch, &rec, 0);
	}
	EXPECT_STR(shown(&home_switch, 0),
		   "{ common_pid: <idle>          [         0] } hitcount:          1\n"
		   "{ common_pid: a task          [         1] } hitcount:          1\n"
		   "\nTotals:\n    Hits: 2\n    Entries: 2\n    Dropped: 0\n");
	home_end();
}

#define ENDED		"hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:" ON_EXEC
#define ON_EXEC		"onmatch(sched.sched_process_exec)."

static void waited_for(void)
{
	home_start();
	home_recorded.nr = 0;
	write_ok(&home_exec, "hist:keys=pid:ts0=common_timestamp.usecs");
	write_ok(&home_switch, ENDED "latency($lat,next_pid)");
	hit(1, 7, "", 5000);
	EXPECT_EQ(home_recorded.nr, 0);
	hit_exec(7, "x", 10000);
	hit(1, 8, "", 20000);
	EXPECT_EQ(home_recorded.nr, 0);
	hit(1, 7, "", 35000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT_EQ(home_recorded.values[0], 25);
	EXPECT_EQ(home_recorded.values[1], 7);
	/* What is in an expression is read once. */
	hit(1, 7, "", 45000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT(strstr(shown(&home_switch, 0), "Hits: 1\n    Entries: 1\n"));
	/* A clock that does not count nanoseconds. */
	home.clock_in_ns = false;
	hit_exec(7, "x", 100);
	hit(1, 7, "", 130);
	EXPECT_EQ(home_recorded.nr, 2);
	EXPECT_EQ(home_recorded.values[0], 30);
	home_end();
}

static void text_there(void)
{
	home_start();
	home_recorded.nr = 0;
	write_ok(&home_exec, "hist:keys=pid:ts0=common_timestamp.usecs");
	write_ok(&home_switch, ENDED "named(filename,next_pid)");
	hit_exec(7, "/bin/true", 10000);
	hit(1, 7, "", 35000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT_STR(home_recorded.text, "/bin/true");
	home_end();
}

#define NEXT	"  next_comm: "

static void largest(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=next_pid:p=prev_pid:onmax($p).save(next_comm,prev_prio)");
	write_ok(&home_switch, "hist:keys=next_prio:q=prev_pid:onchange($q).save(next_pid)");
	hit(5, 7, "five", 0);
	hit(9, 7, "nine", 0);
	hit(3, 7, "three", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ next_pid:          7 } hitcount:          3\n"
		   "\tmax:          9"
		   NEXT "nine                              prev_prio:        120\n"
		   "\nTotals:\n    Hits: 3\n    Entries: 1\n    Dropped: 0\n");
	EXPECT_STR(shown(&home_switch, 1),
		   "{ next_prio: 18446744073709551615 } hitcount:          3\n"
		   "\tchanged:          3  next_pid:          7\n"
		   "\nTotals:\n    Hits: 3\n    Entries: 1\n    Dropped: 0\n");
	home_end();
}

static void snapshots(void)
{
	struct otr_hist_command c;

	home_start();
	home_snapshots = 0;
	write_ok(&home_switch, "hist:keys=next_pid:p=prev_pid:onmax($p).snapshot()");
	EXPECT_EQ(home_write(&home_exec, "hist:keys=pid:p=old_pid:onmax($p).snapshot()", &c),
		  -EBUSY);
	otr_hist_command_free(&c);
	hit(5, 7, "", 0);
	hit(9, 8, "", 0);
	hit(7, 7, "", 0);
	EXPECT_EQ(home_snapshots, 2);
	EXPECT(strstr(shown(&home_switch, 0),
		      "\n\nSnapshot taken (see tracing/snapshot).  Details:\n"
		      "\ttriggering value { onmax($p) }:          9\t"
		      "triggered by event with key: { next_pid:          8 }\n\nTotals:\n"));
	home_end();
}

static void shared(void)
{
	home_start();
	write_ok(&home_switch, "hist:keys=common_pid:name=n");
	write_ok(&home_exec, "hist:keys=common_pid:name=n");
	hit(1, 7, "", 0);
	hit_exec(1, "x", 0);
	write_ok(&home_switch, "!hist:keys=common_pid:name=n");
	hit_exec(1, "x", 0);
	EXPECT(strstr(shown(&home_exec, 0), "Hits: 3\n    Entries: 1\n"));
	EXPECT_EQ(otr_hist_hits(home_hist(&home_exec, 0)), 3);
	home_end();
}

static const char *as_json(const struct otr_event *ev, unsigned int nr)
{
	struct otr_hist_view *view = otr_hist_view_create(home_hist(ev, nr));
	struct seq_buf out;

	seq_buf_init(&out, text, sizeof(text) - 1);
	for (unsigned int i = 0; i < otr_hist_view_entries(view); i++)
		otr_hist_view_json(view, i, &out);
	otr_hist_view_json_totals(view, "next_comm ~ \"a\"", false, &out);
	otr_hist_view_free(view);
	text[out.len] = '\0';
	return text;
}

/* Apostrophes stand for quotation marks. */
static void expect_json(const char *want)
{
	char quoted[256];
	size_t i;

	for (i = 0; want[i] && i < sizeof(quoted) - 1; i++)
		quoted[i] = want[i] == '\'' ? '"' : want[i];
	quoted[i] = '\0';
	if (!strstr(text, quoted))
		KTAP_FAIL("%s\n# expected %s\n", text, quoted);
}

static void objects(void)
{
	struct home_enter rec = { .id = HOME_FRAMES + 0x50 };

	home_start();
	write_ok(&home_switch, "hist:keys=next_comm,next_pid:vals=prev_pid,prev_pid.hex");
	write_ok(&home_switch, "hist:keys=next_prio:p=prev_pid:onmax($p).save(next_comm)");
	hit(-5, 7, "a \"\\\n\xff", 0);
	as_json(&home_switch, 0);
	expect_json("{'keys': {'next_comm': 'a \\'\\\\\\u000a\\u00ff', 'next_pid': 7}, 'values': ");
	expect_json(", 'values': {'hitcount': 1, 'prev_pid': -5}}\n{'totals'");
	expect_json("{'totals': {'hits': 1, 'entries': 1, 'dropped': 0}, 'trigger': 'hist:keys=");
	expect_json(",prev_pid.hex:sort=hitcount:size=2048 if next_comm ~ \\'a\\' [active]'}\n");
	as_json(&home_switch, 1);
	expect_json("{'keys': {'next_prio': -1}, 'values': {'hitcount': 1}, 'onmax($p)': -5, ");
	expect_json(", 'saved': {'next_comm': 'a ");

	write_ok(&home_enter, "hist:keys=id.sym");
	write_ok(&home_enter, "hist:keys=id.log2,stacktrace");
	write_ok(&home_enter, "hist:keys=id.buckets=16,id.syscall");
	home_frames = 1;
	count(&home_enter, &rec, 0);
	as_json(&home_enter, 0);
	expect_json("{'keys': {'id': {'address': 262224, 'symbol': 'func_1'}}, ");
	as_json(&home_enter, 1);
	expect_json("{'keys': {'id': {'from': 262145, 'to': 524288}, ");
	expect_json("}, 'common_stacktrace': [{'address': 262144, 'symbol': 'func_0+0x0/0x40'}]");
	as_json(&home_enter, 2);
	expect_json("{'keys': {'id': {'from': 262224, 'to': 262239}, 'id': 262224}, 'values");
	home_end();
}

/* Emptied while it is read: nothing is lost between the two. */
static void taken(void)
{
	struct otr_hist_totals totals;
	struct otr_hist_map *old;

	home_start();
	write_ok(&home_switch, "hist:keys=next_pid");
	hit(1, 7, "", 0);
	EXPECT_EQ(otr_hist_take(home_hist(&home_switch, 0), &old), 0);
	hit(1, 7, "", 0);
	hit(1, 7, "", 0);
	otr_hist_map_totals(old, &totals);
	EXPECT_EQ(totals.hits, 1);
	EXPECT_EQ(otr_hist_hits(home_hist(&home_switch, 0)), 2);
	otr_hist_map_free(old);
	home_end();
}

/* A key or a value of the twin: its text, and what it is of a record. */
struct twin_item {
	const char	*text;
	u64		(*value)(const struct home_switch *rec);
};

static u64 twin_log2(u64 value)
{
	u64 bits = 0;

	while (bits < 64 && (1ULL << bits) < value)
		bits++;
	return bits;
}

/* Rounded up below 2^20, as users know it. */
static u64 twin_third(u64 value)
{
	return value >= 1 << 20 ? value / 3 : value / 3 + !!(value % 3);
}

static u64 twin_next(const struct home_switch *r)
{
	return (s64)r->next_pid;
}

static u64 twin_prev(const struct home_switch *r)
{
	return (s64)r->prev_pid;
}

static u64 twin_sum(const struct home_switch *r)
{
	return (s64)r->next_pid + (s64)r->prev_pid;
}

static u64 twin_less(const struct home_switch *r)
{
	return (s64)r->next_pid - (s64)r->prev_pid - r->prev_prio;
}

static u64 twin_times(const struct home_switch *r)
{
	return (s64)r->next_pid * (s64)r->prev_pid + 3;
}

static u64 twin_by(const struct home_switch *r)
{
	return r->prev_pid ? (u64)(s64)r->next_pid / (u64)(s64)r->prev_pid : -1;
}

static u64 twin_half(const struct home_switch *r)
{
	return (u64)(s64)r->next_pid / 2;
}

static u64 twin_by3(const struct home_switch *r)
{
	return twin_third((s64)r->next_pid);
}

static u64 twin_large(const struct home_switch *r)
{
	return (u64)r->prev_state / 1048577;
}

static u64 twin_minus(const struct home_switch *r)
{
	return -((s64)r->next_pid + 1);
}

static u64 twin_rank(const struct home_switch *r)
{
	return (s64)r->next_pid + (u64)((s64)r->prev_pid * r->prev_prio) / 4;
}

static u64 twin_log(const struct home_switch *r)
{
	return twin_log2((s64)r->next_pid);
}

static u64 twin_logs(const struct home_switch *r)
{
	return twin_log2((s64)r->next_pid) + twin_log2((s64)r->prev_pid);
}

static u64 twin_bucket(const struct home_switch *r)
{
	return (u64)(s64)r->next_pid / 7 * 7;
}

static u64 twin_const(const struct home_switch *r)
{
	return 5;
}

static const struct twin_item twin_items[] = {
	{ "next_pid", twin_next },
	{ "prev_pid.hex", twin_prev },
	{ "next_pid+prev_pid", twin_sum },
	{ "next_pid-prev_pid-prev_prio", twin_less },
	{ "next_pid*prev_pid+3", twin_times },
	{ "next_pid/prev_pid", twin_by },
	{ "next_pid/2", twin_half },
	{ "next_pid/3", twin_by3 },
	{ "prev_state/1048577", twin_large },
	{ "-(next_pid+1)", twin_minus },
	{ "next_pid.log2+prev_pid.log2", twin_logs },
	{ "next_pid+prev_pid*prev_prio/4", twin_rank },
	{ "2+3", twin_const },
	/* Only keys may be these. */
	{ "next_pid.log2", twin_log },
	{ "next_pid.buckets=7", twin_bucket },
};

#define TWIN_VALS	13

/* What the twin counted. */
struct twin_entry {
	u64	key[3];
	u64	hits;
	u64	sum[2];
};

struct twin {
	const struct twin_item	*key[3], *val[2];
	unsigned int		keys, vals;
	struct twin_entry	entry[TWIN_ENTRIES];
	unsigned int		nr;
};

static void twin_count(struct twin *twin, const struct home_switch *rec)
{
	u64 key[3] = {};
	unsigned int i, j;

	for (j = 0; j < twin->keys; j++)
		key[j] = twin->key[j]->value(rec);
	for (i = 0; i < twin->nr && memcmp(twin->entry[i].key, key, sizeof(key)); i++)
		;
	if (i == twin->nr)
		memcpy(twin->entry[twin->nr++].key, key, sizeof(key));
	twin->entry[i].hits++;
	for (j = 0; j < twin->vals; j++)
		twin->entry[i].sum[j] += twin->val[j]->value(rec);
}

static void twin_compare(const struct twin *twin, const char *command)
{
	struct otr_hist *hist = home_hist(&home_switch, 0);
	struct otr_hist_map *map;
	struct otr_hist_totals totals;

	EXPECT_EQ(otr_hist_take(hist, &map), 0);
	otr_hist_map_totals(map, &totals);
	if (totals.entries != twin->nr)
		KTAP_FAIL("%s: %u entries, not %u\n", command, totals.entries, twin->nr);
	for (unsigned int i = 0; i < twin->nr; i++) {
		const struct twin_entry *want = &twin->entry[i];
		int entry = otr_hist_map_find(map, want->key);
		bool same = entry >= 0 && otr_hist_map_sum(map, entry, 0) == want->hits;

		for (unsigned int j = 0; same && j < twin->vals; j++)
			same = otr_hist_map_sum(map, entry, 1 + j) == want->sum[j];
		if (!same) {
			KTAP_FAIL("%s: key %llx %llx %llx", command, (long long)want->key[0],
				  (long long)want->key[1], (long long)want->key[2]);
			break;
		}
	}
	otr_hist_map_free(map);
}

static s64 twin_random(void)
{
	s64 value = (u64)random() << 33 ^ random();

	return random() % 3 ? value % 8 : value >> random() % 64;
}

static void twins(void)
{
	static struct twin twin;
	char command[512];

	srandom(1);
	for (unsigned int round = 0; round < 3000; round++) {
		int len;

		memset(&twin, 0, sizeof(twin));
		twin.keys = 1 + random() % 3;
		twin.vals = random() % 3;
		len = snprintf(command, sizeof(command), "hist:size=512:keys");
		for (unsigned int i = 0; i < twin.keys; i++) {
			twin.key[i] = &twin_items[random() % ARRAY_SIZE(twin_items)];
			len += snprintf(command + len, sizeof(command) - len, "%s%s",
					i ? "," : "=", twin.key[i]->text);
		}
		for (unsigned int i = 0; i < twin.vals; i++) {
			twin.val[i] = &twin_items[random() % TWIN_VALS];
			len += snprintf(command + len, sizeof(command) - len, "%s%s",
					i ? "," : ":vals=", twin.val[i]->text);
		}
		/* With a variable the way through the code is another one. */
		if (random() % 4 == 0)
			strcat(command, ":x=next_pid");
		home_start();
		write_ok(&home_switch, command);
		for (unsigned int i = 0; i < 200; i++) {
			struct home_switch rec = switch_rec(twin_random(), twin_random(), "x");

			rec.prev_prio = twin_random();
			rec.prev_state = twin_random();
			twin_count(&twin, &rec);
			count(&home_switch, &rec, 0);
		}
		twin_compare(&twin, command);
		home_end();
		if (ktap_failures)
			break;
	}
}

static const char *const sort_orders[] = { "", ".descending" };

/* Entries come in order, whatever that is. */
static void sorted(void)
{
	char command[128];
	s64 a, b, last_a, last_b;

	for (unsigned int i = 0; i < 4; i++) {
		s64 first = i & 1 ? -1 : 1, second = i & 2 ? -1 : 1;
		const char *at;

		home_start();
		snprintf(command, sizeof(command),
			 "hist:keys=next_pid:vals=prev_pid:sort=prev_pid%s,next_pid%s:size=4096",
			 sort_orders[i & 1], sort_orders[i >> 1]);
		write_ok(&home_switch, command);
		for (int pid = -1000; pid < 1000; pid++)
			hit((pid + 1000) * 7919 % 13, pid * 617 % 4001, "", 0);
		at = shown(&home_switch, 0);
		last_a = INT64_MIN;
		last_b = INT64_MIN;
		for (unsigned int nr = 0; nr < 2000; nr++) {
			unsigned long long key, sum;

			if (sscanf(at, "{ next_pid: %llu } hitcount: %*u prev_pid: %llu", &key,
				   &sum) != 2) {
				KTAP_FAIL("%u: %.60s", nr, at);
				break;
			}
			a = first * (s64)sum;
			b = second * (s32)key;
			if (a < last_a || (a == last_a && b <= last_b)) {
				KTAP_FAIL("%s: %u: %.80s", command, nr, at);
				break;
			}
			last_a = a;
			last_b = b;
			at = strchr(at, '\n') + 1;
		}
		home_end();
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(parts),
	KTAP_CASE(texts),
	KTAP_CASE(stacks),
	KTAP_CASE(symbols),
	KTAP_CASE(ranges),
	KTAP_CASE(tasks),
	KTAP_CASE(waited_for),
	KTAP_CASE(text_there),
	KTAP_CASE(largest),
	KTAP_CASE(snapshots),
	KTAP_CASE(shared),
	KTAP_CASE(objects),
	KTAP_CASE(taken),
	KTAP_CASE(twins),
	KTAP_CASE(sorted),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
