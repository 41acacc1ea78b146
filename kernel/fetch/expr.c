// SPDX-License-Identifier: GPL-2.0-only
/*
 * The expression of an argument: what comes first gives a value, and what is around it looks
 * into memory there.
 *
 *	$argN $retval $stack $stackN $comm $FIELD %REG @ADDR @SYM+OFF @+OFF \IMM \"text"
 *	+OFF(EXPR) -OFF(EXPR) +uOFF(EXPR) -uOFF(EXPR)
 *
 * Positions of errors are in-tree's, which counts as it goes: @at of the argument moves on
 * where that does.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/thread_info.h>

#include "arch/x86/arch.h"
#include "fetch/plan.h"

#define STACK_WORDS	(THREAD_SIZE / sizeof(long))

/* Numbers as the kernel reads them everywhere: of any base, and nothing behind them. */
static int expr_unsigned(const char *text, unsigned int base, u64 *value)
{
	return kstrtou64(text, base, value);
}

static int expr_signed(const char *text, s64 *value)
{
	return kstrtos64(text, 0, value);
}

/**
 * otr_draft_next - count another of in-tree's steps, and get one
 * @arg: the argument
 *
 * Context: any.
 * Return: a step that is all zero, NULL when there are too many: that was noted.
 */
struct otr_fetch_step *otr_draft_next(struct otr_draft_arg *arg)
{
	struct otr_fetch_step *step;

	if (arg->nr && ++arg->depth >= OTR_DRAFT_DEPTH) {
		otr_draft_fail(arg, OTR_FETCH_TOO_MANY_OPS);
		return NULL;
	}
	step = &arg->step[arg->nr++];
	*step = (struct otr_fetch_step){};
	return step;
}

/* The first value of an expression. */
static struct otr_fetch_step *expr_first(struct otr_draft_arg *arg, enum otr_fetch_op op,
					 enum otr_draft_sort sort)
{
	struct otr_fetch_step *step = otr_draft_next(arg);

	step->op = op;
	arg->sort = sort;
	return step;
}

static int expr_word(struct otr_draft_arg *arg, u64 tag)
{
	expr_first(arg, OTR_FETCH_OP_GET, OTR_DRAFT_WORD)->imm = tag;
	return 0;
}

static int expr_stack(struct otr_draft_arg *arg, u32 nr)
{
	expr_first(arg, OTR_FETCH_OP_STACK, OTR_DRAFT_WORD)->offset = nr;
	arg->plan->needs_stack = true;
	return 0;
}

static int expr_comm(struct otr_draft_arg *arg)
{
	expr_first(arg, OTR_FETCH_OP_CURRENT, OTR_DRAFT_COMM)->offset =
		offsetof(struct task_struct, comm);
	return 0;
}

static bool expr_is_comm(const char *name)
{
	return !strcmp(name, "comm") || !strcmp(name, "COMM");
}

/* Fields that an event has for itself, by their names without the brackets of an array. */
static const struct otr_field *expr_find_field(const struct otr_event *ev, const char *name)
{
	const struct otr_field *field;
	size_t len = strlen(name);

	for (field = ev->fields; field->name; field++)
		if (strcspn(field->name, "[") == len && !memcmp(field->name, name, len))
			return field;
	return NULL;
}

/* What in-tree takes for a number is as long as one. */
static void expr_number_field(struct otr_access *access, const struct otr_field *field)
{
	otr_access_init(access, field, OTR_KIND_NUMBER);
	if (access->how == OTR_GET_INSIDE)
		access->how = OTR_GET_8;
}

static bool expr_field(struct otr_draft_arg *arg, const char *name)
{
	const struct otr_field *field = expr_find_field(arg->place->event, name);
	struct otr_fetch_step *step;
	enum otr_kind kind;

	if (!field)
		return false;
	kind = otr_field_kind(field);
	step = expr_first(arg, OTR_FETCH_OP_FIELD, OTR_DRAFT_FIELD);
	if (kind == OTR_KIND_CHARS || kind == OTR_KIND_DYN_STRING || kind == OTR_KIND_REL_STRING) {
		step->op = OTR_FETCH_OP_FIELD_AT;
		otr_access_init(&step->access, field, kind);
	} else {
		expr_number_field(&step->access, field);
	}
	return true;
}

