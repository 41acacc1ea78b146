// SPDX-License-Identifier: GPL-2.0-only
/* An argument: [NAME=]EXPRESSION[:TYPE[\[N\]]]. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fetch/plan.h"

/* What fields of a probe's event are called already. */
static const char *const arg_reserved[] = {
	"common_type", "common_flags", "common_preempt_count", "common_pid", "common_tgid",
	"__probe_ip", "__probe_ret_ip", "__probe_func",
};

static bool arg_good_name(const char *name)
{
	if (!isalpha(*name) && *name != '_')
		return false;
	while (isalnum(*name) || *name == '_')
		name++;
	return !*name;
}

static bool arg_name_used(const struct otr_draft *plan, const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arg_reserved); i++)
		if (!strcmp(arg_reserved[i], name))
			return true;
	for (i = 0; i < plan->nr; i++)
		if (!strcmp(plan->arg[i].name, name))
			return true;
	return false;
}

/*
 * Does the definition say nothing, it is called by its number, or like the parameter that
 * it is.
 */
static char *arg_name(struct otr_draft_arg *arg, const char *text, const char *equals)
{
	char *name;

	if (equals)
		return kmemdup_nul(text, equals - text, GFP_KERNEL);
	name = kmemdup_nul(text, strcspn(text, ":"), GFP_KERNEL);
	if (!name)
		return NULL;
	if (arg_good_name(name) && otr_types_known())
		return name;
	kfree(name);
	return kasprintf(GFP_KERNEL, "arg%u", arg->plan->nr + 1);
}

static int arg_read_name(struct otr_draft_arg *arg, const char *text, const char *equals)
{
	struct otr_fetch_arg *out = &arg->plan->arg[arg->plan->nr];

	if (equals && equals - text > OTR_FETCH_NAME)
		return otr_draft_fail(arg, OTR_FETCH_ARG_NAME_TOO_LONG);
	if (equals == text)
		return otr_draft_fail(arg, OTR_FETCH_NO_ARG_NAME);
	out->name = arg_name(arg, text, equals);
	if (!out->name)
		return -ENOMEM;
	if (!arg_good_name(out->name))
		return otr_draft_fail(arg, OTR_FETCH_BAD_ARG_NAME);
	if (arg_name_used(arg->plan, out->name))
		return otr_draft_fail(arg, OTR_FETCH_USED_ARG_NAME);
	return 0;
}

/* Note what is wrong at a place of the text, and leave @at where it is. */
static int arg_fail(struct otr_draft_arg *arg, unsigned int behind, enum otr_fetch_error error)
{
	return otr_fetch_fail(arg->line, arg->word, arg->at + behind, error);
}

/* "[N]" behind a type; @behind is where it begins in the text. */
static int arg_read_array(struct otr_draft_arg *arg, char *open, unsigned int behind)
{
	char *nr = open + 1, *close = strchr(nr, ']');

	behind++;
	if (!close)
		return arg_fail(arg, behind + strlen(nr), OTR_FETCH_ARRAY_NO_CLOSE);
	if (close[1])
		return arg_fail(arg, behind + (close + 1 - nr), OTR_FETCH_BAD_ARRAY_SUFFIX);
	*open = '\0';
	*close = '\0';
	if (kstrtouint(nr, 0, &arg->nr_elements) || !arg->nr_elements)
		return arg_fail(arg, behind, OTR_FETCH_BAD_ARRAY_NUM);
	if (arg->nr_elements > OTR_FETCH_ARRAY)
		return arg_fail(arg, behind, OTR_FETCH_ARRAY_TOO_BIG);
	return 0;
}

/* Names and texts of the definition are text and nothing else. */
static bool arg_is_text(const struct otr_draft_arg *arg, const char *text)
{
	return !(arg->place->where & OTR_FETCH_EVENT) &&
	       (!strcmp(text, "$comm") || !strcmp(text, "$COMM") || strstarts(text, "\\\""));
}

/*
 * Cut the type off.
 *
 * @text: the argument without its name
 * @type: set to the type, NULL for none
 */
