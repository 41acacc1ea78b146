// SPDX-License-Identifier: GPL-2.0-only
/* What the records are, which every kernel says, and the tracer where there can be one. */
#include "mmio/internal.h"

static void mmio_show_rw(struct otr_line *line)
{
	const struct otr_rec_mmio_rw *rec = line->rec;

	seq_buf_printf(line->out, "%llx %lx %lx %x %x %x\n", rec->phys, rec->value, rec->pc,
		       rec->map_id, rec->opcode, rec->width);
}

static void mmio_show_map(struct otr_line *line)
{
	const struct otr_rec_mmio_map *rec = line->rec;

	seq_buf_printf(line->out, "%llx %lx %lx %x %x\n", rec->phys, rec->virt, rec->len,
		       rec->map_id, rec->opcode);
}

static const struct otr_field mmio_rw_fields[] = {
	OTR_FIELD(struct otr_rec_mmio_rw, resource_size_t, phys),
	OTR_FIELD(struct otr_rec_mmio_rw, unsigned long, value),
	OTR_FIELD(struct otr_rec_mmio_rw, unsigned long, pc),
	OTR_FIELD(struct otr_rec_mmio_rw, int, map_id),
	OTR_FIELD(struct otr_rec_mmio_rw, unsigned char, opcode),
	OTR_FIELD(struct otr_rec_mmio_rw, unsigned char, width),
	{}
};

static const struct otr_field mmio_map_fields[] = {
	OTR_FIELD(struct otr_rec_mmio_map, resource_size_t, phys),
	OTR_FIELD(struct otr_rec_mmio_map, unsigned long, virt),
	OTR_FIELD(struct otr_rec_mmio_map, unsigned long, len),
	OTR_FIELD(struct otr_rec_mmio_map, int, map_id),
	OTR_FIELD(struct otr_rec_mmio_map, unsigned char, opcode),
	{}
};

#define RW_FMT		"\"%lx %lx %lx %d %x %x\", "
#define RW_FRONT	"(unsigned long)REC->phys, REC->value, REC->pc, "
#define RW_REST		"REC->map_id, REC->opcode, REC->width"

#define MAP_FMT		"\"%lx %lx %lx %d %x\", "
#define MAP_FRONT	"(unsigned long)REC->phys, REC->virt, REC->len, "
#define MAP_REST	"REC->map_id, REC->opcode"

static struct otr_event mmio_events[] = {
	{
		.id		= OTR_TYPE_MMIO_RW,
		.system		= "ftrace",
		.name		= "mmiotrace_rw",
		.fields		= mmio_rw_fields,
		.print_fmt	= RW_FMT RW_FRONT RW_REST,
		.text		= mmio_show_rw,
	},
	{
		.id		= OTR_TYPE_MMIO_MAP,
		.system		= "ftrace",
		.name		= "mmiotrace_map",
		.fields		= mmio_map_fields,
		.print_fmt	= MAP_FMT MAP_FRONT MAP_REST,
		.text		= mmio_show_map,
	},
};

static void mmio_events_exit(unsigned int nr)
{
	while (nr-- > 0)
		otr_event_unregister(&mmio_events[nr]);
}

/**
 * otr_mmio_init - make the records known, and offer the tracer on a kernel that can have it
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_mmio_init(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(mmio_events) && !err; i++)
		err = otr_event_register(&mmio_events[i]);
	if (err) {
		mmio_events_exit(i - 1);
		return err;
	}
	err = otr_mmio_tracer_init();
	if (err)
		mmio_events_exit(i);
	return err;
}

/**
 * otr_mmio_exit - the counterpart of otr_mmio_init()
 *
 * Every instance goes back to "nop" first.
 *
 * Context: module unload; sleeps.
 */
void otr_mmio_exit(void)
{
	otr_inst_end();
	otr_mmio_tracer_exit();
	mmio_events_exit(ARRAY_SIZE(mmio_events));
}
