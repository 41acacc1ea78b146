// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event probes: events that come of other events.
 *
 *	e[:[GROUP/][EVENT]] SYSTEM.EVENT [ARGUMENTS] [if FILTER]
 *
 * Where an instance wants one, a tap of the other event gets the records of that there. The
 * other event, and the module that it is of, stay for as long as there is the probe.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe/event.h"
#include "record/record.h"

#define EPROBE_GROUP	"eprobes"

static const struct otr_catalog eprobe_catalog = {
	.place	= "event_probe",
	.text	= otr_fetch_errors,
	.nr	= OTR_FETCH_NR_ERRORS,
};

/*
 * An event probe.
 *
 * @probe: what all probes are
 * @base: the other event
 * @carrier: the module of its tracepoint, which is kept, as its users are
 * @filter: which of its records; NULL for all
 */
struct eprobe {
	struct otr_probe	probe;
	struct otr_event	*base;
	struct module		*carrier;
	char			*filter;
};

/*
 * An instance that wants an event probe.
 *
 * @target: what all probes have
 * @tap: of the other event there
 * @base: that event there
 * @ep: the probe
 */
struct eprobe_target {
	struct otr_dyn_target	target;
	struct otr_tap		tap;
	struct otr_sub		*base;
	const struct eprobe	*ep;
};

static struct eprobe *eprobe_of(const struct otr_probe *probe)
{
	return container_of(probe, struct eprobe, probe);
}

static void eprobe_run(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct eprobe_target *to = container_of(tap, struct eprobe_target, tap);
	const struct otr_fetch_source source = { .base = hit->rec };
	const struct otr_probe *probe = &to->ep->probe;

	if (unlikely(!hit->rec))
		return;
	if (probe->fetch->texts)
		otr_probe_record_texts(probe, to->target.sub, source, hit->probe, 0);
	else
		otr_probe_record_plain(probe->fetch, to->target.sub, &source, OTR_PROBE_BARE,
				       hit->probe, 0);
}

static int eprobe_hold(struct eprobe_target *to, struct otr_inst *inst)
{
	struct otr_cmd cmd;
	int err = otr_task_names_get();

	if (err)
		return err;
	if (to->ep->filter)
		err = otr_filter_create(to->ep->base, to->ep->filter, &cmd, &to->tap.filter);
	if (!err) {
		to->base = otr_sub_hold(inst, to->ep->base);
		err = PTR_ERR_OR_ZERO(to->base);
	}
	if (err) {
		otr_filter_free(to->tap.filter);
		otr_task_names_put();
	}
	return err;
}

static int eprobe_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct otr_probe_event *event = otr_probe_event_of(ev);
	struct eprobe_target *to = kzalloc(sizeof(*to), GFP_KERNEL);
	int err;

	if (!to)
		return -ENOMEM;
	to->ep = eprobe_of(otr_probe_first(event));
	to->target.sub = sub;
	to->tap.run = eprobe_run;
	to->tap.kind = OTR_TAP_BEFORE;
	to->tap.needs_rec = true;
	/* Arguments are of the fields that an event has for itself. */
	to->tap.counts = true;
	err = eprobe_hold(to, sub->inst);
	if (err) {
		kfree(to);
		return err;
	}
	hlist_add_head_rcu(&to->target.node, &event->targets);
	mutex_lock(&otr_inst_lock);
	otr_sub_add_tap(to->base, &to->tap);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static struct eprobe_target *eprobe_target_of(struct otr_probe_event *event,
					      const struct otr_sub *sub)
{
	struct otr_dyn_target *target;

	hlist_for_each_entry(target, &event->targets, node)
		if (target->sub == sub)
			return container_of(target, struct eprobe_target, target);
	return NULL;
}

static void eprobe_free_target(struct rcu_head *rcu)
{
	struct eprobe_target *to = container_of(rcu, struct eprobe_target, target.rcu);

	otr_filter_free(to->tap.filter);
	kfree(to);
}

static void eprobe_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct eprobe_target *to = eprobe_target_of(otr_probe_event_of(ev), sub);

	if (WARN_ON_ONCE(!to))
		return;
	mutex_lock(&otr_inst_lock);
	otr_sub_remove_tap(to->base, &to->tap);
	mutex_unlock(&otr_inst_lock);
	otr_sub_drop(to->base);
	hlist_del_rcu(&to->target.node);
	/* A probe of the other event may be in the tap, with preemption off. */
	call_rcu(&to->target.rcu, eprobe_free_target);
	otr_task_names_put();
}

