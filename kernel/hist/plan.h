/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the hist room: from a user's text to what is done with a record. */
#ifndef _OTR_HIST_PLAN_H
#define _OTR_HIST_PLAN_H

#include <linux/percpu.h>
#include <linux/refcount.h>

#include "hist/hist.h"
#include "hist/map.h"

/* What fits into one histogram. Hits are one of the values. */
#define HIST_KEYS_MAX		3
#define HIST_VALS_MAX		3
#define HIST_VARS_MAX		16
#define HIST_ITEMS_MAX		(HIST_KEYS_MAX + HIST_VALS_MAX + HIST_VARS_MAX)
#define HIST_SORTS_MAX		2
#define HIST_ACTIONS_MAX	8
#define HIST_PARAMS_MAX		64

/* Bytes of frames in a key, and of all keys together. */
#define HIST_STACK_SIZE		(OTR_HIST_FRAMES * sizeof(unsigned long))
#define HIST_KEY_MAX		(OTR_HIST_TEXT_MAX + HIST_STACK_SIZE)

/* The longest text of an expression, with its zero. */
#define HIST_NAME_MAX		256

/* What an item is, and how it is shown. Items are the same only if all of it is. */
#define HIST_HITS	BIT(0)
#define HIST_KEY	BIT(1)
#define HIST_TEXT	BIT(2)
#define HIST_HEX	BIT(3)
#define HIST_SYM	BIT(4)
#define HIST_SYM_OFFSET	BIT(5)
#define HIST_EXECNAME	BIT(6)
#define HIST_SYSCALL	BIT(7)
#define HIST_STACK	BIT(8)
#define HIST_LOG2	BIT(9)
#define HIST_BUCKET	BIT(10)
#define HIST_TIME	BIT(11)
#define HIST_USECS	BIT(12)
#define HIST_CPU	BIT(13)
#define HIST_CONST	BIT(14)
#define HIST_EXPR	BIT(15)
#define HIST_PERCENT	BIT(16)
#define HIST_GRAPH	BIT(17)
#define HIST_VAR	BIT(18)
#define HIST_REF	BIT(19)
#define HIST_ALIAS	BIT(20)

/**
 * struct otr_hist_item - a key, a value, a variable, or a part of one
 * @flags: HIST_* bits
 * @op: of an expression: '+', '-', '*', '/', or '~' for a minus in front
 * @is_signed: it is a number with a sign
 * @once: a reference forgets what it read
 * @by_const: a divisor that is always @constant
 * @var: of a variable, or a reference to one: its number in its table
 * @ref: of a reference: its number among those of its histogram
 * @text: of a variable that is a text or a stack: its number among those of its table
 * @size: bytes of a value; of a key those in the table
 * @offset: of a key in the table's
 * @buckets: how wide each is
 * @constant: the number itself
 * @field: the event's, NULL for what is no field
 * @type: what kind of number it is, as in C
 * @name: text of an expression; of a reference the variable's name
 * @full: of a reference with an event's name: all of that
 * @as: the variable that it is assigned to
 * @system: of a reference with an event's name
 * @event: the same
 * @hist: whose variable it is; of references valid while a command is being read
 * @table: of references, the table that it is in
 * @arg: operands; of an alias the reference, which belongs to the histogram
 */
struct otr_hist_item {
	u32			flags;
	char			op;
	bool			is_signed;
	bool			once;
	bool			by_const;
	u8			var;
	u8			ref;
	u8			text;
	u16			size;
	u16			offset;
	unsigned long		buckets;
	u64			constant;
	const struct otr_field	*field;
	char			*type;
	char			*name;
	char			*full;
	char			*as;
	char			*system;
	char			*event;
	struct otr_hist		*hist;
	struct otr_hist_table	*table;
	struct otr_hist_item	*arg[2];
};

/* What a step of a program does, on a few numbers of which the last one is on top. */
enum otr_hist_code {
	HIST_DO_FIELD,		/* put a field of the record on top */
	HIST_DO_CONST,		/* a number */
	HIST_DO_CPU,		/* the CPU's number */
	HIST_DO_TIME,		/* the record's time */
	HIST_DO_USECS,		/* the same in us, if the clock counts ns */
	HIST_DO_REF,		/* a variable that was looked up */
	HIST_DO_LOG2,		/* what follows changes the top */
	HIST_DO_BUCKET,
	HIST_DO_NEGATE,
	HIST_DO_DIVIDE_SMALL,	/* by a constant of up to 20 bits */
	HIST_DO_DIVIDE_BY,	/* by a constant that is larger */
	HIST_DO_SHIFT,		/* by a constant that is a power of two */
	HIST_DO_ADD,		/* what follows takes the top two */
	HIST_DO_SUBTRACT,
	HIST_DO_MULTIPLY,
	HIST_DO_DIVIDE,
};

