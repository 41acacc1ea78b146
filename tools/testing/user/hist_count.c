// SPDX-License-Identifier: GPL-2.0-only
/* What histograms count and how it is shown. */
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"

static char text[1 << 20];

static const char *shown(const struct otr_event *ev, unsigned int nr)
{
	struct seq_buf out;

	seq_buf_init(&out, text, sizeof(text) - 1);
	home_shown(ev, nr, &out);
	text[out.len < sizeof(text) ? out.len : 0] = '\0';
	return text;
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

	home_count(&home_exec, &rec, ts);
}

#define PIDS	"  prev_pid:"
#define ONE	"} hitcount:          1\n"

static void numbers(void)
{
	home_start();
	home_write_ok(&home_switch, "hist:keys=next_pid:vals=prev_pid,prev_pid.hex:sort=next_pid");
	home_hit(1, 7, "", 0);
	home_hit(9, 7, "", 0);
	home_hit(5, -3, "", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ next_pid: 18446744073709551613 } hitcount:          1"
		   PIDS "          5" PIDS "          5\n"
		   "{ next_pid:          7 } hitcount:          2"
		   PIDS "         10" PIDS "          a\n"
		   "\nTotals:\n    Hits: 3\n    Entries: 2\n    Dropped: 0\n");
	home_end();
}

#define HALF	"##########          \x0a"

/* What is said of a line's length is the truth where nothing is wider than its column. */
static void lengths(void)
{
	static const char *const commands[] = {
		"hist:keys=next_pid",
		"hist:keys=next_pid,prev_pid:vals=prev_pid,prev_pid.hex",
		"hist:keys=next_comm:vals=prev_pid.graph:nohitcount",
		"hist:keys=common_pid.execname",
		"hist:keys=next_pid.syscall,next_pid.log2", "hist:keys=next_pid.hex:x=prev_pid",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		home_start();
		home_write_ok(&home_switch, commands[i]);
		home_hit(1, 7, "", 0);
		shown(&home_switch, 0);
		EXPECT_EQ(strcspn(text, "\n") + 1,
			  otr_hist_entry_bytes(home_hist(&home_switch, 0)));
		EXPECT_EQ(otr_hist_entries(home_hist(&home_switch, 0)), 1);
		home_end();
	}
}

static void parts(void)
{
	home_start();
	home_write_ok(&home_switch, "hist:keys=next_pid:vals=hitcount.percent,prev_pid.graph:NOHC");
	home_hit(1, 7, "", 0);
	home_hit(1, 7, "", 0);
	home_hit(4, 9, "", 0);
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
	home_write_ok(&home_switch, "hist:keys=next_comm:sort=next_comm");
	home_write_ok(&home_exec, "hist:keys=filename:sort=filename.descending");
	home_hit(1, 7, "bash", 0);
	home_hit(1, 7, "", 0);
	/* Full to its last byte, of which the key has no room for a zero. */
	home_hit(1, 7, "0123456789abcdef", 0);
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
	home_write_ok(&home_switch, "hist:keys=stacktrace,next_pid");
	home_frames = 3;
	home_hit(1, 7, "", 0);
	EXPECT_STR(shown(&home_switch, 0),
		   "{ common_stacktrace:\n"
		   "         func_0+0x0/0x40\n"
		   "         func_0+0x10/0x40\n"
		   "         func_0+0x20/0x40\n"
		   ", next_pid:          7} hitcount:          1\n"
		   "\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n");
	home_frames = 40;
	home_hit(1, 7, "", 0);
	EXPECT(strstr(shown(&home_switch, 0), "func_7+0x20/0x40\n, next_pid"));
	home_end();
}

