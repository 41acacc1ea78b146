/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Additions to the kernel's seq_buf: numbers and padded text without the price
 * of a format string. On overflow they behave as seq_buf's own do.
 */
#ifndef _OTR_BASE_TEXT_H
#define _OTR_BASE_TEXT_H

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/seq_buf.h>
#include <linux/stdarg.h>
#include <linux/types.h>

/* All numbers of two digits, one behind the other. */
extern const char otr_text_pairs[201];

/* Write a number below 100 as two digits: half as many divisions as one by one. */
static inline char *otr_text_pair(char *at, u32 value)
{
	at[0] = otr_text_pairs[2 * value];
	at[1] = otr_text_pairs[2 * value + 1];
	return at + 2;
}

/* Digits of @value in hexadecimal. */
static inline unsigned int otr_text_hex_digits(u64 value)
{
	return (fls64(value | 1) + 3) / 4;
}

/* Write those in front of @end. */
static inline void otr_text_hex_before(char *end, u64 value)
{
	do {
		*--end = "0123456789abcdef"[value & 0xf];
		value >>= 4;
	} while (value);
}

/* What the kernel prints in place of what cannot be a string. */
static inline const char *otr_text_string(const char *text)
{
	if (likely((unsigned long)text >= PAGE_SIZE && !IS_ERR(text)))
		return text;
	return text ? "(efault)" : "(null)";
}

unsigned int otr_text_digits(u64 value);
char *otr_text_before(char *end, u64 value);
void otr_text_mem(struct seq_buf *out, const char *text, size_t len);
void otr_text_fill(struct seq_buf *out, char c, unsigned int count);
void otr_text_u64(struct seq_buf *out, u64 value, unsigned int width, char fill);
char *otr_text_put(char *at, u64 value, unsigned int width, char fill);
void otr_text_s64(struct seq_buf *out, s64 value, unsigned int width);
void otr_text_duration(struct seq_buf *out, u64 ns);

/* format.c */
struct otr_text_program;

struct otr_text_program *otr_text_compile(const char *prefix, const char *fmt);
size_t otr_text_reveal(char *to, size_t room, const char *fmt);
const char *otr_text_compiled_from(const struct otr_text_program *program);
void otr_text_run(const struct otr_text_program *program, struct seq_buf *out, bool plain,
		  va_list args);

#endif /* _OTR_BASE_TEXT_H */
