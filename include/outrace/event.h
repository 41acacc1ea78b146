/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an event is, for code that defines events: outrace itself and any other
 * module.
 *
 * Nobody fills in struct otr_event by hand for a TRACE_EVENT(): a module's
 * CREATE_TRACE_POINTS file includes <outrace/define_events.h>, which makes one
 * per event from the same macros as the kernel's tracepoints.
 */
#ifndef _OUTRACE_EVENT_H
#define _OUTRACE_EVENT_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_buf.h>
#include <linux/types.h>
#include <outrace/record.h>

struct module;
struct otr_event;
struct otr_event_group;
struct otr_names;
struct otr_shift;
struct otr_sub;
struct tracepoint;

/* How addresses are to be shown, see struct otr_line. */
#define OTR_LINE_SYM_OFFSET	BIT(0)
#define OTR_LINE_SYM_ADDR	BIT(1)
#define OTR_LINE_PARENT		BIT(2)
#define OTR_LINE_SYM_USEROBJ	BIT(3)
#define OTR_LINE_NS		BIT(4)	/* @ts is in ns */
#define OTR_LINE_PLAIN_PTR	BIT(5)
#define OTR_LINE_ATOMIC		BIT(6)	/* nothing can be waited for, nor allocated */
#define OTR_LINE_TYPES		BIT(7)	/* types are to be named */

/**
 * struct otr_line - one record that is being turned into text
 * @out: where the text goes
 * @scratch: room for the pieces that print helpers put together; each takes
 *	     what it needs from its end, and all is given back with the line
 * @names: symbols that are remembered from other lines, or NULL
 * @shift: what is now where the record's addresses were, NULL for what was
 * @ev: the event that wrote the record
 * @rec: the record, beginning with its struct otr_rec_head
 * @len: bytes that are readable at @rec, at least the record's own length
 * @flags: OTR_LINE_* bits
 * @ts: the record's time stamp
 */
struct otr_line {
	struct seq_buf		*out;
	struct seq_buf		*scratch;
	struct otr_names	*names;
	const struct otr_shift	*shift;
	struct otr_event	*ev;
	const void		*rec;
	unsigned int		len;
	unsigned int		flags;
	u64			ts;
};

/**
 * enum otr_kind - what a field is taken for
 * @OTR_KIND_AUTO: as its type says
 * @OTR_KIND_NUMBER: a number of 1, 2, 4 or 8 bytes
 * @OTR_KIND_CHARS: text inside the record, of fixed size
 * @OTR_KIND_DYN_STRING: text behind the record, found by a __data_loc word
 * @OTR_KIND_REL_STRING: the same by a __rel_loc word
 * @OTR_KIND_PTR_STRING: address of a text
 * @OTR_KIND_USER_STRING: the same in the memory of the task that is running; never what a
 *			  type says
 * @OTR_KIND_CPUMASK: bits of CPUs, found by a __data_loc word
 * @OTR_KIND_REL_CPUMASK: the same by a __rel_loc word
 * @OTR_KIND_FUNCTION: address of code
 * @OTR_KIND_CPU: the CPU that the record is from, not in the record
 * @OTR_KIND_COMM: name of the task that is running, not in the record
 * @OTR_KIND_STACK: addresses of callers, found by a __data_loc word
 */
enum otr_kind {
	OTR_KIND_AUTO,
	OTR_KIND_NUMBER,
	OTR_KIND_CHARS,
	OTR_KIND_DYN_STRING,
	OTR_KIND_REL_STRING,
	OTR_KIND_PTR_STRING,
	OTR_KIND_USER_STRING,
	OTR_KIND_CPUMASK,
	OTR_KIND_REL_CPUMASK,
	OTR_KIND_FUNCTION,
	OTR_KIND_CPU,
	OTR_KIND_COMM,
	OTR_KIND_STACK,
};

/**
 * struct otr_field - a member of a record, behind the common part
 * @type: as in C, without the brackets of an array
 * @name: its name, with the brackets of an array
 * @offset: from the start of the record, in bytes
 * @size: in bytes; 0 for what goes on to the end
 * @is_signed: of its type
 * @kind: enum otr_kind
 * @nr: elements of an array whose name comes without the brackets, else 0
 */
