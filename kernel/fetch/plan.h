/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the fetch room: from a user's text to steps. */
#ifndef _OTR_FETCH_PLAN_H
#define _OTR_FETCH_PLAN_H

#include "fetch/fetch.h"

/* As many of in-tree's steps fit into an argument; the last of its 16 marks the end. */
#define OTR_DRAFT_DEPTH		15

/* Structures that are named in each other, as newer kernels. */
#define OTR_DRAFT_CASTS		8

/* Bytes of all names of arguments that others stand for, as in-tree. */
#define OTR_DRAFT_NAMES		128

/* What the last value of an expression is: what types go with it depends on that. */
enum otr_draft_sort {
	OTR_DRAFT_NOTHING,
	OTR_DRAFT_WORD,		/* a word of registers or of the stack */
	OTR_DRAFT_OTHER,		/* another word that is at hand */
	OTR_DRAFT_IMM,
	OTR_DRAFT_COMM,		/* name of the task */
	OTR_DRAFT_TEXT,		/* a text of the definition */
	OTR_DRAFT_FIELD,		/* of another event's record */
	OTR_DRAFT_READ,		/* what lies in memory */
	OTR_DRAFT_UREAD,		/* the same of the task's */
};

/* What a word at the base of a source is, whatever the base: imm of its step. */
#define OTR_DRAFT_REG(at)	((u64)(at))
#define OTR_DRAFT_ARG(nr)	(1ULL << 32 | (nr))
#define OTR_DRAFT_RESULT		(2ULL << 32)
#define OTR_DRAFT_FIELD_AT(offset)	(3ULL << 32 | (offset))
#define OTR_DRAFT_IS(tag)	((tag) >> 32)

/**
 * struct otr_draft_arg - an argument that is being read
 * @line: the definition
 * @place: where the probe is
 * @plan: all arguments
 * @word: of @line, that it is
 * @at: offset in that word of what is read
 * @depth: how many steps in-tree has so far, less one
 * @sort: enum otr_draft_sort
 * @nr: how many steps there are
 * @step: they
 * @symbol: name of the symbol whose address is the first step's, with its offset; NULL
 *	    for none
 * @text: a text of the definition, NULL for none
 * @casts: how many structures were named around what is read
 * @btf: where the type @last is
 * @last: type of the value so far, as far as the kernel knows it; 0 for none
 * @bit_offset: where the value begins in what is read, in bits
 * @bits: of a bit field, 0 for another value
 * @type: its type
 * @nr_elements: of an array, 0 for none
 */
struct otr_draft_arg {
	struct otr_fetch_line		*line;
	const struct otr_fetch_place	*place;
	struct otr_draft			*plan;
	unsigned int			word;
	unsigned int			at;
	unsigned int			depth;
	u8				sort;
	u8				nr;
	struct otr_fetch_step		step[OTR_DRAFT_DEPTH + 3];
	char				*symbol;
	char				*text;
	unsigned int			casts;
	const struct otr_btf		*btf;
	u32				last;
	u32				bit_offset;
	u32				bits;
	const struct otr_fetch_type	*type;
	unsigned int			nr_elements;
};

/**
 * struct otr_draft - the arguments that were read so far
 * @nr: how many
 * @size: bytes of their slots
 * @texts: how many texts they have
 * @nr_steps: how many steps
 * @nr_symbols: how many symbols
 * @nr_saved: how many words of the entry are kept
 * @words: the arguments, where they are other ones than the definition's; NULL
 * @nr_words: how many of those
 * @names: names of the function's arguments in those
 * @btf: types of the function, NULL for none
 * @proto: the function there
 * @asked: @btf is what is known
 * @needs_regs: see &struct otr_fetch
 * @needs_stack: likewise
 * @save: which of the function's arguments these words are
 * @arg: the arguments; name, text and shown are memory of their own
 * @step: their steps, room for @room
 * @room: see @step
 * @symbol: names are memory of their own
 * @imm: texts of the definition, by argument: memory of their own, or NULL
 */
