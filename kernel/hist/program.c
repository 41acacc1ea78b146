// SPDX-License-Identifier: GPL-2.0-only
/* From items to programs: steps that put numbers on top of each other and join them. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "hist/plan.h"

/* Constants of up to so many bits divide by multiplying. */
#define DIVIDE_BITS	20

/**
 * otr_hist_divide_const - divide as histograms do by a constant
 * @value: what to divide
 * @by: the constant, not 0
 *
 * Values below 2^20 are rounded up, if the constant is no power of two and not larger:
 * that is what users have known since they can divide.
 *
 * Context: any.
 * Return: the quotient.
 */
u64 otr_hist_divide_const(u64 value, u64 by)
{
	const u64 one = 1 << DIVIDE_BITS;

	if (is_power_of_2(by))
		return value >> ilog2(by);
	if (by < one && value < one)
		return (value * div_u64(one, by) + one - 1) >> DIVIDE_BITS;
	return div64_u64(value, by);
}

/*
 * A program that is being made.
 *
 * @hist: the histogram
 * @ops: where its steps go, NULL to count them only
 * @nr: steps so far
 * @depth: numbers that there are at once now
 * @deepest: the most there were
 */
struct maker {
	const struct otr_hist	*hist;
	struct otr_hist_op	*ops;
	unsigned int		nr;
	int			depth;
	int			deepest;
};

static struct otr_hist_op *program_add(struct maker *m, enum otr_hist_code code)
{
	static struct otr_hist_op nowhere;
	struct otr_hist_op *op = m->ops ? &m->ops[m->nr] : &nowhere;

	m->nr++;
	m->depth += code < HIST_DO_LOG2 ? 1 : code < HIST_DO_ADD ? 0 : -1;
	m->deepest = max(m->deepest, m->depth);
	*op = (struct otr_hist_op){ .code = code };
	return op;
}

static void program_add_const(struct maker *m, u64 number)
{
	program_add(m, HIST_DO_CONST)->number = number;
}

static void program_divide(struct maker *m, const struct otr_hist_item *by)
{
	u64 number = by->constant;
	struct otr_hist_op *op;

	if (is_power_of_2(number)) {
		program_add(m, HIST_DO_SHIFT)->number = ilog2(number);
		return;
	}
	op = program_add(m, number < 1 << DIVIDE_BITS ? HIST_DO_DIVIDE_SMALL :
							HIST_DO_DIVIDE_BY);
	op->number = number;
}

static void program_add_item(struct maker *m, const struct otr_hist_item *item);

static void program_add_expr(struct maker *m, const struct otr_hist_item *item)
{
	program_add_item(m, item->arg[0]);
	if (item->op == '~') {
		program_add(m, HIST_DO_NEGATE);
		return;
	}
	if (item->op == '/' && item->arg[1]->by_const) {
		program_divide(m, item->arg[1]);
		return;
	}
	program_add_item(m, item->arg[1]);
	program_add(m, item->op == '+' ? HIST_DO_ADD : item->op == '-' ? HIST_DO_SUBTRACT :
		       item->op == '*' ? HIST_DO_MULTIPLY : HIST_DO_DIVIDE);
}

/* Texts and stacks have no number: it would be an address in the kernel. */
static void program_add_field(struct maker *m, const struct otr_hist_item *item)
{
	if (item->flags & HIST_TEXT || !item->field) {
		program_add_const(m, 0);
		return;
	}
	otr_access_init(&program_add(m, HIST_DO_FIELD)->access, item->field, OTR_KIND_NUMBER);
}

static void program_add_item(struct maker *m, const struct otr_hist_item *item)
{
	u32 flags = item->flags;

	if (flags & (HIST_REF | HIST_ALIAS)) {
		program_add(m, HIST_DO_REF)->ref = item->ref;
	} else if (flags & HIST_EXPR) {
		program_add_expr(m, item);
	} else if (flags & (HIST_HITS | HIST_CONST)) {
		program_add_const(m, flags & HIST_HITS ? 1 : item->constant);
	} else if (flags & HIST_STACK) {
		program_add_const(m, 0);
	} else if (flags & (HIST_LOG2 | HIST_BUCKET)) {
		program_add_item(m, item->arg[0]);
		if (flags & HIST_LOG2)
			program_add(m, HIST_DO_LOG2);
		else
			program_add(m, HIST_DO_BUCKET)->number = item->buckets;
	} else if (flags & HIST_TIME) {
		program_add(m, m->hist->usecs ? HIST_DO_USECS : HIST_DO_TIME);
	} else if (flags & HIST_CPU) {
		program_add(m, HIST_DO_CPU);
	} else {
		program_add_field(m, item);
	}
}

