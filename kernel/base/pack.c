// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of a format, packed for a record as the kernel's vbin_printf() packs
 * them, from which its bstr_printf() and other programs make the text later.
 *
 * What a format takes is read once. The formats of nearly all texts take numbers
 * of four or eight bytes and strings; whatever takes something else is left to the
 * kernel.
 */
#include <linux/align.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/base.h"

/* How an argument is taken: bits of struct otr_pack.kinds. */
enum kind {
	END,
	WORD,		/* 4 bytes */
	LONG,		/* 8 bytes */
	STRING,
	KINDS
};

#define KIND_BITS	2

static enum kind pack_length_of(const char **fmt)
{
	enum kind kind = WORD;

	for (; **fmt == 'l' || **fmt == 'z' || **fmt == 't'; (*fmt)++)
		kind = LONG;
	return kind;
}

/* What a conversion takes, behind its percent sign; KINDS for something else. */
static enum kind pack_take(const char **fmt)
{
	enum kind kind;

	*fmt += strspn(*fmt, "-+ #0");
	while (isdigit(**fmt))
		(*fmt)++;
	if (**fmt == 's') {
		(*fmt)++;
		return STRING;
	}
	kind = pack_length_of(fmt);
	if (!**fmt || !strchr("diuxXo", **fmt))
		return KINDS;
	(*fmt)++;
	return kind;
}

/**
 * otr_pack_read - read what a format takes
 * @pack: filled in
 * @fmt: the format
 *
 * Context: any.
 */
void otr_pack_read(struct otr_pack *pack, const char *fmt)
{
	unsigned int nr = 0;

	*pack = (struct otr_pack){};
	while ((fmt = strchr(fmt, '%'))) {
		enum kind kind;

		fmt++;
		if (*fmt == '%') {
			fmt++;
			continue;
		}
		kind = pack_take(&fmt);
		if (kind == KINDS || nr == OTR_PACK_MAX)
			return;
		pack->kinds |= kind << (nr++ * KIND_BITS);
	}
	pack->known = true;
}

/* Go on to the next word, and leave nothing unwritten. */
static char *pack_next_word(char *at)
{
	while (!IS_ALIGNED((unsigned long)at, sizeof(u32)))
		*at++ = 0;
	return at;
}

/**
 * otr_pack_put - pack arguments
 * @pack: what the format takes, known
 * @to: where to, aligned to four bytes
 * @room: bytes there, a multiple of four
 * @args: the arguments
 *
 * Context: any.
 * Return: bytes, a multiple of four; more than @room when they do not fit.
 */
size_t otr_pack_put(const struct otr_pack *pack, void *to, size_t room, va_list args)
{
	char *at = to, *end = to + room;
	unsigned int kinds;

	for (kinds = pack->kinds; kinds; kinds >>= KIND_BITS) {
		enum kind kind = kinds % KINDS;
		const char *text;
		u64 number;

		if (kind == STRING) {
			text = otr_text_string(va_arg(args, const char *));
			do {
				if (at == end)
					return room + 1;
			} while ((*at++ = *text++));
			continue;
		}
		at = pack_next_word(at);
		number = kind == LONG ? va_arg(args, u64) : va_arg(args, u32);
		if (end - at < (kind == LONG ? sizeof(u64) : sizeof(u32)))
			return room + 1;
		if (kind == LONG) {
			memcpy(at, &number, sizeof(u64));
			at += sizeof(u64);
		} else {
			*(u32 *)at = number;
			at += sizeof(u32);
		}
	}
	return pack_next_word(at) - (char *)to;
}
