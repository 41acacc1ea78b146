// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoint probes: events on any tracepoint, whether the kernel has an event there or not.
 *
 *	t[:[GROUP/][EVENT]] TRACEPOINT [ARGUMENTS]
 *
 * What a tracepoint passes on comes as the arguments of a function, behind one of ours: five
 * words in registers, and the rest on the stack. A tracepoint of a module that is not there is
 * waited for.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "host/host.h"
#include "probe/kprobe.h"
#include "site/site.h"

#define TPROBE_GROUP	"tracepoints"

/* As many words may be asked for; what a tracepoint does not pass is just what lies there. */
#define TPROBE_WORDS	13
#define TPROBE_IN_REGS	6

static const struct otr_catalog tprobe_catalog = {
	.place	= "trace_fprobe",
	.text	= otr_fetch_errors,
	.nr	= OTR_FETCH_NR_ERRORS,
};

/*
 * A tracepoint probe.
 *
 * @probe: what all probes are
 * @ip: what records say where it is
 * @tp: the tracepoint; NULL while it is not there
 * @takes_more: arguments ask for words that are not in registers; set once
 * @armed: it is on the tracepoint
 * @name: the tracepoint's
 * @all: in the list of all
 *
 * @tp, @armed and @all under otr_switch_lock.
 */
struct tprobe {
	struct otr_probe	probe;
	unsigned long		ip;
	struct tracepoint	*tp;
	bool			takes_more;
	bool			armed;
	char			*name;
	struct list_head	all;
};

static LIST_HEAD(tprobe_all);

static struct tprobe *tprobe_of(const struct otr_probe *probe)
{
	return container_of(probe, struct tprobe, probe);
}

/*
 * Called by every tracepoint there may be; preemption is off. Those words that are on the
 * stack are looked at where they lie: as parameters they would be ours to change, and a
 * tracepoint that passes fewer has something else there.
 */
static void tprobe_hit(void *data, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	/* Behind the frame pointer and the return address. */
	const u64 *more = (const u64 *)__builtin_frame_address(0) + 2;
	/* The first one is ours, and nobody asks for it; nor for those that are not set. */
	u64 words[TPROBE_WORDS] __uninitialized;
	const struct tprobe *tp = data;
	const struct otr_fetch_source source = {
		.base	= words,
		.stack	= (unsigned long)(more - 1),
	};

	words[1] = a;
	words[2] = b;
	words[3] = c;
	words[4] = d;
	words[5] = e;
	if (unlikely(tp->takes_more))
		memcpy(words + TPROBE_IN_REGS, more, sizeof(words) - TPROBE_IN_REGS * sizeof(u64));
	otr_probe_record(&tp->probe, &source, OTR_PROBE_AT, tp->ip, 0);
}

static void tprobe_locate(struct tprobe *tp)
{
	unsigned long start, size, stub = (unsigned long)tp->tp->probestub;

	/* What the in-tree tracer's is on. */
	tp->ip = stub;
	if (otr_host_function(stub, &start, &size))
		tp->ip = otr_site_within(start, start + size) ?: stub;
}

static int tprobe_arm(struct otr_probe *probe)
{
	struct tprobe *tp = tprobe_of(probe);
	int err;

	lockdep_assert_held(&otr_switch_lock);
	if (!tp->tp || tp->armed)
		return 0;
	err = otr_host_probe_register(tp->tp, tprobe_hit, tp);
	tp->armed = !err;
	return err;
}

static void tprobe_disarm(struct otr_probe *probe)
{
	struct tprobe *tp = tprobe_of(probe);

	lockdep_assert_held(&otr_switch_lock);
	if (tp->armed)
		otr_host_probe_unregister(tp->tp, tprobe_hit, tp);
	tp->armed = false;
}

static void tprobe_unplace(struct otr_probe *probe)
{
	list_del(&tprobe_of(probe)->all);
}

static void tprobe_free(struct tprobe *tp)
{
	kfree(tp->name);
	kfree(tp);
}