static void symbols(void)
{
	struct home_enter rec = { .id = 1 };

	home_start();
	home_write_ok(&home_enter, "hist:keys=id.syscall");
	home_write_ok(&home_enter, "hist:keys=id.sym");
	home_write_ok(&home_enter, "hist:keys=id.sym-offset");
	home_count(&home_enter, &rec, 0);
	EXPECT_STR(shown(&home_enter, 0),
		   "{ id: sys_write                     [  1] " ONE
		   "\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n");
	rec.id = HOME_FRAMES + 0x850;
	home_count(&home_enter, &rec, 0);
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
		home_write_ok(&home_enter, "hist:keys=id.log2");
		home_write_ok(&home_enter, "hist:keys=id.buckets=10");
		home_count(&home_enter, &rec, 0);
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
	home_write_ok(&home_switch, "hist:keys=common_pid.execname:sort=common_pid");
	for (int pid = 0; pid < 2; pid++) {
		struct home_switch rec = { .head.pid = pid };

		shim_task.pid = pid;
		strscpy(shim_task.comm, "a task", sizeof(shim_task.comm));
		home_count(&home_switch, &rec, 0);
	}
	EXPECT_STR(shown(&home_switch, 0),
		   "{ common_pid: <idle>          [         0] } hitcount:          1\n"
		   "{ common_pid: a task          [         1] } hitcount:          1\n"
		   "\nTotals:\n    Hits: 2\n    Entries: 2\n    Dropped: 0\n");
	home_end();
}

#define ENDED		"hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:" ON_EXEC
#define ON_EXEC		"onmatch(sched.sched_process_exec)."

static void names_now(void)
{
	home_start();
	home_write_ok(&home_switch, "hist:keys=common_comm");
	strscpy(shim_task.comm, "now", sizeof(shim_task.comm));
	home_hit(1, 7, "", 0);
	strscpy(shim_task.comm, "then", sizeof(shim_task.comm));
	home_hit(1, 7, "", 0);
	EXPECT(strstr(shown(&home_switch, 0), "{ common_comm: now   "));
	EXPECT(strstr(text, "{ common_comm: then   "));
	home_end();
}

