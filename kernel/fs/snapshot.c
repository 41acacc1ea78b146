// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot: what was recorded until somebody said so. It reads as trace does, and
 * numbers written to it say what to do.
 */
#include "fs/fs.h"

static const char snapshot_main_help[] =
	"# echo 0 > snapshot : Clears and frees snapshot buffer\n"
	"# echo 1 > snapshot : Allocates snapshot buffer, if not already allocated.\n"
	"#                      Takes a snapshot of the main buffer.\n"
	"# echo 2 > snapshot : Clears snapshot buffer (but does not allocate or free)\n"
	"#                      (Doesn't have to be '2' works with any number that\n"
	"#                       is not a '0' or '1')\n";

static const char snapshot_cpu_help[] =
	"# echo 0 > snapshot : Invalid for per_cpu snapshot file.\n"
	"# echo 1 > snapshot : Not supported with this kernel.\n"
	"#                     Must use main snapshot file to allocate.\n"
	"# echo 2 > snapshot : Clears this cpu's snapshot buffer (but does not allocate)\n"
	"#                      (Doesn't have to be '2' works with any number that\n"
	"#                       is not a '0' or '1')\n";

/**
 * otr_snapshot_help - say what can be written, in place of records
 * @where: of the file
 * @m: where to
 *
 * Context: may sleep.
 */
void otr_snapshot_help(const struct otr_where *where, struct seq_file *m)
{
	seq_printf(m, "#\n# * Snapshot is %s *\n#\n",
		   READ_ONCE(where->inst->snapshot_ready) ? "allocated" : "freed");
	seq_puts(m, "# Snapshot commands:\n");
	seq_puts(m, where->cpu == OTR_CPU_ALL ? snapshot_main_help : snapshot_cpu_help);
}

static int snapshot_take(struct otr_inst *inst)
{
	int err = otr_snapshot_want(inst);

	if (err)
		return err;
	err = otr_snapshot_take(inst);
	otr_snapshot_unwant(inst);
	return err;
}

/**
 * otr_snapshot_write - do what a number means
 * @of: the file
 * @number: 0 frees, 1 takes a snapshot, all others empty it
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for what one CPU cannot do; -EBUSY while the tracer keeps something
 * there, a histogram says when snapshots are taken, or a program has pages of the ring in its
 * memory; -ENOMEM.
 */
int otr_snapshot_write(struct otr_file *of, unsigned long number)
{
	struct otr_inst *inst = of->where.inst;
	int err = 0;

	mutex_lock(&otr_shape_lock);
	if (READ_ONCE(inst->tracer)->keeps_longest || inst->snapshot_held)
		err = -EBUSY;
	else if (number < 2 && of->where.cpu != OTR_CPU_ALL)
		err = -EINVAL;
	else if (!number)
		otr_snapshot_free(inst);
	else if (number == 1)
		err = snapshot_take(inst);
	else if (inst->snapshot_ready)
		err = otr_ring_reset(inst->snapshot, of->where.cpu);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/**
 * otr_file_ring - which records is a file about?
 * @of: the file; its where.arg is OTR_OF_SNAPSHOT for those of a snapshot
 *
 * Context: otr_inst_lock held; may sleep.
 * Return: the ring; ERR_PTR(-ENOMEM).
 */
struct otr_ring *otr_file_ring(struct otr_file *of)
{
	if (of->where.arg == OTR_OF_SNAPSHOT)
		return otr_snapshot_ring(of->where.inst);
	return of->where.inst->ring;
}
