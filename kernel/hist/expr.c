// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expressions: operands joined by "+ - * /", read from the last operator of the lowest
 * rank, so that they are computed from the left. A minus may stand before parentheses.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/* So many operators, at most. */
#define OPERATORS_MAX	3

static struct otr_hist_item *expr_read(struct otr_hist_reader *r, char *text, u32 flags,
				       const char *as, unsigned int *nr);

/* The text of an expression, from its operands. */
static int expr_set_name(struct otr_hist_item *expr)
{
	struct otr_hist_item *arg = expr->arg[0];
	struct seq_buf out;
	char *name;

	/* What is rounded has no text as part of an expression that has a minus in front. */
	if (expr->op == '~' && arg->arg[0] && (!arg->op || arg->op == '~'))
		return -EINVAL;
	name = kmalloc(HIST_NAME_MAX, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	seq_buf_init(&out, name, HIST_NAME_MAX - 1);
	if (!arg) {
		otr_hist_item_operand(expr, &out);
	} else if (expr->op == '~') {
		seq_buf_puts(&out, "-(");
		if (arg->arg[0])
			seq_buf_puts(&out, arg->name);
		else
			otr_hist_item_operand(arg, &out);
		seq_buf_putc(&out, ')');
	} else {
		otr_hist_item_operand(arg, &out);
		seq_buf_putc(&out, expr->op);
		otr_hist_item_operand(expr->arg[1], &out);
	}
	if (seq_buf_has_overflowed(&out)) {
		kfree(name);
		return -E2BIG;
	}
	name[out.len] = '\0';
	expr->name = name;
	return 0;
}

/* What an expression has of its first operand. */
static int expr_take_after(struct otr_hist_item *expr)
{
	const struct otr_hist_item *first = expr->arg[0];

	expr->size = first->size;
	expr->is_signed = first->is_signed;
	expr->type = kstrdup(first->type, GFP_KERNEL);
	return expr->type ? expr_set_name(expr) : -ENOMEM;
}

/* "-(operand)". */
static struct otr_hist_item *expr_read_minus(struct otr_hist_reader *r, char *text, u32 flags,
					     const char *as, unsigned int *nr)
{
	struct otr_hist_item *expr, *arg;
	char *close;
	int err;

	if (++*nr > OPERATORS_MAX)
		return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_EXPR_TOO_LONG, text));
	text++;
	if (!strchr(text, '('))
		return ERR_PTR(-EINVAL);
	text++;
	close = strrchr(text, ')');
	if (!close)
		return ERR_PTR(-EINVAL);
	if (close[1])
		return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_MINUS_INSIDE, text));
	*close = '\0';

	arg = expr_read(r, text, 0, NULL, nr);
	if (IS_ERR(arg))
		return arg;
	if (arg->flags & HIST_TEXT) {
		err = otr_hist_blame(r->command, OTR_HIST_TEXT_OPERAND, text);
		goto free;
	}
	expr = otr_hist_item_create(NULL, flags | HIST_EXPR |
				    (arg->flags & (HIST_TIME | HIST_USECS)), as);
	err = -ENOMEM;
	if (!expr)
		goto free;
	expr->op = '~';
	expr->arg[0] = arg;
	err = expr_take_after(expr);
	if (!err)
		return expr;
	arg = expr;
free:
	otr_hist_item_free(arg);
	return ERR_PTR(err);
}

/* What an operand counts as: a reference as the variable that it means. */
static const struct otr_hist_item *expr_meant(const struct otr_hist_item *arg)
{
	if (arg->flags & (HIST_REF | HIST_ALIAS))
		return otr_hist_find_own(arg->hist, arg->name);
	return arg;
}

static u64 expr_compute(char op, u64 a, u64 b)
{
	switch (op) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return otr_hist_divide_const(a, b);
	}
}

