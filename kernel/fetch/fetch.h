/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room fetch: the arguments of probes.
 *
 * Purpose:  a probe's arguments are read from a user's text ("NAME=+8(%di):string"), planned
 *           into a program of steps, and run whenever the probe is hit: on registers, on
 *           another event's record, on memory. What they are in the probe's own record --
 *           fields, print format, text -- is known here, too. Kinds of probe differ only in
 *           what they put into a struct otr_fetch_source.
 * Objects:  struct otr_fetch_line, a definition that is being read, on the stack of a kind;
 *           struct otr_fetch, the arguments of one probe, owned by that. It changes by
 *           otr_fetch_resolve() only.
 * Locks:    none. The kind keeps a program until nobody runs it or prints its records.
 * Contexts: reading sleeps. Running works anywhere, NMI included, but for
 *           otr_fetch_run_user(), which may sleep.
 *
 * A record of a probe is what its kind puts first (struct otr_rec_head and addresses), then a
 * slot of fixed size for each argument, then the texts that some of the slots point to.
 */
#ifndef _OTR_FETCH_H
#define _OTR_FETCH_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "base/base.h"
#include "event/event.h"

struct seq_file;

/* What a probe may have, as in-tree. */
#define OTR_FETCH_ARGS		128	/* arguments */
#define OTR_FETCH_TEXT		63	/* characters of one, without its name */
#define OTR_FETCH_TEXT_LONG	255	/* the same with what newer kernels added */
#define OTR_FETCH_NAME		32	/* characters of its name */
#define OTR_FETCH_ARRAY		64	/* elements of an array */
#define OTR_FETCH_SLOTS		3072	/* bytes of all slots */
#define OTR_FETCH_STRING	4096	/* bytes of a text, with its zero */

/*
 * What can be wrong with a probe. All kinds of probe have one list; what in-tree
 * calls it is the name here.
 */