static const struct otr_event_ops eprobe_source = {
	.attach	= eprobe_attach,
	.detach	= eprobe_detach,
};

/* Nothing is hit by itself. */
static int eprobe_arm(struct otr_probe *probe)
{
	return 0;
}

static void eprobe_disarm(struct otr_probe *probe)
{
}

/* The other event may go from here on. */
static void eprobe_let_go(struct eprobe *ep)
{
	otr_event_put(ep->base);
	module_put(ep->carrier);
}

static void eprobe_unplace(struct otr_probe *probe)
{
	eprobe_let_go(eprobe_of(probe));
}

static void eprobe_free(struct eprobe *ep)
{
	kfree(ep->filter);
	kfree(ep);
}

static void eprobe_release(struct otr_probe *probe)
{
	eprobe_free(eprobe_of(probe));
}

static const struct otr_probe_ops eprobe_ops = {
	.source		= &eprobe_source,
	.arm		= eprobe_arm,
	.disarm		= eprobe_disarm,
	.unplace	= eprobe_unplace,
	.release	= eprobe_release,
};

/* Which event it is on. */
static int eprobe_read_base(struct otr_fetch_line *line, struct otr_probe_name *base)
{
	int err;

	base->group[0] = '\0';
	base->event[0] = '\0';
	err = otr_probe_read_name_at(line, base, 1, 0);
	if (!err && *base->group && *base->event)
		return 0;
	/* As in-tree: that is said in any case, beside what is wrong with the name. */
	otr_fetch_line_log(line, &otr_inst_top()->errors);
	line->cmd.error = -1;
	return otr_fetch_fail(line, 1, 0, OTR_FETCH_NO_EVENT_INFO);
}

/* Find the event and keep it. */
static int eprobe_find(struct eprobe *ep, struct otr_fetch_line *line,
		       const struct otr_probe_name *name)
{
	struct otr_event *base;

	otr_event_lock();
	base = otr_event_named(name->group, name->event);
	if (base && (!otr_probe_carries(base) || !try_module_get(base->carrier)))
		base = NULL;
	if (base) {
		ep->carrier = base->carrier;
		if (!otr_event_get(base)) {
			module_put(ep->carrier);
			base = NULL;
		}
	}
	otr_event_unlock();
	ep->base = base;
	if (base)
		return 0;
	otr_fetch_fail(line, 1, 0, OTR_FETCH_BAD_ATTACH_EVENT);
	return -ENODEV;
}

/* The words behind "if", which is word number @at. */
static int eprobe_read_filter(struct eprobe *ep, struct otr_fetch_line *line, unsigned int at)
{
	size_t size = 1, len = 0;
	struct otr_filter *filter;
	struct otr_cmd cmd;
	unsigned int i;
	int err;

	if (at == line->nr)
		return 0;
	if (at + 1 == line->nr)
		return otr_fetch_fail(line, line->nr, 0, OTR_FETCH_NO_EP_FILTER);
	for (i = at + 1; i < line->nr; i++)
		size += strlen(line->word[i]) + 1;
	ep->filter = kmalloc(size, GFP_KERNEL);
	if (!ep->filter)
		return -ENOMEM;
	for (i = at + 1; i < line->nr; i++)
		len += scnprintf(ep->filter + len, size - len, "%s%s", len ? " " : "",
				 line->word[i]);
	err = otr_filter_create(ep->base, ep->filter, &cmd, &filter);
	if (!err)
		otr_filter_free(filter);
	else if (err == -EINVAL)
		otr_errlog_add(&otr_inst_top()->errors, &cmd);
	return err;
}

static int eprobe_read_args(struct eprobe *ep, struct otr_fetch_line *line, unsigned int end)
{
	const struct otr_fetch_place place = {
		.where	= OTR_FETCH_EVENT,
		.head	= otr_probe_head_bytes(OTR_PROBE_BARE),
		.event	= ep->base,
	};
	struct otr_fetch *fetch;
	int err = otr_fetch_read(line, 2, end - 2, &place, &fetch);

	if (err)
		return err;
	err = otr_fetch_resolve(fetch);
	if (!err && !otr_fetch_lay(fetch, OTR_FETCH_BASE_RECORD))
		err = -EINVAL;
	if (err)
		otr_fetch_free(fetch);
	else
		ep->probe.fetch = fetch;
	return err;
}

