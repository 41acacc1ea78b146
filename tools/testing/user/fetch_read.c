// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions that are right or wrong, compared with what the in-tree tracer of 6.12 said to
 * them (fetch_answers.txt, from probes.py of tools/testing/filters).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_test.h"
#include "ktap.h"

static char said[32768];

static __printf(1, 2) void say(const char *format, ...)
{
	size_t len = strlen(said);
	va_list args;

	va_start(args, format);
	vsnprintf(said + len, sizeof(said) - len, format, args);
	va_end(args);
}

static void say_errors(const struct otr_fetch_line *line)
{
	if (line->cmd.error < 0)
		return;
	say("\tE %u %s", line->cmd.error_pos, otr_fetch_errors[line->cmd.error]);
	if (line->also >= 0)
		say("\tE %u %s", line->cmd.error_pos, otr_fetch_errors[line->also]);
}

static void say_event(const struct test_probe *probe)
{
	static const char *const fmts[][2] = {
		{ "(%lx)", ", REC->__probe_ip" },
		{ "(%lx <- %lx)", ", REC->__probe_func, REC->__probe_ret_ip" },
		{ "", "" },
	};
	struct otr_field fields[OTR_FETCH_ARGS];
	const char *const *fmt = fmts[probe->place.where & OTR_FETCH_EVENT ? 2 :
				      !!(probe->place.where & OTR_FETCH_RETURN)];
	unsigned int nr = otr_fetch_fields(probe->fetch, fields);
	char text[16384];

	for (unsigned int i = 0; i < nr; i++) {
		const struct otr_field *field = &fields[i];

		say("\tF %s %s", field->type, field->name);
		say(" %u %u %d", field->offset, field->size, field->is_signed);
	}
	EXPECT_EQ(otr_fetch_print_fmt(probe->fetch, fmt[0], fmt[1], text, sizeof(text)),
		  otr_fetch_print_fmt(probe->fetch, fmt[0], fmt[1], NULL, 0));
	say("\tP %s", text);
}

/* What the line should be, but for how the kind lists what is in front of the arguments. */
static void answer(const char *definition)
{
	struct test_probe probe;

	*said = '\0';
	test_open(&probe, definition);
	say("%s\t%d", definition, probe.err);
	say_errors(&probe.line);
	if (!probe.err) {
		say("\tD");
		for (unsigned int i = 0; i < probe.fetch->nr; i++)
			say(" %s=%s", probe.fetch->args[i].name, probe.fetch->args[i].text);
		say_event(&probe);
	}
	test_close(&probe);
}

/* The letter, the name and the place are the kind's to print. */
static void cut_listing(char *line)
{
	char *from = strstr(line, "\tD "), *to;

	if (!from)
		return;
	to = from + 2;
	for (int blanks = 0; *from && blanks < 3; from++)
		blanks += *from == ' ' || from[1] == '\t';
	from -= *from == '\t' ? 0 : 1;
	memmove(to, from, strlen(from) + 1);
}

static void in_tree_answers(void)
{
	FILE *f = fopen("fetch_answers.txt", "r");
	unsigned int nr = 0, wrong = 0;
	char *line = NULL, *definition;
	size_t size = 0;

	if (!f) {
		KTAP_FAIL("fetch_answers.txt: cannot be read");
		return;
	}
	while (getline(&line, &size, f) > 0) {
		if (*line == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		cut_listing(line);
		nr++;
		definition = strndup(line, strcspn(line, "\t"));
		answer(definition);
		free(definition);
		if (strcmp(said, line)) {
			KTAP_FAIL("\n#  in-tree: %s\n#  here:    %s", line, said);
			wrong++;
		}
	}
	printf("# %u answers, %u wrong\n", nr, wrong);
	EXPECT(nr > 100);
	free(line);
	fclose(f);
}

/* One more than a probe may have. */
static void too_many_arguments(void)
{
	char text[8192] = "p vfs_read";
	struct test_probe probe;

	for (int i = 0; i < OTR_FETCH_ARGS; i++)
		strcat(text, " \\1:u8");
	test_open(&probe, text);
	EXPECT_EQ(probe.err, 0);
	EXPECT_EQ(probe.fetch->nr, OTR_FETCH_ARGS);
	EXPECT_EQ(probe.fetch->size, 16 + OTR_FETCH_ARGS);
	test_close(&probe);
	strcat(text, " \\1:u8");
	test_open(&probe, text);
	EXPECT_EQ(probe.err, -E2BIG);
	EXPECT_EQ(probe.line.cmd.error, OTR_FETCH_TOO_MANY_ARGS);
	EXPECT_EQ(probe.line.cmd.error_pos, strlen("p vfs_read "));
	EXPECT(!probe.fetch);
	test_close(&probe);
}

static void no_memory(void)
{
	test_no_memory("p vfs_read a=+8(%di):string[2] b=@jiffies+4 c=\\\"x\" $arg1:%pd");
}

/* Blanks between words are one in the log. */
static void blanks(void)
{
	struct test_probe probe;

	test_open(&probe, "  p   vfs_read \t a=%di  b=%nothing ");
	EXPECT_STR(probe.line.cmd.text, "p vfs_read a=%di b=%nothing");
	EXPECT_EQ(probe.line.cmd.error, OTR_FETCH_BAD_REG_NAME);
	EXPECT_EQ(probe.line.cmd.error_pos, strlen("p vfs_read a=%di b="));
	test_close(&probe);
	test_open(&probe, " ");
	EXPECT_EQ(probe.line.nr, 0);
	EXPECT_STR(probe.line.cmd.text, "");
	test_close(&probe);
}

static void compares(void)
{
	struct test_probe a, b, c, d;
	char first[8] = "a=%di", second[16] = "b=%si:u8", *words[2];

	words[0] = first;
	words[1] = second;
	test_open(&a, "p vfs_read a=%di b=%si:u8");
	test_open(&b, "p vfs_read a=%dx b=%si:u8");
	test_open(&c, "p vfs_read a=%di b=%si:u16");
	test_open(&d, "p vfs_read a=%di");
	EXPECT_EQ(otr_fetch_differ(a.fetch, b.fetch), 0);
	EXPECT(!otr_fetch_same(a.fetch, b.fetch));
	EXPECT(otr_fetch_same(a.fetch, a.fetch));
	EXPECT_EQ(otr_fetch_differ(a.fetch, c.fetch), 2);
	EXPECT_EQ(otr_fetch_differ(a.fetch, d.fetch), 2);
	EXPECT(otr_fetch_match(a.fetch, words, 2));
	EXPECT(otr_fetch_match(a.fetch, words, 1));
	EXPECT(!otr_fetch_match(b.fetch, words, 2));
	EXPECT(!otr_fetch_match(c.fetch, words, 2));
	EXPECT(!otr_fetch_match(d.fetch, words, 2));
	test_close(&a);
	test_close(&b);
	test_close(&c);
	test_close(&d);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(in_tree_answers),
	KTAP_CASE(too_many_arguments),
	KTAP_CASE(no_memory),
	KTAP_CASE(blanks),
	KTAP_CASE(compares),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