enum otr_fetch_error {
	OTR_FETCH_FILE_NOT_FOUND,
	OTR_FETCH_NO_REGULAR_FILE,
	OTR_FETCH_BAD_REFCNT,
	OTR_FETCH_REFCNT_OPEN_BRACE,
	OTR_FETCH_BAD_REFCNT_SUFFIX,
	OTR_FETCH_BAD_UPROBE_OFFS,
	OTR_FETCH_BAD_MAXACT_TYPE,
	OTR_FETCH_BAD_MAXACT,
	OTR_FETCH_MAXACT_TOO_BIG,
	OTR_FETCH_BAD_PROBE_ADDR,
	OTR_FETCH_NON_UNIQ_SYMBOL,
	OTR_FETCH_BAD_RETPROBE,
	OTR_FETCH_NO_TRACEPOINT,
	OTR_FETCH_BAD_TP_NAME,
	OTR_FETCH_BAD_ADDR_SUFFIX,
	OTR_FETCH_NO_GROUP_NAME,
	OTR_FETCH_GROUP_TOO_LONG,
	OTR_FETCH_BAD_GROUP_NAME,
	OTR_FETCH_NO_EVENT_NAME,
	OTR_FETCH_EVENT_TOO_LONG,
	OTR_FETCH_BAD_EVENT_NAME,
	OTR_FETCH_EVENT_EXIST,
	OTR_FETCH_RETVAL_ON_PROBE,
	OTR_FETCH_NO_RETVAL,
	OTR_FETCH_BAD_STACK_NUM,
	OTR_FETCH_BAD_ARG_NUM,
	OTR_FETCH_BAD_VAR,
	OTR_FETCH_BAD_REG_NAME,
	OTR_FETCH_BAD_MEM_ADDR,
	OTR_FETCH_BAD_IMM,
	OTR_FETCH_IMMSTR_NO_CLOSE,
	OTR_FETCH_FILE_ON_KPROBE,
	OTR_FETCH_BAD_FILE_OFFS,
	OTR_FETCH_SYM_ON_UPROBE,
	OTR_FETCH_TOO_MANY_OPS,
	OTR_FETCH_DEREF_NEED_BRACE,
	OTR_FETCH_BAD_DEREF_OFFS,
	OTR_FETCH_DEREF_OPEN_BRACE,
	OTR_FETCH_COMM_CANT_DEREF,
	OTR_FETCH_BAD_FETCH_ARG,
	OTR_FETCH_ARRAY_NO_CLOSE,
	OTR_FETCH_BAD_ARRAY_SUFFIX,
	OTR_FETCH_BAD_ARRAY_NUM,
	OTR_FETCH_ARRAY_TOO_BIG,
	OTR_FETCH_BAD_TYPE,
	OTR_FETCH_BAD_STRING,
	OTR_FETCH_BAD_SYMSTRING,
	OTR_FETCH_BAD_BITFIELD,
	OTR_FETCH_ARG_NAME_TOO_LONG,
	OTR_FETCH_NO_ARG_NAME,
	OTR_FETCH_BAD_ARG_NAME,
	OTR_FETCH_USED_ARG_NAME,
	OTR_FETCH_ARG_TOO_LONG,
	OTR_FETCH_NO_ARG_BODY,
	OTR_FETCH_BAD_INSN_BNDRY,
	OTR_FETCH_FAIL_REG_PROBE,
	OTR_FETCH_DIFF_PROBE_TYPE,
	OTR_FETCH_DIFF_ARG_TYPE,
	OTR_FETCH_SAME_PROBE,
	OTR_FETCH_NO_EVENT_INFO,
	OTR_FETCH_BAD_ATTACH_EVENT,
	OTR_FETCH_BAD_ATTACH_ARG,
	OTR_FETCH_NO_EP_FILTER,
	OTR_FETCH_NOSUP_BTFARG,
	OTR_FETCH_NO_BTFARG,
	OTR_FETCH_NO_BTF_ENTRY,
	OTR_FETCH_BAD_VAR_ARGS,
	OTR_FETCH_NOFENTRY_ARGS,
	OTR_FETCH_DOUBLE_ARGS,
	OTR_FETCH_ARGS_2LONG,
	OTR_FETCH_ARGIDX_2BIG,
	OTR_FETCH_NO_PTR_STRCT,
	OTR_FETCH_NOSUP_DAT_ARG,
	OTR_FETCH_BAD_HYPHEN,
	OTR_FETCH_NO_BTF_FIELD,
	OTR_FETCH_BAD_BTF_TID,
	OTR_FETCH_BAD_TYPE4STR,
	OTR_FETCH_NEED_STRING_TYPE,
	OTR_FETCH_EVENT_TOO_BIG,
	OTR_FETCH_TOO_MANY_ARGS,
	OTR_FETCH_NOSUP_PERCPU,
	OTR_FETCH_TYPECAST_REQ_FIELD,
	OTR_FETCH_TYPECAST_NOT_ALIGNED,
	OTR_FETCH_TYPECAST_BAD_ARROW,
	OTR_FETCH_TYPECAST_SYM_OFFSET,
	OTR_FETCH_TOO_MANY_NESTED,
	OTR_FETCH_NR_ERRORS,
};

/*
 * Texts of these, for the catalog of a kind:
 *
 *	static const struct otr_catalog catalog = {
 *		.place = "trace_kprobe", .text = otr_fetch_errors, .nr = OTR_FETCH_NR_ERRORS,
 *	};
 */
extern const char *const otr_fetch_errors[OTR_FETCH_NR_ERRORS];

/**
 * struct otr_fetch_line - a definition of a probe that is being read
 * @cmd: its first error, and its text as error_log shows it: the words with one blank
 *	 between them
 * @also: a second error at the same place, as in-tree; -1 for none
 * @nr: how many words there are
 * @word: they; the first one has the kind's letter
 * @expanded: memory of words that were replaced
 *
 * A word can be replaced by what it stands for, ":%pd" for one; then so is the text.
 */
