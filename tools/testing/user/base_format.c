// SPDX-License-Identifier: GPL-2.0-only
/* Formats that were read before say what the C library's vsnprintf() says. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/slab.h>

#include "base/base.h"
#include "ktap.h"

#define ROOM	512

static void run(struct seq_buf *out, const char *fmt, va_list args)
{
	struct otr_text_program *program = otr_text_compile("", fmt);

	if (!program)
		abort();
	if (otr_text_compiled_from(program) != fmt)
		KTAP_FAIL("%s is not its program's format", fmt);
	otr_text_run(program, out, false, args);
	kfree(program);
}

/* The same text, in a buffer that it fits into, and an overflow in one that is too small. */
static void __printf(1, 2) same(const char *fmt, ...)
{
	char *text = malloc(ROOM), wanted[ROOM];
	struct seq_buf out;
	va_list args;
	size_t len;

	va_start(args, fmt);
	len = vsnprintf(wanted, ROOM, fmt, args);
	va_end(args);

	seq_buf_init(&out, text, ROOM);
	va_start(args, fmt);
	run(&out, fmt, args);
	va_end(args);
	if (out.len != len || memcmp(text, wanted, len))
		KTAP_FAIL("\"%s\": \"%.*s\", not \"%s\"", fmt, (int)out.len, text, wanted);
	free(text);
	if (!len)
		return;

	text = malloc(len - 1);
	seq_buf_init(&out, text, len - 1);
	va_start(args, fmt);
	run(&out, fmt, args);
	va_end(args);
	if (!seq_buf_has_overflowed(&out))
		KTAP_FAIL("\"%s\" fits into too little", fmt);
	free(text);
}

static const unsigned long long numbers[] = {
	0, 1, 7, 9, 10, 42, 99, 100, 999, 1000, 12345, 99999, 100000, 999999, 1000000, 9999999,
	10000000, 99999999, 100000000, 999999999, 1000000000, INT_MAX, INT_MAX + 1ULL, UINT_MAX,
	UINT_MAX + 1ULL, 9999999999, 10000000000, 123456789012345, LLONG_MAX, 1ULL << 63,
	9999999999999999999ULL, 10000000000000000000ULL, ULLONG_MAX - 1, ULLONG_MAX,
};

static void numbers_of_all_lengths(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		unsigned long long n = numbers[i];

		same("%d %i %u %x", (int)n, (int)-n, (unsigned int)n, (unsigned int)n);
		same("%ld %lu %lx", (long)n, (unsigned long)n, (unsigned long)n);
		same("%lld %llu %llx.", (long long)n, n, n);
		same("%hd %hu %hx", (short)n, (unsigned short)n, (unsigned short)n);
		same("%hhd %hhu %hhx", (signed char)n, (unsigned char)n, (unsigned char)n);
		same("%zd %zu %zx", (ssize_t)n, (size_t)n, (size_t)n);
		same("%td", (ptrdiff_t)n);
	}
}

static void numbers_in_columns(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		unsigned long long n = numbers[i];

		same("%5d|%-5d|%05d", (int)n, (int)n, (int)n);
		same("%25lld|%-25lld|%025lld", (long long)n, (long long)n, (long long)n);
		same("%03u|%8x|%08x|%-8x|", (unsigned int)n, (unsigned int)n, (unsigned int)n,
		     (unsigned int)n);
		/* The kernel prefixes a zero as well, the C library does not. */
		if (n)
			same("%#llx %#20llx %-#20llx %#020llx", n, n, n, n);
	}
}

static void strings(void)
{
	static const char *const texts[] = { "", "a", "1234567", "12345678", "longer than a word" };
	char open[3] = { 'a', 'b', 'c' };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		same("%s", texts[i]);
		same("<%s> and <%s>", texts[i], texts[i]);
		same("%12s|%-12s|%3s|%-3s.", texts[i], texts[i], texts[i], texts[i]);
		same("%.3s|%.0s|%6.2s|%-6.2s|", texts[i], texts[i], texts[i], texts[i]);
		same("%.*s %d", 4, texts[i], 5);
	}
	same("%.3s|%.*s", open, 3, open);
	same("%c%c %d", 'x', 'y', 3);
}

static void plain_text(void)
{
	same("%s", "");
	same("%%%s", "");
	same("100%% of %d%%, %s%%%%", 3, "a");
	same("seven.. %d eight... %d and sixteen.......... %d.", 1, 2, 3);
}

