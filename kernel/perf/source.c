// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our events, as far as perf uses them.
 *
 * A source is made when somebody first asks for its event, and attached while it has
 * users. It stays when the last one goes, so that nothing has to be waited for then:
 * programs open and close hundreds of events. It ends with its event, or with the module.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/xarray.h>

#include "host/host.h"
#include "perf/internal.h"

/* By the number of the event; otr_switch_lock. */
static DEFINE_XARRAY(source_all);

/* Those whose events went away; otr_switch_lock. */
static LIST_HEAD(source_gone);

/* Where all events for perf are; made when they are first asked for. */
static struct otr_inst *source_inst;
static DEFINE_MUTEX(source_inst_lock);

/*
 * What headers of events tell the in-tree tracer for perf, by words that mean nothing to us:
 * that an event counts as often as a field says, and for another task as well.
 */
static const struct source_trait {
	const char	*name;
	const char	*count;
	const char	*task;
} source_traits[] = {
	{ "sched_stat_blocked",	"delay",	"pid" },
	{ "sched_stat_iowait",	"delay",	"pid" },
	{ "sched_stat_runtime",	"runtime",	NULL },
	{ "sched_stat_sleep",	"delay",	"pid" },
	{ "sched_stat_wait",	"delay",	"pid" },
	{ "sched_wakeup",	NULL,		"pid" },
	{ "sched_wakeup_new",	NULL,		"pid" },
	{ "sched_waking",	NULL,		"pid" },
};

static u16 source_offset(const struct otr_event *ev, const char *name, size_t size)
{
	const struct otr_field *field;

	for (field = ev->fields; name && field->name; field++)
		if (!strcmp(field->name, name) && field->size == size)
			return field->offset;
	return 0;
}

/* Does a member lie at a multiple of 8? */
static bool source_is_wide(const struct otr_field *field)
{
	enum otr_kind kind = otr_field_kind(field);

	if (kind != OTR_KIND_NUMBER && kind != OTR_KIND_PTR_STRING && kind != OTR_KIND_FUNCTION)
		return false;
	return field->size / max_t(unsigned int, field->nr, 1) == sizeof(u64);
}

static unsigned int source_gap(const struct otr_event *ev)
{
	const struct otr_field *field;
	unsigned int end = 0;
	bool wide = false;

	for (field = ev->fields; field->name; field++) {
		wide |= source_is_wide(field);
		end = max_t(unsigned int, end, field->offset + field->size);
	}
	end = ALIGN(end, sizeof(u32));
	return wide ? ALIGN(end, sizeof(u64)) - end : 0;
}

static void source_note_traits(struct otr_perf_source *source, const struct otr_event *ev)
{
	bool is_call = ev->flags & OTR_EVENT_SYSCALL;
	unsigned int i;

	source->type = ev->flags & OTR_EVENT_PRIVATE ? 0 : ev->id;
	source->where = otr_probe_where(ev);
	source->from_user = is_call || source->where == OTR_PROBE_IN_PROGRAMS;
	/* Those of probes and of programs have none. */
	source->gap = ev->tp || is_call ? source_gap(ev) : 0;
	if (strcmp(ev->system, "sched"))
		return;
	for (i = 0; i < ARRAY_SIZE(source_traits); i++) {
		if (strcmp(ev->name, source_traits[i].name))
			continue;
		source->count_at = source_offset(ev, source_traits[i].count, sizeof(u64));
		source->task_at = source_offset(ev, source_traits[i].task, sizeof(pid_t));
	}
}

/* May everybody have what an event says of his own tasks? */
static bool source_for_all(const struct otr_event *ev)
{
	return ev->flags & OTR_EVENT_SYSCALL ||
	       (ev->tp && ev->owner == THIS_MODULE && !strcmp(ev->system, "raw_syscalls"));
}

/*
 * To know how often something happened is no secret; what is in a record may be one. Whose
 * events were allowed may have them in tasks that come of his, too.
 */
static int source_allow(const struct perf_event *event, const struct otr_event *ev)
{
	if (!(event->attr.sample_type & PERF_SAMPLE_RAW))
		return 0;
	if (event->attach_state == PERF_ATTACH_TASK && source_for_all(ev))
		return 0;
	return otr_host_perf_allow_raw();
}

static void source_free(struct otr_perf_source *source)
{
	free_percpu(source->here);
	kfree(source);
}

