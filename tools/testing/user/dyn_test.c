// SPDX-License-Identifier: GPL-2.0-only
/* What the programs about definitions of synthetic events share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dyn_test.h"

static void list(const struct otr_synth_plan *plan, struct dyn_answer *answer)
{
	size_t at = 0;

	for (unsigned int i = 0; i < plan->nr; i++)
		at += snprintf(answer->listing + at, sizeof(answer->listing) - at, "%s%s %s",
			       i ? "; " : "", plan->field[i].type, plan->field[i].name);
}

/* What has to be true of every field. */
static const char *broken_field(const struct otr_synth_field *field)
{
	if (!otr_synth_good_name(field->name))
		return "a bad name";
	switch (field->sort) {
	case OTR_SYNTH_NUMBER:
		if (otr_synth_check_type(field->type) || field->unused + 8 * field->size != 64)
			return "a number of no size";
		break;
	case OTR_SYNTH_INSIDE:
		if (!field->size || field->size > OTR_SYNTH_CHARS)
			return "a text of no size";
		break;
	default:
		if (field->size != sizeof(u64) || !strchr(field->type, '['))
			return "something behind that is none";
	}
	return NULL;
}

static const char *broken_plan(const struct otr_synth_plan *plan, int err)
{
	const char *why = NULL;

	if (err && (err != -EINVAL || plan->cmd.error < 0))
		return "refused without a reason";
	if (err && (plan->cmd.error >= otr_synth_catalog.nr ||
		    plan->cmd.error_pos > strlen(plan->cmd.text)))
		return "an error that is none";
	if (!err && (plan->cmd.error >= 0 || !plan->nr || plan->nr > OTR_SYNTH_FIELDS))
		return "taken, but";
	for (unsigned int i = 0; i < plan->nr && !why; i++)
		why = broken_field(&plan->field[i]);
	return why;
}

/**
 * dyn_ask - read fields
 * @text: the fields
 * @answer: what came of it
 */
void dyn_ask(const char *text, struct dyn_answer *answer)
{
	struct otr_synth_plan *plan = calloc(1, sizeof(*plan));
	const char *why;

	memset(answer, 0, sizeof(*answer));
	otr_cmd_init(&plan->cmd, &otr_synth_catalog, text);
	answer->err = otr_synth_read(plan, text);
	answer->error = plan->cmd.error;
	answer->pos = plan->cmd.error_pos;
	list(plan, answer);
	why = broken_plan(plan, answer->err);
	if (why) {
		fprintf(stderr, "%s: \"%s\"\n", why, text);
		abort();
	}
	otr_synth_forget(plan);
	free(plan);
}

/**
 * dyn_broken - is what is listed what was written?
 * @text: the fields
 *
 * Return: NULL if it is, or if they were refused; else why not.
 */
const char *dyn_broken(const char *text)
{
	static struct dyn_answer first, second;

	dyn_ask(text, &first);
	if (first.err)
		return NULL;
	dyn_ask(first.listing, &second);
	if (second.err)
		return "the listing is refused";
	return strcmp(first.listing, second.listing) ? "the listing is another one" : NULL;
}