struct otr_fetch_line {
	struct otr_cmd	cmd;
	int		also;
	unsigned int	nr;
	const char	**word;
	char		*expanded;
};

/* line.c */
int otr_fetch_line_open(struct otr_fetch_line *line, const struct otr_catalog *catalog,
			const char *text);
void otr_fetch_line_close(struct otr_fetch_line *line);
void otr_fetch_line_log(const struct otr_fetch_line *line, struct otr_errlog *log);
int otr_fetch_fail(struct otr_fetch_line *line, unsigned int word, unsigned int offset,
		   enum otr_fetch_error error);

/*
 * Where a probe is. One of the first three or none (somewhere in a function); then what it
 * is, as all but plain kprobes and kretprobes say.
 */
#define OTR_FETCH_ENTRY		BIT(0)	/* at the entry of a kernel function: $argN */
#define OTR_FETCH_RETURN	BIT(1)	/* at the return of a function: $retval */
#define OTR_FETCH_EVENT		BIT(2)	/* at another event: $FIELD */
#define OTR_FETCH_USER		BIT(3)	/* in a program; else it is in the kernel */
#define OTR_FETCH_FPROBE	BIT(4)	/* an fprobe: no registers by name */
#define OTR_FETCH_TRACEPOINT	BIT(5)	/* at a tracepoint: also _ENTRY and _FPROBE */

/**
 * struct otr_fetch_place - what arguments of a probe can refer to
 * @where: OTR_FETCH_*
 * @head: bytes of a record in front of the first slot: a multiple of four
 * @event: for OTR_FETCH_EVENT: the event
 * @func: the function, for names of parameters; NULL for none
 */
struct otr_fetch_place {
	unsigned int			where;
	unsigned int			head;
	const struct otr_event		*event;
	const char			*func;
};

/*
 * What a step does. The order matters: those in front of the end can be done in line, others
 * are asked for in this order.
 *
 * Steps of an argument begin with one that gets a value, and end with one that puts it.
 */
enum otr_fetch_op {
	OTR_FETCH_OP_WORD,	/* get and put: eight bytes at base + offset */
	OTR_FETCH_OP_SMALL,	/* the same: fewer bytes */
	OTR_FETCH_OP_STR_AT,	/* get and put: text at the word at base + offset, plus behind */
	OTR_FETCH_OP_NUMBER,	/* get and put: a number in a record, as eight bytes */
	OTR_FETCH_OP_END,
	OTR_FETCH_OP_GET,	/* get: a word at base + offset */
	OTR_FETCH_OP_READ,	/* get: the word that is in memory at value + offset */
	OTR_FETCH_OP_PUT,	/* put: the value, of so many bytes */
	OTR_FETCH_OP_IMM,	/* get: imm */
	OTR_FETCH_OP_MEM,	/* put: so many bytes from memory at value + offset */
	OTR_FETCH_OP_STR,	/* put: text at value + offset */
	OTR_FETCH_OP_SAVED,	/* get: a word that was saved at the function's entry */
	OTR_FETCH_OP_STACK,	/* get: a word at stack + offset */
	OTR_FETCH_OP_STACKP,	/* get: stack */
	OTR_FETCH_OP_FIELD,	/* get: a number in a record */
	OTR_FETCH_OP_FIELD_AT,	/* get: where a field's bytes are */
	OTR_FETCH_OP_BITS,	/* change: what was put, to some bits of it */
	OTR_FETCH_OP_SHIFT,	/* change: the value, to some bits of it */
	OTR_FETCH_OP_UREAD,	/* as READ, MEM, STR, from the task's memory */
	OTR_FETCH_OP_UMEM,
	OTR_FETCH_OP_USTR,
	OTR_FETCH_OP_SYMSTR,	/* put: name of the symbol at value */
	OTR_FETCH_OP_TEXT,	/* put: text at value, which is readable */
	OTR_FETCH_OP_COMM,	/* put: name of the running task */
	OTR_FETCH_OP_FILE,	/* get: file + imm */
	OTR_FETCH_OP_CURRENT,	/* get: the running task */
	OTR_FETCH_OP_PERCPU,	/* change: address of a per-CPU variable to this CPU's */
	OTR_FETCH_OP_AGAIN,	/* what puts is done again for the next element */
};