/* How many numbers a program may have at once. */
#define HIST_DEPTH_MAX	4

/**
 * struct otr_hist_op - a step of a program
 * @code: enum otr_hist_code
 * @ref: number of the variable that was looked up
 * @access: the way to a field
 * @number: a constant
 */
struct otr_hist_op {
	u8			code;
	u8			ref;
	union {
		struct otr_access	access;
		u64			number;
	};
};

/* Where a value comes from. All up to HIST_FROM_PROGRAM are numbers. */
enum otr_hist_source {
	HIST_FROM_FIELD,	/* a number in the record */
	HIST_FROM_TIME,		/* the record's time: without a program, as what follows */
	HIST_FROM_SINCE,	/* the same, less a variable that was looked up */
	HIST_FROM_REF,		/* a variable that was looked up */
	HIST_FROM_PROGRAM,
	HIST_FROM_TEXT,		/* text in the record */
	HIST_FROM_COMM,		/* name of the task, as its entry has it */
	HIST_FROM_STACK,	/* frames that led here */
	HIST_FROM_FRAMES,	/* frames in the record */
};

/**
 * struct otr_hist_value - how to get a value from a record
 * @from: enum otr_hist_source
 * @var: of a variable: its number in the table
 * @text: of a variable that is a text or a stack: its place in the payload
 * @offset: of a key in the table's
 * @size: of a key, or the room for a text
 * @nr: steps of its program
 * @ref: of HIST_FROM_SINCE and HIST_FROM_REF: number of the variable that was looked up
 * @var_at: of a variable: its place in the payload
 * @set_at: of a variable: the place there that says whether it is set
 * @inside: of a variable that the histogram itself refers to: one more than the reference's
 *	    number; 0 for others
 * @access: the way to a field
 * @ops: its program
 */
struct otr_hist_value {
	u8			from;
	u8			var;
	u8			ref;
	u16			var_at;
	u16			set_at;
	u8			inside;
	u16			text;
	u16			offset;
	u16			size;
	u16			nr;
	struct otr_access	access;
	struct otr_hist_op	*ops;
};

/**
 * struct otr_hist_table - what was counted, and the variables
 * @map: the table itself, NULL until otr_hist_prepare(); exchanged when it is emptied
 * @users: histograms and references that have it
 * @bits: of its size
 * @key_size: bytes of a key
 * @sums: besides the hits
 * @comm: an entry keeps the name of a task
 * @vars: variables
 * @texts: variables that are texts or stacks
 *
 * The payload of an entry begins with the name of the task, if there is one. The variables'
 * numbers follow, a byte for each variable that says whether it is set, and the texts.
 */
struct otr_hist_table {
	struct otr_hist_map	*map;
	refcount_t		users;
	u32			bits;
	u32			key_size;
	u32			sums;
	bool			comm;
	u8			vars;
	u8			texts;
};

static inline u32 otr_hist_vars_at(const struct otr_hist_table *table)
{
	return table->comm ? TASK_COMM_LEN : 0;
}

static inline u32 otr_hist_flags_at(const struct otr_hist_table *table)
{
	return otr_hist_vars_at(table) + table->vars * sizeof(u64);
}

/* A variable's number, and the byte that says whether it is set. */
static inline u32 otr_hist_var_at(const struct otr_hist_table *table, u32 nr)
{
	return otr_hist_vars_at(table) + nr * sizeof(u64);
}

static inline u32 otr_hist_set_at(const struct otr_hist_table *table, u32 nr)
{
	return otr_hist_flags_at(table) + nr;
}

static inline u32 otr_hist_text_at(const struct otr_hist_table *table, u32 nr)
{
	return otr_hist_flags_at(table) + HIST_VARS_MAX + nr * OTR_HIST_TEXT_MAX;
}

/**
 * struct otr_hist_sort - what entries are sorted by
 * @nr: of the value, the hits being the first, or of the key behind the values
 * @descending: the largest first
 */
struct otr_hist_sort {
	u8	nr;
	bool	descending;
};

