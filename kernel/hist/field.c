// SPDX-License-Identifier: GPL-2.0-only
/* The smallest parts of a command: fields with a modifier, variables, numbers. */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/*
 * A field as a user wrote it.
 *
 * @name: its name
 * @modifier: what is behind the dot, NULL for none
 * @flags: what it is, and how it is to be shown
 * @buckets: how wide a bucket is
 * @field: the event's field, NULL for what is none
 */
struct written {
	char			*name;
	char			*modifier;
	u32			flags;
	unsigned long		buckets;
	const struct otr_field	*field;
};

/* Modifiers that stand for themselves. A minus would be an operator. */
static const struct {
	const char	*name;
	u32		flag;
} field_modifiers[] = {
	{ "hex",	HIST_HEX },
	{ "sym",	HIST_SYM },
	{ "symXoffset",	HIST_SYM_OFFSET },
	{ "syscall",	HIST_SYSCALL },
	{ "stacktrace",	HIST_STACK },
	{ "log2",	HIST_LOG2 },
	{ "usecs",	HIST_USECS },
};

/* "bucket=" or "buckets=" and a number; false with the modifier at what is wrong. */
static bool field_read_buckets(struct written *w)
{
	w->modifier += strlen("bucket");
	if (*w->modifier == 's')
		w->modifier++;
	if (*w->modifier != '=')
		return false;
	w->modifier++;
	if (kstrtoul(w->modifier, 0, &w->buckets) || !w->buckets)
		return false;
	w->flags |= HIST_BUCKET;
	return true;
}

/* Bars and parts of a total are for values. */
static bool field_read_part(struct written *w, u32 flag)
{
	if (w->flags & (HIST_VAR | HIST_KEY))
		return false;
	w->flags |= flag;
	return true;
}

static bool field_read_modifier(struct written *w)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(field_modifiers); i++)
		if (!strcmp(w->modifier, field_modifiers[i].name)) {
			w->flags |= field_modifiers[i].flag;
			return true;
		}
	if (!strcmp(w->modifier, "execname") && !strcmp(w->name, "common_pid")) {
		w->flags |= HIST_EXECNAME;
		return true;
	}
	if (strstarts(w->modifier, "bucket"))
		return field_read_buckets(w);
	if (strstarts(w->modifier, "percent"))
		return field_read_part(w, HIST_PERCENT);
	if (strstarts(w->modifier, "graph"))
		return field_read_part(w, HIST_GRAPH);
	return false;
}

/* The name that the task has now, which newer kernels offer. */
static const struct otr_field field_comm = {
	"char", "common_comm", 0, TASK_COMM_LEN, false, OTR_KIND_COMM, TASK_COMM_LEN
};

/* Names that mean the same whatever the event. */
static bool field_is_general(struct otr_hist_reader *r, struct written *w)
{
	if (!strcmp(w->name, "common_timestamp")) {
		w->flags |= HIST_TIME;
		r->hist->needs_time = true;
		r->hist->usecs |= !!(w->flags & HIST_USECS);
	} else if (!strcmp(w->name, "common_stacktrace")) {
		w->flags |= HIST_STACK;
	} else if (!strcmp(w->name, "common_cpu")) {
		w->flags |= HIST_CPU;
	} else if (!strcmp(w->name, "common_comm")) {
		w->field = &field_comm;
	} else if (!strcmp(w->name, "hitcount")) {
		w->flags |= HIST_HITS;
	} else {
		return false;
	}
	return true;
}

/* A field of the event's, or one of those that are known without a record. */
static bool field_find_written(struct otr_hist_reader *r, struct written *w)
{
	w->field = otr_event_field(r->hist->ev, w->name, strlen(w->name));
	if (!w->field)
		return false;
	if (w->field->size)
		return true;
	switch (otr_field_kind(w->field)) {
	case OTR_KIND_CPU:
		w->flags |= HIST_CPU;
		return true;
	case OTR_KIND_STACK:
		w->flags |= HIST_STACK;
		w->field = NULL;
		return true;
	default:
		return false;
	}
}

