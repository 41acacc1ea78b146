// SPDX-License-Identifier: GPL-2.0-only
/* Filters that are right or wrong, and how users are told. */
#include "ktap.h"
#include "rule_test.h"

/*
 * Each of these was written to a filter of the in-tree tracer of 6.12. The
 * position is where the caret is in its error_log.
 */
static const struct {
	const char *text, *error;
	unsigned int caret;
} wrong[] = {
	{ "foo", "Field not found", 4 },
	{ "foo == 1", "Field not found", 4 },
	{ "prev_pid == 1 && foo == 3", "Field not found", 21 },
	{ "00", "Field not found", 3 },
	{ "1", "Field not found", 2 },
	{ "none", "Field not found", 5 },
	{ "prev_pid", "Invalid operator", 9 },
	{ "prev_pid = 1", "Invalid operator", 10 },
	{ "prev_pid.foo == 1", "Invalid operator", 9 },
	{ "prev_state.function > schedule", "Invalid operator", 23 },
	{ "prev_pid&0x3&&prev_pid|1", "Invalid operator", 23 },
	{ "prev_pid,", "Invalid operator", 9 },
	{ "prev_pid !~ 1", "Invalid operator", 10 },
	{ "prev_comm !~ \"a\"", "Invalid operator", 11 },
	{ "prev_pid => 1", "Invalid operator", 10 },
	{ "prev_pid ==", "Invalid value (did you forget quotes)?", 12 },
	{ "prev_pid === 1", "Invalid value (did you forget quotes)?", 12 },
	{ "prev_pid == x", "Invalid value (did you forget quotes)?", 13 },
	{ "prev_comm == abc", "Invalid value (did you forget quotes)?", 14 },
	{ "prev_comm ~ abc", "Invalid value (did you forget quotes)?", 13 },
	{ "prev_state.function == 0xzz", "Invalid value (did you forget quotes)?", 28 },
	{ "prev_pid <> 1", "Invalid value (did you forget quotes)?", 11 },
	{ "prev_pid >< 1", "Invalid value (did you forget quotes)?", 11 },
	{ "callsite == schedule", "Invalid value (did you forget quotes)?", 13 },
	{ "prev_pid == 1 1", "Too many terms in predicate expression", 14 },
	{ "prev_pid == 1 &", "Too many terms in predicate expression", 14 },
	{ "prev_pid == 1 & next_pid == 2", "Too many terms in predicate expression", 14 },
	{ "prev_pid == 1 | next_pid == 2", "Too many terms in predicate expression", 14 },
	{ "prev_comm == \"abc\" 1", "Too many terms in predicate expression", 19 },
	{ "common_pid == 1 prev_pid", "Too many terms in predicate expression", 16 },
	{ "prev_pid==1&prev_pid==2", "Too many terms in predicate expression", 11 },
	{ "prev_pid == 1 # foo", "Too many terms in predicate expression", 14 },
	{ "prev_pid == 1!", "Too many terms in predicate expression", 13 },
	{ "prev_pid == 1 !prev_pid == 2", "Too many terms in predicate expression", 14 },
	{ "(prev_pid == 1)(prev_pid == 2)", "Too many terms in predicate expression", 15 },
	{ "(prev_pid == 1) prev_pid == 2", "Too many terms in predicate expression", 16 },
	{ "prev_pid == 1\tfoo", "Too many terms in predicate expression", 14 },
	{ "prev_pid == 1 &&", "Meaningless filter expression", 16 },
	{ "prev_pid == 1 ||", "Meaningless filter expression", 16 },
	{ "prev_pid == 1 && (prev_pid == 2) && !", "Meaningless filter expression", 37 },
	{ "prev_pid == 1 &&& next_pid == 2", "Error", 0 },
	{ "()", "Error", 0 },
	{ "!(!)", "Error", 0 },
	{ "\"prev_pid\" == 1", "Error", 0 },
	{ "prev_pid == 1 && ()", "Error", 0 },
	{ "", "Error", 0 },
	{ "(prev_pid == 1", "Too many '('", 0 },
	{ "((prev_pid == 1)", "Too many '('", 0 },
	{ "prev_pid == 1 && (next_pid == 2 || (next_pid == 3)", "Too many '('", 17 },
	{ "(", "Too many '('", 0 },
	{ "prev_pid == 1(", "Too many '('", 13 },
	{ "prev_pid == 1)", "Too few '('", 13 },
	{ "(prev_pid == 1))", "Too few '('", 15 },
	{ ")", "Too few '('", 0 },
	{ "!", "No filter found", 1 },
	{ "!!", "No filter found", 2 },
	{ "prev_pid == 12345678901234567890123", "Illegal integer value", 13 },
	{ "prev_pid == 99999999999999999999", "Illegal integer value", 13 },
	{ "prev_pid == - 1", "Illegal integer value", 13 },
	{ "prev_pid == --1", "Illegal integer value", 13 },
	{ "prev_pid == 0x", "Illegal integer value", 13 },
	{ "prev_pid == 0b1", "Illegal integer value", 13 },
	{ "prev_pid == 09", "Illegal integer value", 13 },
	{ "prev_pid == 1x", "Illegal integer value", 13 },
	{ "prev_pid != -", "Illegal integer value", 13 },
	{ "prev_state == 18446744073709551615", "Illegal integer value", 15 },
	{ "prev_state == 9223372036854775808", "Illegal integer value", 15 },
	{ "prev_pid == 123456789012345678901234", "Operand too long", 37 },
	{ "prev_state.function == 12345678901234567890123456", "Operand too long", 50 },
	{ "prev_comm == 1", "Expecting string field", 14 },
	{ "comm == 1", "Expecting string field", 9 },
	{ "filename == 1", "Expecting string field", 13 },
	{ "s == 1", "Expecting string field", 6 },
	{ "prev_comm == \"abc", "Missing matching quote", 13 },
	{ "prev_comm == 'abc\"", "Missing matching quote", 13 },
	{ "prev_comm > \"abc\"", "Illegal operation for field type", 13 },
	{ "prev_comm & \"abc\"", "Illegal operation for field type", 13 },
	{ "prev_pid ~ 1", "Illegal operation for field type", 12 },
	{ "prev_pid.function == schedule", "Illegal operation for field type", 22 },
	{ "prev_pid > CPUS{0}", "Illegal operation for field type", 12 },
	{ "prev_comm == CPUS{0}", "Illegal operation for field type", 14 },
	{ "cpumask > CPUS{0-1}", "Illegal operation for field type", 11 },
	{ "filename > \"/bin/x\"", "Illegal operation for field type", 12 },
	{ "prev_pid == \"abc\"", "Expecting numeric field", 13 },
	{ "prev_pid ~ \"1*\"", "Expecting numeric field", 12 },
	{ "CPU == \"x\"", "Expecting numeric field", 8 },
	{ "CPU ~ \"x\"", "Expecting numeric field", 7 },
	{ "stacktrace == \"a\"", "Expecting numeric field", 15 },
	{ "prev_pid == '1'", "Expecting numeric field", 13 },
	{ "cpumask == \"a\"", "Expecting numeric field", 12 },
	{ "prev_state.function == no_such_fn", "Function not found", 34 },
	{ "prev_state.function == 1", "Function not found", 25 },
	{ "prev_state.function ==", "Function not found", 23 },
	{ "prev_state.function == \"schedule\"", "Function not found", 34 },
	{ "prev_pid & CPUS{0-1", "Missing '}'", 20 },
	{ "prev_pid & CPUS 0-1}", "Missing '{'", 17 },
	{ "prev_pid == CPUS", "Missing '{'", 18 },
	{ "prev_pid & CPUS{}", "Invalid cpulist", 17 },
	{ "prev_pid & CPUS{a}", "Invalid cpulist", 18 },
	{ "prev_pid & CPUS{0-9999}", "Invalid cpulist", 23 },
};

