/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of synthetic events, a part of dyn.h: what a definition says. This needs no kernel
 * and builds in user space.
 */
#ifndef _OTR_DYN_FIELDS_H
#define _OTR_DYN_FIELDS_H

#include "base/base.h"

/* What a record of a synthetic event may have, as in-tree. */
#define OTR_SYNTH_FIELDS	64
#define OTR_SYNTH_CHARS		256	/* bytes that a text of fixed size takes */
#define OTR_SYNTH_TEXT		4096	/* bytes of another text at most, with its zero */
#define OTR_SYNTH_STACK		128	/* addresses of a stack at most */

/**
 * enum otr_synth_sort - what a value of a synthetic event is
 * @OTR_SYNTH_NUMBER: a number
 * @OTR_SYNTH_INSIDE: a text of fixed size, in the record
 * @OTR_SYNTH_BEHIND: a text of any size, behind the record
 * @OTR_SYNTH_CALLERS: a stack, behind the record
 */
enum otr_synth_sort {
	OTR_SYNTH_NUMBER,
	OTR_SYNTH_INSIDE,
	OTR_SYNTH_BEHIND,
	OTR_SYNTH_CALLERS,
};

/**
 * struct otr_synth_field - a field of a synthetic event
 * @type: as users wrote it, an array's brackets with it
 * @name: its name
 * @fmt: the format that prints it
 * @offset: in the record
 * @size: in bytes, of a number or of a text of fixed size; else of what leads to it
 * @unused: of a number: bits that a u64 has and the field has not
 * @sort: enum otr_synth_sort
 * @is_signed: its type is
 * @is_gfp: it has bits with names
 */
struct otr_synth_field {
	const char	*type;
	const char	*name;
	const char	*fmt;
	u16		offset;
	u16		size;
	u8		unused;
	u8		sort;
	bool		is_signed;
	bool		is_gfp;
};

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
 * @cmd: the whole line, and what is wrong with it
 * @words: copy of what defines the fields, to be cut up
 * @nr: fields so far
 * @field: the fields; their types and names are memory of their own
 */
struct otr_synth_plan {
	struct otr_cmd		cmd;
	char			*words;
	unsigned int		nr;
	struct otr_synth_field	field[OTR_SYNTH_FIELDS];
};

/* fields.c: from text to fields */
extern const struct otr_catalog otr_synth_catalog;

int otr_synth_fail(struct otr_cmd *cmd, enum otr_synth_error error, const char *word);
bool otr_synth_good_name(const char *name);
int otr_synth_check_type(const char *type);
int otr_synth_read(struct otr_synth_plan *plan, const char *fields);
void otr_synth_forget(struct otr_synth_plan *plan);

#endif /* _OTR_DYN_FIELDS_H */
