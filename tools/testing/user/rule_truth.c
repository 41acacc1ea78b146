// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random conditions on random records, against an evaluator that knows nothing
 * of steps: it walks the tree that the text was printed from.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "ktap.h"
#include "linux/smp.h"
#include "rule_test.h"

#define ROUNDS		6000
#define RECORDS		12
#define DEPTH		5
#define TEXT_MAX	4000

enum node_kind { NUMBER, TEXT, CPUS, NOT, AND, OR };

struct node {
	enum node_kind kind;
	struct node *one, *other;
	const char *field, *op;
	char value[40];
	u64 number;
	struct cpumask mask;
};

static unsigned int seed;
static struct node nodes[1 << (DEPTH + 2)];
static unsigned int nr_nodes, visited;

static unsigned int any(unsigned int below)
{
	return rand_r(&seed) % below;
}

/* Fields that are numbers, with the sizes and signs that rule_event.c gives them. */
static const struct {
	const char *name;
	unsigned int offset, size;
	bool is_signed;
} numbers[] = {
	{ "prev_pid", offsetof(struct test_rec, prev_pid), 4, true },
	{ "prev_state", offsetof(struct test_rec, prev_state), 8, true },
	{ "n_u8", offsetof(struct test_rec, n_u8), 1, false },
	{ "n_s8", offsetof(struct test_rec, n_s8), 1, true },
	{ "n_u16", offsetof(struct test_rec, n_u16), 2, false },
	{ "n_s16", offsetof(struct test_rec, n_s16), 2, true },
	{ "n_u32", offsetof(struct test_rec, n_u32), 4, false },
	{ "n_u64", offsetof(struct test_rec, n_u64), 8, false },
	{ "common_pid", offsetof(struct test_rec, head.pid), 4, true },
	{ "common_type", offsetof(struct test_rec, head.type), 2, false },
	{ "common_preempt_count", offsetof(struct test_rec, head.preempt_count), 1, false },
	{ "CPU", ~0U, 4, true },
	{ "args", offsetof(struct test_rec, args), 48, false },
};

static const char *const texts[] = {
	"prev_comm", "filename", "rel_name", "buf", "s", "s.ustring", "COMM", "comm",
};

/* Where types begin and end, and what is next to that. */
static u64 any_number(void)
{
	static const u64 ends[] = {
		0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
	};
	u64 number = ends[any(ARRAY_SIZE(ends))];

	return any(2) ? number : -number;
}

static void any_text(char *to, unsigned int max, const char *letters)
{
	unsigned int len = any(max + 1);

	while (len--)
		*to++ = letters[any(strlen(letters))];
	*to = '\0';
}

static u64 cut(u64 number, unsigned int size, bool is_signed)
{
	unsigned int unused = 64 - size * 8;

	return is_signed ? (u64)((s64)(number << unused) >> unused) : number << unused >> unused;
}

static unsigned int number_field(const char *name)
{
	unsigned int i = 0;

	while (strcmp(numbers[i].name, name))
		i++;
	return i;
}

static u64 number_of(const struct test_rec *rec, unsigned int field)
{
	u64 number = 0;

	if (numbers[field].offset == ~0U)
		return shim_cpu;
	memcpy(&number, (const char *)rec + numbers[field].offset, numbers[field].size);
	return cut(number, numbers[field].size, numbers[field].is_signed);
}

static bool number_holds(const struct node *node, const struct test_rec *rec)
{
	unsigned int field = number_field(node->field);
	u64 is, wanted;
	bool less;

	if (numbers[field].size > 8 || (numbers[field].offset == ~0U && !strcmp(node->op, "&")))
		return false;
	is = number_of(rec, field);
	wanted = cut(node->number, numbers[field].size, numbers[field].is_signed);
	less = numbers[field].is_signed ? (s64)is < (s64)wanted : is < wanted;
	switch (node->op[0]) {
	case '&':
		return is & wanted;
	case '=':
		return is == wanted;
	case '!':
		return is != wanted;
	case '<':
		return less || (node->op[1] && is == wanted);
	default:
		return !less && (node->op[1] || is != wanted);
	}
}

/* The text of a field; false if it is nowhere. */
static bool text_of(const struct test_rec *rec, const char *field, char *text, size_t size)
{
	const char *from = rec->buf;
	size_t max = size - 1;

	if (!strcmp(field, "prev_comm")) {
		from = rec->prev_comm;
		max = sizeof(rec->prev_comm);
	} else if (!strcmp(field, "filename")) {
		from = rec->names[0];
	} else if (!strcmp(field, "rel_name")) {
		from = rec->names[1];
	} else if (!strcmp(field, "s")) {
		from = rec->s == TEST_TEXT ? test_text : NULL;
	} else if (!strcmp(field, "s.ustring")) {
		from = rec->s == TEST_USER_TEXT ? test_user_text : NULL;
	} else if (strcmp(field, "buf")) {
		from = current->comm;
	}
	if (!from)
		return false;
	max = strnlen(from, max);
	memcpy(text, from, max);
	text[max] = '\0';
	return true;
}

