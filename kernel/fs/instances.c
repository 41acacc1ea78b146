// SPDX-License-Identifier: GPL-2.0-only
/* instances/: a directory per instance that users made with mkdir. */
#include "fs/fs.h"

#define MODE_DIR	0750

static void fill(struct otr_entry *entry, struct otr_inst *inst)
{
	strscpy(entry->name, inst->name);
	entry->row = (struct otr_row){
		.name	= entry->name,
		.mode	= MODE_DIR,
		.dir	= &otr_top_dir,
	};
	entry->where = (struct otr_where){ .inst = inst, .cpu = OTR_CPU_ALL };
}

static bool instance_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	struct otr_inst *inst = otr_inst_top();

	mutex_lock(&otr_inst_lock);
	do
		inst = otr_inst_next(inst);
	while (inst && pos--);
	if (inst)
		fill(entry, inst);
	mutex_unlock(&otr_inst_lock);
	return inst;
}

static bool instance_find(const struct otr_where *dir, const char *name,
			  struct otr_entry *entry)
{
	struct otr_inst *inst;

	mutex_lock(&otr_inst_lock);
	inst = otr_inst_find(name);
	if (inst)
		fill(entry, inst);
	mutex_unlock(&otr_inst_lock);
	return inst;
}

static int instance_make(const char *name, struct otr_entry *entry)
{
	struct otr_inst *inst;
	int err = otr_inst_create(name, &inst);

	if (!err)
		fill(entry, inst);
	return err;
}

static int instance_remove(const struct otr_where *which)
{
	return otr_inst_remove(which->inst);
}

const struct otr_dir otr_instances_dir = {
	.nth	= instance_nth,
	.find	= instance_find,
	.make	= instance_make,
	.remove	= instance_remove,
};
