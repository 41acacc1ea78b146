/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of user events, a part of dyn.h: what a definition says, and whether a record that
 * a program wrote is what it says. This needs no kernel and builds in user space.
 */
#ifndef _OTR_DYN_USER_PLAN_H
#define _OTR_DYN_USER_PLAN_H

#include "base/base.h"

#define OTR_USER_CHARS	1024	/* bytes of a text of fixed size at most, as in-tree */

/**
 * enum otr_user_sort - what a field of a user event is
 * @OTR_USER_NUMBER: a number
 * @OTR_USER_CHARS_INSIDE: a text of fixed size
 * @OTR_USER_STRUCT: bytes that nobody looks into
 * @OTR_USER_DATA_LOC: a word that says where in the record something lies
 * @OTR_USER_REL_LOC: likewise, from the end of the word on
 */
enum otr_user_sort {
	OTR_USER_NUMBER,
	OTR_USER_CHARS_INSIDE,
	OTR_USER_STRUCT,
	OTR_USER_DATA_LOC,
	OTR_USER_REL_LOC,
};

/**
 * struct otr_user_field - a field of a user event
 * @type: as users wrote it, with the brackets of an array
 * @name: its name
 * @offset: in the record, behind its head
 * @size: in bytes
 * @sort: enum otr_user_sort
 * @is_text: a word that says where a text lies
 */
struct otr_user_field {
	const char	*type;
	const char	*name;
	u16		offset;
	u16		size;
	u8		sort;
	bool		is_text;
};

/**
 * struct otr_user_plan - a definition that is being read
 * @words: a copy of it, cut up
 * @name: the event's name
 * @fields: what is behind that, whole until otr_user_plan_fields(); NULL for nothing
 * @field: the fields; their types and names are parts of @words
 * @nr: how many
 * @size: bytes of a record with its head, without what lies behind
 * @nr_locs: fields that say where something lies
 */
struct otr_user_plan {
	char			*words;
	const char		*name;
	char			*fields;
	struct otr_user_field	*field;
	unsigned int		nr;
	u32			size;
	unsigned int		nr_locs;
};

/**
 * struct otr_user_loc - what has to be true of a record
 * @offset: in the record is a word that says where something lies
 * @base: that counts from here
 * @is_text: what lies there ends with a zero
 */
struct otr_user_loc {
	u16	offset;
	u16	base;
	bool	is_text;
};

/* user_plan.c */
int otr_user_plan_begin(struct otr_user_plan *plan, const char *text);
int otr_user_plan_fields(struct otr_user_plan *plan);
void otr_user_plan_end(struct otr_user_plan *plan);
const char *otr_user_print(const struct otr_user_field *field);
const char *otr_user_listed_word(const char *listed, const char *at, const char *word);
bool otr_user_listed_as(const char *listed, const char *words);
bool otr_user_good(const struct otr_user_loc *loc, unsigned int nr, const void *rec, size_t len);

#endif /* _OTR_DYN_USER_PLAN_H */
