// SPDX-License-Identifier: GPL-2.0-only
/* Items: what a histogram's keys, values and variables are made of, and their names. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/* The length of a field's name, which may come with the brackets of an array. */
static int item_name_len(const struct otr_field *field)
{
	return strcspn(field->name, "[");
}

/**
 * otr_hist_field_type - a field's type with its brackets
 * @field: the field
 *
 * Context: may sleep.
 * Return: the type, to be freed; NULL without memory.
 */
char *otr_hist_field_type(const struct otr_field *field)
{
	if (field->nr)
		return kasprintf(GFP_KERNEL, "%s[%u]", field->type, field->nr);
	return kasprintf(GFP_KERNEL, "%s%s", field->type, field->name + item_name_len(field));
}

static bool item_set_type(struct otr_hist_item *item, const char *type, unsigned int size)
{
	item->type = kstrdup(type, GFP_KERNEL);
	item->size = size;
	return item->type;
}

/* A field of a record; false without memory and for one that histograms cannot have. */
static bool item_take_field(struct otr_hist_item *item, const struct otr_field *field)
{
	item->type = otr_hist_field_type(field);
	item->size = OTR_HIST_TEXT_MAX;
	switch (otr_field_kind(field)) {
	case OTR_KIND_CHARS:
	case OTR_KIND_COMM:
		item->size = field->size;
		fallthrough;
	case OTR_KIND_DYN_STRING:
	case OTR_KIND_REL_STRING:
		item->flags |= HIST_TEXT;
		break;
	case OTR_KIND_STACK:
		item->flags |= HIST_STACK;
		break;
	default:
		/* The address of a text is a number: nobody knows whether it can be read. */
		item->size = field->size;
		item->is_signed = field->is_signed;
		if (field->size > 8 || !is_power_of_2(field->size))
			return false;
	}
	return item->type;
}

/* Rounded numbers are shown with the name of what was rounded, which they are made from. */
static bool item_take_rounded(struct otr_hist_item *item, const struct otr_field *field)
{
	struct otr_hist_item *arg;

	arg = otr_hist_item_create(field, item->flags & ~(HIST_LOG2 | HIST_BUCKET), NULL);
	if (!arg)
		return false;
	item->arg[0] = arg;
	return item_set_type(item, arg->type, arg->size);
}

static bool item_fill(struct otr_hist_item *item, const struct otr_field *field)
{
	u32 flags = item->flags;

	/* The caller that asked for one of these knows the rest. */
	if (flags & (HIST_EXPR | HIST_ALIAS | HIST_REF))
		return true;
	if (flags & (HIST_HITS | HIST_CONST))
		return item_set_type(item, "u64", sizeof(u64));
	if (flags & HIST_STACK)
		return item_set_type(item, "unsigned long[]", HIST_STACK_SIZE);
	if (flags & (HIST_LOG2 | HIST_BUCKET))
		return item_take_rounded(item, field);
	if (flags & HIST_TIME)
		return item_set_type(item, "u64", sizeof(u64));
	if (flags & HIST_CPU)
		return item_set_type(item, "unsigned int", sizeof(int));
	return item_take_field(item, field);
}

/**
 * otr_hist_item_create - make an item that has no operands, or is given them
 * @field: what it is, NULL if @flags say that
 * @flags: HIST_* bits
 * @as: the variable that it is assigned to, NULL for none
 *
 * Context: may sleep.
 * Return: the item; NULL without memory, and if there is no such item.
 */
struct otr_hist_item *otr_hist_item_create(const struct otr_field *field, u32 flags,
					   const char *as)
{
	struct otr_hist_item *item;

	if (field && otr_field_kind(field) == OTR_KIND_FUNCTION)
		return NULL;
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return NULL;
	item->flags = flags;
	if (!item_fill(item, field))
		goto free;
	item->field = field;
	if (as) {
		item->as = kstrdup(as, GFP_KERNEL);
		if (!item->as)
			goto free;
	}
	return item;
free:
	otr_hist_item_free(item);
	return NULL;
}

