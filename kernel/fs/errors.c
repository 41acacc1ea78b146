// SPDX-License-Identifier: GPL-2.0-only
/* error_log: what was wrong with the last commands that were. */
#include <linux/seq_buf.h>

#include "fs/fs.h"

static struct otr_errlog *errors_log_of(struct seq_file *m)
{
	struct otr_file *of = m->private;

	return &of->where.inst->errors;
}

static void *errors_start(struct seq_file *m, loff_t *pos)
{
	return *pos < otr_errlog_count(errors_log_of(m)) ? pos : NULL;
}

static void *errors_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return errors_start(m, pos);
}

static void errors_stop(struct seq_file *m, void *v)
{
}

/* One that was forgotten since errors_start() prints nothing. */
static int errors_show(struct seq_file *m, void *v)
{
	struct seq_buf out;
	size_t size;
	char *buf;

	size = seq_get_buf(m, &buf);
	seq_buf_init(&out, buf, size);
	otr_errlog_text(errors_log_of(m), *(loff_t *)v, &out);
	seq_commit(m, seq_buf_has_overflowed(&out) ? -1 : seq_buf_used(&out));
	return 0;
}

static int errors_open(struct otr_file *of)
{
	if (of->truncate)
		otr_errlog_clear(&of->where.inst->errors);
	return 0;
}

/* Opening for it is what clears; what is written is nothing. */
static ssize_t errors_write(struct otr_file *of, char *text, size_t len)
{
	return len;
}

static const struct seq_operations errors_walk = {
	.start	= errors_start,
	.next	= errors_next,
	.stop	= errors_stop,
	.show	= errors_show,
};

const struct otr_file_ops otr_errors_ops = {
	.open	= errors_open,
	.walk	= &errors_walk,
	.write	= errors_write,
	.places	= OTR_PLACES_READ,
	.moves	= OTR_MOVES_NOT,
};
