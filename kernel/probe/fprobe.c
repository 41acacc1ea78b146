// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions of fprobes: on entries or returns of functions that can be traced.
 *
 *	f[MAXACTIVE][:[GROUP/][EVENT]] FUNCTION[%return] [ARGUMENTS]
 *
 * The function may be a pattern, as set_ftrace_filter has them. Where arguments ask for
 * $retval, the return is meant whether the definition says so or not.
 */
#include <linux/ctype.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe/kprobe.h"

#define FPROBE_GROUP	"fprobes"

/* Does an argument ask for what the function returned? */
static bool fprobe_asks_result(const struct otr_fetch_line *line)
{
	unsigned int i;

	for (i = 2; i < line->nr; i++) {
		const char *found = strstr(line->word[i], "$retval");

		if (found && !isalnum(found[7]) && found[7] != '_')
			return true;
	}
	return false;
}

static int fprobe_read_symbol(struct otr_kprobe_def *def)
{
	const char *text = def->line.word[1], *suffix = strchrnul(text, '%');

	if (*suffix && strcmp(suffix, "%return"))
		return otr_fetch_fail(&def->line, 1, suffix - text, OTR_FETCH_BAD_ADDR_SUFFIX);
	def->symbol = kmemdup_nul(text, suffix - text, GFP_KERNEL);
	if (!def->symbol)
		return -ENOMEM;
	def->is_return = *suffix || fprobe_asks_result(&def->line);
	if (def->maxactive && !def->is_return)
		return otr_fetch_fail(&def->line, 0, 1, OTR_FETCH_BAD_MAXACT_TYPE);
	return 0;
}

static int fprobe_read_name(struct otr_kprobe_def *def)
{
	int err = otr_probe_read_name(&def->line, &def->name, FPROBE_GROUP);

	if (err || *def->name.event)
		return err;
	snprintf(def->name.event, OTR_PROBE_NAME, "%s__%s", def->symbol,
		 def->is_return ? "exit" : "entry");
	otr_probe_clean_name(def->name.event);
	return 0;
}

static int fprobe_read_args(struct otr_kprobe_def *def, struct otr_fetch **fetch)
{
	const struct otr_fetch_place place = {
		.where	= (def->is_return ? OTR_FETCH_RETURN : OTR_FETCH_ENTRY) |
			  OTR_FETCH_FPROBE,
		.head	= otr_probe_head_bytes(def->is_return ? OTR_PROBE_RETURN : OTR_PROBE_AT),
		.func	= def->symbol,
	};

	return otr_fetch_read(&def->line, 2, def->line.nr - 2, &place, fetch);
}

static int fprobe_read(struct otr_kprobe_def *def, struct otr_fetch **fetch)
{
	int err = otr_kprobe_read_maxactive(&def->line, &def->maxactive) ?:
		  fprobe_read_symbol(def) ?: fprobe_read_name(def);

	return err ?: fprobe_read_args(def, fetch);
}

static const struct otr_kprobe_family fprobe_family = {
	.catalog	= {
		.place	= "trace_fprobe",
		.text	= otr_fetch_errors,
		.nr	= OTR_FETCH_NR_ERRORS,
	},
	.ops		= &otr_fprobe_ops,
	.relatives	= &otr_tprobe_ops,
	.kind		= &otr_fprobe_kind,
	.read		= fprobe_read,
	.place		= otr_fprobe_place,
};

static int fprobe_create(const char *text)
{
	return otr_kprobe_define(text, &fprobe_family);
}

static bool fprobe_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	const struct otr_kprobe *kp = otr_kprobe_of(otr_probe_of(dyn));

	if (!otr_probe_is(&kp->probe, group, event))
		return false;
	if (!nr)
		return true;
	return !strcmp(kp->symbol, words[0]) &&
	       otr_fetch_match(kp->probe.fetch, words + 1, nr - 1);
}

static void fprobe_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_kprobe *kp = otr_kprobe_of(otr_probe_of(dyn));
	const struct otr_event *ev = &kp->probe.to->event;

	seq_putc(m, 'f');
	if (kp->maxactive)
		seq_printf(m, "%u", kp->maxactive);
	seq_printf(m, ":%s/%s %s%s", ev->system, ev->name, kp->symbol,
		   kp->is_return ? "%return" : "");
	otr_fetch_show(m, kp->probe.fetch);
	seq_putc(m, '\n');
}

struct otr_dyn_kind otr_fprobe_kind = {
	.letters	= "f",
	.create		= fprobe_create,
	.show		= fprobe_show,
	.match		= fprobe_match,
	.busy		= otr_probe_busy,
	.leave		= otr_probe_leave,
	.free		= otr_probe_free,
};
