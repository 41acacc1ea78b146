// SPDX-License-Identifier: GPL-2.0-only
/*
 * A synthetic event, from its fields.
 *
 * All of it, texts too, is one piece of memory, so that it goes by one kfree_rcu().
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dyn/internal.h"

#define BUILD_LOCATION	"__data_loc "
/* Longest format of a field, and what is around its name and type in all texts of it. */
#define BUILD_AROUND	sizeof("=%llu, , __get_stacktrace()[]" BUILD_LOCATION "0000")

/*
 * Where texts go.
 *
 * @at: the next one
 * @end: of the memory
 */
struct build_room {
	char	*at;
	char	*end;
};

/* Print a text; more of it may follow until build_text_end(). */
static __printf(2, 3) char *build_text(struct build_room *room, const char *fmt, ...)
{
	char *text = room->at;
	va_list args;

	va_start(args, fmt);
	room->at += vscnprintf(room->at, room->end - room->at, fmt, args);
	va_end(args);
	return text;
}

static void build_text_end(struct build_room *room)
{
	WARN_ON_ONCE(room->at + 1 >= room->end);
	room->at++;
}

static __printf(2, 3) const char *build_text_whole(struct build_room *room, const char *fmt, ...)
{
	char *text = room->at;
	va_list args;

	va_start(args, fmt);
	room->at += vscnprintf(room->at, room->end - room->at, fmt, args);
	va_end(args);
	build_text_end(room);
	return text;
}

/* As much as all texts may take. */
static size_t build_text_bytes(const char *name, const struct otr_synth_plan *plan)
{
	size_t bytes = strlen(name) + sizeof("\"\"") + 2;
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		/* A type is listed, and in the format; a name is there too, and printed twice. */
		bytes += 3 * strlen(plan->field[i].type) + 4 * strlen(plan->field[i].name) +
			 BUILD_AROUND + 8;
	return bytes;
}

static bool build_is_behind(const struct otr_synth_field *field)
{
	return field->sort == OTR_SYNTH_BEHIND || field->sort == OTR_SYNTH_CALLERS;
}

static void build_field(struct otr_synth *synth, struct otr_synth_field *field,
			struct otr_field *shown, struct build_room *room)
{
	field->type = build_text_whole(room, "%s", field->type);
	field->name = build_text_whole(room, "%s", field->name);
	field->offset = synth->size;
	synth->size += field->sort == OTR_SYNTH_INSIDE ? OTR_SYNTH_CHARS : sizeof(u64);
	synth->behind += build_is_behind(field);
	*shown = (struct otr_field){
		.type		= field->type,
		.name		= field->name,
		.offset		= field->offset,
		.size		= field->size,
		.is_signed	= field->is_signed,
	};
	if (build_is_behind(field))
		shown->type = build_text_whole(room, BUILD_LOCATION "%s", field->type);
	if (field->sort == OTR_SYNTH_CALLERS)
		shown->kind = OTR_KIND_STACK;
	if (field->sort != OTR_SYNTH_INSIDE)
		return;
	/* As in-tree: an array, of as many as its size says. */
	shown->type = build_text_whole(room, "%.*s", (int)strcspn(field->type, "["), field->type);
	shown->name = build_text_whole(room, "%s[]", field->name);
}

static const char *build_print_fmt(const struct otr_synth *synth, struct build_room *room)
{
	static const char *const values[] = {
		[OTR_SYNTH_NUMBER]	= ", REC->%s",
		[OTR_SYNTH_INSIDE]	= ", REC->%s",
		[OTR_SYNTH_BEHIND]	= ", __get_str(%s)",
		[OTR_SYNTH_CALLERS]	= ", __get_stacktrace(%s)",
	};
	const char *text = build_text(room, "\"");
	const struct otr_synth_field *field;
	unsigned int i;

	for (i = 0; i < synth->nr; i++) {
		field = &synth->fields[i];
		build_text(room, "%s%s=%s", i ? ", " : "", field->name, field->fmt);
	}
	build_text(room, "\"");
	for (i = 0; i < synth->nr; i++) {
		const char *fmt = values[synth->fields[i].sort];
		const char *hole = strstr(fmt, "%s");

		build_text(room, "%.*s%s%s", (int)(hole - fmt), fmt, synth->fields[i].name,
			   hole + strlen("%s"));
	}
	build_text_end(room);
	return text;
}

/**
 * otr_synth_build - make a synthetic event
 * @name: its name
 * @plan: its fields
 *
 * Context: may sleep.
 * Return: it, for kvfree_rcu(); NULL without memory. Nobody knows it yet.
 */
struct otr_synth *otr_synth_build(const char *name, const struct otr_synth_plan *plan)
{
	size_t text_bytes = build_text_bytes(name, plan);
	struct otr_synth_field *fields;
	struct otr_synth *synth;
	struct otr_field *shown;
	struct build_room room;
	unsigned int i;

	synth = kvzalloc(sizeof(*synth) + plan->nr * sizeof(*fields) +
			 (plan->nr + 1) * sizeof(*shown) + text_bytes, GFP_KERNEL);
	if (!synth)
		return NULL;
	fields = (void *)(synth + 1);
	shown = (void *)(fields + plan->nr);
	room.at = (void *)(shown + plan->nr + 1);
	room.end = room.at + text_bytes;
	memcpy(fields, plan->field, plan->nr * sizeof(*fields));

	INIT_HLIST_HEAD(&synth->targets);
	atomic_set(&synth->refs, 0);
	synth->nr = plan->nr;
	synth->fields = fields;
	synth->size = sizeof(struct otr_rec_head);
	for (i = 0; i < plan->nr; i++)
		build_field(synth, &fields[i], &shown[i], &room);
	synth->event.flags = OTR_EVENT_ID;
	synth->event.system = OTR_SYNTH_SYSTEM;
	synth->event.name = build_text_whole(&room, "%s", name);
	synth->event.fields = shown;
	synth->event.print_fmt = build_print_fmt(synth, &room);
	synth->event.text = otr_synth_text;
	return synth;
}