/* What is asked for most often takes no program. */
static void program_shorten(struct otr_hist_value *value)
{
	const struct otr_hist_op *op = value->ops;
	bool time = op->code == HIST_DO_TIME || op->code == HIST_DO_USECS;

	if (value->nr == 1 && time) {
		value->from = HIST_FROM_TIME;
	} else if (value->nr == 1 && op->code == HIST_DO_REF) {
		value->from = HIST_FROM_REF;
		value->ref = op->ref;
	} else if (value->nr == 3 && time && op[1].code == HIST_DO_REF &&
		   op[2].code == HIST_DO_SUBTRACT) {
		value->from = HIST_FROM_SINCE;
		value->ref = op[1].ref;
	}
}

static int program_make(const struct otr_hist *hist, const struct otr_hist_item *item,
			struct otr_hist_value *value)
{
	struct maker m = { .hist = hist };

	program_add_item(&m, item);
	if (WARN_ON_ONCE(m.deepest > HIST_DEPTH_MAX))
		return -EINVAL;
	value->ops = kmalloc_array(m.nr, sizeof(*value->ops), GFP_KERNEL);
	if (!value->ops)
		return -ENOMEM;
	m = (struct maker){ .hist = hist, .ops = value->ops };
	program_add_item(&m, item);
	value->nr = m.nr;
	value->from = HIST_FROM_PROGRAM;
	program_shorten(value);
	return 0;
}

/* Is it a number as it is in the record? */
static bool program_is_field(const struct otr_hist_item *item)
{
	return item->field && !(item->flags & (HIST_LOG2 | HIST_BUCKET | HIST_CPU | HIST_TIME |
					       HIST_STACK | HIST_TEXT | HIST_HITS));
}

/**
 * otr_hist_value_init - plan how to get a value
 * @hist: the histogram that it is for
 * @item: what it is
 * @value: filled in
 *
 * A text or a stack is taken as such if @item is a key or a variable, else as 0.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_value_init(const struct otr_hist *hist, const struct otr_hist_item *item,
			struct otr_hist_value *value)
{
	const struct otr_field *field = item->field;
	bool whole = item->flags & (HIST_KEY | HIST_VAR);

	*value = (struct otr_hist_value){
		.var	= item->var,
		.offset	= item->offset,
		.size	= item->size,
	};
	if (item->flags & (HIST_REF | HIST_ALIAS))
		return program_make(hist, item, value);
	if (whole && item->flags & HIST_STACK && !(item->flags & (HIST_HITS | HIST_EXPR))) {
		value->from = field ? HIST_FROM_FRAMES : HIST_FROM_STACK;
	} else if (whole && item->flags & HIST_TEXT) {
		value->from = item->flags & HIST_EXECNAME ? HIST_FROM_COMM : HIST_FROM_TEXT;
	} else if (program_is_field(item)) {
		otr_access_init(&value->access, field, OTR_KIND_NUMBER);
		value->from = HIST_FROM_FIELD;
		return 0;
	} else {
		return program_make(hist, item, value);
	}
	if (field)
		otr_access_init(&value->access, field, otr_field_kind(field));
	return 0;
}

/**
 * otr_hist_value_free - the counterpart of otr_hist_value_init()
 * @value: the value, or zeroes
 *
 * Context: may sleep.
 */
void otr_hist_value_free(struct otr_hist_value *value)
{
	kfree(value->ops);
	value->ops = NULL;
}

static int program_set(struct otr_hist *hist, const struct otr_hist_item *item,
		       struct otr_hist_value *value)
{
	int err = otr_hist_value_init(hist, item, value);

	if (item->flags & HIST_VAR && item->flags & (HIST_TEXT | HIST_STACK))
		value->text = otr_hist_text_at(hist->table, item->text);
	value->var_at = otr_hist_var_at(hist->table, item->var);
	value->set_at = otr_hist_set_at(hist->table, item->var);
	return err;
}

static void program_set_inside(struct otr_hist_value *value, unsigned int var, unsigned int ref)
{
	if (value->var == var)
		value->inside = ref + 1;
}