static int eprobe_add(struct eprobe *ep, struct otr_fetch_line *line,
		      const struct otr_probe_name *name)
{
	struct otr_probe_event *to;

	lockdep_assert_held(&otr_switch_lock);
	to = otr_probe_event_named(name, &eprobe_ops);

	/* An event has one. */
	if (to) {
		otr_fetch_fail(line, 0, 0, OTR_FETCH_EVENT_EXIST);
		to = ERR_PTR(-EEXIST);
	} else {
		to = otr_probe_event_add(name, OTR_PROBE_BARE, ep->base, ep->probe.fetch,
					 &eprobe_ops);
	}
	if (IS_ERR(to)) {
		otr_fetch_free(ep->probe.fetch);
		return PTR_ERR(to);
	}
	otr_probe_join(&ep->probe, to, &otr_eprobe_kind);
	return 0;
}

/* Nobody can attach to an event that has no probe yet. */
static int eprobe_add_locked(struct eprobe *ep, struct otr_fetch_line *line,
			     const struct otr_probe_name *name)
{
	int err;

	mutex_lock(&otr_switch_lock);
	err = eprobe_add(ep, line, name);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/* Where its arguments end: at "if", if there is one. */
static unsigned int eprobe_find_if(const struct otr_fetch_line *line)
{
	unsigned int i;

	for (i = 2; i < line->nr; i++)
		if (!strcmp(line->word[i], "if"))
			break;
	return i;
}

static int eprobe_define(struct eprobe *ep, struct otr_fetch_line *line)
{
	struct otr_probe_name name, base;
	unsigned int end;
	int err = otr_probe_read_name(line, &name, EPROBE_GROUP) ?: eprobe_read_base(line, &base);

	if (err)
		return err;
	if (!*name.event)
		strscpy(name.event, base.event);
	end = eprobe_find_if(line);
	err = eprobe_find(ep, line, &base);
	if (err)
		return err;
	err = eprobe_read_filter(ep, line, end) ?: eprobe_read_args(ep, line, end) ?:
	      eprobe_add_locked(ep, line, &name);
	if (err)
		eprobe_let_go(ep);
	return err;
}

static int eprobe_create(const char *text)
{
	struct eprobe *ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	struct otr_fetch_line line;
	int err;

	if (!ep)
		return -ENOMEM;
	err = otr_fetch_line_open(&line, &eprobe_catalog, text);
	if (!err)
		err = line.nr < 2 ? -ECANCELED : eprobe_define(ep, &line);
	otr_fetch_line_log(&line, &otr_inst_top()->errors);
	otr_fetch_line_close(&line);
	if (err)
		eprobe_free(ep);
	return err;
}

/* "SYSTEM/EVENT", or with a dot. */
static bool eprobe_is_on(const struct eprobe *ep, const char *word)
{
	const char *slash = strchr(word, '/') ?: strchr(word, '.');
	size_t len = slash ? slash - word : 0;

	return slash && !strncmp(ep->base->system, word, len) && !ep->base->system[len] &&
	       !strcmp(ep->base->name, slash + 1);
}

static bool eprobe_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	const struct eprobe *ep = eprobe_of(otr_probe_of(dyn));

	if (!otr_probe_is(&ep->probe, group, event))
		return false;
	if (!nr)
		return true;
	return eprobe_is_on(ep, words[0]) && otr_fetch_match(ep->probe.fetch, words + 1, nr - 1);
}

static void eprobe_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct eprobe *ep = eprobe_of(otr_probe_of(dyn));
	const struct otr_event *ev = &ep->probe.to->event;

	seq_printf(m, "e:%s/%s %s.%s", ev->system, ev->name, ep->base->system, ep->base->name);
	otr_fetch_show(m, ep->probe.fetch);
	seq_putc(m, '\n');
}

struct otr_dyn_kind otr_eprobe_kind = {
	.letters	= "e",
	.create		= eprobe_create,
	.show		= eprobe_show,
	.match		= eprobe_match,
	.busy		= otr_probe_busy,
	.leave		= otr_probe_leave,
	.free		= otr_probe_free,
};
