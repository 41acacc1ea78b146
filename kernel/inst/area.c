// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances whose ring is in memory that outlives a boot, or the engine.
 *
 * Beside the records is noted what they were written with: which kernel, where it and its
 * modules were, and how the records of each event are laid out. An engine that finds them
 * later shows addresses as what is there now, and leaves alone what it cannot know. Nothing
 * is recorded there until a user says so, and then the old records go first: no reader could
 * tell new ones from them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crash_dump.h>
#include <linux/init_task.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <linux/utsname.h>

#include "event/event.h"
#include "inst/inst.h"

/* Events by number, of which it is noted how their records are laid out. */
#define AREA_TYPES	8192U

/**
 * struct area_notes - what is noted in an area
 * @sum: over @places
 * @reserved: zero
 * @places: where modules were
 * @types: how records are laid out, by number of their event; 0 for nothing
 */
struct area_notes {
	u32			sum;
	u32			reserved;
	struct otr_host_place	places[OTR_PLACES];
	u32			types[AREA_TYPES];
};

/* All that are in use; guarded by @area_lock, as are notes about modules. */
static LIST_HEAD(area_all);
static DEFINE_MUTEX(area_lock);

static struct area_notes *area_notes(const struct otr_area *area)
{
	BUILD_BUG_ON(sizeof(struct area_notes) > OTR_KEEP_NOTES * PAGE_SIZE);
	return area->keep->notes;
}

static u32 area_sum(const struct area_notes *notes)
{
	return otr_keep_sum(0, notes->places, sizeof(notes->places));
}

static void area_note_modules(struct otr_area *area)
{
	struct area_notes *notes = area_notes(area);

	lockdep_assert_held(&area_lock);
	otr_places_copy(notes->places);
	notes->sum = area_sum(notes);
}

static void area_module_comes(struct module *mod)
{
	struct otr_area *area;

	mutex_lock(&area_lock);
	list_for_each_entry(area, &area_all, link)
		if (area->noted)
			area_note_modules(area);
	mutex_unlock(&area_lock);
}

static struct otr_modules area_modules = { .coming = area_module_comes };

/**
 * otr_areas_init - begin to note where modules are
 *
 * Context: module load.
 */
void otr_areas_init(void)
{
	otr_modules_watch(&area_modules);
}

/**
 * otr_areas_exit - the counterpart of otr_areas_init()
 *
 * Context: module unload.
 */
void otr_areas_exit(void)
{
	otr_modules_unwatch(&area_modules);
}

static struct otr_keep_who area_who(void)
{
	const struct new_utsname *name = init_utsname();
	u64 release = full_name_hash(NULL, name->release, strlen(name->release));

	return (struct otr_keep_who) {
		.build	= release << 32 | full_name_hash(NULL, name->version,
							 strlen(name->version)),
		.text	= (unsigned long)_printk,
		.data	= (unsigned long)&init_task,
	};
}

/**
 * otr_area_note_event - note how an event's records are laid out
 * @area: the area; NULL is fine
 * @ev: the event, of which records may come
 *
 * Context: any; the event stays.
 */
void otr_area_note_event(struct otr_area *area, const struct otr_event *ev)
{
	if (area && !READ_ONCE(area->old) && ev->id < AREA_TYPES)
		WRITE_ONCE(area_notes(area)->types[ev->id], otr_event_shape(ev));
}

/**
 * otr_area_knows - are an event's records what they were when they were written?
 * @area: an area with records of before
 * @ev: the event that has their number now
 *
 * Context: any.
 * Return: whether they are. What only points to a text does not have it any more.
 */
bool otr_area_knows(const struct otr_area *area, const struct otr_event *ev)
{
	if (ev->id >= AREA_TYPES || ev->id == OTR_TYPE_BPRINT || ev->id == OTR_TYPE_BPUTS)
		return false;
	return READ_ONCE(area_notes(area)->types[ev->id]) == otr_event_shape(ev);
}

