// SPDX-License-Identifier: GPL-2.0-only
/*
 * One comparison of a filter, "field operator value", becomes one step.
 *
 * Users find the caret of an error where the in-tree tracer has it, which
 * counts from one in a comparison.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "event/event.h"
#include "host/host.h"
#include "rule/plan.h"

/* A number is at most this long, with a zero behind it. */
#define NUMBER_MAX	24

enum operator {
	OP_FITS,
	OP_NE,
	OP_EQ,
	OP_LE,
	OP_LT,
	OP_GE,
	OP_GT,
	OP_AND,
	OP_NR,
};

/* One that begins another one comes behind it. */
static const char *const term_operators[OP_NR] = {
	[OP_FITS]	= "~",
	[OP_NE]		= "!=",
	[OP_EQ]		= "==",
	[OP_LE]		= "<=",
	[OP_LT]		= "<",
	[OP_GE]		= ">=",
	[OP_GT]		= ">",
	[OP_AND]	= "&",
};

/*
 * A comparison while it is read.
 *
 * @cmd: where from
 * @field: what is compared
 * @kind: what it is taken for
 * @op: how
 * @term: the result
 */
struct reader {
	struct otr_cmd		*cmd;
	const struct otr_field	*field;
	enum otr_kind		kind;
	enum operator		op;
	struct otr_term		*term;
};

static const char *term_here(const struct otr_cmd *cmd)
{
	return cmd->text + cmd->pos;
}

/* The command is wrong here. */
static int term_fail(struct otr_cmd *cmd, enum otr_filter_error error)
{
	return otr_cmd_fail(cmd, error, cmd->pos + 1);
}

static bool term_take(struct otr_cmd *cmd, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(term_here(cmd), text, len))
		return false;
	cmd->pos += len;
	return true;
}

static void term_skip_alnum(struct otr_cmd *cmd)
{
	while (isalnum(*term_here(cmd)))
		cmd->pos++;
}

/*
 * Six operators on eight types of numbers are one question, whether the bits,
 * taken without a sign, are in a range. The numbers of a type form a ring; what
 * lies from first to last on it, in the order of the type, lies in one piece,
 * or all that does not lie there does.
 */
static void term_ask_range(struct otr_term *term, enum operator op, unsigned int bits,
			   bool is_signed, u64 value)
{
	u64 most = ~0ULL >> (64 - bits);
	u64 min = is_signed ? 1ULL << (bits - 1) : 0;
	u64 max = (min - 1) & most;
	u64 first = value & most, last = first;

	term->flip = op == OP_NE || op == OP_LT || op == OP_GT;
	if (op == OP_LE || op == OP_GT)
		first = min;
	else if (op == OP_GE || op == OP_LT)
		last = max;

	if (((last - first) & most) == most) {
		first = 0;
		last = most;
	} else if (first > last) {
		u64 end = first - 1;

		first = last + 1;
		last = end;
		term->flip = !term->flip;
	}
	term->step.first = first;
	term->step.span = last - first;
}

/* Whatever is in the record can be taken for a number, if it has the size of one. */
static bool term_take_for_number(struct reader *r)
{
	struct otr_access *access = &r->term->step.access;

	otr_access_init(access, r->field,
			r->kind == OTR_KIND_CPU ? OTR_KIND_CPU : OTR_KIND_NUMBER);
	return otr_access_is_number(access);
}

static void term_set_range_kind(struct otr_step *step)
{
	step->kind = step->access.how == OTR_GET_4 ? OTR_STEP_RANGE_4 : OTR_STEP_RANGE;
}

static void term_ask_number(struct reader *r, bool is_signed, u64 value)
{
	struct otr_step *step = &r->term->step;
	bool is_cpu = r->kind == OTR_KIND_CPU;

	if (!term_take_for_number(r) || (is_cpu && r->op == OP_AND)) {
		step->kind = OTR_STEP_NEVER;
	} else if (r->op == OP_AND) {
		step->kind = OTR_STEP_BITS;
		step->first = value;
	} else {
		term_set_range_kind(step);
		term_ask_range(r->term, r->op, is_cpu ? 32 : 8 * r->field->size, is_signed, value);
	}
}

/* The digits from @start to here, with a zero behind them; fails with @start moved there. */
static int term_copy_number(struct otr_cmd *cmd, unsigned int start, char text[NUMBER_MAX])
{
	unsigned int len = cmd->pos - start;

	if (len >= NUMBER_MAX)
		return term_fail(cmd, OTR_FILTER_TOO_LONG);
	memcpy(text, cmd->text + start, len);
	text[len] = '\0';
	return 0;
}