static struct otr_perf_source *source_create(struct otr_event *ev)
{
	struct otr_perf_source *source = kzalloc(sizeof(*source), GFP_KERNEL);
	int cpu;

	if (!source)
		return NULL;
	source->here = alloc_percpu(struct otr_perf_here);
	if (!source->here) {
		kfree(source);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		per_cpu_ptr(source->here, cpu)->unwanted = -1;
	source->event = ev;
	source->tap.run = otr_perf_hit;
	source->tap.kind = OTR_TAP_SINK;
	INIT_LIST_HEAD(&source->gone);
	source_note_traits(source, ev);
	return source;
}

static struct otr_perf_source *source_of(struct otr_event *ev)
{
	struct otr_perf_source *source = xa_load(&source_all, ev->id);
	int err;

	lockdep_assert_held(&otr_switch_lock);
	if (source)
		return source;
	source = source_create(ev);
	if (!source)
		return ERR_PTR(-ENOMEM);
	err = xa_err(xa_store(&source_all, ev->id, source, GFP_KERNEL));
	if (!err)
		return source;
	source_free(source);
	return ERR_PTR(err);
}

/* Is an event one of those that perf can have? */
static bool source_offered(const struct otr_event *ev)
{
	return otr_event_listed(ev) && otr_event_switched(ev) && ev->flags & OTR_EVENT_ID;
}

/*
 * A module that is about to come can be held, and goes all the same when it fails: the kernel
 * looks at no count then.
 */
static bool source_hold_module(struct module *mod)
{
	if (!try_module_get(mod))
		return false;
	if (!mod || mod == THIS_MODULE || READ_ONCE(mod->state) == MODULE_STATE_LIVE)
		return true;
	module_put(mod);
	return false;
}

static bool source_hold_modules(const struct otr_event *ev)
{
	if (!source_hold_module(ev->owner))
		return false;
	if (source_hold_module(ev->carrier))
		return true;
	module_put(ev->owner);
	return false;
}

static void source_release_modules(struct module *owner, struct module *carrier)
{
	module_put(carrier);
	module_put(owner);
}

/* The event of a number, with its modules held. */
static struct otr_event *source_event(u64 id)
{
	struct otr_event *ev;

	if (id > U16_MAX)
		return NULL;
	otr_event_lock();
	ev = otr_event_find(id);
	if (ev && !(source_offered(ev) && source_hold_modules(ev)))
		ev = NULL;
	otr_event_unlock();
	return ev;
}

static int source_attach(struct otr_perf_source *source)
{
	struct otr_sub *sub = otr_sub_hold(source_inst, source->event);

	if (IS_ERR(sub))
		return PTR_ERR(sub);
	mutex_lock(&otr_inst_lock);
	/* Where it is also about another task, it is asked each time. */
	if (!source->task_at)
		otr_sub_turn_away(sub, &source->here->unwanted);
	otr_sub_add_tap(sub, &source->tap);
	mutex_unlock(&otr_inst_lock);
	source->sub = sub;
	return 0;
}

/*
 * A probe that is at the tap goes on from it to nothing, also when it is added again at once: it
 * is the only one.
 */
static void source_detach(struct otr_perf_source *source)
{
	mutex_lock(&otr_inst_lock);
	otr_sub_remove_tap(source->sub, &source->tap);
	mutex_unlock(&otr_inst_lock);
	otr_sub_drop(source->sub);
	source->sub = NULL;
}

static int source_prepare(void)
{
	int err = 0;

	mutex_lock(&source_inst_lock);
	if (!source_inst)
		err = otr_inst_create_hidden(&source_inst);
	mutex_unlock(&source_inst_lock);
	return err;
}

static struct otr_perf_source *source_use(const struct perf_event *event, struct otr_event *ev)
{
	struct otr_perf_source *source;
	int err = source_allow(event, ev);