/* Those that are always there look as they did then, if they were known then. */
static bool area_fixed_are_same(const struct otr_area *area)
{
	const u32 *types = area_notes(area)->types;
	unsigned int id;

	for (id = 0; id < OTR_TYPE_FIXED_END; id++) {
		const struct otr_event *ev = otr_event_find(id);

		if (types[id] && (!ev || types[id] != otr_event_shape(ev)))
			return false;
	}
	return true;
}

static void area_note_events(struct otr_inst *inst)
{
	struct area_notes *notes = area_notes(inst->area);
	struct otr_event *ev;
	struct otr_sub *sub;
	unsigned long at;

	memset(notes->types, 0, sizeof(notes->types));
	for (at = 0; at < OTR_TYPE_FIXED_END; at++) {
		ev = otr_event_find(at);
		if (ev)
			otr_area_note_event(inst->area, ev);
	}
	xa_for_each(&inst->subs, at, sub)
		otr_area_note_event(inst->area, sub->event);
}

/* Have what is recorded from here on in it, and nothing else. */
static void area_begin(struct otr_inst *inst)
{
	struct otr_area *area = inst->area;
	struct otr_keep_who who = area_who();

	otr_keep_begin(area->keep, &who, inst->clock, get_random_u32());
	mutex_lock(&area_lock);
	area->shift.text = 0;
	area->shift.data = 0;
	WRITE_ONCE(area->old, false);
	area->noted = true;
	area_note_modules(area);
	mutex_unlock(&area_lock);
	area_note_events(inst);
}

/* What moved since the records were written. */
static void area_find_shift(struct otr_area *area)
{
	const struct otr_keep_who *then = &area->keep->head->who;
	const struct area_notes *notes = area_notes(area);
	struct otr_keep_who now = area_who();

	area->shift.text = now.text - then->text;
	area->shift.data = now.data - then->data;
	/* Stopped while they were noted; then no address in modules is known. */
	if (notes->sum == area_sum(notes))
		memcpy(area->shift.places, notes->places, sizeof(notes->places));
}

static void area_judge(struct otr_area *area)
{
	struct otr_keep *keep = area->keep;

	if (keep->old && keep->head->who.build != area_who().build)
		otr_keep_refuse(keep, "another kernel wrote it");
	if (keep->old && !area_fixed_are_same(area))
		otr_keep_refuse(keep, "records looked different then");
	area->old = keep->old;
	if (area->old)
		area_find_shift(area);
}

static void area_report(const struct otr_area *area, const char *name)
{
	const struct otr_keep *keep = area->keep;

	if (keep->refused)
		pr_warn("instance %s begins empty, what is in its memory is not taken: %s\n", name,
			keep->refused);
	if (keep->damaged)
		pr_warn("instance %s: %u damaged pages were dropped\n", name, keep->damaged);
	if (area->old)
		pr_info("instance %s has %llu records of before, and records when tracing_on is set to 1\n",
			name, keep->records);
}

/* Look at what is in its memory. */
static int area_open_keep(struct otr_area *area)
{
	struct otr_keep *keep = otr_keep_open(area->memory.at, area->memory.size, nr_cpu_ids);

	if (IS_ERR(keep))
		return PTR_ERR(keep);
	area->keep = keep;
	area_judge(area);
	return 0;
}

/* Have it in the list, unless another one has some of its memory. */
static int area_add(struct otr_area *area)
{
	const struct otr_host_memory *mem = &area->memory, *its;
	struct otr_area *other;
	int err = 0;

	mutex_lock(&area_lock);
	list_for_each_entry(other, &area_all, link) {
		its = &other->memory;
		if (mem->start < its->start + its->size && its->start < mem->start + mem->size)
			err = -EBUSY;
	}
	if (!err)
		list_add_tail(&area->link, &area_all);
	mutex_unlock(&area_lock);
	return err;
}

