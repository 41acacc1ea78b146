// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms as users write them: errno, errors with their places, and how they are listed,
 * compared with what the in-tree tracer answered (hist_answers.txt, from hists.py of
 * tools/testing/filters).
 */
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"

static char text[65536];

static void buf(struct seq_buf *out)
{
	seq_buf_init(out, text, sizeof(text) - 1);
	memset(text, 0, sizeof(text));
}

/* What came of a command, as in the file. */
static int answer(struct otr_event *ev, const char *command, struct seq_buf *out)
{
	struct otr_hist_command c;
	int err = home_write(ev, command, &c);

	home_errors(&c, out);
	otr_hist_command_free(&c);
	home_listed(ev, out);
	return err;
}

/* A line is "event command", errno, errors and listing, with tabs between. */
static void in_tree_answers(void)
{
	FILE *f = fopen("hist_answers.txt", "r");
	unsigned int nr = 0, wrong = 0;
	char line[8192];
	struct seq_buf out;

	EXPECT(f);
	while (f && fgets(line, sizeof(line), f)) {
		char *want = line, *question, *event;
		int err, want_err;

		if (*line == '#')
			continue;
		question = strsep(&want, "\t");
		event = strsep(&question, " ");
		want_err = atoi(strsep(&want, "\t\n"));
		/* Each part is a line of its own. */
		for (char *tab = want; (tab = strchr(tab, '\t')); )
			*tab = '\n';

		home_start();
		buf(&out);
		err = answer(home_event(event), question, &out);
		if ((err != want_err || strcmp(text, want)) && ++wrong < 20)
			KTAP_FAIL("%s %s\n# is %d\n%s# expected %d\n%s", event, question, err, text,
				  want_err, want);
		home_end();
		nr++;
	}
	if (f)
		fclose(f);
	printf("# %u answers, %u wrong\n", nr, wrong);
	EXPECT(nr > 500);
	EXPECT(!wrong);
}

/* Each allocation fails once: nothing is left, and nothing is listed. */
static void no_memory(void)
{
	static const char *const commands[] = {
		"hist:keys=next_pid,prev_comm.hex,-(next_prio+1):vals=prev_pid.hex,next_prio*2",
		"hist:keys=next_pid:x=prev_comm:sort=next_pid:name=n if next_pid",
		"hist:keys=next_pid.log2:t=common_timestamp.usecs:onmax($t).save(next_comm,prev_pid)",
		"hist:keys=next_pid:c=common_pid.execname:onchange($c).trace(named,$c,next_pid)",
		"hist:keys=stacktrace:x=next_prio:onmax($x).snapshot()",
	};
	struct otr_hist_command c;
	unsigned int i;
	int after, err;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		for (after = 0, err = -ENOMEM; err; after++) {
			home_start();
			shim_alloc_countdown = after;
			err = home_write(&home_switch, commands[i], &c);
			shim_alloc_countdown = -1;
			otr_hist_command_free(&c);
			EXPECT(!err || !home_hist(&home_switch, 0));
			EXPECT(!err || err == -ENOMEM || err == -EINVAL);
			home_end();
			if (after > 200) {
				KTAP_FAIL("%s: %d", commands[i], err);
				break;
			}
		}
}

static void write_ok(struct otr_event *ev, const char *command)
{
	struct otr_hist_command c;
	struct seq_buf out;
	int err = home_write(ev, command, &c);

	buf(&out);
	home_errors(&c, &out);
	if (err)
		KTAP_FAIL("%s: %d\n%s", command, err, text);
	otr_hist_command_free(&c);
}

static int write_wrong(struct otr_event *ev, const char *command)
{
	struct otr_hist_command c;
	struct seq_buf out;
	int err = home_write(ev, command, &c);

	buf(&out);
	home_errors(&c, &out);
	otr_hist_command_free(&c);
	return err;
}

static void expect_listed(struct otr_event *ev, const char *want)
{
	struct seq_buf out;

	buf(&out);
	home_listed(ev, &out);
	EXPECT_STR(text, want);
}

#define LISTED		":vals=hitcount:sort=hitcount:size=2048"
#define NAMED		"hist:keys=common_pid:name=n"
#define NAMED_LISTED	"hist:name=n:keys=common_pid" LISTED

