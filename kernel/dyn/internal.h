/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the dyn room: how synthetic events are made of text. */
#ifndef _OTR_DYN_INTERNAL_H
#define _OTR_DYN_INTERNAL_H

#include "dyn/dyn.h"

/* Errors of a definition of a synthetic event. */
enum otr_synth_error {
	OTR_SYNTH_BAD_NAME,
	OTR_SYNTH_BAD_COMMAND,
	OTR_SYNTH_BAD_GROUP,
	OTR_SYNTH_THERE,
	OTR_SYNTH_TOO_MANY,
	OTR_SYNTH_HALF_TYPE,
	OTR_SYNTH_BAD_TYPE,
	OTR_SYNTH_BAD_FIELD,
	OTR_SYNTH_BAD_ARRAY,
};

/**
 * struct otr_synth_plan - a definition that is being read
 * @text: the whole line, for the error log
 * @words: copy of what defines the fields; names point into it
 * @nr: fields so far
 * @field: the fields; their types are memory of their own
 */
struct otr_synth_plan {
	const char		*text;
	char			*words;
	unsigned int		nr;
	struct otr_synth_field	field[OTR_SYNTH_FIELDS];
};

/* fields.c: from text to fields */
int otr_synth_fail(const char *text, enum otr_synth_error error, const char *word);
int otr_synth_check_type(const char *type);
int otr_synth_read(struct otr_synth_plan *plan, const char *fields);
void otr_synth_forget(struct otr_synth_plan *plan);

/* build.c: from fields to an event */
struct otr_synth *otr_synth_build(const char *name, const struct otr_synth_plan *plan);

/* text.c: from a record to text */
void otr_synth_text(struct otr_line *line);

/* trace.c */

/**
 * struct otr_synth_target - an instance that wants records of a synthetic event
 * @node: in &struct otr_synth.targets
 * @sub: the event there
 * @rcu: it goes by this
 */
struct otr_synth_target {
	struct hlist_node	node;
	struct otr_sub		*sub;
	struct rcu_head		rcu;
};

void otr_synth_trace_one(const struct otr_synth *synth, struct otr_sub *sub, const u64 *values);
void otr_synth_put_value(const struct otr_synth_field *field, void *rec, u64 value);

#endif /* _OTR_DYN_INTERNAL_H */
