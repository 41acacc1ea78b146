// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records as text: behind the usual columns, or, with the option blk_classic, as
 * blkparse prints them.
 */
#include <linux/math64.h>

#include "blk/internal.h"
#include "host/host.h"

/* Letters for what a request is to do, and their end. */
#define TEXT_KIND_MAX	8

/* Behind what happened. */
static void text_task(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	char comm[TASK_COMM_LEN];

	otr_comm_find(rec->head.pid, comm);
	seq_buf_printf(line->out, "[%s]", comm);
}

/* The number of a control group is in front of what else there is. */
static const void *text_more(const struct otr_rec_blk *rec)
{
	return rec->more + (rec->action & __BLK_TA_CGROUP ? sizeof(u64) : 0);
}

static u64 text_number(const struct otr_rec_blk *rec)
{
	__be64 number;

	memcpy(&number, text_more(rec), sizeof(number));
	return be64_to_cpu(number);
}

/* How many sectors. */
static u32 text_sectors(const struct otr_rec_blk *rec)
{
	return rec->bytes >> SECTOR_SHIFT;
}

static void text_where(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;

	if (rec->action & BLK_TC_ACT(BLK_TC_PC))
		seq_buf_printf(line->out, "%u ", rec->bytes);
	else if (text_sectors(rec))
		seq_buf_printf(line->out, "%llu + %u ", rec->sector, text_sectors(rec));
	text_task(line);
}

static void text_result(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;

	if (!(rec->action & BLK_TC_ACT(BLK_TC_PC))) {
		seq_buf_printf(line->out, "%llu ", rec->sector);
		if (text_sectors(rec))
			seq_buf_printf(line->out, "+ %u ", text_sectors(rec));
	}
	seq_buf_printf(line->out, "[%d]", rec->error);
}

static void text_unplug(struct otr_line *line)
{
	text_task(line);
	seq_buf_printf(line->out, " %llu", text_number(line->rec));
}

static void text_split(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;

	seq_buf_printf(line->out, "%llu / %llu ", rec->sector, text_number(rec));
	text_task(line);
}

static void text_remap(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	struct blk_io_trace_remap from;
	u32 dev;

	memcpy(&from, text_more(rec), sizeof(from));
	dev = be32_to_cpu(from.device_from);
	seq_buf_printf(line->out, "%llu + %u <- (%d,%d) %llu", rec->sector, text_sectors(rec),
		       MAJOR(dev), MINOR(dev), be64_to_cpu(from.sector_from));
}

static void text_message(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	const void *text = text_more(rec);

	otr_print_bytes(line->out, text, (void *)rec->more + rec->more_len - text);
}

/**
 * struct text_action - something that can happen
 * @letter: what blkparse calls it
 * @name: with the option verbose
 * @rest: what stands behind that
 */
struct text_action {
	const char	*letter;
	const char	*name;
	void		(*rest)(struct otr_line *line);
};

static const struct text_action text_actions[] = {
	[__BLK_TA_QUEUE]	= { "Q", "queue",	text_where },
	[__BLK_TA_BACKMERGE]	= { "M", "backmerge",	text_where },
	[__BLK_TA_FRONTMERGE]	= { "F", "frontmerge",	text_where },
	[__BLK_TA_GETRQ]	= { "G", "getrq",	text_where },
	[__BLK_TA_REQUEUE]	= { "R", "requeue",	text_result },
	[__BLK_TA_ISSUE]	= { "D", "issue",	text_where },
	[__BLK_TA_COMPLETE]	= { "C", "complete",	text_result },
	[__BLK_TA_PLUG]		= { "P", "plug",	text_task },
	[__BLK_TA_UNPLUG_IO]	= { "U", "unplug_io",	text_unplug },
	[__BLK_TA_UNPLUG_TIMER]	= { "UT", "unplug_timer", text_unplug },
	[__BLK_TA_INSERT]	= { "I", "insert",	text_where },
	[__BLK_TA_SPLIT]	= { "X", "split",	text_split },
	[__BLK_TA_BOUNCE]	= { "B", "bounce",	text_where },
	[__BLK_TA_REMAP]	= { "A", "remap",	text_remap },
};

static const struct text_action text_message_action = { "m", "message", text_message };

/* NULL for what nobody here records. */
static const struct text_action *text_action(u32 action)
{
	u32 what = action & U16_MAX & ~__BLK_TA_CGROUP;

	if ((action & ~__BLK_TN_CGROUP) == BLK_TN_MESSAGE)
		return &text_message_action;
	if (what >= ARRAY_SIZE(text_actions) || !text_actions[what].letter)
		return NULL;
	return &text_actions[what];
}