static void named_ones(void)
{
	home_start();
	write_ok(&home_switch, NAMED);
	write_ok(&home_exec, NAMED ":size=256");
	expect_listed(&home_exec, NAMED_LISTED " [active]\n");
	EXPECT_EQ(write_wrong(&home_enter, "hist:keys=id:name=n"), -EINVAL);
	EXPECT(strstr(text, "13 Named hist trigger doesn't match existing named trigger"));
	EXPECT_EQ(write_wrong(&home_exec, NAMED), -EEXIST);
	EXPECT_STR(text, "0 Hist trigger already exists\n");
	expect_listed(&home_enter, "");
	write_ok(&home_switch, "!" NAMED);
	write_ok(&home_exec, NAMED ":pause");
	expect_listed(&home_exec, NAMED_LISTED " [paused]\n");
	write_ok(&home_exec, NAMED ":cont");
	write_ok(&home_exec, NAMED ":clear");
	expect_listed(&home_exec, NAMED_LISTED " [active]\n");
	EXPECT_EQ(write_wrong(&home_switch, "hist:keys=common_pid:clear"), -ENOENT);
	home_end();
}

#define STARTED		"hist:keys=pid:ts0=common_timestamp.usecs"
#define STARTED_LISTED	"hist:keys=pid:vals=hitcount:ts0=common_timestamp.usecs"
#define ENDED		"hist:keys=next_pid:lat=common_timestamp.usecs-$ts0"
#define ENDED_LISTED	"hist:keys=next_pid:vals=hitcount:lat=common_timestamp.usecs-$ts0"
#define ON_EXEC		":onmatch(sched.sched_process_exec)."
#define SIZED		":sort=hitcount:size=2048"
#define CLOCKED		SIZED ":clock=global"

static void between_events(void)
{
	home_start();
	write_ok(&home_exec, STARTED);
	EXPECT_EQ(write_wrong(&home_exec, "hist:keys=old_pid:ts0=pid"), -EINVAL);
	EXPECT_STR(text, "18 Variable already defined\n");
	write_ok(&home_switch, ENDED ON_EXEC "latency($lat,next_pid)");
	expect_listed(&home_switch,
		      ENDED_LISTED CLOCKED ON_EXEC "latency($lat,next_pid) [active]\n");
	EXPECT_EQ(write_wrong(&home_exec, "!" STARTED), -EBUSY);
	write_ok(&home_enter, "hist:keys=id:x=$ts0");
	expect_listed(&home_enter,
		      "hist:keys=id:vals=hitcount:x=$ts0.usecs" SIZED " [active]\n");
	write_ok(&home_enter, "hist:keys=id:y=sched.sched_process_exec.$ts0");
	EXPECT_EQ(write_wrong(&home_enter, "hist:keys=id:z=common_timestamp-$ts0"), -EINVAL);
	EXPECT_STR(text, "0 Timestamp units in expression don't match\n");
	home_end();
}

#define STARTED_THERE	STARTED_LISTED CLOCKED " if pid [active]\n"
#define HELPER		"hist:keys=pid:vals=hitcount:synthetic_filename=filename"

/* A field of the event that is waited for: a histogram that the user did not ask for. */
static void helpers(void)
{
	home_start();
	write_ok(&home_exec, STARTED " if pid");
	write_ok(&home_switch, ENDED ON_EXEC "named(filename,next_pid)");
	expect_listed(&home_exec, STARTED_THERE HELPER SIZED " if pid [active]\n");
	write_ok(&home_switch, "!" ENDED ON_EXEC "named(filename,next_pid)");
	expect_listed(&home_exec, STARTED_THERE);
	EXPECT_EQ(write_wrong(&home_switch,
			      "hist:keys=next_comm" ON_EXEC "named(filename,next_pid)"),
		  -EINVAL);
	EXPECT(strstr(text, "Matching event histogram not found\n"));
	EXPECT_EQ(write_wrong(&home_switch,
			      "hist:keys=next_pid:x=next_prio:onmax($x).latency(next_pid)"),
		  -EINVAL);
	EXPECT(strstr(text, "Param type doesn't match synthetic event field type\n"));
	home_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(in_tree_answers),
	KTAP_CASE(no_memory),
	KTAP_CASE(named_ones),
	KTAP_CASE(between_events),
	KTAP_CASE(helpers),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
