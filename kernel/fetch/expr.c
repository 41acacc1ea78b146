// SPDX-License-Identifier: GPL-2.0-only
/*
 * The expression of an argument: what comes first gives a value, and what is around it looks
 * into memory there.
 *
 *	$argN $retval $stack $stackN $comm $FIELD %REG @ADDR @SYM+OFF @+OFF \IMM \"text"
 *	+OFF(EXPR) -OFF(EXPR) +uOFF(EXPR) -uOFF(EXPR)
 *
 * names of parameters (named.c), and what newer kernels have: $current,
 * this_cpu_read(EXPR), this_cpu_ptr(EXPR), (STRUCT,FIELD)EXPR->MEMBER.
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

/* "current", and members of it, if it is that. */
static bool expr_is_current(const char *name)
{
	return !strcmp(name, "current") || (strstarts(name, "current->") && otr_types_known());
}

static int expr_current(struct otr_draft_arg *arg, char *name)
{
	size_t members = strlen("current->");

	otr_draft_first(arg, OTR_FETCH_OP_CURRENT, OTR_DRAFT_OTHER);
	if (!strstarts(name, "current->"))
		return 0;
	/* And the dollar. */
	arg->at += members + 1;
	return otr_draft_cast(arg, "task_struct", NULL, name + members);
}

static int expr_comm(struct otr_draft_arg *arg)
{
	otr_draft_first(arg, OTR_FETCH_OP_CURRENT, OTR_DRAFT_COMM)->offset =
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
	step = otr_draft_first(arg, OTR_FETCH_OP_FIELD, OTR_DRAFT_FIELD);
	if (kind == OTR_KIND_CHARS || kind == OTR_KIND_DYN_STRING || kind == OTR_KIND_REL_STRING) {
		step->op = OTR_FETCH_OP_FIELD_AT;
		otr_access_init(&step->access, field, kind);
	} else {
		expr_number_field(&step->access, field);
	}
	return true;
}

static int expr_stack_variable(struct otr_draft_arg *arg, const char *nr)
{
	u64 value;

	if (!*nr) {
		otr_draft_first(arg, OTR_FETCH_OP_STACKP, OTR_DRAFT_OTHER);
		arg->plan->needs_stack = true;
		return 0;
	}
	if (!isdigit(*nr) || expr_unsigned(nr, 10, &value))
		return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
	if (!(arg->place->where & OTR_FETCH_USER) && value > STACK_WORDS)
		return otr_draft_fail(arg, OTR_FETCH_BAD_STACK_NUM);
	return otr_draft_stack(arg, value);
}

static int expr_event_variable(struct otr_draft_arg *arg, char *name)
{
	if (expr_field(arg, name))
		return 0;
	if (expr_is_comm(name))
		return expr_comm(arg);
	if (expr_is_current(name))
		return expr_current(arg, name);
	return otr_draft_fail(arg, OTR_FETCH_BAD_VAR);
}

static int expr_result(struct otr_draft_arg *arg, char *text)
{
	if (!(arg->place->where & OTR_FETCH_RETURN))
		return otr_draft_fail(arg, OTR_FETCH_RETVAL_ON_PROBE);
	if (!(arg->place->where & OTR_FETCH_USER) && otr_types_known())
		return otr_draft_named(arg, text);
	return otr_draft_word(arg, OTR_DRAFT_RESULT);
}

static int expr_argument(struct otr_draft_arg *arg, u64 nr)
{
	if (!nr || nr > STACK_WORDS)
		return otr_draft_fail(arg, OTR_FETCH_BAD_ARG_NUM);
	if (!otr_draft_at_entry(arg->place) && !otr_draft_at_return(arg->place))
		return otr_draft_fail(arg, OTR_FETCH_NOFENTRY_ARGS);
	return otr_draft_argument(arg, nr - 1);
}

/* What is behind a dollar, which @text begins with. */
static int expr_variable(struct otr_draft_arg *arg, char *text)
{
	char *name = text + 1;
	u64 nr;

	if (arg->place->where & OTR_FETCH_EVENT)
		return expr_event_variable(arg, name);
	if (strstarts(name, "retval"))
		return expr_result(arg, text);
	if (strstarts(name, "stack"))
		return expr_stack_variable(arg, name + strlen("stack"));
	if (expr_is_comm(name))
		return expr_comm(arg);
	if (expr_is_current(name) && !(arg->place->where & OTR_FETCH_USER))
		return expr_current(arg, name);
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
	return otr_draft_word(arg, OTR_DRAFT_REG(at));
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
	otr_draft_first(arg, OTR_FETCH_OP_FILE, OTR_DRAFT_OTHER)->imm = offset;
	return otr_draft_memory(arg, 0, false);
}

static int expr_symbol(struct otr_draft_arg *arg, const char *text)
{
	if (arg->place->where & OTR_FETCH_USER)
		return otr_draft_fail(arg, OTR_FETCH_SYM_ON_UPROBE);
	arg->symbol = kstrdup(text, GFP_KERNEL);
	if (!arg->symbol)
		return -ENOMEM;
	otr_draft_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM);
	/* In-tree has a step for the name, too. */
	arg->depth++;
	return otr_draft_memory(arg, 0, false);
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
	otr_draft_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM)->imm = addr;
	return otr_draft_memory(arg, 0, false);
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
	otr_draft_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_TEXT);
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
	otr_draft_first(arg, OTR_FETCH_OP_IMM, OTR_DRAFT_IMM)->imm = value;
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
	err = expr_inside(arg, open + 1) ?: otr_draft_memory(arg, offset, user);
	/* Nobody knows what is there. */
	arg->last = 0;
	return err;
}

