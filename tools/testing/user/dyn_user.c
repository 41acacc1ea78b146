// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions of user events: what is taken, how it is listed and printed, what is refused,
 * which texts are those of an event that is there; and records that point out of themselves.
 * Definitions and records are random ones, too: what is taken is listed so that it is taken
 * again, and is the same; and a record is good when a reader that knows only the rule says so.
 */
#include <stdlib.h>

#include <uapi/outrace/record.h>

#include "dyn/user_plan.h"
#include "ktap.h"

#define HEAD	sizeof(struct otr_rec_head)

static char listed[8192];
static struct otr_user_plan plan;

/* Read a definition and list its fields; plan is to be ended. */
static int ask(const char *text)
{
	int err = otr_user_plan_begin(&plan, text);
	size_t at = 0;

	if (!err)
		err = otr_user_plan_fields(&plan);
	listed[0] = '\0';
	for (unsigned int i = 0; i < plan.nr && !err; i++) {
		const struct otr_user_field *field = &plan.field[i];

		at += snprintf(listed + at, sizeof(listed) - at, "%s%s %s", i ? "; " : "",
			       field->type, field->name);
		if (field->sort == OTR_USER_STRUCT)
			at += snprintf(listed + at, sizeof(listed) - at, " %u", field->size);
	}
	return err;
}

