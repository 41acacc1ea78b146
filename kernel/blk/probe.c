// SPDX-License-Identifier: GPL-2.0-only
/* What the block layer's tracepoints tell, as records of blktrace. */
#include <linux/blk-cgroup.h>
#include <linux/blk-mq.h>
#include <linux/blktrace_api.h>
#include <linux/cgroup.h>
#include <trace/events/block.h>

#include "blk/internal.h"
#include "host/host.h"

/* Nobody is asked unless somebody wants it. */
static u64 probe_cgroup(struct bio *bio)
{
#ifdef CONFIG_BLK_CGROUP
	struct cgroup_subsys_state *css;

	if (bio && otr_blk_styled(OTR_BLK_CGROUP)) {
		css = bio_blkcg_css(bio);
		if (css)
			return cgroup_id(css->cgroup);
	}
#endif
	return 0;
}

static __always_inline void probe_request(struct request *rq, blk_status_t status,
					  unsigned int bytes, u32 what, unsigned long from)
{
	const struct otr_blk *blk = otr_blk_find(rq->q);

	if (!blk)
		return;
	otr_blk_put(blk, &(struct otr_blk_io){
		.sector	= blk_rq_trace_sector(rq),
		.bytes	= bytes,
		.opf	= rq->cmd_flags,
		.what	= what | BLK_TC_ACT(blk_rq_is_passthrough(rq) ? BLK_TC_PC : BLK_TC_FS),
		.error	= blk_status_to_errno(status),
		.cgroup	= probe_cgroup(rq->bio),
		.from	= from,
	});
}

/* @more: what else there is to say, in the byte order of the network. */
static __always_inline void probe_bio(const struct request_queue *queue, struct bio *bio,
				      u32 what, blk_status_t status, const void *more,
				      u16 more_len, unsigned long from)
{
	const struct otr_blk *blk = otr_blk_find(queue);

	if (!blk)
		return;
	otr_blk_put(blk, &(struct otr_blk_io){
		.sector	= bio->bi_iter.bi_sector,
		.bytes	= bio->bi_iter.bi_size,
		.opf	= bio->bi_opf,
		.what	= what,
		.error	= blk_status_to_errno(status),
		.cgroup	= probe_cgroup(bio),
		.more	= more,
		.more_len = more_len,
		.from	= from,
	});
}

static const struct request_queue *probe_queue(const struct bio *bio)
{
	return bio->bi_bdev->bd_disk->queue;
}

/* A tracepoint of a request, and one of a bio, of which nothing more is told. */
#define PROBE_REQUEST(name, what)						\
static void probe_##name(void *data, struct request *rq)			\
{										\
	probe_request(rq, BLK_STS_OK, blk_rq_bytes(rq), what, _RET_IP_);	\
}

#define PROBE_BIO(name, what)							\
static void probe_##name(void *data, struct bio *bio)				\
{										\
	probe_bio(probe_queue(bio), bio, what, BLK_STS_OK, NULL, 0, _RET_IP_);	\
}

PROBE_REQUEST(rq_insert, BLK_TA_INSERT)
PROBE_REQUEST(rq_issue, BLK_TA_ISSUE)
PROBE_REQUEST(rq_merge, BLK_TA_BACKMERGE)
PROBE_REQUEST(rq_requeue, BLK_TA_REQUEUE)
PROBE_BIO(bio_bounce, BLK_TA_BOUNCE)
PROBE_BIO(bio_backmerge, BLK_TA_BACKMERGE)
PROBE_BIO(bio_frontmerge, BLK_TA_FRONTMERGE)
PROBE_BIO(bio_queue, BLK_TA_QUEUE)
PROBE_BIO(getrq, BLK_TA_GETRQ)

static void probe_rq_complete(void *data, struct request *rq, blk_status_t status,
			      unsigned int bytes)
{
	probe_request(rq, status, bytes, BLK_TA_COMPLETE, _RET_IP_);
}

static void probe_bio_complete(void *data, struct request_queue *queue, struct bio *bio)
{
	probe_bio(queue, bio, BLK_TA_COMPLETE, bio->bi_status, NULL, 0, _RET_IP_);
}

static void probe_split(void *data, struct bio *bio, unsigned int sector)
{
	__be64 at = cpu_to_be64(sector);

	probe_bio(probe_queue(bio), bio, BLK_TA_SPLIT, bio->bi_status, &at, sizeof(at), _RET_IP_);
}

static void probe_bio_remap(void *data, struct bio *bio, dev_t dev, sector_t sector)
{
	struct blk_io_trace_remap from = {
		.device_from	= cpu_to_be32(dev),
		.device_to	= cpu_to_be32(bio_dev(bio)),
		.sector_from	= cpu_to_be64(sector),
	};

	probe_bio(probe_queue(bio), bio, BLK_TA_REMAP, bio->bi_status, &from, sizeof(from),
		  _RET_IP_);
}