/**
 * struct otr_fetch_step - one of a program's steps
 * @op: enum otr_fetch_op
 * @size: bytes that are put, of one element
 * @slot: where in the record they are put
 * @rest: steps of this argument from here on: as many are left out when memory cannot be
 *	  read
 * @again: for OTR_FETCH_OP_AGAIN: steps to go back
 * @nr: elements of an array, 0 for none
 * @left: of OTR_FETCH_OP_BITS and _SHIFT: by how much to shift, and back
 * @right: back
 * @offset: as @op says
 * @imm: as @op says
 * @access: of OTR_FETCH_OP_FIELD, _NUMBER and _FIELD_AT
 * @behind: of OTR_FETCH_OP_STR_AT
 */
struct otr_fetch_step {
	u8		op;
	u8		size;
	u16		slot;
	s32		offset;
	union {
		u64			imm;
		struct otr_access	access;
		struct {
			u8		left;
			u8		right;
		};
	};
	u8		rest;
	u8		again;
	u8		nr;
	s32		behind;
};

/**
 * struct otr_fetch_type - what an argument is in the record and as text
 * @name: as users write it
 * @shown: in the event's format
 * @fmt: of the print format
 * @size: bytes of a slot, or of an element
 * @is_signed: says the event's format
 * @is_text: the slot says where a text is
 */
struct otr_fetch_type {
	const char	*name;
	const char	*shown;
	const char	*fmt;
	u8		size;
	bool		is_signed;
	bool		is_text;
};

/**
 * struct otr_fetch_arg - an argument
 * @name: its name
 * @text: what is behind the name, as the definition has it
 * @type: its type
 * @field: its name in the event's format: an array of numbers has brackets
 * @shown: the type there: one of texts has its own brackets behind theirs
 * @slot: where it is in the record
 * @nr: elements of an array, 0 for none
 */
struct otr_fetch_arg {
	const char			*name;
	const char			*text;
	const struct otr_fetch_type	*type;
	const char			*field;
	const char			*shown;
	u16				slot;
	u8				nr;
};

/**
 * struct otr_fetch_symbol - a step that needs the address of a symbol
 * @name: the symbol, and an offset from it
 * @step: number of the step
 */
struct otr_fetch_symbol {
	const char	*name;
	unsigned int	step;
};

/**
 * struct otr_fetch - the arguments of a probe
 * @steps: the program
 * @size: bytes of a record up to the first text
 * @texts: how many texts may be behind that; 0 for records that are all of @size
 * @nr: how many arguments there are
 * @saved: words that are kept from the entry of a function for its return
 * @needs_regs: registers are asked for by name that not every kind of source has
 * @needs_stack: @stack of the source is looked at
 * @args: they
 * @save: of each of @saved: where it is in the base of the entry's source; below 0 for one
 *	  that came on the stack: which word of that, behind the return address
 * * @nr_steps: how many steps
 * @nr_symbols: how many symbols
 * @symbols: what otr_fetch_resolve() looks up
 *
 * Fields, and what else was made of it, have names and types that live as long as it does.
 */
struct otr_fetch {
	/* hot */
	const struct otr_fetch_step	*steps;
	u16				size;
	u16				texts;

	u16				nr;
	u16				saved;
	bool				needs_regs;
	bool				needs_stack;
	const struct otr_fetch_arg	*args;
	const s16			*save;
	u16				nr_steps;
	u16				nr_symbols;
	const struct otr_fetch_symbol	*symbols;
};

/*
 * What the base of a source is. A program is read for the first of these, or for the last one
 * where it is at another event, and can be laid out anew by otr_fetch_lay().
 */
