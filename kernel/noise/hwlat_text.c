// SPDX-License-Identifier: GPL-2.0-only
/* The records of hwlat. */
#include "event/event.h"
#include "noise/internal.h"

static void hwlat_text_print(struct otr_line *line)
{
	const struct otr_rec_hwlat *rec = line->rec;

	seq_buf_printf(line->out, "#%-5u inner/outer(us): %4llu/%-5llu ts:%lld.%09ld count:%d",
		       rec->seqnum, rec->duration, rec->outer_duration, rec->tv_sec, rec->tv_nsec,
		       rec->count);
	if (rec->nmi_count)
		seq_buf_printf(line->out, " nmi-total:%llu nmi-count:%u", rec->nmi_total_ts,
			       rec->nmi_count);
	seq_buf_putc(line->out, '\n');
}

static void hwlat_text_print_raw(struct otr_line *line)
{
	const struct otr_rec_hwlat *rec = line->rec;

	seq_buf_printf(line->out, "%llu %lld %lld %09ld %u\n", rec->duration, rec->outer_duration,
		       rec->tv_sec, rec->tv_nsec, rec->seqnum);
}

static const struct otr_field hwlat_text_fields[] = {
	OTR_FIELD(struct otr_rec_hwlat, u64, duration),
	OTR_FIELD(struct otr_rec_hwlat, u64, outer_duration),
	OTR_FIELD(struct otr_rec_hwlat, u64, nmi_total_ts),
	OTR_FIELD(struct otr_rec_hwlat, s64, tv_sec),
	OTR_FIELD(struct otr_rec_hwlat, long, tv_nsec),
	OTR_FIELD(struct otr_rec_hwlat, unsigned int, nmi_count),
	OTR_FIELD(struct otr_rec_hwlat, unsigned int, seqnum),
	OTR_FIELD(struct otr_rec_hwlat, unsigned int, count),
	{}
};

#define FMT_FRONT	"\"cnt:%u\\tts:%010llu.%010lu\\tinner:%llu\\touter:%llu\\t"
#define FMT_REST	"count:%d\\tnmi-ts:%llu\\tnmi-count:%u\\n\", "
#define ARGS_FRONT	"REC->seqnum, REC->tv_sec, REC->tv_nsec, REC->duration, "
#define ARGS_REST	"REC->outer_duration, REC->count, REC->nmi_total_ts, REC->nmi_count"

static struct otr_event hwlat_text_event = {
	.id		= OTR_TYPE_HWLAT,
	.system		= "ftrace",
	.name		= "hwlat",
	.fields		= hwlat_text_fields,
	.print_fmt	= FMT_FRONT FMT_REST ARGS_FRONT ARGS_REST,
	.text		= hwlat_text_print,
	.raw		= hwlat_text_print_raw,
};

/**
 * otr_hwlat_text_init - make the records of hwlat known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_hwlat_text_init(void)
{
	return otr_event_register(&hwlat_text_event);
}

/**
 * otr_hwlat_text_exit - the counterpart of otr_hwlat_text_init()
 *
 * Context: module unload.
 */
void otr_hwlat_text_exit(void)
{
	otr_event_unregister(&hwlat_text_event);
}