static bool text_holds(const struct node *node, const struct test_rec *rec)
{
	const char *pattern = node->value;
	char text[64];
	bool not = false;

	if (!text_of(rec, node->field, text, sizeof(text)))
		return false;
	if (node->op[0] != '~')
		return !strcmp(text, pattern) ^ (node->op[0] == '!');
	if (*pattern == '!') {
		not = true;
		pattern++;
	}
	return !fnmatch(pattern, text, 0) ^ not;
}

static bool cpus_hold(const struct node *node, const struct test_rec *rec)
{
	unsigned long mask;

	if (!strcmp(node->field, "cpumask")) {
		mask = rec->masks[0].bits;
	} else if (!strcmp(node->field, "rel_mask")) {
		mask = rec->masks[1].bits;
	} else {
		u32 cpu = number_of(rec, number_field(node->field));

		/* A number is a set of one, and one that is no CPU only differs from one CPU. */
		if (cpu >= SHIM_CPUS)
			return cpumask_weight(&node->mask) == 1 && node->op[0] == '!';
		mask = 1UL << cpu;
	}
	if (node->op[0] == '&')
		return mask & node->mask.bits;
	return (mask == node->mask.bits) ^ (node->op[0] == '!');
}

static bool holds(const struct node *node, const struct test_rec *rec)
{
	switch (node->kind) {
	case NOT:
		return !holds(node->one, rec);
	case AND:
		return holds(node->one, rec) && holds(node->other, rec);
	case OR:
		return holds(node->one, rec) || holds(node->other, rec);
	case NUMBER:
		visited++;
		return number_holds(node, rec);
	case TEXT:
		visited++;
		return text_holds(node, rec);
	default:
		visited++;
		return cpus_hold(node, rec);
	}
}

static void any_number_term(struct node *node)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=", "&" };
	unsigned int field = any(ARRAY_SIZE(numbers));
	const char *format;

	node->kind = NUMBER;
	node->field = numbers[field].name;
	node->op = ops[any(ARRAY_SIZE(ops))];
	node->number = any_number();
	format = ((const char *[]) { "%lld", "0x%llx", "0X%llX", "0%llo" })[any(4)];
	if (numbers[field].is_signed && (s64)node->number < 0)
		format = "%lld";
	else if (!numbers[field].is_signed && !strcmp(format, "%lld"))
		format = "%llu";
	sprintf(node->value, format, node->number);
}

static void any_text_term(struct node *node)
{
	static const char *const ops[] = { "==", "!=", "~" };

	node->kind = TEXT;
	node->field = texts[any(ARRAY_SIZE(texts))];
	node->op = ops[any(ARRAY_SIZE(ops))];
	if (node->op[0] == '~') {
		if (!any(8))
			node->value[0] = '!';
		any_text(node->value + !!node->value[0], 5, any(3) ? "ab*" : "ab*?");
		if (!any(10))
			strcat(node->value, "[a-z]");
	} else {
		any_text(node->value, 16, "ab");
	}
}

static void any_cpus_term(struct node *node)
{
	static const char *const ops[] = { "==", "!=", "&" };
	static const char *const fields[] = {
		"cpumask", "rel_mask", "CPU", "n_u8", "n_u16", "n_u32", "prev_pid",
	};
	static const char *const lists[] = {
		"0", "1", "3", "0-1", "0-3", "1-3", "0,2", "1,3", "2-3", "0-0",
	};

	node->kind = CPUS;
	node->field = fields[any(ARRAY_SIZE(fields))];
	node->op = ops[any(ARRAY_SIZE(ops))];
	strscpy(node->value, lists[any(ARRAY_SIZE(lists))], sizeof(node->value));
	cpulist_parse(node->value, &node->mask);
}

static struct node *any_node(unsigned int depth)
{
	struct node *node = &nodes[nr_nodes++];

	memset(node, 0, sizeof(*node));
	if (depth && any(3)) {
		node->kind = ((enum node_kind[]){ NOT, AND, OR, AND, OR })[any(5)];
		node->one = any_node(depth - 1);
		if (node->kind != NOT)
			node->other = any_node(depth - 1);
		return node;
	}
	switch (any(4)) {
	case 0:
		any_text_term(node);
		break;
	case 1:
		any_cpus_term(node);
		break;
	default:
		any_number_term(node);
	}
	return node;
}