/* Two operands become an expression, or a number if both are; they are the caller's if not. */
static struct otr_hist_item *expr_join(struct otr_hist_reader *r, char op,
				       struct otr_hist_item *const arg[2],
				       u32 flags, const char *as, const char *second)
{
	const struct otr_hist_item *a = expr_meant(arg[0]), *b = expr_meant(arg[1]);
	struct otr_hist_item *expr;
	bool number;
	int err;

	if (!a || !b)
		return ERR_PTR(-EINVAL);
	if ((a->flags ^ b->flags) & HIST_USECS)
		return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_UNITS_DIFFER, NULL));
	if (op == '/' && b->flags & HIST_CONST) {
		if (!b->constant) {
			otr_hist_blame(r->command, OTR_HIST_DIVIDE_BY_ZERO, second);
			return ERR_PTR(-EDOM);
		}
		arg[1]->constant = b->constant;
		arg[1]->by_const = true;
	}
	number = a->flags & b->flags & HIST_CONST;
	expr = otr_hist_item_create(NULL, flags | (number ? HIST_CONST : HIST_EXPR) |
				    (arg[0]->flags & (HIST_TIME | HIST_USECS)), as);
	if (!expr)
		return ERR_PTR(-ENOMEM);
	arg[0]->once = true;
	arg[1]->once = true;
	if (number) {
		expr->constant = expr_compute(op, a->constant, b->constant);
		err = expr_set_name(expr);
	} else {
		expr->op = op;
		expr->arg[0] = arg[0];
		expr->arg[1] = arg[1];
		err = expr_take_after(expr);
	}
	if (!err) {
		if (number) {
			otr_hist_item_free(arg[0]);
			otr_hist_item_free(arg[1]);
		}
		return expr;
	}
	otr_hist_item_free_one(expr);
	return ERR_PTR(err);
}

static struct otr_hist_item *expr_read_operand(struct otr_hist_reader *r, char *text,
					       unsigned int *nr)
{
	struct otr_hist_item *item = expr_read(r, text, 0, NULL, nr);

	if (IS_ERR(item) || !(item->flags & HIST_TEXT))
		return item;
	otr_hist_item_free(item);
	return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_TEXT_OPERAND, text));
}

/* How many operators there were so far is @nr. */
static struct otr_hist_item *expr_read(struct otr_hist_reader *r, char *text, u32 flags,
				       const char *as, unsigned int *nr)
{
	struct otr_hist_item *arg[2], *expr;
	char *root, op;

	if (*nr > OPERATORS_MAX)
		return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_EXPR_TOO_LONG, text));
	root = otr_hist_operator(text);
	if (!root)
		return otr_hist_atom_read(r, text, flags, as);
	if (root == text && *root == '-')
		return expr_read_minus(r, text, flags, as, nr);
	++*nr;
	op = *root;
	*root++ = '\0';
	if (!*text || !*root)
		return ERR_PTR(-EINVAL);

	arg[0] = expr_read_operand(r, text, nr);
	if (IS_ERR(arg[0]))
		return arg[0];
	arg[1] = expr_read_operand(r, root, nr);
	expr = arg[1];
	if (!IS_ERR(expr)) {
		expr = expr_join(r, op, arg, flags, as, root);
		if (IS_ERR(expr))
			otr_hist_item_free(arg[1]);
	}
	if (IS_ERR(expr))
		otr_hist_item_free(arg[0]);
	return expr;
}

/**
 * otr_hist_expr_read - read a key, a value, or what a variable is assigned
 * @r: the histogram that it is a part of
 * @text: its text; is changed
 * @flags: HIST_* bits of what it is for
 * @as: the variable that it is assigned to, NULL for none
 *
 * Context: may sleep.
 * Return: the item, or an ERR_PTR() with errors in the command: as
 * otr_hist_atom_read(), -EDOM for a division by zero, -E2BIG for a text that is too long.
 */
struct otr_hist_item *otr_hist_expr_read(struct otr_hist_reader *r, char *text, u32 flags,
					 const char *as)
{
	unsigned int nr = 0;

	return expr_read(r, text, flags, as, &nr);
}
