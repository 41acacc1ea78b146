// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where kprobes and kretprobes are, and how they get there.
 *
 * Placing finds out what a definition means, and whether that may be. It is done again when
 * a module comes that a probe waits for; when its module goes, a probe waits. Arming lets a
 * probe be hit that is somewhere.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "probe/kprobe.h"

/* All of them, the oldest first; otr_switch_lock. */
static LIST_HEAD(place_all);

/* The hooks are on their functions; otr_switch_lock. */
static bool place_hooked, place_ret_hooked;

static struct hlist_head *place_table(const struct otr_kprobe *kp)
{
	return kp->way == OTR_KPROBE_RETURN ? otr_kprobe_returns : otr_kprobe_entries;
}

/* Is an armed probe at a site? */
static bool place_taken(struct hlist_head *table, unsigned long ip)
{
	const struct otr_spot *spot;

	hlist_for_each_entry(spot, otr_kprobe_bucket(table, ip), node)
		if (spot->ip == ip)
			return true;
	return false;
}

/* What the hook that a way needs is to do, in place of what it does. */
static int place_set_sites(enum otr_kprobe_way way, struct otr_siteset *set)
{
	bool *hooked = way == OTR_KPROBE_RETURN ? &place_ret_hooked : &place_hooked;
	struct otr_hook *hook = &otr_kprobe_hook;
	int err;

	if (way == OTR_KPROBE_RETURN)
		hook = &otr_kprobe_ret_hook.hook;
	if (*hooked)
		return otr_hook_set(hook, set, NULL);
	hook->filter = set;
	err = way == OTR_KPROBE_RETURN ? otr_ret_register(&otr_kprobe_ret_hook) :
					 otr_hook_register(hook);
	*hooked = !err;
	return err;
}

/* Change a set of sites to what a probe that comes or goes wants. */
static int place_change(const struct otr_kprobe *kp, struct otr_siteset *set, bool on)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < kp->nr_spots && !err; i++) {
		unsigned long ip = kp->spots[i].ip;

		/* It was in a module that went. */
		if (!ip)
			continue;
		if (on)
			err = otr_siteset_add(set, ip);
		else if (!place_taken(place_table(kp), ip))
			otr_siteset_remove(set, ip);
	}
	return err;
}

/* Let a hook be on a probe's sites, or not. */
static int place_switch_sites(const struct otr_kprobe *kp, bool on)
{
	struct otr_hook *hook = &otr_kprobe_hook;
	struct otr_siteset *old, *set = otr_siteset_create();
	int err = -ENOMEM;

	if (kp->way == OTR_KPROBE_RETURN)
		hook = &otr_kprobe_ret_hook.hook;
	old = hook->filter;
	if (set)
		err = old ? otr_siteset_copy(set, old) : 0;
	if (!err) {
		/* An empty set would mean all sites there are. */
		otr_siteset_expect(set, true);
		err = place_change(kp, set, on);
	}
	if (!err)
		err = place_set_sites(kp->way, set);
	if (err) {
		if (hook->filter == set)
			hook->filter = old;
		old = set;
	}
	otr_siteset_destroy(old);
	return err;
}

/* Are all sites of a probe hooked for others? */
static bool place_all_taken(const struct otr_kprobe *kp)
{
	unsigned int i;

	for (i = 0; i < kp->nr_spots; i++)
		if (kp->spots[i].ip && !place_taken(place_table(kp), kp->spots[i].ip))
			return false;
	return true;
}

static void place_forget(struct otr_kprobe *kp)
{
	unsigned int i;

	for (i = 0; i < kp->nr_spots; i++)
		hlist_del_init_rcu(&kp->spots[i].node);
	kp->gone = get_state_synchronize_rcu();
}

/* Let a hook find a probe. */
static int place_show(struct otr_kprobe *kp)
{
	struct hlist_head *table = place_table(kp);
	bool taken = place_all_taken(kp);
	unsigned int i;
	int err = 0;

	/* A walk that is held up at a spot would go on from its new place. */
	if (kp->gone)
		cond_synchronize_rcu(kp->gone);
	/* Pairs with the walks in hit.c: it is complete. */
	for (i = 0; i < kp->nr_spots; i++)
		if (kp->spots[i].ip)
			hlist_add_head_rcu(&kp->spots[i].node,
					   otr_kprobe_bucket(table, kp->spots[i].ip));
	if (!taken)
		err = place_switch_sites(kp, true);
	if (err)
		place_forget(kp);
	return err;
}