static void takes(void)
{
	static const struct {
		const char *text;
		const char *listed;
		unsigned int size;
	} good[] = {
		{ "e", "", 0 },
		{ "e ", "", 0 },
		{ "e ;; ;", "", 0 },
		{ "e u32 a", "u32 a", 4 },
		{ "e u32 a;", "u32 a", 4 },
		{ "e   u32 a;u64 b;\tchar c", "u32 a; u64 b; char c", 13 },
		{ "e unsigned int a; unsigned short b; unsigned char c",
		  "unsigned int a; unsigned short b; unsigned char c", 7 },
		{ "e char[20] a; unsigned char[0x14] b; char[1024] c",
		  "char[20] a; unsigned char[0x14] b; char[1024] c", 1064 },
		{ "e char[4]x a", "char[4]x a", 4 },
		{ "e __data_loc char[] a; __rel_loc unsigned char[] b; __rel_loc x y",
		  "__data_loc char[] a; __rel_loc unsigned char[] b; __rel_loc x y", 12 },
		{ "e struct my a 20; u8 b", "struct my a 20; u8 b", 21 },
		{ "e struct  a 20", "struct  a 20", 20 },
		{ "e struct a b 65527", "struct a b 65527", 65527 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(ask(good[i].text), 0);
		EXPECT_STR(plan.name, "e");
		EXPECT_STR(listed, good[i].listed);
		EXPECT_EQ(plan.size, HEAD + good[i].size);
		otr_user_plan_end(&plan);
	}
}

static void refuses(void)
{
	static const char *const bad[] = {
		"", " u32 a", "a/b", ".", "..", "e:f u32 a", "e u32", "e u32 ", "e u32 ;",
		"e u32  a",
		"e u32 a ", "e u32 a 4", "e long a", "e u128 a", "e unsigned a",
		"e unsigned  int a",
		"e unsigned", "e struct my a", "e struct my a 0", "e struct my a -1",
		"e struct my a 4 5", "e struct my a x", "e struct my a 4294967295",
		"e struct my a 65528", "e char[] a", "e char[0] a", "e char[aa] a",
		"e char[9999] a",
		"e char[1025] a", "e char[0x0000000000001] a", "e char[4 a", "e char [4] a",
		"e __data_loc a", "e __rel_loc", "e u8 a;b", "e struct a b 65000; char[1024] c",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		if (ask(bad[i]) != -EINVAL)
			KTAP_FAIL("\"%s\" was not refused", bad[i]);
		otr_user_plan_end(&plan);
	}
}

static void names(void)
{
	char text[512];

	for (unsigned int len = 230; len < 260; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		EXPECT_EQ(ask(text), len > 238 ? -EINVAL : 0);
		otr_user_plan_end(&plan);
	}
}

static void prints(void)
{
	static const char text[] = "e s64 a;u64 a;s32 a;u32 a;int a;unsigned int a;s16 a;u16 a;"
		"short a;unsigned short a;s8 a;u8 a;char a;unsigned char a;char[4] a;"
		"unsigned char[4] a;__data_loc char[] a;__rel_loc x a;struct b a 3";
	static const char *const how[] = {
		"%lld", "%llu", "%d", "%u", "%d", "%u", "%d", "%u", "%d", "%u", "%d", "%u", "%d",
		"%u", "%s", "%s", "%s", "%llu", "%llu",
	};

	EXPECT_EQ(ask(text), 0);
	EXPECT_EQ(plan.nr, ARRAY_SIZE(how));
	EXPECT_EQ(plan.nr_locs, 2);
	for (unsigned int i = 0; i < plan.nr; i++)
		EXPECT_STR(otr_user_print(&plan.field[i]), how[i]);
	otr_user_plan_end(&plan);
}

static void compares(void)
{
	static const struct {
		const char *listed;
		const char *text;
		bool same;
	} pairs[] = {
		{ "", NULL, true }, { "", "", true }, { "", "  ", true }, { "", ";", false },
		{ "u32 a", "u32 a", true }, { "u32 a", " u32\t a ", true },
		{ "u32 a", "u32 a;", true }, { "u32 a", "u32 a; ", true },
		{ "u32 a", "u32 a;;", false }, { "u32 a", "u32 a ;", false },
		{ "u32 a", NULL, false }, { "u32 a", "u32", false }, { "u32 a", "u32 ab", false },
		{ "u32 ab", "u32 a", false }, { "u32 ab", "u32 a;", false },
		{ "u32 a; u32 b", "u32 a;u32 b", true }, { "u32 a; u32 b", "u32 a; u32 b;", true },
		{ "u32 a; u32 b", "u32 b; u32 a", false }, { "u32 a; u32 b", "u32 a u32 b", false },
		{ "u32 a; u32 b", "u32 a;", false }, { "u32 a", "u32 a; u32 b", false },
		{ "struct my a 20", "struct my a 20", true },
		{ "struct my a 20", "struct my a 21", false },
		{ "struct my a 20", "struct my a", false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++)
		if (otr_user_listed_as(pairs[i].listed, pairs[i].text) != pairs[i].same)
			KTAP_FAIL("\"%s\" and \"%s\"", pairs[i].listed,
				  pairs[i].text ? pairs[i].text : "(none)");
	/* Words that come cut are not cut again. */
	EXPECT(!otr_user_listed_word("u32 a; u32 b", "u32 a; u32 b" + 3, "a;u32"));
}

/* Whatever is taken is taken again as it is listed, and is the same then. */
static void random_definitions(void)
{
	static const char *const words[] = {
		" ", " ", " ", ";", "; ", "u32", "s8", "char", "char[4]", "char[0x10]", "char[]",
		"unsigned ", "struct ", "__data_loc ", "__rel_loc ", "a", "bc", "7", "20", "x[3]",
		"\t",
	};
	unsigned int taken = 0;
	char text[sizeof(listed) + 2], first[sizeof(listed)];

	srand(1);
	for (unsigned int round = 0; round < 300000; round++) {
		unsigned int nr = 1 + rand() % 8;
		size_t at = snprintf(text, sizeof(text), "e ");
		bool other;
		int err;

		while (nr--)
			at += snprintf(text + at, sizeof(text) - at, "%s",
				       words[rand() % ARRAY_SIZE(words)]);
		err = ask(text);
		otr_user_plan_end(&plan);
		if (err || !listed[0])
			continue;
		taken++;
		memcpy(first, listed, sizeof(first));
		snprintf(text, sizeof(text), "e %s", first);
		EXPECT_EQ(ask(text), 0);
		otr_user_plan_end(&plan);
		EXPECT_STR(listed, first);
		/* As in-tree, what has other blanks in a type or a name is never the same. */
		other = strstr(first, "  ") || strchr(first, '\t');
		if (otr_user_listed_as(first, first) == other)
			KTAP_FAIL("\"%s\" and itself", first);
	}
	EXPECT(taken > 1000);
}

/* Is byte @at one of the record? */
static bool inside(long at, size_t len)
{
	return at >= 0 && at < (long)len;
}

static void random_records(void)
{
	static const u32 near[] = { 0, 1, 2, 7, 8, 9, 12, 16, 20, 63, 64, 65, 0xffff };
	unsigned int good = 0;

	srand(2);
	for (unsigned int round = 0; round < 300000; round++) {
		size_t len = 16 + rand() % 49;
		struct otr_user_loc loc = { .offset = 8, .is_text = rand() % 2 };
		u32 offset = near[rand() % ARRAY_SIZE(near)];
		u32 bytes = near[rand() % ARRAY_SIZE(near)];
		u32 word = bytes << 16 | offset;
		/* As long as it says, so that the sanitizer sees who reads more. */
		u8 *rec = malloc(len);
		bool expected = true;
		long end;

		for (size_t i = 0; i < len; i++)
			rec[i] = rand() % 2;
		memcpy(rec + 8, &word, sizeof(word));
		if (rand() % 2)
			loc.base = 12;
		end = (long)loc.base + offset + bytes;
		if (bytes)
			expected = inside(end - 1, len);
		else
			expected = end <= (long)len;
		if (expected && loc.is_text)
			expected = inside(end - 1, len) && !rec[end - 1];
		EXPECT_EQ(otr_user_good(&loc, 1, rec, len), expected);
		good += expected;
		free(rec);
	}
	EXPECT(good > 1000);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(takes),
	KTAP_CASE(refuses),
	KTAP_CASE(names),
	KTAP_CASE(prints),
	KTAP_CASE(compares),
	KTAP_CASE(random_definitions),
	KTAP_CASE(random_records),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