static int term_read_number(struct reader *r)
{
	struct otr_cmd *cmd = r->cmd;
	unsigned int start = cmd->pos;
	char text[NUMBER_MAX];
	u64 value;
	int err;

	if (otr_kind_is_text(r->kind))
		return term_fail(cmd, OTR_FILTER_NO_STRING);
	if (r->op == OP_FITS)
		return term_fail(cmd, OTR_FILTER_FIELD_OPERATOR);
	term_take(cmd, "-");
	term_skip_alnum(cmd);
	if (term_copy_number(cmd, start, text))
		return -EINVAL;
	if (r->field->is_signed)
		err = kstrtos64(text, 0, (s64 *)&value);
	else
		err = kstrtou64(text, 0, &value);
	if (err)
		return otr_cmd_fail(cmd, OTR_FILTER_NUMBER, start + 1);
	term_ask_number(r, r->field->is_signed, value);
	return 0;
}

/* An address, as a number or as a function's name up to white space; 0 for none. */
static int term_read_address(struct otr_cmd *cmd, unsigned long *addr)
{
	unsigned int start = cmd->pos;
	char text[NUMBER_MAX];
	char *name;

	if (isdigit(*term_here(cmd))) {
		term_skip_alnum(cmd);
		if (term_copy_number(cmd, start, text))
			return -EINVAL;
		if (kstrtoul(text, 0, addr))
			return term_fail(cmd, OTR_FILTER_VALUE);
		return 0;
	}

	while (*term_here(cmd) && !isspace(*term_here(cmd)))
		cmd->pos++;
	name = kmemdup_nul(cmd->text + start, cmd->pos - start, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	*addr = otr_host_address(name);
	kfree(name);
	return 0;
}

static int term_read_function(struct reader *r)
{
	struct otr_step *step = &r->term->step;
	unsigned long addr, start, size;
	int err;

	if (r->field->size != sizeof(long))
		return term_fail(r->cmd, OTR_FILTER_FIELD_OPERATOR);
	if (r->op != OP_EQ && r->op != OP_NE)
		return term_fail(r->cmd, OTR_FILTER_OPERATOR);
	err = term_read_address(r->cmd, &addr);
	if (err)
		return err;
	if (!addr || !otr_host_function(addr, &start, &size))
		return term_fail(r->cmd, OTR_FILTER_FUNCTION);
	term_take_for_number(r);
	term_set_range_kind(step);
	step->first = start;
	step->span = size ? size - 1 : 0;
	r->term->flip = r->op == OP_NE;
	return 0;
}

static int term_read_mask(struct otr_cmd *cmd, struct cpumask **out)
{
	struct cpumask *mask = NULL;
	unsigned int start;
	char *list;
	int err;

	/* A brace is looked for behind where it is missing. */
	if (!term_take(cmd, "{")) {
		cmd->pos++;
		return term_fail(cmd, OTR_FILTER_BRACE_OPEN);
	}
	start = cmd->pos;
	cmd->pos += strcspn(term_here(cmd), "}");
	if (!*term_here(cmd))
		return term_fail(cmd, OTR_FILTER_BRACE_CLOSE);
	if (cmd->pos == start)
		return term_fail(cmd, OTR_FILTER_CPULIST);

	list = kmemdup_nul(cmd->text + start, cmd->pos - start, GFP_KERNEL);
	mask = kzalloc(cpumask_size(), GFP_KERNEL);
	err = list && mask ? 0 : -ENOMEM;
	if (!err && cpulist_parse(list, mask))
		err = term_fail(cmd, OTR_FILTER_CPULIST);
	kfree(list);
	if (err) {
		kfree(mask);
		return err;
	}
	cmd->pos++;
	*out = mask;
	return 0;
}

/* A number as a set of one CPU: it is the same as a set of two or more never. */
static bool term_ask_number_in(struct reader *r, struct cpumask *mask)
{
	struct otr_step *step = &r->term->step;

	if (cpumask_weight(mask) == 1) {
		if (r->op == OP_AND)
			r->op = OP_EQ;
		term_ask_number(r, false, cpumask_first(mask));
		return false;
	}
	if (r->op == OP_EQ) {
		step->kind = OTR_STEP_NEVER;
		return false;
	}
	if (r->op == OP_NE)
		cpumask_setall(mask);
	step->kind = term_take_for_number(r) ? OTR_STEP_NUMBER_IN : OTR_STEP_NEVER;
	return step->kind != OTR_STEP_NEVER;
}

static int term_read_cpus(struct reader *r)
{
	struct otr_step *step = &r->term->step;
	struct cpumask *mask;
	bool keep = true;
	int err;

	switch (r->kind) {
	case OTR_KIND_CPUMASK:
	case OTR_KIND_REL_CPUMASK:
	case OTR_KIND_CPU:
	case OTR_KIND_NUMBER:
		break;
	default:
		return term_fail(r->cmd, OTR_FILTER_FIELD_OPERATOR);
	}
	if (r->op != OP_EQ && r->op != OP_NE && r->op != OP_AND)
		return term_fail(r->cmd, OTR_FILTER_FIELD_OPERATOR);
	term_take(r->cmd, "CPUS");
	err = term_read_mask(r->cmd, &mask);
	if (err)
		return err;

	if (r->kind == OTR_KIND_CPU || r->kind == OTR_KIND_NUMBER) {
		keep = term_ask_number_in(r, mask);
	} else {
		step->kind = r->op == OP_AND ? OTR_STEP_MASK_MEETS : OTR_STEP_MASK_IS;
		otr_access_init(&step->access, r->field, r->kind);
		r->term->flip = r->op == OP_NE;
	}
	if (keep)
		step->data = mask;
	else
		kfree(mask);
	return 0;
}

/* Is a text somewhere else than in the record? */
static bool term_is_far(enum otr_kind kind)
{
	return kind == OTR_KIND_PTR_STRING || kind == OTR_KIND_USER_STRING;
}

static int term_read_text(struct reader *r)
{
	struct otr_cmd *cmd = r->cmd;
	struct otr_pattern *pattern;
	const char *text, *end;
	size_t len;

	if (r->op != OP_EQ && r->op != OP_NE && r->op != OP_FITS)
		return term_fail(cmd, OTR_FILTER_FIELD_OPERATOR);
	if (!otr_kind_is_text(r->kind))
		return term_fail(cmd, OTR_FILTER_NO_NUMBER);
	text = term_here(cmd) + 1;
	end = strchrnul(text, text[-1]);
	len = end - text;
	cmd->pos = end - cmd->text;
	if (!*end)
		return term_fail(cmd, OTR_FILTER_QUOTE);
	if (len >= OTR_FILTER_TEXT_MAX)
		return term_fail(cmd, OTR_FILTER_TOO_LONG);
	cmd->pos++;

	pattern = kmalloc(struct_size(pattern, text, len + 1), GFP_KERNEL);
	if (!pattern)
		return -ENOMEM;
	memcpy(pattern->text, text, len);
	pattern->text[len] = '\0';
	if (r->op == OP_FITS) {
		otr_glob_parse(&pattern->glob, pattern->text);
		r->term->step.not = pattern->glob.not;
	} else {
		pattern->glob = (struct otr_glob){ OTR_GLOB_FULL, false, pattern->text, len };
		r->term->step.not = r->op == OP_NE;
	}
	otr_access_init(&r->term->step.access, r->field, r->kind);
	r->term->step.kind = term_is_far(r->kind) ? OTR_STEP_FAR_TEXT : OTR_STEP_TEXT;
	r->term->step.data = pattern;
	return 0;
}

static int term_read_value(struct reader *r)
{
	const char *text = term_here(r->cmd);

	if (!strncmp(text, "CPUS", 4))
		return term_read_cpus(r);
	if (*text == '"' || *text == '\'')
		return term_read_text(r);
	if (isdigit(*text) || *text == '-')
		return term_read_number(r);
	return term_fail(r->cmd, OTR_FILTER_VALUE);
}

static int term_read_field(struct reader *r, const struct otr_event *ev)
{
	struct otr_cmd *cmd = r->cmd;
	const char *name = term_here(cmd);

	while (isalnum(*term_here(cmd)) || *term_here(cmd) == '_')
		cmd->pos++;
	if (term_here(cmd) == name)
		return otr_cmd_fail(cmd, OTR_FILTER_OTHER, 0);
	r->field = otr_event_field(ev, name, term_here(cmd) - name);
	if (!r->field)
		return term_fail(cmd, OTR_FILTER_FIELD);
	r->kind = otr_field_kind(r->field);
	if (term_take(cmd, ".ustring") && r->kind == OTR_KIND_PTR_STRING)
		r->kind = OTR_KIND_USER_STRING;
	return 0;
}

/**
 * otr_term_read - read one comparison
 * @ev: the event whose fields it names
 * @cmd: the filter, at the name of a field; afterwards behind the value
 * @term: filled in; what it owns is to be freed by the caller
 *
 * Context: may sleep.
 * Return: 0, -EINVAL with the error in @cmd, -ENOMEM. @term owns nothing then.
 */
int otr_term_read(const struct otr_event *ev, struct otr_cmd *cmd, struct otr_term *term)
{
	struct reader r = { .cmd = cmd, .term = term };
	bool function;
	int err;

	*term = (struct otr_term){};
	err = term_read_field(&r, ev);
	if (err)
		return err;
	function = term_take(cmd, ".function");
	otr_cmd_done(cmd);
	while (r.op < OP_NR && !term_take(cmd, term_operators[r.op]))
		r.op++;
	if (r.op == OP_NR)
		return term_fail(cmd, OTR_FILTER_OPERATOR);
	otr_cmd_done(cmd);
	return function ? term_read_function(&r) : term_read_value(&r);
}