struct otr_draft {
	unsigned int			nr;
	unsigned int			size;
	unsigned int			texts;
	unsigned int			nr_steps;
	unsigned int			nr_symbols;
	unsigned int			nr_saved;
	const char			**words;
	unsigned int			nr_words;
	char				names[OTR_DRAFT_NAMES];
	const struct otr_btf		*btf;
	u32				proto;
	bool				asked;
	bool				needs_regs;
	bool				needs_stack;
	unsigned int			room;
	struct otr_fetch_step		*step;
	u16				save[OTR_FETCH_ARGS];
	struct otr_fetch_arg		arg[OTR_FETCH_ARGS];
	char				*imm[OTR_FETCH_ARGS];
	struct otr_fetch_symbol		symbol[OTR_FETCH_ARGS];
};

/* Note what is wrong with an argument at the place that is read. */
static inline int otr_draft_fail(struct otr_draft_arg *arg, enum otr_fetch_error error)
{
	return otr_fetch_fail(arg->line, arg->word, arg->at, error);
}

static inline bool otr_draft_at_entry(const struct otr_fetch_place *place)
{
	return (place->where & (OTR_FETCH_ENTRY | OTR_FETCH_RETURN | OTR_FETCH_EVENT |
				OTR_FETCH_USER)) == OTR_FETCH_ENTRY;
}

static inline bool otr_draft_at_return(const struct otr_fetch_place *place)
{
	return (place->where & (OTR_FETCH_ENTRY | OTR_FETCH_RETURN | OTR_FETCH_EVENT |
				OTR_FETCH_USER)) == OTR_FETCH_RETURN;
}

/* line.c */
int otr_fetch_line_renew(struct otr_fetch_line *line);

/* types.c */
const struct otr_fetch_type *otr_fetch_type_find(const char *name, bool user);

/* expr.c: the expression of an argument */
int otr_draft_expr(struct otr_draft_arg *arg, char *text);

/* A number of 1, 2, 4 or 8 bytes in a slot. */
static inline u64 otr_fetch_number(const void *at, unsigned int size)
{
	switch (size) {
	case 8:
		return get_unaligned((const u64 *)at);
	case 4:
		return get_unaligned((const u32 *)at);
	case 2:
		return get_unaligned((const u16 *)at);
	default:
		return *(const u8 *)at;
	}
}

/* step.c: the steps of an argument */
struct otr_fetch_step *otr_draft_next(struct otr_draft_arg *arg);
struct otr_fetch_step *otr_draft_first(struct otr_draft_arg *arg, enum otr_fetch_op op,
				       enum otr_draft_sort sort);
int otr_draft_word(struct otr_draft_arg *arg, u64 tag);
int otr_draft_stack(struct otr_draft_arg *arg, u32 nr);
int otr_draft_argument(struct otr_draft_arg *arg, unsigned int nr);
int otr_draft_memory(struct otr_draft_arg *arg, s64 offset, bool user);

/* named.c: values by their names in the kernel's source */
bool otr_draft_typed(struct otr_draft *plan, const struct otr_fetch_place *place);
bool otr_draft_param(const struct otr_draft *plan, const struct otr_fetch_place *place,
		     unsigned int nr, struct otr_btf_param *out);
int otr_draft_named(struct otr_draft_arg *arg, char *text);
int otr_draft_cast(struct otr_draft_arg *arg, const char *type, const char *field, char *names);
const char *otr_draft_type_of(struct otr_draft_arg *arg);
int otr_draft_named_text(struct otr_draft_arg *arg, bool user);

/* arg.c: an argument */
int otr_draft_read(struct otr_draft_arg *arg, const char *text);

/* expand.c: words that stand for others */
int otr_draft_expand(struct otr_draft *plan, struct otr_fetch_line *line, unsigned int first,
		     unsigned int *nr, const struct otr_fetch_place *place);

/* make.c: from all arguments to a program */
struct otr_fetch *otr_draft_make(const struct otr_draft *plan, const struct otr_fetch_place *place);

#endif /* _OTR_FETCH_PLAN_H */
