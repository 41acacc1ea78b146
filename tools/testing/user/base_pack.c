// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of a format are packed where bstr_printf() looks for them: what comes out
 * again is what the C library's vsnprintf() says, and what does not fit is refused
 * without a byte behind the room.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/align.h>

#include "base/base.h"
#include "base/pack.h"
#include "ktap.h"

#define ROOM	512

static size_t put_list(void *to, size_t room, const char *fmt, va_list args)
{
	struct otr_pack pack;
	va_list copy;
	size_t len;

	otr_pack_read(&pack, fmt);
	if (!pack.known)
		KTAP_FAIL("\"%s\" is not known", fmt);
	va_copy(copy, args);
	len = otr_pack_put(&pack, to, room, copy);
	va_end(copy);
	return len;
}

static size_t __printf(3, 4) put(void *to, size_t room, const char *fmt, ...)
{
	va_list args;
	size_t len;

	va_start(args, fmt);
	len = put_list(to, room, fmt, args);
	va_end(args);
	return len;
}

/* The conversion at @fmt, behind its percent sign: its end, and whether it takes a long. */
static const char *conversion(const char *fmt, char *one, bool *is_long)
{
	size_t len = strcspn(fmt, "diuxXos") + 1;

	*is_long = memchr(fmt, 'l', len) || memchr(fmt, 'z', len) || memchr(fmt, 't', len);
	sprintf(one, "%%%.*s", (int)len, fmt);
	return fmt + len;
}

/* One argument as text, by the rules of vbin_printf(); where the next one may be. */
static const char *unpack(char *text, const char *one, bool is_long, const char *at)
{
	long long number = 0;

	if (strchr(one, 's')) {
		sprintf(text, one, at);
		return at + strlen(at) + 1;
	}
	at = PTR_ALIGN(at, sizeof(u32));
	memcpy(&number, at, is_long ? 8 : 4);
	if (is_long)
		sprintf(text, one, (long)number);
	else
		sprintf(text, one, (int)number);
	return at + (is_long ? 8 : 4);
}

/* What bstr_printf() of the kernel says of packed arguments, which end at @end. */
static void unpack_all(char *text, const char *fmt, const char *at, const char *end)
{
	char one[32];
	bool is_long;

	while (*fmt) {
		if (*fmt != '%' || fmt[1] == '%') {
			*text++ = *fmt;
			fmt += *fmt == '%' ? 2 : 1;
			continue;
		}
		fmt = conversion(fmt + 1, one, &is_long);
		at = unpack(text, one, is_long, at);
		text += strlen(text);
	}
	*text = '\0';
	if (PTR_ALIGN(at, sizeof(u32)) != end)
		KTAP_FAIL("%zd bytes are left", end - at);
}

/* Memory of just @room bytes, so that the sanitizer sees one too many. */
static void put_into(size_t room, const char *all, size_t len, const char *fmt, va_list args)
{
	char *some = malloc(room ?: 1);
	size_t used = put_list(some, room, fmt, args);

	if (room < len && used <= room)
		KTAP_FAIL("\"%s\" fits into %zu of %zu", fmt, room, len);
	if (room == len && (used != len || memcmp(some, all, len)))
		KTAP_FAIL("\"%s\" does not fit into its size", fmt);
	free(some);
}

/* The same text, from memory that is just enough; less is refused. */
static void __printf(1, 2) same(const char *fmt, ...)
{
	char *all = aligned_alloc(8, ROOM), wanted[ROOM], text[ROOM];
	va_list args, copy;
	size_t len, room;

	va_start(args, fmt);
	len = put_list(all, ROOM, fmt, args);
	va_copy(copy, args);
	vsnprintf(wanted, ROOM, fmt, copy);
	va_end(copy);
	unpack_all(text, fmt, all, all + len);
	if (strcmp(text, wanted))
		KTAP_FAIL("\"%s\": \"%s\", not \"%s\"", fmt, text, wanted);
	for (room = 0; room <= len; room += sizeof(u32))
		put_into(room, all, len, fmt, args);
	va_end(args);
	free(all);
}