/**
 * struct otr_hist_attrs - a command, cut into its parts
 * @keys: keys, separated by commas
 * @vals: values, the same; NULL for none
 * @sort: what to sort by, the same; NULL for none
 * @name: "name=" and a name; NULL for none
 * @clock: a clock's name
 * @assigned: texts that assign variables, one or more each
 * @nr_assigned: how many there are
 * @actions: texts of actions
 * @nr_actions: how many there are
 * @bits: of the table's size
 * @wants: OTR_HIST_PAUSE and the like
 * @no_hits: hits are not to be shown
 *
 * The texts are parts of one copy of the command.
 */
struct otr_hist_attrs {
	char		*keys;
	char		*vals;
	char		*sort;
	char		*name;
	char		*clock;
	char		*assigned[HIST_VARS_MAX];
	unsigned int	nr_assigned;
	char		*actions[HIST_ACTIONS_MAX];
	unsigned int	nr_actions;
	unsigned int	bits;
	unsigned int	wants;
	bool		no_hits;
};

/* A variable's name and what it is assigned, as texts. */
struct otr_hist_def {
	char	*name;
	char	*text;
};

/* What an action waits for, and what it does. */
enum otr_hist_handler { HIST_ON_MATCH, HIST_ON_MAX, HIST_ON_CHANGE };
enum otr_hist_deed { HIST_SAVE, HIST_TRACE, HIST_SNAPSHOT };

/**
 * struct otr_hist_action - what is done besides counting
 * @handler: when
 * @deed: what
 * @name: what the user calls that
 * @trace: the user names the synthetic event as a parameter of "trace"
 * @subject: the event's name, or the variable with its "$"
 * @system: the event's system
 * @event_name: of the synthetic event, if it is a parameter
 * @params: the other parameters
 * @nr_params: how many there are
 * @which: numbers of the references that they became
 * @synth: the synthetic event, held
 * @tracked: reference to the variable
 * @kept: number of the variable that keeps its last or largest value
 * @started: snapshots were asked for
 */
struct otr_hist_action {
	enum otr_hist_handler	handler;
	enum otr_hist_deed	deed;
	char			*name;
	bool			trace;
	char			*subject;
	char			*system;
	char			*event_name;
	char			*params[HIST_PARAMS_MAX];
	unsigned int		nr_params;
	u8			which[HIST_PARAMS_MAX];
	struct otr_hist_synth	*synth;
	struct otr_hist_item	*tracked;
	u8			kept;
	bool			started;
};

/**
 * struct otr_hist_field_var - a variable that an action made of a field
 * @var: the variable
 * @val: the field
 * @value: how to get it
 */
struct otr_hist_field_var {
	struct otr_hist_item	*var;
	struct otr_hist_item	*val;
	struct otr_hist_value	value;
};

/**
 * struct otr_hist_snap - what the last snapshot was taken for
 * @taken: there was one
 * @value: of the variable
 * @comm: of the task, if the table has such names
 * @key: of the entry
 */
struct otr_hist_snap {
	bool	taken;
	u64	value;
	char	comm[TASK_COMM_LEN];
	u64	key[HIST_KEY_MAX / sizeof(u64)];
};

/**
 * struct otr_hist_look - a variable of another histogram, to be looked up
 * @table: the table that it is in
 * @var_at: its place in the payload
 * @set_at: the place there that says whether it is set
 * @ref: its number among the references
 * @once: it is not set any more after that
 */
struct otr_hist_look {
	struct otr_hist_table	*table;
	u16			var_at;
	u16			set_at;
	u8			ref;
	bool			once;
};

/* A reference to one of the histogram's own variables. */
struct otr_hist_inside {
	u8	ref;
	u8	var;
};

/* A trigger that an action made on another event. */
struct otr_hist_helper {
	struct otr_event	*event;
	char			*text;
};

/* How a key is put together. */
enum otr_hist_shape_kind {
	HIST_KEY_NUMBER,	/* one number */
	HIST_KEY_NUMBERS,	/* two or three */
	HIST_KEY_VARS,		/* one, and variables: numbers, and events that get them */
	HIST_KEY_LARGE,		/* more than fits on a stack, or anything else */
};

