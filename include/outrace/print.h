/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What events use to measure, copy and print their members. Nobody calls these
 * by name: the macros of TRACE_EVENT() do, see <outrace/define_events.h>.
 */
#ifndef _OUTRACE_PRINT_H
#define _OUTRACE_PRINT_H

#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/tracepoint-defs.h>
#include <outrace/event.h>

/* In place of a text that is not there. */
#define OTR_NO_TEXT	"(null)"

/**
 * otr_text_bytes - measure a text for a record
 * @text: the text, or NULL
 *
 * Context: any.
 * Return: bytes, with the zero at its end.
 */
static __always_inline unsigned int otr_text_bytes(const char *text)
{
	return text ? strlen(text) + 1 : sizeof(OTR_NO_TEXT);
}

/**
 * otr_copy_text - copy a text into a record
 * @to: where to
 * @text: the text, or NULL; it need not end within @bytes
 * @bytes: room at @to, at least 1; all of it is written, the last byte with 0
 *
 * Context: any.
 */
static __always_inline void otr_copy_text(char *to, const char *text, unsigned int bytes)
{
	if (text)
		memcpy(to, text, bytes - 1);
	else
		strscpy_pad(to, OTR_NO_TEXT, bytes);
	to[bytes - 1] = 0;
}

/**
 * otr_print_ns_rest - nanoseconds beyond whole seconds
 * @ns: nanoseconds
 *
 * Context: any.
 * Return: 0 to 999999999.
 */
static inline u32 otr_print_ns_rest(u64 ns)
{
	u32 rest;

	div_u64_rem(ns, NSEC_PER_SEC, &rest);
	return rest;
}

__printf(1, 0)
unsigned int otr_print_room(const char *fmt, va_list *args);
__printf(3, 0)
void otr_print_into(char *to, unsigned int bytes, const char *fmt, va_list *args);

void __printf(2, 3) otr_print_event(struct otr_line *line, const char *fmt, ...);
const char *otr_print_flags(struct otr_line *line, const char *delimiter, unsigned long flags,
			    const struct trace_print_flags *names);
const char *otr_print_symbolic(struct otr_line *line, unsigned long value,
			       const struct trace_print_flags *names);
const char *otr_print_hex_bytes(struct otr_line *line, const void *bytes, int nr, bool apart);
const char *otr_print_hex_dump(struct otr_line *line, const char *prefix, int prefix_type,
			       int row, int group, const void *bytes, size_t nr, bool ascii);
const char *otr_print_array(struct otr_line *line, const void *array, int nr, size_t size);
const char *otr_print_bitmask(struct otr_line *line, const void *bits, unsigned int bytes);
char *otr_print_get_room(struct otr_line *line, int bytes);

#endif /* _OUTRACE_PRINT_H */