/**
 * otr_hist_item_free_one - free an item, but not its operands
 * @item: the item, or NULL
 *
 * Context: may sleep.
 */
void otr_hist_item_free_one(struct otr_hist_item *item)
{
	if (!item)
		return;
	kfree(item->type);
	kfree(item->name);
	kfree(item->full);
	kfree(item->as);
	kfree(item->system);
	kfree(item->event);
	kfree(item);
}

/**
 * otr_hist_item_free - free an item and what it is made of
 * @item: the item, or NULL. References belong to their histogram, and stay
 *
 * Context: may sleep.
 */
void otr_hist_item_free(struct otr_hist_item *item)
{
	if (!item || item->flags & HIST_REF)
		return;
	otr_hist_item_free(item->arg[0]);
	otr_hist_item_free(item->arg[1]);
	otr_hist_item_free_one(item);
}

/* The name of an item that is no field. */
static const char *item_made_name(const struct otr_hist_item *item)
{
	if (item->flags & (HIST_LOG2 | HIST_ALIAS | HIST_BUCKET))
		/* Hits are always one, and have nothing that was rounded. */
		return item->arg[0] ? otr_hist_item_name(item->arg[0]) : "";
	if (item->flags & HIST_CPU)
		return "common_cpu";
	if (item->flags & (HIST_EXPR | HIST_REF))
		return item->full ?: item->name;
	if (item->flags & HIST_TIME)
		return "common_timestamp";
	if (item->flags & HIST_STACK)
		return "common_stacktrace";
	return item->flags & HIST_HITS ? "hitcount" : "";
}

/**
 * otr_hist_item_name - what an item is called
 * @item: the item
 *
 * A field comes with the brackets of an array, if its description has them.
 *
 * Context: any.
 * Return: the name, "" for a number.
 */
const char *otr_hist_item_name(const struct otr_hist_item *item)
{
	return item->field ? item->field->name : item_made_name(item);
}

/**
 * otr_hist_item_name_len - the length of an item's name
 * @item: the item
 *
 * Context: any.
 * Return: the length, without the brackets of an array.
 */
int otr_hist_item_name_len(const struct otr_hist_item *item)
{
	return item->field ? item_name_len(item->field) : strlen(item_made_name(item));
}

/* In the order in which they are looked for. */
static const struct {
	u32		flag;
	const char	*name;
} item_modifiers[] = {
	{ HIST_HEX,		"hex" },
	{ HIST_SYM,		"sym" },
	{ HIST_SYM_OFFSET,	"sym-offset" },
	{ HIST_EXECNAME,	"execname" },
	{ HIST_SYSCALL,		"syscall" },
	{ HIST_LOG2,		"log2" },
	{ HIST_BUCKET,		"buckets" },
	{ HIST_USECS,		"usecs" },
	{ HIST_PERCENT,		"percent" },
	{ HIST_GRAPH,		"graph" },
	{ HIST_STACK,		"stacktrace" },
};

/**
 * otr_hist_item_modifier - how an item is to be shown, or rounded
 * @item: the item
 *
 * Context: any.
 * Return: what users write behind the dot, NULL for nothing.
 */
const char *otr_hist_item_modifier(const struct otr_hist_item *item)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(item_modifiers); i++)
		if (item->flags & item_modifiers[i].flag)
			return item_modifiers[i].name;
	return NULL;
}

/**
 * otr_hist_item_operand - an item as a part of an expression's text
 * @item: the item
 * @out: where the text goes
 *
 * Context: any.
 */
void otr_hist_item_operand(const struct otr_hist_item *item, struct seq_buf *out)
{
	const char *modifier = otr_hist_item_modifier(item);
	bool is_ref = item->flags & HIST_REF;

	if (is_ref && !item->system)
		seq_buf_putc(out, '$');
	if (!is_ref && item->flags & HIST_CONST)
		otr_text_u64(out, item->constant, 0, ' ');
	otr_text_mem(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
	if (!is_ref && modifier)
		seq_buf_printf(out, ".%s", modifier);
}
