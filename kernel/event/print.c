// SPDX-License-Identifier: GPL-2.0-only
/* Helpers with which events print their records. */
#include <linux/kallsyms.h>

#include "base/base.h"
#include "event/event.h"
#include "host/host.h"

/* Out of line for its big buffer. */
static noinline void print_looked_up(struct seq_buf *out, unsigned long ip, bool with_offset)
{
	char name[KSYM_SYMBOL_LEN];

	if (otr_host_symbol(ip, with_offset, name, sizeof(name)))
		seq_buf_puts(out, name);
	else
		seq_buf_printf(out, "0x%08lx", ip);
}

/**
 * otr_print_ip - print a code address as a symbol
 * @line: where to, and how: OTR_LINE_SYM_OFFSET adds +0xoffset/0xsize,
 *	  OTR_LINE_SYM_ADDR the plain address in angle brackets
 * @ip: address; 0 prints as "0"
 *
 * An address without a symbol prints as a number.
 *
 * Context: any that may read kallsyms, not NMI.
 */
void otr_print_ip(struct otr_line *line, unsigned long ip)
{
	bool with_offset = line->flags & OTR_LINE_SYM_OFFSET;
	const char *name;
	unsigned int len;

	if (!ip) {
		seq_buf_putc(line->out, '0');
		return;
	}
	if (unlikely(line->shift) && !otr_shift_address(line->shift, &ip)) {
		seq_buf_printf(line->out, "0x%08lx", ip);
	} else if (!line->names) {
		print_looked_up(line->out, ip, with_offset);
	} else {
		name = otr_names_find(line->names, ip, with_offset, &len);
		if (name)
			otr_text_mem(line->out, name, len);
		else
			seq_buf_printf(line->out, "0x%08lx", ip);
	}
	if (line->flags & OTR_LINE_SYM_ADDR)
		seq_buf_printf(line->out, " <%016lx>", ip);
}

/**
 * otr_print_hex - print a number as hexadecimal digits and a blank
 * @out: where to
 * @value: the number, in the machine's byte order
 * @size: its bytes
 *
 * The "hex" style shows the most significant byte first and keeps leading
 * zeros.
 *
 * Context: any.
 */
void otr_print_hex(struct seq_buf *out, const void *value, unsigned int size)
{
	const u8 *byte = value;
	unsigned int i;

	for (i = 0; i < size; i++) {
		unsigned int at = IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? i : size - 1 - i;

		seq_buf_printf(out, "%02x", byte[at]);
	}
	seq_buf_putc(out, ' ');
}

/**
 * otr_print_bytes - copy memory into the output
 * @out: where to; all of it fits or the output overflows
 * @bytes: what to copy
 * @size: how much
 *
 * Context: any.
 */
void otr_print_bytes(struct seq_buf *out, const void *bytes, unsigned int size)
{
	char *room;

	if (seq_buf_get_buf(out, &room) < size) {
		seq_buf_commit(out, -1);
		return;
	}
	memcpy(room, bytes, size);
	seq_buf_commit(out, size);
}

/**
 * otr_print_untyped - print a record in a style that its event does not have
 * @line: the record
 *
 * Context: any.
 */
void otr_print_untyped(struct otr_line *line)
{
	const struct otr_rec_head *head = line->rec;

	seq_buf_printf(line->out, "type: %d\n", head->type);
}