static void waited_for(void)
{
	home_start();
	home_recorded.nr = 0;
	home_write_ok(&home_exec, "hist:keys=pid:ts0=common_timestamp.usecs");
	home_write_ok(&home_switch, ENDED "latency($lat,next_pid)");
	home_hit(1, 7, "", 5000);
	EXPECT_EQ(home_recorded.nr, 0);
	hit_exec(7, "x", 10000);
	home_hit(1, 8, "", 20000);
	EXPECT_EQ(home_recorded.nr, 0);
	home_hit(1, 7, "", 35000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT_EQ(home_recorded.values[0], 25);
	EXPECT_EQ(home_recorded.values[1], 7);
	/* What is in an expression is read once. */
	home_hit(1, 7, "", 45000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT(strstr(shown(&home_switch, 0), "Hits: 1\n    Entries: 1\n"));
	/* A clock that does not count nanoseconds. */
	home.clock_in_ns = false;
	hit_exec(7, "x", 100);
	home_hit(1, 7, "", 130);
	EXPECT_EQ(home_recorded.nr, 2);
	EXPECT_EQ(home_recorded.values[0], 30);
	home_end();
}

static void text_there(void)
{
	home_start();
	home_recorded.nr = 0;
	home_write_ok(&home_exec, "hist:keys=pid:ts0=common_timestamp.usecs");
	home_write_ok(&home_switch, ENDED "named(filename,next_pid)");
	hit_exec(7, "/bin/true", 10000);
	home_hit(1, 7, "", 35000);
	EXPECT_EQ(home_recorded.nr, 1);
	EXPECT_STR(home_recorded.text, "/bin/true");
	home_end();
}

#define NEXT	"  next_comm: "

static void largest(void)
{
	home_start();
	home_write_ok(&home_switch,
		      "hist:keys=next_pid:p=prev_pid:onmax($p).save(next_comm,prev_prio)");
	home_write_ok(&home_switch, "hist:keys=next_prio:q=prev_pid:onchange($q).save(next_pid)");
	home_hit(5, 7, "five", 0);
	home_hit(9, 7, "nine", 0);
	home_hit(3, 7, "three", 0);
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
	home_write_ok(&home_switch, "hist:keys=next_pid:p=prev_pid:onmax($p).snapshot()");
	EXPECT_EQ(home_write(&home_exec, "hist:keys=pid:p=old_pid:onmax($p).snapshot()", &c),
		  -EBUSY);
	otr_hist_command_free(&c);
	home_hit(5, 7, "", 0);
	home_hit(9, 8, "", 0);
	home_hit(7, 7, "", 0);
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
	home_write_ok(&home_switch, "hist:keys=common_pid:name=n");
	home_write_ok(&home_exec, "hist:keys=common_pid:name=n");
	home_hit(1, 7, "", 0);
	hit_exec(1, "x", 0);
	home_write_ok(&home_switch, "!hist:keys=common_pid:name=n");
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

/* Two events of one name, with a variable and an action. */
static void shared_action(void)
{
	home_start();
	home_write_ok(&home_exec, "hist:keys=common_pid:p=common_pid:name=n:onmax($p).save(cpu)");
	home_write_ok(&home_switch, "hist:keys=common_pid:p=common_pid:name=n:onmax($p).save(cpu)");
	home_hit(1, 7, "", 0);
	EXPECT_STR(shown(&home_exec, 0),
		   "{ common_pid:          0 } hitcount:          1\n"
		   "\tmax:          0  cpu:          0\n"
		   "\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n");
	home_end();
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
	home_write_ok(&home_switch, "hist:keys=next_comm,next_pid:vals=prev_pid,prev_pid.hex");
	home_write_ok(&home_switch, "hist:keys=next_prio:p=prev_pid:onmax($p).save(next_comm)");
	home_hit(-5, 7, "a \"\\\n\xff", 0);
	as_json(&home_switch, 0);
	expect_json("{'keys': {'next_comm': 'a \\'\\\\\\u000a\\u00ff', 'next_pid': 7}, 'values': ");
	expect_json(", 'values': {'hitcount': 1, 'prev_pid': -5}}\n{'totals'");
	expect_json("{'totals': {'hits': 1, 'entries': 1, 'dropped': 0}, 'trigger': 'hist:keys=");
	expect_json(",prev_pid.hex:sort=hitcount:size=2048 if next_comm ~ \\'a\\' [active]'}\n");
	as_json(&home_switch, 1);
	expect_json("{'keys': {'next_prio': -1}, 'values': {'hitcount': 1}, 'onmax($p)': -5, ");
	expect_json(", 'saved': {'next_comm': 'a ");

	home_write_ok(&home_enter, "hist:keys=id.sym");
	home_write_ok(&home_enter, "hist:keys=id.log2,stacktrace");
	home_write_ok(&home_enter, "hist:keys=id.buckets=16,id.syscall");
	home_frames = 1;
	home_count(&home_enter, &rec, 0);
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
	home_write_ok(&home_switch, "hist:keys=next_pid");
	home_hit(1, 7, "", 0);
	EXPECT_EQ(otr_hist_take(home_hist(&home_switch, 0), &old), 0);
	home_hit(1, 7, "", 0);
	home_hit(1, 7, "", 0);
	otr_hist_map_totals(old, &totals);
	EXPECT_EQ(totals.hits, 1);
	EXPECT_EQ(otr_hist_hits(home_hist(&home_switch, 0)), 2);
	otr_hist_map_free(old);
	home_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(lengths),
	KTAP_CASE(parts),
	KTAP_CASE(texts),
	KTAP_CASE(stacks),
	KTAP_CASE(symbols),
	KTAP_CASE(ranges),
	KTAP_CASE(tasks),
	KTAP_CASE(names_now),
	KTAP_CASE(waited_for),
	KTAP_CASE(text_there),
	KTAP_CASE(largest),
	KTAP_CASE(snapshots),
	KTAP_CASE(shared),
	KTAP_CASE(shared_action),
	KTAP_CASE(objects),
	KTAP_CASE(taken),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