enum otr_fetch_base {
	OTR_FETCH_BASE_REGS,	/* struct pt_regs; also at the entry whose return is probed */
	OTR_FETCH_BASE_FRAME,	/* struct otr_frame: a hook at a function's entry */
	OTR_FETCH_BASE_WORDS,	/* words that a tracepoint's callback gets, its data first */
	OTR_FETCH_BASE_RESULT,	/* the word that is returned; struct otr_frame at the entry */
	OTR_FETCH_BASE_RECORD,	/* a record of &struct otr_fetch_place.event */
};

/**
 * struct otr_fetch_source - where a program takes values from
 * @base: what enum otr_fetch_base says that the program was laid out for
 * @saved: for OTR_FETCH_RETURN: &struct otr_fetch.saved words that otr_fetch_save() kept
 * @stack: value of the stack pointer, which at the entry of a function points to its return
 *	   address
 * @file: for OTR_FETCH_USER: the address at which offset 0 of the file is mapped
 * @regs: in the kernel: all that was in registers there, NULL where that is not known; no
 *	  argument comes from here
 */
struct otr_fetch_source {
	const void	*base;
	const u64	*saved;
	unsigned long	stack;
	union {
		unsigned long		file;
		const struct pt_regs	*regs;
	};
};

/* read.c: from words to a program */
int otr_fetch_read(struct otr_fetch_line *line, unsigned int first, unsigned int nr,
		   const struct otr_fetch_place *place, struct otr_fetch **out);
void otr_fetch_free(struct otr_fetch *fetch);
int otr_fetch_resolve(struct otr_fetch *fetch);

/* lay.c: for another base */
bool otr_fetch_lay(struct otr_fetch *fetch, enum otr_fetch_base base);
bool otr_fetch_at_hand(const struct otr_fetch *fetch);

/* run.c */
int otr_fetch_text(char *to, u64 addr, unsigned int room);
u64 otr_fetch_stack_word(unsigned long stack, unsigned int nr);
unsigned int otr_fetch_run_rest(const struct otr_fetch *fetch, const struct otr_fetch_step *step,
				const struct otr_fetch_source *source, void *rec,
				unsigned int room);
unsigned int otr_fetch_run_user(const struct otr_fetch *fetch,
				const struct otr_fetch_source *source, void *rec,
				unsigned int room);

/* text.c: what an event and its files need */
unsigned int otr_fetch_fields(const struct otr_fetch *fetch, struct otr_field *fields);
size_t otr_fetch_print_fmt(const struct otr_fetch *fetch, const char *fmt, const char *args,
			   char *to, size_t room);
void otr_fetch_print(const struct otr_fetch *fetch, struct otr_line *line);
unsigned int otr_fetch_differ(const struct otr_fetch *a, const struct otr_fetch *b);
bool otr_fetch_same(const struct otr_fetch *a, const struct otr_fetch *b);
bool otr_fetch_match(const struct otr_fetch *fetch, char **words, int nr);
void otr_fetch_show(struct seq_file *m, const struct otr_fetch *fetch);

/* A number of less than eight bytes, as it is. */
static __always_inline void otr_fetch_run_small(const struct otr_fetch_step *step,
						const void *from, void *to)
{
	if (likely(step->size == 4))
		put_unaligned(get_unaligned((const u32 *)from), (u32 *)to);
	else if (step->size == 2)
		put_unaligned(get_unaligned((const u16 *)from), (u16 *)to);
	else
		*(u8 *)to = *(const u8 *)from;
}

/* Does a step take a word from the base of a source, whatever that is? */
static inline bool otr_fetch_takes_word(const struct otr_fetch_step *step)
{
	return step->op == OTR_FETCH_OP_WORD || step->op == OTR_FETCH_OP_SMALL ||
	       step->op == OTR_FETCH_OP_STR_AT || step->op == OTR_FETCH_OP_GET;
}

/*
 * The steps from @step on that take numbers from @base; the first one that does not. Unless
 * @base may be a record, there are no fields.
 */