/**
 * struct otr_hist - a histogram
 * @table: what it counts in
 * @shape: enum otr_hist_shape_kind
 * @nr_keys: keys
 * @nr_sums: values, but for the hits
 * @nr_looks: variables of others that are looked up
 * @nr_inside: references to its own
 * @usecs: times are in us
 * @key_words: of its keys, and of those of the tables that it refers to: the longest; 0 where
 *	       that are as many as there are keys, and all are numbers
 * @own_words: of its keys
 * @key: how to get the keys
 * @sum: how to get the values
 * @nr_sets: variables that are set
 * @set: how to get them
 * @look: the variables that are looked up
 * @inside: the references to its own
 * @home: what it has in common with others
 * @ev: the event
 * @attrs: the command
 * @text: what @attrs points into
 * @removes: the command takes a histogram away
 * @needs_time: it asks for times
 * @joined: its variables are those of another one of its name
 * @items: values, the hits being the first, then variables, then keys
 * @nr_vals: values and variables
 * @nr_items: all
 * @nr_vars: variables among them
 * @nr_texts: of those, how many are texts or stacks
 * @refs: references to variables
 * @nr_refs: how many there are
 * @sorts: what to sort by
 * @nr_sorts: how many there are, at least one
 * @actions: what is done besides
 * @nr_actions: how many there are
 * @field_vars: variables that actions made of fields
 * @nr_field_vars: how many there are
 * @saves: the same of "save"
 * @nr_saves: how many there are
 * @helpers: triggers on other events that actions made
 * @nr_helpers: how many there are
 * @defs: the variables' definitions, while the command is read
 * @nr_defs: how many there are
 * @snap: what the last snapshot was taken for
 * @link: in &struct otr_hist_home.with_vars, or empty
 */
struct otr_hist {
	struct otr_hist_table	*table;
	u8			shape;
	u8			nr_keys;
	u8			nr_sums;
	u8			nr_looks;
	u8			nr_inside;
	bool			usecs;
	u16			key_words;
	u16			own_words;
	struct otr_hist_value	key[HIST_KEYS_MAX];
	struct otr_hist_value	sum[HIST_VALS_MAX];
	unsigned int		nr_sets;
	struct otr_hist_value	set[HIST_VARS_MAX];
	struct otr_hist_look	look[HIST_VARS_MAX];
	struct otr_hist_inside	inside[HIST_VARS_MAX];

	struct otr_hist_home	*home;
	struct otr_event	*ev;
	struct otr_hist_attrs	attrs;
	char			*text;
	bool			removes;
	bool			needs_time;
	bool			joined;
	struct otr_hist_item	*items[HIST_ITEMS_MAX];
	unsigned int		nr_vals;
	unsigned int		nr_items;
	unsigned int		nr_vars;
	unsigned int		nr_texts;
	struct otr_hist_item	*refs[HIST_VARS_MAX];
	unsigned int		nr_refs;
	struct otr_hist_sort	sorts[HIST_SORTS_MAX];
	unsigned int		nr_sorts;
	struct otr_hist_action	*actions[HIST_ACTIONS_MAX];
	unsigned int		nr_actions;
	struct otr_hist_field_var field_vars[HIST_VARS_MAX];
	unsigned int		nr_field_vars;
	struct otr_hist_field_var saves[HIST_VARS_MAX];
	unsigned int		nr_saves;
	struct otr_hist_helper	helpers[HIST_PARAMS_MAX];
	unsigned int		nr_helpers;
	struct otr_hist_def	defs[HIST_VARS_MAX];
	unsigned int		nr_defs;
	struct otr_hist_snap	*snap;
	struct list_head	link;
};

/**
 * struct otr_hist_pad - room for what is too large for a stack
 * @key: keys, 8-aligned
 * @refs: values of the variables that are referred to
 * @own: values of the histogram's own variables, by their numbers, as this record set them
 */
struct otr_hist_pad {
	u64	key[HIST_KEY_MAX / sizeof(u64)];
	u64	refs[HIST_VARS_MAX];
	u64	own[HIST_VARS_MAX];
};

/**
 * struct otr_hist_reader - a histogram that is being made from a text
 * @hist: the histogram
 * @command: what to blame
 */
struct otr_hist_reader {
	struct otr_hist		*hist;
	struct otr_hist_command	*command;
};

/* attrs.c */
int otr_hist_attrs_read(struct otr_hist_reader *r, char *text);
int otr_hist_defs_read(struct otr_hist_reader *r);

/* item.c */
struct otr_hist_item *otr_hist_item_create(const struct otr_field *field, u32 flags,
					   const char *as);
void otr_hist_item_free(struct otr_hist_item *item);
void otr_hist_item_free_one(struct otr_hist_item *item);
const char *otr_hist_item_name(const struct otr_hist_item *item);
int otr_hist_item_name_len(const struct otr_hist_item *item);
const char *otr_hist_item_modifier(const struct otr_hist_item *item);
void otr_hist_item_operand(const struct otr_hist_item *item, struct seq_buf *out);
char *otr_hist_field_type(const struct otr_field *field);