static void numbers(void)
{
	static const long long values[] = {
		0, 1, -1, 42, INT_MAX, INT_MIN, UINT_MAX, LLONG_MAX, LLONG_MIN, 0x0123456789abcdef,
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		long long n = values[i];

		same("%d", (int)n);
		same("%ld", (long)n);
		same("%d %u %x %X %o %i", (int)n, (int)n, (int)n, (int)n, (int)n, (int)n);
		same("%ld %lu %lx %llX %zo %ti %lli", (long)n, (long)n, (long)n, n, (size_t)n,
		     (ptrdiff_t)n, n);
		/* A long is not aligned to its size. */
		same("%d %ld %d %ld", (int)n, (long)n, 7, 8L);
		same("%5d|%-5d|%05d|%+d|%#x|% d", (int)n, (int)n, (int)n, (int)n, (int)n, (int)n);
	}
}

static void strings(void)
{
	static const char *const texts[] = { "", "a", "ab", "abc", "abcd", "longer than a word" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		same("%s", texts[i]);
		same("%s%s", texts[i], texts[i]);
		/* Strings stand behind one another, numbers are aligned behind them. */
		same("%s %d %s %ld", texts[i], 1, texts[i], 2L);
		same("%10s|%-10s|", texts[i], texts[i]);
		same("%d%s", 1, texts[i]);
	}
}

static void percent_signs(void)
{
	same("%d%%", 5);
	same("%%%d%%%%%s", 5, "a");
	EXPECT_EQ(put(NULL, 0, "nothing%%"), 0);
	EXPECT_EQ(put(NULL, 0, "nothing"), 0);
}

static void most_arguments(void)
{
	same("%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	same("%s%ld%s%ld%s%ld%s%ld%s%ld%s%ld%s%ld%s", "1", 2L, "3", 4L, "5", 6L, "7", 8L, "9", 10L,
	     "11", 12L, "13", 14L, "15");
}

/* Addresses of texts that are none. */
static void bad_strings(void)
{
	const char *const *none = (const char *[]){ NULL, (char *)8, (char *)-EINVAL };
	char text[ROOM];

	asm volatile("" : "+r" (none));
	EXPECT_EQ(put(text, ROOM, "%s", none[0]), 8);
	EXPECT_STR(text, "(null)");
	EXPECT_EQ(put(text, ROOM, "%s %d", none[1], 1), 16);
	EXPECT_STR(text, "(efault)");
	EXPECT_EQ(put(text, ROOM, "%s", none[2]), 12);
	EXPECT_STR(text, "(efault)");
}

/* What is left to vbin_printf(). */
static void what_it_does_not_know(void)
{
	static const char *const fmts[] = {
		"%p", "%pS", "%c", "%5c", "%*d", "%.3d", "%.3s", "%.*s", "%hd", "%hhx", "%n",
		"%f", "%", "%l", "%d %", "%-", "%s %p", "%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d",
	};
	struct otr_pack pack;

	for (size_t i = 0; i < ARRAY_SIZE(fmts); i++) {
		otr_pack_read(&pack, fmts[i]);
		if (pack.known)
			KTAP_FAIL("\"%s\" is known", fmts[i]);
	}
}

/* Whatever is read as a format is within it. */
static void any_text(void)
{
	static const char alphabet[] = "%%%dlsxz5-0 .*pch";
	struct otr_pack pack;
	int known = 0;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		size_t len = rand() % 24;
		char *fmt = malloc(len + 1);

		for (size_t at = 0; at < len; at++)
			fmt[at] = alphabet[rand() % (sizeof(alphabet) - 1)];
		fmt[len] = '\0';
		otr_pack_read(&pack, fmt);
		known += pack.known;
		free(fmt);
	}
	EXPECT(known > 1000);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(strings),
	KTAP_CASE(percent_signs),
	KTAP_CASE(most_arguments),
	KTAP_CASE(bad_strings),
	KTAP_CASE(what_it_does_not_know),
	KTAP_CASE(any_text),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
