// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TRACE_EVENT()s use to print their members: pieces of text are put
 * together in the line's scratch buffer and are handed back as strings, for
 * the event's format to put into the line.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <outrace/print.h>

#include "base/base.h"

#define VTEXT_MAX	512	/* bytes of a text that a record takes from a format */
#define HEX_CHUNK	16	/* bytes that one %*ph prints here */

/* A piece of text begins where the last one ended. */
static char *print_fields_start(struct otr_line *line)
{
	struct seq_buf *s = line->scratch;

	return s->buffer + min(s->len, s->size - 1);
}

/*
 * End the piece that began at @text. Without room for all of it, it is cut, and
 * those after it are empty.
 */
static const char *print_fields_finish(struct otr_line *line, char *text)
{
	struct seq_buf *s = line->scratch;

	seq_buf_putc(s, 0);
	if (seq_buf_has_overflowed(s))
		s->buffer[s->size - 1] = 0;
	return text;
}

/**
 * otr_print_room - measure a formatted text for a record
 * @fmt: its format
 * @args: the format's arguments; they can be used again
 *
 * Context: any.
 * Return: bytes, with the zero at its end, at most 512.
 */
unsigned int otr_print_room(const char *fmt, va_list *args)
{
	va_list copy;
	int len;

	va_copy(copy, *args);
	len = vsnprintf(NULL, 0, fmt, copy);
	va_end(copy);
	return min(len + 1, VTEXT_MAX);
}
EXPORT_SYMBOL_GPL(otr_print_room);

/**
 * otr_print_into - write a formatted text into a record
 * @to: where to
 * @bytes: room there, as otr_print_room() said
 * @fmt: its format
 * @args: the format's arguments; they can be used again
 *
 * Context: any.
 */
void otr_print_into(char *to, unsigned int bytes, const char *fmt, va_list *args)
{
	va_list copy;
	int len;

	va_copy(copy, *args);
	len = vsnprintf(to, bytes, fmt, copy);
	va_end(copy);
	/* It may have become shorter since it was measured. */
	if (len + 1 < bytes)
		memset(to + len + 1, 0, bytes - len - 1);
}
EXPORT_SYMBOL_GPL(otr_print_into);

/* An event's format is read when the first of its records is printed. */
static noinline struct otr_text_program *print_fields_read_format(struct otr_event *ev,
								  const char *fmt)
{
	struct otr_text_program *program, *other;
	char prefix[NAME_MAX];

	if (ev->program || snprintf(prefix, sizeof(prefix), "%s: ", ev->name) >= sizeof(prefix))
		return NULL;
	program = otr_text_compile(prefix, fmt);
	if (!program)
		return NULL;
	/* Pairs with the address dependency of the others: the program is complete. */
	other = cmpxchg(&ev->program, NULL, program);
	if (!other)
		return program;
	kfree(program);
	return otr_text_compiled_from(other) == fmt ? other : NULL;
}

/* NULL where there is none for this format. */
static struct otr_text_program *print_fields_program_of(const struct otr_line *line,
							const char *fmt)
{
	struct otr_text_program *program = READ_ONCE(line->ev->program);

	if (likely(program && otr_text_compiled_from(program) == fmt))
		return program;
	return line->flags & OTR_LINE_ATOMIC ? NULL : print_fields_read_format(line->ev, fmt);
}

static noinline __printf(2, 0)
void print_fields_print_slowly(struct otr_line *line, const char *fmt, va_list args)
{
	size_t room, len;
	char *at;

	/* What the scratch buffer has left is enough for nearly all formats. */
	room = seq_buf_get_buf(line->scratch, &at);
	if (line->flags & OTR_LINE_PLAIN_PTR && otr_text_reveal(at, room, fmt))
		fmt = at;
	seq_buf_printf(line->out, "%s: ", line->ev->name);
	room = seq_buf_get_buf(line->out, &at);
	len = vsnprintf(at, room, fmt, args);
	seq_buf_commit(line->out, len < room ? len : -1);
}

/**
 * otr_print_event - print an event's name and text
 * @line: the record
 * @fmt: format of the text
 *
 * Context: may sleep, unless the line is OTR_LINE_ATOMIC.
 */