static __always_inline const struct otr_fetch_step *
otr_fetch_run_words(const struct otr_fetch_step *step, const void *base, void *rec, bool fields)
{
	for (;; step++) {
		const void *from = base + step->offset;
		void *to = rec + step->slot;

		if (likely(step->op == OTR_FETCH_OP_WORD))
			put_unaligned(get_unaligned((const u64 *)from), (u64 *)to);
		else if (step->op == OTR_FETCH_OP_SMALL)
			otr_fetch_run_small(step, from, to);
		else if (fields && step->op == OTR_FETCH_OP_NUMBER)
			put_unaligned(otr_access_number(&step->access, base), (u64 *)to);
		else
			return step;
	}
}

/**
 * otr_fetch_run - fill a record with a probe's arguments
 * @fetch: the arguments
 * @source: where values come from
 * @rec: the record, from its struct otr_rec_head on; what is in front of the slots is the
 *	 caller's
 * @room: bytes there, at least &struct otr_fetch.size; more than that for texts. A text
 *	  that does not fit is cut, and one that has no room at all shows "(fault)"
 *
 * Where &struct otr_fetch.texts is 0, @rec may be in a ring: nothing of it is read, and each
 * byte of it is written.
 *
 * Context: any, NMI included; preemption off.
 * Return: the record's length.
 */
static __always_inline unsigned int otr_fetch_run(const struct otr_fetch *fetch,
						  const struct otr_fetch_source *source,
						  void *rec, unsigned int room)
{
	const struct otr_fetch_step *step = otr_fetch_run_words(fetch->steps, source->base, rec,
								true);

	if (likely(step->op == OTR_FETCH_OP_END))
		return fetch->size;
	return otr_fetch_run_rest(fetch, step, source, rec, room);
}

/**
 * otr_fetch_run_short - fill a short record with a probe's arguments, texts among them
 * @fetch: the arguments
 * @base: that of the source
 * @rec: as for otr_fetch_run(), not in a ring
 * @room: bytes there
 *
 * Context: any, NMI included; preemption off.
 * Return: the record's length, below @room; 0 where it takes more room, or where not all can
 * be done in line: nothing is lost, otr_fetch_run() does it.
 */
static __always_inline unsigned int otr_fetch_run_short(const struct otr_fetch *fetch,
							const void *base, void *rec,
							unsigned int room)
{
	const struct otr_fetch_step *step = fetch->steps;
	unsigned int end = fetch->size;

	/* What is not text is put before anybody looks at the room again. */
	if (unlikely(end >= room))
		return 0;
	for (;; step++) {
		int len;

		step = otr_fetch_run_words(step, base, rec, true);
		if (step->op == OTR_FETCH_OP_END)
			return end;
		if (step->op != OTR_FETCH_OP_STR_AT || end >= room)
			return 0;
		len = otr_fetch_text(rec + end, *(const u64 *)(base + step->offset) + step->behind,
				     room - end);
		/* It may have been cut. */
		if (len == room - end)
			return 0;
		len = max(len, 0);
		put_unaligned((u32)len << 16 | end, (u32 *)(rec + step->slot));
		end += len;
	}
}

/**
 * otr_fetch_save - at a function's entry, keep what its return asks for
 * @fetch: the arguments, for OTR_FETCH_RETURN
 * @source: that of the entry, of the base that @fetch was laid out for
 * @to: room for &struct otr_fetch.saved words
 *
 * Context: any, NMI included.
 */
static __always_inline void otr_fetch_save(const struct otr_fetch *fetch,
					   const struct otr_fetch_source *source, u64 *to)
{
	unsigned int i;

	for (i = 0; i < fetch->saved; i++) {
		int at = fetch->save[i];

		to[i] = likely(at >= 0) ? *(const u64 *)(source->base + at) :
					  otr_fetch_stack_word(source->stack, -at);
	}
}

#endif /* _OTR_FETCH_H */