	if (err)
		return ERR_PTR(err);
	source = source_of(ev);
	if (IS_ERR(source))
		return source;
	err = source->uses ? 0 : source_attach(source);
	if (err)
		return ERR_PTR(err);
	source->owner = ev->owner;
	source->carrier = ev->carrier;
	source->uses++;
	return source;
}

/**
 * otr_perf_source_get - use one of our events for perf
 * @event: an event of perf, which says what for, and whose number
 * @own: instead of that number, a private event that nobody else has
 *
 * Context: otr_switch_lock and otr_inst_lock free; may sleep.
 * Return: the source, until otr_perf_source_put(); ERR_PTR() of -EINVAL when perf cannot
 * have an event of that number, of -EPERM when this task may not, of -ENOMEM, or of what
 * the event's source said.
 */
struct otr_perf_source *otr_perf_source_get(const struct perf_event *event,
					    struct otr_event *own)
{
	struct otr_perf_source *source;
	struct otr_event *ev;
	int err = source_prepare();

	if (err)
		return ERR_PTR(err);
	mutex_lock(&otr_switch_lock);
	ev = own ?: source_event(event->attr.config);
	source = ev ? source_use(event, ev) : ERR_PTR(-EINVAL);
	if (ev && !own && IS_ERR(source))
		source_release_modules(ev->owner, ev->carrier);
	mutex_unlock(&otr_switch_lock);
	return source;
}

/**
 * otr_perf_source_put - the counterpart of otr_perf_source_get()
 * @source: from there
 * @wait: until nobody switches events, if need be
 *
 * Context: otr_switch_lock and otr_inst_lock free; may sleep.
 * Return: whether it was given back, which it always is with @wait.
 */
bool otr_perf_source_put(struct otr_perf_source *source, bool wait)
{
	if (wait)
		mutex_lock(&otr_switch_lock);
	else if (!mutex_trylock(&otr_switch_lock))
		return false;
	/* A private one has no modules. */
	if (!--source->uses && source->sub)
		source_detach(source);
	source_release_modules(source->owner, source->carrier);
	mutex_unlock(&otr_switch_lock);
	return true;
}

/**
 * otr_perf_source_filter - make a filter of records of a source
 * @source: in use
 * @text: the filter, without spaces around it
 * @filter: receives it
 *
 * Context: otr_switch_lock free; may sleep.
 * Return: 0, -ENODEV when the event went away, or what otr_filter_create() said.
 */
int otr_perf_source_filter(const struct otr_perf_source *source, const char *text,
			   struct otr_filter **filter)
{
	struct otr_cmd cmd;
	int err = -ENODEV;

	mutex_lock(&otr_switch_lock);
	if (source->event)
		err = otr_filter_create(source->event, text, &cmd, filter);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/* A program that has it open waits for what does not happen any more. */
static void source_event_gone(struct otr_event *ev, bool for_good)
{
	struct otr_perf_source *source;

	mutex_lock(&otr_switch_lock);
	source = xa_erase(&source_all, ev->id);
	if (source) {
		if (source->sub)
			source_detach(source);
		source->event = NULL;
		list_add(&source->gone, &source_gone);
	}
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_perf_sources_settle - free the sources whose events went and that nobody uses
 *
 * Probes that were on their way when it went may look at one.
 *
 * Context: otr_switch_lock free; may sleep.
 */
void otr_perf_sources_settle(void)
{
	struct otr_perf_source *source, *next;
	LIST_HEAD(unused);

	mutex_lock(&otr_switch_lock);
	list_for_each_entry_safe(source, next, &source_gone, gone)
		if (!source->uses)
			list_move(&source->gone, &unused);
	mutex_unlock(&otr_switch_lock);
	if (list_empty(&unused))
		return;
	tracepoint_synchronize_unregister();
	list_for_each_entry_safe(source, next, &unused, gone)
		source_free(source);
}

static struct otr_event_hooks source_hooks = {
	.gone	= source_event_gone,
	.settle	= otr_perf_sources_settle,
};

/**
 * otr_perf_sources_init - let go of events that go away
 *
 * Context: module load.
 */
void otr_perf_sources_init(void)
{
	otr_event_add_hooks(&source_hooks);
}

/**
 * otr_perf_sources_exit - the counterpart of otr_perf_sources_init()
 *
 * Context: module unload, when nobody uses a source; sleeps until no probe is at one.
 */
void otr_perf_sources_exit(void)
{
	struct otr_perf_source *source, *next;
	unsigned long id;

	otr_inst_end();
	otr_event_remove_hooks(&source_hooks);
	tracepoint_synchronize_unregister();
	list_for_each_entry_safe(source, next, &source_gone, gone)
		source_free(source);
	xa_for_each(&source_all, id, source)
		source_free(source);
	xa_destroy(&source_all);
}