struct otr_field {
	const char	*type;
	const char	*name;
	u16		offset;
	u16		size;
	bool		is_signed;
	u8		kind;
	u16		nr;
};

/* A member of a record's struct as a struct otr_field. */
#define OTR_FIELD(rec, ctype, member)						\
	{									\
		.type		= #ctype,					\
		.name		= #member,					\
		.offset		= offsetof(rec, member),			\
		.size		= sizeof(ctype),				\
		.is_signed	= is_signed_type(ctype),			\
	}

/* The same of a member that is the address of code. */
#define OTR_FIELD_CODE(rec, member)						\
	{									\
		.type		= "unsigned long",				\
		.name		= #member,					\
		.offset		= offsetof(rec, member),			\
		.size		= sizeof(unsigned long),			\
		.kind		= OTR_KIND_FUNCTION,				\
	}

/**
 * struct otr_event_ops - where an event comes from
 * @attach: let records flow into a subscription; 0 or an errno
 * @detach: end that. Probes may still be on their way out on return: code that
 *	    frees the subscription waits for them
 * @idle: one of these events is used no more and could be retired, or NULL; any context,
 *	  any lock held. It may be gone by then, so nobody says which one it was
 *
 * The first two are called with the lock that switches of events take, otr_switch_lock, and
 * may sleep.
 */
struct otr_event_ops {
	int	(*attach)(struct otr_event *ev, struct otr_sub *sub);
	void	(*detach)(struct otr_event *ev, struct otr_sub *sub);
	void	(*idle)(void);
};

/* An event's flags. */
#define OTR_EVENT_ID		BIT(0)	/* programs may ask for it by its number */
#define OTR_EVENT_CLOSED	BIT(1)	/* cannot be used: its source is gone, or about to go */
#define OTR_EVENT_POINTS	BIT(2)	/* records have addresses of texts */
#define OTR_EVENT_NUMBERED	BIT(3)	/* its number was given to it */
#define OTR_EVENT_ALWAYS	BIT(4)	/* its records are written while the event is off, too */
#define OTR_EVENT_SYSCALL	BIT(5)	/* what a program asked the kernel for, or was told */
#define OTR_EVENT_PRIVATE	BIT(6)	/* only its maker knows of it */

/**
 * struct otr_event - a description of one kind of record
 * @id: number in every record, unique; 0 to be given one on registration
 * @flags: OTR_EVENT_*
 * @system: group that it is listed under
 * @name: its name there
 * @fields: its members behind the common ones, ended by one without a name
 * @print_fmt: how a program prints it, as the format file says, but with the
 *	       names of enum values and sizes as in the source
 * @text: prints the part of a line that follows the context columns, with the
 *	  newline
 * @raw: the same for the "raw" style, NULL for "type: <id>"
 * @hex: the same for the "hex" style, without the newline, NULL as for @raw
 * @bin: the same for the "bin" style, NULL as for @raw
 * @alone: prints the text that somebody wrote and nothing else, NULL for other events
 * @ops: its source, NULL for one that cannot be switched by itself, nor have triggers
 * @tracepoint: name of its tracepoint, for events that have one
 * @probe: what is called there, with a struct otr_sub as its first argument
 * @tp: the tracepoint while the kernel has it
 * @module: name of the module that has the tracepoint, NULL for the kernel
 * @carrier: that module, for holders of the lock of events
 * @owner: the module that the description is part of, NULL if that is built in
 * @group: the system; event registry
 * @link: in the system's list; event registry
 * @by_name: among those of similar names; event registry
 * @serial: number of its registration; event registry
 * @users: how much would break if it went; event registry
 * @program: the format of its text, once it was read; freed by the event registry
 *
 * The registrant of an event leaves it alone until it is unregistered.
 */
