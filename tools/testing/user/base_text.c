// SPDX-License-Identifier: GPL-2.0-only
/* Patterns, words, commands, the error log and plain text. */
#include <stdlib.h>

#include "base/base.h"
#include "ktap.h"

static void patterns(void)
{
	static const struct {
		const char *pattern;
		enum otr_glob_kind kind;
		bool not;
		const char *text, *fits[3], *others[3];
	} table[] = {
		{ "vfs_a", OTR_GLOB_FULL, 0, "vfs_a", { "vfs_a" }, { "vfs_", "vfs_ab", "" } },
		{ "", OTR_GLOB_FULL, 0, "", { "" }, { "a" } },
		{ "vfs_*", OTR_GLOB_FRONT, 0, "vfs_", { "vfs_", "vfs_read" }, { "xvfs_", "vfs" } },
		{ "*read", OTR_GLOB_END, 0, "read", { "read", "a_read" }, { "reads", "rea", "" } },
		{ "*x*", OTR_GLOB_MIDDLE, 0, "x", { "x", "axb", "ax" }, { "", "ab" } },
		{ "*", OTR_GLOB_END, 0, "", { "", "a" }, { } },
		{ "**", OTR_GLOB_MIDDLE, 0, "", { "", "a" }, { } },
		{ "a*b", OTR_GLOB_FREE, 0, "a*b", { "ab", "axxb" }, { "abc", "b" } },
		{ "a*b*", OTR_GLOB_FREE, 0, "a*b*", { "ab", "axbx" }, { "xab" } },
		{ "*a*b", OTR_GLOB_FREE, 0, "*a*b", { "ab", "xaxb" }, { "abx" } },
		{ "***", OTR_GLOB_FREE, 0, "***", { "", "x" }, { } },
		{ "a?c", OTR_GLOB_FREE, 0, "a?c", { "abc" }, { "ac", "abbc" } },
		{ "[ab]c*", OTR_GLOB_FREE, 0, "[ab]c*", { "ac", "bcd" }, { "cc" } },
		{ "a\\*", OTR_GLOB_FREE, 0, "a\\*", { "a*" }, { "ab" } },
		{ "!vfs_*", OTR_GLOB_FRONT, 1, "vfs_", { "vfs_read" }, { "x" } },
		{ "!", OTR_GLOB_FULL, 1, "", { "" }, { "x" } },
		{ "!!a", OTR_GLOB_FULL, 1, "!a", { "!a" }, { "a" } },
		{ "12", OTR_GLOB_INDEX, 0, "12", { "12" }, { "1" } },
		{ "!12*", OTR_GLOB_INDEX, 1, "12*", { "12*" }, { "12" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *pattern = strdup(table[i].pattern);
		struct otr_glob glob;

		otr_glob_parse(&glob, pattern);
		EXPECT_EQ(glob.kind, table[i].kind);
		EXPECT_EQ(glob.not, table[i].not);
		EXPECT_STR(glob.text, table[i].text);
		EXPECT_EQ(glob.len, strlen(table[i].text));
		for (int j = 0; j < 3 && table[i].fits[j]; j++)
			if (!otr_glob_match(&glob, table[i].fits[j]))
				KTAP_FAIL("%s misses %s", table[i].pattern, table[i].fits[j]);
		for (int j = 0; j < 3 && table[i].others[j]; j++)
			if (otr_glob_match(&glob, table[i].others[j]))
				KTAP_FAIL("%s hits %s", table[i].pattern, table[i].others[j]);
		free(pattern);
	}
}

static void indexes(void)
{
	static const struct {
		char text[24];
		int err;
		unsigned long index;
	} table[] = {
		{ "1", 0, 1 }, { "0x10", 0, 16 }, { "0", -EINVAL }, { "1x", -EINVAL },
		{ "99999999999999999999", -ERANGE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		unsigned long index = 99;
		struct otr_glob glob;
		char text[24];

		memcpy(text, table[i].text, sizeof(text));
		otr_glob_parse(&glob, text);
		EXPECT_EQ(glob.kind, OTR_GLOB_INDEX);
		EXPECT_EQ(otr_glob_index(&glob, &index), table[i].err);
		if (!table[i].err)
			EXPECT_EQ(index, table[i].index);
	}
}

/* Cuts @text in pieces of at most @piece bytes; words come out as "[a][b]". */
static const char *cut(const char *text, size_t len, size_t piece, unsigned int size)
{
	static char result[256];
	struct otr_word word;
	ssize_t used;

	result[0] = '\0';
	EXPECT_EQ(otr_word_init(&word, size), 0);
	while (len) {
		size_t now = min(len, piece), left = now;

		while (left) {
			/* The cutter must not look behind its piece. */
			char *copy = memcpy(malloc(left), text + now - left, left);

			used = otr_word_feed(&word, copy, left);
			free(copy);
			if (used < 0) {
				EXPECT_EQ(used, -EINVAL);
				EXPECT(!otr_word_last(&word));
				strcat(result, "E");
				break;
			}
			EXPECT(used > 0 && (size_t)used <= left);
			left -= used;
			if (otr_word_ready(&word)) {
				sprintf(result + strlen(result), "[%s]", otr_word_ready(&word));
				otr_word_clear(&word);
			}
		}
		text += now;
		len -= now;
	}
	if (otr_word_last(&word))
		sprintf(result + strlen(result), "<%s>", otr_word_last(&word));
	otr_word_free(&word);
	return result;
}

static void words(void)
{
	static const char two[] = "  one\ttwo\t\n";

	for (size_t piece = 1; piece <= sizeof(two); piece++) {
		EXPECT_STR(cut(two, strlen(two), piece, 16), "[one][two]");
		EXPECT_STR(cut("a bc", 4, piece, 16), "[a]<bc>");
		EXPECT_STR(cut("", 0, piece, 16), "");
		EXPECT_STR(cut("\t\n ", 3, piece, 16), "");
		EXPECT_STR(cut("a\0b\0\0c", 6, piece, 16), "[a][b]<c>");
		EXPECT_STR(cut("abc abc", 7, piece, 4), "[abc]<abc>");
	}
	/* Too long by one; what failed does not come back with the next write. */
	EXPECT_STR(cut("abcd ", 5, 5, 4), "E");
	EXPECT_STR(cut("abcd", 4, 4, 4), "E");
	EXPECT_STR(cut("a abcdabc", 9, 6, 4), "[a]E<abc>");
}

static void word_without_memory(void)
{
	struct otr_word word;

	shim_alloc_countdown = 0;
	EXPECT_EQ(otr_word_init(&word, 16), -ENOMEM);
	otr_word_free(&word);
}

enum { E_FIRST, E_SECOND };

static const char *const error_texts[] = { "First error", "Second error" };
static const struct otr_catalog catalog = { "a test", error_texts, 2 };

static void commands(void)
{
	struct otr_cmd cmd;

	otr_cmd_init(&cmd, &catalog, " ( x\t");
	EXPECT_EQ(cmd.error, -1);
	EXPECT(!otr_cmd_char(&cmd, ')'));
	EXPECT(otr_cmd_char(&cmd, '('));
	EXPECT(!otr_cmd_done(&cmd));
	EXPECT_EQ(cmd.pos, 3);
	EXPECT_EQ(otr_cmd_fail(&cmd, E_SECOND, cmd.pos), -EINVAL);
	EXPECT(otr_cmd_char(&cmd, 'x'));
	EXPECT(otr_cmd_done(&cmd));
	EXPECT(!otr_cmd_char(&cmd, ')'));
	/* The first one counts. */
	EXPECT_EQ(otr_cmd_fail(&cmd, E_FIRST, 0), -EINVAL);
	EXPECT_EQ(cmd.error, E_SECOND);
	EXPECT_EQ(cmd.error_pos, 3);
}

static void error_log(void)
{
	struct otr_errlog log;
	char text[512], *rest;
	struct seq_buf out;
	struct otr_cmd cmd;
	u64 sec, nsec;

	otr_errlog_init(&log);
	seq_buf_init(&out, text, sizeof(text));
	EXPECT(!otr_errlog_text(&log, 0, &out));

	otr_cmd_init(&cmd, &catalog, "some bad thing");
	otr_errlog_add(&log, &cmd);
	EXPECT_EQ(log.nr, 0);
	otr_cmd_fail(&cmd, E_SECOND, 5);
	otr_errlog_add(&log, &cmd);
	otr_errlog_put(&log, &catalog, "short", E_FIRST, 0);
	EXPECT(otr_errlog_text(&log, 0, &out));
	text[out.len] = '\0';
	EXPECT_EQ(text[0], '[');
	sec = strtoull(text + 1, &rest, 10);
	EXPECT_EQ(*rest, '.');
	nsec = strtoull(rest + 1, &rest, 10) * 1000;
	EXPECT(sec * 1000000000 + nsec <= local_clock());
	EXPECT_STR(rest, "] a test: error: Second error\n"
		   "  Command: some bad thing\n"
		   "                ^\n");
	out.len = 0;
	EXPECT(otr_errlog_text(&log, 1, &out));
	text[out.len] = '\0';
	EXPECT_STR(strchr(text, ']'), "] a test: error: First error\n"
		   "  Command: short\n"
		   "           ^\n");
	EXPECT(!otr_errlog_text(&log, 2, &out));
	otr_errlog_clear(&log);
	EXPECT(!otr_errlog_text(&log, 0, &out));
}

static void error_log_forgets_the_oldest(void)
{
	struct otr_errlog log;
	char name[24], text[256];
	struct seq_buf out;
	int i;

	otr_errlog_init(&log);
	for (i = 0; i < 11; i++) {
		sprintf(name, "cmd%d", i);
		otr_errlog_put(&log, &catalog, name, E_FIRST, 0);
	}
	shim_alloc_countdown = 0;
	otr_errlog_put(&log, &catalog, "no memory", E_FIRST, 0);
	for (i = 0; i < OTR_ERRLOG_MAX; i++) {
		seq_buf_init(&out, text, sizeof(text));
		EXPECT(otr_errlog_text(&log, i, &out));
		text[out.len] = '\0';
		sprintf(name, "cmd%d\n", i + 3);
		EXPECT(strstr(text, name));
	}
	EXPECT(!otr_errlog_text(&log, OTR_ERRLOG_MAX, &out));
	otr_errlog_clear(&log);
}

/* Numbers against printf, at all lengths and widths. */
static void numbers(void)
{
	char is[64], expected[64];
	u64 value = 0;
	unsigned int seed = 1;

	for (int i = 0; i < 20000; i++) {
		int width = i % 25;
		struct seq_buf out;

		seq_buf_init(&out, is, sizeof(is));
		switch (i % 5) {
		case 0:
			otr_text_u64(&out, value, width, ' ');
			sprintf(expected, "%*llu", width, (unsigned long long)value);
			break;
		case 1:
			otr_text_u64(&out, value, width, '0');
			sprintf(expected, "%0*llu", width, (unsigned long long)value);
			break;
		case 2:
			otr_text_s64(&out, (s64)value, width);
			sprintf(expected, "%*lld", width, (long long)value);
			break;
		case 3:
			out.len = otr_text_put(is, value, width, ' ') - is;
			sprintf(expected, "%*llu", width, (unsigned long long)value);
			break;
		case 4:
			out.len = otr_text_put(is, value, width, '0') - is;
			sprintf(expected, "%0*llu", width, (unsigned long long)value);
			break;
		}
		is[out.len] = '\0';
		EXPECT_STR(is, expected);
		value = (u64)rand_r(&seed) << 33 ^ (u64)rand_r(&seed) << 11 ^ rand_r(&seed);
		value >>= rand_r(&seed) % 64;
		if (i % 100 < 5)
			value = i % 2 ? ~0ULL : 1ULL << 63;
	}
}

static void pieces(void)
{
	struct seq_buf out;
	char is[64];

	seq_buf_init(&out, is, sizeof(is));
	otr_text_mem(&out, "ab", 2);
	otr_text_fill(&out, '-', 3);
	otr_text_fill(&out, '-', 0);
	otr_text_mem(&out, "xyz", 2);
	is[out.len] = '\0';
	EXPECT_STR(is, "ab---xy");
}

/* Up to the last byte it fits; a piece that does not fit is left out whole. */
static void overflow(void)
{
	for (unsigned int size = 0; size < 8; size++) {
		char *is = malloc(size + !size);
		struct seq_buf out;

		seq_buf_init(&out, is, size);
		otr_text_mem(&out, "abc", 3);
		otr_text_u64(&out, 12, 4, '0');
		EXPECT_EQ(seq_buf_has_overflowed(&out), size < 7);
		if (size >= 3)
			EXPECT(!memcmp(is, "abc", 3));
		if (size >= 7)
			EXPECT_EQ(out.len, 7);
		otr_text_mem(&out, "", 0);
		otr_text_fill(&out, 'x', size < 7 ? 0 : 2);
		EXPECT(seq_buf_has_overflowed(&out));
		free(is);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(patterns),
	KTAP_CASE(indexes),
	KTAP_CASE(words),
	KTAP_CASE(word_without_memory),
	KTAP_CASE(commands),
	KTAP_CASE(error_log),
	KTAP_CASE(error_log_forgets_the_oldest),
	KTAP_CASE(numbers),
	KTAP_CASE(pieces),
	KTAP_CASE(overflow),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
