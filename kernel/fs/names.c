// SPDX-License-Identifier: GPL-2.0-only
/* saved_cmdlines, saved_cmdlines_size, saved_tgids. */
#include "fs/fs.h"

/* The whole cache is small; it is shown in one piece. */
static int names_show(struct otr_file *of, struct seq_file *m)
{
	unsigned int place = 0;
	char comm[TASK_COMM_LEN];
	int pid;

	while ((pid = otr_comm_next(&place, comm)) >= 0)
		seq_printf(m, "%d %s\n", pid, comm);
	return 0;
}

const struct otr_file_ops otr_cmdlines_ops = {
	.show	= names_show,
};

static int names_size_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%u\n", otr_comm_size());
	return 0;
}

static int names_size_write(struct otr_file *of, unsigned long places)
{
	/* More names than there can be tasks would never be used. */
	if (!places || places > PID_MAX_DEFAULT)
		return -EINVAL;
	return otr_comm_resize(places);
}

const struct otr_file_ops otr_cmdlines_size_ops = {
	.show		= names_size_show,
	.write_number	= names_size_write,
	.places		= OTR_PLACES_SAME,
};

/* Position n shows the first task with an id of n or more. */
static void *names_tgids_start(struct seq_file *m, loff_t *pos)
{
	int pid = *pos < INT_MAX ? otr_tgid_next(*pos) : -1;

	if (pid < 0)
		return NULL;
	*pos = pid;
	return pos;
}

static void *names_tgids_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return names_tgids_start(m, pos);
}

static void names_tgids_stop(struct seq_file *m, void *v)
{
}

static int names_tgids_show(struct seq_file *m, void *v)
{
	int pid = *(loff_t *)v;

	seq_printf(m, "%d %d\n", pid, otr_tgid_find(pid));
	return 0;
}

static const struct seq_operations names_tgids_walk = {
	.start	= names_tgids_start,
	.next	= names_tgids_next,
	.stop	= names_tgids_stop,
	.show	= names_tgids_show,
};

const struct otr_file_ops otr_tgids_ops = {
	.walk	= &names_tgids_walk,
};
