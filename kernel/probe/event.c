// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of probes: how they come, what uses them, and how they go.
 *
 * The first probe of a name makes the event, and its arguments say what records look
 * like. Others join it if theirs look the same. While an instance wants the event, all of
 * its probes can be hit.
 */
#include <linux/mm.h>
#include <linux/rcupdate_trace.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/host.h"
#include "probe/event.h"
#include "record/record.h"

/* What records begin with, by enum otr_probe_head. */
static const struct {
	unsigned int	bytes;
	unsigned int	nr;
	const char	*fmt;
	const char	*args;
} event_heads[] = {
	[OTR_PROBE_BARE] = {
		.bytes	= sizeof(struct otr_rec_head),
		.fmt	= "",
		.args	= "",
	},
	[OTR_PROBE_AT] = {
		.bytes	= offsetofend(struct otr_probe_rec, at),
		.nr	= 1,
		.fmt	= "(%lx)",
		.args	= ", REC->__probe_ip",
	},
	[OTR_PROBE_RETURN] = {
		.bytes	= sizeof(struct otr_probe_rec),
		.nr	= 2,
		.fmt	= "(%lx <- %lx)",
		.args	= ", REC->__probe_func, REC->__probe_ret_ip",
	},
};

static const struct otr_field event_at_fields[] = {
	{ "unsigned long", "__probe_ip", offsetof(struct otr_probe_rec, at), sizeof(u64) },
};

static const struct otr_field event_return_fields[] = {
	{ "unsigned long", "__probe_func", offsetof(struct otr_probe_rec, at), sizeof(u64) },
	{ "unsigned long", "__probe_ret_ip", offsetof(struct otr_probe_rec, to), sizeof(u64) },
};

/**
 * otr_probe_head_bytes - what is in front of a record's arguments
 * @head: how it begins
 *
 * Context: any.
 * Return: its bytes.
 */
unsigned int otr_probe_head_bytes(enum otr_probe_head head)
{
	return event_heads[head].bytes;
}

static struct otr_probe_event *event_of(struct otr_event *ev)
{
	return container_of(ev, struct otr_probe_event, event);
}

/**
 * otr_probe_event_of - an event, as probes have it
 * @ev: the event of a probe
 *
 * Context: any.
 * Return: it.
 */
struct otr_probe_event *otr_probe_event_of(struct otr_event *ev)
{
	return event_of(ev);
}

/* Let all probes of an event be hit, or none. */
static int event_arm(struct otr_probe_event *to)
{
	struct otr_probe *probe;
	int err = 0;

	list_for_each_entry(probe, &to->probes, sibling) {
		err = to->ops->arm(probe);
		if (err)
			break;
	}
	if (!err)
		return 0;
	list_for_each_entry_continue_reverse(probe, &to->probes, sibling)
		to->ops->disarm(probe);
	return err;
}

static void event_disarm(struct otr_probe_event *to)
{
	struct otr_probe *probe;

	list_for_each_entry(probe, &to->probes, sibling)
		to->ops->disarm(probe);
}

static int event_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_probe_event *to = event_of(ev);
	bool first = hlist_empty(&to->targets);
	int err = otr_dyn_target_add(&to->targets, sub);

	if (err || !first)
		return err;
	err = event_arm(to);
	if (err)
		otr_dyn_target_remove(&to->targets, sub);
	return err;
}

static void event_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_probe_event *to = event_of(ev);

	otr_dyn_target_remove(&to->targets, sub);
	if (hlist_empty(&to->targets))
		event_disarm(to);
}

static const struct otr_event_ops event_ops = {
	.attach	= event_attach,
	.detach	= event_detach,
};

/*
 * An address as a symbol, with an offset or without, whatever the options say of that. Of
 * programs no symbols are known.
 */
static void event_print_ip(struct otr_line *line, unsigned long ip, bool with_offset)
{
	unsigned int flags = line->flags;

	if (event_of(line->ev)->ops->in_programs) {
		seq_buf_printf(line->out, "0x%lx", ip);
		return;
	}
	line->flags &= ~OTR_LINE_SYM_OFFSET;
	if (with_offset)
		line->flags |= OTR_LINE_SYM_OFFSET;
	otr_print_ip(line, ip);
	line->flags = flags;
}

