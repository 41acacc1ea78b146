// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that are printed again and again after one format.
 *
 * A format is read once and becomes a list of steps, each of them some plain
 * text and a conversion behind it. The few conversions that make nearly all texts
 * of events are put in their place at once. Whatever else a format asks for is
 * left to the kernel's vsnprintf(), from there to the format's end.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "base/base.h"

/* Plain text is copied in words, so there is room for as much behind it. */
#define WORD	sizeof(u64)

/* Longest conversion of a pointer, with its zero: "%-64pISpc" and more. */
#define POINTER_MAX	24

enum kind {
	END,		/* no conversion */
	SIGNED,		/* an int */
	SIGNED_LONG,	/* a long, or a long long */
	UNSIGNED,
	UNSIGNED_LONG,
	SIGNED_SHORT, UNSIGNED_SHORT, SIGNED_CHAR, UNSIGNED_CHAR,
	STRING,
	CHAR,
	POINTER,	/* "%p" */
	EXTENDED,	/* "%pS" and the like: a pointer, and @from is what vsnprintf() needs */
	REST,		/* the same for all that follows */
};

/**
 * struct step - plain text and a conversion
 * @from: where its plain text begins, in the program's texts
 * @len: of that
 * @plain: of REST, where the same format is with plain addresses; 0 without any
 * @kind: of the conversion
 * @hex: a number in hexadecimal
 * @prefix: with "0x"
 * @left: to the left of its column
 * @zeros: not blanks, in front of a number
 * @starred: a string whose length is an argument, too
 * @width: least characters
 * @most: of a string, most characters; -1 for all
 */
struct step {
	u32	from;
	u32	len;
	u32	plain;
	u8	kind;
	bool	hex : 1;
	bool	prefix : 1;
	bool	left : 1;
	bool	zeros : 1;
	bool	starred : 1;
	u16	width;
	s16	most;
};

/**
 * struct otr_text_program - a format that was read
 * @fmt: that format
 * @nr: its steps
 * @used: bytes of @texts; while it is made
 * @size: room there
 * @texts: plain texts, and formats for vsnprintf()
 * @steps: the steps
 */
struct otr_text_program {
	const char	*fmt;
	unsigned int	nr;
	size_t		used;
	size_t		size;
	char		*texts;
	struct step	steps[];
};

/* So that they can be handed on by address. */
struct arguments {
	va_list		list;
};

/* Where the text goes; @at is NULL once it did not fit. */
struct place {
	char		*at;
	char		*end;
};

static const char *format_parse_number(const char *fmt, unsigned int *number)
{
	for (*number = 0; isdigit(*fmt); fmt++)
		*number = min(10 * *number + *fmt - '0', S16_MAX);
	return fmt;
}