struct otr_event {
	u16			id;
	u16			flags;
	const char		*system;
	const char		*name;
	const struct otr_field	*fields;
	const char		*print_fmt;
	void			(*text)(struct otr_line *line);
	void			(*raw)(struct otr_line *line);
	void			(*hex)(struct otr_line *line);
	void			(*bin)(struct otr_line *line);
	void			(*alone)(struct otr_line *line);
	const struct otr_event_ops *ops;
	const char		*tracepoint;
	void			*probe;
	struct tracepoint	*tp;
	const char		*module;
	struct module		*carrier;
	struct module		*owner;
	struct otr_event_group	*group;
	struct list_head	link;
	struct hlist_node	by_name;
	u32			serial;
	atomic_t		users;
	struct otr_text_program	*program;
};

/**
 * struct otr_enum - a name that stands for a number in print formats
 * @system: in whose formats
 * @name: the name
 * @value: the number
 */
struct otr_enum {
	const char	*system;
	const char	*name;
	unsigned long	value;
};

/**
 * struct otr_event_set - events that come and go together
 * @events: the events, all with a tracepoint, ended by NULL
 * @enums: names in their print formats, ended by NULL; NULL for none
 * @owner: the module that all of this is part of
 * @link: in the list of sets, owned by outrace
 */
struct otr_event_set {
	struct otr_event *const	*events;
	const struct otr_enum	*const *enums;
	struct module		*owner;
	struct list_head	link;
};

int otr_event_set_add(struct otr_event_set *set);
void otr_event_set_remove(struct otr_event_set *set);

/* What may keep records of an event away. */
#define OTR_GATE_SHUT	BIT(0)	/* not to be recorded */
#define OTR_GATE_OTHER	BIT(1)	/* the running task may be unwanted, and so may another */
#define OTR_GATE_TASKS	BIT(2)	/* the running task may be unwanted */
#define OTR_GATE_FILTER	BIT(3)	/* records have to pass a filter */
#define OTR_GATE_STACK	BIT(4)	/* nothing, but the stack is recorded behind them */
#define OTR_GATE_SINK	BIT(5)	/* nothing, but they go to another place as well */
#define OTR_GATE_TRIGGER BIT(6)	/* nothing, but they make something happen */
#define OTR_GATE_LATE	BIT(7)	/* as for TASKS, but others want the record first */

/**
 * struct otr_gate - how a probe begins: the first thing in a struct otr_sub
 * @bits: OTR_GATE_*, read once per event; 0 for an open gate
 * @unwanted: the task that was last turned away, per CPU; set once
 */
struct otr_gate {
	u32			bits;
	const pid_t __percpu	*unwanted;
};

/* Is anything in the way? */
static __always_inline bool otr_gate_closed(const struct otr_gate *gate)
{
	return unlikely(READ_ONCE(gate->bits));
}

/* Is the running task known as unwanted? Asked where something is in the way. */
static __always_inline bool otr_gate_rejects(const struct otr_gate *gate)
{
	return READ_ONCE(gate->bits) & OTR_GATE_TASKS &&
	       raw_cpu_read_4(*gate->unwanted) == current->pid;
}

/* Records of up to this size are put together on the stack to be judged. */
#define OTR_JUDGE_MAX	192

/**
 * struct otr_out - a record between otr_event_begin() and otr_event_end()
 * @sub: what it is written for
 * @data: the record
 * @len: its length in bytes
 * @level: context of a record that is judged before it is written, else -1
 * @ring: the ring's handle
 *
 * Lives on the stack of a probe, __uninitialized.
 */
struct otr_out {
	struct otr_sub	*sub;
	void		*data;
	unsigned int	len;
	int		level;
	u64		ring[5];
};

/*
 * What these return is memory that nothing else points to until otr_event_end(), which
 * is for the compiler to know: of what is cleared first and written then, only what
 * is written stays. A barrier_data() has to be in front of the end.
 */
void *otr_event_begin(struct otr_sub *sub, struct otr_out *out, unsigned int len) __malloc;
void *otr_event_begin_open(struct otr_sub *sub, struct otr_out *out, unsigned int len) __malloc;
void otr_event_end(struct otr_out *out);
void otr_event_judge(struct otr_sub *sub, void *data, unsigned int len);

#endif /* _OUTRACE_EVENT_H */
