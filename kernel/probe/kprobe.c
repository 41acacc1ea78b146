// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions of kprobes and kretprobes.
 *
 *	p[:[GROUP/][EVENT]] [MODULE:]SYMBOL[+OFFSET]|ADDRESS [ARGUMENTS]
 *	r[MAXACTIVE][:[GROUP/][EVENT]] [MODULE:]SYMBOL|ADDRESS [ARGUMENTS]
 *	p[:[GROUP/][EVENT]] [MODULE:]SYMBOL%return [ARGUMENTS]
 *
 * What is wrong with one is found in the order in which the in-tree tracer finds it, as
 * users see what is found first.
 */
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe/kprobe.h"

#define KPROBE_GROUP	"kprobes"

/* "%return" behind the symbol. */
static int kprobe_read_suffix(struct otr_kprobe_def *def)
{
	char *suffix = strchr(def->symbol, '%');

	if (!suffix)
		return 0;
	if (strcmp(suffix, "%return"))
		return otr_fetch_fail(&def->line, 1, suffix - def->symbol,
				      OTR_FETCH_BAD_ADDR_SUFFIX);
	*suffix = '\0';
	def->is_return = true;
	return 0;
}

static int kprobe_read_offset(struct otr_kprobe_def *def)
{
	char *sign = strpbrk(def->symbol, "+-");
	long offset;

	if (!sign)
		return 0;
	if (kstrtol(sign, 0, &offset) || offset < 0 || offset > UINT_MAX)
		return otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_BAD_PROBE_ADDR);
	*sign = '\0';
	def->offset = offset;
	return 0;
}

/* Is there one such function, and what may be asked for there? */
static int kprobe_check_symbol(struct otr_kprobe_def *def)
{
	unsigned int nr = otr_kprobe_count_symbols(def->symbol);
	struct otr_kprobe_spot spot;
	int err;

	if (nr > 1)
		return otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_NON_UNIQ_SYMBOL);
	if (!nr)
		return otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_BAD_PROBE_ADDR);
	err = otr_kprobe_find(def->symbol, def->offset, &spot);
	if (def->is_return) {
		def->where = OTR_FETCH_RETURN;
		if (!err && !spot.is_entry)
			return otr_fetch_fail(&def->line, 1, 0, OTR_FETCH_BAD_RETPROBE);
	} else if (!err && spot.is_entry) {
		def->where = OTR_FETCH_ENTRY;
	}
	return 0;
}

static int kprobe_read_place(struct otr_kprobe_def *def)
{
	const char *text = def->line.word[1];
	int err;

	if (!kstrtoul(text, 0, &def->offset))
		return 0;
	/* A place in a file is the business of others. */
	if (strchr(text, '/') && strchr(text, ':'))
		return -ECANCELED;
	def->offset = 0;
	def->symbol = kstrdup(text, GFP_KERNEL);
	if (!def->symbol)
		return -ENOMEM;
	err = kprobe_read_suffix(def);
	if (!err)
		err = kprobe_read_offset(def);
	return err ?: kprobe_check_symbol(def);
}

static int kprobe_read_name(struct otr_kprobe_def *def)
{
	char letter = def->is_return ? 'r' : 'p', *event = def->name.event;
	int err = otr_probe_read_name(&def->line, &def->name, KPROBE_GROUP);

	if (err || *event)
		return err;
	if (def->symbol)
		snprintf(event, OTR_PROBE_NAME, "%c_%s_%ld", letter, def->symbol, def->offset);
	else
		snprintf(event, OTR_PROBE_NAME, "%c_0x%p", letter, (void *)def->offset);
	otr_probe_clean_name(event);
	return 0;
}

static int kprobe_read_args(struct otr_kprobe_def *def, struct otr_fetch **fetch)
{
	const struct otr_fetch_place place = {
		.where	= def->where,
		.head	= otr_probe_head_bytes(def->is_return ? OTR_PROBE_RETURN : OTR_PROBE_AT),
		.func	= def->symbol,
	};

	return otr_fetch_read(&def->line, 2, def->line.nr - 2, &place, fetch);
}

static int kprobe_read(struct otr_kprobe_def *def, struct otr_fetch **fetch)
{
	int err;

	def->is_return = def->line.word[0][0] == 'r';
	err = otr_kprobe_read_maxactive(&def->line, &def->maxactive) ?: kprobe_read_place(def) ?:
	      kprobe_read_name(def);
	return err ?: kprobe_read_args(def, fetch);
}

static const struct otr_kprobe_family kprobe_family = {
	.catalog	= {
		.place	= "trace_kprobe",
		.text	= otr_fetch_errors,
		.nr	= OTR_FETCH_NR_ERRORS,
	},
	.ops		= &otr_kprobe_ops,
	.kind		= &otr_kprobe_kind,
	.read		= kprobe_read,
	.place		= otr_kprobe_place,
};

static int kprobe_create(const char *text)
{
	return otr_kprobe_define(text, &kprobe_family);
}

/* A place as it is listed. */
static int kprobe_print_place(const struct otr_kprobe *kp, char *text, size_t size)
{
	if (!kp->symbol)
		return scnprintf(text, size, "0x%p", (void *)kp->offset);
	if (kp->offset)
		return scnprintf(text, size, "%s+%lu", kp->symbol, kp->offset);
	return scnprintf(text, size, "%s", kp->symbol);
}