/* A number's length and conversion, once its width is known. */
static const char *format_parse_integer(const char *fmt, struct step *step)
{
	static const char lengths[][3] = { "hh", "h", "ll", "l", "z", "t" };
	static const u8 kinds[][2] = {
		{ SIGNED_CHAR, UNSIGNED_CHAR }, { SIGNED_SHORT, UNSIGNED_SHORT },
		{ SIGNED_LONG, UNSIGNED_LONG }, { SIGNED_LONG, UNSIGNED_LONG },
		{ SIGNED_LONG, UNSIGNED_LONG }, { SIGNED_LONG, UNSIGNED_LONG },
		{ SIGNED, UNSIGNED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		if (!strncmp(fmt, lengths[i], strlen(lengths[i])))
			break;
	if (i < ARRAY_SIZE(lengths))
		fmt += strlen(lengths[i]);
	switch (*fmt) {
	case 'd':
	case 'i':
		step->kind = kinds[i][0];
		return fmt + 1;
	case 'x':
		step->hex = true;
		fallthrough;
	case 'u':
		step->kind = kinds[i][1];
		return fmt + 1;
	default:
		return NULL;
	}
}

static const char *format_parse_string(const char *fmt, struct step *step)
{
	unsigned int most = 0;

	step->most = -1;
	if (*fmt == '.') {
		step->starred = fmt[1] == '*';
		fmt = step->starred ? fmt + 2 : format_parse_number(fmt + 1, &most);
		if (!step->starred)
			step->most = most;
	}
	step->kind = STRING;
	return *fmt == 's' ? fmt + 1 : NULL;
}

static const char *format_parse_pointer(const char *from, const char *fmt, struct step *step)
{
	bool bare = fmt == from;

	for (fmt++; isalnum(*fmt); fmt++)
		bare = false;
	step->kind = bare ? POINTER : EXTENDED;
	/* vsnprintf() warns of flags that pointers do not have. */
	if (step->prefix || step->zeros || fmt - from > POINTER_MAX - 2)
		return NULL;
	return fmt;
}

/* Where it ends; NULL for one that is left to vsnprintf(). */
static const char *format_parse(const char *fmt, struct step *step)
{
	const char *from = fmt;
	unsigned int width;

	for (;; fmt++) {
		if (*fmt == '-')
			step->left = true;
		else if (*fmt == '0')
			step->zeros = true;
		else if (*fmt == '#')
			step->prefix = true;
		else
			break;
	}
	fmt = format_parse_number(fmt, &width);
	step->width = width;
	switch (*fmt) {
	case '.':
	case 's':
		return format_parse_string(fmt, step);
	case 'c':
		step->kind = CHAR;
		return width ? NULL : fmt + 1;
	case 'p':
		return format_parse_pointer(from, fmt, step);
	default:
		return format_parse_integer(fmt, step);
	}
}

static void format_keep(struct otr_text_program *program, const char *text, size_t len)
{
	memcpy(program->texts + program->used, text, len);
	program->used += len;
}

/* The plain text of a step: where it ends. */
static const char *format_take_plain(struct otr_text_program *program, struct step *step,
				     const char *fmt)
{
	while (*fmt) {
		size_t len = strcspn(fmt, "%");

		format_keep(program, fmt, len);
		step->len += len;
		fmt += len;
		if (fmt[0] != '%' || fmt[1] != '%')
			break;
		format_keep(program, fmt, 1);
		step->len++;
		fmt += 2;
	}
	return fmt;
}

/* Is this, behind a percent sign, a pointer of which a number is shown? */
static bool format_is_bare(const char *fmt)
{
	return fmt[0] == 'p' && !isalnum(fmt[1]);
}

/**
 * otr_text_reveal - a format that shows addresses as they are
 * @to: where to; the format, and one character more per pointer in it
 * @room: bytes there
 * @fmt: the format
 *
 * Every "%p" that is not something else becomes a "%px".
 *
 * Context: any.
 * Return: bytes used, with the zero; 0 when there is too little room, or when it is
 * the same format.
 */
size_t otr_text_reveal(char *to, size_t room, const char *fmt)
{
	size_t used = 0;
	bool found = false;

	for (;; fmt++) {
		/* What is written at once is "%px" at most. */
		if (room - used < 3)
			return 0;
		to[used++] = *fmt;
		if (!*fmt)
			return found ? used : 0;
		if (*fmt != '%' || !fmt[1])
			continue;
		to[used++] = *++fmt;
		if (!format_is_bare(fmt))
			continue;
		to[used++] = 'x';
		found = true;
	}
}

/*
 * A format for vsnprintf(), which begins where the plain text ends. Code that prints when
 * something went wrong cannot make room, so what plain addresses take is made now.
 */
static void format_take_format(struct otr_text_program *program, struct step *step, const char *fmt,
			       const char *end)
{
	const char *kept = program->texts + program->used;
	size_t used;

	format_keep(program, fmt, end - fmt);
	format_keep(program, "", 1);
	if (step->kind != REST)
		return;
	used = otr_text_reveal(program->texts + program->used, program->size - program->used,
			       kept);
	step->plain = used ? program->used : 0;
	program->used += used;
}

static void format_compile(struct otr_text_program *program, const char *prefix, const char *fmt)
{
	struct step *step = program->steps;

	step->from = program->used;
	format_keep(program, prefix, strlen(prefix));
	step->len = strlen(prefix);
	for (;; step++) {
		const char *from, *next;

		if (step != program->steps)
			step->from = program->used;
		from = format_take_plain(program, step, fmt);
		program->nr++;
		if (!*from)
			return;
		next = format_parse(from + 1, step);
		if (!next) {
			step->kind = REST;
			next = from + strlen(from);
		}
		if (step->kind == REST || step->kind == EXTENDED)
			format_take_format(program, step, from, next);
		fmt = next;
	}
}

/**
 * otr_text_compile - read a format
 * @prefix: text in front of it
 * @fmt: the format, with all that the kernel's printf() knows
 *
 * Context: may sleep.
 * Return: the program, to be freed by kfree(); NULL when there is no memory.
 */
struct otr_text_program *otr_text_compile(const char *prefix, const char *fmt)
{
	size_t steps = 2, bytes = strlen(prefix) + strlen(fmt) + 1 + WORD;
	struct otr_text_program *program;
	const char *at;

	for (at = fmt; *at; at++)
		steps += *at == '%';
	/* What vsnprintf() gets has a zero, and perhaps a twin that shows addresses. */
	bytes += steps;
	if (strstr(fmt, "%p"))
		bytes += strlen(fmt) + 1 + steps;
	program = kzalloc(struct_size(program, steps, steps) + bytes, GFP_KERNEL);
	if (!program)
		return NULL;
	program->fmt = fmt;
	program->size = bytes;
	program->texts = (char *)&program->steps[steps];
	format_compile(program, prefix, fmt);
	return program;
}

/**
 * otr_text_compiled_from - what was a program's format?
 * @program: the program
 *
 * Context: any.
 * Return: the format's address.
 */
const char *otr_text_compiled_from(const struct otr_text_program *program)
{
	return program->fmt;
}

static char *format_fill(char *at, char c, unsigned int count)
{
	while (count--)
		*at++ = c;
	return at;
}

static __always_inline void format_put_plain(struct place *to, const char *text, unsigned int len)
{
	char *at = to->at, *end = at + len;

	if (unlikely(to->end - at < len + WORD)) {
		if (len > to->end - at) {
			to->at = NULL;
			return;
		}
		memcpy(at, text, len);
		to->at = end;
		return;
	}
	for (; at < end; at += WORD, text += WORD)
		memcpy(at, text, WORD);
	to->at = end;
}

/* With blanks or zeros around it; @len is what else there is. */
static noinline char *format_put_wide(const struct step *step, char *at, u64 value, bool minus,
				      unsigned int digits, unsigned int len)
{
	unsigned int pad = step->width > len ? step->width - len : 0;

	if (!step->left && !step->zeros)
		at = format_fill(at, ' ', pad);
	if (minus)
		*at++ = '-';
	if (step->prefix) {
		*at++ = '0';
		*at++ = 'x';
	}
	if (!step->left && step->zeros)
		at = format_fill(at, '0', pad);
	at += digits;
	if (step->hex)
		otr_text_hex_before(at, value);
	else
		otr_text_before(at, value);
	return step->left ? format_fill(at, ' ', pad) : at;
}

static void format_put_number(struct place *to, const struct step *step, u64 value, bool minus)
{
	unsigned int digits = step->hex ? otr_text_hex_digits(value) : otr_text_digits(value);
	unsigned int len = digits + minus + (step->hex && step->prefix ? 2 : 0);
	char *at = to->at;

	if (unlikely(max_t(unsigned int, len, step->width) > to->end - at)) {
		to->at = NULL;
		return;
	}
	if (step->width || step->prefix) {
		to->at = format_put_wide(step, at, value, minus, digits, len);
		return;
	}
	if (minus)
		*at++ = '-';
	at += digits;
	if (step->hex)
		otr_text_hex_before(at, value);
	else
		otr_text_before(at, value);
	to->at = at;
}

static void format_put_signed(struct place *to, const struct step *step, s64 value)
{
	format_put_number(to, step, value < 0 ? -(u64)value : value, value < 0);
}

static noinline void format_put_aligned(struct place *to, const struct step *step, int most,
					const char *text)
{
	size_t len = strnlen(text, most < 0 ? SIZE_MAX : most);
	size_t pad = step->width > len ? step->width - len : 0;
	char *at = to->at;

	if (len + pad > to->end - at) {
		to->at = NULL;
		return;
	}
	if (!step->left)
		at = format_fill(at, ' ', pad);
	memcpy(at, text, len);
	at += len;
	to->at = step->left ? format_fill(at, ' ', pad) : at;
}

static void format_put_string(struct place *to, const struct step *step, struct arguments *args)
{
	int most = step->starred ? va_arg(args->list, int) : step->most;
	const char *text = otr_text_string(va_arg(args->list, const char *));
	char *at = to->at;

	if (step->width || most >= 0) {
		format_put_aligned(to, step, most, text);
		return;
	}
	for (; *text; text++) {
		if (at == to->end) {
			to->at = NULL;
			return;
		}
		*at++ = *text;
	}
	to->at = at;
}

static void format_put_char(struct place *to, char c)
{
	if (to->at == to->end)
		to->at = NULL;
	else
		*to->at++ = c;
}

/* The kernel's way, with one pointer. */
static noinline __printf(2, 0)
void format_put_pointer(struct place *to, const char *fmt, const void *pointer)
{
	size_t room = to->end - to->at;
	/* The author of the format gave it an argument that fits. */
	size_t len = snprintf(to->at, room, fmt, pointer);

	to->at = len < room ? to->at + len : NULL;
}

/* "%p" is a number that says nothing, but where plain addresses are asked for. */
static noinline void format_put_bare(struct place *to, const void *pointer, bool plain)
{
	const struct step digits = { .hex = true, .zeros = true, .width = 2 * sizeof(pointer) };

	if (plain)
		format_put_number(to, &digits, (unsigned long)pointer, false);
	else
		format_put_pointer(to, "%p", pointer);
}

static noinline __printf(2, 0)
void format_put_rest(struct place *to, const char *fmt, struct arguments *args)
{
	size_t room = to->end - to->at, len;

	len = vsnprintf(to->at, room, fmt, args->list);
	to->at = len < room ? to->at + len : NULL;
}

static __always_inline __printf(3, 0)
void format_convert(struct place *to, const struct step *step, const char *fmt, const char *texts,
		    struct arguments *args, bool plain)
{
	switch (step->kind) {
	case SIGNED:
		format_put_signed(to, step, va_arg(args->list, int));
		break;
	case SIGNED_LONG:
		format_put_signed(to, step, va_arg(args->list, long));
		break;
	case SIGNED_SHORT:
		format_put_signed(to, step, (short)va_arg(args->list, int));
		break;
	case SIGNED_CHAR:
		format_put_signed(to, step, (s8)va_arg(args->list, int));
		break;
	case UNSIGNED:
		format_put_number(to, step, va_arg(args->list, unsigned int), false);
		break;
	case UNSIGNED_LONG:
		format_put_number(to, step, va_arg(args->list, unsigned long), false);
		break;
	case UNSIGNED_SHORT:
		format_put_number(to, step, (u16)va_arg(args->list, int), false);
		break;
	case UNSIGNED_CHAR:
		format_put_number(to, step, (u8)va_arg(args->list, int), false);
		break;
	case STRING:
		format_put_string(to, step, args);
		break;
	case CHAR:
		format_put_char(to, va_arg(args->list, int));
		break;
	case POINTER:
		format_put_bare(to, va_arg(args->list, const void *), plain);
		break;
	case EXTENDED:
		format_put_pointer(to, fmt, va_arg(args->list, const void *));
		break;
	case REST:
		format_put_rest(to, plain && step->plain ? texts + step->plain : fmt, args);
		break;
	}
}

/**
 * otr_text_run - add the text of a format that was read
 * @program: the format
 * @out: where to
 * @plain: show addresses as they are where the kernel would hide them
 * @args: what the format asks for
 *
 * The same text as seq_buf_vprintf(), for less.
 *
 * Context: as otr_text_mem(), if what the format asks for can be had there.
 */
void otr_text_run(const struct otr_text_program *program, struct seq_buf *out, bool plain,
		  va_list args)
{
	struct place to = { .at = out->buffer + out->len, .end = out->buffer + out->size };
	const struct step *step = program->steps, *end = step + program->nr;
	struct arguments copy;

	if (unlikely(out->len > out->size))
		return;
	va_copy(copy.list, args);
	for (; step < end; step++) {
		const char *text = program->texts + step->from;

		format_put_plain(&to, text, step->len);
		if (unlikely(!to.at))
			break;
		format_convert(&to, step, text + step->len, program->texts, &copy, plain);
		if (unlikely(!to.at))
			break;
	}
	va_end(copy.list);
	if (likely(to.at))
		out->len = to.at - out->buffer;
	else
		seq_buf_set_overflow(out);
}