/* These it took. */
static const char *const right[] = {
	"!(prev_pid == 1)",
	"! prev_pid == 1",
	"prev_pid == -1",
	"prev_pid == 0xff",
	"prev_pid == 0777",
	"prev_pid == 4294967297",
	"prev_prio > 1 && prev_prio < 3",
	"prev_comm.ustring == \"abc\"",
	"prev_pid.ustring == 1",
	"prev_state.function == schedule",
	"prev_pid == CPUS{0}",
	"prev_pid & CPUS{0-1}",
	"CPU == 1",
	"cpu & 1",
	"CPU & CPUS{0-1}",
	"CPU == 99999999999",
	"CPU == -1",
	"comm == \"bash\"",
	"COMM ~ \"b*\"",
	"stacktrace == 1",
	"common_pid == 1",
	"common_type == 1",
	"common_flags & 1",
	"common_preempt_count == 0",
	" prev_pid == 1",
	"prev_pid == 1 || prev_pid == 2 && prev_pid == 3",
	"prev_pid==1&&prev_pid==2",
	"prev_pid&1",
	"prev_comm ~ \"[a\"",
	"prev_comm == \"\"",
	"prev_comm ~ \"\"",
	"prev_comm ~ \"!\"",
	"prev_state == -9223372036854775808",
	"prev_pid == 1",
	"  prev_pid == 1\n && prev_pid == 2",
	"cpumask == 1",
	"cpumask & CPUS{0-1}",
	"cpumask & 3",
	"callsite.function == schedule",
	"filename == \"/bin/x\"",
	"s == \"x\"",
	"s.ustring == \"x\"",
	"args == 1",
	"id == 1",
	"cpumask == 0",
	"rel_mask & CPUS{1,3}",
	"callsite.function != 0x10080",
	"n_u8 > 300",
};

