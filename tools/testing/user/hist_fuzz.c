// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer looks for commands that hurt the reader of histograms, or make one that hurts:
 * fuzz.sh. Each line of a text is a command for one event or the other.
 */
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"

static char text[1 << 16];

static void need(bool what)
{
	if (!what)
		abort();
}

static void hits(void)
{
	struct home_switch rec = { .next_pid = -1, .prev_pid = 1, .prev_state = 1L << 62 };
	struct home_exec exec = { .pid = -1, .text = "text" };

	memset(rec.prev_comm, 'x', sizeof(rec.prev_comm));
	exec.filename = offsetof(struct home_exec, text) | 5 << 16;
	for (unsigned int i = 0; home_hist(&home_exec, i); i++)
		otr_hist_count(home_hist(&home_exec, i), &exec, 1000, OTR_CLOCK_COUNT, 0);
	for (unsigned int i = 0; home_hist(&home_switch, i); i++)
		otr_hist_count(home_hist(&home_switch, i), &rec, 5000, OTR_CLOCK_COUNT, 0);
}

static void show_json(const struct otr_event *ev, struct seq_buf *out)
{
	for (unsigned int i = 0; home_hist(ev, i); i++) {
		struct otr_hist_view *view = otr_hist_view_create(home_hist(ev, i));

		for (unsigned int j = 0; j < otr_hist_view_entries(view); j++)
			otr_hist_view_json(view, j, out);
		otr_hist_view_json_totals(view, NULL, true, out);
		otr_hist_view_free(view);
	}
}

static void try_line(const char *line)
{
	struct otr_event *ev = *line == '>' ? &home_switch : &home_exec;
	struct otr_hist_command c;
	struct seq_buf out;
	int err;

	line += *line == '>';
	if (strncmp(line + (*line == '!'), "hist:", 5))
		return;
	err = home_write(ev, line, &c);
	need(err == 0 || err == -EINVAL || err == -ENOMEM || err == -ENOENT || err == -EEXIST ||
	     err == -EBUSY || err == -EDOM || err == -E2BIG || err == -ERANGE);
	for (unsigned int i = 0; i < c.nr && i < OTR_HIST_ERRORS_MAX; i++) {
		need(c.errors[i].error < c.catalog.nr && c.catalog.text[c.errors[i].error]);
		need(c.errors[i].pos <= strlen(c.text));
	}
	otr_hist_command_free(&c);
	hits();
	seq_buf_init(&out, text, sizeof(text));
	home_listed(&home_switch, &out);
	home_listed(&home_exec, &out);
	for (unsigned int i = 0; home_hist(&home_switch, i); i++)
		home_shown(&home_switch, i, &out);
	for (unsigned int i = 0; home_hist(&home_exec, i); i++)
		home_shown(&home_exec, i, &out);
	show_json(&home_switch, &out);
	show_json(&home_exec, &out);
}

/* libFuzzer's name for it. */
int try_text(const unsigned char *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

int try_text(const unsigned char *data, size_t size)
{
	char *all = strndup((const char *)data, size), *rest = all, *line;
	long allocated = shim_allocated;
	unsigned int lines = 0;

	home_start();
	while ((line = strsep(&rest, "\n")) && lines++ < 8)
		/* Large tables only take time. */
		if (!strstr(line, "size="))
			try_line(line);
	home_end();
	need(!ktap_failures && !shim_warnings);
	need(shim_allocated == allocated);
	free(all);
	return 0;
}