static void tprobe_release(struct otr_probe *probe)
{
	tprobe_free(tprobe_of(probe));
}

/* What a tracepoint probe can do. */
const struct otr_probe_ops otr_tprobe_ops = {
	.carries	= true,
	.arm		= tprobe_arm,
	.disarm		= tprobe_disarm,
	.unplace	= tprobe_unplace,
	.release	= tprobe_release,
};

static int tprobe_read_name(struct otr_fetch_line *line, struct otr_probe_name *name)
{
	const char *tracepoint = line->word[1];
	int err = otr_probe_read_name(line, name, TPROBE_GROUP);

	if (err || *name->event)
		return err;
	snprintf(name->event, sizeof(name->event), "%s%s", isdigit(*tracepoint) ? "_" : "",
		 tracepoint);
	otr_probe_clean_name(name->event);
	return 0;
}

/* A name as C has them, but for what it begins with. */
static int tprobe_check_tracepoint(struct otr_fetch_line *line)
{
	const char *text = line->word[1], *at = strchr(text, '%');
	unsigned int i;

	if (at)
		return otr_fetch_fail(line, 1, at - text, OTR_FETCH_BAD_ADDR_SUFFIX);
	for (at = text; isalnum(*at) || *at == '_'; at++)
		;
	if (*at)
		return otr_fetch_fail(line, 1, at - text, OTR_FETCH_BAD_TP_NAME);
	for (i = 2; i < line->nr; i++) {
		at = strstr(line->word[i], "$retval");
		if (at && !isalnum(at[7]) && at[7] != '_')
			return otr_fetch_fail(line, i, at - line->word[i],
					      OTR_FETCH_RETVAL_ON_PROBE);
	}
	return 0;
}

/* Words that tracepoints pass on the stack. */
static bool tprobe_takes_more(const struct otr_fetch *fetch)
{
	const struct otr_fetch_step *step = fetch->steps;
	unsigned int i;

	for (i = 0; i < fetch->nr_steps; i++, step++)
		if (otr_fetch_takes_word(step) &&
		    step->offset >= TPROBE_IN_REGS * (int)sizeof(u64))
			return true;
	return false;
}

static int tprobe_read_args(struct tprobe *tp, struct otr_fetch_line *line)
{
	const struct otr_fetch_place place = {
		.where	= OTR_FETCH_ENTRY | OTR_FETCH_FPROBE | OTR_FETCH_TRACEPOINT,
		.head	= otr_probe_head_bytes(OTR_PROBE_AT),
	};
	struct otr_fetch *fetch;
	int err = otr_fetch_read(line, 2, line->nr - 2, &place, &fetch);

	if (err)
		return err;
	err = otr_fetch_resolve(fetch);
	if (!err && !otr_fetch_lay(fetch, OTR_FETCH_BASE_WORDS))
		err = -EINVAL;
	if (err) {
		otr_fetch_free(fetch);
		return err;
	}
	tp->takes_more = tprobe_takes_more(fetch);
	tp->probe.fetch = fetch;
	return 0;
}

static int tprobe_check_join(const struct tprobe *tp, struct otr_fetch_line *line,
			     const struct otr_probe_event *to)
{
	const struct otr_probe *other = otr_probe_first(to);
	unsigned int differs = otr_fetch_differ(tp->probe.fetch, other->fetch);

	if (differs) {
		otr_fetch_fail(line, differs + 1, 0, OTR_FETCH_DIFF_ARG_TYPE);
		return -EEXIST;
	}
	list_for_each_entry(other, &to->probes, sibling) {
		if (strcmp(tprobe_of(other)->name, tp->name) ||
		    !otr_fetch_same(other->fetch, tp->probe.fetch))
			continue;
		otr_fetch_fail(line, 0, 0, OTR_FETCH_SAME_PROBE);
		return -EEXIST;
	}
	return 0;
}