static void wrong_ones(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct otr_filter *filter = NULL;
		struct otr_cmd cmd;

		EXPECT_EQ(otr_filter_create(&test_event, wrong[i].text, &cmd, &filter), -EINVAL);
		EXPECT(!filter);
		if (cmd.error < 0) {
			KTAP_FAIL("\"%s\" has no error", wrong[i].text);
			continue;
		}
		EXPECT_STR(cmd.catalog->place, "event filter parse error");
		if (strcmp(cmd.catalog->text[cmd.error], wrong[i].error) ||
		    cmd.error_pos != wrong[i].caret)
			KTAP_FAIL("\"%s\": \"%s\" at %u, expected \"%s\" at %u", wrong[i].text,
				  cmd.catalog->text[cmd.error], cmd.error_pos, wrong[i].error,
				  wrong[i].caret);
	}
}

static void right_ones(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct otr_filter *filter = NULL;
		struct otr_cmd cmd;
		int err = otr_filter_create(&test_event, right[i], &cmd, &filter);

		if (err) {
			KTAP_FAIL("\"%s\": %d, \"%s\" at %u", right[i], err,
				  cmd.error < 0 ? "" : cmd.catalog->text[cmd.error],
				  cmd.error_pos);
			continue;
		}
		EXPECT_EQ(cmd.error, -1);
		EXPECT_STR(otr_filter_text(filter), right[i]);
		EXPECT(otr_filter_text(filter) != right[i]);
		otr_filter_free(filter);
	}
	otr_filter_free(NULL);
	otr_rule_exit();
}

