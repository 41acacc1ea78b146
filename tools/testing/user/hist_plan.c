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

		/* Those with a plus come on top of those before. */
		if (*event != '+' || !nr) {
			if (nr)
				home_end();
			home_start();
		}
		buf(&out);
		err = answer(home_event(event + (*event == '+')), question, &out);
		if ((err != want_err || strcmp(text, want)) && ++wrong < 20)
			KTAP_FAIL("%s %s\n# is %d\n%s# expected %d\n%s", event, question, err, text,
				  want_err, want);
		nr++;
	}
	home_end();
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
	home_write_ok(&home_switch, NAMED);
	home_write_ok(&home_exec, NAMED ":size=256");
	expect_listed(&home_exec, NAMED_LISTED " [active]\n");
	EXPECT_EQ(write_wrong(&home_enter, "hist:keys=id:name=n"), -EINVAL);
	EXPECT(strstr(text, "13 Named hist trigger doesn't match existing named trigger"));
	EXPECT_EQ(write_wrong(&home_exec, NAMED), -EEXIST);
	EXPECT_STR(text, "0 Hist trigger already exists\n");
	expect_listed(&home_enter, "");
	home_write_ok(&home_switch, "!" NAMED);
	home_write_ok(&home_exec, NAMED ":pause");
	expect_listed(&home_exec, NAMED_LISTED " [paused]\n");
	home_write_ok(&home_exec, NAMED ":cont");
	home_write_ok(&home_exec, NAMED ":clear");
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
	home_write_ok(&home_exec, STARTED);
	EXPECT_EQ(write_wrong(&home_exec, "hist:keys=old_pid:ts0=pid"), -EINVAL);
	EXPECT_STR(text, "18 Variable already defined\n");
	home_write_ok(&home_switch, ENDED ON_EXEC "latency($lat,next_pid)");
	expect_listed(&home_switch,
		      ENDED_LISTED CLOCKED ON_EXEC "latency($lat,next_pid) [active]\n");
	EXPECT_EQ(write_wrong(&home_exec, "!" STARTED), -EBUSY);
	home_write_ok(&home_enter, "hist:keys=id:x=$ts0");
	expect_listed(&home_enter,
		      "hist:keys=id:vals=hitcount:x=$ts0.usecs" SIZED " [active]\n");
	home_write_ok(&home_enter, "hist:keys=id:y=sched.sched_process_exec.$ts0");
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
	home_write_ok(&home_exec, STARTED " if pid");
	home_write_ok(&home_switch, ENDED ON_EXEC "named(filename,next_pid)");
	expect_listed(&home_exec, STARTED_THERE HELPER SIZED " if pid [active]\n");
	home_write_ok(&home_switch, "!" ENDED ON_EXEC "named(filename,next_pid)");
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

/* Pieces of what "hist_debug" shows, in their order. */
static void expect_made(const struct otr_event *ev, const char *const *want, unsigned int nr)
{
	const char *at = text;
	struct seq_buf out;

	buf(&out);
	home_debug(ev, &out);
	for (unsigned int i = 0; i < nr; i++) {
		const char *found = strstr(at, want[i]);

		if (!found) {
			KTAP_FAIL("not there: %s\n# in\n%s", want[i], text);
			return;
		}
		at = found + strlen(want[i]);
	}
}

static void made(void)
{
	static const char *const want[] = {
		"# event histogram\n#\n# trigger info: hist:keys=next_pid.log2:vals=hitcount:p=",
		" [active]\n#\n\nhist_data: P\n\n  n_vals: 3\n  n_keys: 1\n  n_fields: 4\n",
		"\n  val fields:\n\n    hist_data->fields[0]:\n      flags:\n        VAL: HIST_FIELD_FL_",
		"HITCOUNT\n      type: u64\n      size: 8\n      is_signed: 0\n",
		"\n    hist_data->fields[1]:\n      flags:\n        HIST_FIELD_FL_VAR\n      ftrace_",
		"event_field name: prev_pid\n      var.name: p\n      var.idx (into tracing_map_elt.",
		"vars[]): 0\n      type: pid_t\n      size: 4\n      is_signed: 1\n",
		"        HIST_FIELD_FL_VAR\n        HIST_FIELD_FL_CONST\n      var.name: c\n",
		"      constant: 5\n      type: u64\n",
		"\n  key fields:\n\n    hist_data->fields[3]:\n      flags:\n        HIST_FIELD_FL_KEY\n",
		"      ftrace_event_field name: next_pid\n      type: pid_t\n      size: 8\n",
		"\n  variable reference fields:\n\n    hist_data->var_refs[0]:\n      flags:\n",
		"        HIST_FIELD_FL_VAR_REF\n      name: p\n",
		"      var.hist_data: P\n      var_ref_idx (into hist_data->var_refs[]): 0\n",
		"\n  action tracking variables (for onmax()/onchange()/onmatch()):\n",
		"\n    hist_data->actions[0].track_data.var_ref:\n",
		"\n    hist_data->actions[0].track_data.track_var:\n",
		"      var.name: __max\n      var.idx (into tracing_map_elt.vars[]): 2\n      type: u64",
		"\n  save action variables (save() params):\n\n    hist_data->save_vars[0]:\n",
		"\n      save_vars[0].var:\n      flags:\n        HIST_FIELD_FL_VAR\n      var.name: next_",
		"\n      save_vars[0].val:\n      ftrace_event_field name: next_comm\n      type: char[16]\n",
	};

	home_start();
	home_write_ok(&home_switch,
		      "hist:keys=next_pid.log2:p=prev_pid,c=5:onmax($p).save(next_comm)");
	expect_made(&home_switch, want, ARRAY_SIZE(want));
	home_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(in_tree_answers),
	KTAP_CASE(no_memory),
	KTAP_CASE(named_ones),
	KTAP_CASE(between_events),
	KTAP_CASE(helpers),
	KTAP_CASE(made),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
