// SPDX-License-Identifier: GPL-2.0-only
/*
 * buffer_size_kb, buffer_subbuf_size_kb, buffer_total_size_kb, buffer_percent,
 * free_buffer.
 */
#include "fs/fs.h"

#define KB_SHIFT	10

/* The one size that all CPUs have, or 0 when they differ. */
static unsigned long size_common_size(const struct otr_inst *inst)
{
	unsigned long size = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long here = otr_ring_size(inst->ring, cpu);

		if (size && here != size)
			return 0;
		size = here;
	}
	return size;
}

static int size_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	unsigned long size;

	mutex_lock(&otr_inst_lock);
	if (of->where.cpu != OTR_CPU_ALL) {
		seq_printf(m, "%lu\n", otr_ring_size(inst->ring, of->where.cpu) >> KB_SHIFT);
	} else {
		size = size_common_size(inst);
		if (!size)
			seq_puts(m, "X\n");
		else if (READ_ONCE(inst->expanded))
			seq_printf(m, "%lu\n", size >> KB_SHIFT);
		else
			seq_printf(m, "%lu (expanded: %lu)\n", size >> KB_SHIFT,
				   inst->size >> KB_SHIFT);
	}
	mutex_unlock(&otr_inst_lock);
	return 0;
}

static int size_write(struct otr_file *of, unsigned long kb)
{
	if (!kb)
		return -EINVAL;
	/* More than the address space holds is more than the memory holds. */
	if (kb > ULONG_MAX >> KB_SHIFT)
		return -ENOMEM;
	return otr_inst_resize(of->where.inst, kb << KB_SHIFT, of->where.cpu);
}

const struct otr_file_ops otr_size_ops = {
	.show		= size_show,
	.write_number	= size_write,
	.places		= OTR_PLACES_ANY,
};

#define PAGE_KB_MAX	(PAGE_SIZE << OTR_RING_ORDER_MAX >> KB_SHIFT)

static int size_page_size_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%lu\n", PAGE_SIZE << otr_ring_order(of->where.inst->ring) >> KB_SHIFT);
	return 0;
}

static int size_page_size_write(struct otr_file *of, unsigned long kb)
{
	if (!kb || kb > PAGE_KB_MAX)
		return -EINVAL;
	return otr_inst_set_order(of->where.inst, get_order(kb << KB_SHIFT));
}

const struct otr_file_ops otr_page_size_ops = {
	.show		= size_page_size_show,
	.write_number	= size_page_size_write,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_NOT,
};

static int size_total_size_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	unsigned long now = 0, later = 0;
	int cpu;

	mutex_lock(&otr_inst_lock);
	for_each_possible_cpu(cpu) {
		if (!otr_ring_has_cpu(inst->ring, cpu))
			continue;
		now += otr_ring_size(inst->ring, cpu) >> KB_SHIFT;
		later += inst->size >> KB_SHIFT;
	}
	if (READ_ONCE(inst->expanded))
		seq_printf(m, "%lu\n", now);
	else
		seq_printf(m, "%lu (expanded: %lu)\n", now, later);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

const struct otr_file_ops otr_total_size_ops = {
	.show	= size_total_size_show,
	.places	= OTR_PLACES_ANY,
};

static int size_percent_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%u\n", READ_ONCE(of->where.inst->percent));
	return 0;
}

static int size_percent_write(struct otr_file *of, unsigned long percent)
{
	if (percent > 100)
		return -EINVAL;
	WRITE_ONCE(of->where.inst->percent, percent);
	return 0;
}

const struct otr_file_ops otr_percent_ops = {
	.show		= size_percent_show,
	.write_number	= size_percent_write,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_ONE,
};

/* What is written does not matter: closing the file frees the memory. */
static ssize_t size_free_write(struct otr_file *of, char *text, size_t len)
{
	return len;
}

static void size_free_release(struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;

	if (otr_inst_option(inst, OTR_OPT_DISABLE_ON_FREE))
		otr_ring_off(inst->ring);
	otr_inst_resize(inst, 0, OTR_CPU_ALL);
}

const struct otr_file_ops otr_free_ops = {
	.write		= size_free_write,
	.release	= size_free_release,
	.places		= OTR_PLACES_SAME,
};