static void place_hide(struct otr_kprobe *kp)
{
	place_forget(kp);
	/* Should there be no memory, calls come and find nothing. */
	if (!place_all_taken(kp))
		place_switch_sites(kp, false);
}

static int place_arm(struct otr_probe *probe)
{
	struct otr_kprobe *kp = otr_kprobe_of(probe);
	int err;

	lockdep_assert_held(&otr_switch_lock);
	if (kp->way == OTR_KPROBE_NOWHERE || kp->armed)
		return 0;
	err = kp->way == OTR_KPROBE_TRAP ? otr_trap_switch(kp, true) : place_show(kp);
	kp->armed = !err;
	return err;
}

static void place_disarm(struct otr_probe *probe)
{
	struct otr_kprobe *kp = otr_kprobe_of(probe);

	lockdep_assert_held(&otr_switch_lock);
	if (!kp->armed)
		return;
	if (kp->way == OTR_KPROBE_TRAP)
		otr_trap_switch(kp, false);
	else
		place_hide(kp);
	kp->armed = false;
}

/* Where hooks cannot serve it, the kernel's own kprobes do. */
static int place_trap(struct otr_kprobe *kp, const struct otr_kprobe_spot *spot)
{
	unsigned long addr = spot->addr;
	int err;

	if (!otr_fetch_lay(kp->probe.fetch, OTR_FETCH_BASE_REGS))
		return -EINVAL;
	if (spot->is_entry && spot->site && !kp->is_return)
		addr += OTR_ARCH_SITE_SIZE;
	err = otr_trap_set(kp, addr);
	if (!err)
		kp->way = OTR_KPROBE_TRAP;
	return err;
}

static bool place_can_hook(const struct otr_kprobe *kp, const struct otr_kprobe_spot *spot)
{
	if (!spot->is_entry || spot->addr != spot->site)
		return false;
	if (!kp->is_return)
		return otr_fetch_lay(kp->probe.fetch, OTR_FETCH_BASE_FRAME);
	return otr_ret_ready() && kp->probe.fetch->saved <= OTR_KPROBE_SAVED &&
	       otr_fetch_lay(kp->probe.fetch, OTR_FETCH_BASE_RESULT);
}

static int place_at(struct otr_kprobe *kp, const struct otr_kprobe_spot *spot)
{
	int err;

	if (otr_kprobe_notrace(spot)) {
		pr_warn("%ps() is not to be traced, nor probed\n", (void *)spot->addr);
		return -EINVAL;
	}
	err = otr_fetch_resolve(kp->probe.fetch);
	if (err)
		return err;
	if (kp->is_return && !spot->is_entry)
		return -EINVAL;
	kp->ip = spot->addr;
	if (!place_can_hook(kp, spot))
		return place_trap(kp, spot);
	if (otr_host_kprobe_refused(spot->addr))
		return -EINVAL;
	kp->way = kp->is_return ? OTR_KPROBE_RETURN : OTR_KPROBE_ENTRY;
	kp->spot = (struct otr_spot){ .ip = spot->addr, .kp = kp };
	kp->spots = &kp->spot;
	kp->nr_spots = 1;
	return 0;
}

static void place_note_module(struct otr_kprobe *kp)
{
	char name[KSYM_NAME_LEN], *mod = NULL;
	unsigned long offset;

	if (otr_host_lookup(kp->ip, &offset, &mod, name) && mod)
		strscpy(kp->module, mod);
	else
		kp->module[0] = '\0';
}

static int place_try(struct otr_kprobe *kp)
{
	struct otr_kprobe_spot spot;
	int err = otr_kprobe_find(kp->symbol, kp->offset, &spot);

	if (!err)
		err = place_at(kp, &spot);
	if (err)
		return err;
	place_note_module(kp);
	/* What the kernel's own kretprobes say where the user says nothing. */
	if (kp->is_return && !kp->maxactive)
		kp->maxactive = max(10, 2 * num_possible_cpus());
	return 0;
}

/**
 * otr_kprobe_place - put a new probe where it belongs
 * @kp: the probe; one of a module that is not there waits for that
 *
 * It can be armed then, and its arguments be run.
 *
 * Context: otr_switch_lock held; sleeps.
 * Return: 0, or what the in-tree tracer says: -ENOENT without such a place, -EINVAL where
 * no probe may be, -EILSEQ between instructions; -ENOMEM.
 */
