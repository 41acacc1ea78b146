// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records as text, in the format that Documentation/trace/mmiotrace.rst of the kernel
 * describes, and what a reader of trace_pipe gets before them: which devices there are.
 */
#include <linux/math64.h>
#include <linux/pci.h>

#include "mmio/internal.h"

/* The format's version is the day when it was made. */
#define TEXT_VERSION	"VERSION 20070824\n"

/* What a device has of memory: six regions, and its ROM. */
#define TEXT_REGIONS	(PCI_ROM_RESOURCE + 1)

/**
 * struct text_state - how far a reader of trace_pipe is
 * @given: of what there is before the records: the version, then devices
 * @done: it was told of all of them
 * @told: it was told that some were lost, and had no chance to read one since
 */
struct text_state {
	unsigned int	given;
	bool		done;
	bool		told;
};

/* Whether the log has it already that some were lost. */
static bool text_warned;

static void text_time(struct seq_buf *out, u64 ns)
{
	u32 us;
	u64 s = div_u64_rem(div_u64(ns + NSEC_PER_USEC / 2, NSEC_PER_USEC), USEC_PER_SEC, &us);

	seq_buf_printf(out, "%u.%06u", (u32)s, us);
}

/* Nobody knows whose memory it is, so the task is 0 everywhere. */
static void text_rw(const struct otr_rec_mmio_rw *rec, u64 ts, struct seq_buf *out)
{
	switch (rec->opcode) {
	case MMIO_READ:
	case MMIO_WRITE:
		seq_buf_printf(out, "%c %d ", rec->opcode == MMIO_READ ? 'R' : 'W', rec->width);
		text_time(out, ts);
		seq_buf_printf(out, " %d 0x%llx 0x%lx 0x%lx 0\n", rec->map_id, rec->phys,
			       rec->value, rec->pc);
		break;
	case MMIO_UNKNOWN_OP:
		seq_buf_puts(out, "UNKNOWN ");
		text_time(out, ts);
		/* The instruction's first bytes are there as a value. */
		seq_buf_printf(out, " %d 0x%llx %02x,%02x,%02x 0x%lx 0\n", rec->map_id, rec->phys,
			       (u8)(rec->value >> 16), (u8)(rec->value >> 8), (u8)rec->value,
			       rec->pc);
		break;
	default:
		seq_buf_puts(out, "rw what?\n");
	}
}

static void text_map(const struct otr_rec_mmio_map *rec, u64 ts, struct seq_buf *out)
{
	switch (rec->opcode) {
	case MMIO_PROBE:
		seq_buf_puts(out, "MAP ");
		text_time(out, ts);
		seq_buf_printf(out, " %d 0x%llx 0x%lx 0x%lx 0x0 0\n", rec->map_id, rec->phys,
			       rec->virt, rec->len);
		break;
	case MMIO_UNPROBE:
		seq_buf_puts(out, "UNMAP ");
		text_time(out, ts);
		seq_buf_printf(out, " %d 0x0 0\n", rec->map_id);
		break;
	default:
		seq_buf_puts(out, "map what?\n");
	}
}

static void text_mark(const struct otr_rec_print *rec, size_t len, u64 ts, struct seq_buf *out)
{
	seq_buf_puts(out, "MARK ");
	text_time(out, ts);
	seq_buf_printf(out, " %.*s", (int)(len - sizeof(*rec)), rec->text);
}

/* Programs read these lines, so what has no form of its own there is left out. */
static bool text_print(struct otr_view *view, const struct otr_item *item,
		       const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;

	if (head->type == OTR_TYPE_MMIO_RW)
		text_rw(item->data, item->ts, line->out);
	else if (head->type == OTR_TYPE_MMIO_MAP)
		text_map(item->data, item->ts, line->out);
	else if (head->type == OTR_TYPE_PRINT)
		text_mark(item->data, item->len, item->ts, line->out);
	return true;
}

static void text_device(struct pci_dev *dev, struct seq_buf *out)
{
	const struct pci_driver *driver = pci_dev_driver(dev);
	const struct resource *res = dev->resource;
	unsigned int i;

	seq_buf_printf(out, "PCIDEV %02x%02x %04x%04x %x", dev->bus->number, dev->devfn,
		       dev->vendor, dev->device, dev->irq);
	for (i = 0; i < TEXT_REGIONS; i++)
		seq_buf_printf(out, " %llx",
			       (u64)res[i].start | (res[i].flags & PCI_REGION_FLAG_MASK));
	for (i = 0; i < TEXT_REGIONS; i++)
		seq_buf_printf(out, " %llx",
			       res[i].start < res[i].end ? (u64)resource_size(&res[i]) : 0);
	seq_buf_printf(out, " %s\n", driver ? driver->name : "");
}

/* They come and go: the one that is at a place now. So do drivers, with their names. */
static bool text_nth_device(unsigned int nth, struct seq_buf *out)
{
	struct pci_dev *dev = NULL;

	do {
		dev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, dev);
	} while (dev && nth-- > 0);
	if (!dev)
		return false;
	device_lock(&dev->dev);
	text_device(dev, out);
	device_unlock(&dev->dev);
	pci_dev_put(dev);
	return true;
}

static void text_lost(unsigned long lost, struct seq_buf *out)
{
	seq_buf_printf(out, "MARK 0.000000 Lost %lu events.\n", lost);
	if (!text_warned)
		pr_warn("mmiotrace has lost events\n");
	text_warned = true;
}

/*
 * One line each time, before the records that are there. Where more are lost all the time, there
 * is a record between two lines that say so.
 */
static bool text_ahead(struct otr_view *view, struct seq_buf *out)
{
	struct text_state *state = view->state;
	unsigned long lost;

	if (!state->given) {
		seq_buf_puts(out, TEXT_VERSION);
		state->given++;
		return true;
	}
	lost = state->told ? 0 : otr_mmio_lost(view->ring);
	state->told = lost;
	if (lost) {
		text_lost(lost, out);
		return true;
	}
	if (!state->done)
		state->done = !text_nth_device(state->given++ - 1, out);
	return !state->done;
}

static size_t text_size(void)
{
	return sizeof(struct text_state);
}

static void text_rewind(struct otr_view *view)
{
	*(struct text_state *)view->state = (struct text_state){};
}

const struct otr_look otr_mmio_look = {
	.size	= text_size,
	.rewind	= text_rewind,
	.ahead	= text_ahead,
	.print	= text_print,
};

/**
 * otr_mmio_text_init - let a dump show these records
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_mmio_text_init(void)
{
	return otr_dump_prepare(&otr_mmio_look);
}