static void probe_rq_remap(void *data, struct request *rq, dev_t dev, sector_t sector)
{
	const struct otr_blk *blk = otr_blk_find(rq->q);
	struct blk_io_trace_remap from = {
		.device_from	= cpu_to_be32(dev),
		.sector_from	= cpu_to_be64(sector),
	};

	if (!blk)
		return;
	from.device_to = cpu_to_be32(disk_devt(rq->q->disk));
	otr_blk_put(blk, &(struct otr_blk_io){
		.sector	= blk_rq_pos(rq),
		.bytes	= blk_rq_bytes(rq),
		.opf	= rq->cmd_flags,
		.what	= BLK_TA_REMAP,
		.cgroup	= probe_cgroup(rq->bio),
		.more	= &from,
		.more_len = sizeof(from),
		.from	= _RET_IP_,
	});
}

static void probe_plug(void *data, struct request_queue *queue)
{
	const struct otr_blk *blk = otr_blk_find(queue);

	if (blk)
		otr_blk_put(blk, &(struct otr_blk_io){ .what = BLK_TA_PLUG, .from = _RET_IP_ });
}

static void probe_unplug(void *data, struct request_queue *queue, unsigned int depth,
			 bool explicit)
{
	const struct otr_blk *blk = otr_blk_find(queue);
	__be64 nr = cpu_to_be64(depth);

	if (!blk)
		return;
	otr_blk_put(blk, &(struct otr_blk_io){
		.what	= explicit ? BLK_TA_UNPLUG_IO : BLK_TA_UNPLUG_TIMER,
		.more	= &nr,
		.more_len = sizeof(nr),
		.from	= _RET_IP_,
	});
}

static const struct probe_row {
	const char	*tracepoint;
	void		*probe;
} probe_rows[] = {
	{ "block_bio_backmerge",	probe_bio_backmerge },
	{ "block_bio_bounce",		probe_bio_bounce },
	{ "block_bio_complete",		probe_bio_complete },
	{ "block_bio_frontmerge",	probe_bio_frontmerge },
	{ "block_bio_queue",		probe_bio_queue },
	{ "block_bio_remap",		probe_bio_remap },
	{ "block_getrq",		probe_getrq },
	{ "block_plug",			probe_plug },
	{ "block_rq_complete",		probe_rq_complete },
	{ "block_rq_insert",		probe_rq_insert },
	{ "block_rq_issue",		probe_rq_issue },
	{ "block_rq_merge",		probe_rq_merge },
	{ "block_rq_remap",		probe_rq_remap },
	{ "block_rq_requeue",		probe_rq_requeue },
	{ "block_split",		probe_split },
	{ "block_unplug",		probe_unplug },
};

/* The table has them without their types. */
static void probe_check_types(void)
{
	check_trace_callback_type_block_bio_backmerge(probe_bio_backmerge);
	check_trace_callback_type_block_bio_bounce(probe_bio_bounce);
	check_trace_callback_type_block_bio_complete(probe_bio_complete);
	check_trace_callback_type_block_bio_frontmerge(probe_bio_frontmerge);
	check_trace_callback_type_block_bio_queue(probe_bio_queue);
	check_trace_callback_type_block_bio_remap(probe_bio_remap);
	check_trace_callback_type_block_getrq(probe_getrq);
	check_trace_callback_type_block_plug(probe_plug);
	check_trace_callback_type_block_rq_complete(probe_rq_complete);
	check_trace_callback_type_block_rq_insert(probe_rq_insert);
	check_trace_callback_type_block_rq_issue(probe_rq_issue);
	check_trace_callback_type_block_rq_merge(probe_rq_merge);
	check_trace_callback_type_block_rq_remap(probe_rq_remap);
	check_trace_callback_type_block_rq_requeue(probe_rq_requeue);
	check_trace_callback_type_block_split(probe_split);
	check_trace_callback_type_block_unplug(probe_unplug);
}

static void probe_remove(unsigned int nr)
{
	while (nr-- > 0)
		otr_host_probe_unregister(otr_host_tracepoint(probe_rows[nr].tracepoint),
					  probe_rows[nr].probe, NULL);
}

/**
 * otr_blk_probes_add - hear of what happens to requests
 *
 * Context: sleeps.
 * Return: 0; -ENXIO when the kernel lacks one of the tracepoints; -ENOMEM.
 */
int otr_blk_probes_add(void)
{
	unsigned int i;

	probe_check_types();
	for (i = 0; i < ARRAY_SIZE(probe_rows); i++) {
		struct tracepoint *tp = otr_host_tracepoint(probe_rows[i].tracepoint);
		int err = tp ? otr_host_probe_register(tp, probe_rows[i].probe, NULL) : -ENXIO;

		if (err) {
			probe_remove(i);
			return err;
		}
	}
	return 0;
}

/**
 * otr_blk_probes_remove - the counterpart of otr_blk_probes_add()
 *
 * Context: sleeps; no probe runs any more on return.
 */
void otr_blk_probes_remove(void)
{
	probe_remove(ARRAY_SIZE(probe_rows));
	tracepoint_synchronize_unregister();
}