/* The event that it belongs to. */
static struct otr_probe_event *tprobe_event(struct tprobe *tp, struct otr_fetch_line *line,
					    const struct otr_probe_name *name)
{
	struct otr_probe_event *to = otr_probe_event_named(name, &otr_tprobe_ops);
	int err;

	if (!to)
		return otr_probe_event_add(name, OTR_PROBE_AT, NULL, tp->probe.fetch,
					   &otr_tprobe_ops);
	if (IS_ERR(to)) {
		bool mixed = !IS_ERR_OR_NULL(otr_probe_event_named(name, &otr_fprobe_ops));

		otr_fetch_fail(line, 0, 0, mixed ? OTR_FETCH_DIFF_PROBE_TYPE :
						   OTR_FETCH_EVENT_EXIST);
		return to;
	}
	err = tprobe_check_join(tp, line, to);
	return err ? ERR_PTR(err) : to;
}

static int tprobe_add(struct tprobe *tp, struct otr_fetch_line *line,
		      const struct otr_probe_name *name)
{
	struct otr_probe_event *to;
	int err;

	to = tprobe_event(tp, line, name);
	if (IS_ERR(to)) {
		otr_fetch_free(tp->probe.fetch);
		return PTR_ERR(to);
	}
	tp->probe.to = to;
	tp->tp = otr_host_tracepoint(tp->name);
	if (tp->tp)
		tprobe_locate(tp);
	err = otr_probe_wanted(&tp->probe) ? tprobe_arm(&tp->probe) : 0;
	if (err) {
		otr_fetch_free(tp->probe.fetch);
		return err;
	}
	list_add_tail(&tp->all, &tprobe_all);
	otr_probe_join(&tp->probe, to, &otr_tprobe_kind);
	return 0;
}

static void tprobe_come(struct tprobe *tp, struct tracepoint *tracepoint)
{
	int err;

	tp->tp = tracepoint;
	tprobe_locate(tp);
	err = otr_probe_wanted(&tp->probe) ? tprobe_arm(&tp->probe) : 0;
	if (err)
		pr_warn("%s cannot be probed: %pe\n", tp->name, ERR_PTR(err));
}

/*
 * A module that has the tracepoint may have become live before the probe was listed. One
 * that does later finds it there, and one that goes does as well: here it is held.
 */
static void tprobe_look_in_modules(struct tprobe *tp)
{
	struct module *owner;
	struct tracepoint *found = otr_host_hold_tracepoint(tp->name, &owner);

	if (!found)
		return;
	mutex_lock(&otr_switch_lock);
	if (!tp->tp)
		tprobe_come(tp, found);
	mutex_unlock(&otr_switch_lock);
	module_put(owner);
}

static int tprobe_define(struct tprobe *tp, struct otr_fetch_line *line)
{
	struct otr_probe_name name;
	unsigned int maxactive = 0;
	bool waits;
	int err = otr_kprobe_read_maxactive(line, &maxactive) ?: tprobe_check_tracepoint(line);

	/* That is for returns, of which a tracepoint has none. */
	if (!err && maxactive)
		err = otr_fetch_fail(line, 0, 1, OTR_FETCH_BAD_MAXACT_TYPE);
	if (!err)
		err = tprobe_read_name(line, &name);
	if (err)
		return err;
	tp->name = kstrdup(line->word[1], GFP_KERNEL);
	if (!tp->name)
		return -ENOMEM;
	err = tprobe_read_args(tp, line);
	if (err)
		return err;
	mutex_lock(&otr_switch_lock);
	err = tprobe_add(tp, line, &name);
	waits = !err && !tp->tp;
	mutex_unlock(&otr_switch_lock);
	if (waits)
		tprobe_look_in_modules(tp);
	return err;
}

