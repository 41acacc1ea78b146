// SPDX-License-Identifier: GPL-2.0-only
/* Members of records by name, and what may be asked of them. */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "event/event.h"

/* What every record begins with. */
const struct otr_field otr_event_common[] = {
	{ "unsigned short", "common_type", offsetof(struct otr_rec_head, type), 2, false },
	{ "unsigned char", "common_flags", offsetof(struct otr_rec_head, flags), 1, false },
	{ "unsigned char", "common_preempt_count",
	  offsetof(struct otr_rec_head, preempt_count), 1, false },
	{ "int", "common_pid", offsetof(struct otr_rec_head, pid), 4, true },
	{}
};

/* What is known when a record is written and is not in it. */
static const struct otr_field field_outside[] = {
	{ "int", "CPU", 0, 0, true, OTR_KIND_CPU },
	{ "int", "cpu", 0, 0, true, OTR_KIND_CPU },
	{ "int", "common_cpu", 0, 0, true, OTR_KIND_CPU },
	{ "char *", "COMM", 0, 0, false, OTR_KIND_COMM },
	{ "char *", "comm", 0, 0, false, OTR_KIND_COMM },
	{ "char *", "stacktrace", 0, 0, false, OTR_KIND_STACK },
	{ "char *", "STACKTRACE", 0, 0, false, OTR_KIND_STACK },
	{}
};

/* What records that somebody made up have where there is the address of a text. */
const char *const otr_compose_empty = "";
const char *const otr_compose_fixed = "STATIC STRING CAN NOT BE INJECTED";

static const struct otr_field *field_find(const struct otr_field *field, const char *name,
					  size_t len)
{
	for (; field->name; field++)
		if (strcspn(field->name, "[") == len && !memcmp(field->name, name, len))
			return field;
	return NULL;
}

/**
 * otr_event_field - look a field up
 * @ev: the event
 * @name: the field's name, without the brackets of an array
 * @len: length of @name
 *
 * The event's own fields come first, then what is not in the record (CPU, COMM
 * and the like), then the common ones.
 *
 * Context: any; the event stays registered while the field is used.
 * Return: the field, NULL if there is none.
 */
const struct otr_field *otr_event_field(const struct otr_event *ev, const char *name, size_t len)
{
	return field_find(ev->fields, name, len) ?: field_find(field_outside, name, len) ?:
	       field_find(otr_event_common, name, len);
}

/* What types say; the first that fits counts. */
static const struct {
	const char	*begins;
	const char	*has;
	enum otr_kind	kind;
} field_located[] = {
	{ "__data_loc ", "char",	OTR_KIND_DYN_STRING },
	{ "__data_loc ", "cpumask_t",	OTR_KIND_CPUMASK },
	{ "__rel_loc ",	 "char",	OTR_KIND_REL_STRING },
	{ "__rel_loc ",	 "cpumask_t",	OTR_KIND_REL_CPUMASK },
};

/**
 * otr_field_kind - what may be asked of a field
 * @field: the field
 *
 * Context: any.
 * Return: its kind, never OTR_KIND_AUTO.
 */
enum otr_kind otr_field_kind(const struct otr_field *field)
{
	const char *type = field->type;
	unsigned int i;

	if (field->kind != OTR_KIND_AUTO)
		return field->kind;
	for (i = 0; i < ARRAY_SIZE(field_located); i++)
		if (strstarts(type, field_located[i].begins) && strstr(type, field_located[i].has))
			return field_located[i].kind;
	if ((field->nr || strchr(field->name, '[')) && strstr(type, "char"))
		return OTR_KIND_CHARS;
	if (strstarts(type, "const "))
		type += strlen("const ");
	return strcmp(type, "char *") ? OTR_KIND_NUMBER : OTR_KIND_PTR_STRING;
}

/**
 * otr_kind_is_text - is what is asked for a text?
 * @kind: from otr_field_kind(), or what somebody knows better
 *
 * Context: any.
 * Return: whether it is.
 */
bool otr_kind_is_text(enum otr_kind kind)
{
	switch (kind) {
	case OTR_KIND_CHARS:
	case OTR_KIND_DYN_STRING:
	case OTR_KIND_REL_STRING:
	case OTR_KIND_PTR_STRING:
	case OTR_KIND_USER_STRING:
	case OTR_KIND_COMM:
		return true;
	default:
		return false;
	}
}