/* What sets one of the histogram's own variables hands it on to the reference to it. */
static void program_inside(struct otr_hist *hist, unsigned int var, unsigned int ref)
{
	unsigned int i;

	for (i = 0; i < hist->nr_sets; i++)
		program_set_inside(&hist->set[i], var, ref);
	for (i = 0; i < hist->nr_field_vars; i++)
		program_set_inside(&hist->field_vars[i].value, var, ref);
}

static void program_refs(struct otr_hist *hist)
{
	unsigned int i;

	for (i = 0; i < hist->nr_refs; i++) {
		const struct otr_hist_item *ref = hist->refs[i];

		if (ref->table) {
			hist->look[hist->nr_looks++] = (struct otr_hist_look) {
				.table	= ref->table,
				.var_at	= otr_hist_var_at(ref->table, ref->var),
				.set_at	= otr_hist_set_at(ref->table, ref->var),
				.ref	= i,
				.once	= ref->once,
			};
			continue;
		}
		hist->inside[hist->nr_inside++] = (struct otr_hist_inside) {
			.ref	= i,
			.var	= ref->var,
		};
		program_inside(hist, ref->var, i);
	}
}

/* Is all a number that comes and goes with variables, and nothing done but to record events? */
static bool program_is_plain(const struct otr_hist *hist)
{
	unsigned int i;

	if (hist->key_words || hist->nr_keys != 1)
		return false;
	for (i = 0; i < hist->nr_sets; i++)
		if (hist->set[i].from > HIST_FROM_PROGRAM)
			return false;
	for (i = 0; i < hist->nr_field_vars; i++)
		if (hist->field_vars[i].value.from > HIST_FROM_PROGRAM)
			return false;
	for (i = 0; i < hist->nr_actions; i++)
		if (hist->actions[i]->handler != HIST_ON_MATCH ||
		    hist->actions[i]->deed != HIST_TRACE)
			return false;
	return true;
}

static enum otr_hist_shape_kind program_shape(const struct otr_hist *hist)
{
	unsigned int i;

	if (hist->nr_vars || hist->nr_refs || hist->nr_actions)
		return program_is_plain(hist) ? HIST_KEY_VARS : HIST_KEY_LARGE;
	for (i = 0; i < hist->nr_keys; i++)
		if (hist->key[i].size > sizeof(u64))
			return HIST_KEY_LARGE;
	return hist->nr_keys > 1 ? HIST_KEY_NUMBERS : HIST_KEY_NUMBER;
}

/* Keys of other tables may be longer: they are asked for with this one's. */
static unsigned int program_key_words(const struct otr_hist *hist)
{
	u32 size = hist->table->key_size;
	bool numbers = true;
	unsigned int i;

	for (i = 0; i < hist->nr_keys; i++)
		numbers &= hist->key[i].from <= HIST_FROM_PROGRAM;
	for (i = 0; i < hist->nr_looks; i++)
		size = max(size, hist->look[i].table->key_size);
	return numbers && size == hist->nr_keys * sizeof(u64) ? 0 : size / sizeof(u64);
}

/**
 * otr_hist_program - plan what a histogram does with a record
 * @hist: the histogram, all of its items known, and its table
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_program(struct otr_hist *hist)
{
	unsigned int i;
	int err = 0;

	for (i = 1; i < hist->nr_items && !err; i++) {
		const struct otr_hist_item *item = hist->items[i];
		struct otr_hist_value *value;

		if (item->flags & HIST_VAR)
			value = &hist->set[hist->nr_sets++];
		else if (i < hist->nr_vals)
			value = &hist->sum[hist->nr_sums++];
		else
			value = &hist->key[hist->nr_keys++];
		err = program_set(hist, item, value);
	}
	for (i = 0; i < hist->nr_field_vars && !err; i++)
		err = program_set(hist, hist->field_vars[i].val, &hist->field_vars[i].value);
	for (i = 0; i < hist->nr_saves && !err; i++)
		err = program_set(hist, hist->saves[i].val, &hist->saves[i].value);
	if (err)
		return err;
	program_refs(hist);
	hist->key_words = program_key_words(hist);
	hist->own_words = hist->table->key_size / sizeof(u64);
	hist->shape = program_shape(hist);
	return hist->shape == HIST_KEY_LARGE ? otr_hist_pads_want() : 0;
}
