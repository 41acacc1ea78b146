// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the plan to the text.
 *
 * The plan is walked three times: to have the memory that it needs, to see
 * that every site is what it is believed to be, and to write. The last two
 * happen under the same text_mutex, so nothing is half done when a site turns
 * out to be wrong: nothing was written.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/kallsyms.h>
#include <linux/sched.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

static_assert(OTR_HOOKS_MAX == OTR_PLAN_HOOKS);

/* Under otr_site_lock, as all that follows. */
static struct otr_plan_hook apply_plan_hooks[OTR_HOOKS_MAX];

/* No hook may be on any site, see otr_site_enable(). */
static bool apply_switched_off;

/* Nothing but the leaving hook may change: memory is short, or text is wrong. */
static bool apply_nothing_new;

/* Sites that a hook wants and somebody else holds; what was last said of them. */
static unsigned int apply_left_out, apply_left_out_said;
static unsigned long apply_left_out_ip;

/* A site does not call somebody's code any more whose hook may wait for that. */
static bool apply_took_over;

/* What may be done with a site. */
enum verdict {
	FREE,	/* it is what it should be */
	HELD,	/* somebody else holds it: try again another time */
	WRONG,	/* it is not what it should be */
};

static void apply_plan_block(struct otr_plan *plan, const struct otr_block *block,
			     const struct otr_hook *leaving)
{
	unsigned int id, nr = 0;

	for (id = 0; id < OTR_HOOKS_MAX; id++) {
		const struct otr_hook *hook = otr_hooks[id];
		const struct otr_siteset *filter, *skip;

		if (!hook)
			continue;
		filter = hook->filter;
		skip = hook->skip;
		apply_plan_hooks[nr++] = (struct otr_plan_hook) {
			.id = id,
			.gone = hook == leaving || apply_switched_off || block->closing,
			.keep = apply_nothing_new || otr_site_failure(),
			.all = !filter || otr_set_empty(filter),
			.on = otr_part_find(&hook->parts, block),
			.filter = filter ? otr_part_find(&filter->parts, block) : NULL,
			.skip = skip ? otr_part_find(&skip->parts, block) : NULL,
		};
	}
	*plan = (struct otr_plan) {
		.hooks = apply_plan_hooks, .nr_hooks = nr, .sites = block->nr,
	};
}

/* What a step goes to; @shared counts sites that have no trampoline of their own then. */
static int apply_prepare_step(struct otr_block *block, const struct otr_plan_step *step,
			      unsigned int *shared)
{
	const struct otr_target *target = otr_target_get(&step->to);

	if (!target)
		return -ENOMEM;
	if (target->direct && !block->redirected)
		WRITE_ONCE(block->redirected, bitmap_zalloc(block->nr, GFP_KERNEL));
	if (target->direct && !block->redirected)
		return -ENOMEM;
	if (otr_target_shares(target))
		*shared += hweight_long(step->sites);
	return 0;
}

/* Everything that a block's plan needs memory for, but for the table of @shared sites. */
static int apply_prepare(struct otr_block *block, const struct otr_hook *leaving,
			 unsigned int *shared)
{
	struct otr_hookset wanted = { };
	struct otr_plan_step step;
	struct otr_plan plan;
	unsigned int id;
	int err = 0;

	apply_plan_block(&plan, block, leaving);
	while (otr_plan_next(&plan, &step)) {
		if (otr_hookset_empty(&step.to))
			continue;
		err = apply_prepare_step(block, &step, shared);
		if (err)
			return err;
		wanted.bits[0] |= step.to.bits[0];
		wanted.bits[1] |= step.to.bits[1];
	}
	mutex_lock(&otr_site_data_lock);
	for (id = 0; !err && id < OTR_HOOKS_MAX; id++)
		if (otr_hookset_has(&wanted, id) && !otr_part_make(&otr_hooks[id]->parts, block))
			err = -ENOMEM;
	mutex_unlock(&otr_site_data_lock);
	return err;
}

static bool apply_is_wrong(enum otr_bytes bytes, unsigned long target)
{
	/* Taken before us: a jump of a kprobe, a call of a BPF program. */
	return bytes == OTR_BYTES_WRONG || (bytes == OTR_BYTES_TAKEN && target);
}

static enum verdict apply_judge(unsigned long ip, unsigned long target)
{
	enum otr_bytes bytes = otr_arch_site_check(ip, target);

	if (apply_is_wrong(bytes, target))
		return WRONG;
	return bytes == OTR_BYTES_RIGHT && !otr_host_kprobe(ip) ? FREE : HELD;
}

/* What a site calls, by what is on it. */
static struct otr_target *apply_believed(unsigned long ip, const struct otr_plan_step *step)
{
	if (otr_hookset_empty(&step->from))
		return otr_held_target(ip);
	return otr_target_find(&step->from);
}

/*
 * Is every site of a block what it should be? 0, -EIO, and where a hook shall be
 * exchanged for another, -EBUSY if somebody holds one of its sites.
 */
