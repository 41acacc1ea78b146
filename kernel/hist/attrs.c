// SPDX-License-Identifier: GPL-2.0-only
/* A command is cut at its colons, and its parts are told from each other. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/* What stands before "=", and what it is for. */
enum assigned { TO_KEYS, TO_VALS, TO_SORT, TO_NAME, TO_CLOCK, TO_SIZE, TO_VARS };

static const struct {
	const char	*prefix;
	enum assigned	to;
} attrs_assigned[] = {
	{ "key=",	TO_KEYS },
	{ "keys=",	TO_KEYS },
	{ "val=",	TO_VALS },
	{ "vals=",	TO_VALS },
	{ "values=",	TO_VALS },
	{ "sort=",	TO_SORT },
	{ "name=",	TO_NAME },
	{ "clock=",	TO_CLOCK },
	{ "size=",	TO_SIZE },
};

static int attrs_read_size(struct otr_hist_attrs *attrs, const char *text)
{
	unsigned long size;
	int err = kstrtoul(text, 0, &size);

	if (err)
		return err;
	if (!size || size > 1UL << OTR_HIST_BITS_MAX)
		return -EINVAL;
	attrs->bits = ilog2(roundup_pow_of_two(size));
	return attrs->bits < OTR_HIST_BITS_MIN ? -EINVAL : 0;
}

static int attrs_assign(struct otr_hist_reader *r, char *part)
{
	struct otr_hist_attrs *attrs = &r->hist->attrs;
	enum assigned to = TO_VARS;
	char *value = part;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(attrs_assigned) && to == TO_VARS; i++)
		if (strstarts(part, attrs_assigned[i].prefix)) {
			to = attrs_assigned[i].to;
			value += strlen(attrs_assigned[i].prefix);
		}

	switch (to) {
	case TO_KEYS:
		attrs->keys = value;
		break;
	case TO_VALS:
		attrs->vals = value;
		break;
	case TO_SORT:
		attrs->sort = value;
		break;
	case TO_NAME:
		attrs->name = part;
		break;
	case TO_CLOCK:
		attrs->clock = strim(value);
		break;
	case TO_SIZE:
		return attrs_read_size(attrs, value);
	case TO_VARS:
		if (attrs->nr_assigned == HIST_VARS_MAX)
			return otr_hist_blame(r->command, OTR_HIST_VARS_TOO_MANY, part);
		attrs->assigned[attrs->nr_assigned++] = part;
	}
	return 0;
}

static int attrs_read_word(struct otr_hist_attrs *attrs, char *part)
{
	if (!strcmp(part, "nohitcount") || !strcmp(part, "NOHC")) {
		attrs->no_hits = true;
	} else if (!strcmp(part, "pause")) {
		attrs->wants |= OTR_HIST_PAUSE;
	} else if (!strcmp(part, "cont") || !strcmp(part, "continue")) {
		attrs->wants |= OTR_HIST_CONT;
	} else if (!strcmp(part, "clear")) {
		attrs->wants |= OTR_HIST_CLEAR;
	} else {
		if (attrs->nr_actions == HIST_ACTIONS_MAX)
			return -EINVAL;
		if (!strstarts(part, "onmatch(") && !strstarts(part, "onmax(") &&
		    !strstarts(part, "onchange("))
			return -EINVAL;
		attrs->actions[attrs->nr_actions++] = part;
	}
	return 0;
}

/* A minus is an operator, but not in this modifier. */
static void attrs_hide_minus(char *text)
{
	static const char name[] = ".sym-offset";
	char *at = text;

	while ((at = strstr(at, name))) {
		at[strlen(".sym")] = 'X';
		at += strlen(name);
	}
}

/**
 * otr_hist_attrs_read - cut a command into its parts
 * @r: the histogram to be
 * @text: what is behind "hist:", without the filter; is cut, and belongs to the histogram
 *
 * Context: may sleep.
 * Return: 0, -EINVAL with or without an error in the command, -ERANGE.
 */
int otr_hist_attrs_read(struct otr_hist_reader *r, char *text)
{
	struct otr_hist_attrs *attrs = &r->hist->attrs;
	int err = 0;

	attrs->bits = OTR_HIST_BITS_DEFAULT;
	attrs_hide_minus(text);
	while (text && !err) {
		char *part = strsep(&text, ":");
		char *is = strchr(part, '=');

		if (is && !is[1])
			err = otr_hist_blame(r->command, OTR_HIST_ASSIGNMENT_EMPTY, part);
		else if (is)
			err = attrs_assign(r, part);
		else
			err = attrs_read_word(attrs, part);
	}
	if (err)
		return err;
	if (!attrs->keys)
		return -EINVAL;
	if (!attrs->clock)
		attrs->clock = "global";
	return 0;
}

static int attrs_read_def(struct otr_hist_reader *r, char *text)
{
	struct otr_hist *hist = r->hist;
	char *name = strsep(&text, "=");

	if (!text)
		return otr_hist_blame(r->command, OTR_HIST_ASSIGNMENT_MALFORMED, name);
	if (hist->nr_defs == HIST_VARS_MAX)
		return otr_hist_blame(r->command, OTR_HIST_VARS_TOO_MANY, name);
	hist->defs[hist->nr_defs].name = name;
	hist->defs[hist->nr_defs].text = text;
	hist->nr_defs++;
	return 0;
}

/**
 * otr_hist_defs_read - tell variables from what they are assigned
 * @r: the histogram, its attributes read
 *
 * Context: any.
 * Return: 0, -EINVAL with an error in the command.
 */
int otr_hist_defs_read(struct otr_hist_reader *r)
{
	struct otr_hist_attrs *attrs = &r->hist->attrs;
	unsigned int i, j;
	int err;

	for (i = 0; i < attrs->nr_assigned; i++) {
		char *rest = attrs->assigned[i];

		for (j = 0; j < HIST_VARS_MAX && rest; j++) {
			err = attrs_read_def(r, strsep(&rest, ","));
			if (err)
				return err;
		}
	}
	return 0;
}
