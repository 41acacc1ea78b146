// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user event, from what its definition says.
 *
 * All of it, texts too, is one piece of memory, so that it goes by one kvfree_rcu().
 */
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dyn/dyn.h"

/* What is around the type, the name and the size of a field in all texts of it. */
#define MAKE_AROUND	64

/* As much as all texts may take. */
static size_t make_text_bytes(const struct otr_user_plan *plan, const char *name)
{
	size_t bytes = strlen(name) + strlen(plan->name) + MAKE_AROUND;
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		/* Both are listed, and in the format, in two ways; a name is printed twice. */
		bytes += 3 * strlen(plan->field[i].type) + 5 * strlen(plan->field[i].name) +
			 MAKE_AROUND;
	return bytes;
}

/* Where the next text begins. */
static const char *make_start(struct seq_buf *room)
{
	return room->buffer + room->len;
}

static void make_end(struct seq_buf *room)
{
	seq_buf_putc(room, '\0');
	WARN_ON_ONCE(seq_buf_has_overflowed(room));
}

/* A text of @len characters, and what is behind it. */
static const char *make_text(struct seq_buf *room, const char *from, size_t len, const char *after)
{
	const char *text = make_start(room);

	seq_buf_printf(room, "%.*s%s", (int)len, from, after);
	make_end(room);
	return text;
}

static const char *make_copy(struct seq_buf *room, const char *from)
{
	return make_text(room, from, strlen(from), "");
}

static const char *make_listing(const struct otr_user_plan *plan, struct seq_buf *room)
{
	const char *text = make_start(room);
	const struct otr_user_field *field;

	for (field = plan->field; field < plan->field + plan->nr; field++) {
		seq_buf_printf(room, "%s%s %s", field > plan->field ? "; " : "", field->type,
			       field->name);
		if (field->sort == OTR_USER_STRUCT)
			seq_buf_printf(room, " %u", field->size);
	}
	make_end(room);
	return text;
}

static const char *make_value_form(const struct otr_user_field *field)
{
	if (!field->is_text)
		return ", REC->%s";
	return field->sort == OTR_USER_REL_LOC ? ", __get_rel_str(%s)" : ", __get_str(%s)";
}

static const char *make_print_fmt(const struct otr_user_plan *plan, struct seq_buf *room)
{
	const char *text = make_start(room);
	unsigned int i;

	seq_buf_putc(room, '"');
	for (i = 0; i < plan->nr; i++)
		seq_buf_printf(room, "%s%s=%s", i ? " " : "", plan->field[i].name,
			       otr_user_print(&plan->field[i]));
	seq_buf_putc(room, '"');
	for (i = 0; i < plan->nr; i++) {
		const char *form = make_value_form(&plan->field[i]);
		const char *hole = strchr(form, '%');

		seq_buf_printf(room, "%.*s%s%s", (int)(hole - form), form, plan->field[i].name,
			       hole + strlen("%s"));
	}
	make_end(room);
	return text;
}

/* A field as the format has it, and the filters. */
static void make_field(const struct otr_user_field *field, struct otr_field *shown,
		       struct seq_buf *room)
{
	*shown = (struct otr_field){
		.type		= make_copy(room, field->type),
		.name		= make_copy(room, field->name),
		.offset		= field->offset,
		.size		= field->size,
		.is_signed	= *field->type != 'u',
	};
	switch (field->sort) {
	case OTR_USER_NUMBER:
	case OTR_USER_STRUCT:
		shown->kind = OTR_KIND_NUMBER;
		break;
	case OTR_USER_CHARS_INSIDE:
		shown->kind = OTR_KIND_CHARS;
		shown->type = make_text(room, field->type, strcspn(field->type, "["), "");
		shown->name = make_text(room, field->name, strlen(field->name), "[]");
		break;
	default:
		break;
	}
}

static void make_locs(const struct otr_user_plan *plan, struct otr_user_loc *loc)
{
	const struct otr_user_field *field;

	for (field = plan->field; field < plan->field + plan->nr; field++) {
		bool rel = field->sort == OTR_USER_REL_LOC;

		if (!rel && field->sort != OTR_USER_DATA_LOC)
			continue;
		*loc++ = (struct otr_user_loc){
			.offset		= field->offset,
			.base		= rel ? field->offset + field->size : 0,
			.is_text	= field->is_text,
		};
	}
}

/**
 * otr_user_make - make a user event
 * @plan: its definition
 * @system: its system, which stays
 * @name: its name there
 *
 * Context: may sleep.
 * Return: it, for kvfree_rcu(); NULL without memory. Nobody knows it yet.
 */
struct otr_user *otr_user_make(const struct otr_user_plan *plan, const char *system,
			       const char *name)
{
	size_t text_bytes = make_text_bytes(plan, name);
	struct otr_user_loc *locs;
	struct otr_field *shown;
	struct otr_user *user;
	struct seq_buf room;
	unsigned int i;

	user = kvzalloc(sizeof(*user) + (plan->nr + 1) * sizeof(*shown) +
			plan->nr_locs * sizeof(*locs) + text_bytes, GFP_KERNEL_ACCOUNT);
	if (!user)
		return NULL;
	shown = (void *)(user + 1);
	locs = (void *)(shown + plan->nr + 1);
	seq_buf_init(&room, (void *)(locs + plan->nr_locs), text_bytes);

	INIT_HLIST_HEAD(&user->targets);
	user->min = plan->size;
	user->nr_locs = plan->nr_locs;
	user->locs = locs;
	make_locs(plan, locs);
	for (i = 0; i < plan->nr; i++)
		make_field(&plan->field[i], &shown[i], &room);
	user->name = make_copy(&room, plan->name);
	user->listed = make_listing(plan, &room);
	user->event.flags = OTR_EVENT_ID;
	user->event.system = system;
	user->event.name = make_copy(&room, name);
	user->event.fields = shown;
	user->event.print_fmt = make_print_fmt(plan, &room);
	user->event.text = otr_event_print_members;
	return user;
}
