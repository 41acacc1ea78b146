/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room event: what an event is.
 *
 * Purpose:  the registry of event descriptions by number and by system; sets of
 *           events that hang on tracepoints, which modules bring and take away;
 *           the values of fields of records; the helpers with which an event turns
 *           a record of its own into text.
 * Objects:  struct otr_event, owned by its registrant; struct
 *           otr_event_group, the events of one system, made with its first event
 *           and freed with its last; struct otr_line, one record on its way to
 *           text, lives on the reader's stack; struct otr_access, the way to a
 *           field's value, owned by the code that asks for values.
 * Locks:    otr_event_lock() keeps all of that in place for a reader. It is
 *           taken under otr_inst_lock, never the other way round. The lock of
 *           the sets (set.c) is outermost, then that of events that go away
 *           (life.c); otr_switch_lock comes next.
 * Contexts: registration sleeps; look-ups and the print helpers do not.
 *
 * An event whose tracepoint the running kernel does not have keeps its number,
 * so that what it recorded can still be read; it is not listed.
 */
#ifndef _OTR_EVENT_H
#define _OTR_EVENT_H

#include <linux/seq_buf.h>
#include <linux/types.h>
#include <outrace/event.h>

#include "base/base.h"
#include "event/named.h"

/* Whether text is made of signed bytes is the compiler's business. */
#define OTR_CHAR_SIGNED	is_signed_type(char)

/**
 * struct otr_event_group - the events of one system
 * @id: number by which others look it up again
 * @name: of the system
 * @events: listed from the last one that was registered to the first
 * @link: in the list of groups
 */
struct otr_event_group {
	unsigned int		id;
	const char		*name;
	struct list_head	events;
	struct list_head	link;
};

/* event.c */
int otr_event_init(void);
void otr_event_exit(void);

/* registry.c: events come */
int otr_event_register(struct otr_event *ev);
void otr_event_unregister(struct otr_event *ev);
int otr_event_register_all(struct otr_event *const *events, unsigned int nr);
void otr_event_unregister_all(struct otr_event *const *events, unsigned int nr);
struct otr_event *otr_event_find(u16 id);
struct otr_event *otr_event_find_key(long key);
void otr_event_open(struct otr_event *ev);
void otr_event_close(struct otr_event *ev);
u32 otr_event_shape(const struct otr_event *ev);
struct otr_event *otr_event_next(const struct otr_event *ev);
struct otr_event *otr_event_named(const char *system, const char *name);
const struct otr_event_group *otr_group_find(unsigned int id);
const struct otr_event_group *otr_group_next(const struct otr_event_group *group);
struct otr_event *otr_group_event(const struct otr_event_group *group,
				  const struct otr_event *ev);
void otr_event_lock(void);
void otr_event_unlock(void);
void otr_event_lock_write(void);
void otr_event_unlock_write(void);
void otr_registry_exit(void);

extern const struct otr_told otr_registry_told[], otr_set_told[];

/**
 * otr_event_listed - is an event one that users can see now?
 * @ev: the event
 *
 * Context: otr_event_lock() held.
 * Return: whether it is: its source is there, and not about to go, and it is nobody's own.
 */
static inline bool otr_event_listed(const struct otr_event *ev)
{
	return !(ev->flags & (OTR_EVENT_CLOSED | OTR_EVENT_PRIVATE));
}

/**
 * otr_event_switched - can users switch an event by itself?
 * @ev: the event
 *
 * Context: any.
 * Return: whether they can.
 */
static inline bool otr_event_switched(const struct otr_event *ev)
{
	return ev->ops && !(ev->flags & OTR_EVENT_ALWAYS);
}

/**
 * otr_event_key - a number that means an event until it goes away, and nothing after that
 * @ev: the event
 *
 * Its number in records is given again some day.
 *
 * Context: otr_event_lock() held.
 * Return: the key, not 0, for otr_event_find_key().
 */
static inline long otr_event_key(const struct otr_event *ev)
{
	return (unsigned long)ev->serial << 16 | ev->id;
}

/**
 * struct otr_event_hooks - what the rooms above do when events go away
 * @gone: called when an event is closed: nothing may be attached to it on return,
 *	  and nothing may have it that otr_event_get() got; @for_good: its records
 *	  must be gone as well when settle() returns
 * @settle: called after that, for one or more events: none of their probes may be
 *	    on its way on return
 * @link: in the list of hooks
 *
 * Called one event at a time, with no lock of the rooms above held. Each may be NULL.
 */