static int apply_verify(const struct otr_block *block, const struct otr_hook *leaving, bool must)
{
	struct otr_plan_step step;
	struct otr_plan plan;
	int err = 0;

	apply_plan_block(&plan, block, leaving);
	while (otr_plan_next(&plan, &step)) {
		bool exchange = !must && leaving && otr_hookset_has(&step.from, leaving->id);
		unsigned long bit;

		for_each_set_bit(bit, &step.sites, BITS_PER_LONG) {
			unsigned long ip = block->sites[step.word * BITS_PER_LONG + bit];
			unsigned long target = otr_target_address(apply_believed(ip, &step));

			/* What is held is left out, or given back later. */
			if (apply_is_wrong(otr_arch_site_check(ip, target), target)) {
				otr_fail(ip, target);
				err = -EIO;
			} else if (exchange && apply_judge(ip, target) != FREE && !err) {
				err = -EBUSY;
			}
		}
		cond_resched();
	}
	return err;
}

/* A site's bytes and the counts of its callers. */
static void apply_write_site(unsigned long ip, const struct otr_plan_step *step,
			     struct otr_target *from, struct otr_target *to)
{
	u8 bytes[OTR_ARCH_SITE_SIZE];

	if (otr_target_address(from) != otr_target_address(to)) {
		otr_arch_site_bytes(bytes, ip, otr_target_address(to));
		otr_host_text_queue((void *)ip, bytes, sizeof(bytes));
	}
	if (from && otr_hookset_empty(&step->from)) {
		apply_took_over |= from->slot == OTR_SLOT_NONE;
		otr_held_drop(ip);
	} else if (from) {
		from->sites--;
	}
	if (to)
		to->sites++;
}

/**
 * apply_write_step - write the sites of a step
 * @block: their block
 * @step: the step
 * @leaving: the hook that may not stay on any
 * @lost: set to those that no hook is on any more
 *
 * Return: those that are as planned.
 */
static unsigned long apply_write_step(const struct otr_block *block,
				      const struct otr_plan_step *step,
				      const struct otr_hook *leaving, unsigned long *lost)
{
	bool must = leaving && otr_hookset_has(&step->from, leaving->id);
	struct otr_target *wanted = otr_target_find(&step->to);
	unsigned long bit, done = 0;

	*lost = 0;
	for_each_set_bit(bit, &step->sites, BITS_PER_LONG) {
		unsigned long ip = block->sites[step->word * BITS_PER_LONG + bit];
		struct otr_target *from = apply_believed(ip, step);
		/* Without memory for a target nobody is called. */
		struct otr_target *to = otr_target_ready(wanted, ip) ? wanted : NULL;

		switch (apply_judge(ip, otr_target_address(from))) {
		case FREE:
			apply_write_site(ip, step, from, to);
			if (to || otr_hookset_empty(&step->to))
				done |= BIT(bit);
			else
				*lost |= BIT(bit);
			break;
		case HELD:
			if (!must) {
				apply_left_out++;
				apply_left_out_ip = ip;
				break;
			}
			if (otr_held_add(block, ip, from))
				*lost |= BIT(bit);
			break;
		case WRONG:
			/* Not ours any more, whatever it is. */
			if (!must)
				break;
			from->sites--;
			*lost |= BIT(bit);
			break;
		}
	}
	if (wanted)
		WRITE_ONCE(block->touched[step->word], block->touched[step->word] | done);
	if (wanted && wanted->direct && block->redirected)
		WRITE_ONCE(block->redirected[step->word],
			   block->redirected[step->word] | done);
	return done;
}

static void apply_note_step(const struct otr_block *block, const struct otr_plan_step *step,
			    unsigned long done, unsigned long lost)
{
	unsigned int id;

	for (id = 0; id < OTR_HOOKS_MAX; id++) {
		bool was = otr_hookset_has(&step->from, id);
		bool is = otr_hookset_has(&step->to, id);
		unsigned long *on, now;

		if (!was && !is)
			continue;
		on = otr_part_find(&otr_hooks[id]->parts, block);
		if (WARN_ON_ONCE(!on))
			continue;
		now = is ? on[step->word] | done : on[step->word] & ~done;
		/* Somebody may look at it, see internal.h. */
		WRITE_ONCE(on[step->word], now & ~lost);
	}
}

static void apply_write_block(const struct otr_block *block, const struct otr_hook *leaving)
{
	struct otr_plan_step step;
	struct otr_plan plan;

	apply_plan_block(&plan, block, leaving);
	while (otr_plan_next(&plan, &step)) {
		unsigned long lost, done = apply_write_step(block, &step, leaving, &lost);

		apply_note_step(block, &step, done, lost);
		cond_resched();
	}
}

static int apply_prepare_all(const struct otr_hook *leaving)
{
	struct otr_block *block;
	unsigned int shared = 0;
	int err = 0;

	otr_target_turn++;
	list_for_each_entry(block, &otr_blocks, node) {
		err = apply_prepare(block, leaving, &shared);
		if (err)
			break;
	}
	return err ?: otr_targets_reserve(shared);
}

static int apply_verify_all(const struct otr_hook *leaving, bool must)
{
	struct otr_block *block;
	int err = 0;

	list_for_each_entry(block, &otr_blocks, node)
		err = min(err, apply_verify(block, leaving, must));
	return otr_site_failure() ? -EIO : err;
}

