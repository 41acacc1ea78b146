// SPDX-License-Identifier: GPL-2.0-only
/* Presets, which users know as tracers. */
#include <linux/printk.h>
#include <linux/string.h>

#include "inst/inst.h"

static LIST_HEAD(presets);

static int nop_start(struct otr_inst *inst)
{
	return 0;
}

static void nop_stop(struct otr_inst *inst)
{
}

/* Two options exist to try out how a tracer takes or refuses a change. */
static int nop_set_option(struct otr_inst *inst, enum otr_option opt, bool on)
{
	return opt == OTR_OPT_NOP_REFUSE ? -EINVAL : 0;
}

/* What every instance starts with and goes back to. */
struct otr_preset otr_preset_nop = {
	.name		= "nop",
	.start		= nop_start,
	.stop		= nop_stop,
	.set_option	= nop_set_option,
};

/**
 * otr_preset_init - make the preset that every instance starts with
 *
 * Context: module load.
 * Return: 0.
 */
int otr_preset_init(void)
{
	otr_preset_register(&otr_preset_nop);
	return 0;
}

/**
 * otr_preset_exit - the counterpart of otr_preset_init()
 *
 * Context: module unload.
 */
void otr_preset_exit(void)
{
	otr_preset_unregister(&otr_preset_nop);
	WARN_ON(!list_empty(&presets));
}

/**
 * otr_preset_register - offer a preset in available_tracers
 * @preset: the preset
 *
 * Context: may sleep.
 */
void otr_preset_register(struct otr_preset *preset)
{
	mutex_lock(&otr_inst_lock);
	list_add(&preset->link, &presets);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_preset_unregister - take a preset away
 * @preset: a registered preset that is current nowhere, see otr_preset_set()
 *
 * Context: may sleep.
 */
void otr_preset_unregister(struct otr_preset *preset)
{
	mutex_lock(&otr_inst_lock);
	list_del(&preset->link);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_preset_next - walk the presets, the newest first
 * @preset: where to go on, NULL for the start
 *
 * Context: otr_inst_lock held.
 * Return: the next one, NULL at the end.
 */
const struct otr_preset *otr_preset_next(const struct otr_preset *preset)
{
	const struct list_head *at = preset ? preset->link.next : presets.next;

	lockdep_assert_held(&otr_inst_lock);
	return at == &presets ? NULL : list_entry(at, struct otr_preset, link);
}

static const struct otr_preset *preset_find(const char *name)
{
	const struct otr_preset *p = NULL;

	while ((p = otr_preset_next(p)))
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

/**
 * otr_preset_clear - go back to "nop"
 * @inst: the instance
 *
 * Cannot fail, as unloading depends on it.
 *
 * Context: otr_inst_lock held.
 */
void otr_preset_clear(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->preset->stop(inst);
	inst->preset = &otr_preset_nop;
}

/**
 * otr_preset_set - make a preset the current one of an instance
 * @inst: the instance
 * @name: the preset's name
 *
 * The ring is emptied before the new one starts. When it fails to start, the
 * instance is left with "nop".
 *
 * Context: otr_inst_lock held.
 * Return: 0; -EINVAL without such a preset; -EBUSY while a consuming reader is
 * open; -ENOMEM; what the preset's start returned.
 */
int otr_preset_set(struct otr_inst *inst, const char *name)
{
	const struct otr_preset *preset = preset_find(name);
	int err;

	if (!preset)
		return -EINVAL;
	err = otr_inst_expand(inst);
	if (err)
		return err;
	if (preset == inst->preset)
		return 0;
	if (inst->pipes)
		return -EBUSY;
	otr_preset_clear(inst);
	err = otr_inst_reset(inst, OTR_CPU_ALL);
	if (!err)
		err = preset->start(inst);
	if (err)
		return err;
	inst->preset = preset;
	return 0;
}