static int arg_read_type(struct otr_draft_arg *arg, char *text, char **type)
{
	char *colon = strchr(text, ':'), *open;
	const char *name;
	unsigned int behind;
	int err = 0;

	*type = NULL;
	if (colon) {
		*colon = '\0';
		*type = colon + 1;
		open = strchr(*type, '[');
		if (open)
			err = arg_read_array(arg, open, open - text);
		if (err)
			return err;
	}
	name = *type;
	behind = colon ? *type - text : 0;
	if (arg_is_text(arg, text)) {
		if (arg->nr_elements || (name && strcmp(name, "string")))
			return arg_fail(arg, behind, OTR_FETCH_NEED_STRING_TYPE);
		name = "string";
	}
	arg->type = otr_fetch_type_find(name, arg->place->where & OTR_FETCH_USER);
	return arg->type ? 0 : arg_fail(arg, behind, OTR_FETCH_BAD_TYPE);
}

static bool arg_is_symstr(const struct otr_draft_arg *arg)
{
	return !strcmp(arg->type->name, "symstr");
}

/* Is there something of what this type of text can be made? */
static int arg_check_text(struct otr_draft_arg *arg, unsigned int behind)
{
	switch (arg->sort) {
	case OTR_DRAFT_READ:
	case OTR_DRAFT_FIELD:
		return 0;
	case OTR_DRAFT_WORD:
		if (arg_is_symstr(arg))
			return 0;
		return arg_fail(arg, behind, OTR_FETCH_BAD_STRING);
	case OTR_DRAFT_UREAD:
	case OTR_DRAFT_IMM:
	case OTR_DRAFT_COMM:
	case OTR_DRAFT_TEXT:
		if (!arg_is_symstr(arg))
			return 0;
		fallthrough;
	default:
		return arg_fail(arg, behind, arg_is_symstr(arg) ? OTR_FETCH_BAD_SYMSTRING :
								 OTR_FETCH_BAD_STRING);
	}
}

/* The last step looked into memory: it becomes the one that puts what is there. */
static struct otr_fetch_step *arg_put_memory(struct otr_draft_arg *arg, enum otr_fetch_op op)
{
	struct otr_fetch_step *step = &arg->step[arg->nr - 1];

	step->op = op;
	return step;
}

static struct otr_fetch_step *arg_put(struct otr_draft_arg *arg, enum otr_fetch_op op)
{
	struct otr_fetch_step *step = otr_draft_next(arg);

	if (step)
		step->op = op;
	return step;
}

static int arg_put_text(struct otr_draft_arg *arg, unsigned int behind)
{
	bool reads = arg->sort == OTR_DRAFT_READ || arg->sort == OTR_DRAFT_UREAD;
	bool user = !strcmp(arg->type->name, "ustring") ||
		    (arg->sort == OTR_DRAFT_UREAD && !arg->nr_elements);
	enum otr_fetch_op op = user ? OTR_FETCH_OP_USTR : OTR_FETCH_OP_STR;
	int err = arg_check_text(arg, behind);

	if (err)
		return err;
	if (arg_is_symstr(arg))
		return arg_put(arg, OTR_FETCH_OP_SYMSTR) ? 0 : -EINVAL;
	/* An array is one of addresses of texts, and does look into memory for these. */
	if (reads && !arg->nr_elements) {
		arg_put_memory(arg, op);
		return 0;
	}
	if (op == OTR_FETCH_OP_STR && arg->sort == OTR_DRAFT_TEXT)
		op = OTR_FETCH_OP_TEXT;
	if (op == OTR_FETCH_OP_STR && arg->sort == OTR_DRAFT_COMM)
		op = OTR_FETCH_OP_COMM;
	return arg_put(arg, op) ? 0 : -EINVAL;
}

/* A bit field of a structure: what is around it does not always end with its type. */
static int arg_put_bit_field(struct otr_draft_arg *arg)
{
	struct otr_fetch_step *step = &arg->step[arg->nr];

	if (++arg->depth >= OTR_DRAFT_DEPTH || arg->bits + arg->bit_offset > 64)
		return otr_draft_fail(arg, OTR_FETCH_TOO_MANY_OPS);
	step[0] = (struct otr_fetch_step){ .op = OTR_FETCH_OP_SHIFT };
	step[0].left = 64 - (arg->bits + arg->bit_offset);
	step[0].right = 64 - arg->bits;
	step[1] = (struct otr_fetch_step){ .op = OTR_FETCH_OP_PUT };
	arg->nr += 2;
	return 0;
}

