// SPDX-License-Identifier: GPL-2.0-only
/*
 * The texts from which programs learn what lies on a page: a format file per
 * event, header_page and header_event. libtraceevent parses all of them.
 */
#include <linux/ctype.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "event/event.h"

/*
 * An array's brackets stand behind the name. Those of a __rel_loc word go there,
 * too, unlike those of a __data_loc word: programs know the difference.
 */
static void format_show_field(struct seq_file *m, const char *what, const struct otr_field *field)
{
	const char *bracket = NULL;

	if (str_has_prefix(field->type, "__rel_loc"))
		bracket = strchr(field->type, '[');
	if (bracket)
		seq_printf(m, "\t%s%.*s %s[]", what, (int)(bracket - field->type), field->type,
			   field->name);
	else if (field->nr)
		seq_printf(m, "\t%s%s %s[%u]", what, field->type, field->name, field->nr);
	else
		seq_printf(m, "\t%s%s %s", what, field->type, field->name);
	seq_printf(m, ";\toffset:%u;\tsize:%u;\tsigned:%d;\n", field->offset, field->size,
		   field->is_signed);
}

static void format_show_fields(struct seq_file *m, const char *what, const struct otr_field *field)
{
	for (; field->name; field++)
		format_show_field(m, what, field);
}

static bool format_in_word(char c)
{
	return isalnum(c) || c == '_';
}

static size_t format_word_length(const char *text)
{
	size_t len = 0;

	while (format_in_word(text[len]))
		len++;
	return len;
}

/* Length of what is quoted at @text, with the quotes. */
static size_t format_quoted_length(const char *text)
{
	size_t len = 1;

	while (text[len] && text[len] != '"')
		len += text[len] == '\\' && text[len + 1] ? 2 : 1;
	return text[len] ? len + 1 : len;
}

/* "sizeof(x)" is one name. */
static size_t format_sizeof_length(const char *text, size_t len)
{
	const char *end;

	if (len != strlen("sizeof") || strncmp(text, "sizeof(", len + 1))
		return len;
	end = strchr(text, ')');
	return end ? end + 1 - text : len;
}

/* A name that is no member of something and stands for a number, as that. */
static size_t format_show_word(struct seq_file *m, const struct otr_event *ev, const char *text,
			       bool member)
{
	const struct otr_enum *e = NULL;
	size_t len = format_word_length(text), whole = format_sizeof_length(text, len);

	if (!member && !isdigit(*text))
		e = otr_set_find_enum(ev->system, text, whole);
	if (e) {
		seq_printf(m, "%ld", (long)e->value);
		return whole;
	}
	seq_write(m, text, len);
	return len;
}

static void format_show_print_fmt(struct seq_file *m, const struct otr_event *ev)
{
	const char *at = ev->print_fmt;
	bool member = false;
	size_t len;

	while (*at) {
		if (format_in_word(*at)) {
			at += format_show_word(m, ev, at, member);
			member = false;
			continue;
		}
		len = *at == '"' ? format_quoted_length(at) : 1;
		member = *at == '.' || (*at == '>' && at > ev->print_fmt && at[-1] == '-');
		seq_write(m, at, len);
		at += len;
	}
}

/**
 * otr_event_show_format - print an event's format file
 * @m: where to
 * @ev: the event
 *
 * Names of numbers that programs cannot know are replaced by the numbers.
 *
 * Context: otr_event_lock() held.
 */
void otr_event_show_format(struct seq_file *m, const struct otr_event *ev)
{
	seq_printf(m, "name: %s\nID: %d\nformat:\n", ev->name, ev->id);
	format_show_fields(m, "field:", otr_event_common);
	seq_putc(m, '\n');
	format_show_fields(m, "field:", ev->fields);
	seq_puts(m, "\nprint fmt: ");
	format_show_print_fmt(m, ev);
	seq_putc(m, '\n');
}

/**
 * otr_event_show_page - print header_page: what a page begins with
 * @m: where to
 * @data_bytes: bytes of data on a page
 *
 * The third field lies on top of the second one: programs find the flags there.
 *
 * Context: any.
 */
void otr_event_show_page(struct seq_file *m, unsigned int data_bytes)
{
	static const struct otr_field head[] = {
		{ .type = "u64", .name = "timestamp", .offset = 0, .size = 8 },
		{ .type = "local_t", .name = "commit", .offset = 8, .size = 8, .is_signed = true },
		{ .type = "int", .name = "overwrite", .offset = 8, .size = 1, .is_signed = true },
		{}
	};

	format_show_fields(m, "field: ", head);
	/* Larger than fields of records can be. */
	seq_printf(m, "\tfield: char data;\toffset:16;\tsize:%u;\tsigned:%d;\n", data_bytes,
		   OTR_CHAR_SIGNED);
}

/**
 * otr_event_show_head - print header_event: what a record begins with
 * @m: where to
 *
 * Context: any.
 */
void otr_event_show_head(struct seq_file *m)
{
	static const struct {
		const char	*part;
		int		bits;
	} word[] = {
		{ "type_len    :", 5 }, { "time_delta  :", 27 }, { "array       :", 32 },
	};
	unsigned int i;

	seq_puts(m, "# compressed entry header\n");
	for (i = 0; i < ARRAY_SIZE(word); i++)
		seq_printf(m, "\t%s %4d bits\n", word[i].part, word[i].bits);
	seq_puts(m, "\n\tpadding     : type == 29\n");
	seq_puts(m, "\ttime_extend : type == 30\n");
	seq_puts(m, "\ttime_stamp : type == 31\n");
	seq_puts(m, "\tdata max type_len  == 28\n");
}
