// SPDX-License-Identifier: GPL-2.0-only
/* Arguments as a probe's event and its files have them. */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "fetch/plan.h"

/**
 * otr_fetch_fields - what the arguments are in the event's records
 * @fetch: the arguments
 * @fields: room for &struct otr_fetch.nr of them
 *
 * Context: any.
 * Return: how many there are.
 */
unsigned int otr_fetch_fields(const struct otr_fetch *fetch, struct otr_field *fields)
{
	unsigned int i;

	for (i = 0; i < fetch->nr; i++) {
		const struct otr_fetch_arg *arg = &fetch->args[i];

		fields[i] = (struct otr_field){
			.type		= arg->shown,
			.name		= arg->field,
			.offset		= arg->slot,
			.size		= arg->type->size * (arg->nr ?: 1),
			.is_signed	= arg->type->is_signed,
		};
	}
	return fetch->nr;
}

/*
 * A text that is put together.
 *
 * @to: where to
 * @room: bytes there
 * @len: how long it would be
 */
struct text {
	char	*to;
	size_t	room;
	size_t	len;
};

static __printf(2, 3) void text_put(struct text *text, const char *fmt, ...)
{
	size_t at = min(text->len, text->room);
	va_list args;

	va_start(args, fmt);
	text->len += vsnprintf(text->to ? text->to + at : NULL, text->room - at, fmt, args);
	va_end(args);
}

static void text_put_format(struct text *text, const struct otr_fetch_arg *arg)
{
	unsigned int i;

	text_put(text, " %s=%s%s", arg->name, arg->nr ? "{" : "", arg->type->fmt);
	for (i = 1; i < arg->nr; i++)
		text_put(text, ",%s", arg->type->fmt);
	if (arg->nr)
		text_put(text, "}");
}

static void text_put_value(struct text *text, const struct otr_fetch_arg *arg)
{
	const char *open = arg->type->is_text ? "__get_str(" : "REC->";
	const char *close = arg->type->is_text ? ")" : "";
	unsigned int i;

	if (!arg->nr)
		text_put(text, ", %s%s%s", open, arg->name, close);
	for (i = 0; i < arg->nr; i++)
		text_put(text, ", %s%s[%u]%s", open, arg->name, i, close);
}

/**
 * otr_fetch_print_fmt - the print format of an event
 * @fetch: its arguments
 * @fmt: what is in front of them in the format: "(%lx)", or ""
 * @args: what that prints: ", REC->__probe_ip", or ""
 * @to: where to, with a zero; NULL to get the length
 * @room: bytes there
 *
 * Context: any.
 * Return: its length, as from snprintf().
 */
size_t otr_fetch_print_fmt(const struct otr_fetch *fetch, const char *fmt, const char *args,
			   char *to, size_t room)
{
	struct text text = { .to = to, .room = to ? room : 0 };
	unsigned int i;

	text_put(&text, "\"%s", fmt);
	for (i = 0; i < fetch->nr; i++)
		text_put_format(&text, &fetch->args[i]);
	text_put(&text, "\"%s", args);
	for (i = 0; i < fetch->nr; i++)
		text_put_value(&text, &fetch->args[i]);
	return text.len;
}

static void text_print_text(const struct otr_line *line, u32 word)
{
	unsigned int at = OTR_LOC_OFFSET(word), len = OTR_LOC_LEN(word);

	if (!len) {
		seq_buf_puts(line->out, "(fault)");
		return;
	}
	len = at < line->len ? min(len, line->len - at) : 0;
	seq_buf_putc(line->out, '"');
	otr_text_mem(line->out, line->rec + at, strnlen(line->rec + at, len));
	seq_buf_putc(line->out, '"');
}

static void text_print_symbol(struct seq_buf *out, u64 addr)
{
	char name[KSYM_SYMBOL_LEN];

	sprint_symbol(name, addr);
	seq_buf_puts(out, name);
}