static int arg_put_number(struct otr_draft_arg *arg)
{
	if (arg->sort == OTR_DRAFT_READ)
		arg_put_memory(arg, OTR_FETCH_OP_MEM);
	else if (arg->sort == OTR_DRAFT_UREAD)
		arg_put_memory(arg, OTR_FETCH_OP_UMEM);
	else if (!arg_put(arg, OTR_FETCH_OP_PUT))
		return -E2BIG;
	return 0;
}

/* A number, or 0, as the kernel's users know them: of any base, and ended by anything. */
static const char *arg_number(const char *text, unsigned long *value)
{
	size_t len = 0;
	char copy[24];

	/* Hexadecimal, octal or decimal: the longest that is one. */
	for (*value = 0; len < sizeof(copy) - 1 && isalnum(text[len]); len++)
		copy[len] = text[len];
	for (; len; len--) {
		copy[len] = '\0';
		if (!kstrtoul(copy, 0, value))
			break;
	}
	return text + len;
}

/* "bWIDTH@OFFSET/SIZE": some bits of a number. */
static int arg_put_bits(struct otr_draft_arg *arg, const char *type, unsigned int behind)
{
	unsigned int bits = 8 * arg->type->size;
	unsigned long width, offset;
	struct otr_fetch_step *step;
	const char *at, *end;

	at = arg_number(type + 1, &width);
	if (!width || *at != '@')
		return arg_fail(arg, behind, OTR_FETCH_BAD_BITFIELD);
	end = arg_number(at + 1, &offset);
	if (end == at + 1 || *end != '/' || width > bits || offset > bits - width ||
	    arg->depth + 1 >= OTR_DRAFT_DEPTH)
		return arg_fail(arg, behind, OTR_FETCH_BAD_BITFIELD);
	step = arg_put(arg, OTR_FETCH_OP_BITS);
	step->left = bits - (width + offset);
	step->right = bits - width;
	return 0;
}

static int arg_put_array(struct otr_draft_arg *arg, enum otr_fetch_op put, unsigned int behind)
{
	if (put != OTR_FETCH_OP_MEM && put != OTR_FETCH_OP_STR && put != OTR_FETCH_OP_USTR)
		return arg_fail(arg, behind, OTR_FETCH_BAD_STRING);
	if (++arg->depth >= OTR_DRAFT_DEPTH) {
		otr_draft_fail(arg, OTR_FETCH_TOO_MANY_OPS);
		return -E2BIG;
	}
	if (put == OTR_FETCH_OP_MEM)
		return 0;
	/* Other texts are found by the next of the addresses, if these are in memory. */
	arg->step[arg->nr] = (struct otr_fetch_step){
		.op = OTR_FETCH_OP_AGAIN,
		.again = arg->sort == OTR_DRAFT_READ || arg->sort == OTR_DRAFT_UREAD ? 2 : 0,
	};
	arg->nr++;
	return 0;
}

/* What is done with the value: @type is as the user wrote it, and begins at @behind. */
static int arg_finish(struct otr_draft_arg *arg, const char *type, unsigned int behind)
{
	enum otr_fetch_op put;
	int err;

	if (arg->type->is_text)
		err = arg_put_text(arg, behind);
	else if (!type && arg->last && (arg->bits % 8 || arg->bit_offset))
		err = arg_put_bit_field(arg);
	else
		err = arg_put_number(arg);
	if (err)
		return err;
	put = arg->step[arg->nr - 1].op;
	if (type && *type == 'b')
		err = arg_put_bits(arg, type, behind);
	if (!err && arg->nr_elements)
		err = arg_put_array(arg, put, behind);
	return err;
}

/* An argument whose slot is next. */
static int arg_place(struct otr_draft_arg *arg)
{
	struct otr_draft *plan = arg->plan;
	struct otr_fetch_arg *out = &plan->arg[plan->nr];
	unsigned int nr = max(arg->nr_elements, 1U);

	out->slot = plan->size;
	out->type = arg->type;
	out->nr = arg->nr_elements;
	plan->size += arg->type->size * nr;
	if (plan->size > OTR_FETCH_SLOTS) {
		otr_draft_fail(arg, OTR_FETCH_EVENT_TOO_BIG);
		return -E2BIG;
	}
	plan->texts += arg->type->is_text ? nr : 0;
	if (out->nr && arg->type->is_text)
		out->shown = kasprintf(GFP_KERNEL, "%s[%u]", arg->type->shown, out->nr);
	else
		out->shown = kstrdup(arg->type->shown, GFP_KERNEL);
	out->field = kasprintf(GFP_KERNEL, "%s%s", out->name,
			       out->nr && !arg->type->is_text ? "[]" : "");
	return out->shown && out->field ? 0 : -ENOMEM;
}

