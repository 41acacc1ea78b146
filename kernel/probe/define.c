// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the definition of a kprobe or fprobe to one: what all of them have in common.
 */
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe/kprobe.h"

#define DEFINE_MAXACTIVE	4096

/**
 * otr_kprobe_read_maxactive - read the number behind the letter of a definition
 * @line: the definition
 * @maxactive: set to it, if there is one
 *
 * Context: any.
 * Return: 0, -EINVAL.
 */
int otr_kprobe_read_maxactive(struct otr_fetch_line *line, unsigned int *maxactive)
{
	const char *digits = line->word[0] + 1;
	size_t len = strcspn(digits, ":");
	char text[OTR_PROBE_NAME];

	if (!isdigit(*digits))
		return 0;
	if (line->word[0][0] == 'p')
		return otr_fetch_fail(line, 0, 1, OTR_FETCH_BAD_MAXACT_TYPE);
	if (len >= sizeof(text))
		return otr_fetch_fail(line, 0, 1, OTR_FETCH_BAD_MAXACT);
	memcpy(text, digits, len);
	text[len] = '\0';
	if (kstrtouint(text, 0, maxactive) || !*maxactive)
		return otr_fetch_fail(line, 0, 1, OTR_FETCH_BAD_MAXACT);
	if (*maxactive > DEFINE_MAXACTIVE)
		return otr_fetch_fail(line, 0, 1, OTR_FETCH_MAXACT_TOO_BIG);
	return 0;
}

static struct otr_kprobe *define_make(struct otr_kprobe_def *def, struct otr_fetch *fetch)
{
	static u64 last_serial;
	struct otr_kprobe *kp = kzalloc(sizeof(*kp), GFP_KERNEL);

	if (!kp)
		return NULL;
	kp->hits = alloc_percpu(unsigned long);
	if (!kp->hits) {
		kfree(kp);
		return NULL;
	}
	kp->serial = ++last_serial;
	kp->probe.fetch = fetch;
	kp->symbol = def->symbol;
	kp->offset = def->offset;
	kp->maxactive = def->maxactive;
	kp->is_return = def->is_return;
	return kp;
}

static bool define_same(const struct otr_kprobe *a, const struct otr_kprobe *b)
{
	/* As in-tree: one address is like another. */
	if (!a->symbol || !b->symbol)
		return a->symbol == b->symbol && otr_fetch_same(a->probe.fetch, b->probe.fetch);
	return !strcmp(a->symbol, b->symbol) && a->offset == b->offset &&
	       otr_fetch_same(a->probe.fetch, b->probe.fetch);
}

static enum otr_probe_head define_head(const struct otr_kprobe *kp)
{
	return kp->is_return ? OTR_PROBE_RETURN : OTR_PROBE_AT;
}

/* May a probe be one of an event that has others? */
static int define_check_join(struct otr_kprobe_def *def, const struct otr_kprobe *kp,
			     const struct otr_probe_event *to)
{
	const struct otr_probe *other;
	int err = otr_probe_check_join(&def->line, to, define_head(kp), kp->probe.fetch);

	if (err)
		return err;
	list_for_each_entry(other, &to->probes, sibling) {
		if (!define_same(otr_kprobe_of(other), kp))
			continue;
		otr_fetch_fail(&def->line, 0, 0, OTR_FETCH_SAME_PROBE);
		return -EEXIST;
	}
	return 0;
}

/* An fprobe's event may be one of tracepoint probes; as in-tree, these are relatives. */
static bool define_is_mixed(const struct otr_kprobe_def *def)
{
	return def->family->relatives &&
	       !IS_ERR_OR_NULL(otr_probe_event_named(&def->name, def->family->relatives));
}