static char *blank(char *to)
{
	static const char blanks[] = "  \t\n";

	while (!any(3))
		*to++ = blanks[any(4)];
	return to;
}

static char *print(char *to, const struct node *node, enum node_kind above)
{
	bool binds = node->kind >= NOT && node->kind > above;
	unsigned int i, parens = any(8) ? 0 : 1 + any(2);

	if (binds || (above == NOT && node->kind > NOT))
		parens++;
	for (i = 0; i < parens; i++) {
		*to++ = '(';
		to = blank(to);
	}
	switch (node->kind) {
	case NOT:
		*to++ = '!';
		to = print(blank(to), node->one, NOT);
		break;
	case AND:
	case OR:
		to = blank(print(to, node->one, node->kind));
		to += sprintf(to, node->kind == AND ? "&&" : "||");
		to = print(blank(to), node->other, node->kind);
		break;
	case TEXT:
		to += sprintf(to, "%s", node->field);
		to = blank(to);
		to += sprintf(to, "%s", node->op);
		to = blank(to);
		to += sprintf(to, any(2) ? "\"%s\"" : "'%s'", node->value);
		break;
	default:
		to += sprintf(to, "%s", node->field);
		to = blank(to);
		to += sprintf(to, "%s", node->op);
		to = blank(to);
		to += sprintf(to, node->kind == CPUS ? "CPUS{%s}" : "%s", node->value);
	}
	for (i = 0; i < parens; i++) {
		to = blank(to);
		*to++ = ')';
	}
	*to = '\0';
	return to;
}

static void any_rec(struct test_rec *rec)
{
	static const u64 addresses[] = { TEST_TEXT, TEST_USER_TEXT, 0, ~0UL };
	char text[24] = "";

	test_rec_init(rec);
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 number = any(3) ? any_number() : any(SHIM_CPUS + 1);

		if (numbers[i].size <= 8 && numbers[i].offset != ~0U)
			memcpy((char *)rec + numbers[i].offset, &number, numbers[i].size);
	}
	/* A text as long as its field has no zero. */
	any_text(text, 16, "ab");
	memcpy(rec->prev_comm, text, sizeof(rec->prev_comm));
	any_text(rec->names[0], 3, "ab");
	any_text(rec->names[1], 20, "ab");
	any_text(rec->buf, 15, "ab");
	any_text(current->comm, 15, "ab");
	any_text(test_text, 3, "ab");
	any_text(test_user_text, 30, "ab");
	rec->s = addresses[any(ARRAY_SIZE(addresses))];
	rec->masks[0].bits = any(1 << SHIM_CPUS);
	rec->masks[1].bits = any(1 << SHIM_CPUS);
	shim_cpu = any(SHIM_CPUS);
}

/* How many steps a record takes. */
static unsigned int steps_taken(const struct otr_filter *filter, const struct test_rec *rec)
{
	unsigned int taken = 0;
	int next = 0;

	while (next >= 0) {
		struct otr_filter *one = malloc(struct_size(one, steps, 1));
		int way;

		one->steps[0] = filter->steps[next];
		one->steps[0].next[0] = OTR_STEP_REJECT;
		one->steps[0].next[1] = OTR_STEP_ACCEPT;
		way = filter->steps[next].next[otr_filter_match(one, rec)];
		free(one);
		EXPECT(way < 0 || way > next);
		next = way;
		taken++;
	}
	return taken;
}

static void one_condition(void)
{
	static char text[1 << 16];
	struct otr_filter *filter;
	const struct node *root;
	struct test_rec rec;
	struct otr_cmd cmd;

	nr_nodes = 0;
	root = any_node(any(DEPTH + 1));
	print(text, root, OR);
	if (otr_filter_create(&test_event, text, &cmd, &filter)) {
		KTAP_FAIL("\"%s\": %s at %u", text,
			  cmd.error < 0 ? "" : cmd.catalog->text[cmd.error], cmd.error_pos);
		return;
	}
	for (int i = 0; i < RECORDS; i++) {
		bool expected;

		any_rec(&rec);
		visited = 0;
		expected = holds(root, &rec);
		if (otr_filter_match(filter, &rec) != expected)
			KTAP_FAIL("\"%s\" should be %d", text, expected);
		if (steps_taken(filter, &rec) != visited)
			KTAP_FAIL("\"%s\" looks at %u, not %u", text,
				  steps_taken(filter, &rec), visited);
	}
	otr_filter_free(filter);
}