static int area_read(struct otr_area *area, const char *where)
{
	int err;

	/* What died has left its records there for a reader of its memory. */
	if (is_kdump_kernel())
		return -EBUSY;
	area->where = kstrdup(where, GFP_KERNEL);
	if (!area->where)
		return -ENOMEM;
	err = otr_host_memory_open(&area->memory, where);
	if (err)
		return err;
	err = area_add(area);
	return err ?: area_open_keep(area);
}

static struct otr_area *area_alloc(void)
{
	struct otr_area *area = kvzalloc(sizeof(*area), GFP_KERNEL);

	if (area)
		INIT_LIST_HEAD(&area->link);
	return area;
}

/**
 * otr_area_open - have memory that outlives a boot, for an instance
 * @name: the instance's name, for the log
 * @where: which memory, see otr_host_memory_open()
 *
 * Context: may sleep.
 * Return: the area; ERR_PTR() of what otr_host_memory_open() or otr_keep_open() said, of
 * -EBUSY for memory that another instance has, and in a kernel that was started to save what
 * another one left.
 */
struct otr_area *otr_area_open(const char *name, const char *where)
{
	struct otr_area *area = area_alloc();
	int err = area ? area_read(area, where) : -ENOMEM;

	if (err) {
		otr_area_close(area);
		return ERR_PTR(err);
	}
	pr_info("instance %s is in memory at %pa, %zu bytes\n", name, &area->memory.start,
		area->memory.size);
	area_report(area, name);
	return area;
}

/**
 * otr_area_copy - have a copy of the records of before that an area has
 * @name: the name of the instance that it is for, for the log
 * @from: the area, which stays; records may be consumed there meanwhile
 *
 * The copy is ordinary memory, in which nothing is ever recorded.
 *
 * Context: otr_inst_lock free; may sleep.
 * Return: the copy; ERR_PTR() of -ENODATA for an area without records of before, -EINVAL for
 * one that is a copy, -ENOMEM.
 */
struct otr_area *otr_area_copy(const char *name, const struct otr_area *from)
{
	struct otr_area *area;
	int err;

	if (from->memory.copy)
		return ERR_PTR(-EINVAL);
	if (!otr_area_is_old(from))
		return ERR_PTR(-ENODATA);
	area = area_alloc();
	err = area ? otr_host_memory_copy(&area->memory, &from->memory) : -ENOMEM;
	if (!err)
		err = area_open_keep(area);
	/* They may have been dropped or consumed while they were copied. */
	if (!err && (!area->old || !otr_area_is_old(from)))
		err = -ENODATA;
	if (err) {
		otr_area_close(area);
		return ERR_PTR(err);
	}
	pr_info("instance %s has a copy of %llu records of before\n", name, area->keep->records);
	return area;
}

/**
 * otr_area_close - be done with what otr_area_open() or otr_area_copy() returned
 * @area: the area, which no ring has any more; what is in it stays, but for a copy. NULL is fine
 *
 * Context: may sleep.
 */
void otr_area_close(struct otr_area *area)
{
	if (!area)
		return;
	mutex_lock(&area_lock);
	list_del(&area->link);
	mutex_unlock(&area_lock);
	otr_keep_close(area->keep);
	otr_host_memory_close(&area->memory);
	kfree(area->where);
	kvfree(area);
}

/**
 * otr_area_attach - an instance has its ring in its area
 * @inst: the instance, which nobody has yet
 *
 * What is there of before is kept until otr_area_anew(), and nothing recorded.
 *
 * Context: may sleep.
 */
void otr_area_attach(struct otr_inst *inst)
{
	struct otr_area *area = inst->area;

	if (area->old) {
		otr_ring_off(inst->ring);
		otr_ring_disable(inst->ring);
	} else {
		area_begin(inst);
	}
}

/**
 * otr_area_anew - what is recorded from here on is this boot's
 * @inst: an instance whose ring was just emptied, if it has an area
 *
 * Context: otr_inst_lock held; may sleep.
 */
void otr_area_anew(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	if (!otr_area_is_old(inst->area) || inst->backup)
		return;
	area_begin(inst);
	otr_ring_enable(inst->ring);
}