static void event_text(struct otr_line *line)
{
	const struct otr_probe_event *to = event_of(line->ev);
	const struct otr_probe_rec *rec = line->rec;

	seq_buf_printf(line->out, "%s:", to->event.name);
	if (to->head == OTR_PROBE_AT) {
		seq_buf_puts(line->out, " (");
		event_print_ip(line, rec->at, true);
		seq_buf_putc(line->out, ')');
	} else if (to->head == OTR_PROBE_RETURN) {
		seq_buf_puts(line->out, " (");
		event_print_ip(line, rec->to, true);
		seq_buf_puts(line->out, " <- ");
		event_print_ip(line, rec->at, false);
		seq_buf_putc(line->out, ')');
	} else if (*to->base) {
		seq_buf_printf(line->out, " (%s)", to->base);
	}
	otr_fetch_print(to->fetch, line);
	seq_buf_putc(line->out, '\n');
}

/**
 * otr_probe_carries - may event probes be on an event?
 * @ev: the event, any
 *
 * Context: otr_event_lock() held.
 * Return: whether they may.
 */
bool otr_probe_carries(struct otr_event *ev)
{
	return ev->text == event_text ? event_of(ev)->ops->carries : otr_event_switched(ev);
}

/**
 * otr_probe_where - where does an event happen?
 * @ev: the event, any
 *
 * Context: any; the event stays.
 * Return: where.
 */
enum otr_probe_where otr_probe_where(const struct otr_event *ev)
{
	const struct otr_probe_event *to = container_of_const(ev, struct otr_probe_event, event);

	if (ev->text != event_text || to->head == OTR_PROBE_BARE)
		return OTR_PROBE_ELSEWHERE;
	return to->ops->in_programs ? OTR_PROBE_IN_PROGRAMS : OTR_PROBE_IN_KERNEL;
}

/**
 * otr_probe_event_named - find the event that a probe joins
 * @name: its name
 * @ops: those of the probe
 *
 * Context: otr_dyn_lock() held.
 * Return: the event; NULL if there is none; ERR_PTR(-EEXIST) if another kind of event has
 * the name.
 */
struct otr_probe_event *otr_probe_event_named(const struct otr_probe_name *name,
					      const struct otr_probe_ops *ops)
{
	struct otr_probe_event *to = NULL;
	struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_named(name->group, name->event);
	if (ev && ev->text == event_text && event_of(ev)->ops == ops)
		to = event_of(ev);
	else if (ev)
		to = ERR_PTR(-EEXIST);
	otr_event_unlock();
	return to;
}

/**
 * otr_probe_first - the oldest probe of an event
 * @to: the event
 *
 * Context: otr_dyn_lock() held.
 * Return: the probe.
 */
struct otr_probe *otr_probe_first(const struct otr_probe_event *to)
{
	return list_first_entry(&to->probes, struct otr_probe, sibling);
}

static void event_fill(struct otr_probe_event *to, const struct otr_probe_name *name,
		       struct otr_field *fields, char *print_fmt, size_t bytes)
{
	const struct otr_field *own = event_at_fields;
	unsigned int nr = event_heads[to->head].nr;
	char *system = print_fmt + bytes, *event = system + strlen(name->group) + 1;

	if (to->head == OTR_PROBE_RETURN)
		own = event_return_fields;
	memcpy(fields, own, nr * sizeof(*own));
	otr_fetch_fields(to->fetch, fields + nr);
	otr_fetch_print_fmt(to->fetch, event_heads[to->head].fmt, event_heads[to->head].args,
			    print_fmt, bytes);
	memcpy(system, name->group, strlen(name->group) + 1);
	memcpy(event, name->event, strlen(name->event) + 1);
	to->event.flags = name->is_private ? OTR_EVENT_PRIVATE : OTR_EVENT_ID;
	to->event.system = system;
	to->event.name = event;
	to->event.fields = fields;
	to->event.print_fmt = print_fmt;
	to->event.text = event_text;
	to->event.ops = to->ops->source ?: &event_ops;
}

/* The names of another event as records have them; what it takes. */
static size_t event_fill_base(char *to, size_t size, const struct otr_event *base)
{
	return 1 + (base ? snprintf(to, size, "%s.%s", base->system, base->name) :
			   snprintf(to, size, "%s", ""));
}

