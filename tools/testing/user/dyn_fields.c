// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions of synthetic events: what is taken and how it is listed, what is refused and
 * where, and random ones, against a reader that knows only how they were put together.
 */
#include <stdlib.h>

#include "dyn_test.h"
#include "ktap.h"

static struct dyn_answer answer;

static void takes(void)
{
	static const struct {
		const char *text;
		const char *listed;
	} good[] = {
		{ "u64 a", "u64 a" },
		{ " u64\ta;;u8  b ;", "u64 a; u8 b" },
		{ "u64 a pid_t b", "u64 a; pid_t b" },
		{ "unsigned int a; unsigned  long b", "unsigned int a; unsigned long b" },
		{ "char a[16]; char[8] b; char c[]; unsigned char d[0xf]",
		  "char[16] a; char[8] b; char[] c; unsigned char[0xf] d" },
		{ "long[] a; unsigned long b[]; long[3] c",
		  "long[] a; unsigned long[] b; long[3] c" },
		{ "char a[0]; char b[256]; char c[010]", "char[0] a; char[256] b; char[010] c" },
		{ "gfp_t _; bool A1", "gfp_t _; bool A1" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		dyn_ask(good[i].text, &answer);
		EXPECT_EQ(answer.err, 0);
		EXPECT_STR(answer.listing, good[i].listed);
		EXPECT(!dyn_broken(good[i].text));
	}
}

static void refuses(void)
{
	static const struct {
		const char *text;
		enum otr_synth_error error;
		int pos;
	} bad[] = {
		{ "", OTR_SYNTH_BAD_COMMAND, 0 },
		{ " ; ;", OTR_SYNTH_BAD_COMMAND, 0 },
		{ "u64", OTR_SYNTH_BAD_FIELD, 0 },
		{ "u64 a; u8", OTR_SYNTH_BAD_FIELD, 7 },
		{ "u64 a u8", OTR_SYNTH_BAD_FIELD, 6 },
		{ "unsigned", OTR_SYNTH_HALF_TYPE, 0 },
		{ "s8 a; unsigned int", OTR_SYNTH_HALF_TYPE, 6 },
		{ "u128 a", OTR_SYNTH_BAD_TYPE, 0 },
		{ "unsigned u8 a", OTR_SYNTH_BAD_TYPE, 9 },
		{ "int a[3]", OTR_SYNTH_BAD_TYPE, 0 },
		{ "char[300] a", OTR_SYNTH_BAD_TYPE, 0 },
		{ "char a[300]", OTR_SYNTH_BAD_ARRAY, 5 },
		{ "char a[1234]", OTR_SYNTH_BAD_ARRAY, 5 },
		{ "char a[", OTR_SYNTH_BAD_ARRAY, 5 },
		{ "char a[4]]", OTR_SYNTH_BAD_ARRAY, 5 },
		{ "char a[-1]", OTR_SYNTH_BAD_ARRAY, 5 },
		{ "u8 1", OTR_SYNTH_BAD_NAME, 3 },
		{ "u8 [4]", OTR_SYNTH_BAD_NAME, 3 },
		{ "u8 a,", OTR_SYNTH_BAD_NAME, 3 },
		/* The caret is where the word is first. */
		{ "pid_t a; pi d", OTR_SYNTH_BAD_TYPE, 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		dyn_ask(bad[i].text, &answer);
		EXPECT_EQ(answer.err, -EINVAL);
		EXPECT_EQ(answer.error, bad[i].error);
		EXPECT_EQ(answer.pos, bad[i].pos);
	}
}

static void counts(void)
{
	char text[2048] = "";
	size_t at = 0;

	for (unsigned int i = 1; i <= OTR_SYNTH_FIELDS + 1; i++) {
		at += snprintf(text + at, sizeof(text) - at, "char[%u] f%u;", i, i);
		dyn_ask(text, &answer);
		EXPECT_EQ(answer.err, i > OTR_SYNTH_FIELDS ? -EINVAL : 0);
	}
	EXPECT_EQ(answer.error, OTR_SYNTH_TOO_MANY);
	/* A last one that is wrong says so first. */
	snprintf(text + at - strlen("f65;"), 8, "-65;");
	dyn_ask(text, &answer);
	EXPECT_EQ(answer.error, OTR_SYNTH_BAD_NAME);
}

static const char *any(const char *const *of, unsigned int nr)
{
	return of[rand() % nr];
}

/* Right ones, so what they are is known; then one character is another one. */
static void random_ones(void)
{
	static const char *const types[] = {
		"u8", "s16", "u32", "s64", "char", "int", "long", "bool", "pid_t", "gfp_t",
		"unsigned char", "unsigned int", "unsigned long", "char[16]", "char[]", "long[]",
	};
	static const char *const names[] = { "a", "b_1", "_", "longer_than_others" };
	static const char *const between[] = { ";", " ; ", "; ", " ", "\t", ";;" };
	static const char chars[] = " ;[]x1-\t";
	char text[1024], listed[1024];

	srand(1);
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int nr = 1 + rand() % 8;
		size_t at = 0, to = 0;

		for (unsigned int i = 0; i < nr; i++) {
			const char *type = any(types, ARRAY_SIZE(types));
			const char *name = any(names, ARRAY_SIZE(names));

			at += snprintf(text + at, sizeof(text) - at, "%s %s%s", type, name,
				       any(between, ARRAY_SIZE(between)));
			to += snprintf(listed + to, sizeof(listed) - to, "%s%s %s", i ? "; " : "",
				       type, name);
		}
		dyn_ask(text, &answer);
		EXPECT_EQ(answer.err, 0);
		EXPECT_STR(answer.listing, listed);
		text[rand() % at] = chars[rand() % (sizeof(chars) - 1)];
		EXPECT(!dyn_broken(text));
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(takes),
	KTAP_CASE(refuses),
	KTAP_CASE(counts),
	KTAP_CASE(random_ones),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
