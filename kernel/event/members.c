// SPDX-License-Identifier: GPL-2.0-only
/* A record as the names and the values of its members, whatever its own text is. */
#include <linux/ctype.h>
#include <linux/string.h>

#include "event/event.h"

/* What is read of a text that a record has the address of, with the zero. */
#define TEXT_MAX	128

/* What a word of the record leads to; false when that is not in the record. */
static bool members_find_bytes(const struct otr_line *line, const struct otr_field *field,
			       struct otr_span *bytes)
{
	bool rel = str_has_prefix(field->type, "__rel_loc");
	struct otr_access access;

	otr_access_init(&access, field, rel ? OTR_KIND_REL_STRING : OTR_KIND_DYN_STRING);
	*bytes = otr_access_bytes(&access, line->rec);
	return bytes->at + bytes->len <= line->rec + line->len;
}

static void members_print_text(struct otr_line *line, const struct otr_field *field)
{
	struct otr_span bytes;

	if (members_find_bytes(line, field, &bytes))
		seq_buf_printf(line->out, "%.*s", (int)bytes.len, (const char *)bytes.at);
	else
		seq_buf_puts(line->out, "<OVERFLOW>");
}

static void members_print_bytes(struct otr_line *line, const struct otr_field *field)
{
	struct otr_span bytes;
	size_t i;

	if (!members_find_bytes(line, field, &bytes)) {
		seq_buf_puts(line->out, "<OVERFLOW>");
		return;
	}
	for (i = 0; i < bytes.len; i++)
		seq_buf_printf(line->out, "%s%02x", i ? "," : "", ((const u8 *)bytes.at)[i]);
}

/* The text may be gone, and its memory with it. */
static void members_print_pointed(struct otr_line *line, const struct otr_field *field)
{
	struct otr_access access;
	char text[TEXT_MAX];
	unsigned long from;

	memcpy(&from, line->rec + field->offset, sizeof(from));
	if (line->shift) {
		/* Where it was, something else is now. */
		seq_buf_printf(line->out, "(0x%016lx)", from);
		return;
	}
	otr_access_init(&access, field, OTR_KIND_PTR_STRING);
	if (otr_access_text(&access, line->rec, text, sizeof(text)) < 0)
		seq_buf_printf(line->out, "(0x%016lx)", from);
	else
		seq_buf_printf(line->out, "(0x%016lx:%s)", from, text);
}

static void members_print_number(struct otr_line *line, const struct otr_field *field)
{
	const void *at = line->rec + field->offset;
	u64 value = 0;

	memcpy(&value, at, min_t(size_t, field->size, sizeof(value)));
	switch (field->size) {
	case 1:
		if (isprint(value))
			seq_buf_printf(line->out, "'%c'", (char)value);
		seq_buf_printf(line->out, "(%d)", (int)value);
		break;
	case 2:
	case 4:
		seq_buf_printf(line->out, "0x%x (%d)", (u32)value, (int)value);
		break;
	case 8:
		seq_buf_printf(line->out, "0x%llx (%lld)", value, value);
		break;
	default:
		seq_buf_puts(line->out, "<INVALID-SIZE>");
	}
}

static void members_print_member(struct otr_line *line, const struct otr_field *field)
{
	const void *at = line->rec + field->offset;
	unsigned long ip;

	switch (otr_field_kind(field)) {
	case OTR_KIND_CHARS:
	case OTR_KIND_COMM:
		seq_buf_printf(line->out, "%.*s", field->size, (const char *)at);
		break;
	case OTR_KIND_DYN_STRING:
	case OTR_KIND_REL_STRING:
		members_print_text(line, field);
		break;
	case OTR_KIND_PTR_STRING:
		members_print_pointed(line, field);
		break;
	case OTR_KIND_FUNCTION:
		memcpy(&ip, at, sizeof(ip));
		seq_buf_printf(line->out, "%pS", (void *)ip);
		break;
	case OTR_KIND_CPUMASK:
	case OTR_KIND_STACK:
		seq_buf_puts(line->out, "<INVALID-TYPE>");
		break;
	default:
		if (str_has_prefix(field->type, "__data_loc") ||
		    str_has_prefix(field->type, "__rel_loc"))
			members_print_bytes(line, field);
		else
			members_print_number(line, field);
	}
}

/**
 * otr_event_print_members - print a record member by member
 * @line: the record, of an event that has a description
 *
 * Context: otr_event_lock() held; what may read kallsyms.
 */
void otr_event_print_members(struct otr_line *line)
{
	const struct otr_field *field = line->ev->fields;

	seq_buf_printf(line->out, "%s:", line->ev->name);
	if (!field || !field->name) {
		seq_buf_puts(line->out, "No fields found\n");
		return;
	}
	for (; field->name; field++) {
		seq_buf_printf(line->out, " %.*s=", (int)strcspn(field->name, "["), field->name);
		if (field->offset + field->size > line->len)
			seq_buf_puts(line->out, "<OVERFLOW>");
		else
			members_print_member(line, field);
	}
	seq_buf_putc(line->out, '\n');
}
