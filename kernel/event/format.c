// SPDX-License-Identifier: GPL-2.0-only
/*
 * The texts from which programs learn what lies on a page: a format file per
 * event, header_page and header_event. libtraceevent parses all of them.
 */
#include <linux/seq_file.h>

#include "event/event.h"

static void show_fields(struct seq_file *m, const char *what, const struct otr_field *field)
{
	for (; field->name; field++)
		seq_printf(m, "\t%s%s %s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", what,
			   field->type, field->name, field->offset, field->size,
			   field->is_signed);
}

/**
 * otr_event_show_format - print an event's format file
 * @m: where to
 * @ev: the event
 *
 * Context: otr_event_lock() held.
 */
void otr_event_show_format(struct seq_file *m, const struct otr_event *ev)
{
	seq_printf(m, "name: %s\nID: %d\nformat:\n", ev->name, ev->id);
	show_fields(m, "field:", otr_event_common);
	seq_putc(m, '\n');
	show_fields(m, "field:", ev->fields);
	seq_printf(m, "\nprint fmt: %s\n", ev->print_fmt);
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
	const struct otr_field page[] = {
		{ "u64", "timestamp", 0, 8, false },
		{ "local_t", "commit", 8, 8, true },
		{ "int", "overwrite", 8, 1, true },
		{ "char", "data", 16, data_bytes, OTR_CHAR_SIGNED },
		{}
	};

	show_fields(m, "field: ", page);
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
