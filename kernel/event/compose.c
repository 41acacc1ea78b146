// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record of an event from a user's text, "field=value field='text' ...".
 *
 * What the text does not name is zero, or an empty text. Texts of any length come behind
 * the members, in the order in which they are named.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "event/event.h"

/* Longest text that a field takes, with its end. */
#define TEXT_MAX	256

/* What is read, and what is made of it. */
struct compose {
	const struct otr_event	*ev;
	char			*at;
	void			*rec;
	unsigned int		len;
};

static unsigned int compose_members_end(const struct otr_event *ev)
{
	unsigned int end = sizeof(struct otr_rec_head);
	const struct otr_field *field;

	for (field = ev->fields; field && field->name; field++)
		end = max(end, (unsigned int)field->offset + field->size);
	return end;
}

static void compose_put(struct compose *c, const struct otr_field *field, const void *value,
			unsigned int size)
{
	memcpy(c->rec + field->offset, value, size);
}

/* Say where the text behind the members is that begins at @from. */
static void compose_put_place(struct compose *c, const struct otr_field *field, unsigned int from,
			      unsigned int len)
{
	u32 word = from & 0xffff;

	if (otr_field_kind(field) == OTR_KIND_REL_STRING)
		word -= field->offset + field->size;
	word |= len << 16;
	compose_put(c, field, &word, sizeof(word));
}

static void compose_put_address(struct compose *c, const struct otr_field *field, const char *text)
{
	compose_put(c, field, &text, sizeof(text));
}

/* Texts that are not named are empty; there is one zero behind the members for them. */
static int compose_begin(struct compose *c)
{
	unsigned int end = compose_members_end(c->ev);
	const struct otr_field *field;

	c->rec = kzalloc(end + 1, GFP_KERNEL);
	if (!c->rec)
		return -ENOMEM;
	c->len = end + 1;
	for (field = c->ev->fields; field && field->name; field++) {
		enum otr_kind kind = otr_field_kind(field);

		if (kind == OTR_KIND_DYN_STRING || kind == OTR_KIND_REL_STRING)
			compose_put_place(c, field, end, 0);
		else if (kind == OTR_KIND_PTR_STRING)
			compose_put_address(c, field, otr_compose_empty);
	}
	return 0;
}

static int compose_number(struct compose *c, const struct otr_field *field)
{
	char *begin = c->at, after;
	u64 value;
	int err;

	if (otr_kind_is_text(otr_field_kind(field)))
		return -EINVAL;
	if (*c->at == '-')
		c->at++;
	while (isalnum(*c->at))
		c->at++;
	after = *c->at;
	if (after && !isspace(after))
		return -EINVAL;
	*c->at = '\0';
	err = field->is_signed ? kstrtos64(begin, 0, (s64 *)&value) : kstrtou64(begin, 0, &value);
	*c->at = after;
	if (err)
		return err;
	/* A place behind the members is no number, and what is not in the record has no size. */
	if (otr_field_kind(field) != OTR_KIND_NUMBER || strstarts(field->type, "__data_loc") ||
	    strstarts(field->type, "__rel_loc"))
		return -EINVAL;
	/* Another kind of record would be read past its end. */
	if (!field->offset && value != c->ev->id)
		return -EINVAL;
	if (field->size > sizeof(value) || !is_power_of_2(field->size))
		return -EINVAL;
	/* The lower bytes come first. */
	compose_put(c, field, &value, field->size);
	return 0;
}

/* Append a text: it moves the record. */
static int compose_append(struct compose *c, const struct otr_field *field, const char *text)
{
	unsigned int len = strlen(text) + 1;
	void *rec = krealloc(c->rec, c->len + len, GFP_KERNEL);

	if (!rec)
		return -ENOMEM;
	c->rec = rec;
	memcpy(rec + c->len, text, len);
	compose_put_place(c, field, c->len, len);
	c->len += len;
	return 0;
}

/* In quotes of one kind; a backslash in front of one keeps it from ending, and stays. */
static int compose_text(struct compose *c, const struct otr_field *field)
{
	char quote = *c->at++, *begin = c->at;

	for (; *c->at && *c->at != quote; c->at++)
		if (*c->at == '\\' && c->at[1])
			c->at++;
	if (!*c->at || c->at - begin >= TEXT_MAX)
		return -EINVAL;
	*c->at++ = '\0';
	switch (otr_field_kind(field)) {
	case OTR_KIND_CHARS:
		strscpy(c->rec + field->offset, begin, field->size);
		return 0;
	case OTR_KIND_DYN_STRING:
	case OTR_KIND_REL_STRING:
		return compose_append(c, field, begin);
	case OTR_KIND_PTR_STRING:
		compose_put_address(c, field, otr_compose_fixed);
		return 0;
	default:
		return -EINVAL;
	}
}

/* "field=value" */
static int compose_one(struct compose *c)
{
	const struct otr_field *field;
	char *name = c->at;
	size_t len;

	while (isalnum(*c->at) || *c->at == '_')
		c->at++;
	len = c->at - name;
	if (!len)
		return -EINVAL;
	field = otr_event_field(c->ev, name, len);
	if (!field)
		return -ENOENT;
	c->at = skip_spaces(c->at);
	if (*c->at != '=')
		return -EINVAL;
	c->at = skip_spaces(c->at + 1);
	if (isdigit(*c->at) || *c->at == '-')
		return compose_number(c, field);
	if (*c->at == '\'' || *c->at == '"')
		return compose_text(c, field);
	return -EINVAL;
}

/**
 * otr_event_compose - make a record of a text
 * @ev: the event
 * @head: what the record begins with, unless the text says something else
 * @text: the text, which is changed
 * @len: set to the record's length in bytes
 *
 * Context: may sleep; the event stays.
 * Return: the record, to be freed with kfree(); ERR_PTR() of -ENOENT for a field that the
 * event does not have, -EINVAL for what is no value of a field, -ERANGE for a number that
 * is too large, -ENOMEM.
 */
void *otr_event_compose(const struct otr_event *ev, const struct otr_rec_head *head, char *text,
			unsigned int *len)
{
	struct compose c = { .ev = ev, .at = text };
	int err = compose_begin(&c);

	if (err)
		return ERR_PTR(err);
	memcpy(c.rec, head, sizeof(*head));
	strim(text);
	for (c.at = skip_spaces(text); !err && *c.at; c.at = skip_spaces(c.at))
		err = compose_one(&c);
	if (err) {
		kfree(c.rec);
		return ERR_PTR(err);
	}
	*len = c.len;
	return c.rec;
}