static void conditions(void)
{
	const char *from = getenv("RULE_SEED");

	seed = from ? strtoul(from, NULL, 0) : 1;
	for (int i = 0; i < ROUNDS && ktap_failures < 10; i++)
		one_condition();
	otr_rule_exit();
}

/* Every operator on every pair of ends of types, for every size and sign. */
static void numbers_at_their_ends(void)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=", "&" };
	static const s64 ends[] = {
		0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, 65535,
		INT32_MAX, INT32_MIN, 0xffffffff, INT64_MAX, INT64_MIN, INT64_MIN + 1,
	};
	struct otr_filter *filter;
	struct test_rec rec;
	struct otr_cmd cmd;
	unsigned int tried = 0;

	test_rec_init(&rec);
	for (size_t f = 0; f < ARRAY_SIZE(numbers); f++)
		for (size_t o = 0; o < ARRAY_SIZE(ops); o++)
			for (size_t v = 0; v < ARRAY_SIZE(ends); v++) {
				struct node node = { NUMBER, .field = numbers[f].name,
						     .op = ops[o], .number = ends[v] };
				char text[80];

				if (numbers[f].size > 8 || numbers[f].offset == ~0U)
					continue;
				sprintf(text, numbers[f].is_signed ? "%s%s%lld" : "%s%s%llu",
					node.field, node.op, (long long)ends[v]);
				EXPECT_EQ(otr_filter_create(&test_event, text, &cmd, &filter), 0);
				for (size_t is = 0; is < ARRAY_SIZE(ends); is++, tried++) {
					memcpy((char *)&rec + numbers[f].offset, &ends[is],
					       numbers[f].size);
					if (otr_filter_match(filter, &rec) !=
					    number_holds(&node, &rec))
						KTAP_FAIL("%s of %lld", text, (long long)ends[is]);
				}
				otr_filter_free(filter);
			}
	EXPECT_EQ(tried, 11 * 7 * 19 * 19);
}

static bool filter_says(const char *text, const struct test_rec *rec)
{
	struct otr_filter *filter;
	struct otr_cmd cmd;
	bool says;

	if (otr_filter_create(&test_event, text, &cmd, &filter)) {
		KTAP_FAIL("\"%s\"", text);
		return false;
	}
	says = otr_filter_match(filter, rec);
	otr_filter_free(filter);
	return says;
}

static void functions(void)
{
	struct test_rec rec;

	test_rec_init(&rec);
	rec.callsite = TEST_FUNCTION;
	EXPECT(filter_says("callsite.function == schedule", &rec));
	rec.callsite = TEST_FUNCTION_END - 1;
	EXPECT(filter_says("callsite.function == schedule", &rec));
	EXPECT(!filter_says("callsite.function != schedule", &rec));
	EXPECT(filter_says("callsite.function == 0x10080", &rec));
	rec.callsite = TEST_FUNCTION_END;
	EXPECT(!filter_says("callsite.function == schedule", &rec));
	EXPECT(filter_says("callsite.function != schedule", &rec));
	rec.callsite = TEST_FUNCTION - 1;
	EXPECT(!filter_says("callsite.function == schedule", &rec));
}

/* Text at an address is copied in pieces, and no further than it has to be. */
static void long_texts(void)
{
	char text[300], shown[400];
	struct test_rec rec;

	test_rec_init(&rec);
	memset(text, 'x', sizeof(text));
	memset(test_text, 'x', sizeof(test_text));
	for (unsigned int len = 0; len < 256; len++) {
		text[len] = '\0';
		sprintf(shown, "s == \"%s\"", text);
		/* Up to the last byte that can be read, beginning anywhere. */
		test_text[TEST_TEXT_SIZE - 1] = '\0';
		rec.s = TEST_TEXT + TEST_TEXT_SIZE - 1 - len;
		EXPECT(filter_says(shown, &rec));
		/* The zero is missing: what follows cannot be read. */
		test_text[TEST_TEXT_SIZE - 1] = 'x';
		EXPECT(!filter_says(shown, &rec));
		EXPECT(!filter_says("s != \"\"", &rec));
		text[len] = 'x';
	}
	/* More than is compared. */
	rec.s = TEST_TEXT;
	EXPECT(filter_says("s ~ \"xxx*\"", &rec));
	EXPECT(filter_says("s ~ \"*xxx\"", &rec));
	memset(test_text, 0, sizeof(test_text));
	otr_rule_exit();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(conditions),
	KTAP_CASE(numbers_at_their_ends),
	KTAP_CASE(functions),
	KTAP_CASE(long_texts),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