static int tprobe_create(const char *text)
{
	struct tprobe *tp = kzalloc(sizeof(*tp), GFP_KERNEL);
	struct otr_fetch_line line;
	int err;

	if (!tp)
		return -ENOMEM;
	err = otr_fetch_line_open(&line, &tprobe_catalog, text);
	if (!err)
		err = line.nr < 2 ? -ECANCELED : tprobe_define(tp, &line);
	otr_fetch_line_log(&line, &otr_inst_top()->errors);
	otr_fetch_line_close(&line);
	if (err)
		tprobe_free(tp);
	return err;
}

static bool tprobe_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	const struct tprobe *tp = tprobe_of(otr_probe_of(dyn));

	if (!otr_probe_is(&tp->probe, group, event))
		return false;
	if (!nr)
		return true;
	return !strcmp(tp->name, words[0]) &&
	       otr_fetch_match(tp->probe.fetch, words + 1, nr - 1);
}

static void tprobe_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct tprobe *tp = tprobe_of(otr_probe_of(dyn));
	const struct otr_event *ev = &tp->probe.to->event;

	seq_printf(m, "t:%s/%s %s", ev->system, ev->name, tp->name);
	otr_fetch_show(m, tp->probe.fetch);
	seq_putc(m, '\n');
}

struct otr_dyn_kind otr_tprobe_kind = {
	.letters	= "t",
	.create		= tprobe_create,
	.show		= tprobe_show,
	.match		= tprobe_match,
	.busy		= otr_probe_busy,
	.leave		= otr_probe_leave,
	.free		= otr_probe_free,
};

/* A module comes whose tracepoint may be waited for. */
static void tprobe_module_comes(struct module *mod)
{
	struct tprobe *tp;

	mutex_lock(&otr_switch_lock);
	list_for_each_entry(tp, &tprobe_all, all) {
		struct tracepoint *found = NULL;

		if (!tp->tp)
			found = otr_host_module_tracepoint(mod, tp->name);
		if (found)
			tprobe_come(tp, found);
	}
	mutex_unlock(&otr_switch_lock);
}

static void tprobe_module_goes(struct module *mod)
{
	struct tprobe *tp;
	bool any = false;

	mutex_lock(&otr_switch_lock);
	list_for_each_entry(tp, &tprobe_all, all) {
		if (!tp->tp || !within_module((unsigned long)tp->tp, mod))
			continue;
		any |= tp->armed;
		tprobe_disarm(&tp->probe);
		tp->tp = NULL;
	}
	mutex_unlock(&otr_switch_lock);
	if (any)
		tracepoint_synchronize_unregister();
}

#ifdef CONFIG_MODULES
/*
 * The kernel wants a module's tracepoints to be free before it tells of modules that go, and
 * tells of those that have tracepoints before that. It does not of all that came.
 */
static int tprobe_on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct tp_module *in = data;

	if (state == MODULE_STATE_GOING)
		tprobe_module_goes(in->mod);
	return NOTIFY_OK;
}

static struct notifier_block tprobe_notifier = { .notifier_call = tprobe_on_module };

static void tprobe_watch(void)
{
	WARN_ON_ONCE(register_tracepoint_module_notifier(&tprobe_notifier));
}

static void tprobe_watch_no_more(void)
{
	unregister_tracepoint_module_notifier(&tprobe_notifier);
}
#else
static void tprobe_watch(void)
{
}

static void tprobe_watch_no_more(void)
{
}
#endif

static struct otr_modules tprobe_modules = {
	.coming	= tprobe_module_comes,
	.live	= tprobe_module_comes,
	.going	= tprobe_module_goes,
};

/**
 * otr_tprobes_init - hear of modules
 *
 * Context: module load.
 */
void otr_tprobes_init(void)
{
	otr_modules_watch(&tprobe_modules);
	tprobe_watch();
}

/**
 * otr_tprobes_exit - the counterpart of otr_tprobes_init()
 *
 * Context: module unload, when there is no probe any more.
 */
void otr_tprobes_exit(void)
{
	tprobe_watch_no_more();
	otr_modules_unwatch(&tprobe_modules);
	/* Those that went may still be on their way. */
	tracepoint_synchronize_unregister();
}