/* What the kernel knows of the value's type, and the definition does not say, or denies. */
static int arg_take_type(struct otr_draft_arg *arg, const char *type)
{
	if (!type)
		arg->type = otr_fetch_type_find(otr_draft_type_of(arg), false);
	else if (strstr(type, "string"))
		return otr_draft_named_text(arg, *type == 'u');
	return 0;
}

static int arg_read_body(struct otr_draft_arg *arg, char *text)
{
	char *type;
	int err;

	err = arg_read_type(arg, text, &type);
	if (!err)
		err = otr_draft_expr(arg, text);
	if (!err && arg->last)
		err = arg_take_type(arg, type);
	if (!err)
		err = arg_place(arg);
	return err ?: arg_finish(arg, type, type ? type - text : 0);
}

/* Its steps go behind those of the others. */
static int arg_append(struct otr_draft_arg *arg)
{
	struct otr_draft *plan = arg->plan;
	unsigned int i;

	if (plan->nr_steps + arg->nr > plan->room) {
		unsigned int room = 2 * plan->room + ARRAY_SIZE(arg->step);
		struct otr_fetch_step *step;

		step = krealloc(plan->step, room * sizeof(*step), GFP_KERNEL);
		if (!step)
			return -ENOMEM;
		plan->step = step;
		plan->room = room;
	}
	for (i = 0; i < arg->nr; i++) {
		struct otr_fetch_step *step = &plan->step[plan->nr_steps + i];

		*step = arg->step[i];
		step->slot = plan->arg[plan->nr].slot;
		step->size = arg->type->size;
		step->nr = arg->nr_elements;
		step->rest = arg->nr - 1 - i;
	}
	if (arg->symbol) {
		plan->symbol[plan->nr_symbols++] = (struct otr_fetch_symbol){
			.name = arg->symbol, .step = plan->nr_steps,
		};
		arg->symbol = NULL;
	}
	plan->imm[plan->nr] = arg->text;
	arg->text = NULL;
	plan->nr_steps += arg->nr;
	return 0;
}

/* Newer kernels have longer arguments, and more that they can say. */
static unsigned int arg_longest(const char *text)
{
	bool newer = *text == '(' || strstr(text, "((") || strstr(text, "this_cpu_") ||
		     strstr(text, "$current");

	return newer ? OTR_FETCH_TEXT_LONG : OTR_FETCH_TEXT;
}

/**
 * otr_draft_read - read an argument
 * @arg: line, place, plan and word are set; the rest is 0
 * @text: the argument, with its name
 *
 * Context: may sleep.
 * Return: 0, and the plan has one more; or an errno, and what was wrong was noted unless it
 * is -ENOMEM.
 */
int otr_draft_read(struct otr_draft_arg *arg, const char *text)
{
	struct otr_draft *plan = arg->plan;
	const char *equals = strchr(text, '='), *body = equals ? equals + 1 : text;
	char *copy;
	int err;

	err = arg_read_name(arg, text, equals);
	if (err)
		return err;
	arg->at = body - text;
	if (strlen(body) > arg_longest(body)) {
		otr_draft_fail(arg, OTR_FETCH_ARG_TOO_LONG);
		return -E2BIG;
	}
	if (!*body)
		return otr_draft_fail(arg, OTR_FETCH_NO_ARG_BODY);
	plan->arg[plan->nr].text = kstrdup(body, GFP_KERNEL);
	copy = kstrdup(body, GFP_KERNEL);
	err = copy && plan->arg[plan->nr].text ? arg_read_body(arg, copy) : -ENOMEM;
	kfree(copy);
	if (!err)
		err = arg_append(arg);
	kfree(arg->symbol);
	kfree(arg->text);
	if (!err)
		plan->nr++;
	return err;
}