/* An argument of the function: in a register, on the stack, or kept at its entry. */
static int expr_argument(struct otr_draft_arg *arg, u64 nr)
{
	struct otr_draft *plan = arg->plan;
	unsigned int i;

	if (!nr || nr > STACK_WORDS)
		return otr_draft_fail(arg, OTR_FETCH_BAD_ARG_NUM);
	nr--;
	if (otr_draft_at_return(arg->place)) {
		for (i = 0; i < plan->nr_saved && plan->save[i] != nr; i++)
			;
		plan->save[i] = nr;
		plan->nr_saved = max(plan->nr_saved, i + 1);
		expr_first(arg, OTR_FETCH_OP_SAVED, OTR_DRAFT_OTHER)->offset = i;
		return 0;
	}
	if (!otr_draft_at_entry(arg->place))
		return otr_draft_fail(arg, OTR_FETCH_NOFENTRY_ARGS);
	/* The first one of a tracepoint's callback is not the tracepoint's. */
	if (arg->place->where & OTR_FETCH_TRACEPOINT)
		nr++;
	if (otr_arch_argument(nr) < 0)
		/* Behind the return address. */
		return expr_stack(arg, nr - OTR_FRAME_ARGS + 1);
	return expr_word(arg, OTR_DRAFT_ARG(nr));
}

static int expr_stack_variable(struct otr_draft_arg *arg, const char *nr)
{
	u64 value;

	if (!*nr) {
		expr_first(arg, OTR_FETCH_OP_STACKP, OTR_DRAFT_OTHER);
		arg->plan->needs_stack = true;
		return 0;
	}
	if (!isdigit(*nr) || expr_unsigned(nr, 10, &value))
		return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
	if (!(arg->place->where & OTR_FETCH_USER) && value > STACK_WORDS)
		return otr_draft_fail(arg, OTR_FETCH_BAD_STACK_NUM);
	return expr_stack(arg, value);
}

static int expr_event_variable(struct otr_draft_arg *arg, const char *name)
{
	if (expr_field(arg, name))
		return 0;
	if (expr_is_comm(name))
		return expr_comm(arg);
	return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
}

static int expr_variable(struct otr_draft_arg *arg, const char *name)
{
	u64 nr;

	if (arg->place->where & OTR_FETCH_EVENT)
		return expr_event_variable(arg, name);
	if (strstarts(name, "retval")) {
		if (!(arg->place->where & OTR_FETCH_RETURN))
			return otr_draft_fail(arg, OTR_FETCH_RETVAL_ON_PROBE);
		return expr_word(arg, OTR_DRAFT_RESULT);
	}
	if (strstarts(name, "stack"))
		return expr_stack_variable(arg, name + strlen("stack"));
	if (expr_is_comm(name))
		return expr_comm(arg);
	if (strstarts(name, "arg") && !expr_unsigned(name + strlen("arg"), 10, &nr))
		return expr_argument(arg, nr);
	return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
}

static int expr_register(struct otr_draft_arg *arg, const char *name)
{
	int at;

	if (arg->place->where & (OTR_FETCH_EVENT | OTR_FETCH_FPROBE)) {
		/* In-tree has two things to say. */
		if (arg->line->cmd.error < 0)
			arg->line->also = OTR_FETCH_BAD_FETCH_ARG;
		return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
	}
	at = otr_arch_register(name);
	if (at < 0)
		return otr_draft_fail(arg, OTR_FETCH_BAD_REG_NAME);
	arg->plan->needs_regs = true;
	return expr_word(arg, OTR_DRAFT_REG(at));
}

/* Look into memory at the value so far. */
static int expr_read(struct otr_draft_arg *arg, s64 offset, bool user)
{
	struct otr_fetch_step *step = otr_draft_next(arg);

	if (!step)
		return -EINVAL;
	step->op = user ? OTR_FETCH_OP_UREAD : OTR_FETCH_OP_READ;
	step->offset = offset;
	arg->sort = user ? OTR_DRAFT_UREAD : OTR_DRAFT_READ;
	return 0;
}

static int expr_file_offset(struct otr_draft_arg *arg, const char *text)
{
	s64 offset;
	int err;

	if (!(arg->place->where & OTR_FETCH_USER))
		return otr_draft_fail(arg, OTR_FETCH_FILE_ON_KPROBE);
	err = expr_signed(text, &offset);
	if (err) {
		otr_draft_fail(arg, OTR_FETCH_BAD_FILE_OFFS);
		return err;
	}
	expr_first(arg, OTR_FETCH_OP_FILE, OTR_DRAFT_OTHER)->imm = offset;
	return expr_read(arg, 0, false);
}

static int expr_symbol(struct otr_draft_arg *arg, const char *text)
{
	if (arg->place->where & OTR_FETCH_USER)
		return otr_draft_fail(arg, OTR_FETCH_SYM_ON_UPROBE);
	arg->symbol = kstrdup(text, GFP_KERNEL);
	if (!arg->symbol)
		return -ENOMEM;
	expr_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM);
	/* In-tree has a step for the name, too. */
	arg->depth++;
	return expr_read(arg, 0, false);
}

