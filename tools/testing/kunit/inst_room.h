/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inst room's sources and the registry of events, over rings and filters that
 * only remember what they were asked for: a part of inst_kunit.c and life_kunit.c.
 */
#ifndef _INST_ROOM_H
#define _INST_ROOM_H

#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/module.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "inst/list.c"
#include "inst/state.c"
#include "inst/snapshot.c"
#include "inst/latency.c"
#include "inst/part.c"
#include "inst/tracer.c"
#include "inst/options.c"
#include "inst/inst.c"
#include "inst/sub.c"
#include "inst/await.c"
#include "inst/filter.c"
#include "base/cmd.c"
#include "base/errlog.c"
#include "base/idset.c"
#include "base/tasks.c"
#include "base/text.c"
#include "event/registry.c"
#include "event/life.c"

/* A filter is its text; "bad" is a wrong one. */
static struct otr_filter *text_filter(const char *text)
{
	struct otr_filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);

	if (filter)
		filter->text = kstrdup(text, GFP_KERNEL);
	return filter;
}

static const char *const filter_errors[] = { "No error", "Wrong" };
static const struct otr_catalog filter_catalog = { "test", filter_errors, 2 };

int otr_filter_create(const struct otr_event *ev, const char *text, struct otr_cmd *cmd,
		      struct otr_filter **out)
{
	otr_cmd_init(cmd, &filter_catalog, text);
	if (!strcmp(text, "bad"))
		return otr_cmd_fail(cmd, 1, 0);
	*out = text_filter(text);
	return *out ? 0 : -ENOMEM;
}

struct otr_filter *otr_filter_create_broken(const struct otr_cmd *cmd)
{
	return text_filter("broken");
}

void otr_filter_blame_system(struct otr_cmd *cmd)
{
}

void otr_filter_free(struct otr_filter *filter)
{
	if (filter)
		kfree(filter->text);
	kfree(filter);
}

bool otr_event_points(const struct otr_event *ev)
{
	return false;
}

#include "inst_rings.h"

/* No instance is in memory that outlives a boot. */
void otr_areas_init(void)
{
}

void otr_areas_exit(void)
{
}

struct otr_area *otr_area_open(const char *name, const char *where)
{
	return ERR_PTR(-ENOENT);
}

struct otr_area *otr_area_copy(const char *name, const struct otr_area *from)
{
	return ERR_PTR(-ENODATA);
}

void otr_area_close(struct otr_area *area)
{
}

void otr_area_attach(struct otr_inst *inst)
{
}

void otr_area_anew(struct otr_inst *inst)
{
}

void otr_area_note_event(struct otr_area *area, const struct otr_event *ev)
{
}

#endif /* _INST_ROOM_H */