/* field.c */
char *otr_hist_operator(const char *text);
struct otr_hist_item *otr_hist_atom_read(struct otr_hist_reader *r, char *text, u32 flags,
					 const char *as);

/* expr.c */
struct otr_hist_item *otr_hist_expr_read(struct otr_hist_reader *r, char *text, u32 flags,
					 const char *as);

/* var.c */
bool otr_hist_is_ref(const char *text);
struct otr_hist_item *otr_hist_find_own(struct otr_hist *hist, const char *name);
struct otr_hist_item *otr_hist_find_on_event(struct otr_hist *hist, const char *name);
struct otr_hist_item *otr_hist_find_var(struct otr_hist_reader *r, const char *system,
					const char *event, const char *name);
struct otr_hist_item *otr_hist_ref(struct otr_hist *hist, struct otr_hist_item *var,
				   const char *system, const char *event);
struct otr_hist_item *otr_hist_ref_read(struct otr_hist_reader *r, const char *system,
					const char *event, const char *ref);
struct otr_hist_item *otr_hist_alias(struct otr_hist_item *ref, const char *as);
bool otr_hist_refers(const struct otr_hist_item *item, unsigned int level);

/* table.c */
struct otr_hist_table *otr_hist_table_create(void);
void otr_hist_table_put(struct otr_hist_table *table);
unsigned int otr_hist_table_entries(const struct otr_hist_map *map);
struct otr_hist_map *otr_hist_table_map(const struct otr_hist_table *table);

/* program.c */
u64 otr_hist_divide_const(u64 value, u64 by);
int otr_hist_value_init(const struct otr_hist *hist, const struct otr_hist_item *item,
			struct otr_hist_value *value);
void otr_hist_value_free(struct otr_hist_value *value);
int otr_hist_program(struct otr_hist *hist);

/* A CPU's pads, the first otr_hist_pad_nest of them in use. */
struct otr_hist_pads {
	struct otr_hist_pad	pad[OTR_NEST_SLOTS];
};

/* pad.c */
extern struct otr_hist_pads __percpu *otr_hist_pads;
DECLARE_PER_CPU(u32, otr_hist_pad_nest);
int otr_hist_pads_want(void);

/**
 * otr_hist_pad_get - get room for a key
 * @slot: set to its number
 *
 * Context: any, preemption off until otr_hist_pad_put(); after otr_hist_pads_want().
 * Return: the room, NULL if interrupts nest deeper than they can.
 */
static __always_inline struct otr_hist_pad *otr_hist_pad_get(int *slot)
{
	*slot = otr_nest_enter(&otr_hist_pad_nest, OTR_NEST_SLOTS);
	return likely(*slot >= 0) ? &raw_cpu_ptr(otr_hist_pads)->pad[*slot] : NULL;
}

/**
 * otr_hist_pad_put - give back what otr_hist_pad_get() gave last
 * @slot: its number
 *
 * Context: that of otr_hist_pad_get().
 */
static __always_inline void otr_hist_pad_put(int slot)
{
	otr_nest_exit(&otr_hist_pad_nest, slot);
}

/* A record's time as the histogram wants it: rounded as those of records that a user reads. */
static __always_inline u64 otr_hist_time(const struct otr_hist *hist, u64 ts)
{
	if (hist->usecs && likely(READ_ONCE(hist->home->clock_in_ns)))
		return otr_clock_usecs(ts);
	return ts;
}

/* run.c */
u64 otr_hist_run(const struct otr_hist *hist, const struct otr_hist_value *value,
		 const void *rec, u64 ts, const u64 *refs);

/* action.c */
int otr_hist_actions_read(struct otr_hist_reader *r);
int otr_hist_actions_prepare(struct otr_hist_reader *r);
void otr_hist_actions_free(struct otr_hist *hist);
bool otr_hist_actions_same(const struct otr_hist *a, const struct otr_hist *b);

/* field_var.c */
int otr_hist_add_var(struct otr_hist *hist);
int otr_hist_field_var(struct otr_hist_reader *r, const char *name,
		       struct otr_hist_field_var *out);

/* synth.c */
int otr_hist_synth_prepare(struct otr_hist_reader *r, struct otr_hist_action *action);

#endif /* _OTR_HIST_PLAN_H */