static int expr_memory(struct otr_draft_arg *arg, const char *text)
{
	u64 addr;
	int err;

	if (*text == '+')
		return expr_file_offset(arg, text + 1);
	if (!isdigit(*text))
		return expr_symbol(arg, text);
	err = expr_unsigned(text, 0, &addr);
	if (err) {
		otr_draft_fail(arg, OTR_FETCH_BAD_MEM_ADDR);
		return err;
	}
	expr_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM)->imm = addr;
	return expr_read(arg, 0, false);
}

static int expr_text(struct otr_draft_arg *arg, const char *text)
{
	size_t len = strlen(text);

	if (!len || text[len - 1] != '"') {
		arg->at += strlen("\\\"") + len;
		return otr_draft_fail(arg, OTR_FETCH_IMMSTR_NO_CLOSE);
	}
	arg->text = kmemdup_nul(text, len - 1, GFP_KERNEL);
	if (!arg->text)
		return -ENOMEM;
	expr_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_TEXT);
	return 0;
}

static int expr_immediate(struct otr_draft_arg *arg, const char *text)
{
	s64 value = 0;
	int err = -EINVAL;

	if (*text == '"')
		return expr_text(arg, text + 1);
	if (isdigit(*text))
		err = expr_unsigned(text, 0, (u64 *)&value);
	else if (*text == '-')
		err = expr_signed(text, &value);
	else if (*text == '+')
		err = expr_signed(text + 1, &value);
	if (err) {
		arg->at++;
		otr_draft_fail(arg, OTR_FETCH_BAD_IMM);
		return err;
	}
	expr_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM)->imm = value;
	return 0;
}

/* What is between the outermost braces of "+OFF(EXPR)", behind the first of these. */
static int expr_inside(struct otr_draft_arg *arg, char *text)
{
	char *close = strrchr(text, ')');
	unsigned int at = arg->at;
	int err;

	if (!close) {
		arg->at += strlen(text);
		return otr_draft_fail(arg, OTR_FETCH_DEREF_OPEN_BRACE);
	}
	*close = '\0';
	err = otr_draft_expr(arg, text);
	if (err)
		return err;
	arg->at = at;
	if (arg->sort == OTR_DRAFT_COMM || arg->sort == OTR_DRAFT_TEXT)
		return otr_draft_fail(arg, OTR_FETCH_COMM_CANT_DEREF);
	return 0;
}

static int expr_pointed(struct otr_draft_arg *arg, char *text)
{
	bool user = text[1] == 'u';
	char *open, *number = text;
	s64 offset;
	int err;

	if (user) {
		text[1] = text[0];
		number++;
	}
	if (*number == '+')
		number++;
	open = strchr(number, '(');
	if (!open)
		return otr_draft_fail(arg, OTR_FETCH_DEREF_NEED_BRACE);
	*open = '\0';
	err = expr_signed(number, &offset);
	if (err) {
		otr_draft_fail(arg, OTR_FETCH_BAD_DEREF_OFFS);
		return err;
	}
	/* The sign, the number and the brace; as in-tree without the letter. */
	arg->at += open + 1 - number + (*number != '-');
	return expr_inside(arg, open + 1) ?: expr_read(arg, offset, user);
}

static int expr_bare(struct otr_draft_arg *arg, const char *name)
{
	/* Newer kernels take names of fields without the dollar. */
	if (arg->place->where & OTR_FETCH_EVENT && expr_field(arg, name))
		return 0;
	otr_draft_fail(arg, OTR_FETCH_NOSUP_BTFARG);
	return otr_draft_at_entry(arg->place) || otr_draft_at_return(arg->place) ? -EOPNOTSUPP :
		-EINVAL;
}

/**
 * otr_draft_expr - read an expression
 * @arg: its argument; gets the steps
 * @text: the expression, cut up on the way
 *
 * Context: may sleep.
 * Return: 0 or an errno; then what is wrong was noted, unless it is -ENOMEM.
 */
int otr_draft_expr(struct otr_draft_arg *arg, char *text)
{
	switch (*text) {
	case '$':
		return expr_variable(arg, text + 1);
	case '%':
		return expr_register(arg, text + 1);
	case '@':
		return expr_memory(arg, text + 1);
	case '+':
	case '-':
		return expr_pointed(arg, text);
	case '\\':
		return expr_immediate(arg, text + 1);
	default:
		if (isalpha(*text) || *text == '_')
			return expr_bare(arg, text);
		return otr_draft_fail(arg, OTR_FETCH_BAD_FETCH_ARG);
	}
}