int otr_kprobe_place(struct otr_kprobe *kp)
{
	int err = place_try(kp);

	/* As in-tree: an address that is none is taken, too, but there is no way to it. */
	if (err == -ENOENT && (!kp->symbol || otr_kprobe_module_awaited(kp->symbol)))
		err = 0;
	if (!err)
		list_add_tail(&kp->all, &place_all);
	return err;
}

/* Spots of a pattern, which hits may be looking at. */
static void place_free_spots(struct otr_kprobe *kp)
{
	struct otr_spot *spots = kp->spots;

	kp->spots = NULL;
	kp->nr_spots = 0;
	if (spots != &kp->spot)
		kvfree_rcu_mightsleep(spots);
}

static void place_leave(struct otr_kprobe *kp)
{
	if (kp->way == OTR_KPROBE_TRAP)
		otr_trap_remove(kp);
	place_free_spots(kp);
	kp->way = OTR_KPROBE_NOWHERE;
}

/* The sites of a set as spots. */
static int place_take_spots(struct otr_kprobe *kp, const struct otr_siteset *set)
{
	struct otr_site_pos pos = { .set = set };
	unsigned long nr = otr_siteset_count(set);
	struct otr_spot *spots = kvcalloc(nr, sizeof(*spots), GFP_KERNEL);
	unsigned int i = 0;
	bool more;

	if (!spots)
		return -ENOMEM;
	for (more = otr_site_start(&pos, 0); more && i < nr; more = otr_site_next(&pos))
		spots[i++] = (struct otr_spot){ .ip = pos.ip, .kp = kp };
	otr_site_stop();
	kp->spots = spots;
	kp->nr_spots = i;
	return 0;
}

/* What a pattern matches: how many, or an errno. */
static long place_match(const struct otr_kprobe *kp, struct otr_siteset *set, const char *mod)
{
	char *text = kstrdup(kp->symbol, GFP_KERNEL);
	struct otr_glob glob;
	long nr;

	if (!text)
		return -ENOMEM;
	otr_glob_parse(&glob, text);
	nr = glob.not ? 0 : otr_siteset_match(set, &glob, mod, false);
	kfree(text);
	return nr;
}

static int place_pattern(struct otr_kprobe *kp)
{
	struct otr_siteset *set = otr_siteset_create();
	long nr = set ? place_match(kp, set, NULL) : -ENOMEM;
	int err = nr > 0 ? place_take_spots(kp, set) : nr ?: -EINVAL;

	otr_siteset_destroy(set);
	if (!err)
		kp->way = kp->is_return ? OTR_KPROBE_RETURN : OTR_KPROBE_ENTRY;
	return err;
}

/**
 * otr_fprobe_place - put a new fprobe on the functions that it is for
 * @kp: the probe
 *
 * Context: otr_switch_lock held; sleeps.
 * Return: 0; -ENOENT for a symbol in an argument that is not there; -EINVAL without such a
 * function; -EOPNOTSUPP where returns are meant and cannot be seen; -ENOMEM.
 */
int otr_fprobe_place(struct otr_kprobe *kp)
{
	struct otr_fetch *fetch = kp->probe.fetch;
	int err = otr_fetch_resolve(fetch);

	if (err)
		return err;
	if (kp->is_return && (!otr_ret_ready() || fetch->saved > OTR_KPROBE_SAVED))
		return -EOPNOTSUPP;
	if (!otr_fetch_lay(fetch, kp->is_return ? OTR_FETCH_BASE_RESULT : OTR_FETCH_BASE_FRAME))
		return -EINVAL;
	err = place_pattern(kp);
	if (!err) {
		kp->is_pattern = true;
		list_add_tail(&kp->all, &place_all);
	}
	return err;
}

static void place_unplace(struct otr_probe *probe)
{
	struct otr_kprobe *kp = otr_kprobe_of(probe);

	place_leave(kp);
	list_del(&kp->all);
}

static void place_release(struct otr_probe *probe)
{
	struct otr_kprobe *kp = otr_kprobe_of(probe);

	free_percpu(kp->hits);
	kfree(kp->symbol);
	kfree(kp);
}

/* What a kprobe can do. */
const struct otr_probe_ops otr_kprobe_ops = {
	.arm		= place_arm,
	.disarm		= place_disarm,
	.unplace	= place_unplace,
	.release	= place_release,
};