/**
 * otr_probe_event_add - make an event for the first probe of a name
 * @name: the name, which nobody has
 * @head: how records begin
 * @base: another event that records are said to come from, for OTR_PROBE_BARE; else NULL
 * @fetch: the probe's arguments; the event owns them from here on, unless it fails
 * @ops: what its probes can do
 *
 * Context: otr_dyn_lock() held.
 * Return: the event, known to everybody, without a probe; ERR_PTR(-ENOMEM), or what
 * otr_event_register() returned.
 */
struct otr_probe_event *otr_probe_event_add(const struct otr_probe_name *name,
					    enum otr_probe_head head, const struct otr_event *base,
					    struct otr_fetch *fetch,
					    const struct otr_probe_ops *ops)
{
	size_t base_bytes = event_fill_base(NULL, 0, base);
	unsigned int nr = event_heads[head].nr + fetch->nr + 1;
	size_t fmt = otr_fetch_print_fmt(fetch, event_heads[head].fmt, event_heads[head].args,
					 NULL, 0) + 1;
	struct otr_probe_event *to;
	struct otr_field *fields;
	int err;

	to = kvzalloc(sizeof(*to) + nr * sizeof(*fields) + fmt + sizeof(*name) + base_bytes,
		      GFP_KERNEL);
	if (!to)
		return ERR_PTR(-ENOMEM);
	fields = (void *)(to + 1);
	INIT_HLIST_HEAD(&to->targets);
	INIT_LIST_HEAD(&to->probes);
	to->ops = ops;
	to->head = head;
	to->fetch = fetch;
	to->base = (char *)(fields + nr) + fmt + sizeof(*name);
	event_fill_base((char *)to->base, base_bytes, base);
	event_fill(to, name, fields, (char *)(fields + nr), fmt);
	err = otr_event_register(&to->event);
	if (!err)
		return to;
	kvfree(to);
	return ERR_PTR(err);
}

static void event_free(struct rcu_head *rcu)
{
	struct otr_probe_event *to = container_of(rcu, struct otr_probe_event, rcu);

	otr_fetch_free(to->fetch);
	kvfree(to);
}

/**
 * otr_probe_event_drop - the counterpart of otr_probe_event_add(), if no probe joined
 * @to: the event; its arguments are freed, too
 *
 * Context: otr_dyn_lock() held.
 */
void otr_probe_event_drop(struct otr_probe_event *to)
{
	otr_event_unregister(&to->event);
	call_rcu(&to->rcu, event_free);
}

/**
 * otr_probe_join - let a probe be one of an event
 * @probe: the probe, with its arguments
 * @to: the event
 * @kind: the kind of definition that it is; NULL for one that nobody defined, of a private
 *	  event
 *
 * Context: otr_dyn_lock() and otr_switch_lock held.
 */
void otr_probe_join(struct otr_probe *probe, struct otr_probe_event *to,
		    const struct otr_dyn_kind *kind)
{
	lockdep_assert_held(&otr_switch_lock);
	probe->to = to;
	probe->ops = to->ops;
	probe->shares = probe->fetch == to->fetch;
	list_add_tail(&probe->sibling, &to->probes);
	if (kind)
		otr_dyn_add(&probe->dyn, kind);
}

/* It may be running until RCU says otherwise. */
static void event_free_probe(struct rcu_head *rcu)
{
	struct otr_probe *probe = container_of(rcu, struct otr_probe, rcu);

	if (!probe->shares)
		otr_fetch_free(probe->fetch);
	probe->ops->release(probe);
}

/* After all that may be looking at a probe or its event. */
static void event_free_later(const struct otr_probe_ops *ops, struct rcu_head *rcu,
			     rcu_callback_t free)
{
	if (IS_ENABLED(CONFIG_UPROBES) && ops->in_programs)
		call_rcu_tasks_trace(rcu, free);
	else
		call_rcu(rcu, free);
}

/* End the event of a probe, unless others keep it. */
static int event_retire(struct otr_probe *probe, bool forced)
{
	struct otr_event *ev = &probe->to->event;

	probe->last = list_is_singular(&probe->to->probes);
	if (!probe->last)
		return 0;
	if (!forced)
		return otr_event_retire(ev);
	otr_event_withdraw(ev, true);
	return 0;
}