void otr_print_event(struct otr_line *line, const char *fmt, ...)
{
	const struct otr_text_program *program = print_fields_program_of(line, fmt);
	va_list args;

	va_start(args, fmt);
	if (likely(program))
		otr_text_run(program, line->out, line->flags & OTR_LINE_PLAIN_PTR, args);
	else
		print_fields_print_slowly(line, fmt, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(otr_print_event);

/**
 * otr_print_flags - the names of bits
 * @line: the record
 * @delimiter: what stands between two names
 * @flags: the bits; what has no name comes last, as a number
 * @names: bits with names, ended by one without; a later one is for bits that
 *	   an earlier one did not name
 *
 * Context: any.
 * Return: the text, empty without a bit.
 */
const char *otr_print_flags(struct otr_line *line, const char *delimiter, unsigned long flags,
			    const struct trace_print_flags *names)
{
	char *text = print_fields_start(line);
	const char *between = "";

	for (; names->name && flags; names++) {
		if (~flags & names->mask)
			continue;
		seq_buf_puts(line->scratch, between);
		seq_buf_puts(line->scratch, names->name);
		flags &= ~names->mask;
		between = delimiter ?: "";
	}
	if (flags)
		seq_buf_printf(line->scratch, "%s0x%lx", between, flags);
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_flags);

/**
 * otr_print_symbolic - the name of a value
 * @line: the record
 * @value: the value
 * @names: values with names, ended by one without
 *
 * Context: any.
 * Return: the name, or the value as a number.
 */
const char *otr_print_symbolic(struct otr_line *line, unsigned long value,
			       const struct trace_print_flags *names)
{
	char *text = print_fields_start(line);

	while (names->name && names->mask != value)
		names++;
	if (names->name && *names->name)
		seq_buf_puts(line->scratch, names->name);
	else
		seq_buf_printf(line->scratch, "0x%lx", value);
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_symbolic);

/**
 * otr_print_hex_bytes - bytes as pairs of digits
 * @line: the record
 * @bytes: the bytes
 * @nr: how many
 * @apart: with blanks between them
 *
 * Context: any.
 * Return: the text.
 */
const char *otr_print_hex_bytes(struct otr_line *line, const void *bytes, int nr, bool apart)
{
	char *text = print_fields_start(line);
	int i, len;

	for (i = 0; i < nr; i += len) {
		len = min(nr - i, HEX_CHUNK);
		if (!apart)
			seq_buf_printf(line->scratch, "%*phN", len, bytes + i);
		else
			seq_buf_printf(line->scratch, "%s%*ph", i ? " " : "", len, bytes + i);
	}
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_hex_bytes);

/**
 * otr_print_hex_dump - bytes in rows
 * @line: the record
 * @prefix: what each row begins with
 * @prefix_type: DUMP_PREFIX_*: what follows the prefix
 * @row: bytes in a row, 16 or 32
 * @group: bytes that are printed as one number, 1, 2, 4 or 8
 * @bytes: the bytes
 * @nr: how many
 * @ascii: show them as characters, too
 *
 * Context: any.
 * Return: the text, beginning with a newline.
 */
const char *otr_print_hex_dump(struct otr_line *line, const char *prefix, int prefix_type,
			       int row, int group, const void *bytes, size_t nr, bool ascii)
{
	struct seq_buf *s = line->scratch;
	char *text = print_fields_start(line);
	char digits[32 * 3 + 2 + 32 + 1];
	size_t at;

	if (row != 16 && row != 32)
		row = 16;
	seq_buf_putc(s, '\n');
	for (at = 0; at < nr; at += row) {
		hex_dump_to_buffer(bytes + at, min_t(size_t, nr - at, row), row, group,
				   digits, sizeof(digits), ascii);
		seq_buf_puts(s, prefix);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			seq_buf_printf(s, "%p: ", bytes + at);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			seq_buf_printf(s, "%.8zx: ", at);
		seq_buf_puts(s, digits);
		seq_buf_putc(s, '\n');
	}
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_hex_dump);

static u64 print_fields_element(const void *array, int i, size_t size)
{
	switch (size) {
	case 1:
		return ((const u8 *)array)[i];
	case 2:
		return ((const u16 *)array)[i];
	case 4:
		return ((const u32 *)array)[i];
	default:
		return ((const u64 *)array)[i];
	}
}

/**
 * otr_print_array - numbers between braces
 * @line: the record
 * @array: the numbers
 * @nr: how many
 * @size: bytes of one, 1, 2, 4 or 8
 *
 * Context: any.
 * Return: the text.
 */
const char *otr_print_array(struct otr_line *line, const void *array, int nr, size_t size)
{
	char *text = print_fields_start(line);
	int i;

	seq_buf_putc(line->scratch, '{');
	for (i = 0; i < nr; i++)
		seq_buf_printf(line->scratch, "%s0x%llx", i ? "," : "",
			       print_fields_element(array, i, size));
	seq_buf_putc(line->scratch, '}');
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_array);

/**
 * otr_print_bitmask - bits as numbers of 32 bits, the highest first
 * @line: the record
 * @bits: the bits
 * @bytes: memory that they take
 *
 * Context: any.
 * Return: the text.
 */
const char *otr_print_bitmask(struct otr_line *line, const void *bits, unsigned int bytes)
{
	char *text = print_fields_start(line);

	seq_buf_printf(line->scratch, "%*pb", (int)bytes * BITS_PER_BYTE, bits);
	return print_fields_finish(line, text);
}
EXPORT_SYMBOL_GPL(otr_print_bitmask);

/**
 * otr_print_get_room - memory that lasts until the line is printed
 * @line: the record
 * @bytes: how much
 *
 * Context: any.
 * Return: the memory, NULL when there is not that much left.
 */
char *otr_print_get_room(struct otr_line *line, int bytes)
{
	char *room;

	if (bytes <= 0 || seq_buf_get_buf(line->scratch, &room) < bytes)
		return NULL;
	seq_buf_commit(line->scratch, bytes);
	return room;
}
EXPORT_SYMBOL_GPL(otr_print_get_room);