/* A text that is too long, and the longest that is not. */
static void long_text(void)
{
	struct otr_filter *filter;
	struct otr_cmd cmd;
	char text[300];

	sprintf(text, "prev_comm == \"%0255d\"", 0);
	EXPECT_EQ(otr_filter_create(&test_event, text, &cmd, &filter), 0);
	otr_filter_free(filter);
	sprintf(text, "prev_comm == \"%0256d\"", 0);
	EXPECT_EQ(otr_filter_create(&test_event, text, &cmd, &filter), -EINVAL);
	EXPECT_STR(cmd.catalog->text[cmd.error], "Operand too long");
	EXPECT_EQ(cmd.error_pos, 271);
}

/* What a filter's file shows after a wrong one was written. */
static void broken_ones(void)
{
	static const struct {
		const char *text, *shown;
	} table[] = {
		{ "prev_pid == 1 && foo == 3",
		  "prev_pid == 1 && foo == 3\n"
		  "                     ^\n"
		  "parse_error: Field not found\n" },
		{ "foo", "foo\n   ^\nparse_error: Field not found\n" },
		{ "(prev_pid == 1", "(prev_pid == 1\n^\nparse_error: Too many '('\n" },
		{ "!", "!\n ^\nparse_error: No filter found\n" },
		{ "()", "()\nError: (0)\n" },
		{ "", "\nError: (0)\n" },
	};
	struct test_rec rec;

	test_rec_init(&rec);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct otr_filter *filter;
		struct otr_cmd cmd;

		EXPECT_EQ(otr_filter_create(&test_event, table[i].text, &cmd, &filter), -EINVAL);
		filter = otr_filter_create_broken(&cmd);
		EXPECT_STR(otr_filter_text(filter), table[i].shown);
		EXPECT(otr_filter_match(filter, &rec));
		otr_filter_free(filter);

		otr_filter_blame_system(&cmd);
		filter = otr_filter_create_broken(&cmd);
		EXPECT(strstr(otr_filter_text(filter), "\n^\nparse_error: Couldn't find or "));
		shim_alloc_countdown = 1;
		EXPECT(!otr_filter_create_broken(&cmd));
		shim_alloc_countdown = 0;
		EXPECT(!otr_filter_create_broken(&cmd));
		shim_alloc_countdown = -1;
		otr_filter_free(filter);
	}
}

/* Every allocation that can fail is let fail once; nothing may be left. */
static void without_memory(void)
{
	static const char text[] =
		"callsite.function == schedule && COMM ~ 'a*' && (cpumask & CPUS{0-2} || s == 'x')";
	struct otr_filter *filter;
	struct otr_cmd cmd;
	int i, err = -ENOMEM;

	for (i = 0; err == -ENOMEM && i < 100; i++) {
		shim_alloc_countdown = i;
		err = otr_filter_create(&test_event, text, &cmd, &filter);
		EXPECT_EQ(cmd.error, -1);
	}
	shim_alloc_countdown = -1;
	EXPECT_EQ(err, 0);
	EXPECT(i > 8);
	if (!err)
		otr_filter_free(filter);
	otr_rule_exit();
}

static void heads(void)
{
	static const struct {
		const char *text;
		bool needs;
	} table[] = {
		{ "prev_pid == 1", false }, { "common_pid == 1", true },
		{ "common_flags & 1", true },
		{ "cpu == 1", false }, { "comm == 'x'", false }, { "cpu & CPUS{0-2}", false },
		{ "stacktrace == 1", false }, { "common_pid & CPUS{0-2}", true },
		{ "prev_pid == 1 || prev_comm ~ 'x' && common_type < 3", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct otr_filter *filter;
		struct otr_cmd cmd;

		EXPECT_EQ(otr_filter_create(&test_event, table[i].text, &cmd, &filter), 0);
		if (otr_filter_needs_head(filter) != table[i].needs)
			KTAP_FAIL("\"%s\"", table[i].text);
		otr_filter_free(filter);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(wrong_ones),
	KTAP_CASE(right_ones),
	KTAP_CASE(long_text),
	KTAP_CASE(broken_ones),
	KTAP_CASE(without_memory),
	KTAP_CASE(heads),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
