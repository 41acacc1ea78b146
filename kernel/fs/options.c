// SPDX-License-Identifier: GPL-2.0-only
/* trace_options, and one file per option in options/. */
#include "fs/fs.h"

#define OPTION_MAX	63

static int options_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	int opt;

	mutex_lock(&otr_inst_lock);
	for (opt = 0; opt < OTR_OPT_COUNT; opt++)
		if (otr_option_shown(inst, opt))
			seq_printf(m, "%s%s\n", otr_inst_option(inst, opt) ? "" : "no",
				   otr_option_name(opt));
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static ssize_t options_write(struct otr_file *of, char *text, size_t len)
{
	int err;

	mutex_lock(&otr_inst_lock);
	err = otr_option_parse(of->where.inst, strim(text));
	mutex_unlock(&otr_inst_lock);
	return err ?: len;
}

const struct otr_file_ops otr_trace_options_ops = {
	.show		= options_show,
	.write		= options_write,
	.write_max	= OPTION_MAX,
	.write_whole	= true,
};

static int option_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%d\n", otr_inst_option(of->where.inst, of->where.arg));
	return 0;
}

static int option_write(struct otr_file *of, unsigned long on)
{
	int err;

	if (on > 1)
		return -EINVAL;
	mutex_lock(&otr_inst_lock);
	err = otr_option_set(of->where.inst, of->where.arg, on);
	mutex_unlock(&otr_inst_lock);
	return err;
}

static const struct otr_file_ops option_ops = {
	.show		= option_show,
	.write_number	= option_write,
};

static bool option_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	if (pos >= OTR_OPT_COUNT)
		return false;
	entry->row = (struct otr_row){ .mode = OTR_MODE_WRITE, .ops = &option_ops };
	if (otr_option_has_file(dir->inst, pos)) {
		strscpy(entry->name, otr_option_name(pos));
		entry->row.name = entry->name;
	}
	entry->where = *dir;
	entry->where.arg = pos;
	return true;
}

const struct otr_dir otr_options_dir = {
	.nth	= option_nth,
};
