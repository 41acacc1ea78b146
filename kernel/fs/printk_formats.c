// SPDX-License-Identifier: GPL-2.0-only
/* printk_formats: the texts behind the addresses that records hold. */
#include "fs/fs.h"
#include "host/host.h"
#include "record/record.h"

/* The kernel's come first, then those of modules that print into the trace. */
static void *printk_formats_formats_start(struct seq_file *m, loff_t *pos)
{
	const char *text = NULL;

	if (*pos < U32_MAX)
		text = otr_host_string(*pos) ?: otr_printk_format(*pos - otr_host_strings());
	return (void *)text;
}

static void *printk_formats_formats_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return printk_formats_formats_start(m, pos);
}

static void printk_formats_formats_stop(struct seq_file *m, void *v)
{
}

/* In quotes, but programs that read it know no backslash that stands for itself. */
static int printk_formats_formats_show(struct seq_file *m, void *v)
{
	const char *text;

	seq_printf(m, "0x%lx : \"", (unsigned long)v);
	for (text = v; *text; text++) {
		if (*text == '\n')
			seq_puts(m, "\\n");
		else if (*text == '\t')
			seq_puts(m, "\\t");
		else if (*text == '"')
			seq_puts(m, "\\\"");
		else
			seq_putc(m, *text);
	}
	seq_puts(m, "\"\n");
	return 0;
}

static const struct seq_operations printk_formats_formats_walk = {
	.start	= printk_formats_formats_start,
	.next	= printk_formats_formats_next,
	.stop	= printk_formats_formats_stop,
	.show	= printk_formats_formats_show,
};

const struct otr_file_ops otr_printk_formats_ops = {
	.walk	= &printk_formats_formats_walk,
};