/* What is left to vsnprintf() gets the arguments that are its own. */
static void what_it_does_not_know(void)
{
	same("%d %X %d %s", 1, 0xabcu, 3, "four");
	same("%s %.3d %d", "one", 2, 3);
	same("%lu %*d %s", 1UL, 5, 2, "three");
	same("%d %o%% %u", 1, 8u, 3u);
	same("%d %5c|%d", 1, 'x', 3);
	same("%d %+d % d %d", 1, 2, 3, 4);
	same("%d %.2f", 1, 2.5);
}

static void __printf(2, 3) run_plain(struct seq_buf *out, const char *fmt, ...)
{
	struct otr_text_program *program = otr_text_compile("ev: ", fmt);
	va_list args;

	/* Code that prints when something went wrong cannot allocate. */
	shim_alloc_countdown = 0;
	va_start(args, fmt);
	otr_text_run(program, out, true, args);
	va_end(args);
	EXPECT_EQ(shim_alloc_countdown, 0);
	shim_alloc_countdown = -1;
	out->buffer[out->len] = 0;
	kfree(program);
}

/* Plain ones are as the kernel's %px prints them. */
static void addresses(void)
{
	char text[ROOM];
	struct seq_buf out;

	same("%d %p %s", 1, (void *)text, "three");
	same("%d %20p %-20p| %d", 1, (void *)text, (void *)text, 4);
	seq_buf_init(&out, text, sizeof(text));
	run_plain(&out, "%p %d %p", (void *)0x1234abcdUL, 7, (void *)~0UL);
	EXPECT_STR(text, "ev: 000000001234abcd 7 ffffffffffffffff");
}

/* Where nothing can be allocated, and in what is left to vsnprintf(): here, "%px" has an x. */
static void addresses_without_memory(void)
{
	char text[ROOM], wanted[ROOM];
	const void *p = text;
	struct seq_buf out;

	seq_buf_init(&out, text, sizeof(text));
	run_plain(&out, "%X %p%% %p, %s%%p %pK %p", 0xabU, p, p, "text", p, p);
	snprintf(wanted, sizeof(wanted), "ev: %X %p%c%% %p%c, %s%%p %pK %p%c", 0xabU, p, 'x', p,
		 'x', "text", p, p, 'x');
	EXPECT_STR(text, wanted);
	seq_buf_init(&out, text, sizeof(text));
	run_plain(&out, "%X %pK", 0xabU, p);
	snprintf(wanted, sizeof(wanted), "ev: %X %pK", 0xabU, p);
	EXPECT_STR(text, wanted);
}

/* Every format fits into what is promised, and none is written beyond. */
static void formats_that_reveal(void)
{
	static const char *const formats[][2] = {
		{ "%p", "%px" }, { "%p %p", "%px %px" }, { "%%p %p", "%%p %px" }, { "%pS", "" },
		{ "", "" }, { "%", "" }, { "p%p%", "p%px%" }, { "%d", "" }, { "%p_", "%px_" },
	};
	char *room;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const char *fmt = formats[i][0], *wanted = formats[i][1];

		for (size_t size = 0; size < 12; size++) {
			size_t used;

			room = malloc(size);
			used = otr_text_reveal(room, size, fmt);
			if (used && strcmp(room, wanted))
				KTAP_FAIL("%s becomes %s", fmt, room);
			if (!used && *wanted && size >= strlen(wanted) + 3)
				KTAP_FAIL("%s does not fit into %zu", fmt, size);
			free(room);
		}
	}
}

static void what_is_no_string(void)
{
	const char *const *none = (const char *[]){ NULL, (char *)16, (char *)-ENOMEM };
	char text[ROOM];
	struct seq_buf out;

	asm volatile("" : "+r" (none));
	seq_buf_init(&out, text, sizeof(text));
	run_plain(&out, "%s %s %10s", none[0], none[1], none[2]);
	EXPECT_STR(text, "ev: (null) (efault)   (efault)");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers_of_all_lengths),
	KTAP_CASE(numbers_in_columns),
	KTAP_CASE(strings),
	KTAP_CASE(plain_text),
	KTAP_CASE(what_it_does_not_know),
	KTAP_CASE(addresses),
	KTAP_CASE(addresses_without_memory),
	KTAP_CASE(formats_that_reveal),
	KTAP_CASE(what_is_no_string),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