/* The brace that closes the one which @open is at, NULL for none. */
static char *expr_closing(char *open)
{
	unsigned int depth = 0;

	for (; *open; open++) {
		depth += *open == '(';
		if (*open == ')' && !--depth)
			return open;
	}
	return NULL;
}

/*
 * Cut what is cast off the members behind it.
 *
 * @inner: set to it: "EXPR", or what is between the braces of "(EXPR)"
 */
static int expr_cut_cast(struct otr_draft_arg *arg, char *text, char **inner, char **members)
{
	bool braces = *text == '(';
	char *end = braces ? expr_closing(text) : strstr(text, "->");

	if (!end && braces)
		return otr_draft_fail(arg, OTR_FETCH_DEREF_OPEN_BRACE);
	if (!end || (braces && strncmp(end + 1, "->", 2)))
		return otr_draft_fail(arg, OTR_FETCH_TYPECAST_REQ_FIELD);
	*inner = text + braces;
	*members = end + braces + strlen("->");
	*end = '\0';
	if (!braces && *text == '@' && strpbrk(text, "+-"))
		return otr_draft_fail(arg, OTR_FETCH_TYPECAST_SYM_OFFSET);
	return 0;
}

/* "(STRUCT,FIELD)EXPR->MEMBER": a structure that nobody else knows of. */
static int expr_cast(struct otr_draft_arg *arg, char *text)
{
	char *close = strchr(text, ')'), *field, *inner, *members;
	unsigned int at = arg->at;
	int err;

	if (arg->place->where & OTR_FETCH_USER || !otr_types_known())
		return otr_draft_fail(arg, OTR_FETCH_BAD_FETCH_ARG);
	if (!close)
		return otr_draft_fail(arg, OTR_FETCH_DEREF_OPEN_BRACE);
	if (++arg->casts > OTR_DRAFT_CASTS)
		return otr_draft_fail(arg, OTR_FETCH_TOO_MANY_NESTED);
	*close = '\0';
	if (strstr(text, "->"))
		return otr_draft_fail(arg, OTR_FETCH_TYPECAST_BAD_ARROW);
	field = strchr(text, ',');
	if (field)
		*field++ = '\0';
	arg->at = at + (close + 1 - text);
	err = expr_cut_cast(arg, close + 1, &inner, &members);
	if (err)
		return err;
	arg->at = at + (inner - text);
	err = otr_draft_expr(arg, inner);
	if (err)
		return err;
	arg->at = at + (members - text);
	if (arg->sort == OTR_DRAFT_COMM || arg->sort == OTR_DRAFT_TEXT)
		return otr_draft_fail(arg, OTR_FETCH_COMM_CANT_DEREF);
	return otr_draft_cast(arg, text + 1, field, members);
}

/* What a per-CPU variable is on the CPU that runs, or where that is: "this_cpu_read(EXPR)". */
static int expr_this_cpu(struct otr_draft_arg *arg, char *text, bool read)
{
	size_t len = strlen(read ? "this_cpu_read(" : "this_cpu_ptr(");
	struct otr_fetch_step *step;
	int err;

	if (arg->place->where & (OTR_FETCH_EVENT | OTR_FETCH_USER))
		return otr_draft_fail(arg, OTR_FETCH_NOSUP_PERCPU);
	arg->at += len;
	err = expr_inside(arg, text + len);
	if (err)
		return err;
	step = otr_draft_next(arg);
	if (!step)
		return -EINVAL;
	step->op = OTR_FETCH_OP_PERCPU;
	arg->sort = OTR_DRAFT_OTHER;
	arg->last = 0;
	return read ? otr_draft_memory(arg, 0, false) : 0;
}

static int expr_bare(struct otr_draft_arg *arg, char *name)
{
	if (strstarts(name, "this_cpu_read("))
		return expr_this_cpu(arg, name, true);
	if (strstarts(name, "this_cpu_ptr("))
		return expr_this_cpu(arg, name, false);
	/* Newer kernels take names of fields without the dollar. */
	if (arg->place->where & OTR_FETCH_EVENT && expr_field(arg, name))
		return 0;
	if (!otr_draft_at_entry(arg->place) && !otr_draft_at_return(arg->place))
		return otr_draft_fail(arg, OTR_FETCH_NOSUP_BTFARG);
	if (otr_types_known())
		return otr_draft_named(arg, name);
	otr_draft_fail(arg, OTR_FETCH_NOSUP_BTFARG);
	return -EOPNOTSUPP;
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
		return expr_variable(arg, text);
	case '%':
		return expr_register(arg, text + 1);
	case '@':
		return expr_memory(arg, text + 1);
	case '+':
	case '-':
		return expr_pointed(arg, text);
	case '\\':
		return expr_immediate(arg, text + 1);
	case '(':
		return expr_cast(arg, text);
	default:
		if (isalpha(*text) || *text == '_')
			return expr_bare(arg, text);
		return otr_draft_fail(arg, OTR_FETCH_BAD_FETCH_ARG);
	}
}