static void text_print_hex(struct seq_buf *out, u64 value)
{
	char digits[2 + 16];
	unsigned int len = 2 + otr_text_hex_digits(value);

	memcpy(digits, "0x", 2);
	otr_text_hex_before(digits + len, value);
	otr_text_mem(out, digits, len);
}

static void text_print_value(const struct otr_line *line, const struct otr_fetch_type *type,
			     const void *at)
{
	u64 value = otr_fetch_number(at, type->size);
	unsigned int unused = 64 - 8 * type->size;

	if (type->is_text) {
		text_print_text(line, value);
		return;
	}
	/* The format says what is to be printed: 'c', S, hexadecimal or decimal. */
	switch (type->name[0]) {
	case 'c':
		seq_buf_putc(line->out, '\'');
		seq_buf_putc(line->out, value);
		seq_buf_putc(line->out, '\'');
		break;
	case 'x':
		text_print_hex(line->out, value);
		break;
	case 'u':
		otr_text_u64(line->out, value, 0, ' ');
		break;
	default:
		if (type->is_signed)
			otr_text_s64(line->out, (s64)(value << unused) >> unused, 0);
		else
			text_print_symbol(line->out, value);
	}
}

/**
 * otr_fetch_print - print the arguments of a record
 * @fetch: the arguments
 * @line: the record
 *
 * " NAME=VALUE" for each.
 *
 * Context: what may read kallsyms; any but for symbols.
 */
void otr_fetch_print(const struct otr_fetch *fetch, struct otr_line *line)
{
	unsigned int i, element;

	for (i = 0; i < fetch->nr; i++) {
		const struct otr_fetch_arg *arg = &fetch->args[i];
		const void *at = line->rec + arg->slot;

		seq_buf_putc(line->out, ' ');
		seq_buf_puts(line->out, arg->name);
		seq_buf_puts(line->out, arg->nr ? "={" : "=");
		text_print_value(line, arg->type, at);
		for (element = 1; element < arg->nr; element++) {
			at += arg->type->size;
			seq_buf_putc(line->out, ',');
			text_print_value(line, arg->type, at);
		}
		if (arg->nr)
			seq_buf_putc(line->out, '}');
	}
}

/**
 * otr_fetch_differ - which argument of two probes of one event is different?
 * @a: the arguments of one
 * @b: those of the other
 *
 * Context: any.
 * Return: 0 if they have the same names and types; else which one is the first that has not,
 * from 1, or behind the last that both have.
 */
unsigned int otr_fetch_differ(const struct otr_fetch *a, const struct otr_fetch *b)
{
	unsigned int i;

	if (a->nr != b->nr)
		return min(a->nr, b->nr) + 1;
	for (i = 0; i < a->nr; i++)
		if (a->args[i].type != b->args[i].type || a->args[i].nr != b->args[i].nr ||
		    strcmp(a->args[i].name, b->args[i].name))
			return i + 1;
	return 0;
}

/**
 * otr_fetch_same - do two probes have the same arguments, to the letter?
 * @a: the arguments of one
 * @b: those of the other; otr_fetch_differ() said 0
 *
 * Context: any.
 * Return: whether they have.
 */
bool otr_fetch_same(const struct otr_fetch *a, const struct otr_fetch *b)
{
	unsigned int i;

	for (i = 0; i < a->nr; i++)
		if (strcmp(a->args[i].text, b->args[i].text))
			return false;
	return true;
}

/**
 * otr_fetch_match - are these the first arguments of a probe?
 * @fetch: its arguments
 * @words: "NAME=EXPRESSION" each, as it is listed
 * @nr: how many
 *
 * Context: any.
 * Return: whether they are.
 */
bool otr_fetch_match(const struct otr_fetch *fetch, char **words, int nr)
{
	int i;

	if (nr > fetch->nr)
		return false;
	for (i = 0; i < nr; i++) {
		size_t len = strlen(fetch->args[i].name);

		if (strncmp(words[i], fetch->args[i].name, len) || words[i][len] != '=' ||
		    strcmp(words[i] + len + 1, fetch->args[i].text))
			return false;
	}
	return true;
}