static int field_read(struct otr_hist_reader *r, struct written *w, const char *text)
{
	bool as_stack;

	w->name = strsep(&w->modifier, ".");
	as_stack = w->modifier && !strcmp(w->modifier, "stacktrace");
	if (w->modifier && !field_read_modifier(w))
		return otr_hist_blame(r->command, OTR_HIST_MODIFIER, w->modifier);
	if (!field_is_general(r, w) && !field_find_written(r, w))
		return otr_hist_blame(r->command, OTR_HIST_FIELD_NOT_FOUND, w->name);
	if (as_stack && (!w->field || otr_field_kind(w->field) != OTR_KIND_STACK))
		return otr_hist_blame(r->command, OTR_HIST_MODIFIER, text);
	return 0;
}

static struct otr_hist_item *field_item(struct otr_hist_reader *r, const char *text, u32 flags,
					const char *as)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	struct written w = { .modifier = copy, .flags = flags };
	struct otr_hist_item *item;
	int err;

	if (!copy)
		return ERR_PTR(-ENOMEM);
	err = field_read(r, &w, text);
	kfree(copy);
	if (err)
		return ERR_PTR(err);
	item = otr_hist_item_create(w.field, w.flags, as);
	if (!item)
		return ERR_PTR(-ENOMEM);
	item->buckets = w.buckets;
	return item;
}

static struct otr_hist_item *field_number(struct otr_hist_reader *r, const char *text, u32 flags,
					  const char *as)
{
	struct otr_hist_item *item;
	u64 number;

	if (kstrtou64(text, 0, &number))
		return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_NO_NUMBER, text));
	item = otr_hist_item_create(NULL, flags | HIST_CONST, as);
	if (!item)
		return ERR_PTR(-EINVAL);
	item->constant = number;
	return item;
}

/**
 * otr_hist_operator - the operator of an expression that is computed last
 * @text: the expression
 *
 * Context: any.
 * Return: where it is, NULL if the text is one operand.
 */
char *otr_hist_operator(const char *text)
{
	char *minus = strrchr(text, '-'), *plus;
	char *times, *by;

	if (minus == text)
		return minus;
	plus = strrchr(text, '+');
	if (plus || minus)
		return plus > minus ? plus : minus;
	times = strrchr(text, '*');
	by = strrchr(text, '/');
	return times > by ? times : by;
}

/* What a variable of the histogram itself is assigned, if that is no more than a field. */
static char *field_own_def(const struct otr_hist *hist, const char *name)
{
	unsigned int i;

	for (i = 0; i < hist->nr_defs; i++)
		if (!strcmp(hist->defs[i].name, name) &&
		    !otr_hist_operator(hist->defs[i].text) &&
		    !otr_hist_is_ref(hist->defs[i].text))
			return hist->defs[i].text;
	return NULL;
}

static char *field_of_ref(const struct otr_hist *hist, const char *system, const char *event,
			  const char *ref)
{
	if (!otr_hist_is_ref(ref))
		return NULL;
	if (system && (strcmp(system, hist->ev->system) || strcmp(event, hist->ev->name)))
		return NULL;
	return field_own_def(hist, ref + 1);
}

/**
 * otr_hist_atom_read - read what has no operators
 * @r: the histogram that it is a part of
 * @text: a field with or without a modifier, a number, a variable with or without its
 *	  event; is changed
 * @flags: HIST_* bits of what it is for
 * @as: the variable that it is assigned to, NULL for none
 *
 * Context: may sleep.
 * Return: the item, or an ERR_PTR() with errors in the command: -EINVAL, -ENOMEM, the
 * latter for fields, too, that histograms cannot have.
 */
struct otr_hist_item *otr_hist_atom_read(struct otr_hist_reader *r, char *text, u32 flags,
					 const char *as)
{
	char *system = NULL, *event = NULL, *dot, *own;
	struct otr_hist_item *item;

	if (isdigit(*text))
		return field_number(r, text, flags, as);
	dot = strchr(text, '.');
	if (dot && strchr(dot + 1, '.')) {
		system = strsep(&text, ".");
		event = strsep(&text, ".");
	}
	own = field_of_ref(r->hist, system, event, text);
	if (own)
		return field_item(r, own, flags, as);
	item = otr_hist_ref_read(r, system, event, text);
	if (item)
		return as ? otr_hist_alias(item, as) : item;
	return field_item(r, text, flags, as);
}
