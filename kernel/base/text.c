// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and padded text. */
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "base/base.h"

/* Digits of the longest 64-bit number, with a sign. */
#define NUMBER_MAX	21

/* Room for @len more bytes, or NULL and the buffer has overflown. */
static char *text_room(struct seq_buf *out, size_t len)
{
	char *to = out->buffer + out->len;

	if (out->len > out->size || len > out->size - out->len) {
		seq_buf_set_overflow(out);
		return NULL;
	}
	out->len += len;
	return to;
}

/**
 * otr_text_mem - add bytes
 * @out: where to
 * @text: the bytes
 * @len: how many
 *
 * Context: any. All of it goes in, or @out is marked as overflown.
 */
void otr_text_mem(struct seq_buf *out, const char *text, size_t len)
{
	char *to = text_room(out, len);

	if (to)
		memcpy(to, text, len);
}

/**
 * otr_text_fill - add a character several times
 * @out: where to
 * @c: the character
 * @count: how often
 *
 * Context: as otr_text_mem().
 */
void otr_text_fill(struct seq_buf *out, char c, unsigned int count)
{
	char *to = text_room(out, count);

	if (to)
		memset(to, c, count);
}

/* As wide as asked for, right-aligned; longer text is not cut. */
static void text_aligned(struct seq_buf *out, const char *text, unsigned int len,
			 unsigned int width, char fill)
{
	unsigned int pad = width > len ? width - len : 0;
	char *to = text_room(out, len + pad);

	if (!to)
		return;
	while (pad--)
		*to++ = fill;
	while (len--)
		*to++ = *text++;
}

#define TEN(t)								\
	#t "0" #t "1" #t "2" #t "3" #t "4" #t "5" #t "6" #t "7" #t "8" #t "9"

/* See otr_text_pair(). */
const char otr_text_pairs[201] =
	TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9);

/* The least numbers of so many digits and one, but for the first. */
static const u32 text_tens[] = {
	0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

/* 1233 / 4096 is a little more than the logarithm of 2. */
static unsigned int text_digits_of(u32 value)
{
	unsigned int least = fls(value | 1) * 1233 >> 12;

	return least + (value >= text_tens[least]);
}

/**
 * otr_text_digits - how many digits a number has
 * @value: the number
 *
 * Context: any.
 * Return: 1 to 20.
 */
unsigned int otr_text_digits(u64 value)
{
	unsigned int more = 0;

	while (unlikely(value > U32_MAX)) {
		value = div_u64(value, 1000000000);
		more += 9;
	}
	return more + text_digits_of(value);
}

/**
 * otr_text_before - write a number in decimal that ends at a certain place
 * @end: where it ends
 * @value: the number
 *
 * Context: any.
 * Return: where it begins, otr_text_digits() before @end.
 */
char *otr_text_before(char *end, u64 value)
{
	u32 low;

	/* The short division is much cheaper, and most numbers are small. */
	while (unlikely(value > U32_MAX)) {
		u32 pair;

		value = div_u64_rem(value, 100, &pair);
		end -= 2;
		otr_text_pair(end, pair);
	}
	for (low = value; low >= 10; low /= 100) {
		end -= 2;
		otr_text_pair(end, low % 100);
	}
	/* Nothing is left of a number that ended in a pair, but for zero itself. */
	if (low || !value)
		*--end = '0' + low;
	return end;
}

/**
 * otr_text_put - write a number in decimal
 * @at: where to; there is room
 * @value: the number
 * @width: least width
 * @fill: what goes before it up to @width, a blank or a zero
 *
 * Context: any.
 * Return: where it ends; nothing terminates it.
 */
char *otr_text_put(char *at, u64 value, unsigned int width, char fill)
{
	unsigned int digits = otr_text_digits(value);

	for (; width > digits; width--)
		*at++ = fill;
	at += digits;
	otr_text_before(at, value);
	return at;
}

/**
 * otr_text_u64 - add a number in decimal
 * @out: where to
 * @value: the number
 * @width: least width
 * @fill: what goes before it up to @width, a blank or a zero
 *
 * Context: as otr_text_mem().
 */
void otr_text_u64(struct seq_buf *out, u64 value, unsigned int width, char fill)
{
	char number[NUMBER_MAX];
	char *end = number + sizeof(number);
	char *start = otr_text_before(end, value);

	text_aligned(out, start, end - start, width, fill);
}

/**
 * otr_text_s64 - add a number with a sign in decimal
 * @out: where to
 * @value: the number
 * @width: least width, filled up with blanks
 *
 * Context: as otr_text_mem().
 */
void otr_text_s64(struct seq_buf *out, s64 value, unsigned int width)
{
	char number[NUMBER_MAX];
	char *end = number + sizeof(number);
	char *start = otr_text_before(end, value < 0 ? -(u64)value : value);

	if (value < 0)
		*--start = '-';
	text_aligned(out, start, end - start, width, ' ');
}

/* Digits of a duration, and of its whole part where it has no other. */
#define DURATION_DIGITS	7

/**
 * otr_text_duration - a time in microseconds in the width of a column
 * @out: where to
 * @ns: the time
 *
 * With up to three decimals, as many as there is room for, "us" behind it, and
 * blanks.
 *
 * Context: any.
 */
void otr_text_duration(struct seq_buf *out, u64 ns)
{
	char text[32], *end;
	u32 rest;
	int len;

	end = otr_text_put(text, div_u64_rem(ns, NSEC_PER_USEC, &rest), 1, ' ');
	len = end - text;
	if (len < DURATION_DIGITS) {
		*end++ = '.';
		end = otr_text_put(end, rest, 3, '0');
		len = min((int)(end - text), DURATION_DIGITS + 1);
	}
	otr_text_mem(out, text, len);
	otr_text_mem(out, " us ", 4);
	otr_text_fill(out, ' ', max(DURATION_DIGITS + 1 - len, 0));
}
