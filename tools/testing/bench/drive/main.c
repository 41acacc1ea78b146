// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tracing costs, measured from outside: this program sets up the files of
 * tracefs, runs a loop of the bench module or does something to a file itself,
 * and reads the time stamp counter. Under `-icount` a tick is an instruction,
 * of the kernel and of this program, so that numbers repeat.
 *
 *	drive [--quick] [--scale] TRACEFS [ROW...]
 *
 * A line per row, or with --scale per size of what costs may depend on, on
 * standard output: "ROW VALUE", in units of what rows.py says of it, or
 * "ROW - REASON" when the engine has no file for it yet. The program knows of no
 * engine: what there is, it finds by looking.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

/*
 * Events with a set of tasks come last: in-tree, emptying set_event_pid leaves
 * something behind that every event pays for.
 */
static const struct row {
	const char	*name;
	bool		(*measure)(double *value);
} rows[] = {
	{ "call_off",		call_off },
	{ "event_off",		event_off },
	{ "event",		event },
	{ "event_pass",		event_pass },
	{ "event_reject",	event_reject },
	{ "event_two",		event_two },
	{ "synth",		synth },
	{ "synth_text",		synth_text },
	{ "hist_key",		hist_key },
	{ "hist_sum",		hist_sum },
	{ "hist_two",		hist_two },
	{ "hist_stack",		hist_stack },
	{ "hist_pair",		hist_pair },
	{ "hist_read",		hist_read },
	{ "trigger_reject",	trigger_reject },
	{ "stack",		stack },
	{ "perf_count",		perf_count },
	{ "perf_reject",	perf_reject },
	{ "perf_other",		perf_other },
	{ "perf_sample",	perf_sample },
	{ "call_among",		call_among },
	{ "func_one",		func_one },
	{ "func_among",		func_among },
	{ "func_pid",		func_pid },
	{ "func_off",		func_off },
	{ "func_two",		func_two },
	{ "func_args",		func_args },
	{ "graph_one",		graph_one },
	{ "graph_retaddr",	graph_retaddr },
	{ "graph_args",		graph_args },
	{ "profile",		profile },
	{ "wakeup",		wakeup },
	{ "rv_wwnr",		rv_wwnr },
	{ "ring",		ring },
	{ "puts",		puts_text },
	{ "printk",		printk_text },
	{ "marker",		marker },
	{ "kprobe_entry",	kprobe_entry },
	{ "kprobe_word",	kprobe_word },
	{ "kprobe_half",	kprobe_half },
	{ "kprobe_text",	kprobe_text },
	{ "kprobe_body",	kprobe_body },
	{ "kretprobe",		kretprobe },
	{ "fprobe_entry",	fprobe_entry },
	{ "fprobe",		fprobe },
	{ "tprobe",		tprobe },
	{ "eprobe",		eprobe },
	{ "eprobe_both",	eprobe_both },
	{ "uprobe",		uprobe },
	{ "pipe_event",		pipe_event },
	{ "pipe_func",		pipe_func },
	{ "pipe_graph",		pipe_graph },
	{ "cat_event",		cat_event },
	{ "cat_func",		cat_func },
	{ "raw_splice",		raw_splice },
	{ "raw_read",		raw_read },
	{ "raw_mmap",		raw_mmap },
	{ "func_all_on",	func_all_on },
	{ "func_all_off",	func_all_off },
	{ "graph_all_on",	graph_all_on },
	{ "graph_all_off",	graph_all_off },
	{ "filter_one",		filter_one },
	{ "list_functions",	list_functions },
	{ "memory",		memory },
	{ "event_pid",		event_pid },
};

/* Put things back as they were, whatever a row did; what fails was not there. */
static void clean(void)
{
	static const char * const off[][2] = {
		{ EVENT "/enable", "0" }, { EVENT "/filter", "0" },
		{ "function_profile_enabled", "0" }, { "current_tracer", "nop" },
		{ "set_ftrace_filter", "" }, { "set_ftrace_notrace", "" },
		{ "set_ftrace_pid", "" }, { "options/function-trace", "1" },
		{ "options/func-args", "0" }, { "rv/monitors/wwnr/enable", "0" },
		{ "options/funcgraph-retaddr", "0" }, { "options/funcgraph-args", "0" },
		{ "trace", "" }, { "tracing_on", "1" },
		/* A histogram of times between two events took one that all CPUs share. */
		{ "trace_clock", "local" },
	};
	unsigned int i;

	if (have(SECOND)) {
		put(SECOND "/current_tracer", "nop");
		if (have(SECOND "/" EVENT "/enable"))
			put(SECOND "/" EVENT "/enable", "0");
		rmdir(SECOND);
	}
	for (i = 0; i < sizeof(off) / sizeof(*off); i++)
		if (have(off[i][0]))
			put(off[i][0], off[i][1]);
	set_rounds(ROUNDS);
	*why = '\0';
}

bool asked_for(const char *name, int nr, char **names)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return true;
	return !nr;
}

int main(int argc, char **argv)
{
	bool scale = false;
	unsigned int i;
	double empty, value;

	for (argv++, argc--; argc && argv[0][0] == '-'; argv++, argc--) {
		if (!strcmp(argv[0], "--quick"))
			runs = 3;
		else if (!strcmp(argv[0], "--scale"))
			scale = true;
		else
			argc = 1;
	}
	if (argc < 1 || chdir(argv[0])) {
		fprintf(stderr, "drive [--quick] [--scale] TRACEFS [ROW...]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	clean();
	if (!loop("empty", &empty)) {
		fprintf(stderr, "drive: %s\n", why);
		return 1;
	}
	printf("empty %.2f\n", empty);
	if (scale) {
		measure_scales(argc - 1, argv + 1, clean);
		return 0;
	}
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!asked_for(rows[i].name, argc - 1, argv + 1))
			continue;
		*why = '\0';
		if (rows[i].measure(&value) && !*why)
			printf("%s %.2f\n", rows[i].name, value);
		else
			printf("%s - %s\n", rows[i].name, *why ? why : "nothing to measure");
		clean();
	}
	return 0;
}