/* What an fprobe can do. */
const struct otr_probe_ops otr_fprobe_ops = {
	.carries	= true,
	.arm		= place_arm,
	.disarm		= place_disarm,
	.unplace	= place_unplace,
	.release	= place_release,
};

/* A module comes: a pattern may match more. Or goes: it matches less. */
static void place_pattern_again(struct otr_kprobe *kp)
{
	int err;

	place_disarm(&kp->probe);
	place_leave(kp);
	err = place_pattern(kp);
	if (!err && otr_probe_wanted(&kp->probe))
		err = place_arm(&kp->probe);
	if (err && err != -EINVAL)
		pr_warn("%s cannot be probed any more: %pe\n", kp->symbol, ERR_PTR(err));
}

static bool place_pattern_matches(const struct otr_kprobe *kp, const struct module *mod)
{
	struct otr_siteset *set = otr_siteset_create();
	long nr = set ? place_match(kp, set, mod->name) : 0;

	otr_siteset_destroy(set);
	return nr > 0;
}

/* May a probe that is nowhere be in a module? */
static bool place_waits_for(const struct otr_kprobe *kp, const struct module *mod)
{
	size_t len = strlen(mod->name);

	if (kp->way != OTR_KPROBE_NOWHERE || !kp->symbol)
		return false;
	if (!strchr(kp->symbol, ':'))
		return !strcmp(kp->module, mod->name);
	return !strncmp(kp->symbol, mod->name, len) && kp->symbol[len] == ':';
}

static void place_come(struct otr_kprobe *kp, const struct module *mod)
{
	int err = otr_kprobe_count_symbols(kp->symbol) > 1 ? -EADDRNOTAVAIL : place_try(kp);

	if (!err && otr_probe_wanted(&kp->probe))
		err = place_arm(&kp->probe);
	if (err)
		pr_warn("%s: %s cannot be probed: %pe\n", mod->name, kp->symbol, ERR_PTR(err));
}

static void place_module_comes(struct module *mod)
{
	struct otr_kprobe *kp;

	mutex_lock(&otr_switch_lock);
	list_for_each_entry(kp, &place_all, all) {
		if (kp->is_pattern && place_pattern_matches(kp, mod))
			place_pattern_again(kp);
		else if (!kp->is_pattern && place_waits_for(kp, mod))
			place_come(kp, mod);
	}
	mutex_unlock(&otr_switch_lock);
}

/* Its sites are not there any more for those who ask, but in what is hooked. */
static void place_pattern_loses(struct otr_kprobe *kp, const struct module *mod)
{
	unsigned int i;

	for (i = 0; i < kp->nr_spots; i++) {
		if (!within_module(kp->spots[i].ip, mod))
			continue;
		if (kp->armed)
			hlist_del_init_rcu(&kp->spots[i].node);
		/* A walk that passes it compares it with another one. */
		WRITE_ONCE(kp->spots[i].ip, 0);
	}
}

static void place_module_goes(struct module *mod)
{
	struct otr_kprobe *kp;

	mutex_lock(&otr_switch_lock);
	list_for_each_entry(kp, &place_all, all) {
		if (kp->is_pattern)
			place_pattern_loses(kp, mod);
		if (kp->way == OTR_KPROBE_NOWHERE || !within_module(kp->ip, mod))
			continue;
		place_disarm(&kp->probe);
		place_leave(kp);
	}
	mutex_unlock(&otr_switch_lock);
}

static struct otr_modules place_modules = {
	.coming	= place_module_comes,
	.going	= place_module_goes,
};

/**
 * otr_kprobe_places_init - hear of modules
 *
 * Context: module load.
 */
void otr_kprobe_places_init(void)
{
	otr_modules_watch(&place_modules);
}

/**
 * otr_kprobe_places_exit - the counterpart of otr_kprobe_places_init()
 *
 * Context: module unload, when there is no probe any more; sleeps, up to seconds.
 */
void otr_kprobe_places_exit(void)
{
	otr_modules_unwatch(&place_modules);
	if (place_hooked)
		otr_hook_unregister(&otr_kprobe_hook);
	if (place_ret_hooked)
		otr_ret_unregister(&otr_kprobe_ret_hook);
	otr_siteset_destroy(otr_kprobe_hook.filter);
	otr_siteset_destroy(otr_kprobe_ret_hook.hook.filter);
}