/**
 * otr_probe_leave - take a probe off its place, if nobody needs it
 * @dyn: of the probe
 * @forced: although something needs it
 *
 * One of several goes in any case: the others keep the event.
 *
 * Context: that of &struct otr_dyn_kind.leave.
 * Return: 0, -EBUSY.
 */
int otr_probe_leave(struct otr_dyn *dyn, bool forced)
{
	struct otr_probe *probe = otr_probe_of(dyn);
	int err = event_retire(probe, forced);

	if (err)
		return err;
	mutex_lock(&otr_switch_lock);
	if (otr_probe_wanted(probe))
		probe->ops->disarm(probe);
	probe->ops->unplace(probe);
	list_del(&probe->sibling);
	mutex_unlock(&otr_switch_lock);
	return 0;
}

/**
 * otr_probe_free - free a probe that left, and with the last one the event
 * @dyn: of the probe
 *
 * Context: that of &struct otr_dyn_kind.free.
 */
void otr_probe_free(struct otr_dyn *dyn)
{
	struct otr_probe *probe = otr_probe_of(dyn);
	const struct otr_probe_ops *ops = probe->ops;
	struct otr_probe_event *to = probe->to;
	bool last = probe->last;

	if (dyn->kind)
		otr_dyn_del(dyn);
	if (last)
		otr_event_unregister(&to->event);
	event_free_later(ops, &probe->rcu, event_free_probe);
	if (last)
		event_free_later(ops, &to->rcu, event_free);
}

/**
 * otr_probe_name_private - say how an event is called that only its maker knows
 * @name: set
 * @group: the group
 * @event: the event; NULL where nobody said anything of it. What is too long is cut off
 *
 * Context: any.
 */
void otr_probe_name_private(struct otr_probe_name *name, const char *group, const char *event)
{
	strscpy(name->group, group);
	strscpy(name->event, event ?: "DUMMY_EVENT");
	name->is_private = true;
}

/**
 * otr_probe_private_end - end a private event and its probe
 * @ev: the event, which nobody uses any more
 *
 * Context: process context, no lock of ours held; sleeps until nobody is on the way to it.
 */
void otr_probe_private_end(struct otr_event *ev)
{
	struct otr_probe *probe;

	otr_dyn_lock();
	probe = otr_probe_first(event_of(ev));
	if (!WARN_ON_ONCE(otr_probe_leave(&probe->dyn, false))) {
		otr_event_settle();
		otr_probe_free(&probe->dyn);
	}
	otr_dyn_unlock();
}

/**
 * otr_probe_busy - does an instance want records of a probe?
 * @dyn: of the probe
 *
 * Context: that of &struct otr_dyn_kind.busy.
 * Return: whether one does.
 */
bool otr_probe_busy(const struct otr_dyn *dyn)
{
	return otr_probe_wanted(otr_probe_of(dyn));
}

/**
 * otr_probe_check_join - may a probe be one of an event that has others?
 * @line: its definition, whose first argument is its third word; gets what is wrong
 * @to: the event, with a probe
 * @head: how records of the new one would begin
 * @fetch: its arguments
 *
 * Context: otr_dyn_lock() held.
 * Return: 0, -EEXIST.
 */
int otr_probe_check_join(struct otr_fetch_line *line, const struct otr_probe_event *to,
			 enum otr_probe_head head, const struct otr_fetch *fetch)
{
	unsigned int differs;

	if (to->head != head) {
		otr_fetch_fail(line, 0, 0, OTR_FETCH_DIFF_PROBE_TYPE);
		return -EEXIST;
	}
	differs = otr_fetch_differ(fetch, otr_probe_first(to)->fetch);
	if (differs) {
		otr_fetch_fail(line, differs + 1, 0, OTR_FETCH_DIFF_ARG_TYPE);
		return -EEXIST;
	}
	return 0;
}

/**
 * otr_probe_is - does a probe have a name?
 * @probe: the probe
 * @group: its group, NULL for any
 * @event: its event, "" for any
 *
 * Context: otr_dyn_lock() held.
 * Return: whether it does.
 */
bool otr_probe_is(const struct otr_probe *probe, const char *group, const char *event)
{
	const struct otr_event *ev = &probe->to->event;

	return (!*event || !strcmp(ev->name, event)) && (!group || !strcmp(ev->system, group));
}