/* Once, not with every change of any hook. */
static void apply_report_left_out(void)
{
	char name[KSYM_SYMBOL_LEN];

	if (apply_left_out && apply_left_out != apply_left_out_said &&
	    otr_host_symbol(apply_left_out_ip, false, name, sizeof(name)))
		pr_info("%u functions stay as they are, %s among them: a kprobe or a BPF program is there\n",
			apply_left_out, name);
	apply_left_out_said = apply_left_out;
}

/**
 * otr_apply_left_out - does a hook want a site that somebody else holds?
 *
 * Context: otr_site_lock held.
 * Return: whether the last otr_apply() met one.
 */
bool otr_apply_left_out(void)
{
	return apply_left_out;
}

/* All that is written at once. With @must it does without what fails. */
static int apply_write_all(const struct otr_hook *leaving, bool must)
{
	struct otr_block *block;
	int err;

	otr_host_text_lock();
	/* A new failure changes the plan: others stay as they are. */
	err = apply_verify_all(leaving, must);
	if (err && !must)
		goto out;
	err = 0;
	otr_targets_arm();
	if (leaving)
		otr_targets_mute(leaving);
	list_for_each_entry(block, &otr_blocks, node)
		apply_write_block(block, leaving);
	otr_host_text_finish();
	/* Where it is still on a site, there is another round. */
	if (leaving && !otr_held_missing())
		otr_targets_still(leaving);
out:
	otr_host_text_unlock();
	/* Consoles are slow, and others wait for that lock. */
	otr_fail_report();
	return err;
}

/* With @must it does without what fails; else nothing has changed when it fails. */
static int apply_change(const struct otr_hook *leaving, bool must)
{
	int err;

	if (!must && otr_site_failure())
		return -EIO;
	apply_nothing_new = false;
	err = apply_prepare_all(leaving);
	if (err && !must)
		return err;
	apply_nothing_new = err;
	apply_took_over = false;
	do {
		apply_left_out = 0;
		err = apply_write_all(leaving, must);
	} while (!err && otr_held_refill());
	if (err)
		return err;
	if (leaving)
		otr_targets_orphan(leaving);
	otr_targets_share();
	if (apply_took_over)
		otr_host_quiesce();
	otr_held_report();
	apply_report_left_out();
	if (apply_left_out)
		schedule_delayed_work(&otr_retry_work, msecs_to_jiffies(OTR_RETRY_MS));
	return 0;
}

/**
 * otr_apply - make the text what the hooks want
 * @leaving: a hook that wants nothing any more, and is on no site afterwards;
 *	     NULL for none
 *
 * Sites that somebody else holds stay as they are; the next call, which comes
 * within OTR_RETRY_MS, tries them again. With @leaving it does not fail: it does
 * without what fails.
 *
 * Context: otr_site_lock held, sleeps.
 * Return: 0, -ENOMEM, -EIO if a site is not what it should be; then nothing
 * changed.
 */
int otr_apply(const struct otr_hook *leaving)
{
	return apply_change(leaving, leaving);
}

/**
 * otr_apply_exchange - the same where the hook that leaves has a successor
 * @leaving: the hook that leaves
 *
 * Context: otr_site_lock held, sleeps.
 * Return: 0, -EBUSY if somebody else holds one of its sites, or what otr_apply()
 * returns without a leaving hook; then nothing changed, and it is on its sites.
 */
int otr_apply_exchange(const struct otr_hook *leaving)
{
	return apply_change(leaving, false);
}

/**
 * otr_apply_forget - the text of a block goes away, as it is
 * @block: the block
 *
 * Context: otr_site_lock held.
 */
void otr_apply_forget(struct otr_block *block)
{
	struct otr_plan_step step;
	struct otr_plan plan;
	unsigned int id;

	apply_plan_block(&plan, block, NULL);
	for (id = 0; id < plan.nr_hooks; id++) {
		apply_plan_hooks[id].gone = true;
		apply_plan_hooks[id].keep = false;
	}
	while (otr_plan_next(&plan, &step))
		otr_target_find(&step.from)->sites -= hweight_long(step.sites);
	otr_held_forget(block);
	mutex_lock(&otr_site_data_lock);
	for (id = 0; id < OTR_HOOKS_MAX; id++)
		if (otr_hooks[id])
			otr_parts_forget(&otr_hooks[id]->parts, block);
	mutex_unlock(&otr_site_data_lock);
	otr_targets_share();
}

/**
 * otr_site_enable - the switch over all hooks
 * @on: off takes every hook off its sites, without unregistering any; on puts
 *	them back
 *
 * Context: process context, sleeps.
 * Return: 0, or what otr_hook_register() returns; then nothing has changed.
 */
int otr_site_enable(bool on)
{
	int err;

	mutex_lock(&otr_site_lock);
	apply_switched_off = !on;
	err = otr_apply(NULL);
	if (err) {
		apply_switched_off = on;
		otr_apply(NULL);
	}
	mutex_unlock(&otr_site_lock);
	return err;
}