struct otr_event_hooks {
	void			(*gone)(struct otr_event *ev, bool for_good);
	void			(*settle)(void);
	struct list_head	link;
};

/* life.c */
void otr_event_add_hooks(struct otr_event_hooks *hooks);
void otr_event_remove_hooks(struct otr_event_hooks *hooks);
bool otr_event_get(struct otr_event *ev);
void otr_event_put(struct otr_event *ev);
void otr_event_withdraw(struct otr_event *ev, bool for_good);
void otr_event_settle(void);
int otr_event_retire(struct otr_event *ev);

/**
 * struct otr_set_hooks - what the rooms above do for sets of events
 * @ops: source of the events that hang on a tracepoint and name none
 * @came: called when a module came and its tracepoints were found
 *
 * Called with the sets' lock held, and no other of ours.
 */
struct otr_set_hooks {
	const struct otr_event_ops	*ops;
	void				(*came)(const char *module);
};

/**
 * struct otr_enum_walk - a place among the names that stand for numbers
 * @set: the set whose names are being walked, NULL at the start
 * @at: the next one
 */
struct otr_enum_walk {
	const struct otr_event_set	*set;
	const struct otr_enum		*const *at;
};

/* set.c */
int otr_set_start(const struct otr_set_hooks *hooks);
void otr_set_stop(void);
void otr_set_remove(struct otr_event_set *set);
const struct otr_enum *otr_set_find_enum(const char *system, const char *name, size_t len);
const struct otr_enum *otr_set_next_enum(struct otr_enum_walk *walk);

/* print.c */
void otr_print_ip(struct otr_line *line, unsigned long ip);
void otr_print_hex(struct seq_buf *out, const void *value, unsigned int size);
void otr_print_bytes(struct seq_buf *out, const void *bytes, unsigned int size);
void otr_print_untyped(struct otr_line *line);

/* field.c */
extern const struct otr_field otr_event_common[];
extern const char *const otr_compose_empty, *const otr_compose_fixed;

const struct otr_field *otr_event_field(const struct otr_event *ev, const char *name, size_t len);
enum otr_kind otr_field_kind(const struct otr_field *field);
bool otr_kind_is_text(enum otr_kind kind);

/* members.c */
void otr_event_print_members(struct otr_line *line);

/* pointed.c */
bool otr_event_points(const struct otr_event *ev);
const struct otr_field *otr_event_astray(const struct otr_line *line);

/**
 * enum otr_value_form - how to print what a function returned
 * @OTR_VALUE_UNTYPED: nobody knows of what type it is
 * @OTR_VALUE_VOID: not at all
 * @OTR_VALUE_HEX: in hexadecimal
 * @OTR_VALUE_DECIMAL: as a number with a sign
 * @OTR_VALUE_BOOL: as true or false
 * @OTR_VALUE_ERROR: as an errno, negative, or the address that stands for one
 */
enum otr_value_form {
	OTR_VALUE_UNTYPED,
	OTR_VALUE_VOID,
	OTR_VALUE_HEX,
	OTR_VALUE_DECIMAL,
	OTR_VALUE_BOOL,
	OTR_VALUE_ERROR,
};

/**
 * struct otr_value - what a function returned, as its type says
 * @form: how to print it
 * @is_part: it is the first half of something larger
 * @bits: the value as a number without a sign, of as many bytes as the type has
 * @number: the same with a sign
 */
struct otr_value {
	enum otr_value_form	form;
	bool			is_part;
	unsigned long		bits;
	long			number;
};

/* types.c */
void otr_types_value(unsigned int flags, unsigned long func, unsigned long value,
		     struct otr_value *out);
void otr_types_print_args(unsigned int flags, unsigned long func, const unsigned long *words,
			  unsigned int nr, struct seq_buf *out);
void otr_types_init(void);
void otr_types_exit(void);

/* compose.c */
void *otr_event_compose(const struct otr_event *ev, const struct otr_rec_head *head, char *text,
			unsigned int *len);

/* format.c */
struct seq_file;

void otr_event_show_format(struct seq_file *m, const struct otr_event *ev);
void otr_event_show_page(struct seq_file *m, unsigned int data_bytes);
void otr_event_show_head(struct seq_file *m);

#include "event/access.h"

#endif /* _OTR_EVENT_H */