static void text_kind(const struct otr_rec_blk *rec, char *to)
{
	u32 kind = rec->action >> BLK_TC_SHIFT;

	if (kind & BLK_TC_NOTIFY) {
		strscpy(to, "N", TEXT_KIND_MAX);
		return;
	}
	if (kind & BLK_TC_FLUSH)
		*to++ = 'F';
	if (kind & BLK_TC_DISCARD)
		*to++ = 'D';
	else if (kind & BLK_TC_WRITE)
		*to++ = 'W';
	else
		*to++ = rec->bytes ? 'R' : 'N';
	if (kind & BLK_TC_FUA)
		*to++ = 'F';
	if (kind & BLK_TC_AHEAD)
		*to++ = 'A';
	if (kind & BLK_TC_SYNC)
		*to++ = 'S';
	if (kind & BLK_TC_META)
		*to++ = 'M';
	*to = '\0';
}

static void text_device(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;

	seq_buf_printf(line->out, "%3d,%-3d ", MAJOR(rec->device), MINOR(rec->device));
}

/* Its path, or its number in two halves, as a handle of a file has them. */
static void text_cgroup(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	char path[NAME_MAX + 1] = "<...>";
	u64 id;

	memcpy(&id, rec->more, sizeof(id));
	if (!otr_blk_styled(OTR_BLK_CGNAME)) {
		seq_buf_printf(line->out, "%llx,%-llx ", id & U32_MAX, id >> 32);
		return;
	}
	if (!(line->flags & OTR_LINE_ATOMIC))
		otr_host_cgroup_path(id, path, sizeof(path));
	seq_buf_printf(line->out, "%s ", path);
}

/* What happened to what, and the rest of the line. */
static void text_end(struct otr_line *line, const struct text_action *action)
{
	char kind[TEXT_KIND_MAX];

	text_kind(line->rec, kind);
	seq_buf_printf(line->out, "%2s %3s ",
		       line->flags & OTR_LINE_TYPES ? action->name : action->letter, kind);
	action->rest(line);
	seq_buf_putc(line->out, '\n');
}

static void text_unknown(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;

	seq_buf_printf(line->out, "Unknown action %x\n", rec->action & U16_MAX & ~__BLK_TA_CGROUP);
}

static void text_print(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	const struct text_action *action = text_action(rec->action);

	if (!action) {
		text_unknown(line);
		return;
	}
	text_device(line);
	if (rec->action & __BLK_TA_CGROUP)
		text_cgroup(line);
	text_end(line, action);
}

/* With the option bin: as blktrace would have got it, so that blkparse can read it. */
static void text_print_bin(struct otr_line *line)
{
	const struct otr_rec_blk *rec = line->rec;
	const struct blk_io_trace front = {
		.magic	= BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION,
		.time	= line->ts,
	};
	const size_t at = offsetof(struct blk_io_trace, sector);

	otr_print_bytes(line->out, &front, at);
	otr_print_bytes(line->out, &rec->sector, sizeof(*rec) - at + rec->more_len);
}

static bool text_wanted(const struct otr_view *view)
{
	return view->tracer_bits & BIT_ULL(OTR_BLK_CLASSIC);
}

/* There is nothing to keep, but something has to be allocated. */
static size_t text_size(void)
{
	return sizeof(char);
}

static void text_rewind(struct otr_view *view)
{
}

static void text_header(const struct otr_view *view, struct seq_file *m)
{
	otr_blk_header(m);
}

static bool text_print_classic(struct otr_view *view, const struct otr_item *item,
			       const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_blk *rec = item->data;
	const struct text_action *action;
	u32 ns;
	u64 s;

	if (rec->head.type != OTR_TYPE_BLK)
		return false;
	action = text_action(rec->action);
	if (!action) {
		text_unknown(line);
		return true;
	}
	text_device(line);
	s = div_u64_rem(item->ts, NSEC_PER_SEC, &ns);
	seq_buf_printf(line->out, "%2d %5d.%09u %5u ", item->cpu, (u32)s, ns, rec->head.pid);
	text_end(line, action);
	return true;
}

const struct otr_look otr_blk_look = {
	.wanted	= text_wanted,
	.size	= text_size,
	.rewind	= text_rewind,
	.header	= text_header,
	.print	= text_print_classic,
};

/**
 * otr_blk_header - the comment lines above the records
 * @m: where to
 *
 * Context: any.
 */
void otr_blk_header(struct seq_file *m)
{
	if (otr_blk_styled(OTR_BLK_CLASSIC))
		seq_puts(m, "# DEV   CPU TIMESTAMP     PID ACT FLG\n"
			    "#  |     |     |           |   |   |\n");
}

/* It has a number, and no directory. */
static struct otr_event text_event = {
	.id	= OTR_TYPE_BLK,
	.system	= "ftrace",
	.name	= "blk",
	.flags	= OTR_EVENT_CLOSED,
	.text	= text_print,
	.bin	= text_print_bin,
};

/**
 * otr_blk_text_init - make the records known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_blk_text_init(void)
{
	int err = otr_dump_prepare(&otr_blk_look);

	otr_host_blk_init();
	return err ?: otr_event_register(&text_event);
}

/**
 * otr_blk_text_exit - the counterpart of otr_blk_text_init()
 *
 * Context: module unload.
 */
void otr_blk_text_exit(void)
{
	otr_event_unregister(&text_event);
}
