/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room event: what an event is.
 *
 * Purpose:  the registry of event descriptions, and the helpers with which an
 *           event turns a record of its own into text.
 * Objects:  struct otr_event, immutable once registered, owned by whoever
 *           registers it; struct otr_line, one record on its way to text,
 *           lives on the reader's stack.
 * Locks:    the registry is an xarray: look-ups are lockless under RCU, and a
 *           caller that holds on to an event across a sleep holds
 *           otr_event_lock() for reading.
 * Contexts: registration sleeps; look-ups and the print helpers do not.
 */
#ifndef _OTR_EVENT_H
#define _OTR_EVENT_H

#include <linux/seq_buf.h>
#include <linux/types.h>
#include <outrace/record.h>

/* How addresses are to be shown, see struct otr_line. */
#define OTR_LINE_SYM_OFFSET	BIT(0)
#define OTR_LINE_SYM_ADDR	BIT(1)
#define OTR_LINE_PARENT		BIT(2)

/**
 * struct otr_line - one record that is being turned into text
 * @out: where the text goes
 * @rec: the record, beginning with its struct otr_rec_head
 * @len: bytes that are readable at @rec, at least the record's own length
 * @flags: OTR_LINE_* bits
 */
struct otr_line {
	struct seq_buf		*out;
	const void		*rec;
	unsigned int		len;
	unsigned int		flags;
};

/**
 * struct otr_field - a member of a record, behind the common part
 * @type: as in C, without the brackets of an array
 * @name: its name, with the brackets of an array
 * @offset: from the start of the record, in bytes
 * @size: in bytes; 0 for what goes on to the end
 * @is_signed: of its type
 */
struct otr_field {
	const char	*type;
	const char	*name;
	u16		offset;
	u16		size;
	bool		is_signed;
};

/* A member of a record's struct as a struct otr_field. */
#define OTR_FIELD(rec, kind, member)						\
	{									\
		.type		= #kind,					\
		.name		= #member,					\
		.offset		= offsetof(rec, member),			\
		.size		= sizeof(kind),					\
		.is_signed	= is_signed_type(kind),				\
	}

/* Whether text is made of signed bytes is the compiler's business. */
#define OTR_CHAR_SIGNED	is_signed_type(char)

/**
 * struct otr_event - an immutable description of one kind of record
 * @id: number in every record, unique
 * @system: group that it is listed under
 * @name: its name there
 * @selectable: programs may ask for it by its number
 * @fields: its members behind the common ones, ended by one without a name
 * @print_fmt: how a program prints it, as the format file says
 * @text: prints the part of a line that follows the context columns, with the
 *	  newline
 * @raw: the same for the "raw" style, NULL for "type: <id>"
 * @hex: the same for the "hex" style, without the newline, NULL as for @raw
 * @bin: the same for the "bin" style, NULL as for @raw
 */
struct otr_event {
	u16		id;
	const char	*system;
	const char	*name;
	bool		selectable;
	const struct otr_field *fields;
	const char	*print_fmt;
	void		(*text)(struct otr_line *line);
	void		(*raw)(struct otr_line *line);
	void		(*hex)(struct otr_line *line);
	void		(*bin)(struct otr_line *line);
};

int otr_event_register(const struct otr_event *ev);
void otr_event_unregister(const struct otr_event *ev);
const struct otr_event *otr_event_find(u16 id);
const struct otr_event *otr_event_next(const struct otr_event *ev);
void otr_event_lock(void);
void otr_event_unlock(void);

void otr_print_ip(struct otr_line *line, unsigned long ip);
void otr_print_hex(struct seq_buf *out, const void *value, unsigned int size);
void otr_print_bytes(struct seq_buf *out, const void *bytes, unsigned int size);
void otr_print_untyped(struct otr_line *line);

/* format.c */
struct seq_file;

void otr_event_show_format(struct seq_file *m, const struct otr_event *ev);
void otr_event_show_page(struct seq_file *m, unsigned int data_bytes);
void otr_event_show_head(struct seq_file *m);

void otr_event_exit(void);

#endif /* _OTR_EVENT_H */