/* The event that a probe belongs to; @made: there was none. */
static struct otr_probe_event *define_event(struct otr_kprobe_def *def, struct otr_kprobe *kp,
					    bool *made)
{
	struct otr_probe_event *to = NULL;
	int err;

	if (!def->name.is_private)
		to = otr_probe_event_named(&def->name, def->family->ops);
	*made = !to;
	if (!to)
		return otr_probe_event_add(&def->name, define_head(kp), NULL, kp->probe.fetch,
					   def->family->ops);
	if (IS_ERR(to)) {
		otr_fetch_fail(&def->line, 0, 0, define_is_mixed(def) ? OTR_FETCH_DIFF_PROBE_TYPE :
								      OTR_FETCH_EVENT_EXIST);
		return to;
	}
	err = define_check_join(def, kp, to);
	return err ? ERR_PTR(err) : to;
}

/* On its place, and known; hit if somebody waits for it already. */
static int define_join(const struct otr_kprobe_def *def, struct otr_kprobe *kp,
		       struct otr_probe_event *to)
{
	const struct otr_probe_ops *ops = def->family->ops;
	int err;

	kp->probe.to = to;
	err = def->family->place(kp);
	if (!err && otr_probe_wanted(&kp->probe)) {
		err = ops->arm(&kp->probe);
		if (err)
			ops->unplace(&kp->probe);
	}
	if (!err)
		otr_probe_join(&kp->probe, to, def->family->kind);
	return err;
}

static void define_say_why(struct otr_kprobe_def *def, int err)
{
	if (err == -EILSEQ)
		otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_BAD_INSN_BNDRY);
	else if (err == -ENOENT)
		otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_BAD_PROBE_ADDR);
	else if (err != -ENOMEM && err != -EEXIST)
		otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_FAIL_REG_PROBE);
}

/* A probe of its own, or one more of an event; the arguments are its, whatever happens. */
static int define_add(struct otr_kprobe_def *def, struct otr_kprobe *kp)
{
	struct otr_probe_event *to;
	bool made;
	int err;

	to = define_event(def, kp, &made);
	if (IS_ERR(to)) {
		otr_fetch_free(kp->probe.fetch);
		return PTR_ERR(to);
	}
	err = define_join(def, kp, to);
	if (!err) {
		def->event = &to->event;
		return 0;
	}
	define_say_why(def, err);
	if (made)
		otr_probe_event_drop(to);
	else
		otr_fetch_free(kp->probe.fetch);
	return err;
}

/* Nobody can attach to an event that has no probe yet. */
static int define_add_locked(struct otr_kprobe_def *def, struct otr_kprobe *kp)
{
	int err;

	mutex_lock(&otr_switch_lock);
	err = define_add(def, kp);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/**
 * otr_kprobe_make - make a probe of what was asked for
 * @def: which has its line; gets what is wrong, or what was made
 *
 * Context: otr_dyn_lock() held; sleeps.
 * Return: 0, then the probe has the symbol; or what the family said, or -ENOMEM.
 */
int otr_kprobe_make(struct otr_kprobe_def *def)
{
	struct otr_fetch *fetch;
	struct otr_kprobe *kp;
	int err = def->family->read(def, &fetch);

	if (err)
		return err;
	kp = define_make(def, fetch);
	if (!kp) {
		otr_fetch_free(fetch);
		return -ENOMEM;
	}
	err = define_add_locked(def, kp);
	if (!err) {
		/* The probe has it. */
		def->symbol = NULL;
		return 0;
	}
	free_percpu(kp->hits);
	kfree(kp->spots == &kp->spot ? NULL : kp->spots);
	kfree(kp);
	return err;
}

/**
 * otr_kprobe_define - make a probe of a definition
 * @text: the definition
 * @family: how it is read, and what is made of it
 *
 * Context: that of &struct otr_dyn_kind.create.
 * Return: as there.
 */
int otr_kprobe_define(const char *text, const struct otr_kprobe_family *family)
{
	struct otr_kprobe_def def = { .family = family };
	int err = otr_fetch_line_open(&def.line, &family->catalog, text);

	if (!err)
		err = def.line.nr < 2 ? -ECANCELED : otr_kprobe_make(&def);
	otr_fetch_line_log(&def.line, &otr_inst_top()->errors);
	otr_fetch_line_close(&def.line);
	kfree(def.symbol);
	return err;
}
