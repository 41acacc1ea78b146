// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that a record only has the address of.
 *
 * The text has to be there when the record is read. It is, where the address is
 * that of something constant; an address of anything else is not followed.
 */
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/string.h>

#include "event/event.h"
#include "host/host.h"

/*
 * Does the format print this member as it is? An argument that does more with it
 * knows what it does.
 */
static bool pointed_is_argument(const char *fmt, const char *name)
{
	static const char record[] = "REC->";
	size_t len = strlen(name);
	const char *at = fmt;

	while ((at = strstr(at, record))) {
		const char *before = at, *behind;

		at += strlen(record);
		if (strncmp(at, name, len))
			continue;
		while (before > fmt && isspace(before[-1]))
			before--;
		behind = skip_spaces(at + len);
		if (before > fmt && before[-1] == ',' && (!*behind || *behind == ','))
			return true;
	}
	return false;
}

/**
 * otr_event_points - has an event's record the address of a text?
 * @ev: the event
 *
 * Context: any.
 * Return: whether the event's text follows one that it does not keep itself.
 */
bool otr_event_points(const struct otr_event *ev)
{
	const struct otr_field *field;

	/* What somebody writes into the trace is kept for its records. */
	if (!ev->fields || !ev->print_fmt || ev->alone)
		return false;
	for (field = ev->fields; field->name; field++)
		if (otr_field_kind(field) == OTR_KIND_PTR_STRING &&
		    pointed_is_argument(ev->print_fmt, field->name))
			return true;
	return false;
}

static bool pointed_within(const struct module *mod, const char *text)
{
	return mod && within_module_core((unsigned long)text, mod);
}

static bool pointed_is_there(const struct otr_line *line, const char *text)
{
	const struct otr_event *ev = line->ev;

	if (otr_host_is_rodata(text) || otr_host_string_known(text))
		return true;
	if (text == otr_compose_empty || text == otr_compose_fixed)
		return true;
	if ((const void *)text >= line->rec && (const void *)text < line->rec + line->len)
		return true;
	return pointed_within(ev->owner, text) || pointed_within(ev->carrier, text);
}

/**
 * otr_event_astray - find an address that must not be followed
 * @line: a record of an event that otr_event_points()
 *
 * Context: otr_event_lock() held.
 * Return: the member that has it, NULL when there is none.
 */
const struct otr_field *otr_event_astray(const struct otr_line *line)
{
	const struct otr_event *ev = line->ev;
	const struct otr_field *field;

	for (field = ev->fields; field->name; field++) {
		const char *text;

		if (otr_field_kind(field) != OTR_KIND_PTR_STRING ||
		    field->offset + sizeof(text) > line->len)
			continue;
		memcpy(&text, line->rec + field->offset, sizeof(text));
		if (!pointed_is_there(line, text) &&
		    pointed_is_argument(ev->print_fmt, field->name))
			return field;
	}
	return NULL;
}