static bool kprobe_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	const struct otr_kprobe *kp = otr_kprobe_of(otr_probe_of(dyn));
	char place[OTR_FETCH_TEXT + 1];

	if (!otr_probe_is(&kp->probe, group, event))
		return false;
	if (!nr)
		return true;
	kprobe_print_place(kp, place, sizeof(place));
	return !strcmp(place, words[0]) && otr_fetch_match(kp->probe.fetch, words + 1, nr - 1);
}

static void kprobe_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_kprobe *kp = otr_kprobe_of(otr_probe_of(dyn));
	const struct otr_event *ev = &kp->probe.to->event;
	char place[KSYM_NAME_LEN + MODULE_NAME_LEN + sizeof(":+4294967295")];

	seq_putc(m, kp->is_return ? 'r' : 'p');
	if (kp->maxactive)
		seq_printf(m, "%u", kp->maxactive);
	kprobe_print_place(kp, place, sizeof(place));
	seq_printf(m, ":%s/%s %s", ev->system, ev->name, place);
	otr_fetch_show(m, kp->probe.fetch);
	seq_putc(m, '\n');
}

struct otr_dyn_kind otr_kprobe_kind = {
	.letters	= "pr",
	.create		= kprobe_create,
	.show		= kprobe_show,
	.match		= kprobe_match,
	.busy		= otr_probe_busy,
	.leave		= otr_probe_leave,
	.free		= otr_probe_free,
};

static int kprobe_read_private(struct otr_kprobe_def *def, struct otr_fetch **fetch)
{
	unsigned int nr = def->symbol ? otr_kprobe_count_symbols(def->symbol) : 1;

	if (nr != 1)
		return nr ? -EADDRNOTAVAIL : -ENOENT;
	return kprobe_read_args(def, fetch);
}

/* There is nobody that it would wait for. */
static int kprobe_place_private(struct otr_kprobe *kp)
{
	int err = kp->symbol || kp->offset ? otr_kprobe_place(kp) : -EINVAL;

	if (err || kp->way != OTR_KPROBE_NOWHERE)
		return err;
	otr_kprobe_ops.unplace(&kp->probe);
	return -ENOENT;
}

static const struct otr_kprobe_family kprobe_private_family = {
	.catalog	= {
		.place	= "trace_kprobe",
		.text	= otr_fetch_errors,
		.nr	= OTR_FETCH_NR_ERRORS,
	},
	.ops		= &otr_kprobe_ops,
	.read		= kprobe_read_private,
	.place		= kprobe_place_private,
};

/**
 * otr_kprobe_private - make a kprobe that only the caller knows of
 * @symbol: the function, NULL for an address
 * @offset: from there, or the address
 * @is_return: the function's return is meant
 *
 * Context: process context, no lock of ours held; sleeps.
 * Return: its event, until otr_probe_private_end(); ERR_PTR() of -ENOENT without such a place,
 * -EADDRNOTAVAIL for several functions of that name, -EINVAL where no probe may be, -EILSEQ
 * between instructions, -ENOMEM, -EBUSY when there are too many events.
 */
struct otr_event *otr_kprobe_private(const char *symbol, unsigned long offset, bool is_return)
{
	struct otr_kprobe_def def = {
		.family		= &kprobe_private_family,
		.symbol		= symbol ? kstrdup(symbol, GFP_KERNEL) : NULL,
		.offset		= offset,
		.is_return	= is_return,
	};
	int err = symbol && !def.symbol ? -ENOMEM : 0;

	if (err)
		return ERR_PTR(err);
	otr_probe_name_private(&def.name, KPROBE_GROUP, symbol);
	/* A line without arguments. */
	err = otr_fetch_line_open(&def.line, &kprobe_private_family.catalog, "p private");
	if (!err) {
		otr_dyn_lock();
		err = otr_kprobe_make(&def);
		otr_dyn_unlock();
	}
	otr_fetch_line_close(&def.line);
	kfree(def.symbol);
	return err ? ERR_PTR(err) : def.event;
}

/**
 * otr_kprobe_profile - print how often a probe was hit, and how often nothing came of it
 * @m: where to
 * @dyn: of a kprobe
 *
 * Context: otr_dyn_lock() held.
 */
void otr_kprobe_profile(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_kprobe *kp = otr_kprobe_of(otr_probe_of(dyn));
	unsigned long hits = 0, missed = atomic_long_read(&kp->missed);
	int cpu;

	for_each_possible_cpu(cpu)
		hits += *per_cpu_ptr(kp->hits, cpu);
	mutex_lock(&otr_switch_lock);
	missed += otr_trap_missed(kp);
	mutex_unlock(&otr_switch_lock);
	seq_printf(m, "  %-44s %15lu %15lu\n", kp->probe.to->event.name, hits, missed);
}

/**
 * otr_kprobe_event - the event of a kprobe
 * @dyn: of the kprobe
 *
 * Context: otr_dyn_lock() held.
 * Return: the event.
 */
struct otr_event *otr_kprobe_event(const struct otr_dyn *dyn)
{
	return &otr_probe_of(dyn)->to->event;
}
