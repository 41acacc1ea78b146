// SPDX-License-Identifier: GPL-2.0-only
/* A record of a synthetic event as text. */
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/unaligned.h>
#include <outrace/print.h>
#include <trace/events/mmflags.h>

#include "base/base.h"
#include "dyn/internal.h"

static u64 text_value(const struct otr_synth_field *field, const void *at)
{
	switch (field->size) {
	case 1:
		return *(const u8 *)at;
	case 2:
		return *(const u16 *)at;
	case 4:
		return *(const u32 *)at;
	default:
		return get_unaligned((const u64 *)at);
	}
}

/* As in-tree: what is shorter than an int is one without a sign. */
static void text_print_number(struct otr_line *line, const struct otr_synth_field *field,
			      u64 value)
{
	if (field->is_gfp)
		seq_buf_printf(line->out, "%llx", value);
	else if (field->is_signed && field->size == sizeof(u64))
		otr_text_s64(line->out, value, 0);
	else if (field->is_signed && field->size == sizeof(u32))
		otr_text_s64(line->out, (s32)value, 0);
	else
		otr_text_u64(line->out, value, 0, ' ');
}

static void text_print_gfp(struct otr_line *line, u64 value)
{
	static const struct trace_print_flags names[] = {
		__def_gfpflag_names, { -1, NULL }
	};

	seq_buf_puts(line->out, " (");
	seq_buf_puts(line->out, otr_print_flags(line, "|", value, names));
	seq_buf_putc(line->out, ')');
}

/* Each caller has a line of its own, and what follows has one, too. */
static void text_print_callers(struct otr_line *line, u32 word)
{
	const void *at = line->rec + OTR_LOC_OFFSET(word);
	unsigned int i, nr = OTR_LOC_LEN(word) / sizeof(unsigned long);
	unsigned long ip;

	seq_buf_puts(line->out, "STACK:\n");
	/* The first word is how many there are. */
	for (i = 1; i < nr; i++) {
		memcpy(&ip, at + i * sizeof(ip), sizeof(ip));
		seq_buf_printf(line->out, "=> %pS\n", (void *)ip);
	}
}

static void text_print_field(struct otr_line *line, const struct otr_synth_field *field,
			     const char *after)
{
	const void *at = line->rec + field->offset;
	u64 value;

	if (line->flags & OTR_LINE_TYPES)
		seq_buf_printf(line->out, "%s ", field->fmt);
	seq_buf_printf(line->out, "%s=", field->name);
	switch (field->sort) {
	case OTR_SYNTH_INSIDE:
		seq_buf_printf(line->out, "%.*s%s", OTR_SYNTH_CHARS, (const char *)at, after);
		break;
	case OTR_SYNTH_BEHIND:
		seq_buf_printf(line->out, "%.*s%s", OTR_LOC_LEN(*(const u32 *)at),
			       (const char *)line->rec + OTR_LOC_OFFSET(*(const u32 *)at), after);
		break;
	case OTR_SYNTH_CALLERS:
		text_print_callers(line, *(const u32 *)at);
		break;
	default:
		value = text_value(field, at);
		text_print_number(line, field, value);
		seq_buf_puts(line->out, after);
		/* Behind the blank, as in-tree. */
		if (field->is_gfp)
			text_print_gfp(line, value);
	}
}

/**
 * otr_synth_text - print a record of a synthetic event
 * @line: the record
 *
 * Context: otr_event_lock() held, or RCU in a dump; what may read kallsyms.
 */
void otr_synth_text(struct otr_line *line)
{
	const struct otr_synth *synth = container_of(line->ev, struct otr_synth, event);
	unsigned int i;

	seq_buf_printf(line->out, "%s: ", synth->event.name);
	for (i = 0; i < synth->nr; i++)
		text_print_field(line, &synth->fields[i], i + 1 < synth->nr ? " " : "");
	seq_buf_putc(line->out, '\n');
}
